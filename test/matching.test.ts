// Choosing the divergence: the noise that data were made with is found again, through a fit that does not know it.

import { describe, expect, test } from 'vitest'
import { divergences } from '../worklet/dictionary.ts'
import { alone } from '../presets/learn/crew.ts'
import type { Frames } from '../presets/learn/frames.ts'
import { chooseDivergence, matchDivergence } from '../presets/learn/matching.ts'
import type { Match } from '../presets/learn/matching.ts'
import { ATOMS, BINS, COUNT, clean, gamma, gaussian, noises } from './chance.ts'
import type { Noise } from './chance.ts'
import { plainKernel } from './kernels.ts'
import { random } from './signals.ts'
import { finish } from './steps.ts'

const means = { crew: alone, module: plainKernel }

async function fitted(level: number, noise: Noise, seed: number): Promise<Match> {
  const next = random(seed + 100)
  const frames: Frames = { bins: BINS, count: COUNT, data: Float32Array.from(clean(seed, level), (x) => noise(x, next)) }
  const steps = chooseDivergence(frames, ATOMS, { iterations: 120, seed, means })
  for (let last = Infinity, passes = 0; ;) {
    const step = await steps.next()
    if (step.done) {
      expect(passes).toBe(180)
      return step.value
    }
    if (passes++ === 120) last = Infinity // another divergence from here on
    expect(step.value).toBeLessThanOrEqual(last * (1 + 1e-9))
    last = step.value
  }
}

describe('score matching', () => {
  test.each(noises)('%s noise: alpha + beta is %d', async (_name, sum, _nearest, level, noise) => {
    for (const seed of [1, 2]) {
      const match = await fitted(level, noise, seed)
      expect(Math.abs(match.sum - sum), `${match.alpha}, ${match.beta}`).toBeLessThan(0.2)
      expect(match.sum).toBeCloseTo(match.alpha + match.beta, 9)
      const named = divergences[match.nearest]!
      expect(Math.abs(named.alpha + named.beta - match.sum)).toBeLessThanOrEqual(0.25 + 1e-9)
    }
  })

  test.each(noises)('%s noise, with the truth for an estimate: the named point', (_name, sum, nearest, level, noise) => {
    const q = clean(5, level)
    const next = random(50)
    const match = matchDivergence(q.map((x) => noise(x, next)), q)
    expect(Math.abs(match.sum - sum)).toBeLessThan(0.15)
    expect(divergences[match.nearest]!.alpha + divergences[match.nearest]!.beta).toBe(divergences[nearest]!.alpha + divergences[nearest]!.beta)
  })

  test('the objective is the formula, at its limit too, and blind to the unit', () => {
    const next = random(3)
    const p = Float64Array.from({ length: 700 }, () => 0.2 + next()), q = p.map((x) => x * (0.5 + next()))
    const mean = p.reduce((a, b) => a + b) / p.length
    const { grid } = matchDivergence(p, q)
    expect(matchDivergence(p.map((x) => 64 * x), q.map((x) => 64 * x)).grid).toEqual(grid)
    const slow = (alpha: number, beta: number): number => {
      let a = 0, b = 0
      p.forEach((entry, i) => {
        const x = entry / mean, y = q[i]! / mean
        a += beta === 0 ? x ** (2 * alpha) * Math.log(x / y) ** 2 : (x ** (2 * alpha) * (x ** beta - y ** beta) ** 2) / beta ** 2
        b += beta === 0 ? x ** alpha * ((alpha + 1) * Math.log(x / y) + 1) : (x ** alpha * ((alpha + beta + 1) * x ** beta - (alpha + 1) * y ** beta)) / beta
      })
      return b > 0 ? -(b * b) / (2 * a) / p.length : 0
    }
    for (const [row, alpha] of grid.alphas.entries()) for (const [column, beta] of grid.betas.entries()) {
      const got = grid.objective[row * grid.betas.length + column]!
      expect(Math.abs(got - slow(alpha, beta))).toBeLessThan(1e-9 * (1 + Math.abs(got)))
    }
    expect(Math.min(...grid.objective)).toBeLessThan(0)
  })

  test('what weighs nothing has no say, a few zeros are silence, and many rule out what forbids them', () => {
    const q = clean(7, 6)
    const next = random(70)
    const p = q.map((x) => (x * gamma(4, next)) / 4)
    const whole = matchDivergence(p, q)
    const spoiled = p.map((x, i) => (i % 10 === 0 ? 1e4 : x))
    const sparing = matchDivergence(spoiled, q, { weights: p.map((_, i) => Number(i % 10 !== 0)) })
    expect(Math.abs(sparing.sum - whole.sum)).toBeLessThan(0.15)
    expect(matchDivergence(spoiled, q).sum).not.toBe(sparing.sum)
    expect(Math.abs(matchDivergence(p.map((x, i) => (i % 2000 === 0 ? 0 : x)), q).sum - whole.sum)).toBeLessThan(0.1)
    const { grid, sum } = matchDivergence(p.map((x, i) => (i % 10 === 0 ? 0 : x)), q)
    expect(sum).toBeGreaterThan(0)
    grid.alphas.forEach((alpha, row) => grid.betas.forEach((beta, column) => {
      if (alpha <= 0 || alpha + beta <= 0) expect(grid.objective[row * grid.betas.length + column]).toBe(0)
    }))
  })

  test('a fit leaves out what weighs nothing', async () => {
    const next = random(8)
    const data = Float32Array.from(clean(8, 6), (x) => (x * gamma(4, next)) / 4)
    const weights = data.map((_, i) => Number(i % 10 !== 0))
    const choose = (spoiled: Float32Array): Promise<{ result: Match }> =>
      finish(chooseDivergence({ bins: BINS, count: COUNT, data: spoiled }, ATOMS, { iterations: 60, weights, means }))
    const { result } = await choose(data)
    const { result: spoiled } = await choose(data.map((x, i) => (i % 10 === 0 ? 5 * x + 9 : x)))
    expect(Math.abs(spoiled.sum - result.sum)).toBeLessThan(0.1)
    expect(Math.abs(result.sum)).toBeLessThan(0.3)
  })

  test('the same seed chooses the same entries of many', () => {
    const next = random(9)
    const q = Float64Array.from({ length: 200_000 }, () => 1 + 9 * next())
    const p = q.map((x) => Math.max(0, x + gaussian(next)))
    const match = matchDivergence(p, q)
    expect(match).toEqual(matchDivergence(p, q))
    expect(matchDivergence(p, q, { seed: 2 }).grid).not.toEqual(match.grid)
    expect(Math.abs(match.sum - 2)).toBeLessThan(0.15)
  })

  const some: Frames = { bins: 4, count: 3, data: Float32Array.from({ length: 12 }, random(1)) }
  test.each<[string, Partial<Frames>, number, string]>([
    ['a constant', { data: new Float32Array(12).fill(2) }, 1, 'data: expected frames that differ, got 2 everywhere'],
    ['zeros', { data: new Float32Array(12) }, 1, 'data: expected some above 0, got zeros only'],
    ['NaN', { data: some.data.map((x, i) => (i === 5 ? NaN : x)) }, 1, 'data: expected numbers from 0 on, got NaN in frame 1, bin 1'],
    ['negative numbers', { data: some.data.map((x) => -x) }, 1, `data: expected numbers from 0 on, got ${-some.data[0]!} in frame 0, bin 0`],
    ['one frame', { count: 1, data: some.data.subarray(0, 4) }, 1, 'data: expected at least two frames, got one'],
    ['more atoms than frames', {}, 4, 'data: expected at least one frame per atom, 4, got 3'],
  ])('chooses nothing from %s', async (_name, over, atoms, says) => {
    await expect(finish(chooseDivergence({ ...some, ...over }, atoms))).rejects.toThrow(new RangeError(says))
  })

  const ones = new Float64Array(4).fill(1)
  test.each<[string, Float64Array, Float64Array, string]>([
    ['another length', ones, ones.subarray(1), 'estimate: expected as many entries as the data, 4, got 3'],
    ['zeros', new Float64Array(4), ones, 'data: expected something other than zeros, from which no divergence can be chosen'],
    ['NaN', Float64Array.of(1, NaN, 1, 1), ones, 'data: expected numbers from 0 on, got NaN at 1'],
    ['infinity', Float64Array.of(1, 1, Infinity, 1), ones, 'data: expected numbers from 0 on, got Infinity at 2'],
    ['negative numbers', Float64Array.of(-1, 1, 1, 1), ones, 'data: expected numbers from 0 on, got -1 at 0'],
    ['a perfect fit', ones, ones, 'estimate: expected one that differs from the data as noise does, got none that any divergence describes'],
  ])('refuses %s in one sentence', (_name, data, estimate, says) => {
    expect(() => matchDivergence(data, estimate)).toThrow(new RangeError(says))
  })
})
