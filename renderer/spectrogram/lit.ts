// What is pointed at somewhere, as the picture of a file lights it up.

import type { Axis } from './rows.ts'
import { ROWS } from './rows.ts'
import { PHASES, ROWS_PER, SIDES, byte } from './store.ts'
import type { Lit } from './store.ts'
import type { Highlight } from '../state.ts'
import type { Selection } from '../../worklet/selection.ts'

/** Null where nothing is pointed at, and where the picture itself is. */
export function litBy(highlight: Highlight | null, { sources }: Selection, axis: Axis): Lit | null {
  if (highlight?.kind === 'source') return { kind: 'source', source: highlight.source }
  if (highlight?.kind === 'painted') {
    const polygon = sources[highlight.source]?.painted?.[highlight.area]?.polygon
    return polygon ? { kind: 'area', polygon } : null
  }
  if (highlight?.kind !== 'place') return null
  const weights = new Uint8Array(Math.ceil(ROWS / ROWS_PER) * SIDES * PHASES)
  let at = 0
  for (let row = 0; row < ROWS; row += ROWS_PER) {
    const hertz = axis.hertz((row + ROWS_PER / 2) / ROWS)
    for (let side = 0; side < SIDES; side++)
      for (let phase = 0; phase < PHASES; phase++)
        weights[at++] = byte(highlight.weight((side + 0.5) * 64 / SIDES - 32, ((phase + 0.5) / PHASES * 2 - 1) * Math.PI, hertz))
  }
  return { kind: 'place', weights }
}
