// What of a file's notes is due as it plays. Pure: whoever plays keeps what sounds.

import type { NoteEvent } from '../../worklet/notes.ts'
import type { RollNote } from './roll-sheet.ts'

/** What is due between two moments of a file, given what sounds; `at` in seconds of the file. */
export function due(list: readonly RollNote[], sounding: Map<number, RollNote>, from: number, to: number): { readonly event: NoteEvent; readonly at: number }[] {
  const found: { event: NoteEvent; at: number }[] = []
  const tell = (event: NoteEvent, at: number): void => { found.push({ event, at }) }
  /** It may have been moved, cut or deleted since it began: then it ends at once. */
  const endOf = (note: RollNote): number => {
    const now = list.find(({ id }) => id === note.id)
    return now && now.pitch === note.pitch ? Math.max(from, now.offset!) : from
  }
  const endUntil = (limit: number): void => {
    for (const [pitch, note] of sounding) {
      const end = endOf(note)
      if (end >= limit) continue
      tell({ type: 'off', pitch, seconds: 0 }, end)
      sounding.delete(pitch)
    }
  }
  for (const note of list.filter(({ onset, offset }) => onset >= from && onset < to && offset !== null).sort((a, b) => a.onset - b.onset)) {
    endUntil(note.onset)
    if (sounding.has(note.pitch)) tell({ type: 'off', pitch: note.pitch, seconds: 0 }, note.onset)
    tell({ type: 'on', pitch: note.pitch, velocity: note.velocity, seconds: 0 }, note.onset)
    sounding.set(note.pitch, note)
  }
  for (const note of sounding.values())
    for (const { seconds, cents } of note.bends ?? []) if (seconds >= from && seconds < to) tell({ type: 'bend', pitch: note.pitch, cents, seconds: 0 }, seconds)
  endUntil(to)
  return found.sort((a, b) => a.at - b.at) // stable: what ends makes room first
}
