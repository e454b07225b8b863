// What a note sounds like as it begins, a moment later, and as it goes on: three spectra per note, from recordings of single
// notes. An average needs no fit, and keeps what a fit would trade between notes that were never played together.

import type { Atom } from '../../worklet/dictionary.ts'
import { shapeFor } from '../../worklet/stft.ts'
import { analyser, scaleFor, type Recording, type Sizes } from './frames.ts'
import { transposed, type Note } from './notes.ts'

/** Seconds after the onset at which a frame of a template ends, as a listener's would. */
const SPANS = [[0.005, 0.045], [0.05, 0.15], [0.3, 0.9]] as const
/** The last span is taken as far as a note goes, but not less than this of it. */
const LEAST = SPANS.at(-1)![0] + 0.05
/** Kept before the onset: nothing of it is heard in the templates. */
const LEAD = 0.02
/** A semitone that was not recorded is made of the recordings next to it, as far away as this. */
const FARTHEST = 3

export interface Templates { readonly atoms: readonly Atom[]; readonly spectra: Float32Array }

/** The recordings of an instrument, one note in each; several of one pitch are several ways of playing it. */
export type Instrument = readonly Note[]

/** Three atoms for every semitone that an instrument has, from its lowest to its highest. One `yield` each with the share that is done. */
export function* noteTemplates(source: string, notes: Instrument, sizes: Sizes, module: WebAssembly.Module): Generator<number, Templates> {
  const bins = sizes.fftSize / 2 + 1
  const template = templater(sizes, module)
  const onsets = new Map(notes.map(({ recording }) => [recording, onsetOf(recording)]))
  for (const [{ name, sampleRate, channels }, onset] of onsets) {
    const seconds = channels[0]!.length / sampleRate - onset
    if (seconds < LEAST) throw new RangeError(`${name}: expected at least ${1000 * LEAST} ms of a note, got ${Math.round(1000 * seconds)} ms`)
  }
  const recorded = [...new Set(notes.map(({ pitch }) => pitch))].sort((a, b) => a - b)
  const lowest = recorded[0]!, highest = recorded.at(-1)!
  const atoms: Atom[] = []
  const rows: Float64Array[] = []
  for (let pitch = lowest; pitch <= highest; pitch++) {
    const sum = SPANS.map(() => new Float64Array(bins))
    const near = neighbours(recorded, pitch)
    for (const { pitch: from, weight } of near) {
      const layers = notes.filter((note) => note.pitch === from)
      for (const { recording } of layers) {
        const onset = onsets.get(recording)!
        const begin = Math.max(0, Math.round((onset - LEAD) * recording.sampleRate))
        const moved = transposed(passage(recording, begin, onset), pitch - from)
        const at = (onset - begin / recording.sampleRate) / 2 ** ((pitch - from) / 12)
        template(moved, at).forEach((row, span) => row.forEach((x, bin) => { sum[span]![bin]! += (weight * x) / layers.length }))
      }
    }
    if (near.length > 0) for (const row of sum) {
      rows.push(row)
      atoms.push({ source, pitch })
    }
    yield (pitch - lowest + 1) / (highest - lowest + 1)
  }
  return { atoms, spectra: normalised(rows) }
}

/** Several instruments as one of their kind: where more than one has a semitone, their mean. */
export function meanTemplates(templates: readonly Templates[]): Templates {
  if (templates.length === 1) return templates[0]!
  const bins = templates[0]!.spectra.length / templates[0]!.atoms.length
  const places = templates.map(({ atoms }) => new Map(atoms.map(({ pitch }, i) => [pitch! * SPANS.length + (i % SPANS.length), i])))
  const all = [...new Set(places.flatMap((own) => [...own.keys()]))].sort((a, b) => a - b)
  const rows = all.map((place) => {
    const sum = new Float64Array(bins)
    templates.forEach(({ spectra }, t) => {
      const i = places[t]!.get(place)
      if (i !== undefined) for (let bin = 0; bin < bins; bin++) sum[bin]! += spectra[i * bins + bin]!
    })
    return sum
  })
  const { source } = templates[0]!.atoms[0]!
  return { atoms: all.map((place) => ({ source, pitch: Math.floor(place / SPANS.length) })), spectra: normalised(rows) }
}

/** Each row sums to one. */
function normalised(rows: readonly Float64Array[]): Float32Array {
  const spectra = new Float32Array(rows.length * (rows[0]?.length ?? 0))
  rows.forEach((row, i) => {
    const total = row.reduce((sum, x) => sum + x, 0)
    row.forEach((x, bin) => { spectra[i * row.length + bin] = x / total })
  })
  return spectra
}

/** The pitch itself where it was recorded; else the ones below and above, the nearer the more. */
function neighbours(recorded: readonly number[], pitch: number): { pitch: number; weight: number }[] {
  if (recorded.includes(pitch)) return [{ pitch, weight: 1 }]
  const below = recorded.findLast((p) => p < pitch), above = recorded.find((p) => p > pitch)
  if (below === undefined || above === undefined) return []
  const near = [{ pitch: below, weight: above - pitch }, { pitch: above, weight: pitch - below }].filter((one) => Math.abs(one.pitch - pitch) <= FARTHEST)
  const all = near.reduce((sum, { weight }) => sum + weight, 0)
  return near.map((one) => ({ ...one, weight: one.weight / all }))
}

/** What the last template needs, and what a faster playing of it takes. */
const passage = ({ name, sampleRate, channels }: Recording, begin: number, onset: number): Recording => ({
  name, sampleRate,
  channels: channels.map((samples) => samples.subarray(begin, Math.ceil((onset + SPANS.at(-1)![1] * 2 ** (FARTHEST / 12) + 0.05) * sampleRate))),
})

/** Returns the templates of one recording, each summing to one. */
function templater(sizes: Sizes, module: WebAssembly.Module): (recording: Recording, onset: number) => Float64Array[] {
  const bins = sizes.fftSize / 2 + 1
  const analysers = new Map<number, ReturnType<typeof analyser>>()
  return (recording, onset) => {
    const { name, sampleRate, channels } = recording
    const shape = shapeFor(sizes, sampleRate)
    const hop = shape.hopSize / sampleRate
    const frames = Math.floor(channels[0]!.length / shape.hopSize)
    const scale = scaleFor(sizes, shape, sampleRate)
    const analyse = analysers.get(sampleRate) ?? analyser(shape, scale.bins, module)
    analysers.set(sampleRate, analyse)
    return SPANS.map(([from, to]) => {
      const rows = Array.from({ length: frames }, (_, k) => k).filter((k) => (k + 1) * hop >= onset + from && (k + 1) * hop <= onset + to)
      const data = new Float32Array(rows.length * bins)
      scale.onto(data, rows.length, (out) => analyse(recording, rows, out))
      const sum = new Float64Array(bins)
      data.forEach((x, i) => { sum[i % bins]! += x })
      const total = sum.reduce((all, x) => all + x, 0)
      if (!(total > 0))
        throw new RangeError(`${name}: expected a note that sounds from ${1000 * from} to ${1000 * to} ms after it begins, got silence`)
      return sum.map((x) => x / total)
    })
  }
}

const STEP = 0.001 // seconds
/** Of the loudest moment's power: a note has begun where it first is this strong (−26 dB). */
const BEGUN = 1 / 400

/** When a note begins, in seconds from the start of its recording. */
export function onsetOf({ name, sampleRate, channels }: Recording): number {
  const step = Math.max(1, Math.round(STEP * sampleRate))
  const powers = Array.from({ length: Math.floor((channels[0]?.length ?? 0) / step) }, (_, k) => {
    let sum = 0
    for (const samples of channels) for (let i = k * step; i < (k + 1) * step; i++) sum += samples[i]! ** 2
    return sum
  })
  const loudest = powers.reduce((most, x) => Math.max(most, x), 0)
  if (!Number.isFinite(powers.reduce((sum, x) => sum + x, 0))) throw new RangeError(`${name}: expected finite samples, got others`)
  if (loudest === 0) throw new RangeError(`${name}: expected sound, got ${powers.length === 0 ? 'nothing' : 'silence'}`)
  return (powers.findIndex((power) => power >= BEGUN * loudest) * step) / sampleRate
}
