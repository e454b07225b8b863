// Undo and redo, unlimited while the page is open. A step is a name and two states: everything a person chose, before
// and after. The states are immutable and share what they have in common, so that a step costs a few references.
//
// One gesture is one step: `begin` … changes … `end`, or `step` for what happens at once. Steps that join (keys held,
// a slider dragged) go into the last one of the same name while the pointer is down or within a second.

import { batch, computed, signal, untracked } from '@preact/signals'
import { midi } from './midi/state.ts'
import { notes } from './notes/state.ts'
import { state } from './state.ts'

/** Everything that a person chose, part by part. */
const parts = {
  preset: state.preset, selection: state.selection, settings: state.settings, rest: state.rest,
  notes: notes.edited, notePreset: notes.preset, noteSettings: notes.settings, setup: midi.setup,
  loop: state.loop, markers: state.markers,
}
type Part = keyof typeof parts
export type Chosen = { readonly [Name in Part]: (typeof parts)[Name]['value'] }
const names = Object.keys(parts) as Part[]

interface Step { readonly name: string; readonly before: Chosen; readonly after: Chosen }

const JOINS_FOR = 1000 // ms

const past = signal<readonly Step[]>([])
const future = signal<readonly Step[]>([])
let open: { readonly name: string; readonly before: Chosen } | null = null
let joinsUntil = 0

/** What the next undo and redo would take back or bring back; null when there is nothing. */
export const undoName = computed(() => past.value.at(-1)?.name ?? null)
export const redoName = computed(() => future.value.at(-1)?.name ?? null)
/** The last thing that happened to the history, as a sentence for whoever cannot see it. */
export const said = signal('')

/** Reads signals. */
export const chosenNow = (): Chosen => Object.fromEntries(names.map((name) => [name, parts[name].value])) as Chosen
const now = (): Chosen => untracked(chosenNow)
const same = (a: Chosen, b: Chosen): boolean => names.every((name) => a[name] === b[name])

function push(name: string, before: Chosen, joins: boolean): void {
  const after = now()
  if (same(before, after)) return
  const last = past.peek().at(-1)
  const time = performance.now()
  const joined = joins && time < joinsUntil && last?.name === name
  past.value = joined ? [...past.peek().slice(0, -1), { ...last, after }] : [...past.peek(), { name, before, after }]
  future.value = []
  joinsUntil = joins ? (pressed ? Infinity : time + JOINS_FOR) : 0
}

/** A change that is one step, or part of the gesture that goes on. */
export function step(name: string, change: () => void, joins = false): void {
  if (open) return batch(change)
  const before = now()
  batch(change)
  push(name, before, joins)
}

/** A gesture starts: what changes until `end` is one step. */
export function begin(name: string): void {
  end()
  open = { name, before: now() }
}

/** The gesture is over; nothing is kept of one that changed nothing. `name` when it became something else. */
export function end(name?: string): void {
  if (!open) return
  const { name: first, before } = open
  open = null
  push(name ?? first, before, false)
}

/** The gesture was none: everything is as before it. */
export function cancel(): void {
  if (!open) return
  restore(now(), open.before)
  open = null
}

let pressed = false
/** From the page: while a pointer is down joined steps stay one, and a new press begins a new one. */
export function press(down: boolean): void {
  pressed = down
  joinsUntil = down ? 0 : Math.min(joinsUntil, performance.now() + JOINS_FOR)
}

/** From one state to another: what is the same in both stays as it is now, and so does what is compared. */
function restore(from: Chosen, to: Chosen): void {
  batch(() => {
    for (const name of names) {
      if (from[name] === to[name]) continue
      const part: { value: unknown } = parts[name]
      part.value = name === 'settings' ? { ...to.settings, bypass: state.settings.peek().bypass } : to[name]
    }
  })
}

/** Another session: what was done in the one before is no part of it. */
export function freshHistory(): void {
  open = null
  joinsUntil = 0
  past.value = future.value = []
  said.value = ''
}

export function undo(): void {
  end()
  const last = past.peek().at(-1)
  if (!last) return
  batch(() => {
    restore(last.after, last.before)
    past.value = past.peek().slice(0, -1)
    future.value = [...future.peek(), last]
    said.value = `Undone: ${last.name}`
  })
  joinsUntil = 0
}

export function redo(): void {
  end()
  const next = future.peek().at(-1)
  if (!next) return
  batch(() => {
    restore(next.before, next.after)
    past.value = [...past.peek(), next]
    future.value = future.peek().slice(0, -1)
    said.value = `Done again: ${next.name}`
  })
  joinsUntil = 0
}
