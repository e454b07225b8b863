// A session as a text that a person can read and compare: keys in one order, what is short on one line, every polygon on a
// line of its own, the unreadable parts last. Numbers are written as they are, so that what is opened is what was saved.

import { parameters, noteParameters } from '../../worklet/parameters.ts'
import type { SelectedSource, Selection } from '../../worklet/selection.ts'
import { passageKey } from '../../worklet/covariance.ts'
import { toBase64 } from '../base64.ts'
import { FORMAT } from './document.ts'
import type { PresetReference, SessionDocument } from './document.ts'

const LINE = 120

/** Nothing of a state is ever changed in place: what was written once is written so again, and an autosave costs what is new. */
const written = new WeakMap<object, string>()
function once(thing: object, write: () => string): string {
  let text = written.get(thing)
  if (text === undefined) written.set(thing, text = write())
  return text
}

const isPolygon = (value: unknown): value is number[][] =>
  Array.isArray(value) && value.length > 0 && value.every((pair) => Array.isArray(pair) && pair.length === 2 && typeof pair[0] === 'number')

const entries = (value: object): [string, unknown][] => Object.entries(value).filter(([, item]) => item !== undefined)

/** On one line, or null where that is longer than `room`. */
function inline(value: unknown, room: number): string | null {
  if (room < 0) return null
  if (typeof value !== 'object' || value === null) {
    if (typeof value === 'string' && value.length > room) return null
    const text = JSON.stringify(value)
    return text.length <= room ? text : null
  }
  const isList = Array.isArray(value)
  if (isList && value.length > room) return null
  const parts: string[] = []
  let left = room - 4
  for (const [key, item] of entries(value)) {
    const label = isList ? '' : `${JSON.stringify(key)}: `
    const text = inline(item, left - label.length)
    if (text === null) return null
    parts.push(label + text)
    left -= label.length + text.length + 2
  }
  if (left < -2) return null
  if (parts.length === 0) return isList ? '[]' : '{}'
  return isList ? `[${parts.join(', ')}]` : `{ ${parts.join(', ')} }`
}

function pretty(value: unknown, pad: string): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const before = written.get(value)
  if (before !== undefined) return before
  if (isPolygon(value)) return once(value, () => JSON.stringify(value))
  const short = inline(value, LINE - pad.length)
  if (short !== null) return short
  const deeper = pad + '  '
  const lines = Array.isArray(value) ? value.map((item) => pretty(item, deeper))
    : entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${pretty(item, deeper)}`)
  const [open, close] = Array.isArray(value) ? '[]' : '{}'
  return `${open}\n${lines.map((line) => deeper + line).join(',\n')}\n${pad}${close}`
}

const base64 = (bytes: Uint8Array): string => once(bytes, () => toBase64(bytes))
const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array => new Uint8Array(buffer, byteOffset, byteLength)

/** The row's order, whatever the state's. */
const rows = (settings: Readonly<Record<string, number>>, table: readonly { readonly name: string }[]): object =>
  Object.fromEntries(table.map(({ name }) => [name, settings[name]]))

const sorted = (value: object): object => Object.fromEntries(entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))

const source = ({ name, atoms, places, band, painted, ...mixed }: SelectedSource): object => ({
  name, atoms,
  places: places?.map((place) => ('polygon' in place ? { polygon: place.polygon, soft: place.soft }
    : 'learned' in place ? { learned: { from: place.learned.from, to: place.learned.to } }
      : { level: place.level, delay: place.delay, width: place.width, spread: place.spread })),
  band, painted: painted?.map(({ polygon, gain: most, soft }) => ({ polygon, gain: most, soft })),
  ...sorted(mixed),
})
const selected = ({ mask, sources }: Selection): object => ({ mask, sources: sources.map(source) })

const preset = (reference: PresetReference | null): object | null => (reference === null ? null
  : 'shipped' in reference ? { shipped: reference.shipped, checksum: reference.checksum }
    : { name: reference.name, kept: reference.kept, data: base64(reference.data) })

export function writeSession({ sound, live, preset: chosen, settings, rest, selection, notes, midi, passage, loop, markers, view, places }: SessionDocument): string {
  const { channel, mpe, bendRange, program, touch } = midi.setup
  return pretty({
    format: FORMAT,
    sound: sound && {
      name: sound.name, path: sound.path, seconds: sound.seconds, channels: sound.channels, rate: sound.rate, bytes: sound.bytes, checksum: sound.checksum,
    },
    live: live && { from: live.from, name: live.name, device: live.device, latency: live.latency },
    selection: selected(selection),
    rest: { mute: rest.mute, solo: rest.solo, ...(rest.invert && { invert: true }) },
    settings: rows(settings, parameters),
    notes: {
      on: notes.on, from: notes.from, settings: rows(notes.settings, noteParameters),
      edited: notes.edited?.map(({ onset, offset, pitch, velocity, bends }) => ({
        onset, offset, pitch, velocity, bends: bends?.map(({ seconds, cents }) => [seconds, cents]),
      })) ?? null,
    },
    midi: { ports: midi.ports, channel, mpe, bendRange, program, touch, ahead: midi.ahead, hear: midi.hear, level: midi.level },
    passage: passage && { from: passage.from, to: passage.to },
    loop: loop && { from: loop.from, to: loop.to },
    markers: markers.map(({ at, name }) => ({ at, name })),
    view: {
      screen: view.screen, folded: view.folded, drawer: view.drawer, drawerFolded: view.drawerFolded,
      ...(view.layout && { layout: view.layout }),
      zoom: view.zoom && { from: view.zoom.from, seconds: view.zoom.seconds, low: view.zoom.low, high: view.zoom.high },
    },
    preset: preset(chosen),
    notesPreset: preset(notes.preset),
    places: Object.fromEntries(Object.entries(places).map(([key, { sampleRate, fftSize, values }]) => [key, { sampleRate, fftSize, values: base64(bytesOf(values)) }])),
  }, '') + '\n'
}

/** Of the places that a selection names. */
export const namedPlaces = (selection: Selection): string[] =>
  [...new Set(selection.sources.flatMap(({ places = [] }) => places.flatMap((place) => ('learned' in place ? [passageKey(place.learned)] : []))))]
