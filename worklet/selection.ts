// What belongs to each source: the part of the state that is drawn and chosen rather than turned.
// The JSON form is a contract (presets, --selection FILE.json, page ↔ worklet); `readSelection` is its one door.

import { fail, flag, list, number, object, pair, text } from './json.ts'
import type { Json } from './json.ts'

/** Points compete: each reaches half the way to the nearest place of another source, unless it has a width of its own. */
export interface PointPlace {
  readonly level: number
  readonly delay: number
  /** dB to either side; beyond it begins the rest. */
  readonly width?: number
  /** dB that the width grows with every octave above 1 kHz, and shrinks below. */
  readonly spread?: number
}
/** A drawn area of (level, delay), on top of the points. The even-odd rule decides where the line crosses itself. */
export interface AreaPlace {
  readonly polygon: readonly (readonly [number, number])[]
  /** Of the area's breadth and height: how much of it the slope at the edge takes; the line is in the slope's middle. */
  readonly soft?: number
}
export interface LearnedPlace { readonly learned: { readonly from: number; readonly to: number } }
export type Place = PointPlace | AreaPlace | LearnedPlace

/**
 * An area of (seconds, hertz) where the hand decides, over everything else: the source gets `gain` of it, 1 unless said
 * otherwise, and 0 erases; the others and the rest divide what remains as they would without it. So a sound is pushed
 * from one source to another by painting it here and erasing it there. Of one source's areas the later lie on top; where
 * several sources claim more than all, they share. `soft` as in a drawn place.
 */
export interface Painted { readonly polygon: readonly (readonly [number, number])[]; readonly gain?: number; readonly soft?: number }

export interface SelectedSource {
  readonly name: string
  /** Dictionary sources that may explain it; absent: no dictionary factor. */
  readonly atoms?: readonly string[]
  readonly places?: readonly Place[]
  /** Hertz. */
  readonly band?: readonly [number, number]
  readonly painted?: readonly Painted[]
  /** dB. */
  readonly gain?: number
  /** −1 left … 1 right; null leaves the source where it is. */
  readonly pan?: number | null
  readonly mute?: boolean
  readonly solo?: boolean
  /** Everything but this source is heard, whatever is muted, and the rest at full level. Solos and the other inversions still hold. */
  readonly invert?: boolean
}

export interface Selection {
  readonly mask: 'soft' | 'binary' | 'wiener'
  readonly sources: readonly SelectedSource[]
}

/** The dictionary source that stands for the atoms learned online. */
export const FREE = 'free'
export const MAX_SOURCES = 16
/** Of all sources together; areas are among the places. */
export const MAX_PLACES = 32
export const MAX_AREAS = 16
/** Of all painted areas together. */
export const MAX_CORNERS = 65_536

/** One selected source per dictionary source: what a dictionary means when nobody chose anything. */
export const wholeDictionary = (sources: readonly string[]): Selection =>
  ({ mask: 'soft', sources: sources.map((name) => ({ name, atoms: [name] })) })

function polygon(value: Json, where: string, min: readonly [number, number], max: readonly [number, number]): [number, number][] {
  const points = list(value, where)
  if (points.length < 3) return fail(where, 'at least three points', value)
  return points.map((point, i) => pair(point, `${where}[${i}]`, min, max))
}

const LEVEL = 120 // dB: anything beyond is hard left or right
const DELAY = 100_000 // µs
const SECONDS = 1e6
const HERTZ = 1e6

function readPlace(json: Json, where: string): Place {
  const keys = typeof json === 'object' && json !== null ? Object.keys(json) : []
  if (keys.includes('polygon')) {
    const { polygon: points, soft } = object(json, where, ['polygon', 'soft'])
    return {
      polygon: polygon(points, `${where}.polygon`, [-LEVEL, -DELAY], [LEVEL, DELAY]),
      ...(soft !== undefined && { soft: number(soft, `${where}.soft`, 0, 1) }),
    }
  }
  if (keys.includes('learned')) {
    const passage = object(object(json, where, ['learned'])['learned'], `${where}.learned`, ['from', 'to'])
    const from = number(passage['from'], `${where}.learned.from`, 0, SECONDS)
    const to = number(passage['to'], `${where}.learned.to`, 0, SECONDS)
    if (to <= from) fail(`${where}.learned.to`, `seconds after from (${from})`, to)
    return { learned: { from, to } }
  }
  const { level, delay, width, spread } = object(json, where, ['level', 'delay', 'width', 'spread'])
  return {
    level: number(level, `${where}.level`, -LEVEL, LEVEL),
    delay: number(delay, `${where}.delay`, -DELAY, DELAY),
    ...(width !== undefined && { width: number(width, `${where}.width`, 0.1, LEVEL) }),
    ...(spread !== undefined && { spread: number(spread, `${where}.spread`, -LEVEL, LEVEL) }),
  }
}

function readPainted(json: Json, where: string): Painted {
  const { polygon: points, gain, soft } = object(json, where, ['polygon', 'gain', 'soft'])
  return {
    polygon: polygon(points, `${where}.polygon`, [0, 0], [SECONDS, HERTZ]),
    ...(gain !== undefined && { gain: number(gain, `${where}.gain`, 0, 1) }),
    ...(soft !== undefined && { soft: number(soft, `${where}.soft`, 0, 1) }),
  }
}

function readSource(json: Json, where: string): SelectedSource {
  const s = object(json, where, ['name', 'atoms', 'places', 'band', 'painted', 'gain', 'pan', 'mute', 'solo', 'invert'])
  const has = (key: string): boolean => s[key] !== undefined
  const band = has('band') ? pair(s['band'], `${where}.band`, [0, 0], [HERTZ, HERTZ]) : undefined
  if (band && band[1] <= band[0]) fail(`${where}.band`, 'two frequencies, the lower first', s['band'])
  return {
    name: text(s['name'], `${where}.name`),
    ...(has('atoms') && { atoms: list(s['atoms'], `${where}.atoms`).map((name, i) => text(name, `${where}.atoms[${i}]`)) }),
    ...(has('places') && { places: list(s['places'], `${where}.places`, 64).map((place, i) => readPlace(place, `${where}.places[${i}]`)) }),
    ...(band && { band }),
    ...(has('painted') && { painted: list(s['painted'], `${where}.painted`).map((area, i) => readPainted(area, `${where}.painted[${i}]`)) }),
    ...(has('gain') && { gain: number(s['gain'], `${where}.gain`, -120, 24) }),
    ...(has('pan') && { pan: s['pan'] === null ? null : number(s['pan'], `${where}.pan`, -1, 1) }),
    ...(has('mute') && { mute: flag(s['mute'], `${where}.mute`) }),
    ...(has('solo') && { solo: flag(s['solo'], `${where}.solo`) }),
    ...(has('invert') && { invert: flag(s['invert'], `${where}.invert`) }),
  }
}

/** Checks the JSON form. `known` are the dictionary sources that `atoms` may name. */
export function readSelection(json: unknown, known: readonly string[], where = 'selection'): Selection {
  const { mask, sources } = object(json, where, ['mask', 'sources'])
  if (mask !== 'soft' && mask !== 'binary' && mask !== 'wiener') return fail(`${where}.mask`, '"soft", "binary" or "wiener"', mask)
  const read = list(sources, `${where}.sources`, MAX_SOURCES).map((source, i) => readSource(source, `${where}.sources[${i}]`))
  read.forEach((source, i) => {
    if (source.name === 'rest') fail(`${where}.sources[${i}].name`, 'a name other than "rest", which is what no source claims', source.name)
    if (read.findIndex((other) => other.name === source.name) < i) fail(`${where}.sources[${i}].name`, 'a name used once', source.name)
    source.atoms?.forEach((name, j) => {
      if (name !== FREE && !known.includes(name))
        fail(`${where}.sources[${i}].atoms[${j}]`, `a source of the dictionary (${[...known, FREE].join(', ')})`, name)
    })
  })
  const places = read.flatMap((source) => source.places ?? [])
  const count = (what: string, most: number, got: number): void => {
    if (got > most) throw new TypeError(`${where}.sources: expected at most ${most} ${what} in all, got ${got}`)
  }
  count('places', MAX_PLACES, places.length)
  count('drawn places', MAX_AREAS, places.filter((place) => 'polygon' in place).length)
  count('corners of painted areas', MAX_CORNERS, read.reduce((sum, { painted = [] }) => sum + painted.reduce((n, { polygon }) => n + polygon.length, 0), 0))
  return { mask, sources: read }
}

/** Passages that learned places name, each once. */
export const passages = ({ sources }: Selection): LearnedPlace['learned'][] => {
  const all = sources.flatMap(({ places = [] }) => places.flatMap((place) => ('learned' in place ? [place.learned] : [])))
  return all.filter(({ from, to }, i) => all.findIndex((other) => other.from === from && other.to === to) === i)
}

/** What one channel cannot do: the first source that stands somewhere. */
export const placedSource = ({ sources }: Selection): string | undefined => sources.find(({ places }) => places?.length)?.name
