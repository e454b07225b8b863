// Who claims which part of the field, for the picture: the geometry of the engine's masks (worklet/places.ts), asked at
// spots instead of bins. A spot has a level and either a delay, which a few frequencies stand for, or a frequency.

import type { SelectedSource, Selection } from '../worklet/selection.ts'
import { BAND_CELLS, DELAY_CELLS, DELAY_RANGES, LEVEL_CELLS, xToLevel, yToDelay, zToHertz } from '../worklet/field-axes.ts'
import { contains, isArea, isPoint, microseconds } from './field-geometry.ts'
import type { View } from './field-state.ts'

/** Asked at half as many cells each way as the histogram has; between them it is smooth enough. */
const COLUMNS = 65
const ROWS = 65

export interface Claims {
  /** Which sources have places; the shares of the others are not drawn. */
  readonly placed: readonly boolean[]
  /** Source by source, of the histogram's cells. */
  readonly shares: readonly Float32Array[]
}

/** Where a delay is asked about without a frequency. */
const ASKED = [250, 700, 1800]
const SHARPNESS = 0.1
/** Of the direction between the channels, beyond which a lone point claims nothing. */
const LONELY = 0.35

/** Squared sine of the angle between two directions (1, a·e^{−jωd}): 0 the same, 1 opposite. */
function apart(a: number, phase: number, b: number, other: number): number {
  const cos = Math.cos(phase - other)
  return Math.max(0, (a * a + b * b - 2 * a * b * cos) / ((1 + a * a) * (1 + b * b)))
}
const ratioOf = (level: number): number => 10 ** (Math.min(60, Math.max(-60, level)) / 20)

interface Point { readonly source: number; readonly ratio: number; readonly delay: number }

/** Asks for the share of every source of a bin with this level (dB), phase difference (radians, right over left) and frequency. */
export type Ask = (level: number, phase: number, hertz: number, into: Float64Array) => void

export function askerOf(sources: readonly SelectedSource[]): Ask {
  const points: readonly Point[] = sources.flatMap(({ places = [] }, source) =>
    places.filter(isPoint).map(({ level, delay }) => ({ source, ratio: ratioOf(level), delay })))
  const areas = sources.flatMap(({ places = [] }, source) => places.filter(isArea).map(({ polygon }) => ({ source, polygon })))
  return (level, phase, hertz, into) => {
    into.fill(0)
    const omega = 2e-6 * Math.PI * hertz
    const ratio = ratioOf(level)
    let least = Infinity
    for (const { ratio: own, delay } of points) least = Math.min(least, apart(ratio, phase, own, -omega * delay))
    if (least <= LONELY / 2) for (const { source, ratio: own, delay } of points) {
      let nearest = LONELY
      for (const other of points)
        if (other.source !== source) nearest = Math.min(nearest, apart(own, -omega * delay, other.ratio, -omega * other.delay))
      const away = apart(ratio, phase, own, -omega * delay) - least
      into[source] = Math.max(into[source]!, Math.exp(-away / (SHARPNESS * Math.max(1e-4, nearest))))
    }
    const turn = omega > 0 ? 2 * Math.PI / omega : Infinity
    const delay = omega > 0 ? -phase / omega : 0
    for (const { source, polygon } of areas)
      for (let lap = -2; lap <= 2; lap++) if (contains(polygon, [level, lap === 0 ? delay : delay + lap * turn])) into[source] = 1
    let sum = 0
    for (let s = 0; s < sources.length; s++) {
      const band = sources[s]!.band
      if (band && (hertz < band[0] || hertz > band[1])) into[s] = 0
      sum += into[s]!
    }
    if (sum > 1) for (let s = 0; s < sources.length; s++) into[s]! /= sum
  }
}

/** How much of a bin lies where a source's places are: what lights up when they are pointed at. */
export function weightOfSource(sources: readonly SelectedSource[], source: number): (level: number, phase: number, hertz: number) => number {
  const ask = askerOf(sources)
  const into = new Float64Array(sources.length)
  return (level, phase, hertz) => {
    ask(level, phase, hertz, into)
    return into[source]!
  }
}

/** The same for a spot that nobody claims yet. */
export function weightOfSpot(level: number, delay: number): (level: number, phase: number, hertz: number) => number {
  const own = ratioOf(level)
  return (other, phase, hertz) => Math.exp(-apart(ratioOf(other), phase, own, -2e-6 * Math.PI * hertz * delay) / 0.02)
}

export function claimsOf({ sources }: Selection, view: View, range: number, sampleRate: number): Claims {
  const placed = sources.map(({ places = [] }) => places.some((place) => isPoint(place) || isArea(place)))
  const asked = sources.map(() => new Float32Array(placed.some(Boolean) ? COLUMNS * ROWS : 0))
  const ask = askerOf(sources)
  const here = new Float64Array(sources.length)
  for (let row = 0; row < ROWS && placed.some(Boolean); row++) {
    const y = row / (ROWS - 1)
    const delay = microseconds(yToDelay(y, DELAY_RANGES[range]!), sampleRate)
    const frequencies = view === 'delay' ? ASKED : [zToHertz(y, sampleRate)]
    for (let column = 0; column < COLUMNS; column++) {
      const level = xToLevel(column / (COLUMNS - 1))
      for (const hertz of frequencies) {
        ask(level, view === 'delay' ? -2e-6 * Math.PI * hertz * delay : 0, hertz, here)
        for (let s = 0; s < asked.length; s++) if (placed[s]) asked[s]![row * COLUMNS + column]! += here[s]! / frequencies.length
      }
    }
  }
  const rows = view === 'delay' ? DELAY_CELLS : BAND_CELLS
  return { placed, shares: asked.map((coarse, s) => (placed[s] ? between(coarse, rows) : coarse)) }
}

/** Bilinear, onto the histogram's cells. */
function between(coarse: Float32Array, rows: number): Float32Array {
  const fine = new Float32Array(rows * LEVEL_CELLS)
  for (let row = 0; row < rows; row++) {
    const y = ((row + 0.5) / rows) * (ROWS - 1)
    const r = Math.min(ROWS - 2, Math.floor(y))
    for (let column = 0; column < LEVEL_CELLS; column++) {
      const x = ((column + 0.5) / LEVEL_CELLS) * (COLUMNS - 1)
      const c = Math.min(COLUMNS - 2, Math.floor(x))
      const at = r * COLUMNS + c
      const low = coarse[at]! * (c + 1 - x) + coarse[at + 1]! * (x - c)
      const high = coarse[at + COLUMNS]! * (c + 1 - x) + coarse[at + COLUMNS + 1]! * (x - c)
      fine[row * LEVEL_CELLS + column] = low * (r + 1 - y) + high * (y - r)
    }
  }
  return fine
}
