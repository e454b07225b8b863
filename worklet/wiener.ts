// From masks to what each source adds to both channels: the two-channel Wiener filter (kernel/wiener.ts), and its way
// back to plain masks where it would do harm.
//
// A point says how a sound arrives along one straight way. In rooms and effects most of it arrives otherwise, and the
// filter would cancel what it should keep; there the masks are better (by 1 to 3 dB). How much lies off the centres of
// the points that it is nearest to tells which it is: under half in dry mixtures, two thirds and more in others.

import type { Kernel } from './kernel.ts'
import { Places } from './places.ts'
import type { Analysis, Spectrum } from './stft.ts'

/** What each place's covariance holds of everywhere, at a trace of one. */
const EVERYWHERE = 0.005
/** Points dry, with places learned: there more rounds find more. */
const ROUNDS = 4
/** Of the magnitude near points, off their centres: from here to there the filter gives way to the masks. */
const DRY = 0.55
const DIFFUSE = 0.65
/** How long the measure remembers, seconds. */
const MEMORY = 2

export class Wiener {
  /** The share of magnitude near points that is off their centres: 0 to 1. */
  diffuse = 0
  /** How far the filter has given way to masks: 0 to 1. */
  soft = 0
  /** What the masks leave of each bin. */
  private readonly rest: Float32Array
  private readonly y: Float32Array
  /** ε and `soft`. */
  private readonly numbers: Float32Array
  private readonly out: Spectrum
  /** What `Synthesis.add` multiplies a finished part with. */
  readonly ones: Float32Array
  private near = 0
  private off = 0
  private readonly forget: number

  static floats(bins: number): number { return 8 * (Math.ceil((bins + 3) / 16) * 16 + 16) + 32 }

  constructor(private readonly kernel: Kernel, private readonly places: Places, bins: number, hopSeconds: number) {
    const row = places.stride / 4
    this.rest = kernel.floats(row)
    this.y = kernel.floats(4 * row)
    this.numbers = kernel.floats(2)
    this.numbers[0] = EVERYWHERE
    this.out = { re: kernel.floats(bins + 3), im: kernel.floats(bins + 3) }
    this.ones = kernel.floats(bins + 3).fill(1)
    this.forget = Math.exp(-hopSeconds / MEMORY)
  }

  reset(): void { this.near = this.off = this.diffuse = this.soft = 0 }

  /** Once per frame, after all claims: how the material is. */
  measure(): void {
    const { places: { tally, pointed }, forget } = this
    this.near = forget * this.near + tally[4]! + tally[5]! + tally[6]! + tally[7]!
    this.off = forget * this.off + tally[8]! + tally[9]! + tally[10]! + tally[11]!
    this.diffuse = pointed && this.near > 0 ? this.off / this.near : 0
    this.soft = Math.min(1, Math.max(0, (this.diffuse - DRY) / (DIFFUSE - DRY)))
    this.numbers[1] = this.soft
  }

  /** Bins `from` to `to`, multiples of 4: shares of the power from the masks, and y. */
  solve(masks: readonly Float32Array[], left: Analysis, right: Analysis, from: number, to: number): void {
    const { kernel: { run }, places, rest, y, numbers } = this
    const base = places.rows.byteOffset
    rest.fill(1, from, to)
    for (let s = 0; s < masks.length; s++)
      run.shares(base, places.stride, places.list(s), masks[s]!.byteOffset, rest.byteOffset, from, to)
    run.solve(base, places.stride, places.list(masks.length), rest.byteOffset, left.re.byteOffset, left.im.byteOffset,
      right.re.byteOffset, right.im.byteOffset, y.byteOffset, ROUNDS, numbers.byteOffset, from, to)
  }

  /** One channel of one source, until the next call. */
  part(source: number, channel: number, mask: Float32Array, frame: Analysis, bins: number): Spectrum {
    const { kernel: { run }, places, y, numbers, out } = this
    run.part(places.rows.byteOffset, places.stride, places.list(source), y.byteOffset, channel, mask.byteOffset,
      frame.re.byteOffset, frame.im.byteOffset, numbers.byteOffset, out.re.byteOffset, out.im.byteOffset, 0, Math.ceil(bins / 4) * 4)
    return out
  }
}
