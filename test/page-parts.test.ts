// The parts of the page that need no browser: numbers into positions and texts, rates, who is heard, colours.

import { describe, expect, test } from 'vitest'
import { initialSettings, parameters } from '../worklet/parameters.ts'
import type { Selection } from '../worklet/selection.ts'
import { putOwned, sourceColour, toLab } from '../renderer/colour.ts'
import { fromPosition, toPosition } from '../renderer/controls/amount.ts'
import { sessionRate } from '../renderer/files.ts'
import { DASH, clock, decibels, figure, signed, withUnit } from '../renderer/format.ts'
import { frequencyAxis } from '../renderer/spectrogram/rows.ts'
import { heardSelection, heardSettings } from '../renderer/state.ts'

describe('controls', () => {
  test.each(parameters)('$name: the ends are exact, the way between goes there and back', (row) => {
    expect(fromPosition(row, 0)).toBe(row.min)
    expect(fromPosition(row, 1)).toBe(row.max)
    expect(fromPosition(row, -1)).toBe(row.min)
    for (let x = 0.05; x < 1; x += 0.0501) {
      const value = fromPosition(row, x)
      expect(value).toBeGreaterThanOrEqual(row.min)
      expect(value).toBeLessThanOrEqual(row.max)
      expect(Math.abs(toPosition(row, value) - x)).toBeLessThan(row.step ? 0.5 * row.step / (row.max - row.min) + 1e-9 : 0.011)
      expect(fromPosition(row, toPosition(row, value))).toBe(value)
    }
  })
})

describe('figures', () => {
  test('what was not measured is a dash', () => {
    expect([figure(null), withUnit(null, 'ms'), decibels(null), clock(null)]).toEqual([DASH, DASH, DASH, DASH])
  })
  test('minus signs, signs and clocks', () => {
    expect([figure(-3.14159, 2), signed(2.5), signed(0), signed(-3.5), decibels(0.5), decibels(0)]).toEqual(['−3.14', '+2.5', '0.0', '−3.5', '−6.0', '−∞'])
    expect([clock(0), clock(3.449), clock(59.99), clock(60), clock(3671.25), clock(65, 0)]).toEqual(['0:00.0', '0:03.4', '0:59.9', '1:00.0', '61:11.2', '1:05'])
  })
})

describe('files', () => {
  test('only rates that the separator works at are asked of the device', () => {
    expect([null, 8000, 44_100, 96_000, 192_000].map(sessionRate)).toEqual([undefined, undefined, 44_100, 96_000, undefined])
  })
})

describe('who is heard', () => {
  const selection: Selection = { mask: 'soft', sources: [{ name: 'a', gain: -3 }, { name: 'b', solo: true }, { name: 'c', mute: true, solo: true }] }
  test('the selection itself while the rest is not soloed', () => {
    expect(heardSelection(selection, { mute: false, solo: false })).toBe(selection)
  })
  test('with the rest soloed, only soloed sources beside it', () => {
    const { sources } = heardSelection(selection, { mute: false, solo: true })
    expect(sources).toEqual([{ name: 'a', gain: -3, mute: true }, { name: 'b', mute: false }, { name: 'c', mute: true }])
  })
  test('the rest is turned down, silent, or heard in full', () => {
    const settings = { ...initialSettings(), reduction: 12 }
    expect([{ mute: false, solo: false }, { mute: true, solo: false }, { mute: true, solo: true }].map((rest) => heardSettings(settings, rest).reduction)).toEqual([12, 80, 0])
  })
})

describe('colour', () => {
  const colours = [0, 1].map((i) => toLab(sourceColour(i)))
  const pixel = (energy: number, ...shares: number[]): { light: number; chroma: number; rgb: number[] } => {
    const pixels = new Uint8ClampedArray(4)
    putOwned(pixels, 0, energy, Float32Array.from(shares), colours)
    const rgb = [...pixels.subarray(0, 3)]
    const { lightness, a, b } = toLab('#' + rgb.map((x) => x.toString(16).padStart(2, '0')).join(''))
    return { light: lightness, chroma: Math.hypot(a, b), rgb }
  }
  test('light is energy, whoever owns it', () => {
    for (const shares of [[1, 0], [0, 1], [0.5, 0.5], [0, 0]])
      for (let energy = 0.1; energy <= 1; energy += 0.1) expect(pixel(energy, ...shares).light).toBeGreaterThan(pixel(energy - 0.1, ...shares).light)
  })
  test('chroma is certainty: disputed and unclaimed are grey', () => {
    expect(pixel(0.7, 0.98, 0.02).chroma).toBeGreaterThan(0.08)
    expect(pixel(0.7, 0.6, 0.4).chroma).toBeLessThan(pixel(0.7, 0.9, 0.1).chroma)
    expect(pixel(0.7, 0.2, 0.2).chroma).toBeLessThan(0.02)
    expect(pixel(0.7, 0, 0).chroma).toBeLessThan(0.02)
  })
  test('hue is the owner', () => {
    const [red, , blue] = pixel(0.7, 1, 0).rgb
    expect(red).toBeGreaterThan(blue!)
    const [less, , more] = pixel(0.7, 0, 1).rgb
    expect(more).toBeGreaterThan(less!)
  })
})

test('the frequency axis is logarithmic, within what the rate can hold', () => {
  const { low, high, row } = frequencyAxis(44_100)
  expect(row(low)).toBe(0)
  expect(row(high)).toBeCloseTo(1, 9)
  expect(row(400) - row(200)).toBeCloseTo(row(8000) - row(4000), 9)
  expect(frequencyAxis(16_000).high).toBe(8000)
})
