// Non-negative least squares, exactly: the active-set method of Lawson & Hanson (1974) on the Gram matrix (Bro & de Jong
// 1997). Frame by frame, each from the atoms of the last one's answer; every pivot solves the positive atoms' equations by
// a Cholesky factor, and once more for what rounding left over.

import { addProductByRows } from '../learn/matrix.ts'
import { fitOf } from './fit.ts'
import { gramOf, Objective } from './objective.ts'
import { type Problem, type Solver, type SolveOptions, startOf } from './problem.ts'

/** Of the largest slope that a frame can have: below it lies rounding. */
const TOLERANCE = 1e-13
/** Of an atom's square that no other positive atom explains: with less, it is one of them. */
const DEPENDENT = 1e-13

export function* leastSquares(problem: Problem, options: SolveOptions): Solver {
  const { values, spectra, bins } = problem
  const { iterations, l1 = 0, start } = options
  const objective = new Objective(problem, fitOf(options.divergence), options)
  const { atoms, frames } = objective
  const gram = gramOf(spectra, bins)
  const solver = new ActiveSet(gram, atoms)
  const right = new Float64Array(frames * atoms)
  addProductByRows(right, values, spectra, frames, bins, atoms)
  const H = new Float64Array(frames * atoms)
  const given = start && startOf(problem, start)
  const loss: number[] = [0]
  let settled = 0 // what the frames that are done cost
  for (let t = 0; t < frames; t++) {
    const b = right.subarray(t * atoms, (t + 1) * atoms)
    for (let k = 0; k < atoms; k++) b[k]! -= l1
    let energy = 0
    for (let i = t * bins; i < (t + 1) * bins; i++) energy += values[i]! ** 2
    const h = H.subarray(t * atoms, (t + 1) * atoms)
    if (given) h.set(given.subarray(t * atoms, (t + 1) * atoms))
    else if (t > 0) h.set(H.subarray((t - 1) * atoms, t * atoms))
    // a pass of a solver that takes frames one by one is one pivot in all of them: those that are done stay as they are
    const costs = solver.solve(h, b, iterations, Math.sqrt(energy)).map((gain) => energy / 2 - gain)
    for (let pass = 0; pass < Math.max(costs.length, loss.length); pass++)
      loss[pass] = (loss[pass] ?? settled) + costs[Math.min(pass, costs.length - 1)]!
    settled += costs.at(-1)!
    yield settled
  }
  loss[loss.length - 1] = objective.value(H, objective.estimate(H, new Float64Array(values.length))) // without cancellation
  return { activations: H, loss, kkt: objective.residuals(H) }
}

class ActiveSet {
  /** The positive atoms in the order in which they became so, and where each stands; −1 for the others. */
  private readonly set: Int32Array
  private readonly place: Int32Array
  private size = 0
  /** Row by row, of the set's Gram matrix. */
  private readonly cholesky: Float64Array
  private readonly answer: Float64Array
  private readonly rest: Float64Array
  private readonly refused: Uint8Array

  constructor(private readonly gram: Float64Array, private readonly atoms: number) {
    this.set = new Int32Array(atoms)
    this.place = new Int32Array(atoms).fill(-1)
    this.cholesky = new Float64Array(atoms * atoms)
    this.answer = new Float64Array(atoms)
    this.rest = new Float64Array(atoms)
    this.refused = new Uint8Array(atoms)
  }

  /** Improves h until no atom's slope is left, or for so many pivots; returns bᵀh − ½hᵀGh after each. */
  solve(h: Float64Array, b: Float64Array, pivots: number, length: number): number[] {
    const { atoms, gram, place, refused } = this
    const gains: number[] = []
    place.fill(-1)
    this.size = 0
    for (let k = 0; k < atoms; k++) if (!(h[k]! > 0 && this.append(k))) h[k] = 0
    refused.fill(0)
    if (this.size > 0) this.settle(h, b)
    gains.push(this.gain(h, b))
    while (gains.length < pivots && this.size < atoms) {
      const slopes = this.slopes(h, b)
      let best = -1, steepest = 0
      for (let k = 0; k < atoms; k++) {
        const unit = Math.sqrt(gram[k * atoms + k]!)
        if (place[k]! >= 0 || refused[k] || !(slopes[k]! > TOLERANCE * unit * length)) continue
        if (slopes[k]! / unit > steepest) [best, steepest] = [k, slopes[k]! / unit]
      }
      if (best < 0) break
      refused[best] = 1
      if (!this.append(best)) continue
      this.settle(h, b)
      if (place[best]! >= 0) refused.fill(0) // else it went out as it came in: rounding
      gains.push(this.gain(h, b))
    }
    return gains
  }

  /** Moves h to the least squares of the set, dropping on the way whatever would become negative. */
  private settle(h: Float64Array, b: Float64Array): void {
    const { set, answer } = this
    for (;;) {
      this.solveSet(b)
      let way = 1, blocking = -1
      for (let i = 0; i < this.size; i++) {
        if (answer[i]! > 0) continue
        const to = h[set[i]!]! / (h[set[i]!]! - answer[i]! || 1)
        if (blocking < 0 || to < way) [way, blocking] = [to, i]
      }
      for (let i = 0; i < this.size; i++) h[set[i]!]! += way * (answer[i]! - h[set[i]!]!)
      if (blocking < 0) return
      h[set[blocking]!] = 0
      const kept = set.slice(0, this.size).filter((k) => h[k]! > 0)
      for (let i = 0; i < this.size; i++) this.place[set[i]!] = -1
      this.size = 0
      for (const k of kept) if (!this.append(k)) h[k] = 0
    }
  }

  /** A row more for the factor; false where the atom is explained by the set. */
  private append(k: number): boolean {
    const { gram, atoms, set, cholesky, size } = this
    const row = size * atoms
    let left = gram[k * atoms + k]!
    for (let i = 0; i < size; i++) {
      let sum = gram[k * atoms + set[i]!]!
      for (let j = 0; j < i; j++) sum -= cholesky[row + j]! * cholesky[i * atoms + j]!
      cholesky[row + i] = sum / cholesky[i * atoms + i]!
      left -= cholesky[row + i]! ** 2
    }
    if (!(left > DEPENDENT * gram[k * atoms + k]!)) return false
    cholesky[row + size] = Math.sqrt(left)
    set[size] = k
    this.place[k] = size
    this.size++
    return true
  }

  private solveSet(b: Float64Array): void {
    const { gram, atoms, set, size, answer, rest } = this
    answer.fill(0, 0, size)
    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < size; i++) {
        let sum = b[set[i]!]!
        if (round > 0) for (let j = 0; j < size; j++) sum -= gram[set[i]! * atoms + set[j]!]! * answer[j]!
        rest[i] = sum
      }
      this.substitute(rest)
      for (let i = 0; i < size; i++) answer[i]! += rest[i]!
    }
  }

  private substitute(x: Float64Array): void {
    const { cholesky, atoms, size } = this
    for (let i = 0; i < size; i++) {
      let sum = x[i]!
      for (let j = 0; j < i; j++) sum -= cholesky[i * atoms + j]! * x[j]!
      x[i] = sum / cholesky[i * atoms + i]!
    }
    for (let i = size - 1; i >= 0; i--) {
      let sum = x[i]!
      for (let j = i + 1; j < size; j++) sum -= cholesky[j * atoms + i]! * x[j]!
      x[i] = sum / cholesky[i * atoms + i]!
    }
  }

  private slopes(h: Float64Array, b: Float64Array): Float64Array {
    const { gram, atoms, set, size, rest } = this
    for (let k = 0; k < atoms; k++) {
      let sum = b[k]!
      for (let i = 0; i < size; i++) sum -= gram[k * atoms + set[i]!]! * h[set[i]!]!
      rest[k] = sum
    }
    return rest
  }

  private gain(h: Float64Array, b: Float64Array): number {
    const { gram, atoms, set, size } = this
    let sum = 0
    for (let i = 0; i < size; i++) {
      const k = set[i]!
      let explained = 0
      for (let j = 0; j < size; j++) explained += gram[k * atoms + set[j]!]! * h[set[j]!]!
      sum += h[k]! * (b[k]! - explained / 2)
    }
    return sum
  }
}
