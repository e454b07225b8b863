// Another sample rate for those that know only one: STOI 10 kHz, RNNoise 48. A windowed sinc of zero phase, so that what comes
// back lies where it was. (The engine itself never resamples.)

/** Zero crossings of the sinc to each side. */
const CROSSINGS = 32
/** Of the narrower band; above it, the filter falls. */
const PASSED = 0.96
/** Of the Kaiser window: about 90 dB of what would fold back is kept out. */
const SHAPE = 9

/** I₀, by its series. */
function bessel(x: number): number {
  let sum = 1, term = 1
  for (let k = 1; term > 1e-12 * sum; k++) {
    term *= (x / (2 * k)) ** 2
    sum += term
  }
  return sum
}

const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b))
const filters = new Map<string, Float64Array[]>()

/** One row of taps for each of the places that a sample of the result can have between two of the input. */
function phases(up: number, down: number, reach: number): Float64Array[] {
  const key = `${up}/${down}`
  let rows = filters.get(key)
  if (!rows) {
    const cutoff = PASSED * Math.min(1, up / down)
    rows = Array.from({ length: up }, (_, phase) => {
      const taps = Float64Array.from({ length: 2 * reach }, (_, i) => {
        const t = i - reach + 1 - phase / up
        const inside = 1 - (t / reach) ** 2
        if (inside <= 0) return 0
        const angle = Math.PI * cutoff * t
        return (t === 0 ? 1 : Math.sin(angle) / angle) * bessel(SHAPE * Math.sqrt(inside))
      })
      const sum = taps.reduce((total, tap) => total + tap, 0)
      return taps.map((tap) => tap / sum)
    })
    filters.set(key, rows)
  }
  return rows
}

/** The samples as they would have been taken at the rate `to`. */
export function resampled(samples: Float32Array, from: number, to: number): Float32Array {
  if (from === to) return samples.slice()
  const common = divisor(from, to)
  const up = to / common, down = from / common
  const reach = Math.ceil(CROSSINGS * Math.max(1, down / up))
  const rows = phases(up, down, reach)
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
