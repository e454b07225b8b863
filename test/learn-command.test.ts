// `winnow learn`, from files to a preset that the engine plays, and from bad input to one sentence.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { readPreset, type Preset } from '../presets/preset.ts'
import { noteOf, readRecordings, readSources } from '../main/recordings.ts'
import { filesIn, winnow } from './cli-fixtures.ts'
import { RATE, learning, words } from './learn-fixtures.ts'
import { noise, tone } from './signals.ts'
import { wav } from './sound-files.ts'

const here = learning()
const { learn, read } = here
let folder = ''
beforeEach(() => { folder = here.folder })

describe('winnow learn', () => {
  test('makes a preset of patterns, following files and passages, with settings and origin', async () => {
    const ran = await learn(`voice:6=${folder}/rec/a?.wav`, `room=${folder}/hiss.wav@0.25-0.75`, '--atoms', '3', '--iterations', '8', '--divergence', 'euc',
      '--activations', 'beta-1.5', '--hop', '128', '--tail', '512', '--free-atoms', '4', '--sparsity', '0.1', '--seed', '5',
      '--name', 'It\'s mine', '--description', 'For tests.', '--licence', 'CC0 1.0: me; CC BY 4.0: you', '--json')
    expect([ran.code, ran.err]).toEqual([0, ''])
    const json = JSON.parse(ran.out)
    expect(json).toMatchObject({ output: join(folder, 'out.preset'), recordings: 3 })
    expect(json.seconds).toBeGreaterThan(0)
    expect(json.loss.length).toBe(8)
    json.loss.forEach((x: number, i: number) => expect(x).toBeLessThanOrEqual((json.loss[i - 1] ?? Infinity) * (1 + 1e-9)))
    expect(json.sources).toMatchObject([{ name: 'voice', atoms: 6 }, { name: 'room', atoms: 3, frames: Math.floor(RATE / 2 / 128) }])
    const preset = read()
    expect(preset).toMatchObject({
      name: 'It\'s mine', description: 'For tests.', settings: { freeAtoms: 4, sparsity: 0.1 }, selection: null,
      dictionary: { sampleRate: RATE, fftSize: 1024, hopSize: 128, tailSize: 512, divergence: { alpha: 1, beta: 0.5 } },
      learned: { method: 'nmf', files: ['a1.wav', 'a2.wav', 'hiss.wav@0.25-0.75'], licences: ['CC0 1.0: me', 'CC BY 4.0: you'], seed: 5 },
    })
    expect(filesIn(folder)).toEqual(['hiss.wav', 'out.preset', 'rec', 'rec/a1.wav', 'rec/a2.wav', 'rec/readme.txt'])
  })

  test('the command in the preset, typed again, makes the same bytes', async () => {
    await learn(`voice=${folder}/rec/*.wav`, '--iterations', '3', '--name', 'It\'s', '--passes', '4', '--hold', 'on')
    const first = readFileSync(join(folder, 'out.preset'))
    writeFileSync(join(folder, 'out.preset'), 'something older')
    const [program, ...again] = words(read2(first).learned.command)
    expect(program).toBe('winnow')
    expect((await winnow(again)).code).toBe(0)
    expect(readFileSync(join(folder, 'out.preset')).equals(first)).toBe(true)
  })
  const read2 = (bytes: Uint8Array): Preset => readPreset(new Uint8Array(bytes), 'again')

  test('a preset of half the rate keeps the lower half of the spectrum', async () => {
    expect((await learn(`voice=${folder}/rec/*.wav`, '--rate', '8000', '--fft', '512', '--iterations', '3')).code).toBe(0)
    const half = read()
    expect(half).toMatchObject({ dictionary: { sampleRate: 8000, fftSize: 512, hopSize: 128 } })
    expect(half.learned.command).toContain('--rate 8000')
  })

  test('transposed recordings are learned from too', async () => {
    writeFileSync(join(folder, 'a.wav'), wav([tone(RATE, 440, RATE)], RATE))
    await learn(`x=${folder}/a.wav`, '--atoms', '3', '--transpose', '-12,12', '--iterations', '20')
    const peaks = [0, 1, 2].map((i) => { const row = read().dictionary.spectra.subarray(i * 513, (i + 1) * 513); return row.indexOf(Math.max(...row)) })
    expect(peaks.sort((a, b) => a - b)).toEqual([220, 440, 880].map((hertz) => Math.round((hertz * 1024) / RATE)))
    expect((await learn(`x=${folder}/a.wav`, '--transpose', '0')).err).toMatch(/--transpose: expected semitones from -12 to 12 other than 0, as in -3,3, got "0"/)
    expect((await learn(`x=${folder}/a.wav`, '--transpose', '3', '--by-note')).err).toMatch(/--transpose: expected none where every file is one note, got one/)
  })

  test('without --json it says what came out, in one line', async () => {
    const ran = await learn(`voice=${folder}/rec`, '--iterations', '2', '--atoms', '4')
    expect(ran.out).toMatch(/out\.preset: voice 4 atoms of \d+ frames · loss [\d.]+ → [\d.]+ · [\d.]+ s\n$/)
    expect((await learn(`voice=${folder}/rec`, '--method', 'exemplar', '--atoms', '4')).out).toMatch(/voice 4 atoms of \d+ frames · [\d.]+ s\n$/)
    expect(JSON.parse((await learn(`voice=${folder}/rec`, '--method', 'exemplar', '--json')).out)).toMatchObject({ loss: [] })
  })

  test('note by note: pitches from the names, low to high', async () => {
    mkdirSync(join(folder, 'notes'))
    for (const [name, hertz] of [['C4.wav', 262], ['mf_072.wav', 523], ['pp_072.wav', 523], ['57.wav', 220]] as const)
      writeFileSync(join(folder, 'notes', name), wav([tone(RATE, hertz, RATE)], RATE))
    expect((await learn(`piano=${folder}/notes`, '--by-note', '--fft', '4096', '--iterations', '3')).code).toBe(0)
    const { atoms, spectra } = read().dictionary
    expect(atoms).toEqual([57, 60, 72].map((pitch) => ({ source: 'piano', pitch })))
    expect((await learn(`piano=${folder}/notes`, '--every-note', '--fft', '4096', '--iterations', '1', '--frames', '9')).code).toBe(0)
    expect(read().dictionary.atoms.map(({ pitch }) => pitch)).toEqual([57, 58, 59, 60, 61, 62, 70, 71, 72])
    atoms.forEach(({ pitch }, row) => {
      const spectrum = spectra.subarray(row * 2049, (row + 1) * 2049)
      expect(spectrum.indexOf(Math.max(...spectrum))).toBe(Math.round((440 * 2 ** ((pitch! - 69) / 12) * 4096) / RATE))
    })
  })

  test('what was learned separates', async () => {
    const low = tone(RATE, 300, RATE), high = noise(RATE, 9, 0.1)
    writeFileSync(join(folder, 'low.wav'), wav([low], RATE))
    writeFileSync(join(folder, 'high.wav'), wav([high], RATE))
    writeFileSync(join(folder, 'mix.wav'), wav([low.map((x, i) => x + high[i]!)], RATE))
    expect((await learn(`low=${folder}/low.wav`, `high=${folder}/high.wav`, '--atoms', '2', '--iterations', '20')).code).toBe(0)
    const ran = await winnow(['separate', join(folder, 'mix.wav'), '--out', join(folder, 'parts'), '--preset', join(folder, 'out.preset'), '--json'])
    expect([ran.code, ran.err]).toEqual([0, ''])
    for (const name of ['low', 'high']) {
      const scored = JSON.parse((await winnow(['score', join(folder, name + '.wav'), join(folder, 'parts', name + '.wav'), '--json'])).out)
      expect(scored.siSdr, name).toBeGreaterThan(15)
    }
  })
})

test('--empty makes a preset of windows and settings alone', async () => {
  const ran = await learn('--empty', '--fft', '4096', '--hop', '1024', '--floor', '-30', '--name', 'Mine')
  expect([ran.code, ran.err, ran.out]).toEqual([0, '', expect.stringMatching(/: no atoms · /)])
  expect(read()).toMatchObject({ name: 'Mine', settings: { floor: -30 }, learned: { method: 'none', files: [] }, dictionary: { atoms: [], sampleRate: 44100, fftSize: 4096, hopSize: 1024, tailSize: 4096 } })
})

describe('bad input ends with 2, one sentence, and nothing written', () => {
  const cases: [string, () => string[], RegExp][] = [
    ['no source', () => [], /learn: expected OUT\.preset SOURCE=FILES… or OUT\.preset --notes FOLDER, got no sources/],
    ['a file without a source', () => [`${folder}/hiss.wav`], /learn: expected SOURCE=FILES, as in voice=rec\/\*\.wav, got/],
    ['no file', () => ['voice='], /learn: expected a file, a folder or a pattern behind SOURCE=, got nothing/],
    ['a file that is not there', () => [`voice=${folder}/none.wav`], /none\.wav: there is no such file/],
    ['a pattern that matches nothing', () => [`voice=${folder}/*.aiff`], /\*\.aiff: expected files that match, got none/],
    ['a folder without audio', () => [`voice=${folder}/empty`], /empty: expected a folder with audio files, got one without/],
    ['text', () => [`voice=${folder}/rec/readme.txt`], /readme\.txt: expected audio/],
    ['atoms that are none', () => [`voice:x=${folder}/hiss.wav`], /expected a number of atoms behind "voice:", got "x"/],
    ['two counts for one source', () => [`voice:4=${folder}/rec/a1.wav`, `voice:5=${folder}/rec/a2.wav`], /expected 4 atoms for voice as before, got 5/],
    ['a reserved name', () => [`rest=${folder}/hiss.wav`], /sources: expected names .* got "rest"/],
    ['a passage beyond the end', () => [`voice=${folder}/hiss.wav@0.5-2`], /hiss\.wav: expected a passage within its 1\.000 s, got 0\.5-2/],
    ['a passage backwards', () => [`voice=${folder}/hiss.wav@2-1`], /expected a passage in seconds, the earlier first, got 2-1/],
    ['a passage shorter than a window', () => [`voice=${folder}/hiss.wav@0.5-0.51`], /hiss\.wav@0\.5-0\.51: expected at least one window of 1024 samples, got 160/],
    ['silence', () => [`voice=${folder}/silent.wav`], /silent\.wav: expected sound, got silence/],
    ['another rate', () => [`voice=${folder}/hiss.wav`, `${folder}/fast.wav`], /fast\.wav: expected 16000 Hz like the other recordings, got 44100 Hz/],
    ['another source of another rate', () => [`voice=${folder}/hiss.wav`, `room=${folder}/fast.wav`], /fast\.wav: expected 16000 Hz like the other recordings, got 44100 Hz/],
    ['more atoms than frames', () => [`voice:99=${folder}/hiss.wav`], /voice: expected at least one sounding frame per atom, 99, got 62/],
    ['an unknown divergence', () => [`voice=${folder}/hiss.wav`, '--divergence', 'x'], /learn: --divergence: expected euc, kl, .*, got "x"/],
    ['alpha 0', () => [`voice=${folder}/hiss.wav`, '--divergence', '0,1'], /learn: --divergence: expected .* A not 0, got "0,1"/],
    ['an unknown method', () => [`voice=${folder}/hiss.wav`, '--method', 'magic'], /learn: --method: expected nmf, exemplar, anmf, dnmf, danmf, got "magic"/],
    ['a rate that is none', () => [`voice=${folder}/hiss.wav`, '--rate', '9000'], /learn: --rate: expected 16000, 8000, 4000, got "9000"/],
    ['a window that is none', () => [`voice=${folder}/hiss.wav`, '--fft', '1000'], /fftSize: expected a power of two from 256 to 16384, got 1000/],
    ['a parameter out of range', () => [`voice=${folder}/hiss.wav`, '--passes', '21'], /passes: expected a number from 1 to 20, got "21"/],
    ['a description without end', () => [`voice=${folder}/hiss.wav`, '--description', 'x'.repeat(2001)], /--description: expected 1 to 2000 characters, got 2001/],
    ['notes without names', () => [`voice=${folder}/hiss.wav`, '--by-note'], /expected a file named by its note, as in 60\.wav/],
  ]
  test.each(cases)('%s', async (_name, given, says) => {
    mkdirSync(join(folder, 'empty'))
    writeFileSync(join(folder, 'silent.wav'), wav([new Float32Array(RATE)], RATE))
    writeFileSync(join(folder, 'fast.wav'), wav([noise(RATE, 4)], 44_100))
    writeFileSync(join(folder, 'out.preset'), 'precious')
    const before = filesIn(folder)
    const ran = await learn(...given())
    expect(ran.err).toMatch(says)
    expect(ran.err.trim().split('\n').length).toBe(1)
    expect([ran.code, ran.out]).toEqual([2, ''])
    expect(filesIn(folder)).toEqual(before)
    expect(readFileSync(join(folder, 'out.preset'), 'utf8')).toBe('precious')
  })

  test('an output that is no preset, that is an input, or that cannot be', async () => {
    expect((await winnow(['learn', join(folder, 'out.wav'), `voice=${folder}/hiss.wav`])).err).toMatch(/expected an output ending in \.preset, got .*out\.wav/)
    writeFileSync(join(folder, 'in.preset'), wav([noise(RATE, 4)], RATE))
    expect((await winnow(['learn', join(folder, 'in.preset'), `voice=${folder}/in.preset`])).err).toMatch(/expected an output other than the input/)
    expect((await winnow(['learn', join(folder, 'none/out.preset'), `voice=${folder}/hiss.wav`])).err).toMatch(/there is no such file or folder/)
    expect(filesIn(folder)).not.toContain('out.preset')
  })

  test.each([0, 1, 4, 20])('stopped at moment %i: nothing is left', async (moment) => {
    let asked = 0
    const signal = Object.defineProperty(new AbortController().signal, 'aborted', { get: () => asked++ >= moment })
    const before = filesIn(folder)
    const ran = await winnow(['learn', join(folder, 'out.preset'), `voice=${folder}/rec`, '--iterations', '100'], { signal })
    expect([ran.code, ran.out]).toEqual([130, ''])
    expect(filesIn(folder)).toEqual(before)
  })
})

describe('recordings', () => {
  test('are found in the same order everywhere: as typed, inside a pattern or folder by name', async () => {
    const found = await readSources([`x=${folder}/hiss.wav`, `${folder}/r*/*.wav`, `y:3=${folder}/rec`, `x=${folder}/hiss.wav@0-0.5`])
    expect(found.map(({ source, atoms, files }) => [source, atoms, ...files.map(({ path }) => path.slice(folder.length + 1))])).toEqual([
      ['x', null, 'hiss.wav', 'rec/a1.wav', 'rec/a2.wav', 'hiss.wav'], ['y', 3, 'rec/a1.wav', 'rec/a2.wav'],
    ])
    expect(found[0]!.files[3]!.passage).toEqual({ from: 0, to: 0.5 })
  })

  test('patterns know *, ? and sets, and a file of that very name goes first', async () => {
    const names = async (pattern: string) => (await readSources([`x=${folder}/${pattern}`]))[0]!.files.map(({ path }) => path.slice(folder.length + 1))
    expect(await names('rec/a[12].wav')).toEqual(['rec/a1.wav', 'rec/a2.wav'])
    expect(await names('*/?[2-9].wav')).toEqual(['rec/a2.wav'])
    writeFileSync(join(folder, 'a[1].wav'), wav([noise(RATE, 4)], RATE))
    expect(await names('a[1].wav')).toEqual(['a[1].wav'])
    await expect(names('[9-1].wav')).rejects.toThrow(/expected a pattern with \*, \? or letters in \[ \], got \[9-1\]\.wav/)
    await expect(names('a(1).*')).rejects.toThrow(/expected files that match, got none/)
  })

  test('a passage is those samples, in every channel', async () => {
    const [all] = await readRecordings([{ path: join(folder, 'hiss.wav'), passage: null }], () => {}, () => {})
    const [part] = await readRecordings([{ path: join(folder, 'hiss.wav'), passage: { from: 0.25, to: 0.75 } }], () => {}, () => {})
    expect(all!.channels.length).toBe(2)
    expect(part!.channels).toEqual(all!.channels.map((samples) => samples.slice(4000, 12_000)))
    expect(part!.name).toBe('hiss.wav@0.25-0.75')
  })

  test.each([['60.wav', 60], ['mf_060.flac', 60], ['C4.wav', 60], ['ff_Bb3.wav', 58], ['c#-1.wav', 1], ['A0.aiff', 21], ['0.wav', 0]])('%s is note %i', (name, note) => {
    expect(noteOf('some/folder/' + name)).toBe(note)
  })
  test.each(['128.wav', 'H4.wav', 'piano.wav', 'C.wav', '60'])('%s names no note', (name) => {
    expect(() => noteOf(name)).toThrow(/expected a file named by its note/)
  })
})
