// The name of a source: double click or F2 changes it.

import { signal, useSignal } from '@preact/signals'
import { renameSource } from '../editing.ts'
import { state } from '../state.ts'

/** The source that is being renamed, wherever that was asked for. */
export const renaming = signal<number | null>(null)

export const Name = ({ index, name, note }: { index: number; name: string; note: string }) => {
  const draft = useSignal<string | null>(null)
  const wrong = useSignal<string | null>(null)
  const stop = (): void => {
    renaming.value = null
    draft.value = wrong.value = null
  }
  const take = (): void => {
    wrong.value = draft.value === null ? null : renameSource(index, draft.value)
    if (wrong.value === null) stop()
  }
  if (renaming.value !== index)
    return (
      <button type="button" class="source-name" title={`${note}. Double click or F2 to rename`} aria-label={`${name}: rename with F2`}
        onDblClick={() => { renaming.value = index }} onKeyDown={(event) => { if (event.key === 'F2') renaming.value = index }}>{name}</button>
    )
  return (
    <span class="source-name number">
      <input type="text" aria-label={`Name of ${name}`} aria-invalid={wrong.value !== null} maxLength={80} value={draft.value ?? state.selection.peek().sources[index]!.name}
        ref={(input) => { if (input && document.activeElement !== input) { input.focus(); input.select() } }}
        onInput={(event) => { draft.value = event.currentTarget.value; wrong.value = null }}
        onBlur={() => { take(); stop() }}
        onKeyDown={(event) => { if (event.key === 'Enter') take(); if (event.key === 'Escape') stop() }} />
      {wrong.value !== null && <span class="wrong" role="alert">{wrong.value}</span>}
    </span>
  )
}
