// Denoising with hindsight: whatever is heard twice and looked at again adds up, stands where it stood, and is nearer to the truth
// than what a live session can know.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, test } from 'vitest'
import { Offline } from '../presets/offline.ts'
import { divergences, type Dictionary } from '../worklet/dictionary.ts'
import { initialSettings, type Settings } from '../worklet/parameters.ts'
import type { Selection } from '../worklet/selection.ts'
import { waveFile } from './band.ts'
import { load, siSdr } from './bench/audio.ts'
import { filesIn, scratch, winnow, writeSmallPreset } from './cli-fixtures.ts'
import { dictionary, difference, rig } from './engine.ts'
import { plainKernel } from './kernels.ts'
import { melody, noise } from './signals.ts'

const RATE = 8000
const tones: Dictionary = dictionary({ sampleRate: RATE, fftSize: 512, hopSize: 128, tailSize: 256, tones: 24, air: 0, divergence: divergences['kl']! })
const selection: Selection = { mask: 'soft', sources: [{ name: 'tones', atoms: ['tones'] }] }
const settings: Settings = { ...initialSettings(), tracker: 1, passes: 4, steps: 1, sparsity: 0.1 }

/** A tune that plays from the first moment, in a hiss that swells and falls within seconds. */
const tune = (seconds: number, seed: number): Float32Array => melody(seconds * RATE, RATE, 220, seed)
const hiss = (seconds: number, seed: number): Float32Array => noise(seconds * RATE, seed, 0.1).map((x, i) => x * (1.5 + Math.sin((2 * Math.PI * i) / (3 * RATE))))
const sum = (a: Float32Array, b: Float32Array): Float32Array => a.map((x, i) => x + b[i]!)

/** [stem][channel] of all of it, given in pieces. */
async function offline(input: readonly Float32Array[], chop = (): number => 4096): Promise<Float32Array[][]> {
  const length = input[0]!.length
  const heard = new Offline({ module: plainKernel, dictionary: tones, selection, head: null, settings, sampleRate: RATE, channels: input.length as 1 | 2 })
  const out = [0, 1].map(() => input.map(() => new Float32Array(length)))
  let done = 0
  for (let taken = 0; done < length; ) {
    taken += heard.take([input], taken, Math.min(length, taken + chop()))
    if (!heard.full && taken < length) continue
    const steps = heard.work(taken === length)
    let [share, step] = [0, await steps.next()]
    for (; !step.done; step = await steps.next()) {
      expect(step.value).toBeGreaterThanOrEqual(share)
      share = step.value
    }
    expect(share).toBeLessThanOrEqual(1)
    const { stems, length: ready } = step.value
    stems.forEach((stem, k) => stem.forEach((x, c) => out[k]![c]!.set(x.subarray(0, ready), done)))
    done += ready
  }
  expect(done).toBe(length)
  return out
}

const worstSum = (stems: readonly (readonly Float32Array[])[], input: readonly Float32Array[]): number =>
  Math.max(...input.map((x, c) => x.reduce((most, value, i) => Math.max(most, Math.abs(stems[0]![c]![i]! + stems[1]![c]![i]! - value)), 0)))

describe('hearing a file from both ends', () => {
  test('adds up to the input over two stretches and their seam, in two channels', async () => {
    const input = [sum(tune(25, 1), hiss(25, 2)), sum(tune(25, 1), hiss(25, 3))]
    const stems = await offline(input)
    expect(worstSum(stems, input)).toBeLessThan(1e-6)
    // the seam is not heard: what is taken from the tune near it is no more than elsewhere
    const taken = (from: number, to: number): number => siSdr(tune(25, 1).subarray(from * RATE, to * RATE), stems[0]![0]!.subarray(from * RATE, to * RATE))
    expect(taken(18, 20)).toBeGreaterThan(taken(4, 24) - 3)
  })

  test('the same samples however they come in', async () => {
    const input = [sum(tune(21, 4), hiss(21, 5))]
    const pieces = [1, 777, 128, 50_000]
    let next = 0
    expect(difference(await offline(input, () => pieces[next++ % pieces.length]!), await offline(input, () => Infinity))).toBeNull()
  })

  test('is nearer to the truth than a live session, by more than half a decibel', async () => {
    const voice = tune(6, 6)
    const input = sum(voice, hiss(6, 7))
    const { separator, run } = rig({ dictionary: tones, selection, settings, sampleRate: RATE })
    const later = new Float32Array(input.length + separator.latencySamples)
    later.set(input)
    const live = run([later])[0]![0]!.subarray(separator.latencySamples)
    const [before, heard, twice] = [input, live, (await offline([input]))[0]![0]!].map((x) => siSdr(voice, x)) as [number, number, number]
    expect(heard, `${before} → ${heard}`).toBeGreaterThan(before + 2)
    expect(twice, `${heard} → ${twice}`).toBeGreaterThan(heard + 0.5)
  })

  test('less than a window, and nothing at all', async () => {
    for (const input of [noise(100), new Float32Array(300), noise(1)]) expect(worstSum(await offline([input]), [input])).toBeLessThan(1e-6)
  })
})

describe('winnow denoise --offline', () => {
  const folder = scratch()
  const at = (name: string): string => join(folder, name)
  const preset = writeSmallPreset(folder, { selection: { mask: 'soft', sources: [{ name: 'low', atoms: ['low'] }] }, settings: { tracker: 1, freeAtoms: 2 } }, 'low.preset')
  const placed = writeSmallPreset(folder, { selection: { mask: 'soft', sources: [{ name: 'left', places: [{ level: -6, delay: 0 }] }] } }, 'placed.preset')
  const mix = [9, 10].map((seed) => sum(melody(44100, 44100, 110, 8), noise(44100, seed, 0.05)))
  writeFileSync(at('mix.wav'), waveFile(mix))

  const read = async (name: string): Promise<readonly Float32Array[]> => (await load(pathToFileURL(at(name)))).channels

  test('what is heard and the rest are as long as the input and add up to it; there is no latency to tell', async () => {
    const { code, out, err } = await winnow(['denoise', at('mix.wav'), at('out.wav'), '--rest', at('rest.wav'), '--preset', preset, '--reduction', '80', '--offline', '--json'])
    expect([code, err]).toEqual([0, ''])
    const { nullDb, latencySamples, outputs, samples } = JSON.parse(out) as { nullDb: number; latencySamples: number; outputs: string[]; samples: number }
    expect(nullDb).toBeLessThan(-120)
    expect([latencySamples, samples, outputs.length]).toEqual([0, mix[0]!.length, 2])
    const [heard, rest] = [await read('out.wav'), await read('rest.wav')]
    mix.forEach((x, c) => {
      let error = 0
      x.forEach((value, i) => { error = Math.max(error, Math.abs(heard[c]![i]! + rest[c]![i]! * (1 - 1e-4) - value)) }) // 80 dB below, the rest is heard as well
      expect(error).toBeLessThan(1e-5)
    })
  })

  test('a passage of noise is heard first, and may be all that is known of it; free atoms are as many as asked for', async () => {
    const of = async (...words: string[]): Promise<readonly Float32Array[]> => {
      expect(await winnow(['denoise', at('mix.wav'), at('other.wav'), '--preset', preset, '--offline', ...words])).toMatchObject({ code: 0, err: '' })
      return read('other.wav')
    }
    const plain = await of()
    expect(difference([await of('--noise', '0.2..0.6', '--hold')], [plain])).not.toBeNull()
    expect(difference([await of('--free-atoms', '4')], [plain])).not.toBeNull()
    expect(difference([await of('--free-atoms', '2')], [plain])).toBeNull()
  })

  test.each([
    ['a latency', ['--latency', 'low'], /^winnow: denoise: --latency: expected none with --offline, which decides when all is heard, got low\n$/],
    ['a mode', ['--mode', 'sliced'], /^winnow: denoise: --mode: expected none with --offline/],
    ['a selection with places', ['--preset', placed], /placed\.preset: --offline: expected sources that are known by their sound alone, got places or paint in left\n$/],
  ])('%s is refused in a sentence', async (_, words, sentence) => {
    const before = filesIn(folder)
    const { code, out, err } = await winnow(['denoise', at('mix.wav'), at('none.wav'), ...(words.includes('--preset') ? [] : ['--preset', preset]), '--offline', ...words])
    expect([code, out]).toEqual([2, ''])
    expect(err).toMatch(sentence)
    expect(filesIn(folder)).toEqual(before)
  })

  test('stopped while it listens: nothing is left', async () => {
    const before = filesIn(folder)
    const stop = new AbortController()
    const long = melody(44100 * 30, 44100, 110, 8)
    writeFileSync(at('long.wav'), waveFile([long]))
    const running = winnow(['denoise', at('long.wav'), at('stopped.wav'), '--preset', preset, '--offline'], { signal: stop.signal })
    setTimeout(() => stop.abort(), 300)
    expect((await running).code).toBe(130)
    expect(filesIn(folder)).toEqual([...before, 'long.wav'].sort())
  })
})
