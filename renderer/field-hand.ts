// The pointer in the field: a click places a point and keeps hold of it, places move, handles pull, areas are drawn with
// lasso, rectangle or brush. Every gesture is heard while it goes on and is one step of the history when it ends.

import type { Place, SelectedSource } from '../worklet/selection.ts'
import { startFromPlaces } from './actions.ts'
import { addPlace, addSource, choose, editSource, hasRoom, noRoomFor, titleOf } from './editing.ts'
import { begin, cancel, end } from './history.ts'
import { placeAt, handlesOf, movedBy, withBand } from './field-handles.ts'
import type { Handle, Hit } from './field-handles.ts'
import { area, distance, inside, isArea, isPoint, outlineOf, panned, pixelToDelay, pixelToHertz, pixelToLevel, round, simplify, snap, spotAt, zoomed } from './field-geometry.ts'
import type { Pixel, Plot } from './field-geometry.ts'
import { stampedOutline } from './field-brush.ts'
import { field } from './field-state.ts'
import type { Suggested } from './field-state.ts'
import { state } from './state.ts'

interface Modifiers { readonly shiftKey: boolean; readonly altKey: boolean; readonly ctrlKey: boolean }

type Grip =
  | { readonly kind: 'move'; readonly hit: Hit; readonly place: Place; readonly from: Pixel; readonly name?: string }
  | { readonly kind: 'handle'; readonly hit: Hit; readonly handle: Handle; readonly from: Pixel }
  | { readonly kind: 'draw'; readonly points: Pixel[] }
  | { readonly kind: 'pan'; readonly from: Pixel; readonly window: typeof field.window.value }

/** Pixels around a handle or a marker that belong to it, and by which a held Ctrl divides a movement. */
const GRASP = 9
const FINE = 0.1
const SMALLEST = 40 // px², of a drawn area
const CLICK = 4 // px

export interface Hand {
  down(event: PointerEvent): void
  move(event: PointerEvent): void
  up(event: PointerEvent): void
  /** Nothing happened: everything is as before the gesture. */
  abort(): void
  leave(): void
  wheel(event: WheelEvent): void
  readonly draft: { readonly points: readonly Pixel[]; readonly closed: boolean } | null
  readonly hover: Hit | null
  readonly snapped: Suggested | null
  readonly at: Pixel | null
  readonly busy: boolean
}

export function createHand(plotOf: () => Plot, changed: () => void): Hand {
  let grip: Grip | null = null
  let hover: Hit | null = null
  let snapped: Suggested | null = null
  let at: Pixel | null = null

  const pixelOf = (event: PointerEvent | WheelEvent): Pixel => [event.offsetX, event.offsetY]

  /** The peak that a point here is pulled onto; Alt turns it off. */
  const pull = (plot: Plot, level: number, delay: number, { altKey }: Modifiers): Suggested | null =>
    (altKey ? null : snap(field.peaks.peek(), { level, delay: plot.view === 'frequency' ? null : delay }, field.range.peek(), plot.sampleRate))

  function pointAt(plot: Plot, pixel: Pixel, modifiers: Modifiers): { level: number; delay: number } {
    const { level, delay } = spotAt(plot, pixel)
    snapped = pull(plot, level, delay ?? 0, modifiers)
    return snapped ? { level: round(snapped.level), delay: round(snapped.delay) } : { level: round(level), delay: round(delay ?? 0) }
  }

  function grab(plot: Plot, pixel: Pixel, event: PointerEvent): Grip | null {
    const { sources } = state.selection.peek()
    const [source, place] = [state.chosen.peek(), state.chosenPlace.peek()]
    if (source !== null && place !== null && sources[source]) {
      const handle = handlesOf(plot, sources, source, place).find((each) => distance(each.at, pixel) <= GRASP)
      if (handle) {
        begin(`${handle.name} ${titleOf(source)}`)
        return { kind: 'handle', hit: { source, place }, handle, from: pixel }
      }
    }
    const tool = field.tool.peek()
    const hit = placeAt(plot, state.selection.peek(), source, pixel)
    // an area is no obstacle to drawing another one in it
    if (hit && (tool === 'point' || isPoint(sources[hit.source]!.places![hit.place]!))) {
      choose(hit.source, hit.place)
      begin(`Move place of ${titleOf(hit.source)}`)
      return { kind: 'move', hit, place: sources[hit.source]!.places![hit.place]!, from: pixel }
    }
    if (tool !== 'point') return { kind: 'draw', points: [pixel] }
    return placed(plot, pixel, event)
  }

  /** A new point, held until the pointer is released: one step with its way there. */
  function placed(plot: Plot, pixel: Pixel, event: PointerEvent): Grip | null {
    const place = pointAt(plot, pixel, event)
    begin('Add place')
    const source = give(place, event.shiftKey)
    if (source === null) {
      cancel()
      return null
    }
    const index = state.chosenPlace.peek()!
    return { kind: 'move', hit: { source, place: index }, place: state.selection.peek().sources[source]!.places![index]!, from: pixel, name: `Add place to ${titleOf(source)}` }
  }

  function apply(plot: Plot, pixel: Pixel, event: PointerEvent): void {
    if (!grip) return
    if (grip.kind === 'pan') {
      const { window: { x0, x1, y0, y1 } } = grip
      field.window.value = panned(grip.window, -(pixel[0] - grip.from[0]) / plot.width * (x1 - x0), (pixel[1] - grip.from[1]) / plot.height * (y1 - y0))
    } else if (grip.kind === 'draw') {
      if (field.tool.peek() === 'rectangle') grip.points.splice(1, Infinity, pixel)
      else if (distance(grip.points.at(-1)!, pixel) >= 2) grip.points.push(pixel)
    } else if (grip.kind === 'handle') {
      const { handle, hit } = grip
      const to = fine(grip.from, pixel, event)
      editSource(hit.source, handle.name, (source) => handle.pull(source, to))
    } else moveTo(plot, grip, pixel, event)
  }

  function moveTo(plot: Plot, { hit, place, from }: Extract<Grip, { kind: 'move' }>, pixel: Pixel, event: PointerEvent): void {
    if (!isPoint(place) && !isArea(place)) return // where it stands was heard
    let [dx, dy] = fine(from, pixel, event).map((x, i) => x - from[i]!) as [number, number]
    if (event.shiftKey) Math.abs(dx) > Math.abs(dy) ? dy = 0 : dx = 0
    let moved = movedBy(plot, place, dx, dy)
    snapped = null
    if (isPoint(moved) && Math.hypot(dx, dy) > CLICK) {
      snapped = pull(plot, moved.level, moved.delay, event)
      if (snapped) moved = { ...moved, level: round(snapped.level), delay: round(snapped.delay) }
    } else if (isPoint(moved)) moved = place // a click is no movement
    editSource(hit.source, 'Move place of', (source) => ({ ...source, places: source.places!.map((old, i) => (i === hit.place ? moved : old)) }))
  }

  const fine = (from: Pixel, to: Pixel, { ctrlKey }: Modifiers): Pixel =>
    (ctrlKey ? [from[0] + (to[0] - from[0]) * FINE, from[1] + (to[1] - from[1]) * FINE] : to)

  /** What was drawn, as an area of a source. */
  function close(plot: Plot, points: readonly Pixel[], event: PointerEvent): void {
    const tool = field.tool.peek()
    const outline = tool === 'brush' ? stampedOutline(points, field.brush.peek() * plot.width, brushed(plot, event))
      : tool === 'rectangle' ? corners(points) : simplify(points)
    if (outline.length < 3 || area(outline) < SMALLEST) return
    addArea(plot, outline, event.shiftKey, tool === 'brush' ? brushed(plot, event)?.hit ?? null : null)
  }

  /** The chosen area, which a brush adds to, or with Alt takes from. */
  function brushed(plot: Plot, { altKey }: Modifiers): { hit: Hit; outline: Pixel[]; erase: boolean } | null {
    const [source, index] = [state.chosen.peek(), state.chosenPlace.peek()]
    const place = source === null || index === null ? undefined : state.selection.peek().sources[source]?.places?.[index]
    return place && isArea(place) && plot.view === 'delay' ? { hit: { source: source!, place: index! }, outline: outlineOf(plot, place.polygon), erase: altKey } : null
  }

  return {
    get draft() {
      if (grip?.kind !== 'draw') return null
      const tool = field.tool.peek()
      return { points: tool === 'rectangle' ? corners(grip.points) : grip.points, closed: tool !== 'brush' }
    },
    get hover() { return hover },
    get snapped() { return grip || field.tool.peek() === 'point' ? snapped : null },
    get at() { return at },
    get busy() { return grip !== null },
    down(event) {
      const plot = plotOf()
      const pixel = pixelOf(event)
      if (!inside(plot, pixel) || grip) return
      at = pixel
      grip = event.button === 1 ? { kind: 'pan', from: pixel, window: field.window.peek() } : event.button === 0 ? grab(plot, pixel, event) : null
      changed()
    },
    move(event) {
      const plot = plotOf()
      at = pixelOf(event)
      if (grip) apply(plot, at, event)
      else {
        hover = inside(plot, at) ? placeAt(plot, state.selection.peek(), state.chosen.peek(), at) : null
        const spot = inside(plot, at) ? spotAt(plot, at) : null
        snapped = spot && !hover && field.tool.peek() === 'point' ? pull(plot, spot.level, spot.delay ?? 0, event) : null
      }
      field.pointer.value = inside(plot, at) ? spotAt(plot, at) : null
      changed()
    },
    up(event) {
      if (!grip) return
      const plot = plotOf()
      const done = grip
      if (done.kind !== 'draw') apply(plot, pixelOf(event), event)
      grip = null
      if (done.kind === 'draw') close(plot, done.points, event)
      end(done.kind === 'move' ? done.name : undefined)
      snapped = null
      changed()
    },
    abort() {
      if (!grip) return
      grip = null
      snapped = null
      cancel()
      changed()
    },
    leave() {
      if (!grip) hover = snapped = at = null
      field.pointer.value = null
      changed()
    },
    wheel(event) {
      const plot = plotOf()
      const [x, y] = pixelOf(event)
      if (!inside(plot, [x, y])) return
      event.preventDefault()
      const { x0, x1, y0, y1 } = field.window.peek()
      const across = event.shiftKey ? event.deltaY : event.deltaX
      if (event.shiftKey || Math.abs(across) > Math.abs(event.deltaY)) {
        field.window.value = panned(field.window.peek(), across / plot.width * (x1 - x0), event.shiftKey ? 0 : -event.deltaY / plot.height * (y1 - y0))
      } else field.window.value = zoomed(field.window.peek(), (x - plot.left) / plot.width, 1 - (y - plot.top) / plot.height, Math.exp(event.deltaY * 0.0015))
    },
  }
}

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
  const full = noRoomFor(place) ?? (hasRoom() || more ? null : 'There are as many sources as there may be. Hold Shift to add places to the chosen one.')
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

/** An outline in pixels becomes an area: of levels and delays, or of levels and a band. `instead` replaces a place. */
export function addArea(plot: Plot, outline: readonly Pixel[], more: boolean, instead: Hit | null = null): void {
  if (plot.view === 'delay') {
    const place: Place = { polygon: outline.map(([x, y]) => [round(pixelToLevel(plot, x)), round(pixelToDelay(plot, y))] as const) }
    if (instead) return editSource(instead.source, `Shape place of ${titleOf(instead.source)}`,
      (source) => ({ ...source, places: source.places!.map((old, i) => (i === instead.place ? { ...old, ...place } : old)) }))
    begin('Add area')
    const source = give(place, more)
    return end(source === null ? undefined : `Add area to ${titleOf(source)}`)
  }
  const levels = outline.map(([x]) => round(pixelToLevel(plot, x)))
  const hertz = outline.map(([, y]) => pixelToHertz(plot, y))
  const [low, high] = [Math.min(...levels), Math.max(...levels)]
  const { band } = withBand({ name: '' }, [Math.round(Math.min(...hertz)), Math.round(Math.max(...hertz))], plot.sampleRate / 2)
  begin('Add area')
  const source = give({ polygon: [[low, -FAR], [high, -FAR], [high, FAR], [low, FAR]] }, more, band ? { band } : {})
  end(source === null ? undefined : `Add area to ${titleOf(source)}`)
}
