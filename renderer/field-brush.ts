// A brush stroke as an outline: discs along the stroke, with or without an area that was there, on a small raster whose
// border is then walked along. What hangs together with the largest piece is kept.

import { contains, simplify } from './field-geometry.ts'
import type { Pixel } from './field-geometry.ts'

const CELL = 2 // px

/** The outline of a stroke; joined with `onto.outline`, or taken out of it. Empty where nothing is left. */
export function stampedOutline(
  stroke: readonly Pixel[], radius: number, onto: { readonly outline: readonly Pixel[]; readonly erase: boolean } | null,
): Pixel[] {
  const all = [...stroke, ...onto?.outline ?? []]
  const margin = radius + 2 * CELL
  const [left, top] = [Math.min(...all.map(([x]) => x)) - margin, Math.min(...all.map(([, y]) => y)) - margin]
  const width = Math.ceil((Math.max(...all.map(([x]) => x)) + margin - left) / CELL) + 1
  const height = Math.ceil((Math.max(...all.map(([, y]) => y)) + margin - top) / CELL) + 1
  const cells = new Uint8Array(width * height)
  for (let row = 1; row < height - 1; row++)
    for (let column = 1; column < width - 1; column++) {
      const at: Pixel = [left + column * CELL, top + row * CELL]
      const touched = nearStroke(stroke, at, radius)
      const before = onto !== null && contains(onto.outline, at)
      cells[row * width + column] = Number(onto?.erase ? before && !touched : before || touched)
    }
  const border = walk(cells, width, height)
  return border.length < 3 ? [] : simplify(border.map(([column, row]): Pixel => [left + column * CELL, top + row * CELL]), 24)
}

function nearStroke(stroke: readonly Pixel[], [x, y]: Pixel, radius: number): boolean {
  for (let i = 0; i < stroke.length; i++) {
    const [ax, ay] = stroke[Math.max(0, i - 1)]!
    const [bx, by] = stroke[i]!
    const length = (bx - ax) ** 2 + (by - ay) ** 2
    const t = length ? Math.min(1, Math.max(0, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length)) : 0
    if ((x - ax - t * (bx - ax)) ** 2 + (y - ay - t * (by - ay)) ** 2 <= radius * radius) return true
  }
  return false
}

/** The eight neighbours, clockwise from the right. */
const AROUND = [[1, 0], [1, 1], [0, 1], [-1, 1], [-1, 0], [-1, -1], [0, -1], [1, -1]] as const

/** Moore's neighbour tracing around the largest connected piece. */
function walk(cells: Uint8Array, width: number, height: number): [number, number][] {
  const start = firstOfLargest(cells, width, height)
  if (start < 0) return []
  const filled = (column: number, row: number): boolean => cells[row * width + column] === 2
  const border: [number, number][] = []
  let [column, row] = [start % width, Math.floor(start / width)]
  let from = 4 // the first of its row: nothing lies to its left
  for (let steps = 0; steps < 4 * width * height; steps++) {
    border.push([column, row])
    let turn = 1
    while (turn <= 8 && !filled(column + AROUND[(from + turn) % 8]![0], row + AROUND[(from + turn) % 8]![1])) turn++
    if (turn > 8) break // one cell alone
    const direction = (from + turn) % 8
    column += AROUND[direction]![0]
    row += AROUND[direction]![1]
    from = (direction + 4) % 8
    if (row * width + column === start) break
  }
  return border
}

/** Marks the largest piece with 2s and returns its first cell, −1 when there is none. */
function firstOfLargest(cells: Uint8Array, width: number, height: number): number {
  let [best, most] = [-1, 0]
  const seen = new Uint8Array(width * height)
  let largest: number[] = []
  for (let start = 0; start < cells.length; start++) {
    if (!cells[start] || seen[start]) continue
    const piece = [start]
    seen[start] = 1
    for (let i = 0; i < piece.length; i++)
      for (const step of [1, -1, width, -width]) {
        const next = piece[i]! + step
        if (cells[next] && !seen[next]) {
          seen[next] = 1
          piece.push(next)
        }
      }
    if (piece.length > most) [best, most, largest] = [start, piece.length, piece]
  }
  for (const at of largest) cells[at] = 2
  return best
}
