// How far two factors are from a point that no update moves, for any divergence of the AB family: the residuals that the
// solvers report, for H with W as it is, and for W with H as it is, which is the same question on the problem turned round.

import type { Divergence } from '../../worklet/dictionary.ts'
import { leastOf, residuals } from '../solve/multiplicative.ts'
import { meanOf, type Residuals } from '../solve/problem.ts'
import { ratiosOf } from './divergence.ts'
import { addProduct, addProductByRows } from './matrix.ts'

export interface Fitted {
  /** frames × bins */
  readonly values: Float64Array
  /** atoms × bins */
  readonly spectra: Float64Array
  /** frames × atoms */
  readonly activations: Float64Array
  readonly bins: number
  readonly divergence: Divergence
  /** frames × bins; null for ones. */
  readonly weights: Float64Array | null
  /** What an activation of each atom costs beside. */
  readonly l1: (atom: number) => number
  /** Absent: all do. */
  readonly moves?: (frame: number, atom: number) => boolean
}

/** Of the activations. */
export function stationary({ values, spectra, activations, bins, divergence, weights, l1, moves }: Fitted): Residuals {
  const { alpha } = divergence
  const frames = values.length / bins, atoms = spectra.length / bins
  const mean = meanOf(values), least = leastOf(divergence) * mean
  const Q = new Float64Array(values.length), A = new Float64Array(values.length), B = new Float64Array(values.length)
  addProduct(Q, activations, spectra, frames, atoms, bins)
  ratiosOf(divergence, 1e-9 * mean)(values.map((y) => Math.max(least, y) ** alpha), Q, A, B)
  if (weights) for (let i = 0; i < A.length; i++) {
    A[i]! *= weights[i]!
    B[i]! *= weights[i]!
  }
  const up = new Float64Array(activations.length), down = new Float64Array(activations.length)
  for (let i = 0; i < up.length; i++) (alpha > 0 ? down : up)[i] = Math.abs(alpha) * l1(i % atoms)
  addProductByRows(up, A, spectra, frames, bins, atoms)
  addProductByRows(down, B, spectra, frames, bins, atoms)
  for (let i = 0; moves && i < up.length; i++) if (!moves(Math.floor(i / atoms), i % atoms)) up[i] = down[i] = 0
  return residuals(activations, up, down, alpha)
}
