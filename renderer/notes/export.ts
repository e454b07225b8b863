// Notes into files: what the roll shows of a file, or the last take of a live sound.

import { signal } from '@preact/signals'
import { host, noteFiles } from '../host.ts'
import { lastTake } from '../midi/out.ts'
import { writeMidi } from '../midi/file-writing.ts'
import type { Note } from '../midi/file-writing.ts'
import { notes, shownNotes } from './state.ts'
import { notesCsv, notesJson } from './writing.ts'
import { titleOf } from './presets.ts'
import { state } from '../state.ts'

export type NoteFile = keyof typeof noteFiles

export const exportingNotes = {
  tempo: signal(120),
  /** Beats between lines of the grid; null: every note stays where it was heard. */
  grid: signal<number | null>(null),
  /** What became of the last one, as a sentence. */
  said: signal<string | null>(null),
}

/** What would be written now; live, what was played since the sound was started. */
export function notesToWrite(): readonly Note[] {
  if (state.input.peek().kind !== 'file') return lastTake()?.notes() ?? []
  return shownNotes.peek().map(({ onset, offset, pitch, velocity, bends }) => ({ onset, offset: offset!, pitch, velocity, ...(bends && { bends }) }))
}

const trackName = (): { readonly name?: string } => {
  const preset = notes.preset.peek()
  return preset ? { name: notes.from.peek() ?? titleOf(preset) } : {}
}

const noteFile = (list: readonly Note[], kind: NoteFile): Uint8Array<ArrayBuffer> => {
  const track = { ...trackName(), notes: list }
  if (kind === 'mid') return writeMidi(list, { ...trackName(), tempo: exportingNotes.tempo.peek(), grid: exportingNotes.grid.peek() ?? 0 })
  return new TextEncoder().encode(kind === 'json' ? notesJson([track]) : notesCsv([track]))
}

/** As a MIDI file. */
export const midiBytes = (list: readonly Note[]): Uint8Array<ArrayBuffer> => noteFile(list, 'mid')

export async function saveNotes(kind: NoteFile): Promise<void> {
  const input = state.input.peek()
  const list = notesToWrite()
  const name = input.kind === 'file' ? input.name.replace(/\.[^.]*$/, '') : 'take'
  try {
    const kept = await host().saveFile(`${name}.${kind}`, noteFiles[kind], noteFile(list, kind).buffer)
    exportingNotes.said.value = kept ? `${list.length} note${list.length === 1 ? '' : 's'} written to ${name}.${kind}.` : null
  } catch (error) {
    exportingNotes.said.value = `Nothing was written: ${error instanceof Error ? error.message : String(error)}`
  }
}
