// Multiplicative updates with a floor, for the whole AB family (Cichocki, Cruces & Amari 2011), with weights M:
//
//   H ← max(ε, H ⊙ [ (M ⊙ V^α ⊙ Q^(β−1)) Wᵀ ⊘ ((M ⊙ Q^(α+β−1)) Wᵀ + αλ₁) ]^ω)
//
// where α is negative, so is αλ₁, and it stands on the other side. What ends at the floor was nothing.

import { omegaOf } from '../../worklet/dictionary.ts'
import { costOf } from '../learn/divergence.ts'
import { addProduct, addProductByRows } from '../learn/matrix.ts'
import { meanOf, type Problem, type Residuals, type Solver, type SolveOptions, startOf } from './problem.ts'

/** Relative to the mean activation of the start: what is smaller can still come back. */
const EPSILON = 1e-9

/** Stands in for values of zero where they would cost infinitely much, relative to their mean. */
export const leastOf = ({ alpha, beta }: SolveOptions['divergence']): number => (alpha > 0 && alpha + beta > 0 ? 0 : 1e-6)

export function* multiplicative(problem: Problem, { divergence, iterations, l1 = 0, weights, start }: SolveOptions): Solver {
  const { spectra, bins } = problem
  const { alpha, beta } = divergence
  const atoms = spectra.length / bins, frames = problem.values.length / bins
  const least = leastOf(divergence) * meanOf(problem.values)
  const values = problem.values.map((y) => Math.max(least, y))
  const cost = costOf(divergence)
  const omega = omegaOf(divergence)
  const H = startOf(problem, start)
  const floor = EPSILON * meanOf(startOf(problem, undefined))
  // an estimate of nothing would be divided by; an atom of nothing never moves
  const lowest = 1e-12 * meanOf(values)
  const power = values.map((y, i) => (weights?.[i] ?? 1) * y ** alpha)
  const Q = new Float64Array(values.length), A = new Float64Array(values.length), B = new Float64Array(values.length)
  const up = new Float64Array(H.length), down = new Float64Array(H.length)
  const estimate = (): void => {
    addProduct(Q.fill(0), H, spectra, frames, atoms, bins)
    for (let i = 0; i < Q.length; i++) Q[i] = Math.max(lowest, Q[i]!)
  }
  const ratios = (): void => {
    for (let i = 0; i < Q.length; i++) {
      const q = Q[i]!
      const power1 = beta === 0 ? 1 / q : beta === 1 ? 1 : q ** (beta - 1)
      A[i] = power[i]! * power1
      B[i] = (weights?.[i] ?? 1) * (alpha === 1 ? q * power1 : q ** (alpha + beta - 1))
    }
    addProductByRows(up.fill(Math.max(0, -alpha * l1)), A, spectra, frames, bins, atoms)
    addProductByRows(down.fill(Math.max(0, alpha * l1)), B, spectra, frames, bins, atoms)
  }
  const value = (): number => {
    let sum = 0
    for (let i = 0; i < Q.length; i++) sum += (weights?.[i] ?? 1) * cost(values[i]!, Q[i]!)
    for (let i = 0; i < H.length; i++) sum += l1 * H[i]!
    return sum
  }

  for (let i = 0; i < H.length; i++) H[i] = Math.max(floor, H[i]!)
  estimate()
  const loss: number[] = []
  for (let pass = 0; pass < iterations; pass++) {
    ratios()
    for (let i = 0; i < H.length; i++) {
      const ratio = up[i]! / down[i]!
      // not 0/0: bins that do not count, atoms of nothing
      if (ratio >= 0) H[i] = Math.max(floor, H[i]! * (omega === 1 ? ratio : ratio ** omega))
    }
    estimate()
    loss.push(value())
    yield loss.at(-1)!
  }
  for (let i = 0; i < H.length; i++) if (H[i]! <= floor) H[i] = 0
  estimate()
  ratios()
  return { activations: H, loss, kkt: residuals(H, up, down, alpha) }
}

/** The slope is (down − up)/α, and its two parts stand there. */
export function residuals(H: Float64Array, up: Float64Array, down: Float64Array, alpha: number): Residuals {
  const scale = up.reduce((most, x, i) => Math.max(most, x, down[i]!), 0)
  const largest = H.reduce((most, x) => Math.max(most, x), 0)
  let positive = 0, zero = 0
  for (let i = 0; i < H.length; i++) {
    const slope = (Math.sign(alpha) * (down[i]! - up[i]!)) / scale
    if (H[i]! > 0) positive = Math.max(positive, slope > 0 ? Math.min(slope, H[i]! / largest) : -slope)
    else zero = Math.max(zero, -slope)
  }
  return { positive, zero }
}
