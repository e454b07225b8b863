// Notes as a Standard MIDI file. Pure: the page and the command line write with the same function.
//
// midi-writer-js makes the events; they are given ticks here, on a grid so fine that a note stays where it was heard to
// half a millisecond whatever the tempo. Nothing is moved to beats unless asked.

import MidiWriter from 'midi-writer-js'
import { channelsOf, ticked, voicesOf } from './file-places.ts'
import type { TrackChannels } from './file-places.ts'

export interface Bend { readonly seconds: number; readonly cents: number }

export interface Note {
  /** Seconds. */
  readonly onset: number
  readonly offset: number
  /** MIDI note number. */
  readonly pitch: number
  /** 1–127. */
  readonly velocity: number
  /** How far from the key, from each moment on. */
  readonly bends?: readonly Bend[]
}

/** One source: its notes under its name. */
export interface NoteTrack {
  readonly notes: readonly Note[]
  readonly name?: string
  /** General MIDI, 0–127. */
  readonly program?: number
  /** When the sustain pedal is down, in seconds. */
  readonly pedal?: readonly { readonly from: number; readonly to: number }[]
}

export interface MidiOptions {
  /** Beats per minute: where a notation program will draw its bars. The times of the notes do not depend on it. */
  readonly tempo?: number
  /** Moves onsets and ends to the nearest multiple of so many beats (¼ is a sixteenth); absent: they stay where they were heard. */
  readonly grid?: number
}

export const TEMPO = 120
export const TEMPOS = [4, 1000] as const
/** Ticks per beat; more where beats are long. */
const FEWEST_TICKS = 960
const LONGEST_TICK = 1000 // µs
const MOST_SECONDS = 100_000
/** What receivers bend by unless told otherwise, and what MPE bends by. */
const [NARROW, WIDE] = [2, 48] // semitones
const RELEASE = 50 // of 100

function demand(right: boolean, where: string, expected: string, got: unknown): void {
  if (!right) throw new RangeError(`${where}: expected ${expected}, got ${String(got)}`)
}
const isSeven = (value: number): boolean => Number.isInteger(value) && value >= 0 && value < 128
const isTime = (seconds: number): boolean => seconds >= 0 && seconds <= MOST_SECONDS

export function checkNotes(notes: readonly Note[], at = ''): void {
  for (const [i, { onset, offset, pitch, velocity, bends = [] }] of notes.entries()) {
    const where = `${at}notes[${i}].`
    demand(isTime(onset), `${where}onset`, `seconds from 0 to ${MOST_SECONDS}`, onset)
    demand(isTime(offset) && offset >= onset, `${where}offset`, `seconds from the onset (${onset}) to ${MOST_SECONDS}`, offset)
    demand(isSeven(pitch), `${where}pitch`, 'a whole number from 0 to 127', pitch)
    demand(velocity > 0 && velocity <= 127, `${where}velocity`, 'a number above 0 and at most 127', velocity)
    for (const { seconds, cents } of bends) {
      demand(isTime(seconds), `${where}bends`, `seconds from 0 to ${MOST_SECONDS}`, seconds)
      demand(Math.abs(cents) <= WIDE * 100, `${where}bends`, `at most ${WIDE * 100} cents`, cents)
    }
  }
}

function check(tracks: readonly NoteTrack[], tempo: number, grid: number): void {
  demand(tracks.length > 0 && tracks.length <= 1000, 'tracks', 'from 1 to 1000', tracks.length)
  demand(tempo >= TEMPOS[0] && tempo <= TEMPOS[1], 'tempo', `${TEMPOS[0]} to ${TEMPOS[1]} beats per minute`, tempo)
  demand(grid >= 0 && grid <= 16, 'grid', 'at most 16 beats', grid)
  for (const [t, { name = '', program = 0, notes, pedal = [] }] of tracks.entries()) {
    const at = tracks.length > 1 ? `tracks[${t}].` : ''
    demand(name.length <= 200, `${at}name`, 'at most 200 characters', name.length)
    demand(isSeven(program), `${at}program`, 'a whole number from 0 to 127', program)
    for (const { from, to } of pedal) demand(isTime(from) && isTime(to) && from <= to, `${at}pedal`, 'seconds, from before to', `${from} to ${to}`)
    checkNotes(notes, at)
  }
}

type TrackEvent = InstanceType<typeof MidiWriter.TempoEvent>
/** An event that does not know yet what comes before it. `rank` orders those of one tick: what ends comes before what begins. */
interface Placed { readonly tick: number; readonly rank: number; readonly make: (delta: number) => TrackEvent }
const [ENDS, SETS, BENDS, BEGINS] = [0, 1, 2, 3]

const control = (tick: number, channel: number, controllerNumber: number, controllerValue: number): Placed => ({
  tick, rank: SETS, make: (delta) => new MidiWriter.ControllerChangeEvent({ channel: channel + 1, controllerNumber, controllerValue, delta }),
})
/** A registered parameter of MIDI 1.0 (101 and 100 name it, 6 gives its value), closed again so that no later value hits it. */
const parameter = (channel: number, number: number, value: number): Placed[] =>
  [[101, 0], [100, number], [6, value], [38, 0], [101, 127], [100, 127]].map(([controller, data]) => control(0, channel, controller!, data!))

function bend(tick: number, channel: number, cents: number, range: number): Placed {
  const value = Math.min(16383, Math.max(0, 8192 + Math.round(cents / 100 / range * 8192)))
  // The package rounds down, and the steps of its two halves differ.
  const share = value <= 8192 ? value / 8192 - 1 : (2 * value + 1) / 16383 - 1
  return { tick, rank: BENDS, make: (delta) => new MidiWriter.PitchBendEvent({ channel, bend: share, delta }) }
}

function place({ notes, program, pedal = [] }: NoteTrack, { channels, master }: TrackChannels, ticksOf: (seconds: number) => number, grid: number): Placed[] {
  const placed: Placed[] = []
  const everyBend = notes.flatMap((note) => note.bends ?? [])
  const bent = everyBend.length > 0
  const range = master !== null || everyBend.some(({ cents }) => Math.abs(cents) > NARROW * 100) ? WIDE : NARROW
  const leaders = master === null ? channels : [master]
  if (master !== null) placed.push(...parameter(master, 6, channels.length)) // MPE: a zone of so many members
  if (program !== undefined) for (const channel of leaders)
    placed.push({ tick: 0, rank: SETS, make: (delta) => new MidiWriter.ProgramChangeEvent({ channel, instrument: program, delta }) })
  if (bent) for (const channel of channels) placed.push(...parameter(channel, 0, range))
  for (const { from, to } of pedal) for (const channel of leaders)
    placed.push(control(ticksOf(from), channel, 64, 127), control(ticksOf(to), channel, 64, 0))

  const found = ticked(notes, ticksOf, grid)
  const voices = voicesOf(found, channels)
  for (const [i, { on, off, pitch, velocity, bends }] of found.entries()) {
    const channel = voices[i]!
    if (bent && !bends.length) placed.push(bend(on, channel, 0, range)) // the one before may have left it bent
    for (const { tick, cents } of bends) if (tick < off) placed.push(bend(tick, channel, cents, range))
    const scaled = Math.max(1, Math.round(velocity)) * 100 / 127
    placed.push(
      { tick: on, rank: BEGINS, make: (delta) => new MidiWriter.NoteOnEvent({ channel: channel + 1, pitch, velocity: scaled, wait: `T${delta}` }) },
      { tick: off, rank: ENDS, make: (delta) => new MidiWriter.NoteOffEvent({ channel: channel + 1, pitch, velocity: RELEASE, duration: 'T0', delta }) },
    )
  }
  return placed.sort((a, b) => a.tick - b.tick || a.rank - b.rank)
}

/** The package takes a character for a byte. */
const bytesOfName = (name: string): string => String.fromCharCode(...new TextEncoder().encode(name))

/** Several sources are several tracks, each on channels of its own. */
export function writeMidiTracks(tracks: readonly NoteTrack[], { tempo = TEMPO, grid = 0 }: MidiOptions = {}): Uint8Array<ArrayBuffer> {
  check(tracks, tempo, grid)
  const beat = Math.round(60e6 / tempo) // what a file can say: whole microseconds, so the ticks are counted in these
  let ticksPerBeat = FEWEST_TICKS
  while (beat / ticksPerBeat > LONGEST_TICK) ticksPerBeat *= 2
  const ticksOf = (seconds: number): number => Math.round(seconds * 1e6 / beat * ticksPerBeat)

  const channels = channelsOf(tracks)
  const written = tracks.map((track, t) => {
    const made = new MidiWriter.Track()
    if (t === 0) made.addEvent(new MidiWriter.TempoEvent({ bpm: 60e6 / beat, tick: 0 }))
    if (track.name) made.addEvent(new MidiWriter.TrackNameEvent({ text: bytesOfName(track.name) }))
    let last = 0
    for (const { tick, make } of place(track, channels[t]!, ticksOf, grid * ticksPerBeat)) {
      made.addEvent(make(tick - last))
      last = tick
    }
    return made
  })
  // Put together here: the package would spread every byte of a long track over the arguments of one call.
  const chunks = new MidiWriter.Writer(written, { ticksPerBeat }).buildData()
  const parts = chunks.flatMap(({ type, size, data }) => [type, size, data])
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let end = 0
  for (const part of parts) {
    bytes.set(part, end)
    end += part.length
  }
  return bytes
}

/** One source. */
export const writeMidi = (notes: readonly Note[], { tempo, grid, ...track }: MidiOptions & Omit<NoteTrack, 'notes'> = {}): Uint8Array<ArrayBuffer> =>
  writeMidiTracks([{ ...track, notes }], { ...(tempo !== undefined && { tempo }), ...(grid !== undefined && { grid }) })
