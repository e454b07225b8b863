// One's own instrument, in seconds: single notes in, a preset for playing notes out. Every third semitone is enough; what was
// not played is made of its neighbours.

import type { Divergence } from '../../worklet/dictionary.ts'
import type { Preset } from '../preset.ts'
import type { Sizes } from './frames.ts'
import { noteGains } from './note-gains.ts'
import { noteHead } from './note-head.ts'
import { meanTemplates, noteTemplates, type Instrument, type Templates } from './templates.ts'

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
  const share = (head ? 0.3 : 1) / instruments.length
  const templates: Templates[] = []
  for (const notes of instruments) templates.push(yield* part(noteTemplates(source, notes, sizes, module), share * templates.length, share))
  const dictionaryOf = (some: readonly Templates[]): Preset['dictionary'] => ({ ...sizes, ...meanTemplates(some), divergence })
  const dictionary = dictionaryOf(templates)
  if (!head) return { dictionary, head: null }
  // what an instrument sounds like to who has not heard it: through the mean of the others
  const players = instruments.map((notes, i) => {
    const others = templates.filter((_, j) => j !== i)
    const mean = others.length > 0 ? [dictionaryOf(others)] : []
    return { notes, dictionaries: [dictionary, ...mean, ...mean] }
  })
  const taught = yield* part(noteHead(players, { seconds, seed, epochs: EPOCHS }, module), share * instruments.length, 1 - share * instruments.length)
  return { dictionary, head: { ...taught, facts: { ...taught.facts, gains: noteGains(instruments, dictionary, module) } } }
}

/** The steps of a part as a share of the whole. */
function* part<R>(steps: Generator<number, R>, from: number, share: number): Generator<number, R> {
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
    yield from + share * step.value
  }
}
