// Where a learned place is drawn: its level at every frequency, and the point that comes nearest to all of it.

import { ROW } from '../../worklet/covariance.ts'
import type { Covariance } from '../../worklet/covariance.ts'

export interface Track {
  readonly level: number
  /** µs */
  readonly delay: number
  /** [hertz, dB] where something was heard, the lowest frequency first. */
  readonly levels: readonly (readonly [number, number])[]
}

const BANDS = 48
const LOWEST = 60 // hertz
const REACH = 900 // µs: the head and a bit
const STEP = 6

const tracks = new WeakMap<Covariance, Track>()

export function trackOf(covariance: Covariance): Track {
  let track = tracks.get(covariance)
  if (!track) tracks.set(covariance, track = follow(covariance))
  return track
}

function follow({ values, sampleRate, fftSize }: Covariance): Track {
  const bins = values.length / ROW
  const binHertz = sampleRate / fftSize
  let [left, right] = [0, 0]
  const levels: [number, number][] = []
  for (let band = 0; band < BANDS; band++) {
    const edge = (i: number): number => LOWEST * (sampleRate / 2 / LOWEST) ** (i / BANDS)
    let [l, r] = [0, 0]
    for (let bin = Math.ceil(edge(band) / binHertz); bin < Math.min(bins, Math.ceil(edge(band + 1) / binHertz)); bin++) {
      l += values[bin * ROW]!
      r += values[bin * ROW + 1]!
    }
    left += l
    right += r
    if (l + r > 0) levels.push([Math.sqrt(edge(band) * edge(band + 1)), 10 * Math.log10((r + 1e-12) / (l + 1e-12))])
  }
  return { level: 10 * Math.log10((right + 1e-12) / (left + 1e-12)), delay: alignment(values, bins, binHertz), levels }
}

/** The delay that turns the cross spectra of all frequencies into line best. */
function alignment(values: Float32Array, bins: number, binHertz: number): number {
  let [best, most] = [0, -Infinity]
  for (let delay = -REACH; delay <= REACH; delay += STEP) {
    let sum = 0
    for (let bin = 1; bin < bins; bin++) {
      const [re, im] = [values[bin * ROW + 2]!, values[bin * ROW + 3]!]
      const size = Math.hypot(re, im)
      const turn = 2e-6 * Math.PI * bin * binHertz * delay
      if (size > 0) sum += (re * Math.cos(turn) - im * Math.sin(turn)) / Math.sqrt(size) // a whitened correlation in part
    }
    if (sum > most) [most, best] = [sum, delay]
  }
  return best
}
