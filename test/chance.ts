// Noise of known distributions, from a uniform source.

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
