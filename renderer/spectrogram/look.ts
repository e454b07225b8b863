// How a picture is to look, from what a person chose and points at. The same object as long as it looks the same: colours
// are made again only where they change.

import { computed } from '@preact/signals'
import type { ReadonlySignal } from '@preact/signals'
import { painting } from '../painting/state.ts'
import { litBy } from './lit.ts'
import type { Axis } from './rows.ts'
import type { Look } from './store.ts'
import { state } from '../state.ts'

/** What is lit, as something that can be compared: a source, an area, a place; null for nothing that the picture shows. */
function pointedAt(): unknown {
  const highlight = state.highlight.value
  if (highlight?.kind === 'source') return highlight.source
  if (highlight?.kind === 'painted') return state.selection.value.sources[highlight.source]?.painted?.[highlight.area]?.polygon ?? null
  return highlight?.kind === 'place' ? highlight : null
}

export function lookAlong(axis: Axis): ReadonlySignal<Look> {
  const lit = computed(pointedAt)
  return computed(() => ({
    owners: painting.owners.value, contested: painting.contested.value, diffuse: painting.diffuse.value,
    lit: lit.value === null ? null : litBy(state.highlight.peek(), state.selection.peek(), axis),
  }))
}
