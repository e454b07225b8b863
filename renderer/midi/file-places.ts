// Where the notes of a MIDI file come to lie: on whole ticks, each key once at a time, and on channels that let every
// note that bends bend alone.

import type { Note, NoteTrack } from './file-writing.ts'

export interface Ticked {
  readonly on: number
  readonly off: number
  readonly pitch: number
  readonly velocity: number
  readonly bends: readonly { readonly tick: number; readonly cents: number }[]
}

/** `grid` in ticks; 0 leaves every note where it is. */
export function ticked(notes: readonly Note[], ticksOf: (seconds: number) => number, grid: number): Ticked[] {
  const near = (tick: number): number => (grid ? Math.round(Math.round(tick / grid) * grid) : tick)
  const placed = notes.map(({ onset, offset, pitch, velocity, bends = [] }): Ticked => {
    const on = near(ticksOf(onset))
    const off = Math.max(near(ticksOf(offset)), on + Math.max(1, Math.round(grid)))
    const moves = [...bends].sort((a, b) => a.seconds - b.seconds)
    const first = moves.findLast(({ seconds }) => seconds <= onset)?.cents ?? 0
    const later = moves.filter(({ seconds }) => seconds > onset).map(({ seconds, cents }) => ({ tick: Math.max(on, ticksOf(seconds)), cents }))
    return { on, off, pitch, velocity, bends: moves.length ? [{ tick: on, cents: first }, ...later] : [] }
  })
  return onePerKey(placed.sort((a, b) => a.on - b.on || b.off - a.off || a.pitch - b.pitch))
}

/** A key cannot be pressed twice: a note ends where the next of its pitch begins, and of two at once the longer one stays. */
function onePerKey(notes: readonly Ticked[]): Ticked[] {
  const kept: Ticked[] = []
  const last = new Map<number, number>()
  for (const note of notes) {
    const before = last.get(note.pitch)
    if (before !== undefined && kept[before]!.on === note.on) continue
    if (before !== undefined && kept[before]!.off > note.on) kept[before] = { ...kept[before]!, off: note.on }
    last.set(note.pitch, kept.length)
    kept.push(note)
  }
  return kept
}

const bends = ({ notes }: NoteTrack): boolean => notes.some((note) => note.bends?.length)

/** Notes that bend while others sound: a bend moves its whole channel, so they need several. */
function needsSeveral(track: NoteTrack): boolean {
  if (!bends(track)) return false
  const sorted = [...track.notes].sort((a, b) => a.onset - b.onset)
  let end = 0
  for (const { onset, offset } of sorted) {
    if (onset < end) return true
    end = Math.max(end, offset)
  }
  return false
}

export interface TrackChannels {
  readonly channels: readonly number[]
  /** The channel that speaks for all of them, where the receiver is told so (MPE, lower zone). */
  readonly master: number | null
}

const DRUMS = 9
const CHANNELS = 16

/** One channel for each track, and what is left shared among those that need several; a track alone gets an MPE zone. */
export function channelsOf(tracks: readonly NoteTrack[]): TrackChannels[] {
  const all = Array.from({ length: CHANNELS }, (_, channel) => channel)
  if (tracks.length === 1)
    return [needsSeveral(tracks[0]!) ? { channels: all.slice(1), master: 0 } : { channels: [0], master: null }]
  const free = all.filter((channel) => channel !== DRUMS)
  const wide = tracks.map(needsSeveral)
  const count = wide.filter(Boolean).length
  const each = Math.max(1, Math.floor((free.length - (tracks.length - count)) / count))
  let next = 0
  return wide.map((several) => ({
    channels: Array.from({ length: several ? each : 1 }, () => free[next++ % free.length]!), master: null,
  }))
}

/** For each note, in order, the channel that has been silent for longest, or else the one that falls silent first. */
export function voicesOf(notes: readonly Ticked[], channels: readonly number[]): number[] {
  const ends = channels.map(() => 0)
  return notes.map(({ on, off }) => {
    const silent = ends.map((end, i) => ({ end, i })).filter(({ end }) => end <= on)
    const { i } = (silent.length ? silent : ends.map((end, i) => ({ end, i }))).reduce((best, each) => (each.end < best.end ? each : best))
    ends[i] = Math.max(ends[i]!, off)
    return channels[i]!
  })
}
