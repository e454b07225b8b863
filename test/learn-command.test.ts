// `winnow learn`, from files to a preset that the engine plays, and from bad input to one sentence.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { threads } from '../main/crew.ts'
import { alone, type Crew } from '../presets/learn/crew.ts'
import { learn as learning, type Plan } from '../presets/learn/learn.ts'
import { readPreset, type Preset } from '../presets/preset.ts'
import { noteOf, readRecordings, readSources } from '../main/recordings.ts'
import { filesIn, scratch, winnow } from './cli-fixtures.ts'
import { plainKernel } from './kernels.ts'
import { melody, noise, tone } from './signals.ts'
import { wav } from './sound-files.ts'

const root = scratch()
let folder = root
let round = 0
const RATE = 16_000

beforeEach(() => {
  folder = join(root, String(round++))
  mkdirSync(join(folder, 'rec'), { recursive: true })
  writeFileSync(join(folder, 'rec/a1.wav'), wav([melody(RATE, RATE, 200)], RATE))
  writeFileSync(join(folder, 'rec/a2.wav'), wav([melody(RATE, RATE, 200, 8)], RATE))
  writeFileSync(join(folder, 'rec/readme.txt'), 'no sound')
  writeFileSync(join(folder, 'hiss.wav'), wav([noise(RATE, 1), noise(RATE, 2)], RATE))
})

const learn = (...words: string[]) => winnow(['learn', join(folder, 'out.preset'), ...words])
const read = (name = 'out.preset'): Preset => readPreset(new Uint8Array(readFileSync(join(folder, name))), name)

/** What a shell makes of a recorded command. */
const words = (command: string): string[] =>
  [...command.matchAll(/(?:[^\s'\\]|'[^']*'|\\.)+/g)].map(([word]) => word.replace(/'([^']*)'|\\(.)/g, '$1$2'))

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

describe('notes of one instrument', () => {
  /** Silence, then a note that begins with a click-like burst and goes on as a tone. */
  const note = (hertz: number, lead: number, seconds = 1.2, gain = 0.5): Float32Array => {
    const out = new Float32Array(Math.round((lead + seconds) * RATE))
    const burst = noise(RATE, Math.round(hertz), 0.6)
    for (let i = Math.round(lead * RATE), t = 0; i < out.length; i++, t++)
      for (let partial = 1; partial <= 3; partial++)
        out[i]! += gain * Math.exp(-t / RATE) * (Math.sin((2 * Math.PI * hertz * partial * t) / RATE) / partial + (partial === 1 ? burst[t % RATE]! * Math.exp(-t / (0.012 * RATE)) : 0))
    return out
  }
  const hertzOf = (pitch: number): number => 440 * 2 ** ((pitch - 69) / 12)
  const put = (name: string, samples: Float32Array, rate = RATE): void => writeFileSync(join(folder, name), wav([samples], rate))
  beforeEach(() => {
    mkdirSync(join(folder, 'keys'))
    for (const [name, pitch, lead] of [['mf_060.wav', 60, 0.3], ['pp_060.wav', 60, 0], ['63.wav', 63, 0.1], ['F#4.wav', 66, 0.02]] as const) put(`keys/${name}`, note(hertzOf(pitch), lead))
  })
  const bins = (name = 'out.preset') => read(name).dictionary.fftSize / 2 + 1
  const row = (preset: Preset, i: number): Float32Array => preset.dictionary.spectra.subarray(i * bins(), (i + 1) * bins())
  const peak = (x: Float32Array): number => x.indexOf(Math.max(...x))

  test('three spectra for every semitone, those between from their neighbours, found behind whatever silence', async () => {
    const ran = await learn('--notes', join(folder, 'keys'), '--instrument', 'celesta', '--json')
    expect([ran.code, ran.err]).toEqual([0, ''])
    expect(JSON.parse(ran.out)).toMatchObject({ loss: [], recordings: 4, sources: [{ name: 'celesta', atoms: 21 }] })
    const preset = read()
    expect(preset).toMatchObject({ learned: { method: 'templates' }, dictionary: { sampleRate: RATE, fftSize: 2048, hopSize: 256, tailSize: 512, divergence: { alpha: 1, beta: -0.5 } } })
    expect(preset.dictionary.atoms).toEqual([60, 61, 62, 63, 64, 65, 66].flatMap((pitch) => Array(3).fill({ source: 'celesta', pitch })))
    preset.dictionary.atoms.forEach(({ pitch }, i) => {
      expect(Math.abs(peak(row(preset, i)) - (hertzOf(pitch!) * 2048) / RATE), `atom ${i}`).toBeLessThan(1.6)
      // the burst is in the first spectrum and all but gone in the third
      const above = row(preset, i).subarray(700).reduce((sum, x) => sum + x, 0)
      if (i % 3 === 0) expect(above).toBeGreaterThan(0.1)
      if (i % 3 === 2) expect(above).toBeLessThan(0.02)
    })
  })

  test('layers count alike whatever their level, and so do folders', async () => {
    mkdirSync(join(folder, 'other'))
    put('other/60.wav', note(2 * hertzOf(60), 0, 1.2, 0.01))
    await learn('--notes', join(folder, 'keys'), join(folder, 'other'))
    const both = read()
    expect(both.dictionary.atoms[0]).toEqual({ source: 'keys', pitch: 60 })
    const bin = (hertz: number): number => Math.round((hertz * 2048) / RATE)
    const [low, high] = [row(both, 2)[bin(hertzOf(60))]!, row(both, 2)[bin(4 * hertzOf(60))]!]
    await learn('--notes', join(folder, 'keys'))
    expect(low).toBeCloseTo(row(read(), 2)[bin(hertzOf(60))]! / 2, 2)
    expect(high).toBeGreaterThan(0.05)
  })

  test('the recorded command makes the same bytes again', async () => {
    await learn('--notes', join(folder, 'keys'), '--passes', '10', '--licence', 'CC0')
    const first = readFileSync(join(folder, 'out.preset'))
    expect((await winnow(words(read().learned.command).slice(1))).code).toBe(0)
    expect(readFileSync(join(folder, 'out.preset')).equals(first)).toBe(true)
  })

  const cases: [string, () => string[], RegExp][] = [
    ['no folder', () => ['--notes'], /--notes: expected FOLDER… behind it, got nothing/],
    ['sources besides', () => [`x=${folder}/hiss.wav`, '--notes', join(folder, 'keys')], /expected no sources beside --notes, got "x=/],
    ['nothing, from something', () => ['--empty', `a=${join(folder, 'keys')}`], /expected no sources beside --empty, got "a=/],
    ['nothing, by a method', () => ['--empty', '--method', 'nmf'], /--method: expected none with --empty, which learns nothing, got one/],
    ['a fit', () => ['--notes', join(folder, 'keys'), '--iterations', '3'], /--iterations: expected none with --notes, which averages instead of fitting, got one/],
    ['an instrument without notes', () => [`x=${folder}/hiss.wav`, '--instrument', 'x'], /--instrument: expected none without --notes, got one/],
    ['a name that is no note', () => ['--notes', join(folder, 'hiss.wav')], /expected a file named by its note/],
    ['a note too short', () => { put('keys/70.wav', note(500, 0, 0.2)); return ['--notes', join(folder, 'keys')] }, /70\.wav: expected at least 350 ms of a note, got 200 ms/],
    ['silence', () => { put('keys/70.wav', new Float32Array(RATE)); return ['--notes', join(folder, 'keys')] }, /70\.wav: expected sound, got silence/],
    ['another rate', () => { put('keys/70.wav', note(500, 0), 44_100); return ['--notes', join(folder, 'keys')] }, /70\.wav.*: expected 16000 Hz, or two or four times that, got 44100 Hz/],
  ]
  test.each(cases)('%s: one sentence, nothing written', async (_name, given, says) => {
    const words = given()
    const before = filesIn(folder)
    const ran = await learn(...words)
    expect(ran.err).toMatch(says)
    expect([ran.code, ran.err.trim().split('\n').length]).toEqual([2, 1])
    expect(filesIn(folder)).toEqual(before)
  })
})

describe('a preset that grows', () => {
  const sourcesOf = (preset: Preset): string[] => preset.dictionary.atoms.map(({ source }) => source)
  test('keeps its analysis and what it knew; a source of the same name is replaced, and said to be', async () => {
    await learn(`voice=${folder}/rec`, '--atoms', '3', '--iterations', '5', '--hop', '128', '--passes', '4', '--licence', 'CC0: me', '--name', 'One')
    const before = read()
    const ran = await learn(`hiss:2=${folder}/hiss.wav`, '--append', '--iterations', '5', '--sparsity', '0.2', '--licence', 'CC0: me; CC BY: you', '--json')
    expect([ran.code, ran.err]).toEqual([0, ''])
    expect(JSON.parse(ran.out)).toMatchObject({ replaced: [], sources: [{ name: 'hiss', atoms: 2 }] })
    const grown = read()
    expect(sourcesOf(grown)).toEqual(['voice', 'voice', 'voice', 'hiss', 'hiss'])
    expect(grown.dictionary.spectra.subarray(0, before.dictionary.spectra.length)).toEqual(before.dictionary.spectra)
    expect(grown).toMatchObject({
      name: 'One', settings: { passes: 4, sparsity: 0.2 }, dictionary: { hopSize: 128 },
      learned: { files: ['a1.wav', 'a2.wav', 'hiss.wav'], licences: ['CC0: me', 'CC BY: you'] },
    })
    // both commands, typed again, make the same bytes
    const bytes = readFileSync(join(folder, 'out.preset'))
    for (const command of grown.learned.command.split(' && ')) expect((await winnow(words(command).slice(1))).code).toBe(0)
    expect(readFileSync(join(folder, 'out.preset')).equals(bytes)).toBe(true)
    expect((await learn(`voice:1=${folder}/rec/a1.wav`, '--append', '--iterations', '2')).out).toMatch(/voice \(replaced\) 1 atoms of/)
    expect(sourcesOf(read())).toEqual(['hiss', 'hiss', 'voice'])
  })

  test('notes join sources', async () => {
    await learn(`voice=${folder}/rec`, '--atoms', '2', '--iterations', '2')
    mkdirSync(join(folder, 'keys'))
    writeFileSync(join(folder, 'keys/69.wav'), wav([tone(RATE, 440, RATE)], RATE))
    expect((await learn('--notes', join(folder, 'keys'), '--append')).err).toBe('')
    expect(read().dictionary.atoms.map(({ source, pitch }) => `${source} ${pitch}`)).toEqual(['voice null', 'voice null', 'keys 69', 'keys 69', 'keys 69'])
    expect(read().dictionary.divergence).toEqual({ alpha: 1, beta: 0 })
  })

  test('not into nothing, and not in another analysis', async () => {
    expect((await learn(`voice=${folder}/rec`, '--append')).err).toMatch(/out\.preset: there is no such file/)
    await learn(`voice=${folder}/rec`, '--atoms', '2', '--iterations', '2')
    const bytes = readFileSync(join(folder, 'out.preset'))
    expect((await learn(`x=${folder}/rec`, '--append', '--fft', '512')).err).toMatch(/--fft: expected none with --append, which keeps the analysis of the preset, got one/)
    expect((await learn(`x:511=${folder}/rec`, '--append', '--frames', '9')).code).toBe(2)
    expect(readFileSync(join(folder, 'out.preset')).equals(bytes)).toBe(true)
  })
})

describe('other ways of learning', () => {
  const pairs = (count: number): string[] => {
    const put = (name: string, samples: Float32Array): string => {
      writeFileSync(join(folder, name), wav([samples], RATE))
      return join(folder, name)
    }
    const of = (kind: string, make: (i: number) => Float32Array): string[] => Array.from({ length: count }, (_, i) => put(`${kind}${i}.wav`, make(i)))
    const [first, ...more] = of('sung', (i) => melody(RATE / 2, RATE, 200, 30 + i))
    const [other, ...others] = of('hissed', (i) => noise(RATE / 2, 40 + i, 0.1))
    return [`voice=${first}`, ...more, `room=${other}`, ...others]
  }
  const two = (): string[] => [`voice=${folder}/rec`, `room=${folder}/hiss.wav`, '--atoms', '3', '--iterations', '5']

  test('anmf against another source and mixtures', async () => {
    writeFileSync(join(folder, 'b.wav'), wav([noise(RATE, 7)], RATE))
    expect((await learn(...two(), '--method', 'anmf', '--json')).err).toBe('')
    const plain = read().dictionary.spectra
    expect(read().learned.method).toBe('anmf')
    const ran = await learn(...two(), '--method', 'anmf', '--against', `${folder}/b.wav`, '--tau-a', '0.2', '--batch', '16', '--json')
    expect([ran.code, JSON.parse(ran.out).loss.length]).toEqual([0, 5])
    expect(read().dictionary.spectra).not.toEqual(plain)
    expect(read().learned).toMatchObject({ files: ['a1.wav', 'a2.wav', 'hiss.wav', 'b.wav'] })
    const bytes = readFileSync(join(folder, 'out.preset'))
    expect((await winnow(words(read().learned.command).slice(1))).code).toBe(0)
    expect(readFileSync(join(folder, 'out.preset')).equals(bytes)).toBe(true)
  })

  test('dnmf and danmf from pairs', async () => {
    for (const method of ['dnmf', 'danmf']) {
      const ran = await learn(...two(), '--method', method, '--pairs', ...pairs(2), '--json')
      expect([ran.code, ran.err]).toEqual([0, ''])
      expect(read().learned.method).toBe(method)
    }
  })

  test('a divergence that the recordings choose is reported and drawn', async () => {
    const ran = await learn(...two(), '--divergence', 'auto', '--frames', '40', '--json')
    expect([ran.code, ran.err]).toEqual([0, ''])
    const { chosen, picture } = JSON.parse(ran.out)
    expect(chosen.sum).toBeCloseTo(chosen.alpha + chosen.beta, 6)
    expect(picture).toBe(join(folder, 'out.divergence.png'))
    expect(filesIn(folder)).toContain('out.divergence.png')
    const spectra = read().dictionary.spectra
    await learn(...two(), '--divergence', chosen.nearest, '--frames', '40')
    expect(read().dictionary.spectra).toEqual(spectra)
  })

  test('tuning never does worse on its pairs than what was asked, and keeps what it found', async () => {
    const ran = await learn(...two(), '--tune', '3', '--pairs', ...pairs(1), '--jobs', '1', '--sparsity', '0.1', '--json')
    expect([ran.code, ran.err]).toEqual([0, ''])
    const { tuned } = JSON.parse(ran.out)
    expect(tuned.trials.length).toBe(3)
    expect(tuned.trials[0].choice).toEqual({})
    expect(tuned.score).toBe(Math.max(...tuned.trials.map((trial: { score: number | null }) => trial.score ?? -Infinity)))
    expect(read().settings.sparsity).toBe(tuned.choice.sparsity ?? 0.1)
    expect((await learn(...two(), '--tune', '1', '--pairs', ...pairs(1), '--jobs', '1')).out).toMatch(/tuned: [-\d.]+ dB, as asked; as asked [-\d.]+ dB/)
  })

  const cases: [string, () => string[], RegExp][] = [
    ['mixtures without anmf', () => [...two(), '--against', `${folder}/hiss.wav`], /learn: against: expected only with anmf, danmf, got it with nmf/],
    ['pairs without dnmf', () => [...two(), '--pairs', ...pairs(1)], /pairs: expected only with dnmf, danmf, got it with nmf/],
    ['dnmf without pairs', () => [...two(), '--method', 'dnmf'], /pairs: expected aligned recordings of all sources to learn from with dnmf, got none/],
    ['one source, nothing against it', () => [`voice=${folder}/rec`, '--method', 'anmf', '--atoms', '2'], /against: expected mixtures, or a second source/],
    ['pairs that do not pair', () => [...two(), '--method', 'dnmf', '--pairs', `voice=${folder}/rec`, `room=${folder}/hiss.wav`], /--pairs: expected as many recordings of room as of voice, 2, got 1/],
    ['pairs of unequal length', () => { const [voice] = pairs(1); return [...two(), '--method', 'dnmf', '--pairs', voice!, `room=${folder}/hiss.wav@0-0.9`] }, /hiss\.wav@0-0\.9: expected as many .* as sung0\.wav/],
    ['a weight that empties a source', () => [...two(), '--method', 'anmf', '--tau-a', '50', '--iterations', '40'].filter((_, i, all) => all.indexOf('--iterations') !== i && all.indexOf('--iterations') + 1 !== i), /tauA: expected at most [\d.]+, the largest found .*, got 50/],
    ['a divergence that anmf has not', () => [...two(), '--method', 'anmf', '--divergence', 'kl'], /divergence: expected euc, which is what anmf minimises, got kl/],
    ['tuning without pairs', () => [...two(), '--tune', '2'], /--pairs: expected recordings to judge by with --tune, got none/],
    ['tuning dnmf with one pair', () => [...two(), '--method', 'dnmf', '--tune', '2', '--pairs', ...pairs(1)], /expected a second pair to judge by with dnmf/],
    ['a penalty with another method', () => [...two(), '--method', 'anmf', '--l1', '1'], /--l1, --l1-spectra, --volume: expected only with nmf/],
  ]
  test.each(cases)('%s: one sentence, nothing written', async (_name, given, says) => {
    const words = given()
    const before = filesIn(folder)
    const ran = await learn(...words)
    expect(ran.err).toMatch(says)
    expect([ran.code, ran.err.trim().split('\n').length]).toEqual([2, 1])
    expect(filesIn(folder)).toEqual(before)
  })
})

describe('stopped, and several cores', () => {
  test('with --keep, the last whole pass is what is written', async () => {
    let asked = 0
    const signal = Object.defineProperty(new AbortController().signal, 'aborted', { get: () => asked++ > 30 })
    const ran = await winnow(['learn', join(folder, 'out.preset'), `voice=${folder}/rec`, '--atoms', '3', '--iterations', '5000', '--keep', '--json'], { signal })
    expect([ran.code, ran.err]).toEqual([0, ''])
    const passes = JSON.parse(ran.out).loss.length
    expect(passes).toBeGreaterThan(2)
    expect(passes).toBeLessThan(5000)
    const stopped = read()
    await learn(`voice=${folder}/rec`, '--atoms', '3', '--iterations', String(passes))
    expect(stopped.dictionary.spectra).toEqual(read().dictionary.spectra)
  })

  test('threads of the built program find the same bits as this one', async () => {
    const recordings = await readRecordings([{ path: join(folder, 'hiss.wav'), passage: null }, { path: join(folder, 'rec/a1.wav'), passage: null }], () => {}, () => {})
    const plan: Plan = {
      parts: [{ source: 'x', pitch: null, atoms: 5, recordings }], sizes: { sampleRate: RATE, fftSize: 256, hopSize: 32, tailSize: 256 },
      method: 'nmf', divergence: { alpha: 1, beta: 0 }, iterations: 6, start: 'kmeans', seed: 1, frames: 5000, module: plainKernel,
    }
    const learnt = async (crew: Crew) => {
      const steps = learning(plan, { crew })
      let step = await steps.next()
      while (!step.done) step = await steps.next()
      return step.value
    }
    const two = threads(2)
    try {
      const [here, there] = [await learnt(alone), await learnt(two.crew)]
      expect(there).toEqual(here)
    } finally {
      await two.end()
    }
  })
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
