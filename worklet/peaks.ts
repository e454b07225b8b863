// Where sounds seem to stand: the maxima of the smoothed field, each then brought to the centre of its own weight by a mean
// shift (Comaniciu & Meer 2002) with a narrower kernel, which neighbours pull less. A person has the last word.

import { DELAY_CELLS, DELAY_RANGES, LEVEL_CELLS, levelToX, xToLevel, yToDelay } from './field-axes.ts'
import type { Planes } from './histogram.ts'

export interface Peak {
  /** dB, right over left. */
  readonly level: number
  /** Samples that the right channel lags. */
  readonly delay: number
  /** Height over the highest peak's. */
  readonly weight: number
}

// Standard deviations of the smoothing, in cells: 1 dB, 0.07 of the range.
const LEVEL_BLUR = (levelToX(1) - 0.5) * LEVEL_CELLS
const DELAY_BLUR = (0.07 / 2) * DELAY_CELLS
const NARROWER = 0.4
const SHIFTS = 20
/** A peak is a maximum among the cells this near. */
const NEAR = 2
/** Lower ones than this, over the highest, are not worth a suggestion. */
const LOWEST = 0.08
const MOST = 8

const kernel = (deviation: number): Float64Array => {
  const reach = Math.ceil(3 * deviation)
  return Float64Array.from({ length: 2 * reach + 1 }, (_, i) => Math.exp(-0.5 * ((i - reach) / deviation) ** 2))
}
const LEVEL_KERNEL = kernel(LEVEL_BLUR)
const DELAY_KERNEL = kernel(DELAY_BLUR)

/** Each row of `from` smoothed along itself, written as a column of `to`. */
function smoothAcross(from: Float32Array, to: Float32Array, columns: number, weights: Float64Array): void {
  const rows = from.length / columns
  const reach = (weights.length - 1) / 2
  const sum = weights.reduce((a, b) => a + b, 0)
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      let total = 0
      const first = Math.max(0, column - reach)
      const last = Math.min(columns - 1, column + reach)
      for (let i = first; i <= last; i++) total += from[row * columns + i]! * weights[i - column + reach]!
      to[column * rows + row] = total / sum
    }
}

/** A plane of level against delay, smoothed. */
export function smooth(plane: Float32Array, into = new Float32Array(plane.length)): Float32Array {
  const turned = new Float32Array(plane.length)
  smoothAcross(plane, turned, LEVEL_CELLS, LEVEL_KERNEL)
  smoothAcross(turned, into, DELAY_CELLS, DELAY_KERNEL)
  return into
}

interface At { column: number; row: number }

/** The centre of the weight around a cell, followed until it rests. */
function shift(plane: Float32Array, at: At): void {
  const dx = NARROWER * LEVEL_BLUR
  const dy = NARROWER * DELAY_BLUR
  for (let i = 0; i < SHIFTS; i++) {
    let [sum, x, y] = [0, 0, 0]
    for (let row = Math.max(0, Math.ceil(at.row - 3 * dy)); row <= Math.min(DELAY_CELLS - 1, at.row + 3 * dy); row++)
      for (let column = Math.max(0, Math.ceil(at.column - 3 * dx)); column <= Math.min(LEVEL_CELLS - 1, at.column + 3 * dx); column++) {
        const weight = plane[row * LEVEL_CELLS + column]! * Math.exp(-0.5 * (((row - at.row) / dy) ** 2 + ((column - at.column) / dx) ** 2))
        sum += weight
        x += weight * column
        y += weight * row
      }
    if (!(sum > 0)) return
    const moved = Math.hypot(x / sum - at.column, y / sum - at.row)
    at.column = x / sum
    at.row = y / sum
    if (moved < 1e-3) return
  }
}

/** The places that a plane of level against delay suggests, the strongest first. `range` in samples. */
export function peaksOf(plane: Float32Array, range: number): Peak[] {
  const smoothed = smooth(plane)
  const found: (At & { height: number })[] = []
  for (let row = 0; row < DELAY_CELLS; row++)
    for (let column = 0; column < LEVEL_CELLS; column++) {
      const height = smoothed[row * LEVEL_CELLS + column]!
      if (height > 0 && highest(smoothed, row, column, height)) found.push({ row, column, height })
    }
  found.sort((a, b) => b.height - a.height)
  const strongest = found[0]?.height ?? 0
  const peaks: typeof found = []
  for (const peak of found) {
    if (peak.height < LOWEST * strongest || peaks.length === MOST) break
    shift(plane, peak)
    const same = ({ row, column }: At): boolean => Math.hypot((row - peak.row) / DELAY_BLUR, (column - peak.column) / LEVEL_BLUR) < 1
    if (!peaks.some(same)) peaks.push(peak)
  }
  return peaks.map(({ row, column, height }) => ({
    level: xToLevel((column + 0.5) / LEVEL_CELLS), delay: yToDelay((row + 0.5) / DELAY_CELLS, range), weight: height / strongest,
  }))
}

/** Of a plateau only the first cell counts. */
function highest(plane: Float32Array, row: number, column: number, height: number): boolean {
  for (let y = Math.max(0, row - NEAR); y <= Math.min(DELAY_CELLS - 1, row + NEAR); y++)
    for (let x = Math.max(0, column - NEAR); x <= Math.min(LEVEL_CELLS - 1, column + NEAR); x++) {
      const other = plane[y * LEVEL_CELLS + x]!
      if (other > height || (other === height && (y < row || (y === row && x < column)))) return false
    }
  return true
}

export interface Suggestion { readonly range: number; readonly peaks: readonly Peak[] }

/** The peaks in the narrowest range that has room for all that the widest shows: the narrower, the more bins vote. */
export function suggest({ levelDelay }: Planes): Suggestion {
  const each = DELAY_RANGES.map((range, i): Suggestion => ({ range, peaks: peaksOf(levelDelay[i]!, range) }))
  const widest = each.at(-1)!
  const spread = Math.max(0, ...widest.peaks.map(({ delay }) => Math.abs(delay)))
  return each.find(({ range, peaks }) => spread <= range / 2 && peaks.length > 0) ?? widest
}
