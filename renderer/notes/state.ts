// Everything the page knows about notes: whether it listens for them, with what, and what it has heard. The notes of a file
// are one list; those of a live sound live in its sheet (session.ts), which draws sixty times a second.

import { computed, signal } from '@preact/signals'
import { initialNoteSettings } from '../../worklet/parameters.ts'
import type { NoteSettings } from '../../worklet/parameters.ts'
import type { RollNote } from './roll-sheet.ts'
import type { Pitches } from './roll-plane.ts'
import { state } from '../state.ts'
import type { ChosenPreset, Input } from '../state.ts'

export type Tab = 'notes' | 'overview'

/** Notes that a person has changed, and of which file. */
export interface Edited { readonly input: Input; readonly list: readonly RollNote[] }

export const notes = {
  tab: signal<Tab>('overview'),
  /** Whether anybody listens for notes. It goes on behind a folded drawer. */
  on: signal(false),
  /** The source whose sound is heard for notes; null: the whole input. */
  from: signal<string | null>(null),
  preset: signal<ChosenPreset | null>(null),
  /** Presets with pitches that a person has opened or made. */
  own: signal<readonly ChosenPreset[]>([]),
  settings: signal<NoteSettings>(initialNoteSettings()),
  /** Why there are no notes, as a sentence with what to do; null while there is nothing wrong. */
  problem: signal<string | null>(null),
  /** Share of the file that was heard; null when nothing is under way. */
  progress: signal<number | null>(null),
  /** What was heard of the whole file. */
  heard: signal<readonly RollNote[]>([]),
  edited: signal<Edited | null>(null),
  selected: signal<ReadonlySet<number>>(new Set()),
  /** Pitches that sound now, for whoever cannot see the keys. */
  sounding: signal<readonly number[]>([]),
  /** The note whose figures are shown. */
  pointed: signal<RollNote | null>(null),
  /** How much later than its stroke a note is told, in seconds, as the engine says; null while nobody listens. */
  lag: signal<number | null>(null),
  pitches: signal<Pitches>({ low: 36, high: 84 }),
  /** Whether the list of notes stands in place of the roll, and the controls beside it. */
  list: signal(false),
  controls: signal(false),
}

/** The notes of the file that is open: as they were changed, else as they were heard. */
export const shownNotes = computed<readonly RollNote[]>(() => {
  const edited = notes.edited.value
  return edited && edited.input === state.input.value ? edited.list : notes.heard.value
})
/** The index of the source whose notes are wanted; null: everything that comes in. */
export const fromIndex = computed<number | null>(() => {
  const index = state.selection.value.sources.findIndex(({ name }) => name === notes.from.value)
  return notes.from.value === null || index < 0 ? null : index
})
/** Whether a live separation must give its sources out one by one; a file's are separated where it is heard ahead. */
export const wantsStems = computed(() => notes.on.value && fromIndex.value !== null && state.input.value.kind !== 'file')
export const isEdited = computed(() => notes.edited.value !== null && notes.edited.value.input === state.input.value)
