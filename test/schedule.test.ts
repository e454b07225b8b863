import { expect, test } from 'vitest'
import { Schedule, Slices, Stage } from '../worklet/schedule.ts'
import { random } from './signals.ts'

test('every unit is done once, in its order, stages without units are passed over, and work is due evenly', () => {
  const next = random(6)
  let log: string[] = []
  const stages = [0, 1, 2, 3].map((s) => new Stage((unit) => void log.push(`${s}.${unit}`)))
  const schedule = new Schedule(stages)
  for (let frame = 0; frame < 200; frame++) {
    log = []
    for (const stage of stages) stage.units = next() < 0.4 ? 0 : Math.floor(9 * next())
    const want = stages.flatMap(({ units }, s) => Array.from({ length: units }, (_, unit) => `${s}.${unit}`))
    schedule.begin()
    for (let at = 0; at < 256; ) {
      at = Math.min(256, at + 1 + Math.floor(100 * next()))
      schedule.work(at, 256)
      expect(log).toEqual(want.slice(0, Math.floor((want.length * at) / 256)))
    }
    expect(log).toEqual(want)
  }
})

test('what is cleared is not done any more, and the next frame begins anew', () => {
  const log: number[] = []
  const stage = new Stage((unit) => void log.push(unit))
  const schedule = new Schedule([stage])
  stage.units = 4
  schedule.begin()
  schedule.work(1, 2)
  schedule.clear()
  schedule.work(1, 1)
  expect(log).toEqual([0, 1])
  schedule.begin()
  schedule.work(1, 1)
  expect(log).toEqual([0, 1, 0, 1, 2, 3])
})

test.each([[1, 1], [10, 3], [12, 4], [2052, 256], [5, 100]])('%i in slices of %i: side by side, and all of it', (length, size) => {
  const slices = new Slices(length, size)
  const covered = Array.from({ length: slices.count }, (_, i) => [slices.from(i), slices.to(i)] as const)
  expect(covered.map(([from]) => from)).toEqual([0, ...covered.slice(0, -1).map(([, to]) => to)])
  expect(covered.at(-1)![1]).toBe(length)
  for (const [from, to] of covered) {
    expect(to).toBeGreaterThan(from)
    expect(to - from).toBeLessThanOrEqual(size)
  }
})
