// What a learning is about and how it goes, as the panel shows it.

import { computed, signal } from '@preact/signals'
import type { Covariance } from '../../worklet/covariance.ts'
import type { Settings } from '../../worklet/parameters.ts'
import type { Outcome } from '../../presets/learn/learn.ts'
import { state } from '../state.ts'
import type { ChosenPreset, Passage } from '../state.ts'

export interface Run {
  readonly phase: 'working' | 'learned' | 'kept' | 'failed'
  readonly done: number
  readonly of: number
  readonly losses: readonly number[]
  /** Seconds to go, as far as the passes so far can tell. */
  readonly remaining: number | null
  readonly outcome: Outcome | null
  /** Who else plays there, as a sentence; null when nobody does. */
  readonly warning: string | null
  /** Why nothing was learned. */
  readonly message: string | null
}

export const learning = {
  open: signal(false),
  /** Which source is taught; null: a new one of this name. */
  target: signal<number | null>(null),
  name: signal(''),
  /** Passages beside the one that is marked now. */
  kept: signal<readonly Passage[]>([]),
  atoms: signal(24),
  spectrum: signal(true),
  place: signal(true),
  run: signal<Run | null>(null),
  /** Whether what was learned so far is being heard, before it is kept. */
  listening: signal(false),
  /** Seconds heard while the button is held; null: it is not. */
  held: signal<number | null>(null),
}

/** What a passage of this file is learned from: those that were added, and the one that is marked. */
export const passages = computed<readonly Passage[]>(() => {
  const marked = state.passage.value
  const others = learning.kept.value
  return marked && !others.some(({ from, to }) => from === marked.from && to === marked.to) ? [...others, marked] : others
})

export const idle: Run = { phase: 'working', done: 0, of: 1, losses: [], remaining: null, outcome: null, warning: null, message: null }

/** What is being learned, and for whom. */
export interface Lesson {
  readonly name: string
  /** Of the source that is taught; null: a new one. */
  readonly index: number | null
  readonly files: readonly string[]
  readonly base: ChosenPreset
  /** Settings to start from where nobody chose a preset yet. */
  readonly fresh: Settings | null
  places: readonly { readonly passage: Passage; readonly covariance: Covariance }[]
}

/** The run that is under way, or has just ended. */
export const work: { worker: Worker | null; lesson: Lesson | null } = { worker: null, lesson: null }

export const change = (more: Partial<Run>): void => { if (learning.run.peek()) learning.run.value = { ...learning.run.peek()!, ...more } }
export const failed = (message: string): void => {
  work.worker?.terminate()
  work.worker = null
  learning.run.value = { ...(learning.run.peek() ?? idle), phase: 'failed', message: /[.!?]$/.test(message) ? message : message + '.' }
}
