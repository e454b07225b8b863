// The eigenvectors of a symmetric matrix by Jacobi's rotations, in cyclic order (Golub & Van Loan 2013, 8.5): exact to
// rounding for any matrix of a dictionary's size.

export interface Eigen {
  readonly values: Float64Array
  /** Row by row, one vector after the other. */
  readonly vectors: Float64Array
}

const SWEEPS = 30

export function eigenOf(matrix: Float64Array): Eigen {
  const n = Math.sqrt(matrix.length)
  const a = matrix.slice()
  const v = new Float64Array(a.length)
  for (let i = 0; i < n; i++) v[i * n + i] = 1
  let all = 0
  for (const x of a) all += x * x
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let off = 0
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) off += a[p * n + q]! ** 2
    if (off <= 1e-30 * all) break
    for (let p = 0; p < n; p++)
      for (let q = p + 1; q < n; q++) {
        const x = a[p * n + q]!
        if (x === 0) continue
        const theta = (a[q * n + q]! - a[p * n + p]!) / (2 * x)
        const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1))
        const c = 1 / Math.sqrt(t * t + 1), s = t * c
        rotate(a, p * n, q * n, 1, n, c, s)
        rotate(a, p, q, n, n, c, s)
        rotate(v, p * n, q * n, 1, n, c, s)
      }
  }
  return { values: Float64Array.from({ length: n }, (_, i) => a[i * n + i]!), vectors: v }
}

function rotate(a: Float64Array, p: number, q: number, step: number, n: number, c: number, s: number): void {
  for (let i = 0; i < n; i++) {
    const x = a[p + i * step]!, y = a[q + i * step]!
    a[p + i * step] = c * x - s * y
    a[q + i * step] = s * x + c * y
  }
}
