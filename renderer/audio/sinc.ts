// The filter of another sample rate: a windowed sinc of zero phase, so that what comes back lies where it was.

/** Zero crossings of the sinc to each side. */
export const CROSSINGS = 32
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

/** One row of taps for each place that a sample of the result can have between two of the input. */
export function phases(up: number, down: number, reach: number): Float64Array[] {
  const cutoff = PASSED * Math.min(1, up / down)
  return Array.from({ length: up }, (_, phase) => {
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
}
