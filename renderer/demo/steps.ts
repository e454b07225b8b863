// The line that leads through the demo: five things to do, each noticed when it is done. What was done may be undone or done
// otherwise; nothing waits for it, and nothing is in the way.

import { effect, signal } from '@preact/signals'
import { exporting } from '../export/export.ts'
import { state } from '../state.ts'
import { demoSelection } from './places.ts'

export interface Step {
  readonly id: string
  /** What to do, and the keys that do it. */
  readonly what: string
  readonly keys: readonly (readonly string[])[]
  /** What was heard or seen when it is done. */
  readonly learned: string
  /** What to press, as a selector of the page. */
  readonly target: string
  done(): boolean
}

const VOICE = 0
const GUITAR = 1
const sources = () => state.selection.value.sources
const named = (index: number) => sources().find(({ name }) => name === demoSelection.sources[index]!.name)
/** Of the demo's own: someone may have removed or renamed them. */
const anySolo = (): boolean => sources().some(({ solo }) => solo)
const SOFTER = -6 // dB

let comparedSince = false

export const steps: readonly Step[] = [
  {
    id: 'solo', what: 'Hear the voice alone: press S in its row.', keys: [['1'], ['S']], target: '[data-source="1"] .toggle.solo',
    learned: 'The voice stands in the middle; everything beside it is gone.', done: () => named(VOICE)?.solo === true,
  },
  {
    id: 'level', what: 'Press S again, and turn the guitar down with its fader.', keys: [['2'], ['←']], target: '[data-source="2"] .fader',
    learned: 'Every source has a level of its own. What no source claims is the rest.', done: () => !anySolo() && (named(GUITAR)?.gain ?? 0) <= SOFTER,
  },
  {
    id: 'compare', what: 'Compare with the original: A, and A again.', keys: [['A']], target: '.compare button',
    learned: 'A is the untouched mix, at the same moment and as loud.',
    done: () => {
      if (state.settings.value.bypass === 1) comparedSince = true
      return comparedSince && state.settings.value.bypass === 0
    },
  },
  {
    id: 'place', what: 'Move a circle in the stereo field: the sound changes with it.', keys: [['F'], ['Tab'], ['→']], target: '.field-hand',
    learned: 'A place is where a source stands. A click on a bright spot makes a new one.',
    done: () => sources().some(({ name, places }) => {
      const own = demoSelection.sources.find((source) => source.name === name)
      return own !== undefined && places !== undefined && JSON.stringify(places) !== JSON.stringify(own.places)
    }) || sources().length > demoSelection.sources.length,
  },
  {
    id: 'export', what: 'Take them with you: Export writes every source as a file.', keys: [['X']], target: '.export-button',
    learned: 'The files add up to the mix, sample for sample.', done: () => exporting.open.value,
  },
]

export const guide = {
  /** Null: it is not shown. As many as there are steps: all are done. */
  at: signal<number | null>(null),
  /** The step that was done last, for its sentence. */
  done: signal<number | null>(null),
}

let watching = (): void => {}

export function go(at: number | null, done: number | null = null): void {
  watching()
  watching = () => {}
  comparedSince = false
  guide.at.value = at
  guide.done.value = done
  const step = at === null ? undefined : steps[at]
  // What is so already is not done by anybody.
  if (!step) return
  let armed = !step.done()
  watching = effect(() => {
    const done = step.done()
    if (!done) armed = true
    else if (armed) queueMicrotask(() => { if (guide.at.peek() === at) go(at! + 1, at) })
  })
}

export const beginGuide = (): void => go(0)
export const endGuide = (): void => go(null)
