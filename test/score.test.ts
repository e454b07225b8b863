// The figures: SI-SDR against its formula written out, and note matching against trying every pairing.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Note } from '../main/midi-file.ts'
import { largestMatching, scoreNotes, siSdr } from '../main/score.ts'
import { scratch, winnow } from './cli-fixtures.ts'
import { midiOf } from './midi-bytes.ts'
import { random as seeded } from './signals.ts'
import { sound, wav, type Channels } from './sound-files.ts'

const folder = scratch()
let serial = 0
function file(channels: Channels, sampleRate = 44100): string {
  const path = join(folder, `${serial++}.wav`)
  writeFileSync(path, wav(channels, sampleRate))
  return path
}
const mapped = (channels: Channels, change: (x: number, i: number, c: number) => number): Float32Array[] =>
  channels.map((channel, c) => channel.map((x, i) => change(x, i, c)))

/** The definition, all at once: means of each channel removed, channels one behind the other. */
function slow(reference: Channels, estimate: Channels): number {
  const flat = (channels: Channels): number[] => channels.flatMap((channel) => {
    const mean = channel.reduce((sum, x) => sum + x, 0) / channel.length
    return [...channel].map((x) => x - mean)
  })
  const s = flat(reference)
  const e = flat(estimate)
  const dot = (a: number[], b: number[]): number => a.reduce((sum, x, i) => sum + x * b[i]!, 0)
  const scale = dot(e, s) / dot(s, s)
  const target = s.map((x) => x * scale)
  const noise = e.map((x, i) => x - target[i]!)
  return 10 * Math.log10(dot(target, target) / dot(noise, noise))
}

describe('SI-SDR', () => {
  const reference = sound(2, 40_000, 44100, 1)
  const noise = sound(2, 40_000, 44100, 9)

  test('is its formula, for mono and stereo, over any number of blocks', async () => {
    for (const channels of [1, 2]) {
      const s = reference.slice(0, channels)
      const e = mapped(s, (x, i, c) => 0.7 * x + 0.2 * noise[1 - c]![i]! + 0.05)
      expect(await siSdr(file(s), file(e))).toBeCloseTo(slow(s, e), 6)
    }
  })
  test('does not hear level or offset', async () => {
    const e = mapped(reference, (x, i) => x + 0.1 * noise[0]![i]!)
    const louder = mapped(e, (x, _, c) => 0.25 * x + 0.125 * (c + 1))
    expect(await siSdr(file(reference), file(louder))).toBeCloseTo(await siSdr(file(reference), file(e)), 4)
  })
  test('a copy is 400, silence and a constant −400', async () => {
    expect(await siSdr(file(reference), file(reference))).toBe(400)
    expect(await siSdr(file(reference), file(mapped(reference, () => 0)))).toBe(-400)
    expect(await siSdr(file(reference), file(mapped(reference, () => 0.1)))).toBe(-400)
  })
  test('a very good estimate is told from a perfect one', async () => {
    const e = mapped(reference, (x, i) => x + (i % 2 ? 2 ** -22 : -(2 ** -22)))
    expect(await siSdr(file(reference), file(e))).toBeCloseTo(slow(reference, e), 3)
  })
  test('as a command: text, JSON, and against the mix', async () => {
    const s = file(reference)
    const e = file(mapped(reference, (x, i) => x + 0.1 * noise[0]![i]!))
    const mix = file(mapped(reference, (x, i) => x + noise[0]![i]!))
    const { code, out, err } = await winnow(['score', s, e, '--json'])
    expect([code, err]).toEqual([0, ''])
    const { siSdr: ratio } = JSON.parse(out) as { siSdr: number }
    expect(ratio).toBeCloseTo(await siSdr(s, e), 9)
    const better = JSON.parse((await winnow(['score', s, e, '--mix', mix, '--json'])).out) as Record<string, number>
    expect(better['siSdrImprovement']).toBeCloseTo(ratio - await siSdr(s, mix), 9)
    expect((await winnow(['score', s, e])).out).toBe(`SI-SDR ${ratio.toFixed(2)} dB\n`)
  })

  const a = (): string => file(sound(1, 500))
  const refusals: Record<string, readonly [() => readonly string[], RegExp]> = {
    'another length': [() => [a(), file(sound(1, 499))], /expected the length of .*, 500 samples, got 499/],
    'another rate': [() => [a(), file(sound(1, 500), 48000)], /expected the sample rate of .*, 44100, got 48000/],
    'another number of channels': [() => [a(), file(sound(2, 500))], /expected the number of channels of .*, 1, got 2/],
    'a silent reference': [() => [file([new Float32Array(500)]), a()], /expected a reference that sounds, got silence/],
    'NaN': [() => [a(), file([sound(1, 500)[0]!.map((x, i) => i === 77 ? NaN : x)])], /got NaN at sample 77 \(0\.002 s\) of channel 1/],
    'infinity': [() => [a(), file([sound(1, 500)[0]!.map((x, i) => i === 9 ? -Infinity : x)])], /got -Infinity at sample 9/],
    'a missing file': [() => [a(), join(folder, 'none.wav')], /no such file/],
    'one name only': [() => [a()], /expected REFERENCE ESTIMATE, got/],
  }
  for (const [what, [words, sentence]] of Object.entries(refusals))
    test(`refused: ${what}`, async () => {
      const { code, out, err } = await winnow(['score', ...words()])
      expect([code, out]).toEqual([2, ''])
      expect(err).toMatch(sentence)
      expect(err.trimEnd()).not.toContain('\n')
    })
})

const note = (onset: number, offset: number, pitch: number): Note => ({ onset, offset, pitch, velocity: 80, channel: 0 })

describe('notes', () => {
  const reference = [note(0, 0.5, 60), note(0.5, 1, 62), note(1, 2, 64)]
  test('right, wrong pitch, too late', () => {
    expect(scoreNotes(reference, reference)).toEqual({ precision: 1, recall: 1, f: 1, fWithOffsets: 1 })
    expect(scoreNotes(reference, [note(0.04, 0.5, 60), note(0.5, 1, 63), note(1.06, 2, 64), note(3, 4, 60)])).toEqual({ precision: 1 / 4, recall: 1 / 3, f: 2 / 7, fWithOffsets: 2 / 7 })
  })
  test('50 ms exactly is near enough, 51 is not', () => {
    expect(scoreNotes([note(1, 2, 60)], [note(1.05, 2, 60)]).f).toBe(1)
    expect(scoreNotes([note(1, 2, 60)], [note(1.051, 2, 60)]).f).toBe(0)
  })
  test('offsets: within 50 ms, or 20 % of the duration where that is more', () => {
    expect(scoreNotes([note(0, 0.1, 60)], [note(0, 0.149, 60)]).fWithOffsets).toBe(1)
    expect(scoreNotes([note(0, 0.1, 60)], [note(0, 0.151, 60)]).fWithOffsets).toBe(0)
    expect(scoreNotes([note(0, 2, 60)], [note(0, 2.39, 60)]).fWithOffsets).toBe(1)
    expect(scoreNotes([note(0, 2, 60)], [note(0, 2.41, 60)])).toMatchObject({ f: 1, fWithOffsets: 0 })
  })
  test('one note cannot be right twice; a nearest partner is given up where that pairs more', () => {
    expect(scoreNotes([note(0, 1, 60)], [note(0, 1, 60), note(0.01, 1, 60)])).toMatchObject({ precision: 0.5, recall: 1 })
    // The first could take either, the second only the one that is nearest to the first.
    expect(scoreNotes([note(0.04, 1, 60), note(0.08, 1, 60)], [note(0, 1, 60), note(0.045, 1, 60)]).f).toBe(1)
  })
  test('nothing found, nothing to find', () => {
    for (const [a, b] of [[reference, []], [[], reference], [[], []]] as const) expect(scoreNotes(a, b)).toEqual({ precision: 0, recall: 0, f: 0, fWithOffsets: 0 })
  })
  test('the matching is the largest there is: against every pairing', () => {
    const random = seeded(3)
    const best = (pairs: readonly number[][], i = 0, used = 0): number => i === pairs.length ? 0
      : Math.max(best(pairs, i + 1, used), ...pairs[i]!.filter((j) => !(used >> j & 1)).map((j) => 1 + best(pairs, i + 1, used | 1 << j)))
    for (let round = 0; round < 300; round++) {
      const pairs = Array.from({ length: 1 + Math.floor(random() * 6) }, () => Array.from({ length: 6 }, (_, j) => j).filter(() => random() < 0.35))
      expect(largestMatching(pairs, 6)).toBe(best(pairs))
    }
  })
  test('long chains of notes', () => {
    const many = Array.from({ length: 3000 }, (_, i) => note(i * 0.03, i * 0.03 + 0.02, 60))
    expect(scoreNotes(many, many.map((n) => note(n.onset + 0.03, n.offset, 60))).f).toBe(1)
  })
  test('as a command', async () => {
    const paths = [midiOf([[0, 500, 60], [500, 900, 62]]), midiOf([[20, 500, 60], [600, 900, 62]])].map((bytes, i) => {
      writeFileSync(join(folder, `${i}.mid`), bytes)
      return join(folder, `${i}.mid`)
    })
    const { code, out } = await winnow(['score', ...paths, '--json'])
    expect(code).toBe(0)
    expect(JSON.parse(out)).toEqual({ precision: 0.5, recall: 0.5, f: 0.5, fWithOffsets: 0.5, notes: 2, found: 2 })
    expect((await winnow(['score', paths[0]!, file(sound(1, 500))])).err).toMatch(/expected two sounds or two MIDI files, got one of each/)
    writeFileSync(join(folder, 'text.mid'), 'words')
    expect((await winnow(['score', paths[0]!, join(folder, 'text.mid')])).err).toMatch(/expected a Standard MIDI file/)
  })
})
