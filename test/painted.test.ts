// Paint: where it lies, when it lies there, and who gets the sound.

import { describe, expect, test } from 'vitest'
import { fact } from '../worklet/frame.ts'
import type { Painted } from '../worklet/selection.ts'
import { delayed, dictionary, nullDb, rig } from './engine.ts'
import { errorDb } from './reference.ts'
import { melody, tone } from './signals.ts'

const RATE = 44100
const field = { ...dictionary({ tones: 0, air: 0 }), fftSize: 2048, hopSize: 512, tailSize: 2048 }
const rectangle = (from: number, to: number, low: number, high: number, more: Omit<Painted, 'polygon'> = {}): Painted =>
  ({ polygon: [[from, low], [to, low], [to, high], [from, high]], ...more })
const NAMES = ['a', 'b']
/** Masks of one bin, frame by frame, of two sources that share everything; and when the frames were. */
function masksAt(hertz: number, painted: readonly (readonly Painted[])[], options: { mode?: 'direct' | 'sliced'; seconds?: number; before?: (r: ReturnType<typeof rig>) => void } = {}) {
  const r = rig({
    dictionary: field, mode: options.mode ?? 'direct',
    selection: { mask: 'soft', sources: painted.map((areas, i) => ({ name: NAMES[i]!, painted: areas })) },
  })
  options.before?.(r)
  const bin = Math.round((hertz * 2048) / RATE)
  const rows: { seconds: number; gains: number[] }[] = []
  r.separator.onFrame = ({ masks, layout: { bins, sources }, ...frame }) => rows.push({
    seconds: frame.facts[fact.seconds]!, gains: Array.from({ length: sources }, (_, s) => masks[s * bins + bin]!),
  })
  r.run([tone(Math.round((options.seconds ?? 1) * RATE), hertz, RATE)])
  return rows
}
const inside = (rows: ReturnType<typeof masksAt>, from: number, to: number): number[][] => rows.filter(({ seconds }) => seconds >= from && seconds <= to).map(({ gains }) => gains)
const every = (rows: number[][], want: number[]): void => {
  expect(rows.length).toBeGreaterThan(3)
  for (const row of rows) row.forEach((gain, s) => expect(gain).toBeCloseTo(want[s]!, 5))
}

describe('who gets what', () => {
  test('a source claims its paint, and outside nothing has changed', () => {
    const rows = masksAt(1000, [[rectangle(0.3, 0.6, 500, 2000)], []])
    every(inside(rows, 0.3, 0.6), [1, 0])
    every(inside(rows, 0, 0.29), [0.5, 0.5])
    every(inside(rows, 0.61, 1), [0.5, 0.5])
    every(inside(masksAt(3000, [[rectangle(0.3, 0.6, 500, 2000)], []]), 0.3, 0.6), [0.5, 0.5])
  })
  test('an eraser leaves the sound to who else has it, and to the rest where nobody does', () => {
    every(inside(masksAt(1000, [[rectangle(0.3, 0.6, 500, 2000, { gain: 0 })], []]), 0.3, 0.6), [0, 1])
    every(inside(masksAt(1000, [[rectangle(0.3, 0.6, 500, 2000, { gain: 0 })]]), 0.3, 0.6), [0])
    const both = [rectangle(0.3, 0.6, 500, 2000, { gain: 0 })]
    every(inside(masksAt(1000, [both, both]), 0.3, 0.6), [0, 0])
  })
  test('painting here and erasing there pushes everything over', () =>
    every(inside(masksAt(1000, [[rectangle(0.3, 0.6, 500, 2000, { gain: 0 })], [rectangle(0.3, 0.6, 500, 2000)]]), 0.3, 0.6), [0, 1]))
  test('gain is the share; where two claim more than all, they share it', () => {
    every(inside(masksAt(1000, [[rectangle(0.3, 0.6, 500, 2000, { gain: 0.3 })], []]), 0.3, 0.6), [0.3, 0.7])
    every(inside(masksAt(1000, [[rectangle(0.3, 0.6, 500, 2000)], [rectangle(0.3, 0.6, 500, 2000)]]), 0.3, 0.6), [0.5, 0.5])
  })
  test('later paint lies on top', () => {
    every(inside(masksAt(1000, [[rectangle(0.3, 0.6, 500, 2000), rectangle(0.4, 0.6, 500, 2000, { gain: 0 })], []]), 0.42, 0.58), [0, 1])
    every(inside(masksAt(1000, [[rectangle(0.3, 0.6, 500, 2000, { gain: 0 }), rectangle(0.4, 0.6, 500, 2000)], []]), 0.42, 0.58), [1, 0])
  })
})

describe('where and when', () => {
  test('soft edges rise over time and frequency about the drawn line', () => {
    const rows = masksAt(1000, [[rectangle(0.2, 0.8, 0, 8000, { soft: 0.5, gain: 0 })]], { seconds: 1.1 })
    const at = (seconds: number): number => 1 - rows.reduce((a, b) => (Math.abs(b.seconds - seconds) < Math.abs(a.seconds - seconds) ? b : a)).gains[0]!
    for (const seconds of [0.02, 1]) expect(at(seconds)).toBeCloseTo(0, 5)
    expect(at(0.5)).toBeCloseTo(0.75, 1) // 1 kHz lies in the slope up from 0 Hz
    expect(at(0.2)).toBeGreaterThan(0.2)
    expect(at(0.2)).toBeLessThan(0.6)
    expect(at(0.3)).toBeGreaterThan(at(0.2))
  })
  test('a shape is met at its own breadth at every moment; the even-odd rule decides inside', () => {
    const triangle: Painted = { polygon: [[0.2, 0], [0.8, 0], [0.8, 6000]] }
    const rows = masksAt(3000, [[triangle], []])
    every(inside(rows, 0.2, 0.49), [0.5, 0.5])
    every(inside(rows, 0.51, 0.79), [1, 0])
    const ring: Painted = { polygon: [[0.2, 500], [0.8, 500], [0.8, 6000], [0.2, 6000], [0.2, 500], [0.3, 2000], [0.7, 2000], [0.7, 4000], [0.3, 4000], [0.3, 2000]] }
    every(inside(masksAt(3000, [[ring], []]), 0.31, 0.69), [0.5, 0.5])
    every(inside(masksAt(1000, [[ring], []]), 0.31, 0.69), [1, 0])
  })
  test('sliced mode means the same moments', () => {
    const [direct, sliced] = (['direct', 'sliced'] as const).map((mode) => masksAt(1000, [[rectangle(0.3, 0.6, 500, 2000, { soft: 0.2 })], []], { mode }))
    expect(sliced!.slice(1)).toEqual(direct!.slice(0, sliced!.length - 1)) // it begins with a frame of nothing
  })
  test('the file\'s time is what counts: from where it starts, at a jump from then on, and over and over', () => {
    const areas = [[rectangle(10.1, 10.3, 500, 2000)], []]
    const origin = (sample: number, seconds: number, duration: number | null = null) => (r: ReturnType<typeof rig>): void => r.separator.setOrigin({ sample, seconds, duration })
    every(inside(masksAt(1000, areas, { before: origin(0, 10) }), 10.1, 10.3), [1, 0])
    every(inside(masksAt(1000, areas, { before: origin(0, 10) }), 10.32, 11), [0.5, 0.5])
    const jumped = masksAt(1000, areas, { before: (r) => { origin(0, 5)(r); origin(0.5 * RATE, 10)(r) } })
    expect(jumped.filter(({ seconds }) => seconds < 6).length).toBeGreaterThan(30)
    every(inside(jumped, 10.1, 10.3), [1, 0])
    const looped = masksAt(1000, [[rectangle(0.1, 0.2, 500, 2000)], []], { before: origin(0, 0, 0.4), seconds: 1.2 })
    expect(inside(looped, 0.1, 0.2).length).toBeGreaterThan(20)
    every(inside(looped, 0.1, 0.2), [1, 0])
    every(inside(looped, 0.22, 0.4), [0.5, 0.5])
  })
})

test('a whistle is painted out of a melody: it lands in its own source, the melody stays, and everything adds up', () => {
  const n = 2 * RATE
  const song = melody(n, RATE, 220)
  const whistle = tone(n, 3000, RATE, 0.3).map((x, i) => x * Math.min(1, Math.max(0, (i - 0.6 * RATE) / 2000), Math.max(0, (1.4 * RATE - i) / 2000)))
  const mix = song.map((x, i) => x + whistle[i]!)
  const r = rig({ dictionary: field, selection: { mask: 'soft', sources: [{ name: 'whistle', band: [0, 1], painted: [rectangle(0.55, 1.45, 2850, 3150)] }] } })
  const stems = r.run([mix])
  const at = r.separator.latencySamples
  expect(nullDb(stems, [mix], at)).toBeLessThan(-120)
  expect(errorDb(stems[0]![0]!, delayed(whistle, at))).toBeLessThan(-15)
  expect(errorDb(stems[1]![0]!, delayed(song, at))).toBeLessThan(errorDb(mix, song) - 12)
})
