// What belongs to each source: the part of the state that is drawn and chosen rather than turned.
// The JSON form is a contract (presets, --selection FILE.json, page ↔ worklet); `readSelection` is its one door.

export interface PointPlace { readonly level: number; readonly delay: number }
export interface AreaPlace { readonly polygon: readonly (readonly [number, number])[]; readonly soft?: number }
export interface LearnedPlace { readonly learned: { readonly from: number; readonly to: number } }
export type Place = PointPlace | AreaPlace | LearnedPlace

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
}

export interface Selection {
  readonly mask: 'soft' | 'binary' | 'wiener'
  readonly sources: readonly SelectedSource[]
}

/** The dictionary source that stands for the atoms learned online. */
export const FREE = 'free'
export const MAX_SOURCES = 16

/** One selected source per dictionary source: what a dictionary means when nobody chose anything. */
export const wholeDictionary = (sources: readonly string[]): Selection =>
  ({ mask: 'soft', sources: sources.map((name) => ({ name, atoms: [name] })) })

type Json = unknown
const shown = (value: Json): string => {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 60 ? text.slice(0, 57) + '...' : text
}
const fail = (where: string, expected: string, value: Json): never => {
  throw new TypeError(`${where}: expected ${expected}, got ${shown(value)}`)
}
function object(value: Json, where: string, keys: readonly string[]): Record<string, Json> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return fail(where, 'an object', value)
  for (const key of Object.keys(value))
    if (!keys.includes(key)) throw new TypeError(`${where}: unknown key "${key}" (known: ${keys.join(', ')})`)
  return value as Record<string, Json>
}
const list = (value: Json, where: string, most = 4096): Json[] =>
  Array.isArray(value) && value.length <= most ? value : fail(where, `a list of at most ${most}`, value)
const number = (value: Json, where: string, min: number, max: number): number =>
  typeof value === 'number' && value >= min && value <= max ? value : fail(where, `a number from ${min} to ${max}`, value)
const text = (value: Json, where: string): string =>
  typeof value === 'string' && value.length > 0 && value.length <= 80 ? value : fail(where, 'a text of 1 to 80 characters', value)
const flag = (value: Json, where: string): boolean => (typeof value === 'boolean' ? value : fail(where, 'true or false', value))

function pair(value: Json, where: string, min: readonly [number, number], max: readonly [number, number]): [number, number] {
  if (!Array.isArray(value) || value.length !== 2) return fail(where, 'two numbers', value)
  return [number(value[0], `${where}[0]`, min[0], max[0]), number(value[1], `${where}[1]`, min[1], max[1])]
}
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
  const point = object(json, where, ['level', 'delay'])
  return { level: number(point['level'], `${where}.level`, -LEVEL, LEVEL), delay: number(point['delay'], `${where}.delay`, -DELAY, DELAY) }
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
  const s = object(json, where, ['name', 'atoms', 'places', 'band', 'painted', 'gain', 'pan', 'mute', 'solo'])
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
  return { mask, sources: read }
}

/** What the format can say before the engine can do it is refused, not passed over. */
export function checkSupported(selection: Selection, where = 'selection'): Selection {
  if (selection.mask === 'wiener') throw new TypeError(`${where}.mask: expected "soft" or "binary", which this version can do, got "wiener"`)
  selection.sources.forEach((source, i) => {
    for (const key of ['places', 'painted'] as const)
      if (source[key]?.length)
        throw new TypeError(`${where}.sources[${i}].${key}: expected none, because this version separates by atoms and band only, got ${source[key].length}`)
  })
  return selection
}
