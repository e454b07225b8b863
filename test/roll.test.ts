// The piano roll without a browser: where notes lie, what a hand does to them, and that every edit can be taken back.

import { beforeEach, describe, expect, test } from 'vitest'
import { begin, cancel, end, redo, undo, undoName } from '../renderer/history.ts'
import { hertzOf, pitchName, pitchOf } from '../renderer/notes/names.ts'
import { notes, shownNotes } from '../renderer/notes/state.ts'
import { addNote, forgetEdits, moveNotes, removeNotes, resizeNotes, SHORTEST, startGesture, turnVelocity } from '../renderer/notes/roll-editing.ts'
import { fitted, noteAt, notesIn, panPitches, rollPlane, withinPitches, zoomPitches } from '../renderer/notes/roll-plane.ts'
import { activationCode, decibelsOf } from '../renderer/notes/roll-sheet.ts'
import type { RollNote } from '../renderer/notes/roll-sheet.ts'
import { GUTTER } from '../renderer/spectrogram/axes.ts'
import { state } from '../renderer/state.ts'
import { random } from './signals.ts'

const SECONDS = 10
const note = (id: number, onset: number, offset: number | null, pitch: number, velocity = 80): RollNote => ({ id, onset, offset, pitch, velocity })
const heard = [note(1, 1, 2, 60), note(2, 1.5, 1.8, 64, 20), note(3, 4, 5.5, 67)]
const ids = (...all: number[]): ReadonlySet<number> => new Set(all)
const those = (...all: number[]): RollNote[] => shownNotes.peek().filter(({ id }) => all.includes(id))
const byId = (id: number): RollNote | undefined => shownNotes.peek().find((each) => each.id === id)

beforeEach(() => {
  state.input.value = { kind: 'file', name: 'a.wav', seconds: SECONDS, channels: 1, rate: 44_100 }
  notes.heard.value = heard
  notes.edited.value = null
  notes.selected.value = ids()
})

describe('names', () => {
  test('middle C, black keys, the ends of MIDI', () => {
    expect([60, 61, 69, 21, 108, 0, 127].map(pitchName)).toEqual(['C4', 'C♯4', 'A4', 'A0', 'C8', 'C-1', 'G9'])
    for (let pitch = 0; pitch < 128; pitch++) expect(pitchOf(hertzOf(pitch))).toBeCloseTo(pitch, 9)
  })
})

describe('the plane', () => {
  const plane = rollPlane(2, 4, { low: 48, high: 72 }, GUTTER + 400, 240)
  test('times and pitches go there and back', () => {
    expect([plane.x(2), plane.x(6), plane.row]).toEqual([GUTTER, GUTTER + 400, 10])
    for (let pitch = 48; pitch < 72; pitch++) expect(plane.pitchAt(plane.y(pitch) + 5)).toBe(pitch)
    expect(plane.secondsAt(plane.x(3.21))).toBeCloseTo(3.21, 9)
  })
  test('the topmost note is hit, its ends by their last pixels; beside it nothing is', () => {
    const list = [note(1, 3, 5, 60), note(2, 4, 4.5, 60)]
    const y = plane.y(60) + 5
    expect(noteAt(plane, list, plane.x(3.5), y, 0)).toEqual({ note: list[0], part: 'body' })
    expect(noteAt(plane, list, plane.x(4.2), y, 0)?.note.id).toBe(2)
    expect(noteAt(plane, list, plane.x(5) - 1, y, 0)?.part).toBe('end')
    expect(noteAt(plane, list, plane.x(3) + 1, y, 0)?.part).toBe('start')
    expect(noteAt(plane, list, plane.x(3.5), plane.y(62) + 5, 0)).toBeNull()
    expect(noteAt(plane, [note(1, 3, null, 60)], plane.x(4), y, 4.5)?.note.id).toBe(1)
    expect(noteAt(plane, [note(1, 3, null, 60)], plane.x(5), y, 4.5)).toBeNull()
  })
  test('a frame takes what it meets', () => {
    const at = (seconds: number, pitch: number): [number, number] => [plane.x(seconds), plane.y(pitch) + 5]
    expect(notesIn(plane, heard, at(3.9, 70), at(5, 66)).map(({ id }) => id)).toEqual([3])
    expect(notesIn(plane, heard, at(5, 66), at(3.9, 70)).map(({ id }) => id)).toEqual([3])
    expect(notesIn(plane, heard, at(2.5, 70), at(3.5, 50))).toEqual([])
  })
  test('pitches stay within MIDI however they are scrolled and zoomed', () => {
    const next = random(3)
    let now = withinPitches({ low: 30, high: 60 })
    for (let i = 0; i < 500; i++) {
      now = next() < 0.5 ? panPitches(now, 60 * next() - 30) : zoomPitches(now, 0.5 + 1.2 * next(), now.low + next() * (now.high - now.low))
      expect(now.low).toBeGreaterThanOrEqual(0)
      expect(now.high).toBeLessThanOrEqual(128)
      expect(now.high - now.low).toBeGreaterThanOrEqual(10 - 1e-9)
    }
    const { low, high } = fitted([note(1, 0, 1, 20), note(2, 0, 1, 100)], now)
    expect(low <= 20 && high > 100).toBe(true)
    expect(fitted([], now)).toBe(now)
  })
})

test('levels as bytes: louder is never less, half a dB is kept', () => {
  let before = 0
  for (let db = -120; db < 8; db += 0.25) {
    const code = activationCode(10 ** (db / 20))
    expect(code).toBeGreaterThanOrEqual(before)
    if (code > 0) expect(Math.abs(decibelsOf(code) - db)).toBeLessThanOrEqual(0.2501)
    before = code
  }
  expect([activationCode(0), activationCode(NaN), activationCode(1e9)]).toEqual([0, 0, 255])
})

describe('editing', () => {
  test('a note moves in time and pitch, within the file and MIDI', () => {
    moveNotes(those(1), 0.5, 2)
    expect(byId(1)).toMatchObject({ onset: 1.5, offset: 2.5, pitch: 62 })
    expect(undoName.value).toBe('Move C4')
    moveNotes(those(1, 3), 100, 100)
    expect(byId(3)).toMatchObject({ onset: 8.5, offset: 10, pitch: 127 })
    expect(byId(1)).toMatchObject({ onset: 6, offset: 7, pitch: 122 }) // together
    moveNotes(those(1, 3), -100, -300)
    expect(byId(1)).toMatchObject({ onset: 0, offset: 1, pitch: 0 })
  })
  test('length, start, velocity, delete, add: each has its name and is undone', () => {
    const list = (): readonly RollNote[] => shownNotes.peek()
    const steps: [string, () => void][] = [
      ['Length of C4', () => resizeNotes(those(1), 'end', 0.5)],
      ['Start of C4', () => resizeNotes(those(1), 'start', 9)],
      ['Velocity of E4', () => turnVelocity(those(2), 30, false)],
      ['Delete 2 notes', () => removeNotes(those(1, 2))],
      ['Add A4', () => { addNote(3, 0.5, 69) }],
    ]
    const states = [list()]
    for (const [name, change] of steps) {
      change()
      expect(undoName.value).toBe(name)
      states.push(list())
    }
    expect(byId(4)).toMatchObject({ onset: 3, offset: 3.5, pitch: 69 })
    for (const expected of states.slice(0, -1).reverse()) {
      undo()
      expect(list()).toEqual(expected)
    }
    expect(list()).toBe(heard)
    for (const expected of states.slice(1)) {
      redo()
      expect(list()).toEqual(expected)
    }
    for (const _ of steps) undo()
  })
  test('no note gets shorter than can be heard, none is silent, none leaves the file', () => {
    resizeNotes(those(1), 'end', -50)
    expect(byId(1)!.offset! - byId(1)!.onset).toBeCloseTo(SHORTEST, 9)
    resizeNotes(those(3), 'end', 50)
    expect(byId(3)!.offset).toBe(SECONDS)
    turnVelocity(those(1), -500, false)
    turnVelocity(those(3), 500, false)
    expect([byId(1)!.velocity, byId(3)!.velocity]).toEqual([1, 127])
    addNote(99, 1, 60)
    expect(shownNotes.peek().every(({ onset, offset }) => onset >= 0 && offset! <= SECONDS && offset! > onset)).toBe(true)
  })
  test('a gesture is one step, one that is given up is none', () => {
    const from = those(1, 2)
    startGesture('Move', from)
    moveNotes(from, 0.1, 0)
    moveNotes(from, 0.2, 1)
    end()
    expect(undoName.value).toBe('Move 2 notes')
    expect(byId(2)).toMatchObject({ onset: 1.7, pitch: 65 })
    undo()
    expect(shownNotes.peek()).toBe(heard)
    begin('Move C4')
    moveNotes(those(1), 1, 1)
    cancel()
    expect(shownNotes.peek()).toBe(heard)
  })
  test('bends go along; edits belong to their file; what was heard comes back', () => {
    notes.heard.value = [{ ...heard[0]!, bends: [{ seconds: 1, cents: 0 }, { seconds: 1.5, cents: 40 }] }]
    moveNotes(those(1), 1, 0)
    expect(byId(1)!.bends).toEqual([{ seconds: 2, cents: 0 }, { seconds: 2.5, cents: 40 }])
    forgetEdits()
    expect(shownNotes.peek()).toBe(notes.heard.value)
    undo()
    expect(byId(1)!.onset).toBe(2)
    state.input.value = { ...state.input.peek() } as typeof state.input.value
    expect(shownNotes.peek()).toBe(notes.heard.value)
  })
})
