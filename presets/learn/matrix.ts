// The three products in plain JavaScript. Matrices are row by row. Each inner loop runs
// along contiguous rows and makes eight products of six loaded values, two rows by four: in plain JavaScript that
// is the difference between 1.3 and 2.1 billion products a second. What is left over at the edges goes one by one.

import type { Matrix } from '../products.ts'

/** out[n × m] += a[n × k] · b[k × m] */
export const addProduct = (out: Matrix, a: Matrix, b: Matrix, n: number, k: number, m: number): void =>
  accumulate(out, a, b, n, k, m, k, 1)

/** out[k × m] += a[n × k]ᵀ · b[n × m] */
export const addProductByColumns = (out: Matrix, a: Matrix, b: Matrix, n: number, k: number, m: number): void =>
  accumulate(out, a, b, k, n, m, 1, k)

/** out[rows × m] += Σ_j a · b[j × m], where a's entry (row, j) stands at row · rowStep + j · step. */
function accumulate(out: Matrix, a: Matrix, b: Matrix, rows: number, count: number, m: number, rowStep: number, step: number): void {
  const pairs = rows - (rows % 2)
  const fours = count - (count % 4)
  for (let row = 0; row < pairs; row += 2) {
    const o = row * m, p = o + m
    for (let j = 0; j < fours; j += 4) {
      const s = row * rowStep + j * step, t = s + rowStep
      const s0 = a[s]!, s1 = a[s + step]!, s2 = a[s + 2 * step]!, s3 = a[s + 3 * step]!
      const t0 = a[t]!, t1 = a[t + step]!, t2 = a[t + 2 * step]!, t3 = a[t + 3 * step]!
      const b0 = j * m, b1 = b0 + m, b2 = b1 + m, b3 = b2 + m
      for (let i = 0; i < m; i++) {
        const x0 = b[b0 + i]!, x1 = b[b1 + i]!, x2 = b[b2 + i]!, x3 = b[b3 + i]!
        out[o + i]! += s0 * x0 + s1 * x1 + s2 * x2 + s3 * x3
        out[p + i]! += t0 * x0 + t1 * x1 + t2 * x2 + t3 * x3
      }
    }
  }
  for (let row = 0; row < rows; row++) {
    for (let j = row < pairs ? fours : 0; j < count; j++) {
      const x = a[row * rowStep + j * step]!
      for (let i = 0; i < m; i++) out[row * m + i]! += x * b[j * m + i]!
    }
  }
}

/** out[n × k] += a[n × m] · b[k × m]ᵀ */
export function addProductByRows(out: Matrix, a: Matrix, b: Matrix, n: number, m: number, k: number): void {
  const pairs = n - (n % 2)
  const fours = k - (k % 4)
  for (let row = 0; row < pairs; row += 2) {
    const s = row * m, t = s + m
    for (let j = 0; j < fours; j += 4) {
      const b0 = j * m, b1 = b0 + m, b2 = b1 + m, b3 = b2 + m
      let s0 = 0, s1 = 0, s2 = 0, s3 = 0, t0 = 0, t1 = 0, t2 = 0, t3 = 0
      for (let i = 0; i < m; i++) {
        const x = a[s + i]!, y = a[t + i]!
        const x0 = b[b0 + i]!, x1 = b[b1 + i]!, x2 = b[b2 + i]!, x3 = b[b3 + i]!
        s0 += x * x0; s1 += x * x1; s2 += x * x2; s3 += x * x3
        t0 += y * x0; t1 += y * x1; t2 += y * x2; t3 += y * x3
      }
      const o = row * k + j, p = o + k
      out[o]! += s0; out[o + 1]! += s1; out[o + 2]! += s2; out[o + 3]! += s3
      out[p]! += t0; out[p + 1]! += t1; out[p + 2]! += t2; out[p + 3]! += t3
    }
  }
  for (let row = 0; row < n; row++) {
    for (let j = row < pairs ? fours : 0; j < k; j++) {
      let sum = 0
      for (let i = 0; i < m; i++) sum += a[row * m + i]! * b[j * m + i]!
      out[row * k + j]! += sum
    }
  }
}
