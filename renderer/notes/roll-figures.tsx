// What is known of the note that was clicked, beside it; and what can be done with it.

import { pitchName, hertzOf } from './names.ts'
import { clock, figure } from '../format.ts'
import { Icon } from '../icons.tsx'
import { notes, shownNotes } from './state.ts'
import { removeNotes, turnVelocity } from './roll-editing.ts'
import { sheets } from './session.ts'
import { WEAK } from './roll-sheet.ts'
import type { RollNote } from './roll-sheet.ts'
import { hearPitch } from './roll.tsx'

const WIDTH = 250, HEIGHT = 58

/** The newest bend, where there is one. */
const bendOf = ({ bends }: RollNote): string => (bends?.length ? ` ${bends.at(-1)!.cents >= 0 ? '+' : '−'}${figure(Math.abs(bends.at(-1)!.cents))} cents` : '')

interface Props {
  readonly size: { readonly width: number; readonly height: number }
  readonly editable: boolean
  place(note: RollNote): readonly [number, number]
}

export const RollFigures = ({ place, size, editable }: Props) => {
  const pointed = notes.pointed.value
  if (!pointed) return null
  // As it is now: it may have been moved, and of a live sound it may have ended.
  const list = editable ? shownNotes.value : sheets.value.live?.notes ?? []
  const note = list.find(({ id }) => id === pointed.id)
  if (!note) return null
  const [x, y] = place(note)
  const left = Math.max(56, Math.min(size.width - WIDTH - 8, x))
  const below = y + 14 + HEIGHT < size.height
  return (
    <div class="roll-figures" role="group" aria-label={`Note ${pitchName(note.pitch)}`} style={{ left: `${left}px`, top: `${below ? y + 14 : Math.max(4, y - HEIGHT - 6)}px` }}>
      <p><b>{pitchName(note.pitch)}{bendOf(note)}</b><span>{figure(hertzOf(note.pitch), 1)} Hz</span>
        <span>{editable ? `${clock(note.onset, 2)}, ` : ''}{note.offset === null ? 'sounds' : `${figure(note.offset - note.onset, 2)} s`}</span></p>
      <p><span>velocity {note.velocity}{note.velocity < WEAK ? ', weak' : ''}</span>
        <span class="roll-doing">
          {editable && <button type="button" class="tiny" aria-label="Softer" title="Softer ([)" onClick={() => turnVelocity([note], -5, true)}>−</button>}
          {editable && <button type="button" class="tiny" aria-label="Louder" title="Louder (])" onClick={() => turnVelocity([note], 5, true)}>+</button>}
          <button type="button" class="tiny" aria-label="Hear its atom" title="Hear its atom (Enter)" onClick={() => hearPitch(note.pitch, note.velocity)}><Icon name="speaker" size={12} /></button>
          {editable && <button type="button" class="tiny" aria-label="Delete this note" title="Delete" onClick={() => { removeNotes([note]); notes.pointed.value = null }}><Icon name="close" size={12} /></button>}
        </span></p>
    </div>
  )
}
