// What warm starts, ordered subsets and over-relaxation are worth: SI-SDR of three passes against fifty cold ones of one
// plain step each, on real mixtures
// brought to one channel. Each instrument or voice is learned from the *other* mixtures in which it plays.

import { learn } from '../../presets/learn/learn.ts'
import { type Dictionary, divergences } from '../../worklet/dictionary.ts'
import { constantAutomation, initialSettings, type Settings } from '../../worklet/parameters.ts'
import { wholeDictionary } from '../../worklet/selection.ts'
import { Separator } from '../../worklet/separator.ts'
import { finish } from '../steps.ts'
import { type Mixture, mixtures, siSdr } from './audio.ts'

const SIZES = { fftSize: 4096, hopSize: 1024, tailSize: 4096 }
const ATOMS = 32

export interface WarmFigures { readonly mixtures: string[]; readonly cold50: number; readonly rows: { name: string; siSdr: number }[] }

export interface Lesson { readonly dictionary: Dictionary; readonly mix: Float32Array; readonly images: readonly Float32Array[]; readonly names: string[] }

/** A dictionary for one mixture, and the mixture of just the sources that another one teaches. */
async function lesson(of: Mixture, all: readonly Mixture[], module: WebAssembly.Module): Promise<Lesson | null> {
  const taught = of.labels.map((label, i) => ({
    label, image: of.images[i]!,
    lessons: all.filter((other) => other !== of && other.labels.includes(label)).map((other) => other.images[other.labels.indexOf(label)]!),
  })).filter(({ lessons }) => lessons.length > 0)
  if (taught.length < 2) return null
  const { result: { atoms, spectra } } = await finish(learn({
    parts: taught.map(({ label, lessons }) => ({
      source: label, pitch: null, atoms: ATOMS, recordings: lessons.map((samples, i) => ({ name: `${label} ${i}`, channels: [samples], sampleRate: of.sampleRate })) })),
    sizes: { ...SIZES, sampleRate: of.sampleRate }, method: 'nmf', divergence: divergences['kl']!, iterations: 40, start: 'kmeans', seed: 1, frames: 700, module,
  }))
  const images = taught.map(({ image }) => image)
  return {
    dictionary: { ...SIZES, sampleRate: of.sampleRate, atoms, spectra, divergence: divergences['kl']! },
    mix: of.mix.map((_, i) => images.reduce((sum, image) => sum + image[i]!, 0)), images, names: taught.map(({ label }) => label),
  }
}

export function quality({ dictionary, mix, images, names }: Lesson, module: WebAssembly.Module, settings: Partial<Settings>, cold = false): number {
  const separator = new Separator({ module, dictionary, selection: wholeDictionary(names), sampleRate: dictionary.sampleRate, channels: 1, mode: 'direct' })
  const { latencySamples, shape: { hopSize } } = separator
  const length = mix.length
  const input = new Float32Array(length + latencySamples)
  input.set(mix)
  const stems = [...names, 'rest'].map(() => [new Float32Array(input.length)])
  const automation = constantAutomation({ ...initialSettings(), ...settings })
  if (cold) separator.onFrame = () => separator.forgetActivations()
  for (let at = 0; at < input.length; at += hopSize) {
    const to = Math.min(at + hopSize, input.length)
    separator.process([input.subarray(at, to)], stems.map(([s]) => [s!.subarray(at, to)]), to - at, automation)
  }
  return images.reduce((sum, image, i) => sum + siSdr(image, stems[i]![0]!.subarray(latencySamples)), 0) / images.length
}

/** None where the audio is not. */
export async function lessonsOf(module: WebAssembly.Module): Promise<{ name: string; lesson: Lesson }[]> {
  const all = await mixtures()
  const lessons: { name: string; lesson: Lesson }[] = []
  for (const mixture of all) {
    const found = await lesson(mixture, all, module)
    if (found) lessons.push({ name: mixture.name, lesson: found })
  }
  return lessons
}

export async function warm(module: WebAssembly.Module, say: (line: string) => void): Promise<WarmFigures | null> {
  const lessons = await lessonsOf(module)
  if (lessons.length === 0) return null
  const mean = (settings: Partial<Settings>, cold = false): number =>
    lessons.reduce((sum, { lesson }) => sum + quality(lesson, module, settings, cold), 0) / lessons.length
  const cold50 = mean({ passes: 50, relaxation: 1, steps: 1 }, true)
  say(`50 cold passes: ${cold50.toFixed(2)} dB, the mean of ${lessons.length} mixtures`)
  const rows: readonly (readonly [string, Partial<Settings>])[] = [
    ['3 warm, one step each', { passes: 3, relaxation: 1, steps: 1 }], ['3 warm, one step each, p 1.9', { passes: 3, relaxation: 1.9, steps: 1 }],
    ['1 warm, four steps', { passes: 1, relaxation: 1 }], ['3 warm, four steps', { passes: 3, relaxation: 1 }],
    ['3 warm, four steps, p 1.25', { passes: 3 }],
  ]
  return {
    mixtures: lessons.map(({ name }) => name), cold50,
    rows: rows.map(([name, settings]) => {
      const row = { name, siSdr: mean(settings) }
      say(`${name.padEnd(30)} ${row.siSdr.toFixed(2)} dB`)
      return row
    }),
  }
}
