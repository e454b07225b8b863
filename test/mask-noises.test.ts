// The sounds that a mask head learns from: made by chance, the same from the same chance, and never the voice itself.

import { describe, expect, test } from 'vitest'
import { noiseOf } from '../presets/learn/mask-noises.ts'
import { energy, equalised, inRoom, level, resonate, stretchOf } from '../presets/learn/mask-sounds.ts'
import { seededRandom } from '../presets/learn/random.ts'
import { melody, noise } from './signals.ts'

const sampleRate = 16000
const voices = [melody(40000, sampleRate, 180, 1), melody(30000, sampleRate, 130, 2), melody(20000, sampleRate, 210, 3)]
const materials = { sampleRate, voices, noises: [noise(30000, 4), noise(50000, 5)] }
const LENGTH = 2 * sampleRate // long enough for whatever comes now and then

describe('a noise', () => {
  test('of any kind is heard, finite, and a function of its chance', () => {
    for (let seed = 0; seed < 60; seed++) {
      const made = noiseOf(LENGTH, materials, seededRandom(seed), 0)
      expect(made.length).toBe(LENGTH)
      expect(made.every(Number.isFinite)).toBe(true)
      expect(energy(made)).toBeGreaterThan(0)
      if (seed % 10 === 0) expect(made).toEqual(noiseOf(LENGTH, materials, seededRandom(seed), 0))
    }
  })

  test('never holds who speaks in the mix, but does hold others', () => {
    const heard = (who: number, muted: number): boolean => {
      const without = { ...materials, voices: voices.map((x, i) => (i === muted ? x.map(() => 0) : x)) }
      for (let seed = 0; seed < 60; seed++) {
        const [all, some] = [materials, without].map((from) => noiseOf(LENGTH, from, seededRandom(seed), who))
        if (!all!.every((x, i) => x === some![i])) return true
      }
      return false
    }
    for (let who = 0; who < voices.length; who++)
      for (let other = 0; other < voices.length; other++) expect(heard(who, other), `${other} beside ${who}`).toBe(other !== who)
  })
})

describe('a stretch of a recording', () => {
  test('goes round from anywhere, and at its own speed is the recording', () => {
    const part = stretchOf(() => 0.25, voices[2]!, 1, 30000)
    expect(part).toEqual(Float32Array.from({ length: 30000 }, (_, i) => voices[2]![(5000 + i) % 20000]!))
  })

  test('twice as fast is an octave higher', () => {
    const tone = Float32Array.from({ length: 16000 }, (_, i) => Math.sin((2 * Math.PI * 100 * i) / sampleRate))
    stretchOf(() => 0, tone, 2, 8000).forEach((x, i) => expect(Math.abs(x - Math.sin((2 * Math.PI * 200 * i) / sampleRate))).toBeLessThan(1e-3))
  })
})

test('an equaliser changes no frequency by more than two bells and a tilt may', () => {
  const [most, tilt] = [5, 20 * Math.log10(1 / (1 - 0.35))]
  for (let seed = 0; seed < 20; seed++)
    for (const hertz of [60, 250, 1000, 4000, 7000]) {
      const tone = Float32Array.from({ length: 8000 }, (_, i) => Math.sin((2 * Math.PI * hertz * i) / sampleRate))
      const before = energy(tone.subarray(4000))
      const change = 10 * Math.log10(energy(equalised(tone, sampleRate, seededRandom(seed), most).subarray(4000)) / before)
      expect(Math.abs(change)).toBeLessThan(2 * most + tilt + 0.1)
    }
})

test('a room lasts half a second at most, and leaves the sound itself where it was', () => {
  for (let seed = 0; seed < 20; seed++) {
    const x = new Float32Array(2 * sampleRate)
    x[0] = 1
    inRoom(x, sampleRate, seededRandom(seed))
    expect(x[0]).toBe(1)
    expect(energy(x)).toBeGreaterThan(1)
    expect(10 * Math.log10(energy(x.subarray(sampleRate)) / energy(x.subarray(1, sampleRate)))).toBeLessThan(-60)
  }
})

test('resonances are added to what there is, ring on, and die away', () => {
  for (let seed = 0; seed < 20; seed++) {
    const blow = Float32Array.from({ length: 8000 }, (_, i) => (i === 100 ? 1 : 0))
    const out = new Float32Array(8000)
    out[0] = 0.5
    resonate(blow, out, sampleRate, seededRandom(seed), 200, 4000, 0.02)
    expect(out[0]).toBe(0.5)
    expect(energy(out.subarray(1, 100))).toBe(0)
    expect(energy(out.subarray(100))).toBeGreaterThan(0)
    expect(energy(out.subarray(6000))).toBeLessThan(1e-12 * energy(out.subarray(100)))
  }
})

test('a level is the root of the mean square', () => {
  const x = noise(1000, 7)
  level(x, 0.06)
  expect(Math.sqrt(energy(x) / x.length)).toBeCloseTo(0.06, 6)
})
