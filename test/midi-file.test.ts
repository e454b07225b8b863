// The MIDI reader: time, running status, what ends a note, and what is refused.

import { describe, expect, test } from 'vitest'
import { readMidi } from '../main/midi-file.ts'
import { midi, midiOf, tempo, track, variable } from './midi-bytes.ts'
import { bytesOf } from './sound-files.ts'

const times = (bytes: Uint8Array): number[][] => readMidi(bytes, 'x.mid').map(({ onset, offset, pitch }) => [onset, offset, pitch].map((x) => Math.round(x * 1e6) / 1e6))

test('notes of format 0, 500 ms per beat unless said otherwise', () => {
  expect(times(midiOf([[0, 250, 60], [1000, 1500, 64]]))).toEqual([[0, 0.25, 60], [1, 1.5, 64]])
})
test('format 1: the tempo map of one track holds for all, also where a note spans a change', () => {
  const bytes = midi(1, 100, track(tempo(0, 1_000_000), tempo(100, 250_000), tempo(100, 500_000)), track([50, 0x91, 60, 1], [100, 0x81, 60, 1], [150, 0x91, 61, 1], [100, 0x81, 61, 0]))
  expect(times(bytes)).toEqual([[0.5, 1.125, 60], [1.75, 2.25, 61]])
})
test('running status, also behind meta events, and velocity 0 as the end', () => {
  const bytes = midi(0, 500, track([0, 0x90, 60, 90], [100, 62, 80], [100, 0xff, 1, 2, 65, 66], [0, 60, 0], [100, 62, 0]))
  expect(readMidi(bytes, 'x').map(({ onset, offset, pitch, velocity, channel }) => [onset, offset, pitch, velocity, channel]))
    .toEqual([[0, 0.2, 60, 90, 0], [0.1, 0.3, 62, 80, 0]])
})
test('the same key twice: the first to begin is the first to end; channels do not meet', () => {
  const bytes = midi(0, 500, track([0, 0x90, 60, 1], [0, 0x95, 60, 2], [100, 0x90, 60, 3], [100, 0x80, 60, 0], [100, 0x80, 60, 0], [100, 0x85, 60, 0]))
  expect(readMidi(bytes, 'x').map(({ onset, offset, velocity }) => [onset, offset, velocity])).toEqual([[0, 0.2, 1], [0, 0.4, 2], [0.1, 0.3, 3]])
})
test('the pedal holds nothing; a note that is never let go ends with its track', () => {
  expect(times(midi(0, 500, track([0, 0xb0, 64, 127], [0, 0x90, 60, 1], [100, 0x80, 60, 0], [0, 0x90, 61, 1], [400, 0xb0, 64, 0])))).toEqual([[0, 0.1, 60], [0.1, 0.5, 61]])
})
test('SMPTE time: 25 frames of 40 ticks', () => {
  expect(times(midi(0, 0xe728, track([0, 0x90, 60, 1], [500, 0x80, 60, 0])))).toEqual([[0, 0.5, 60]])
})
test('unknown chunks, long headers and system exclusive messages are passed over', () => {
  const bytes = bytesOf('MThd', [0, 0, 0, 8, 0, 0, 0, 1, 1, 0xf4, 9, 9], 'XYZW', [0, 0, 0, 2, 1, 2], track([0, 0xf0, 2, 1, 0xf7], [0, 0x90, 60, 1], [100, 0x80, 60, 0]))
  expect(times(bytes)).toEqual([[0, 0.1, 60]])
})
test('long deltas', () => {
  expect(times(midi(0, 500, track([0x1fffff, 0x90, 60, 1], [1, 0x80, 60, 0])))[0]![0]).toBe(2097.151)
})

describe('refused', () => {
  const good = midiOf([[0, 100, 60]])
  const broken: Record<string, readonly [Uint8Array, RegExp]> = {
    'something else': [bytesOf('RIFFfooo'), /expected a Standard MIDI file/],
    'nothing': [bytesOf(), /expected a Standard MIDI file/],
    'a cut header': [good.subarray(0, 10), /truncated: expected a header of 14 bytes, got 10/],
    'format 2': [midi(2, 96, track()), /expected MIDI format 0 or 1, got 2/],
    'no time': [midi(0, 0, track()), /expected a time division above 0, got 0/],
    'a cut track': [good.subarray(0, -3), /truncated: expected \d+ bytes at byte 22, 3 are missing/],
    'a missing track': [bytesOf(good.subarray(0, 11), [2], good.subarray(12)), /truncated: expected 2 tracks, got 1/],
    'data without status': [midi(0, 96, track([0, 60, 60])), /expected an event at byte 23, got data/],
    'a status for data': [midi(0, 96, track([0, 0x90, 0x90, 60])), /expected a data byte below 128/],
    'a live message': [midi(0, 96, track([0, 0xf8])), /live message 248/],
    'a tempo of two bytes': [midi(0, 96, track([0, 0xff, 0x51, 2, 1, 2])), /expected a tempo of 3 bytes/],
    'an endless number': [midi(0, 96, bytesOf('MTrk', [0, 0, 0, 6, 0xff, 0xff, 0xff, 0xff, 0xff, 0])), /at most four bytes/],
    'an event beyond its track': [midi(0, 96, bytesOf('MTrk', [0, 0, 0, 5, 0, 0xff, 1, ...variable(90), 0])), /truncated/],
  }
  for (const [what, [bytes, sentence]] of Object.entries(broken))
    test(what, () => { expect(() => readMidi(bytes, 'x.mid')).toThrow(sentence) })
})
