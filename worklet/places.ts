// Where each source stands between left and right: its places, made into numbers per bin when they are chosen, and what
// they claim of every frame. kernel/places.ts has the formulas.
//
// Points compete: each is as wide as half the way to the nearest place of another source, at every frequency, and its
// softness is a tenth of that way. Drawn areas lie on top of them. What is beyond all widths is the rest's.

import { boxOf, raster } from './areas.ts'
import { type Covariances, fitCovariance, passageKey, ROW } from './covariance.ts'
import type { Features } from './features.ts'
import type { Kernel } from './kernel.ts'
import { type AreaPlace, MAX_AREAS, MAX_PLACES, type PointPlace, type Selection } from './selection.ts'

/** Rows of a place, as kernel/places.ts has them. */
const ROWS = 8
const LEFT = 0, RIGHT = 1, RE = 2, IM = 3, WIDTH = 4, NORM = 5, EDGE = 6
/** Softness, as a share of the separation: both are sin² of an angle between directions in the plane of the channels. */
const SOFTNESS = 0.1
/** Where the rest begins, in separations: a neighbour is one away, half the way is about a quarter. */
const REACH = 6
/** Half the width of a point that stands alone, dB. */
const ALONE = 3
/** The least separation: lower, at the lowest frequencies, noise would decide. */
const LEAST = 1e-3
/** How certain a learned covariance is taken to be. */
const CERTAINTY = 0.003
/** A bin farther from its place than this is off its centre; beyond one separation it is another matter. */
const OFF = 0.08
const GRID = 48

const isArea = (place: object): place is AreaPlace => 'polygon' in place
const isPoint = (place: object): place is PointPlace => 'level' in place
/** Points so near that they are one: what stands there is for the dictionary to tell apart. */
const together = (a: object, b: object): boolean => isPoint(a) && isPoint(b) && Math.abs(a.level - b.level) < 0.3 && Math.abs(a.delay - b.delay) < 2

export class Places {
  /** Places of the selection; the rows beyond them are one each for sources without places. */
  readonly stride: number
  readonly rows: Float32Array
  /** Source by source: how many components, and which; one row apart is `listStride`. */
  readonly lists: Int32Array
  /** Per source: whether places restrict it. */
  readonly restricted: boolean[]
  active = false
  /** Whether anything is only pointed at. */
  pointed = false
  /** Limits, then four lanes each: magnitude near a point, and that off its centre. */
  readonly tally: Float32Array
  private competitors = 0
  private areas: number[] = []
  private readonly covered: Float32Array
  private readonly level: Float32Array
  private readonly phase: Float32Array
  private readonly grids: readonly Float32Array[]
  private readonly frames: readonly Float32Array[]

  static readonly listLength = MAX_PLACES + 1
  private static row(bins: number): number { return Math.ceil((bins + 3) / 16) * 16 }
  static floats(bins: number, sources: number): number {
    return (ROWS * (MAX_PLACES + sources) + 3) * (Places.row(bins) + 16) + (sources + 1) * (Places.listLength + 16)
      + MAX_AREAS * (GRID * GRID + 48) + 64
  }

  constructor(private readonly kernel: Kernel, private readonly bins: number, private readonly sampleRate: number, private readonly fftSize: number, sources: number) {
    const row = Places.row(bins)
    this.stride = 4 * row
    this.rows = kernel.floats(ROWS * (MAX_PLACES + sources) * row)
    this.lists = kernel.integers((sources + 1) * Places.listLength)
    this.tally = kernel.floats(12)
    this.covered = kernel.floats(row)
    this.level = kernel.floats(row)
    this.phase = kernel.floats(row)
    this.grids = Array.from({ length: MAX_AREAS }, () => kernel.floats(GRID * GRID))
    this.frames = Array.from({ length: MAX_AREAS }, () => kernel.floats(5))
    this.restricted = Array.from({ length: sources }, () => false)
    for (let s = 0; s < sources; s++) this.fill(MAX_PLACES + s, LEFT, 0.5).fill(MAX_PLACES + s, RIGHT, 0.5)
  }

  /** One row of a place. */
  private row(place: number, row: number): Float32Array {
    const length = this.stride / 4
    return this.rows.subarray((place * ROWS + row) * length, (place * ROWS + row + 1) * length)
  }
  private fill(place: number, row: number, value: number): this {
    this.row(place, row).fill(value)
    return this
  }

  /** Points and learned places come first, then areas. */
  select({ sources }: Selection, covariances: Covariances): void {
    const all = sources.flatMap(({ places = [] }, source) => places.map((place) => ({ place, source })))
    const competing = all.filter(({ place }) => !isArea(place))
    const drawn = all.filter(({ place }) => isArea(place))
    const order = [...competing, ...drawn]
    this.competitors = competing.length
    this.areas = drawn.map((_, i) => i)
    this.active = order.length > 0
    this.pointed = competing.some(({ place }) => isPoint(place))
    this.tally.fill(0)
    this.tally[0] = (OFF + SOFTNESS) / (REACH + SOFTNESS)
    this.tally[1] = (1 + SOFTNESS) / (REACH + SOFTNESS)
    this.covered.fill(0)
    competing.forEach(({ place }, p) => {
      if (isPoint(place)) this.point(p, place)
      else if (!isArea(place)) this.learned(p, fitCovariance(covariances[passageKey(place.learned)]!, this.sampleRate, this.fftSize))
    })
    competing.forEach(({ place, source }, p) => {
      const others = competing.flatMap((other, q) => (other.source !== source && !together(place, other.place) ? [q] : []))
      if (isPoint(place)) this.widen(p, place, others)
      else this.push(p, others)
    })
    drawn.forEach(({ place }, i) => { if (isArea(place)) this.area(this.competitors + i, i, place) })
    sources.forEach((_, s) => {
      const mine = order.flatMap(({ source }, p) => (source === s ? [p] : []))
      this.restricted[s] = mine.length > 0
      const list = mine.length > 0 ? mine : [MAX_PLACES + s]
      this.lists.set([list.length, ...list], s * Places.listLength)
    })
    const everything = sources.flatMap((_, s) => [...this.lists.subarray(s * Places.listLength + 1, s * Places.listLength + 1 + this.lists[s * Places.listLength]!)])
    this.lists.set([everything.length, ...everything], sources.length * Places.listLength)
  }

  private omega(bin: number): number { return (2 * Math.PI * bin * this.sampleRate) / this.fftSize / 1e6 } // per µs

  private point(p: number, { level, delay }: PointPlace): void {
    const angle = Math.atan(10 ** (level / 20)) // 0 hard left, π/2 hard right
    const both = Math.sin(2 * angle) / 2
    this.fill(p, LEFT, Math.cos(angle) ** 2).fill(p, RIGHT, Math.sin(angle) ** 2)
    const re = this.row(p, RE), im = this.row(p, IM)
    for (let bin = 0; bin < this.bins; bin++) {
      const turn = this.omega(bin) * delay
      re[bin] = both * Math.cos(turn)
      im[bin] = -both * Math.sin(turn)
    }
  }

  /** Softness, norm and edge of a point, from the nearest of `others` or from a width of its own. */
  private widen(p: number, { level, width, spread = 0 }: PointPlace, others: readonly number[]): void {
    const separation = (dB: number): number => Math.sin(Math.atan(10 ** ((level + dB) / 20)) - Math.atan(10 ** (level / 20))) ** 2
    const reach = (dB: number): number => Math.max(separation(dB), separation(-dB)) / REACH
    const [softness, norm, edge] = [this.row(p, WIDTH), this.row(p, NORM), this.row(p, EDGE)]
    const alone = reach(width ?? ALONE)
    for (let bin = 0; bin < this.bins; bin++) {
      let apart = 1
      if (width !== undefined || others.length === 0) {
        const octaves = spread === 0 ? 0 : Math.log2(Math.max(bin, 1) * this.sampleRate / this.fftSize / 1000)
        apart = octaves === 0 ? alone : reach(Math.min(60, Math.max(0.25, (width ?? ALONE) + spread * octaves)))
      } else apart = this.apart(p, others, bin)
      softness[bin] = SOFTNESS * Math.max(apart, LEAST)
      norm[bin] = Math.sqrt(softness[bin]! * (1 + softness[bin]!))
      edge[bin] = (softness[bin]! / SOFTNESS) * (REACH + SOFTNESS)
    }
  }

  /** The edge of a learned place lies as far out as that of a point would. */
  private push(p: number, others: readonly number[]): void {
    const edge = this.row(p, EDGE)
    for (let bin = 0; bin < this.bins; bin++) edge[bin] = Math.max(edge[bin]!, this.apart(p, others, bin) * (REACH + SOFTNESS))
  }

  /** How far the nearest of `others` is: 1 − tr(CᴴD), for two points sin² of the angle between them. */
  private apart(p: number, others: readonly number[], bin: number): number {
    const { rows, stride } = this
    const length = stride / 4
    const a = p * ROWS * length + bin
    let apart = 1
    for (let i = 0; i < others.length; i++) {
      const b = others[i]! * ROWS * length + bin
      apart = Math.min(apart, 1 - rows[a]! * rows[b]! - rows[a + length]! * rows[b + length]!
        - 2 * (rows[a + 2 * length]! * rows[b + 2 * length]! + rows[a + 3 * length]! * rows[b + 3 * length]!))
    }
    return apart
  }

  private learned(p: number, values: Float32Array): void {
    const [left, right, re, im, width, norm, edge] = [LEFT, RIGHT, RE, IM, WIDTH, NORM, EDGE].map((row) => this.row(p, row))
    for (let bin = 0; bin < this.bins; bin++) {
      const at = bin * ROW
      const power = values[at]! + values[at + 1]!
      const known = power > 1e-20 // where the passage is silent the source is taken to be anywhere
      const l = known ? values[at]! / power : 0.5
      const r = 1 - l
      // rounding and interpolation must not make the cross spectrum stronger than the powers allow
      const size = known ? Math.hypot(values[at + 2]!, values[at + 3]!) / power : 0
      const shrink = size > 0 ? Math.min(1, Math.sqrt(l * r) / size) / power : 0
      left![bin] = l
      right![bin] = r
      re![bin] = shrink * values[at + 2]!
      im![bin] = shrink * values[at + 3]!
      const determinant = Math.max(0, l * r - (re![bin]! ** 2 + im![bin]! ** 2))
      const least = (1 - Math.sqrt(Math.max(0, 1 - 4 * determinant))) / 2
      width![bin] = CERTAINTY
      norm![bin] = Math.sqrt(determinant + CERTAINTY * (1 + CERTAINTY))
      edge![bin] = ((least + CERTAINTY) / SOFTNESS) * (REACH + SOFTNESS)
    }
  }

  /** A polygon's grid, and the mean covariance of the points inside. */
  private area(p: number, i: number, { polygon, soft = 0 }: AreaPlace): void {
    const grid = this.grids[i]!
    const box = boxOf(polygon)
    const softX = soft * (box.x1 - box.x0), softY = soft * (box.y1 - box.y0)
    // a cell of margin, so that the edge has an outside
    const dx = Math.max(box.x1 - box.x0 + softX, 1e-3) / (GRID - 3), dy = Math.max(box.y1 - box.y0 + softY, 1e-3) / (GRID - 3)
    const x0 = (box.x0 + box.x1 - dx * (GRID - 1)) / 2, y0 = (box.y0 + box.y1 - dy * (GRID - 1)) / 2
    raster(polygon, grid, GRID, { x0, y0, dx, dy, softX, softY })
    this.frames[i]!.set([x0, 1 / dx, y0, 1 / dy, this.omega(1)])
    let left = 0, sum = 0
    const both = new Float64Array(GRID) // by delay
    for (let row = 0; row < GRID; row++)
      for (let column = 0; column < GRID; column++) {
        const weight = grid[row * GRID + column]!
        const angle = Math.atan(10 ** ((x0 + column * dx) / 20))
        sum += weight
        left += weight * Math.cos(angle) ** 2
        both[row]! += weight * Math.sin(2 * angle) / 2
      }
    const inside = sum > 0 ? 1 / sum : 0
    this.fill(p, LEFT, sum > 0 ? left * inside : 0.5).fill(p, RIGHT, sum > 0 ? 1 - left * inside : 0.5)
    const re = this.row(p, RE).fill(0), im = this.row(p, IM).fill(0)
    for (let row = 0; row < GRID; row++) {
      if (both[row] === 0) continue
      const step = this.omega(1) * (y0 + row * dy)
      const [c, s] = [Math.cos(step), Math.sin(step)]
      let x = both[row]! * inside, y = 0
      for (let bin = 0; bin < this.bins; bin++) {
        re[bin]! += x
        im[bin]! -= y
        const next = x * c - y * s
        y = x * s + y * c
        x = next
      }
    }
    for (let bin = 1; bin < this.bins; bin++) { // the mean over a row's own breadth
      const half = (this.omega(bin) * dy) / 2
      const mean = Math.sin(half) / half
      re[bin]! *= mean
      im[bin]! *= mean
    }
  }

  /** Before a frame's bins, which come in slices. */
  begin(): void { this.tally.fill(0, 4) }

  /** Bins `from` to `to`, multiples of 4: every place's claim. */
  claim({ left, right, crossRe, crossIm }: Features, from: number, to: number): void {
    const { kernel: { run }, rows, stride, covered, level, phase, competitors, areas } = this
    const l = left.byteOffset, r = right.byteOffset, re = crossRe.byteOffset, im = crossIm.byteOffset
    if (areas.length > 0) {
      covered.fill(0, from, to)
      run.bearings(l, r, re, im, level.byteOffset, phase.byteOffset, from, to)
      for (let i = 0; i < areas.length; i++)
        run.area(level.byteOffset, phase.byteOffset, this.grids[i]!.byteOffset, GRID, this.frames[i]!.byteOffset,
          rows.byteOffset + ((competitors + i) * ROWS + ROWS - 1) * stride, covered.byteOffset, from, to)
    }
    run.claims(rows.byteOffset, stride, competitors, l, r, re, im, areas.length > 0 ? covered.byteOffset : 0, this.tally.byteOffset, from, to)
  }

  /** A source's gate: its places' claims, within `band`. */
  gather(source: number, band: Float32Array, gate: Float32Array, from: number, to: number): void {
    this.kernel.run.gather(this.rows.byteOffset, this.stride, this.list(source), band.byteOffset, gate.byteOffset, from, to)
  }

  /** The address of a source's components; of all, for a source beyond the last. */
  list(source: number): number { return this.lists.byteOffset + 4 * source * Places.listLength }
}
