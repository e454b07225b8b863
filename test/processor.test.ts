import { describe, expect, test } from 'vitest'
import { collectionsInAChild } from '../main/bench.ts'
import { type Hosted, hostProcessor, parameterArrays } from '../main/hosted.ts'
import { workletFile } from '../main/built.ts'
import { Frame, FrameRing, ringBytes } from '../worklet/frame.ts'
import { isSwitch, parameters } from '../worklet/parameters.ts'
import type { ProcessorOptions } from '../worklet/protocol.ts'
import { wholeDictionary } from '../worklet/selection.ts'
import { layoutFor } from '../worklet/separator.ts'
import { delayed, dictionary, difference, rig } from './engine.ts'
import { plainKernel } from './kernels.ts'
import { errorDb } from './reference.ts'
import { melody, noise } from './signals.ts'

const options = (changes: Partial<ProcessorOptions> = {}): ProcessorOptions => ({
  module: plainKernel, dictionary: dictionary(), selection: wholeDictionary(['tones', 'air']), channels: 1, mode: 'direct',
  stems: true, live: false, frames: null, ...changes,
})
const length = 30000
const air = noise(length, 5, 0.05)
const x = melody(length, 44100, 220).map((v, i) => v + air[i]!)

/** The built file at 44.1 kHz. */
const host = (changes: Partial<ProcessorOptions> = {}, now?: () => number): Hosted => hostProcessor(workletFile, options(changes), 44100, now)

function play({ processor }: Hosted, input: Float32Array[], quantum = 128, outputs = 4, channels = 1,
  values: Parameters<typeof parameterArrays>[0] = {}): Float32Array[][] {
  const total = input[0]!.length
  const out = Array.from({ length: outputs }, () => Array.from({ length: channels }, () => new Float32Array(total)))
  for (let at = 0; at + quantum <= total; at += quantum)
    processor.process([input.map((c) => c.subarray(at, at + quantum))], out.map((o) => o.map((c) => c.subarray(at, at + quantum))), parameterArrays(values))
  return out
}

describe('the built processor', () => {
  test('turns every row of the table into an AudioParam', () => {
    const { descriptors } = host()
    expect(descriptors).toEqual(parameters.map((p) => ({
      name: p.name, defaultValue: p.initial, minValue: p.min, maxValue: p.max, automationRate: isSwitch(p) || p.step ? 'k-rate' : 'a-rate' })))
  })

  test.each([64, 100, 128, 441, 1024, 4096, 5000])('at a quantum of %i gives the separator\'s samples', (quantum) => {
    const whole = Math.floor(length / quantum) * quantum
    const out = play(host(), [x], quantum)
    expect(difference(out.slice(1), rig().run([x]), whole)).toBeNull()
  })

  test('whenever it begins, a sound that starts on its grid is cut into the frames of the whole sound: the same samples', () => {
    const hop = dictionary().hopSize
    const wanted = rig().run([x])
    for (const start of [128, 3 * 128, 7 * hop]) {
      const silence = (2 * hop - start % hop) % hop + 4 * hop
      const late = new Float32Array(silence + length)
      late.set(x, silence)
      const out = play(hostProcessor(workletFile, options(), 44100, undefined, start), [late])
      expect(difference(out.slice(1).map((stem) => stem.map((y) => y.subarray(silence))), wanted, length - length % 128 - 5 * hop)).toBeNull()
    }
  })

  test('reports its latency and layout, and sends frames where memory is not shared', () => {
    const hosted = host()
    const layout = layoutFor(dictionary(), wholeDictionary(['tones', 'air']), 44100, 1)
    expect(hosted.received[0]).toEqual({ type: 'ready', latencySamples: 1024, layout })
    play(hosted, [x])
    const frames = hosted.received.filter((message) => message.type === 'frame')
    expect(frames.length).toBeGreaterThan(10)
    expect(frames.length).toBeLessThanOrEqual(Math.ceil((40 * length) / 44100))
    const frame = new Frame(layout, (frames.at(-1) as { bytes: ArrayBuffer }).bytes)
    expect(frame.fact('inputPeak')).toBeGreaterThan(0.05)
    expect(frame.fact('outputRms')).toBeGreaterThan(0.01)
  })

  test('writes every frame into the shared ring while somebody reads, and counts what nobody took', () => {
    const layout = layoutFor(dictionary(), wholeDictionary(['tones', 'air']), 44100, 1)
    const shared = new SharedArrayBuffer(ringBytes(layout, 8))
    const hosted = host({ frames: shared })
    const reader = new FrameRing(layout, shared)
    const frame = new Frame(layout)
    const positions: number[] = []
    for (let at = 0; at + 128 <= length; at += 128) {
      hosted.processor.process([[x.subarray(at, at + 128)]], [0, 1, 2, 3].map(() => [new Float32Array(128)]), parameterArrays())
      if (at < 20000) while (reader.read(frame)) positions.push(frame.fact('position'))
    }
    expect(positions).toEqual(positions.map((_, i) => (i + 1) * 256))
    expect(reader.pending).toBe(8)
    while (reader.read(frame)) void 0
    for (let i = 0; i < 4; i++) hosted.processor.process([[x.subarray(0, 128)]], [0, 1, 2, 3].map(() => [new Float32Array(128)]), parameterArrays())
    while (reader.read(frame)) void 0
    expect(frame.fact('lostFrames')).toBeGreaterThan(20)
  })

  test('channels that come, go and change: mono is heard on both sides, a missing input is silence, and it recovers', () => {
    const hosted = host({ channels: 2 })
    const silent = (): Float32Array[][] => [0, 1, 2, 3].map(() => [new Float32Array(128), new Float32Array(128)])
    const heard: Float32Array[][] = [[], []]
    const inputs: ((at: number) => Float32Array[])[] = [
      (at) => [x.subarray(at, at + 128)], () => [], (at) => [x.subarray(at, at + 128), x.subarray(at, at + 128)],
      (at) => [x.subarray(at, at + 128), new Float32Array(128), new Float32Array(128)],
    ]
    for (let at = 0; at + 128 <= length; at += 128) {
      const out = silent()
      hosted.processor.process([inputs[Math.floor(at / 7500)]!(at)], out, parameterArrays())
      out[0]!.forEach((c, i) => heard[i]!.push(c))
    }
    const [left, right] = heard.map((parts) => Float32Array.from(parts.flatMap((c) => [...c])))
    expect(difference([[left!.slice(0, 15000)]], [[right!.slice(0, 15000)]])).toBeNull()
    expect(left!.every(Number.isFinite)).toBe(true)
    expect(left!.slice(10000, 14000).every((v) => v === 0)).toBe(true)
    expect(right!.slice(26000, 29000).every((v) => Math.abs(v) < 1e-6)).toBe(true)
  })

  test('bypass is the input, delayed by the latency', () => {
    const [mix] = play(host(), [x], 128, 4, 1, { bypass: 1 })
    expect(errorDb(mix![0]!.slice(0, 29000), delayed(x, 1024).slice(0, 29000))).toBeLessThan(-120)
  })

  test('a selection of another size is refused by message, and sound goes on; stop ends it', () => {
    const hosted = host()
    hosted.send({ type: 'selection', selection: { mask: 'soft', sources: [] } })
    expect(hosted.received.at(-1)).toEqual({ type: 'error', message: 'selection: expected 2 sources, got 0' })
    const learned = { mask: 'wiener' as const, sources: [{ name: 'tones', places: [{ learned: { from: 1, to: 2.5 } }] }, { name: 'air' }] }
    hosted.send({ type: 'selection', selection: learned })
    expect(hosted.received.at(-1)).toEqual({ type: 'error', message: 'selection: expected a covariance for the passage 1-2.5 s, got none' })
    hosted.send({ type: 'selection', selection: learned, covariances: { '1-2.5': { sampleRate: 44100, fftSize: 1024, values: new Float32Array(7) } } })
    expect(hosted.received.at(-1)).toEqual({ type: 'error', message: 'selection: passage 1-2.5 s: expected 2052 numbers (4 per bin), got 7' })
    const run = (): boolean => hosted.processor.process([[x.subarray(0, 128)]], [0, 1, 2, 3].map(() => [new Float32Array(128)]), parameterArrays())
    expect(run()).toBe(true)
    hosted.send({ type: 'stop' })
    expect(run()).toBe(false)
  })

  test('a machine that is too slow drops passes, says so, and takes them back when it can', () => {
    let clock = 0
    let cost = 0
    const layout = layoutFor(dictionary(), wholeDictionary(['tones', 'air']), 44100, 1)
    const shared = new SharedArrayBuffer(ringBytes(layout, 4))
    // the clock jumps between the two looks that one call takes at it
    const hosted = host({ live: true, frames: shared }, () => (clock += cost))
    const reader = new FrameRing(layout, shared)
    const frame = new Frame(layout)
    const seconds = (n: number, share: number): void => {
      cost = (share * 128 * 1000) / 44100
      for (let at = 0; at < n * 44100; at += 128) {
        hosted.processor.process([[x.subarray(at % 20000, (at % 20000) + 128)]], [0, 1, 2, 3].map(() => [new Float32Array(128)]), parameterArrays({ passes: 5 }))
        while (reader.read(frame)) void 0
      }
    }
    seconds(1.2, 0.1)
    expect([frame.fact('passes'), frame.fact('load').toFixed(2)]).toEqual([5, '0.10'])
    seconds(2.6, 0.95)
    expect([frame.fact('passes'), frame.fact('load').toFixed(2)]).toEqual([1, '0.95'])
    seconds(4, 0.2)
    expect(frame.fact('passes')).toBe(5)
    // little in all, but some quanta come late: the direct mode's burden on a slow machine
    for (let i = 0; i < 40; i++) {
      seconds(0.1, 0.1)
      seconds(128 / 44100, 1.6)
    }
    expect(frame.fact('load')).toBeLessThan(0.5)
    expect(frame.fact('passes')).toBe(1)
  })

  test('process() causes no garbage collection over 300 000 calls', () => {
    const { collections, collectionsLittering } = collectionsInAChild()
    expect(collections).toBe(0)
    expect(collectionsLittering).toBeGreaterThan(2) // the count can fail: one object per call shows
  }, 300000)
})
