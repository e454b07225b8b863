// Notes as text: JSON with the keys of `winnow notes --json`, and CSV with one note in each line.

import { checkNotes } from '../midi/file-writing.ts'
import type { Note, NoteTrack } from '../midi/file-writing.ts'
import { pitchName } from './names.ts'

/** Microseconds are finer than anything that was heard. */
const round = (value: number): number => Math.round(value * 1e6) / 1e6

const inOrder = (tracks: readonly NoteTrack[]): { readonly note: Note; readonly source: string }[] => {
  for (const [t, { notes }] of tracks.entries()) checkNotes(notes, tracks.length > 1 ? `tracks[${t}].` : '')
  return tracks.flatMap(({ notes, name = '' }) => notes.map((note) => ({ note, source: name })))
    .sort((a, b) => a.note.onset - b.note.onset || a.note.pitch - b.note.pitch)
}

/** Sources are named where there are several. */
export function notesJson(tracks: readonly NoteTrack[]): string {
  const notes = inOrder(tracks).map(({ note: { onset, offset, pitch, velocity, bends = [] }, source }) => ({
    onset: round(onset), offset: round(offset), pitch, velocity,
    ...(bends.length && { bends: bends.map(({ seconds, cents }) => ({ seconds: round(seconds), cents: round(cents) })) }),
    ...(tracks.length > 1 && { source }),
  }))
  return JSON.stringify({ notes }, null, 2) + '\n'
}

/** A cell as RFC 4180 has it. */
const cell = (value: string | number): string => (typeof value === 'number' ? `${value}` : /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value)

export function notesCsv(tracks: readonly NoteTrack[]): string {
  const several = tracks.length > 1
  const rows = inOrder(tracks).map(({ note: { onset, offset, pitch, velocity }, source }) =>
    [round(onset), round(offset), pitch, pitchName(pitch).replace('♯', '#'), velocity, ...(several ? [source] : [])])
  return [['onset', 'offset', 'pitch', 'name', 'velocity', ...(several ? ['source'] : [])], ...rows].map((row) => row.map(cell).join() + '\r\n').join('')
}
