// The page's export without the page: the same samples as the command line makes, in every format; files that add up
// whatever is left out; the mix as it is heard; and figures that say what was written.

import { readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { SeparationResult } from '../main/separation.ts'
import { alone } from '../presets/learn/crew.ts'
import { writePreset } from '../presets/preset.ts'
import type { Preset } from '../presets/preset.ts'
import { mixFileName, sourceFileNames } from '../renderer/file-names.ts'
import { exportSound } from '../renderer/export/run.ts'
import type { ExportOrder } from '../renderer/export/run.ts'
import { clippingOf, overOf, verdictOf } from '../renderer/export/verdict.ts'
import type { FilePlan, Holds, Written } from '../renderer/export/written.ts'
import { cutNotes } from '../renderer/notes/cut.ts'
import { recordingOf } from '../renderer/recording/recording.ts'
import type { Bits } from '../renderer/wav.ts'
import { initialSettings } from '../worklet/parameters.ts'
import type { Settings } from '../worklet/parameters.ts'
import type { Selection } from '../worklet/selection.ts'
import { scratch, smallPreset, winnow } from './cli-fixtures.ts'
import { plainKernel } from './kernels.ts'
import { errorDb } from './reference.ts'
import { melody, noise, placed, together } from './signals.ts'
import { readAll, wav } from './sound-files.ts'

const RATE = 44_100
const folder = scratch()
const samplesOf = async (bytes: Uint8Array): Promise<Float32Array[]> => (await readAll(bytes, 16384)).samples

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
const preset = smallPreset({ selection })

interface Exported { readonly written: Written; readonly files: ReadonlyMap<string, Uint8Array>; readonly shares: readonly number[] }

const holdsAll = ({ sources }: Selection): Holds[] => [...sources.keys(), 'rest', 'mix']
function plan({ sources }: Selection, wanted: readonly Holds[]): FilePlan[] {
  const names = sourceFileNames(sources.map(({ name }) => name))
  return wanted.map((holds) => ({ holds, name: holds === 'mix' ? mixFileName(names) : names[holds === 'rest' ? sources.length : holds]! }))
}

type Wishes = Partial<Omit<ExportOrder, 'files' | 'settings'>> & { readonly wanted?: readonly Holds[]; readonly settings?: Partial<Settings> }
/** Into memory. */
async function exported(sound: readonly Float32Array[], { dictionary, head, selection, settings }: Preset, sampleRate = RATE, { wanted = holdsAll(selection!), ...more }: Wishes = {}): Promise<Exported> {
  const chunks = new Map<string, Uint8Array[]>()
  const shares: number[] = []
  const written = await exportSound({
    module: plainKernel, dictionary, selection: selection!, covariances: {}, head, recording: recordingOf('x', sampleRate, sound),
    from: 0, to: sound[0]!.length, files: plan(selection!, wanted), bits: 'float', placed: false, refine: false, ...more,
    settings: { ...initialSettings(), ...settings, ...more.settings },
  }, async (name) => {
    const mine: Uint8Array[] = []
    chunks.set(name, mine)
    return { write: async (bytes) => void mine.push(bytes.slice()), rewrite: async (position, bytes) => { expect(position).toBe(0); mine[0] = bytes.slice() } }
  }, alone, (share) => shares.push(share))
  return { written, shares, files: new Map([...chunks].map(([name, list]) => [name, new Uint8Array(Buffer.concat(list))])) }
}
const samples = async ({ files }: Exported): Promise<Float32Array[][]> => Promise.all([...files.values()].map(samplesOf))

/** What the command line makes of the same. */
async function commandLine(sound: readonly Float32Array[], preset: Preset, rate = RATE, flags: readonly string[] = []): Promise<{ files: Map<string, Uint8Array>; result: SeparationResult }> {
  const path = join(folder, `${serial++}`)
  writeFileSync(path + '.wav', wav(sound, rate))
  writeFileSync(path + '.preset', writePreset(preset))
  const { code, out, err } = await winnow(['separate', path + '.wav', '--out', path, '--mix', join(folder, `${serial}-mix.wav`), '--preset', path + '.preset', '--json', ...flags])
  expect([code, err]).toEqual([0, ''])
  const result = JSON.parse(out) as SeparationResult
  return { result, files: new Map(result.outputs.map((file) => [basename(file).replace(/^\d+-/, ''), new Uint8Array(readFileSync(file))])) }
}
let serial = 0

/** Byte for byte, names and all. */
async function expectSame(mine: Exported, theirs: Awaited<ReturnType<typeof commandLine>>): Promise<void> {
  expect([...mine.files.keys()]).toEqual([...theirs.files.keys()])
  for (const [name, bytes] of mine.files) {
    const [a, b] = [await samplesOf(bytes), await samplesOf(theirs.files.get(name)!)]
    expect(a.map((x) => x.length)).toEqual(b.map((x) => x.length))
    a.forEach((x, c) => expect(errorDb(x, b[c]!), name).toBeLessThan(-300))
  }
  expect(mine.written.separationDb).toBeLessThan(-120)
  expect(Math.abs(mine.written.separationDb! - theirs.result.nullDb)).toBeLessThan(0.5)
}

describe('what the command line makes, the page makes', () => {
  test('two channels: dictionary, places, paint; the mix with gain, pan and mute, the stems without', async () => {
    const sound = mixture(2 * RATE)
    const made = await exported(sound, preset)
    await expectSame(made, await commandLine(sound, preset))
    expect([...made.files.keys()]).toEqual(['low.wav', 'high.wav', 'Rest 2.wav', 'rest.wav', 'mix.wav'])
    expect(made.written.nullDb).toBeLessThan(-120)
  })
  test.each([16, 24, 32] as const)('%i bits with dither', async (bits) => {
    const sound = mixture(RATE)
    await expectSame(await exported(sound, preset, RATE, { bits }), await commandLine(sound, preset, RATE, ['--bits', `${bits}`]))
  })
  test('reduction, level and dry sound in the mix; sources at their levels and places', async () => {
    const sound = mixture(RATE)
    const turned = { ...preset, settings: { ...preset.settings, reduction: 12, level: -3, wet: 0.8 } }
    const theirs = await commandLine(sound, turned, RATE, ['--placed'])
    const mine = await exported(sound, turned, RATE, { placed: true })
    await expectSame(mine, theirs)
    expect(mine.written.nullDb).toBeNull()
    const found = await samples(await exported(sound, turned))
    const low = (await samples(mine))[0]!
    expect(errorDb(low[0]!, found[0]![0]!.map((x) => x * 10 ** (-6 / 20) * 0.7))).toBeLessThan(-120)
  })
  test('free atoms that learn what nobody knows; a moment’s listening, holding and comparing are none of an export’s', async () => {
    const learning = smallPreset({ selection: { mask: 'soft', sources: [{ name: 'low', atoms: ['low'] }, { name: 'other', atoms: ['free'] }] }, settings: { freeAtoms: 4, memory: 2 } })
    const sound = mixture(2 * RATE)
    const made = await exported(sound, learning)
    await expectSame(made, await commandLine(sound, learning))
    const held = await exported(sound, learning, RATE, { settings: { hold: 1, listen: 1, bypass: 1, matched: 1 } })
    for (const [name, bytes] of held.files) expect(Buffer.compare(bytes, made.files.get(name)!), name).toBe(0)
  })
  test('one channel, shorter than the latency', async () => {
    const one = smallPreset({ selection: { mask: 'soft', sources: [{ name: 'low', atoms: ['low'] }] } })
    const sound = [mixture(700)[0]!]
    await expectSame(await exported(sound, one), await commandLine(sound, one))
  })
  test('refined, over several stretches, and its share of what is done never goes back', async () => {
    const rate = 8000
    const two = smallPreset({ selection: { ...selection, sources: selection.sources.slice(0, 2) } })
    const sound = mixture(9 * rate, rate)
    const made = await exported(sound, two, rate, { refine: true })
    await expectSame(made, await commandLine(sound, two, rate, ['--refine']))
    const plain = await exported(sound, two, rate)
    expect(errorDb((await samples(made))[0]![0]!, (await samples(plain))[0]![0]!)).toBeGreaterThan(-40)
    expect(made.shares).toEqual([...made.shares].sort((a, b) => a - b))
    expect(made.shares[0]).toBeLessThan(0.1)
    expect(made.shares.at(-1)).toBe(1)
  }, 240_000)
})

test('a stretch is the same samples as there in the whole', async () => {
  const sound = mixture(2 * RATE)
  const [from, to] = [RATE + 77, 2 * RATE - 1001]
  const [whole, part] = [await samples(await exported(sound, preset)), await exported(sound, preset, RATE, { from, to })]
  const cut = await samples(part)
  cut.forEach((file, k) => file.forEach((x, c) => {
    expect(x.length).toBe(to - from)
    expect(errorDb(x, whole[k]![c]!.subarray(from, to))).toBeLessThan(-300)
  }))
  expect(part.written.nullDb).toBeLessThan(-120)
})

describe('files that add up', () => {
  test('what is left out is in the rest: they still give back the input', async () => {
    const sound = mixture(RATE)
    const [all, one] = [await exported(sound, preset), await exported(sound, preset, RATE, { wanted: [1, 'rest'] })]
    expect([...one.files.keys()]).toEqual(['high.wav', 'rest.wav'])
    expect(Buffer.compare(one.files.get('high.wav')!, all.files.get('high.wav')!)).toBe(0)
    const [low, , third, rest] = await samples(all)
    const gathered = (await samples(one))[1]!
    gathered.forEach((x, c) => expect(errorDb(x, x.map((_, i) => low![c]![i]! + third![c]![i]! + rest![c]![i]!))).toBeLessThan(-130))
    expect(one.written.nullDb).toBeLessThan(-120)
    expect(one.written.shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9)
  })
  test('without the rest, and of a mix alone, nobody claims that they do', async () => {
    const sound = mixture(20_000)
    for (const wanted of [[0, 1], ['mix']] as const) {
      const { written } = await exported(sound, preset, RATE, { wanted })
      expect(written.nullDb).toBeNull()
      expect(written.separationDb).toBeLessThan(-120)
    }
  })
  test.each([16, 24] as const)('the null that is told is that of the files as they are read again: %i bits', async (bits) => {
    const sound = mixture(RATE)
    const made = await exported(sound, preset, RATE, { bits })
    const read = (await samples(made)).slice(0, -1)
    let [error, input] = [0, 0]
    sound.forEach((x, c) => x.forEach((wave, i) => {
      error += (read.reduce((sum, file) => sum + file[c]![i]!, 0) - wave) ** 2
      input += wave * wave
    }))
    expect(made.written.nullDb).toBeCloseTo(10 * Math.log10(error / input), bits === 16 ? 6 : 1)
    expect(Math.abs(made.written.nullDb! - made.written.ditherDb!)).toBeLessThan(0.2)
  })
  test('silence comes back as silence, and what is no number does not spoil the null', async () => {
    const silent = await exported([new Float32Array(5000), new Float32Array(5000)], preset)
    expect(silent.written).toMatchObject({ nullDb: -Infinity, shares: [0, 0, 0, 0] })
    const spoiled = mixture(20_000)
    spoiled[0]![7000] = NaN
    expect((await exported(spoiled, preset)).written.nullDb).toBeLessThan(-120)
  })
})

test('notes begin where the sound files do: cut at both ends, with the bend that holds there', () => {
  const notes = [
    { onset: 0, offset: 1, pitch: 60, velocity: 90 },
    { onset: 1, offset: 3, pitch: 61, velocity: 80, bends: [{ seconds: 1, cents: 0 }, { seconds: 1.5, cents: 20 }, { seconds: 2.5, cents: 40 }, { seconds: 2.9, cents: 60 }] },
    { onset: 2.25, offset: 2.5, pitch: 62, velocity: 70 },
    { onset: 2.75, offset: 4, pitch: 63, velocity: 60 },
  ]
  expect(cutNotes(notes, 0, 4)).toEqual(notes)
  expect(cutNotes(notes, 2, 2.75)).toEqual([
    { onset: 0, offset: 0.75, pitch: 61, velocity: 80, bends: [{ seconds: 0, cents: 20 }, { seconds: 0.5, cents: 40 }] },
    { onset: 0.25, offset: 0.5, pitch: 62, velocity: 70 },
  ])
})

test('the length of the sound costs no memory: what is under way is never more than some blocks', async () => {
  let [under, most] = [0, 0]
  const sound = mixture(3 * RATE)
  await exportSound({
    module: plainKernel, dictionary: preset.dictionary, selection, covariances: {}, head: null, recording: recordingOf('x', RATE, sound),
    from: 0, to: 3 * RATE, files: plan(selection, holdsAll(selection)), bits: 'float', placed: false, refine: false, settings: initialSettings(),
  }, async () => ({
    async write(bytes) {
      most = Math.max(most, under += bytes.length)
      await new Promise((resolve) => setTimeout(resolve, 1))
      under -= bytes.length
    },
    async rewrite() {},
  }), alone, () => {})
  expect(most).toBeGreaterThan(0)
  expect(most).toBeLessThan(2 ** 20)
})

describe('what the figures mean', () => {
  const made = { bits: 'float' as Bits, placed: false, refined: false }
  const of = (more: Partial<Written> = {}, wanted: readonly Holds[] = holdsAll(selection)): Written => ({
    files: plan(selection, wanted).map((file) => ({ ...file, clipped: 0, peak: 0.5 })), nullDb: -140.2, separationDb: -141, ditherDb: null, shares: [], ...more,
  })
  test('rounding is nothing', () => {
    expect(verdictOf(of(), made)).toEqual({ tone: 'ok', text: 'Added together, these four files give back the input. What is left over is 140.2 dB below it: rounding, nothing audible.' })
    expect(verdictOf(of({ nullDb: -Infinity }), made).tone).toBe('ok')
  })
  test('dither is what it is, and more than dither is amber', () => {
    const sixteen = { ...made, bits: 16 as Bits }
    expect(verdictOf(of({ nullDb: -78.1, ditherDb: -78 }), sixteen)).toMatchObject({ tone: 'ok', text: expect.stringContaining('a hiss in the last of 16 bits') })
    expect(verdictOf(of({ nullDb: -70, ditherDb: -78 }), sixteen)).toMatchObject({ tone: 'amber', text: expect.stringContaining('in writing') })
  })
  test('the stage at which it goes wrong is named', () => {
    expect(verdictOf(of({ separationDb: -60, nullDb: -60 }), made)).toMatchObject({ tone: 'amber', text: expect.stringContaining('in the separation') })
    expect(verdictOf(of({ separationDb: -60, nullDb: -60 }), { ...made, refined: true })).toMatchObject({ tone: 'amber', text: expect.stringContaining('in refining') })
    const cut = of({ nullDb: -30, ditherDb: -78 })
    const clipped = { ...cut, files: cut.files.map((file, i) => ({ ...file, clipped: i ? 0 : 3, peak: 1.5 })) }
    expect(verdictOf(clipped, { ...made, bits: 16 })).toEqual({ tone: 'amber', text: 'Added together, the files miss the input by what was cut off at full scale.' })
  })
  test('where there is nothing to add up, it says why', () => {
    expect(verdictOf(of({ nullDb: null }, [0]), made).text).toMatch(/^Without the rest/)
    expect(verdictOf(of({ nullDb: null }, ['mix']), made).text).toMatch(/^A mix/)
    expect(verdictOf(of({ nullDb: null }), { ...made, placed: true }).text).toMatch(/^With faders/)
    expect(verdictOf(of({ nullDb: null, separationDb: null }), made).text).toMatch(/silent/)
  })

  test('nothing is cut off in silence: how much, by how much, and what to do', async () => {
    const loud = mixture(RATE).map((x) => x.map((y) => 10 * y))
    const wishes = { settings: { level: 6 }, wanted: ['rest', 'mix'] as const }
    const sixteen = await exported(loud, preset, RATE, { ...wishes, bits: 16 })
    const [rest, mix] = sixteen.written.files
    const float = (await samples(await exported(loud, preset, RATE, wishes))).map((file) => file.flatMap((x) => [...x]))
    float.forEach((x, k) => {
      expect(sixteen.written.files[k]!.clipped).toBe(x.filter((y) => Math.abs(y) > 1).length)
      expect(sixteen.written.files[k]!.peak).toBe(x.reduce((most, y) => Math.max(most, Math.abs(y)), 0))
    })
    expect(Math.min(rest!.clipped, mix!.clipped)).toBeGreaterThan(100)
    expect(verdictOf(sixteen.written, { ...made, bits: 16 }).tone).toBe('amber')
    const by = (20 * Math.log10(mix!.peak)).toFixed(1)
    expect(clippingOf(sixteen.written, made)).toBe(`Beyond full scale and cut off: ${rest!.clipped.toLocaleString('en')} samples of rest (up to +${(20 * Math.log10(rest!.peak)).toFixed(1)} dB), `
      + `${mix!.clipped.toLocaleString('en')} samples of mix (up to +${by} dB). Export as 32-bit float, which has no full scale, or turn the output level down by ${by} dB.`)
    const whole = await exported(loud, preset, RATE, wishes)
    expect([clippingOf(whole.written, made), whole.written.nullDb! < -120]).toEqual([null, true])
    expect(overOf(whole.written, made)).toMatch(/^rest \(\+.* dB\), mix \(\+.* dB\): beyond full scale/)
    expect(overOf(of(), made)).toBeNull()
  })
})
