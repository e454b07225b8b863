// What must be true of the measure of intelligibility, of the resampler and the transform under it.

import { expect, test } from 'vitest'
import { fourier } from './fourier.ts'
import { dft, errorDb } from './reference.ts'
import { resampled } from './resample.ts'
import { melody, noise, tone } from './signals.ts'
import { stoi } from './stoi.ts'

const RATE = 16_000
const voice = melody(3 * RATE, RATE, 150)
const hiss = noise(voice.length, 3, 0.3)
const at = (level: number): Float32Array => {
  const energy = (x: Float32Array): number => x.reduce((sum, v) => sum + v * v, 0)
  const scale = Math.sqrt(energy(voice) / energy(hiss)) * 10 ** (-level / 20)
  return voice.map((x, i) => x + scale * hiss[i]!)
}

test('the transform is the definition, and comes back', () => {
  const x = noise(256)
  const re = Float64Array.from(x), im = new Float64Array(256)
  fourier(re, im)
  const want = dft(x)
  expect(errorDb([...re.subarray(0, 129), ...im.subarray(0, 129)], [...want.re, ...want.im])).toBeLessThan(-200)
  fourier(re, im, true)
  expect(errorDb(re, x)).toBeLessThan(-200)
})

test('another rate and back is the same sound where it lies below both bands', () => {
  const low = tone(8000, 1234.5, RATE)
  for (const rate of [10_000, 48_000, 44_100]) {
    const there = resampled(low, RATE, rate)
    const want = tone(there.length, 1234.5, rate)
    const inside = (x: Float32Array): Float32Array => x.subarray(400, x.length - 400)
    expect(errorDb(inside(there), inside(want)), `to ${rate}`).toBeLessThan(-80)
    expect(errorDb(inside(resampled(there, rate, RATE)), inside(low)), `back from ${rate}`).toBeLessThan(-80)
  }
})

test('what would fold back is kept out', () => {
  const high = resampled(tone(8000, 6500, RATE), RATE, 10_000)
  expect(10 * Math.log10(high.subarray(200, 4800).reduce((sum, x) => sum + x * x, 0) / 4600 / 0.125)).toBeLessThan(-80)
})

test('the voice itself is understood wholly, whatever its level; digital silence not at all', () => {
  expect(stoi(voice, voice, RATE)).toBeCloseTo(1, 9)
  expect(stoi(voice, voice.map((x) => 0.01 * x), RATE)).toBeCloseTo(1, 6)
  expect(stoi(voice, new Float32Array(voice.length), RATE)).toBe(0)
  expect(Math.abs(stoi(voice, hiss, RATE))).toBeLessThan(0.4) // clipped to the voice, it is a little like it
})

test('more noise, less of it; the level of what is judged does not matter', () => {
  const scores = [20, 10, 5, 0, -5, -10, -20].map((level) => stoi(voice, at(level), RATE))
  for (let i = 1; i < scores.length; i++) expect(scores[i]!, String(scores)).toBeLessThan(scores[i - 1]!)
  expect(stoi(voice, at(0).map((x) => 7 * x), RATE)).toBeCloseTo(stoi(voice, at(0), RATE), 6)
})

test('pauses of the voice are left out: what sounds there does no harm', () => {
  const paused = voice.map((x, i) => (i % RATE < RATE / 2 ? x : 0))
  const disturbed = paused.map((x, i) => (i % RATE < RATE / 2 + 300 || i % RATE > RATE - 300 ? x : 0.5 * hiss[i]!))
  expect(stoi(paused, disturbed, RATE)).toBeGreaterThan(0.97)
})

test('too little of a voice, or two lengths, is a sentence', () => {
  expect(() => stoi(voice.subarray(0, 3000), voice.subarray(0, 3000), RATE)).toThrow('stoi: expected at least 0.38 s of voice, got')
  expect(() => stoi(voice, voice.subarray(1), RATE)).toThrow('stoi: expected two signals of one length, got 48000 and 47999')
})
