// How far the one note that sounds is from its key, in cents: the frequencies of its partials by how far their phases turn from
// frame to frame (Flanagan & Golden 1966), each weighed by its magnitude and its number, because a partial ten times as high
// tells cents ten times as well.

import type { Analysis } from './stft.ts'

const PARTIALS = 10
const HIGHEST = 5000 // Hz
/** A partial is looked for this far from where the note was last, and further than the window's blur. */
const NEAR_CENTS = 70
const NEAR_BINS = 1.2
/** Nothing farther from its key is the same note. */
const FARTHEST_CENTS = 150
/** A partial fainter than this beside the strongest tells nothing. */
const FAINT = 0.03

export class Bends {
  private readonly lastRe: Float32Array
  private readonly lastIm: Float32Array
  private readonly bins: number
  /** Of the row that was followed last, and where it was. */
  private row = -1
  private cents = 0

  constructor(private readonly analysis: Analysis, private readonly binHertz: number, private readonly hopSize: number, private readonly fftSize: number) {
    this.bins = Math.min(fftSize / 2, Math.ceil(HIGHEST / binHertz) + 2)
    this.lastRe = new Float32Array(this.bins)
    this.lastIm = new Float32Array(this.bins)
  }

  reset(): void {
    this.row = -1
    this.lastRe.fill(0)
    this.lastIm.fill(0)
  }

  /** Of the frame that stands in the analysis; `row` −1: no note, or several. NaN where no partial is clear. */
  follow(row: number, pitch: number): number {
    if (row !== this.row) this.cents = 0
    this.row = row
    const found = row < 0 ? NaN : this.measure(440 * 2 ** ((pitch - 69) / 12))
    if (Math.abs(found) <= FARTHEST_CENTS) this.cents = found
    const { analysis: { re, im }, bins } = this
    for (let bin = 0; bin < bins; bin++) {
      this.lastRe[bin] = re[bin]!
      this.lastIm[bin] = im[bin]!
    }
    return Math.abs(found) <= FARTHEST_CENTS ? found : NaN
  }

  private measure(hertz: number): number {
    const { analysis: { re, im }, lastRe, lastIm, binHertz, hopSize, fftSize, bins } = this
    let sum = 0, weights = 0, most = 0
    for (let n = 1; n <= PARTIALS; n++) {
      const at = (n * hertz * 2 ** (this.cents / 1200)) / binHertz
      const reach = Math.max(NEAR_BINS, at * (2 ** (NEAR_CENTS / 1200) - 1))
      if (at + reach >= bins - 1) break
      let peak = -1, size = 0
      for (let bin = Math.max(1, Math.ceil(at - reach)); bin <= at + reach; bin++) {
        const power = re[bin]! ** 2 + im[bin]! ** 2
        if (power > size) { size = power; peak = bin }
      }
      const edge = peak <= 0 || size < re[peak - 1]! ** 2 + im[peak - 1]! ** 2 || size < re[peak + 1]! ** 2 + im[peak + 1]! ** 2
      const magnitude = Math.sqrt(size)
      if (edge || magnitude < FAINT * most) continue
      if (magnitude > most) most = magnitude
      const turn = Math.atan2(im[peak]! * lastRe[peak]! - re[peak]! * lastIm[peak]!, re[peak]! * lastRe[peak]! + im[peak]! * lastIm[peak]!)
      const expected = (2 * Math.PI * peak * hopSize) / fftSize
      const beyond = turn - expected - 2 * Math.PI * Math.round((turn - expected) / (2 * Math.PI))
      const cents = 1200 * Math.log2(((peak + (beyond * fftSize) / (2 * Math.PI * hopSize)) * binHertz) / (n * hertz))
      if (!(Math.abs(cents - this.cents) < 2 * NEAR_CENTS)) continue
      sum += magnitude * n * cents
      weights += magnitude * n
    }
    return weights > 0 ? sum / weights : NaN
  }
}
