// Steps down the slope, each followed by the proximal map of all that has corners.
//
//   H ← P(H − μ ∇)                                    projected gradient, proximal forward-backward splitting (Yukawa & Kagami 2018)
//   Z = H + m·(H − H⁻),  H ← P(Z − μ ∇(Z))            accelerated (Beck & Teboulle 2009), starting again where it overshoots
//                                                     (O'Donoghue & Candès 2015)
//
// Kullback-Leibler and dual Itakura-Saito have no bounded slope; their Moreau envelopes have.

import { envelope, fitOf } from './fit.ts'
import { curvatures, largestCurvature, Objective } from './objective.ts'
import { meanOf, type Problem, type Solver, type SolveOptions, startOf } from './problem.ts'
import { leastOf } from './multiplicative.ts'
import { cutsOf } from './blocks.ts'

/** One step for all atoms, as short as the loudest direction needs, and no acceleration. */
export function* projected(problem: Problem, options: SolveOptions): Solver {
  return yield* descend(problem, new Objective(problem, fitOf(options.divergence), options), options, false)
}

export function* proximal(problem: Problem, options: SolveOptions): Solver {
  const { divergence } = options
  const mean = meanOf(problem.values)
  const least = leastOf(divergence) * mean
  const heard = { ...problem, values: problem.values.map((y) => Math.max(least, y)) }
  const fit = fitOf(divergence)
  const gamma = options.gamma ?? mean ** (divergence.alpha < 0 ? 2 : 1)
  const objective = new Objective(heard, fit.curvature < Infinity ? fit : envelope(fit, gamma), options)
  if (options.local) objective.cuts = yield* cutsOf(heard, options, proximal)
  return yield* descend(heard, objective, options, true)
}

function* descend(problem: Problem, objective: Objective, { iterations, start }: SolveOptions, accelerated: boolean): Solver {
  const { atoms, fit, variation } = objective
  const { spectra, bins } = problem
  const bounds = accelerated ? curvatures(spectra, bins) : new Float64Array(atoms).fill(largestCurvature(spectra, bins))
  const steps = bounds.map((x) => (x > 0 ? 1 / (fit.curvature * x + 8 * variation) : 0))
  let H: Float64Array = startOf(problem, start), before: Float64Array = H.slice(), next: Float64Array = new Float64Array(H.length)
  const Z = new Float64Array(H.length), slope = new Float64Array(H.length), ahead = new Float64Array(problem.values.length)
  let Q = objective.estimate(H, new Float64Array(problem.values.length))
  let QBefore: Float64Array = Q.slice(), QNext: Float64Array = Q.slice()
  let value = objective.value(H, Q)

  /** From H, `momentum` further along the way that led there: leaves the answer in `next` and `QNext`. */
  const step = (momentum: number): number => {
    // H W is linear: what an extrapolated H explains needs no product
    for (let i = 0; i < Z.length; i++) Z[i] = H[i]! + momentum * (H[i]! - before[i]!)
    for (let i = 0; i < ahead.length; i++) ahead[i] = Q[i]! + momentum * (Q[i]! - QBefore[i]!)
    objective.gradient(Z, ahead, slope)
    for (let i = 0, k = 0; i < Z.length; i++, k = k + 1 < atoms ? k + 1 : 0) next[i] = Z[i]! - steps[k]! * slope[i]!
    objective.shrink(next, steps)
    return objective.value(next, objective.estimate(next, QNext))
  }
  const overshoots = (): boolean => {
    let along = 0
    for (let i = 0, k = 0; i < Z.length; i++, k = k + 1 < atoms ? k + 1 : 0)
      if (steps[k]! > 0) along += ((Z[i]! - next[i]!) * (next[i]! - H[i]!)) / steps[k]!
    return along > 0
  }

  const loss: number[] = []
  let t = 1
  for (let pass = 0; pass < iterations; pass++) {
    const further = (1 + Math.sqrt(1 + 4 * t * t)) / 2
    const momentum = accelerated ? (t - 1) / further : 0
    t = further
    let reached = step(momentum)
    if (momentum > 0 && reached > value) {
      reached = step(0) // which never rises
      t = 1
    } else if (momentum > 0 && overshoots()) t = 1
    ;[before, H, next] = [H, next, before]
    ;[QBefore, Q, QNext] = [Q, QNext, QBefore]
    value = reached
    loss.push(value)
    yield value
  }
  return { activations: H, loss, kkt: objective.residuals(H) }
}
