// The sound files of one export as they grow, block by block, and whether they add up. The null is measured on what is
// written, after rounding and dither, against the input itself.

import type { Sink, WavWriter } from '../wav-writer.ts'
import { MIX_VOICE, wavWriter } from '../wav-writer.ts'
import { ditherPower } from '../wav.ts'
import type { Bits } from '../wav.ts'

/** A source of the selection, what no source claims, or all of it as it is heard. */
export type Holds = number | 'rest' | 'mix'

export interface FilePlan { readonly name: string; readonly holds: Holds }

export interface SetPlan {
  readonly files: readonly FilePlan[]
  /** Of the selection. */
  readonly sources: number
  readonly sampleRate: number
  readonly channels: 1 | 2
  readonly bits: Bits
  /** Of each file. */
  readonly samples: number
  /** Sources at the selection's levels and places: then those without a file stay out of the rest too. */
  readonly placed: boolean
}

export interface WrittenFile extends FilePlan {
  /** Samples beyond full scale, cut off because an integer cannot hold them. */
  readonly clipped: number
  readonly peak: number
}

export interface Written {
  readonly files: readonly WrittenFile[]
  /** What the files' sum misses the input by, in dB of the input; −Infinity: by nothing. Null: they are not meant to add up, or the input is silent and the files are not. */
  readonly nullDb: number | null
  /** The same of all sources and the rest, before anything was written. */
  readonly separationDb: number | null
  /** What the dither of so many integer files alone leaves; null for floats. */
  readonly ditherDb: number | null
  /** How much of the energy in the files that add up is in each of them, in their order. */
  readonly shares: readonly number[]
}

/** The most samples that are taken at once. */
export const BLOCK = 4096

const decibels = (error: number, input: number): number | null => (error === 0 ? -Infinity : input === 0 ? null : 10 * Math.log10(error / input))
const energy = (channels: readonly Float32Array[], count: number): number => channels.reduce((sum, x) => {
  for (let i = 0; i < count; i++) sum += x[i]! * x[i]!
  return sum
}, 0)

/** Whether a set gives back the input: what no other file holds must be in one of its own. */
export const addsUp = ({ files, placed }: Pick<SetPlan, 'files' | 'placed'>): boolean => !placed && files.some(({ holds }) => holds === 'rest')

export async function soundFiles(plan: SetPlan, open: (name: string) => Promise<Sink>) {
  const { files, sources, sampleRate, channels, bits, samples, placed } = plan
  const writers: WavWriter[] = []
  for (const { name, holds } of files)
    writers.push(await wavWriter(await open(name), { sampleRate, channels, bits, length: samples, voice: holds === 'mix' ? MIX_VOICE : holds === 'rest' ? sources : holds }))
  const kept = new Set(files.map(({ holds }) => holds))
  const left = placed ? [] : [...Array(sources).keys()].filter((source) => !kept.has(source))
  const rest = Array.from({ length: channels }, () => new Float32Array(BLOCK))
  const sum = Array.from({ length: channels }, () => new Float64Array(BLOCK))
  const parts = files.flatMap(({ holds }, k) => (holds === 'mix' ? [] : [k]))
  const powers = parts.map(() => 0)
  let written = 0
  let [inputPower, separationError, error] = [0, 0, 0]

  /** The rest, and in it the sources that have no file. */
  function gatherRest(stems: readonly (readonly Float32Array[])[], count: number): void {
    for (const [c, x] of rest.entries())
      for (let i = 0; i < count; i++) {
        let all = stems[sources]![c]![i]!
        for (const source of left) all += stems[source]![c]![i]!
        x[i] = all
      }
  }
  function measure(stems: readonly (readonly Float32Array[])[], input: readonly Float32Array[], count: number): void {
    for (let c = 0; c < channels; c++)
      for (let i = 0; i < count; i++) {
        let all = -input[c]![i]!
        for (const stem of stems) all += stem[c]![i]!
        separationError += all * all
        inputPower += input[c]![i]! * input[c]![i]!
      }
  }

  return {
    /** Samples of each file. */
    get written() { return written },
    /** Up to BLOCK samples, as found; `place` brings the sources to their places where that is asked for. */
    async write(stems: readonly (readonly Float32Array[])[], mix: readonly Float32Array[], input: readonly Float32Array[], count: number, place: () => void): Promise<void> {
      measure(stems, input, count)
      if (placed) place()
      gatherRest(stems, count)
      for (const x of sum) x.fill(0)
      for (const [k, { holds }] of files.entries()) {
        const from = holds === 'mix' ? mix : holds === 'rest' ? rest : stems[holds]!
        await writers[k]!.write(from, 0, count, holds === 'mix' ? undefined : sum)
        if (holds !== 'mix') powers[parts.indexOf(k)]! += energy(from, count)
      }
      for (let c = 0; c < channels; c++) for (let i = 0; i < count; i++) error += (sum[c]![i]! - input[c]![i]!) ** 2
      written += count
    },
    async finish(): Promise<Written> {
      for (const writer of writers) await writer.finish()
      const all = powers.reduce((total, power) => total + power, 0)
      const dither = parts.length * ditherPower(bits) * written * channels
      return {
        files: files.map((file, k) => ({ ...file, clipped: writers[k]!.clipped, peak: writers[k]!.peak })),
        nullDb: addsUp(plan) ? decibels(error, inputPower) : null,
        separationDb: decibels(separationError, inputPower),
        ditherDb: bits === 'float' ? null : decibels(dither, inputPower),
        shares: powers.map((power) => (all === 0 ? 0 : power / all)),
      }
    },
  }
}
