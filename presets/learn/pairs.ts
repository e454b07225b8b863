// Aligned pairs: recordings of each source alone that, played together, are a mixture. Learned from (DNMF), or held out to
// tell how good what was learned is.

import { shapeFor } from '../../worklet/stft.ts'
import type { Pairs } from './danmf.ts'
import { analyser } from './frames.ts'
import type { Frames, Recording, Sizes } from './frames.ts'
import { someOf } from './random.ts'

/** By the name of the source. All as long as each other, at one rate, of as many channels. */
export type Pair = Readonly<Record<string, Recording>>

/** What sounds when all sources of a pair do. */
export function mixtureOf(pair: Pair): Recording {
  const [first, ...others] = Object.values(pair)
  if (!first) throw new RangeError('pairs: expected recordings of at least one source, got none')
  for (const other of others) {
    const differ = (what: string, expected: number, got: number): void => {
      if (got !== expected) throw new RangeError(`${other.name}: expected as many ${what} as ${first.name}, ${expected}, got ${got}`)
    }
    differ('samples per second', first.sampleRate, other.sampleRate)
    differ('channels', first.channels.length, other.channels.length)
    differ('samples', first.channels[0]!.length, other.channels[0]!.length)
  }
  for (const { name, channels } of Object.values(pair))
    for (const samples of channels) for (const x of samples) if (!Number.isFinite(x)) throw new RangeError(`${name}: expected finite samples, got ${x}`)
  return {
    name: Object.values(pair).map(({ name }) => name).join(' + '), sampleRate: first.sampleRate,
    channels: first.channels.map((samples, channel) => samples.map((x, i) => others.reduce((sum, other) => sum + other.channels[channel]![i]!, x))),
  }
}

/** Quieter than the mean frame of its mixture by this much is a pause (−60 dB). */
const PAUSE = 1e-3

/** The frames of all pairs in which the mixture sounds, in the order of `sources`; at most `most`, chosen by chance. */
export function alignedFrames(pairs: readonly Pair[], sources: readonly string[], sizes: Sizes, module: WebAssembly.Module, most: number, random: () => number): Pairs {
  const bins = sizes.fftSize / 2 + 1
  const mixtures = pairs.map(mixtureOf)
  const rate = mixtures[0]?.sampleRate ?? sizes.sampleRate
  const shape = shapeFor(sizes, rate)
  for (const [i, { name, sampleRate, channels }] of mixtures.entries()) {
    if (sampleRate !== rate) throw new RangeError(`${name}: expected ${rate} Hz like the other pairs, got ${sampleRate} Hz`)
    if (channels[0]!.length < shape.fftSize) throw new RangeError(`${name}: expected at least one window of ${shape.fftSize} samples, got ${channels[0]!.length}`)
    for (const source of sources)
      if (!Object.hasOwn(pairs[i]!, source)) throw new RangeError(`${name}: expected a recording of each source, got none of ${source}`)
    for (const source of Object.keys(pairs[i]!))
      if (!sources.includes(source)) throw new RangeError(`${name}: expected sources from ${sources.join(', ')}, got ${source}`)
  }
  const analyse = analyser(shape, bins, module)
  const counts = mixtures.map(({ channels }) => Math.floor(channels[0]!.length / shape.hopSize))
  const framesOf = (recording: Recording, rows: readonly number[]): Float32Array => {
    const out = new Float32Array(rows.length * bins)
    analyse(recording, rows, out)
    return out
  }
  const sounding = mixtures.map((mixture, i) => {
    const all = framesOf(mixture, Array.from({ length: counts[i]! }, (_, row) => row))
    const sums = Array.from({ length: counts[i]! }, (_, row) => all.subarray(row * bins, (row + 1) * bins).reduce((sum, x) => sum + x, 0))
    const mean = sums.reduce((total, sum) => total + sum, 0) / sums.length
    return sums.flatMap((sum, row) => (sum > 0 && sum >= PAUSE * mean ? [row] : []))
  })
  const total = sounding.reduce((sum, rows) => sum + rows.length, 0)
  if (total === 0) throw new RangeError('pairs: expected mixtures that sound, got silence')
  const chosen = new Set(someOf(total, most, random))
  let at = 0
  const rows = sounding.map((all) => all.filter(() => chosen.has(at++)))
  const joined = (recordings: readonly Recording[]): Frames => {
    const parts = recordings.map((recording, i) => framesOf(recording, rows[i]!))
    const data = new Float32Array(chosen.size * bins)
    parts.reduce((to, part) => { data.set(part, to); return to + part.length }, 0)
    return { bins, count: chosen.size, data }
  }
  return { mixture: joined(mixtures), sources: sources.map((source) => joined(pairs.map((pair) => pair[source]!))) }
}
