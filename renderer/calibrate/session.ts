// Tuning to an instrument: a microphone or a file is listened to for single notes, an instrument is learned from them, tried,
// and kept. The session of the page rests meanwhile; what was collected stays.

import { batch } from '@preact/signals'
import { TAP_NAME } from '../../worklet/protocol.ts'
import type { FromTap, TapOptions } from '../../worklet/protocol.ts'
import { sampleRingBytes } from '../../worklet/sample-ring.ts'
import { initialNoteSettings } from '../../worklet/parameters.ts'
import type { Preset } from '../../presets/preset.ts'
import { kernelModule, plainKernelModule } from '../assets.ts'
import { isClean } from './judging.ts'
import { calibration } from './state.ts'
import type { FromCalibration, ToCalibration } from './worker.ts'
import { openSession } from '../engine-session.ts'
import { listDevices, microphoneFeed } from '../feeds-live.ts'
import type { LiveFeed } from '../feeds.ts'
import { host, presetFiles } from '../host.ts'
import { freeName, keepPreset } from '../kept-presets.ts'
import type { FromNotes, ToNotes } from '../notes/messages.ts'
import { useOwn } from '../notes/presets.ts'
import { openRecording } from '../recording/decode.ts'
import type { Sound } from '../recording/decode.ts'
import { follow } from '../recording/follow.ts'
import { state } from '../state.ts'
import { togglePlay } from '../transport.ts'
import { writePreset } from '../../presets/preset.ts'

const RING_SECONDS = 2
const NAME = 'My instrument'

const sentence = (error: unknown): string => {
  const text = error instanceof Error ? error.message : String(error)
  return /[.!?]$/.test(text) ? text : text + '.'
}
const fail = (error: unknown): void => {
  batch(() => {
    calibration.problem.value = sentence(error)
    calibration.opening.value = false
    calibration.learning.value = calibration.through.value = null
  })
}

interface Open { close?(): void; readonly context: AudioContext; readonly feed: LiveFeed | null; readonly worker: Worker; tap: AudioWorkletNode | null; trying: { worker: Worker; tap: AudioWorkletNode } | null }
let open: Open | null = null
let asked = 0

/** Plays no longer what it played: its microphone may be the one that is wanted here. */
export function openCalibration(): void {
  if (state.playing.peek()) void togglePlay()
  calibration.open.value = true
}

/** What was collected stays for the next time. */
export function leaveCalibration(): void {
  stopLearning()
  close()
  calibration.open.value = false
}

function close(): void {
  asked++
  stopTrying()
  open?.tap?.port.postMessage({ type: 'stop' })
  open?.feed?.close()
  open?.worker.terminate()
  open?.close?.()
  void open?.context.close()
  open = null
  batch(() => {
    calibration.from.value = calibration.hearing.value = calibration.through.value = null
    calibration.opening.value = false
  })
}

function startWorker(context: AudioContext): Worker {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
  worker.onerror = (event) => fail(`Nobody listens: ${event.message || 'the worker did not start'}`)
  worker.onmessage = ({ data }: MessageEvent<FromCalibration>) => {
    if (data.type === 'hearing') {
      calibration.hearing.value = data.hearing
      if (calibration.step.peek() === 'check' && data.hearing.level > data.hearing.floor + 20) calibration.step.value = 'play'
    } else if (data.type === 'note' && calibration.step.peek() !== 'try') batch(() => {
      calibration.rate.value = context.sampleRate
      calibration.heard.value = [...calibration.heard.peek(), { ...data.note, id: (calibration.heard.peek().at(-1)?.id ?? 0) + 1 }]
      if (calibration.step.peek() === 'check') calibration.step.value = 'play'
    })
    else if (data.type === 'share') calibration.through.value = data.share
    else if (data.type === 'through') calibration.through.value = null
    else if (data.type === 'failed') fail(data.message)
  }
  return worker
}

/** Notes of one rate can be learned from together. */
function fitsRate(context: AudioContext): void {
  const { rate, heard } = calibration
  if (heard.peek().length > 0 && rate.peek() !== context.sampleRate)
    throw new RangeError(`The notes so far were heard at ${rate.peek()} Hz and this sound has ${context.sampleRate} Hz: use what there is, or start afresh`)
}

const ringFor = (rate: number): SharedArrayBuffer | null =>
  (globalThis.crossOriginIsolated ? new SharedArrayBuffer(sampleRingBytes(1, 2 ** Math.ceil(Math.log2(RING_SECONDS * rate)))) : null)

function tapInto(context: AudioContext, input: AudioNode, ring: SharedArrayBuffer | null, hand: (channels: readonly Float32Array[]) => void): AudioWorkletNode {
  const processorOptions: TapOptions = { channels: 1, ring }
  const tap = new AudioWorkletNode(context, TAP_NAME, { numberOfInputs: 1, numberOfOutputs: 0, channelCount: 1, channelCountMode: 'explicit', processorOptions })
  tap.port.onmessage = ({ data }: MessageEvent<FromTap>) => { if (data.type === 'samples') hand(data.channels) }
  input.connect(tap)
  return tap
}

/** Notes of an earlier session of another rate would not fit: a file or a microphone of the same one goes on. */
export async function listenToMicrophone(deviceId = ''): Promise<void> {
  close()
  const mine = ++asked
  calibration.problem.value = null
  calibration.opening.value = true
  try {
    const module = await kernelModule()
    const { context, native } = await openSession(undefined)
    let feed: LiveFeed | null = null
    try {
      if (!native) throw new Error('This browser has no AudioWorklet: open a recording of single notes instead')
      fitsRate(context)
      feed = await microphoneFeed(context, deviceId, {
        lost: () => { if (open?.context === context) { close(); fail('The microphone was unplugged. What was collected is kept') } }, muted() {}, changed() {},
      })
      if (mine !== asked) throw null
      await context.resume()
    } catch (error) {
      feed?.close()
      await context.close()
      if (error === null) return
      throw error
    }
    const worker = startWorker(context)
    const ring = ringFor(context.sampleRate)
    worker.postMessage({ type: 'listen', module, sampleRate: context.sampleRate, ring } satisfies ToCalibration)
    const tap = tapInto(context, feed.node, ring, (channels) => worker.postMessage({ type: 'samples', channels } satisfies ToCalibration))
    open = { context, feed, worker, tap, trying: null }
    batch(() => {
      calibration.from.value = { kind: 'microphone', name: feed.device.label, deviceId: feed.device.deviceId }
      calibration.opening.value = false
    })
    if (calibration.step.peek() === 'try') void tryIt()
    state.microphones.value = (await listDevices()).inputs
  } catch (error) {
    if (mine === asked) fail(error)
  }
}

/** A recording of single notes. */
export async function listenToRecording(): Promise<void> {
  let context: AudioContext | null = null
  let sound: Sound | null = null
  try {
    const file = await host().openSound()
    if (!file) return
    close()
    const mine = ++asked
    calibration.problem.value = null
    calibration.opening.value = true
    const [module, opened] = await Promise.all([kernelModule(), openRecording(file)])
    sound = opened
    const recording = opened.recording.peek()
    context = (await openSession(recording.sampleRate)).context
    fitsRate(context)
    if (mine !== asked) {
      opened.close()
      return await context.close()
    }
    const worker = startWorker(context)
    const unfollow = follow(opened, (message) => worker.postMessage(message satisfies ToCalibration))
    const stopWatching = opened.failure.subscribe((failure) => { if (failure !== null && open?.worker === worker) calibration.problem.value = sentence(failure) })
    open = { context, feed: null, worker, tap: null, trying: null, close() { unfollow(); stopWatching(); opened.close() } }
    batch(() => {
      calibration.from.value = { kind: 'file', name: file.name, deviceId: '' }
      calibration.opening.value = false
      calibration.through.value = 0
    })
    worker.postMessage({ type: 'file', module, recording, expected: opened.expected.peek() } satisfies ToCalibration)
  } catch (error) {
    if (!context || open?.context !== context) {
      sound?.close()
      void context?.close()
    }
    fail(error)
  }
}

export const forgetLast = (): void => { calibration.heard.value = calibration.heard.peek().slice(0, -1) }
export function startAfresh(): void {
  batch(() => {
    calibration.heard.value = []
    calibration.rate.value = calibration.learned.value = calibration.kept.value = calibration.problem.value = null
    calibration.step.value = open ? 'play' : 'check'
  })
}

let learner: Worker | null = null

function stopLearning(): void {
  learner?.terminate()
  learner = null
  calibration.learning.value = null
}

/** From what there is; then it is tried. */
export async function learnInstrument(): Promise<void> {
  stopLearning()
  const heard = calibration.heard.peek().filter(isClean)
  const sampleRate = calibration.rate.peek()
  if (heard.length === 0 || sampleRate === null) return
  batch(() => {
    calibration.step.value = 'try'
    calibration.problem.value = calibration.learned.value = calibration.kept.value = null
    calibration.learning.value = 0
  })
  const name = calibration.name.peek().trim() || NAME
  const worker = (learner = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }))
  worker.onerror = (event) => { if (learner === worker) { stopLearning(); fail(`Learning stopped: ${event.message || 'its worker did not start'}`) } }
  worker.onmessage = ({ data }: MessageEvent<FromCalibration>) => {
    if (learner !== worker) return
    if (data.type === 'share') calibration.learning.value = data.share
    else if (data.type === 'failed') { stopLearning(); fail(data.message) }
    else if (data.type === 'learned') {
      stopLearning()
      const preset: Preset = {
        name, description: `${heard.length} notes of one instrument, played into Winnow.`, settings: {}, selection: null, tensors: new Map(), ...data.calibrated,
        learned: { method: 'templates', files: heard.map((note) => `note ${note.id}, ${note.pitch}`), licences: ['The player’s own'], command: 'tuned on the page', seed: 1 },
      }
      calibration.learned.value = { name, preset }
      void tryIt()
    }
  }
  const module = await plainKernelModule()
  if (learner === worker) worker.postMessage({ type: 'learn', module, source: 'instrument', sampleRate, notes: heard.map(({ pitch, samples }) => ({ pitch, samples })) } satisfies ToCalibration)
}

/** What is played now lights the keys, as the new preset hears it. */
async function tryIt(): Promise<void> {
  const learned = calibration.learned.peek()
  const here = open
  if (!learned || !here?.feed) return
  stopTrying()
  const module = await kernelModule()
  if (open !== here || calibration.learned.peek() !== learned) return
  const worker = new Worker(new URL('../notes/worker.ts', import.meta.url), { type: 'module' })
  const on = new Set<number>()
  worker.onmessage = ({ data }: MessageEvent<FromNotes>) => {
    if (data.type === 'failed') return fail(data.message)
    if (data.type !== 'events') return
    for (const event of data.events) {
      if (event.type === 'on') { on.add(event.pitch); calibration.tried.value++ } else if (event.type === 'off') on.delete(event.pitch)
    }
    calibration.sounding.value = new Set(on)
  }
  const { dictionary, head } = learned.preset
  const ring = ringFor(here.context.sampleRate)
  worker.postMessage({ type: 'live', module, dictionary, head, only: null, settings: initialNoteSettings(), sampleRate: here.context.sampleRate, channels: 1, ring } satisfies ToNotes)
  here.trying = { worker, tap: tapInto(here.context, here.feed.node, ring, (channels) => worker.postMessage({ type: 'samples', channels } satisfies ToNotes)) }
}

function stopTrying(): void {
  open?.trying?.tap.port.postMessage({ type: 'stop' })
  open?.trying?.tap.disconnect()
  open?.trying?.worker.terminate()
  if (open) open.trying = null
  batch(() => {
    calibration.sounding.value = new Set()
    calibration.tried.value = 0
  })
}

export function tryAgain(): void {
  calibration.step.value = 'try'
  void tryIt()
}

export function playMore(): void {
  stopLearning()
  stopTrying()
  calibration.step.value = 'play'
}

const namedPreset = (): Preset => {
  const { preset } = calibration.learned.peek()!
  return { ...preset, name: calibration.name.peek().trim() || preset.name || NAME }
}

/** Kept on this machine, and what plays notes from now on. */
export async function keepInstrument(): Promise<void> {
  const preset = namedPreset()
  try {
    const kept = await keepPreset({ ...preset, name: freeName(preset.name!) })
    useOwn(kept)
    calibration.kept.value = `“${kept.name}” is kept on this machine, and plays the notes from now on.`
  } catch (error) {
    useOwn({ name: preset.name!, preset })
    calibration.kept.value = `“${preset.name}” plays the notes until the page is closed. ${sentence(error)}`
  }
}

export async function saveInstrument(): Promise<void> {
  const preset = namedPreset()
  try {
    if (await host().saveFile(`${preset.name!.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, '-')}.preset`, presetFiles, writePreset(preset).buffer)) calibration.kept.value = `“${preset.name}” is saved as a file.`
  } catch (error) {
    fail(error)
  }
}
