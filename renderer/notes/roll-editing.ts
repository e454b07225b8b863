// What a person does to the notes of a file, each one named step of the history. What was heard stays as it was: an edit
// is another list, and undoing the first one gives back what was heard.

import { clamp } from '../numbers.ts'
import { begin, step } from '../history.ts'
import { notes, shownNotes } from './state.ts'
import { pitchName } from './names.ts'
import type { RollNote } from './roll-sheet.ts'
import { state } from '../state.ts'

/** Shorter than this no note is made. */
export const SHORTEST = 0.03 // seconds
const VELOCITY_LOW = 1, VELOCITY_HIGH = 127

const fileSeconds = (): number => {
  const input = state.input.peek()
  return input.kind === 'file' ? input.seconds : 0
}

/** Notes are kept by onset and then by pitch, as files are written. */
const ordered = (list: readonly RollNote[]): RollNote[] => [...list].sort((a, b) => a.onset - b.onset || a.pitch - b.pitch || a.id - b.id)

/** "C4", or "3 notes". */
const called = (list: readonly RollNote[]): string => (list.length === 1 ? pitchName(list[0]!.pitch) : `${list.length} notes`)

const put = (list: readonly RollNote[]): void => { notes.edited.value = { input: state.input.peek(), list: ordered(list) } }

/** The notes that are selected. */
export const chosenNotes = (): RollNote[] => {
  const ids = notes.selected.peek()
  return shownNotes.peek().filter(({ id }) => ids.has(id))
}

/** `from`: the notes as they were, so that a gesture may say again and again how far it is from where it began. */
function changeEach(name: string, from: readonly RollNote[], change: (note: RollNote) => RollNote, joins: boolean): void {
  if (from.length === 0) return
  const changed = new Map(from.map((note) => [note.id, change(note)]))
  step(`${name} ${called(from)}`, () => put(shownNotes.peek().map((note) => changed.get(note.id) ?? note)), joins)
}

const shifted = (note: RollNote, seconds: number): Pick<RollNote, 'onset' | 'offset' | 'bends'> => ({
  onset: note.onset + seconds, offset: note.offset! + seconds,
  ...(note.bends && { bends: note.bends.map((bend) => ({ ...bend, seconds: bend.seconds + seconds })) }),
})

/** How far notes can go together: none leaves the file or the range of MIDI. */
export function room(list: readonly RollNote[], seconds: number, pitches: number): { readonly seconds: number; readonly pitches: number } {
  const length = fileSeconds()
  const first = Math.min(...list.map(({ onset }) => onset)), last = Math.max(...list.map(({ offset }) => offset!))
  const low = Math.min(...list.map(({ pitch }) => pitch)), high = Math.max(...list.map(({ pitch }) => pitch))
  return { seconds: clamp(seconds, -first, Math.max(-first, length - last)), pitches: clamp(pitches, -low, 127 - high) }
}

export function moveNotes(from: readonly RollNote[], seconds: number, pitches: number, joins = false): void {
  if (from.length === 0) return
  const by = room(from, seconds, pitches)
  changeEach('Move', from, (note) => ({ ...note, ...shifted(note, by.seconds), pitch: note.pitch + by.pitches }), joins)
}

/** The end or the beginning goes somewhere else; a note stays at least as long as it can be heard. */
export function resizeNotes(from: readonly RollNote[], part: 'start' | 'end', seconds: number, joins = false): void {
  changeEach(part === 'end' ? 'Length of' : 'Start of', from, (note) => (part === 'end'
    ? { ...note, offset: clamp(note.offset! + seconds, note.onset + SHORTEST, fileSeconds()) }
    : { ...note, onset: clamp(note.onset + seconds, 0, note.offset! - SHORTEST) }), joins)
}

export function turnVelocity(from: readonly RollNote[], by: number, joins = false): void {
  changeEach('Velocity of', from, (note) => ({ ...note, velocity: clamp(Math.round(note.velocity + by), VELOCITY_LOW, VELOCITY_HIGH) }), joins)
}

export function removeNotes(from: readonly RollNote[]): void {
  if (from.length === 0) return
  const gone = new Set(from.map(({ id }) => id))
  step(`Delete ${called(from)}`, () => put(shownNotes.peek().filter(({ id }) => !gone.has(id))))
  notes.selected.value = new Set()
}

/** Returns the note's id; it is selected. */
export function addNote(onset: number, seconds: number, pitch: number, velocity = 80): number {
  const list = shownNotes.peek()
  const id = list.reduce((most, note) => Math.max(most, note.id), 0) + 1
  const length = fileSeconds()
  const from = clamp(onset, 0, Math.max(0, length - SHORTEST))
  step(`Add ${pitchName(pitch)}`, () => put([...list, { id, onset: from, offset: Math.min(length, from + Math.max(SHORTEST, seconds)), pitch, velocity }]))
  notes.selected.value = new Set([id])
  return id
}

/** A gesture of the hand begins: what changes until `end` of the history is one step. */
export const startGesture = (what: 'Move' | 'Length of' | 'Start of' | 'Velocity of', from: readonly RollNote[]): void => begin(`${what} ${called(from)}`)

/** Back to what was heard. */
export const forgetEdits = (): void => step('Back to the notes that were heard', () => { notes.edited.value = null })
