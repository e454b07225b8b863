// Denoising with hindsight: a file is not heard once, as a microphone must be, but from its beginning, from its end and once
// more from its beginning. What is known of the noise when a hearing ends is known when the next begins; what is kept is the
// mean of the last two, of which each knew another side of every moment. Then the noise is fitted: eight atoms learn what was
// taken away, all of it at once, and everything is heard anew with them in place of free ones. Each hearing adds up to the
// input, so their mean does.
//
// All of it happens in overlapping stretches of some seconds, so that the length of the sound costs no memory.

import type { Covariances } from '../worklet/covariance.ts'
import { type Dictionary, dictionarySources, divergences } from '../worklet/dictionary.ts'
import type { Head } from '../worklet/network.ts'
import { type Automation, constantAutomation, type Settings } from '../worklet/parameters.ts'
import type { Selection } from '../worklet/selection.ts'
import { Separator } from '../worklet/separator.ts'
import { soundingFrames } from './learn/frames.ts'
import { learn } from './learn/learn.ts'
import { seededRandom } from './learn/random.ts'

const STRETCH_SECONDS = 20
const OVERLAP_SECONDS = 2
/** Samples between two looks at the clock. */
const TURN = 8192
const HEARINGS = 3
/** Atoms of the noise. */
const ATOMS = 8
/** What the hearings with them count for in the mean; the first ones err in other places. */
const FITTED = 0.7
const PASSES = 12
/** The share of the time that each half of the hearings takes, and the fit between them. */
const HALF = 0.4

type Stem = readonly Float32Array[]

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

/** A preset's settings for a live session, which must be careful, made firmer: measured on voices and noises of the learning side. */
export const withHindsight = ({ sparsity, sharpness, ...settings }: Partial<Settings>): Partial<Settings> => ({
  ...settings, ...(sparsity !== undefined && { sparsity: Math.min(1, (4 / 3) * sparsity) }), ...(sharpness !== undefined && { sharpness: Math.min(8, 1.2 * sharpness) }),
})

/** Why this selection cannot be heard backwards, as one sentence; null where it can. */
export function irreversible({ sources }: Selection): string | null {
  const placed = sources.find(({ places, painted }) => (places?.length ?? 0) > 0 || (painted?.length ?? 0) > 0)
  return placed ? `expected sources that are known by their sound alone, got places or paint in ${placed.name}` : null
}

export interface Heard {
  /** [stem][channel], the rest last; the first `length` samples count. */
  readonly stems: readonly Stem[]
  readonly length: number
}

/** A sound of any length, stretch by stretch: `take` until it is full, then `work`; at the end `work` once more. */
export class Offline {
  /** Samples in a stretch. */
  readonly most: number
  /** Of the first hearings. */
  readonly separator: Separator
  private readonly options: OfflineOptions
  private readonly overlap: number
  private readonly waiting: readonly Float32Array[]
  private tails: readonly Stem[] | null = null
  private filled = 0

  constructor(options: OfflineOptions) {
    const { dictionary, sampleRate, channels } = options
    // nobody waits for a moment of a file: symmetric windows, as long as the dictionary has them
    this.options = { ...options, dictionary: { ...dictionary, tailSize: dictionary.fftSize } }
    this.separator = new Separator({ ...this.options, mode: 'direct', again: true })
    this.most = Math.round(STRETCH_SECONDS * sampleRate)
    this.overlap = Math.round(OVERLAP_SECONDS * sampleRate)
    this.waiting = Array.from({ length: channels }, () => new Float32Array(this.most))
  }

  /** Nothing more fits. */
  get full(): boolean { return this.filled === this.most }

  /** Takes what fits of the samples `from` to `to`; says how many. */
  take([input]: readonly Stem[], from: number, to: number): number {
    const count = Math.min(to - from, this.most - this.filled)
    this.waiting.forEach((x, c) => x.set(input![c]!.subarray(from, from + count), this.filled))
    this.filled += count
    return count
  }

  /** Yields the share of this stretch that is done. `last`: nothing more comes, and everything goes out. */
  async *work(last: boolean): AsyncGenerator<number, Heard> {
    const { filled, overlap, tails, waiting, options: { settings } } = this
    const input = waiting.map((x) => x.subarray(0, filled))
    const out = yield* bothWays(this.separator, input, settings, 0)
    const fitted = await this.fitted(out.at(-1)!)
    if (fitted) {
      const again = yield* bothWays(new Separator({ ...this.options, dictionary: fitted, mode: 'direct' }), input, { ...settings, freeAtoms: 0 }, 1 - HALF)
      average(out, again, FITTED)
    }
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

  /** The dictionary with atoms of what was taken away; null where that is nothing, or where nothing is to be learned of it. */
  private async fitted(rest: Stem): Promise<Dictionary | null> {
    const { module, dictionary, sampleRate, settings } = this.options
    const learns = settings.hold === 0 && (settings.tracker === 1 || settings.freeAtoms > 0)
    const window = this.separator.shape.fftSize
    if (!learns || rest[0]!.length < window || !rest.some((x) => x.some((value) => value !== 0))) return null
    const heard = soundingFrames([{ name: 'rest', sampleRate, channels: rest }], dictionary, module, Infinity, seededRandom(1))
    if (heard.count < 2 * ATOMS) return null
    const source = unusedName(dictionarySources(dictionary.atoms))
    const steps = learn({
      parts: [{ source, pitch: null, atoms: ATOMS, recordings: [], heard }], sizes: dictionary, method: 'nmf', divergence: divergences['kl']!,
      iterations: PASSES, start: 'exemplar', seed: 1, frames: heard.count, module,
    })
    let step = await steps.next()
    while (!step.done) step = await steps.next()
    const { atoms, spectra } = step.value
    const all = new Float32Array(dictionary.spectra.length + spectra.length)
    all.set(dictionary.spectra)
    all.set(spectra, dictionary.spectra.length)
    return { ...dictionary, atoms: [...dictionary.atoms, ...atoms], spectra: all }
  }
}

const unusedName = (names: readonly string[]): string => {
  let name = 'noise'
  while (names.includes(name)) name += '\u2032'
  return name
}

/** The mean of two, in the place of the first; the second counts for `share`. */
const average = (stems: readonly Stem[], others: readonly Stem[], share = 0.5): void =>
  stems.forEach((stem, k) => stem.forEach((x, c) => {
    const other = others[k]![c]!
    for (let i = 0; i < x.length; i++) x[i]! += share * (other[i]! - x[i]!)
  }))

/** There, back and there again, and the mean of the last two: [stem][channel]. Yields shares of HALF, from `begun` on. */
function* bothWays(separator: Separator, input: Stem, settings: Settings, begun: number): Generator<number, Float32Array[][]> {
  const automation = constantAutomation(settings)
  const backwards = input.map((x) => x.slice().reverse())
  const tell = (time: number) => (share: number): number => begun + (HALF * (time + share)) / HEARINGS
  yield* hear(separator, input, automation, tell(0))
  const past = yield* hear(separator, backwards, automation, tell(1))
  for (const stem of past) for (const x of stem) x.reverse()
  const out = yield* hear(separator, input, automation, tell(2))
  average(out, past)
  return out
}

/** One hearing, in its place. Forgets the sound before, and not the noise. */
function* hear(separator: Separator, input: Stem, automation: Automation, tell: (share: number) => number): Generator<number, Float32Array[][]> {
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
    yield tell(at / (length + latencySamples))
  }
  return stems.map((stem) => stem.map((x) => x.subarray(latencySamples)))
}
