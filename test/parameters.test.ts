import { describe, expect, test } from 'vitest'
import { checkValue, fromText, initialNoteSettings, initialSettings, isSwitch, noteParameters, parameters, readSettings, table, toText } from '../worklet/parameters.ts'
import { random } from './signals.ts'

describe.each(table.map((p) => [p.name, p] as const))('%s', (_, p) => {
  test('is a row that makes sense', () => {
    expect(p.min).toBeLessThan(p.max)
    expect(checkValue(p, p.initial)).toBe(p.initial)
    expect(p.help).toMatch(/^[A-Z0-9].*\.$/)
  })

  test('goes round through text, at its ends and between', () => {
    const next = random(p.name.length)
    const values = [p.min, p.max, p.initial, ...Array.from({ length: 50 }, () => {
      const x = p.min + next() * (p.max - p.min)
      return p.step ? p.min + Math.round((x - p.min) / p.step) * p.step : x
    })]
    for (const value of values) expect(Object.is(fromText(p, toText(p, value)), value), toText(p, value)).toBe(true)
  })

  test('is refused outside its range, off its grid and as anything but a number, with its name in the sentence', () => {
    const bad: unknown[] = [p.min - 1, p.max + 1, NaN, Infinity, '1', null, undefined, {}, [1]]
    if (p.step) bad.push(p.min + p.step / 2)
    for (const value of bad) expect(() => checkValue(p, value), String(value)).toThrow(`${p.name}: expected`)
    for (const text of ['', 'loud', '1e999', `${p.max + 1}`, '--1', '0x', ' ']) expect(() => fromText(p, text), text).toThrow(`${p.name}: expected`)
  })
})

test('names are unique, and switches read on and off', () => {
  expect(new Set(table.map((p) => p.name)).size).toBe(table.length)
  const hold = parameters.find((p) => p.name === 'hold')!
  expect(isSwitch(hold)).toBe(true)
  expect([toText(hold, 1), fromText(hold, ' ON '), fromText(hold, '0')]).toEqual(['on', 1, 0])
  expect(fromText(parameters.find((p) => p.unit === 'dB')!, '−12 dB')).toBe(-12)
})

test('settings are read whole or refused by name', () => {
  expect(readSettings({ passes: 5, floor: -40, threshold: 0.4 })).toEqual({ passes: 5, floor: -40, threshold: 0.4 })
  expect(Object.keys(initialSettings())).toEqual(parameters.map((p) => p.name))
  expect(Object.keys(initialNoteSettings())).toEqual(noteParameters.map((p) => p.name))
  expect([...parameters, ...noteParameters]).toEqual(table)
  expect(() => readSettings({ speed: 1 })).toThrow('settings: expected names from the parameter table, got "speed"')
  expect(() => readSettings([], 'x')).toThrow('x: expected an object of parameter values, got []')
  expect(() => readSettings({ passes: 2.5 })).toThrow('passes: expected a multiple of 1, got 2.5')
  expect(() => readSettings({ hold: true })).toThrow('hold: expected on or off, got true')
})
