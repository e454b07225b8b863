// Choosing the divergence from the data: score matching (Hyvärinen 2005, 2007) of a density ∝ exp(−d(p, q) / φ) with a
// dispersion φ, for every point (α, β) of the AB family. Summed over the entries p of the data and q of an estimate of them,
//
//   J(α, β, φ) = A / 2φ² − B / φ      A = Σ p^2α ((p^β − q^β) / β)²      B = Σ p^α ((α+β+1) p^β − (α+1) q^β) / β
//   β → 0:                            A = Σ p^2α ln²(p/q)                B = Σ p^α ((α+1) ln(p/q) + 1)
//
// which φ = A / B makes least: J* = −B² / 2A. Without φ the search runs to the corner of whatever it is allowed.
//
// The sum α + β is what data tell (2: the noise is as large everywhere, 1: it grows as counts do, 0: as loudness does);
// along a constant sum J* is flat, so the sum is reported and the named point beside it is what to learn with. q comes
// from one fit for all points: a short fit for each would prefer what converges fast.

import { divergences } from '../../worklet/dictionary.ts'
import type { Divergence } from '../../worklet/dictionary.ts'
import { exact, fast } from '../products.ts'
import { checkFrames } from './check.ts'
import type { Frames } from './frames.ts'
import { addProduct } from './matrix.ts'
import { nmf } from './nmf.ts'
import type { Factorisation, Means } from './nmf.ts'
import { seededRandom } from './random.ts'
import { centroids } from './start.ts'

export interface Grid {
  readonly alphas: readonly number[]
  readonly betas: readonly number[]
  /** alphas × betas: J* per entry, the lower the better; 0 where no dispersion fits, and where zeros in the data rule a point out. */
  readonly objective: Float64Array
}

export interface Match extends Divergence {
  readonly sum: number
  /** A named point: of those whose α + β is nearest, the one with the lowest J*. */
  readonly nearest: string
  /** For a picture. */
  readonly grid: Grid
}

type Numbers = Float32Array | Float64Array

/** More entries than this tell no more; a seeded choice of them is taken. */
const ENTRIES = 100_000
/** Fewer zeros than this share are left out as silence. */
const ZEROS = 1e-3
/** What an estimate may say at least, relative to the mean of the data. */
const LEAST = 1e-6
const STEP = 0.25, FINE = 0.05
const BLOCK = 512

const steps = (from: number, to: number, step: number): number[] =>
  Array.from({ length: Math.round((to - from) / step) + 1 }, (_, i) => Math.round((from + i * step) * 1e6) / 1e6)

/** `weights`, one per entry: 0 leaves it out. `means`: in float64 on this thread, unless said otherwise. */
export interface ChoiceOptions { readonly iterations?: number; readonly seed?: number; readonly weights?: Float32Array | null; readonly means?: Means }

/**
 * Fits by Kullback-Leibler and matches; then fits with what that chose, from there, and matches once more: a fit that suits
 * the noise is nearer to the truth, and so is the sum. A `yield` per pass with its loss: `iterations`, then half as many.
 */
export async function* chooseDivergence(frames: Frames, atoms: number, { iterations = 100, seed = 1, weights = null, means }: ChoiceOptions = {}): AsyncGenerator<number, Match> {
  checkFrames('data', frames, atoms)
  async function* fit(start: ArrayLike<number>, divergence: Divergence, passes: number, activations: ArrayLike<number> | null): AsyncGenerator<number, Factorisation> {
    const steps = nmf(frames, start, { divergence, iterations: passes, weights, activations }, means)
    let step = await steps.next()
    for (; !step.done; step = await steps.next()) yield step.value.loss
    return step.value
  }
  const match = ({ spectra, activations }: Factorisation): Match => {
    const estimate = new Float64Array(frames.data.length)
    addProduct(estimate, activations, spectra, frames.count, atoms, frames.bins)
    return matchDivergence(frames.data, estimate, { weights, seed })
  }
  const start = centroids(frames, atoms, seededRandom(seed), means?.module ? fast(means.module) : exact)
  const first = yield* fit(start, divergences['kl']!, iterations, null)
  const beta = Math.max(-1, Math.min(1, match(first).sum - 1))
  return match(yield* fit(first.spectra, { alpha: 1, beta }, Math.ceil(iterations / 2), first.activations))
}

/** `weights` 0 leaves an entry out. */
export function matchDivergence(data: Numbers, estimate: Numbers, { weights = null, seed = 1 }: { weights?: Numbers | null; seed?: number } = {}): Match {
  const entries = chosen(data, estimate, weights, seed)
  const grid = scan(entries, steps(-1, 3, STEP), steps(-2, 2, STEP))
  const rough = best(grid)
  if (rough.cost === 0) throw new RangeError('estimate: expected one that differs from the data as noise does, got none that any divergence describes')
  const { alpha, beta } = best(scan(entries, steps(rough.alpha - STEP, rough.alpha + STEP, FINE), steps(rough.beta - STEP, rough.beta + STEP, FINE)))
  const sum = Math.round((alpha + beta) * 1e6) / 1e6
  return { alpha, beta, sum, nearest: nearestTo(sum, entries), grid }
}

interface Entries { readonly p: Float64Array; readonly q: Float64Array; readonly weights: Float64Array; readonly zeros: boolean }

/** Data scaled to a mean of one, which changes no J*. */
function chosen(data: Numbers, estimate: Numbers, weights: Numbers | null, seed: number): Entries {
  if (data.length !== estimate.length) throw new RangeError(`estimate: expected as many entries as the data, ${data.length}, got ${estimate.length}`)
  let used = 0, zeros = 0, sum = 0
  data.forEach((x, i) => {
    if (weights !== null && !(weights[i]! > 0)) return
    if (!(x >= 0 && x < Infinity)) throw new RangeError(`data: expected numbers from 0 on, got ${x} at ${i}`)
    used++
    zeros += Number(x === 0)
    sum += x
  })
  if (sum === 0) throw new RangeError('data: expected something other than zeros, from which no divergence can be chosen')
  const ruledOut = zeros > ZEROS * used
  const mean = sum / used
  const random = seededRandom(seed)
  const share = ENTRIES / used
  const p: number[] = [], q: number[] = [], kept: number[] = []
  data.forEach((x, i) => {
    const weight = weights === null ? 1 : weights[i]!
    if (!(weight > 0) || (x === 0 && !ruledOut) || random() >= share) return
    p.push(x / mean)
    q.push(Math.max(LEAST, estimate[i]! / mean))
    kept.push(weight)
  })
  return { p: Float64Array.from(p), q: Float64Array.from(q), weights: Float64Array.from(kept), zeros: ruledOut }
}

/** Blocks of entries stay in the cache while all points are visited; each power is taken once. */
function scan({ p, q, weights, zeros }: Entries, alphas: readonly number[], betas: readonly number[]): Grid {
  const a = new Float64Array(alphas.length * betas.length), b = new Float64Array(a.length)
  const pAlpha = alphas.map(() => new Float64Array(BLOCK))
  const pBeta = betas.map(() => new Float64Array(BLOCK)), difference = betas.map(() => new Float64Array(BLOCK))
  for (let first = 0; first < p.length; first += BLOCK) {
    const size = Math.min(BLOCK, p.length - first)
    for (let i = 0; i < size; i++) {
      const x = Math.log(p[first + i]!), y = Math.log(q[first + i]!) // exp is three times as fast as a power
      for (let at = 0; at < alphas.length; at++) pAlpha[at]![i] = Math.exp(alphas[at]! * x)
      for (let at = 0; at < betas.length; at++) {
        const beta = betas[at]!
        const power = pBeta[at]![i] = Math.exp(beta * x)
        difference[at]![i] = beta === 0 ? x - y : (power - Math.exp(beta * y)) / beta
      }
    }
    alphas.forEach((alpha, row) => betas.forEach((_, column) => {
      const outer = pAlpha[row]!, inner = pBeta[column]!, apart = difference[column]!
      let sumA = 0, sumB = 0
      for (let i = 0; i < size; i++) {
        if (outer[i] === 0 && p[first + i] === 0) continue // p^α (p^β − q^β) is 0 there wherever the point is not ruled out
        const slope = outer[i]! * apart[i]!
        const weight = weights[first + i]!
        sumA += weight * slope * slope
        // (α+β+1) p^β − (α+1) q^β = (α+1)(p^β − q^β) + β p^β, which has the limit of β → 0 in it
        sumB += weight * ((alpha + 1) * slope + outer[i]! * inner[i]!)
      }
      a[row * betas.length + column]! += sumA
      b[row * betas.length + column]! += sumB
    }))
  }
  const total = weights.reduce((sum, x) => sum + x, 0)
  const objective = a.map((_, at) => {
    const alpha = alphas[Math.floor(at / betas.length)]!, beta = betas[at % betas.length]!
    if (zeros && (alpha <= 0 || alpha + beta <= 0)) return 0
    return b[at]! > 0 && a[at]! > 0 ? (-b[at]! * b[at]!) / (2 * a[at]! * total) : 0
  })
  return { alphas, betas, objective }
}

function best({ alphas, betas, objective }: Grid): Divergence & { readonly cost: number } {
  const cost = Math.min(...objective)
  const at = objective.indexOf(cost)
  return { alpha: alphas[Math.floor(at / betas.length)]!, beta: betas[at % betas.length]!, cost }
}

function nearestTo(sum: number, entries: Entries): string {
  const apart = (name: string): number => Math.abs(divergences[name]!.alpha + divergences[name]!.beta - sum)
  const names = Object.keys(divergences)
  const least = Math.min(...names.map(apart))
  const cost = (name: string): number => scan(entries, [divergences[name]!.alpha], [divergences[name]!.beta]).objective[0]!
  return names.filter((name) => apart(name) < least + 1e-6).sort((x, y) => cost(x) - cost(y))[0]!
}
