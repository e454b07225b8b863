// What a person has done since the session was last saved or opened.

import { computed, effect, signal } from '@preact/signals'
import { parameters } from '../../worklet/parameters.ts'
import { chosenNow } from '../history.ts'
import type { Chosen } from '../history.ts'
import { state } from '../state.ts'
import type { Fingerprint } from './fingerprint.ts'
import { session } from './state.ts'

export interface Mark extends Chosen { readonly print: Fingerprint | null }

/** As it was when nothing was to be lost: null before any sound, 'never' where no file holds it. */
const saved = signal<Mark | 'never' | null>(null)

/** A sound that is missing is the one that it will be. */
const print = (): Fingerprint | null => session.sound.value?.print ?? state.missing.value
/** Everything that saving would keep and that is worth a question; reads signals. */
export const markNow = (): Mark => ({ ...chosenNow(), print: print() })

/** What is compared is looked at, not changed. */
const sameSettings = (a: Chosen['settings'], b: Chosen['settings']): boolean => a === b || parameters.every(({ name }) => name === 'bypass' || a[name] === b[name])
const sameChosen = (a: Chosen, b: Chosen): boolean => a.preset === b.preset && a.selection === b.selection && a.rest === b.rest && a.notes?.list === b.notes?.list
  && a.setup === b.setup && a.notePreset === b.notePreset && a.noteSettings === b.noteSettings && sameSettings(a.settings, b.settings)

export const isOpen = (): boolean => state.input.value.kind !== 'none' || state.missing.value !== null
export const dirty = computed(() => {
  const [mark, now] = [saved.value, markNow()]
  if (!isOpen() || mark === null) return false
  return mark === 'never' || !sameChosen(mark, now) || mark.print?.checksum !== now.print?.checksum
})

/** Saved, or opened, as it was at the mark. */
export const settle = (mark: Mark = markNow()): void => { saved.value = mark }
/** Brought back from where it was kept: no file holds it. */
export const unsettle = (): void => { saved.value = 'never' }

/** The first sound is nothing to lose, nor is another in its place to which nothing was done. */
export const followSaved = (): unknown => effect(() => {
  const now = markNow()
  if (state.input.value.kind === 'none' || session.file.value !== null) return
  const mark = saved.peek()
  if (mark === null || (mark !== 'never' && sameChosen(mark, now))) saved.value = now
})
