// The notes engine on golden cases: music made by code, whose every stroke is known, and sounds that are no music.

import { describe, expect, test } from 'vitest'
import type { NoteSettings } from '../worklet/parameters.ts'
import { FEATURES, FEATURE_SET, type NoteEvent, Notes } from '../worklet/notes.ts'
import { dictionary } from './engine.ts'
import { plainKernel } from './kernels.ts'
import { compare, engine, found, type Found, heard, instrument } from './note-hearing.ts'
import { NOTE_RATE, piece, struck, type Played } from './note-sounds.ts'
import { noise, random } from './signals.ts'

const stroke = (onset: number, pitch: number, length = 0.3, velocity = 80): Played => ({ onset, offset: onset + length, pitch, velocity })
const row = (count: number, make: (i: number) => Played): Played[] => Array.from({ length: count }, (_, i) => make(i))
const timings = [0, 1]

const hear = (notes: readonly Played[], settings: Partial<NoteSettings> = {}, rate = NOTE_RATE): Found[] => {
  const sound = piece(notes, Math.max(...notes.map(({ offset }) => offset)) + 0.4, 0, rate)
  return found(heard([sound], { settings, sampleRate: rate }), engine({ settings }).lag)
}

const golden: Readonly<Record<string, readonly Played[]>> = {
  'one note': [stroke(0.2, 60, 1)],
  'a held chord': [48, 55, 64, 70].map((pitch) => stroke(0.2, pitch, 1.5)),
  'octaves, alone and together': [stroke(0.2, 52, 1), stroke(0.2, 64, 1), stroke(1.5, 60), stroke(2, 72), stroke(2.5, 84)],
  'a trill of whole tones': row(12, (i) => stroke(0.2 + 0.11 * i, 67 + 2 * (i % 2), 0.1)),
  'a trill of semitones': row(12, (i) => stroke(0.2 + 0.11 * i, 67 + (i % 2), 0.1)),
  'a glissando': row(18, (i) => stroke(0.2 + 0.08 * i, 52 + i, 0.09)),
  'one key eight times a second': row(12, (i) => stroke(0.2 + 0.125 * i, 62, 0.11)),
  'a melody over a chord': [...[45, 52, 57].map((pitch) => stroke(0.2, pitch, 3)), ...row(8, (i) => stroke(0.6 + 0.3 * i, 69 + [0, 2, 3, 5, 7, 5, 3, 2][i]!, 0.25))],
  'a scale over the whole range': row(24, (i) => stroke(0.2 + 0.2 * i, 41 + 2 * i, 0.2)),
}
for (const timing of timings)
  describe(['accurate', 'fast'][timing]!, () => {
    test.each(Object.keys(golden))('%s: every stroke within 50 ms, and nothing else', (name) => {
      expect(compare(golden[name]!, hear(golden[name]!, { timing }))).toEqual({ missed: 0, wrong: 0 })
    })
  })

describe('what is no note', () => {
  test('silence says nothing, and noise at −60 dBFS no note at all', () => {
    expect(heard([new Float32Array(NOTE_RATE)])).toEqual([])
    for (const timing of timings) expect(heard([noise(4 * NOTE_RATE, 5, 0.001 * Math.sqrt(3))], { settings: { timing } })).toEqual([])
  })
  test('loud noise for seconds is a note or two at most, not a cloud of them', () => {
    for (const gain of [0.02, 0.2]) expect(heard([noise(4 * NOTE_RATE, 6, gain)]).filter(({ type }) => type === 'on').length).toBeLessThan(4)
  })
  test('a loud drum is no note, or one that is soon over; a snare is none', () => {
    const at = Math.round(0.2 * NOTE_RATE)
    const hit = (tone: number) => noise(NOTE_RATE, 9, 0.9).map((x, i) => {
      const t = (i - at) / NOTE_RATE
      return t < 0 ? 0 : x * Math.exp(-t / 0.06) + tone * Math.sin(2 * Math.PI * (50 + 60 * Math.exp(-t / 0.03)) * t) * Math.exp(-t / 0.14)
    })
    for (const timing of timings) {
      const drum = found(heard([hit(0.7)], { settings: { timing } }), 0)
      expect(drum.length).toBeLessThan(2)
      for (const { onset, offset } of drum) expect(offset - onset).toBeLessThan(0.2)
      expect(heard([hit(0)], { settings: { timing } })).toEqual([])
    }
  })
})

describe('how long and how loud', () => {
  test('a low note held for seconds is one note that lasts until a tenth of it is left; sustain holds it longer', () => {
    const low = [stroke(0.2, 43, 3)]
    const [note, ...more] = hear(low)
    expect(more).toEqual([])
    expect(note!.offset - note!.onset).toBeGreaterThan(1.2)
    const [held] = hear(low, { sustain: 0.5 })
    expect(held!.offset - note!.offset).toBeGreaterThan(0.4)
    const [shorter] = hear(low, { release: 0.4 })
    expect(shorter!.offset).toBeLessThan(note!.offset - 0.4)
  })
  test('a key let go ends its note within a tenth of a second', () => {
    const [note] = hear([stroke(0.2, 60, 0.6)])
    expect(note!.offset).toBeGreaterThan(0.75)
    expect(note!.offset).toBeLessThan(1)
  })
  test('no note is shorter than asked', () => {
    for (const { onset, offset } of hear(golden['a glissando']!, { shortest: 0.3 })) expect(offset - onset).toBeGreaterThan(0.29)
  })
  test('who strikes harder gets a higher velocity, note by note', () => {
    for (const pitch of [48, 60, 72]) {
      const velocities = [40, 60, 80, 100, 120].map((velocity) => hear([stroke(0.2, pitch, 0.4, velocity)])[0]!.velocity)
      velocities.forEach((velocity, i) => { if (i > 0) expect(velocity).toBeGreaterThan(velocities[i - 1]!) })
    }
  })
  test('a soft note after a loud one is heard', () => {
    const played = [stroke(0.2, 50, 0.5, 110), stroke(1.2, 62, 0.5, 60), stroke(2, 74, 0.5, 50)]
    expect(compare(played, hear(played))).toEqual({ missed: 0, wrong: 0 })
  })
})

describe('whatever the input', () => {
  const played = golden['a melody over a chord']!
  test.each([44_100, 48_000, 88_200, 96_000])('%i Hz: the same notes', (rate) => {
    expect(compare(played, hear(played, {}, rate))).toEqual({ missed: 0, wrong: 0 })
  })
  test('at half the rate, where the dictionary reaches beyond the sound, they are found too', () => {
    const chord = golden['a held chord']!
    expect(compare(chord, hear(chord, {}, 22_050))).toEqual({ missed: 0, wrong: 0 })
  })
  test('two channels alike are one channel, event for event; a channel that is missing is the first', () => {
    const sound = piece(played.filter(({ onset }) => onset < 1.9), 2)
    const mono = heard([sound])
    const stereo = heard([sound, sound])
    expect(stereo.map(({ type, pitch, seconds }) => [type, pitch, seconds])).toEqual(mono.map(({ type, pitch, seconds }) => [type, pitch, seconds]))
    expect(compare(played.filter(({ onset }) => onset < 1.9), found(heard([sound, new Float32Array(sound.length)]), engine().lag)).missed).toBe(0)
  })
  test('any cut of the samples gives the same events', () => {
    const sound = piece(played.filter(({ onset }) => onset < 1.4), 1.5)
    const want = heard([sound], {}, () => 128)
    const next = random(4)
    for (const chop of [() => 512, () => 4096, () => 333, () => 1 + Math.floor(3000 * next())]) expect(heard([sound], {}, chop)).toEqual(want)
  })
  test('reset is as new, and ends what sounds; so does a gap, after which time goes on', () => {
    const sound = piece([stroke(0.1, 60, 1)], 0.6)
    const notes = engine()
    const events: NoteEvent[] = []
    notes.onEvent = (event) => void events.push(event)
    notes.process([sound])
    const first = [...events]
    expect(first.map(({ type }) => type)).toEqual(['on'])
    notes.reset()
    expect(events.at(-1)).toEqual({ type: 'off', pitch: 60, seconds: expect.closeTo(0.6, 2) as number })
    events.length = 0
    notes.process([sound])
    expect(events).toEqual(first)
    notes.skip(NOTE_RATE)
    expect(events.at(-1)!.type).toBe('off')
    expect(notes.seconds).toBeCloseTo(1.6, 3)
    notes.process([sound])
    expect(events.at(-1)).toMatchObject({ type: 'on', seconds: expect.closeTo(first[0]!.seconds + 1.6, 1) as number })
  })
  test('samples that are no numbers are silence, and do not stay', () => {
    const sound = piece([stroke(0.5, 60, 0.5)], 1)
    sound.fill(NaN, 1000, 1100)
    sound[5000] = Infinity
    expect(compare([stroke(0.5, 60)], found(heard([sound]), engine().lag))).toEqual({ missed: 0, wrong: 0 })
  })
})

describe('what is asked for', () => {
  const scale = golden['a scale over the whole range']!
  test('only notes of the scale, in its key, and in the range', () => {
    expect(hear(scale, { scale: 1, key: 2 }).every(({ pitch }) => [2, 4, 6, 7, 9, 11, 1].includes(pitch % 12))).toBe(true)
    const some = hear(scale, { lowest: 55, highest: 70 })
    expect(some.length).toBeGreaterThan(5)
    expect(some.every(({ pitch }) => pitch >= 55 && pitch <= 70)).toBe(true)
  })
  test('settings change while it plays: what is no longer allowed ends', () => {
    const notes = engine()
    const events: NoteEvent[] = []
    notes.onEvent = (event) => void events.push(event)
    const sound = piece([stroke(0.1, 60, 1)], 1)
    notes.process([sound.subarray(0, 20_000)])
    notes.set({ highest: 50 })
    notes.process([sound.subarray(20_000, 25_000)])
    expect(events.map(({ type }) => type)).toEqual(['on', 'off'])
  })
  test('more is found with a lower threshold, never less', () => {
    const counts = [0.2, 0.5, 0.8].map((threshold) => hear(scale, { threshold }).length)
    expect(counts[0]).toBeGreaterThanOrEqual(counts[1]!)
    expect(counts[1]).toBeGreaterThanOrEqual(counts[2]!)
  })
  test('a learned judge decides where there is one, and once per stroke; the plain one where it is asked for', () => {
    // one unit, sure where the note is the strongest and has most of what rises
    const weights = new Float32Array(FEATURES)
    weights[10] = weights[12] = 40
    const head = (threshold: number) => ({
      kind: 'notes' as const, facts: { features: FEATURE_SET, thresholds: [threshold, threshold], lags: [0.045, 0.04] },
      layers: [{ kind: 'dense' as const, activation: 'sigmoid' as const, inputs: FEATURES, outputs: 1, weights, bias: Float32Array.of(-60) }],
    })
    const sound = piece([stroke(0.2, 60, 0.6)], 1.2)
    const [first, ...more] = found(heard([sound], { head: head(0.5) }), 0.045)
    expect([first!.pitch, more.length]).toEqual([60, 0])
    expect(engine({ head: head(0.5) }).lag).toBe(0.045)
    expect(engine({ head: head(0.5), settings: { judge: 1 } }).lag).toBe(engine().lag)
    expect(heard([sound], { head: head(0.5), settings: { judge: 1 } })).toEqual(heard([sound]))
    // a trained threshold stands where the table says a half
    const strict = engine({ head: head(0.999) }), easy = engine({ head: head(0.001) })
    for (const notes of [strict, easy]) notes.process([sound.subarray(0, 11_000)])
    const row = strict.pitches.indexOf(60)
    expect(strict.frame.learned![row]).toBeLessThan(easy.frame.learned![row]!)
  })
  test('features are finite numbers of a size that a network can take', () => {
    const notes = engine()
    let most = 0
    notes.onFrame = () => { for (const x of notes.features) most = Math.max(most, Number.isFinite(x) ? Math.abs(x) : Infinity) }
    notes.process([piece(scale.filter(({ onset }) => onset < 2.9), 3)])
    expect(notes.features.length).toBe(notes.pitches.length * FEATURES)
    expect(most).toBeLessThan(6)
  })
})

test('what cannot be played is refused in one sentence', () => {
  const make = (options: Parameters<typeof engine>[0]) => () => engine(options)
  expect(make({ dictionary: dictionary({ tones: 0 }) })).toThrow('atoms: expected notes with pitches, got none: `winnow learn --notes` makes a preset that has them')
  expect(make({ source: 'flute' })).toThrow('atoms: expected notes with pitches of flute, got none')
  const layer = { kind: 'dense' as const, activation: 'sigmoid' as const, inputs: 3, outputs: 1, weights: new Float32Array(3), bias: new Float32Array(1) }
  const head = (facts: Record<string, unknown>, inputs = FEATURES) => ({ kind: 'notes' as const, facts, layers: [{ ...layer, inputs, weights: new Float32Array(inputs) }] })
  expect(make({ head: head({ features: 'notes/0', thresholds: [0.5, 0.5] }) })).toThrow(`head.facts.features: expected "${FEATURE_SET}", got "notes/0"`)
  expect(make({ head: head({ features: FEATURE_SET, thresholds: [0.5, 0.5] }, 3) })).toThrow(`head.layers: expected ${FEATURES} inputs and one output, got 3 and 1`)
  expect(make({ head: head({ features: FEATURE_SET, thresholds: [0.5, 2] }) })).toThrow('head.facts.thresholds: expected two numbers between 0 and 1, got [0.5,2]')
  expect(make({ head: head({ features: FEATURE_SET, thresholds: [0.5, 0.5], gains: { 60: 'loud' } }) })).toThrow('head.facts.gains: expected decibels')
  expect(make({ head: head({ features: FEATURE_SET, thresholds: [0.5, 0.5], lags: [1] }) })).toThrow('head.facts.lags: expected two numbers of seconds between 0 and 0.5, got [1]')
  expect(new Notes({ module: plainKernel, dictionary: instrument, head: { ...head({}), kind: 'mask' }, sampleRate: NOTE_RATE, channels: 1 }).frame.learned).toBeNull()
})

test('a note of the dictionary is told from one that it does not know', () => {
  const misfit = (sound: Float32Array): number => {
    const notes = engine()
    notes.process([sound])
    return notes.misfit
  }
  expect(misfit(struck(60, 0.5))).toBeLessThan(misfit(struck(60.5, 0.5)))
  expect(misfit(struck(30, 0.5))).toBeGreaterThan(1.5 * misfit(struck(60, 0.5)))
})

describe('bends, where one voice sounds', () => {
  /** Six partials that follow a path of cents. */
  const sung = (pitch: number, seconds: number, cents: (t: number) => number): Float32Array => {
    const out = new Float32Array(Math.round(seconds * NOTE_RATE))
    let phase = 0
    for (let i = 0; i < out.length; i++) {
      const t = i / NOTE_RATE
      phase += (2 * Math.PI * 440 * 2 ** ((pitch - 69 + cents(t) / 100) / 12)) / NOTE_RATE
      for (let n = 1; n <= 6; n++) out[i]! += (0.1 / n) * Math.min(1, t / 0.02) * Math.sin(n * phase + n)
    }
    return out
  }
  const bent = (sound: Float32Array): { cents: number; seconds: number }[] => heard([sound], { settings: { bends: 1 } }).flatMap((event) => (event.type === 'bend' ? [event] : []))

  test('a note that is out of tune says by how much, to three cents', () => {
    for (const [pitch, off] of [[48, 20], [60, -30], [72, 12], [60, 40]] as const) {
      const steady = bent(sung(pitch, 1, () => off)).filter(({ seconds }) => seconds > 0.25 && seconds < 1)
      const last = steady.at(-1) ?? bent(sung(pitch, 1, () => off)).filter(({ seconds }) => seconds < 1).at(-1)!
      expect(Math.abs(last.cents - off)).toBeLessThan(3)
    }
  })
  test('a slow slide is followed on its note; vibrato goes up and down as often as it does', () => {
    const slide = heard([sung(60, 1.4, (t) => Math.max(0, Math.min(80, 100 * (t - 0.4))))], { settings: { bends: 1 } }).filter(({ seconds }) => seconds < 1.35)
    expect(slide.filter(({ type }) => type === 'on').map(({ pitch }) => pitch)).toEqual([60])
    expect(Math.abs((slide.filter((event) => event.type === 'bend').at(-1) as { cents: number }).cents - 80)).toBeLessThan(6)
    const turns = bent(sung(64, 1.6, (t) => (t > 0.3 ? 40 * Math.sin(2 * Math.PI * 5 * (t - 0.3)) : 0))).filter(({ seconds }) => seconds > 0.5 && seconds < 1.5)
    const up = turns.map(({ cents }) => (cents > 8 ? 1 : cents < -8 ? -1 : 0)).filter((sign) => sign !== 0)
    expect(up.filter((sign, i) => i > 0 && sign !== up[i - 1]).length).toBeGreaterThanOrEqual(8)
    expect(up.filter((sign, i) => i > 0 && sign !== up[i - 1]).length).toBeLessThanOrEqual(12)
  })
  test('nobody bends where several notes sound, or where it is not asked for', () => {
    const chord = piece([stroke(0.1, 60, 0.8), stroke(0.1, 67, 0.8)], 0.9)
    expect(heard([chord], { settings: { bends: 1 } }).filter(({ type, seconds }) => type === 'bend' && seconds > 0.2 && seconds < 0.9)).toEqual([])
    expect(heard([sung(60, 0.6, () => 30)]).some(({ type }) => type === 'bend')).toBe(false)
  })
})
