// What the stereo field is worth: seven mixtures whose true images are known, pulled apart in every way, and the mean
// SI-SDR over their sources. Beside each figure stands the one that a plain study on the same files found.

import { alternate } from '../../main/bench-tasks.ts'
import { alone } from '../../presets/learn/crew.ts'
import { learn } from '../../presets/learn/learn.ts'
import { Refinement } from '../../presets/refine/refine.ts'
import { CovarianceFold, passageKey, type Covariances } from '../../worklet/covariance.ts'
import { divergences, type Dictionary } from '../../worklet/dictionary.ts'
import type { Frame } from '../../worklet/frame.ts'
import { Kernel } from '../../worklet/kernel.ts'
import { constantAutomation, initialSettings, type Settings } from '../../worklet/parameters.ts'
import { suggest } from '../../worklet/peaks.ts'
import type { LearnedPlace, PointPlace, SelectedSource, Selection } from '../../worklet/selection.ts'
import { Separator } from '../../worklet/separator.ts'
import { Analysis, Synthesis, Transform, type Shape } from '../../worklet/stft.ts'
import { FIELD_SHAPE, Survey } from '../../worklet/survey.ts'
import { bestAssignment, meanSiSdr, stereoMixtures, type Place, type Source, type Stereo, type StereoMixture } from './stereo-mixtures.ts'

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
function ideal({ mix, sources }: StereoMixture, module: WebAssembly.Module, decide: Ideal): Stereo[] {
  const shape: Shape = { ...FIELD_SHAPE, windowSize: FIELD_SHAPE.fftSize }
  const { hopSize, tailSize, fftSize } = shape
  const bins = fftSize / 2 + 1
  const truths = sources.map(({ truth }) => truth)
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


/** Sound through the engine: every source, aligned. The rest is left out. */
function separated(mix: Stereo, { module, sampleRate, dictionary = nothing, settings = {}, selection, covariances = {} }: {
  module: WebAssembly.Module; sampleRate: number; selection: Selection; dictionary?: Dictionary; settings?: Partial<Settings>; covariances?: Covariances
}, onFrame?: (frame: Frame) => void): Stereo[] {
  const separator = new Separator({ module, dictionary, selection, covariances, sampleRate, channels: 2, mode: 'direct' })
  if (onFrame) separator.onFrame = onFrame
  const { latencySamples, shape: { hopSize } } = separator
  const length = mix[0].length + latencySamples
  const longer = (): Stereo => [new Float32Array(length), new Float32Array(length)]
  const input = mix.map((x) => { const out = new Float32Array(length); out.set(x); return out })
  const stems = [...selection.sources, null].map(longer)
  const automation = constantAutomation({ ...initialSettings(), ...settings })
  for (let at = 0; at < length; at += hopSize) {
    const part = (x: Float32Array): Float32Array => x.subarray(at, Math.min(length, at + hopSize))
    separator.process(input.map(part), stems.map((stem) => stem.map(part)), part(input[0]!).length, automation)
  }
  return stems.slice(0, -1).map(([l, r]): Stereo => [l.subarray(latencySamples), r.subarray(latencySamples)])
}

/** No atoms: the field decides alone. */
const nothing: Dictionary = { ...FIELD_SHAPE, atoms: [], spectra: new Float32Array(0), divergence: divergences['kl']! }

const point = ({ level, delay }: Place, sampleRate: number): PointPlace => ({ level, delay: (delay / sampleRate) * 1e6 })
const pointed = (mask: Selection['mask'], places: readonly Place[], sampleRate: number): Selection =>
  ({ mask, sources: places.map((place, i) => ({ name: `place ${i + 1}`, places: [point(place, sampleRate)] })) })

/** The first seconds of each true image, as if a person had marked where it plays alone. */
const PASSAGE = 3
const passage = (i: number): LearnedPlace['learned'] => ({ from: 10 * i, to: 10 * i + PASSAGE })
const opening = (sound: Stereo, sampleRate: number): Stereo => sound.map((x) => x.subarray(0, PASSAGE * sampleRate)) as unknown as Stereo
function learnedPlaces(sources: readonly Source[], sampleRate: number, module: WebAssembly.Module): Covariances {
  return Object.fromEntries(sources.map(({ truth }, i) => {
    const fold = new CovarianceFold(sampleRate, FIELD_SHAPE.fftSize)
    separated(opening(truth, sampleRate), { module, sampleRate, selection: { mask: 'soft', sources: [] } }, (frame) => fold.add(frame))
    return [passageKey(passage(i)), fold.result()]
  }))
}
const learned = (mask: Selection['mask'], sources: readonly Source[]): Selection =>
  ({ mask, sources: sources.map(({ name }, i) => ({ name, places: [{ learned: passage(i) }] })) })

const byPoints = (mask: Selection['mask']): Way => ({ mix, sampleRate, sources }, module) =>
  separated(mix, { module, sampleRate, selection: pointed(mask, sources.map(({ place }) => place), sampleRate) })
const byPassages = (mask: Selection['mask']): Way => ({ mix, sampleRate, sources }, module) =>
  separated(mix, { module, sampleRate, selection: learned(mask, sources), covariances: learnedPlaces(sources, sampleRate, module) })

/** The strongest places that the histogram suggests, as many as there are sources. */
function suggested({ mix, sampleRate, sources }: StereoMixture, module: WebAssembly.Module): readonly Place[] {
  const survey = new Survey(module, sampleRate)
  survey.write(...mix, mix[0].length)
  survey.finish()
  return suggest(survey.histogram.whole).peaks.slice(0, sources.length)
}

/** How far the peaks are from where the sources stand, at most: dB and samples. */
function peakErrors(mixture: StereoMixture, module: WebAssembly.Module): Place {
  const peaks = suggested(mixture, module)
  const off = mixture.sources.map(({ place: { level, delay } }) => {
    const errors = peaks.map((peak) => ({ level: Math.abs(peak.level - level), delay: Math.abs(peak.delay - delay) }))
    return errors.sort((a, b) => a.level + a.delay - b.level - b.delay)[0] ?? { level: Infinity, delay: Infinity }
  })
  return { level: Math.max(...off.map(({ level }) => level)), delay: Math.max(...off.map(({ delay }) => delay)) }
}

/** At those places. Whoever has none hears the mixture. */
function blind(mixture: StereoMixture, module: WebAssembly.Module): Stereo[] {
  const { mix, sampleRate, sources } = mixture
  const places = suggested(mixture, module)
  const found = separated(mix, { module, sampleRate, selection: pointed('binary', places, sampleRate) })
  return sources.map((_, i) => found[i] ?? mix)
}

const refined = (way: Way): Way => async (mixture, module) => {
  const { mix, sampleRate } = mixture
  const stems = [...await way(mixture, module)]
  stems.push(mix.map((x, c) => x.map((value, i) => stems.reduce((left, stem) => left - stem[c]![i]!, value))) as unknown as Stereo)
  const refinement = new Refinement({ module, sampleRate, stems: stems.length, crew: alone })
  const length = mix[0].length
  const out = stems.map((): Stereo => [new Float32Array(length), new Float32Array(length)])
  for (let taken = 0, done = 0; done < length; ) {
    taken += refinement.take(stems, taken, length)
    const { stems: found, length: ready } = await outcome(refinement.work(taken === length))
    found.forEach((stem, k) => stem.forEach((x, c) => out[k]![c]!.set(x.subarray(0, ready), done)))
    done += ready
  }
  return out.slice(0, -1)
}

async function outcome<T>(steps: AsyncGenerator<unknown, T>): Promise<T> {
  for (;;) {
    const { done, value } = await steps.next()
    if (done) return value
  }
}

/** Atoms of each source, learned from the opening of its true image. */
async function dictionaryOf(sources: readonly Source[], sampleRate: number, module: WebAssembly.Module): Promise<Dictionary> {
  const { atoms, spectra } = await outcome(learn({
    parts: sources.map(({ name, truth }) => ({ source: name, pitch: null, atoms: ATOMS, recordings: [{ name, sampleRate, channels: opening(truth, sampleRate) }] })),
    sizes: FIELD_SHAPE, method: 'nmf', divergence: divergences['kl']!, iterations: 60, start: 'kmeans', seed: 1, frames: 4096, module,
  }))
  return { ...FIELD_SHAPE, atoms, spectra, divergence: divergences['kl']! }
}
const ATOMS = 24
const PASSES = 10

/** By spectrum alone, by both, every source for itself. Where a room is, the places are those learned. */
const bySpectrum = (places: 'none' | 'pointed' | 'learned'): Way => async ({ mix, sampleRate, apart }, module) => {
  const place = ({ place }: Source, i: number): Pick<SelectedSource, 'places'> =>
    places === 'none' ? {} : { places: [places === 'pointed' ? point(place, sampleRate) : { learned: passage(i) }] }
  return separated(mix, {
    module, sampleRate, dictionary: await dictionaryOf(apart, sampleRate, module), settings: { passes: PASSES },
    selection: { mask: places === 'none' ? 'soft' : 'wiener', sources: apart.map((source, i) => ({ name: source.name, atoms: [source.name], ...place(source, i) })) },
    covariances: places === 'learned' ? learnedPlaces(apart, sampleRate, module) : {},
  })
}

/** One way to pull a mixture apart: an estimate for each source. */
type Way = (mixture: StereoMixture, module: WebAssembly.Module) => readonly Stereo[] | Promise<readonly Stereo[]>

/** In the order of the report, each with what the study found for M1 M2 M3 R1 R2 S1 S2. */
const WAYS: readonly { readonly name: string; readonly study?: readonly number[]; readonly way: Way; readonly score?: 'blind' | 'apart' }[] = [
  { name: 'mixture', study: [-4.8, -3.3, -4.8, -3.1, -3.0, -3.0, -3.0], way: ({ mix, sources }) => sources.map(() => mix) },
  { name: 'blind, binary', study: [5.4, 1.0, -2.5, 6.3, 0.8, 9.5, 9.2], way: blind, score: 'blind' },
  { name: 'pointed, binary', study: [5.7, 7.6, 1.6, 6.3, 1.2, 9.5, 9.1], way: byPoints('binary') },
  { name: 'pointed, soft', study: [6.5, 8.1, 3.5, 6.5, 0.6, 10.1, 9.8], way: byPoints('soft') },
  { name: 'pointed, Wiener', study: [7.7, 10.5, 0.9, 5.8, 0.2, 12.4, 11.8], way: byPoints('wiener') },
  { name: 'learned, binary', study: [5.8, 7.6, 5.6, 7.9, 7.1, 9.5, 9.1], way: byPassages('binary') },
  { name: 'learned, Wiener', study: [7.7, 10.5, 5.5, 8.8, 8.2, 12.4, 11.8], way: byPassages('wiener') },
  { name: 'learned, Wiener, refined', way: refined(byPassages('wiener')) },
  { name: 'pointed, Wiener, refined', way: refined(byPoints('wiener')) },
  { name: 'ideal binary mask', study: [9.7, 8.6, 12.2, 10.7, 10.7, 10.9, 10.6], way: (mixture, module) => ideal(mixture, module, idealBinary) },
  { name: 'ideal ratio mask', study: [10.4, 9.1, 12.7, 11.0, 11.8, 11.3, 11.0], way: (mixture, module) => ideal(mixture, module, idealRatio) },
  { name: 'dictionary alone', way: bySpectrum('none'), score: 'apart' },
  { name: 'dictionary, pointed, Wiener', way: bySpectrum('pointed'), score: 'apart' },
  { name: 'dictionary, learned, Wiener', way: bySpectrum('learned'), score: 'apart' },
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

/** The share of a core that four pointed sources take, live: two channels, Wiener. */
function wienerCost({ mix, sampleRate, sources }: StereoMixture, module: WebAssembly.Module): number {
  const seconds = 4
  const sound = mix.map((x) => x.subarray(0, seconds * sampleRate)) as unknown as Stereo
  const selection = pointed('wiener', sources.map(({ place }) => place), sampleRate)
  const [micros] = alternate([() => separated(sound, { module, sampleRate, selection })], 3, [1])
  return micros! / (1e6 * seconds)
}

export interface StereoFigures {
  readonly mixtures: readonly string[]
  /** Mean SI-SDR over the sources of each mixture, in dB, and what the study found. */
  readonly ways: readonly { readonly way: string; readonly siSdr: readonly number[]; readonly study: readonly number[] | null }[]
  /** Of dry voices: how far the suggested places are off at most, in dB and samples. */
  readonly peaks: readonly ({ readonly mixture: string } & Place)[]
  readonly histogramMicros: number
  /** Of real time. */
  readonly wienerShare: number
}

export async function stereo(module: WebAssembly.Module, say: (line: string) => void): Promise<StereoFigures | null> {
  const mixtures = await stereoMixtures()
  if (mixtures.length === 0) return null
  const row = (name: string, values: readonly number[]): string => '  ' + name.padEnd(30) + values.map((x) => x.toFixed(1).padStart(7)).join('')
  const withMean = (values: readonly number[]): number[] => [...values, values.reduce((a, b) => a + b, 0) / values.length]
  say(`mean SI-SDR over the sources, dB; below each the figures of a study on the same files. Two sources of M2 share a place and count as one`)
  say(' '.repeat(32) + [...mixtures.map(({ name }) => name.slice(0, 2)), 'mean'].map((name) => name.padStart(7)).join(''))
  const ways: StereoFigures['ways'][number][] = []
  for (const { name, study = null, way, score } of WAYS) {
    const siSdr: number[] = []
    for (const mixture of mixtures) {
      const estimates = await way(mixture, module)
      siSdr.push(score === 'blind' ? bestAssignment(mixture.sources, estimates) : meanSiSdr(score === 'apart' ? mixture.apart : mixture.sources, estimates))
    }
    ways.push({ way: name, siSdr, study })
    say(row(name, withMean(siSdr)) + (score === 'apart' ? '   every source for itself' : ''))
    if (study) say(row('', withMean(study)))
  }
  const peaks = mixtures.filter(({ name }) => name.startsWith('S')).map((mixture) => ({ mixture: mixture.name, ...peakErrors(mixture, module) }))
  for (const { mixture, level, delay } of peaks) say(`${mixture}: the peaks are off by at most ${level.toFixed(2)} dB and ${delay.toFixed(2)} samples`)
  const cost = histogramCost(mixtures[0]!, module)
  const wienerShare = wienerCost(mixtures[0]!, module)
  say(`one histogram update ${cost.micros.toFixed(1)} µs, ${(100 * cost.share).toFixed(2)} % of a core at 4096/1024`)
  say(`four pointed sources, two-channel Wiener, live: ${(100 * wienerShare).toFixed(1)} % of a core`)
  return { mixtures: mixtures.map(({ name }) => name), ways, peaks, histogramMicros: cost.micros, wienerShare }
}
