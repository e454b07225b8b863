// The slow, obvious twin of every kernel, in doubles and plain loops: what the fast ones are measured against.

import type { Divergence } from '../worklet/dictionary.ts'

/** The N/2 + 1 bins of a real signal, by definition. */
export function dft(x: ArrayLike<number>): { re: Float64Array; im: Float64Array } {
  const n = x.length
  const re = new Float64Array(n / 2 + 1)
  const im = new Float64Array(n / 2 + 1)
  for (let k = 0; k <= n / 2; k++)
    for (let i = 0; i < n; i++) {
      const angle = (-2 * Math.PI * ((k * i) % n)) / n
      re[k]! += x[i]! * Math.cos(angle)
      im[k]! += x[i]! * Math.sin(angle)
    }
  return { re, im }
}

/** How far `got` is from `want`, in dB below it. */
export function errorDb(got: ArrayLike<number>, want: ArrayLike<number>): number {
  let error = 0
  let energy = 0
  for (let i = 0; i < want.length; i++) {
    error += (got[i]! - want[i]!) ** 2
    energy += want[i]! ** 2
  }
  return 10 * Math.log10(error / energy)
}

/** d(p, q) of the AB family (Cichocki, Cruces & Amari 2011); the part of p alone included. */
export function divergence(p: number, q: number, { alpha: a, beta: b }: Divergence): number {
  if (a !== 0 && b !== 0 && a + b !== 0)
    return (-1 / (a * b)) * (p ** a * q ** b - (a / (a + b)) * p ** (a + b) - (b / (a + b)) * q ** (a + b))
  if (a !== 0 && b === 0) return (1 / a ** 2) * ((p === 0 ? 0 : p ** a * Math.log(p ** a / q ** a)) - p ** a + q ** a)
  return (1 / a ** 2) * (Math.log(q ** a / p ** a) + p ** a / q ** a - 1)
}

/** The exponent that makes the multiplicative update monotone, there. */
export function omega({ alpha: a, beta: b }: Divergence): number {
  if (b / a < 1 / a - 1) return 1 / (1 - b)
  if (b / a > 1 / a) return 1 / (a + b - 1)
  return 1 / a
}

export interface Problem {
  /** bins × atoms, row by row. */
  readonly w: Float64Array
  readonly v: Float64Array
  readonly weights?: Float64Array
  readonly l1?: Float64Array
}

export const product = (w: Float64Array, h: Float64Array): Float64Array =>
  Float64Array.from({ length: w.length / h.length }, (_, bin) => h.reduce((sum, x, atom) => sum + w[bin * h.length + atom]! * x, 0))

/** One pass: h ⊙ ((Wᵀ(m ⊙ v^α ⊙ q^(β−1))) ⊘ (Wᵀ(m ⊙ q^(α+β−1)) + λ))^(ω·p), floored. */
export function pass({ w, v, weights, l1 }: Problem, h: Float64Array, d: Divergence, relaxation = 1, floor = 0, epsilon = 0): Float64Array {
  const q = product(w, h).map((x) => x + epsilon)
  return h.map((old, atom) => {
    let up = 0
    let down = l1?.[atom] ?? 0
    for (let bin = 0; bin < v.length; bin++) {
      const m = weights?.[bin] ?? 1
      up += w[bin * h.length + atom]! * m * v[bin]! ** d.alpha * q[bin]! ** (d.beta - 1)
      down += w[bin * h.length + atom]! * m * q[bin]! ** (d.alpha + d.beta - 1)
    }
    return Math.max(floor, old * (up / down) ** (omega(d) * relaxation))
  })
}

/** Ordered subsets: a step after each quarter of the bins, bin b in quarter b mod 4, with a quarter of the sparsity. */
export function orderedPass(p: Problem, h: Float64Array, d: Divergence, relaxation = 1): Float64Array {
  for (let quarter = 0; quarter < 4; quarter++) {
    const weights = p.v.map((_, bin) => (bin % 4 === quarter ? (p.weights?.[bin] ?? 1) : 0))
    h = pass({ ...p, weights, ...(p.l1 && { l1: p.l1.map((x) => x / 4) }) }, h, d, relaxation)
  }
  return h
}

export const loss = ({ w, v, weights, l1 }: Problem, h: Float64Array, d: Divergence): number =>
  product(w, h).reduce((sum, q, bin) => sum + (weights?.[bin] ?? 1) * divergence(v[bin]!, q, d), 0) +
  h.reduce((sum, x, atom) => sum + (l1?.[atom] ?? 0) * x, 0)
