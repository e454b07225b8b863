// Learning: the mathematics against slow twins and laws, the frames against the definition of the transform, and the
// command from files to a preset.

import { describe, expect, test } from 'vitest'
import { divergences, omegaOf } from '../worklet/dictionary.ts'
import type { Divergence } from '../worklet/dictionary.ts'
import { shapeFor, windows } from '../worklet/stft.ts'
import { costOf } from '../presets/learn/divergence.ts'
import { soundingFrames } from '../presets/learn/frames.ts'
import type { Frames } from '../presets/learn/frames.ts'
import { learn } from '../presets/learn/learn.ts'
import type { Outcome, Part, Plan, Progress, Recording } from '../presets/learn/learn.ts'
import { addProduct, addProductByColumns, addProductByRows } from '../presets/learn/matrix.ts'
import { everyNote, notesApart, transposed } from '../presets/learn/notes.ts'
import { nmf } from '../presets/learn/nmf.ts'
import { seededRandom, someOf } from '../presets/learn/random.ts'
import { centroids, exemplars } from '../presets/learn/start.ts'
import { plainKernel } from './kernels.ts'
import { noise, random, tone } from './signals.ts'
import { finish } from './steps.ts'

/** Points from each region of the family, and two β-divergences. */
const points: [number, number][] = [
  [1, 1], [1, 0], [1, -1], [0.5, 0.5], [-0.5, 0.75], [2, -0.5], [1.5, 1], [-1, 2], [-0.75, -0.75], [1, -0.5], [1, 0.5], [-1, 1],
]

/** Frames of a known, low-rank make, with a little of everything so that no divergence is infinite. */
function planted(count: number, bins: number, rank: number, seed: number): Frames {
  const next = random(seed)
  const w = Float64Array.from({ length: rank * bins }, () => next() ** 3)
  const h = Float64Array.from({ length: count * rank }, () => next() ** 3)
  const q = new Float64Array(count * bins)
  addProduct(q, h, w, count, rank, bins)
  return { bins, count, data: Float32Array.from(q, (x) => x * (0.8 + 0.4 * next()) + 1e-3) }
}

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

test('products agree with their definition at sizes that do not divide', () => {
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

describe('chance', () => {
  test('is even, seeded, and chooses without repetition', () => {
    const next = seededRandom(5)
    const values = Array.from({ length: 20_000 }, next)
    expect(values.reduce((a, b) => a + b) / values.length).toBeCloseTo(0.5, 2)
    expect(Array.from({ length: 3 }, seededRandom(5))).toEqual(values.slice(0, 3))
    expect(Array.from({ length: 3 }, seededRandom(6))).not.toEqual(values.slice(0, 3))
    const some = someOf(100, 30, seededRandom(1))
    expect(new Set(some).size).toBe(30)
    expect(some).toEqual([...some].sort((a, b) => a - b))
    expect(someOf(3, 9, seededRandom(1))).toEqual([0, 1, 2])
  })
})

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

  test('at convergence the conditions of Karush, Kuhn and Tucker hold', async () => {
    const frames = planted(40, 15, 3, 21)
    const { result: { spectra, activations } } = await finish(nmf(frames, exemplars(frames, 3, seededRandom(4)), { divergence: divergences['kl']!, iterations: 4000 }))
    const q = new Float64Array(40 * 15)
    addProduct(q, activations, spectra, 40, 3, 15)
    for (let t = 0; t < 40; t++) for (let k = 0; k < 3; k++) {
      let slope = 0
      for (let f = 0; f < 15; f++) slope += spectra[k * 15 + f]! * (1 - frames.data[t * 15 + f]! / q[t * 15 + f]!)
      expect(slope).toBeGreaterThan(-2e-3)
      if (activations[t * 3 + k]! > 0.01) expect(Math.abs(slope)).toBeLessThan(2e-3)
    }
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

const sizes = { sampleRate: 16_000, fftSize: 512, hopSize: 128, tailSize: 256 }
const recording = (name: string, ...channels: Float32Array[]): Recording => ({ name, sampleRate: 16_000, channels })

describe('frames', () => {
  test('are the magnitudes of the engine’s windows', () => {
    const signal = noise(2000, 5)
    const frames = soundingFrames([recording('a', signal)], sizes, plainKernel, 1e6, seededRandom(1))
    expect([frames.bins, frames.count]).toEqual([257, Math.floor(2000 / 128)])
    const { analysis } = windows(shapeFor(sizes, 16_000))
    for (const frame of [1, 7, 14]) for (const bin of [0, 1, 100, 256]) {
      let re = 0, im = 0
      for (let n = 0; n < 512; n++) {
        const x = (signal[(frame + 1) * 128 - 512 + n] ?? 0) * analysis[n]!
        re += x * Math.cos((2 * Math.PI * bin * n) / 512)
        im -= x * Math.sin((2 * Math.PI * bin * n) / 512)
      }
      expect(frames.data[frame * 257 + bin]!).toBeCloseTo(Math.hypot(re, im), 3)
    }
  })

  test('recordings of twice or four times the rate teach the lower bins of the same hertz', () => {
    for (const times of [2, 4]) {
      const rate = 16_000 * times
      const fast = { name: 'fast', sampleRate: rate, channels: [tone(rate, 3000, rate).map((x, i, all) => x + (times - 1) * all[(3 * i) % rate]!)] } // 9 kHz too, louder
      const { bins, count, data } = soundingFrames([fast], sizes, plainKernel, 1e6, seededRandom(1))
      expect([bins, count]).toEqual([257, 125])
      const row = data.subarray(60 * 257, 61 * 257)
      expect(row.indexOf(Math.max(...row))).toBe(96)
    }
    const odd = { ...recording('odd.wav', tone(48_000, 500, 48_000)), sampleRate: 48_000 }
    expect(() => soundingFrames([odd], sizes, plainKernel, 9, seededRandom(1))).toThrow('odd.wav: expected 16000 Hz, or two or four times that, got 48000 Hz')
    const mixed = [recording('a', tone(16_000, 500, 16_000)), { ...odd, sampleRate: 32_000 }]
    expect(() => soundingFrames(mixed, sizes, plainKernel, 9, seededRandom(1))).toThrow('odd.wav: expected 16000 Hz like the other recordings, got 32000 Hz')
  })

  test('two channels are met as the engine meets them: their root mean square, whatever the phase', () => {
    const signal = noise(4000, 6)
    const one = soundingFrames([recording('a', signal)], sizes, plainKernel, 1e6, seededRandom(1))
    const turned = soundingFrames([recording('a', signal, signal.map((x) => -x))], sizes, plainKernel, 1e6, seededRandom(1))
    expect(turned.count).toBe(one.count)
    turned.data.forEach((x, i) => { if (Math.abs(x - one.data[i]!) > 1e-4) expect(x).toBeCloseTo(one.data[i]!, 3) })
  })

  test('pauses teach nothing, and a limit takes a seeded choice from all recordings', () => {
    const half = new Float32Array(16_000)
    half.set(tone(8000, 1000, 16_000))
    const recordings = [recording('a', half), recording('b', tone(16_000, 3000, 16_000))]
    const all = soundingFrames(recordings, sizes, plainKernel, 1e6, seededRandom(1))
    expect(all.count).toBeGreaterThan(62 + 125 - 3)
    expect(all.count).toBeLessThan(62 + 125 + 6)
    const some = soundingFrames(recordings, sizes, plainKernel, 60, seededRandom(1))
    expect(some.count).toBeLessThanOrEqual(60)
    expect(some).toEqual(soundingFrames(recordings, sizes, plainKernel, 60, seededRandom(1)))
    const loudest = (row: number): number => some.data.subarray(row * 257, (row + 1) * 257).reduce((best, x, i, a) => (x > a[best]! ? i : best), 0)
    expect(loudest(0)).toBe(32)
    expect(loudest(some.count - 1)).toBe(96)
  })
})

const part = (source: string, atoms: number, ...recordings: Recording[]): Part => ({ source, pitch: null, atoms, recordings })
const plan = (over: Partial<Plan>): Plan => ({
  parts: [part('low', 2, recording('low.wav', tone(16_000, 500, 16_000))), part('high', 3, recording('high.wav', tone(16_000, 4000, 16_000)))],
  sizes, method: 'nmf', divergence: divergences['kl']!, iterations: 5, start: 'kmeans', seed: 1, frames: 1000, module: plainKernel, ...over,
})
const learned = (over: Partial<Plan>): Promise<{ yields: Progress[]; result: Outcome }> => finish(learn(plan(over)))

describe('learning', () => {
  test('gives each source its atoms, where its sound is', async () => {
    const { yields, result } = await learned({})
    expect(result.atoms).toEqual([...Array(2).fill({ source: 'low', pitch: null }), ...Array(3).fill({ source: 'high', pitch: null })])
    for (let row = 0; row < 5; row++) {
      const spectrum = result.spectra.subarray(row * 257, (row + 1) * 257)
      expect(spectrum.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5)
      expect(spectrum.indexOf(Math.max(...spectrum))).toBe(row < 2 ? 16 : 128)
    }
    expect(yields.map(({ done, of }) => [done, of])).toEqual([[1, 5], [2, 5], [3, 5], [4, 5], [5, 5]])
    for (const source of ['low', 'high']) expect(result.loss[source]).toEqual(yields.map(({ loss }) => loss[source]))
    expect(result.frames).toEqual({ low: 125, high: 125 })
  })

  test('is the same for the same seed, and another for another', async () => {
    const parts = [part('x', 4, recording('x.wav', noise(16_000, 3)))]
    for (const start of ['kmeans', 'exemplar'] as const) {
      const { result } = await learned({ parts, start })
      expect((await learned({ parts, start })).result).toEqual(result)
      expect((await learned({ parts, start, seed: 2 })).result.spectra).not.toEqual(result.spectra)
    }
  })

  test('note by note: parts of one source keep their pitch and stand together', async () => {
    const note = (source: string, pitch: number, hertz: number): Part => ({ ...part(source, 1, recording(`${pitch}.wav`, tone(8000, hertz, 16_000))), pitch })
    const { result } = await learned({ parts: [note('a', 60, 1000), note('b', 48, 500), note('a', 72, 2000)] })
    expect(result.atoms).toEqual([{ source: 'a', pitch: 60 }, { source: 'a', pitch: 72 }, { source: 'b', pitch: 48 }])
    expect([0, 1, 2].map((row) => result.spectra.subarray(row * 257, (row + 1) * 257)).map((s) => s.indexOf(Math.max(...s)))).toEqual([32, 64, 16])
  })

  test('notes that were not recorded come from the nearest one, at most two semitones away', async () => {
    const notes = [60, 60, 63, 70].map((pitch, i) => ({ pitch, recording: recording(`${pitch}-${i}`, tone(8000, 440 * 2 ** ((pitch - 69) / 12), 16_000)) }))
    expect(notesApart('x', notes, 2).map(({ pitch, atoms, recordings }) => [pitch, atoms, recordings.length])).toEqual([[60, 2, 2], [63, 2, 1], [70, 2, 1]])
    const parts = everyNote('x', notes, 1)
    expect(parts.map(({ pitch, recordings }) => [pitch, ...recordings.map(({ name }) => name)].join(' '))).toEqual([
      '60 60-0 60-1', '61 60-0 +1 60-1 +1', '62 63-2 -1', '63 63-2', '64 63-2 +1', '65 63-2 +2', '68 70-3 -2', '69 70-3 -1', '70 70-3',
    ])
    const { result } = await learned({ parts, sizes: { ...sizes, fftSize: 4096, hopSize: 1024, tailSize: 4096 } })
    result.atoms.forEach(({ pitch }, row) => {
      const spectrum = result.spectra.subarray(row * 2049, (row + 1) * 2049)
      expect(Math.abs(spectrum.indexOf(Math.max(...spectrum)) - (440 * 2 ** ((pitch! - 69) / 12) * 4096) / 16_000)).toBeLessThan(0.51)
    })
  })

  test.each([-2, -1, 1, 2])('moved by %i semitones, a tone is that tone, and nothing folds back', (semitones) => {
    const speed = 2 ** (semitones / 12)
    const { channels: [moved], name } = transposed(recording('a', tone(4000, 1000, 16_000)), semitones)
    expect(name).toBe(`a ${semitones > 0 ? '+' : ''}${semitones}`)
    expect(moved!.length).toBe(Math.floor(4000 / speed))
    const ideal = tone(moved!.length, 1000 * speed, 16_000)
    for (let i = 40; i < moved!.length - 40; i++) expect(Math.abs(moved![i]! - ideal[i]!)).toBeLessThan(2e-3)
    const high = transposed(recording('a', tone(4000, 7950, 16_000)), semitones).channels[0]!.subarray(40, -40)
    const rms = Math.sqrt(high.reduce((sum, x) => sum + x * x, 0) / high.length)
    if (semitones > 0) expect(rms).toBeLessThan(0.05)
  })

  test('exemplars are frames of the recording, without training', async () => {
    const signal = noise(16_000, 3)
    const { yields, result } = await learned({ parts: [part('x', 4, recording('x.wav', signal))], method: 'exemplar' })
    expect(yields.length).toBe(1)
    const frames = soundingFrames([recording('x.wav', signal)], sizes, plainKernel, 1000, seededRandom(1))
    const rows = exemplars(frames, frames.count, seededRandom(1))
    for (let atom = 0; atom < 4; atom++) {
      const spectrum = result.spectra.subarray(atom * 257, (atom + 1) * 257)
      expect(Array.from({ length: frames.count }, (_, t) => spectrum.every((x, f) => x === Math.fround(rows[t * 257 + f]!)))).toContain(true)
    }
  })

  const sound = noise(16_000, 3)
  const withNaN = sound.slice()
  withNaN[77] = NaN
  test.each<[string, Partial<Plan>, RegExp]>([
    ['no source', { parts: [] }, /^sources: expected at least one, got none$/],
    ['no recording', { parts: [part('x', 1)] }, /^x: expected at least one recording, got none$/],
    ['another rate', { parts: [part('x', 1, { ...recording('x.wav', sound), sampleRate: 8000 })] }, /^x\.wav: expected 16000 Hz, or two or four times that, got 8000 Hz$/],
    ['silence', { parts: [part('x', 1, recording('x.wav', new Float32Array(9000)))] }, /^x\.wav: expected sound, got silence$/],
    ['shorter than a window', { parts: [part('x', 1, recording('x.wav', sound.subarray(0, 511)))] }, /^x\.wav: expected at least one window of 512 samples, got 511$/],
    ['nothing', { parts: [part('x', 1, recording('x.wav', new Float32Array(0)))] }, /^x\.wav: expected at least one window of 512 samples, got 0$/],
    ['not a number', { parts: [part('x', 1, recording('x.wav', withNaN))] }, /^x\.wav: expected finite samples, got NaN$/],
    ['more atoms than frames', { parts: [part('x', 99, recording('x.wav', sound.subarray(0, 4000)))] }, /^x: expected at least one sounding frame per atom, 99, got 31$/],
    ['too many atoms', { parts: [part('x', 500, recording('x.wav', sound)), part('y', 13, recording('x.wav', sound))] }, /^atoms: expected at most 512 in all, got 513$/],
    ['alpha 0', { divergence: { alpha: 0, beta: 1 } }, /^divergence: expected an alpha other than 0, .* got 0,1$/],
    ['a hop that does not fit', { sizes: { ...sizes, hopSize: 100 } }, /^hopSize: expected a half, a quarter or an eighth of fftSize 512, got 100$/],
    ['no passes', { iterations: 0 }, /^iterations, frames: expected at least 1, got 0, 1000$/],
  ])('refuses %s in one sentence', async (_name, over, says) => {
    await expect(learned(over)).rejects.toThrow(says)
    await expect(learned(over)).rejects.toThrow(RangeError)
  })
})
