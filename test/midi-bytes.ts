// MIDI files made by code, apart from the reader that they test.

import { bytesOf } from './sound-files.ts'

const big = (value: number, bytes: number): number[] => Array.from({ length: bytes }, (_, i) => Math.floor(value / 256 ** (bytes - 1 - i)) & 255)

/** A number in sevens of bits, the last byte below 128. */
export function variable(value: number): number[] {
  const bytes = [value & 127]
  for (let rest = value >> 7; rest > 0; rest >>= 7) bytes.unshift(rest & 127 | 128)
  return bytes
}

/** Each event: ticks since the one before, then its bytes. */
export type Event = readonly [number, ...number[]]

export const track = (...events: readonly Event[]): Uint8Array => {
  const body = bytesOf(...events.map(([delta, ...bytes]) => [...variable(delta), ...bytes]), [0, 0xff, 0x2f, 0])
  return bytesOf('MTrk', big(body.length, 4), body)
}
export const midi = (format: number, division: number, ...tracks: readonly Uint8Array[]): Uint8Array =>
  bytesOf('MThd', big(6, 4), big(format, 2), big(tracks.length, 2), big(division, 2), ...tracks)

export const tempo = (delta: number, microseconds: number): Event => [delta, 0xff, 0x51, 3, ...big(microseconds, 3)]

/** One track at 1000 ticks per second: notes of [onset, offset, pitch] in milliseconds. */
export function midiOf(notes: readonly (readonly [number, number, number])[]): Uint8Array {
  const events = notes.flatMap(([on, off, pitch]) => [{ at: on, bytes: [0x90, pitch, 80] }, { at: off, bytes: [0x80, pitch, 0] }]).sort((a, b) => a.at - b.at)
  let now = 0
  return midi(0, 500, track(...events.map(({ at, bytes }): Event => {
    const delta = at - now
    now = at
    return [delta, ...bytes]
  })))
}
