// The notes into a file: which kind, and on a grid only if it is asked for.

import { useSignal } from '@preact/signals'
import { NumberWell } from '../controls/well.tsx'
import { Icon } from '../icons.tsx'
import { Menu } from '../menu.tsx'
import { exportingNotes, saveNotes } from './export.ts'
import type { NoteFile } from './export.ts'
import type { Parameter } from '../../worklet/parameters.ts'
import { notes, shownNotes } from './state.ts'
import { state } from '../state.ts'

const kinds: readonly { readonly kind: NoteFile; readonly text: string }[] = [
  { kind: 'mid', text: 'MIDI file' }, { kind: 'json', text: 'JSON' }, { kind: 'csv', text: 'CSV' },
]
const tempoRow: Parameter = { name: 'tempo', label: 'Tempo', unit: '', min: 20, max: 400, initial: 120, step: 0, help: 'Beats per minute that the file says. The times of the notes do not depend on it.' }
/** In beats. */
const grids = [{ value: null, text: 'as heard' }, { value: 1 / 2, text: 'eighths' }, { value: 1 / 3, text: 'triplets' }, { value: 1 / 4, text: 'sixteenths' }, { value: 1 / 8, text: 'thirty-seconds' }] as const

export const NotesFiles = () => {
  const open = useSignal(false)
  const isFile = state.input.value.kind === 'file'
  const nothing = isFile ? shownNotes.value.length === 0 : !notes.on.value
  return (
    <Menu open={open}>
      <button type="button" class="button square" aria-label="Save the notes" aria-expanded={open.value} disabled={nothing} title={isFile ? 'Save the notes as a file' : 'Save what was played as a file'}
        onClick={() => { open.value = !open.value; exportingNotes.said.value = null }}><Icon name="save" /></button>
      {open.value && (
        <div class="menu-box notes-files" role="group" aria-label="Save the notes">
          <p>{isFile ? 'The notes as the roll shows them' : 'The notes that were played since the sound was started'}</p>
          <div class="control"><span class="control-label">Times</span>
            <span class="picker"><select aria-label="Times of the notes" value={String(exportingNotes.grid.value)} onChange={({ currentTarget: { value } }) => { exportingNotes.grid.value = value === 'null' ? null : Number(value) }}>
              {grids.map(({ value, text }) => <option key={text} value={String(value)}>{text}</option>)}
            </select><Icon name="down" size={12} /></span></div>
          <div class="control" title={tempoRow.help}><span class="control-label">Tempo</span><span /><NumberWell row={tempoRow} value={exportingNotes.tempo.value} label="Tempo" onChange={(value) => { exportingNotes.tempo.value = value }} /></div>
          <div class="learn-actions">{kinds.map(({ kind, text }) => <button key={kind} type="button" class={`button${kind === 'mid' ? ' primary' : ''}`} onClick={() => void saveNotes(kind)}>{text}</button>)}</div>
          {exportingNotes.said.value && <p role="status">{exportingNotes.said.value}</p>}
        </div>
      )}
    </Menu>
  )
}
