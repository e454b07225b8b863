// A second look at a finished denoising: noise is steadier than what sounds in it. The power of the rest, smoothed over time to
// both sides, says how loud the noise is at each moment better than the rest of that moment does, which also holds what a mask
// took from a source by mistake. With it the mixture is filtered anew (Wiener): each source's own power over everything's.

import { Frames } from './frames.ts'
import type { Dictionary } from '../../worklet/dictionary.ts'

/** Standard deviation of the smoothing, which falls off exponentially to both sides. */
const SMOOTH_SECONDS = 0.12
/** Over the mean power: far below anything heard. */
const LEAST = 1e-12

export interface SteadyOptions {
  readonly module: WebAssembly.Module
  readonly dictionary: Pick<Dictionary, 'sampleRate' | 'fftSize' | 'hopSize' | 'tailSize'>
  readonly sampleRate: number
}

type Stem = readonly Float32Array[]

/** [stem][channel], the rest last, in place; they add up to what they added up to. One gain for all channels, so that nothing moves. */
export function* steadied(stems: readonly Stem[], { module, dictionary, sampleRate }: SteadyOptions): Generator<number, void> {
  const rest = stems.at(-1)!
  const sources = stems.slice(0, -1)
  const channels = rest.length
  const mix = rest.map((x, c) => x.map((value, i) => sources.reduce((sum, source) => sum + source[c]![i]!, value)))
  const frames = new Frames(module, sampleRate, channels * Math.max(1, sources.length), mix[0]!.length, dictionary)
  const { bins, count } = frames
  const powers: Float32Array[] = []
  for (const stem of stems) {
    const power = new Float32Array(count * bins)
    frames.through(stem, [], (frame, read) => {
      for (const { re, im } of read) for (let i = 0; i < bins; i++) power[frame * bins + i]! += re[i]! * re[i]! + im[i]! * im[i]!
    })
    powers.push(power)
    yield (0.7 * powers.length) / stems.length
  }
  const noise = powers.at(-1)!
  smooth(noise, bins, Math.exp((-Math.SQRT2 * frames.hopSeconds) / SMOOTH_SECONDS))
  yield 0.8
  const least = LEAST * (noise.reduce((sum, x) => sum + x, 0) / noise.length) + 1e-30
  frames.through(mix, sources.flat(), (frame, read, write) => {
    for (let i = 0; i < bins; i++) {
      const at = frame * bins + i
      let all = least
      for (const power of powers) all += power[at]!
      sources.forEach((_, k) => {
        const gain = powers[k]![at]! / all
        read.forEach(({ re, im }, c) => {
          const row = write[k * channels + c]!
          row.re[i] = gain * re[i]!
          row.im[i] = gain * im[i]!
        })
      })
    }
  })
  rest.forEach((x, c) => {
    x.set(mix[c]!)
    for (const source of sources) for (let i = 0; i < x.length; i++) x[i]! -= source[c]![i]!
  })
  yield 1
}

/** Every bin over the frames, there and back: after a ← a + (1−k)(x − a) both ways it falls off by k to each side. */
function smooth(power: Float32Array, bins: number, keep: number): void {
  const count = power.length / bins
  for (const order of [1, -1])
    for (let step = 1; step < count; step++) {
      const frame = order > 0 ? step : count - 1 - step
      const at = frame * bins, before = at - order * bins
      for (let i = 0; i < bins; i++) power[at + i]! += keep * (power[before + i]! - power[at + i]!)
    }
}
