// The AB family of divergences (Cichocki, Cruces & Amari 2011): what a fit costs. The exponent ω with which multiplicative
// updates lower that cost is the engine's, `omegaOf`.

import type { Divergence } from '../../worklet/dictionary.ts'

/** d(p, q), the cost of saying q where p is. Zero where they agree, and never negative. p may be 0 where α and α + β are positive. */
export function costOf({ alpha, beta }: Divergence): (p: number, q: number) => number {
  const sum = alpha + beta
  if (alpha === 1 && beta === 1) return (p, q) => 0.5 * (p - q) * (p - q)
  // α = 1 is what people use; powers take most of the time of a cost.
  if (alpha === 1 && beta === 0) return (p, q) => (p > 0 ? p * Math.log(p / q) : 0) - p + q
  if (alpha === 1 && beta === -1) return (p, q) => p / q - Math.log(p / q) - 1
  if (alpha === 1) {
    return (p, q) => {
      const power = q ** beta
      return (p ** sum / sum + (beta / sum) * q * power - p * power) / beta
    }
  }
  if (alpha === 0 && beta === 0) return (p, q) => 0.5 * Math.log(p / q) ** 2
  if (beta === 0) {
    return (p, q) => {
      const a = p ** alpha, b = q ** alpha
      return ((a > 0 ? a * Math.log(a / b) : 0) - a + b) / (alpha * alpha)
    }
  }
  if (alpha === 0) {
    return (p, q) => {
      const a = p ** beta, b = q ** beta
      return ((b > 0 ? b * Math.log(b / a) : 0) - b + a) / (beta * beta)
    }
  }
  if (sum === 0) {
    return (p, q) => {
      const ratio = (q / p) ** alpha
      return (Math.log(ratio) + 1 / ratio - 1) / (alpha * alpha)
    }
  }
  return (p, q) => -(p ** alpha * q ** beta - (alpha / sum) * p ** sum - (beta / sum) * q ** sum) / (alpha * beta)
}

type Numbers = Float32Array | Float64Array

/**
 * A = X ⊙ (Q + floor)^(β−1) and B = (Q + floor)^(α+β−1), where X = V^α: what multiplicative updates are made of. Powers are
 * slow, so what a divergence does not need is not computed.
 */
export function ratiosOf({ alpha, beta }: Divergence, floor: number): (X: Numbers, Q: Numbers, A: Numbers, B: Numbers) => void {
  if (alpha === 1 && beta === 0) {
    return (X, Q, A, B) => {
      for (let i = 0; i < Q.length; i++) A[i] = X[i]! / (Q[i]! + floor)
      B.fill(1, 0, Q.length)
    }
  }
  if (alpha === 1 && beta === -1) {
    return (X, Q, A, B) => {
      for (let i = 0; i < Q.length; i++) {
        B[i] = 1 / (Q[i]! + floor)
        A[i] = X[i]! * B[i]! * B[i]!
      }
    }
  }
  if (alpha === 1) {
    return (X, Q, A, B) => {
      for (let i = 0; i < Q.length; i++) {
        const q = Q[i]! + floor
        const power = q ** (beta - 1)
        A[i] = X[i]! * power
        B[i] = q * power
      }
    }
  }
  return (X, Q, A, B) => {
    for (let i = 0; i < Q.length; i++) {
      const q = Q[i]! + floor
      A[i] = X[i]! * q ** (beta - 1)
      B[i] = q ** (alpha + beta - 1)
    }
  }
}
