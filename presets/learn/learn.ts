// From recordings of each source to the atoms of a dictionary: the same few steps for every way of learning.

import type { Atom, Dictionary, Divergence } from '../../worklet/dictionary.ts'
import { FREE } from '../../worklet/selection.ts'
import { MAX_ATOMS, checkShape, groupBySource } from '../preset.ts'
import { fast } from '../products.ts'
import { alone } from './crew.ts'
import type { Crew } from './crew.ts'
import { soundingFrames } from './frames.ts'
import type { Frames, Recording, Sizes } from './frames.ts'
import { nmf } from './nmf.ts'
import type { Means, Pass } from './nmf.ts'
import type { Penalties } from './penalties.ts'
import { seededRandom } from './random.ts'
import { centroids, exemplars } from './start.ts'
import { checkCompany, learnTogether } from './together.ts'
import type { Company } from './together.ts'

export type { Recording, Sizes }

export const methods = ['nmf', 'exemplar', 'anmf', 'dnmf', 'danmf'] as const
export type Method = (typeof methods)[number]
export const starts = ['kmeans', 'exemplar'] as const
export type Start = (typeof starts)[number]

/** One fit: the recordings of a source, or of one note of it. */
export interface Part {
  readonly source: string
  readonly pitch: number | null
  readonly atoms: number
  readonly recordings: readonly Recording[]
  /** Frames that the engine has heard itself, in place of recordings. */
  readonly heard?: Frames
}

export interface Plan extends Company {
  readonly parts: readonly Part[]
  readonly sizes: Sizes
  readonly method: Method
  /** What the fit minimises; the divergence that a preset is played with may be another. */
  readonly divergence: Divergence
  readonly iterations: number
  readonly penalties?: Penalties
  readonly start: Start
  readonly seed: number
  /** At most so many frames of each part, chosen by chance. */
  readonly frames: number
  /** The plain kernel, for the engine's analysis and for the fit: the relaxed one rounds as its processor does. */
  readonly module: WebAssembly.Module
}

export interface Progress {
  /** Passes over everything. */
  readonly done: number
  readonly of: number
  /** Of each source after this pass; null for a way of learning that has none. */
  readonly loss: Readonly<Record<string, number | null>>
  /** What it has come to so far. */
  outcome(): Outcome
}

export interface Outcome {
  readonly atoms: Dictionary['atoms']
  readonly spectra: Float32Array
  /** Per source, pass by pass: the mean cost per entry, weighted by frames where a source has several parts. */
  readonly loss: Readonly<Record<string, readonly number[]>>
  /** Per source, how many frames were learned from. */
  readonly frames: Readonly<Record<string, number>>
}

/** How the learning is run. */
export interface Running {
  /** Threads to share the work; without them, this one does it. */
  readonly crew?: Crew
  /** Once aborted, the pass that is under way is the last, and what it has found is the outcome. An AbortSignal is one. */
  readonly stop?: { readonly aborted: boolean }
}

/** A part with the frames that it is learned from. */
export interface Lesson {
  readonly part: Part
  readonly frames: Frames
  /** atoms × bins, as the plan says. */
  start(): Float64Array
}

/** All parts after one pass over them, in their order. */
export interface Round {
  readonly loss: readonly (number | null)[]
  spectra(): readonly Float64Array[]
}

/** A way of learning: one `yield` per pass, each a whole result. */
type Way = (lessons: readonly Lesson[], plan: Plan, means: Means) => AsyncGenerator<Round, unknown>

const ways: Readonly<Record<Method, Way>> = {
  nmf: byNmf,
  exemplar: byExample,
  anmf: learnTogether,
  dnmf: learnTogether,
  danmf: learnTogether,
}

/** Yields after every pass, so that whoever runs it can show progress, take turns, or leave and keep nothing. */
export async function* learn(plan: Plan, { crew = alone, stop }: Running = {}): AsyncGenerator<Progress, Outcome> {
  checkPlan(plan)
  const { parts, iterations, method, module } = plan
  const lessons = parts.map((part, index) => lessonOf(plan, part, seededRandom(plan.seed + index)))
  const tally = tallyOf(lessons)
  const of = method === 'exemplar' ? 1 : iterations
  let last: Progress | null = null
  for await (const round of ways[method](lessons, plan, { crew, module })) {
    const done = Math.min(of, tally.add(round.loss)) // more only where a weight is looked for that would work
    last = { done, of, loss: tally.latest(), outcome: () => ({ ...gathered(plan, round.spectra()), ...tally.upTo(done) }) }
    yield last
    if (stop?.aborted) break
  }
  return last!.outcome()
}

/** The atoms of all parts, those of one source together. */
function gathered({ parts, sizes }: Plan, found: readonly Float64Array[]): Pick<Outcome, 'atoms' | 'spectra'> {
  const bins = sizes.fftSize / 2 + 1
  const spectra = new Float32Array(parts.reduce((sum, part) => sum + part.atoms, 0) * bins)
  const atoms: Atom[] = []
  for (const [index, part] of parts.entries()) {
    spectra.set(exactRows(found[index]!, bins, partName(part)), atoms.length * bins)
    for (let i = 0; i < part.atoms; i++) atoms.push({ source: part.source, pitch: part.pitch })
  }
  return groupBySource(atoms, spectra)
}

function lessonOf({ sizes, module, frames: most, method, start }: Plan, part: Part, random: () => number): Lesson {
  const frames = part.heard ?? soundingFrames(part.recordings, sizes, module, most, random)
  if (frames.count < part.atoms)
    throw new RangeError(`${partName(part)}: expected at least one sounding frame per atom, ${part.atoms}, got ${frames.count}`)
  return { part, frames, start: () => (method !== 'exemplar' && start === 'kmeans' ? centroids(frames, part.atoms, random, fast(module)) : exemplars(frames, part.atoms, random)) }
}

/** Losses of parts become those of sources: means, weighted by frames. */
function tallyOf(lessons: readonly Lesson[]) {
  const sources = [...new Set(lessons.map(({ part }) => part.source))]
  const frames = Object.fromEntries(sources.map((source) => [source, lessons.reduce((sum, { part, frames }) => sum + (part.source === source ? frames.count : 0), 0)]))
  const loss: Record<string, number[]> = Object.fromEntries(sources.map((source) => [source, []]))
  let done = 0
  return {
    add(losses: readonly (number | null)[]): number {
      for (const source of sources) {
        let sum = 0
        lessons.forEach((lesson, i) => { if (lesson.part.source === source) sum += (losses[i] ?? NaN) * lesson.frames.count })
        if (!Number.isNaN(sum)) loss[source]!.push(sum / frames[source]!)
      }
      return ++done
    },
    latest: () => Object.fromEntries(sources.map((source) => [source, loss[source]!.at(-1) ?? null])),
    upTo: (passes: number) => ({ loss: Object.fromEntries(sources.map((source) => [source, loss[source]!.slice(0, passes)])), frames }),
  }
}

/** Every part by itself, all of them pass by pass. */
async function* byNmf(lessons: readonly Lesson[], { divergence, iterations, penalties }: Plan, means: Means): AsyncGenerator<Round> {
  const fits = lessons.map(({ frames, start }) => nmf(frames, start(), { divergence, iterations, penalties }, means))
  try {
    for (let pass = 0; pass < iterations; pass++) {
      const steps = await Promise.all(fits.map((fit) => fit.next()))
      const passes = steps.map(({ value }) => value as Pass)
      yield { loss: passes.map(({ loss }) => loss), spectra: () => passes.map((pass) => pass.spectra()) }
    }
  } finally {
    await Promise.all(fits.map((fit) => fit.return(null as never)))
  }
}

async function* byExample(lessons: readonly Lesson[]): AsyncGenerator<Round> {
  const found = lessons.map(({ start }) => start())
  yield { loss: found.map(() => null), spectra: () => found }
}

const partName = ({ source, pitch }: Part): string => (pitch === null ? source : `${source}, note ${pitch}`)

function checkPlan(plan: Plan): void {
  const { parts, sizes, divergence, iterations, method, frames } = plan
  checkShape(sizes, (field, message) => { throw new RangeError(`${field}: ${message}`) })
  const atoms = parts.reduce((sum, part) => sum + part.atoms, 0)
  if (parts.length === 0) throw new RangeError('sources: expected at least one, got none')
  if (atoms > MAX_ATOMS) throw new RangeError(`atoms: expected at most ${MAX_ATOMS} in all, got ${atoms}`)
  for (const { source } of parts)
    if (source === FREE || source === 'rest' || source.length > 80)
      throw new RangeError(`sources: expected names of at most 80 characters other than "${FREE}" and "rest", got "${source.slice(0, 100)}"`)
  for (const part of parts)
    if (part.recordings.length === 0 && !part.heard) throw new RangeError(`${partName(part)}: expected at least one recording, got none`)
  const recordings = parts.flatMap((part) => part.recordings)
  const rate = recordings[0]?.sampleRate
  for (const { name, sampleRate } of recordings)
    if (sampleRate !== rate) throw new RangeError(`${name}: expected ${rate} Hz like the other recordings, got ${sampleRate} Hz`)
  if (method === 'nmf' && divergence.alpha === 0)
    throw new RangeError(`divergence: expected an alpha other than 0, for which there is no multiplicative update, got ${divergence.alpha},${divergence.beta}`)
  if (!(iterations >= 1) || !(frames >= 1)) throw new RangeError(`iterations, frames: expected at least 1, got ${iterations}, ${frames}`)
  checkCompany(plan)
}

/** Rows as a preset keeps them: float32 that sum to one. */
function exactRows(rows: Float64Array, bins: number, name: string): Float32Array {
  for (let row = 0; row < rows.length; row += bins) {
    const sum = rows.subarray(row, row + bins).reduce((total, x) => total + x, 0)
    if (!(Math.abs(sum - 1) < 1e-6)) throw new RangeError(`${name}: expected sound for every atom, got an empty atom ${row / bins}: ask for fewer`)
  }
  return Float32Array.from(rows)
}
