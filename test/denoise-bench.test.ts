// What the denoising benchmark rests on: its textbook peer is the textbook's, what a preset must not have heard is found out, and
// its scores are those of the sounds.

import { expect, test } from 'vitest'
import { seenBy, scoresOf } from './bench/denoise.ts'
import { mixAt, type Mix } from './bench/denoise-mixes.ts'
import { exponentialIntegral, logMmse } from './bench/log-mmse.ts'
import { siSdr } from './bench/audio.ts'
import { smallPreset } from './cli-fixtures.ts'
import { noise } from './signals.ts'
import { madeVoice } from './voice.ts'

const RATE = 16_000
const voice = madeVoice(4 * RATE, RATE)
const level = (x: Float32Array): number => Math.sqrt(x.reduce((sum, v) => sum + v * v, 0) / x.length)
const hiss = noise(voice.length, 4, 0.1)
const mix: Mix = { voice, noise: hiss.map((x) => (x * level(voice)) / level(hiss)), kind: 'hiss', speaker: 'nobody' }

test('the exponential integral, by its table (Abramowitz & Stegun 5.1)', () => {
  for (const [x, value] of [[0.01, 4.0379296], [0.5, 0.5597736], [1, 0.2193839], [2, 0.0489005], [10, 4.156969e-6]] as const)
    expect(exponentialIntegral(x) / value, String(x)).toBeCloseTo(1, 5)
})

test('log-MMSE takes steady noise away, and leaves what has none', () => {
  const before = mixAt(mix, 6)
  expect(siSdr(voice, before)).toBeCloseTo(6, 0)
  expect(siSdr(voice, logMmse(before, RATE))).toBeGreaterThan(siSdr(voice, before) + 3)
  const padded = new Float32Array(voice.length)
  padded.set(voice.subarray(0, voice.length - RATE / 2), RATE / 2) // a moment of quiet, which is what it takes for noise
  expect(siSdr(padded, logMmse(padded, RATE))).toBeGreaterThan(20)
})

test('what a preset was learned from although it is tested with it is found, passages and folders or not', () => {
  const learned = { ...smallPreset().learned, files: ['dishes.flac', 'noise_16k/wind.flac@0-5', 'fan_room.flac'] }
  expect(seenBy({ learned }, { tested: new Set(['dishes.flac', 'wind.flac', 'tap.flac']) })).toEqual(['dishes.flac', 'wind.flac'])
  expect(seenBy({ learned }, { tested: new Set(['tap.flac']) })).toEqual([])
})

test('the scores are of all levels, kinds and babble; a system that breaks off is no result', async () => {
  const group = { name: 'known', mixes: [mix], babble: [mix] } as const
  let steps = 0
  const scores = await scoresOf({ name: 'noisy', clean: (x) => x }, group, () => { steps++ })
  expect(steps).toBe(7)
  scores.levels.forEach((dB, i) => expect(dB).toBeCloseTo([-6, -3, 0, 3, 6, 9][i]!, 0))
  expect(scores.kinds['hiss']).toBeCloseTo(3, 0)
  expect(scores.babble).toBe(scores.kinds['hiss'])
  expect(scores.stoi).toBeGreaterThan(0)
  await expect(scoresOf({ name: 'short', clean: (x) => x.subarray(1) }, group, () => {})).rejects.toThrow('short: expected 64000 finite samples')
  await expect(scoresOf({ name: 'broken', clean: (x) => x.map(() => NaN) }, group, () => {})).rejects.toThrow('broken: expected')
})
