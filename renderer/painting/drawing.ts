// What is drawn over the picture: painted areas in the colour of their source, the passage, the cross, what a tool would
// do. Outlines have a dark halo, so that they show on any ground; what takes away is dashed.

import type { Painted, Selection } from '../../worklet/selection.ts'
import { token } from '../canvas.ts'
import { sourceColour } from '../colour.ts'
import { onto, partialReach } from './plane.ts'
import type { Plane } from './plane.ts'
import type { Point } from '../shapes.ts'
import { GUTTER, RULER } from '../spectrogram/axes.ts'
import type { Axis } from '../spectrogram/rows.ts'
import type { Passage } from '../state.ts'

type Context = CanvasRenderingContext2D

const HALO = 'rgba(8,8,10,.86)'

function halo(context: Context, path: Path2D, colour: string, width: number, dash: number[] = []): void {
  context.lineJoin = 'round'
  context.setLineDash([])
  context.strokeStyle = HALO
  context.lineWidth = width + 2.4
  context.stroke(path)
  context.setLineDash(dash)
  context.strokeStyle = colour
  context.lineWidth = width
  context.stroke(path)
  context.setLineDash([])
}

/** Outlines in pixels, made once for an area and a view. */
let outlined = { view: null as Plane['view'] | null, width: 0, height: 0, paths: new WeakMap<object, Path2D>() }
function pathOf(plane: Plane, { polygon }: Painted): Path2D {
  if (outlined.view !== plane.view || outlined.width !== plane.width || outlined.height !== plane.height)
    outlined = { view: plane.view, width: plane.width, height: plane.height, paths: new WeakMap() }
  let path = outlined.paths.get(polygon)
  if (!path) {
    path = new Path2D()
    for (const [x, y] of onto(plane, polygon)) path.lineTo(x, y)
    path.closePath()
    outlined.paths.set(polygon, path)
  }
  return path
}

/** Below this an area takes away more than it claims. */
export const TAKES = 0.5

export function drawPainted(context: Context, plane: Plane, { sources }: Selection, chosen: number | null,
  selected: { readonly source: number; readonly areas: readonly number[] }, hovered: { source: number; area: number } | null): void {
  context.save()
  context.beginPath()
  context.rect(GUTTER, RULER, plane.width - GUTTER, plane.height - RULER)
  context.clip()
  sources.forEach(({ painted = [], mute = false }, source) => painted.forEach((area, i) => {
    const { gain = 1 } = area
    const takes = gain < TAKES
    const path = pathOf(plane, area)
    const isSelected = source === selected.source && selected.areas.includes(i)
    const isHovered = source === hovered?.source && i === hovered.area
    const colour = sourceColour(source)
    context.globalAlpha = mute ? 0.4 : 1
    // Confidence is opacity: unsure paint is a breath, sure paint a glaze.
    context.fillStyle = takes ? `rgba(8,8,10,${0.5 * (1 - gain)})` : colour + Math.round(255 * 0.3 * gain).toString(16).padStart(2, '0')
    context.fill(path, 'evenodd')
    halo(context, path, isSelected ? '#fff' : colour, isSelected || isHovered ? 2 : source === chosen ? 1.5 : 1, takes ? [5, 4] : [])
  }))
  context.restore()
}

export function drawPassage(context: Context, plane: Plane, { from, to }: Passage): void {
  const [left, right] = [Math.max(GUTTER, plane.x(from)), Math.min(plane.width, plane.x(to))]
  if (right <= left) return
  context.fillStyle = 'rgba(234,216,168,.16)'
  context.fillRect(left, 0, right - left, RULER - 1)
  context.fillStyle = 'rgba(234,216,168,.05)'
  context.fillRect(left, RULER, right - left, plane.height - RULER)
  context.fillStyle = token('--accent')
  for (const x of [plane.x(from), plane.x(to) - 2]) if (x >= GUTTER && x < plane.width) context.fillRect(x, 0, 2, RULER - 1)
}

/** A bracket at the top of the ruler. */
export function drawLoop(context: Context, plane: Plane, { from, to }: Passage): void {
  const [left, right] = [Math.max(GUTTER, plane.x(from)), Math.min(plane.width, plane.x(to))]
  if (right <= left) return
  context.fillStyle = token('--accent')
  context.fillRect(left, 0, right - left, 2)
  for (const x of [plane.x(from), plane.x(to) - 2]) if (x >= GUTTER && x < plane.width) context.fillRect(x, 0, 2, 9)
}

export function drawCross(context: Context, plane: Plane, { seconds, hertz }: { readonly seconds: number; readonly hertz: number }): void {
  const [x, y] = [Math.round(plane.x(seconds)) + 0.5, Math.round(plane.y(hertz)) + 0.5]
  if (x < GUTTER || x > plane.width || y < RULER || y > plane.height) return
  const path = new Path2D()
  path.rect(x - 0.5, RULER, 1, plane.height)
  path.rect(GUTTER, y - 0.5, plane.width, 1)
  context.fillStyle = 'rgba(255,255,255,.28)'
  context.fill(path)
  const arms = new Path2D()
  for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]] as const) {
    arms.moveTo(x + 4 * dx, y + 4 * dy)
    arms.lineTo(x + 11 * dx, y + 11 * dy)
  }
  halo(context, arms, '#fff', 1.5)
}

/** The brush at the pointer. */
export function drawBrush(context: Context, [x, y]: Point, radius: number, colour: string, takes: boolean): void {
  const path = new Path2D()
  path.arc(x, y, radius, 0, 2 * Math.PI)
  halo(context, path, colour, 1.2, takes ? [4, 3] : [])
}

/** Where the partials of a pitch would be painted. */
export function drawPartials(context: Context, plane: Plane, axis: Axis, x: number, hertz: number, count: number, octaves: number,
  binHertz: number, colour: string): void {
  for (let n = 1; n <= count && n * hertz < axis.high; n++) {
    const y = plane.y(n * hertz)
    if (y < RULER || y > plane.height) continue
    const reach = partialReach(n, n * hertz, octaves, binHertz) * plane.octave
    const path = new Path2D()
    path.roundRect(Math.max(GUTTER, x - 26), y - reach, 52, 2 * reach, Math.min(4, reach))
    context.fillStyle = colour + (n === 1 ? '80' : '3c')
    context.fill(path)
    halo(context, path, n === 1 ? '#fff' : colour, n === 1 ? 1.4 : 1)
  }
}

/** The way of a lasso or the frame of a rectangle while they are drawn. */
export function drawWay(context: Context, points: readonly Point[], closed: boolean): void {
  const path = new Path2D()
  for (const [x, y] of points) path.lineTo(x, y)
  if (closed) path.closePath()
  halo(context, path, '#fff', 1.2, [4, 3])
}

/** Above 1 ÷ 2|d| the delay of a place is ambiguous: a line for each of them, and what lies above all is shaded. */
export function drawWrapped(context: Context, plane: Plane, { sources }: Selection, axis: Axis): void {
  /** By row of the screen: which sources' delays wrap there. */
  const lines = new Map<number, number[]>()
  let lowest = Infinity
  sources.forEach(({ places = [] }, source) => places.forEach((place) => {
    if (!('delay' in place) || place.delay === 0) return
    const hertz = 5e5 / Math.abs(place.delay)
    const y = Math.round(plane.y(hertz))
    if (hertz > axis.high) return
    lowest = Math.min(lowest, hertz)
    if (y >= RULER && y <= plane.height) lines.set(y, [...new Set([...lines.get(y) ?? [], source])])
  }))
  context.font = `500 11px ${token('--font')}`
  context.textBaseline = 'bottom'
  context.textAlign = 'right'
  let above = Infinity
  for (const [y, who] of [...lines].sort(([a], [b]) => b - a)) {
    const path = new Path2D()
    path.moveTo(GUTTER, y)
    path.lineTo(plane.width, y)
    halo(context, path, sourceColour(who[0]!), 1.2, [6, 4])
    if (above - y < 16) continue // no room for another text
    above = y
    const names = who.map((source) => sources[source]!.name).join(' and ')
    const text = who.length > 1 ? `the delays of ${names} wrap above` : `the delay of ${names} wraps above`
    context.fillStyle = HALO
    context.fillRect(plane.width - 12 - context.measureText(text).width, y - 18, context.measureText(text).width + 8, 15)
    context.fillStyle = token('--text-2')
    context.fillText(text, plane.width - 8, y - 4)
  }
  const bottom = Math.min(plane.height, plane.y(Math.min(axis.high, lowest)))
  if (bottom <= RULER) return
  context.save()
  context.beginPath()
  context.rect(GUTTER, RULER, plane.width - GUTTER, bottom - RULER)
  context.clip()
  context.strokeStyle = 'rgba(255,255,255,.13)'
  context.lineWidth = 1
  context.beginPath()
  for (let y = RULER + 3.5; y < bottom; y += 6) { context.moveTo(GUTTER, y); context.lineTo(plane.width, y) }
  context.stroke()
  context.restore()
}
