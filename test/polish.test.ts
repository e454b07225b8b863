import { describe, expect, test } from 'vitest'
import { Kernel } from '../worklet/kernel.ts'
import type { Settings } from '../worklet/parameters.ts'
import { rig } from './engine.ts'
import { kernels } from './kernels.ts'
import { lawsOf } from './laws.ts'
import { melody, noise, random } from './signals.ts'

lawsOf('weighed, smoothed and tracked', (options) => rig({ settings: { sensitivity: 9, smoothing: 0.6, tracker: 1, freeAtoms: 2, floor: -40 }, ...options }))

describe.each(kernels)('%s kernel', (_, module) => {
  const bins = 30, row = 32, sources = 3, floor = 0.02
  const make = (): { kernel: Kernel; masks: Float32Array[]; numbers: Float32Array; drawn: number[][] } => {
    const kernel = new Kernel(module, 40 * row)
    const next = random(5)
    const drawn = Array.from({ length: sources }, () => Array.from({ length: bins }, () => floor + (0.9 * (1 - 4 * floor) * next()) / sources))
    const masks = drawn.map((values) => { const mask = kernel.floats(row); mask.set(values); return mask })
    return { kernel, masks, numbers: kernel.floats(3), drawn }
  }

  test('weighs the sources against the rest as its slow twin does, and leaves everybody the floor', () => {
    for (const factor of [0.1, 1, 8]) {
      const { kernel, masks, numbers, drawn } = make()
      numbers.set([factor, floor, 1 - 4 * floor])
      kernel.run.weighted(masks[0]!.byteOffset, row * 4, sources, row, numbers.byteOffset)
      for (let bin = 0; bin < bins; bin++) {
        const shares = drawn.map((mask) => (mask[bin]! - floor) / (1 - 4 * floor))
        const held = shares.reduce((a, b) => a + b)
        const scale = factor / (1 - held + factor * held)
        shares.forEach((share, s) => expect(masks[s]![bin]).toBeCloseTo(floor + (1 - 4 * floor) * share * scale, 5))
      }
    }
  })

  test('smooths as its slow twin does, over frames and to both sides, within the band', () => {
    const { kernel, masks: [mask], numbers } = make()
    const before = kernel.floats(row), band = kernel.floats(row).fill(1, 0, 20)
    numbers.set([0.7, 0.5])
    const next = random(8)
    const past = new Float64Array(bins)
    for (let frame = 0; frame < 5; frame++) {
      const x = Array.from({ length: bins }, () => next())
      mask!.set(x)
      kernel.run.smooth(mask!.byteOffset, before.byteOffset, band.byteOffset, bins, numbers.byteOffset)
      x.forEach((value, bin) => (past[bin] = 0.7 * past[bin]! + 0.3 * value))
      const there = [...past]
      for (let bin = 1; bin < bins; bin++) there[bin] = 0.5 * there[bin - 1]! + 0.5 * past[bin]!
      const back = [...there]
      for (let bin = bins - 2; bin >= 0; bin--) back[bin] = 0.5 * back[bin + 1]! + 0.5 * there[bin]!
      back.forEach((value, bin) => expect(mask![bin]).toBeCloseTo(bin < 20 ? value : 0, 5))
    }
  })
})

/** The masks of every frame, source by source, of a melody in noise. */
function masksOf(settings: Partial<Settings>): Float32Array[] {
  const air = noise(30000, 5, 0.05)
  const r = rig({ settings, selection: { mask: 'soft', sources: [{ name: 'tones', atoms: ['tones'], band: [200, 6000] }] } })
  const frames: Float32Array[] = []
  r.separator.onFrame = (frame) => frames.push(frame.masks.slice())
  r.run([melody(30000, 44100, 220).map((v, i) => v + air[i]!)])
  return frames.slice(10)
}
const mean = (frames: readonly Float32Array[], of: (mask: Float32Array, last: Float32Array) => number): number =>
  frames.slice(1).reduce((sum, mask, i) => sum + of(mask, frames[i]!), 0) / (frames.length - 1)
const held = (frames: readonly Float32Array[]): number => mean(frames, (mask) => mask.reduce((sum, x) => sum + x, 0) / mask.length)
const flutter = (frames: readonly Float32Array[]): number => mean(frames, (mask, last) => mask.reduce((sum, x, i) => sum + Math.abs(x - last[i]!), 0) / mask.length)

test('sensitivity keeps more above 0 and less below, never less than the floor', () => {
  const [less, as, more] = [-18, 0, 18].map((sensitivity) => masksOf({ sensitivity, floor: -30 })) as [Float32Array[], Float32Array[], Float32Array[]]
  expect(held(more)).toBeGreaterThan(1.4 * held(as))
  expect(held(less)).toBeLessThan(held(as) / 1.4)
  for (const frames of [less, more]) for (const mask of frames) for (const x of mask) expect(x >= 10 ** (-30 / 20) - 1e-6 && x <= 1).toBe(true)
})

test('smoothing takes flutter away, a little or a lot, and nothing from the band', () => {
  const [none, some, much] = [0, 0.3, 1].map((smoothing) => masksOf({ smoothing })) as [Float32Array[], Float32Array[], Float32Array[]]
  expect(flutter(some)).toBeLessThan(0.7 * flutter(none))
  expect(flutter(much)).toBeLessThan(0.6 * flutter(some))
  expect(Math.abs(held(much) - held(none))).toBeLessThan(0.2 * held(none))
  const closed = Math.ceil(6000 / (44100 / 1024))
  for (const mask of much) expect(mask.subarray(closed).every((x) => x === 0)).toBe(true)
})
