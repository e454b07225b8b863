import { describe, expect, test } from 'vitest'
import { fact, facts } from '../worklet/frame.ts'
import { NullMeter } from '../worklet/null-meter.ts'
import { noise } from './signals.ts'

const RATE = 48_000
const LATE = 700

const told = (meter: NullMeter): number => {
  const into = new Float64Array(facts.length)
  meter.tell(into)
  return into[fact.null]!
}

/** Two stems that add up to the input, `LATE` samples later; `gain` is what becomes of the first. */
function measured(seconds: number, quantum: number, gain = 1, change: (x: Float32Array) => void = () => {}): NullMeter {
  const meter = new NullMeter({ sampleRate: RATE, channels: 2, latencySamples: LATE })
  const length = Math.round(seconds * RATE)
  const input = [noise(length, 1), noise(length, 2)]
  input.forEach(change)
  const late = input.map((x) => Float32Array.from(x, (_, i) => { const y = x[i - LATE] ?? 0; return Math.abs(y) < 1e6 ? y : 0 }))
  const one = late.map((x) => x.map((y) => 0.3 * y))
  const rest = late.map((x, c) => x.map((y, i) => y - one[c]![i]!))
  for (let at = 0; at < length; at += quantum) {
    const part = (x: Float32Array): Float32Array => x.subarray(at, at + quantum)
    meter.process(input.map(part), [one.map((x) => part(x).map((y) => gain * y)), rest.map(part)], Math.min(quantum, length - at))
  }
  return meter
}

describe('the null', () => {
  test('what adds up is better than −120 dB, whatever the quantum', () => {
    for (const quantum of [1, 128, 441, 4096]) expect(told(measured(0.5, quantum))).toBeLessThan(-120)
  })
  test('what is missing stands there in decibels', () => {
    expect(told(measured(0.5, 128, 0))).toBeCloseTo(20 * Math.log10(0.3), 1)
    expect(told(measured(3, 128, 1 - 1e-4 / 0.3))).toBeCloseTo(-80, 1)
  })
  test('samples that are no sound are the silence that the separator takes them for', () => {
    expect(told(measured(0.5, 128, 1, (x) => { x[1000] = NaN; x[2000] = Infinity; x[3000] = 1e20 }))).toBeLessThan(-120)
  })
  test('silence has none, and after a reset nothing is known', () => {
    expect(told(measured(0.5, 128, 1, (x) => x.fill(0)))).toBe(NaN)
    const meter = measured(0.5, 128, 0)
    meter.reset()
    expect(told(meter)).toBe(NaN)
  })
  test('an error is forgotten two seconds later', () => {
    const meter = new NullMeter({ sampleRate: 1000, channels: 1, latencySamples: 0 })
    const sound = [noise(1000, 1)]
    meter.process(sound, [[noise(1000, 2)]], 1000)
    expect(told(meter)).toBeGreaterThan(-3)
    for (let block = 0; block < 2; block++) meter.process(sound, [sound], 1000)
    expect(told(meter)).toBe(-200)
  })
})
