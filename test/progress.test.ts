import { expect, test } from 'vitest'
import { progress, progressLine, sparkline } from '../main/progress.ts'

function terminal(isTTY: boolean, columns = 100) {
  const written: string[] = []
  let time = 0
  const bar = progress({ write: (text) => written.push(text), isTTY, columns }, 'a.wav', () => time)
  return { written, bar, at: (ms: number) => { time = ms } }
}

test('silent in a pipe', () => {
  const { written, bar } = terminal(false)
  bar.report(0.5)
  bar.clear()
  expect(written).toEqual([])
})
test('on a terminal: at most ten drawings a second, each over the last, wiped at the end', () => {
  const { written, bar, at } = terminal(true)
  for (let ms = 0; ms < 2000; ms++) { at(ms); bar.report(ms / 4000) }
  expect(written.length).toBe(20)
  expect(written.every((text) => text.startsWith('\r\x1b[2K') && !text.includes('\n'))).toBe(true)
  expect(written.at(-1)).toMatch(/47 %  0:03 left$/)
  bar.clear()
  bar.clear()
  expect(written.slice(20)).toEqual(['\r\x1b[2K'])
})
test('never wider than the terminal', () => {
  const { written, bar } = terminal(true, 20)
  bar.report(0.5)
  expect(written[0]!.length).toBeLessThanOrEqual(20 + '\r\x1b[2K'.length)
})
test('the remaining time in hours, minutes and seconds, once it can be known', () => {
  expect(progressLine('x', 0.01, 500)).not.toContain('left')
  expect(progressLine('x', 0.5, 60_000)).toContain('1:00 left')
  expect(progressLine('x', 0.01, 72_000)).toContain('1:58:48 left')
  expect(progressLine('x', 0, 72_000)).not.toContain('left')
  expect(progressLine('x', 1, 5000)).toContain('100 %  0:00 left')
})

test('a loss is drawn in at most sixteen letters, high to low', () => {
  expect(sparkline([8, 4, 2, 1, 1])).toBe('█▄▂▁▁')
  expect(sparkline(Array.from({ length: 1000 }, (_, i) => 1000 - i))).toMatch(/^█▇.*▂▁▁$/)
  expect(sparkline(Array.from({ length: 1000 }, (_, i) => 1000 - i)).length).toBe(16)
  expect([sparkline([]), sparkline([3]), sparkline([3, 3])]).toEqual(['', '▁', '▁▁'])
  expect(progressLine('x', 0.5, 60_000, '█▁')).toMatch(/1:00 left  █▁$/)
})
