// Stochastic updates: which frames a step takes, and that learning by steps gets where learning at once gets, in fewer passes.

import { describe, expect, test } from 'vitest'
import { danmf } from '../presets/learn/danmf.ts'
import type { Bases, DanmfOptions, Learner } from '../presets/learn/danmf.ts'
import type { Frames } from '../presets/learn/frames.ts'
import { addProduct } from '../presets/learn/matrix.ts'
import { seededRandom } from '../presets/learn/random.ts'
import { exemplars } from '../presets/learn/start.ts'
import { steps } from '../presets/learn/stochastic.ts'
import type { TermName } from '../presets/learn/stochastic.ts'
import { random } from './signals.ts'
import { finish } from './steps.ts'

const counts = { own: 10, against: 23, pairs: 4 }
const sorted = (rows: Iterable<number>): number[] => [...rows].sort((x, y) => x - y)
const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i)

describe('the frames of a step', () => {
  test('without batches: all, in their order', () => {
    const [step, ...others] = steps(counts, null)
    expect(others).toEqual([])
    for (const name of ['own', 'against', 'pairs'] as const) expect([...step![name]]).toEqual(upTo(counts[name]))
  })

  test.each<[TermName, number, number]>([['own', 4, 3], ['against', 4, 6], ['pairs', 3, 2], ['own', 100, 1]])('%s in full by %i: %i steps', (full, size, number) => {
    const plan = steps(counts, { size, full, random: seededRandom(1) })
    expect(plan.length).toBe(number)
    expect(sorted(plan.flatMap((step) => [...step[full]]))).toEqual(upTo(counts[full]))
    for (const name of ['own', 'against', 'pairs'] as const) {
      if (name === full) continue
      const taken = plan.flatMap((step) => [...step[name]])
      expect(taken.length).toBe(size * number)
      // Each frame is taken as often as any other, give or take once.
      const often = upTo(counts[name]).map((row) => taken.filter((x) => x === row).length)
      expect(Math.max(...often) - Math.min(...often)).toBeLessThanOrEqual(1)
    }
  })

  test('another order for every pass, the same for the same seed, and none of a term that is not there', () => {
    const next = seededRandom(1)
    const [first, second] = [steps(counts, { size: 4, full: 'own', random: next }), steps(counts, { size: 4, full: 'own', random: next })]
    expect(first).not.toEqual(second)
    expect(steps(counts, { size: 4, full: 'own', random: seededRandom(1) })).toEqual(first)
    expect(steps({ ...counts, pairs: 0 }, { size: 4, full: 'own', random: next }).map(({ pairs }) => pairs.length)).toEqual([0, 0, 0])
  })
})

const BINS = 23
function planted(count: number, rank: number, seed: number): Frames {
  const next = random(seed)
  const w = Float64Array.from({ length: rank * BINS }, () => next() ** 3), h = Float64Array.from({ length: count * rank }, () => next() ** 3)
  const q = new Float64Array(count * BINS)
  addProduct(q, h, w, count, rank, BINS)
  return { bins: BINS, count, data: Float32Array.from(q, (x) => x * (0.9 + 0.2 * next()) + 1e-3) }
}

describe('learning by steps', () => {
  const a = planted(600, 4, 1), b = planted(150, 4, 2)
  const learner: Learner = { name: 'a', frames: a, against: [{ frames: b, gain: 1 }], start: exemplars(a, 4, seededRandom(1)) }
  const losses = async (over: Partial<DanmfOptions>): Promise<Bases[]> => (await finish(danmf([learner], { iterations: 12, tauA: 0.3, tauS: 0, ...over }))).yields
  const batches = (size: number, seed: number): NonNullable<DanmfOptions['batches']> => ({ size, full: 'own', random: seededRandom(seed) })

  test('a step as large as everything is learning at once, but for the order of sums', async () => {
    const whole = await losses({ tauA: 0 }), step = await losses({ tauA: 0, batches: batches(600, 1) })
    step.at(-1)!.spectra()[0]!.forEach((x, i) => expect(Math.abs(x - whole.at(-1)!.spectra()[0]![i]!)).toBeLessThan(1e-9))
  })

  test('gets further in as many passes, and is seeded', async () => {
    for (const tauA of [0, 0.3]) {
      const whole = (await losses({ tauA })).at(-1)!.loss[0]!
      expect((await losses({ tauA, batches: batches(100, 1) })).at(-1)!.loss[0]!).toBeLessThan(whole)
    }
    const found = async (seed: number): Promise<Float64Array[]> => (await losses({ batches: batches(100, seed) })).at(-1)!.spectra()
    expect(await found(1)).toEqual(await found(1))
    expect(await found(1)).not.toEqual(await found(2))
  })

  test('refuses steps of nothing', async () => {
    await expect(losses({ batches: batches(0, 1) })).rejects.toThrow(new RangeError('batches: expected at least one frame in each, got 0'))
    await expect(losses({ tauA: 0, batches: { ...batches(10, 1), full: 'against' } })).rejects.toThrow(
      new RangeError('batches: expected a term with frames to take in full, got none of against'))
  })
})
