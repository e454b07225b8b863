// What is written is what is read: notes to a millisecond at any tempo, bends on channels of their own, names, programs;
// and as text.

import { describe, expect, test } from 'vitest'
import { readMidi } from '../main/midi-file.ts'
import { writeMidi, writeMidiTracks } from '../renderer/midi/file-writing.ts'
import type { MidiOptions, Note, NoteTrack } from '../renderer/midi/file-writing.ts'
import { notesCsv, notesJson } from '../renderer/notes/writing.ts'
import { random } from './signals.ts'

interface Event { readonly tick: number; readonly bytes: readonly number[] }

/** Every event of every track, meta events with their text: a reader that knows nothing of notes. */
function tracksOf(file: Uint8Array): Event[][] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  const tracks: Event[][] = []
  let at = 14
  while (at < file.length) {
    const end = at + 8 + view.getUint32(at + 4)
    const events: Event[] = []
    let tick = 0
    const number = (): number => {
      let value = 0
      for (;;) {
        const byte = file[at++]!
        value = value * 128 + (byte & 127)
        if (byte < 128) return value
      }
    }
    for (at += 8; at < end;) {
      tick += number()
      const start = at
      if (file[at] === 0xff) {
        at += 2
        const length = number()
        at += length
      } else at += (file[at]! >> 4 === 12 ? 2 : 3)
      events.push({ tick, bytes: [...file.subarray(start, at)] })
    }
    tracks.push(events)
  }
  return tracks
}
const channelEvents = (file: Uint8Array, kind: number): number[][] => tracksOf(file).flat().map(({ bytes }) => [...bytes]).filter(([status]) => status! >> 4 === kind)
const text = (file: Uint8Array, kind: number): string[] => tracksOf(file).flat().filter(({ bytes }) => bytes[0] === 0xff && bytes[1] === kind)
  .map(({ bytes }) => new TextDecoder().decode(Uint8Array.from(bytes.slice(3))))

/** Notes at random, no key pressed twice at once. */
function piece(seed: number, count: number, seconds: number): Note[] {
  const next = random(seed)
  const free = new Map<number, number>()
  const notes: Note[] = []
  for (let i = 0, now = 0; i < count; i++) {
    now += next() * 2 * seconds / count
    const pitch = Math.floor(next() * 128)
    const onset = Math.max(now, free.get(pitch) ?? 0)
    const offset = onset + 0.01 + next()
    free.set(pitch, offset + 0.002)
    notes.push({ onset, offset, pitch, velocity: 1 + Math.floor(next() * 127) })
  }
  return notes.sort(byKey)
}
/** Two of one tick may have changed places. */
const byKey = (a: Note, b: Note): number => a.pitch - b.pitch || a.onset - b.onset

describe('a round trip', () => {
  test.each([120, 20, 33.3, 61, 97.3, 140, 257, 400, 1000])('at %d beats per minute every note is where it was, to a millisecond, over an hour', (tempo) => {
    const notes = piece(tempo, 3000, 3600)
    const read = readMidi(writeMidi(notes, { tempo }), 'x.mid').sort(byKey)
    expect(read.length).toBe(notes.length)
    let worst = 0
    for (const [i, { onset, offset, pitch, velocity }] of notes.entries()) {
      worst = Math.max(worst, Math.abs(read[i]!.onset - onset), Math.abs(read[i]!.offset - offset))
      expect([read[i]!.pitch, read[i]!.velocity, read[i]!.channel]).toEqual([pitch, velocity, 0])
    }
    expect(worst).toBeLessThan(0.001)
  })

  test('every velocity and every pitch comes back', () => {
    const notes = Array.from({ length: 127 }, (_, i): Note => ({ onset: i, offset: i + 0.5, pitch: i + 1, velocity: i + 1 }))
    expect(readMidi(writeMidi(notes), 'x').map(({ pitch, velocity }) => [pitch, velocity])).toEqual(notes.map(({ pitch, velocity }) => [pitch, velocity]))
  })

  test('a file of thirty thousand notes is written whole', () => {
    expect(readMidi(writeMidi(piece(5, 30_000, 7200)), 'x').length).toBe(30_000)
  })

  test('nothing is a file without notes', () => {
    expect(readMidi(writeMidi([]), 'x')).toEqual([])
  })

  test('a key pressed twice at once: the first ends where the second begins; of two at the same time the longer stays', () => {
    const twice = [{ onset: 0, offset: 2, pitch: 60, velocity: 9 }, { onset: 1, offset: 1.5, pitch: 60, velocity: 8 }, { onset: 3, offset: 4, pitch: 61, velocity: 7 }, { onset: 3, offset: 5, pitch: 61, velocity: 6 }]
    expect(readMidi(writeMidi(twice), 'x').map(({ onset, offset, velocity }) => [onset, offset, velocity])).toEqual([[0, 1, 9], [1, 1.5, 8], [3, 5, 6]])
  })

  test('a note without length has one tick, and a release comes before what follows it', () => {
    const notes = [{ onset: 1, offset: 1, pitch: 60, velocity: 9 }, { onset: 1.25, offset: 1.5, pitch: 61, velocity: 9 }, { onset: 1.5, offset: 2, pitch: 61, velocity: 9 }]
    const [first, second, third] = readMidi(writeMidi(notes), 'x')
    expect(first!.offset - first!.onset).toBeCloseTo(0.5 / 960, 9)
    expect([second!.onset, second!.offset, third!.onset, third!.offset]).toEqual([1.25, 1.5, 1.5, 2])
  })
})

test('a grid, on request: sixteenths at 120', () => {
  const notes = [{ onset: 0.06, offset: 0.2, pitch: 60, velocity: 9 }, { onset: 0.26, offset: 0.27, pitch: 61, velocity: 9 }, { onset: 0.07, offset: 0.3, pitch: 60, velocity: 5 }]
  expect(readMidi(writeMidi(notes, { grid: 0.25 }), 'x').map(({ onset, offset }) => [onset, offset])).toEqual([[0, 0.125], [0.125, 0.25], [0.25, 0.375]])
})

describe('what else is in it', () => {
  test('tempo, name, program', () => {
    const file = writeMidi([], { tempo: 97.3, name: 'Flügel №1', program: 4 })
    const [, , , ...tempo] = tracksOf(file)[0]!.find(({ bytes }) => bytes[1] === 0x51)!.bytes
    expect(tempo.reduce((sum, byte) => sum * 256 + byte, 0)).toBe(Math.round(60e6 / 97.3))
    expect(text(file, 3)).toEqual(['Flügel №1'])
    expect(channelEvents(file, 12)).toEqual([[0xc0, 4]])
  })

  test('the pedal', () => {
    const file = writeMidi([], { pedal: [{ from: 1, to: 2 }, { from: 2, to: 3 }] })
    expect(tracksOf(file)[0]!.filter(({ bytes }) => bytes[0] === 0xb0).map(({ tick, bytes }) => [tick / 1920, bytes[1], bytes[2]]))
      .toEqual([[1, 64, 127], [2, 64, 0], [2, 64, 127], [3, 64, 0]])
  })

  test('several sources: a track and a channel each, never the drums', () => {
    const tracks = Array.from({ length: 12 }, (_, i): NoteTrack => ({ name: `source ${i}`, notes: [{ onset: i, offset: i + 1, pitch: 60, velocity: 9 }] }))
    const file = writeMidiTracks(tracks)
    expect([...file.subarray(8, 14)]).toEqual([0, 1, 0, 12, 3, 192])
    expect(readMidi(file, 'x').map(({ channel }) => channel)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12])
    expect(text(file, 3)).toEqual(tracks.map(({ name }) => name))
  })
})

describe('bends', () => {
  const cents = ([status, low, high]: readonly number[], range: number): number[] => [status! & 15, Math.round(((high! << 7 | low!) - 8192) / 8192 * range * 100)]

  test('of one voice stay on its channel, with the usual range where that is enough, and end with the note', () => {
    const file = writeMidi([
      { onset: 1, offset: 2, pitch: 60, velocity: 9, bends: [{ seconds: 1, cents: -30 }, { seconds: 1.5, cents: 200 }, { seconds: 2.5, cents: 90 }] },
      { onset: 3, offset: 4, pitch: 62, velocity: 9 },
    ])
    expect(channelEvents(file, 11)).toEqual([[0xb0, 101, 0], [0xb0, 100, 0], [0xb0, 6, 2], [0xb0, 38, 0], [0xb0, 101, 127], [0xb0, 100, 127]])
    expect(channelEvents(file, 14).map((bytes) => cents(bytes, 2))).toEqual([[0, -30], [0, 200], [0, 0]])
    const order = tracksOf(file)[0]!.filter(({ bytes }) => [8, 9, 14].includes(bytes[0]! >> 4)).map(({ tick, bytes }) => `${tick / 1920} ${bytes[0]! >> 4}`)
    expect(order).toEqual(['1 14', '1 9', '1.5 14', '2 8', '3 14', '3 9', '4 8'])
  })

  test('of several voices at once: an MPE zone, no two sounding notes on one channel', () => {
    const notes = Array.from({ length: 60 }, (_, i): Note => ({
      onset: i / 10, offset: i / 10 + 1.2, pitch: 40 + i % 30, velocity: 9, bends: [{ seconds: i / 10, cents: 4800 - 160 * i }, { seconds: i / 10 + 0.3, cents: i }],
    }))
    const file = writeMidi(notes)
    const read = readMidi(file, 'x')
    expect(channelEvents(file, 11).slice(0, 3)).toEqual([[0xb0, 101, 0], [0xb0, 100, 6], [0xb0, 6, 15]])
    for (const [i, a] of read.entries()) for (const b of read.slice(i + 1))
      if (a.channel === b.channel) expect(a.offset <= b.onset || b.offset <= a.onset, `${i}`).toBe(true)
    expect(new Set(read.map(({ channel }) => channel)).has(0)).toBe(false)
    const found = channelEvents(file, 14).map((bytes) => cents(bytes, 48)[1]!)
    for (const { bends } of notes) for (const { cents } of bends!) expect(Math.min(...found.map((each) => Math.abs(each - cents)))).toBeLessThanOrEqual(1)
  })

  test('of two sources at once: channels of their own', () => {
    const bent = (name: string): NoteTrack => ({ name, notes: [60, 64, 67].map((pitch) => ({ onset: 0, offset: 1, pitch, velocity: 9, bends: [{ seconds: 0.5, cents: 30 }] })) })
    const channels = readMidi(writeMidiTracks([bent('a'), { notes: [{ onset: 0, offset: 1, pitch: 50, velocity: 9 }] }, bent('b')]), 'x').map(({ channel }) => channel)
    expect(new Set(channels).size).toBe(7)
    expect(channels.includes(9)).toBe(false)
  })
})

describe('as text', () => {
  const notes: Note[] = [{ onset: 1.00000049, offset: 2, pitch: 61, velocity: 80 }, { onset: 0.5, offset: 0.75, pitch: 0, velocity: 1, bends: [{ seconds: 0.6, cents: 12.5 }] }]
  test('JSON, by onset', () => {
    expect(JSON.parse(notesJson([{ notes }]))).toEqual({ notes: [
      { onset: 0.5, offset: 0.75, pitch: 0, velocity: 1, bends: [{ seconds: 0.6, cents: 12.5 }] }, { onset: 1, offset: 2, pitch: 61, velocity: 80 },
    ] })
  })
  test('JSON names the sources where there are several', () => {
    expect(JSON.parse(notesJson([{ name: 'a', notes: notes.slice(0, 1) }, { name: 'b', notes: notes.slice(1) }])).notes.map(({ source }: { source: string }) => source)).toEqual(['b', 'a'])
  })
  test('CSV', () => {
    expect(notesCsv([{ notes }])).toBe('onset,offset,pitch,name,velocity\r\n0.5,0.75,0,C-1,1\r\n1,2,61,C#4,80\r\n')
    expect(notesCsv([{ name: 'left, "near"', notes: notes.slice(0, 1) }, { name: 'b', notes: [] }])).toBe('onset,offset,pitch,name,velocity,source\r\n1,2,61,C#4,80,"left, ""near"""\r\n')
  })
})

describe('refused', () => {
  const note: Note = { onset: 0, offset: 1, pitch: 60, velocity: 64 }
  const wrong: [string, Partial<Note>, MidiOptions & Omit<NoteTrack, 'notes'>, string][] = [
    ['an onset before the start', { onset: -1 }, {}, 'notes[0].onset: expected seconds from 0 to 100000, got -1'],
    ['an onset that is no number', { onset: NaN }, {}, 'notes[0].onset: expected seconds from 0 to 100000, got NaN'],
    ['an end before the onset', { onset: 2 }, {}, 'notes[0].offset: expected seconds from the onset (2) to 100000, got 1'],
    ['an end that never comes', { offset: Infinity }, {}, 'notes[0].offset: expected seconds from the onset (0) to 100000, got Infinity'],
    ['a pitch between two', { pitch: 60.5 }, {}, 'notes[0].pitch: expected a whole number from 0 to 127, got 60.5'],
    ['a pitch beyond', { pitch: 128 }, {}, 'notes[0].pitch: expected a whole number from 0 to 127, got 128'],
    ['no velocity', { velocity: 0 }, {}, 'notes[0].velocity: expected a number above 0 and at most 127, got 0'],
    ['a bend beyond', { bends: [{ seconds: 0, cents: 4801 }] }, {}, 'notes[0].bends: expected at most 4800 cents, got 4801'],
    ['no tempo', {}, { tempo: 0 }, 'tempo: expected 4 to 1000 beats per minute, got 0'],
    ['a grid of many bars', {}, { grid: 17 }, 'grid: expected at most 16 beats, got 17'],
    ['a program beyond', {}, { program: 128 }, 'program: expected a whole number from 0 to 127, got 128'],
    ['a name without end', {}, { name: 'x'.repeat(201) }, 'name: expected at most 200 characters, got 201'],
    ['a pedal upside down', {}, { pedal: [{ from: 2, to: 1 }] }, 'pedal: expected seconds, from before to, got 2 to 1'],
  ]
  test.each(wrong)('%s', (_what, change, options, message) => {
    expect(() => writeMidi([{ ...note, ...change }], options)).toThrow(message)
  })
  test('which track it is', () => {
    expect(() => writeMidiTracks([{ notes: [note] }, { notes: [note, { ...note, pitch: -1 }] }])).toThrow('tracks[1].notes[1].pitch: expected')
    expect(() => notesCsv([{ notes: [{ ...note, offset: -1 }] }])).toThrow('notes[0].offset: expected')
  })
})
