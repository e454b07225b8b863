// The axes of the stereo field: where a level, a delay and a frequency stand in a picture, and back. Positions run from
// 0 to 1; cell i of n covers i/n to (i+1)/n. Cells of level and delay are odd in number: the centre has one of its own.

export const LEVEL_CELLS = 129
export const DELAY_CELLS = 129
export const BAND_CELLS = 96
/** Samples to either side that a field of delays may show. */
export const DELAY_RANGES = [1, 5, 30] as const

/** dB that stand at equal distances; beyond them a compressed lane leads to hard left and right, which are ±120 dB. */
export const LEVEL_LINEAR = 18
const LANE = 4
const HALF = LEVEL_LINEAR + LANE
const HARD = 120

/** dB right over left → 0 (hard left) … 1 (hard right). */
export function levelToX(level: number): number {
  const size = Math.abs(level)
  const at = size <= LEVEL_LINEAR ? size : LEVEL_LINEAR + LANE * (1 - LEVEL_LINEAR / size)
  return 0.5 + (level < 0 ? -at : at) / (2 * HALF)
}

export function xToLevel(x: number): number {
  const at = (2 * x - 1) * HALF
  const size = Math.abs(at)
  if (size <= LEVEL_LINEAR) return at
  return Math.sign(at) * Math.min(HARD, LEVEL_LINEAR / Math.max(1e-9, 1 - (size - LEVEL_LINEAR) / LANE))
}

/** Samples that the right channel lags → 0 (left lags by `range`) … 1 (right does). */
export const delayToY = (samples: number, range: number): number => 0.5 + samples / (2 * range)
export const yToDelay = (y: number, range: number): number => (2 * y - 1) * range

/** ERB-rate scale (Glasberg & Moore 1990): equal steps to the ear, so that no band lacks a bin. */
const erbs = (hertz: number): number => Math.log1p(0.00437 * hertz)
export const hertzToZ = (hertz: number, sampleRate: number): number => erbs(hertz) / erbs(sampleRate / 2)
export const zToHertz = (z: number, sampleRate: number): number => Math.expm1(z * erbs(sampleRate / 2)) / 0.00437
