// The laws that every separator obeys, written once and run for every dictionary, divergence, window and preset.

import { expect, test } from 'vitest'
import { delayed, difference, nullDb, type Rig, rig } from './engine.ts'
import { errorDb } from './reference.ts'
import { melody, noise, random } from './signals.ts'

type Options = NonNullable<Parameters<typeof rig>[0]>

export function lawsOf(name: string, make: (options: Options) => Rig): void {
  const input = (rate: number, channels = 1, seconds = 0.7): Float32Array[] =>
    Array.from({ length: channels }, (_, c) => {
      const air = noise(Math.round(rate * seconds), 11 + c, 0.05)
      return melody(air.length, rate, 200 + 40 * c, 3 + c).map((v, i) => v + air[i]!)
    })

  test(`${name}: chopping the input into other quanta changes no sample`, () => {
    const next = random(17)
    const x = input(44100, 2)
    for (const mode of ['direct', 'sliced'] as const) {
      const want = make({ channels: 2, mode }).run(x)
      for (const chop of [() => 64, () => 4096, () => 1, () => 441, () => 1 + Math.floor(next() * 4096)])
        expect(difference(make({ channels: 2, mode }).run(x.map((c) => c.slice(0, 20000)), chop), want, 20000)).toBeNull()
    }
  })

  test(`${name}: sliced is direct, one hop later`, () => {
    const x = input(44100)
    const direct = make({ mode: 'direct' })
    const sliced = make({ mode: 'sliced' })
    const hop = sliced.separator.latencySamples - direct.separator.latencySamples
    expect(hop).toBe(direct.separator.shape.hopSize)
    const want = direct.run(x)
    expect(difference(sliced.run(x), want.map((stem) => stem.map((c) => delayed(c, hop))))).toBeNull()
  })

  test(`${name}: masks of one return the input, delayed by exactly latencySamples`, () => {
    const selection = { mask: 'soft' as const, sources: [{ name: 'all' }] }
    for (const mode of ['direct', 'sliced'] as const)
      for (const sampleRate of [44100, 48000, 88200, 96000]) {
        const x = input(sampleRate, 2)
        const r = make({ selection, sampleRate, channels: 2, mode, settings: {} })
        const stems = r.run(x)
        x.forEach((channel, c) => expect(errorDb(stems[0]![c]!, delayed(channel, r.separator.latencySamples)), `${mode} ${sampleRate}`).toBeLessThan(-115))
      }
  })

  test(`${name}: sources and rest add up to the delayed input at −120 dB or better, at every rate`, () => {
    for (const sampleRate of [44100, 48000, 88200, 96000]) {
      const x = input(sampleRate, 2)
      const r = make({ sampleRate, channels: 2 })
      expect(nullDb(r.run(x), x, r.separator.latencySamples), String(sampleRate)).toBeLessThan(-120)
    }
  })

  test(`${name}: reset equals new`, () => {
    const x = input(44100)
    const r = make({})
    const want = r.run(x)
    r.run([noise(10001, 77)])
    r.separator.reset()
    expect(difference(r.run(x), want)).toBeNull()
  })

  test(`${name}: silence in, silence out`, () => {
    const r = make({})
    r.run(input(44100))
    const quiet = r.run([new Float32Array(40000)])
    for (const [stem] of quiet) expect(stem!.subarray(20000).every((v) => v === 0)).toBe(true)
    for (const [stem] of make({}).run([new Float32Array(20000)])) expect(stem!.every((v) => v === 0)).toBe(true)
  })
}
