// Shapes by hand: strokes and areas are filled into a grid, joined and taken away there, and their outlines followed
// back into polygons. A grid has no special cases: strokes may cross themselves, areas may have holes.

export type Point = readonly [number, number]
export type Polygon = readonly Point[]

export class Grid {
  readonly cells: Uint8Array
  constructor(readonly width: number, readonly height: number) { this.cells = new Uint8Array(width * height) }
}

/** Even-odd, cell by cell at its middle; x along a row of the grid. */
export function fill({ cells, width, height }: Grid, polygon: Polygon, value = 1): void {
  const crossings: number[] = []
  const [top, bottom] = [Math.min(...polygon.map(([, y]) => y)), Math.max(...polygon.map(([, y]) => y))]
  for (let row = Math.max(0, Math.floor(top)); row < Math.min(height, Math.ceil(bottom)); row++) {
    const y = row + 0.5
    crossings.length = 0
    for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
      const [x1, y1] = polygon[j]!
      const [x2, y2] = polygon[i]!
      if ((y1 <= y) !== (y2 <= y)) crossings.push(x1 + (y - y1) / (y2 - y1) * (x2 - x1))
    }
    crossings.sort((a, b) => a - b)
    for (let i = 0; i + 1 < crossings.length; i += 2) {
      const from = Math.max(0, Math.ceil(crossings[i]! - 0.5))
      const to = Math.min(width, Math.ceil(crossings[i + 1]! - 0.5))
      if (to > from) cells.fill(value, row * width + from, row * width + to)
    }
  }
}

/** Everything within reach of a path. */
export function stroke(grid: Grid, path: Polygon, radius: number, value = 1): void {
  path.forEach((point, i) => capsule(grid, path[Math.max(0, i - 1)]!, point, radius, value))
}

function capsule({ cells, width, height }: Grid, [x1, y1]: Point, [x2, y2]: Point, radius: number, value: number): void {
  const [dx, dy] = [x2 - x1, y2 - y1]
  const length = dx * dx + dy * dy
  const [top, bottom] = [Math.max(0, Math.floor(Math.min(y1, y2) - radius)), Math.min(height, Math.ceil(Math.max(y1, y2) + radius))]
  const [left, right] = [Math.max(0, Math.floor(Math.min(x1, x2) - radius)), Math.min(width, Math.ceil(Math.max(x1, x2) + radius))]
  for (let row = top; row < bottom; row++) {
    const y = row + 0.5 - y1
    for (let column = left; column < right; column++) {
      const x = column + 0.5 - x1
      const t = length > 0 ? Math.max(0, Math.min(1, (x * dx + y * dy) / length)) : 0
      if ((x - t * dx) ** 2 + (y - t * dy) ** 2 <= radius * radius) cells[row * width + column] = value
    }
  }
}

/** Smaller than this many cells is dust, and a hole that small is filled; so are more holes than a scribble means. */
const DUST = 2
const PINHOLE = 24
const MOST_HOLES = 150

/**
 * What is filled `within` a part of the grid as polygons, one for each piece; a hole is tied to its piece by a bridge of no
 * width, which even-odd does not see.
 */
export function outlines(grid: Grid, tolerance = 0.6, within?: Box): Point[][] {
  const loops = followed(grid, within).map((loop) => ({ size: area(loop), loop: simplify(loop, tolerance) })).filter(({ loop }) => loop.length >= 3)
  const pieces = loops.filter(({ size }) => size > DUST)
  const holes = loops.filter(({ size }) => size < -PINHOLE).sort((a, b) => a.size - b.size).slice(0, MOST_HOLES)
  for (const { loop: hole } of holes) {
    const [x, y] = hole[0]!
    const around = pieces.filter(({ loop }) => inside(loop, x, y)).sort((a, b) => a.size - b.size)[0]
    if (around) bridge(around.loop, hole)
  }
  return pieces.map(({ loop }) => loop)
}

/** Loops along the edges of filled cells, what is filled at their right hand; through the middles of the edges, which rounds the stairs. */
export function followed({ cells, width, height }: Grid, within: Box = { left: 0, right: width, top: 0, bottom: height }): Point[][] {
  const [left, right] = [Math.max(0, Math.floor(within.left)), Math.min(width, Math.ceil(within.right))]
  const [top, bottom] = [Math.max(0, Math.floor(within.top)), Math.min(height, Math.ceil(within.bottom))]
  const at = (x: number, y: number): boolean => x >= left && y >= top && x < right && y < bottom && cells[y * width + x] !== 0
  const span = Math.max(0, right - left)
  const visited = new Uint8Array(span * Math.max(0, bottom - top)) // top edges that a loop has passed
  const loops: Point[][] = []
  for (let startY = top; startY < bottom; startY++)
    for (let startX = left; startX < right; startX++) {
      const cell = startY * width + startX
      if (cells[cell] === 0 || (startY > top && cells[cell - width] !== 0) || visited[(startY - top) * span + startX - left]) continue
      const loop: Point[] = []
      // A corner and a direction: 0 right, 1 down, 2 left, 3 up.
      let x = startX, y = startY, direction = 0
      do {
        if (direction === 0) visited[(y - top) * span + x - left] = 1
        const [dx, dy] = STEPS[direction]!
        loop.push([x + dx / 2, y + dy / 2])
        x += dx
        y += dy
        const [onLeft, onRight] = [at(...ahead(x, y, direction, true)), at(...ahead(x, y, direction, false))]
        if (!onRight) direction = (direction + 1) % 4
        else if (onLeft) direction = (direction + 3) % 4
      } while (x !== startX || y !== startY || direction !== 0)
      loops.push(loop)
    }
  return loops
}

const STEPS: readonly (readonly [number, number])[] = [[1, 0], [0, 1], [-1, 0], [0, -1]]

/** The cell that lies ahead of a corner, at the left or the right hand. */
function ahead(x: number, y: number, direction: number, left: boolean): [number, number] {
  switch (direction) {
    case 0: return [x, left ? y - 1 : y]
    case 1: return [left ? x : x - 1, y]
    case 2: return [x - 1, left ? y : y - 1]
    default: return [left ? x - 1 : x, y - 1]
  }
}

function bridge(piece: Point[], hole: Point[]): void {
  let best = Infinity, from = 0, to = 0
  piece.forEach(([x, y], i) => hole.forEach(([u, v], j) => {
    const distance = (x - u) ** 2 + (y - v) ** 2
    if (distance < best) { best = distance; from = i; to = j }
  }))
  piece.splice(from + 1, 0, ...hole.slice(to), ...hole.slice(0, to + 1), piece[from]!)
}

/** Positive where what is inside lies at the right hand, on a screen whose y grows downwards. */
export function area(polygon: Polygon): number {
  let sum = 0
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) sum += polygon[j]![0] * polygon[i]![1] - polygon[i]![0] * polygon[j]![1]
  return sum / 2
}

export function inside(polygon: Polygon, x: number, y: number): boolean {
  let is = false
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
    const [x1, y1] = polygon[j]!
    const [x2, y2] = polygon[i]!
    if ((y1 <= y) !== (y2 <= y) && x < x1 + (y - y1) / (y2 - y1) * (x2 - x1)) is = !is
  }
  return is
}

export interface Box { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number }

export function bounds(polygon: Polygon): Box {
  let left = Infinity, right = -Infinity, top = Infinity, bottom = -Infinity
  for (const [x, y] of polygon) {
    left = Math.min(left, x); right = Math.max(right, x)
    top = Math.min(top, y); bottom = Math.max(bottom, y)
  }
  return { left, right, top, bottom }
}

/** Leaves out the points that a closed polygon can do without (Douglas & Peucker 1973). */
export function simplify(polygon: Polygon, tolerance: number): Point[] {
  if (polygon.length < 4) return [...polygon]
  let far = 0
  polygon.forEach(([x, y], i) => {
    const [a, b] = polygon[0]!
    const [c, d] = polygon[far]!
    if ((x - a) ** 2 + (y - b) ** 2 > (c - a) ** 2 + (d - b) ** 2) far = i
  })
  const closed = [...polygon, polygon[0]!]
  const keep = new Uint8Array(closed.length)
  keep[0] = keep[far] = 1
  const spans: [number, number][] = [[0, far], [far, closed.length - 1]]
  for (let span = spans.pop(); span; span = spans.pop()) {
    const [from, to] = span
    let most = tolerance, at = -1
    for (let i = from + 1; i < to; i++) {
      const distance = distanceTo(closed[from]!, closed[to]!, closed[i]!)
      if (distance > most) { most = distance; at = i }
    }
    if (at < 0) continue
    keep[at] = 1
    spans.push([from, at], [at, to])
  }
  return closed.slice(0, -1).filter((_, i) => keep[i])
}

function distanceTo([x1, y1]: Point, [x2, y2]: Point, [x, y]: Point): number {
  const [dx, dy] = [x2 - x1, y2 - y1]
  const length = dx * dx + dy * dy
  const t = length > 0 ? Math.max(0, Math.min(1, ((x - x1) * dx + (y - y1) * dy) / length)) : 0
  return Math.hypot(x - x1 - t * dx, y - y1 - t * dy)
}

/** The same with at most so many corners, three at least. */
export function reduced(polygon: Polygon, most: number): Point[] {
  for (let tolerance = 1; ; tolerance *= 1.5) {
    const kept = simplify(polygon, tolerance)
    if (kept.length <= Math.max(3, most)) return kept
  }
}
