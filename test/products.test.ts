// The arithmetic of learning: exact against its definition, fast against exact, at sizes that divide by nothing.

import { describe, expect, test } from 'vitest'
import { divergences } from '../worklet/dictionary.ts'
import type { Divergence } from '../worklet/dictionary.ts'
import { costOf } from '../presets/learn/divergence.ts'
import { exact, fast } from '../presets/products.ts'
import type { Entries, Matrix, Products } from '../presets/products.ts'
import { points } from './family.ts'
import { kernels, plainKernel } from './kernels.ts'
import { random } from './signals.ts'

describe('divergences', () => {
  test.each(points)('(%f, %f): zero where equal, else positive', (alpha, beta) => {
    const cost = costOf({ alpha, beta })
    for (const p of [0.01, 0.5, 1, 7]) {
      expect(Math.abs(cost(p, p))).toBeLessThan(1e-12)
      for (const q of [0.02, 0.4, 1.3, 20]) expect(cost(p, q)).toBeGreaterThan(0)
    }
  })

  test('the named points are the textbook formulas', () => {
    const p = 2.5, q = 0.75
    const is = (name: string, value: number): void => expect(costOf(divergences[name]!)(p, q)).toBeCloseTo(value, 12)
    is('euc', (p - q) ** 2 / 2)
    is('kl', p * Math.log(p / q) - p + q)
    is('is', p / q - Math.log(p / q) - 1)
    is('dual-is', q / p - Math.log(q / p) - 1)
    is('hellinger', 2 * (Math.sqrt(p) - Math.sqrt(q)) ** 2)
    is('beta-1.5', (p ** 1.5 + 0.5 * q ** 1.5 - 1.5 * p * q ** 0.5) / 0.75)
  })

  test('limits are continuous', () => {
    const near = ({ alpha, beta }: Divergence, shift: number): number => costOf({ alpha: alpha + shift, beta: beta + shift / 3 })(1.7, 0.6)
    for (const point of [{ alpha: 1, beta: 0 }, { alpha: 0, beta: 1.5 }, { alpha: 2, beta: -2 }, { alpha: 0, beta: 0 }])
      expect(near(point, 1e-5)).toBeCloseTo(near(point, 0), 3)
  })

  test('silence costs a finite amount where it can', () => {
    for (const name of ['euc', 'kl', 'hellinger', 'beta-1.5', 'beta-half']) expect(costOf(divergences[name]!)(0, 0.5)).toBeGreaterThan(0)
  })
})

test('exact products agree with their definition at sizes that do not divide', () => {
  const { addProduct, addProductByColumns, addProductByRows } = exact(0)
  const next = random(3)
  for (const [n, k, m] of [[1, 1, 1], [2, 4, 5], [3, 5, 7], [5, 9, 2], [8, 8, 8], [7, 3, 33]] as const) {
    const a = Float64Array.from({ length: n * k }, next), b = Float64Array.from({ length: k * m }, next), c = Float64Array.from({ length: n * m }, next)
    const slow = (rows: number, cols: number, inner: number, x: (r: number, i: number) => number, y: (i: number, c: number) => number): Float64Array =>
      Float64Array.from({ length: rows * cols }, (_, at) => {
        let sum = 1
        for (let i = 0; i < inner; i++) sum += x(Math.floor(at / cols), i) * y(i, at % cols)
        return sum
      })
    const close = (got: Float64Array, want: Float64Array): void => got.forEach((x, i) => expect(x).toBeCloseTo(want[i]!, 12))
    const ones = (length: number): Float64Array => new Float64Array(length).fill(1)
    const out = [ones(n * m), ones(n * k), ones(k * m)] as const
    addProduct(out[0], a, b, n, k, m)
    close(out[0], slow(n, m, k, (r, i) => a[r * k + i]!, (i, col) => b[i * m + col]!))
    addProductByRows(out[1], c, b, n, m, k)
    close(out[1], slow(n, k, m, (r, i) => c[r * m + i]!, (i, col) => b[col * m + i]!))
    addProductByColumns(out[2], a, c, n, k, m)
    close(out[2], slow(k, m, n, (r, i) => a[i * k + r]!, (i, col) => c[i * m + col]!))
  }
})

/** The same numbers in both precisions, as float32 has them. */
const both = (products: Products, values: ArrayLike<number>): [Matrix, Float64Array] => {
  const matrix = products.zeros(values.length)
  matrix.set(Float32Array.from(values))
  return [matrix, Float64Array.from(matrix)]
}

const close = (got: Matrix, want: Float64Array, tolerance: number): void => {
  const size = want.reduce((most, x) => Math.max(most, Math.abs(x)), 0)
  let worst = 0
  for (let i = 0; i < want.length; i++) worst = Math.max(worst, Math.abs(got[i]! - want[i]!))
  expect(worst / size).toBeLessThan(tolerance)
}

describe.each(kernels)('fast products, %s kernel', (_build, module) => {
  const truth = exact(0)

  test.each([[1, 1, 1], [2, 4, 5], [3, 5, 7], [5, 9, 2], [4, 8, 8], [7, 3, 33], [64, 24, 257], [13, 300, 11], [3, 700, 9], [9, 6, 515]] as const)('%d × %d × %d', (n, k, m) => {
    const next = random(n + k + m)
    const products = fast(module)(3 * (n * k + k * m + n * m) + 7 * 16 + 3)
    const make = (length: number): [Matrix, Float64Array] => both(products, Float64Array.from({ length }, () => next() - 0.3))
    const [a, exactA] = make(n * k), [b, exactB] = make(k * m), [c, exactC] = make(n * m)
    const [out, wantOut] = make(n * m), [rows, wantRows] = make(n * k), [columns, wantColumns] = make(k * m)
    const fence = products.zeros(3).fill(7)
    products.addProduct(out, a, b, n, k, m)
    truth.addProduct(wantOut, exactA, exactB, n, k, m)
    close(out, wantOut, 2e-6)
    products.addProductByRows(rows, c, b, n, m, k)
    truth.addProductByRows(wantRows, exactC, exactB, n, m, k)
    close(rows, wantRows, 2e-6)
    products.addProductByColumns(columns, a, c, n, k, m)
    truth.addProductByColumns(wantColumns, exactA, exactC, n, k, m)
    close(columns, wantColumns, 2e-6)
    expect([...a, ...b, ...c]).toEqual([...exactA, ...exactB, ...exactC]) // what is read stays
    expect([...fence]).toEqual([7, 7, 7])
  })

  const SIZE = 1003
  const over = (divergence: Divergence, seed: number): { entries: Entries; products: Products; want: Entries; next: () => number } => {
    const products = fast(module)(20 * SIZE + 400)
    return { products, entries: products.entries(divergence, SIZE), want: truth.entries(divergence, SIZE), next: random(seed) }
  }

  test.each(points)('(%f, %f): ratios, costs and steps are the formula, weighted or not', (alpha, beta) => {
    const { products, entries, want, next } = over({ alpha, beta }, 5)
    const values = (least: number, size = 1): [Matrix, Float64Array] => both(products, Float64Array.from({ length: SIZE }, () => least + size * next() ** 4))
    const [V, exactV] = values(1e-4, 10), [Q, exactQ] = values(1e-3, 10)
    const [M, exactM] = both(products, Float64Array.from({ length: SIZE }, () => (next() < 0.3 ? 0 : next())))
    const [A, B] = [products.zeros(SIZE), products.zeros(SIZE)]
    const [wantA, wantB] = [new Float64Array(SIZE), new Float64Array(SIZE)]
    for (const [weights, exactWeights] of [[null, null], [M, exactM]] as const) {
      entries.ratios(entries.prepared(V, weights), weights, Q, A, B)
      want.ratios(want.prepared(exactV, exactWeights), exactWeights, exactQ, wantA, wantB)
      for (let i = 0; i < SIZE; i++) {
        expect(Math.abs(A[i]! - wantA[i]!), `A ${i}`).toBeLessThanOrEqual(2e-5 * wantA[i]!)
        expect(Math.abs(B[i]! - wantB[i]!), `B ${i}`).toBeLessThanOrEqual(2e-5 * wantB[i]!)
      }
      expect(entries.cost(V, weights, Q) / want.cost(exactV, exactWeights, exactQ)).toBeCloseTo(1, 5)
    }
    const [x, exactX] = both(products, Float64Array.from({ length: SIZE }, () => (next() < 0.1 ? 0 : next())))
    entries.climb(x, V, Q, 0.01)
    want.climb(exactX, exactV, exactQ, 0.01)
    for (let i = 0; i < SIZE; i++) expect(Math.abs(x[i]! - exactX[i]!)).toBeLessThanOrEqual(2e-5 * exactX[i]!)
  })

  test('part of a matrix is all that changes, and all that counts', () => {
    for (const size of [1, 2, 3, 5, 6, 7, 9]) {
      const { products, entries, next } = over(divergences['kl']!, size)
      const x = products.zeros(20).fill(0.5), up = products.zeros(20).fill(2), down = products.zeros(20).fill(1)
      entries.climb(x.subarray(4, 4 + size), up, down, 1e-3)
      expect([...x]).toEqual(Array.from({ length: 20 }, (_, i) => (i >= 4 && i < 4 + size ? 1 : 0.5)))
      const [V, exactV] = both(products, Float64Array.from({ length: 20 }, next)), [Q, exactQ] = both(products, Float64Array.from({ length: 20 }, () => next() + 0.1))
      V.fill(NaN, 4 + size)
      let sum = 0
      for (let i = 4; i < 4 + size; i++) sum += costOf(divergences['kl']!)(exactV[i]!, exactQ[i]!)
      expect(entries.cost(V.subarray(4, 4 + size), null, Q.subarray(4, 4 + size)) / sum).toBeCloseTo(1, 4)
    }
  })

  test('entries that are zero cost what the limit says, and no model divides by zero', () => {
    for (const name of ['euc', 'kl', 'hellinger', 'beta-1.5', 'beta-half']) {
      const { products, entries, want } = over(divergences[name]!, 1)
      const [V, exactV] = both(products, [0, 0, 3, 0]), [Q, exactQ] = both(products, [1, 2, 3, 0])
      expect(entries.cost(V, null, Q) / want.cost(exactV, null, exactQ)).toBeCloseTo(1, 4)
      const A = products.zeros(4), B = products.zeros(4)
      entries.ratios(entries.prepared(V, null), null, Q, A, B)
      for (const x of [...A, ...B]) expect(x).toBeLessThan(Infinity)
    }
  })
})

test('a million costs are summed as exactly as one', () => {
  const size = 1_000_000
  const products = fast(plainKernel)(5 * size + 200)
  const entries = products.entries(divergences['kl']!, size)
  const V = products.zeros(size).fill(1), Q = products.zeros(size).fill(1.25)
  const one = costOf(divergences['kl']!)(1, 1.25)
  expect(entries.cost(V, null, Q) / size / one).toBeCloseTo(1, 5)
  expect(entries.cost(V, null, Q)).toBeCloseTo(size * entries.cost(V.subarray(0, 1), null, Q.subarray(0, 1)), 6)
})

test.each(['kl', 'is'])('%s: what is nearly explained costs what it should, however little that is', (name) => {
  const products = fast(plainKernel)(2000)
  const entries = products.entries(divergences[name]!, 64)
  const [V, exactV] = both(products, Float64Array.from({ length: 64 }, random(4)).map((x) => x + 1e-4))
  const [Q, exactQ] = both(products, exactV.map((x, i) => x * (1 + (i % 2 === 0 ? 1e-3 : -1e-3))))
  const cost = exact(0).entries(divergences[name]!, 64).cost(exactV, null, exactQ)
  expect(entries.cost(V, null, Q) / cost).toBeCloseTo(1, 3)
  expect(entries.cost(V, null, V)).toBeLessThan(1e-5 * cost)
})

test('a matrix from elsewhere is refused', () => {
  const products = fast(plainKernel)(100), other = fast(plainKernel)(100)
  const [a, b] = [products.zeros(4), products.zeros(4)]
  for (const stranger of [other.zeros(4), new Float32Array(4), new Float64Array(4)])
    expect(() => products.addProduct(a, b, stranger, 2, 2, 2)).toThrow('expected a matrix that came from zeros of the same products')
  expect(() => products.zeros(1e5)).toThrow(RangeError)
})
