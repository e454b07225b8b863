// Tuning: what is drawn, what is kept, and that the engine's own sound on held-out pairs is what decides.

import { describe, expect, test } from 'vitest'
import type { Dictionary } from '../worklet/dictionary.ts'
import { divergences } from '../worklet/dictionary.ts'
import { soundingFrames } from '../presets/learn/frames.ts'
import type { Recording } from '../presets/learn/frames.ts'
import { alignedFrames, mixtureOf } from '../presets/learn/pairs.ts'
import type { Pair } from '../presets/learn/pairs.ts'
import { seededRandom } from '../presets/learn/random.ts'
import { exemplars } from '../presets/learn/start.ts'
import { drawn, heldOutScore, siSdr, tune } from '../presets/learn/tune.ts'
import type { Space, Tuned } from '../presets/learn/tune.ts'
import { plainKernel } from './kernels.ts'
import { melody, noise, tone } from './signals.ts'

const RATE = 16_000
const recording = (name: string, ...channels: Float32Array[]): Recording => ({ name, sampleRate: RATE, channels })
const pair = (low: Float32Array, high: Float32Array): Pair => ({ low: recording('low.wav', low), high: recording('high.wav', high) })
const sizes = { sampleRate: RATE, fftSize: 512, hopSize: 128, tailSize: 256 }
const simple = pair(tone(RATE, 500, RATE), tone(RATE, 4000, RATE, 0.3))

describe('what is drawn', () => {
  const space: Space = { atoms: { from: 2, to: 4, whole: true }, tauA: { from: 0.01, to: 1, ratios: true }, gain: { from: -1, to: 3 }, loss: { of: ['kl', 'euc'] } }
  const random = seededRandom(1)
  const draws = Array.from({ length: 4000 }, () => drawn(space, random))
  const numbers = (name: string): number[] => draws.map((choice) => choice[name] as number)

  test('stays in range and fills it as declared', () => {
    expect(new Set(numbers('atoms'))).toEqual(new Set([2, 3, 4]))
    for (const n of [2, 3, 4]) expect(numbers('atoms').filter((x) => x === n).length / 4000).toBeCloseTo(1 / 3, 1)
    expect(numbers('tauA').filter((x) => x < 0.1).length / 4000).toBeCloseTo(0.5, 1)
    expect(Math.min(...numbers('tauA'))).toBeGreaterThanOrEqual(0.01)
    expect(Math.max(...numbers('tauA'))).toBeLessThanOrEqual(1)
    expect(numbers('gain').reduce((a, b) => a + b) / 4000).toBeCloseTo(1, 1)
    expect(new Set(draws.map((choice) => choice['loss']))).toEqual(new Set(['kl', 'euc']))
  })

  test('is the same for the same seed', () => {
    expect(drawn(space, seededRandom(7))).toEqual(drawn(space, seededRandom(7)))
    expect(drawn(space, seededRandom(8))).not.toEqual(drawn(space, seededRandom(7)))
  })
})

describe('the search', () => {
  const space: Space = { x: { from: 0, to: 1 } }
  const run = async (trials: number, learn: (x: number) => number, seed = 1): Promise<{ steps: number[]; tuned: Tuned<number> }> => {
    const steps: number[] = []
    const search = tune(space, { trials, seed }, function* (choice) {
      const x = (choice['x'] as number | undefined) ?? 0.9
      yield 1
      yield 2
      return learn(x)
    }, (result) => -Math.abs(result - 0.3))
    for (;;) {
      const step = await search.next()
      if (step.done) return { steps, tuned: step.value }
      steps.push(step.value.trial)
    }
  }

  test('begins with what was asked for, tells every pass, and keeps the best', async () => {
    const { steps, tuned } = await run(40, (x) => x)
    expect(steps).toEqual(Array.from({ length: 80 }, (_, i) => Math.floor(i / 2)))
    expect(tuned.trials.length).toBe(40)
    expect(tuned.trials[0]!.choice).toEqual({})
    expect(tuned.best.score).toBe(Math.max(...tuned.trials.map(({ score }) => score!)))
    expect(Math.abs(tuned.result - 0.3)).toBeLessThan(0.05)
    expect((await run(1, (x) => x)).tuned.result).toBe(0.9)
    expect((await run(40, (x) => x)).tuned).toEqual(tuned)
    expect((await run(40, (x) => x, 2)).tuned.trials).not.toEqual(tuned.trials)
  })

  test('a choice that is refused is a trial without a score; what was asked for must work', async () => {
    const { tuned: { trials, best } } = await run(20, (x) => { if (x < 0.5) throw new RangeError('too small'); return x })
    expect(trials.filter(({ reason }) => reason === 'too small').length).toBeGreaterThan(2)
    expect(best.score).not.toBeNull()
    await expect(run(3, () => { throw new RangeError('never') })).rejects.toThrow('never')
    await expect(run(3, (x) => { if (x !== 0.9) throw new TypeError('broken'); return x })).rejects.toThrow('broken')
    await expect(run(0, (x) => x)).rejects.toThrow('trials: expected at least 1, got 0')
    const never = tune({ x: { from: 0, to: 1, ratios: true } }, { trials: 1, seed: 1 }, function* () { yield 1; return 1 }, () => 1)
    await expect(never.next()).rejects.toThrow('x: expected a range or some values to draw from, got {"from":0,"to":1,"ratios":true}')
  })
})

describe('the score', () => {
  const dictionaryOf = (low: Float32Array, high: Float32Array): Dictionary => {
    const spectra = [low, high].flatMap((sound, i) => {
      const frames = soundingFrames([recording('x', sound)], sizes, plainKernel, 1000, seededRandom(i))
      return [...exemplars(frames, 2, seededRandom(i))]
    })
    return { ...sizes, divergence: divergences['kl']!, spectra: Float32Array.from(spectra), atoms: ['low', 'low', 'high', 'high'].map((source) => ({ source, pitch: null })) }
  }
  const [low, high] = [simple['low']!.channels[0]!, simple['high']!.channels[0]!]
  const fitting = dictionaryOf(low, high)

  test('is high for a dictionary that fits, low for one that has the sources exchanged, and hears the settings', () => {
    const good = heldOutScore(fitting, {}, [simple], plainKernel)
    expect(good).toBeGreaterThan(15)
    expect(heldOutScore(dictionaryOf(high, low), {}, [simple], plainKernel)).toBeLessThan(-10)
    expect(heldOutScore(fitting, { floor: -10 }, [simple], plainKernel)).toBeLessThan(good - 3)
    const stereo: Pair = { low: recording('l', low, low.map((x) => -x)), high: recording('h', high, high) }
    expect(heldOutScore(fitting, {}, [stereo], plainKernel)).toBeGreaterThan(15)
    expect(heldOutScore(fitting, {}, [{ ...simple, room: recording('room', noise(RATE, 1, 1e-4)) }], plainKernel)).toBeCloseTo(good, 0)
  })

  test('SI-SDR: a known distortion, any gain, copies and silence', () => {
    const s = melody(RATE, RATE, 200), n = noise(RATE, 4)
    const energy = (x: Float32Array): number => x.reduce((sum, y) => sum + y * y, 0)
    const along = n.reduce((sum, y, i) => sum + y * s[i]!, 0) / energy(s)
    const across = n.map((x, i) => x - along * s[i]!)
    const scale = Math.sqrt(energy(s) / energy(across) / 100)
    const worse = s.map((x, i) => x + scale * across[i]!)
    expect(siSdr([s], [worse])).toBeCloseTo(20, 1)
    expect(siSdr([s], [worse.map((x) => 0.2 * x)])).toBeCloseTo(siSdr([s], [worse]), 3)
    expect(siSdr([s], [s])).toBe(100)
    expect(siSdr([s], [new Float32Array(RATE)])).toBe(-100)
    expect(() => siSdr([new Float32Array(9)], [s], 'x.wav')).toThrow('x.wav: expected a reference that sounds, got silence')
  })

  test('refuses pairs that it cannot judge', () => {
    expect(() => heldOutScore(fitting, {}, [{ other: simple['low']! }], plainKernel)).toThrow('low.wav: expected a recording of low, high, got none')
  })
})

describe('aligned pairs', () => {
  test('a mixture is the sum of its sources', () => {
    const { name, channels: [samples] } = mixtureOf(simple)
    expect(name).toBe('low.wav + high.wav')
    for (const i of [0, 100, 9999]) expect(samples![i]!).toBeCloseTo(simple['low']!.channels[0]![i]! + simple['high']!.channels[0]![i]!, 6)
  })

  test('frames of mixture and sources stand together, without the pauses, seeded', () => {
    const half = new Float32Array(2 * RATE)
    half.set(tone(RATE, 500, RATE))
    const paused = pair(half, half.map((x) => 0.5 * x))
    const { mixture, sources } = alignedFrames([simple, paused], ['high', 'low'], sizes, plainKernel, 1e6, seededRandom(1))
    expect(sources.map(({ count }) => count)).toEqual([mixture.count, mixture.count])
    expect(mixture.count).toBeGreaterThan(2 * 125 - 3)
    expect(mixture.count).toBeLessThan(2 * 125 + 8)
    const row = 40 * 257
    expect(sources[0]!.data[row + 128]!).toBeGreaterThan(20 * sources[0]!.data[row + 16]!)
    expect(sources[1]!.data[row + 16]!).toBeGreaterThan(20 * sources[1]!.data[row + 128]!)
    expect(mixture.data[row + 16]! / sources[1]!.data[row + 16]!).toBeCloseTo(1, 1)
    const later = (mixture.count - 20) * 257 // both at 500 Hz there: the sum is half as loud again
    expect(mixture.data[later + 16]! / sources[1]!.data[later + 16]!).toBeCloseTo(1.5, 3)
    const some = (seed: number): unknown => alignedFrames([simple, paused], ['high', 'low'], sizes, plainKernel, 60, seededRandom(seed))
    expect((some(1) as typeof mixture & { mixture: { count: number } }).mixture.count).toBe(60)
    expect(some(1)).toEqual(some(1))
    expect(some(1)).not.toEqual(some(2))
  })

  const other = (change: Partial<Recording>): Pair => ({ ...simple, high: { ...simple['high']!, ...change } })
  test.each<[string, Pair, string]>([
    ['unequal length', other({ channels: [tone(RATE - 1, 500, RATE)] }), 'high.wav: expected as many samples as low.wav, 16000, got 15999'],
    ['unequal rates', other({ sampleRate: 8000 }), 'high.wav: expected as many samples per second as low.wav, 16000, got 8000'],
    ['unequal channels', other({ channels: [noise(RATE), noise(RATE)] }), 'high.wav: expected as many channels as low.wav, 1, got 2'],
    ['a source that is missing', { low: simple['low']! }, 'low.wav: expected a recording of each source, got none of high'],
    ['a source that is not learned', { ...simple, room: simple['low']! }, 'low.wav + high.wav + low.wav: expected sources from low, high, got room'],
    ['no source', {}, 'pairs: expected recordings of at least one source, got none'],
    ['NaN', other({ channels: [tone(RATE, 500, RATE).fill(NaN, 3, 4)] }), 'high.wav: expected finite samples, got NaN'],
    ['silence', pair(new Float32Array(RATE), new Float32Array(RATE)), 'pairs: expected mixtures that sound, got silence'],
    ['too little', pair(noise(511), noise(511)), 'low.wav + high.wav: expected at least one window of 512 samples, got 511'],
  ])('refuses %s in one sentence', (_name, wrong, says) => {
    expect(() => alignedFrames([wrong], ['low', 'high'], sizes, plainKernel, 1e6, seededRandom(1))).toThrow(new RangeError(says))
  })
})
