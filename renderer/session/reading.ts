// The one door for sessions from outside: whole and valid, or one sentence that says where, what was expected and what came.
// Whether the preset that it names is here, and knows the selection's atoms, restoring.ts finds out.

import { checkCovariance } from '../../worklet/covariance.ts'
import type { Covariances } from '../../worklet/covariance.ts'
import { fail, flag, list, number, object, oneOf, text, whole } from '../../worklet/json.ts'
import type { Json } from '../../worklet/json.ts'
import { latencyNames } from '../../worklet/latency.ts'
import { checkValue, initialNoteSettings, initialSettings, noteParameters, parameters } from '../../worklet/parameters.ts'
import { readSelection } from '../../worklet/selection.ts'
import { fromBase64 } from '../base64.ts'
import { parts, readLayout } from '../layout.ts'
import type { Layout, Part } from '../layout.ts'
import type { RollNote } from '../notes/roll-sheet.ts'
import type { Marker, Passage } from '../state.ts'
import { FORMAT } from './document.ts'
import type { LiveReference, MidiPart, NotesPart, PresetReference, SessionDocument, SoundReference, ViewPart } from './document.ts'

export const MOST_CHARACTERS = 2 ** 26
const SECONDS = 1e6
const MOST_NOTES = 200_000
const MOST_MARKERS = 1000

const orNull = <T>(value: Json, read: (value: Json) => T): T | null => (value === null || value === undefined ? null : read(value))

/** Where a text stops being JSON. */
function parsed(content: string): Json {
  try {
    return JSON.parse(content)
  } catch (error) {
    const position = /position (\d+)/.exec((error as Error).message)?.[1]
    const before = content.slice(0, position === undefined ? content.length : Number(position))
    const line = before.split('\n').length
    const rest = content.slice(before.length, before.length + 20)
    throw new TypeError(`line ${line}, column ${before.length - before.lastIndexOf('\n')}: expected JSON, got ${rest ? JSON.stringify(rest) : 'the end of the file'}`)
  }
}

function readFormat(value: Json): void {
  if (value === FORMAT) return
  const version = typeof value === 'string' ? /^winnow-session\/(\d{1,6})$/.exec(value)?.[1] : undefined
  if (version !== undefined && Number(version) > 1)
    throw new TypeError(`format: expected "${FORMAT}", got ${JSON.stringify(value)}, which a newer Winnow has written`)
  fail('format', `"${FORMAT}"`, value)
}

const readChecksum = (value: Json, where: string): string =>
  typeof value === 'string' && /^[0-9a-f]{16}$/.test(value) ? value : fail(where, 'a checksum of 16 hexadecimal digits', value)

function readSound(json: Json): SoundReference {
  const { name, path, seconds, channels, rate, bytes, checksum } = object(json, 'sound', ['name', 'path', 'seconds', 'channels', 'rate', 'bytes', 'checksum'])
  return {
    name: text(name, 'sound.name', 255),
    ...(path !== undefined && { path: text(path, 'sound.path', 4096) }),
    seconds: number(seconds, 'sound.seconds', 0, SECONDS),
    channels: whole(channels, 'sound.channels', 1, 2) as 1 | 2,
    rate: orNull(rate, (value) => number(value, 'sound.rate', 1, 1e7)),
    bytes: whole(bytes, 'sound.bytes', 0, Number.MAX_SAFE_INTEGER),
    checksum: readChecksum(checksum, 'sound.checksum'),
  }
}

function readLive(json: Json): LiveReference {
  const { from, name, device, latency } = object(json, 'live', ['from', 'name', 'device', 'latency'])
  return {
    from: oneOf(from, 'live.from', ['microphone', 'system']),
    name: text(name, 'live.name', 255),
    device: device === '' ? '' : text(device, 'live.device', 255),
    latency: orNull(latency, (value) => oneOf(value, 'live.latency', latencyNames)),
  }
}

function readPreset(json: Json, where: string): PresetReference {
  const { shipped, checksum, name, kept, data } = object(json, where, ['shipped', 'checksum', 'name', 'kept', 'data'])
  if (shipped !== undefined) {
    if (name !== undefined || data !== undefined) return fail(where, 'a shipped preset, or one with name and data', json)
    return { shipped: text(shipped, `${where}.shipped`), checksum: readChecksum(checksum, `${where}.checksum`) }
  }
  if (checksum !== undefined) fail(`${where}.shipped`, 'the name of a shipped preset', shipped)
  if (typeof data !== 'string') return fail(`${where}.data`, 'a preset in base64', data)
  return {
    name: text(name, `${where}.name`, 200),
    ...(kept !== undefined && { kept: whole(kept, `${where}.kept`, 0, Number.MAX_SAFE_INTEGER) }),
    data: fromBase64(data, `${where}.data`),
  }
}

/** Rows that are not named are as the table starts: a session may come from before they were. */
function readRows<Values extends Readonly<Record<string, number>>>(json: Json, where: string, table: readonly { readonly name: string }[], initial: Values): Values {
  const given = object(json, where, table.map(({ name }) => name))
  const values: Record<string, number> = { ...initial }
  for (const row of table) {
    if (given[row.name] === undefined) continue
    try {
      values[row.name] = checkValue(row as Parameters<typeof checkValue>[0], given[row.name])
    } catch (error) {
      throw new TypeError(`${where}.${(error as Error).message}`)
    }
  }
  return values as Values
}

/** The atoms that a selection names: which of them there are, its preset knows. */
function namedAtoms(json: Json): string[] {
  const sources = (json as { sources?: Json } | null)?.sources
  return (Array.isArray(sources) ? sources : []).flatMap((source: { atoms?: Json } | null) =>
    (Array.isArray(source?.atoms) ? source.atoms.filter((name: Json) => typeof name === 'string') : []))
}

function readNote(json: Json, where: string, id: number): RollNote {
  const { onset, offset, pitch, velocity, bends } = object(json, where, ['onset', 'offset', 'pitch', 'velocity', 'bends'])
  const from = number(onset, `${where}.onset`, 0, SECONDS)
  const to = number(offset, `${where}.offset`, 0, SECONDS)
  if (to <= from) fail(`${where}.offset`, `seconds after onset (${from})`, to)
  return {
    id, onset: from, offset: to, pitch: whole(pitch, `${where}.pitch`, 0, 127), velocity: whole(velocity, `${where}.velocity`, 1, 127),
    ...(bends !== undefined && { bends: list(bends, `${where}.bends`, 100_000).map((bend, i) => {
      if (!Array.isArray(bend) || bend.length !== 2) return fail(`${where}.bends[${i}]`, 'seconds and cents', bend)
      return { seconds: number(bend[0], `${where}.bends[${i}][0]`, 0, SECONDS), cents: number(bend[1], `${where}.bends[${i}][1]`, -9600, 9600) }
    }) }),
  }
}

function readNotes(json: Json, preset: PresetReference | null): NotesPart {
  const { on, from, settings, edited } = object(json, 'notes', ['on', 'from', 'settings', 'edited'])
  return {
    on: flag(on, 'notes.on'),
    from: orNull(from, (value) => text(value, 'notes.from')),
    preset,
    settings: readRows(settings, 'notes.settings', noteParameters, initialNoteSettings()),
    edited: orNull(edited, (value) => list(value, 'notes.edited', MOST_NOTES).map((note, i) => readNote(note, `notes.edited[${i}]`, i + 1))),
  }
}

function readMidi(json: Json): MidiPart {
  const m = object(json, 'midi', ['ports', 'channel', 'mpe', 'bendRange', 'program', 'touch', 'ahead', 'hear', 'level'])
  return {
    ports: list(m['ports'], 'midi.ports', 32).map((name, i) => text(name, `midi.ports[${i}]`, 255)),
    setup: {
      channel: whole(m['channel'], 'midi.channel', 0, 15), mpe: flag(m['mpe'], 'midi.mpe'),
      bendRange: whole(m['bendRange'], 'midi.bendRange', 1, 96),
      program: orNull(m['program'], (value) => whole(value, 'midi.program', 0, 127)),
      touch: number(m['touch'], 'midi.touch', -1, 1),
    },
    ahead: number(m['ahead'], 'midi.ahead', 0, 80), hear: flag(m['hear'], 'midi.hear'), level: number(m['level'], 'midi.level', -60, 0),
  }
}

function readPassage(json: Json, where: string): Passage {
  const passage = object(json, where, ['from', 'to'])
  const from = number(passage['from'], `${where}.from`, 0, SECONDS)
  const to = number(passage['to'], `${where}.to`, 0, SECONDS)
  if (to <= from) fail(`${where}.to`, `seconds after from (${from})`, to)
  return { from, to }
}

const readMarkers = (json: Json): Marker[] => list(json, 'markers', MOST_MARKERS).map((each, i) => {
  const { at, name } = object(each, `markers[${i}]`, ['at', 'name'])
  return { at: number(at, `markers[${i}].at`, 0, SECONDS), name: name === '' ? '' : text(name, `markers[${i}].name`) }
})

const MOST_PIXELS = 10_000

function readDivision(json: Json): Layout {
  const { sizes, folded } = object(json, 'view.layout', ['sizes', 'folded'])
  const size = object(sizes, 'view.layout.sizes', parts)
  const fold = object(folded, 'view.layout.folded', parts)
  const each = <T>(of: (part: Part) => T): Record<Part, T> => Object.fromEntries(parts.map((part) => [part, of(part)])) as Record<Part, T>
  return readLayout({
    sizes: each((part) => orNull(size[part], (value) => number(value, `view.layout.sizes.${part}`, 0, MOST_PIXELS))),
    folded: each((part) => flag(fold[part], `view.layout.folded.${part}`)),
  })
}

function readView(json: Json): ViewPart {
  const { screen, folded, drawer, drawerFolded, zoom, layout } = object(json, 'view', ['screen', 'folded', 'drawer', 'drawerFolded', 'zoom', 'layout'])
  return {
    screen: oneOf(screen, 'view.screen', ['live', 'studio']), folded: flag(folded, 'view.folded'),
    drawer: oneOf(drawer, 'view.drawer', ['notes', 'overview']), drawerFolded: flag(drawerFolded, 'view.drawerFolded'),
    ...(layout !== undefined && { layout: readDivision(layout) }),
    zoom: orNull(zoom, (value) => {
      const { from, seconds, low, high } = object(value, 'view.zoom', ['from', 'seconds', 'low', 'high'])
      return {
        from: number(from, 'view.zoom.from', 0, SECONDS), seconds: number(seconds, 'view.zoom.seconds', 0, SECONDS),
        low: number(low, 'view.zoom.low', 0, 1), high: number(high, 'view.zoom.high', 0, 1),
      }
    }),
  }
}

function readPlaces(json: Json): Covariances {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return fail('places', 'an object', json)
  return Object.fromEntries(Object.entries(json as Record<string, Json>).map(([key, place]) => {
    if (!/^[\d.e+-]{3,60}$/.test(key)) fail('places', 'passages like "1.5-4" as names', key)
    const where = `places["${key}"]`
    const { sampleRate, fftSize, values } = object(place, where, ['sampleRate', 'fftSize', 'values'])
    if (typeof values !== 'string') return fail(`${where}.values`, 'numbers in base64', values)
    const bytes = fromBase64(values, `${where}.values`)
    if (bytes.length % 4) fail(`${where}.values`, 'whole numbers of four bytes', `${bytes.length} bytes`)
    const covariance = {
      sampleRate: number(sampleRate, `${where}.sampleRate`, 1, 1e7), fftSize: whole(fftSize, `${where}.fftSize`, 2, 65_536), values: new Float32Array(bytes.buffer),
    }
    checkCovariance(covariance, where)
    return [key, covariance]
  }))
}

const KEYS = ['format', 'sound', 'live', 'selection', 'rest', 'settings', 'notes', 'midi', 'passage', 'loop', 'markers', 'view', 'preset', 'notesPreset', 'places']

/** `name`: of the file. */
export function readSession(content: string, name: string): SessionDocument {
  try {
    if (content.length > MOST_CHARACTERS) throw new RangeError(`expected at most ${MOST_CHARACTERS / 2 ** 20} million characters, got ${content.length}`)
    const json = parsed(content)
    if (typeof json !== 'object' || json === null || Array.isArray(json)) return fail('session', 'an object', json)
    readFormat((json as { format?: Json }).format) // before all else: another version may have other keys
    const s = object(json, 'session', KEYS)
    if (s['sound'] && s['live']) fail('live', 'null where there is a sound', s['live'])
    const { mute, solo, invert = false } = object(s['rest'], 'rest', ['mute', 'solo', 'invert'])
    const notesPreset = orNull(s['notesPreset'], (value) => readPreset(value, 'notesPreset'))
    return {
      sound: orNull(s['sound'], readSound), live: orNull(s['live'], readLive),
      selection: readSelection(s['selection'], namedAtoms(s['selection'])),
      rest: { mute: flag(mute, 'rest.mute'), solo: flag(solo, 'rest.solo'), ...(flag(invert, 'rest.invert') && { invert: true }) },
      settings: readRows(s['settings'], 'settings', parameters, initialSettings()),
      notes: readNotes(s['notes'], notesPreset),
      midi: readMidi(s['midi']),
      passage: orNull(s['passage'], (value) => readPassage(value, 'passage')), loop: orNull(s['loop'], (value) => readPassage(value, 'loop')),
      markers: readMarkers(s['markers']), view: readView(s['view']),
      preset: readPreset(s['preset'], 'preset'),
      places: readPlaces(s['places']),
    }
  } catch (error) {
    const sentence = (error as Error).message
    throw new TypeError(`${name}: ${sentence.length > 400 ? sentence.slice(0, 397) + '...' : sentence}`)
  }
}
