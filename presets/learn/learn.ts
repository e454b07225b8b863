// From recordings of each source to the atoms of a dictionary: the same few steps for every way of learning.

import type { Atom, Dictionary, Divergence } from '../../worklet/dictionary.ts'
import { FREE } from '../../worklet/selection.ts'
import { MAX_ATOMS, checkShape, groupBySource } from '../preset.ts'
import { soundingFrames } from './frames.ts'
import type { Frames, Recording, Sizes } from './frames.ts'
import { nmf } from './nmf.ts'
import { seededRandom } from './random.ts'
import { centroids, exemplars } from './start.ts'

export type { Recording, Sizes }

export const methods = ['nmf', 'exemplar'] as const
export type Method = (typeof methods)[number]
export const starts = ['kmeans', 'exemplar'] as const
export type Start = (typeof starts)[number]

/** One fit: the recordings of a source, or of one note of it. */
export interface Part {
  readonly source: string
  readonly pitch: number | null
  readonly atoms: number
  readonly recordings: readonly Recording[]
}

export interface Plan {
  readonly parts: readonly Part[]
  readonly sizes: Sizes
  readonly method: Method
  /** What the fit minimises; the divergence that a preset is played with may be another. */
  readonly divergence: Divergence
  readonly iterations: number
  readonly start: Start
  readonly seed: number
  /** At most so many frames of each part, chosen by chance. */
  readonly frames: number
  /** The engine's arithmetic, for its analysis. */
  readonly module: WebAssembly.Module
}

export interface Progress {
  readonly source: string
  /** Passes made, of all parts together. */
  readonly done: number
  readonly of: number
  /** null for a way of learning that has none. */
  readonly loss: number | null
}

export interface Outcome {
  readonly atoms: Dictionary['atoms']
  readonly spectra: Float32Array
  /** Per source, pass by pass: the mean cost per entry, weighted by frames where a source has several parts. */
  readonly loss: Readonly<Record<string, readonly number[]>>
  /** Per source, how many frames were learned from. */
  readonly frames: Readonly<Record<string, number>>
}

/** Yields after every pass, so that whoever runs it can show progress, take turns, or stop and keep nothing. */
export function* learn(plan: Plan): Generator<Progress, Outcome> {
  checkPlan(plan)
  const { parts, sizes, iterations, method, seed } = plan
  const bins = sizes.fftSize / 2 + 1
  const atoms: Atom[] = []
  const spectra = new Float32Array(parts.reduce((sum, part) => sum + part.atoms, 0) * bins)
  const loss = new Map<string, number[]>()
  const frameCounts = new Map<string, number>()
  const of = method === 'exemplar' ? parts.length : parts.length * iterations
  let done = 0
  for (const [index, part] of parts.entries()) {
    const random = seededRandom(seed + index)
    const frames = soundingFrames(part.recordings, sizes, plan.module, plan.frames, random)
    if (frames.count < part.atoms)
      throw new RangeError(`${partName(part)}: expected at least one sounding frame per atom, ${part.atoms}, got ${frames.count}`)
    const fit = fitPart(plan, frames, part.atoms, random)
    const losses: number[] = []
    let step = fit.next()
    for (; !step.done; step = fit.next()) {
      if (step.value !== null) losses.push(step.value)
      yield { source: part.source, done: ++done, of, loss: step.value }
    }
    spectra.set(exactRows(step.value, bins, partName(part)), atoms.length * bins)
    for (let i = 0; i < part.atoms; i++) atoms.push({ source: part.source, pitch: part.pitch })
    const before = frameCounts.get(part.source) ?? 0
    const all = before + frames.count
    const mean = loss.get(part.source)
    loss.set(part.source, losses.map((x, i) => (x * frames.count + (mean?.[i] ?? 0) * before) / all))
    frameCounts.set(part.source, all)
  }
  return { ...groupBySource(atoms, spectra), loss: Object.fromEntries(loss), frames: Object.fromEntries(frameCounts) }
}

const partName = ({ source, pitch }: Part): string => (pitch === null ? source : `${source}, note ${pitch}`)

function checkPlan({ parts, sizes, divergence, iterations, method, frames }: Plan): void {
  checkShape(sizes, (field, message) => { throw new RangeError(`${field}: ${message}`) })
  const atoms = parts.reduce((sum, part) => sum + part.atoms, 0)
  if (parts.length === 0) throw new RangeError('sources: expected at least one, got none')
  if (atoms > MAX_ATOMS) throw new RangeError(`atoms: expected at most ${MAX_ATOMS} in all, got ${atoms}`)
  for (const { source } of parts)
    if (source === FREE || source === 'rest' || source.length > 80)
      throw new RangeError(`sources: expected names of at most 80 characters other than "${FREE}" and "rest", got "${source.slice(0, 100)}"`)
  for (const part of parts)
    if (part.recordings.length === 0) throw new RangeError(`${partName(part)}: expected at least one recording, got none`)
  if (method === 'nmf' && divergence.alpha === 0)
    throw new RangeError(`divergence: expected an alpha other than 0, for which there is no multiplicative update, got ${divergence.alpha},${divergence.beta}`)
  if (!(iterations >= 1) || !(frames >= 1)) throw new RangeError(`iterations, frames: expected at least 1, got ${iterations}, ${frames}`)
}

function* fitPart({ method, start, divergence, iterations }: Plan, frames: Frames, atoms: number, random: () => number): Generator<number | null, Float64Array> {
  if (method === 'exemplar') {
    yield null
    return exemplars(frames, atoms, random)
  }
  const first = start === 'kmeans' ? centroids(frames, atoms, random) : exemplars(frames, atoms, random)
  return (yield* nmf(frames, first, { divergence, iterations })).spectra
}

/** Rows as a preset keeps them: float32 that sum to one. */
function exactRows(rows: Float64Array, bins: number, name: string): Float32Array {
  for (let row = 0; row < rows.length; row += bins) {
    const sum = rows.subarray(row, row + bins).reduce((total, x) => total + x, 0)
    if (!(Math.abs(sum - 1) < 1e-6)) throw new RangeError(`${name}: expected sound for every atom, got an empty atom ${row / bins}: ask for fewer`)
  }
  return Float32Array.from(rows)
}
