// Who gets what is pointed at or drawn: the chosen source, or a new one; each as one step of the history.

import type { Place, SelectedSource } from '../../worklet/selection.ts'
import { startFromPlaces } from '../actions.ts'
import { addPlace, addSource, editSource, hasRoom, noRoomFor, titleOf } from '../editing.ts'
import { pixelToDelay, pixelToHertz, pixelToLevel, round } from './geometry.ts'
import type { Pixel, Plot } from './geometry.ts'
import { withBand } from './handles.ts'
import type { Hit } from './handles.ts'
import { begin, end } from '../history.ts'
import { state } from '../state.ts'

/** Two opposite corners as a rectangle. */
export function corners(points: readonly Pixel[]): Pixel[] {
  const [[x0, y0], [x1, y1]] = [points[0]!, points.at(-1)!]
  return [[x0, y0], [x1, y0], [x1, y1], [x0, y1]]
}

/**
 * Who gets a new place: with `more` the chosen source, and also when it has none so far; else a new source. Null when there
 * is room for no more.
 */
export function give(place: Place, more: boolean, extra: Partial<SelectedSource> = {}): number | null {
  const full = noRoomFor(place)
    ?? (hasRoom() || more ? null : 'There are as many sources as there may be. Hold Shift to add places to the chosen one.')
  if (full) {
    state.banner.value = { tone: 'note', what: full, safe: 'Nothing changed.', actions: [] }
    return null
  }
  startFromPlaces()
  const chosen = state.chosen.peek()
  const source = chosen === null ? undefined : state.selection.peek().sources[chosen]
  if (chosen === null || !source || (!more && source.places?.length)) return addSource({ places: [place], ...extra })
  addPlace(chosen, place)
  if (extra.band) editSource(chosen, 'Band of', (old) => ({ ...old, ...extra }))
  return chosen
}

const FAR = 100_000 // µs: the whole of the axis

/** A point at once: one step. */
export function addPoint(level: number, delay: number, more: boolean): void {
  begin('Add place')
  const source = give({ level: round(level), delay: round(delay) }, more)
  end(source === null ? undefined : `Add place to ${titleOf(source)}`)
}

/** An outline in pixels becomes an area: of levels and delays, or of levels and a band. `instead` replaces a place. */
export function addArea(plot: Plot, outline: readonly Pixel[], more: boolean, instead: Hit | null = null): void {
  if (plot.view === 'delay') {
    const place: Place = { polygon: outline.map(([x, y]) => [round(pixelToLevel(plot, x)), round(pixelToDelay(plot, y))] as const) }
    if (instead) return editSource(instead.source, `Shape place of ${titleOf(instead.source)}`, (source) =>
      ({ ...source, places: source.places!.map((old, i) => (i === instead.place ? { ...old, ...place } : old)) }))
    begin('Add area')
    const source = give(place, more)
    return end(source === null ? undefined : `Add area to ${titleOf(source)}`)
  }
  const levels = outline.map(([x]) => round(pixelToLevel(plot, x)))
  const hertz = outline.map(([, y]) => pixelToHertz(plot, y))
  const [low, high] = [Math.min(...levels), Math.max(...levels)]
  const span = [Math.round(Math.min(...hertz)), Math.round(Math.max(...hertz))] as const
  const { band } = withBand({ name: '' }, span, plot.sampleRate / 2)
  begin('Add area')
  const source = give({ polygon: [[low, -FAR], [high, -FAR], [high, FAR], [low, FAR]] }, more, band ? { band } : {})
  end(source === null ? undefined : `Add area to ${titleOf(source)}`)
}
