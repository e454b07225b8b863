// The stereo field's picture and hand without a browser: places and pixels, shapes drawn by hand, who claims what, and
// gestures as the pointer makes them.

import { beforeEach, describe, expect, test } from 'vitest'
import { CovarianceFold } from '../worklet/covariance.ts'
import { DELAY_CELLS, LEVEL_CELLS } from '../worklet/field-axes.ts'
import { readSelection } from '../worklet/selection.ts'
import type { Place } from '../worklet/selection.ts'
import { stampedOutline } from '../renderer/field/brush.ts'
import { claimsOf, weightOfSource } from '../renderer/field/claims.ts'
import * as geometry from '../renderer/field/geometry.ts'
import type { Pixel, Plot } from '../renderer/field/geometry.ts'
import { area, inside, reduced } from '../renderer/shapes.ts'
import { createHand } from '../renderer/field/hand.ts'
import { trackOf } from '../renderer/field/learned.ts'
import { withBand } from '../renderer/field/handles.ts'
import { fieldKey } from '../renderer/field/keys.ts'
import { field, WHOLE } from '../renderer/field/state.ts'
import { redo, undo, undoName } from '../renderer/history.ts'
import { state } from '../renderer/state.ts'
import { dictionary, rig } from './engine.ts'
import { noise, placed, random } from './signals.ts'

const areaOf = (polygon: readonly Pixel[]): number => Math.abs(area(polygon))

const plot = (view: Plot['view'] = field.view.peek()): Plot =>
  ({ view, range: 1, window: field.window.peek(), sampleRate: 44_100, left: 46, top: 46, width: 346, height: 420 })
const pixel = (level: number, delay: number): Pixel => [geometry.levelToPixel(plot('delay'), level), geometry.delayToPixel(plot('delay'), delay)]
const places = (source = 0): readonly Place[] => state.selection.value.sources[source]?.places ?? []

beforeEach(() => {
  while (undoName.value) undo()
  state.selection.value = { mask: 'soft', sources: [] }
  state.chosen.value = state.chosenPlace.value = null
  field.peaks.value = [{ level: -4, delay: -12.47, weight: 1 }, { level: 5, delay: 17, weight: 0.6 }]
  field.tool.value = 'point'
  field.view.value = 'delay'
  field.window.value = WHOLE
  field.cross.value = null
  field.corners.value = []
})

describe('pixels', () => {
  test('levels, delays and frequencies go there and back, whole and zoomed', () => {
    for (const window of [WHOLE, { x0: 0.3, x1: 0.6, y0: 0.5, y1: 0.8 }]) {
      const p = { ...plot('delay'), window }
      for (const level of [-17, -3.2, 0, 8]) expect(geometry.pixelToLevel(p, geometry.levelToPixel(p, level))).toBeCloseTo(level, 6)
      for (const delay of [-90, 0, 33]) expect(geometry.pixelToDelay(p, geometry.delayToPixel(p, delay))).toBeCloseTo(delay, 6)
      for (const hertz of [60, 1000, 9000]) expect(geometry.pixelToHertz(p, geometry.hertzToPixel(p, hertz))).toBeCloseTo(hertz, 4)
    }
    expect(geometry.delayToPixel(plot(), 50)).toBeLessThan(geometry.delayToPixel(plot(), 0)) // right later is up
  })
  test('zooming keeps the point under the pointer and never leaves the plane', () => {
    const next = random(3)
    let window = WHOLE
    for (let i = 0; i < 300; i++) {
      const [x, y, factor] = [next(), next(), 0.5 + next()]
      const before = window.x0 + x * (window.x1 - window.x0)
      window = geometry.zoomed(window, x, y, factor)
      if (window.x0 > 0 && window.x1 < 1) expect(window.x0 + x * (window.x1 - window.x0)).toBeCloseTo(before, 9)
      window = geometry.panned(window, next() - 0.5, next() - 0.5)
      for (const edge of [window.x0, window.y0]) expect(edge).toBeGreaterThanOrEqual(-1e-12)
      for (const edge of [window.x1, window.y1]) expect(edge).toBeLessThanOrEqual(1 + 1e-12)
      expect(window.x1).toBeGreaterThan(window.x0)
    }
  })
  test('a place outside what is shown waits at the edge', () => {
    expect(geometry.markOf(plot(), 3, 20)).toMatchObject({ outside: false })
    const { at: [, y], outside } = geometry.markOf(plot(), 3, 900)
    expect([outside, y]).toEqual([true, 52])
  })
})

describe('shapes', () => {
  const circle = (n: number, r: number): Pixel[] => Array.from({ length: n }, (_, i) => [200 + r * Math.cos(2 * Math.PI * i / n), 200 + r * Math.sin(2 * Math.PI * i / n)])
  test('a lasso is simplified to at most a dozen corners and keeps its area', () => {
    const simple = reduced(circle(200, 80), 12)
    expect(simple.length).toBeLessThanOrEqual(12)
    expect(areaOf(simple) / (Math.PI * 6400)).toBeGreaterThan(0.9)
  })
  test('the even-odd rule holds for crossing lines', () => {
    const bow: Pixel[] = [[0, 0], [10, 10], [10, 0], [0, 10]]
    expect(([[1, 5], [9, 5], [5, 1], [5, 9]] as Pixel[]).map((at) => inside(bow, ...at))).toEqual([true, true, false, false])
  })
  test('a brush dab is a disc, a stroke a sausage; strokes add, erase, and a thing cut through keeps its larger part', () => {
    const dab = stampedOutline([[100, 100]], 20, null)
    expect(areaOf(dab) / (Math.PI * 400)).toBeGreaterThan(0.85)
    expect(areaOf(dab) / (Math.PI * 400)).toBeLessThan(1.1)
    const stroke = stampedOutline([[100, 100], [200, 100]], 20, null)
    expect(areaOf(stroke) / (Math.PI * 400 + 4000)).toBeGreaterThan(0.9)
    const longer = stampedOutline([[220, 100], [300, 100]], 20, { outline: stroke, erase: false })
    expect(areaOf(longer)).toBeGreaterThan(1.6 * areaOf(stroke))
    const cut = stampedOutline([[130, 60], [130, 140]], 12, { outline: stroke, erase: true })
    expect(inside(cut, 180, 100)).toBe(true)
    expect(inside(cut, 95, 100)).toBe(false)
    expect(stampedOutline([[150, 100]], 200, { outline: dab, erase: true })).toEqual([])
  })
})

describe('claims', () => {
  const share = (sources: { places?: Place[]; band?: [number, number] }[], source: number, level: number, delay: number): number => {
    const claims = claimsOf({ mask: 'soft', sources: sources.map((s, i) => ({ name: String(i), ...s })) }, {}, 'delay', 1, 44_100)
    const column = Math.floor(LEVEL_CELLS * (0.5 + level / 44))
    const row = Math.floor(DELAY_CELLS * (0.5 + delay * 0.0441 / 10))
    return claims.shares[source]![row * LEVEL_CELLS + column]!
  }
  test('points compete: each owns its own surroundings, and half way between is disputed', () => {
    const two = [{ places: [{ level: -6, delay: 0 }] }, { places: [{ level: 6, delay: 0 }] }]
    expect(share(two, 0, -6, 0)).toBeGreaterThan(0.9)
    expect(share(two, 1, -6, 0)).toBeLessThan(0.1)
    expect(Math.abs(share(two, 0, 0, 0) - share(two, 1, 0, 0))).toBeLessThan(0.1)
  })
  test('the map and the lights are those of the engine’s masks', () => {
    const sources = [
      { name: 'a', places: [{ level: -5, delay: -40 }] }, { name: 'b', places: [{ level: 1, delay: 10 }, { level: 9, delay: 60 }] },
      { name: 'e', places: [{ learned: { from: 0, to: 1 } }] },
      { name: 'c', places: [{ level: 4, delay: 30, width: 3, spread: 0.5 }] }, { name: 'd', places: [{ polygon: [[12, -80], [16, -80], [16, 80], [12, 80]] as const }] },
    ]
    const next = random(9)
    const values = Float32Array.from({ length: 4 * 1025 }, (_, i) => (i % 4 < 2 ? 0.2 + next() : 0.3 * (next() - 0.5)))
    const covariances = { '0-1': { sampleRate: 44_100, fftSize: 2048, values } }
    const { separator, run } = rig({ covariances, dictionary: dictionary({ tones: 0, air: 0, fftSize: 2048, hopSize: 512, tailSize: 2048 }), selection: { mask: 'soft', sources }, channels: 2 })
    const weights = sources.map((_, i) => weightOfSource(sources, i, covariances))
    const errors: number[] = []
    separator.onFrame = ({ left, right, crossRe, crossIm, masks, layout: { bins } }) => {
      for (let bin = 3; bin < bins - 3; bin += 5) {
        const level = 10 * Math.log10(right[bin]! / left[bin]!)
        if (Math.abs(level) < 50) weights.forEach((weight, k) =>
          errors.push(Math.abs(weight(level, Math.atan2(crossIm[bin]!, crossRe[bin]!), bin * 44_100 / 2048) - masks[k * bins + bin]!)))
      }
    }
    run([noise(8192, 5), noise(8192, 6)])
    expect(errors.length).toBeGreaterThan(5000)
    errors.sort((a, b) => a - b)
    expect(errors[Math.floor(errors.length * 0.98)]).toBeLessThan(0.03) // at an area's edge a grid decides
  })
  test('an area claims what is inside it, a band takes the rest of the frequencies away', () => {
    const square: Place = { polygon: [[2, -50], [10, -50], [10, 50], [2, 50]] }
    expect(share([{ places: [square] }], 0, 6, 0)).toBe(1)
    expect(share([{ places: [square] }], 0, -6, 0)).toBe(0)
    expect(weightOfSource([{ name: 'a', places: [square], band: [100, 500] }], 0, {})(6, 0, 1000)).toBe(0)
    expect(weightOfSource([{ name: 'a', places: [square], band: [100, 500] }], 0, {})(6, 0, 300)).toBe(1)
  })
  test('a learned place is drawn where its sound came from', () => {
    const sound = placed(noise(16_384, 4), 5, 6)
    const { separator, run } = rig({ dictionary: dictionary({ tones: 0, air: 0, fftSize: 2048, hopSize: 512, tailSize: 2048 }), selection: { mask: 'soft', sources: [] }, channels: 2 })
    const fold = new CovarianceFold(44_100, 2048)
    separator.onFrame = (frame) => fold.add(frame)
    run(sound)
    const { level, delay, levels } = trackOf(fold.result())
    expect(level).toBeCloseTo(5, 0)
    expect(Math.abs(delay - 6 / 0.0441)).toBeLessThan(6)
    expect(levels.filter(([hertz]) => hertz > 200 && hertz < 15_000).every(([, dB]) => Math.abs(dB - 5) < 1.5)).toBe(true)
  })
  test('a band that leaves nothing out is none', () => {
    expect(withBand({ name: 'a', band: [1, 2] }, [3, 22_050], 22_050)).toEqual({ name: 'a' })
    expect(withBand({ name: 'a' }, [200, 22_050], 22_050)).toEqual({ name: 'a', band: [200, 22_050] })
  })
})

describe('the pointer', () => {
  const hand = createHand(plot, () => {})
  const event = ([offsetX, offsetY]: Pixel, more: Partial<PointerEvent> = {}): PointerEvent =>
    ({ offsetX, offsetY, button: 0, shiftKey: false, altKey: false, ctrlKey: false, ...more }) as PointerEvent
  const drag = (from: Pixel, to: Pixel, more: Partial<PointerEvent> = {}): void => {
    hand.down(event(from, more))
    for (let i = 1; i <= 8; i++) hand.move(event([from[0] + (to[0] - from[0]) * i / 8, from[1] + (to[1] - from[1]) * i / 8], more))
    hand.up(event(to, more))
  }
  const click = (at: Pixel, more: Partial<PointerEvent> = {}): void => drag(at, at, more)

  test('a click makes a source, pulled onto the peak; Alt leaves it where it is; one step each', () => {
    click(pixel(-3.5, -13))
    expect(places()).toEqual([{ level: -4, delay: -12.47 }])
    click(pixel(4.6, 16), { altKey: true })
    expect(places(1)[0]).toMatchObject({ level: expect.closeTo(4.6, 1), delay: expect.closeTo(16, 0) })
    expect(undoName.value).toBe('Add place to Source 2')
    undo()
    undo()
    expect([state.selection.value.sources.length, undoName.value]).toEqual([0, null])
    redo()
    expect(places()).toEqual([{ level: -4, delay: -12.47 }])
  })

  test('with Shift the chosen source gets another place; a drag moves it as one step, Shift along one axis', () => {
    click(pixel(-8, 40), { altKey: true })
    click(pixel(8, -40), { altKey: true, shiftKey: true })
    expect(places().length).toBe(2)
    drag(pixel(8, -40), pixel(12, -20), { altKey: true })
    expect(places()[1]).toMatchObject({ level: expect.closeTo(12, 0), delay: expect.closeTo(-20, 0) })
    expect(undoName.value).toBe('Move Source 1, place 2')
    drag(pixel(12, -20), pixel(2, -16), { altKey: true, shiftKey: true })
    expect(places()[1]).toMatchObject({ level: expect.closeTo(2, 0), delay: expect.closeTo(-20, 0) })
    undo()
    undo()
    undo()
    expect(places().length).toBe(1)
  })

  test('a lasso makes an area, its corners can be pulled, Escape takes a gesture back', () => {
    field.tool.value = 'lasso'
    hand.down(event(pixel(2, 0)))
    for (let a = 0; a <= 6.2; a += 0.1) hand.move(event(pixel(6 - 4 * Math.cos(a), 40 * Math.sin(a))))
    hand.up(event(pixel(2, 0)))
    const [area] = places() as { polygon: [number, number][] }[]
    expect(inside(area!.polygon, 6, 0)).toBe(true)
    expect(inside(area!.polygon, -1, 0)).toBe(false)
    expect(undoName.value).toBe('Add area to Source 1')
    const corner = pixel(...area!.polygon[0]!)
    hand.down(event(corner))
    hand.move(event([corner[0] - 60, corner[1]]))
    hand.abort()
    expect(places()).toEqual([area])
    drag(corner, [corner[0] - 40, corner[1]])
    expect(undoName.value).toBe('Shape place of Source 1')
    expect((places()[0] as typeof area)!.polygon.length).toBe(area!.polygon.length)
    expect(readSelection(JSON.parse(JSON.stringify(state.selection.value)), [])).toEqual(state.selection.value)
  })

  test('the brush paints an area, adds to it, and takes away with Alt', () => {
    field.tool.value = 'brush'
    drag(pixel(4, -20), pixel(4, 20))
    drag(pixel(4, 20), pixel(10, 40))
    expect(places().length).toBe(1)
    const polygon = (): [number, number][] => (places()[0] as { polygon: [number, number][] }).polygon
    expect(inside(polygon(), 9, 36)).toBe(true)
    drag(pixel(9, 60), pixel(9, 20), { altKey: true })
    expect(inside(polygon(), 9, 36)).toBe(false)
    expect(inside(polygon(), 4, 0)).toBe(true)
  })

  test('against frequency a rectangle is a span of levels and a band', () => {
    field.view.value = 'frequency'
    field.tool.value = 'rectangle'
    const p = plot('frequency')
    drag([geometry.levelToPixel(p, 3), geometry.hertzToPixel(p, 4000)], [geometry.levelToPixel(p, 9), geometry.hertzToPixel(p, 300)])
    const [source] = state.selection.value.sources
    expect(source!.band![0]).toBeCloseTo(300, -1)
    expect(source!.band![1]).toBeCloseTo(4000, -2)
    expect(inside((source!.places![0] as { polygon: [number, number][] }).polygon, 6, 12)).toBe(true)
  })

  test('a drawing too small to mean anything changes nothing', () => {
    field.tool.value = 'lasso'
    drag(pixel(0, 0), pixel(0.1, 0.2))
    expect(undoName.value).toBeNull()
  })
})

describe('the keyboard', () => {
  const key = (name: string, more: Partial<KeyboardEvent> = {}): boolean =>
    fieldKey({ key: name, shiftKey: false, altKey: false, ctrlKey: false, metaKey: false, ...more } as KeyboardEvent, plot())

  test('from peak to peak, a place there, moved, snapped back, removed', () => {
    key('p')
    key('p')
    key('Enter')
    expect(places()).toEqual([{ level: 5, delay: 17 }])
    key('ArrowLeft')
    key('ArrowUp', { shiftKey: true })
    key('ArrowUp', { ctrlKey: true })
    expect(places()).toEqual([{ level: 4.5, delay: 25.2 }])
    key('ArrowDown', { shiftKey: true })
    key('Enter')
    expect(places()).toEqual([{ level: 5, delay: 17 }])
    key('Delete')
    expect(state.selection.value.sources[0]).toEqual({ name: 'source 1', atoms: [] })
  })

  test('corners set one after the other are an area; Escape leaves step by step', () => {
    key('l')
    for (const arrows of [[], ['ArrowRight', 'ArrowRight'], ['ArrowUp', 'ArrowUp']]) {
      for (const arrow of arrows) key(arrow, { shiftKey: true })
      key('Enter', { shiftKey: arrows[0] === 'ArrowUp' })
    }
    expect((places()[0] as { polygon: [number, number][] }).polygon.map(([level]) => level)).toEqual([0, 4, 4])
    expect([key('Escape'), key('Escape'), key('Escape')]).toEqual([true, true, false])
  })

  test('keys of others stay theirs', () => {
    for (const name of [' ', 'a', 'Tab', 'm', '1']) expect(key(name)).toBe(false)
    expect(key('v', { ctrlKey: true })).toBe(false)
  })
})
