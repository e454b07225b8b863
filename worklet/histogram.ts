// The stereo field as a fold over frames: a weighted histogram of level against delay (Yilmaz & Rickard 2004), and its side
// views against frequency. What sounded lately fades exponentially; everything since `reset` is kept underneath.
//
//   level = 10·log₁₀(|X_R|² ⁄ |X_L|²)      delay = −∠(X_R·X̄_L) ⁄ ω      weight = |X_L·X_R|^p · ω^q
//
// A phase tells a delay only while ω·d < π: each range of delays hears the bins for which that is so, and no others.

import { BAND_CELLS, DELAY_CELLS, DELAY_RANGES, delayToY, hertzToZ, LEVEL_CELLS, levelToX } from './field-axes.ts'
import type { Frame } from './frame.ts'

/** Weights in any unit, row by row. */
export interface Planes {
  /** For each of DELAY_RANGES: DELAY_CELLS rows of LEVEL_CELLS. */
  readonly levelDelay: readonly Float32Array[]
  /** BAND_CELLS rows of LEVEL_CELLS. */
  readonly levelBand: Float32Array
  /** For each of DELAY_RANGES: BAND_CELLS rows of DELAY_CELLS. Bands in which delays wrap stay empty. */
  readonly delayBand: readonly Float32Array[]
}

export interface HistogramOptions {
  readonly sampleRate: number
  readonly fftSize: number
  readonly hopSize: number
  /** p of the weight, ½ to 1. */
  readonly p?: number
  /** q of the weight, 0 to 1. */
  readonly q?: number
}

/** The weaker channel counts as no weaker than this (−40 dB), so that what stands hard at one side has weight too. */
const WEAKEST = 1e-4
/** What silence counts as, so that hard left and hard right are far away but somewhere. */
const SILENCE = 1e-30
/** Bins this far below the frame's strongest (−80 dB) are passed over. */
const FAINT = 1e-8
/** The newest frames weigh more instead of all cells fading each time; beyond this everything is brought down. */
const HEAVIEST = 1e6

export class Histogram {
  readonly live: Planes = emptyPlanes()
  readonly whole: Planes = emptyPlanes()
  /** Stops the live planes; the whole goes on. */
  frozen = false
  private readonly fading = all(this.live)
  /** Of the widest range: weight that came at delays beyond it, and all that it heard. */
  private readonly sums = new Float64Array(2)
  private gain = 1
  private growth = 1
  private readonly p: number
  /** Of each bin: ω in radians per sample, ω^q, its band; for each range the first bin that wraps. */
  private readonly omega: Float64Array
  private readonly emphasis: Float64Array
  private readonly band: Int32Array
  private readonly reach: Int32Array

  constructor(private readonly options: HistogramOptions) {
    const { sampleRate, fftSize, p = 1, q = 0.5 } = options
    const bins = fftSize / 2 + 1
    this.p = p
    this.omega = Float64Array.from({ length: bins }, (_, bin) => (2 * Math.PI * bin) / fftSize)
    this.emphasis = this.omega.map((omega) => omega ** q)
    this.band = Int32Array.from({ length: bins }, (_, bin) => Math.min(BAND_CELLS - 1, Math.floor(hertzToZ((bin * sampleRate) / fftSize, sampleRate) * BAND_CELLS)))
    this.reach = Int32Array.from(DELAY_RANGES, (range) => Math.min(bins - 1, Math.ceil(fftSize / (2 * range))))
    this.remember(3)
  }

  /** Seconds after which the live planes have forgotten all but 1/e. */
  remember(seconds: number): void {
    this.growth = Math.exp(this.options.hopSize / (seconds * this.options.sampleRate))
  }

  /** Share of the weight at delays that no range shows: inverted polarity, wide effects. */
  get beyond(): number { return this.sums[1]! > 0 ? this.sums[0]! / this.sums[1]! : 0 }

  reset(): void {
    for (const planes of [this.live, this.whole]) for (const plane of all(planes)) plane.fill(0)
    this.gain = 1
    this.sums.fill(0)
  }

  /** One frame of two channels. No allocation. */
  add({ left, right, crossRe, crossIm }: Pick<Frame, 'left' | 'right' | 'crossRe' | 'crossIm'>): void {
    const { p, omega, emphasis, band, reach, live, whole, frozen, sums } = this
    const bins = omega.length - 1 // neither bin 0 nor the last has a phase
    let strongest = 0
    for (let bin = 1; bin < bins; bin++) {
      const power = left[bin]! + right[bin]!
      if (power > strongest) strongest = power
    }
    if (!frozen) this.grow()
    if (!(strongest > 0)) return
    const faint = strongest * FAINT
    const gain = frozen ? 0 : this.gain
    const widest = DELAY_RANGES.length - 1
    for (let bin = 1; bin < bins; bin++) {
      const l = left[bin]!
      const r = right[bin]!
      if (l + r < faint) continue
      const product = l > r ? l * Math.max(r, l * WEAKEST) : r * Math.max(l, r * WEAKEST)
      const weight = emphasis[bin]! * (p === 1 ? Math.sqrt(product) : product ** (p / 2))
      const column = cell(levelToX(3.010299957 * log2((r + SILENCE) / (l + SILENCE))), LEVEL_CELLS)
      const row = band[bin]!
      whole.levelBand[row * LEVEL_CELLS + column]! += weight
      live.levelBand[row * LEVEL_CELLS + column]! += weight * gain
      if (bin >= reach[0]!) continue
      const delay = -angle(crossIm[bin]!, crossRe[bin]!) / omega[bin]!
      for (let range = 0; range <= widest && bin < reach[range]!; range++) {
        const y = delayToY(delay, DELAY_RANGES[range]!)
        if (range === widest) sums[1]! += weight
        if (!(y >= 0 && y <= 1)) {
          if (range === widest) sums[0]! += weight
          continue
        }
        const at = cell(y, DELAY_CELLS)
        whole.levelDelay[range]![at * LEVEL_CELLS + column]! += weight
        live.levelDelay[range]![at * LEVEL_CELLS + column]! += weight * gain
        whole.delayBand[range]![row * DELAY_CELLS + at]! += weight
        live.delayBand[range]![row * DELAY_CELLS + at]! += weight * gain
      }
    }
  }

  private grow(): void {
    this.gain *= this.growth
    if (this.gain < HEAVIEST) return
    for (const plane of this.fading) for (let i = 0; i < plane.length; i++) plane[i]! /= this.gain
    this.gain = 1
  }
}

const float = new Float32Array(1)
const bits = new Int32Array(float.buffer)

/** log₂ of a positive number to 1e-4, a third of a thousandth of a decibel: the exponent as it stands, the mantissa by a polynomial. */
function log2(x: number): number {
  float[0] = x
  const exponent = (bits[0]! >> 23) - 127
  bits[0] = (bits[0]! & 0x7fffff) | 0x3f800000
  const m = float[0]
  return exponent - 2.505614662 + m * (4.049616893 + m * (-2.099402281 + m * (0.635511117 - m * 0.080010877)))
}

/** atan2 to 2e-6 radians: an odd polynomial on 0 to 1 (after Hastings 1955), the other octants by symmetry. */
function angle(y: number, x: number): number {
  const ax = Math.abs(x)
  const ay = Math.abs(y)
  if (ax + ay === 0) return 0
  const t = ax > ay ? ay / ax : ax / ay
  const s = t * t
  let a = t * (0.99997726 + s * (-0.33262347 + s * (0.19354346 + s * (-0.11643287 + s * (0.05265332 - s * 0.0117212)))))
  if (ay > ax) a = Math.PI / 2 - a
  if (x < 0) a = Math.PI - a
  return y < 0 ? -a : a
}

const cell = (position: number, cells: number): number => Math.min(cells - 1, Math.floor(position * cells))

function emptyPlanes(): Planes {
  return {
    levelDelay: DELAY_RANGES.map(() => new Float32Array(DELAY_CELLS * LEVEL_CELLS)),
    levelBand: new Float32Array(BAND_CELLS * LEVEL_CELLS),
    delayBand: DELAY_RANGES.map(() => new Float32Array(BAND_CELLS * DELAY_CELLS)),
  }
}

const all = (planes: Planes): Float32Array[] => [...planes.levelDelay, planes.levelBand, ...planes.delayBand]
