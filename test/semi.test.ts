// Some atoms known, others free: what is known stays, what it leaves is found, and one pass is the formula.

import { describe, expect, test } from 'vitest'
import { divergences } from '../worklet/dictionary.ts'
import type { Frames } from '../presets/learn/frames.ts'
import { addProduct } from '../presets/learn/matrix.ts'
import { projected, semiSupervised } from '../presets/learn/semi.ts'
import { random } from './signals.ts'
import { finish } from './steps.ts'

const BINS = 12, COUNT = 80
const euclidean = { divergence: divergences['euc']! }
const known = Float64Array.of(4, 3, 2, 1, 0, 0, 0, 0, 0, 0, 1, 1, 0, 1, 2, 3, 4, 3, 2, 1, 0, 0, 1, 1).map((x, i) => x / (i < 12 ? 12 : 18))
const hidden = Float64Array.of(0, 0, 0, 0, 0, 0, 3, 5, 6, 4, 0, 0).map((x) => x / 18)

/** Mixtures of the two known atoms and the hidden one. */
function mixtures(): { frames: Frames; activations: Float64Array } {
  const next = random(4)
  const activations = Float64Array.from({ length: COUNT * 3 }, () => (next() < 0.3 ? 0 : next()))
  const q = new Float64Array(COUNT * BINS)
  addProduct(q, activations, Float64Array.of(...known, ...hidden), COUNT, 3, BINS)
  return { frames: { bins: BINS, count: COUNT, data: Float32Array.from(q) }, activations }
}
const start = (): Float64Array => Float64Array.from({ length: BINS }, random(8))

describe('semi-supervised', () => {
  test.each(['euc', 'kl', 'beta-half'])('%s: what is known stays, and what it leaves is found', async (name) => {
    const { frames, activations } = mixtures()
    const { yields, result } = await finish(semiSupervised(frames, known, start(), { divergence: divergences[name]!, iterations: 2000 }))
    hidden.forEach((x, i) => expect(Math.abs(result.spectra[i]! - x)).toBeLessThan(0.02))
    expect(result.spectra.length).toBe(BINS)
    activations.forEach((x, i) => expect(Math.abs(result.activations[i]! - x)).toBeLessThan(0.06))
    expect(yields.length).toBe(2000)
    result.loss.forEach((x, i) => expect(x).toBeLessThanOrEqual((result.loss[i - 1] ?? Infinity) * (1 + 1e-9) + 1e-12))
  })

  test('one pass is the formula, entry by entry', async () => {
    const { frames } = mixtures()
    const free = start()
    const { result: { spectra } } = await finish(semiSupervised(frames, known, free, { ...euclidean, iterations: 1 }))
    const unit = frames.data.reduce((sum, x) => sum + x, 0) / frames.data.length
    const V = Array.from({ length: COUNT }, (_, t) => Array.from(frames.data.subarray(t * BINS, (t + 1) * BINS), (x) => x / unit))
    const scale = free.reduce((sum, x) => sum + x, 0)
    const W = [known.slice(0, BINS), known.slice(BINS), free.map((x) => x / scale)].map((row) => Array.from(row, (x) => Math.max(1e-6 / BINS, x)))
    const estimate = (h: number[][]): number[][] => h.map((row) => W[0]!.map((_, f) => row.reduce((sum, x, k) => sum + x * W[k]![f]!, 0)))
    const least = (1e-6 * BINS) / 3 // of a frame in which nothing sounds
    const first = V.map((v) => W.map(() => Math.max(least, v.reduce((x, y) => x + y) / 3)))
    const before = estimate(first)
    const H = first.map((h, t) => h.map((x, k) => Math.max(least, (x * W[k]!.reduce((sum, w, f) => sum + w * V[t]![f]!, 0)) / W[k]!.reduce((sum, w, f) => sum + w * before[t]![f]!, 0))))
    const after = estimate(H)
    const moved = W[2]!.map((w, f) => (w * H.reduce((sum, h, t) => sum + h[2]! * V[t]![f]!, 0)) / H.reduce((sum, h, t) => sum + h[2]! * after[t]![f]!, 0))
    const total = moved.reduce((x, y) => x + y)
    moved.forEach((x, f) => expect(spectra[f]!).toBeCloseTo(x / total, 6))
  })
})

test('projection: the activations of what is known, and nothing is learned', async () => {
  const { frames, activations } = mixtures()
  const { result } = await finish(projected(frames, Float64Array.of(...known, ...hidden), { ...euclidean, iterations: 3000 }))
  expect(result.spectra.length).toBe(0)
  activations.forEach((x, i) => expect(Math.abs(result.activations[i]! - x)).toBeLessThan(0.02))
})

const { frames } = mixtures()
const short: Frames = { bins: BINS, count: 2, data: frames.data.subarray(0, 2 * BINS) }
test.each<[string, Frames, Float64Array, Float64Array, string]>([
  ['no atom', frames, new Float64Array(0), new Float64Array(0), 'known, free: expected at least one atom, got none'],
  ['atoms of other bins', frames, known.subarray(1), start(), 'known: expected rows of 12 bins, got 23 numbers'],
  ['zeros', { ...frames, data: frames.data.map(() => 0) }, known, start(), 'mixtures: expected some above 0, got zeros only'],
  ['NaN', { ...frames, data: frames.data.map((x, i) => (i === 13 ? NaN : x)) }, known, start(), 'mixtures: expected numbers from 0 on, got NaN in frame 1, bin 1'],
  ['more atoms than frames', short, known, start(), 'mixtures: expected at least one frame per atom, 3, got 2'],
])('refuses %s in one sentence', async (_name, mixed, rows, free, says) => {
  await expect(finish(semiSupervised(mixed, rows, free, { ...euclidean, iterations: 1 }))).rejects.toThrow(new RangeError(says))
})
