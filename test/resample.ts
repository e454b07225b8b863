// Another sample rate for those that know only one: STOI 10 kHz, RNNoise 48. A windowed sinc of zero phase, so that what comes
// back lies where it was. (The engine itself never resamples.)

import { CROSSINGS, phases } from '../renderer/audio/sinc.ts'

const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b))
const filters = new Map<string, Float64Array[]>()

function rowsFor(up: number, down: number, reach: number): Float64Array[] {
  const key = `${up}/${down}`
  const rows = filters.get(key) ?? phases(up, down, reach)
  filters.set(key, rows)
  return rows
}

/** The samples as they would have been taken at the rate `to`. */
export function resampled(samples: Float32Array, from: number, to: number): Float32Array {
  if (from === to) return samples.slice()
  const common = divisor(from, to)
  const up = to / common, down = from / common
  const reach = Math.ceil(CROSSINGS * Math.max(1, down / up))
  const rows = rowsFor(up, down, reach)
  const out = new Float32Array(Math.ceil((samples.length * up) / down))
  for (let i = 0; i < out.length; i++) {
    const whole = Math.floor((i * down) / up)
    const taps = rows[(i * down) % up]!
    let sum = 0
    for (let k = 0, n = whole - reach + 1; k < taps.length; k++, n++) if (n >= 0 && n < samples.length) sum += taps[k]! * samples[n]!
    out[i] = sum
  }
  return out
}
