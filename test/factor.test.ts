// `winnow factor`: every method on small matrices with known answers, what it writes, and one sentence for what it cannot use.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { readNpy, writeNpy } from '../main/npy.ts'
import { methods, type Matrix } from '../presets/factor.ts'
import { costOf } from '../presets/learn/divergence.ts'
import { divergences, readDivergence } from '../worklet/dictionary.ts'
import { filesIn, scratch, winnow } from './cli-fixtures.ts'
import { random } from './signals.ts'

const root = scratch()
let folder = root
let round = 0
const at = (name: string): string => join(folder, name)
const put = (name: string, matrix: Matrix): string => {
  writeFileSync(at(name), writeNpy(matrix))
  return at(name)
}
const get = (name: string): Matrix => readNpy(new Uint8Array(readFileSync(at(name))), name)
const matrix = (rows: number, columns: number, value: (row: number, column: number) => number): Matrix =>
  ({ rows, columns, data: Float64Array.from({ length: rows * columns }, (_, i) => value(Math.floor(i / columns), i % columns)) })
const product = (a: Matrix, b: Matrix): Matrix => matrix(a.rows, b.columns, (row, column) => {
  let sum = 0
  for (let k = 0; k < a.columns; k++) sum += a.data[row * a.columns + k]! * b.data[k * b.columns + column]!
  return sum
})
const costs = (V: Matrix, Q: Matrix, divergence: string): number => {
  const cost = costOf(readDivergence(divergence))
  return V.data.reduce((sum, v, i) => sum + cost(v, Q.data[i]!), 0)
}

const next = random(4)
const W = matrix(12, 3, () => next() ** 3), H = matrix(3, 40, () => next() ** 2)
const V = matrix(12, 40, (row, column) => product(W, H).data[row * 40 + column]! * (0.9 + 0.2 * next()) + 0.01)

beforeEach(() => {
  folder = join(root, String(round++))
  mkdirSync(folder)
  put('V.npy', V)
  put('W.npy', W)
})

const factor = async (...words: string[]) => {
  const ran = await winnow(['factor', at('V.npy'), '--out', at('out'), ...words, '--json'])
  return { ...ran, json: ran.code === 0 ? JSON.parse(ran.out) : null }
}

describe('winnow factor', () => {
  test.each(methods.filter((method) => method !== 'anmf'))('%s: learns a basis that explains V, and says what that cost', async (method) => {
    const { code, err, json } = await factor('--method', method, '--atoms', '3', '--iterations', '60')
    expect([code, err]).toEqual([0, ''])
    const [w, h] = [get('out.W.npy'), get('out.H.npy')]
    expect([w.rows, w.columns, h.rows, h.columns]).toEqual([12, 3, 3, 40])
    for (const x of [...w.data, ...h.data]) expect(x >= 0 && x < Infinity).toBe(true)
    expect(json).toMatchObject({ method, bins: 12, frames: 40, atoms: 3, outputs: ['out.W.npy', 'out.H.npy', 'out.json'].map(at) })
    expect(JSON.parse(readFileSync(at('out.json'), 'utf8'))).toEqual(json)
    expect(json.loss.length).toBe(json.iterations)
    json.loss.forEach((x: number, i: number) => expect(x, `pass ${i}`).toBeLessThanOrEqual((json.loss[i - 1] ?? Infinity) * (1 + 1e-9)))
    // pfbs minimises an envelope of KL, which lies below it
    const cost = costs(V, product(w, h), json.divergence)
    if (method === 'pfbs') expect(json.loss.at(-1)).toBeLessThan(cost)
    else expect(json.loss.at(-1) / cost).toBeCloseTo(1, 3)
    if (method !== 'kmeans') expect(cost).toBeLessThan(0.05 * costs(V, matrix(12, 40, () => V.data.reduce((a, b) => a + b) / 480), json.divergence))
    expect(filesIn(folder)).toEqual(['V.npy', 'W.npy', 'out.H.npy', 'out.W.npy', 'out.json'])
  })

  test.each(['mu', 'pgd', 'nnls', 'pfbs', 'gfbs', 'admm'])('%s: finds the activations of a basis, which stays as it is', async (method) => {
    const { json } = await factor('--method', method, '--basis', at('W.npy'), '--divergence', 'euc', '--iterations', '3000')
    expect(get('out.W.npy')).toEqual(W)
    expect(json).toMatchObject({ divergence: 'euc', atoms: 3, kkt: { W: null } })
    const residuals = json.kkt.H
    expect(Math.max(residuals.positive, residuals.zero)).toBeLessThan(1e-4)
    expect(json.loss.at(-1)).toBeCloseTo(costs(V, product(W, get('out.H.npy')), 'euc'), 9)
    expect(json.loss.at(-1)).toBeCloseTo((await factor('--method', 'nnls', '--basis', at('W.npy'))).json.loss.at(-1), 5)
  })

  test.each(Object.keys(divergences))('mu minimises %s, to where no step is left', async (divergence) => {
    const { json } = await factor('--divergence', divergence, '--atoms', '2', '--iterations', '1500')
    expect(json.divergence).toBe(divergence)
    expect(json.loss.at(-1) / costs(V, product(get('out.W.npy'), get('out.H.npy')), divergence)).toBeCloseTo(1, 4)
    for (const residuals of [json.kkt.W, json.kkt.H]) expect(Math.max(residuals.positive, residuals.zero)).toBeLessThan(5e-3)
  })

  test('text in, another order in: the same factors', async () => {
    await factor('--atoms', '2', '--iterations', '20')
    const expected = get('out.H.npy')
    const rows = Array.from({ length: 12 }, (_, row) => [...V.data.subarray(row * 40, (row + 1) * 40)].join(','))
    writeFileSync(at('V.csv'), rows.join('\n'))
    expect((await winnow(['factor', at('V.csv'), '--out', at('csv'), '--atoms', '2', '--iterations', '20'])).code).toBe(0)
    expect(get('csv.H.npy')).toEqual(expected)
  })

  test('the same seed is the same file, another is not', async () => {
    const bytes = async (seed: string): Promise<Buffer> => {
      await factor('--atoms', '3', '--iterations', '10', '--seed', seed)
      return readFileSync(at('out.W.npy'))
    }
    const first = await bytes('3')
    expect((await bytes('3')).equals(first)).toBe(true)
    expect((await bytes('4')).equals(first)).toBe(false)
  })

  test('penalties do what they say', async () => {
    const zeros = (m: Matrix): number => m.data.filter((x) => x === 0).length
    const rowNorms = (m: Matrix): number[] => Array.from({ length: m.rows }, (_, k) => Math.hypot(...m.data.subarray(k * m.columns, (k + 1) * m.columns)))
    const roughness = (m: Matrix): number => m.data.reduce((sum, x, i) => sum + (i % m.columns ? (x - m.data[i - 1]!) ** 2 : 0), 0)
    const solved = async (...words: string[]): Promise<Matrix> => {
      expect((await factor('--basis', at('W.npy'), '--method', 'pfbs', '--divergence', 'euc', '--iterations', '400', ...words)).code).toBe(0)
      return get('out.H.npy')
    }
    const plain = await solved()
    expect(zeros(await solved('--l1', '0.3'))).toBeGreaterThan(zeros(plain) + 10)
    expect(Math.min(...rowNorms(await solved('--block', '1.7')))).toBeLessThan(0.7 * Math.min(...rowNorms(plain)))
    expect(roughness(await solved('--variation', '1'))).toBeLessThan(0.5 * roughness(plain))
    const zerosOf = async (l1: string): Promise<number> => {
      expect((await factor('--atoms', '3', '--l1', l1, '--divergence', 'euc', '--iterations', '500')).json.settings.l1).toBe(Number(l1))
      return zeros(get('out.H.npy'))
    }
    expect(await zerosOf('0.2')).toBeGreaterThan(await zerosOf('0') + 5)
  })

  test('a part of the basis may be given: the rest is learned beside it', async () => {
    put('part.npy', matrix(12, 2, (row, column) => 3 * W.data[row * 3 + column]!))
    const { json } = await factor('--basis', at('part.npy'), '--atoms', '3', '--iterations', '400', '--divergence', 'kl')
    const w = get('out.W.npy')
    for (let row = 0; row < 12; row++) for (let k = 0; k < 2; k++) expect(w.data[row * 3 + k]).toBe(3 * W.data[row * 3 + k]!)
    const learned = w.data.filter((_, i) => i % 3 === 2), truth = W.data.filter((_, i) => i % 3 === 2)
    const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, x, i) => sum + x * b[i]!, 0)
    expect(dot(learned, truth) / Math.sqrt(dot(learned, learned) * dot(truth, truth))).toBeGreaterThan(0.97)
    expect(json.loss.at(-1) / costs(V, product(w, get('out.H.npy')), 'kl')).toBeCloseTo(1, 3)
    for (const residuals of [json.kkt.W, json.kkt.H]) expect(Math.max(residuals.positive, residuals.zero)).toBeLessThan(5e-3)
  })

  test('entries without weight do not count, and a pattern is kept', async () => {
    put('holes.npy', matrix(12, 40, (row, column) => ((row * 7 + column) % 5 === 0 ? 1e6 : V.data[row * 40 + column]!)))
    put('M.npy', matrix(12, 40, (row, column) => Number((row * 7 + column) % 5 !== 0)))
    put('P.npy', matrix(12, 3, (row, k) => Number((row + k) % 3 !== 0)))
    const ran = await winnow(['factor', at('holes.npy'), '--out', at('out'), '--atoms', '3', '--weights', at('M.npy'), '--iterations', '300'])
    expect(ran.err).toBe('')
    const Q = product(get('out.W.npy'), get('out.H.npy'))
    V.data.forEach((v, i) => expect(Math.abs(Q.data[i]! - v)).toBeLessThan(0.5))
    await factor('--atoms', '3', '--pattern', at('P.npy'), '--iterations', '20')
    get('out.W.npy').data.forEach((x, i) => { if ((Math.floor(i / 3) + i % 3) % 3 === 0) expect(x).toBe(0) })
  })

  test('auto chooses the divergence, says so and draws it', async () => {
    const noisy = random(8)
    const gaussian = (): number => Math.sqrt(-2 * Math.log(1 - noisy())) * Math.cos(2 * Math.PI * noisy())
    const clean = product(matrix(50, 3, () => 0.2 + noisy() ** 2), matrix(3, 200, () => 0.2 + noisy() ** 2))
    put('V.npy', { ...clean, data: clean.data.map((x) => x * Math.exp(0.4 * gaussian())) })
    const { json, err } = await factor('--atoms', '3', '--divergence', 'auto', '--iterations', '100')
    expect(err).toBe('')
    expect(Math.abs(json.chosen.alpha + json.chosen.beta)).toBeLessThan(0.3)
    expect(json.chosen.sum).toBeCloseTo(json.chosen.alpha + json.chosen.beta, 6)
    expect(json.divergence).toBe(json.chosen.nearest)
    expect(['is', 'dual-is']).toContain(json.divergence)
    expect(readFileSync(at('out.png')).subarray(1, 4).toString('latin1')).toBe('PNG')
    put('basis.npy', get('out.W.npy'))
    expect(Math.abs((await factor('--basis', at('basis.npy'), '--divergence', 'auto')).json.chosen.sum)).toBeLessThan(0.3)
  })

  test('a large matrix is factored in float32 by threads of the built program, and the result says so', async () => {
    const some = random(9)
    put('V.npy', matrix(520, 850, () => 0.1 + some() ** 4))
    const { json, err } = await factor('--atoms', '80', '--iterations', '3')
    expect(err).toBe('')
    expect(json.precision).toBe('float32')
    expect(json.loss.at(-1)).toBeLessThan(json.loss[0])
    expect(json.loss.at(-1) / costs(get('V.npy'), product(get('out.W.npy'), get('out.H.npy')), 'kl')).toBeCloseTo(1, 3)
    expect((await factor('--atoms', '8', '--iterations', '2')).json.precision).toBe('float64')
  })

  test('rows and columns of nothing stay nothing; one atom may be all there is', async () => {
    put('V.npy', matrix(12, 40, (row, column) => (row === 3 || column === 5 ? 0 : V.data[row * 40 + column]!)))
    for (const divergence of ['euc', 'kl', 'beta-half']) {
      await factor('--atoms', '2', '--divergence', divergence, '--iterations', '300')
      const Q = product(get('out.W.npy'), get('out.H.npy'))
      for (let i = 0; i < 480; i++) if (Math.floor(i / 40) === 3 || i % 40 === 5) expect(Q.data[i], `${divergence} at ${i}`).toBeLessThan(1e-3)
    }
    for (const divergence of ['is', 'dual-is']) expect((await factor('--atoms', '2', '--divergence', divergence)).json.loss.every(Number.isFinite)).toBe(true)
    put('V.npy', matrix(5, 6, () => 2))
    expect((await factor('--atoms', '1')).json.loss.at(-1)).toBeLessThan(1e-6)
  })

  test('without --json it says in a few lines what came out', async () => {
    const { out } = await winnow(['factor', at('V.npy'), '--out', at('out'), '--atoms', '2', '--iterations', '5'])
    expect(out.split('\n')[0]).toMatch(/^12 × 40 ≈ 12 × 2 · 2 × 40 by mu, kl · loss [\d.]+ → [\d.]+ in 5 passes · [\d.]+ s$/)
    expect(out.trim().split('\n').slice(1)).toEqual(['out.W.npy', 'out.H.npy', 'out.json'].map(at))
  })
})

describe('bad input ends with 2, one sentence, and nothing written', () => {
  const changed = (change: (x: number, i: number) => number): Matrix => ({ ...V, data: V.data.map(change) })
  const cases: [string, () => string[], RegExp][] = [
    ['zeros', () => { put('V.npy', changed(() => 0)); return [] }, /V: expected at least one number above 0, got zeros only/],
    ['one number everywhere', () => { put('V.npy', changed(() => 3)); return [] }, /V: expected numbers that differ, to tell 8 atoms apart, got 3 everywhere/],
    ['NaN', () => { put('V.npy', changed((x, i) => (i === 45 ? NaN : x))); return [] }, /V: expected finite numbers of at least 0, got NaN at \[1, 5\]/],
    ['infinity', () => { put('V.npy', changed((x, i) => (i === 0 ? Infinity : x))); return [] }, /got Infinity at \[0, 0\]/],
    ['a negative number', () => { put('V.npy', changed((x, i) => (i === 7 ? -x : x))); return [] }, /got -[\d.]+ at \[0, 7\]/],
    ['more atoms than frames', () => ['--atoms', '41'], /atoms: expected at most one per column \(frame\) of V, 40, got 41/],
    ['one frame', () => { put('V.npy', matrix(12, 1, (row) => row)); return [] }, /V: expected at least two columns \(frames\) to learn a basis from, got one/],
    ['a basis of another height', () => { put('W.npy', matrix(11, 3, () => 1)); return ['--basis', at('W.npy')] }, /basis: expected as many rows as V, 12, got 11/],
    ['a basis of zeros', () => { put('W.npy', matrix(12, 3, () => 0)); return ['--basis', at('W.npy')] }, /basis: expected at least one number above 0, got zeros only/],
    ['fewer atoms than the basis has', () => ['--basis', at('W.npy'), '--atoms', '2'], /atoms: expected at least the columns of the basis, 3, got 2/],
    ['a part of a basis with another method', () => ['--basis', at('W.npy'), '--atoms', '4', '--method', 'nnls'], /expected the columns of the basis, 3, with method nnls/],
    ['a basis for kmeans', () => ['--basis', at('W.npy'), '--method', 'kmeans'], /basis: expected none with kmeans/],
    ['a divergence that a method does not know', () => ['--method', 'nnls', '--divergence', 'kl', '--basis', at('W.npy')], /divergence: expected euc with method nnls, which knows no other, got kl/],
    ['the same without a basis', () => ['--method', 'pgd', '--divergence', 'is'], /divergence: expected euc with method pgd, which knows no other, got is/],
    ['one that is not convex', () => ['--method', 'admm', '--divergence', 'is'], /divergence: expected euc, kl, dual-is with method admm, got is/],
    ['no divergence', () => ['--divergence', 'x'], /factor: --divergence: expected euc, kl, .*, got "x"/],
    ['a penalty that a method has no place for', () => ['--block', '1', '--basis', at('W.npy')], /block: expected none with method mu/],
    ['a negative penalty', () => ['--l1', '-1'], /factor: --l1: expected a number that is not negative, got "-1"/],
    ['weights for another method', () => ['--weights', at('V.npy'), '--method', 'pgd'], /weights: expected method mu, which alone has it, got pgd/],
    ['weights of another shape', () => ['--weights', at('W.npy')], /weights: expected the shape of V, 12 × 40, got 12 × 3/],
    ['a pattern of halves', () => { put('W.npy', matrix(12, 3, () => 0.5)); return ['--pattern', at('W.npy'), '--atoms', '3'] }, /pattern: expected 0 and 1, got 0\.5/],
    ['anmf alone', () => ['--method', 'anmf'], /method: expected --against FILE with anmf, got none/],
    ['adversaries without anmf', () => ['--against', at('V.npy')], /against: expected method anmf, which learns against it, got mu/],
    ['adversaries that empty the basis', () => { put('U.npy', V); return ['--method', 'anmf', '--against', at('U.npy'), '--tau-a', '9', '--atoms', '3', '--iterations', '300'] }, /factor: --tau-a: expected at most [\d.]+, the largest found .*, got 9/],
    ['a penalty that leaves nothing', () => ['--method', 'pfbs', '--l1', '1e6', '--atoms', '2'], /penalties: expected weights that leave some activation, got none above 0/],
    ['no matrix', () => { writeFileSync(at('V.npy'), 'text'); return [] }, /V\.npy: expected a \.npy file/],
  ]
  test.each(cases)('%s', async (_name, given, says) => {
    const words = given()
    for (const name of ['out.W.npy', 'out.json']) writeFileSync(at(name), 'precious')
    const before = filesIn(folder)
    const ran = await factor(...words)
    expect(ran.err).toMatch(says)
    expect(ran.err.trim().split('\n').length).toBe(1)
    expect([ran.code, ran.out]).toEqual([2, ''])
    expect(filesIn(folder)).toEqual(before)
    for (const name of ['out.W.npy', 'out.json']) expect(readFileSync(at(name), 'utf8')).toBe('precious')
  })

  test('no --out, and outputs that are inputs', async () => {
    expect((await winnow(['factor', at('V.npy')])).err).toMatch(/factor: expected --out PREFIX, got none/)
    put('V.W.npy', V)
    expect((await winnow(['factor', at('V.W.npy'), '--out', at('V'), '--iterations', '2'])).err).toMatch(/expected an output other than the input/)
  })

  test.each([0, 3])('stopped at moment %i: nothing is left', async (moment) => {
    let asked = 0
    const signal = Object.defineProperty(new AbortController().signal, 'aborted', { get: () => asked++ >= moment })
    const before = filesIn(folder)
    expect((await winnow(['factor', at('V.npy'), '--out', at('out')], { signal })).code).toBe(130)
    expect(filesIn(folder)).toEqual(before)
  })
})
