// Reading Standard MIDI files: the notes, in seconds. Formats 0 and 1, any tempo map, running status, SMPTE time.

import { UserError } from './user-error.ts'
import { fourLetters, viewOf } from '../renderer/audio/bytes.ts'

export interface Note {
  /** Seconds. */
  readonly onset: number
  readonly offset: number
  /** MIDI note number. */
  readonly pitch: number
  readonly velocity: number
  readonly channel: number
}

interface TickedNote { readonly on: number; readonly off: number; readonly pitch: number; readonly velocity: number; readonly channel: number }
interface Tempo { readonly tick: number; readonly microseconds: number }

const BEAT = 500_000 // µs, until the file says otherwise

/** One track: its notes and its tempo changes, in ticks since the start. */
function readTrack(bytes: Uint8Array, fail: (message: string) => never, start: number): { notes: TickedNote[]; tempos: Tempo[] } {
  const notes: TickedNote[] = []
  const tempos: Tempo[] = []
  /** By channel and pitch: what sounds, the oldest first. */
  const sounding = new Map<number, { on: number; velocity: number }[]>()
  let position = 0
  let tick = 0
  let status = 0

  const byte = (): number => position < bytes.length ? bytes[position++]!
    : fail(`truncated: expected more of the track that begins at byte ${start}, got its end`)
  const data = (): number => {
    const value = byte()
    return value < 128 ? value : fail(`expected a data byte below 128 at byte ${start + position - 1}, got ${value}`)
  }
  const variable = (): number => {
    let value = 0
    for (let i = 0; i < 4; i++) {
      const part = byte()
      value = value * 128 + (part & 127)
      if (part < 128) return value
    }
    return fail(`expected a number of at most four bytes before byte ${start + position}, got a longer one`)
  }
  const skip = (length: number): number => {
    if (position + length > bytes.length)
      fail(`truncated: expected ${length} bytes at byte ${start + position}, ${position + length - bytes.length} are missing from the track`)
    position += length
    return position - length
  }
  const end = (channel: number, pitch: number): void => {
    const note = sounding.get(channel << 7 | pitch)?.shift()
    if (note) notes.push({ ...note, off: tick, pitch, channel })
  }

  while (position < bytes.length) {
    tick += variable()
    const first = byte()
    if (first >= 128) { if (first < 0xf0) status = first } else if (status === 0)
      fail(`expected an event at byte ${start + position - 1}, got data`)
    else position--
    if (first === 0xff) {
      const kind = byte()
      const length = variable()
      const at = skip(length)
      if (kind === 0x2f) break
      if (kind === 0x51) {
        if (length !== 3) fail(`expected a tempo of 3 bytes at byte ${start + at}, got ${length}`)
        tempos.push({ tick, microseconds: bytes[at]! << 16 | bytes[at + 1]! << 8 | bytes[at + 2]! })
      }
    } else if (first === 0xf0 || first === 0xf7) skip(variable())
    else if (first > 0xf0) fail(`expected an event of a file at byte ${start + position - 1}, got the live message ${first}`)
    else {
      const channel = status & 15
      const a = data()
      const kind = status >> 4
      const b = kind === 12 || kind === 13 ? 0 : data()
      if (kind === 9 && b > 0) {
        const key = channel << 7 | a
        const waiting = sounding.get(key)
        if (waiting) waiting.push({ on: tick, velocity: b })
        else sounding.set(key, [{ on: tick, velocity: b }])
      } else if (kind === 8 || kind === 9) end(channel, a)
    }
  }
  // What was never let go ends with its track.
  for (const [key, waiting] of sounding) for (const note of waiting) notes.push({ ...note, off: tick, pitch: key & 127, channel: key >> 7 })
  return { notes, tempos }
}

/** Ticks to seconds along the tempo map. */
function timeline(tempos: readonly Tempo[], ticksPerBeat: number): (tick: number) => number {
  const points = [{ tick: 0, seconds: 0, perTick: BEAT / 1e6 / ticksPerBeat }]
  for (const { tick, microseconds } of [...tempos].sort((a, b) => a.tick - b.tick)) {
    const last = points[points.length - 1]!
    points.push({ tick, seconds: last.seconds + (tick - last.tick) * last.perTick, perTick: microseconds / 1e6 / ticksPerBeat })
  }
  return (tick) => {
    let low = 0
    for (let high = points.length; high - low > 1;) {
      const middle = low + high >> 1
      if (points[middle]!.tick <= tick) low = middle
      else high = middle
    }
    const point = points[low]!
    return point.seconds + (tick - point.tick) * point.perTick
  }
}

/** The notes of a file, by onset and then by pitch. */
export function readMidi(bytes: Uint8Array, where: string): Note[] {
  const fail = (message: string): never => { throw new UserError(`${where}: ${message}`) }
  const view = viewOf(bytes)
  if (fourLetters(bytes) !== 'MThd') fail('expected a Standard MIDI file ("MThd"), got something else')
  if (bytes.length < 14) fail(`truncated: expected a header of 14 bytes, got ${bytes.length}`)
  const headerBytes = view.getUint32(4)
  const format = view.getUint16(8)
  const tracks = view.getUint16(10)
  const division = view.getUint16(12)
  if (headerBytes < 6) fail(`expected a header of at least 6 bytes, got ${headerBytes}`)
  if (format > 1) fail(`expected MIDI format 0 or 1, got ${format}`)
  const smpte = division & 0x8000 ? { frames: 256 - (division >> 8), ticks: division & 255 } : null
  if (division === 0 || smpte && (smpte.ticks === 0 || ![24, 25, 29, 30].includes(smpte.frames)))
    fail(`expected a time division above 0, got ${division}`)

  const notes: TickedNote[] = []
  const tempos: Tempo[] = []
  let position = 8 + headerBytes
  for (let track = 0; track < tracks;) {
    if (position + 8 > bytes.length) fail(`truncated: expected ${tracks} track${tracks === 1 ? '' : 's'}, got ${track}`)
    const length = view.getUint32(position + 4)
    const start = position + 8
    if (start + length > bytes.length)
      fail(`truncated: expected ${length} bytes at byte ${start}, ${start + length - bytes.length} are missing`)
    if (fourLetters(bytes, position) === 'MTrk') {
      const read = readTrack(bytes.subarray(start, start + length), fail, start)
      for (const note of read.notes) notes.push(note)
      for (const tempo of read.tempos) tempos.push(tempo)
      track++
    }
    position = start + length
  }
  // 29 frames mean 29.97: the drop-frame rate.
  const seconds = smpte ? (tick: number) => tick / (smpte.ticks * (smpte.frames === 29 ? 30_000 / 1001 : smpte.frames)) : timeline(tempos, division)
  return notes
    .map(({ on, off, pitch, velocity, channel }) => ({ onset: seconds(on), offset: seconds(off), pitch, velocity, channel }))
    .sort((a, b) => a.onset - b.onset || a.pitch - b.pitch || a.channel - b.channel || a.offset - b.offset)
}
