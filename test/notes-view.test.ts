// The parts of the notes' view that need no browser: events into notes, judging again, what is due when a file plays, and the
// sound of an atom.

import { describe, expect, test } from 'vitest'
import { Notes } from '../worklet/notes.ts'
import type { NoteEvent } from '../worklet/notes.ts'
import { initialNoteSettings } from '../worklet/parameters.ts'
import { readPreset } from '../presets/preset.ts'
import { Gathering } from '../renderer/notes/gather.ts'
import { KeptFrames } from '../renderer/notes/kept.ts'
import { due } from '../renderer/notes/due.ts'
import { hertzOf } from '../renderer/notes/names.ts'
import { LiveNotes } from '../renderer/notes/roll-live.ts'
import type { RollNote } from '../renderer/notes/roll-sheet.ts'
import { renderNote } from '../renderer/notes/roll-sound.ts'
import { plainKernel } from './kernels.ts'
import { NOTE_RATE, piece, struckPreset } from './note-sounds.ts'
import { random } from './signals.ts'

const on = (pitch: number, seconds: number, velocity = 80): NoteEvent => ({ type: 'on', pitch, velocity, seconds })
const off = (pitch: number, seconds: number): NoteEvent => ({ type: 'off', pitch, seconds })

describe('events into notes', () => {
  test('back by the lag; struck again is another note; what sounds at the end ends there', () => {
    const gathering = new Gathering(0.06)
    for (const event of [on(60, 1.06), on(64, 1.2), off(60, 1.56), on(64, 1.7, 40), { type: 'bend', pitch: 64, cents: 20, seconds: 1.8 } as const]) gathering.take(event)
    expect(gathering.open().map(({ pitch, offset }) => [pitch, offset])).toEqual([[64, null]])
    const whole = gathering.whole(3)
    expect(whole.map(({ pitch, velocity }) => [pitch, velocity])).toEqual([[60, 80], [64, 80], [64, 40]])
    whole.forEach(({ onset, offset }, i) => {
      expect(onset).toBeCloseTo([1, 1.14, 1.64][i]!, 9)
      expect(offset).toBeCloseTo([1.5, 1.64, 3][i]!, 9)
    })
    expect(whole[2]!.bends).toEqual([{ seconds: 1.8 - 0.06, cents: 20 }])
  })
  test('a live sound: what is judged again takes the place of the last seconds, and what sounds stays', () => {
    const live = new LiveNotes(0)
    live.now = 12
    live.take([on(60, 1), off(60, 2), on(62, 8), off(62, 9), on(65, 11)])
    live.judge(5, [{ id: 1, onset: 6, offset: 7, pitch: 70, velocity: 50 }, { id: 2, onset: 11, offset: null, pitch: 65, velocity: 80 }, { id: 3, onset: 11.5, offset: null, pitch: 66, velocity: 80 }])
    expect(live.notes.map(({ pitch, onset, offset }) => [pitch, onset, offset])).toEqual([[60, 1, 2], [70, 6, 7], [65, 11, null], [66, 11.5, 12]])
    expect(new Set(live.notes.map(({ id }) => id)).size).toBe(4)
    live.silence()
    expect(live.notes.at(-2)).toMatchObject({ pitch: 65, offset: 12 })
    expect(live.sounding.size).toBe(0)
  })
})

describe('judging again', () => {
  const { dictionary, head } = readPreset(struckPreset(52, 76), 'struck')
  const sound = piece([0, 1, 2, 3].map((i) => ({ onset: 0.3 + 0.5 * i, offset: 0.7 + 0.5 * i, pitch: 55 + 4 * i, velocity: 90 })), 2.6)

  test('the same settings judge as they did, others otherwise; only the newest are kept where that was asked', () => {
    const notes = new Notes({ module: plainKernel, dictionary, head, sampleRate: NOTE_RATE, channels: 1 })
    const all = new KeptFrames(notes.pitches.length, false, Infinity)
    const few = new KeptFrames(notes.pitches.length, false, 40)
    const heard: NoteEvent[] = []
    notes.onFrame = () => { all.keep(notes.frame); few.keep(notes.frame) }
    notes.onEvent = (event) => heard.push(event)
    for (let round = 0; round < 8; round++) notes.process([sound])
    const judged = (kept: KeptFrames, settings = initialNoteSettings()): NoteEvent[] => {
      const events: NoteEvent[] = []
      kept.judge(notes.pitches, notes.gains, notes.hopSeconds, settings, (event) => events.push(event))
      return events
    }
    expect(heard.filter(({ type }) => type === 'on').length).toBeGreaterThanOrEqual(4 * 8)
    expect(judged(all)).toEqual(heard)
    expect(judged(all, { ...initialNoteSettings(), quietest: -10 })).toEqual([])
    expect(few.first).toBeGreaterThan(0)
    expect(few.count - few.first).toBeGreaterThanOrEqual(40)
    expect(few.count - few.first).toBeLessThan(1200)
    const newest = judged(few)
    expect(newest.length).toBeGreaterThan(0)
    expect(newest.every(({ seconds }) => seconds > few.first * notes.hopSeconds)).toBe(true)
  })
})

describe('a file as it plays', () => {
  /** Everything that is sent when the file is played in steps of a size, with changes on the way. */
  function played(list: (at: number) => readonly RollNote[], length: number, step: () => number): { type: string; pitch: number; at: number }[] {
    const sounding = new Map<number, RollNote>()
    const sent: { type: string; pitch: number; at: number }[] = []
    for (let at = 0; at < length; ) {
      const to = at + step()
      for (const { event, at: when } of due(list(at), sounding, at, to)) {
        expect(when).toBeGreaterThanOrEqual(at - 1e-9)
        expect(when).toBeLessThan(to)
        sent.push({ type: event.type, pitch: event.pitch, at: when })
      }
      at = to
    }
    return sent
  }
  const balance = (sent: readonly { type: string; pitch: number }[]): void => {
    const open = new Set<number>()
    for (const { type, pitch } of sent) {
      if (type === 'on') { expect(open.has(pitch)).toBe(false); open.add(pitch) } else if (type === 'off') expect(open.delete(pitch)).toBe(true)
    }
    expect(open.size).toBe(0)
  }
  test('each note once, at its time, whatever the steps; struck again is ended first', () => {
    const list: RollNote[] = [[0.1, 0.5, 60], [0.3, 0.31, 62], [0.5, 0.9, 60], [0.6, 1.2, 64], [0.8, 1.1, 64]].map(([onset, offset, pitch], id) => ({ id, onset: onset!, offset: offset!, pitch: pitch!, velocity: 80 }))
    for (const size of [0.005, 0.0137, 0.05, 0.4]) {
      const sent = played(() => list, 2, () => size)
      balance(sent)
      expect(sent.filter(({ type }) => type === 'on').map(({ at }) => at).sort()).toEqual([0.1, 0.3, 0.5, 0.6, 0.8])
    }
  })
  test('a thousand notes that are moved, cut and deleted while they sound leave none on', () => {
    const next = random(11)
    const base: RollNote[] = Array.from({ length: 1000 }, (_, id) => {
      const onset = 20 * next()
      return { id, onset, offset: onset + 0.02 + next(), pitch: 40 + Math.floor(30 * next()), velocity: 80 }
    })
    let list: readonly RollNote[] = base
    const sent = played((at) => {
      if (at < 21 && next() < 0.2) list = list.flatMap((note) => (next() < 0.01 ? [] : next() < 0.02 ? [{ ...note, pitch: 40 + Math.floor(30 * next()) }] : next() < 0.02 ? [{ ...note, offset: note.onset + 0.02 }] : [note]))
      return list
    }, 24, () => 0.005 + 0.02 * next())
    expect(sent.filter(({ type }) => type === 'on').length).toBeGreaterThan(300)
    balance(sent)
  })
})

describe('the sound of an atom', () => {
  const { dictionary } = readPreset(struckPreset(52, 76), 'struck')
  test('has its pitch, swells and dies, and is louder when struck harder', () => {
    for (const pitch of [52, 60, 76]) {
      const sound = renderNote(dictionary, pitch, 90, NOTE_RATE, null)!
      const power = (hertz: number): number => {
        let [re, im] = [0, 0]
        for (let i = 4000; i < 20_000; i++) {
          re += sound[i]! * Math.cos(2 * Math.PI * hertz * i / NOTE_RATE)
          im += sound[i]! * Math.sin(2 * Math.PI * hertz * i / NOTE_RATE)
        }
        return re * re + im * im
      }
      expect(power(hertzOf(pitch)), `${pitch}`).toBeGreaterThan(30 * power(hertzOf(pitch + 1)))
      expect(power(hertzOf(pitch)), `${pitch}`).toBeGreaterThan(30 * power(hertzOf(pitch - 1)))
      expect(sound.every((x) => Math.abs(x) < 1)).toBe(true)
      expect([sound[0]!, sound.at(-1)!].map((x) => Math.abs(x) < 0.01)).toEqual([true, true])
      const energy = (x: Float32Array): number => x.reduce((sum, y) => sum + y * y, 0)
      expect(energy(sound)).toBeGreaterThan(2 * energy(renderNote(dictionary, pitch, 20, NOTE_RATE, null)!))
    }
  })
  test('nothing where the dictionary knows nothing', () => {
    expect(renderNote(dictionary, 30, 90, NOTE_RATE, null)).toBeNull()
    expect(renderNote(dictionary, 60, 90, NOTE_RATE, 'nobody')).toBeNull()
  })
})
