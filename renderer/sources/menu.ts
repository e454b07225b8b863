// What can be done with a source as a whole. The colour goes with the number: a source that moves up takes the next one.

import type { Item } from '../controls/popup.ts'
import { choose, duplicateSource, hasRoom, moveSource, noRoomToCopy, removeSource } from '../editing.ts'
import { openLearning } from '../learning/learning.ts'
import { capital } from '../format.ts'
import { renaming } from './name.tsx'
import { state } from '../state.ts'

export function sourceItems(index: number): readonly Item[] {
  const { sources } = state.selection.value
  const name = capital(sources[index]?.name ?? '')
  const full = hasRoom() ? noRoomToCopy(index) : 'There is room for no more sources.'
  return [
    { label: 'Rename', note: 'F2', run: () => { renaming.value = index } },
    { label: 'Learn this sound…', note: 'T', run: () => { choose(index); openLearning() } },
    { label: 'Duplicate', disabled: full !== null, hint: full ?? 'The same claims once more: the two share what they claim.', run: () => duplicateSource(index) },
    { label: 'Move up', disabled: index === 0, run: () => moveSource(index, index - 1) },
    { label: 'Move down', disabled: index >= sources.length - 1, run: () => moveSource(index, index + 1) },
    { label: `Remove ${name}`, hint: 'What it claims is the rest’s.', run: () => removeSource(index) },
  ]
}
