// The hand on the roll: a press selects, a drag moves, an end pulls, Alt turns the velocity, elsewhere a frame selects. Every
// gesture is one step of the history. The notes of a live sound are looked at and heard; only a file's can be changed.

import { cancel, end } from '../history.ts'
import { shownNotes, notes } from './state.ts'
import { addNote, chosenNotes, moveNotes, resizeNotes, startGesture, turnVelocity } from './roll-editing.ts'
import { fitted, noteAt, notesIn, panPitches } from './roll-plane.ts'
import type { Part, Pitches, RollPlane } from './roll-plane.ts'
import type { RollNote } from './roll-sheet.ts'
import { GUTTER } from '../spectrogram/axes.ts'
import { state } from '../state.ts'

type Spot = readonly [number, number]
type Grip =
  | { readonly kind: 'note'; readonly from: Spot; readonly note: RollNote; readonly part: Part | 'velocity'; moved: boolean; originals: readonly RollNote[] }
  | { readonly kind: 'frame'; readonly from: Spot; readonly before: ReadonlySet<number> }
  | { readonly kind: 'keys'; readonly from: Spot; readonly pitches: Pitches; moved: boolean }

const STILL = 3 // px: less is a click
const NEW_SECONDS = 0.25
const FINE = 0.1

export interface RollHand {
  down(event: PointerEvent, at: Spot): void
  move(event: PointerEvent, at: Spot): void
  up(): void
  abort(): void
  twice(at: Spot): void
  /** What the pointer would take hold of. */
  cursor(at: Spot): string
  readonly busy: boolean
  readonly band: readonly [Spot, Spot] | null
}

/** `hear` plays a pitch as the preset knows it. */
export function createRollHand(plane: () => RollPlane, shown: () => { readonly list: readonly RollNote[]; readonly now: number }, hear: (pitch: number, velocity: number) => void): RollHand {
  let grip: Grip | null = null
  let band: readonly [Spot, Spot] | null = null
  const editable = (): boolean => state.input.peek().kind === 'file' && notes.progress.peek() === null
  const hit = ([x, y]: Spot) => noteAt(plane(), shown().list, x, y, shown().now)

  function take(event: PointerEvent, at: Spot): void {
    const found = hit(at)
    if (!found) {
      grip = { kind: 'frame', from: at, before: event.shiftKey ? notes.selected.peek() : new Set() }
      return
    }
    const { note, part } = found
    const selected = notes.selected.peek()
    if (event.shiftKey) notes.selected.value = new Set(selected.has(note.id) ? [...selected].filter((id) => id !== note.id) : [...selected, note.id])
    else if (!selected.has(note.id)) notes.selected.value = new Set([note.id])
    notes.pointed.value = note
    grip = { kind: 'note', from: at, note, part: event.altKey ? 'velocity' : part, moved: false, originals: [] }
  }

  function pull(held: Extract<Grip, { kind: 'note' }>, event: PointerEvent, at: Spot): void {
    let [dx, dy] = [at[0] - held.from[0], at[1] - held.from[1]]
    if (!held.moved && Math.hypot(dx, dy) < STILL) return
    if (!held.moved) {
      held.moved = true
      held.originals = chosenNotes()
      startGesture(held.part === 'body' ? 'Move' : held.part === 'velocity' ? 'Velocity of' : held.part === 'end' ? 'Length of' : 'Start of', held.originals)
    }
    if (event.ctrlKey || event.metaKey) dx *= FINE
    const { row, seconds, width } = plane()
    if (held.part === 'velocity') return turnVelocity(held.originals, -dy)
    if (event.shiftKey && held.part === 'body') { if (Math.abs(dx) > Math.abs(dy)) dy = 0; else dx = 0 }
    const time = dx / (width - GUTTER) * seconds
    if (held.part === 'body') moveNotes(held.originals, time, -Math.round(dy / row))
    else resizeNotes(held.originals, held.part, time)
  }

  return {
    down(event, at) {
      if (event.button !== 0 || grip) return
      if (at[0] < GUTTER) grip = { kind: 'keys', from: at, pitches: notes.pitches.peek(), moved: false }
      else take(event, at)
    },
    move(event, at) {
      if (!grip) return
      if (grip.kind === 'note') {
        if (editable()) pull(grip, event, at)
      } else if (grip.kind === 'keys') {
        if (Math.abs(at[1] - grip.from[1]) >= STILL) grip.moved = true
        if (grip.moved) notes.pitches.value = panPitches(grip.pitches, (at[1] - grip.from[1]) / plane().row)
      } else {
        band = [grip.from, at]
        const found = notesIn(plane(), shown().list, grip.from, at)
        notes.selected.value = new Set([...grip.before, ...found.map(({ id }) => id)])
      }
    },
    up() {
      const held = grip
      grip = null
      if (held?.kind === 'note') {
        if (held.moved) end()
        else hear(held.note.pitch, held.note.velocity)
      } else if (held?.kind === 'keys' && !held.moved) hear(plane().pitchAt(held.from[1]), 90)
      else if (held?.kind === 'frame' && !band) {
        notes.selected.value = held.before
        notes.pointed.value = null
      }
      band = null
    },
    abort() {
      if (grip?.kind === 'note' && grip.moved) cancel()
      if (grip?.kind === 'keys') notes.pitches.value = grip.pitches
      grip = band = null
    },
    twice(at) {
      if (at[0] < GUTTER) notes.pitches.value = fitted(shown().list, notes.pitches.peek())
      else if (editable() && !hit(at)) addNote(plane().secondsAt(at[0]), NEW_SECONDS, plane().pitchAt(at[1]))
    },
    cursor(at) {
      if (at[0] < GUTTER) return 'pointer'
      const found = hit(at)
      return !found ? 'default' : !editable() ? 'pointer' : found.part === 'body' ? 'grab' : 'ew-resize'
    },
    get busy() { return grip !== null },
    get band() { return band },
  }
}

/** The next note in time from the one that is selected, backwards with −1. */
export function stepNote(by: 1 | -1): RollNote | null {
  const list = shownNotes.peek()
  if (list.length === 0) return null
  const at = list.findIndex(({ id }) => notes.selected.peek().has(id))
  const note = list[at < 0 ? (by > 0 ? 0 : list.length - 1) : Math.max(0, Math.min(list.length - 1, at + by))]!
  notes.selected.value = new Set([note.id])
  notes.pointed.value = note
  return note
}
