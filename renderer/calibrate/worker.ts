// Hears single notes and learns an instrument from them, away from the page's own thread. The page ends it by terminating it.

import { divergences } from '../../worklet/dictionary.ts'
import { SampleRing } from '../../worklet/sample-ring.ts'
import { calibrate, calibrationDefaults, noteSizes } from '../../presets/learn/calibrate.ts'
import type { Calibrated } from '../../presets/learn/calibrate.ts'
import { NoteListener } from './hearing.ts'
import type { HeardNote, Hearing } from './hearing.ts'
import type { Grown } from '../recording/follow.ts'
import { RecordingReader } from '../recording/read.ts'
import type { Recording } from '../recording/recording.ts'

export type ToCalibration =
  | { readonly type: 'listen'; readonly module: WebAssembly.Module; readonly sampleRate: number; readonly ring: SharedArrayBuffer | null }
  | { readonly type: 'samples'; readonly channels: readonly Float32Array[] }
  /** A whole sound, as fast as it goes. */
  | { readonly type: 'file'; readonly module: WebAssembly.Module; readonly recording: Recording; readonly expected: number }
  | Grown
  | { readonly type: 'learn'; readonly module: WebAssembly.Module; readonly source: string; readonly sampleRate: number; readonly notes: readonly { readonly pitch: number; readonly samples: Float32Array }[] }

export type FromCalibration =
  | { readonly type: 'hearing'; readonly hearing: Hearing }
  | { readonly type: 'note'; readonly note: HeardNote }
  | { readonly type: 'share'; readonly share: number }
  /** Of a file: that was all. */
  | { readonly type: 'through' }
  | { readonly type: 'learned'; readonly calibrated: Calibrated }
  | { readonly type: 'failed'; readonly message: string }

const BLOCK = 1024
const NAP = 40 // ms
const TELL_EVERY = 60 // ms
/** Of music made by chance that the head is taught on: somebody waits. */
const SECONDS = 90

// As far as it is used: the page's types know of windows only.
interface Scope {
  onmessage: ((event: MessageEvent<ToCalibration>) => void) | null
  postMessage(news: FromCalibration): void
}
const scope = self as unknown as Scope
const tell = (news: FromCalibration): void => scope.postMessage(news)
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve))

let feed: (samples: Float32Array) => void = () => {}
let reader: RecordingReader | null = null

scope.onmessage = ({ data }) => {
  const work = async (): Promise<void> => {
    if (data.type === 'listen') await listen(data)
    else if (data.type === 'samples') feed(mono(data.channels))
    else if (data.type === 'file') await hearFile(data)
    else if (data.type === 'grown') reader?.grow(data.recording)
    else await learn(data)
  }
  work().catch((error: unknown) => tell({ type: 'failed', message: error instanceof Error ? error.message : String(error) }))
}

const mono = (channels: readonly Float32Array[]): Float32Array => (channels.length === 1 ? channels[0]! : channels[0]!.map((x, i) => (x + channels[1]![i]!) / 2))

function listener(module: WebAssembly.Module, sampleRate: number): NoteListener {
  const made = new NoteListener(module, sampleRate)
  made.onNote = (note) => tell({ type: 'note', note })
  return made
}

async function listen({ module, sampleRate, ring: memory }: Extract<ToCalibration, { type: 'listen' }>): Promise<void> {
  const hears = listener(module, sampleRate)
  let told = -Infinity
  feed = (samples) => {
    hears.process(samples)
    if (performance.now() - told < TELL_EVERY) return
    told = performance.now()
    tell({ type: 'hearing', hearing: hears.hearing })
  }
  if (!memory) return
  const ring = new SampleRing(1, memory)
  const block = [new Float32Array(BLOCK)]
  while (!ring.ended) {
    if (ring.wait(NAP)) for (;;) {
      ring.gap()
      const count = ring.read(block)
      if (count === 0) break
      feed(block[0]!.subarray(0, count))
    }
    await turn()
  }
}

async function hearFile({ module, recording, expected }: Extract<ToCalibration, { type: 'file' }>): Promise<void> {
  const { sampleRate, channels } = recording
  const sound = (reader = new RecordingReader(recording))
  const hears = listener(module, sampleRate)
  const step = Math.round(sampleRate / 2)
  const block = Array.from({ length: channels }, () => new Float32Array(step))
  for (let at = 0, count = step; count === step; at += step) {
    count = await sound.read(at, block)
    hears.process(mono(block).subarray(0, count))
    tell({ type: 'hearing', hearing: hears.hearing })
    tell({ type: 'share', share: Math.min(0.999, at / expected) })
    await turn()
  }
  hears.end()
  tell({ type: 'through' })
}

async function learn({ module, source, sampleRate, notes }: Extract<ToCalibration, { type: 'learn' }>): Promise<void> {
  const instrument = notes.map(({ pitch, samples }, i) => ({ pitch, recording: { name: `note ${i + 1}, ${pitch}`, sampleRate, channels: [samples] } }))
  const steps = calibrate({ ...calibrationDefaults, seconds: SECONDS, source, instruments: [instrument], sizes: noteSizes(sampleRate), divergence: divergences['beta-half']!, module })
  let told = -Infinity
  let step = steps.next()
  for (; !step.done; step = steps.next()) {
    if (performance.now() - told < TELL_EVERY) continue
    told = performance.now()
    tell({ type: 'share', share: step.value })
    await turn()
  }
  tell({ type: 'learned', calibrated: step.value })
}
