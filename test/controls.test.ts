// The parts of the controls that need no browser: steps, texts, how the window is divided.

import { beforeEach, describe, expect, test } from 'vitest'
import { noteParameters, parameters } from '../worklet/parameters.ts'
import { hintOf, nudged, textOf, turnedByKey, valueOf } from '../renderer/controls/amount.ts'
import type { Amount } from '../renderer/controls/amount.ts'
import { fold, initialLayout, layout, measures, readLayout, resize, room } from '../renderer/layout.ts'
import { faderRow, gainRow, panRow, restRow } from '../renderer/sources/rows.ts'

const rows: readonly Amount[] = [...parameters, ...noteParameters, gainRow, faderRow, panRow, restRow]
const key = (name: string, shiftKey = false): KeyboardEvent => ({ key: name, shiftKey, ctrlKey: false, altKey: false, metaKey: false }) as KeyboardEvent

describe('amounts', () => {
  test.each(rows)('$name: texts are read back, keys stay between the ends and lead to both', (row) => {
    for (const value of [row.min, row.initial, row.max]) expect(valueOf(row, textOf(row, value))).toBeCloseTo(value, 1)
    expect([turnedByKey(key('Home'), row, row.initial), turnedByKey(key('End'), row, row.initial)]).toEqual([row.min, row.max])
    for (const name of ['ArrowUp', 'ArrowRight', 'PageUp']) expect(turnedByKey(key(name), row, row.max)).toBe(row.max)
    for (const name of ['ArrowDown', 'ArrowLeft', 'PageDown']) expect(turnedByKey(key(name), row, row.min)).toBe(row.min)
    const up = nudged(row, row.min, 1, false)
    expect(up).toBeGreaterThan(row.min)
    expect(nudged(row, row.min, 1, true)).toBeLessThanOrEqual(up)
    expect(turnedByKey({ ...key('ArrowUp'), ctrlKey: true } as KeyboardEvent, row, row.min)).toBe(null)
    expect(hintOf(row)).toContain(row.help.slice(0, 20))
  })
  test('a pan is read as it is written, and by number', () => {
    expect([valueOf(panRow, 'L 30'), valueOf(panRow, 'r100'), valueOf(panRow, 'C'), valueOf(panRow, '−45')]).toEqual([-30, 100, 0, -45])
    for (const wrong of ['', 'left', 'L 101', '200']) expect(() => valueOf(panRow, wrong)).toThrow('expected a number from -100 to 100')
  })
  test('a level is read with and without its unit', () => {
    expect([valueOf(gainRow, '+2.5 dB'), valueOf(gainRow, '-3'), valueOf(restRow, '−12 db')]).toEqual([2.5, -3, -12])
    expect(() => valueOf(gainRow, '31')).toThrow('expected a number from -120 to 24 dB')
  })
})

describe('the window', () => {
  beforeEach(() => {
    layout.value = initialLayout
    room.value = { width: 1600, height: 900 }
  })
  const now = (): number[] => [measures.value.sources.now, measures.value.side.now, measures.value.drawer.now]
  test('is divided as suits its size, and leaves the picture its room in the smallest', () => {
    expect(now()).toEqual([276, 404, 220])
    room.value = { width: 1000, height: 640 }
    expect(now()).toEqual([220, 316, 150])
    resize('sources', 5000)
    resize('side', 5000)
    resize('drawer', 5000)
    const [sources, side, drawer] = now() as [number, number, number]
    expect(1000 - sources - side).toBeGreaterThanOrEqual(380)
    expect(drawer).toBeLessThan(640 - 150)
  })
  test('a wish is kept while there is no room for it', () => {
    resize('side', 700)
    room.value = { width: 1000, height: 640 }
    expect(measures.value.side.now).toBeLessThan(500)
    room.value = { width: 1600, height: 900 }
    expect(measures.value.side.now).toBe(700)
    resize('side', null)
    expect(measures.value.side.now).toBe(404)
  })
  test('what is folded is a rail, and unfolds as wide as it was', () => {
    resize('sources', 300)
    fold('sources', true)
    expect(measures.value.sources.now).toBe(36)
    fold('sources', false)
    expect(measures.value.sources.now).toBe(300)
  })
  test('any text is a layout: what is not what it should be is as at first', () => {
    for (const json of [null, 3, 'x', [], {}, { sizes: 3, folded: [] }, { sizes: { sources: 'wide', side: NaN }, folded: { side: 'yes' } }]) expect(readLayout(json)).toEqual(initialLayout)
    const one = { sizes: { sources: 300, side: null, drawer: 240 }, folded: { sources: false, side: true, drawer: false } }
    expect(readLayout(JSON.parse(JSON.stringify(one)))).toEqual(one)
    expect(readLayout({ sizes: { side: 1e9 } }).sizes.side).toBeLessThan(2000)
  })
})
