// Generalised forward-backward splitting (Raguet, Fadili & Peyré 2013): the corners one by one, each with an auxiliary of
// its own, whose mean is the answer. Slower than one proximal map for all of them (proximal.ts), and needs none:
//
//   Z_i ← Z_i + P_(μ/ω_i)(2X − Z_i − μ∇(X)) − X,    X = Σ ω_i Z_i

import { cutsOf } from './blocks.ts'
import { fitOf } from './fit.ts'
import { largestCurvature, Objective } from './objective.ts'
import { type Problem, type Solver, type SolveOptions, startOf } from './problem.ts'

export function* generalised(problem: Problem, options: SolveOptions): Solver {
  const objective = new Objective(problem, fitOf(options.divergence), options)
  if (options.local) objective.cuts = yield* cutsOf(problem, options, generalised)
  const { atoms, l1, block, variation } = objective
  const mu = 1.8 / (largestCurvature(problem.spectra, problem.bins) + 8 * variation) // below 2/L
  const positive = (U: Float64Array): Float64Array => U.map((x) => Math.max(0, x))
  const steps = (n: number): Float64Array => new Float64Array(atoms).fill(mu * n)
  const maps: ((U: Float64Array, n: number) => Float64Array)[] = [positive]
  if (l1 > 0) maps.push((U, n) => U.map((x) => Math.sign(x) * Math.max(0, Math.abs(x) - mu * n * l1)))
  if (block > 0) maps.push((U, n) => objective.shrinkBlocks(U.slice(), steps(n)))

  const X = startOf(problem, options.start)
  const Z = maps.map(() => X.slice())
  const Q = new Float64Array(problem.values.length), slope = new Float64Array(X.length)
  const loss: number[] = []
  for (let pass = 0; pass < options.iterations; pass++) {
    objective.gradient(X, objective.estimate(X, Q), slope)
    maps.forEach((map, i) => {
      const moved = map(X.map((x, j) => 2 * x - Z[i]![j]! - mu * slope[j]!), maps.length)
      for (let j = 0; j < X.length; j++) Z[i]![j]! += moved[j]! - X[j]!
    })
    for (let j = 0; j < X.length; j++) X[j] = Z.reduce((sum, z) => sum + z[j]!, 0) / Z.length
    const H = positive(X) // the mean of the auxiliaries has corners only in the end
    loss.push(objective.value(H, objective.estimate(H, Q)))
    yield loss.at(-1)!
  }
  const H = positive(X)
  return { activations: H, loss, kkt: objective.residuals(H) }
}
