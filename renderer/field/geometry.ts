// Where things stand in the plot of the field: from levels, delays and frequencies to pixels and back, what lies under
// the pointer.

import type { Place, Selection } from '../../worklet/selection.ts'
import { DELAY_RANGES, delayToY, hertzToZ, levelToX, xToLevel, yToDelay, zToHertz } from '../../worklet/field-axes.ts'
import type { Spot, Suggested, View, Window } from './state.ts'
import { clamp } from '../numbers.ts'
import { inside as contains } from '../shapes.ts'

/** One moment's way of looking, with the plot's box in CSS pixels. */
export interface Plot {
  readonly view: View
  readonly range: number
  readonly window: Window
  readonly sampleRate: number
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}
/** Around the plot: numbers, the curve of energy. CSS pixels. */
export const EDGES = { left: 46, right: 12, top: 46, bottom: 38 } as const
export type Pixel = readonly [number, number]

export const microseconds = (samples: number, sampleRate: number): number => (samples / sampleRate) * 1e6
export const samplesOf = (delay: number, sampleRate: number): number => (delay * sampleRate) / 1e6
const reach = ({ range }: Plot): number => DELAY_RANGES[range]!

export const levelToPixel = ({ window: { x0, x1 }, left, width }: Plot, level: number): number =>
  left + ((levelToX(level) - x0) / (x1 - x0)) * width
export const pixelToLevel = ({ window: { x0, x1 }, left, width }: Plot, x: number): number =>
  xToLevel(clamp(x0 + ((x - left) / width) * (x1 - x0), 0, 1))
const upward = ({ window: { y0, y1 }, top, height }: Plot, y: number): number => top + (1 - (y - y0) / (y1 - y0)) * height
const downward = ({ window: { y0, y1 }, top, height }: Plot, y: number): number => y0 + (1 - (y - top) / height) * (y1 - y0)
export const delayToPixel = (plot: Plot, delay: number): number => upward(plot, delayToY(samplesOf(delay, plot.sampleRate), reach(plot)))
export const pixelToDelay = (plot: Plot, y: number): number => microseconds(yToDelay(clamp(downward(plot, y), 0, 1), reach(plot)), plot.sampleRate)
export const hertzToPixel = (plot: Plot, hertz: number): number => upward(plot, hertzToZ(hertz, plot.sampleRate))
export const pixelToHertz = (plot: Plot, y: number): number => zToHertz(clamp(downward(plot, y), 0, 1), plot.sampleRate)

/** Hundredths of a decibel or a microsecond are finer than any hand. */
export const round = (x: number): number => Math.round(x * 100) / 100 + 0

export const spotAt = (plot: Plot, [x, y]: Pixel): Spot => (plot.view === 'delay'
  ? { level: pixelToLevel(plot, x), delay: pixelToDelay(plot, y), hertz: null }
  : { level: pixelToLevel(plot, x), delay: null, hertz: pixelToHertz(plot, y) })

export const inside = ({ left, top, width, height }: Plot, [x, y]: Pixel): boolean =>
  x >= left && x <= left + width && y >= top && y <= top + height

export const distance = ([x, y]: Pixel, [u, v]: Pixel): number => Math.hypot(x - u, y - v)

/** Where a point place is drawn, and whether that is where it stands or the edge of what is shown. */
export function markOf(plot: Plot, level: number, delay: number): { readonly at: Pixel; readonly outside: boolean } {
  const x = levelToPixel(plot, level)
  const y = plot.view === 'delay' ? delayToPixel(plot, delay) : plot.top + plot.height / 2
  const { left, top, width, height } = plot
  const at: Pixel = [clamp(x, left + 6, left + width - 6), clamp(y, top + 6, top + height - 6)]
  return { at, outside: x < left - 1 || x > left + width + 1 || y < top - 1 || y > top + height + 1 }
}

/** The outline of an area in pixels. Against frequency an area is its span of levels, over the source's band. */
export function outlineOf(plot: Plot, polygon: readonly (readonly [number, number])[], band?: readonly [number, number]): Pixel[] {
  if (plot.view === 'delay') return polygon.map(([level, delay]) => [levelToPixel(plot, level), delayToPixel(plot, delay)])
  const levels = polygon.map(([level]) => levelToPixel(plot, level))
  const [low, high] = [Math.min(...levels), Math.max(...levels)]
  const [bottom, top] = band ? band.map((hertz) => hertzToPixel(plot, hertz)) as [number, number] : [plot.top + plot.height, plot.top]
  return [[low, top], [high, top], [high, bottom], [low, bottom]]
}

export const isPoint = (place: Place): place is Extract<Place, { level: number }> => 'level' in place
export const isArea = (place: Place): place is Extract<Place, { polygon: unknown }> => 'polygon' in place

/** dB: how near a click must be to a peak to be pulled onto it. Delays count for what their smoothing is worth. */
const SNAP = 1
const DELAY_PER_DB = 0.07

/** The suggested peak within 1 dB, or null. */
export function snap(
  peaks: readonly Suggested[], { level, delay }: { level: number; delay: number | null }, range: number, sampleRate: number,
): Suggested | null {
  let best: Suggested | null = null
  let nearest = SNAP
  const perDb = microseconds(DELAY_RANGES[range]! * DELAY_PER_DB, sampleRate)
  for (const peak of peaks) {
    // the compressed lane beyond ±18 dB has no room for one decibel
    const away = Math.hypot((levelToX(peak.level) - levelToX(level)) / (levelToX(1) - 0.5), delay === null ? 0 : (peak.delay - delay) / perDb)
    if (away <= nearest) [nearest, best] = [away, peak]
  }
  return best
}

/** Whether a place stands where a peak suggests one. */
export const taken = ({ sources }: Selection, peak: Suggested): boolean => sources.some(({ places = [] }) => places.some((place) =>
  isPoint(place) ? Math.abs(place.level - peak.level) < 0.6 && Math.abs(place.delay - peak.delay) < 12
    : isArea(place) && contains(place.polygon, peak.level, peak.delay)))

/** Zooming in, about a point that stays. */
export function zoomed({ x0, x1, y0, y1 }: Window, x: number, y: number, factor: number): Window {
  const size = (low: number, high: number): number => clamp((high - low) * factor, 0.05, 1)
  const place = (low: number, high: number, at: number): [number, number] => {
    const wide = size(low, high)
    const from = clamp(low + (high - low) * at - wide * at, 0, 1 - wide)
    return [from, from + wide]
  }
  const [a, b] = place(x0, x1, x)
  const [c, d] = place(y0, y1, y)
  return { x0: a, x1: b, y0: c, y1: d }
}

export function panned({ x0, x1, y0, y1 }: Window, dx: number, dy: number): Window {
  const mx = clamp(dx, -x0, 1 - x1)
  const my = clamp(dy, -y0, 1 - y1)
  return { x0: x0 + mx, x1: x1 + mx, y0: y0 + my, y1: y1 + my }
}
