// The worked examples of presets/README.md, with the commands that stand there and data made here: mixed pixels, superposed
// digits, probes with outlying readings, groups.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { readNpy, writeNpy } from '../main/npy.ts'
import type { Matrix } from '../presets/factor.ts'
import { scratch, winnow } from './cli-fixtures.ts'
import { random } from './signals.ts'

const folder = scratch()
const readme = readFileSync(new URL('../presets/README.md', import.meta.url), 'utf8')

const put = (name: string, matrix: Matrix): void => writeFileSync(join(folder, name), writeNpy(matrix))
const get = (name: string): Matrix => readNpy(new Uint8Array(readFileSync(join(folder, name))), name)
/** A command as the README has it; files stand in this test's folder. */
async function run(command: string): Promise<{ chosen?: { alpha: number; beta: number; sum: number; nearest: string }; divergence: string; loss: number[] }> {
  expect(readme, 'the README has this command').toContain(command)
  const words = command.split(' ').slice(1).map((word) => (/\.npy$/.test(word) ? join(folder, word) : word))
  const out = words.indexOf('--out') + 1
  const { code, err, out: json } = await winnow([...words.slice(0, out), join(folder, words[out]!), ...words.slice(out + 1), '--json'])
  expect([code, err]).toEqual([0, ''])
  return JSON.parse(json)
}

const matrix = (rows: number, columns: number, value: (row: number, column: number) => number): Matrix =>
  ({ rows, columns, data: Float64Array.from({ length: rows * columns }, (_, i) => value(Math.floor(i / columns), i % columns)) })
const at = ({ columns, data }: Matrix, row: number, column: number): number => data[row * columns + column]!
const column = (m: Matrix, k: number): Float64Array => Float64Array.from({ length: m.rows }, (_, row) => at(m, row, k))
const row = (m: Matrix, k: number): Float64Array => m.data.slice(k * m.columns, (k + 1) * m.columns)
const product = (a: Matrix, b: Matrix, from = 0, to = a.columns): Matrix => matrix(a.rows, b.columns, (i, j) => {
  let sum = 0
  for (let k = from; k < to; k++) sum += at(a, i, k) * at(b, k, j)
  return sum
})
const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, x, i) => sum + x * b[i]!, 0)
const angle = (a: Float64Array, b: Float64Array): number => (180 / Math.PI) * Math.acos(Math.min(1, dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))))
/** For each column of `truth` the angle to the column of `found` that is nearest, each taken once. */
function angles(truth: Matrix, found: Matrix): { best: number[]; match: number[] } {
  const left = new Set(Array.from({ length: found.columns }, (_, k) => k))
  const match: number[] = []
  const best = Array.from({ length: truth.columns }, (_, k) => {
    const [nearest, degrees] = [...left].map((j) => [j, angle(column(truth, k), column(found, j))] as const).sort((a, b) => a[1] - b[1])[0]!
    left.delete(nearest)
    match.push(nearest)
    return degrees
  })
  return { best, match }
}
const gaussian = (next: () => number): number => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())
const mean = (x: readonly number[]): number => x.reduce((a, b) => a + b, 0) / x.length

describe('mixed pixels', () => {
  // four materials, forty bands; every pixel is a mixture that adds up to one, and none is pure
  const next = random(3)
  const bumps = [[5.3, 22.7], [10.7, 32], [16.7, 36.7], [2.7, 28]] as const
  const materials = matrix(40, 4, (band, k) => 0.03 + bumps[k]!.reduce((sum, centre, i) => sum + (0.7 - 0.3 * i) * Math.exp(-(((band - centre) / (4 + 1.3 * i)) ** 2)), 0))
  const shares = Array.from({ length: 250 }, () => {
    for (;;) {
      const parts = Array.from({ length: 4 }, () => (-Math.log(1 - next())) ** 1.5)
      const whole = parts.reduce((a, b) => a + b, 0)
      if (Math.max(...parts) < 0.8 * whole) return parts.map((x) => x / whole)
    }
  })
  const abundances = matrix(4, 250, (k, pixel) => shares[pixel]![k]!)
  const clean = product(materials, abundances)
  beforeAll(() => {
    put('pixels.npy', { ...clean, data: clean.data.map((x) => Math.max(0, x + 0.003 * gaussian(next))) })
    put('materials.npy', materials)
  })

  test('materials known: the shares of every pixel', async () => {
    await run('winnow factor pixels.npy --basis materials.npy --method nnls --out shares')
    const error = get('shares.H.npy').data.map((x, i) => (x - abundances.data[i]!) ** 2)
    expect(Math.sqrt(mean([...error]))).toBeLessThan(0.02)
  })

  test('materials unknown and never pure: a small volume finds them', async () => {
    await run('winnow factor pixels.npy --atoms 4 --divergence euc --iterations 1500 --out loose')
    await run('winnow factor pixels.npy --atoms 4 --divergence euc --iterations 1500 --volume 0.2 --out tight')
    const [loose, tight] = [angles(materials, get('loose.W.npy')), angles(materials, get('tight.W.npy'))]
    expect(mean(tight.best)).toBeLessThan(3)
    expect(mean(tight.best)).toBeLessThan(0.6 * mean(loose.best))
  })
})

describe('superposed digits', () => {
  const SIZE = 12
  /** A pen along straight lines, points from 0 to 1. */
  const drawn = (lines: readonly (readonly [number, number, number, number])[], next: () => number): Float64Array => {
    const image = new Float64Array(SIZE * SIZE)
    const [dx, dy, slant, size] = [0.14 * (next() - 0.5), 0.14 * (next() - 0.5), 0.3 * (next() - 0.5), 0.85 + 0.3 * next()]
    for (const [x0, y0, x1, y1] of lines)
      for (let t = 0; t <= 40; t++) {
        const [x, y] = [x0 + ((x1 - x0) * t) / 40, y0 + ((y1 - y0) * t) / 40].map((p) => 0.5 + (p - 0.5) * size) as [number, number]
        const [px, py] = [(x + dx + slant * (0.5 - y)) * SIZE, (y + dy) * SIZE]
        for (let i = 0; i < image.length; i++) {
          const far = (Math.floor(i / SIZE) + 0.5 - py) ** 2 + ((i % SIZE) + 0.5 - px) ** 2
          if (far < 4) image[i] = Math.max(image[i]!, Math.exp(-far / 0.8))
        }
      }
    return image
  }
  const four = [[0.6, 0.2, 0.3, 0.6], [0.3, 0.6, 0.75, 0.6], [0.62, 0.2, 0.62, 0.85]] as const
  const seven = [[0.28, 0.2, 0.72, 0.2], [0.72, 0.2, 0.45, 0.85]] as const
  const images = (lines: typeof four | typeof seven, count: number, seed: number): Matrix => {
    const next = random(seed)
    const all = Array.from({ length: count }, () => drawn(lines, next))
    return matrix(SIZE * SIZE, count, (pixel, i) => all[i]![pixel]!)
  }
  const [fours, sevens] = [images(four, 40, 7), images(seven, 40, 8)]
  beforeAll(() => {
    put('fours.npy', images(four, 100, 1))
    put('sevens.npy', images(seven, 100, 2))
    put('both.npy', { ...fours, data: fours.data.map((x, i) => x + sevens.data[i]!) })
  })

  /** dB of the drawn fours over what is wrong with those that a basis of fours, and nothing else, finds in the superposed images. */
  const found = async (basis: string): Promise<number> => {
    await run(`winnow factor both.npy --basis ${basis}.W.npy --method nnls --out ${basis}-found`)
    const Q = product(get(`${basis}.W.npy`), get(`${basis}-found.H.npy`))
    return 10 * Math.log10(dot(fours.data, fours.data) / fours.data.reduce((sum, x, i) => sum + (x - Q.data[i]!) ** 2, 0))
  }

  test('a basis that avoids what it should not find takes less of it', async () => {
    await run('winnow factor fours.npy --atoms 16 --divergence euc --out plain')
    await run('winnow factor fours.npy --atoms 16 --method anmf --against sevens.npy --tau-a 0.3 --out wary')
    expect(await found('wary')).toBeGreaterThan(await found('plain') + 1.5)
  })
})

describe('probes', () => {
  // each of 40 probes binds two of five targets; readings have multiplicative noise, and one in thirty is far off
  const next = random(5)
  const binds = matrix(40, 5, (probe, k) => Number(k === probe % 5 || k === Math.floor(probe / 5) % 5))
  const affinities = matrix(40, 5, (probe, k) => at(binds, probe, k) * (0.3 + next()))
  const amounts = matrix(5, 160, () => 0.1 + 2 * next() ** 3)
  const clean = product(affinities, amounts)
  beforeAll(() => {
    put('readings.npy', { ...clean, data: clean.data.map((x) => x * Math.exp(0.25 * gaussian(next)) * (next() < 1 / 30 ? 6 : 1)) })
    put('binds.npy', binds)
  })
  const error = (found: Matrix): number => mean(angles(affinities, found).best)

  test('the divergence is chosen from the data; a pattern and re-weighting find the affinities', async () => {
    const { chosen, divergence } = await run('winnow factor readings.npy --atoms 5 --divergence auto --out auto')
    expect(Math.abs(chosen!.sum)).toBeLessThan(0.5)
    await run('winnow factor readings.npy --atoms 5 --divergence euc --out squares')
    await run('winnow factor readings.npy --atoms 5 --divergence is --pattern binds.npy --out affinities')
    await run('winnow factor readings.npy --atoms 5 --divergence is --pattern binds.npy --robust 2 --out robust')
    expect(['is', 'dual-is']).toContain(divergence)
    get('robust.W.npy').data.forEach((x, i) => { if (binds.data[i] === 0) expect(x).toBe(0) })
    const [squares, patterned, robust] = ['squares', 'affinities', 'robust'].map((name) => error(get(`${name}.W.npy`))) as [number, number, number]
    expect(patterned).toBeLessThan(0.5 * squares)
    expect(robust).toBeLessThan(0.8 * patterned)
  })
})

test('groups: k-means is a factorisation whose activations are a single 1', async () => {
  const next = random(6)
  const centres = matrix(6, 3, () => 1 + 4 * next())
  const group = Array.from({ length: 120 }, () => Math.floor(3 * next()))
  put('points.npy', matrix(6, 120, (i, t) => Math.max(0, at(centres, i, group[t]!) + 0.3 * gaussian(next))))
  const { loss } = await run('winnow factor points.npy --atoms 3 --method kmeans --out groups')
  const H = get('groups.H.npy')
  const { best, match } = angles(centres, get('groups.W.npy'))
  expect(Math.max(...best)).toBeLessThan(2)
  for (let t = 0; t < 120; t++) {
    const parts = [...column(H, t)]
    expect(parts.filter((x) => x !== 0)).toEqual([1])
    expect(parts.indexOf(1)).toBe(match[group[t]!])
  }
  // what is free to mix the same three points can only fit better
  const mixed = await run('winnow factor points.npy --basis groups.W.npy --method nnls --out mixed')
  expect(mixed.loss.at(-1)!).toBeLessThan(loss.at(-1)!)
  expect(row(get('mixed.H.npy'), 0).filter((x) => x > 0).length).toBeGreaterThan(0)
})
