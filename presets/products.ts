// The arithmetic that every way of learning is made of, in two precisions behind one interface: *exact*, float64 in plain
// memory, the reference; and *fast*, float32 in the kernel's memory. Matrices are row by row, of any size.
//
// Fast is deterministic too, and with the plain kernel the same on every machine: the relaxed one rounds as its processor does.

import { omegaOf } from '../worklet/dictionary.ts'
import type { Divergence } from '../worklet/dictionary.ts'
import { Kernel, divergenceKind } from '../worklet/kernel.ts'
import { costOf, ratiosOf } from './learn/divergence.ts'
import { addProduct, addProductByColumns, addProductByRows } from './learn/matrix.ts'

/** A view from `zeros` of the same products, or a subarray of one. */
export type Matrix = Float32Array | Float64Array

export interface Products {
  zeros(length: number): Matrix
  /** out[n × m] += a[n × k] · b[k × m] */
  addProduct(out: Matrix, a: Matrix, b: Matrix, n: number, k: number, m: number): void
  /** out[k × m] += a[n × k]ᵀ · b[n × m] */
  addProductByColumns(out: Matrix, a: Matrix, b: Matrix, n: number, k: number, m: number): void
  /** out[n × k] += a[n × m] · b[k × m]ᵀ */
  addProductByRows(out: Matrix, a: Matrix, b: Matrix, n: number, m: number, k: number): void
  /** `most`: the longest matrix of entries that it will be given. Takes 3 · most + 48 of the room. */
  entries(divergence: Divergence, most: number): Entries
}

/**
 * What a divergence does to every entry of V, where the model says Q + a floor: a faint background, part of every model, so
 * that nothing is divided by zero and no update loses its guarantee.
 */
export interface Entries {
  /** M ⊙ V^α, as `ratios` wants it: V itself where that is the same, else in memory that the next call takes again. null stands for ones. */
  prepared(V: Matrix, M: Matrix | null): Matrix
  /** A = M ⊙ V^α ⊙ Q^(β−1) and B = M ⊙ Q^(α+β−1), into matrices of their own from `zeros`. */
  ratios(prepared: Matrix, M: Matrix | null, Q: Matrix, A: Matrix, B: Matrix): void
  /** Σ M ⊙ d(V, Q). */
  cost(V: Matrix, M: Matrix | null, Q: Matrix): number
  /** x ← max(least, x ⊙ (up ⊘ down)^ω), but 0 stays 0: it is how a pattern says never. */
  climb(x: Matrix, up: Matrix, down: Matrix, least: number): void
}

/** Gives products with room for so many numbers in all; each `zeros` takes up to 15 more than its length. */
export type Precision = (floats: number) => Products

/** Relative to data with a mean of one. In float32 the square of its inverse must fit, and its fifth power in float64. */
const FLOOR = { exact: 1e-30, fast: 1e-9 }

/** Numbers that the kernel's product works in. */
const PANEL = 256 * 8

export const exact: Precision = () => ({
  zeros: (length) => new Float64Array(length), addProduct, addProductByColumns, addProductByRows,
  entries: exactEntries,
})

function exactEntries(divergence: Divergence, most: number): Entries {
  const { alpha } = divergence
  const omega = omegaOf(divergence)
  const cost = costOf(divergence)
  const ratios = ratiosOf(divergence, FLOOR.exact)
  const room = new Float64Array(most)
  return {
    prepared(V, M) {
      if (alpha === 1 && M === null) return V
      const out = room.subarray(0, V.length)
      for (let i = 0; i < V.length; i++) out[i] = (M === null ? 1 : M[i]!) * V[i]! ** alpha
      return out
    },
    ratios(prepared, M, Q, A, B) {
      ratios(prepared, Q, A, B)
      if (M !== null) for (let i = 0; i < Q.length; i++) B[i]! *= M[i]!
    },
    cost(V, M, Q) {
      let sum = 0
      if (M === null) for (let i = 0; i < Q.length; i++) sum += cost(V[i]!, Q[i]! + FLOOR.exact)
      else for (let i = 0; i < Q.length; i++) if (M[i]! > 0) sum += M[i]! * cost(V[i]!, Q[i]! + FLOOR.exact)
      return sum
    },
    climb(x, up, down, least) {
      for (let i = 0; i < x.length; i++) if (x[i]! > 0) x[i] = Math.max(least, x[i]! * (up[i]! / Math.max(down[i]!, 1e-30)) ** omega)
    },
  }
}

/** `module` should be the plain kernel: see above. */
export const fast = (module: WebAssembly.Module): Precision => (floats) => {
  const kernel = new Kernel(module, floats + PANEL + 16)
  const { run } = kernel
  const panel = kernel.floats(PANEL).byteOffset
  const { buffer } = kernel.floats(0)
  const at = (x: Matrix): number => {
    if (x.buffer !== buffer) throw new Error('products: expected a matrix that came from zeros of the same products')
    return x.byteOffset
  }
  return {
    zeros: (length) => kernel.floats(length),
    addProduct: (out, a, b, n, k, m) => run.multiply(at(out), at(a), k, 1, at(b), 0, n, k, m, panel),
    addProductByColumns: (out, a, b, n, k, m) => run.multiply(at(out), at(a), 1, k, at(b), 0, k, n, m, panel),
    addProductByRows: (out, a, b, n, m, k) => run.multiply(at(out), at(a), m, 1, at(b), 1, n, m, k, panel),
    entries(divergence, most) {
      const { alpha, beta } = divergence
      const { kind } = divergenceKind(divergence)
      const numbers = kernel.floats(3), step = kernel.floats(2)
      numbers.set([alpha, beta, FLOOR.fast])
      step[0] = omegaOf(divergence)
      const ones = kernel.floats(most).fill(1).byteOffset
      const room = kernel.floats(most)
      return {
        prepared(V, M) {
          if (alpha === 1 && M === null) return V
          run.raise(at(V), M === null ? ones : at(M), room.byteOffset, V.length, numbers.byteOffset)
          return room.subarray(0, V.length)
        },
        ratios: (prepared, M, Q, A, B) => run.ratios(kind, at(prepared), M === null ? ones : at(M), at(Q), at(A), at(B), Q.length, numbers.byteOffset),
        cost: (V, M, Q) => run.cost(kind, at(V), M === null ? ones : at(M), at(Q), Q.length, numbers.byteOffset),
        climb(x, up, down, least) {
          step[1] = least
          run.climb(at(x), at(up), at(down), x.length, step.byteOffset)
        },
      }
    },
  }
}
