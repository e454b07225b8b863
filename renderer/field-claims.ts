// Who claims which part of the field, for the picture: the geometry of the engine's masks (worklet/places.ts), asked at
// spots instead of bins. A spot has a level and either a delay, which a few frequencies stand for, or a frequency.

import type { AreaPlace, PointPlace, SelectedSource, Selection } from '../worklet/selection.ts'
import { BAND_CELLS, DELAY_CELLS, DELAY_RANGES, LEVEL_CELLS, xToLevel, yToDelay, zToHertz } from '../worklet/field-axes.ts'
import { contains, isArea, isPoint, microseconds } from './field-geometry.ts'
import type { View } from './field-state.ts'

/** Asked at half as many cells each way as the histogram has; between them it is smooth enough. */
const COLUMNS = 65
const ROWS = 65

/** dB to either side, and how many more per octave above 1 kHz. */
export type Wide = PointPlace & { readonly width?: number; readonly spread?: number }
type Polygon = AreaPlace['polygon']

export interface Claims {
  /** Which sources have places; the shares of the others are not drawn. */
  readonly placed: readonly boolean[]
  /** Source by source, of the histogram's cells. */
  readonly shares: readonly Float32Array[]
}

/** Where a delay is asked about without a frequency. */
const ASKED = [250, 700, 1800]
// As worklet/places.ts has them.
const SOFTNESS = 0.1
const REACH = 6
const LEAST = 1e-3
const ALONE = 6 // dB

/** sin² of the angle between two directions (1, a·e^{−jωd}) in the plane of the channels: 0 the same, 1 opposite. */
function apart(a: number, phase: number, b: number, other: number): number {
  return Math.max(0, (a * a + b * b - 2 * a * b * Math.cos(phase - other)) / ((1 + a * a) * (1 + b * b)))
}
const ratioOf = (level: number): number => 10 ** (Math.min(60, Math.max(-60, level)) / 20)
const turned = (level: number, dB: number): number => Math.sin(Math.atan(ratioOf(level + dB)) - Math.atan(ratioOf(level))) ** 2

interface Point { readonly source: number; readonly place: Wide; readonly ratio: number }

/** The separation of each point at a frequency: from its own width, or from the nearest point of another source. */
function separations(points: readonly Point[], omega: number, hertz: number): number[] {
  return points.map(({ source, place, ratio }) => {
    const { level, delay, width, spread = 0 } = place
    const others = points.filter((other) => other.source !== source && !together(other.place, place))
    if (width === undefined && others.length) return Math.min(...others.map((other) => apart(ratio, -omega * delay, other.ratio, -omega * other.place.delay)))
    const dB = Math.min(60, Math.max(0.25, (width ?? ALONE) + (spread ? spread * Math.log2(Math.max(hertz, 10) / 1000) : 0)))
    return Math.max(turned(level, dB), turned(level, -dB)) / REACH
  })
}
const together = (a: PointPlace, b: PointPlace): boolean => Math.abs(a.level - b.level) < 0.3 && Math.abs(a.delay - b.delay) < 2

const pointsOf = (sources: readonly SelectedSource[]): readonly Point[] => sources.flatMap(({ places = [] }, source) =>
  places.filter(isPoint).map((place) => ({ source, place, ratio: ratioOf(place.level) })))

/** Where a bin stands: powers left and right, which add up to one, the cross spectrum with them, and what they come from. */
interface Bearing { left: number; right: number; re: number; im: number; level: number; phase: number }

function stand(level: number, phase: number, into: Bearing): Bearing {
  const angle = Math.atan(ratioOf(level))
  const [sin, cos] = [Math.sin(angle), Math.cos(angle)]
  into.left = cos * cos
  into.right = sin * sin
  into.re = sin * cos * Math.cos(phase)
  into.im = sin * cos * Math.sin(phase)
  into.level = level
  into.phase = phase
  return into
}
const nowhere = (): Bearing => ({ left: 0, right: 0, re: 0, im: 0, level: 0, phase: 0 })

/** Asks for the share of every source of a bin that stands there. */
type Ask = (bearing: Bearing, hertz: number, into: Float64Array) => void

function askerOf(sources: readonly SelectedSource[]): Ask {
  const points = pointsOf(sources)
  const areas = sources.flatMap(({ places = [] }, source) => places.filter(isArea).map(({ polygon }) => ({ source, polygon })))
  const directions = points.map(nowhere)
  const widths = new Float64Array(points.length)
  let known = -1
  return (bearing, hertz, into) => {
    into.fill(0)
    const omega = 2e-6 * Math.PI * hertz
    if (hertz !== known) {
      separations(points, omega, known = hertz).forEach((apartness, i) => { widths[i] = SOFTNESS * Math.max(apartness, LEAST) })
      points.forEach(({ place }, i) => stand(place.level, -omega * place.delay, directions[i]!))
    }
    let total = 1e-30
    let nearest = 1e6
    for (let i = 0; i < points.length; i++) {
      const { left, right, re, im } = directions[i]!
      const width = widths[i]!
      const t = Math.max(0, 1 - left * bearing.left - right * bearing.right - 2 * (re * bearing.re + im * bearing.im)) + width
      const claim = width * (1 + width) / (t * t)
      into[points[i]!.source]! += claim
      total += claim
      nearest = Math.min(nearest, t / ((width / SOFTNESS) * (REACH + SOFTNESS)))
    }
    const share = 1 / (total * (1 + nearest ** 4))
    for (let s = 0; s < sources.length; s++) into[s]! *= share
    if (areas.length) cover(areas, bearing.level, bearing.phase, omega, into)
    for (let s = 0; s < sources.length; s++) {
      const band = sources[s]!.band
      if (band && (hertz < band[0] || hertz > band[1])) into[s] = 0
    }
  }
}

/** Drawn areas lie on top of the points. */
function cover(areas: readonly { readonly source: number; readonly polygon: Polygon }[], level: number, phase: number, omega: number, into: Float64Array): void {
  const delay = omega > 0 ? -phase / omega : 0
  const turn = omega > 0 ? 2 * Math.PI / omega : Infinity
  const within = areas.filter(({ polygon }) => {
    for (let lap = -2; lap <= 2; lap++) if (contains(polygon, [level, lap === 0 ? delay : delay + lap * turn])) return true
    return false
  })
  if (within.length === 0) return
  into.fill(0)
  for (const { source } of within) into[source] = 1 / within.length
}

/** dB to either side of a point at 1 kHz, beyond which the rest begins: its own, or what its neighbours leave it. */
export function widthOf(sources: readonly SelectedSource[], source: number, index: number): number {
  const place: Wide | undefined = sources[source]?.places?.filter(isPoint).find((each) => each === sources[source]!.places![index])
  if (!place) return 0
  if (place.width !== undefined) return place.width
  const points = pointsOf(sources)
  const separation = separations(points, 2e-3 * Math.PI, 1000)[points.findIndex((point) => point.place === place)]!
  let [low, high] = [0.25, 60]
  for (let i = 0; i < 24; i++) {
    const middle = (low + high) / 2
    if (Math.max(turned(place.level, middle), turned(place.level, -middle)) < REACH * separation) low = middle
    else high = middle
  }
  return low
}

/** How much of a bin lies where a source's places are: what lights up when they are pointed at. */
export function weightOfSource(sources: readonly SelectedSource[], source: number): (level: number, phase: number, hertz: number) => number {
  const ask = askerOf(sources)
  const into = new Float64Array(sources.length)
  const bearing = nowhere()
  return (level, phase, hertz) => {
    ask(stand(level, phase, bearing), hertz, into)
    return into[source]!
  }
}

/** The same for a spot that nobody claims yet. */
export function weightOfSpot(level: number, delay: number): (level: number, phase: number, hertz: number) => number {
  const own = ratioOf(level)
  return (other, phase, hertz) => Math.exp(-apart(ratioOf(other), phase, own, -2e-6 * Math.PI * hertz * delay) / 0.02)
}

const FAR = 1e6 // µs

/** Against frequency a delay is not asked about: areas are spans of levels, as they are drawn. */
const spans = (sources: readonly SelectedSource[]): SelectedSource[] => sources.map(({ places = [], ...source }) => ({
  ...source, places: places.map((place) => {
    if (!isArea(place)) return place
    const levels = place.polygon.map(([level]) => level)
    const [low, high] = [Math.min(...levels), Math.max(...levels)]
    return { ...place, polygon: [[low, -FAR], [high, -FAR], [high, FAR], [low, FAR]] as const }
  }),
}))

/** The delay that a level most likely has: those of the points to either side, interpolated. */
function likelyDelay(points: readonly Point[], level: number): number {
  const sorted = points.map(({ place }) => place).sort((a, b) => a.level - b.level)
  const above = sorted.findIndex((place) => place.level >= level)
  if (above < 0) return sorted.at(-1)?.delay ?? 0
  const [low, high] = [sorted[above - 1] ?? sorted[above]!, sorted[above]!]
  return high.level === low.level ? high.delay : low.delay + (high.delay - low.delay) * (level - low.level) / (high.level - low.level)
}

export function claimsOf({ sources: chosen }: Selection, view: View, range: number, sampleRate: number): Claims {
  const sources = view === 'delay' ? chosen : spans(chosen)
  const points = view === 'delay' ? [] : pointsOf(sources)
  const placed = sources.map(({ places = [] }) => places.some((place) => isPoint(place) || isArea(place)))
  const asked = sources.map(() => new Float32Array(placed.some(Boolean) ? COLUMNS * ROWS : 0))
  const ask = askerOf(sources)
  const here = new Float64Array(sources.length)
  // one frequency after the other: what only depends on it is computed once for each
  const columns = Array.from({ length: COLUMNS }, (_, column) => stand(xToLevel(column / (COLUMNS - 1)), 0, nowhere()))
  const delays = columns.map(({ level }) => (view === 'delay' ? 0 : likelyDelay(points, level)))
  const bearing = nowhere()
  for (const frequency of placed.some(Boolean) ? (view === 'delay' ? ASKED : [0]) : [])
    for (let row = 0; row < ROWS; row++) {
      const y = row / (ROWS - 1)
      const hertz = frequency || zToHertz(y, sampleRate)
      bearing.phase = frequency ? -2e-6 * Math.PI * hertz * microseconds(yToDelay(y, DELAY_RANGES[range]!), sampleRate) : 0
      const [cos, sin] = [Math.cos(bearing.phase), Math.sin(bearing.phase)]
      for (let column = 0; column < COLUMNS; column++) {
        const { left, right, re: both, level } = columns[column]!
        if (frequency) {
          bearing.left = left
          bearing.right = right
          bearing.re = both * cos
          bearing.im = both * sin
          bearing.level = level
        } else stand(level, -2e-6 * Math.PI * hertz * delays[column]!, bearing)
        ask(bearing, hertz, here)
        for (let s = 0; s < asked.length; s++) if (placed[s]) asked[s]![row * COLUMNS + column]! += frequency ? here[s]! / ASKED.length : here[s]!
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
