// `winnow separate` and `winnow denoise` from words to files, in this process: what is written adds up, stands where
// it stood, and is refused whole.

import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, linkSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { SeparationResult } from '../main/separation.ts'
import { filesIn, scratch, smallPreset, winnow, writeSmallPreset, type Ran } from './cli-fixtures.ts'
import { inRoom, melody, placed, random as seeded, together } from './signals.ts'
import { aiff, bytesOf, differences, flac, mp3, readAll, sound, wav, type Channels } from './sound-files.ts'
import { writePreset } from '../presets/preset.ts'

const folder = scratch()
const preset = writeSmallPreset(folder)
let serial = 0
const fresh = (): string => {
  const path = join(folder, `run${serial++}`)
  mkdirSync(path)
  return path
}
const samplesOf = async (path: string): Promise<Float32Array[]> => (await readAll(new Uint8Array(readFileSync(path)), 16384)).samples
const write = (name: string, bytes: Uint8Array): string => {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  return path
}
const done = (ran: Ran): SeparationResult => {
  expect([ran.code, ran.err]).toEqual([0, ''])
  return JSON.parse(ran.out) as SeparationResult
}
/** How far the sum of the files is from the input, in dB of the input. */
async function nullOf(files: readonly string[], input: Channels): Promise<number> {
  const parts = await Promise.all(files.map(samplesOf))
  let error = 0
  let power = 0
  input.forEach((channel, c) => channel.forEach((x, i) => {
    error += (x - parts.reduce((sum, part) => sum + part[c]![i]!, 0)) ** 2
    power += x * x
  }))
  return 10 * Math.log10(error / power)
}

const original = sound(2, 30_011)
const input = write('a.wav', wav(original))

describe('separate', () => {
  for (const [what, channels, rate, length, mode] of [
    ['stereo', 2, 44100, 30_011, 'direct'], ['mono', 1, 48000, 20_000, 'direct'], ['sliced', 2, 44100, 20_000, 'sliced'], ['96 kHz', 1, 96000, 30_000, 'direct'],
    ['8 kHz', 1, 8000, 9000, 'direct'], ['one sample', 1, 44100, 1, 'direct'], ['shorter than the latency', 2, 44100, 700, 'direct'], ['a whole number of blocks', 1, 44100, 8192, 'direct'],
  ] as const)
    test(`sources and rest add up to the input, sample for sample: ${what}`, async () => {
      const channelsIn = sound(channels, length, rate)
      const path = write(`${serial}in.wav`, wav(channelsIn, rate))
      const out = join(fresh(), 'out')
      const result = done(await winnow(['separate', path, '--out', out, '--preset', preset, '--mode', mode, '--json']))
      expect(result).toMatchObject({ sources: ['low', 'high', 'rest'], sampleRate: rate, channels, samples: length, outputs: ['low', 'high', 'rest'].map((name) => join(out, name + '.wav')) })
      expect(filesIn(out)).toEqual(['high.wav', 'low.wav', 'rest.wav'])
      for (const file of result.outputs) expect((await samplesOf(file)).map((channel) => channel.length)).toEqual(channelsIn.map(() => length))
      const files = await nullOf(result.outputs, channelsIn)
      expect(files).toBeLessThan(-120)
      expect(result.nullDb).toBeLessThan(-120)
      expect(result.latencySamples).toBeGreaterThan(0)
      expect(result.realTimeFactor).toBeGreaterThan(0)
    })

  test('each source holds its own: the low tone is low, the high one high', async () => {
    const rate = 44100
    const [low, high] = [215, 4000].map((hertz) => Float32Array.from({ length: rate }, (_, i) => 0.4 * Math.sin(2 * Math.PI * hertz * i / rate)))
    const path = write('tones.wav', wav([low!.map((x, i) => x + high![i]!)], rate))
    const { outputs } = done(await winnow(['separate', path, '--out', fresh(), '--preset', preset, '--json']))
    expect(await nullOf([outputs[0]!], [low!])).toBeLessThan(-20)
    expect(await nullOf([outputs[1]!], [high!])).toBeLessThan(-20)
  })

  test('the same bytes in every run', async () => {
    for (const bits of ['float', '16']) {
      const runs = [fresh(), fresh()]
      for (const out of runs) await winnow(['separate', input, '--out', out, '--preset', preset, '--bits', bits, '--free-atoms', '2'])
      for (const name of filesIn(runs[0]!)) expect(readFileSync(join(runs[0]!, name)).equals(readFileSync(join(runs[1]!, name)))).toBe(true)
    }
  })

  test('every format that is read gives the samples of its WAV', async () => {
    const rounded = original.map((channel) => channel.map((x) => Math.round(x * 32768) / 32768))
    const out = fresh()
    await winnow(['separate', write('r.wav', wav(rounded)), '--out', out, '--preset', preset])
    const wanted = await samplesOf(join(out, 'low.wav'))
    for (const [name, bytes] of [['b.aiff', aiff(original)], ['misnamed.wav', flac(original)]] as const) {
      const other = fresh()
      done(await winnow(['separate', write(name, bytes), '--out', other, '--preset', preset, '--json']))
      expect((await samplesOf(join(other, 'low.wav'))).map((channel, c) => differences(channel, wanted[c]!))).toEqual([0, 0])
    }
    const { samples } = done(await winnow(['separate', write('c.mp3', mp3(20)), '--out', fresh(), '--preset', preset, '--json']))
    expect(samples).toBe(20 * 1152)
  })

  test('text output lists the files; on a terminal stderr has the bar and the figures', async () => {
    const out = fresh()
    const { code, out: text, err } = await winnow(['separate', input, '--out', out, '--preset', preset], { isTTY: true })
    expect([code, text]).toEqual([0, ['low', 'high', 'rest'].map((name) => join(out, name + '.wav\n')).join('')])
    expect(err).toMatch(/a\.wav {2}[█░]{24} .*\r\x1b\[2Ksources \+ rest − input: -1\d\d dB · latency 23\.2 ms, taken out · .* × real time\n$/s)
  })

  test('a selection chooses, names and places; names become safe files; --mix is what is heard', async () => {
    const selection = write('s.json', bytesOf(JSON.stringify({ mask: 'soft', sources: [
      { name: 'Rest', atoms: ['low'], gain: -6, mute: true }, { name: 'a/b', atoms: ['high'], gain: -20 }, { name: 'a_b', band: [0, 10] } ] })))
    const out = fresh()
    const mix = join(out, 'mix.wav')
    const { outputs } = done(await winnow(['separate', input, '--out', out, '--preset', preset, '--selection', selection, '--mix', mix, '--reduction', '80', '--json']))
    expect(outputs).toEqual(['Rest 2', 'a_b', 'a_b 2', 'rest', 'mix'].map((name) => join(out, name + '.wav')))
    expect(await nullOf(outputs.slice(0, 4), original)).toBeLessThan(-120)
    const [high, third, rest, heard] = await Promise.all(outputs.slice(1).map(samplesOf))
    const expected = high!.map((channel, c) => channel.map((x, i) => 0.1 * x + third![c]![i]! + 1e-4 * rest![c]![i]!))
    expect(await nullOf([mix], expected)).toBeLessThan(-90)
    const placed = fresh()
    done(await winnow(['separate', input, '--out', placed, '--preset', preset, '--selection', selection, '--placed', '--json']))
    expect(await nullOf([join(placed, 'a_b.wav')], high!.map((channel) => channel.map((x) => 0.1 * x)))).toBeLessThan(-120)
    expect(heard!.length).toBe(2)
  })

  test('parameters reach the engine: flags win over the preset, the preset over the table', async () => {
    const out = [fresh(), fresh(), fresh()]
    const sharp = writeSmallPreset(folder, { settings: { sharpness: 8 } }, 'sharp.preset')
    await winnow(['separate', input, '--out', out[0]!, '--preset', preset])
    await winnow(['separate', input, '--out', out[1]!, '--preset', sharp])
    await winnow(['separate', input, '--out', out[2]!, '--preset', sharp, '--sharpness', '1'])
    const [plain, preferred, overruled] = out.map((path) => readFileSync(join(path, 'low.wav')))
    expect(preferred!.equals(plain!)).toBe(false)
    expect(overruled!.equals(plain!)).toBe(true)
  })

  test('integers are dithered, and clipping is told', async () => {
    const loud = write('loud.wav', wav([sound(1, 5000)[0]!.map((x) => 4 * x)]))
    const result = done(await winnow(['separate', loud, '--out', fresh(), '--preset', preset, '--bits', '16', '--json']))
    expect(result.clipped).toBeGreaterThan(0)
    expect((await readAll(new Uint8Array(readFileSync(result.outputs[0]!)))).format).toBe('WAV, 16-bit integer')
  })

  test('several inputs: a folder each; one that fails is named and harms no other', async () => {
    const out = join(fresh(), 'all')
    mkdirSync(join(folder, 'other'))
    copyFileSync(input, join(folder, 'other/a.wav'))
    const ran = await winnow(['separate', input, join(folder, 'other/a.wav'), join(folder, 'none.wav'), '--out', out, '--preset', preset, '--jobs', '1', '--json'])
    expect(ran.code).toBe(2)
    expect(ran.err).toMatch(/^winnow: \S+none\.wav: there is no such file or folder \(ENOENT\)\n$/)
    expect((JSON.parse(ran.out) as { files: unknown[] }).files.length).toBe(2)
    expect(filesIn(out)).toEqual(['a', 'a 2', 'a 2/high.wav', 'a 2/low.wav', 'a 2/rest.wav', 'a/high.wav', 'a/low.wav', 'a/rest.wav'])
    const nothing = join(fresh(), 'nothing')
    expect((await winnow(['separate', join(folder, 'x.wav'), join(folder, 'y.wav'), '--out', nothing, '--preset', preset, '--jobs', '1'])).code).toBe(2)
    expect(existsSync(nothing)).toBe(false)
  })
})

describe('denoise', () => {
  const out = (): string => join(fresh(), 'out.wav')
  test('what is heard plus what the reduction took away is the input', async () => {
    const [path, rest] = [out(), out()]
    const result = done(await winnow(['denoise', input, path, '--rest', rest, '--preset', preset, '--reduction', '20', '--residue', '1', '--json']))
    expect(result.outputs).toEqual([path, rest])
    const removed = (await samplesOf(rest)).map((channel) => channel.map((x) => 0.9 * x))
    const heard = await samplesOf(path)
    expect(await nullOf([path], original.map((channel, c) => channel.map((x, i) => x - removed[c]![i]!)))).toBeLessThan(-100)
    expect(heard.map((channel) => channel.length)).toEqual([30_011, 30_011])
  })
  test('the rest goes down by 24 dB where nobody says how far; a preset may say it', async () => {
    const paths = [out(), out(), out()]
    await winnow(['denoise', input, paths[0]!, '--preset', preset, '--residue', '1'])
    await winnow(['denoise', input, paths[1]!, '--preset', preset, '--residue', '1', '--reduction', '24'])
    await winnow(['denoise', input, paths[2]!, '--preset', writeSmallPreset(folder, { settings: { reduction: 24, residue: 1 } }, 'reducing.preset')])
    const [first, ...others] = paths.map((path) => readFileSync(path))
    for (const other of others) expect(other.equals(first!)).toBe(true)
  })
  test('the latency is that of the tail: 8, 16 or 32 ms; a dictionary of 23 ms has no more', async () => {
    const of = async (...words: string[]): Promise<number> => done(await winnow(['denoise', input, out(), '--preset', preset, '--json', ...words])).latencySamples
    for (const [word, ms] of [['low', 8], ['normal', 16]] as const) expect(Math.abs(await of('--latency', word) / 44.1 - ms)).toBeLessThan(0.5)
    expect(await of('--latency', 'high')).toBe(await of())
  })
  test('a passage of noise is learned: less of it is left where it is heard again', async () => {
    const rate = 44100
    const random = seeded(4)
    const hiss = Float32Array.from({ length: 2 * rate }, (_, i) => (i > 0 ? 0.1 : 0) * (random() - 0.5))
    const tone = Float32Array.from({ length: 2 * rate }, (_, i) => i < rate ? 0 : 0.3 * Math.sin(2 * Math.PI * 215 * i / rate))
    const noisy = write('noisy.wav', wav([tone.map((x, i) => x + hiss[i]!)], rate))
    const words = ['--preset', preset, '--free-atoms', '2', '--hold', '--reduction', '40', '--json']
    const [plain, learned] = [out(), out()]
    done(await winnow(['denoise', noisy, plain, ...words]))
    done(await winnow(['denoise', noisy, learned, ...words, '--noise', '0.1..0.9']))
    const tail = async (path: string): Promise<number> => {
      const heard = (await samplesOf(path))[0]!
      let error = 0
      for (let i = rate + 4096; i < 2 * rate; i++) error += (heard[i]! - tone[i]!) ** 2
      return 10 * Math.log10(error)
    }
    expect(await tail(learned)).toBeLessThan(await tail(plain) - 3)
  })
})

describe('places', () => {
  const rate = 44100
  const voices = [melody(2 * rate, rate, 200, 3), melody(2 * rate, rate, 300, 4)].map((x, i) => [Float32Array.from([...new Float32Array(i * rate), ...x]).slice(0, 3 * rate), i] as const)
  const [first, second] = voices.map(([x, i]) => placed(Float32Array.from({ length: 3 * rate }, (_, n) => x[n] ?? 0), i ? 4 : -4))
  const mix = together(first!, second!)
  const both = (...places: unknown[]): string => write(`${serial++}.json`, bytesOf(JSON.stringify({ mask: 'wiener', sources: places.map((place, i) => ({ name: `v${i}`, places: [place] })) })))

  test('without a preset the field serves where nobody asks for atoms: by points, and by passages of the file itself', async () => {
    const path = write('two.wav', wav(mix))
    for (const selection of [both({ level: -4, delay: 0 }, { level: 4, delay: 0 }), both({ learned: { from: 0, to: 0.9 } }, { learned: { from: 2.1, to: 3 } })]) {
      const { outputs, latencySamples, nullDb } = done(await winnow(['separate', path, '--out', fresh(), '--selection', selection, '--json']))
      expect(latencySamples).toBe(4096)
      expect(nullDb).toBeLessThan(-120)
      expect(await nullOf([outputs[0]!], first!)).toBeLessThan(-12)
      expect(await nullOf([outputs[1]!], second!)).toBeLessThan(-12)
    }
  })

  test('points in a room: the result says how far the Wiener filter gave way', async () => {
    const voices = [-4, 4].map((_, i) => melody(3 * 44100, 44100, [180, 260][i]!, 3 + i))
    const softened = async (sounds: readonly (readonly Float32Array[])[]): Promise<number> => {
      const path = write(`${serial++}.wav`, wav(together(...sounds)))
      return done(await winnow(['separate', path, '--out', fresh(), '--selection', both({ level: -4, delay: 0 }, { level: 4, delay: 0 }), '--json'])).softened
    }
    expect(await softened(voices.map((voice, i) => placed(voice, [-4, 4][i]!)))).toBeLessThan(0.1)
    expect(await softened(voices.map((voice, i) => inRoom(voice, [-4, 4][i]!, 0, 900, 20 + i)))).toBeGreaterThan(0.5)
  })

  test('a preset brings what its places have learned; the file is not asked', async () => {
    const selection = { mask: 'wiener' as const, sources: [{ name: 'v0', places: [{ learned: { from: 50, to: 60 } }] }, { name: 'v1', places: [{ level: 4, delay: 0 }] }] }
    const values = Float32Array.from({ length: 4 * 513 }, (_, i) => [10 ** 0.4, 1, 10 ** 0.2, 0][i % 4]!)
    const shape = { sampleRate: 44100, fftSize: 1024 }
    const own = writeSmallPreset(folder, { selection, covariances: { '50-60': { ...shape, values } } }, 'learned.preset')
    const { outputs } = done(await winnow(['separate', write('two.wav', wav(mix)), '--out', fresh(), '--preset', own, '--json']))
    expect(await nullOf([outputs[0]!], first!)).toBeLessThan(-10)
  })
})

describe('refused: exit 2, one sentence, nothing left and nothing harmed', () => {
  const bad = (name: string, bytes: Uint8Array): string => write(name, bytes)
  const nan = original.map((channel) => channel.slice())
  nan[1]![20_000] = NaN
  const json = (value: unknown): string => write(`${serial++}.json`, bytesOf(typeof value === 'string' ? value : JSON.stringify(value)))
  const separate = (...words: string[]) => (out: string): string[] => ['separate', ...words.map((word) => word.replace('OUT', out)), ...(words.includes('--out') ? [] : ['--out', join(out, 'new')]), ...(words.includes('--preset') ? [] : ['--preset', preset])]
  const denoise = (...words: string[]) => (out: string): string[] => ['denoise', ...words.map((word) => word.replace('OUT', out)), ...(words.includes('--preset') ? [] : ['--preset', preset])]
  const spoiled = writePreset(smallPreset()).slice(0, -4)
  const cases: Record<string, readonly [(out: string) => string[], RegExp]> = {
    'no input': [separate(), /expected IN\.wav…, got nothing/],
    'no --out': [() => ['separate', input, '--preset', preset], /expected --out DIR/],
    'a device': [separate('/dev/zero'), /expected a file, got a device or pipe/],
    'a missing file': [separate(join(folder, 'none.wav')), /no such file or folder/],
    'a folder': [separate(folder), /expected a file, got a folder/],
    'an empty file': [separate(bad('empty.wav', bytesOf())), /got an empty file/],
    'text named .wav': [separate(bad('text.wav', bytesOf('Dear diary,\n'))), /expected audio \(WAV, .*\), got text/],
    'a truncated WAV': [separate(bad('cut.wav', wav(original).subarray(0, -5000))), /truncated: .* 5000 are missing/],
    'a truncated FLAC, noticed at its end': [separate(bad('cut.flac', flac(original).subarray(0, -5000))), /damaged FLAC|truncated/],
    '3 channels': [separate(bad('three.wav', wav(sound(3, 100)))), /expected 1 or 2 channels, got 3/],
    '0 samples': [separate(bad('none.wav.wav', wav([new Float32Array()]))), /got 0 samples/],
    'rate 0': [separate(bad('rate0.wav', wav(original, 0))), /sample rate above 0 Hz, got 0/],
    'a rate that the engine does not run at': [separate(bad('rate1.wav', wav(original, 4000))), /expected a sample rate from 8000 to 192000 Hz, got 4000/],
    'NaN, noticed on the way': [separate(bad('nan.wav', wav(nan))), /got NaN at sample 20000 \(0\.454 s\) of channel 2/],
    'infinity to denoise': [denoise(bad('inf.wav', wav([Float32Array.of(1, Infinity)])), 'OUT/x.wav'), /got Infinity at sample 1/],
    'numbers that are no sound': [denoise(bad('big.wav', wav([Float32Array.of(1, 1e30)])), 'OUT/x.wav'), /expected finite samples below 1000000, got/],
    'an unknown preset': [separate(input, '--preset', 'nobody'), /--preset: expected .*a file ending in \.preset, got "nobody"/],
    'a preset that is not there': [separate(input, '--preset', './nobody.preset'), /nobody\.preset: there is no such file/],
    'a spoiled preset': [separate(input, '--preset', bad('spoiled.preset', spoiled)), /spoiled\.preset: /],
    'a selection that is no JSON': [separate(input, '--selection', json('{ "mask": soft }')), /expected JSON/],
    'a selection with an extra key': [separate(input, '--selection', json({ mask: 'soft', sources: [], colour: 1 })), /unknown key "colour"/],
    'a selection of unknown atoms': [separate(input, '--selection', json({ mask: 'soft', sources: [{ name: 'x', atoms: ['flute'] }] })), /expected a source of the dictionary \(low, high, free\), got "flute"/],
    'places in one channel': [separate(bad('mono.wav', wav(sound(1, 5000))), '--selection', json({ mask: 'soft', sources: [{ name: 'x', places: [{ level: 0, delay: 0 }] }] })), /mono\.wav: expected two channels, because x has a place between left and right, got one/],
    'a passage beyond the end': [separate(input, '--selection', json({ mask: 'wiener', sources: [{ name: 'x', places: [{ learned: { from: 0.5, to: 9 } }] }] })), /a\.wav: expected the passage from 0\.5 to 9 s, where a place is learned, within the 0\.681 s of the file/],
    'a passage of silence': [separate(bad('still.wav', wav([0, 1].map(() => Float32Array.from({ length: 44100 }, (_, i) => (i < 22050 ? 0 : 0.1))))), '--selection', json({ mask: 'soft', sources: [{ name: 'x', places: [{ learned: { from: 0, to: 0.4 } }] }] })), /still\.wav: expected sound from 0 to 0\.4 s, where a place is learned, got silence/],
    'an unknown flag': [separate(input, '--polish'), /unknown flag --polish \(known: --out, /],
    'a parameter out of range': [separate(input, '--passes', '99'), /passes: expected a number from 1 to 20/],
    '--bits 12': [separate(input, '--bits', '12'), /--bits: expected 16, 24, 32, float, got "12"/],
    '--jobs 0': [separate(input, '--jobs', '0'), /--jobs: expected a whole number from 1 to 256, got "0"/],
    '--mode fast': [separate(input, '--mode', 'fast'), /--mode: expected direct, sliced, got "fast"/],
    '--mix with several inputs': [separate(input, input, '--mix', 'OUT/m.wav'), /--mix: expected one input, got 2/],
    '--mix over the input': [separate(input, '--mix', input), /expected an output other than the input/],
    '--mix over a source': [separate(input, '--mix', 'OUT/new/low.wav'), /every output in a file of its own/],
    'a folder that is a file': [separate(input, '--out', 'OUT/kept.wav'), /\(EEXIST\)/],
    'a folder in a file': [separate(input, '--out', 'OUT/kept.wav/sub'), /\(ENOTDIR\)/],
    'output equal to input': [denoise('OUT/kept.wav', 'OUT/kept.wav'), /expected an output other than the input/],
    'output equal to input through a symbolic link': [denoise('OUT/kept.wav', 'OUT/soft.wav'), /got the same file/],
    'output equal to input through a hard link': [denoise('OUT/kept.wav', 'OUT/hard.wav'), /got the same file/],
    'output over the preset': [denoise(input, 'OUT/kept.preset', '--preset', 'OUT/kept.preset'), /expected an output other than the input/],
    'output into a folder that is not there': [denoise(input, 'OUT/none/x.wav'), /no such file or folder/],
    'output that is a folder': [denoise(input, 'OUT/folder'), /expected a file to write, got a folder/],
    'another format': [denoise(input, 'OUT/x.flac'), /expected an output ending in \.wav/],
    'a name that is a folder\'s': [denoise(input, 'OUT/new/'), /expected the name of a file to write, got that of a folder/],
    'an empty name': [denoise(input, 'OUT/x.wav', '--rest='), /--rest: expected FILE, got ""/],
    '--rest in the same file': [denoise(input, 'OUT/x.wav', '--rest', 'OUT/./x.wav'), /every output in a file of its own/],
    '--noise that is no passage': [denoise(input, 'OUT/x.wav', '--noise', '0.5..0.1'), /--noise: expected two moments in seconds/],
    '--noise beyond the end': [denoise(input, 'OUT/x.wav', '--free-atoms', '2', '--noise', '0..99'), /--noise: expected a passage within the 0\.681 s/],
    '--noise without free atoms': [denoise(input, 'OUT/x.wav', '--noise', '0..0.1'), /expected free atoms/],
    '--latency none': [denoise(input, 'OUT/x.wav', '--latency', 'none'), /--latency: expected low, normal, high/],
  }
  for (const [what, [words, sentence]] of Object.entries(cases))
    test(what, async () => {
      const out = fresh()
      writeFileSync(join(out, 'kept.wav'), wav(original))
      copyFileSync(preset, join(out, 'kept.preset'))
      mkdirSync(join(out, 'folder'))
      symlinkSync('kept.wav', join(out, 'soft.wav'))
      linkSync(join(out, 'kept.wav'), join(out, 'hard.wav'))
      const before = filesIn(out)
      const { code, out: text, err } = await winnow(words(out))
      expect(err).toMatch(sentence)
      expect([code, text]).toEqual([2, ''])
      expect(err).toMatch(/^winnow: [^\n]+\n$/)
      expect(filesIn(out)).toEqual(before)
      expect(readFileSync(join(out, 'kept.wav')).equals(wav(original))).toBe(true)
      expect(readFileSync(input).equals(wav(original))).toBe(true)
    })

  const noPipes = process.platform === 'win32'
  test.skipIf(noPipes)('a pipe into which nobody writes' + (noPipes ? ' [skipped: no named pipes]' : ''), async () => {
    const pipe = join(fresh(), 'pipe')
    execFileSync('mkfifo', [pipe])
    expect(await winnow(['score', pipe, input])).toMatchObject({ code: 2, err: `winnow: ${pipe}: expected a file, got a device or pipe\n` })
  })
  test('stopped on the way: 130, nothing left, what was there untouched', async () => {
    const out = fresh()
    writeFileSync(join(out, 'low.wav'), 'as it was')
    const controller = new AbortController()
    const running = winnow(['separate', write('longer.wav', wav(sound(2, 400_000))), '--out', out, '--preset', preset], { signal: controller.signal })
    while (filesIn(out).length < 4) await new Promise((resolve) => setTimeout(resolve, 1))
    controller.abort()
    expect(await running).toEqual({ code: 130, out: '', err: 'winnow: stopped\n' })
    expect([filesIn(out), readFileSync(join(out, 'low.wav'), 'utf8')]).toEqual([['low.wav'], 'as it was'])
  })
})
