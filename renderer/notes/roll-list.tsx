// The notes as a list: for reading, for hearing one by one, and for everybody whom the roll's picture tells nothing.

import { clock, figure } from '../format.ts'
import { pitchName } from './names.ts'
import { sheets } from './session.ts'
import { notes, shownNotes } from './state.ts'
import { hearPitch } from './roll.tsx'

/** The rows on either side of the one that is chosen: a page of tens of thousands would stop. */
const ROWS = 400

export const RollList = ({ live }: { readonly live: boolean }) => {
  void notes.sounding.value // of a live sound: a note has begun or ended
  const all = live ? [...sheets.value.live?.notes ?? []].reverse() : shownNotes.value
  const chosen = all.findIndex(({ id }) => notes.selected.value.has(id))
  const from = Math.max(0, Math.min(all.length - ROWS, chosen - ROWS / 2))
  const list = all.slice(from, from + ROWS)
  if (all.length === 0) return <p class="roll-empty">No notes yet.</p>
  return (
    <div class="roll-list" tabIndex={0} role="region" aria-label="Notes as a list">
      <table>
        <thead><tr><th scope="col">Note</th><th scope="col">{live ? 'Seconds' : 'From'}</th><th scope="col">Length</th><th scope="col">Velocity</th></tr></thead>
        <tbody>
          {list.map((note) => (
            <tr key={note.id} class={notes.selected.value.has(note.id) ? 'is-chosen' : ''}>
              <th scope="row"><button type="button" class="link" title="Hear its atom" onClick={() => {
                notes.selected.value = new Set([note.id])
                hearPitch(note.pitch, note.velocity)
              }}>{pitchName(note.pitch)}</button></th>
              <td>{live ? figure(note.onset, 2) : clock(note.onset, 2)}</td>
              <td>{note.offset === null ? 'sounds' : `${figure(note.offset - note.onset, 2)} s`}</td>
              <td>{note.velocity}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {all.length > list.length && <p class="faint">{figure(list.length)} of {figure(all.length)} notes: choose another one in the roll to see those round it.</p>}
    </div>
  )
}
