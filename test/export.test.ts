// The page's export without the page: the same samples as the command line makes, and files that add up whatever is left out.

import { readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { SeparationResult } from '../main/separation.ts'
import { alone } from '../presets/learn/crew.ts'
import { writePreset } from '../presets/preset.ts'
import type { Preset } from '../presets/preset.ts'
import { exportSound } from '../renderer/export/run.ts'
import type { Exported, ExportOrder } from '../renderer/export/run.ts'
import { recordingOf } from '../renderer/recording/recording.ts'
import { initialSettings } from '../worklet/parameters.ts'
import type { Selection } from '../worklet/selection.ts'
import { scratch, smallPreset, winnow } from './cli-fixtures.ts'
import { plainKernel } from './kernels.ts'
import { errorDb } from './reference.ts'
import { melody, noise, placed, together } from './signals.ts'
import { readAll, wav } from './sound-files.ts'

const RATE = 44_100
const folder = scratch()
const samplesOf = async (bytes: ArrayBuffer): Promise<Float32Array[]> => (await readAll(new Uint8Array(bytes), 16384)).samples

/** Two tunes at their places, and a hiss between them that nobody knows. */
function mixture(length: number, rate = RATE): Float32Array[] {
  const hiss = noise(length, 4, 0.02)
  return together(placed(melody(length, rate, 180, 5), -5), placed(melody(length, rate, 900, 6), 5), [hiss, hiss])
}
const selection: Selection = {
  mask: 'wiener', sources: [
    { name: 'low', atoms: ['low'], places: [{ level: -5, delay: 0 }], gain: -6, pan: 0.3, painted: [{ polygon: [[0.2, 400], [0.6, 400], [0.6, 3000], [0.2, 3000]], gain: 1 }] },
    { name: 'high', atoms: ['high'], places: [{ level: 5, delay: 0 }], mute: true },
    { name: 'Rest', places: [{ level: 15, delay: 0 }] },
  ],
}

/** What the two hosts of one engine make of the same. */
async function both(sound: readonly Float32Array[], preset: Preset, rate = RATE, refine = false): Promise<{ exported: Exported; files: Float32Array[][]; result: SeparationResult; shares: number[] }> {
  const path = join(folder, `${serial++}`)
  writeFileSync(path + '.wav', wav(sound, rate))
  writeFileSync(path + '.preset', writePreset(preset))
  const { code, out, err } = await winnow(['separate', path + '.wav', '--out', path, '--preset', path + '.preset', '--json', ...(refine ? ['--refine'] : [])])
  expect([code, err]).toEqual([0, ''])
  const result = JSON.parse(out) as SeparationResult
  const files = await Promise.all(result.outputs.map((file) => samplesOf(new Uint8Array(readFileSync(file)).buffer)))
  const shares: number[] = []
  return { result, files, shares, exported: await exportSound(orderOf(sound, preset, rate, { refine }), alone, (share) => shares.push(share)) }
}
let serial = 0

const orderOf = (channels: readonly Float32Array[], preset: Preset, sampleRate = RATE, more: Partial<ExportOrder> = {}): ExportOrder => ({
  module: plainKernel, dictionary: preset.dictionary, selection: preset.selection!, covariances: {}, head: preset.head, recording: recordingOf('a.wav', sampleRate, channels),
  settings: { ...initialSettings(), ...preset.settings }, wanted: preset.selection!.sources.map((_, k) => k), refine: false, ...more,
})

async function expectSame({ exported, files, result }: Awaited<ReturnType<typeof both>>, most: number): Promise<void> {
  expect(exported.files.map(({ name }) => name)).toEqual(result.outputs.map((path) => basename(path)))
  for (const [k, { bytes }] of exported.files.entries()) {
    const samples = await samplesOf(bytes)
    expect(samples.map((x) => x.length)).toEqual(files[k]!.map((x) => x.length))
    samples.forEach((x, c) => expect(errorDb(x, files[k]![c]!)).toBeLessThan(most))
  }
  expect(exported.nullDb).toBeLessThan(-120)
  expect(Math.abs(exported.nullDb - result.nullDb)).toBeLessThan(0.5)
}

describe('what the command line makes, the page makes', () => {
  test('two channels: dictionary, places, paint; gain, pan and mute left out', async () => {
    const made = await both(mixture(2 * RATE), smallPreset({ selection }))
    await expectSame(made, -300)
    expect(made.exported.files.map(({ name }) => name)).toEqual(['low.wav', 'high.wav', 'Rest 2.wav', 'rest.wav'])
  })
  test('free atoms that learn what nobody knows; a moment’s listening and holding are none of an export’s', async () => {
    const preset = smallPreset({ selection: { mask: 'soft', sources: [{ name: 'low', atoms: ['low'] }, { name: 'other', atoms: ['free'] }] }, settings: { freeAtoms: 4, memory: 2 } })
    const sound = mixture(2 * RATE)
    const made = await both(sound, preset)
    await expectSame(made, -300)
    const settings = { ...initialSettings(), ...preset.settings, hold: 1, listen: 1 }
    const held = await exportSound(orderOf(sound, preset, RATE, { settings }), alone, () => {})
    held.files.forEach(({ bytes }, k) => expect(Buffer.compare(new Uint8Array(bytes), new Uint8Array(made.exported.files[k]!.bytes))).toBe(0))
  })
  test('one channel, shorter than the latency', async () => {
    const preset = smallPreset({ selection: { mask: 'soft', sources: [{ name: 'low', atoms: ['low'] }] } })
    await expectSame(await both([mixture(700)[0]!], preset), -300)
  })
  test('refined, over several stretches, and its share of what is done never goes back', async () => {
    const rate = 8000
    const preset = smallPreset({ selection: { ...selection, sources: selection.sources.slice(0, 2) } })
    const sound = mixture(9 * rate, rate)
    const made = await both(sound, preset, rate, true)
    await expectSame(made, -300)
    const plain = await exportSound(orderOf(sound, preset, rate), alone, () => {})
    expect(errorDb((await samplesOf(made.exported.files[0]!.bytes))[0]!, (await samplesOf(plain.files[0]!.bytes))[0]!)).toBeGreaterThan(-40)
    expect(made.shares).toEqual([...made.shares].sort((a, b) => a - b))
    expect(made.shares[0]).toBeLessThan(0.1)
    expect(made.shares.at(-1)).toBeGreaterThan(0.97)
  })
})

test('what is left out is in the rest: the files still give back the input', async () => {
  const sound = mixture(RATE)
  const all = await exportSound(orderOf(sound, smallPreset({ selection })), alone, () => {})
  const one = await exportSound(orderOf(sound, smallPreset({ selection }), RATE, { wanted: [1] }), alone, () => {})
  expect(one.files.map(({ name }) => name)).toEqual(['high.wav', 'rest.wav'])
  expect(one.files[0]!.bytes).toEqual(all.files[1]!.bytes)
  const [low, , third, rest] = await Promise.all(all.files.map(({ bytes }) => samplesOf(bytes)))
  const together = await samplesOf(one.files[1]!.bytes)
  together.forEach((x, c) => expect(errorDb(x, x.map((_, i) => low![c]![i]! + third![c]![i]! + rest![c]![i]!))).toBeLessThan(-130))
  expect(one.nullDb).toBeLessThan(-120)
  expect(one.shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9)
})

test('silence comes back as silence, and what is no number does not spoil the null', async () => {
  const sound = [new Float32Array(5000), new Float32Array(5000)]
  const silent = await exportSound(orderOf(sound, smallPreset({ selection })), alone, () => {})
  expect(silent).toMatchObject({ nullDb: -Infinity, shares: [0, 0, 0, 0] })
  const spoiled = mixture(20_000)
  spoiled[0]![7000] = NaN
  expect((await exportSound(orderOf(spoiled, smallPreset({ selection })), alone, () => {})).nullDb).toBeLessThan(-120)
})
