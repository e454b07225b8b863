// The seven stereo mixtures whose true images are known, and how near an estimate comes to them.

import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { audioFolder, load, siSdr } from './audio.ts'

export type Stereo = readonly [Float32Array, Float32Array]
/** dB right over left, samples that the right lags. */
export interface Place { readonly level: number; readonly delay: number }

export interface StereoMixture {
  readonly name: string
  readonly sampleRate: number
  readonly mix: Stereo
  /** What is to be found, and where a person would point. */
  readonly sources: readonly Source[]
  /** The same, with each source for itself where two share a place. */
  readonly apart: readonly Source[]
}

export interface Source { readonly name: string; readonly truth: Stereo; readonly place: Place }

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
/** Its first two stand at one place. */
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
    const apart = meta.labels.map((label, i): Source => ({ name: label, truth: images[i]!, place: places[i]! }))
    const [first, second, ...others] = apart as [Source, Source, ...Source[]]
    const shared: Source = { name: `${first.name} and ${second.name}`, truth: sum(first.truth, second.truth), place: first.place }
    return { name, sampleRate, mix: channels as unknown as Stereo, apart, sources: name === SHARED ? [shared, ...others] : apart }
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

export const meanSiSdr = (sources: readonly Source[], estimates: readonly Stereo[]): number =>
  sources.reduce((total, { truth }, i) => total + stereoSiSdr(truth, estimates[i]!), 0) / sources.length

/** The best way to say which estimate is which source. */
export function bestAssignment(sources: readonly Source[], estimates: readonly Stereo[]): number {
  const scores = sources.map(({ truth }) => estimates.map((estimate) => stereoSiSdr(truth, estimate)))
  const best = (source: number, free: readonly number[]): number => source === sources.length ? 0
    : Math.max(...free.map((e) => scores[source]![e]! + best(source + 1, free.filter((other) => other !== e))))
  return best(0, estimates.map((_, i) => i)) / sources.length
}
