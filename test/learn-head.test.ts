// A head in a preset, from the command line to what is played; and one person's voice in place of everybody's.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readMaskFacts } from '../worklet/mask-head.ts'
import { wholeDictionary } from '../worklet/selection.ts'
import { enrol } from '../presets/learn/enrol.ts'
import { learnMaskHead } from '../presets/learn/mask-head.ts'
import { readPreset, writePreset, type Preset } from '../presets/preset.ts'
import { dictionary, maskHead, nullDb, rig } from './engine.ts'
import { plainKernel } from './kernels.ts'
import { RATE, learning } from './learn-fixtures.ts'
import { melody, noise } from './signals.ts'
import { wav } from './sound-files.ts'
import { finish } from './steps.ts'

const here = learning()
const { learn, read } = here
const people = [120, 150, 180, 210, 240]
const said = (n: number, seed = n, seconds = 4): Float32Array => melody(seconds * RATE, RATE, people[n]!, seed + 1)
const recording = (name: string, samples: Float32Array) => ({ name, sampleRate: RATE, channels: [samples] })

const universal: Preset = {
  name: 'Any', dictionary: dictionary({ sampleRate: RATE, hopSize: 128, tailSize: 512, tones: 3, air: 0 }), settings: { tracker: 1, freeAtoms: 1 }, selection: null,
  learned: { method: 'nmf', files: ['a.wav'], licences: ['CC0 1.0: somebody'], command: 'winnow learn', seed: 1 }, head: maskHead('tones', { bands: 32 }), tensors: new Map(),
}

describe('winnow learn --head', () => {
  test('makes a preset whose head judges its voice, the same bytes twice', async () => {
    people.forEach((_, n) => writeFileSync(join(here.folder, `p${n}.wav`), wav([said(n, n, 1.5)], RATE)))
    writeFileSync(join(here.folder, 'air.wav'), wav([noise(3 * RATE, 3)], RATE))
    const ask = () => learn(`voice:8=${here.folder}/p?.wav`, '--head', join(here.folder, 'air.wav'), '--head-mixes', '16', '--head-epochs', '1', '--iterations', '2',
      '--hop', '128', '--tail', '512', '--free-atoms', '1', '--tracker', 'on')
    const ran = await ask()
    expect([ran.code, ran.err]).toEqual([0, ''])
    const preset = read(), bytes = writePreset(preset)
    expect(preset.learned).toMatchObject({ method: 'nmf, mask head', files: ['p0.wav', 'p1.wav', 'p2.wav', 'p3.wav', 'p4.wav', 'air.wav'] })
    expect(readMaskFacts(preset.head!, 'head')).toEqual({ source: 'voice', bands: 32, reach: RATE / 2, clock: 0.008, own: false, latency: true })
    await ask()
    expect(writePreset(read())).toEqual(bytes)
    const x = said(1).map((v, i) => v + 0.1 * Math.sin(i * i))
    const r = rig({ dictionary: preset.dictionary, selection: wholeDictionary(['voice']), head: preset.head!, settings: preset.settings, sampleRate: 48000 })
    expect(nullDb(r.run([x]), [x], r.separator.latencySamples)).toBeLessThan(-110)
    expect(r.separator.head!.answers).toBeGreaterThan(50)
  })

  test.each([
    ['two sources', ['voice=a.wav', 'room=b.wav', '--head', 'hiss.wav'], /learn: --head: expected one source, which it judges, got 2/],
    ['a preset that grows', ['voice=a.wav', '--append', '--head', 'hiss.wav'], /learn: --head: expected none but where a voice is learned from recordings of it, got one/],
    ['epochs of nothing', ['voice=a.wav', '--head-epochs', '3'], /learn: --head-epochs: expected none without --head, got one/],
    ['too few mixes', ['voice=a.wav', '--head', 'hiss.wav', '--head-mixes', '3'], /learn: --head-mixes: expected a whole number from 16 to 20000, got "?3/],
  ])('%s is refused in one sentence', async (_name, given, says) => {
    writeFileSync(join(here.folder, 'hiss.wav'), wav([noise(RATE, 1)], RATE))
    const words = given.map((word) => word.replace(/^(voice=|room=)?[ab]\.wav$/, (_, name = '') => `${name}${here.folder}/rec/a1.wav`).replace(/^hiss/, here.folder + '/hiss'))
    if (given.includes('--append')) writeFileSync(join(here.folder, 'out.preset'), writePreset(universal))
    const ran = await learn(...words, '--iterations', '1')
    expect(ran.code).toBe(2)
    expect(ran.err).toMatch(says)
  })

  test('too few voices, noises of another rate and stopping are heard', async () => {
    const plan = { dictionary: universal.dictionary, settings: {}, voices: people.map((_, n) => recording(`p${n}`, said(n))), noises: [recording('air', noise(RATE, 2))], mixes: 16, epochs: 1, seed: 1, module: plainKernel }
    await expect(finish(learnMaskHead({ ...plan, voices: plan.voices.slice(0, 3) }))).rejects.toThrow('head: expected recordings of at least 4 voices, got 3')
    await expect(finish(learnMaskHead({ ...plan, noises: [] }))).rejects.toThrow('head: expected recordings of noise, got none')
    await expect(finish(learnMaskHead({ ...plan, noises: [{ ...plan.noises[0]!, sampleRate: 8000 }] }))).rejects.toThrow('air: expected 16000 Hz like the dictionary, got 8000 Hz')
  })
})

describe('enrolment', () => {
  test('puts one voice in place of everybody\'s, keeps the head and tells it', async () => {
    const steps = enrol({ recordings: [recording('me', new Float32Array([...said(0), ...said(0, 9), ...said(0, 17)]))], universal, name: 'Me', module: plainKernel })
    const shares: number[] = []
    let step = await steps.next()
    for (; !step.done; step = await steps.next()) shares.push(step.value)
    const mine = readPreset(writePreset(step.value), 'mine')
    expect(shares.at(-1)).toBe(1)
    expect(shares).toEqual([...shares].sort((a, b) => a - b))
    expect(mine).toMatchObject({ name: 'Me', settings: { ...universal.settings, learned: 0.85 }, learned: { method: 'enrolment', files: ['me'], licences: ['CC0 1.0: somebody'] } })
    expect(mine.dictionary.atoms).toEqual(Array.from({ length: 24 }, () => ({ source: 'tones', pitch: null })))
    expect(mine.head!.layers).toEqual(universal.head!.layers)
    expect(mine.head!.facts).toEqual({ ...universal.head!.facts, own: true })
  })

  test('of too little, or for a preset without a voice, is refused', async () => {
    await expect(finish(enrol({ recordings: [recording('me', said(0))], universal, name: 'Me', module: plainKernel }))).rejects.toThrow('recordings: expected at least 10 s of the voice, got 4.0 s')
    const empty = { ...universal, dictionary: { ...universal.dictionary, atoms: [], spectra: new Float32Array() } }
    await expect(finish(enrol({ recordings: [], universal: empty, name: 'Me', module: plainKernel }))).rejects.toThrow(/^universal: expected a preset with a voice/)
  })
})
