// A finished separation made better, away from real time: places and powers are taken from the stems as they are, a few
// spectra are fitted to each, and everything is estimated again, now from both channels, all frames and all sources at
// once. Works in overlapping stretches of some seconds, so that the length of the sound costs no memory; whatever comes
// out, the stems add up to what they added up to.

import type { Means } from '../learn/nmf.ts'
import { amongFrames, consistent } from './consistent.ts'
import { CovarianceSum } from './covariance.ts'
import { Frames, type Pair, type Stereo } from './frames.ts'
import { lowRank, type Mixture, type Voice } from './low-rank.ts'

const STRETCH_SECONDS = 8
const OVERLAP_SECONDS = 1
/** A stem this far below all of them (−70 dB) has nothing to fit: it stays as it is. */
const SILENT = 1e-7
/** A faint background in every source, over the mixture's mean power: without it gradients find no way through the gaps. */
const BACKGROUND = 0.01
/** How often places and powers are taken: first from the stems, then from what has become of them. */
const TIMES = 2
/** The share of the time that this takes. */
const FITTING = 0.9

export interface RefineOptions {
  readonly module: WebAssembly.Module
  readonly sampleRate: number
  /** The rest included, which comes last. */
  readonly stems: number
  /** Several cores for the fits; this thread alone where there are none. */
  readonly crew: Means['crew']
}

function energy(stem: Stereo): number {
  let sum = 0
  for (const x of stem) for (let i = 0; i < x.length; i++) sum += x[i]! * x[i]!
  return sum
}

function total(stems: readonly Stereo[]): Stereo {
  const sum = stems[0]!.map((x) => x.slice()) as unknown as Stereo
  for (const stem of stems.slice(1))
    for (const [c, x] of sum.entries()) {
      const more = stem[c]!
      for (let i = 0; i < x.length; i++) x[i]! += more[i]!
    }
  return sum
}

/** All stems of one stretch. Yields the share that is done. */
async function* refineStretch(stems: readonly Stereo[], { module, sampleRate, crew }: RefineOptions): AsyncGenerator<number, Stereo[]> {
  const energies = stems.map(energy)
  const loudest = Math.max(...energies)
  const active = stems.flatMap((_, k) => (energies[k]! > SILENT * loudest ? [k] : []))
  if (active.length < 2) return stems.map(([l, r]): Stereo => [l.slice(), r.slice()])
  const length = stems[0]![0].length
  const frames = new Frames(module, sampleRate, 2 * active.length, length)
  const mix = total(active.map((k) => stems[k]!))

  const mixture = spectraOf(mix, frames)
  let images: readonly Stereo[] = active.map((k) => stems[k]!)
  let voices: Voice[] = []
  let variances: Float32Array[] = []
  for (let time = 0; time < TIMES; time++) {
    if (time > 0) images = amongFrames(mix, variances, voices.map(({ covariance }) => covariance), frames)
    voices = images.map((image) => voiceOf(image, frames, mixture.unit))
    const steps = lowRank(voices, mixture, { crew, module })
    let step = await steps.next()
    for (; !step.done; step = await steps.next()) yield (FITTING * (time + step.value)) / TIMES
    variances = step.value
  }
  for (const v of variances) for (let i = 0; i < v.length; i++) v[i] = v[i]! + BACKGROUND
  const last = consistent(mix, variances, voices.map(({ covariance }) => covariance), frames)
  let step = last.next()
  for (; !step.done; step = last.next()) yield FITTING + (1 - FITTING) * step.value
  const found = step.value
  const out = stems.map((stem, k) => (active.includes(k) ? found[active.indexOf(k)]! : stem.map((x) => x.slice()) as unknown as Stereo))
  keepSum(stems, out)
  return out
}

/** The rest takes what rounding has left. */
function keepSum(before: readonly Stereo[], after: readonly Stereo[]): void {
  const sum = total(before)
  for (const [c, rest] of after.at(-1)!.entries()) {
    rest.set(sum[c]!)
    for (const stem of after.slice(0, -1)) {
      const x = stem[c]!
      for (let i = 0; i < rest.length; i++) rest[i]! -= x[i]!
    }
  }
}

/** The frames of the mixture, brought to a mean power of one. */
function spectraOf(mix: Stereo, frames: Frames): Mixture & { readonly unit: number } {
  const { bins, count } = frames
  const [lr, li, rr, ri] = Array.from({ length: 4 }, () => new Float32Array(count * bins)) as [Float32Array, Float32Array, Float32Array, Float32Array]
  let power = 0
  frames.through(mix, [], (frame, read) => {
    const at = frame * bins
    for (let i = 0; i < bins; i++) {
      lr[at + i] = read[0]!.re[i]!; li[at + i] = read[0]!.im[i]!
      rr[at + i] = read[1]!.re[i]!; ri[at + i] = read[1]!.im[i]!
      power += lr[at + i]! ** 2 + li[at + i]! ** 2 + rr[at + i]! ** 2 + ri[at + i]! ** 2
    }
  })
  const unit = power / (2 * count * bins)
  const scale = 1 / Math.sqrt(unit)
  for (const x of [lr, li, rr, ri]) for (let i = 0; i < x.length; i++) x[i]! *= scale
  const rows = Array.from({ length: count }, (_, frame): Pair => {
    const part = (x: Float32Array): Float32Array => x.subarray(frame * bins, (frame + 1) * bins)
    return [{ re: part(lr), im: part(li) }, { re: part(rr), im: part(ri) }]
  })
  return { bins, count, unit, row: (frame) => rows[frame]! }
}

function voiceOf(stem: Stereo, frames: Frames, unit: number): Voice {
  const { bins, count } = frames
  const power = new Float32Array(count * bins)
  const sum = new CovarianceSum(bins)
  frames.through(stem, [], (frame, [left, right]) => {
    sum.add([left!, right!])
    for (let i = 0; i < bins; i++)
      power[frame * bins + i] = (left!.re[i]! ** 2 + left!.im[i]! ** 2 + right!.re[i]! ** 2 + right!.im[i]! ** 2) / (2 * unit)
  })
  return { covariance: sum.covariance(), power }
}

export interface Refined {
  /** [stem][channel]; the first `length` samples count. */
  readonly stems: readonly Stereo[]
  readonly length: number
}

/** Stems of any length, stretch by stretch. `take` until it is full, then `work`; at the end `work` once more. */
export class Refinement {
  /** Samples in a stretch. */
  readonly most: number
  /** Samples at the end of a stretch that go out with the next one. */
  readonly overlap: number
  private readonly waiting: readonly Stereo[]
  private tails: readonly Stereo[] | null = null
  private filled = 0

  constructor(private readonly options: RefineOptions) {
    this.most = Math.round(STRETCH_SECONDS * options.sampleRate)
    this.overlap = Math.round(OVERLAP_SECONDS * options.sampleRate)
    this.waiting = Array.from({ length: options.stems }, (): Stereo => [new Float32Array(this.most), new Float32Array(this.most)])
  }

  /** Nothing more fits. */
  get full(): boolean { return this.filled === this.most }

  /** Takes what fits of the samples `from` to `to`; says how many. */
  take(stems: readonly (readonly Float32Array[])[], from: number, to: number): number {
    const count = Math.min(to - from, this.most - this.filled)
    this.waiting.forEach((stem, k) => stem.forEach((x, c) => x.set(stems[k]![c]!.subarray(from, from + count), this.filled)))
    this.filled += count
    return count
  }

  /** Yields the share of this stretch that is done. `last`: nothing more comes, and everything goes out. */
  async *work(last: boolean): AsyncGenerator<number, Refined> {
    const { filled, overlap, tails, waiting } = this
    const out = yield* refineStretch(waiting.map(([l, r]): Stereo => [l.subarray(0, filled), r.subarray(0, filled)]), this.options)
    if (tails)
      out.forEach((stem, k) => stem.forEach((x, c) => {
        const tail = tails[k]![c]!
        for (let i = 0; i < overlap; i++) x[i] = tail[i]! + (x[i]! - tail[i]!) * Math.sin((Math.PI * (i + 0.5)) / (2 * overlap)) ** 2
      }))
    const length = last ? filled : filled - overlap
    this.tails = last ? null : out.map(([l, r]): Stereo => [l.slice(length), r.slice(length)])
    for (const stem of waiting) for (const x of stem) x.copyWithin(0, length, filled)
    this.filled = last ? 0 : overlap
    return { stems: out, length }
  }
}
