// Factorisation: the update against its formula, its laws at points from every region of the family, and the start.

import { describe, expect, test } from 'vitest'
import { divergences, omegaOf } from '../worklet/dictionary.ts'
import type { Divergence } from '../worklet/dictionary.ts'
import { costOf } from '../presets/learn/divergence.ts'
import type { Frames } from '../presets/learn/frames.ts'
import { addProduct } from '../presets/learn/matrix.ts'
import { nmf } from '../presets/learn/nmf.ts'
import type { Factorisation } from '../presets/learn/nmf.ts'
import { seededRandom } from '../presets/learn/random.ts'
import { centroids, exemplars } from '../presets/learn/start.ts'
import { costOfFit, fitted, neverRises, planted, points } from './family.ts'
import { plainKernel } from './kernels.ts'
import { random } from './signals.ts'
import { finish } from './steps.ts'

describe('factorisation', () => {
  test.each(points)('(%f, %f): the loss never rises, is what the factors cost, and falls far', async (alpha, beta) => {
    const frames = planted(70, 23, 4, 11)
    const divergence = { alpha, beta }
    const { yields, result } = await finish(nmf(frames, exemplars(frames, 4, seededRandom(1)), { divergence, iterations: 300 }))
    expect(result.loss).toEqual(yields.map(({ loss }) => loss))
    expect(result.loss.length).toBe(300)
    result.loss.forEach((x, i) => expect(x, `pass ${i}`).toBeLessThanOrEqual((result.loss[i - 1] ?? Infinity) * (1 + 1e-9)))
    expect(result.loss.at(-1)!).toBeLessThan(0.5 * result.loss[0]!)

    const mean = frames.data.reduce((sum, x) => sum + x, 0) / frames.data.length
    const q = new Float64Array(70 * 23)
    addProduct(q, result.activations, result.spectra, 70, 4, 23)
    const cost = costOf(divergence)
    let sum = 0
    frames.data.forEach((x, i) => { sum += cost(x / mean, Math.max(q[i]! / mean, 1e-9)) })
    expect(sum / q.length / result.loss.at(-1)!).toBeCloseTo(1, 2)
  })

  test.each(['euc', 'kl', 'beta-1.5'])('%s: one pass is the formula, entry by entry', async (name) => {
    const { alpha, beta } = divergences[name]!
    const frames = planted(9, 7, 2, 4)
    const start = exemplars(frames, 2, seededRandom(2))
    const { result } = await finish(nmf(frames, start, { divergence: { alpha, beta }, iterations: 1 }))
    const V = Array.from({ length: 9 }, (_, t) => Array.from({ length: 7 }, (_, f) => frames.data[t * 7 + f]!))
    const W = [0, 1].map((k) => Array.from({ length: 7 }, (_, f) => start[k * 7 + f]!))
    const H = V.map((v) => [0, 1].map(() => v.reduce((a, b) => a + b) / 2))
    const Q = (): number[][] => H.map((h) => W[0]!.map((_, f) => h[0]! * W[0]![f]! + h[1]! * W[1]![f]!))
    const fraction = (q: number[][], weight: (t: number, f: number) => number): number => {
      let up = 0, down = 0
      q.forEach((row, t) => row.forEach((x, f) => {
        up += weight(t, f) * V[t]![f]! ** alpha * x ** (beta - 1)
        down += weight(t, f) * x ** (alpha + beta - 1)
      }))
      return (up / down) ** omegaOf({ alpha, beta })
    }
    const before = Q()
    const rise = H.map((_, t) => [0, 1].map((k) => fraction(before, (u, f) => (u === t ? W[k]![f]! : 0))))
    H.forEach((h, t) => { h[0]! *= rise[t]![0]!; h[1]! *= rise[t]![1]! })
    const after = Q()
    const growth = W.map((w, k) => w.map((_, f) => fraction(after, (t, g) => (g === f ? H[t]![k]! : 0))))
    W.forEach((w, k) => w.forEach((_, f) => { w[f]! *= growth[k]![f]! }))
    W.forEach((w, k) => {
      const sum = w.reduce((a, b) => a + b)
      w.forEach((x, f) => expect(result.spectra[k * 7 + f]!).toBeCloseTo(x / sum, 5))
      H.forEach((h, t) => expect(result.activations[t * 2 + k]! / (h[k]! * sum)).toBeCloseTo(1, 5))
    })
  })

  test('parts that never share a bin are found exactly, and what is absent is exactly zero', async () => {
    const next = random(8)
    const bins = 12, count = 60
    const shapes = [[4, 3, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 1, 5, 1, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 2, 2, 2, 3, 1]]
    const data = new Float32Array(bins * count)
    for (let t = 0; t < count; t++) for (const shape of shapes) {
      const gain = next() < 0.4 ? 0 : next()
      shape.forEach((x, f) => { data[t * bins + f]! += gain * x + 1e-30 })
    }
    const frames = { bins, count, data }
    const { result } = await finish(nmf(frames, centroids(frames, 3, seededRandom(3)), { divergence: divergences['kl']!, iterations: 200 }))
    const found = [0, 1, 2].map((k) => Array.from(result.spectra.slice(k * bins, (k + 1) * bins)))
    for (const shape of shapes) {
      const sum = shape.reduce((a, b) => a + b)
      const best = Math.min(...found.map((row) => Math.max(...row.map((x, f) => Math.abs(x - shape[f]! / sum)))))
      expect(best).toBeLessThan(1e-3)
    }
    expect(found.flat().filter((x) => x === 0).length).toBeGreaterThan(20)
  })

  test('k-means separates what is apart, at any loudness', () => {
    const next = random(9)
    const bins = 9, count = 90
    const data = Float32Array.from({ length: bins * count }, (_, i) => {
      const t = Math.floor(i / bins), f = i % bins
      return (1 + (t % 7)) * ((Math.floor(f / 3) === t % 3 ? 1 : 0) + 0.05 * next())
    })
    const rows = centroids({ bins, count, data }, 3, seededRandom(1))
    const peaks = [0, 1, 2].map((k) => [0, 1, 2].findIndex((g) => rows[k * bins + 3 * g]! > 0.2))
    expect(peaks.sort()).toEqual([0, 1, 2])
  })
})

describe('at convergence', () => {
  /** The slopes of the cost for W and H, each times the other's size, relative to the size of what they balance. */
  function slopes(frames: Frames, { spectra: W, activations, unit }: Factorisation, { alpha, beta }: Divergence): { value: number; slope: number }[] {
    const { bins, count, data } = frames
    const atoms = W.length / bins
    const H = activations.map((x) => x / unit)
    const q = new Float64Array(count * bins)
    addProduct(q, H, W, count, atoms, bins)
    const up = q.map((x, i) => (data[i]! / unit) ** alpha * x ** (beta - 1)), down = q.map((x) => x ** (alpha + beta - 1))
    const found: { value: number; slope: number }[] = []
    const add = (value: number, fall: number, rise: number): void => { found.push({ value, slope: (rise - fall) / (alpha * Math.max(rise, fall)) }) }
    for (let t = 0; t < count; t++) for (let k = 0; k < atoms; k++) {
      let fall = 0, rise = 0
      for (let f = 0; f < bins; f++) { fall += up[t * bins + f]! * W[k * bins + f]!; rise += down[t * bins + f]! * W[k * bins + f]! }
      add(H[t * atoms + k]!, fall, rise)
    }
    for (let k = 0; k < atoms; k++) for (let f = 0; f < bins; f++) {
      let fall = 0, rise = 0
      for (let t = 0; t < count; t++) { fall += up[t * bins + f]! * H[t * atoms + k]!; rise += down[t * bins + f]! * H[t * atoms + k]! }
      add(W[k * bins + f]!, fall, rise)
    }
    return found
  }

  test.each(points.slice(0, 9))('(%f, %f): the conditions of Karush, Kuhn and Tucker hold to the floor after thinning', async (alpha, beta) => {
    const frames = planted(9, 7, 2, 21)
    const result = await fitted(frames, 2, { divergence: { alpha, beta }, iterations: 5000 })
    const all = slopes(frames, result, { alpha, beta })
    for (const { value, slope } of all) {
      expect(slope).toBeGreaterThan(-5e-4)
      if (value > 1e-3) expect(Math.abs(slope)).toBeLessThan(5e-4)
    }
    expect(all.some(({ value }) => value > 1e-3)).toBe(true)
  })
})

describe('what may be asked for', () => {
  const frames = planted(60, 17, 3, 31)
  const asks = points.slice(0, 9)

  test.each(asks)('(%f, %f): weights count, and what has none is not looked at', async (alpha, beta) => {
    const divergence = { alpha, beta }
    const next = random(8)
    const weights = Float32Array.from({ length: frames.data.length }, () => (next() < 0.1 ? 0 : 0.5 + next()))
    const result = await fitted(frames, 3, { divergence, iterations: 40, weights })
    neverRises(result.loss)
    expect(costOfFit(frames, result, divergence, weights) / (result.loss.at(-1)! * weights.length)).toBeCloseTo(1, 2)
    // other values where nothing counts, of the same sum, so that the unit is the same
    const data = frames.data.slice()
    const unseen = [...weights.keys()].filter((i) => weights[i] === 0)
    unseen.forEach((i, n) => { data[i] = frames.data[unseen[(n + 1) % unseen.length]!]! })
    const start = exemplars(frames, 3, seededRandom(1)), activations = new Float64Array(60 * 3).fill(1)
    const fit = async (of: Frames): Promise<Float64Array> => (await finish(nmf(of, start, { divergence, iterations: 5, weights, activations }))).result.spectra
    const [one, other] = [await fit(frames), await fit({ ...frames, data })]
    one.forEach((x, i) => expect(other[i]!).toBeCloseTo(x, 6))
  })

  test('weights per bin are weights of all its entries; weights of one are none', async () => {
    for (const name of ['euc', 'kl', 'is']) {
      const divergence = divergences[name]!
      const bins = Float32Array.from({ length: 17 }, (_, f) => (f % 5) / 2)
      const all = Float32Array.from({ length: frames.data.length }, (_, i) => bins[i % 17]!)
      const fit = async (weights: Float32Array | null): Promise<Factorisation> => fitted(frames, 3, { divergence, iterations: 20, weights })
      expect(await fit(bins)).toEqual(await fit(all))
      const [ones, none] = [await fit(new Float32Array(17).fill(1)), await fit(null)]
      ones.spectra.forEach((x, i) => expect(x).toBeCloseTo(none.spectra[i]!, 9))
    }
  })

  test.each(asks)('(%f, %f): a pattern is kept, and rows that are held stay as they are', async (alpha, beta) => {
    const divergence = { alpha, beta }
    const pattern = Float64Array.from({ length: 3 * 17 }, (_, i) => ((i % 17) % 3 === Math.floor(i / 17) || i % 17 > 8 ? 1 : 0))
    const shaped = await fitted(frames, 3, { divergence, iterations: 40, pattern })
    neverRises(shaped.loss)
    shaped.spectra.forEach((x, i) => { if (pattern[i] === 0) expect(x).toBe(0) })
    expect(shaped.spectra.filter((x) => x > 0).length).toBeGreaterThan(20)

    const start = exemplars(frames, 3, seededRandom(1))
    for (const held of [1, 2, 3]) {
      const result = await fitted(frames, 3, { divergence, iterations: 15, held })
      neverRises(result.loss)
      for (let i = 0; i < start.length; i++) {
        if (i < held * 17) expect(Math.abs(result.spectra[i]! - start[i]!)).toBeLessThan(2e-6)
      }
      if (held < 3) expect(result.spectra.subarray(held * 17).some((x, i) => Math.abs(x - start[held * 17 + i]!) > 1e-3)).toBe(true)
    }
  })

  test('frames of nothing, or not of numbers, are refused in one sentence', async () => {
    const start = new Float64Array(17).fill(1)
    for (const [value, says] of [[0, 'got a mean of 0'], [NaN, 'got a mean of NaN'], [-1, 'got a mean of -1']] as const)
      await expect(finish(nmf({ bins: 17, count: 2, data: new Float32Array(34).fill(value) }, start, { divergence: divergences['kl']!, iterations: 1 })))
        .rejects.toThrow(`frames: expected some that are above zero, ${says}`)
  })

  test('a fit that goes on where another stopped is that fit', async () => {
    const divergence = divergences['kl']!
    const whole = await fitted(frames, 3, { divergence, iterations: 40 })
    const half = await fitted(frames, 3, { divergence, iterations: 20 })
    const { result } = await finish(nmf(frames, half.spectra, { divergence, iterations: 20, activations: half.activations }))
    result.spectra.forEach((x, i) => expect(x).toBeCloseTo(whole.spectra[i]!, 4))
    expect(result.loss.at(-1)! / whole.loss.at(-1)!).toBeCloseTo(1, 3)
  })
})

describe('in float32', () => {
  test.each([...points, [-4, -4], [1, -3], [4, 4]] as const)('(%f, %f): what float64 finds, and the loss never rises but by rounding', async (alpha, beta) => {
    const frames = planted(130, 21, 3, 41)
    const divergence = { alpha, beta }
    const slow = await fitted(frames, 4, { divergence, iterations: 40 })
    const quick = await fitted(frames, 4, { divergence, iterations: 40 }, plainKernel)
    neverRises(quick.loss, 1e-5)
    slow.loss.forEach((x, i) => expect(quick.loss[i]! / x).toBeCloseTo(1, 2))
    quick.spectra.forEach((x, i) => expect(Math.abs(x - slow.spectra[i]!)).toBeLessThan(2e-3))
  })
})
