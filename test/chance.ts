// Noise of known distributions, from a uniform source, and a low-rank matrix to be spoiled by it.

import { addProduct } from '../presets/learn/matrix.ts'
import { random } from './signals.ts'

/** Mean 0, deviation 1 (Box & Muller 1958). */
export const gaussian = (next: () => number): number => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())

/** Counts of that mean (Knuth 1969); takes time in proportion to it. */
export function poisson(mean: number, next: () => number): number {
  let count = 0
  for (let product = next(), least = Math.exp(-mean); product > least; product *= next()) count++
  return count
}

/** Of a whole shape: as many waiting times, so that mean and variance are the shape. */
export function gamma(shape: number, next: () => number): number {
  let sum = 0
  for (let i = 0; i < shape; i++) sum -= Math.log(1 - next())
  return sum
}

export const BINS = 60, COUNT = 400, ATOMS = 4

/** Rank 4, a mean of `level`, a floor of a sixth of it. */
export function clean(seed: number, level: number): Float64Array {
  const next = random(seed)
  const squares = (length: number): Float64Array => Float64Array.from({ length }, () => next() ** 2)
  const q = new Float64Array(BINS * COUNT)
  addProduct(q, squares(COUNT * ATOMS), squares(ATOMS * BINS), COUNT, ATOMS, BINS)
  const mean = q.reduce((a, b) => a + b) / q.length
  return q.map((x) => level * ((5 / 6) * (x / mean) + 1 / 6))
}

export type Noise = (x: number, next: () => number) => number
/** Name, the α + β that describes it, the named point, the mean of what it spoils, and itself. */
export const noises: readonly [string, number, string, number, Noise][] = [
  ['Gaussian', 2, 'euc', 6, (x, next) => Math.max(0, x + gaussian(next))],
  ['Poisson', 1, 'kl', 24, (x, next) => poisson(x, next)],
  ['Poisson, of few counts', 1, 'kl', 3, (x, next) => poisson(x, next)],
  ['gamma', 0, 'is', 6, (x, next) => (x * gamma(4, next)) / 4],
]
