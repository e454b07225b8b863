// What a press on the picture starts, by tool: a stroke, an erasing, the move of an area, a frame that selects.

import { choose } from '../editing.ts'
import { startErasing, startMoving, startStroke } from './gestures.ts'
import type { Canvas, Gesture } from './gestures.ts'
import { areaAt } from './plane.ts'
import type { Plane } from './plane.ts'
import type { Point } from '../shapes.ts'
import { painting, picture } from './state.ts'
import { probed } from '../spectrogram/file.ts'
import { state } from '../state.ts'

/** What a press has started. `apply` comes once for an animation frame. */
export interface Drag extends Pick<Gesture, 'to' | 'apply' | 'finish' | 'abandon'> {
  readonly shown: Gesture | null
  /** Corners of the frame that selects. */
  readonly band: readonly [Point, Point] | null
}

export function canvasOf(plane: Plane): Canvas | null {
  const shown = picture.peek()
  return shown && { plane, axis: shown.axis, binHertz: shown.binHertz }
}

/** The gesture that a press on the picture starts. */
export function started(plane: Plane, at: Point, alt: boolean): Gesture | null {
  const on = canvasOf(plane)
  const tool = painting.tool.peek()
  if (!on || tool === 'point') return null
  if (tool === 'eraser') return startErasing(on, at)
  const hertz = plane.hertz(at[1])
  const known = probed.peek()
  const near = known && Math.abs(Math.log2(known.hertz / hertz)) < 1 / 24 ? known.peak : hertz
  return startStroke(on, tool, at, alt, near)
}

/** The point tool: an area is selected and moved, elsewhere a frame selects the areas that it meets. */
export function pointed(plane: Plane, at: Point, more: boolean): Drag {
  const [seconds, hertz] = [plane.seconds(at[0]), plane.hertz(at[1])]
  const hit = areaAt(state.selection.peek().sources, state.chosen.peek(), seconds, hertz)
  const { source, areas } = painting.selected.peek()
  if (hit) {
    const isIn = hit.source === source && areas.includes(hit.area)
    if (more && hit.source === source) painting.selected.value = { source, areas: isIn ? areas.filter((a) => a !== hit.area) : [...areas, hit.area] }
    else if (!isIn) painting.selected.value = { source: hit.source, areas: [hit.area] }
    choose(hit.source)
    const gesture = startMoving(canvasOf(plane)!, at)
    return { ...gesture, shown: gesture, band: null }
  }
  let to = at
  return {
    shown: null,
    get band() { return [at, to] as const },
    to(point) { to = point },
    apply() {},
    finish() {
      const [left, right] = [plane.seconds(Math.min(at[0], to[0])), plane.seconds(Math.max(at[0], to[0]))]
      const [low, high] = [plane.hertz(Math.max(at[1], to[1])), plane.hertz(Math.min(at[1], to[1]))]
      const { sources } = state.selection.peek()
      const meets = (k: number): number[] => (sources[k]?.painted ?? []).flatMap(({ polygon }, a) =>
        (polygon.some(([t, f]) => t >= left && t <= right && f >= low && f <= high) ? [a] : []))
      const found = [state.chosen.peek() ?? -1, ...sources.keys()].find((k) => meets(k).length > 0) ?? -1
      painting.selected.value = { source: found, areas: meets(found) }
    },
    abandon() {},
  }
}
