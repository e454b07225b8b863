// What the convex methods minimise, in the pieces that they take it apart into: a fit and a variation with slopes, and
// corners (H ≥ 0, L1, block norm) with one proximal map for all three (Yukawa & Kagami 2018).

import { addProduct, addProductByRows } from '../learn/matrix.ts'
import type { Fit } from './fit.ts'
import type { Problem, Residuals, SolveOptions } from './problem.ts'

export class Objective {
  readonly frames: number
  readonly atoms: number
  readonly bins: number
  readonly l1: number
  readonly block: number
  readonly variation: number
  /** frames × atoms, 1 where a block of the block norm ends and the next begins; null: each course is one block. */
  cuts: Uint8Array | null = null
  private readonly values: Float64Array
  private readonly spectra: Float64Array
  private readonly slopes: Float64Array

  constructor({ values, spectra, bins }: Problem, readonly fit: Fit, { l1 = 0, block = 0, variation = 0 }: SolveOptions) {
    this.values = values
    this.spectra = spectra
    this.bins = bins
    this.frames = values.length / bins
    this.atoms = spectra.length / bins
    this.l1 = l1
    this.block = block
    this.variation = variation
    this.slopes = new Float64Array(values.length)
  }

  /** Q = H W */
  estimate(H: Float64Array, Q: Float64Array): Float64Array {
    addProduct(Q.fill(0), H, this.spectra, this.frames, this.atoms, this.bins)
    return Q
  }

  value(H: Float64Array, Q: Float64Array): number {
    const { values, fit, atoms, block, variation, l1 } = this
    let sum = 0
    for (let i = 0; i < values.length; i++) sum += fit.cost(values[i]!, Q[i]!)
    if (l1 > 0) for (let i = 0; i < H.length; i++) sum += l1 * H[i]!
    if (variation > 0) for (let i = atoms; i < H.length; i++) sum += variation * (H[i]! - H[i - atoms]!) ** 2
    if (block > 0) this.eachBlock((k, from, to) => { sum += block * this.norm(H, k, from, to) })
    return sum
  }

  /** Of all that has a slope: fit and variation. */
  gradient(H: Float64Array, Q: Float64Array, out: Float64Array): Float64Array {
    const { values, slopes, fit, spectra, frames, atoms, bins, variation } = this
    for (let i = 0; i < values.length; i++) slopes[i] = fit.slope(values[i]!, Q[i]!)
    addProductByRows(out.fill(0), slopes, spectra, frames, bins, atoms)
    if (variation > 0)
      for (let i = atoms; i < H.length; i++) {
        const pull = 2 * variation * (H[i]! - H[i - atoms]!)
        out[i]! += pull
        out[i - atoms]! -= pull
      }
    return out
  }

  /** The proximal map of all that has corners, in place; `steps` per atom. */
  shrink(U: Float64Array, steps: Float64Array): Float64Array {
    const { atoms, l1, block } = this
    for (let i = 0, k = 0; i < U.length; i++, k = k + 1 < atoms ? k + 1 : 0) U[i] = Math.max(0, U[i]! - steps[k]! * l1)
    if (block > 0) this.shrinkBlocks(U, steps)
    return U
  }

  /** That of the block norm alone. */
  shrinkBlocks(U: Float64Array, steps: Float64Array): Float64Array {
    const { atoms, block } = this
    this.eachBlock((k, from, to) => {
      const norm = this.norm(U, k, from, to)
      const scale = norm > 0 ? Math.max(0, 1 - (steps[k]! * block) / norm) : 0
      for (let t = from; t < to; t++) U[t * atoms + k]! *= scale
    })
    return U
  }

  /** See `Residuals`. Where a slope pushes down, an activation as small as it could be pushed in one step counts as little. */
  residuals(H: Float64Array): Residuals {
    const { values, fit, spectra, slopes, frames, atoms, bins, l1, block } = this
    const Q = this.estimate(H, new Float64Array(values.length))
    const slope = this.gradient(H, Q, new Float64Array(H.length))
    for (let i = 0; i < values.length; i++) slopes[i] = fit.part(values[i]!, Q[i]!)
    const parts = new Float64Array(H.length)
    addProductByRows(parts, slopes, spectra, frames, bins, atoms)
    const scale = parts.reduce((most, x) => Math.max(most, x), 0) + l1 + block
    const largest = H.reduce((most, x) => Math.max(most, x), 0)
    let positive = 0, zero = 0
    this.eachBlock((k, from, to) => {
      const norm = block > 0 ? this.norm(H, k, from, to) : 1
      let gain = 0 // of a block that rests: what is to be gained by waking it
      for (let i = from * atoms + k; i < to * atoms; i += atoms) {
        const x = H[i]!
        const s = slope[i]! + l1 + (norm > 0 ? (block * x) / norm : 0)
        if (x > 0) positive = Math.max(positive, s > 0 ? Math.min(s / scale, x / largest) : -s / scale)
        else if (norm > 0) zero = Math.max(zero, -s / scale)
        else if (s < 0) gain += s * s
      }
      zero = Math.max(zero, (Math.sqrt(gain) - block) / scale)
    })
    return { positive, zero: Math.max(0, zero) }
  }

  private norm(H: Float64Array, k: number, from: number, to: number): number {
    let sum = 0
    for (let t = from; t < to; t++) sum += H[t * this.atoms + k]! ** 2
    return Math.sqrt(sum)
  }

  private eachBlock(visit: (atom: number, from: number, to: number) => void): void {
    const { frames, atoms, cuts } = this
    for (let k = 0; k < atoms; k++) {
      let from = 0
      for (let t = 1; cuts && t < frames; t++) {
        if (!cuts[t * atoms + k]) continue
        visit(k, from, t)
        from = t
      }
      visit(k, from, frames)
    }
  }
}

/**
 * For any positive u the Gram matrix G of spectra that are nowhere negative is at most diag((G u) ⊘ u), because what is left
 * is diagonally dominant: a bound per atom, and so a step per atom. u = 1 ⊘ row sums makes it the same whatever unit an atom has.
 */
export function curvatures(spectra: Float64Array, bins: number): Float64Array {
  const atoms = spectra.length / bins
  const u = new Float64Array(atoms)
  for (let k = 0; k < atoms; k++) {
    let sum = 0
    for (let i = k * bins; i < (k + 1) * bins; i++) sum += spectra[i]!
    u[k] = sum > 0 ? 1 / sum : 0
  }
  return bound(gramOf(spectra, bins), u)
}

/** ‖W‖², from above: the same bound with u brought near the eigenvector of the largest eigenvalue (Collatz & Wielandt). */
export function largestCurvature(spectra: Float64Array, bins: number): number {
  const gram = gramOf(spectra, bins)
  let u = new Float64Array(spectra.length / bins).fill(1)
  let best = Infinity
  for (let round = 0; round < 100; round++) {
    const v = bound(gram, u)
    best = Math.min(best, v.reduce((most, x) => Math.max(most, x), 0))
    u = u.map((x, k) => x * v[k]!)
    const most = u.reduce((a, b) => Math.max(a, b), 0)
    u = u.map((x) => x / most)
  }
  return best
}

export function gramOf(spectra: Float64Array, bins: number): Float64Array {
  const atoms = spectra.length / bins
  const gram = new Float64Array(atoms * atoms)
  addProductByRows(gram, spectra, spectra, atoms, bins, atoms)
  return gram
}

function bound(gram: Float64Array, u: Float64Array): Float64Array {
  return u.map((x, k) => {
    let sum = 0
    for (let j = 0; j < u.length; j++) sum += gram[k * u.length + j]! * u[j]!
    return x > 0 ? sum / x : 0
  })
}
