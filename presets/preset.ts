// What was learned, in a file: a dictionary, the settings and the selection that go with it, and where it comes from.
// `readPreset` is the one door: a whole and valid preset, or one PresetError that names the field.

import { checkCovariance, fitCovariance, ROW, type Covariances } from '../worklet/covariance.ts'
import { binCount, dictionarySources, divergenceText, readDivergence } from '../worklet/dictionary.ts'
import type { Atom, Dictionary } from '../worklet/dictionary.ts'
import type { Head } from '../worklet/network.ts'
import { checkSolver, readSettings, table } from '../worklet/parameters.ts'
import type { AllSettings } from '../worklet/parameters.ts'
import { FREE, readSelection } from '../worklet/selection.ts'
import type { Selection } from '../worklet/selection.ts'
import { HEAD, headTensors, headText, readHead } from './head.ts'
import { PresetError, floatsOf, isObject, readContainer, readJson, shown, tensorOf, writeContainer } from './safetensors.ts'
import type { Tensor } from './safetensors.ts'

export { PresetError }
export type { Tensor }

/** Where a dictionary comes from. Keys that a way of learning adds beside these are kept as they are. */
export interface Learned {
  readonly method: string
  readonly files: readonly string[]
  /** One text per licence, with the attribution that it asks for. */
  readonly licences: readonly string[]
  readonly command: string
  readonly seed: number
}

export interface Preset {
  readonly name?: string
  /** One paragraph for whoever chooses among presets. */
  readonly description?: string
  readonly dictionary: Dictionary
  readonly settings: Partial<AllSettings>
  /** null: one source per source of the dictionary. */
  readonly selection: Selection | null
  readonly learned: Learned
  /** What the selection's learned places heard: tensors `place.FROM-TO`, of the dictionary's own analysis. */
  readonly covariances?: Covariances
  /** A small network that judges what the dictionary found: tensors `head.N.weights` and `head.N.bias`, and the text `head`. */
  readonly head: Head | null
  /** Further tensors by name (`noise.*`), untouched. */
  readonly tensors: ReadonlyMap<string, Tensor>
}

export const FORMAT = 'winnow-preset/1'
export const MAX_ATOMS = 512
const SPECTRA = 'spectra'
const PLACE = 'place.'
/** How far a row may be from one. */
const SUM_TOLERANCE = 1e-3
/** A row this near to one stays as it is: float32 cannot say it better, and a file read and written again is the same file. */
const SUM_ROUNDING = 1e-6

const isPowerOfTwo = (n: number): boolean => n > 0 && Number.isInteger(Math.log2(n))

/** What the engine can run: sizes in samples at the dictionary's rate. */
export function checkShape({ sampleRate, fftSize, hopSize, tailSize }: Pick<Dictionary, 'sampleRate' | 'fftSize' | 'hopSize' | 'tailSize'>,
  fail: (field: string, message: string) => never): void {
  if (!(Number.isInteger(sampleRate) && sampleRate >= 8000 && sampleRate <= 192_000))
    fail('sampleRate', `expected a whole number of hertz from 8000 to 192000, got ${sampleRate}`)
  if (!(isPowerOfTwo(fftSize) && fftSize >= 256 && fftSize <= 16_384))
    fail('fftSize', `expected a power of two from 256 to 16384, got ${fftSize}`)
  if (![2, 4, 8].some((overlap) => hopSize * overlap === fftSize))
    fail('hopSize', `expected a half, a quarter or an eighth of fftSize ${fftSize}, got ${hopSize}`)
  if (!(isPowerOfTwo(tailSize) && tailSize >= 2 * hopSize && tailSize <= fftSize))
    fail('tailSize', `expected a power of two from twice the hop, ${2 * hopSize}, to fftSize ${fftSize}, got ${tailSize}`)
}

export function readPreset(bytes: Uint8Array, where: string): Preset {
  const { metadata, tensors } = readContainer(bytes, where)
  const fail = (field: string, message: string): never => { throw new PresetError(where, field, message) }
  const text = (field: string): string => metadata.get(field) ?? fail(field, 'expected a text in __metadata__, got none')
  const json = (field: string): unknown => readJson(text(field), where, field)
  /** A reader of the worklet's, whose "field: sentence" becomes ours. */
  const within = <T>(field: string, read: () => T): T => {
    try {
      return read()
    } catch (error) {
      if (error instanceof PresetError) throw error
      const [, inner = field, sentence = ''] = /^([^\s:]*): (.*)$/s.exec((error as Error).message) ?? ['', field, (error as Error).message]
      return fail(inner.startsWith(field) ? inner : `${field}.${inner}`, sentence.length > 300 ? sentence.slice(0, 297) + '...' : sentence)
    }
  }
  const size = (field: string): number =>
    /^\d{1,9}$/.test(text(field)) ? Number(text(field)) : fail(field, `expected a whole number, got ${shown(text(field))}`)
  const optional = (field: string, most: number): string | undefined => {
    const value = metadata.get(field)
    return value === undefined || (value.length > 0 && value.length <= most) ? value
      : fail(field, `expected a text of 1 to ${most} characters, got ${shown(value)}`)
  }

  if (text('format') !== FORMAT) fail('format', `expected "${FORMAT}", got ${shown(text('format'))}`)
  const fftSize = size('fftSize')
  const shape = {
    sampleRate: size('sampleRate'), fftSize, hopSize: size('hopSize'), tailSize: metadata.has('tailSize') ? size('tailSize') : fftSize,
  }
  checkShape(shape, fail)
  const atoms = readAtoms(json('atoms'), fail)
  const spectra = readSpectra(tensors.get(SPECTRA), atoms.length, binCount(fftSize), fail)
  const name = optional('name', 80)
  const description = optional('description', 2000)
  const divergence = within('divergence', () => readDivergence(text('divergence')))
  return {
    ...(name !== undefined && { name }),
    ...(description !== undefined && { description }),
    dictionary: { ...shape, ...groupBySource(atoms, spectra), divergence },
    settings: within('settings', () => checkSolver(divergence, readSettings(json('settings')))),
    selection: within('selection', () => {
      const value = json('selection')
      return value === null ? null : readSelection(value, dictionarySources(atoms))
    }),
    learned: readLearned(json('learned'), fail),
    ...readCovariances(tensors, shape, fail),
    head: within(HEAD, () => readHead(metadata.has(HEAD) ? json(HEAD) : undefined, tensors, fail)),
    tensors: new Map([...tensors].filter(([tensor]) => tensor !== SPECTRA && !tensor.startsWith(PLACE) && !tensor.startsWith(HEAD + '.'))),
  }
}

type Fail = (field: string, message: string) => never

function readAtoms(json: unknown, fail: Fail): Atom[] {
  if (!Array.isArray(json) || json.length > MAX_ATOMS)
    return fail('atoms', `expected a list of at most ${MAX_ATOMS}, got ${Array.isArray(json) ? `one of ${json.length}` : shown(json)}`)
  return json.map((atom: unknown, i) => {
    const where = `atoms[${i}]`
    if (!isObject(atom)) return fail(where, `expected an object with source and pitch, got ${shown(atom)}`)
    const { source, pitch, ...more } = atom
    for (const key of Object.keys(more)) fail(where, `expected only source and pitch, got "${key}"`)
    if (typeof source !== 'string' || source.length < 1 || source.length > 80)
      return fail(`${where}.source`, `expected a text of 1 to 80 characters, got ${shown(source)}`)
    if (source === FREE || source === 'rest')
      return fail(`${where}.source`, `expected a name other than "${FREE}" (atoms learned online) and "rest", got ${shown(source)}`)
    if (pitch !== null && !(Number.isInteger(pitch) && (pitch as number) >= 0 && (pitch as number) <= 127))
      return fail(`${where}.pitch`, `expected a MIDI note number from 0 to 127 or null, got ${shown(pitch)}`)
    return { source, pitch: pitch as number | null }
  })
}

function readSpectra(tensor: Tensor | undefined, rows: number, bins: number, fail: Fail): Float32Array {
  if (!tensor) return fail(SPECTRA, 'expected this tensor, got none')
  if (tensor.dtype !== 'F32') return fail(`${SPECTRA}.dtype`, `expected F32, got ${tensor.dtype}`)
  if (tensor.shape.length !== 2 || tensor.shape[0] !== rows || tensor.shape[1] !== bins)
    return fail(`${SPECTRA}.shape`, `expected [${rows},${bins}] (atoms, fftSize / 2 + 1), got ${shown(tensor.shape)}`)
  const spectra = floatsOf(tensor)
  for (let row = 0; row < rows; row++) {
    const values = spectra.subarray(row * bins, (row + 1) * bins)
    const bad = values.findIndex((x) => !(x >= 0 && x < Infinity))
    if (bad >= 0) fail(SPECTRA, `expected finite numbers that are not negative, got ${values[bad]} in row ${row}, bin ${bad}`)
    const sum = values.reduce((total, x) => total + x, 0)
    if (!(Math.abs(sum - 1) <= SUM_TOLERANCE)) fail(SPECTRA, `expected rows that sum to one, got ${sum} in row ${row}`)
    if (Math.abs(sum - 1) > SUM_ROUNDING) for (let i = 0; i < bins; i++) values[i]! /= sum
  }
  return spectra
}

function readCovariances(tensors: ReadonlyMap<string, Tensor>, { sampleRate, fftSize }: Pick<Dictionary, 'sampleRate' | 'fftSize'>, fail: Fail): Pick<Preset, 'covariances'> {
  const covariances: Record<string, Covariances[string]> = {}
  for (const [name, tensor] of tensors) {
    if (!name.startsWith(PLACE)) continue
    if (tensor.dtype !== 'F32') fail(`${name}.dtype`, `expected F32, got ${tensor.dtype}`)
    if (tensor.shape.length !== 2 || tensor.shape[0] !== binCount(fftSize) || tensor.shape[1] !== ROW)
      fail(`${name}.shape`, `expected [${binCount(fftSize)},${ROW}] (bins; left, right, re and im of the cross spectrum), got ${shown(tensor.shape)}`)
    const covariance = { sampleRate, fftSize, values: floatsOf(tensor) }
    try {
      checkCovariance(covariance, name)
    } catch (error) {
      fail(name, (error as Error).message.slice(name.length + 2))
    }
    covariances[name.slice(PLACE.length)] = covariance
  }
  return Object.keys(covariances).length > 0 ? { covariances } : {}
}

/** Atoms of one source side by side, sources in the order in which they first appear. */
export function groupBySource(atoms: readonly Atom[], spectra: Float32Array): Pick<Dictionary, 'atoms' | 'spectra'> {
  const bins = spectra.length / Math.max(1, atoms.length)
  const sources = dictionarySources(atoms)
  const order = atoms.map((_, i) => i).sort((a, b) => sources.indexOf(atoms[a]!.source) - sources.indexOf(atoms[b]!.source) || a - b)
  const grouped = new Float32Array(spectra.length)
  order.forEach((from, to) => grouped.set(spectra.subarray(from * bins, (from + 1) * bins), to * bins))
  return { atoms: order.map((i) => atoms[i]!), spectra: grouped }
}

function readLearned(json: unknown, fail: Fail): Learned {
  if (!isObject(json)) return fail('learned', `expected an object, got ${shown(json)}`)
  const { method, files, licences, command, seed } = json
  const isText = (value: unknown): value is string => typeof value === 'string'
  const texts = (value: unknown, key: string): string[] =>
    Array.isArray(value) && value.every(isText) ? value : fail(`learned.${key}`, `expected a list of texts, got ${shown(value)}`)
  const text = (value: unknown, key: string): string => (isText(value) ? value : fail(`learned.${key}`, `expected a text, got ${shown(value)}`))
  if (!Number.isSafeInteger(seed)) return fail('learned.seed', `expected a whole number, got ${shown(seed)}`)
  return {
    ...json,
    method: text(method, 'method'), files: texts(files, 'files'), licences: texts(licences, 'licences'),
    command: text(command, 'command'), seed: seed as number,
  }
}

/** The same preset always gives the same bytes. */
export function writePreset({ name, description, dictionary, settings, selection, learned, covariances = {}, head, tensors }: Preset): Uint8Array<ArrayBuffer> {
  const { sampleRate, fftSize, hopSize, tailSize, atoms, spectra, divergence } = dictionary
  const chosen = table.map((p) => p.name).filter((key) => settings[key] !== undefined)
  const metadata = new Map(Object.entries({
    format: FORMAT,
    ...(name !== undefined && { name }),
    ...(description !== undefined && { description }),
    sampleRate: String(sampleRate), fftSize: String(fftSize), hopSize: String(hopSize), tailSize: String(tailSize),
    divergence: divergenceText(divergence),
    atoms: JSON.stringify(atoms.map(({ source, pitch }) => ({ source, pitch }))),
    settings: JSON.stringify(Object.fromEntries(chosen.map((key) => [key, settings[key]]))),
    selection: JSON.stringify(selection),
    learned: JSON.stringify(learned),
    ...(head && { [HEAD]: headText(head) }),
  }))
  return writeContainer({
    metadata,
    tensors: new Map([
      [SPECTRA, tensorOf(spectra, [atoms.length, binCount(fftSize)])],
      ...Object.entries(covariances).map(([passage, covariance]) =>
        [PLACE + passage, tensorOf(fitCovariance(covariance, sampleRate, fftSize), [binCount(fftSize), ROW])] as const),
      ...(head ? headTensors(head) : []),
      ...tensors,
    ]),
  })
}
