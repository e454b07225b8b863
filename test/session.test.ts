// The session's file: what is written is read again as it was, what is damaged is one sentence, and nothing of it is ever half.

import { describe, expect, test } from 'vitest'
import type { Covariances } from '../worklet/covariance.ts'
import { latencyNames } from '../worklet/latency.ts'
import { noteParameters, parameters } from '../worklet/parameters.ts'
import type { Parameter } from '../worklet/parameters.ts'
import type { Place, SelectedSource } from '../worklet/selection.ts'
import type { SessionDocument } from '../renderer/session/document.ts'
import { readSession } from '../renderer/session/reading.ts'
import { writeSession } from '../renderer/session/writing.ts'
import { random } from './signals.ts'

type Chance = () => number

/** A state that a person might have come to; the same seed gives the same. */
function anySession(seed: number): SessionDocument {
  const chance: Chance = random(seed)
  const between = (low: number, high: number): number => low + (high - low) * chance()
  const whole = (low: number, high: number): number => Math.floor(between(low, high + 1))
  const maybe = <T>(make: () => T): T | undefined => (chance() < 0.5 ? make() : undefined)
  const many = <T>(most: number, make: (i: number) => T): T[] => Array.from({ length: whole(0, most) }, (_, i) => make(i))
  const values = <Name extends string>(table: readonly Parameter[]): Record<Name, number> => Object.fromEntries(table.map(({ name, min, max, step }) =>
    [name, step ? min + step * whole(0, Math.round((max - min) / step)) : between(min, max)])) as Record<Name, number>
  const passage = (): { from: number; to: number } => { const from = between(0, 100); return { from, to: from + between(0.1, 50) } }
  const places: Covariances = {}
  const place = (): Place => {
    const kind = whole(0, 2)
    if (kind === 0) return { level: between(-20, 20), delay: between(-500, 500), ...(chance() < 0.5 && { width: between(1, 9) }), ...(chance() < 0.3 && { spread: between(-2, 2) }) }
    if (kind === 1) return { polygon: Array.from({ length: whole(3, 9) }, () => [between(-20, 20), between(-500, 500)] as const), soft: chance() }
    const learned = passage()
    Object.assign(places, { [`${learned.from}-${learned.to}`]: { sampleRate: 44_100, fftSize: 256, values: Float32Array.from({ length: 4 * 129 }, chance) } })
    return { learned }
  }
  const source = (i: number): SelectedSource => {
    const parts = { atoms: maybe(() => [`atom ${i}`, 'free']), places: maybe(() => many(2, place)), band: maybe(() => [between(0, 400), between(500, 9000)] as const),
      painted: maybe(() => many(4, () => ({ polygon: Array.from({ length: whole(3, 40) }, () => [between(0, 60), between(20, 16_000)] as const), soft: chance(), gain: chance() }))),
      gain: maybe(() => between(-60, 12)), pan: maybe(() => (chance() < 0.3 ? null : between(-1, 1))), mute: maybe(() => chance() < 0.5), solo: maybe(() => chance() < 0.5) }
    return { name: `source ${i} “é” \n`, ...Object.fromEntries(Object.entries(parts).filter(([, part]) => part !== undefined)) }
  }
  const hasSound = chance() < 0.7
  return {
    sound: hasSound ? { name: 'Süß, "quoted".wav', seconds: between(0.1, 4000), channels: whole(1, 2) as 1 | 2, rate: maybe(() => 44_100) ?? null, bytes: whole(1, 1e9), checksum: '0123456789abcdef' } : null,
    live: hasSound || chance() < 0.5 ? null : { from: chance() < 0.5 ? 'microphone' : 'system', name: 'Desk', device: chance() < 0.5 ? '' : 'f00', latency: maybe(() => latencyNames[0]!) ?? null },
    preset: chance() < 0.5 ? { shipped: 'band.preset', checksum: 'fedcba9876543210' } : { name: 'My voice', ...(chance() < 0.5 && { kept: 7 }), data: Uint8Array.from({ length: 300 }, () => whole(0, 255)) },
    settings: values(parameters), rest: { mute: chance() < 0.5, solo: chance() < 0.5 },
    selection: { mask: (['soft', 'binary', 'wiener'] as const)[whole(0, 2)]!, sources: many(6, source) },
    notes: {
      on: chance() < 0.5, from: maybe(() => 'piano') ?? null, preset: maybe(() => ({ shipped: 'piano.preset', checksum: '0000000000000000' })) ?? null, settings: values(noteParameters),
      edited: maybe(() => many(40, (i) => { const onset = between(0, 50); return { id: i + 1, onset, offset: onset + between(0.03, 3), pitch: whole(0, 127), velocity: whole(1, 127), ...(chance() < 0.3 && { bends: [{ seconds: onset, cents: between(-100, 100) }] }) } })) ?? null,
    },
    midi: { ports: many(2, (i) => `Port ${i}`), setup: { channel: whole(0, 15), mpe: chance() < 0.5, bendRange: 48, program: maybe(() => 12) ?? null, touch: between(-1, 1) }, ahead: whole(0, 80), hear: chance() < 0.5, level: between(-60, 0) },
    passage: maybe(passage) ?? null, loop: maybe(passage) ?? null, markers: many(5, (i) => ({ at: between(0, 90), name: i ? `Verse ${i}` : '' })),
    view: { screen: chance() < 0.5 ? 'live' : 'studio', folded: chance() < 0.5, drawer: chance() < 0.5 ? 'notes' : 'overview', drawerFolded: chance() < 0.5, zoom: maybe(() => ({ from: between(0, 9), seconds: between(1, 9), low: 0, high: 1 })) ?? null },
    places,
  }
}

const plain = (name: string): SessionDocument => ({ ...anySession(1), sound: null, live: null, selection: { mask: 'soft', sources: [{ name, atoms: [name], gain: -3 }] }, places: {}, markers: [] })

describe('a session’s file', () => {
  test('what is written is read as it was, and written again it is the same text', () => {
    for (let seed = 1; seed <= 100; seed++) {
      const session = anySession(seed)
      const text = writeSession(session)
      const read = readSession(text, 'x.winnow')
      expect(read).toEqual(session)
      expect(writeSession(read)).toBe(text)
      expect(text.startsWith('{\n  "format": "winnow-session/1",\n')).toBe(true)
    }
  })

  test('the order in which a state came about does not show', () => {
    const { selection: { sources: [source] }, ...session } = plain('bass')
    const turned = Object.fromEntries(Object.entries(source!).reverse()) as unknown as SelectedSource
    const settings = Object.fromEntries(Object.entries(session.settings).reverse()) as typeof session.settings
    expect(writeSession({ ...session, settings, selection: { sources: [turned], mask: 'soft' } })).toBe(writeSession(plain('bass')))
  })

  test('a change shows as the lines that it is', () => {
    const area = (hertz: number) => ({ polygon: Array.from({ length: 90 }, (_, i) => [i / 7, hertz + i] as const) })
    const painted = (...areas: ReturnType<typeof area>[]): string[] => writeSession({ ...plain('bass'), selection: { mask: 'soft', sources: [{ name: 'bass', painted: areas }] } }).split('\n')
    const [before, after] = [painted(area(100), area(200)), painted(area(100), area(200), area(300))]
    expect(after.length - before.length).toBeLessThanOrEqual(3)
    expect(before.filter((line) => !after.includes(line)).length).toBeLessThanOrEqual(1)
  })
})

describe('a door', () => {
  const text = writeSession({ ...anySession(4), selection: { mask: 'soft', sources: [{ name: 'a', places: [{ level: 5, delay: -15 }] }] }, places: {} })
  const swap = (from: string | RegExp, to: string): string => {
    const changed = text.replace(from, to)
    expect(changed).not.toBe(text)
    return changed
  }

  test.each<[string, () => string, string | RegExp]>([
    ['a future version', () => swap('winnow-session/1', 'winnow-session/3'), 'mix.winnow: format: expected "winnow-session/1", got "winnow-session/3", which a newer Winnow has written'],
    ['a future version with other keys', () => '{ "format": "winnow-session/2", "everything": [] }', /newer Winnow/],
    ['another file', () => '{ "format": "winnow-plugin/1" }', 'mix.winnow: format: expected "winnow-session/1", got "winnow-plugin/1"'],
    ['nothing', () => '', 'mix.winnow: line 1, column 1: expected JSON, got the end of the file'],
    ['a half', () => text.slice(0, text.indexOf('"rest"')), /^mix\.winnow: line \d+, column \d+: expected JSON, got the end of the file$/],
    ['a slip of the hand', () => swap('"mute": ', '"mute" '), /^mix\.winnow: line \d+, column \d+: expected JSON, got "/],
    ['a word for a number', () => swap('"level": 5', '"level": "left"'), 'mix.winnow: selection.sources[0].places[0].level: expected a number from -120 to 120, got "left"'],
    ['a key nobody knows', () => swap('"delay": -15', '"delay": -15, "depth": 2'), /selection\.sources\[0\]\.places\[0\]: unknown key "depth" \(known: level/],
    ['another key nobody knows', () => swap('"markers"', '"bookmarks"'), /session: unknown key "bookmarks"/],
    ['a setting out of range', () => swap(/"passes": \d+/, '"passes": 99'), /^mix\.winnow: settings\.passes: expected a number from 1 to 20, got 99$/],
    ['a list', () => '[]', /session: expected an object/],
  ])('%s is one sentence', (_name, make, sentence) => {
    expect(() => readSession(make(), 'mix.winnow')).toThrow(typeof sentence === 'string' ? new TypeError(sentence) : sentence)
  })

  test('thousands of damaged files are read whole or refused with one sentence', () => {
    const chance = random(11)
    const texts = Array.from({ length: 40 }, (_, i) => writeSession(anySession(1 + i)))
    let refused = 0
    for (let n = 0; n < 2500; n++) {
      const whole = texts[n % 40]!
      const at = Math.floor(chance() * whole.length)
      const kind = n % 4
      const piece = 1 + Math.floor(chance() * 40)
      const damaged = kind === 0 ? whole.slice(0, at)
        : kind === 1 ? whole.slice(0, at) + whole.slice(at + piece)
          : kind === 2 ? whole.slice(0, at) + ['null', '{', '-1e999', '"x"', '[', '9'][n % 6]! + whole.slice(at + 1)
            : whole.slice(0, at) + String.fromCharCode(32 + Math.floor(chance() * 90)) + whole.slice(at + 1)
      try {
        const again = writeSession(readSession(damaged, 'x.winnow'))
        if (again !== writeSession(readSession(again, 'x.winnow'))) expect.unreachable(`the same twice: ${damaged}`)
      } catch (error) {
        refused++
        const { message } = error as Error
        if (!/^x\.winnow: .*(expected|unknown)/.test(message) || message.length > 500 || /\n|undefined|not a function|Cannot read/.test(message)) throw error
      }
    }
    expect(refused).toBeGreaterThan(1200)
  })
})
