// Denoising with hindsight: a file is not heard once, as a microphone must be, but from its beginning, from its end and once
// more from its beginning. What is known of the noise when a hearing ends is known when the next begins; what is kept is the
// mean of the last two, of which each knew another side of every moment. Each adds up to the input, so their mean does.
//
// A second look then smooths the noise over time to both sides (refine/steady.ts). All of it happens in overlapping stretches of
// some seconds, so that the length of the sound costs no memory.

import type { Covariances } from '../worklet/covariance.ts'
import type { Dictionary } from '../worklet/dictionary.ts'
import type { Head } from '../worklet/network.ts'
import { type Automation, constantAutomation, type Settings } from '../worklet/parameters.ts'
import type { Selection } from '../worklet/selection.ts'
import { Separator } from '../worklet/separator.ts'
import { steadied } from './refine/steady.ts'

const STRETCH_SECONDS = 20
const OVERLAP_SECONDS = 2
/** Samples between two looks at the clock. */
const TURN = 8192
const HEARINGS = 3
/** The share of the time that they take. */
const HEARING = 0.75

export interface OfflineOptions {
  readonly module: WebAssembly.Module
  readonly dictionary: Dictionary
  readonly selection: Selection
  readonly covariances?: Covariances
  readonly head: Head | null
  readonly settings: Settings
  readonly sampleRate: number
  readonly channels: 1 | 2
}

/** Nobody waits for a moment of a file: symmetric windows, as long as the dictionary has them. */
export const unhurried = (dictionary: Dictionary): Dictionary => ({ ...dictionary, tailSize: dictionary.fftSize })

/** A noise tracker that has heard the other end needs no help: what free atoms learn beside it is mostly of the voice. */
export const withHindsight = (settings: Partial<Settings>): Partial<Settings> => (settings.tracker === 1 ? { ...settings, freeAtoms: 0 } : settings)

/** Why this selection cannot be heard backwards, as one sentence; null where it can. */
export function irreversible({ sources }: Selection): string | null {
  const placed = sources.find(({ places, painted }) => (places?.length ?? 0) > 0 || (painted?.length ?? 0) > 0)
  return placed ? `expected sources that are known by their sound alone, got places or paint in ${placed.name}` : null
}

export interface Heard {
  /** [stem][channel], the rest last; the first `length` samples count. */
  readonly stems: readonly (readonly Float32Array[])[]
  readonly length: number
}

/** A sound of any length, stretch by stretch: `take` until it is full, then `work`; at the end `work` once more. */
export class Offline {
  /** Samples in a stretch. */
  readonly most: number
  readonly separator: Separator
  private readonly overlap: number
  private readonly waiting: readonly Float32Array[]
  private readonly automation: Automation
  private readonly look: Parameters<typeof steadied>[1]
  private tails: readonly (readonly Float32Array[])[] | null = null
  private filled = 0

  constructor({ settings, dictionary, ...options }: OfflineOptions) {
    const { module, sampleRate } = options
    this.look = { module, sampleRate, dictionary: unhurried(dictionary) }
    this.separator = new Separator({ ...options, dictionary: unhurried(dictionary), mode: 'direct' })
    this.most = Math.round(STRETCH_SECONDS * sampleRate)
    this.overlap = Math.round(OVERLAP_SECONDS * sampleRate)
    this.waiting = Array.from({ length: options.channels }, () => new Float32Array(this.most))
    this.automation = constantAutomation(settings)
  }

  /** Nothing more fits. */
  get full(): boolean { return this.filled === this.most }

  /** Takes what fits of the samples `from` to `to`; says how many. */
  take([input]: readonly (readonly Float32Array[])[], from: number, to: number): number {
    const count = Math.min(to - from, this.most - this.filled)
    this.waiting.forEach((x, c) => x.set(input![c]!.subarray(from, from + count), this.filled))
    this.filled += count
    return count
  }

  /** Yields the share of this stretch that is done. `last`: nothing more comes, and everything goes out. */
  *work(last: boolean): Generator<number, Heard> {
    const { filled, overlap, tails, waiting } = this
    const input = waiting.map((x) => x.subarray(0, filled))
    const backwards = input.map((x) => x.slice().reverse())
    yield* this.hear(input, 0)
    const past = yield* this.hear(backwards, 1)
    const out = yield* this.hear(input, 2)
    out.forEach((stem, k) => stem.forEach((x, c) => {
      const other = past[k]![c]!
      for (let i = 0; i < filled; i++) x[i] = 0.5 * (x[i]! + other[filled - 1 - i]!)
    }))
    for (const share of steadied(out, this.look)) yield HEARING + (1 - HEARING) * share
    if (tails)
      out.forEach((stem, k) => stem.forEach((x, c) => {
        const tail = tails[k]![c]!
        for (let i = 0; i < overlap; i++) x[i] = tail[i]! + (x[i]! - tail[i]!) * Math.sin((Math.PI * (i + 0.5)) / (2 * overlap)) ** 2
      }))
    const length = last ? filled : filled - overlap
    this.tails = last ? null : out.map((stem) => stem.map((x) => x.slice(length)))
    for (const x of waiting) x.copyWithin(0, length, filled)
    this.filled = last ? 0 : overlap
    return { stems: out, length }
  }

  /** One hearing, in its place. Forgets the sound before, and not the noise. */
  private *hear(input: readonly Float32Array[], time: number): Generator<number, Float32Array[][]> {
    const { separator, automation } = this
    const { latencySamples } = separator
    const length = input[0]!.length
    separator.forgetAudio()
    const stems = [...separator.sourceNames, 'rest'].map(() => input.map(() => new Float32Array(length + latencySamples)))
    const silence = input.map(() => new Float32Array(TURN))
    for (let at = 0; at < length + latencySamples; ) {
      const end = at < length ? Math.min(at + TURN, length) : Math.min(at + TURN, length + latencySamples)
      const part = at < length ? input.map((x) => x.subarray(at, end)) : silence
      separator.process(part, stems.map((stem) => stem.map((x) => x.subarray(at, end))), end - at, automation)
      at = end
      yield (HEARING * (time + at / (length + latencySamples))) / HEARINGS
    }
    return stems.map((stem) => stem.map((x) => x.subarray(latencySamples)))
  }
}
