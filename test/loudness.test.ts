import { describe, expect, test } from 'vitest'
import { Match } from '../worklet/loudness.ts'
import { noise, tone } from './signals.ts'

const RATE = 48000

function match(channels = 1, rate = RATE) {
  const made = new Match(rate, channels)
  const gains: number[] = [], gain = new Float64Array(1)
  return {
    made, gains,
    hear(input: Float32Array, result: Float32Array, heard = false): number {
      input.forEach((x, i) => {
        made.next(gain, 1, heard)
        gains.push(gain[0]!)
        for (let channel = 0; channel < channels; channel++) made.take(Float64Array.of(x), Float64Array.of(result[i]!), 1, channel)
      })
      return made.dB[0]!
    },
  }
}
const times = (x: Float32Array, gain: number): Float32Array => x.map((v) => gain * v)

describe('bypass is matched', () => {
  test('to the loudness of the result, of one channel or two, at any rate', () => {
    for (const [channels, rate] of [[1, 16000], [2, 44100], [1, 96000]] as const) {
      const x = noise(4 * rate, 3, 0.1)
      expect(match(channels, rate).hear(x, times(x, 0.25))).toBeCloseTo(-12.04, 1)
    }
  })

  test('as an ear hears it: rumble at 15 Hz hardly counts, 3 kHz counts 4 dB more than 500 Hz', () => {
    const [low, high] = [500, 3000].map((hertz) => tone(4 * RATE, hertz, RATE, 0.1)) as [Float32Array, Float32Array]
    const rumble = tone(4 * RATE, 15, RATE, 0.1)
    expect(Math.abs(match().hear(low.map((v, i) => v + rumble[i]!), low))).toBeLessThan(0.3)
    const of = match().hear(low, high)
    expect(of).toBeGreaterThan(2.5)
    expect(of).toBeLessThan(4.5)
  })

  test('over what sounds: pauses of the result change nothing', () => {
    const m = match()
    const x = noise(3 * RATE, 5, 0.1)
    const spoken = m.hear(x, times(x, 0.5))
    expect(m.hear(noise(4 * RATE, 6, 0.05), new Float32Array(4 * RATE))).toBeCloseTo(spoken, 1)
    // but a softer voice is heard in the end
    const soft = noise(20 * RATE, 7, 0.1)
    expect(m.hear(soft, times(soft, 0.06))).toBeLessThan(-17)
  })

  test('never by more than 18 dB, and before anything is known not at all', () => {
    const x = noise(2 * RATE, 8, 0.3)
    expect(match().hear(x, times(x, 0.01))).toBe(-18)
    expect(match().hear(times(x, 0.01), x)).toBe(18)
    expect(match().hear(new Float32Array(RATE), new Float32Array(RATE))).toBe(0)
    expect(match().gains.every((gain) => gain === 1)).toBe(true)
  })

  test('in steps that nobody hears while it is heard: 2 dB a second, sample by sample', () => {
    const m = match()
    const x = noise(3 * RATE, 9, 0.1)
    m.hear(x, x)
    m.gains.length = 0
    const after = m.hear(noise(3 * RATE, 10, 0.1), times(noise(3 * RATE, 10, 0.1), 0.3), true)
    expect(after).toBeLessThan(-3)
    expect(after).toBeGreaterThan(-6.3)
    m.gains.forEach((gain, i) => i > 0 && expect(Math.abs(20 * Math.log10(gain / m.gains[i - 1]!)) < 0.001).toBe(true))
  })

  test('anew after a reset', () => {
    const m = match()
    const x = noise(RATE, 11, 0.1)
    m.hear(x, times(x, 0.3))
    m.made.reset()
    m.gains.length = 0
    expect(m.hear(new Float32Array(10), new Float32Array(10))).toBe(0)
    expect(m.gains.every((gain) => gain === 1)).toBe(true)
  })
})
