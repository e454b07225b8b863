// A basis by any of the solvers: H for the spectra as they are, then, on the problem turned round, W for that H, and again.
//
//   V = H W    H ← solve(V, W)     Wᵀ ← solve(Vᵀ, Hᵀ)     each atom to a sum of one, what that takes to H
//
// Both halves are convex and begin where they stopped. Penalties are on H. A half that did not lower the objective is not taken.

import { leastOf } from '../solve/multiplicative.ts'
import { envelope, fitOf } from '../solve/fit.ts'
import { Objective } from '../solve/objective.ts'
import { meanOf, type Method, type Problem, type Residuals, type SolveOptions } from '../solve/problem.ts'
import { solve } from '../solve/solve.ts'

export interface Alternated {
  /** atoms × bins, each row sums to one, or is empty. */
  readonly spectra: Float64Array
  /** frames × atoms */
  readonly activations: Float64Array
  /** The objective after each pass: it never rises, but for what a penalty on H charges when the atoms get their unit back. */
  readonly loss: readonly number[]
  readonly kkt: { readonly W: Residuals; readonly H: Residuals }
}

/** Passes of a half; of least squares, which is exact, pivots. */
const INNER: Readonly<Record<Exclude<Method, 'mu'>, number>> = { pgd: 10, nnls: 1000, pfbs: 10, gfbs: 20, admm: 30 }

/** `start` is atoms × bins and is not changed. */
export function* alternating(values: Float64Array, start: Float64Array, bins: number,
  { method, iterations, ...options }: SolveOptions & { readonly method: Exclude<Method, 'mu'> }): Generator<number, Alternated> {
  const frames = values.length / bins, atoms = start.length / bins
  const valuesT = turned(values, frames, bins)
  const gamma = method === 'pfbs' ? { gamma: options.gamma ?? meanOf(values) ** (options.divergence.alpha < 0 ? 2 : 1) } : {}
  const forH: SolveOptions = { ...options, ...gamma, method, iterations: INNER[method] }
  const forW: SolveOptions = { ...gamma, divergence: options.divergence, method, iterations: INNER[method] }
  let W: Float64Array = start.slice(), H: Float64Array | undefined
  const loss: number[] = []
  for (let pass = 0; pass < iterations; pass++) {
    const problem = { values, spectra: W, bins }
    const next = solve(problem, { ...forH, ...(H && { start: H }) })
    const standing = H ? objectiveOf(problem, forH).cost(H) : Infinity
    if (!H || next.loss.at(-1)! <= standing) H = next.activations
    loss.push(Math.min(standing, next.loss.at(-1)!))
    yield loss.at(-1)!
    if (pass === iterations - 1) break
    if (H.every((x) => x === 0)) throw new RangeError('penalties: expected weights that leave some activation, got none above 0')
    const other = { values: valuesT, spectra: turned(H, frames, atoms), bins: frames }
    const before = turned(W, atoms, bins)
    const found = solve(other, { ...forW, start: before })
    if (found.loss.at(-1)! <= objectiveOf(other, forW).cost(before)) W = turned(found.activations, bins, atoms)
    balance(W, H, bins)
  }
  const whole = { values, spectra: W, bins }, round = { values: valuesT, spectra: turned(H!, frames, atoms), bins: frames }
  return {
    spectra: W, activations: H!, loss,
    kkt: { W: objectiveOf(round, forW).objective.residuals(turned(W, atoms, bins)), H: objectiveOf(whole, forH).objective.residuals(H!) },
  }
}

/** What the method minimises. */
function objectiveOf(problem: Problem, options: SolveOptions): { readonly objective: Objective; cost(H: Float64Array): number } {
  const { divergence, method, gamma } = options
  const least = leastOf(divergence) * meanOf(problem.values)
  const fit = fitOf(divergence)
  const lowest = 1e-12 * meanOf(problem.values)
  const finite = { ...fit, cost: (y: number, x: number) => fit.cost(y, Math.max(lowest, x)), slope: (y: number, x: number) => fit.slope(y, Math.max(lowest, x)) }
  const objective = new Objective({ ...problem, values: problem.values.map((y) => Math.max(least, y)) },
    fit.curvature < Infinity ? fit : method === 'pfbs' ? envelope(fit, gamma!) : finite, options)
  return { objective, cost: (H) => objective.value(H, objective.estimate(H, new Float64Array(problem.values.length))) }
}

/** rows × columns to columns × rows. */
export function turned(data: Float64Array, rows: number, columns: number): Float64Array {
  const out = new Float64Array(data.length)
  for (let row = 0; row < rows; row++) for (let column = 0; column < columns; column++) out[column * rows + row] = data[row * columns + column]!
  return out
}

function balance(W: Float64Array, H: Float64Array, bins: number): void {
  const atoms = W.length / bins
  for (let atom = 0; atom < atoms; atom++) {
    const row = W.subarray(atom * bins, (atom + 1) * bins)
    const sum = row.reduce((total, x) => total + x, 0)
    if (sum === 0) continue
    for (let i = 0; i < bins; i++) row[i]! /= sum
    for (let i = atom; i < H.length; i += atoms) H[i]! *= sum
  }
}
