// A brush stroke as an outline, with or without an area that was there. What hangs together with the largest piece is kept.

import type { Pixel } from './geometry.ts'
import { area, fill, followed, Grid, reduced, stroke } from '../shapes.ts'
import type { Point } from '../shapes.ts'

const CELL = 2 // px
const CORNERS = 24

/** The outline of a stroke; joined with `onto.outline`, or taken out of it. Empty where nothing is left. */
export function stampedOutline(
  path: readonly Pixel[], radius: number, onto: { readonly outline: readonly Pixel[]; readonly erase: boolean } | null,
): Pixel[] {
  const all = [...path, ...onto?.outline ?? []]
  const margin = radius + 2 * CELL
  const [left, top] = [Math.min(...all.map(([x]) => x)) - margin, Math.min(...all.map(([, y]) => y)) - margin]
  const grid = new Grid(Math.ceil((Math.max(...all.map(([x]) => x)) + margin - left) / CELL), Math.ceil((Math.max(...all.map(([, y]) => y)) + margin - top) / CELL))
  const cell = ([x, y]: Pixel): Point => [(x - left) / CELL, (y - top) / CELL]
  if (onto) fill(grid, onto.outline.map(cell))
  stroke(grid, path.map(cell), radius / CELL, onto?.erase ? 0 : 1)
  const [largest = []] = followed(grid).sort((a, b) => area(b) - area(a)) // holes count as less than nothing
  return largest.length < 3 ? [] : reduced(largest.map(([x, y]): Point => [left + x * CELL, top + y * CELL]), CORNERS)
}
