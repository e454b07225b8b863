import { describe, expect, test } from 'vitest'
import { Mixer } from '../worklet/mixer.ts'
import { constantAutomation, initialSettings, type Settings } from '../worklet/parameters.ts'
import type { SelectedSource, Selection } from '../worklet/selection.ts'
import { noise } from './signals.ts'

const RATE = 48000
const N = 4800
const select = (...sources: Partial<SelectedSource>[]): Selection => ({ mask: 'soft', sources: sources.map((source, i) => ({ name: `s${i}`, ...source })) })

/** Stems that are constants, so that what is heard reads as gains: 1, 10 and, for the rest, 100. */
const stems = (count: number, channels: number): Float32Array[][] =>
  Array.from({ length: count }, (_, s) => Array.from({ length: channels }, () => new Float32Array(N).fill(10 ** s)))

function heard(selection: Selection, settings: Partial<Settings> = {}, channels: 1 | 2 = 2): number[] {
  const mixer = new Mixer({ sampleRate: RATE, channels, selection })
  const mix = Array.from({ length: channels }, () => new Float32Array(N))
  mixer.process(stems(selection.sources.length + 1, channels), mix, N, constantAutomation({ ...initialSettings(), ...settings }))
  return mix.map((channel) => Number(channel.at(-1)!.toFixed(4)))
}

describe('the mix', () => {
  test('adds everything up when nothing is touched', () => expect(heard(select({}, {}))).toEqual([111, 111]))
  test('mutes, solos and turns up', () => {
    expect(heard(select({ mute: true }, {}))).toEqual([110, 110])
    expect(heard(select({ solo: true }, {}))).toEqual([1, 1]) // the rest is nobody's solo
    expect(heard(select({ gain: 20 }, {}))).toEqual([120, 120])
    expect(heard(select({ gain: -120 }, {}))).toEqual([110, 110])
    expect(heard(select({ mute: true, solo: true }, {}))).toEqual([0, 0])
  })
  test('inverted, everything but a source is heard: mutes aside, the rest at full level; solos and other inversions hold', () => {
    expect(heard(select({ invert: true }, {}))).toEqual([110, 110])
    expect(heard(select({ invert: true }, { mute: true }), { reduction: 80 })).toEqual([110, 110])
    expect(heard(select({ invert: true }, { gain: 20 }), { reduction: 20 })).toEqual([200, 200])
    expect(heard(select({ invert: true }, { invert: true }))).toEqual([100, 100])
    expect(heard(select({ invert: true }, { solo: true }))).toEqual([10, 10])
    expect(heard(select({ invert: true, solo: true }, {}))).toEqual([0, 0])
  })
  test('places by balance: the middle leaves both sides whole, the ends silence one', () => {
    expect(heard(select({ pan: -1 }, {}))).toEqual([111, 110])
    expect(heard(select({ pan: 0.5 }, {}))).toEqual([110.5, 111])
    expect(heard(select({ pan: 0 }, {}))).toEqual([111, 111])
    expect(heard(select({ pan: -1 }, {}), {}, 1)).toEqual([111]) // one channel has no sides
  })
  test('every row of the table that belongs to the mix changes it', () => {
    const two = select({}, { mute: true })
    expect(heard(two, { reduction: 20 })).toEqual([11, 11])
    expect(heard(two, { wet: 0 })).toEqual([111, 111])
    expect(heard(two, { wet: 0.5 })).toEqual([106, 106])
    expect(heard(two, { level: -20 })).toEqual([10.1, 10.1])
    expect(heard(two, { bypass: 1, level: -20, reduction: 80 })).toEqual([111, 111])
  })
  test('every change ramps over 10 ms: no step is larger than its share', () => {
    const mixer = new Mixer({ sampleRate: RATE, channels: 1, selection: select({}, {}) })
    const out = new Float32Array(N)
    const run = (settings: Partial<Settings>): void => {
      mixer.process(stems(3, 1), [out], N, constantAutomation({ ...initialSettings(), ...settings }))
    }
    run({})
    expect(out[0]).toBe(111) // starts where it is, not from silence
    for (const change of [() => mixer.select(select({ mute: true }, { gain: 6 })), () => mixer.select(select({ solo: true }, {})), () => mixer.select(select({ invert: true }, {}))]) {
      const before = out.at(-1)!
      change()
      run({})
      const largest = Math.max(Math.abs(out[0]! - before), ...Array.from(out.subarray(1), (x, i) => Math.abs(x - out[i]!)))
      expect(largest).toBeLessThan((1.1 * 111 * 2) / (0.01 * RATE))
      expect(out[600]).toBe(out.at(-1))
    }
    const before = out.at(-1)!
    run({ bypass: 1 })
    expect(Math.abs(out[0]! - before)).toBeLessThan(1)
    expect(out.at(-1)).toBe(111)
  })
  test('a matched bypass is as loud as the result, and comes and goes over 10 ms', () => {
    const mixer = new Mixer({ sampleRate: RATE, channels: 1, selection: select({}) })
    const tones = (gain: number): Float32Array => Float32Array.from({ length: N }, (_, i) => gain * Math.sin((2 * Math.PI * 20 * i) / N))
    const parts = [[tones(0.1)], [tones(0.1)]]
    const out = new Float32Array(N)
    const run = (settings: Partial<Settings>): number => {
      mixer.process(parts, [out], N, constantAutomation({ ...initialSettings(), reduction: 80, ...settings }))
      return Math.hypot(...out.subarray(N / 2)) / Math.hypot(...parts[0]![0]!.subarray(N / 2))
    }
    for (let i = 0; i < 20; i++) run({ matched: 1 })
    expect(mixer.match.dB[0]).toBeCloseTo(-6.02, 1)
    expect(run({ matched: 1, bypass: 1 })).toBeCloseTo(1, 2)
    const before = out.at(-1)!
    expect(run({ matched: 0, bypass: 1 })).toBeCloseTo(2, 2) // the input as it is
    expect(Math.abs(out[0]! - before)).toBeLessThan(0.01)
    expect(run({ matched: 1, bypass: 1 })).toBeCloseTo(1, 2)
  })
  test('is the same sample by sample as when nothing seems to move: settings given once a quantum, or for every sample of it', () => {
    const sounds = Array.from({ length: 3 }, (_, s) => [noise(N, s + 1), noise(N, s + 5)])
    const run = (long: boolean): number[][] => {
      const mixer = new Mixer({ sampleRate: RATE, channels: 2, selection: select({ gain: -3, pan: 0.3 }, {}) })
      const mix = [new Float32Array(N), new Float32Array(N)]
      for (let at = 0; at < N; at += 120) {
        if (at === 2400) mixer.select(select({ gain: 2 }, { mute: true }))
        const settings = { ...initialSettings(), reduction: 12, level: -2, wet: at < 1200 ? 0.7 : 1, matched: 1, bypass: at >= 3600 ? 1 : 0 }
        const once = constantAutomation(settings)
        const automation = long ? { ...once, wet: new Float32Array(120).fill(settings.wet) } : once
        mixer.process(sounds.map((stem) => stem.map((x) => x.subarray(at, at + 120))), mix.map((x) => x.subarray(at, at + 120)), 120, automation)
      }
      return mix.map((x) => [...x])
    }
    expect(run(false)).toEqual(run(true))
  })
  test('automation may stand anywhere in a longer quantum', () => {
    const mixer = new Mixer({ sampleRate: RATE, channels: 1, selection: select({}) })
    const wet = new Float32Array(2 * N).fill(1, 0, N)
    const out = new Float32Array(N)
    mixer.process(stems(2, 1), [out], N, { ...constantAutomation({ ...initialSettings(), reduction: 80 }), wet }, N)
    expect(out.at(-1)).toBe(11)
  })
  test('exported stems carry level and place, and leave mutes and solos to the ear', () => {
    const mixer = new Mixer({ sampleRate: RATE, channels: 2, selection: select({ gain: 20, mute: true }, { pan: 1 }) })
    const set = stems(3, 2)
    mixer.place(set, N)
    expect(set.map((stem) => stem.map((c) => c[100]))).toEqual([[10, 10], [0, 10], [100, 100]])
  })
})
