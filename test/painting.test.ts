// Painting without a page: shapes filled and followed back, strokes between pixels and seconds × hertz, the ruler's view.

import { describe, expect, test } from 'vitest'
import type { Selection } from '../worklet/selection.ts'
import { painted, shifted } from '../renderer/painting/gestures.ts'
import { BrushWay, boxed, brushed, erased, harmonics, lassoed, moved, offOf, onto, planeOf } from '../renderer/painting/plane.ts'
import { noteText } from '../renderer/painting/readout.tsx'
import { Grid, area, bounds, fill, inside, outlines, simplify, stroke } from '../renderer/shapes.ts'
import type { Point } from '../renderer/shapes.ts'
import { frequencyAxis } from '../renderer/spectrogram/rows.ts'
import { follow, marks, within, zoomHertz, zoomTime } from '../renderer/spectrogram/view.ts'
import { random } from './signals.ts'

const count = (grid: Grid): number => grid.cells.reduce((sum, cell) => sum + cell, 0)

describe('shapes', () => {
  test('even-odd: a star has a hole, two points have nothing, what lies outside is cut off', () => {
    const star = [0, 2, 4, 1, 3].map((i): Point => [50 + 45 * Math.sin(i * 0.4 * Math.PI), 50 - 45 * Math.cos(i * 0.4 * Math.PI)])
    const grid = new Grid(100, 100)
    fill(grid, star)
    expect(grid.cells[50 * 100 + 50]).toBe(0)
    expect(grid.cells[12 * 100 + 50]).toBe(1)
    expect(inside(star, 50, 50)).toBe(false)
    const line = new Grid(10, 10)
    fill(line, [[1, 1], [8, 8]])
    expect(count(line)).toBe(0)
    const clipped = new Grid(10, 10)
    fill(clipped, [[-5, -5], [5, -5], [5, 5], [-5, 5]])
    expect(count(clipped)).toBe(25)
  })

  test('what is filled comes back from its outlines cell by cell, holes and pieces and touching corners as well', () => {
    const next = random(5)
    for (let round = 0; round < 40; round++) {
      const grid = new Grid(48, 40)
      for (let i = 0; i < 4; i++) stroke(grid, [[48 * next(), 40 * next()], [48 * next(), 40 * next()]], 2 + 5 * next())
      for (let i = 0; i < 3; i++) stroke(grid, [[48 * next(), 40 * next()]], 1 + 4 * next(), 0)
      const again = new Grid(48, 40)
      for (const loop of outlines(grid, 0)) fill(again, loop)
      let wrong = 0
      grid.cells.forEach((cell, i) => { if (cell !== again.cells[i]) wrong++ })
      expect(wrong).toBeLessThan(0.03 * count(grid) + 30) // corners are cut by half a cell, dust is left out, a pinhole is filled
    }
  })

  test('a ring is one polygon with its hole', () => {
    const grid = new Grid(60, 60)
    stroke(grid, Array.from({ length: 40 }, (_, i): Point => [30 + 20 * Math.cos(i / 39 * 2 * Math.PI), 30 + 20 * Math.sin(i / 39 * 2 * Math.PI)]), 4)
    const pieces = outlines(grid)
    expect(pieces.length).toBe(1)
    expect(inside(pieces[0]!, 30, 30)).toBe(false)
    expect(inside(pieces[0]!, 50, 30)).toBe(true)
    expect(pieces[0]!.length).toBeLessThan(120)
  })

  test('simplifying keeps what matters', () => {
    const square = Array.from({ length: 400 }, (_, i): Point => {
      const [side, t] = [Math.floor(i / 100), i % 100]
      return ([[t, 0], [100, t], [100 - t, 100], [0, 100 - t]] as const)[side]!
    })
    const corners = simplify(square, 0.5)
    expect(corners.length).toBe(4)
    expect(Math.abs(area(corners))).toBe(10_000)
  })
})

const axis = frequencyAxis(44_100)
const plane = planeOf({ from: 2, seconds: 8, low: 0, high: 1 }, axis, 848, 624)

describe('the plane', () => {
  test('pixels, seconds and hertz go there and back, zoomed or not', () => {
    for (const view of [{ from: 2, seconds: 8, low: 0, high: 1 }, { from: 3.25, seconds: 0.5, low: 0.4, high: 0.6 }]) {
      const p = planeOf(view, axis, 848, 624)
      for (const [x, y] of [[48, 24], [448, 300], [848, 624]] as const) {
        expect(p.x(p.seconds(x))).toBeCloseTo(x, 9)
        expect(p.y(p.hertz(y))).toBeCloseTo(y, 9)
      }
    }
    expect([plane.x(2), plane.x(10), plane.y(axis.low), plane.y(axis.high)].map((v) => Number(v.toFixed(9)))).toEqual([48, 848, 624, 24])
  })

  test('an area keeps its form on the way to seconds and hertz: a leaning line is no line in hertz', () => {
    const pixels: Point[] = [[100, 500], [300, 100], [320, 520]]
    const back = onto(plane, offOf(plane, pixels))
    const grids = [pixels, back].map((shape) => {
      const grid = new Grid(400, 600)
      fill(grid, shape)
      return grid
    })
    let wrong = 0
    grids[0]!.cells.forEach((cell, i) => { if (cell !== grids[1]!.cells[i]) wrong++ })
    expect(wrong / count(grids[0]!)).toBeLessThan(0.01)
  })

  test('a brush paints what it passes, to half its width; nothing lies before the file', () => {
    const [piece, ...more] = brushed(plane, [[200, 300], [400, 300]], 0.5)
    expect(more).toEqual([])
    const box = bounds(piece!)
    expect(box.left).toBeCloseTo(plane.seconds(200 - plane.octave / 4), 1)
    expect(Math.log2(box.bottom / box.top)).toBeCloseTo(0.5, 1)
    const atStart = brushed(planeOf({ from: 0, seconds: 8, low: 0, high: 1 }, axis, 848, 624), [[48, 300]], 0.5)
    expect(Math.min(...atStart[0]!.map(([t]) => t))).toBe(0)
  })

  test('a brush that is followed on its way paints what it paints at once, also when it was led elsewhere', () => {
    const path = Array.from({ length: 60 }, (_, i): Point => [100 + 8 * i, 300 + 120 * Math.sin(i / 5)])
    const way = new BrushWay(plane, 0.4)
    way.outlines([[100, 300], [700, 100]], false)
    way.outlines(path.slice(0, 2), true)
    for (const length of [20, 21, 60]) expect(way.outlines(path.slice(0, length), false)).toEqual(brushed(plane, path.slice(0, length), 0.4))
  })

  test('however wild a stroke is, its area has fewer corners than a selection takes', () => {
    const next = random(3)
    const wild = Array.from({ length: 300 }, (): Point => [60 + 780 * next(), 40 + 560 * next()])
    const pieces = brushed(plane, wild, 0.02)
    expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThan(4096)
    expect(pieces.reduce((sum, piece) => sum + piece.length, 0)).toBeGreaterThan(1000)
  })

  test('an eraser cuts an area in two, misses it, or takes all of it', () => {
    const square = boxed(plane, [200, 200], [400, 260])!
    expect(erased(plane, square, [[600, 230]], 0.3)).toBe(null)
    expect(erased(plane, square, [[300, 150], [300, 320]], 0.3)!.length).toBe(2)
    expect(erased(plane, square, [[190, 215], [410, 215], [410, 250], [190, 250]], 1)).toEqual([])
  })

  test('a harmonic brush paints partials that follow the pitch and never touch', () => {
    const areas = harmonics([[3, 440], [3.5, 466]], 40, 0.5, 10, axis, 0.01)
    expect(areas.length).toBe(36) // up to 16 kHz
    areas.forEach((shape, i) => {
      expect(inside(shape, 3.001, (i + 1) * 440)).toBe(true)
      expect(inside(shape, 3.499, (i + 1) * 466)).toBe(true)
      if (i > 0) expect(inside(areas[i - 1]!, 3.001, (i + 1) * 440)).toBe(false)
      const at = (shape: Point[]): [number, number] => [Math.min(...shape.map(([, f]) => f)), Math.max(...shape.filter(([t]) => t < 3.1).map(([, f]) => f))]
      if (i > 0) expect(at(areas[i - 1]!)[1]).toBeLessThan(at(shape)[0])
    })
  })

  test('a click is no lasso and no rectangle', () => {
    expect(lassoed(plane, [[200, 200]])).toBe(null)
    expect(lassoed(plane, [[200, 200], [200.5, 201], [201, 200]])).toBe(null)
    expect(boxed(plane, [200, 200], [201, 300])).toBe(null)
  })

  test('what is moved keeps its form, and stops at the start of the file', () => {
    const square = boxed(plane, [200, 200], [400, 260])!
    const [before, after] = [bounds(square), bounds(moved(square, -100, 2))]
    expect(after.left).toBe(0)
    expect(after.right - after.left).toBeCloseTo(before.right - before.left, 3)
    expect(after.bottom / before.bottom).toBeCloseTo(2, 3)
  })
})

describe('what a stroke means', () => {
  const selection: Selection = { mask: 'soft', sources: [{ name: 'a', atoms: ['a'] }, { name: 'b', atoms: [] }] }
  const shape: Point[] = [[1, 100], [2, 100], [2, 200]]

  test('paint claims, removal takes away, a push does both, each as sure as its strength', () => {
    const gains = (stroke: Parameters<typeof painted>[3], strength: number): (number | undefined)[] =>
      painted(selection, 1, [shape], stroke, strength, 0).sources.map(({ painted: areas }) => areas?.[0]?.gain)
    expect(gains('paint', 1)).toEqual([undefined, 1])
    expect(gains('paint', 0.8)).toEqual([undefined, 0.8])
    expect(gains('remove', 0.8)).toEqual([undefined, 0.2])
    expect(gains('push', 1)).toEqual([0, 1])
  })

  test('paint comes on top: what else a source claims by stays as it is', () => {
    expect(painted(selection, 1, [shape], 'paint', 1, 0).sources[1]).toEqual({ name: 'b', atoms: [], painted: [{ polygon: shape, gain: 1 }] })
    expect(painted(selection, 0, [shape], 'paint', 1, 0.5).sources[0]).toMatchObject({ atoms: ['a'], painted: [{ soft: 0.5 }] })
    expect(painted(selection, 1, [], 'paint', 1, 0)).toBe(selection)
  })

  test('areas are moved by their numbers; a source without any stays as it is', () => {
    const two = painted(selection, 0, [shape, shape], 'paint', 1, 0)
    const after = shifted(two, 0, [1], 1, 2).sources[0]!.painted!
    expect(after.map(({ polygon }) => polygon[0])).toEqual([[1, 100], [2, 200]])
    expect(shifted(selection, 1, [0], 1, 2).sources[1]!.painted).toEqual([])
  })
})

test('notes and cents', () => {
  expect([noteText(440), noteText(349), noteText(261.63), noteText(1200), noteText(55)]).toEqual(['A4', 'F4 −1 cent', 'C4', 'D6 +37 cents', 'A1'])
})

describe('the view', () => {
  const all = { from: 0, seconds: 60, low: 0, high: 1 }
  test('what is pointed at stays where it is while zooming; nothing leaves the file', () => {
    const near = zoomTime(all, 0.1, 30, 60)
    expect(near).toMatchObject({ from: 27, seconds: 6 })
    const nearer = zoomTime(near, 0.5, 29, 60)
    expect((29 - nearer.from) / nearer.seconds).toBeCloseTo((29 - near.from) / near.seconds, 9)
    expect(zoomTime(near, 100, 30, 60)).toEqual(all)
    expect(zoomTime(all, 0.1, 0, 60).from).toBe(0)
    expect(zoomHertz(all, 0.5, 1, 60)).toMatchObject({ low: 0.5, high: 1 })
    expect(within({ from: 59, seconds: 10, low: -1, high: 5 }, 60)).toEqual({ from: 50, seconds: 10, low: 0, high: 1 })
    expect(within({ from: 5, seconds: 10, low: 0, high: 1 }, 0.1).seconds).toBe(0.1)
  })
  test('the page is turned when the playhead leaves it, and only then', () => {
    const near = { ...all, from: 10, seconds: 5 }
    expect(follow(near, 14.9, 15.1, 60).from).toBe(15.1)
    expect(follow(near, 12, 12.1, 60)).toBe(near)
    expect(follow(near, 30, 30.1, 60)).toBe(near)
  })
  test('a ruler writes as many times as there is room for', () => {
    expect(marks(all, 800, 64)).toEqual({ times: [0, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60], digits: 0 })
    expect(marks({ ...all, from: 1.02, seconds: 0.25 }, 800, 64).digits).toBe(2)
  })
})
