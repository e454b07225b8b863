// One's own instrument, in seconds: single notes in, a preset for playing notes out. Every third semitone is enough; what was
// not played is made of its neighbours.

import type { Divergence } from '../../worklet/dictionary.ts'
import type { Preset } from '../preset.ts'
import type { Sizes } from './frames.ts'
import { noteGains } from './note-gains.ts'
import { noteHead } from './note-head.ts'
import { noteTemplates, type Instrument, type Templates } from './templates.ts'

export interface Calibration {
  /** What the source is called: "piano". */
  readonly source: string
  /** Each with the notes of one instrument, all at one rate; several are averaged, so that others of the kind are found too. */
  readonly instruments: readonly Instrument[]
  readonly sizes: Sizes
  /** Finds the activations; β = ½ suits notes. */
  readonly divergence: Divergence
  /** Whether a head is taught; without one plain thresholds judge. */
  readonly head: boolean
  /** Seconds of music made by chance to teach it on; more takes longer. */
  readonly seconds: number
  readonly seed: number
  readonly module: WebAssembly.Module
}

export type Calibrated = Pick<Preset, 'dictionary' | 'head'>

/** A window that tells semitones apart. */
const WINDOW = 0.093 // seconds

/** The analysis of notes that were recorded at a rate; up to 5.5 kHz unless another rate is to be kept. */
export function noteSizes(recorded: number, kept = recorded >= 32_000 ? recorded / 4 : recorded): Sizes {
  const fftSize = 2 ** Math.round(Math.log2(WINDOW * kept))
  return { sampleRate: kept, fftSize, hopSize: fftSize / 8, tailSize: fftSize / 4 }
}

export const calibrationDefaults = { head: true, seconds: 150, seed: 1 } as const

const EPOCHS = 8

/** Yields the share that is done; who wants to stop stops asking. A note that cannot be learned from throws one sentence. */
export function* calibrate({ source, instruments, sizes, divergence, head, seconds, seed, module }: Calibration): Generator<number, Calibrated> {
  const several = instruments.length > 1
  const of = (notes: readonly Instrument[]) => noteTemplates(source, notes, sizes, module)
  // templates of all, and of all but one each: what an instrument sounds like to who has not heard it
  const share = head ? 0.5 / (several ? instruments.length + 1 : 4) : 1
  const dictionaryOf = (templates: Templates): Preset['dictionary'] => ({ ...sizes, ...templates, divergence })
  let done = 0
  const all = dictionaryOf(yield* part(of(instruments), () => done, share))
  if (!head) return { dictionary: all, head: null }
  done += share
  const players = []
  for (const notes of instruments) {
    let dictionaries = [all]
    if (several) {
      dictionaries = [all, dictionaryOf(yield* part(of(instruments.filter((other) => other !== notes)), () => done, share))]
      dictionaries.push(dictionaries[1]!)
      done += share
    }
    players.push({ notes, dictionaries })
  }
  const taught = yield* part(noteHead(players, { seconds, seed, epochs: EPOCHS }, module), () => done, 1 - done)
  return { dictionary: all, head: { ...taught, facts: { ...taught.facts, gains: noteGains(instruments, all, module) } } }
}

/** The steps of a part as a share of the whole. */
function* part<R>(steps: Generator<number, R>, from: () => number, share: number): Generator<number, R> {
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
    yield from() + share * step.value
  }
}
