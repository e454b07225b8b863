// The pointer in the field: a click places a point and keeps hold of it, places move, handles pull, areas are drawn with
// lasso, rectangle or brush. Every gesture is heard while it goes on and is one step of the history when it ends.

import type { Place } from '../../worklet/selection.ts'
import { choose, editSource, placeTitle, titleOf } from '../editing.ts'
import { begin, cancel, end } from '../history.ts'
import { handlesOf, movedBy, placeAt } from './handles.ts'
import type { Handle, Hit } from './handles.ts'
import {
  distance, inside, isArea, isPoint, outlineOf, panned, round, snap, spotAt, zoomed,
} from './geometry.ts'
import type { Pixel, Plot } from './geometry.ts'
import { area, reduced } from '../shapes.ts'
import { addArea, corners, give } from './giving.ts'
import { stampedOutline } from './brush.ts'
import { field } from './state.ts'
import type { Suggested } from './state.ts'
import { state } from '../state.ts'

interface Modifiers { readonly shiftKey: boolean; readonly altKey: boolean; readonly ctrlKey: boolean }

type Grip =
  | { readonly kind: 'move'; readonly hit: Hit; readonly place: Place; readonly from: Pixel; readonly name?: string }
  | { readonly kind: 'handle'; readonly hit: Hit; readonly handle: Handle; readonly from: Pixel }
  | { readonly kind: 'draw'; readonly points: Pixel[] }
  | { readonly kind: 'pan'; readonly from: Pixel; readonly window: typeof field.window.value }

/** Pixels around a handle or a marker that belong to it, and by which a held Ctrl divides a movement. */
const GRASP = 9
const FINE = 0.1
/** Of a lasso: more could not be taken hold of. */
const CORNERS = 12
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
      begin(`Move ${placeTitle(hit.source, hit.place)}`)
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
    const given = state.selection.peek().sources[source]!.places![index]!
    return { kind: 'move', hit: { source, place: index }, place: given, from: pixel, name: `Add place to ${titleOf(source)}` }
  }

  function apply(plot: Plot, pixel: Pixel, event: PointerEvent): void {
    if (!grip) return
    if (grip.kind === 'pan') {
      const { window: { x0, x1, y0, y1 } } = grip
      const [dx, dy] = [pixel[0] - grip.from[0], pixel[1] - grip.from[1]]
      field.window.value = panned(grip.window, -dx / plot.width * (x1 - x0), dy / plot.height * (y1 - y0))
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
    editSource(hit.source, '', (source) =>
      ({ ...source, places: source.places!.map((old, i) => (i === hit.place ? moved : old)) }))
  }

  const fine = (from: Pixel, to: Pixel, { ctrlKey }: Modifiers): Pixel =>
    (ctrlKey ? [from[0] + (to[0] - from[0]) * FINE, from[1] + (to[1] - from[1]) * FINE] : to)

  /** What was drawn, as an area of a source. */
  function close(plot: Plot, points: readonly Pixel[], event: PointerEvent): void {
    const tool = field.tool.peek()
    const outline = tool === 'brush' ? stampedOutline(points, field.brush.peek() * plot.width, brushed(plot, event))
      : tool === 'rectangle' ? corners(points) : reduced(points, CORNERS)
    if (outline.length < 3 || Math.abs(area(outline)) < SMALLEST) return
    addArea(plot, outline, event.shiftKey, tool === 'brush' ? brushed(plot, event)?.hit ?? null : null)
  }

  /** The chosen area, which a brush adds to, or with Alt takes from. */
  function brushed(plot: Plot, { altKey }: Modifiers): { hit: Hit; outline: Pixel[]; erase: boolean } | null {
    const [source, index] = [state.chosen.peek(), state.chosenPlace.peek()]
    const place = source === null || index === null ? undefined : state.selection.peek().sources[source]?.places?.[index]
    if (!place || !isArea(place) || plot.view !== 'delay') return null
    return { hit: { source: source!, place: index! }, outline: outlineOf(plot, place.polygon), erase: altKey }
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
        const up = event.shiftKey ? 0 : -event.deltaY / plot.height * (y1 - y0)
        field.window.value = panned(field.window.peek(), across / plot.width * (x1 - x0), up)
      } else {
        const [u, v] = [(x - plot.left) / plot.width, 1 - (y - plot.top) / plot.height]
        field.window.value = zoomed(field.window.peek(), u, v, Math.exp(event.deltaY * 0.0015))
      }
    },
  }
}
