// Undo and redo: one gesture, one named step; nothing that a person chose is lost or half restored.

import { beforeEach, describe, expect, test } from 'vitest'
import { MAX_SOURCES, readSelection } from '../worklet/selection.ts'
import type { Selection } from '../worklet/selection.ts'
import * as editing from '../renderer/editing.ts'
import { begin, cancel, end, freshHistory, press, redo, redoName, step, undo, undoName } from '../renderer/history.ts'
import { capacityFor, follows, isFull, withSpares } from '../renderer/spares.ts'
import { notes } from '../renderer/notes/state.ts'
import { set, state } from '../renderer/state.ts'
import { random } from './signals.ts'

const names = (): string[] => state.selection.value.sources.map(({ name }) => name)
const source = (index = 0) => state.selection.value.sources[index]!

beforeEach(() => {
  while (undoName.value) undo()
  state.selection.value = { mask: 'soft', sources: [{ name: 'piano', atoms: ['piano'] }, { name: 'bass', atoms: ['bass'] }] }
})

describe('steps', () => {
  test('each has its name, goes back and comes again', () => {
    editing.turnSource(0, 'Mute', { mute: true })
    expect(undoName.value).toBe('Mute Piano')
    editing.turnSetting('reduction', 'Level of Rest', 12)
    undo()
    expect([state.settings.value.reduction, undoName.value, redoName.value]).toEqual([0, 'Mute Piano', 'Level of Rest'])
    undo()
    expect([source().mute, undoName.value]).toEqual([undefined, null])
    redo()
    redo()
    expect([source().mute, state.settings.value.reduction, redoName.value]).toEqual([true, 12, null])
    undo()
    editing.chooseMask('binary')
    expect(redoName.value).toBeNull()
  })

  test('a gesture is one step whatever it passes through; one that comes back to where it was is none; a cancelled one leaves nothing', () => {
    begin('Move place of Piano')
    for (let level = 1; level <= 20; level++) editing.editSource(0, 'ignored', (s) => ({ ...s, places: [{ level, delay: 0 }] }))
    end()
    expect(undoName.value).toBe('Move place of Piano')
    const kept = state.selection.value
    begin('Move place of Piano')
    editing.changePlace(0, 0, { level: 3, delay: 0 })
    cancel()
    expect(state.selection.value).toBe(kept)
    begin('Nothing')
    end()
    undo()
    expect([source().places, undoName.value]).toEqual([undefined, null])
  })

  test('held keys and slides join, other names and a new press do not', () => {
    const slide = (gain: number): void => editing.turnSource(0, 'Level of', { gain }, true)
    slide(1)
    slide(2)
    press(true)
    slide(3)
    slide(4)
    press(false)
    editing.turnSource(1, 'Level of', { gain: 9 }, true)
    slide(5)
    const gains = []
    for (; undoName.value; undo()) gains.push([source().gain, source(1).gain])
    expect(gains).toEqual([[5, 9], [4, 9], [4, undefined], [2, undefined]])
  })

  test('what is compared is not undone', () => {
    editing.turnSetting('sparsity', 'Sparsity', 0.5)
    set('bypass', 1)
    undo()
    expect([state.settings.value.sparsity, state.settings.value.bypass]).toEqual([0, 1])
    set('bypass', 0)
  })

  test('a thousand random edits and undos: every state comes back exactly', () => {
    const next = random(11)
    const seen = [state.selection.value]
    let at = 0
    for (let i = 0; i < 1000; i++) {
      if (next() < 0.35 && at > 0) { undo(); at-- }
      else if (next() < 0.3 && at < seen.length - 1) { redo(); at++ }
      else {
        step(`edit ${i}`, () => { state.selection.value = { ...state.selection.value } })
        seen.length = ++at
        seen.push(state.selection.value)
      }
      expect(state.selection.value).toBe(seen[at])
    }
  })
})

describe('edits', () => {
  test('a new source claims nothing until it has a place, and nothing again when it has lost it', () => {
    expect(editing.addSource()).toBe(2)
    expect(source(2)).toEqual({ name: 'source 3', atoms: [] })
    editing.addPlace(2, { level: 5, delay: 0 })
    expect(source(2)).toEqual({ name: 'source 3', places: [{ level: 5, delay: 0 }] })
    expect([state.chosen.value, state.chosenPlace.value]).toEqual([2, 0])
    editing.removePlace(2, 0)
    expect(source(2)).toEqual({ name: 'source 3', atoms: [] })
    editing.editSource(2, 'Paint', (old) => ({ ...old, painted: [{ polygon: [[0, 0], [1, 0], [1, 100]] }] }))
    editing.addPlace(2, { level: 5, delay: 0 })
    editing.removePlace(2, 0)
    expect(source(2)).toMatchObject({ atoms: [], painted: [{}] }) // paint claims nothing but itself
    editing.addPlace(0, { level: 1, delay: 0 })
    editing.removePlace(0, 0)
    expect(source(0)).toEqual({ name: 'piano', atoms: ['piano'] })
    expect(readSelection(JSON.parse(JSON.stringify(state.selection.value)), ['piano', 'bass'])).toEqual(state.selection.value)
  })

  test('names stay usable: not empty, not long, not "rest", not twice', () => {
    expect(editing.renameSource(0, ' ')).toMatch(/1 to 80/)
    expect(editing.renameSource(0, 'x'.repeat(81))).toMatch(/1 to 80/)
    expect(editing.renameSource(0, 'Rest')).toMatch(/rest/)
    expect(editing.renameSource(0, 'bass')).toMatch(/no other/)
    expect([names(), undoName.value]).toEqual([['piano', 'bass'], null])
    expect(editing.renameSource(0, ' keys ')).toBeNull()
    expect([names(), undoName.value]).toEqual([['keys', 'bass'], 'Rename Piano'])
  })

  test('sources up to the most there may be, each with a name of its own', () => {
    for (let i = 0; i < 3; i++) editing.addSource()
    editing.removeSource(2)
    while (editing.addSource() !== null);
    expect([names().length, new Set(names()).size, editing.hasRoom()]).toEqual([MAX_SOURCES, MAX_SOURCES, false])
  })
})

describe('room for sources to come', () => {
  const of = (...names: string[]): Selection => ({ mask: 'soft', sources: names.map((name) => ({ name })) })
  test('a separation goes on while sources come and go at the end or change their names, not when others move up', () => {
    const full = of('a', 'b')
    expect([of('a', 'b', 'c'), of('a'), of('a', 'x'), of()].map((now) => follows(full, now, 3))).toEqual([true, true, true, true])
    expect([of('b'), of('b', 'c', 'd'), of('a', 'b', 'c', 'd')].map((now) => follows(full, now, 3))).toEqual([false, false, false])
  })
  test('spares fill the room, claim nothing, and the same question has the same answer', () => {
    const selection = of('a', 'b')
    const padded = withSpares(selection, capacityFor(selection))
    expect(padded.sources.slice(0, 2)).toEqual(selection.sources)
    expect(padded.sources.slice(2).every(({ atoms, places, painted }) => atoms?.length === 0 && !places && !painted)).toBe(true)
    expect(withSpares(selection, padded.sources.length)).toBe(padded)
    const most = of(...Array.from({ length: MAX_SOURCES }, (_, i) => `s${i}`))
    expect([capacityFor(most), isFull(most, MAX_SOURCES), isFull(selection, 2), isFull(selection, 3)]).toEqual([MAX_SOURCES, false, true, false])
  })
})

describe('a session', () => {
  test('that is opened has a history of its own', () => {
    editing.turnSource(0, 'Mute', { mute: true })
    undo()
    editing.turnSource(1, 'Solo', { solo: true })
    freshHistory()
    expect([undoName.value, redoName.value]).toEqual([null, null])
    undo()
    expect(source(1).solo).toBe(true)
  })

  test('of a thousand strokes costs a step what the stroke does, and no more', () => {
    const areas = Array.from({ length: 200 }, (_, n) => ({ polygon: Array.from({ length: 300 }, (_, i) => [n, i] as const) }))
    state.selection.value = { mask: 'soft', sources: [{ name: 'piano', painted: areas }] }
    for (let n = 0; n < 1000; n++) editing.editSource(0, 'Paint into Piano', (s) => ({ ...s, painted: [...s.painted!.slice(1), { polygon: [[n, 1], [n, 2], [n + 1, 2]] as const }] }))
    for (let n = 0; n < 1000; n++) undo()
    expect(source().painted!.every((area, i) => area === areas[i])).toBe(true) // shared, not copied
    for (let n = 0; n < 1000; n++) redo()
    expect(source().painted!.length).toBe(200)
  })

  test('what came by itself in between stays', () => {
    editing.turnSource(0, 'Mute', { mute: true })
    const chosen = { name: 'piano', preset: {} as never }
    notes.preset.value = chosen
    undo()
    expect(notes.preset.value).toBe(chosen)
    notes.preset.value = null
  })
})
