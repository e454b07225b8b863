// Gestures on the spectrogram: what a tool makes of a way of the pointer or of the keyboard's cross. While one goes on
// the selection follows at every frame, so that it is heard; together they are one step of the history.

import { MAX_CORNERS } from '../../worklet/selection.ts'
import type { Painted, SelectedSource, Selection } from '../../worklet/selection.ts'
import { addSource, choose, edit, titleOf } from '../editing.ts'
import { begin, cancel, end } from '../history.ts'
import { BrushWay, boxed, erased, harmonics, lassoed, moved } from './plane.ts'
import type { Plane } from './plane.ts'
import type { Point } from '../shapes.ts'
import { painting } from './state.ts'
import type { Stroke, Tool } from './state.ts'
import type { Axis } from '../spectrogram/rows.ts'
import { state } from '../state.ts'

export interface Gesture {
  readonly tool: Tool
  /** Pixels so far. */
  readonly path: readonly Point[]
  to(point: Point, straight: boolean): void
  /** Makes the selection what the gesture says now; the page calls it once for a frame. */
  apply(): void
  finish(): void
  abandon(): void
}

export interface Canvas { readonly plane: Plane; readonly axis: Axis; readonly binHertz: number }

/** On top of what a source has. Paint is decided last and claims nothing elsewhere: what else it claims by stays. */
const withPaint = (source: SelectedSource, areas: readonly Painted[]): SelectedSource => ({ ...source, painted: [...source.painted ?? [], ...areas] })

/** Strength is how sure the hand is: full paint claims or takes away all of it, half of it half. */
const gainOf = (stroke: 'paint' | 'remove', strength: number): number => Number((stroke === 'paint' ? strength : 1 - strength).toFixed(3))

/** Ten microseconds and a hundredth of a hertz are finer than any hand, and short in a file. The same array for the same outline. */
const shortened = new WeakMap<readonly Point[], readonly Point[]>()
function short(outline: readonly Point[]): readonly Point[] {
  let made = shortened.get(outline)
  if (!made) shortened.set(outline, made = outline.map(([seconds, hertz]): Point => [Math.round(seconds * 1e5) / 1e5, Math.round(hertz * 100) / 100]))
  return made
}

export function painted(selection: Selection, source: number, shapes: readonly (readonly Point[])[], stroke: Stroke, strength: number,
  soft: number): Selection {
  const areas = (kind: 'paint' | 'remove'): Painted[] =>
    shapes.map((outline) => ({ polygon: short(outline), gain: gainOf(kind, strength), ...(soft > 0 && { soft }) }))
  if (shapes.length === 0) return selection
  return {
    ...selection,
    sources: selection.sources.map((old, i) => {
      if (i === source) return withPaint(old, areas(stroke === 'remove' ? 'remove' : 'paint'))
      return stroke === 'push' ? withPaint(old, areas('remove')) : old
    }),
  }
}

const nameOf: Record<Stroke, (title: string) => string> = {
  paint: (title) => `Paint into ${title}`, remove: (title) => `Take away from ${title}`, push: (title) => `Push into ${title}`,
}

/** As the selection's door takes them. */
const MAX_AREAS_OF_ONE = 4096

/** The chosen source, or a new one: paint is never refused for want of a source. */
function target(): number | null {
  const chosen = state.chosen.peek()
  if (chosen !== null && chosen < state.selection.peek().sources.length) return chosen
  return addSource()
}

const isTooMuch = ({ sources }: Selection): boolean =>
  sources.reduce((sum, { painted = [] }) => sum + painted.reduce((corners, { polygon }) => corners + polygon.length, 0), 0) > MAX_CORNERS
  || sources.some(({ painted = [] }) => painted.length > MAX_AREAS_OF_ONE)

function refuse(): void {
  cancel()
  state.banner.value = {
    tone: 'note', what: 'That is more paint than one selection holds.', actions: [],
    safe: 'The last stroke was taken back; all before it stays. Remove some areas to paint others.',
  }
}

/** Starts what the tool does; null where there is room for no more sources. `alt` takes away instead of painting. */
export function startStroke({ plane, axis, binHertz }: Canvas, tool: Exclude<Tool, 'point' | 'eraser'>, at: Point, alt: boolean,
  pitch: number): Gesture | null {
  const { stroke: wanted, width, strength, soft, partials } = painting
  const stroke: Stroke = alt ? 'remove' : wanted.peek()
  const [octaves, sure, edge, count] = [width.peek(), strength.peek(), soft.peek(), partials.peek()]
  begin(nameOf[stroke](''))
  const source = target()
  if (source === null) { cancel(); return null }
  const before = state.selection.peek()
  const path: Point[] = [at]
  let changed = true
  let anew = false
  const way = tool === 'brush' ? new BrushWay(plane, octaves) : null
  const shapes = (): Point[][] => {
    if (way) return way.outlines(path, anew)
    if (tool === 'rectangle') return [boxed(plane, at, path.at(-1)!) ?? []].filter((shape) => shape.length > 0)
    if (tool === 'lasso') return [lassoed(plane, path) ?? []].filter((shape) => shape.length > 0)
    const start = plane.hertz(at[1])
    const tones = path.map(([x, y]): Point => [Math.max(0, plane.seconds(x)), pitch * plane.hertz(y) / start])
    return harmonics(tones, count, octaves, binHertz, axis, 0.01)
  }
  const make = (): void => {
    const areas = shapes()
    anew = changed = false
    edit('', () => painted(before, source, areas, stroke, sure, edge))
  }
  return {
    tool, path,
    to([x, y], straight) {
      const isLine = straight && (tool === 'brush' || tool === 'harmonic')
      if (isLine) {
        path.length = 1
        anew = true
      }
      path.push(isLine ? [x, at[1]] : [x, y])
      changed = true
    },
    apply() { if (changed) make() },
    finish() {
      if (changed) make()
      const count = (state.selection.peek().sources[source]!.painted?.length ?? 0) - (before.sources[source]!.painted?.length ?? 0)
      if (count <= 0) return cancel()
      if (isTooMuch(state.selection.peek())) return refuse()
      const all = state.selection.peek().sources[source]!.painted!.length
      painting.selected.value = { source, areas: Array.from({ length: count }, (_, i) => all - count + i) }
      end(nameOf[stroke](titleOf(source)))
      choose(source)
    },
    abandon: cancel,
  }
}

/** Takes paint away, never sound: of the chosen source, or of all where none is chosen. */
export function startErasing({ plane }: Canvas, at: Point): Gesture {
  const octaves = painting.width.peek()
  const chosen = state.chosen.peek()
  const before = state.selection.peek()
  const path: Point[] = [at]
  let changed = true
  begin('Erase paint')
  const make = (): void => edit('', () => ({
    ...before,
    sources: before.sources.map((source, i) => {
      if (!source.painted || (chosen !== null && i !== chosen)) return source
      const left = source.painted.flatMap((area) => erased(plane, area.polygon, path, octaves)?.map((polygon) => ({ ...area, polygon })) ?? [area])
      return withoutPaint(source, left)
    }),
  }))
  return {
    tool: 'eraser', path,
    to(point, straight) {
      if (straight) path.length = 1
      path.push(straight ? [point[0], at[1]] : point)
      changed = true
    },
    apply() {
      if (!changed) return
      changed = false
      make()
    },
    finish() {
      make()
      painting.selected.value = { source: -1, areas: [] }
      end(chosen === null ? 'Erase paint' : `Erase paint from ${titleOf(chosen)}`)
    },
    abandon: cancel,
  }
}

function withoutPaint(source: SelectedSource, left: readonly Painted[]): SelectedSource {
  const { painted: _, ...others } = source
  return { ...others, ...(left.length && { painted: left }) }
}

/** Moves the selected areas. */
export function startMoving({ plane }: Canvas, at: Point): Gesture {
  const { source, areas } = painting.selected.peek()
  const before = state.selection.peek()
  const path: Point[] = [at]
  let changed = false
  begin(`Move paint of ${titleOf(source)}`)
  const make = (): void => {
    const [x, y] = path.at(-1)!
    edit('', () => shifted(before, source, areas, plane.seconds(x) - plane.seconds(at[0]), plane.hertz(y) / plane.hertz(at[1])))
  }
  return {
    tool: 'point', path,
    to([x, y], straight) {
      const level = straight && Math.abs(y - at[1]) < Math.abs(x - at[0])
      path.push(straight ? (level ? [x, at[1]] : [at[0], y]) : [x, y])
      changed = true
    },
    apply() {
      if (!changed) return
      changed = false
      make()
    },
    finish() {
      if (path.length > 1) make()
      end()
    },
    abandon: cancel,
  }
}

export const shifted = (selection: Selection, source: number, areas: readonly number[], seconds: number, ratio: number): Selection => ({
  ...selection,
  sources: selection.sources.map((old, i) => (i !== source ? old : {
    ...old, painted: (old.painted ?? []).map((area, a) => (areas.includes(a) ? { ...area, polygon: moved(area.polygon, seconds, ratio) } : area)),
  })),
})

/** All that is selected goes, in one step. */
export function removeSelected(): void {
  const { source, areas } = painting.selected.peek()
  if (!state.selection.peek().sources[source]?.painted?.length || areas.length === 0) return
  edit(`Remove paint from ${titleOf(source)}`, (selection) => ({
    ...selection,
    sources: selection.sources.map((old, i) => (i === source ? withoutPaint(old, old.painted!.filter((_, a) => !areas.includes(a))) : old)),
  }))
  painting.selected.value = { source: -1, areas: [] }
}

/** What was painted on one file means nothing on another. Undo brings it back. */
export function leavePaint(file: string): void {
  if (state.selection.peek().sources.some(({ painted }) => painted))
    edit(`Leave the paint of ${file}`, (selection) => ({ ...selection, sources: selection.sources.map((source) => withoutPaint(source, [])) }))
}

/** The selected areas, with a tenth of a second or a twelfth of an octave for a step: for the keyboard. */
export function nudgeSelected(seconds: number, octaves: number): void {
  const { source, areas } = painting.selected.peek()
  if (areas.length > 0) edit(`Move paint of ${titleOf(source)}`, (selection) => shifted(selection, source, areas, seconds, 2 ** octaves), true)
}
