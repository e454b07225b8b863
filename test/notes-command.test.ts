// `winnow notes`: files in, MIDI and lists out, every way it can be asked wrongly.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readMidi } from '../main/midi-file.ts'
import { scoreNotes } from '../main/score.ts'
import { readPreset, writePreset } from '../presets/preset.ts'
import { filesIn, scratch, smallPreset, winnow } from './cli-fixtures.ts'
import { NOTE_RATE, piece, struck, struckPreset, type Played } from './note-sounds.ts'
import { wav } from './sound-files.ts'

const folder = scratch()
const path = (name: string): string => join(folder, name)
const write = (name: string, bytes: Uint8Array): string => {
  writeFileSync(path(name), bytes)
  return path(name)
}
const bytes = struckPreset(48, 84)
const preset = write('struck.preset', bytes)
const played: Played[] = [60, 64, 67, 72, 71, 67, 64, 60].map((pitch, i) => ({ onset: 0.2 + 0.25 * i, offset: 0.4 + 0.25 * i, pitch, velocity: 60 + 8 * i }))
const sound = piece(played, 2.6)
const input = write('tune.wav', wav([sound], NOTE_RATE))
const reference = played.map((note) => ({ ...note, channel: 0 }))

interface Json {
  notes: { onset: number; offset: number; pitch: number; velocity: number; source?: string }[]
  lagMs: { p50: number | null; p90: number | null }
  misfit: number | null
  outputs: string[]
}
const notes = async (...words: string[]): Promise<{ code: number; err: string; json: Json }> => {
  const { code, out, err } = await winnow(['notes', ...words, '--json'])
  return { code, err, json: (out === '' ? null : JSON.parse(out)) as Json }
}

test('what was played stands in the MIDI file where it was played, and the same in JSON and in the lists', async () => {
  const { code, err, json } = await notes(input, path('a.mid'), '--preset', preset, '--list', path('a.json'))
  expect([code, err]).toEqual([0, ''])
  const midi = readMidi(readFileSync(path('a.mid')), 'a.mid')
  expect(scoreNotes(reference, midi)).toMatchObject({ precision: 1, recall: 1 })
  expect(json.notes.map(({ pitch }) => pitch)).toEqual(played.map(({ pitch }) => pitch))
  json.notes.forEach((note, i) => {
    expect(note.onset).toBeCloseTo(midi[i]!.onset, 2)
    expect(note.offset).toBeGreaterThan(note.onset)
    expect(note.offset).toBeLessThanOrEqual(2.6)
    expect(Math.abs(note.velocity - midi[i]!.velocity)).toBeLessThan(2)
  })
  expect(json.outputs).toEqual([path('a.mid'), path('a.json')])
  expect((JSON.parse(readFileSync(path('a.json'), 'utf8')) as Json).notes.map(({ pitch, onset }) => [pitch, onset])).toEqual(json.notes.map(({ pitch, onset }) => [pitch, onset]))
  // a decision takes longer than a hop, and no longer than the window
  expect(json.lagMs.p50).toBeGreaterThan(12)
  expect(json.lagMs.p50).toBeLessThan(93)
  expect(json.lagMs.p90).toBeGreaterThanOrEqual(json.lagMs.p50!)
  await notes(input, path('b.mid'), '--preset', preset, '--list', path('b.csv'))
  expect(readFileSync(path('b.csv'), 'utf8').trim().split('\r\n').length).toBe(1 + played.length)
})

test('two channels and another rate and format of samples give the same tune', async () => {
  const stereo = write('stereo.wav', wav([sound, sound.map((x) => 0.5 * x)], NOTE_RATE, { kind: 'integer', bits: 16 }))
  const quick = write('quick.wav', wav([piece(played, 2.6, 0, 48_000)], 48_000, { kind: 'integer', bits: 24 }))
  for (const file of [stereo, quick])
    expect(scoreNotes(reference, (await notes(file, path('c.mid'), '--preset', preset)).json.notes.map((note) => ({ ...note, channel: 0 })))).toMatchObject({ f: 1 })
})

test('silence, and a file shorter than a frame, make a valid file without notes, and a sentence', async () => {
  for (const [name, length] of [['silence.wav', 44_100], ['short.wav', 100]] as const) {
    const file = write(name, wav([new Float32Array(length)], NOTE_RATE))
    const { code, err, json } = await notes(file, path('d.mid'), '--preset', preset)
    expect([code, err]).toEqual([0, `${file}: nothing sounds, so there are no notes\n`])
    expect(json).toMatchObject({ notes: [], lagMs: { p50: null, p90: null }, misfit: null })
    expect(readMidi(readFileSync(path('d.mid')), 'd.mid')).toEqual([])
  }
})

test('rows of the table are flags: range, scale, timing, threshold; a preset may hold them', async () => {
  expect((await notes(input, path('e.mid'), '--preset', preset, '--lowest', '66')).json.notes.every(({ pitch }) => pitch >= 66)).toBe(true)
  expect((await notes(input, path('e.mid'), '--preset', preset, '--scale', 'major', '--key', 'f')).json.notes.every(({ pitch }) => pitch !== 71)).toBe(true)
  expect((await notes(input, path('e.mid'), '--preset', preset, '--timing', 'fast')).json.lagMs.p50).toBeGreaterThan(0)
  const high = write('high.preset', writePreset({ ...readPreset(bytes, 'struck'), settings: { lowest: 70 } }))
  expect((await notes(input, path('e.mid'), '--preset', high)).json.notes.map(({ pitch }) => pitch)).toEqual([72, 71])
  expect((await notes(input, path('e.mid'), '--preset', high, '--lowest', '0')).json.notes.length).toBe(played.length)
  const { code, err } = await winnow(['notes', input, path('x.mid'), '--preset', preset, '--threshold', '2'])
  expect([code, err]).toEqual([2, 'winnow: notes: threshold: expected a number from 0.05 to 0.95, got "2"\n'])
  expect((await winnow(['notes', input, path('x.mid'), '--passes', '3'])).err).toContain('unknown flag --passes')
})

test('only where it is asked for, notes move to a grid', async () => {
  await notes(input, path('f.mid'), '--preset', preset, '--quantise', '1/16', '--tempo', '60', '--program', '4')
  for (const { onset } of readMidi(readFileSync(path('f.mid')), 'f.mid')) expect(Math.abs(4 * onset - Math.round(4 * onset))).toBeLessThan(0.01)
})

test('a track for each source that has pitches, or the one that is named', async () => {
  const one = readPreset(bytes, 'struck')
  const { dictionary } = one
  const atoms = dictionary.atoms.map((atom) => (atom.pitch! < 66 ? { ...atom, source: 'low' } : { ...atom, source: 'high' }))
  const two = write('two.preset', writePreset({ ...one, dictionary: { ...dictionary, atoms } }))
  const { json } = await notes(input, path('g.mid'), '--preset', two)
  expect(json.notes.map(({ source }) => source)).toEqual(json.notes.map(({ pitch }) => (pitch < 66 ? 'low' : 'high')))
  expect((await notes(input, path('g.mid'), '--preset', two, '--source', 'high')).json.notes.every(({ pitch, source }) => pitch >= 66 && source === undefined)).toBe(true)
  expect((await notes(input, path('x.mid'), '--preset', two, '--source', 'flute'))).toMatchObject({ code: 2, err: 'winnow: --source: expected low, high, got "flute"\n' })
})

test('an instrument that the preset does not know, or below its range, is said', async () => {
  const bass = write('bass.wav', wav([struck(33, 1.5, 90)], NOTE_RATE))
  const { code, err } = await notes(bass, path('h.mid'), '--preset', preset)
  expect(code).toBe(0)
  expect(err).toContain('% of the sound lies below the lowest note of')
  expect(err).toContain('C3 (48)')
})

test('bad asking is one sentence and 2, and nothing is written', async () => {
  const without = write('without.preset', writePreset(smallPreset()))
  const before = filesIn(folder)
  for (const [words, sentence] of [
    [[input, path('x.mid'), '--preset', without], `${without}: expected a preset whose atoms have pitches, got one without: \`winnow learn OUT.preset --notes FOLDER\` makes one from recordings of single notes`],
    [[input, path('x.wav'), '--preset', preset], `notes: expected an output ending in .mid, got ${path('x.wav')}`],
    [[input, path('x.mid'), '--preset', preset, '--list', path('x.txt')], `notes: expected an output ending in .json or .csv, got ${path('x.txt')}`],
    [[input, path('x.mid'), '--preset', preset, '--quantise', '1/7'], 'notes: --quantise: expected 1/4, 1/8, 1/8t, 1/16, 1/16t, 1/32, got "1/7"'],
    [[preset, path('x.mid'), '--preset', preset], null],
    [[path('none.wav'), path('x.mid'), '--preset', preset], null],
  ] as const) {
    const { code, out, err } = await winnow(['notes', ...words])
    expect([code, out, err.split('\n').length]).toEqual([2, '', 2])
    if (sentence !== null) expect(err).toBe(`winnow: ${sentence}\n`)
  }
  expect(filesIn(folder)).toEqual(before)
})
