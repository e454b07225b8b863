// Who claims which part of the field, for the picture: the geometry of the engine's masks (worklet/places.ts), asked at
// spots instead of bins. A spot has a level and either a delay, which a few frequencies stand for, or a frequency.

import type { AreaPlace, PointPlace, SelectedSource, Selection } from '../../worklet/selection.ts'
import { BAND_CELLS, DELAY_CELLS, DELAY_RANGES, LEVEL_CELLS, xToLevel, yToDelay, zToHertz } from '../../worklet/field-axes.ts'
import { passageKey, ROW } from '../../worklet/covariance.ts'
import type { Covariances } from '../../worklet/covariance.ts'
import { isArea, isPoint, microseconds } from './geometry.ts'
import { inside } from '../shapes.ts'
import type { View } from './state.ts'

/** Asked at half as many cells each way as the histogram has; between them it is smooth enough. */
const COLUMNS = 65
const ROWS = 65

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
const CERTAINTY = 0.003

const ratioOf = (level: number): number => 10 ** (Math.min(60, Math.max(-60, level)) / 20)
const turned = (level: number, dB: number): number => Math.sin(Math.atan(ratioOf(level + dB)) - Math.atan(ratioOf(level))) ** 2

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

/** What competes: points and learned places. */
type Rival = { readonly source: number } & ({ readonly point: PointPlace } | { readonly learned: Float32Array; readonly binHertz: number })

const rivalsOf = (sources: readonly SelectedSource[], covariances: Covariances): readonly Rival[] =>
  sources.flatMap(({ places = [] }, source) => places.flatMap((place): Rival[] => {
    if (isPoint(place)) return [{ source, point: place }]
    const known = 'learned' in place ? covariances[passageKey(place.learned)] : undefined
    return known ? [{ source, learned: known.values, binHertz: known.sampleRate / known.fftSize }] : []
  }))
const together = (a: Rival, b: Rival): boolean =>
  'point' in a && 'point' in b && Math.abs(a.point.level - b.point.level) < 0.3 && Math.abs(a.point.delay - b.point.delay) < 2

/** A rival at one frequency: its direction, and the softness, height and edge of its claim. */
interface Claim extends Bearing { width: number; norm: number; edge: number }

function direct(rival: Rival, hertz: number, into: Claim): Claim {
  if ('point' in rival) {
    stand(rival.point.level, -2e-6 * Math.PI * hertz * rival.point.delay, into)
    return into
  }
  const { learned, binHertz } = rival
  const at = ROW * Math.min(learned.length / ROW - 1, Math.round(hertz / binHertz))
  const power = learned[at]! + learned[at + 1]!
  const known = power > 1e-20
  into.left = known ? learned[at]! / power : 0.5
  into.right = 1 - into.left
  const size = known ? Math.hypot(learned[at + 2]!, learned[at + 3]!) / power : 0
  const shrink = size > 0 ? Math.min(1, Math.sqrt(into.left * into.right) / size) / power : 0
  into.re = shrink * learned[at + 2]!
  into.im = shrink * learned[at + 3]!
  return into
}

/** 1 − tr(CᴴD): for two points sin² of the angle between them. */
const apart = (a: Bearing, b: Bearing): number => 1 - a.left * b.left - a.right * b.right - 2 * (a.re * b.re + a.im * b.im)

/** Every rival at a frequency: as far apart as its own width says, or as its nearest rival of another source. */
function contend(rivals: readonly Rival[], hertz: number, claims: readonly Claim[]): void {
  rivals.forEach((rival, i) => direct(rival, hertz, claims[i]!))
  rivals.forEach((rival, i) => {
    const claim = claims[i]!
    let nearest = 1
    let alone = true
    rivals.forEach((other, k) => {
      if (other.source === rival.source || together(rival, other)) return
      nearest = Math.min(nearest, apart(claim, claims[k]!))
      alone = false
    })
    if ('point' in rival) {
      const { level, width, spread = 0 } = rival.point
      const dB = Math.min(60, Math.max(0.25, (width ?? ALONE) + (spread ? spread * Math.log2(Math.max(hertz, 10) / 1000) : 0)))
      const separation = width === undefined && !alone ? nearest : Math.max(turned(level, dB), turned(level, -dB)) / REACH
      claim.width = SOFTNESS * Math.max(separation, LEAST)
      claim.norm = Math.sqrt(claim.width * (1 + claim.width))
      claim.edge = (claim.width / SOFTNESS) * (REACH + SOFTNESS)
    } else {
      const determinant = Math.max(0, claim.left * claim.right - claim.re ** 2 - claim.im ** 2)
      const least = (1 - Math.sqrt(Math.max(0, 1 - 4 * determinant))) / 2
      claim.width = CERTAINTY
      claim.norm = Math.sqrt(determinant + CERTAINTY * (1 + CERTAINTY))
      claim.edge = Math.max((least + CERTAINTY) / SOFTNESS, nearest) * (REACH + SOFTNESS)
    }
  })
}
const blank = (): Claim => ({ ...nowhere(), width: 0, norm: 0, edge: 0 })

/** Asks for the share of every source of a bin that stands there. */
type Ask = (bearing: Bearing, hertz: number, into: Float64Array) => void

function askerOf(sources: readonly SelectedSource[], covariances: Covariances): Ask {
  const rivals = rivalsOf(sources, covariances)
  const areas = sources.flatMap(({ places = [] }, source) => places.filter(isArea).map(({ polygon }) => ({ source, polygon })))
  const claims = rivals.map(blank)
  let known = -1
  return (bearing, hertz, into) => {
    into.fill(0)
    if (hertz !== known) contend(rivals, known = hertz, claims)
    let total = 1e-30
    let nearest = 1e6
    for (let i = 0; i < claims.length; i++) {
      const claim = claims[i]!
      const t = Math.max(1e-7, apart(claim, bearing) + claim.width)
      const likely = (claim.norm / t) ** 2
      into[rivals[i]!.source]! += likely
      total += likely
      nearest = Math.min(nearest, t / claim.edge)
    }
    const share = 1 / (total * (1 + nearest ** 4))
    for (let s = 0; s < sources.length; s++) into[s]! *= share
    if (areas.length) cover(areas, bearing.level, bearing.phase, 2e-6 * Math.PI * hertz, into)
    for (let s = 0; s < sources.length; s++) {
      const band = sources[s]!.band
      if (band && (hertz < band[0] || hertz > band[1])) into[s] = 0
    }
  }
}

/** Drawn areas lie on top of the points. */
function cover(
  areas: readonly { readonly source: number; readonly polygon: Polygon }[], level: number, phase: number, omega: number, into: Float64Array,
): void {
  const delay = omega > 0 ? -phase / omega : 0
  const turn = omega > 0 ? 2 * Math.PI / omega : Infinity
  const within = areas.filter(({ polygon }) => {
    for (let lap = -2; lap <= 2; lap++) if (inside(polygon, level, lap === 0 ? delay : delay + lap * turn)) return true
    return false
  })
  if (within.length === 0) return
  into.fill(0)
  for (const { source } of within) into[source] = 1 / within.length
}

/** dB to either side of a point at 1 kHz, beyond which the rest begins: its own, or what its neighbours leave it. */
export function widthOf(sources: readonly SelectedSource[], source: number, index: number, covariances: Covariances): number {
  const place = sources[source]?.places?.[index]
  if (!place || !isPoint(place)) return 0
  if (place.width !== undefined) return place.width
  const rivals = rivalsOf(sources, covariances)
  const claims = rivals.map(blank)
  contend(rivals, 1000, claims)
  const reach = claims[rivals.findIndex((rival) => 'point' in rival && rival.point === place)]!.width / SOFTNESS * REACH
  let [low, high] = [0.25, 60]
  for (let i = 0; i < 24; i++) {
    const middle = (low + high) / 2
    if (Math.max(turned(place.level, middle), turned(place.level, -middle)) < reach) low = middle
    else high = middle
  }
  return low
}

/** Of a bin, 0 … 1, from its level, its phase difference and its frequency. */
type Weight = (level: number, phase: number, hertz: number) => number

/** How much of a bin lies where a source's places are: what lights up when they are pointed at. */
export function weightOfSource(sources: readonly SelectedSource[], source: number, covariances: Covariances): Weight {
  const ask = askerOf(sources, covariances)
  const into = new Float64Array(sources.length)
  const bearing = nowhere()
  return (level, phase, hertz) => {
    ask(stand(level, phase, bearing), hertz, into)
    return into[source]!
  }
}

/** The same for a spot that nobody claims yet. */
export function weightOfSpot(level: number, delay: number): Weight {
  const [own, other] = [nowhere(), nowhere()]
  return (at, phase, hertz) => Math.exp(-apart(stand(at, phase, other), stand(level, -2e-6 * Math.PI * hertz * delay, own)) / 0.02)
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
function likelyDelay(points: readonly PointPlace[], level: number): number {
  const sorted = [...points].sort((a, b) => a.level - b.level)
  const above = sorted.findIndex((place) => place.level >= level)
  if (above < 0) return sorted.at(-1)?.delay ?? 0
  const [low, high] = [sorted[above - 1] ?? sorted[above]!, sorted[above]!]
  return high.level === low.level ? high.delay : low.delay + (high.delay - low.delay) * (level - low.level) / (high.level - low.level)
}

export function claimsOf({ sources: chosen }: Selection, covariances: Covariances, view: View, range: number, sampleRate: number): Claims {
  const sources = view === 'delay' ? chosen : spans(chosen)
  const points = sources.flatMap(({ places = [] }) => places.filter(isPoint))
  const placed = sources.map(({ places = [] }) => places.length > 0)
  const asked = sources.map(() => new Float32Array(placed.some(Boolean) ? COLUMNS * ROWS : 0))
  const ask = askerOf(sources, covariances)
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
