// The products that every way of learning is made of, in two precisions behind one interface: *exact*, float64 in plain
// memory, the reference; and *fast*, float32 in memory of the kernel. Matrices are row by row, of any size.

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
}

/** Gives products with room for so many numbers in all; each `zeros` takes up to 15 more than its length. */
export type Precision = (floats: number) => Products

const float64: Products = { zeros: (length) => new Float64Array(length), addProduct, addProductByColumns, addProductByRows }

export const exact: Precision = () => float64
