// Non-negative matrix factorisation: frames ≈ activations × spectra, for any divergence of the AB family, by
// multiplicative updates with a floor (Cichocki, Cruces & Amari 2011): V frames × bins, H frames × atoms, W atoms × bins, Q = H W.
//
//   H ← max(ε, H ⊙ [ A Wᵀ ⊘ B Wᵀ ]^ω)      A = V^α ⊙ Q^(β−1)      B = Q^(α+β−1)
//   W ← max(ε, W ⊙ [ Hᵀ A ⊘ Hᵀ B ]^ω)
//
// Frames pass in blocks that stay in the cache, so that memory is V, H and little else.

import { omegaOf } from '../../worklet/dictionary.ts'
import type { Divergence } from '../../worklet/dictionary.ts'
import { costOf } from './divergence.ts'
import type { Frames } from './frames.ts'
import { addProduct, addProductByColumns, addProductByRows } from './matrix.ts'

export interface NmfOptions {
  readonly divergence: Divergence
  readonly iterations: number
}

export interface Factorisation {
  /** atoms × bins, each row sums to one. */
  readonly spectra: Float64Array
  /** frames × atoms, in the unit of the frames. */
  readonly activations: Float64Array
  /** Mean cost per entry after each pass, of frames scaled to a mean of one. Never rises. */
  readonly loss: readonly number[]
}

const BLOCK = 64
/** The floor, relative to the mean of what it bounds: keeps every entry able to come back. */
const EPSILON = 1e-6

/**
 * One `yield` per pass with its loss, so that whoever runs it can show progress, take turns and stop.
 * `start` is atoms × bins and is not changed.
 */
export function* nmf({ bins, count, data }: Frames, start: Float64Array, { divergence, iterations }: NmfOptions): Generator<number, Factorisation> {
  const atoms = start.length / bins
  const unit = data.reduce((sum, x) => sum + x, 0) / data.length
  const cost = costOf(divergence)
  const omega = omegaOf(divergence)
  const euclidean = divergence.alpha === 1 && divergence.beta === 1
  const leastValue = divergence.alpha > 0 && divergence.alpha + divergence.beta > 0 ? 0 : EPSILON // where an empty bin would cost infinitely much
  const leastW = EPSILON / bins
  const leastH = (EPSILON * bins) / atoms

  const W = normalised(start, bins, leastW)
  const H = new Float64Array(count * atoms)
  const V = new Float64Array(BLOCK * bins), Q = new Float64Array(BLOCK * bins), A = new Float64Array(BLOCK * bins), B = new Float64Array(BLOCK * bins)
  const up = new Float64Array(BLOCK * atoms), down = new Float64Array(BLOCK * atoms)
  const upW = new Float64Array(atoms * bins), downW = new Float64Array(atoms * bins)
  const gram = new Float64Array(atoms * atoms), gramH = new Float64Array(atoms * atoms)
  const blocks = Array.from({ length: Math.ceil(count / BLOCK) }, (_, i) => ({ first: i * BLOCK, rows: Math.min(BLOCK, count - i * BLOCK) }))

  const load = (first: number, rows: number): void => {
    for (let i = 0, from = first * bins; i < rows * bins; i++) V[i] = Math.max(leastValue, data[from + i]! / unit)
  }
  const estimate = (h: Float64Array, rows: number): void => {
    Q.fill(0)
    addProduct(Q, h, W, rows, atoms, bins)
  }
  const costOfBlock = (size: number): number => {
    let sum = 0
    for (let i = 0; i < size; i++) sum += cost(V[i]!, Q[i]!)
    return sum
  }
  const ratios = elementwise(divergence, V, Q, A, B)

  /** One block of a pass: its H is updated and its share of W's fractions added; returns its cost before that. */
  const block = (first: number, rows: number): number => {
    load(first, rows)
    const h = H.subarray(first * atoms, (first + rows) * atoms)
    up.fill(0)
    down.fill(0)
    estimate(h, rows)
    const before = costOfBlock(rows * bins)
    if (euclidean) { // Q Wᵀ = H (W Wᵀ) and Hᵀ Q = (Hᵀ H) W: half the work
      addProductByRows(up, V, W, rows, bins, atoms)
      addProduct(down, h, gram, rows, atoms, atoms)
    } else {
      ratios(rows * bins)
      addProductByRows(up, A, W, rows, bins, atoms)
      addProductByRows(down, B, W, rows, bins, atoms)
    }
    update(h, up, down, omega, leastH)
    if (euclidean) {
      addProductByColumns(upW, h, V, rows, atoms, bins)
      addProductByColumns(gramH, h, h, rows, atoms, atoms)
    } else {
      estimate(h, rows)
      ratios(rows * bins)
      addProductByColumns(upW, h, A, rows, atoms, bins)
      addProductByColumns(downW, h, B, rows, atoms, bins)
    }
    return before
  }

  for (const { first, rows } of blocks) { // every atom starts with an equal share of its frame
    load(first, rows)
    for (let row = 0; row < rows; row++) {
      let sum = 0
      for (let i = row * bins; i < (row + 1) * bins; i++) sum += V[i]!
      H.fill(Math.max(leastH, sum / atoms), (first + row) * atoms, (first + row + 1) * atoms)
    }
  }
  const loss: number[] = []
  for (let pass = 0; pass < iterations; pass++) {
    upW.fill(0)
    downW.fill(0)
    gram.fill(0)
    gramH.fill(0)
    if (euclidean) addProductByRows(gram, W, W, atoms, bins, atoms)
    let before = 0
    for (const { first, rows } of blocks) before += block(first, rows)
    if (euclidean) addProduct(downW, gramH, W, atoms, atoms, bins)
    update(W, upW, downW, omega, leastW)
    if (pass > 0) loss.push(before / (count * bins))
    if (pass > 0) yield loss.at(-1)!
  }
  let after = 0
  for (const { first, rows } of blocks) {
    load(first, rows)
    estimate(H.subarray(first * atoms, (first + rows) * atoms), rows)
    after += costOfBlock(rows * bins)
  }
  loss.push(after / (count * bins))
  yield loss.at(-1)!
  thin(W, leastW)
  thin(H, leastH)
  return { ...balanced(W, H, bins, unit), loss }
}

function normalised(rows: Float64Array, bins: number, least: number): Float64Array {
  const out = rows.slice()
  for (let row = 0; row < out.length; row += bins) {
    let sum = 0
    for (let i = row; i < row + bins; i++) sum += out[i]!
    for (let i = row; i < row + bins; i++) out[i] = Math.max(least, sum > 0 ? out[i]! / sum : 1 / bins)
  }
  return out
}

function update(x: Float64Array, up: Float64Array, down: Float64Array, omega: number, least: number): void {
  if (omega === 1) for (let i = 0; i < x.length; i++) x[i] = Math.max(least, (x[i]! * up[i]!) / down[i]!)
  else for (let i = 0; i < x.length; i++) x[i] = Math.max(least, x[i]! * (up[i]! / down[i]!) ** omega)
}

/** A and B from V and Q; powers are slow, so what a divergence does not need is not computed. */
function elementwise({ alpha, beta }: Divergence, V: Float64Array, Q: Float64Array, A: Float64Array, B: Float64Array): (size: number) => void {
  if (alpha === 1 && beta === 0) {
    B.fill(1)
    return (size) => { for (let i = 0; i < size; i++) A[i] = V[i]! / Q[i]! }
  }
  if (alpha === 1 && beta === -1) {
    return (size) => {
      for (let i = 0; i < size; i++) {
        B[i] = 1 / Q[i]!
        A[i] = V[i]! * B[i]! * B[i]!
      }
    }
  }
  if (alpha === 1) {
    return (size) => {
      for (let i = 0; i < size; i++) {
        const power = Q[i]! ** (beta - 1)
        A[i] = V[i]! * power
        B[i] = Q[i]! * power
      }
    }
  }
  return (size) => {
    for (let i = 0; i < size; i++) {
      A[i] = V[i]! ** alpha * Q[i]! ** (beta - 1)
      B[i] = Q[i]! ** (alpha + beta - 1)
    }
  }
}

/** What is still at the floor was nothing. */
function thin(x: Float64Array, least: number): void {
  for (let i = 0; i < x.length; i++) if (x[i]! <= least) x[i] = 0
}

/** Spectra that sum to one; what that takes from them goes to the activations, which return to the unit of the frames. */
function balanced(W: Float64Array, H: Float64Array, bins: number, unit: number): { spectra: Float64Array; activations: Float64Array } {
  const atoms = W.length / bins
  for (let atom = 0; atom < atoms; atom++) {
    const row = W.subarray(atom * bins, (atom + 1) * bins)
    const sum = row.reduce((total, x) => total + x, 0)
    for (let i = 0; i < bins; i++) row[i] = sum > 0 ? row[i]! / sum : 0
    for (let i = atom; i < H.length; i += atoms) H[i]! *= sum * unit
  }
  return { spectra: W, activations: H }
}
