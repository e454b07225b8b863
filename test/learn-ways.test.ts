// `winnow learn` beyond one fit of some sources: notes of an instrument, presets that grow, other ways of learning, stopping,
// and several cores.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { threads } from '../main/crew.ts'
import { readRecordings } from '../main/recordings.ts'
import { alone, type Crew } from '../presets/learn/crew.ts'
import { learn as learnPlan, type Plan } from '../presets/learn/learn.ts'
import type { Preset } from '../presets/preset.ts'
import { filesIn, winnow } from './cli-fixtures.ts'
import { plainKernel } from './kernels.ts'
import { RATE, learning, words } from './learn-fixtures.ts'
import { melody, noise, tone } from './signals.ts'
import { wav } from './sound-files.ts'

const here = learning()
const { learn, read } = here
let folder = ''
beforeEach(() => { folder = here.folder })

/** What is wrong, the words that say it, and what is answered. */
function refuses(cases: [string, () => string[], RegExp][]): void {
  test.each(cases)('%s: one sentence, nothing written', async (_name, given, says) => {
    const words = given()
    const before = filesIn(folder)
    const ran = await learn(...words)
    expect(ran.err).toMatch(says)
    expect([ran.code, ran.err.trim().split('\n').length]).toEqual([2, 1])
    expect(filesIn(folder)).toEqual(before)
  })
}

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
    const ran = await learn('--notes', join(folder, 'keys'), '--plain', '--instrument', 'celesta', '--json')
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
    await learn('--notes', join(folder, 'keys'), join(folder, 'other'), '--plain')
    const both = read()
    expect(both.dictionary.atoms[0]).toEqual({ source: 'keys', pitch: 60 })
    const bin = (hertz: number): number => Math.round((hertz * 2048) / RATE)
    const [low, high] = [row(both, 2)[bin(hertzOf(60))]!, row(both, 2)[bin(4 * hertzOf(60))]!]
    await learn('--notes', join(folder, 'keys'), '--plain')
    expect(low).toBeCloseTo(row(read(), 2)[bin(hertzOf(60))]! / 2, 2)
    expect(high).toBeGreaterThan(0.05)
  })

  test('the recorded command makes the same bytes again', async () => {
    await learn('--notes', join(folder, 'keys'), '--music', '60', '--seed', '3', '--passes', '10', '--licence', 'CC0')
    expect(read()).toMatchObject({ learned: { method: 'templates, note head', seed: 3 }, head: { kind: 'notes' } })
    const first = readFileSync(join(folder, 'out.preset'))
    expect((await winnow(words(read().learned.command).slice(1))).code).toBe(0)
    expect(readFileSync(join(folder, 'out.preset')).equals(first)).toBe(true)
  })

  refuses([
    ['no folder', () => ['--notes'], /--notes: expected FOLDER… behind it, got nothing/],
    ['sources besides', () => [`x=${folder}/hiss.wav`, '--notes', join(folder, 'keys')], /expected no sources beside --notes, got "x=/],
    ['nothing, from something', () => ['--empty', `a=${join(folder, 'keys')}`], /expected no sources beside --empty, got "a=/],
    ['nothing, by a method', () => ['--empty', '--method', 'nmf'], /--method: expected none with --empty, which learns nothing, got one/],
    ['a fit', () => ['--notes', join(folder, 'keys'), '--iterations', '3'], /--iterations: expected none with --notes, which averages instead of fitting, got one/],
    ['an instrument without notes', () => [`x=${folder}/hiss.wav`, '--instrument', 'x'], /--instrument: expected none without --notes, got one/],
    ['music without a head', () => ['--notes', join(folder, 'keys'), '--plain', '--music', '60'], /--music: expected none with --plain, which leaves nothing to chance, got one/],
    ['a name that is no note', () => ['--notes', join(folder, 'hiss.wav')], /expected a file named by its note/],
    ['a note too short', () => { put('keys/70.wav', note(500, 0, 0.2)); return ['--notes', join(folder, 'keys')] }, /70\.wav: expected at least 350 ms of a note, got 200 ms/],
    ['silence', () => { put('keys/70.wav', new Float32Array(RATE)); return ['--notes', join(folder, 'keys')] }, /70\.wav: expected sound, got silence/],
    ['another rate', () => { put('keys/70.wav', note(500, 0), 44_100); return ['--notes', join(folder, 'keys')] }, /70\.wav: expected 16000 Hz like the other recordings, got 44100 Hz/],
  ])
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

  test('from recordings of a higher rate too', async () => {
    await learn(`voice=${folder}/rec`, '--atoms', '2', '--iterations', '2')
    writeFileSync(join(folder, 'fast.wav'), wav([tone(44_100, 1000, 44_100)], 44_100))
    expect((await learn(`beep:1=${folder}/fast.wav`, '--append', '--iterations', '3')).err).toBe('')
    const { spectra, atoms, fftSize } = read().dictionary
    const row = spectra.subarray((atoms.length - 1) * (fftSize / 2 + 1))
    expect(row.indexOf(Math.max(...row))).toBe(Math.round((1000 * fftSize) / RATE))
  })

  test('notes join sources', async () => {
    await learn(`voice=${folder}/rec`, '--atoms', '2', '--iterations', '2')
    mkdirSync(join(folder, 'keys'))
    writeFileSync(join(folder, 'keys/69.wav'), wav([tone(RATE, 440, RATE)], RATE))
    expect((await learn('--notes', join(folder, 'keys'), '--plain', '--append')).err).toBe('')
    expect(read().dictionary.atoms.map(({ source, pitch }) => `${source} ${pitch}`)).toEqual(['voice null', 'voice null', 'keys 69', 'keys 69', 'keys 69'])
    expect(read().dictionary.divergence).toEqual({ alpha: 1, beta: 0 })
    writeFileSync(join(folder, 'keys/69.wav'), wav([tone(44_100, 440, 44_100)], 44_100))
    expect((await learn('--notes', join(folder, 'keys'), '--plain', '--append')).err).toBe('')
    const { spectra, fftSize } = read().dictionary
    const last = spectra.subarray(spectra.length - (fftSize / 2 + 1))
    expect(last.indexOf(Math.max(...last))).toBe(Math.round((440 * fftSize) / RATE))
  })

  test('not into nothing, and not in another analysis', async () => {
    expect((await learn(`voice=${folder}/rec`, '--append')).err).toMatch(/out\.preset: there is no such file/)
    await learn(`voice=${folder}/rec`, '--atoms', '2', '--iterations', '2')
    const bytes = readFileSync(join(folder, 'out.preset'))
    expect((await learn(`x=${folder}/rec`, '--append', '--fft', '512')).err).toMatch(/--fft: expected none with --append, which keeps the analysis of the preset, got one/)
    expect((await learn(`x:511=${folder}/rec`, '--append', '--frames', '9')).code).toBe(2)
    writeFileSync(join(folder, 'slow.wav'), wav([noise(8000, 3)], 8000))
    expect((await learn(`x=${folder}/slow.wav`, '--append')).err).toMatch(/slow\.wav: expected at least 16000 Hz, as high as the preset reaches, got 8000 Hz/)
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

  refuses([
    ['mixtures without anmf', () => [...two(), '--against', `${folder}/hiss.wav`], /learn: against: expected only with anmf, danmf, got it with nmf/],
    ['pairs without dnmf', () => [...two(), '--pairs', ...pairs(1)], /pairs: expected only with dnmf, danmf, got it with nmf/],
    ['dnmf without pairs', () => [...two(), '--method', 'dnmf'], /pairs: expected aligned recordings of all sources to learn from with dnmf, got none/],
    ['one source, nothing against it', () => [`voice=${folder}/rec`, '--method', 'anmf', '--atoms', '2'], /against: expected mixtures, or a second source/],
    ['pairs that do not pair', () => [...two(), '--method', 'dnmf', '--pairs', `voice=${folder}/rec`, `room=${folder}/hiss.wav`], /--pairs: expected as many recordings of room as of voice, 2, got 1/],
    ['pairs of unequal length', () => { const [voice] = pairs(1); return [...two(), '--method', 'dnmf', '--pairs', voice!, `room=${folder}/hiss.wav@0-0.9`] }, /hiss\.wav@0-0\.9: expected as many .* as sung0\.wav/],
    ['a weight that empties a source', () => [...two(), '--method', 'anmf', '--tau-a', '50', '--iterations', '40'].filter((_, i, all) => all.indexOf('--iterations') !== i && all.indexOf('--iterations') + 1 !== i), /--tau-a: expected at most [\d.]+, the largest found .*, got 50/],
    ['a divergence that anmf has not', () => [...two(), '--method', 'anmf', '--divergence', 'kl'], /divergence: expected euc, which is what anmf minimises, got kl/],
    ['tuning without pairs', () => [...two(), '--tune', '2'], /--pairs: expected recordings to judge by with --tune, got none/],
    ['tuning dnmf with one pair', () => [...two(), '--method', 'dnmf', '--tune', '2', '--pairs', ...pairs(1)], /expected a second pair to judge by with dnmf/],
    ['a penalty with another method', () => [...two(), '--method', 'anmf', '--l1', '1'], /--l1, --l1-spectra, --volume: expected only with nmf/],
  ])
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
      const steps = learnPlan(plan, { crew })
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
