// How a value follows a knob, and what is taken for a binding.

import { describe, expect, test } from 'vitest'
import { parameterNamed } from '../worklet/parameters.ts'
import type { Parameter } from '../worklet/parameters.ts'
import { Follower } from '../renderer/midi-learn/following.ts'
import { readBindings } from '../renderer/midi-learn/kept.ts'
import type { Target } from '../renderer/midi-learn/targets.ts'

function targetOf(row: Parameter, value: number, isSwitch = false): Target & { value: number; sets: number } {
  return {
    label: row.label, row, isSwitch, value, sets: 0,
    get() { return this.value },
    set(next) { this.value = next; this.sets++ },
  }
}
const wet = parameterNamed('wet')!
const passes = parameterNamed('passes')!

describe('a knob', () => {
  test('takes hold when it comes by, and never makes the value jump', () => {
    const target = targetOf(wet, 0.5)
    const knob = new Follower()
    expect(knob.turn(target, 0.1)).toBe('up')
    expect(knob.turn(target, 0.3)).toBe('up')
    expect(target.value).toBe(0.5)
    expect(knob.turn(target, 0.6)).toBe(null) // past it
    expect(target.value).toBe(0.6)
    expect(knob.turn(target, 0.95)).toBe(null) // held: as far as it likes
    expect(target.value).toBe(0.95)
  })
  test('lets go when something else moves the value', () => {
    const target = targetOf(wet, 0.5)
    const knob = new Follower()
    knob.turn(target, 0.5)
    knob.turn(target, 0.8)
    target.value = 0.2
    expect(knob.turn(target, 0.79)).toBe('down')
    expect(target.value).toBe(0.2)
    expect(knob.turn(target, 0.2)).toBe(null)
    expect(knob.turn(target, 0.21)).toBe(null)
    expect(target.value).toBe(0.21)
  })
  test('on a grid takes hold within a step and goes from step to step', () => {
    const target = targetOf(passes, 3)
    const knob = new Follower()
    expect(knob.turn(target, 0)).toBe('up')
    for (let at = 0; at <= 127; at++) knob.turn(target, at / 127)
    expect(target.value).toBe(20)
    expect(target.sets).toBe(17)
  })
  test('turns a switch at its middle', () => {
    const target = targetOf(parameterNamed('bypass')!, 0, true)
    const knob = new Follower()
    knob.turn(target, 1)
    expect(target.value).toBe(1)
    knob.turn(target, 0.4)
    expect(target.value).toBe(0)
  })
  test('without ends turns by clicks, on a coarse grid too, and from wherever the value is', () => {
    const target = targetOf(passes, 3)
    const knob = new Follower()
    for (let click = 0; click < 7; click++) knob.roll(target, 1)
    expect(target.value).toBe(4)
    target.value = 10
    knob.roll(target, -8)
    expect(target.value).toBe(9)
    knob.roll(target, 1000)
    expect(target.value).toBe(20)
  })
})

describe('bindings that were kept', () => {
  const good = { id: 'setting wet', device: 'Knobs', channel: 0, controller: 21, wide: false, relative: false }
  test('are read as they were written', () => expect(readBindings(JSON.parse(JSON.stringify([good])))).toEqual([good]))
  test('whatever stands there, what is none is left out', () => {
    for (const nothing of [null, 3, 'x', {}, [null], [3], [{ ...good, channel: 16 }], [{ ...good, controller: 1.5 }], [{ ...good, device: '' }], [{ ...good, id: 7 }]])
      expect(readBindings(nothing)).toEqual([])
    expect(readBindings([good, { ...good, controller: 22 }])).toEqual([good])
    expect(readBindings([{ ...good, controller: 70, wide: true }])[0]!.wide).toBe(false) // no controller above 31 has two halves
  })
})
