// Alternating directions (Boyd et al. 2011), for the divergences as they are, without an envelope: what H explains and H
// itself each get a copy, so that every term meets only its own proximal map.
//
//   X = H W,  U = H      H ← least squares of X − A and U − B, with the variation      X ← prox_d(H W + A)
//   A ← A + H W − X      B ← B + H − U                                                 U ← P(H + B)
//
// In the eigenvectors of the Gram matrix the atoms of H's equations come apart, and what is left for each is tridiagonal
// in time; a new ρ costs nothing.

import { addProduct, addProductByRows } from '../learn/matrix.ts'
import { cutsOf } from './blocks.ts'
import { eigenOf } from './eigen.ts'
import { type Fit, fitOf } from './fit.ts'
import { gramOf, Objective } from './objective.ts'
import { leastOf } from './multiplicative.ts'
import { meanOf, type Problem, type Solver, type SolveOptions, startOf } from './problem.ts'

/** Over-relaxation. */
const RELAX = 1.6
/** ρ follows the balance of the two residuals for so long; convergence is only sure where it rests. */
const TUNED = 300
const EVERY = 10

export function* admm(problem: Problem, options: SolveOptions): Solver {
  const { spectra, bins } = problem
  const { divergence, iterations, start } = options
  const mean = meanOf(problem.values)
  const least = leastOf(divergence) * mean
  const heard = { ...problem, values: problem.values.map((y) => Math.max(least, y)) }
  const { values } = heard
  const fit = fitOf(divergence)
  // an estimate of nothing costs infinitely much where something is: only the reported loss meets it, on the way
  const lowest = 1e-12 * mean
  const finite: Fit = { ...fit, cost: (y, x) => fit.cost(y, Math.max(lowest, x)), slope: (y, x) => fit.slope(y, Math.max(lowest, x)) }
  const objective = new Objective(heard, finite, options)
  if (options.local) objective.cuts = yield* cutsOf(heard, options, admm)
  const { atoms, frames, variation } = objective
  const { values: lambdas, vectors } = eigenOf(gramOf(spectra, bins))
  /** U's share of ρ, so that both copies weigh alike whatever unit the spectra have. */
  const share = lambdas.reduce((a, b) => a + b, 0) / atoms
  let rho = 1 / (divergence.alpha < 0 ? mean * mean : divergence.beta === 0 ? mean : 1)

  const U = startOf(problem, start), B = new Float64Array(U.length), H = U.slice()
  const X = objective.estimate(H, new Float64Array(values.length)), A = new Float64Array(values.length)
  const Q = new Float64Array(values.length), rest = new Float64Array(values.length)
  const right = new Float64Array(U.length), turned = new Float64Array(U.length), steps = new Float64Array(atoms)
  const uBefore = new Float64Array(U.length), xBefore = new Float64Array(X.length)

  const leastSquares = (): void => {
    for (let i = 0; i < X.length; i++) rest[i] = X[i]! - A[i]!
    for (let i = 0; i < U.length; i++) right[i] = share * (U[i]! - B[i]!)
    addProductByRows(right, rest, spectra, frames, bins, atoms)
    addProductByRows(turned.fill(0), right, vectors, frames, atoms, atoms)
    for (let k = 0; k < atoms; k++) tridiagonal(turned, k, atoms, frames, lambdas[k]! + share, (2 * variation) / rho)
    addProduct(H.fill(0), turned, vectors, frames, atoms, atoms)
  }

  const loss: number[] = []
  for (let pass = 0; pass < iterations; pass++) {
    leastSquares()
    objective.estimate(H, Q)
    xBefore.set(X)
    uBefore.set(U)
    for (let i = 0; i < X.length; i++) {
      const seen = RELAX * Q[i]! + (1 - RELAX) * X[i]!
      X[i] = fit.prox(values[i]!, seen + A[i]!, 1 / rho)
      A[i]! += seen - X[i]!
    }
    for (let i = 0; i < U.length; i++) {
      const seen = RELAX * H[i]! + (1 - RELAX) * U[i]!
      U[i] = seen + B[i]!
      B[i]! += seen
    }
    objective.shrink(U, steps.fill(1 / (rho * share)))
    for (let i = 0; i < U.length; i++) B[i]! -= U[i]!
    if (pass < TUNED && pass % EVERY === EVERY - 1) {
      const primal = distance(Q, X) + share * distance(H, U)
      const dual = distance(X, xBefore) + share * distance(U, uBefore)
      const factor = primal > 100 * dual ? 2 : dual > 100 * primal ? 0.5 : 1 // of squares: 10 of lengths
      if (factor !== 1) {
        rho *= factor
        for (let i = 0; i < A.length; i++) A[i]! /= factor
        for (let i = 0; i < B.length; i++) B[i]! /= factor
      }
    }
    loss.push(objective.value(U, objective.estimate(U, Q)))
    yield loss.at(-1)!
  }
  return { activations: U, loss, kkt: objective.residuals(U) }
}

/** In place, every `step`-th number of x from `first` on: (diagonal + c·L) y = x, with L the Laplacian of a path of n. */
function tridiagonal(x: Float64Array, first: number, step: number, n: number, diagonal: number, c: number): void {
  if (c === 0 || n === 1) {
    for (let t = 0, i = first; t < n; t++, i += step) x[i]! /= diagonal
    return
  }
  const upper = new Float64Array(n)
  for (let t = 0, i = first; t < n; t++, i += step) {
    const d = diagonal + (t === 0 || t === n - 1 ? c : 2 * c) + (t > 0 ? c * upper[t - 1]! : 0)
    upper[t] = -c / d
    x[i] = (x[i]! + (t > 0 ? c * x[i - step]! : 0)) / d
  }
  for (let t = n - 2, i = first + t * step; t >= 0; t--, i -= step) x[i]! -= upper[t]! * x[i + step]!
}

function distance(x: Float64Array, y: Float64Array): number {
  let sum = 0
  for (let i = 0; i < x.length; i++) sum += (x[i]! - y[i]!) ** 2
  return sum
}
