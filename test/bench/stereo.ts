// What the stereo field is worth: seven mixtures whose true images are known, pulled apart in every way, and the mean
// SI-SDR over their sources. Beside each figure stands the one that a plain study on the same files found.

import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { alternate } from '../../main/bench-tasks.ts'
import { Kernel } from '../../worklet/kernel.ts'
import { Analysis, Synthesis, Transform, type Shape } from '../../worklet/stft.ts'
import { FIELD_SHAPE, Survey } from '../../worklet/survey.ts'
import { audioFolder, load, siSdr } from './audio.ts'

export type Stereo = readonly [Float32Array, Float32Array]
export interface Place { readonly level: number; readonly delay: number }

export interface StereoMixture {
  readonly name: string
  readonly sampleRate: number
  readonly mix: Stereo
  /** What is to be found. M2's singer and bass share a place and count as one. */
  readonly truths: readonly Stereo[]
  /** Where a person would point: dB right over left, samples that the right lags. */
  readonly places: readonly Place[]
}

interface Meta {
  readonly labels: readonly string[]
  readonly pan?: readonly number[]
  readonly ild_db_L_over_R?: readonly number[]
  readonly delay_samples_R_after_L?: readonly number[]
}

/** In rooms: the peaks of each source's own histogram. */
const ROOMS: Readonly<Record<string, readonly (readonly [number, number])[]>> = {
  R1_speech3_room: [[-0.6, 7.95], [0, -2.1], [0.6, -9]],
  R2_music3_ortf: [[-4.7, 12.8], [1.2, -2.4], [0.6, -16.4]],
}
const SHARED = 'M2_music4_centre'

function placesOf(name: string, { pan, ild_db_L_over_R: levels, delay_samples_R_after_L: delays }: Meta): Place[] {
  const room = ROOMS[name]
  if (room) return room.map(([level, delay]) => ({ level, delay }))
  if (pan) return pan.map((p) => ({ level: 20 * Math.log10(Math.tan(((1 + p) * Math.PI) / 4)), delay: 0 })) // sin/cos law
  return levels!.map((level, i) => ({ level: -level, delay: delays![i]! }))
}

const sum = (a: Stereo, b: Stereo): Stereo => [a[0].map((x, i) => x + b[0][i]!), a[1].map((x, i) => x + b[1][i]!)]
const loadStereo = async (file: URL): Promise<Stereo> => (await load(file)).channels as unknown as Stereo

export async function stereoMixtures(): Promise<StereoMixture[]> {
  const folder = new URL('stereo/', audioFolder)
  if (!existsSync(folder)) return []
  return Promise.all(readdirSync(folder).sort().map(async (name) => {
    const at = new URL(name + '/', folder)
    const meta = JSON.parse(readFileSync(new URL('meta.json', at), 'utf8')) as Meta
    const { channels, sampleRate } = await load(new URL('mix.flac', at))
    const images = await Promise.all(meta.labels.map((_, i) => loadStereo(new URL(`src${i + 1}.flac`, at))))
    const places = placesOf(name, meta)
    const together = name === SHARED
    return {
      name, sampleRate, mix: channels as unknown as Stereo,
      truths: together ? [sum(images[0]!, images[1]!), ...images.slice(2)] : images,
      places: together ? places.slice(1) : places,
    }
  }))
}

/** Both channels under one projection: each channel's mean removed, then one after the other. */
export function stereoSiSdr(reference: Stereo, estimate: Stereo): number {
  const chained = (channels: Stereo): Float32Array => {
    const out = new Float32Array(2 * channels[0].length)
    channels.forEach((x, c) => {
      const mean = x.reduce((a, b) => a + b, 0) / x.length
      for (let i = 0; i < x.length; i++) out[c * x.length + i] = x[i]! - mean
    })
    return out
  }
  return siSdr(chained(reference), chained(estimate))
}

export const meanSiSdr = (truths: readonly Stereo[], estimates: readonly Stereo[]): number =>
  truths.reduce((total, truth, i) => total + stereoSiSdr(truth, estimates[i]!), 0) / truths.length

/** Power of each truth in this bin, over both channels → a gain for each. */
type Ideal = (powers: Float64Array, gains: Float64Array) => void
const idealBinary: Ideal = (powers, gains) => {
  const strongest = powers.indexOf(Math.max(...powers))
  gains.forEach((_, i) => (gains[i] = i === strongest ? 1 : 0))
}
const idealRatio: Ideal = (powers, gains) => {
  const all = powers.reduce((a, b) => a + b, 1e-20)
  powers.forEach((power, i) => (gains[i] = power / all))
}

/** Masks made of the truth, through the engine's own windows: no scalar mask does better. */
function ideal({ mix, truths }: StereoMixture, module: WebAssembly.Module, decide: Ideal): Stereo[] {
  const shape: Shape = { ...FIELD_SHAPE, windowSize: FIELD_SHAPE.fftSize }
  const { hopSize, tailSize, fftSize } = shape
  const bins = fftSize / 2 + 1
  const each = 2 * (truths.length + 1)
  const kernel = new Kernel(module, Transform.floats(fftSize) + each * (Analysis.floats(shape, tailSize) + Synthesis.floats(shape)) + truths.length * (bins + 32))
  const transform = new Transform(kernel, fftSize)
  const pair = <T>(make: () => T): [T, T] => [make(), make()]
  const seen = pair(() => new Analysis(transform, shape, tailSize))
  const known = truths.map(() => pair(() => new Analysis(transform, shape, tailSize)))
  const made = truths.map(() => pair(() => new Synthesis(transform, shape)))
  const masks = truths.map(() => kernel.floats(bins + 3))
  const length = mix[0].length
  const out = truths.map((): [Float32Array, Float32Array] => pair(() => new Float32Array(length)))
  const powers = new Float64Array(truths.length), gains = new Float64Array(truths.length)
  for (let start = 0; start < length + tailSize; start += hopSize) {
    for (let i = 0; i < hopSize; i++)
      for (let c = 0; c < 2; c++) {
        seen[c]!.write(mix[c]![start + i] ?? 0, i)
        known.forEach((analyses, source) => analyses[c]!.write(truths[source]![c]![start + i] ?? 0, i))
      }
    for (const analyses of [seen, ...known]) for (const analysis of analyses) analysis.frame()
    for (let bin = 0; bin < bins; bin++) {
      known.forEach((analyses, source) => (powers[source] = analyses.reduce((p, { re, im }) => p + re[bin]! ** 2 + im[bin]! ** 2, 0)))
      decide(powers, gains)
      masks.forEach((mask, source) => (mask[bin] = gains[source]!))
    }
    made.forEach((pair, source) => pair.forEach((synthesis, c) => {
      synthesis.add(seen[c]!, masks[source]!)
      synthesis.publish()
      const at = start + hopSize - tailSize // a published hop is the oldest of the frame
      for (let i = 0; i < hopSize; i++) if (at + i >= 0 && at + i < length) out[source]![c]![at + i] = synthesis.ready[i]!
    }))
  }
  return out
}


/** One way to pull a mixture apart: an estimate for each truth. */
type Way = (mixture: StereoMixture, module: WebAssembly.Module) => readonly Stereo[]

/** In the order of the report, each with what the study found for M1 M2 M3 R1 R2 S1 S2. */
const WAYS: readonly (readonly [name: string, study: readonly number[], way: Way])[] = [
  ['mixture', [-4.8, -3.3, -4.8, -3.1, -3.0, -3.0, -3.0], ({ mix, truths }) => truths.map(() => mix)],
  ['ideal binary mask', [9.7, 8.6, 12.2, 10.7, 10.7, 10.9, 10.6], (mixture, module) => ideal(mixture, module, idealBinary)],
  ['ideal ratio mask', [10.4, 9.1, 12.7, 11.0, 11.8, 11.3, 11.0], (mixture, module) => ideal(mixture, module, idealRatio)],
]

/** Microseconds that the histogram takes per frame of a mixture, and the share of a core that this is. */
function histogramCost({ mix, sampleRate }: StereoMixture, module: WebAssembly.Module): { micros: number; share: number } {
  const survey = new Survey(module, sampleRate)
  const { histogram } = survey
  const frames: Parameters<typeof histogram.add>[0][] = []
  const { add } = histogram
  histogram.add = (pairs) => {
    const { left, right, crossRe, crossIm } = pairs
    frames.push({ left: left.slice(), right: right.slice(), crossRe: crossRe.slice(), crossIm: crossIm.slice() })
  }
  survey.write(...mix, mix[0].length)
  let next = 0
  const [micros] = alternate([() => add.call(histogram, frames[next++ % frames.length]!)], 30, [frames.length])
  return { micros: micros!, share: micros! / (1e6 * FIELD_SHAPE.hopSize / FIELD_SHAPE.sampleRate) }
}

export interface StereoFigures {
  readonly mixtures: readonly string[]
  /** Mean SI-SDR over the sources of each mixture, in dB, and what the study found. */
  readonly ways: readonly { readonly way: string; readonly siSdr: readonly number[]; readonly study: readonly number[] }[]
  readonly histogramMicros: number
}

export async function stereo(module: WebAssembly.Module, say: (line: string) => void): Promise<StereoFigures | null> {
  const mixtures = await stereoMixtures()
  if (mixtures.length === 0) return null
  const row = (name: string, values: readonly number[]): string => name.padEnd(30) + values.map((x) => x.toFixed(1).padStart(7)).join('')
  say('mean SI-SDR over the sources, dB; under each the figure of a study on the same files'.padEnd(30))
  say(' '.repeat(30) + [...mixtures.map(({ name }) => name.slice(0, 2)), 'mean'].map((name) => name.padStart(7)).join(''))
  const withMean = (values: readonly number[]): number[] => [...values, values.reduce((a, b) => a + b, 0) / values.length]
  const ways: StereoFigures['ways'][number][] = []
  for (const [way, study, separate] of WAYS) {
    const siSdr = mixtures.map((mixture) => meanSiSdr(mixture.truths, separate(mixture, module)))
    ways.push({ way, siSdr, study })
    say(row(way, withMean(siSdr)))
    say(row('  study', withMean(study)))
  }
  const cost = histogramCost(mixtures[0]!, module)
  say(`one histogram update ${cost.micros.toFixed(1)} µs, ${(100 * cost.share).toFixed(2)} % of a core at 4096/1024`)
  return { mixtures: mixtures.map(({ name }) => name), ways, histogramMicros: cost.micros }
}
