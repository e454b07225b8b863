// From recordings to atoms: the frames against the definition of the transform, the parts, and what is refused.

import { describe, expect, test } from 'vitest'
import { divergences } from '../worklet/dictionary.ts'
import { shapeFor, windows } from '../worklet/stft.ts'
import { soundingFrames } from '../presets/learn/frames.ts'
import { learn } from '../presets/learn/learn.ts'
import type { Outcome, Part, Plan, Progress, Recording } from '../presets/learn/learn.ts'
import { everyNote, notesApart, transposed } from '../presets/learn/notes.ts'
import { seededRandom, someOf } from '../presets/learn/random.ts'
import { exemplars } from '../presets/learn/start.ts'
import { plainKernel } from './kernels.ts'
import { noise, tone } from './signals.ts'
import { finish } from './steps.ts'

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
    const odd = recording('odd.wav', tone(48_000, 500, 48_000))
    const mixed = [recording('a', tone(16_000, 500, 16_000)), { ...odd, sampleRate: 32_000 }]
    expect(() => soundingFrames(mixed, sizes, plainKernel, 9, seededRandom(1))).toThrow('odd.wav: expected 16000 Hz like the other recordings, got 32000 Hz')
  })

  test('recordings of any other rate are brought to the dictionary\'s hertz', () => {
    for (const rate of [8000, 22_050, 44_100, 48_000]) {
      const one = { name: 'other', sampleRate: rate, channels: [tone(rate, 3000, rate)] }
      const { bins, count, data } = soundingFrames([one], sizes, plainKernel, 1e6, seededRandom(1))
      expect(bins).toBe(257)
      expect(Math.abs(count - 125)).toBeLessThan(2)
      const row = data.subarray(60 * 257, 61 * 257)
      const sum = row.reduce((all, x) => all + x, 0)
      expect(row.reduce((all, x, bin) => all + x * bin, 0) / sum).toBeCloseTo(96, 0)
      expect(row.subarray(92, 101).reduce((all, x) => all + x, 0) / sum).toBeGreaterThan(0.9)
    }
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
    ['another rate than the source before', { parts: [part('x', 1, recording('x.wav', sound)), part('y', 1, { ...recording('y.wav', sound), sampleRate: 32_000 })] }, /^y\.wav: expected 16000 Hz like the other recordings, got 32000 Hz$/],
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
