// What the page knows while an instrument is tuned to. What was collected stays as long as the page is open.

import { computed, signal } from '@preact/signals'
import type { HeardNote, Hearing } from './hearing.ts'
import { ENOUGH, isClean } from './judging.ts'
import type { ChosenPreset } from '../state.ts'

export type Step = 'check' | 'play' | 'try'

export const calibration = {
  open: signal(false),
  step: signal<Step>('check'),
  /** Where the notes come from; null: nowhere yet. */
  from: signal<{ readonly kind: 'microphone' | 'file'; readonly name: string; readonly deviceId: string } | null>(null),
  opening: signal(false),
  /** Why nothing is heard, or was not learned. */
  problem: signal<string | null>(null),
  hearing: signal<Hearing | null>(null),
  heard: signal<readonly HeardNote[]>([]),
  /** Of all notes: one instrument is learned at one rate. */
  rate: signal<number | null>(null),
  /** Share of a file that was heard. */
  through: signal<number | null>(null),
  name: signal(''),
  /** Share of the learning that is done; null: it is not under way. */
  learning: signal<number | null>(null),
  learned: signal<ChosenPreset | null>(null),
  /** Where it was kept, as a sentence. */
  kept: signal<string | null>(null),
  /** Keys that sound while it is tried. */
  sounding: signal<ReadonlySet<number>>(new Set()),
  tried: signal(0),
}

export const cleanCount = computed(() => calibration.heard.value.filter(isClean).length)
export const isEnough = computed(() => cleanCount.value >= ENOUGH)
