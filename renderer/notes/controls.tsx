// The rows of the parameter table that say when a note begins and ends, as controls: a loop over them. What was heard lately,
// of a file all of it, is judged again with every change.

import { noteParameters } from '../../worklet/parameters.ts'
import type { NoteSettings } from '../../worklet/parameters.ts'
import { Control } from '../controls/control.tsx'
import { step } from '../history.ts'
import { isEdited, notes } from './state.ts'
import { noteSettingId } from '../midi-learn/bound.ts'
import { forgetEdits } from './roll-editing.ts'

type Row = (typeof noteParameters)[number]

export const turnNotes = (row: Row, value: number): void =>
  step(row.label, () => { notes.settings.value = { ...notes.settings.peek(), [row.name]: value } }, true)

const initialOf = (row: Row): number => notes.preset.value?.preset.settings[row.name] ?? row.initial

const NoteControl = ({ row }: { readonly row: Row }) => (
  <Control row={row} value={notes.settings.value[row.name]} initial={initialOf(row)} learn={noteSettingId(row.name)} onChange={(next) => turnNotes(row, next)} />
)

const reset = (): void => step('Reset the notes’ settings', () => {
  const own = notes.preset.peek()?.preset.settings ?? {}
  notes.settings.value = Object.fromEntries(noteParameters.map(({ name, initial }) => [name, own[name] ?? initial])) as NoteSettings
})

export const NoteControls = () => (
  <div class="notes-controls" role="group" aria-label="When a note is one" tabIndex={-1}>
    {isEdited.value && <p class="field-remark" role="status">The notes were changed by hand and stay as they are. <button type="button" class="link" onClick={forgetEdits}>Back to what was heard</button></p>}
    {noteParameters.map((row) => <NoteControl key={row.name} row={row} />)}
    <button type="button" class="button ghost" onClick={reset}>Reset</button>
  </div>
)
