// What a passage in which only one source plays tells about where it stands: the 2 × 2 spatial covariance per frequency,
// a fold over frames. It holds what no point does, rooms and effects (Duong, Vincent & Gribonval 2010).

import { binCount } from './dictionary.ts'
import type { Frame } from './frame.ts'
import { type LearnedPlace, passages, type Selection } from './selection.ts'

/** Per bin of the analysis it was made with: |L|², |R|², and re and im of R·L̄, as sums over a passage. */
export interface Covariance {
  readonly sampleRate: number
  readonly fftSize: number
  readonly values: Float32Array
}

/** By passage, as `passageKey` names it. */
export type Covariances = Readonly<Record<string, Covariance>>

export const passageKey = ({ from, to }: LearnedPlace['learned']): string => `${from}-${to}`

export const ROW = 4

/** Frames in, covariance out. */
export class CovarianceFold {
  private readonly sums: Float64Array
  constructor(private readonly sampleRate: number, private readonly fftSize: number) {
    this.sums = new Float64Array(ROW * binCount(fftSize))
  }

  add({ left, right, crossRe, crossIm }: Frame): void {
    const { sums } = this
    for (let bin = 0, at = 0; bin < left.length; bin++) {
      sums[at++]! += left[bin]!
      sums[at++]! += right[bin]!
      sums[at++]! += crossRe[bin]!
      sums[at++]! += crossIm[bin]!
    }
  }

  /** Whether nothing was heard, or nothing in two channels. */
  get silent(): boolean { return !this.sums.some((x) => x > 0) }

  /** Brought to a mean power of one, so that the numbers fit whatever the passage's level. */
  result(): Covariance {
    const { sums, sampleRate, fftSize } = this
    let power = 0
    for (let at = 0; at < sums.length; at += ROW) power += sums[at]! + sums[at + 1]!
    const scale = power > 0 ? binCount(fftSize) / power : 0
    return { sampleRate, fftSize, values: Float32Array.from(sums, (x) => x * scale) }
  }
}

/** A covariance on another analysis's bins, interpolated in hertz; beyond its reach it goes on as at its end. */
export function fitCovariance({ sampleRate, fftSize, values }: Covariance, toRate: number, toSize: number): Float32Array {
  const bins = binCount(toSize)
  const last = values.length / ROW - 1
  const step = (toRate / toSize) / (sampleRate / fftSize)
  const fitted = new Float32Array(ROW * bins)
  for (let bin = 0; bin < bins; bin++) {
    const at = Math.min(bin * step, last)
    const below = Math.min(Math.floor(at), last - 1)
    for (let i = 0; i < ROW; i++)
      fitted[bin * ROW + i] = values[below * ROW + i]! * (below + 1 - at) + values[(below + 1) * ROW + i]! * (at - below)
  }
  return fitted
}

/** The one door for covariances from outside: the analysis, the count of numbers, and what makes each a covariance. */
export function checkCovariance({ sampleRate, fftSize, values }: Covariance, where: string): void {
  const expected = ROW * binCount(fftSize)
  if (values.length !== expected) throw new RangeError(`${where}: expected ${expected} numbers (${ROW} per bin), got ${values.length}`)
  if (!(sampleRate > 0)) throw new RangeError(`${where}: expected a sample rate above 0, got ${sampleRate}`)
  const bad = values.findIndex((x, i) => !(Math.abs(x) < Infinity) || (i % ROW < 2 && x < 0))
  if (bad >= 0) throw new RangeError(`${where}: expected finite numbers, powers not negative, got ${values[bad]} in bin ${Math.floor(bad / ROW)}`)
}

/** Every learned place of a selection must come with what was learned. */
export function checkLearned(selection: Selection, covariances: Covariances, where = 'selection'): void {
  for (const passage of passages(selection)) {
    const key = passageKey(passage)
    const covariance = Object.hasOwn(covariances, key) ? covariances[key] : undefined
    if (!covariance) throw new TypeError(`${where}: expected a covariance for the passage ${key} s, got none`)
    checkCovariance(covariance, `${where}: passage ${key} s`)
  }
}
