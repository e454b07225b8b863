// Tuning to an instrument without a browser: which notes are heard, which are kept, what is missing.

import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { NoteListener } from '../renderer/calibrate/hearing.ts'
import type { HeardNote } from '../renderer/calibrate/hearing.ts'
import { advice, filledIn, loudnessCounts, loudnessOf, wanted } from '../renderer/calibrate/judging.ts'
import { Spectra, hearPitch } from '../renderer/calibrate/pitch.ts'
import { appFolder } from './browser.ts'
import { struck } from './note-sounds.ts'
import { noise, random } from './signals.ts'

const RATE = 44_100
const module = new WebAssembly.Module(readFileSync(`${appFolder}/kernel.wasm`))

/** Half a second of a quiet room, the sounds one after the other with pauses, and room again. */
function session(sounds: readonly Float32Array[], rate = RATE, pause = 0.4): Float32Array {
  const room = Math.round(0.8 * rate)
  const length = room + sounds.reduce((sum, x) => sum + x.length + Math.round(pause * rate), 0)
  const out = noise(length, 5, 2e-4)
  let at = room
  for (const sound of sounds) {
    sound.forEach((x, i) => { out[at + i]! += x })
    at += sound.length + Math.round(pause * rate)
  }
  return out
}

function listened(sound: Float32Array, rate = RATE, block = 1000): HeardNote[] {
  const listener = new NoteListener(module, rate)
  const heard: HeardNote[] = []
  listener.onNote = (note) => heard.push(note)
  for (let at = 0; at < sound.length; at += block) listener.process(sound.subarray(at, at + block))
  listener.end()
  return heard
}
const told = (notes: readonly HeardNote[]): string => notes.map(({ pitch, verdict }) => `${pitch} ${verdict}`).join(', ')
const together = (...sounds: readonly Float32Array[]): Float32Array => Float32Array.from({ length: Math.max(...sounds.map((x) => x.length)) }, (_, i) => sounds.reduce((sum, x) => sum + (x[i] ?? 0), 0))

describe('which note', () => {
  test('every key of a piano, by its spectrum alone', () => {
    const size = 16_384
    const spectra = new Spectra(module, size)
    const missed: number[] = []
    for (let pitch = 24; pitch <= 103; pitch++) {
      const heard = hearPitch(spectra.of(struck(pitch, 0.5, 80).subarray(1500)), RATE / size)
      if (heard?.pitch !== pitch) missed.push(pitch)
    }
    expect(missed).toEqual([])
  })
  test('cents, and how stiff the string is', () => {
    const size = 16_384
    const heard = hearPitch(new Spectra(module, size).of(struck(60, 0.5, 80, { cents: 18 }).subarray(1500)), RATE / size)!
    expect(heard.cents).toBeGreaterThan(15)
    expect(heard.cents).toBeLessThan(22)
    expect(heard.stretch / 2e-4).toBeGreaterThan(0.8)
    expect(heard.stretch / 2e-4).toBeLessThan(1.25)
    expect(heard.partials.slice(0, 5).map(({ number }) => number)).toEqual([1, 2, 3, 4, 5])
  })
  test('nothing in silence, and whatever comes, no exception', () => {
    const spectra = new Spectra(module, 4096)
    expect(hearPitch(spectra.of(new Float32Array(4096)), 10)).toBeNull()
    const next = random(4)
    for (let i = 0; i < 30; i++) expect(() => hearPitch(spectra.of(noise(1 + Math.floor(5000 * next()), i, 10 ** (-6 * next()))), 10.77)).not.toThrow()
  })
})

describe('listening', () => {
  test.each([44_100, 48_000, 96_000])('single notes at %i Hz: each once, with its pitch, however the input is cut', (rate) => {
    const pitches = [48, 60, 55, 67, 72, 79, 52]
    const sound = session(pitches.map((pitch) => struck(pitch, 1.4, 90, { held: 1.1, rate })), rate)
    const heard = listened(sound, rate)
    expect(told(heard)).toBe(pitches.map((pitch) => `${pitch} kept`).join(', '))
    expect(told(listened(sound, rate, 333))).toBe(told(heard))
    heard.forEach(({ held, samples, level }) => {
      expect(held).toBeGreaterThan(0.9)
      expect(samples.length / rate).toBeGreaterThan(1)
      expect(level).toBeLessThan(0)
      expect(samples.every(Number.isFinite)).toBe(true)
    })
  })
  test('two keys at once, a chord, a note into another that rings: not kept', () => {
    const at = (pitch: number, velocity = 90): Float32Array => struck(pitch, 1.4, velocity, { held: 1.2 })
    expect(listened(session([together(at(60), at(64))])).some(({ verdict }) => verdict === 'kept')).toBe(false)
    expect(listened(session([together(at(50), at(57), at(65))])).some(({ verdict }) => verdict === 'kept')).toBe(false)
    const over = new Float32Array(2.2 * RATE)
    at(55, 80).forEach((x, i) => { over[i]! += x })
    at(62, 95).forEach((x, i) => { over[Math.round(0.7 * RATE) + i]! += x })
    const second = listened(session([over])).find(({ pitch }) => pitch === 62)
    expect(second?.verdict).toBe('rang')
  })
  test('too short, clipped, a knock: said or left out, never kept', () => {
    expect(told(listened(session([struck(60, 0.3, 90, { held: 0.2 })])))).toBe('60 short')
    expect(told(listened(session([struck(60, 1.4, 100).map((x) => Math.max(-1, Math.min(1, 12 * x)))])))).toBe('60 clipped')
    expect(listened(session([noise(2000, 3, 0.3)])).filter(({ verdict }) => verdict === 'kept')).toEqual([])
    expect(listened(noise(3 * RATE, 8, 1e-3))).toEqual([])
    expect(listened(new Float32Array(RATE))).toEqual([])
    expect(() => listened(Float32Array.of(NaN, Infinity, ...new Float32Array(RATE)))).not.toThrow()
  })
})

describe('what the notes come to', () => {
  const note = (pitch: number, level = -20, verdict: HeardNote['verdict'] = 'kept'): HeardNote => ({
    id: pitch, pitch, level, verdict, cents: 0, hertz: 440, stretch: 0, strange: 0, partials: [], held: 1, spectrum: new Float32Array(1), reach: 1000, samples: new Float32Array(1),
  })
  test('the widest gap first, then beyond the ends; everything up to three keys away is filled in', () => {
    expect(wanted([])).toBeNull()
    expect(wanted([note(60)])).toBe(63)
    expect(wanted([note(60), note(63)])).toBe(66) // nearer to the middle than 57
    expect(wanted([note(48), note(60), note(63)])).toBe(51)
    expect(wanted([note(48), note(51, -20, 'rang'), note(60)])).toBe(51)
    expect(wanted(Array.from({ length: 30 }, (_, i) => note(21 + 3 * i)))).toBeNull()
    expect(filledIn([note(60), note(64), note(80)])).toEqual([61, 62, 63, 65, 66, 67, 77, 78, 79])
  })
  test('soft, medium and loud are told among themselves, and only where there is a difference', () => {
    const flat = [-20, -21, -19, -20.5].map((level, i) => note(60 + i, level))
    expect(loudnessCounts(flat)).toEqual({ soft: 0, medium: 4, loud: 0 })
    const wide = [-10, -12, -20, -22, -34, -36, -11].map((level, i) => note(60 + i, level))
    expect(wide.map((each) => loudnessOf(each, wide))).toEqual(['loud', 'loud', 'medium', 'medium', 'soft', 'soft', 'loud'])
    expect(advice(flat)).toBeNull()
    expect(advice([...flat, ...flat])).toContain('soft and a few loud')
    expect(advice(wide)).toBeNull()
    expect(advice([...Array.from({ length: 12 }, (_, i) => note(40 + i, -10 - (i % 2) * 8)), note(70, -11)])).toContain('A few more soft notes')
  })
})
