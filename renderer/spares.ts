// Room for sources to come: a separation cannot grow, and making another takes a quarter of a second. With a spare source
// that claims nothing, one that a person adds is heard at once, and the next spare is made behind it.

import { MAX_SOURCES } from '../worklet/selection.ts'
import type { SelectedSource, Selection } from '../worklet/selection.ts'

const SPARES = 1

const spare = (i: number): SelectedSource => ({ name: `\u0000${i}`, atoms: [] })

const padded = new WeakMap<Selection, Selection>()

/** The same object for the same question, so that only a changed selection is sent. */
export function withSpares(selection: Selection, capacity: number): Selection {
  const known = padded.get(selection)
  if (known?.sources.length === capacity) return known
  const { mask, sources } = selection
  const made = { mask, sources: [...sources, ...Array.from({ length: capacity - sources.length }, (_, i) => spare(i))] }
  padded.set(selection, made)
  return made
}

export const capacityFor = ({ sources }: Selection): number => Math.min(MAX_SOURCES, sources.length + SPARES)

/** Whether a separation that was given `before` can be given `now`: no source has moved into the place of another. */
export function follows(before: Selection, now: Selection, capacity: number): boolean {
  const names = before.sources.map(({ name }) => name)
  const common = Math.min(names.length, now.sources.length)
  const moved = now.sources.some(({ name }, i) => name !== names[i] && names.includes(name))
  const renamed = names.length === now.sources.length && !moved
  return now.sources.length <= capacity && (renamed || names.slice(0, common).every((name, i) => name === now.sources[i]!.name))
}

export const isFull = ({ sources }: Selection, capacity: number): boolean => sources.length === capacity && capacity < MAX_SOURCES
