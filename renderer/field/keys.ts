// The field by keyboard alone. With a place chosen the arrows move it; else they move a cross, and Enter does there what a
// click does: a point, or with an area's tool one corner after the other.

import { changePlace, choose, removePlace, titleOf } from '../editing.ts'
import { widthOf } from './claims.ts'
import { addArea, addPoint, corners } from './giving.ts'
import { delayToPixel, hertzToPixel, isArea, isPoint, levelToPixel, round, snap, zoomed } from './geometry.ts'
import type { Pixel, Plot } from './geometry.ts'
import { stampedOutline } from './brush.ts'
import { field, look, WHOLE } from './state.ts'
import type { Spot, Tool } from './state.ts'
import { state } from '../state.ts'
import { clamp } from '../numbers.ts'

const LEVEL_STEP = 0.5 // dB
const DELAY_STEP = 2 // µs
const OCTAVE_STEP = 1 / 12
const COARSE = 4
const FINE = 0.1

const tools: Readonly<Record<string, Tool>> = { v: 'point', l: 'lasso', r: 'rectangle', b: 'brush' }
export const toolKeys = Object.fromEntries(Object.entries(tools).map(([key, tool]) => [tool, key.toUpperCase()])) as Record<Tool, string>

const arrows: Readonly<Record<string, readonly [number, number]>> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }

/** True when the key was the field's. */
export function fieldKey(event: KeyboardEvent, plot: Plot): boolean {
  if (event.metaKey) return false
  const arrow = arrows[event.key]
  const plain = !event.ctrlKey && !event.altKey
  if (arrow && event.altKey) widen(arrow)
  else if (arrow) shift(plot, arrow, event)
  else if (event.key === 'Enter') enter(plot, event.shiftKey)
  else if (event.key === 'Escape') return leave()
  else if (event.key === 'Delete' || event.key === 'Backspace') remove()
  else if (!plain) return false
  else if (event.key === '+' || event.key === '=' || event.key === '-') zoom(event.key === '-' ? 1.4 : 1 / 1.4, plot)
  else if (event.key === 'Home') field.window.value = WHOLE
  else if (event.key === '\\') look(plot.view === 'delay' ? 'frequency' : 'delay')
  else if (event.key === 'n' || event.key === 'N') nextPlace(event.key === 'N' ? -1 : 1)
  else if (event.key === 'p' || event.key === 'P') nextPeak(event.key === 'P' ? -1 : 1)
  else if (tools[event.key]) field.tool.value = tools[event.key]!
  else return false
  return true
}

const chosenPlace = () => {
  const [source, index] = [state.chosen.peek(), state.chosenPlace.peek()]
  const place = source === null || index === null ? undefined : state.selection.peek().sources[source]?.places?.[index]
  return place ? { source: source!, index: index!, place } : null
}

/** The middle of what is shown, until it has been somewhere. */
const crossOf = (plot: Plot): Spot => field.cross.peek()
  ?? { level: 0, delay: plot.view === 'delay' ? 0 : null, hertz: plot.view === 'delay' ? null : 1000 }

function shift(plot: Plot, [x, y]: readonly [number, number], { shiftKey, ctrlKey }: KeyboardEvent): void {
  const size = shiftKey ? COARSE : ctrlKey ? FINE : 1
  const [level, delay] = [x * LEVEL_STEP * size, y * DELAY_STEP * size]
  const chosen = chosenPlace()
  if (chosen && field.corners.peek().length === 0) {
    const { source, index, place } = chosen
    const down = plot.view === 'frequency' ? 0 : delay
    const moved = (l: number, d: number): [number, number] => [clamp(round(l + level), -120, 120), clamp(round(d + down), -100_000, 100_000)]
    if (isPoint(place)) {
      const [l, d] = moved(place.level, place.delay)
      changePlace(source, index, { ...place, level: l, delay: d }, undefined, true)
    } else if (isArea(place)) {
      changePlace(source, index, { ...place, polygon: place.polygon.map(([l, d]) => moved(l, d)) }, undefined, true)
    }
    return
  }
  const from = crossOf(plot)
  field.cross.value = plot.view === 'delay'
    ? { level: clamp(from.level + level, -60, 60), delay: (from.delay ?? 0) + delay, hertz: null }
    : {
      level: clamp(from.level + level, -60, 60), delay: null,
      hertz: clamp((from.hertz ?? 1000) * 2 ** (y * OCTAVE_STEP * size), 20, plot.sampleRate / 2),
    }
}

/** Alt with the arrows: wider and narrower. */
function widen([x, y]: readonly [number, number]): void {
  const chosen = chosenPlace()
  if (!chosen || !isPoint(chosen.place)) return
  const width = widthOf(state.selection.peek().sources, chosen.source, chosen.index, state.covariances.peek())
  const place = { ...chosen.place, width: clamp(round(width + (x || y) * LEVEL_STEP), 0.25, 60) }
  changePlace(chosen.source, chosen.index, place, `Width of ${titleOf(chosen.source)}`, true)
}

const pixelOf = (plot: Plot, { level, delay, hertz }: Spot): Pixel =>
  [levelToPixel(plot, level), plot.view === 'delay' ? delayToPixel(plot, delay ?? 0) : hertzToPixel(plot, hertz ?? 1000)]

/** Snaps a chosen point to its peak; else a point at the cross, or a corner there; with Shift the area is closed. */
function enter(plot: Plot, shiftKey: boolean): void {
  const tool = field.tool.peek()
  const chosen = chosenPlace()
  const peakNear = (level: number, delay: number | null) => snap(field.peaks.peek(), { level, delay }, plot.range, plot.sampleRate)
  if (tool === 'point' && chosen && !shiftKey) {
    if (!isPoint(chosen.place)) return
    const peak = peakNear(chosen.place.level, plot.view === 'delay' ? chosen.place.delay : null)
    if (!peak) return
    const place = { ...chosen.place, level: round(peak.level), delay: round(peak.delay) }
    return changePlace(chosen.source, chosen.index, place, `Snap place of ${titleOf(chosen.source)}`)
  }
  const cross = crossOf(plot)
  field.cross.value = cross
  if (tool === 'point') {
    const peak = peakNear(cross.level, cross.delay)
    return peak ? addPoint(peak.level, peak.delay, shiftKey) : addPoint(cross.level, cross.delay ?? 0, shiftKey)
  }
  const set = [...field.corners.peek(), cross]
  const points = set.map((spot) => pixelOf(plot, spot))
  field.corners.value = set
  if (tool === 'rectangle' && set.length === 2) finish(plot, corners(points))
  else if (tool === 'lasso' && shiftKey && set.length >= 3) finish(plot, points)
  else if (tool === 'brush') finish(plot, stampedOutline(points, field.brush.peek() * plot.width, null))
}

function finish(plot: Plot, outline: readonly Pixel[]): void {
  field.corners.value = []
  if (outline.length >= 3) addArea(plot, outline, false)
}

/** Out of what is going on, step by step; with nothing going on Escape is somebody else's. */
function leave(): boolean {
  if (field.corners.peek().length) field.corners.value = []
  else if (state.chosenPlace.peek() !== null) choose(state.chosen.peek())
  else if (field.cross.peek()) field.cross.value = null
  else return false
  return true
}

export function remove(): void {
  const chosen = chosenPlace()
  if (chosen) removePlace(chosen.source, chosen.index)
}

function zoom(factor: number, plot: Plot): void {
  const chosen = chosenPlace()
  const middle = chosen && isPoint(chosen.place) ? pixelOf(plot, { level: chosen.place.level, delay: chosen.place.delay, hertz: null })
    : field.cross.peek() ? pixelOf(plot, crossOf(plot)) : null
  const [x, y] = middle ? [(middle[0] - plot.left) / plot.width, 1 - (middle[1] - plot.top) / plot.height] : [0.5, 0.5]
  const next = zoomed(field.window.peek(), clamp(x, 0, 1), clamp(y, 0, 1), factor)
  field.window.value = next.x1 - next.x0 >= 1 && next.y1 - next.y0 >= 1 ? WHOLE : next
}

function nextPlace(by: number): void {
  const all = state.selection.peek().sources.flatMap(({ places = [] }, source) => places.map((_, place) => ({ source, place })))
  if (!all.length) return
  const at = all.findIndex(({ source, place }) => source === state.chosen.peek() && place === state.chosenPlace.peek())
  const { source, place } = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : (at + by + all.length) % all.length]!
  choose(source, place)
}

/** Moves the cross from one suggested peak to the next. */
function nextPeak(by: number): void {
  const peaks = field.peaks.peek()
  if (!peaks.length) return
  choose(state.chosen.peek())
  const cross = field.cross.peek()
  const at = peaks.findIndex(({ level, delay }) => cross !== null && Math.abs(level - cross.level) < 0.01
    && (cross.delay === null || Math.abs(delay - cross.delay) < 0.01))
  const { level, delay } = peaks[at < 0 ? (by > 0 ? 0 : peaks.length - 1) : (at + by + peaks.length) % peaks.length]!
  field.cross.value = field.view.peek() === 'delay' ? { level, delay, hertz: null } : { level, delay: null, hertz: cross?.hertz ?? 1000 }
}
