// Activations for spectra that stay as they are: what is asked, what is answered, and the door that all methods share.
// V frames × bins, W atoms × bins, H frames × atoms, row by row in float64:
//
//   minimise over H ≥ 0    Σ d(V, H W) + λ₁·Σ H + λ_b·Σ_k ‖H_k‖₂ + λ_t·Σ (h_t − h_(t−1))²
//
// with H_k the course of one atom over time and h_t one frame. Convex for the Euclidean, Kullback-Leibler and dual
// Itakura-Saito divergences; the multiplicative method takes any of the AB family.

import { type Divergence, divergenceText } from '../../worklet/dictionary.ts'

export interface Problem {
  /** frames × bins, finite and not negative. */
  readonly values: Float64Array
  /** atoms × bins, finite and not negative. */
  readonly spectra: Float64Array
  readonly bins: number
}

export const methods = ['mu', 'pgd', 'nnls', 'pfbs', 'gfbs', 'admm'] as const
export type Method = (typeof methods)[number]

export interface SolveOptions {
  readonly method: Method
  readonly divergence: Divergence
  /** Passes over all frames; for `nnls` pivots per frame. */
  readonly iterations: number
  /** λ₁ */
  readonly l1?: number
  /** λ_b */
  readonly block?: number
  /** The block norm over the stretches in which an atom sounds or rests, instead of its whole course. */
  readonly local?: boolean
  /** λ_t */
  readonly variation?: number
  /** γ of the Moreau envelope that `pfbs` minimises in place of kl and dual-is. Absent: the mean of the values, for dual-is squared. */
  readonly gamma?: number
  /** frames × bins, for `mu`: how much each value counts. */
  readonly weights?: Float64Array
  /** frames × atoms. Absent: every atom alike, as loud as its frame. */
  readonly start?: Float64Array
}

export interface Solution {
  /** frames × atoms, not negative. */
  readonly activations: Float64Array
  /** The objective after each pass. */
  readonly loss: readonly number[]
  readonly kkt: Residuals
}

/**
 * How far the answer is from one that no step improves, as the largest slope left over, relative to the largest of the two
 * opposing parts that a slope is the difference of. At a solution both are zero.
 */
export interface Residuals {
  /** Where an activation is positive: its slope should be zero. */
  readonly positive: number
  /** Where it is zero: its slope should not be negative. */
  readonly zero: number
}

/**
 * One `yield` per pass with the objective (`nnls`: per frame, with what it and those before it cost), so that whoever runs it can
 * show progress, take turns and stop.
 */
export type Solver = Generator<number, Solution>

interface Abilities {
  readonly convexOnly: boolean
  readonly euclideanOnly: boolean
  readonly takes: readonly (keyof SolveOptions)[]
}
const abilities: Readonly<Record<Method, Abilities>> = {
  mu: { convexOnly: false, euclideanOnly: false, takes: ['l1', 'weights'] },
  pgd: { convexOnly: true, euclideanOnly: true, takes: ['l1'] },
  nnls: { convexOnly: true, euclideanOnly: true, takes: ['l1'] },
  pfbs: { convexOnly: true, euclideanOnly: false, takes: ['l1', 'block', 'local', 'variation', 'gamma'] },
  gfbs: { convexOnly: true, euclideanOnly: true, takes: ['l1', 'block', 'local', 'variation'] },
  admm: { convexOnly: true, euclideanOnly: false, takes: ['l1', 'block', 'local', 'variation'] },
}
const extras: Readonly<Partial<Record<keyof SolveOptions, string>>> = {
  l1: 'an L1 penalty', block: 'a block norm', local: 'a block norm', variation: 'a penalty on variation', gamma: 'an envelope',
  weights: 'weights',
}
const CONVEX = ['euc', 'kl', 'dual-is']

const expected = (what: string, wish: string, got: unknown): RangeError => new RangeError(`${what}: expected ${wish}, got ${got}`)

export function checkProblem({ values, spectra, bins }: Problem, options: SolveOptions): void {
  const { method, divergence, iterations, weights, start } = options
  const name = divergenceText(divergence)
  const { convexOnly, euclideanOnly, takes } = abilities[method]
  if (euclideanOnly && name !== 'euc') throw expected('divergence', `euc with method ${method}, which knows no other`, name)
  if (convexOnly && !CONVEX.includes(name)) throw expected('divergence', `${CONVEX.join(', ')} with method ${method}`, name)
  if (divergence.alpha === 0) throw expected('divergence', 'an alpha other than 0, for which there is no multiplicative update', name)
  for (const [key, what] of Object.entries(extras) as [keyof SolveOptions, string][]) {
    const asked = options[key]
    if (asked && !takes.includes(key))
      throw expected(key, `none with method ${method}, which has no place for ${what}`, typeof asked === 'object' ? 'some' : asked)
  }
  for (const key of ['l1', 'block', 'variation', 'gamma'] as const) {
    const x = options[key]
    if (x !== undefined && !(x >= 0 && x < Infinity)) throw expected(key, 'a finite number of at least 0', x)
  }
  if (options.gamma === 0) throw expected('gamma', 'a number above 0', 0)
  if (!(Number.isInteger(iterations) && iterations >= 1)) throw expected('iterations', 'a whole number of at least 1', iterations)
  checkMatrix('spectra', spectra, bins)
  checkMatrix('values', values, bins)
  const sizes = [['weights', weights, values.length], ['start', start, (values.length / bins) * (spectra.length / bins)]] as const
  for (const [what, matrix, size] of sizes) {
    if (!matrix) continue
    if (matrix.length !== size) throw expected(what, `${size} numbers`, matrix.length)
    checkMatrix(what, matrix, matrix.length)
  }
}

function checkMatrix(what: string, matrix: Float64Array, bins: number): void {
  if (matrix.length === 0 || matrix.length % bins !== 0) throw expected(what, `whole rows of ${bins} bins`, `${matrix.length} numbers`)
  const bad = matrix.findIndex((x) => !(x >= 0 && x < Infinity))
  if (bad >= 0)
    throw expected(what, 'finite numbers of at least 0', `${matrix[bad]} in row ${Math.floor(bad / bins)}, column ${bad % bins}`)
  if (matrix.every((x) => x === 0)) throw expected(what, 'at least one number above 0', 'zeros only')
}

export const meanOf = (x: Float64Array): number => x.reduce((sum, value) => sum + value, 0) / x.length

/** The given start, or every atom alike, together as loud as the frame. An atom of zeros explains nothing and stays silent. */
export function startOf({ values, spectra, bins }: Problem, given: Float64Array | undefined): Float64Array {
  const atoms = spectra.length / bins, frames = values.length / bins
  const H = given?.slice() ?? new Float64Array(frames * atoms)
  const sums = Array.from({ length: atoms }, (_, k) => sumOf(spectra, k * bins, bins))
  const all = sums.reduce((a, b) => a + b, 0)
  for (let t = 0; t < frames; t++) {
    const level = given ? 0 : sumOf(values, t * bins, bins) / all
    for (let k = 0; k < atoms; k++) H[t * atoms + k] = sums[k]! > 0 ? (given ? H[t * atoms + k]! : level) : 0
  }
  return H
}

function sumOf(x: Float64Array, from: number, count: number): number {
  let sum = 0
  for (let i = from; i < from + count; i++) sum += x[i]!
  return sum
}
