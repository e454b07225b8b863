// What it costs to say x where y is, for the three divergences that are convex in x, each with what splitting methods ask:
// the slope, and the proximal map argmin_x d(y, x) + (x − z)²/2γ, a quadratic's positive root (Yukawa & Kagami 2018).

import type { Divergence } from '../../worklet/dictionary.ts'
import { costOf } from '../learn/divergence.ts'

export interface Fit {
  cost(y: number, x: number): number
  /** ∂d/∂x */
  slope(y: number, x: number): number
  /** The larger of the two parts that the slope is the difference of. */
  part(y: number, x: number): number
  prox(y: number, z: number, gamma: number): number
  /** The most that the slope changes per unit of x; Infinity where there is no bound. */
  readonly curvature: number
}

/** The positive root of p² − u·p − c = 0 without cancellation. */
function root(u: number, c: number): number {
  const s = Math.sqrt(u * u + 4 * c)
  return u >= 0 ? (u + s) / 2 : (2 * c) / (s - u)
}

const euclidean: Omit<Fit, 'cost'> = {
  slope: (y, x) => x - y,
  part: (y, x) => Math.max(x, y),
  prox: (y, z, gamma) => (z + gamma * y) / (1 + gamma),
  curvature: 1,
}
const kullbackLeibler: Omit<Fit, 'cost'> = {
  slope: (y, x) => 1 - (y > 0 ? y / x : 0),
  part: () => 1,
  prox: (y, z, gamma) => root(z - gamma, gamma * y),
  curvature: Infinity,
}
const dualItakuraSaito: Omit<Fit, 'cost'> = {
  slope: (y, x) => 1 / y - 1 / x,
  part: (y) => 1 / y,
  prox: (y, z, gamma) => root(z - gamma / y, gamma),
  curvature: Infinity,
}

/** `divergence` is one of the three: see the door. */
export function fitOf(divergence: Divergence): Fit {
  const cost = costOf(divergence)
  return { cost, ...(divergence.alpha < 0 ? dualItakuraSaito : divergence.beta === 0 ? kullbackLeibler : euclidean) }
}

/**
 * The Moreau envelope: min_p d(y, p) + (x − p)²/2γ. As the divergence, but with a slope everywhere, negative x included, and one
 * that changes by at most 1/γ. Its slope is that of the divergence at p.
 */
export function envelope(fit: Fit, gamma: number): Fit {
  return {
    cost: (y, x) => {
      const p = fit.prox(y, x, gamma)
      return fit.cost(y, p) + (x - p) ** 2 / (2 * gamma)
    },
    slope: (y, x) => (x - fit.prox(y, x, gamma)) / gamma,
    part: (y, x) => fit.part(y, fit.prox(y, x, gamma)),
    prox: (y, z, step) => z + (step / (gamma + step)) * (fit.prox(y, z, gamma + step) - z),
    curvature: 1 / gamma,
  }
}
