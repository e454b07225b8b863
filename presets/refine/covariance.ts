// Two channels and several places: a place is a 2 × 2 covariance per bin (Duong, Vincent & Gribonval 2010), a source its place
// times a variance per frame and bin. For one row of bins, with M = Σ v C and y = M⁻¹ x:
//
//   n = yᴴ C y      d = tr(M⁻¹ C)      the source's estimate: v C y

import type { Matrix } from '../products.ts'
import { newPair, type Pair } from './frames.ts'

/** Per bin, of mean power one: the two powers, and right times the conjugate of left. */
export interface Covariance { readonly left: Float32Array; readonly right: Float32Array; readonly re: Float32Array; readonly im: Float32Array }

/** The share of every direction in every place, so that there is an inverse. No more: stems already hold what comes from elsewhere. */
const DIFFUSE = 0.001

/** Sums what the frames say. */
export class CovarianceSum {
  private readonly left: Float64Array
  private readonly right: Float64Array
  private readonly re: Float64Array
  private readonly im: Float64Array

  constructor(private readonly bins: number) {
    const row = (): Float64Array => new Float64Array(bins)
    this.left = row(); this.right = row(); this.re = row(); this.im = row()
  }

  add([left, right]: Pair): void {
    for (let i = 0; i < this.bins; i++) {
      const a = left.re[i]!, b = left.im[i]!, c = right.re[i]!, d = right.im[i]!
      this.left[i]! += a * a + b * b
      this.right[i]! += c * c + d * d
      this.re[i]! += a * c + b * d
      this.im[i]! += a * d - b * c
    }
  }

  /** Bins that never sounded come from everywhere. */
  covariance(): Covariance {
    const { bins, left, right, re, im } = this
    const scale = left.map((l, i) => (l + right[i]! > 0 ? 2 / ((l + right[i]!) * (1 + DIFFUSE / 2)) : 0))
    const flat = (i: number): number => (scale[i]! > 0 ? DIFFUSE / 2 / (1 + DIFFUSE / 2) : 1)
    const made = (of: (i: number) => number): Float32Array => Float32Array.from({ length: bins }, (_, i) => of(i))
    return {
      left: made((i) => left[i]! * scale[i]! + flat(i)), right: made((i) => right[i]! * scale[i]! + flat(i)),
      re: made((i) => re[i]! * scale[i]!), im: made((i) => im[i]! * scale[i]!),
    }
  }
}

/** One row at a time: M⁻¹ and y. */
export class Posterior {
  private readonly left: Float32Array
  private readonly right: Float32Array
  private readonly re: Float32Array
  private readonly im: Float32Array
  private readonly y: Pair
  private readonly difference: Pair

  constructor(private readonly bins: number) {
    const row = (): Float32Array => new Float32Array(bins)
    this.left = row(); this.right = row(); this.re = row(); this.im = row()
    this.y = newPair(bins)
    this.difference = newPair(bins)
  }

  /** M⁻¹ of Σ v C; `at` is where the row begins in each variance. */
  invert(variances: readonly Matrix[], at: number, covariances: readonly Covariance[]): void {
    const { left, right, re, im, bins } = this
    left.fill(0); right.fill(0); re.fill(0); im.fill(0)
    covariances.forEach((C, k) => {
      const v = variances[k]!
      for (let i = 0; i < bins; i++) {
        const variance = v[at + i]!
        left[i]! += variance * C.left[i]!
        right[i]! += variance * C.right[i]!
        re[i]! += variance * C.re[i]!
        im[i]! += variance * C.im[i]!
      }
    })
    for (let i = 0; i < bins; i++) {
      const scale = 1 / (left[i]! * right[i]! - re[i]! * re[i]! - im[i]! * im[i]!)
      const l = left[i]!
      left[i] = right[i]! * scale
      right[i] = l * scale
      re[i]! *= -scale
      im[i]! *= -scale
    }
  }

  /** y = M⁻¹ x */
  apply([xl, xr]: Pair): void {
    const { left, right, re, im, y: [yl, yr], bins } = this
    for (let i = 0; i < bins; i++) {
      const a = xl.re[i]!, b = xl.im[i]!, c = xr.re[i]!, d = xr.im[i]!
      yl.re[i] = left[i]! * a + re[i]! * c + im[i]! * d // the conjugate of the cross term leads from right to left
      yl.im[i] = left[i]! * b + re[i]! * d - im[i]! * c
      yr.re[i] = right[i]! * c + re[i]! * a - im[i]! * b
      yr.im[i] = right[i]! * d + re[i]! * b + im[i]! * a
    }
  }

  /** n and d of one place, from `at`. */
  explain(C: Covariance, n: Matrix, d: Matrix, at: number): void {
    const { left, right, re, im, y: [yl, yr], bins } = this
    for (let i = 0; i < bins; i++) {
      const a = yl.re[i]!, b = yl.im[i]!, c = yr.re[i]!, e = yr.im[i]!
      n[at + i] = Math.max(0, C.left[i]! * (a * a + b * b) + C.right[i]! * (c * c + e * e) + 2 * (C.re[i]! * (a * c + b * e) + C.im[i]! * (a * e - b * c)))
      d[at + i] = Math.max(0, left[i]! * C.left[i]! + right[i]! * C.right[i]! + 2 * (re[i]! * C.re[i]! + im[i]! * C.im[i]!))
    }
  }

  /** v C y: what the source says, `at` being where the row begins in its variances. */
  estimate(C: Covariance, v: Matrix, at: number, into: Pair): void { place(C, v, at, this.y, into, this.bins) }

  /** v C (G − y) */
  excess(C: Covariance, v: Matrix, at: number, G: Pair, into: Pair): void {
    this.difference.forEach((row, c) => {
      for (let i = 0; i < this.bins; i++) {
        row.re[i] = G[c]!.re[i]! - this.y[c]!.re[i]!
        row.im[i] = G[c]!.im[i]! - this.y[c]!.im[i]!
      }
    })
    place(C, v, at, this.difference, into, this.bins)
  }
}

/** C⁻¹, bin by bin. */
export function inverseOf({ left, right, re, im }: Covariance): Covariance {
  const scale = left.map((l, i) => 1 / (l * right[i]! - re[i]! ** 2 - im[i]! ** 2))
  const times = (x: Float32Array, sign: number): Float32Array => x.map((value, i) => sign * value * scale[i]!)
  return { left: times(right, 1), right: times(left, 1), re: times(re, -1), im: times(im, -1) }
}

/** v C s, or with the inverse of C and `over` its inverse: (v C)⁻¹ s. */
export function place(C: Covariance, v: Matrix, at: number, [sl, sr]: Pair, [ol, or]: Pair, bins: number, over = false): void {
  for (let i = 0; i < bins; i++) {
    const variance = over ? 1 / v[at + i]! : v[at + i]!
    const l = C.left[i]! * variance, r = C.right[i]! * variance, x = C.re[i]! * variance, y = C.im[i]! * variance
    const a = sl.re[i]!, b = sl.im[i]!, c = sr.re[i]!, d = sr.im[i]!
    ol.re[i] = l * a + x * c + y * d
    ol.im[i] = l * b + x * d - y * c
    or.re[i] = r * c + x * a - y * b
    or.im[i] = r * d + x * b + y * a
  }
}
