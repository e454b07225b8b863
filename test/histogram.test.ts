import { describe, expect, test } from 'vitest'
import { DELAY_CELLS, DELAY_RANGES, delayToY, hertzToZ, LEVEL_CELLS, levelToX, xToLevel, yToDelay, zToHertz } from '../worklet/field-axes.ts'
import { Histogram } from '../worklet/histogram.ts'
import { type Peak, peaksOf, smooth, suggest } from '../worklet/peaks.ts'
import { Survey } from '../worklet/survey.ts'
import { plainKernel } from './kernels.ts'
import { melody, noise, placed, together } from './signals.ts'

const RATE = 44100
const seconds = (n: number): number => Math.round(n * RATE)

function survey([left, right]: readonly [Float32Array, Float32Array], sampleRate = RATE): Survey {
  const survey = new Survey(plainKernel, sampleRate)
  survey.write(left, right, left.length)
  return survey
}

/** Notes and breath: no two of them fill the same bins. */
const voice = (lowest: number, seed: number, length = seconds(3)): Float32Array => {
  const air = noise(length, seed + 50, 0.004)
  return melody(length, RATE, lowest, seed).map((x, i) => x + air[i]!)
}

const near = (peaks: readonly Peak[], level: number, delay: number): void => {
  const found = peaks.filter((peak) => Math.abs(peak.level - level) < 1 && Math.abs(peak.delay - delay) < 0.3)
  expect(found, `${level} dB, ${delay} samples among ${peaks.map((p) => `${p.level.toFixed(2)}/${p.delay.toFixed(2)}`).join(' ')}`).toHaveLength(1)
}

const total = (plane: Float32Array): number => plane.reduce((sum, x) => sum + x, 0)

describe('axes', () => {
  test('a level, a delay and a frequency come back from where they stand', () => {
    for (const level of [-120, -60, -18.5, -18, -3.2, 0, 0.1, 17, 18, 30, 119]) expect(xToLevel(levelToX(level))).toBeCloseTo(level, 9)
    for (const delay of [-5, -0.3, 0, 4.9]) expect(yToDelay(delayToY(delay, 5), 5)).toBeCloseTo(delay, 12)
    for (const hertz of [0, 30, 440, 22050]) expect(zToHertz(hertzToZ(hertz, RATE), RATE)).toBeCloseTo(hertz, 6)
  })
  test('the lanes to hard left and right are narrow, steady and inside the picture', () => {
    const levels = Array.from({ length: 481 }, (_, i) => -120 + i / 2)
    const xs = levels.map(levelToX)
    expect(xs.every((x, i) => i === 0 || x > xs[i - 1]!)).toBe(true)
    expect(xs[0]).toBeGreaterThan(0)
    expect(levelToX(120) - levelToX(18)).toBeLessThan(0.1)
    expect(xToLevel(0)).toBe(-120)
    expect(xToLevel(1)).toBe(120)
  })
})

describe('peaks', () => {
  test('three voices of different level and delay, to 1 dB and 0.3 sample', () => {
    const { range, peaks } = suggest(survey(together(placed(voice(220, 1), -4, -0.55), placed(voice(310, 2), 0.5, 0.1), placed(voice(450, 3), 5, 0.75))).histogram.whole)
    expect(range).toBe(5)
    expect(peaks).toHaveLength(3)
    near(peaks, -4, -0.55)
    near(peaks, 0.5, 0.1)
    near(peaks, 5, 0.75)
    expect(peaks[0]!.weight).toBe(1)
  })

  test('delays that wrap in most bins: the low ones vote', () => {
    const { range, peaks } = suggest(survey(together(placed(voice(120, 4), -2, 10), placed(voice(160, 5), 1.5, -7.4))).histogram.whole)
    expect(range).toBe(30)
    near(peaks, -2, 10)
    near(peaks, 1.5, -7.4)
  })

  test('panned by level alone', () => {
    const { range, peaks } = suggest(survey(together(...[-11, -2, 2.8, 9.7].map((level, i) => placed(voice(150 * 1.5 ** i, 10 + i), level)))).histogram.whole)
    expect(range).toBe(1)
    for (const level of [-11, -2, 2.8, 9.7]) near(peaks, level, 0)
  })

  test('a higher rate tells the same levels, and delays in its own samples', () => {
    near(suggest(survey(placed(noise(96000, 8), 6, 3), 96000).histogram.whole).peaks, 6, 3)
  })

  test('smoothing moves no weight that stays inside', () => {
    const plane = new Float32Array(LEVEL_CELLS * DELAY_CELLS)
    plane[40 * LEVEL_CELLS + 70] = 8
    const smoothed = smooth(plane)
    expect(total(smoothed)).toBeCloseTo(8, 3)
    expect(smoothed.indexOf(Math.max(...smoothed))).toBe(40 * LEVEL_CELLS + 70)
    expect(peaksOf(plane, 5)).toEqual([{ level: xToLevel(70.5 / LEVEL_CELLS), delay: yToDelay(40.5 / DELAY_CELLS, 5), weight: 1 }])
  })
})

describe('material without a field', () => {
  const x = voice(200, 20, seconds(1))

  test('identical channels stand in the middle', () => {
    const { range, peaks } = suggest(survey([x, x]).histogram.whole)
    expect(range).toBe(1)
    expect(peaks).toEqual([{ level: 0, delay: 0, weight: 1 }])
  })
  test('a silent channel is hard left or hard right', () => {
    const silence = new Float32Array(x.length)
    for (const [channels, level] of [[[x, silence], -1], [[silence, x], 1]] as const) {
      const { peaks } = suggest(survey([...channels]).histogram.whole)
      expect(peaks).toHaveLength(1)
      expect(peaks[0]!.level * level).toBeGreaterThan(100)
      expect(peaks[0]!.delay).toBe(0)
    }
  })
  test('inverted polarity has levels but no delay, and all its weight is beyond the range', () => {
    const { histogram } = survey([x, x.map((v) => -v)])
    expect(suggest(histogram.whole).peaks).toEqual([])
    expect(histogram.beyond).toBe(1)
    expect(total(histogram.whole.levelBand)).toBeGreaterThan(0)
  })
  test('silence leaves everything empty', () => {
    const { histogram } = survey([new Float32Array(20000), new Float32Array(20000)])
    expect(suggest(histogram.whole).peaks).toEqual([])
    expect(total(histogram.live.levelBand)).toBe(0)
    expect(histogram.beyond).toBe(0)
  })
})

describe('the fold', () => {
  const frame = (level: number): Record<'left' | 'right' | 'crossRe' | 'crossIm', Float32Array> => {
    const ratio = 10 ** (level / 10)
    const row = (x: number): Float32Array => new Float32Array(513).fill(x)
    return { left: row(1), right: row(ratio), crossRe: row(Math.sqrt(ratio)), crossIm: row(0) }
  }
  const make = (changes = {}): Histogram => new Histogram({ sampleRate: 44100, fftSize: 1024, hopSize: 441, ...changes })
  const column = (level: number): number => Math.floor(levelToX(level) * LEVEL_CELLS)
  const share = (plane: Float32Array, level: number): number =>
    plane.reduce((sum, x, i) => (i % LEVEL_CELLS === column(level) ? sum + x : sum), 0) / total(plane)

  test('the live planes forget exponentially, the whole does not', () => {
    const histogram = make()
    histogram.remember(2)
    for (let i = 0; i < 100; i++) histogram.add(frame(-6)) // one second each
    for (let i = 0; i < 100; i++) histogram.add(frame(6))
    // Weights of the two levels are as |X_L·X_R|: 10^(±6/20); the older second has faded by e^(−1/2).
    const old = 10 ** (-6 / 20) * Math.exp(-0.5)
    expect(share(histogram.live.levelBand, -6)).toBeCloseTo(old / (old + 10 ** (6 / 20)), 3)
    expect(share(histogram.whole.levelBand, -6)).toBeCloseTo(1 / (1 + 10 ** (12 / 20)), 4)
  })

  test('after hours the newest frames still weigh what they should', () => {
    const histogram = make()
    histogram.remember(1)
    for (let i = 0; i < 6000; i++) histogram.add(frame(-6))
    for (let i = 0; i < 300; i++) histogram.add(frame(6))
    expect(share(histogram.live.levelBand, 6)).toBeGreaterThan(0.98)
    expect(histogram.live.levelBand.every(Number.isFinite)).toBe(true)
  })

  test('frozen, the live planes keep still while the whole goes on', () => {
    const histogram = make()
    histogram.add(frame(-6))
    const kept = histogram.live.levelBand.slice()
    const before = total(histogram.whole.levelBand)
    histogram.frozen = true
    for (let i = 0; i < 10; i++) histogram.add(frame(6))
    expect(histogram.live.levelBand).toEqual(kept)
    expect(total(histogram.whole.levelBand)).toBeGreaterThan(5 * before)
    histogram.reset()
    expect(total(histogram.whole.levelBand) + total(histogram.live.levelBand)).toBe(0)
  })

  test('each range hears only the bins whose phase cannot wrap within it', () => {
    const histogram = make({ p: 1, q: 0 })
    histogram.add(frame(0))
    const bins = DELAY_RANGES.map((range) => Math.ceil(1024 / (2 * range)) - 1) // ω·d < π, without bin 0
    histogram.whole.levelDelay.forEach((plane, i) => expect(total(plane)).toBeCloseTo(bins[i]!, 3))
    histogram.whole.delayBand.forEach((plane, i) => expect(total(plane)).toBeCloseTo(bins[i]!, 3))
    expect(total(histogram.whole.levelBand)).toBeCloseTo(511, 3)
  })

  test('p and q weigh as they say', () => {
    const [plain, steep] = [make({ p: 0.5, q: 0 }), make({ p: 1, q: 1 })]
    for (const histogram of [plain, steep]) histogram.add({ ...frame(0), left: new Float32Array(513).fill(16), right: new Float32Array(513).fill(16) })
    expect(total(plain.whole.levelBand)).toBeCloseTo(511 * 4, 1)
    expect(total(steep.whole.levelBand) / (16 * Math.PI * 511 / 2)).toBeCloseTo(1, 2)
  })
})
