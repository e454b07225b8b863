// A spectrum on the ear's scale: bands as far apart as an eighth of an equivalent rectangular bandwidth (Glasberg & Moore
// 1990). Partials of low notes keep bands of their own, those of high notes share them, and a solver has a tenth of the bins
// to explain. A band is a weighted sum of magnitudes, so that the spectra of a dictionary become those of bands by the same sums.

const PER_ERB = 8
const LOWEST = 25 // Hz
const HIGHEST = 5500
/** 1 makes a band the mean of its bins, 0 their sum. Beyond the mean, wide bands weigh less: the partials that tell notes apart lie low. */
const MEAN = 1.5

/** Equivalent rectangular bandwidths below a frequency, and back. */
const erbs = (hertz: number): number => 21.4 * Math.log10(1 + 0.00437 * hertz)
const hertzOf = (erbs: number): number => (10 ** (erbs / 21.4) - 1) / 0.00437

export class Bands {
  readonly count: number
  /** The middle of each, Hz. */
  readonly hertz: Float64Array
  /** Where each band's weights begin, and the first bin that they are for. */
  private readonly starts: Int32Array
  private readonly first: Int32Array
  private readonly weights: Float32Array

  /** For bins `step` Hz apart, the last of which lies at `top` Hz. */
  constructor(step: number, top: number) {
    const from = erbs(LOWEST)
    const count = (this.count = Math.max(1, Math.floor((erbs(Math.min(HIGHEST, top - step)) - from) * PER_ERB) + 1))
    const middle = (band: number): number => hertzOf(from + band / PER_ERB)
    this.hertz = Float64Array.from({ length: count }, (_, band) => middle(band))
    this.starts = new Int32Array(count + 1)
    this.first = new Int32Array(count)
    const weights: number[] = []
    for (let band = 0; band < count; band++) {
      const at = middle(band)
      // triangles from neighbour to neighbour; where bins lie farther apart than bands, between bins
      const below = Math.max(step, at - middle(band - 1)), above = Math.max(step, middle(band + 1) - at)
      const first = (this.first[band] = Math.max(0, Math.ceil((at - below) / step)))
      const last = Math.min(Math.floor(top / step), Math.floor((at + above) / step))
      const row = Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => {
        const away = (first + i) * step - at
        return Math.max(0, 1 - (away < 0 ? -away / below : away / above))
      })
      const bins = Math.max(1e-9, row.reduce((all, x) => all + x, 0))
      weights.push(...row.map((x) => x / bins ** MEAN))
      this.starts[band + 1] = weights.length
    }
    this.weights = Float32Array.from(weights)
  }

  /** The bands of a row of bins that begins at `offset`. */
  gather(bins: Float32Array, out: Float32Array, offset = 0, to = 0): void {
    const { starts, first, weights } = this
    for (let band = 0; band < this.count; band++) {
      let sum = 0
      for (let i = starts[band]!, bin = offset + first[band]!; i < starts[band + 1]!; i++, bin++) sum += weights[i]! * bins[bin]!
      out[to + band] = sum
    }
  }
}
