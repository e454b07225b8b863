// The clock of MIDI ports against one that trembles, drifts, jumps while it starts, and pauses.

import { expect, test } from 'vitest'
import { StreamClock } from '../renderer/midi/clock.ts'
import { random } from './signals.ts'

const LATENCY = 25 // ms

interface World { readonly drift?: number; readonly tremble?: number; readonly seed?: number; jump?(ms: number): number }

/** Observed every 100 ms, as the page does; what the clock said of each moment, less what was true. */
function errors({ drift = 0, tremble = 4, seed = 1, jump = () => 0 }: World, seconds: number, clock = new StreamClock()): { at: number; error: number; latency: number }[] {
  const next = random(seed)
  const found: { at: number; error: number; latency: number }[] = []
  for (let now = 50; now < seconds * 1000; now += 100) {
    const truth = (now - 700) / 1000 * (1 + drift) - jump(now) / 1000
    clock.observe({ contextTime: truth + (next() - 0.5) * tremble / 1000, computedTime: truth + (LATENCY + 10 * (next() - 0.5)) / 1000, performanceTime: now })
    const said = clock.toPage(truth)
    if (said !== null) found.push({ at: now, error: said - now, latency: clock.latency })
  }
  return found
}
const deviation = (values: readonly number[]): number => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)
}
const after = (found: readonly { at: number; error: number }[], from: number, to = Infinity): number[] => found.filter(({ at }) => at > from && at < to).map(({ error }) => error)

test('it is right within a fraction of the trembling, and still', () => {
  const held = after(errors({}, 60), 3000)
  expect(Math.max(...held.map(Math.abs))).toBeLessThan(1)
  expect(deviation(held)).toBeLessThan(0.3)
})

test('it follows what drifts, ahead and behind, by a second in an hour and a half', () => {
  for (const drift of [2e-4, -2e-4]) {
    const held = after(errors({ drift }, 120), 20_000)
    expect(Math.max(...held.map(Math.abs))).toBeLessThan(2)
    expect(deviation(held)).toBeLessThan(0.5)
  }
})

test('no two notes close to each other are moved apart by more than a hair', () => {
  const found = errors({ drift: 1e-4 }, 60)
  const steps = found.slice(1).map(({ error }, i) => Math.abs(error - found[i]!.error)).slice(20)
  expect(Math.max(...steps)).toBeLessThan(0.05)
})

test('the jump of a device that starts is not held', () => {
  const held = after(errors({ jump: (now) => (now < 1200 ? 30 : 0) }, 20), 2000)
  expect(Math.max(...held.map(Math.abs))).toBeLessThan(1.5)
})

test('a pause, or another device: it starts again, and is right soon after', () => {
  const clock = new StreamClock()
  const found = errors({ jump: (now) => (now < 10_000 ? 0 : 400) }, 30, clock)
  expect(Math.max(...after(found, 3000, 10_000).map(Math.abs))).toBeLessThan(1.5)
  expect(Math.max(...after(found, 14_500).map(Math.abs))).toBeLessThan(1.5)
  expect(clock.isHeld).toBe(true)
})

test('one wild measurement moves nothing', () => {
  const found = errors({ jump: (now) => (now === 10_050 ? 300 : 0) }, 20)
  expect(Math.max(...found.filter(({ at }) => at > 3000 && at !== 10_050).map(({ error }) => Math.abs(error)))).toBeLessThan(1)
})

test('what is heard comes so much after what is computed; that is measured once, and holds still', () => {
  const clock = new StreamClock()
  const found = errors({ drift: 1e-4 }, 40, clock)
  expect(new Set(found.filter(({ at }) => at > 2500).map(({ latency }) => latency)).size).toBe(1)
  expect(Math.abs(clock.latency - LATENCY)).toBeLessThan(5)
  clock.restart()
  expect(clock.latency).toBe(0)
})

test('before the first sound it says nothing, and the same block twice is one', () => {
  const clock = new StreamClock()
  clock.observe({ contextTime: 0, computedTime: 0, performanceTime: 0 })
  expect(clock.toPage(1)).toBe(null)
  clock.observe({ contextTime: 1, computedTime: 1.02, performanceTime: 5000 })
  clock.observe({ contextTime: 0.5, computedTime: 0.6, performanceTime: 5000 })
  expect(clock.toPage(1)).toBe(5000)
  clock.restart()
  expect(clock.toPage(1)).toBe(null)
})
