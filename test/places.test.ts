// What places promise: what is pointed at, drawn round or learned comes out, and nothing else; everything adds up; and
// what no place can tell apart does no harm.

import { describe, expect, test } from 'vitest'
import { type Covariance, CovarianceFold, fitCovariance } from '../worklet/covariance.ts'
import type { Place, Selection } from '../worklet/selection.ts'
import { delayed, dictionary, nullDb, rig, type Rig } from './engine.ts'
import { errorDb } from './reference.ts'
import { inRoom, melody, noise, placed, together } from './signals.ts'

const RATE = 44100
const LENGTH = 2 * RATE
const field = { ...dictionary({ tones: 0, air: 0 }), fftSize: 4096, hopSize: 1024, tailSize: 4096 }
const micros = (samples: number): number => (samples / RATE) * 1e6
const point = (level: number, delay: number): Place => ({ level, delay: micros(delay) })
const selected = (mask: Selection['mask'], ...places: Place[]): Selection => ({ mask, sources: places.map((place, i) => ({ name: `s${i}`, places: [place] })) })

/** Three sounds that share bins now and then. */
const sounds = [melody(LENGTH, RATE, 180, 3), melody(LENGTH, RATE, 240, 4), melody(LENGTH, RATE, 330, 5)]
const spots: readonly (readonly [number, number])[] = [[-5, 0], [0, 0], [5, 0]]
const images = sounds.map((sound, i) => placed(sound, ...spots[i]!))
const mix = together(...images)

/** Signal to error of both channels, dB. */
function quality(stem: readonly Float32Array[], image: readonly Float32Array[], latency: number): number {
  const chain = (channels: readonly Float32Array[]): Float32Array => Float32Array.from(channels.flatMap((c) => [...c]))
  return -errorDb(chain(stem), chain(image.map((channel) => delayed(channel, latency))))
}
function separated(options: NonNullable<Parameters<typeof rig>[0]>, input: readonly Float32Array[], truths: readonly (readonly Float32Array[])[]): { dB: number[]; r: Rig } {
  const r = rig({ dictionary: field, channels: 2, ...options })
  const stems = r.run(input, () => 4096)
  expect(nullDb(stems, input, r.separator.latencySamples)).toBeLessThan(-120)
  for (const stem of stems) for (const channel of stem) expect(channel.every(Number.isFinite)).toBe(true)
  return { r, dB: truths.map((truth, i) => quality(stems[i]!, truth, r.separator.latencySamples)) }
}
const mean = (x: readonly number[]): number => x.reduce((a, b) => a + b, 0) / x.length

describe('points', () => {
  const at = spots.map(([level, delay]) => point(level, delay))
  const results = Object.fromEntries((['soft', 'binary', 'wiener'] as const).map((mask) => [mask, separated({ selection: selected(mask, ...at) }, mix, images)]))

  test('each sound comes out where it stands, and two channels give the Wiener filter more than a mask', () => {
    const [soft, binary, wiener] = ['soft', 'binary', 'wiener'].map((mask) => mean(results[mask]!.dB))
    expect(soft).toBeGreaterThan(9)
    expect(binary).toBeGreaterThan(8)
    expect(wiener).toBeGreaterThan(soft! + 1.5)
    expect(results['wiener']!.r.separator.frame.fact('fallback')).toBe(0)
  })

  test('sources without a neighbour leave what stands elsewhere to the rest', () => {
    const { r } = separated({ selection: selected('soft', point(-5, 0)) }, mix, [images[0]!])
    const rest = r.run(mix)[1]!
    expect(quality(rest, together(images[1]!, images[2]!), r.separator.latencySamples)).toBeGreaterThan(6)
  })

  test('a width says where the rest begins, and spread lets it grow with frequency', () => {
    const share = (place: Place): { low: number; high: number } => {
      const { r } = separated({ selection: selected('binary', place) }, placed(noise(RATE / 2, 3), 0, 0), [])
      const { masks } = r.separator.frame
      const part = (from: number, to: number): number => mean([...masks.slice(from, to)])
      return { low: Math.round(1000 * part(10, 40)), high: Math.round(1000 * part(1000, 1400)) }
    }
    expect(share({ level: 3, delay: 0, width: 3.3 }).low).toBe(1000)
    expect(share({ level: 3, delay: 0, width: 2.5 }).low).toBe(0)
    const spread = share({ level: 3, delay: 0, width: 2.5, spread: 0.5 })
    expect([spread.low, spread.high]).toEqual([0, 1000])
  })

  test('delays that wrap are told apart at all bins: 10 samples either way', () => {
    const both = [placed(sounds[0]!, 1, 10), placed(sounds[2]!, -1, -10)]
    for (const mask of ['soft', 'wiener'] as const)
      expect(mean(separated({ selection: selected(mask, point(1, 10), point(-1, -10)) }, together(...both), both).dB), mask).toBeGreaterThan(9)
  })

  test('sources at one point are left to the dictionary, and without one they share it', () => {
    const { r } = separated({ selection: selected('soft', point(0, 0), point(0, 0), point(6, 0)) }, mix, [])
    const { masks, layout: { bins } } = r.separator.frame
    for (let bin = 0; bin < bins; bin++) expect(masks[bin]).toBe(masks[bins + bin])
  })

  test('several places of one source are one source', () => {
    const selection: Selection = { mask: 'wiener', sources: [{ name: 'outer', places: [at[0]!, at[2]!] }, { name: 'inner', places: [at[1]!] }] }
    expect(mean(separated({ selection }, mix, [together(images[0]!, images[2]!), images[1]!]).dB)).toBeGreaterThan(9)
  })
})

describe('areas', () => {
  const box = (from: number, to: number, soft = 0): Place => ({ polygon: [[from, -60], [to, -60], [to, 60], [from, 60]], soft })

  test('what is drawn round comes out; the rest is the rest\'s', () => {
    for (const mask of ['soft', 'binary', 'wiener'] as const) {
      const { dB, r } = separated({ selection: selected(mask, box(-9, -2.6), box(2.6, 9)) }, mix, [images[0]!, images[2]!])
      expect(mean(dB), mask).toBeGreaterThan(6)
      expect(quality(r.run(mix)[2]!, images[1]!, r.separator.latencySamples), mask).toBeGreaterThan(5)
    }
  })

  test('an area lies on top of points', () => {
    const { dB } = separated({ selection: selected('soft', point(0, 0), box(2.6, 9)) }, together(images[1]!, images[2]!), [images[1]!, images[2]!])
    expect(mean(dB)).toBeGreaterThan(9)
  })

  const share = (place: Place, level: number, delay = 0): number => {
    const r = rig({ dictionary: field, channels: 2, selection: selected('soft', place) })
    r.run(placed(noise(8192, 3), level, delay), () => 4096)
    return mean([...r.separator.frame.masks.slice(20, 1500)])
  }
  test('soft edges fall off about the line, hard ones at it', () => {
    expect([-1, 0.5, 5.5, 7].map((level) => Math.round(share(box(0, 6), level)))).toEqual([0, 1, 1, 0])
    const slope = [-1.2, 0, 1.2, 3].map((level) => share(box(0, 6, 0.5), level))
    expect(slope[0]).toBeLessThan(0.12)
    expect(slope[1]).toBeCloseTo(0.5, 1)
    expect(slope[2]).toBeGreaterThan(0.88)
    expect(slope[3]).toBeGreaterThan(0.98)
  })

  test('delays beyond the area are outside at frequencies that can tell', () => {
    expect(share(box(-3, 3), 0, 0)).toBeGreaterThan(0.97)
    const r = rig({ dictionary: field, channels: 2, selection: selected('soft', box(-3, 3)) })
    r.run(placed(noise(8192, 3), 0, 9), () => 4096) // 204 µs: it fits again from 4.9 kHz on
    expect(mean([...r.separator.frame.masks.slice(60, 300)])).toBeLessThan(0.05)
  })

  test('a line that crosses itself has an inside by the even-odd rule; a flat polygon has none', () => {
    const star: Place = { polygon: [[-9, -400], [9, 400], [9, -400], [-9, 400]] } // an hourglass on its side
    expect(share(star, -6)).toBeGreaterThan(0.9)
    expect(share({ polygon: [[-9, -400], [9, 400], [-9, -400]] }, 0)).toBeLessThan(0.02)
  })
})

describe('learned places', () => {
  const room: readonly (readonly [number, number])[] = [[-1.5, 3], [0.5, -2], [2, -6]]
  const inside = sounds.map((sound, i) => inRoom(sound, ...room[i]!, 900, 20 + i))
  const heard = together(...inside)
  const learn = (sound: readonly Float32Array[], sampleRate = RATE): Covariance => {
    const r = rig({ dictionary: field, sampleRate, channels: 2, selection: { mask: 'soft', sources: [] } })
    const fold = new CovarianceFold(sampleRate, r.separator.shape.fftSize)
    r.separator.onFrame = (frame) => fold.add(frame)
    r.run(sound, () => 4096)
    return fold.result()
  }
  const covariances = Object.fromEntries(inside.map((sound, i) => [`${i}-${i + 1}`, learn(sound)]))
  const learned = inside.map((_, i): Place => ({ learned: { from: i, to: i + 1 } }))
  const pointed = room.map(([level, delay]) => point(level, delay))

  test('in a room points fall back to soft masks, and say so; learned places are better and filter', () => {
    const points = separated({ selection: selected('wiener', ...pointed) }, heard, inside)
    const { separator: { frame } } = points.r
    expect([frame.fact('fallback'), frame.fact('diffuse') > 0.65]).toEqual([1, true])
    const soft = separated({ selection: selected('soft', ...pointed) }, heard, inside)
    expect(points.dB.map((x) => x.toFixed(3))).toEqual(soft.dB.map((x) => x.toFixed(3)))
    const places = separated({ selection: selected('wiener', ...learned), covariances }, heard, inside)
    expect(mean(places.dB)).toBeGreaterThan(mean(points.dB) + 4)
    expect(places.r.separator.frame.fact('fallback')).toBe(0)
  })

  test('what was learned at another rate serves as well', () => {
    const resampled = Object.fromEntries(Object.entries(covariances).map(([key, covariance]) =>
      [key, { sampleRate: 48000, fftSize: 4096, values: fitCovariance(covariance, 48000, 4096) }]))
    const own = mean(separated({ selection: selected('wiener', ...learned), covariances }, heard, inside).dB)
    expect(mean(separated({ selection: selected('wiener', ...learned), covariances: resampled }, heard, inside).dB)).toBeGreaterThan(own - 2.5)
  })

  test('a covariance fits its own analysis unchanged, and a fold of silence knows that it is one', () => {
    expect(fitCovariance(covariances['0-1']!, RATE, 4096)).toEqual(covariances['0-1']!.values)
    expect(new CovarianceFold(RATE, 4096).silent).toBe(true)
    expect(learn([new Float32Array(5000), new Float32Array(5000)]).values.every((x) => x === 0)).toBe(true)
  })

  test('a passage of silence claims no one\'s bins for good, and nothing breaks', () => {
    const silent = { sampleRate: RATE, fftSize: 4096, values: new Float32Array(4 * 2049) }
    separated({ selection: selected('wiener', learned[0]!, learned[1]!), covariances: { ...covariances, '0-1': silent } }, heard, [])
  })
})

describe('with a dictionary', () => {
  const air = noise(LENGTH, 5, 0.05)
  const centre = [placed(melody(LENGTH, RATE, 220), 0, 0), placed(air, 0, 0), placed(melody(LENGTH, RATE, 330, 9), 7, 0)]
  test('a place holds several sources, which the dictionary parts; together they are better than either', () => {
    const at = [point(0, 0), point(0, 0), point(7, 0)]
    const names = [['tones'], ['air'], ['tones']]
    const both = (mask: Selection['mask'], places: boolean, atoms: boolean): number => mean(separated({
      dictionary: dictionary(),
      selection: { mask, sources: at.map((place, i) => ({ name: `s${i}`, ...(places && { places: [place] }), ...(atoms && { atoms: names[i]! }) })) },
    }, together(...centre), centre).dB)
    for (const mask of ['soft', 'wiener'] as const)
      expect(both(mask, true, true)).toBeGreaterThan(Math.max(both(mask, true, false), both(mask, false, true)) + 1)
  })
})

describe('what no place can tell apart', () => {
  const odd: Record<string, Float32Array[]> = {
    'identical channels': [sounds[0]!, sounds[0]!],
    'one silent channel': [sounds[0]!, new Float32Array(LENGTH)],
    'inverted polarity': [sounds[0]!, sounds[0]!.map((x) => -x)],
    'silence': [new Float32Array(LENGTH), new Float32Array(LENGTH)],
    'NaN in one channel': [sounds[0]!, sounds[1]!.map((x, i) => (i % 500 ? x : NaN))].map((c) => c.map((x) => (Number.isFinite(x) ? x : 0))),
    'enormous beside tiny': [sounds[0]!.map((x) => 9e5 * x), sounds[1]!.map((x) => 1e-9 * x)],
  }
  test.each(Object.entries(odd))('%s: finite, and everything adds up', (_, input) => {
    const short = input.map((channel) => channel.slice(0, RATE / 2))
    const all = [point(-5, 0), point(120, -100), { polygon: [[-120, -1e5], [120, -1e5], [120, 1e5], [-120, 1e5]], soft: 1 } as const]
    for (const mask of ['soft', 'binary', 'wiener'] as const) {
      const r = rig({ dictionary: field, channels: 2, selection: selected(mask, ...all) })
      const stems = r.run(short, () => 4096)
      for (const stem of stems) for (const channel of stem) expect(channel.every(Number.isFinite)).toBe(true)
      if (short.some((channel) => channel.some((x) => x !== 0))) expect(nullDb(stems, short, r.separator.latencySamples)).toBeLessThan(-115)
    }
  })

  test('identical channels stand in the middle, a silent one at the side', () => {
    const first = (input: Float32Array[], at: Place): number => separated({ selection: selected('wiener', at) }, input, [input]).dB[0]!
    expect(first(odd['identical channels']!, point(0, 0))).toBeGreaterThan(20)
    expect(first(odd['one silent channel']!, point(-120, 0))).toBeGreaterThan(20)
    expect(first(odd['one silent channel']!, point(0, 0))).toBeLessThan(1)
  })

  test('one channel: places do not restrict, and Wiener is soft', () => {
    const r = rig({ dictionary: field, channels: 1, selection: selected('wiener', point(5, 0)) })
    const [stem] = r.run([sounds[0]!], () => 4096)
    expect(errorDb(stem![0]!, delayed(sounds[0]!, r.separator.latencySamples))).toBeLessThan(-115)
  })
})
