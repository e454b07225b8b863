// The rows of the parameter table that say when a note begins and ends, as controls: a loop over them. What was heard lately,
// of a file all of it, is judged again with every change.

import { isSwitch, noteParameters } from '../../worklet/parameters.ts'
import type { NoteSettings } from '../../worklet/parameters.ts'
import { NumberWell, Slider } from '../slider.tsx'
import { step } from '../history.ts'
import { Icon } from '../icons.tsx'
import { isEdited, notes } from './state.ts'
import { forgetEdits } from './roll-editing.ts'

type Row = (typeof noteParameters)[number]

export const turnNotes = (row: Row, value: number): void =>
  step(row.label, () => { notes.settings.value = { ...notes.settings.peek(), [row.name]: value } }, true)

const initialOf = (row: Row): number => notes.preset.value?.preset.settings[row.name] ?? row.initial

const NoteControl = ({ row }: { readonly row: Row }) => {
  const value = notes.settings.value[row.name]
  const id = `notes-${row.name}`
  const words = 'words' in row ? row.words : null
  return (
    <div class="control" title={row.help}>
      <span class="control-label" id={id}>{row.label}</span>
      {isSwitch(row)
        ? <button type="button" role="switch" class="switch" aria-checked={value === 1} aria-labelledby={id} onClick={() => turnNotes(row, value ? 0 : 1)} />
        : words
          ? <span class="picker"><select aria-label={row.label} value={String(value)} onChange={({ currentTarget }) => turnNotes(row, Number(currentTarget.value))}>
              {words.map((word, i) => <option key={word} value={String(i)}>{word}</option>)}
            </select><Icon name="down" size={12} /></span>
          : <>
              <Slider row={row} value={value} label={row.label} initial={initialOf(row)} onChange={(next) => turnNotes(row, next)} />
              <NumberWell row={row} value={value} label={row.label} onChange={(next) => turnNotes(row, next)} />
            </>}
    </div>
  )
}

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
