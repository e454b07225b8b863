// What of a place can be taken hold of besides the place itself, and what pulling it does.

import { passageKey } from '../../worklet/covariance.ts'
import type { Place, PointPlace, SelectedSource, Selection } from '../../worklet/selection.ts'
import { widthOf } from './claims.ts'
import {
  delayToPixel, distance, hertzToPixel, isArea, isPoint, levelToPixel, markOf, outlineOf, pixelToDelay, pixelToHertz,
  pixelToLevel, round,
} from './geometry.ts'
import type { Pixel, Plot } from './geometry.ts'
import { clamp } from '../numbers.ts'
import { inside } from '../shapes.ts'
import { trackOf } from './learned.ts'
import { state } from '../state.ts'

export interface Handle {
  readonly at: Pixel
  /** What it changes, for the name of the step. */
  readonly name: string
  pull(source: SelectedSource, to: Pixel): SelectedSource
}

const NARROWEST = 20 // hertz, of a band
const replaced = (source: SelectedSource, at: number, place: Place): SelectedSource =>
  ({ ...source, places: source.places!.map((old, i) => (i === at ? place : old)) })

export function handlesOf(plot: Plot, sources: readonly SelectedSource[], owner: number, index: number): Handle[] {
  const source = sources[owner]!
  const place = source.places?.[index]
  if (!place) return []
  const wide = isPoint(place) ? widthHandles(plot, place, widthOf(sources, owner, index, state.covariances.peek()), index) : []
  if (plot.view === 'frequency') return [...wide, ...bandHandles(plot, source, place)]
  if (!isArea(place)) return wide
  return outlineOf(plot, place.polygon).map((at, corner) => ({
    at, name: 'Shape place of',
    pull: (s, [x, y]) => replaced(s, index, {
      ...place, polygon: place.polygon.map((old, i) => (i === corner ? [round(pixelToLevel(plot, x)), round(pixelToDelay(plot, y))] as const : old)),
    }),
  }))
}

/** Widths have no sign: both ends pull alike. Against frequency the upper ends lean out, three octaves above the middle ones. */
function widthHandles(plot: Plot, place: PointPlace, wide: number, index: number): Handle[] {
  const own = place.width !== undefined
  const width = own ? wide : Math.min(wide, UNSET)
  const against = plot.view === 'frequency'
  const y = against ? hertzToPixel(plot, 1000) : markOf(plot, place.level, place.delay).at[1]
  const set = (source: SelectedSource, change: Partial<PointPlace>): SelectedSource => replaced(source, index, { ...place, ...change })
  const ends = [-1, 1].map((side): Handle => ({
    at: [levelToPixel(plot, place.level + side * width), y], name: 'Width of',
    pull: (source, [x]) => set(source, { width: round(clamp(side * (pixelToLevel(plot, x) - place.level), 0.25, 60)) }),
  }))
  if (!against || !own) return ends
  const high = hertzToPixel(plot, 1000 * 2 ** OCTAVES)
  return [...ends, ...[-1, 1].map((side): Handle => ({
    at: [levelToPixel(plot, place.level + side * Math.max(0.25, width + OCTAVES * (place.spread ?? 0))), high], name: 'Spread of',
    pull: (source, [x]) => {
      const spread = (side * (pixelToLevel(plot, x) - place.level) - width) / OCTAVES
      return set(source, { width: round(width), spread: round(clamp(spread, -20, 20)) })
    },
  }))]
}
const OCTAVES = 3
/** dB: where the handles of a width wait that nobody has set, which may reach beyond the plane. */
const UNSET = 5

/** The ends of the source's band, at its place. */
function bandHandles(plot: Plot, { band }: SelectedSource, place: Place): Handle[] {
  const { top, height, sampleRate } = plot
  const most = sampleRate / 2
  if (!isPoint(place) && !isArea(place)) return []
  const corners = isArea(place) ? place.polygon.map(([l]) => l) : [place.level]
  const level = (Math.min(...corners) + Math.max(...corners)) / 2
  const x = levelToPixel(plot, level)
  const ends: [number, number] = [band?.[0] ?? 0, band?.[1] ?? most]
  return ends.map((hertz, end) => ({
    at: [x, clamp(hertzToPixel(plot, hertz), top + 5, top + height - 5)], name: 'Band of',
    pull: (source, [, y]) => {
      const [low, high] = [source.band?.[0] ?? 0, source.band?.[1] ?? most]
      const to = Math.round(pixelToHertz(plot, y))
      return withBand(source, end ? [low, Math.max(low + NARROWEST, to)] : [Math.min(high - NARROWEST, to), high], most)
    },
  }))
}

/** A band that leaves nothing out is none. */
export function withBand(source: SelectedSource, [low, high]: readonly [number, number], most: number): SelectedSource {
  const { band, ...others } = source
  const from = low < NARROWEST ? 0 : low
  const to = high > most * 0.985 ? most : high
  return from === 0 && to === most ? others : { ...others, band: [from, to] }
}

export interface Hit { readonly source: number; readonly place: number }

const NEAR = 12 // px

/** The place under a pixel: markers before areas, the chosen source before others, the smaller before the larger. */
export function placeAt(plot: Plot, { sources }: Selection, chosen: number | null, at: Pixel): Hit | null {
  let best: Hit | null = null
  let least = Infinity
  sources.forEach(({ places = [], band }, source) => places.forEach((place, i) => {
    const favour = source === chosen ? 0 : 4
    if (isPoint(place)) {
      const mark = markOf(plot, place.level, place.delay).at
      const line = plot.view === 'frequency' ? Math.abs(at[0] - levelToPixel(plot, place.level)) * 2 : Infinity
      const away = Math.min(distance(mark, at), line)
      if (away <= NEAR && away + favour < least) [least, best] = [away + favour, { source, place: i }]
    } else if ('learned' in place) {
      const known = state.covariances.peek()[passageKey(place.learned)]
      const away = known ? distance(markOf(plot, trackOf(known).level, trackOf(known).delay).at, at) : Infinity
      if (away <= NEAR && away + favour < least) [least, best] = [away + favour, { source, place: i }]
    } else if (inside(outlineOf(plot, place.polygon, band), ...at) && NEAR + favour < least) {
      [least, best] = [NEAR + favour, { source, place: i }]
    }
  }))
  return best
}

/** The place moved by pixels, seen from where it was when the gesture began. */
export function movedBy(plot: Plot, place: Place, dx: number, dy: number): Place {
  const level = (old: number): number => pixelToLevel(plot, levelToPixel(plot, old) + dx)
  const delay = (old: number): number => (plot.view === 'frequency' || dy === 0 ? old : pixelToDelay(plot, delayToPixel(plot, old) + dy))
  if (isPoint(place)) return { ...place, level: round(level(place.level)), delay: round(delay(place.delay)) }
  if (isArea(place)) return { ...place, polygon: place.polygon.map(([l, d]) => [round(level(l)), round(delay(d))] as const) }
  return place
}
