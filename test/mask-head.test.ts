// A learned judge of masks: everything that holds of a separator holds of one with a head.

import { describe, expect, test } from 'vitest'
import { divergences } from '../worklet/dictionary.ts'
import { checkHead, type Head } from '../worklet/network.ts'
import { COEFFICIENTS, inputsFor, MaskHead, readMaskFacts } from '../worklet/mask-head.ts'
import { delayed, dictionary, difference, maskHead, rig } from './engine.ts'
import { lawsOf } from './laws.ts'
import { errorDb } from './reference.ts'
import { melody, noise } from './signals.ts'

lawsOf('with a learned head', (options) => rig({ head: maskHead(), settings: { freeAtoms: 3, tracker: 1 }, ...options }))
lawsOf('with a learned head and windows of low latency', (options) => rig({
  head: maskHead('air', { clock: 0.01 }), dictionary: dictionary({ hopSize: 128, tailSize: 256, divergence: divergences['euc']! }), ...options,
}))

function mixture(n: number, loud = 1): Float32Array {
  const air = noise(n, 4)
  return melody(n, 44100, 220).map((v, i) => loud * (v + 0.1 * air[i]!))
}
const voice = { mask: 'soft' as const, sources: [{ name: 'tones', atoms: ['tones'] }] }

/** Layers that put out nothing. */
const silent = (source: string): Head => {
  const [inputs, outputs] = [inputsFor(8), COEFFICIENTS * 8]
  return { kind: 'mask', facts: { source, bands: 8, reach: 8000, clock: 0.008, own: false, latency: false },
    layers: [{ kind: 'dense', activation: 'linear', inputs, outputs, weights: new Float32Array(inputs * outputs), bias: new Float32Array(outputs) }] }
}

describe('a head', () => {
  const x = mixture(30000)
  const settings = { freeAtoms: 3, tracker: 1 }

  test('that says nothing leaves the odds to the power 1½', () => {
    const plain = rig({ settings: { ...settings, sharpness: 1.5 }, selection: voice }).run([x])[0]![0]!
    const judged = rig({ settings: { ...settings, sharpness: 1.5 }, selection: voice, head: silent('tones') }).run([x])[0]![0]!
    // odds end at e^±6
    expect(errorDb(judged, plain)).toBeLessThan(-50)
    expect(errorDb(rig({ settings, selection: voice }).run([x])[0]![0]!, plain)).toBeGreaterThan(-40)
  })

  test('turned down, or of another kind, or of a source that nobody asks for, changes no sample', () => {
    const plain = rig({ settings, selection: voice }).run([x])
    for (const [head, learned] of [[maskHead(), 0], [maskHead('nobody'), 1], [{ ...maskHead(), kind: 'notes' as const }, 1]] as const)
      expect(difference(rig({ settings: { ...settings, learned }, selection: voice, head }).run([x]), plain)).toBeNull()
  })

  test('judges the same at any loudness', () => {
    const [quiet, loud] = [0.01, 1].map((loud) => rig({ settings, selection: voice, head: maskHead() }).run([mixture(30000, loud)])[0]![0]!)
    expect(errorDb(quiet!.map((v) => v * 100), loud!)).toBeLessThan(-60)
  })

  test('answers as often a second at a finer hop', () => {
    const answers = [256, 128].map((hopSize) => {
      const r = rig({ dictionary: dictionary({ hopSize, tailSize: 256 * 2 }), selection: voice, head: maskHead('tones', { clock: 256 / 44100 }) })
      r.run([x])
      return r.separator.head!.answers
    })
    expect(answers[0]).toBeGreaterThan(100)
    expect(Math.abs(answers[0]! - answers[1]!)).toBeLessThan(10)
  })

  test('is told the latency where it has learned to be', () => {
    const told = (tailSize: number, latency: boolean): number => {
      const r = rig({ dictionary: dictionary({ sampleRate: 16000, fftSize: 1024, hopSize: tailSize / 2, tailSize }), sampleRate: 16000, selection: voice, head: maskHead('tones', { latency }) })
      r.run([mixture(4000)])
      return r.separator.head!.input.at(-1)!
    }
    expect([128, 256, 512, 1024].map((tail) => told(tail, true))).toEqual([-1, 0, 1, 1])
    expect([128, 512].map((tail) => told(tail, false))).toEqual([1, 1])
  })

  test('finds the pitch of a voice', () => {
    const hum = Float32Array.from({ length: 30000 }, (_, i) => Array.from({ length: 20 }, (_, n) => Math.sin((2 * Math.PI * 150 * (n + 1) * i) / 44100 + n) / (n + 1)).reduce((a, b) => a + b))
    const air = noise(30000, 9)
    const heads = [hum, noise(30000, 3)].map((sound) => {
      const r = rig({ dictionary: dictionary({ fftSize: 4096, hopSize: 512, tailSize: 1024 }), selection: voice, head: maskHead() })
      r.run([sound.map((v, i) => 0.1 * v + 0.001 * air[i]!)])
      return r.separator.head!
    })
    const strength = (head: MaskHead): number => head.input[24]!
    expect(strength(heads[0]!)).toBeGreaterThan(3 * strength(heads[1]!))
    const comb = heads[0]!.comb, step = 44100 / 4096
    expect(comb[Math.round(600 / step)]!).toBeGreaterThan(0.05)
    expect(comb[Math.round(675 / step)]!).toBeLessThan(-0.05)
  })

  test('of one source takes from the others and gives to them', () => {
    const selection = { mask: 'soft' as const, sources: [{ name: 'tones', atoms: ['tones'] }, { name: 'air', atoms: ['air'] }] }
    const r = rig({ settings, selection, head: maskHead() })
    const stems = r.run([x])
    const sum = stems[0]![0]!.map((v, i) => v + stems[1]![0]![i]! + stems[2]![0]![i]!)
    expect(errorDb(sum, delayed(x, r.separator.latencySamples))).toBeLessThan(-115)
    const frame = r.separator.frame
    for (let bin = 0; bin < r.separator.layout.bins; bin++)
      expect(frame.masks[bin]! + frame.masks[r.separator.layout.bins + bin]!).toBeLessThanOrEqual(1.0001)
  })

  test('under binary masks decides for all or nothing', () => {
    const r = rig({ settings, selection: { ...voice, mask: 'binary' as const }, head: maskHead() })
    r.run([x])
    for (const gain of r.separator.frame.masks) expect(Math.min(gain, 1 - gain)).toBeLessThan(1e-3)
  })

  test('must fit its facts', () => {
    const head = maskHead()
    const wrong = (change: object): string => {
      try {
        readMaskFacts({ ...head, facts: { ...head.facts, ...change } }, 'head')
        return 'nothing'
      } catch (error) { return (error as Error).message }
    }
    checkHead(head, 'head')
    expect(wrong({})).toBe('nothing')
    expect(wrong({ bands: 9 })).toMatch(/^head\.0\.weights: expected 32 inputs for 9 bands, got 29/)
    expect(wrong({ bands: 2.5 })).toMatch(/^head\.facts\.bands: expected a whole number, got 2\.5/)
    expect(wrong({ source: 3 })).toMatch(/^head\.facts\.source: expected a source of the dictionary, got 3/)
    expect(wrong({ clock: 0 })).toMatch(/^head\.facts\.clock: expected a number from 0\.001 to 0\.1, got 0/)
    expect(wrong({ latency: 8 })).toMatch(/^head\.facts\.latency: expected true or false, got 8/)
    expect(wrong({ latency: undefined })).toBe('nothing') // of older presets
    expect(wrong({ own: 1 })).toMatch(/^head\.facts\.own: expected true or false, got 1/)
    expect(wrong({ more: 1 })).toMatch(/^head\.facts: expected only .* got "more"/)
  })
})
