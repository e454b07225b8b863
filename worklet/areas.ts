// Polygons: how much of each cell of a grid lies inside, and soft edges. The even-odd rule decides where a line crosses
// itself; a polygon without an inside, of two points say, claims nothing.

export type Polygon = readonly (readonly [number, number])[]

export interface Box { readonly x0: number; readonly x1: number; readonly y0: number; readonly y1: number }

export function boxOf(polygon: Polygon): Box {
  let [x0, x1, y0, y1] = [Infinity, -Infinity, Infinity, -Infinity]
  for (const [x, y] of polygon) {
    x0 = Math.min(x0, x)
    x1 = Math.max(x1, x)
    y0 = Math.min(y0, y)
    y1 = Math.max(y1, y)
  }
  return { x0, x1, y0, y1 }
}

/**
 * Where the line at `at[0]`, of constant y, crosses the polygon, ascending: between the first and the second it is inside,
 * and so on. `flat` are corners as x and y in turn. Fills `into` from its start, no more than it holds, and says how many
 * there are.
 */
export function crossings(flat: Float64Array, at: Float64Array, into: Float64Array): number {
  const y = at[0]!
  let count = 0
  const corners = flat.length / 2
  for (let i = 0, j = corners - 1; i < corners; j = i++) {
    const ya = flat[2 * j + 1]!, yb = flat[2 * i + 1]!
    if (ya <= y === yb <= y || count === into.length) continue
    const xa = flat[2 * j]!
    const x = xa + ((y - ya) / (yb - ya)) * (flat[2 * i]! - xa)
    let place = count++
    for (; place > 0 && into[place - 1]! > x; place--) into[place] = into[place - 1]!
    into[place] = x
  }
  return count
}

/** Lines of a cell that are looked at. */
const LINES = 4

/**
 * The polygon over `size` × `size` points from (x0, y0) on, `dx` and `dy` apart, row by row: 1 inside, 0 outside, and in
 * between a slope, `softX` and `softY` long, with the drawn line in its middle.
 */
export function raster(polygon: Polygon, grid: Float32Array, size: number,
  { x0, y0, dx, dy, softX, softY }: { x0: number; y0: number; dx: number; dy: number; softX: number; softY: number }): void {
  const flat = Float64Array.from(polygon.flat())
  const xs = new Float64Array(polygon.length), y = new Float64Array(1)
  grid.fill(0)
  for (let row = 0; row < size; row++)
    for (let line = 0; line < LINES; line++) {
      y[0] = y0 + (row + (line + 0.5) / LINES - 0.5) * dy
      const count = crossings(flat, y, xs)
      for (let k = 0; k + 1 < count; k += 2) {
        const from = (xs[k]! - x0) / dx + 0.5, to = (xs[k + 1]! - x0) / dx + 0.5 // cell c reaches from c to c + 1
        for (let c = Math.max(0, Math.floor(from)); c < Math.min(size, Math.ceil(to)); c++)
          grid[row * size + c]! += Math.max(0, Math.min(to, c + 1) - Math.max(from, c)) / LINES
      }
    }
  blur(grid, size, 1, size, softX / dx)
  blur(grid, size, size, 1, softY / dy)
}

/** A running mean over `length` cells along lines of the grid: `step` from cell to cell, `next` from line to line. */
function blur(grid: Float32Array, size: number, step: number, next: number, length: number): void {
  const reach = length / 2
  if (reach <= 0.5) return
  const sums = new Float64Array(size + 1)
  /** The integral of the line up to `x` cells. */
  const upTo = (x: number): number => {
    const at = Math.min(Math.max(x, 0), size)
    const whole = Math.floor(at)
    return sums[whole]! + (whole < size ? (at - whole) * (sums[whole + 1]! - sums[whole]!) : 0)
  }
  for (let line = 0; line < size; line++) {
    for (let i = 0; i < size; i++) sums[i + 1] = sums[i]! + grid[line * next + i * step]!
    for (let i = 0; i < size; i++) grid[line * next + i * step] = (upTo(i + 0.5 + reach) - upTo(i + 0.5 - reach)) / (2 * reach)
  }
}
