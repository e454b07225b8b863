// The last take, and the names of ports.

import { describe, expect, test } from 'vitest'
import { namesOf } from '../renderer/midi/ports.ts'
import { Take } from '../renderer/midi/take.ts'

describe('a take', () => {
  const on = (seconds: number, pitch = 60, velocity = 64) => ({ type: 'on', pitch, velocity, seconds }) as const
  const off = (seconds: number, pitch = 60) => ({ type: 'off', pitch, seconds }) as const

  test('notes where they were played, from its start, by onset', () => {
    const take = new Take(10)
    take.add(on(11.05), 0.05)
    take.add(on(11.25, 64, 3), 0.05)
    take.add({ type: 'bend', pitch: 64, cents: 12, seconds: 11.5 }, 0.05)
    take.add({ type: 'bend', pitch: 64, cents: 12, seconds: 11.6 }, 0.05)
    take.add({ type: 'bend', pitch: 70, cents: 12, seconds: 11.6 }, 0.05)
    take.add(off(12.05, 64), 0.05)
    take.add(off(12.05, 65), 0.05)
    const near = (value: number) => expect.closeTo(value, 9)
    expect(take.notes()).toEqual([
      { onset: near(1), offset: near(2), pitch: 60, velocity: 64 },
      { onset: near(1.2), offset: near(2), pitch: 64, velocity: 3, bends: [{ seconds: near(1.45), cents: 12 }] },
    ])
  })
  test('struck again it is two; what sounds when the sound ends, ends there; what is called before the start is at it', () => {
    const take = new Take(0)
    take.add(on(0.02), 0.06)
    take.add(on(1.06), 0.06)
    take.release(2, 0)
    take.release(3, 0)
    expect(take.notes().map(({ onset, offset }) => [onset, offset])).toEqual([[0, 1], [1, 2]])
    take.add(on(4), 0)
    take.add(off(4), 0)
    expect(take.notes()[2]!.offset).toBeCloseTo(4.01, 9)
  })
  test('it stays within its measure: the oldest notes go, the newest stay', () => {
    const take = new Take(0, 1000, 5000)
    let most = 0
    for (let i = 0; i < 5000; i++) {
      take.add(on(i, 60 + i % 12), 0)
      for (let k = 0; k < 10; k++) take.add({ type: 'bend', pitch: 60 + i % 12, cents: k, seconds: i + k / 20 }, 0)
      take.add(off(i + 0.5, 60 + i % 12), 0)
      most = Math.max(most, take.length)
    }
    expect(most).toBeLessThanOrEqual(1001)
    const notes = take.notes()
    expect(notes.at(-1)!.onset).toBe(4999)
    expect(notes.length + take.dropped).toBe(5000)
    expect(notes.reduce((sum, { bends }) => sum + bends!.length, 0)).toBeLessThanOrEqual(5000)
  })
  test('one note that is bent for hours stays within its measure too', () => {
    const take = new Take(0, 1000, 5000)
    take.add(on(0), 0)
    for (let i = 0; i < 50_000; i++) take.add({ type: 'bend', pitch: 60, cents: i % 100, seconds: i / 100 }, 0)
    const [note] = take.notes()
    expect(note!.bends!.length).toBeLessThanOrEqual(5000)
    expect(note!.bends!.at(-1)!.seconds).toBe(499.99)
  })
})

test('ports are told apart: by their maker where names are the same, else by number; never by an empty name', () => {
  const port = (id: string, name: string | null, manufacturer: string | null = '') => ({ id, name, manufacturer })
  expect([...namesOf([port('a', 'Synth'), port('b', 'Keys', 'Roland'), port('c', 'Keys', 'Korg'), port('d', 'Keys', 'Korg'), port('e', ' '), port('f', null, null), port('g', 'x'.repeat(200))]).values()])
    .toEqual(['Synth', 'Keys, Roland', 'Keys, Korg (1)', 'Keys, Korg (2)', 'MIDI port (1)', 'MIDI port (2)', 'x'.repeat(80)])
})
