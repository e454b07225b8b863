// The rows of a picture: frequency on a logarithmic axis, and which bins of a frame each row shows.

export const ROWS = 560
const LOW = 50 // Hz
const HIGH = 16_000
const TILT = 3 // dB per octave: what falls off like most sounds do looks even
const REFERENCE = 1000 // Hz, where the tilt is nothing

export interface Axis {
  readonly low: number
  readonly high: number
  /** 0 at the bottom, 1 at the top. */
  row(hertz: number): number
  hertz(row: number): number
}

export function frequencyAxis(sampleRate: number): Axis {
  const high = Math.min(HIGH, sampleRate / 2)
  const octaves = Math.log2(high / LOW)
  return { low: LOW, high, row: (hertz) => Math.log2(hertz / LOW) / octaves, hertz: (row) => LOW * 2 ** (row * octaves) }
}

/** Of a session: `shapeFor` may have fitted the dictionary's sizes to its rate. */
export interface RowsShape { readonly sampleRate: number; readonly fftSize: number; readonly windowSize: number }

/** For each row the bins it covers; where it covers less than one, the bin below it and how far it is to the next. */
export class Rows {
  readonly axis: Axis
  readonly first = new Uint16Array(ROWS)
  readonly last = new Uint16Array(ROWS)
  readonly fraction = new Float32Array(ROWS)
  /** What is added to 20·log₁₀ of a magnitude to show it: the tilt, and 0 dB for a sine of full scale. */
  private readonly offset = new Float32Array(ROWS)

  constructor({ sampleRate, fftSize, windowSize }: RowsShape) {
    this.axis = frequencyAxis(sampleRate)
    // Half the sum of the window, which has the mean of half a sine.
    const fullScale = 20 * Math.log10(windowSize / Math.PI)
    const { first, last, fraction, axis } = this
    const most = fftSize / 2
    for (let r = 0; r < ROWS; r++) {
      const from = axis.hertz(r / ROWS) * fftSize / sampleRate
      const to = axis.hertz((r + 1) / ROWS) * fftSize / sampleRate
      const middle = (from + to) / 2
      first[r] = Math.min(most, to - from < 1 ? Math.floor(middle) : Math.round(from))
      last[r] = to - from < 1 ? first[r]! : Math.min(most, Math.max(first[r]!, Math.round(to) - 1))
      fraction[r] = to - from < 1 ? middle - Math.floor(middle) : 0
      this.offset[r] = TILT * Math.log2(this.hertz(r) / REFERENCE) - fullScale
    }
  }

  hertz(row: number): number { return this.axis.hertz((row + 0.5) / ROWS) }

  /** How much of what a row shows is the tilt's. */
  tilt(row: number): number { return TILT * Math.log2(this.hertz(row) / REFERENCE) }

  /** dB per row into `out`; returns the highest. */
  levels(magnitude: Float32Array, out: Float32Array): number {
    const { first, last, fraction, offset } = this
    let loudest = -Infinity
    for (let r = 0; r < ROWS; r++) {
      out[r] = 20 * Math.log10(strongest(magnitude, first[r]!, last[r]!, fraction[r]!) + 1e-12) + offset[r]!
      if (out[r]! > loudest) loudest = out[r]!
    }
    return loudest
  }

  /** The bin that speaks for a row: among many the loudest. */
  speaker(magnitude: Float32Array, row: number): number {
    const last = this.last[row]!
    let best = this.first[row]!
    for (let i = best + 1; i <= last; i++) if (magnitude[i]! > magnitude[best]!) best = i
    return best
  }

  /** Each source's share of a row. Between two bins the owners are mixed like the energy is. */
  shares(magnitude: Float32Array, masks: Float32Array, bins: number, row: number, out: Float32Array): void {
    const alone = this.first[row]! === this.last[row]!
    const bin = alone ? this.first[row]! : this.speaker(magnitude, row)
    const t = alone ? this.fraction[row]! : 0
    const next = Math.min(bins - 1, bin + 1)
    for (let k = 0; k < out.length; k++) out[k] = masks[k * bins + bin]! * (1 - t) + masks[k * bins + next]! * t
  }
}

function strongest(magnitude: Float32Array, first: number, last: number, fraction: number): number {
  if (first === last) return magnitude[first]! * (1 - fraction) + magnitude[Math.min(magnitude.length - 1, first + 1)]! * fraction
  let most = 0
  for (let i = first; i <= last; i++) if (magnitude[i]! > most) most = magnitude[i]!
  return most
}
