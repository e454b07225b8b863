// Notes of a stretch of a sound, as a file that begins with the stretch holds them.

import type { Note } from '../midi/file-writing.ts'

/** The part of the notes that sounds between two moments, told from the first of them on. */
export const cutNotes = (list: readonly Note[], from: number, to: number): Note[] => list.flatMap(({ onset, offset, bends = [], ...note }) => {
  if (onset >= to || offset <= from) return []
  const last = bends.findLast(({ seconds }) => seconds <= from)
  const within = bends.filter(({ seconds }) => seconds > from && seconds < to)
  const cut = [...last ? [last] : [], ...within].map(({ seconds, cents }) => ({ seconds: Math.max(0, seconds - from), cents }))
  return [{ ...note, onset: Math.max(0, onset - from), offset: Math.min(to, offset) - from, ...(cut.length > 0 && { bends: cut }) }]
})
