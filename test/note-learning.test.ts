// What teaches a head for notes: music made by chance, instruments made of recordings, mixtures whose strokes are where they are
// said to be; and from single notes to a preset that finds the notes of a piece.

import { beforeAll, describe, expect, test } from 'vitest'
import { calibrate, noteSizes, type Calibrated } from '../presets/learn/calibrate.ts'
import { mixture } from '../presets/learn/note-mixes.ts'
import { randomPiece } from '../presets/learn/note-pieces.ts'
import { RowsKept } from '../presets/learn/note-rows.ts'
import { voicesOf } from '../presets/learn/note-voices.ts'
import { seededRandom } from '../presets/learn/random.ts'
import { meanTemplates, noteTemplates, type Instrument, type Templates } from '../presets/learn/templates.ts'
import { divergences } from '../worklet/dictionary.ts'
import { FEATURES, Notes } from '../worklet/notes.ts'
import { plainKernel } from './kernels.ts'
import { compare, found, heard } from './note-hearing.ts'
import { NOTE_RATE, piece, struck } from './note-sounds.ts'
import { delayed } from './engine.ts'

const LOW = 55, HIGH = 70
/** Every third semitone, soft and loud, after some silence. */
const notes: Instrument = Array.from({ length: 6 }, (_, i) => LOW + 3 * i).flatMap((pitch) => [45, 100].map((velocity) => ({
  pitch, recording: { name: `${pitch} at ${velocity}`, sampleRate: NOTE_RATE, channels: [delayed(struck(pitch, 1.3, velocity), 3000).slice(0, 1.3 * NOTE_RATE)] },
})))
const finish = <R>(steps: Generator<number, R>, each = (_share: number): void => {}): R => {
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
    each(step.value)
  }
}
const sizes = noteSizes(NOTE_RATE)
const templates = (some: Instrument): Templates => finish(noteTemplates('struck', some, sizes, plainKernel))

describe('music made by chance', () => {
  const pitches = Array.from({ length: 49 }, (_, i) => 36 + i)
  const strokes = Array.from({ length: 40 }, (_, seed) => randomPiece(pitches, 10, seededRandom(seed)))

  test('has one finger per key, stays within its time and keys, and is the same for a seed', () => {
    for (const one of strokes) {
      for (const { onset, offset, pitch, force } of one) {
        expect(onset >= 0 && onset < 9.8 && offset > onset && pitches.includes(pitch) && force > 0 && force <= 1).toBe(true)
      }
      for (const pitch of pitches) one.filter((stroke) => stroke.pitch === pitch).forEach((stroke, i, own) => {
        if (i > 0) expect(stroke.onset >= own[i - 1]!.offset && stroke.onset - own[i - 1]!.onset >= 0.09).toBe(true)
      })
    }
    expect(randomPiece(pitches, 10, seededRandom(3))).toEqual(strokes[3])
  })

  test('has what music has: chords, octaves, strokes on keys that still sound, one and many voices', () => {
    const all = strokes.flat()
    const together = strokes.map((one) => one.filter((a) => one.some((b) => b !== a && Math.abs(b.onset - a.onset) < 0.02)).length / Math.max(1, one.length))
    expect(Math.min(...together)).toBeLessThan(0.2)
    expect(Math.max(...together)).toBeGreaterThan(0.6)
    expect(strokes.some((one) => one.some((a) => one.some((b) => b.pitch === a.pitch + 12 && Math.abs(a.onset - b.onset) < 0.03)))).toBe(true)
    expect(strokes.some((one) => one.some((a) => one.some((b) => b.pitch === a.pitch && b.onset > a.onset && b.onset - a.offset < 0.01)))).toBe(true)
    expect(all.length / (10 * strokes.length)).toBeGreaterThan(3)
    expect(all.length / (10 * strokes.length)).toBeLessThan(20)
  })
})

describe('an instrument of recordings', () => {
  const keys = voicesOf(notes)

  test('has every key, its layers from soft to loud, its strokes where they are heard', () => {
    expect(keys.map(({ pitch }) => pitch)).toEqual(Array.from({ length: HIGH - LOW + 1 }, (_, i) => LOW + i))
    for (const { pitch, voices } of keys) {
      expect(voices.map(({ level }) => level)).toEqual(voices.map(({ level }) => level).sort((a, b) => a - b))
      expect(voices.length).toBe(2)
      const away = 12 * Math.log2(voices[0]!.speed)
      expect((pitch - Math.round(away) - LOW) % 3).toBe(0)
      for (const { onset } of voices) expect(Math.abs(onset / NOTE_RATE - 0.02)).toBeLessThan(0.003)
    }
    expect(voicesOf(notes.filter(({ pitch }) => pitch === LOW || pitch === LOW + 12)).map(({ pitch }) => pitch - LOW)).toEqual([0, 1, 2, 3, 9, 10, 11, 12])
  })

  test('plays a stroke when it is to be played, at its pitch, and is damped when it is let go', () => {
    for (const seed of [1, 2, 3, 4]) {
      const sound = mixture(keys, [{ onset: 0.5, offset: 0.8, pitch: LOW + 1, force: 0.9 }], 2.5, NOTE_RATE, seededRandom(seed))
      const level = (from: number, to: number): number => Math.sqrt(sound.subarray(from * NOTE_RATE, to * NOTE_RATE).reduce((sum, x) => sum + x * x, 0) / (to - from) / NOTE_RATE)
      expect(level(0.5, 0.6) / level(0, 0.49)).toBeGreaterThan(8)
      expect(level(0.6, 0.8) / level(2.2, 2.5)).toBeGreaterThan(8)
      expect(sound.every((x) => Math.abs(x) < 1.01)).toBe(true)
    }
  })

  test('averaged with others: each counts alike where it has a semitone, alone where the others have none', () => {
    const one = templates(notes.filter(({ pitch }) => pitch <= LOW + 6)), other = templates(notes.filter(({ pitch }) => pitch >= LOW + 6))
    const mean = meanTemplates([other, one])
    const bins = sizes.fftSize / 2 + 1
    const row = ({ atoms, spectra }: Templates, pitch: number): Float32Array => spectra.subarray(atoms.findIndex((atom) => atom.pitch === pitch) * bins).subarray(0, bins)
    expect(mean.atoms.map(({ pitch }) => pitch)).toEqual(Array.from({ length: HIGH - LOW + 1 }, (_, i) => Array(3).fill(LOW + i)).flat())
    expect(row(mean, LOW)).toEqual(row(one, LOW))
    expect(row(mean, HIGH)).toEqual(row(other, HIGH))
    row(mean, LOW + 6).forEach((x, bin) => expect(x).toBeCloseTo((row(one, LOW + 6)[bin]! + row(other, LOW + 6)[bin]!) / 2, 6))
    expect(meanTemplates([one])).toBe(one)
  })
})

test('what is told of a mixture: a call for each stroke, at its time, and nothing of it before', () => {
  const dictionary = { ...sizes, ...templates(notes), divergence: divergences['beta-half']! }
  const strokes = [60, 64, 60, 67].map((pitch, i) => ({ pitch, onset: 0.4 + 0.5 * i, offset: 0.85 + 0.5 * i, force: 0.8 }))
  const sound = mixture(voicesOf(notes), strokes, 3, NOTE_RATE, seededRandom(5))
  for (const timing of [0, 1]) {
    const kept = new RowsKept()
    kept.add({ sound, strokes, sampleRate: NOTE_RATE }, dictionary, timing, plainKernel, seededRandom(1))
    const { count, features, called, weights } = kept.rows
    expect([features.length, called.length, weights.length]).toEqual([FEATURES * count, count, count])
    const calls = called.reduce((sum, x) => sum + x, 0)
    const perStroke = timing === 0 ? 0.04 : 0.045 // seconds in which it is to be called
    const { hopSeconds } = new Notes({ module: plainKernel, dictionary, head: null, sampleRate: NOTE_RATE, channels: 1, settings: { timing } })
    expect(Math.abs(calls - (strokes.length * perStroke) / hopSeconds)).toBeLessThanOrEqual(strokes.length)
    expect(features.every((x) => Math.abs(x) < 20)).toBe(true)
  }
})

describe('from single notes to a preset', () => {
  let made: Calibrated
  const shares: number[] = []
  beforeAll(() => {
    made = finish(calibrate({ source: 'struck', instruments: [notes], sizes, divergence: divergences['beta-half']!, head: true, seconds: 120, seed: 1, module: plainKernel }), (share) => shares.push(share))
  }, 60_000)

  test('on the way it says how far it is', () => {
    expect(shares).toEqual([...shares].sort((a, b) => a - b))
    expect(shares.at(-1)).toBeCloseTo(1, 9)
    expect(shares.length).toBeGreaterThan(20)
  })

  test.each(['accurate', 'fast'])('%s, its head finds the notes of a piece with a soft and a loud hand, chords and repeated notes', (name) => {
    const timing = name === 'fast' ? 1 : 0
    const melody = [60, 62, 64, 65, 67, 65, 64, 62, 60, 60, 60, 60].map((pitch, i) => ({ pitch, onset: 0.3 + 0.22 * i, offset: 0.5 + 0.22 * i, velocity: 95 }))
    const chords = [0, 1, 2].flatMap((i) => [55, 59].map((pitch) => ({ pitch, onset: 0.3 + 0.88 * i, offset: 1.1 + 0.88 * i, velocity: 75 })))
    const played = [...melody, ...chords].sort((a, b) => a.onset - b.onset)
    const { dictionary, head } = made
    const { lag } = new Notes({ module: plainKernel, dictionary, head, sampleRate: NOTE_RATE, channels: 1, settings: { timing } })
    const { missed, wrong } = compare(played, found(heard([piece(played, 3.5)], { dictionary, head, settings: { timing } }), lag))
    expect(missed).toBeLessThanOrEqual(2)
    expect(wrong).toBeLessThanOrEqual(2)
  })

  test('gains of all keys, thresholds and lags for both timings', () => {
    const { thresholds, lags, gains } = made.head!.facts as { thresholds: number[]; lags: number[]; gains: Record<string, number> }
    expect(Object.keys(gains).map(Number)).toEqual(Array.from({ length: HIGH - LOW + 1 }, (_, i) => LOW + i))
    for (const gain of Object.values(gains)) expect(Math.abs(gain)).toBeLessThan(6)
    for (const threshold of thresholds) expect(threshold > 0.05 && threshold < 0.97).toBe(true)
    for (const lag of lags) expect(lag > 0.02 && lag < 0.09).toBe(true)
  })
})
