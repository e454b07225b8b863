// The plane that is painted on: seconds and hertz in the pixels of a view, and back; the shapes of strokes on it.

import type { Painted } from '../../worklet/selection.ts'
import { Grid, bounds, fill, inside, outlines, simplify, stroke } from '../shapes.ts'
import type { Box, Point, Polygon } from '../shapes.ts'
import { GUTTER, RULER } from '../spectrogram/axes.ts'
import type { Axis } from '../spectrogram/rows.ts'
import type { View } from '../spectrogram/view.ts'

export interface Plane {
  readonly view: View
  readonly width: number
  readonly height: number
  /** Pixels of one octave. */
  readonly octave: number
  x(seconds: number): number
  y(hertz: number): number
  seconds(x: number): number
  hertz(y: number): number
}

/** Of a box so many pixels wide and high, gutter and ruler included. */
export function planeOf(view: View, axis: Axis, width: number, height: number): Plane {
  const [across, up] = [Math.max(1, width - GUTTER), Math.max(1, height - RULER)]
  const rows = view.high - view.low
  return {
    view, width, height,
    octave: up / rows * (axis.row(2 * axis.low) - axis.row(axis.low)),
    x: (seconds) => GUTTER + (seconds - view.from) / view.seconds * across,
    y: (hertz) => RULER + (view.high - axis.row(Math.max(1, hertz))) / rows * up,
    seconds: (x) => view.from + (x - GUTTER) / across * view.seconds,
    hertz: (y) => axis.hertz(view.high - (y - RULER) / up * rows),
  }
}

/** A line that leans over more than this many pixels of the frequency axis is drawn and kept in parts: straight in hertz is bent here. */
const PART = 12

/** Pixels of a polygon of seconds and hertz. */
export function onto(plane: Plane, polygon: Polygon): Point[] {
  return polygon.flatMap(([seconds, hertz], i): Point[] => {
    const [next, other] = polygon[(i + 1) % polygon.length]!
    const parts = next === seconds ? 1 : Math.max(1, Math.ceil(Math.abs(plane.y(other) - plane.y(hertz)) / PART))
    return Array.from({ length: parts }, (_, n): Point =>
      [plane.x(seconds + (next - seconds) * n / parts), plane.y(hertz + (other - hertz) * n / parts)])
  })
}

const rounded = (x: number, step: number): number => Math.round(x / step) * step

/** Seconds and hertz of pixels: to a tenth of a millisecond and a hundredth of a hertz, never before the file's start. */
export function offOf(plane: Plane, polygon: Polygon): Point[] {
  return polygon.flatMap(([x, y], i): Point[] => {
    const [u, v] = polygon[(i + 1) % polygon.length]!
    const parts = u === x ? 1 : Math.max(1, Math.ceil(Math.abs(v - y) / PART))
    return Array.from({ length: parts }, (_, n) => spot(plane, x + (u - x) * n / parts, y + (v - y) * n / parts))
  })
}

/** Corners that one area may have (selection.ts takes 4096). */
const MOST = 4000

/** The same of an outline in pixels, with as few corners as must be. */
function kept(plane: Plane, outline: Polygon): Point[] {
  let points = offOf(plane, outline)
  for (let tolerance = 1.5; points.length > MOST; tolerance *= 2) points = offOf(plane, simplify(outline, tolerance))
  return points
}

const spot = (plane: Plane, x: number, y: number): Point =>
  [Number(Math.max(0, rounded(plane.seconds(x), 1e-4)).toFixed(4)), Number(rounded(plane.hertz(y), 1e-2).toFixed(2))]

const FINE = 2 // cells to a pixel: half a pixel is fine enough for a hand

/** A brush on its way: what it has passed stays filled, so that a long stroke costs no more at its end than at its start. */
export class BrushWay {
  private readonly grid: Grid
  private readonly radius: number
  private done = 0
  private box: Box | null = null

  constructor(private readonly plane: Plane, octaves: number) {
    this.grid = new Grid(Math.ceil((plane.width + 2 * BEYOND) * FINE), Math.ceil((plane.height + 2 * BEYOND) * FINE))
    this.radius = Math.max(2, octaves / 2 * plane.octave)
  }

  /** The outlines of the way so far, in seconds and hertz; `path` has only grown, or was cut to its first point and led elsewhere. */
  outlines(path: Polygon, anew: boolean): Point[][] {
    const { grid, radius, plane } = this
    if (anew) {
      grid.cells.fill(0)
      this.done = 0
      this.box = null
    }
    const added = path.slice(Math.max(0, this.done - 1)).map(([x, y]): Point => [(x + BEYOND) * FINE, (y + BEYOND) * FINE])
    stroke(grid, added, radius * FINE)
    this.done = path.length
    this.box = around(this.box, bounds(added), radius * FINE + 1)
    return outlines(grid, 0.8, this.box).map((piece) => kept(plane, piece.map(([x, y]) => [x / FINE - BEYOND, y / FINE - BEYOND])))
  }
}

/** A hand may leave the picture by this many pixels and come back. */
const BEYOND = 40

const around = (box: Box | null, more: Box, margin: number): Box => ({
  left: Math.min(box?.left ?? Infinity, more.left - margin), right: Math.max(box?.right ?? -Infinity, more.right + margin),
  top: Math.min(box?.top ?? Infinity, more.top - margin), bottom: Math.max(box?.bottom ?? -Infinity, more.bottom + margin),
})

/** The outlines of a whole way, in seconds and hertz. */
export const brushed = (plane: Plane, path: Polygon, octaves: number): Point[][] => new BrushWay(plane, octaves).outlines(path, false)

/** What an eraser leaves of an area: nothing, or one or more pieces; null where it does not touch it. */
export function erased(plane: Plane, polygon: Polygon, path: Polygon, octaves: number): Point[][] | null {
  const radius = Math.max(2, octaves / 2 * plane.octave)
  const pixels = onto(plane, polygon)
  const [area, way] = [bounds(pixels), bounds(path)]
  if (way.left - radius > area.right || way.right + radius < area.left) return null
  if (way.top - radius > area.bottom || way.bottom + radius < area.top) return null
  let touched = false
  const left = traced(plane, pixels, 1, (grid, shift, fine) => {
    fill(grid, shift(pixels))
    const before = grid.cells.reduce((sum, cell) => sum + cell, 0)
    stroke(grid, shift(path), radius * fine, 0)
    touched = grid.cells.reduce((sum, cell) => sum + cell, 0) < before
  })
  return touched ? left : null
}

const LARGEST = 4e6 // cells

/** Into a grid, whose cells are `fine` to a pixel; `shift` brings pixels there. */
type Make = (grid: Grid, shift: (points: Polygon) => Point[], fine: number) => void

/** Fills a grid that holds `pixels` with a margin, and follows what is in it. */
function traced(plane: Plane, pixels: Polygon, margin: number, make: Make): Point[][] {
  const box = bounds(pixels)
  const [wide, high] = [box.right - box.left + 2 * margin + 2, box.bottom - box.top + 2 * margin + 2]
  const fine = Math.min(FINE, Math.sqrt(LARGEST / (wide * high)))
  const [left, top] = [box.left - margin - 1, box.top - margin - 1]
  const grid = new Grid(Math.ceil(wide * fine), Math.ceil(high * fine))
  make(grid, (points) => points.map(([x, y]) => [(x - left) * fine, (y - top) * fine]), fine)
  return outlines(grid, 0.8).map((piece) => kept(plane, piece.map(([x, y]) => [x / fine + left, y / fine + top])))
}

/** A closed line by hand; null where it holds nothing. */
export function lassoed(plane: Plane, path: Polygon): Point[] | null {
  const points = simplify(path, 1)
  const box = bounds(points)
  return points.length < 3 || box.right - box.left < 2 || box.bottom - box.top < 2 ? null : kept(plane, points)
}

export const boxed = (plane: Plane, [x1, y1]: Point, [x2, y2]: Point): Point[] | null =>
  Math.abs(x2 - x1) < 2 || Math.abs(y2 - y1) < 2 ? null : [spot(plane, x1, y1), spot(plane, x2, y1), spot(plane, x2, y2), spot(plane, x1, y2)]

/** Half the height of a partial, in octaves: of the brush's width, but never touching its neighbours, and at least a window's lobe. */
export function partialReach(number: number, hertz: number, octaves: number, binHertz: number): number {
  const reach = Math.min(octaves / 4, 0.35 * Math.log2((number + 1) / number))
  return Math.min(0.45 * Math.log2((number + 1) / number), Math.max(reach, Math.log2(1 + 2 * binHertz / hertz)))
}

/** A tone's fundamental and partials along a way of [seconds, hertz of the fundamental]: an area for each. */
export function harmonics(way: Polygon, partials: number, octaves: number, binHertz: number, axis: Axis, tail: number): Point[][] {
  const steady = [...way].sort(([a], [b]) => a - b).filter(([t], i, all) => i === 0 || t - all[i - 1]![0] > 1e-3)
  const [first, last] = [steady[0]!, steady.at(-1)!]
  const path: Point[] = [[Math.max(0, first[0] - tail), first[1]], ...steady, [last[0] + tail, last[1]]]
  const areas: Point[][] = []
  for (let n = 1; n <= partials && n * first[1] < axis.high; n++) {
    const reach = 2 ** partialReach(n, n * first[1], octaves, binHertz)
    const edge = (factor: number): Point[] => path.map(([t, hertz]) => [Number(t.toFixed(4)), Number((n * hertz * factor).toFixed(2))])
    areas.push([...edge(reach), ...edge(1 / reach).reverse()])
  }
  return areas
}

/** The uppermost painted area at a spot; those of the chosen source lie on top. */
export function areaAt(sources: readonly { readonly painted?: readonly Painted[] }[], chosen: number | null, seconds: number,
  hertz: number): { source: number; area: number } | null {
  const order = sources.map((_, i) => i).sort((a, b) => Number(b === chosen) - Number(a === chosen))
  for (const source of order) {
    const painted = sources[source]!.painted ?? []
    for (let area = painted.length - 1; area >= 0; area--) if (inside(painted[area]!.polygon, seconds, hertz)) return { source, area }
  }
  return null
}

/** Moved by seconds and a ratio of hertz, as far as the file's start lets it. */
export function moved(polygon: Polygon, seconds: number, ratio: number): Point[] {
  const by = Math.max(seconds, -Math.min(...polygon.map(([t]) => t)))
  return polygon.map(([t, hertz]) => [Number((t + by).toFixed(4)), Number((hertz * ratio).toFixed(2))])
}
