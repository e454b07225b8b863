// The notes engine as tests host it: an instrument made by code, its preset, and what the engine hears of a piece.

import { readPreset } from '../presets/preset.ts'
import { type NoteEvent, Notes, type NotesOptions } from '../worklet/notes.ts'
import { plainKernel } from './kernels.ts'
import { NOTE_RATE, struckPreset } from './note-sounds.ts'

export const instrument = readPreset(struckPreset(40, 88), 'struck').dictionary

export const engine = (options: Partial<NotesOptions> = {}): Notes =>
  new Notes({ module: plainKernel, dictionary: instrument, head: null, sampleRate: NOTE_RATE, channels: 1, ...options })

/** All events of a sound, cut as `chop` says, and of the half second after it; ended at the end. */
export function heard(sound: readonly Float32Array[], options: Partial<NotesOptions> = {}, chop = (_at: number): number => 1000): NoteEvent[] {
  const notes = engine({ channels: sound.length as 1 | 2, ...options })
  const events: NoteEvent[] = []
  notes.onEvent = (event) => void events.push(event)
  const length = sound[0]!.length
  for (let at = 0, size; at < length; at += size) {
    size = Math.min(chop(at), length - at)
    notes.process(sound.map((channel) => channel.subarray(at, at + size)))
  }
  notes.process(sound.map(() => new Float32Array(Math.round((options.sampleRate ?? NOTE_RATE) / 2))))
  notes.flush()
  return events
}

export interface Found { readonly pitch: number; readonly onset: number; readonly offset: number; readonly velocity: number }

/** The events as notes, back-dated; a note that is not ended, or ended twice, is an error. */
export function found(events: readonly NoteEvent[], lag: number): Found[] {
  const open = new Map<number, { onset: number; velocity: number }>()
  const notes: Found[] = []
  for (const event of events) {
    const note = open.get(event.pitch)
    if (event.type === 'on') {
      if (note) throw new Error(`${event.pitch} begins at ${event.seconds} and sounds already`)
      open.set(event.pitch, { onset: event.seconds - lag, velocity: event.velocity })
    } else if (!note) throw new Error(`${event.pitch}: ${event.type} at ${event.seconds}, and it does not sound`)
    else if (event.type === 'off') {
      open.delete(event.pitch)
      notes.push({ ...note, pitch: event.pitch, offset: event.seconds - lag })
    }
  }
  if (open.size > 0) throw new Error(`${[...open.keys()].join()} left on`)
  return notes.sort((a, b) => a.onset - b.onset || a.pitch - b.pitch)
}

/** What was played and what was found, pitch by pitch in order of time; how often each differs by more than `tolerance` seconds. */
export function compare(played: readonly { pitch: number; onset: number }[], notes: readonly Found[], tolerance = 0.05): { missed: number; wrong: number } {
  const left = [...notes]
  let missed = 0
  for (const { pitch, onset } of played) {
    const at = left.findIndex((note) => note.pitch === pitch && Math.abs(note.onset - onset) <= tolerance)
    if (at >= 0) left.splice(at, 1)
    else missed++
  }
  return { missed, wrong: left.length }
}
