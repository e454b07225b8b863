// "Learn my voice": a minute of reading aloud becomes a preset of this voice, which stays on this machine. What is read is
// kept in memory until it is learned, and nowhere after that.

import { batch, signal } from '@preact/signals'
import { writePreset } from '../../presets/preset.ts'
import type { Preset } from '../../presets/preset.ts'
import type { FromTap, TapOptions, ToTap } from '../../worklet/protocol.ts'
import { TAP_NAME } from '../../worklet/protocol.ts'
import { choose, universalPreset } from '../actions.ts'
import { plainKernelModule } from '../assets.ts'
import * as engine from '../engine.ts'
import { watch } from '../frames.ts'
import { host, presetFiles } from '../host.ts'
import { freeName, keepPreset } from '../kept-presets.ts'
import type { FromLearning, ToLearning } from '../learning/worker.ts'
import { Speaking } from './speaking.ts'
import { sentence, show } from '../saying.ts'
import { measured } from '../state.ts'
import type { ChosenPreset } from '../state.ts'
import { spareThreads } from '../threads.ts'

/** Seconds of voice that are wanted, and with how many it can be left at. */
export const WHOLE = 60
export const ENOUGH = 20

type Phase = 'idle' | 'reading' | 'learning' | 'learned' | 'failed'

export const voice = {
  phase: signal<Phase>('idle'),
  /** Seconds of voice so far, and since it was last heard. */
  heard: signal(0),
  quiet: signal(0),
  /** A voice can hardly be told from the room. */
  noisy: signal(false),
  /** Of the learning, 0…1. */
  done: signal(0),
  /** Why nothing was learned. */
  message: signal<string | null>(null),
  /** Of the preset that was learned. */
  name: signal(''),
}

let speaking: Speaking | null = null
let tap: AudioWorkletNode | null = null
let worker: Worker | null = null
let unwatch: (() => void) | null = null

function fail(error: unknown): void {
  end()
  batch(() => {
    voice.phase.value = 'failed'
    voice.message.value = sentence(error)
  })
}

/** Nobody listens any more. */
function end(): void {
  unwatch?.()
  unwatch = null
  untap()
  worker?.terminate()
  worker = null
}

function untap(): void {
  tap?.port.postMessage({ type: 'stop' } satisfies ToTap)
  tap?.disconnect()
  tap = null
}

/** Claimed by what the preset knows; null while nobody can tell. */
const shareOfVoice = (): number | null => {
  const shares = measured.shares.peek()
  return shares.length > 0 ? 1 - shares.at(-1)! : null
}

/** Listens to whatever comes in now: again after the device was lost, or was opened anew. */
function listen(): void {
  untap()
  const [context, feed] = [engine.currentContext(), engine.currentFeed()]
  if (!context || !feed) return
  if (speaking?.sampleRate !== context.sampleRate) speaking = new Speaking(context.sampleRate, 1) // what was heard at another rate cannot be joined
  const options: TapOptions = { channels: feed.channels, ring: null }
  tap = new AudioWorkletNode(context, TAP_NAME, { numberOfInputs: 1, numberOfOutputs: 0, channelCount: feed.channels, channelCountMode: 'explicit', processorOptions: options })
  tap.port.onmessage = ({ data }: MessageEvent<FromTap>) => {
    if (data.type !== 'samples' || voice.phase.peek() !== 'reading' || !speaking) return
    const [left, right] = data.channels
    speaking.hear([right ? left!.map((x, i) => (x + right[i]!) / 2) : left!], shareOfVoice(), WHOLE)
    batch(() => {
      voice.heard.value = speaking!.seconds
      voice.quiet.value = speaking!.quiet
      voice.noisy.value = speaking!.noisy
    })
    if (speaking.seconds >= WHOLE) void learnVoice()
  }
  feed.node.connect(tap)
}

export function startReading(): void {
  end()
  speaking = null
  batch(() => {
    voice.phase.value = 'reading'
    voice.heard.value = voice.quiet.value = voice.done.value = 0
    voice.message.value = null
  })
  try {
    unwatch = watch({ begin: listen, draw() {} })
    if (!tap) listen()
  } catch (error) {
    fail(error)
  }
}

/** Nothing is kept. */
export function cancelVoice(): void {
  end()
  speaking = null
  voice.phase.value = 'idle'
}

/** What was read so far is enough. */
export async function learnVoice(): Promise<void> {
  const read = speaking
  if (voice.phase.peek() !== 'reading' || !read || read.seconds < ENOUGH) return
  end()
  speaking = null
  const name = freeName('My voice')
  batch(() => {
    voice.phase.value = 'learning'
    voice.name.value = name
  })
  try {
    const [module, universal] = await Promise.all([plainKernelModule(), universalPreset()])
    const preset = await enrolled({
      type: 'enrol', module, universal: universal.preset, name, threads: spareThreads(),
      recordings: [{ name: `read aloud, ${Math.round(read.seconds)} s`, sampleRate: read.sampleRate, channels: read.recording() }],
    })
    if (!preset) return // cancelled
    await choose(await keepOrSay(preset), `Learn ${name}`, true)
    voice.phase.value = 'learned'
  } catch (error) {
    fail(error)
  }
}

/** Where nothing can be kept on this machine it is used all the same, and a person may save it. */
const keepOrSay = (preset: Preset): Promise<ChosenPreset> => keepPreset(preset).catch((error: unknown) => {
  const name = preset.name ?? 'My voice'
  show('warn', `“${name}” is in use, but could not be kept: ${sentence(error)}`, 'It is gone when the page is closed.',
    { label: 'Save it as a file', run: () => void host().saveFile(`${name}.preset`, presetFiles, writePreset(preset).buffer) })
  return { name, preset }
})

/** Null when it was cancelled meanwhile. */
function enrolled(order: ToLearning): Promise<Preset | null> {
  if (voice.phase.peek() !== 'learning') return Promise.resolve(null)
  const made = (worker = new Worker(new URL('../learning/worker.ts', import.meta.url), { type: 'module' }))
  return new Promise((resolve, reject) => {
    made.onerror = (event) => reject(new Error(`Learning stopped: ${event.message || 'its worker did not start'}`))
    made.onmessage = ({ data }: MessageEvent<FromLearning>) => {
      if (worker !== made) return resolve(null)
      if (data.type === 'enrolling') voice.done.value = data.done
      else if (data.type === 'failed') reject(new Error(data.message))
      else if (data.type === 'enrolled') {
        worker = null
        made.terminate()
        resolve(data.preset)
      }
    }
    made.postMessage(order)
  })
}
