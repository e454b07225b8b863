// FLAC, MP3 and Ogg Vorbis: against files made here byte by byte, and against those of the usual encoders where the
// machine has them.

import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { scratch } from './cli-fixtures.ts'
import { bytesOf, differences, flac, mp3, readAll, sound, wav } from './sound-files.ts'
import { sealed, vorbis, vorbisPages } from './vorbis-bytes.ts'

const refusal = (bytes: Uint8Array): Promise<string> => readAll(bytes).then(({ length }) => `accepted ${length}`, (error: Error) => `${error.name}: ${error.message}`)
const rounded = (x: number): number => Math.round(x * 32768) / 32768
const tagged = (bytes: Uint8Array): Uint8Array => bytesOf('ID3', [4, 0, 0, 0, 0, 1, 4], new Uint8Array(132), bytes)
const decibels = (original: Float32Array, found: Float32Array): number => {
  let signal = 0
  let noise = 0
  original.forEach((x, i) => { signal += x * x; noise += (x - found[i]!) ** 2 })
  return 10 * Math.log10(signal / noise)
}

describe('FLAC', () => {
  for (const channels of [1, 2])
    for (const length of [1, 1024, 5000, 200_000])
      test(`${channels} channels, ${length} samples, bit for bit`, async () => {
        const original = sound(channels, length)
        const { samples, format, sampleRate, declared } = await readAll(flac(original))
        expect([format, sampleRate, declared]).toEqual(['FLAC, 16-bit', 44100, length])
        for (let c = 0; c < channels; c++) expect(differences(samples[c]!, original[c]!.map(rounded))).toBe(0)
      })
  test('behind an ID3 tag', async () => { expect((await readAll(tagged(flac(sound(1, 3000))))).length).toBe(3000) })

  const file = flac(sound(2, 20_000))
  test('refused: truncated anywhere', async () => {
    for (const length of [10, 41, 42, 60, 5000, file.length - 1]) expect(await refusal(file.subarray(0, length))).toMatch(/^UserError: .*(truncated|damaged)/)
  })
  test('refused: a damaged frame, which the decoder would skip', async () => {
    const damaged = file.slice()
    damaged[30_000]! ^= 1
    expect(await refusal(damaged)).toMatch(/^UserError: .*damaged/)
  })
  test('refused: 3 channels', async () => { expect(await refusal(flac(sound(3, 100)))).toMatch(/expected 1 or 2 channels, got 3/) })
})

describe('MP3', () => {
  const file = mp3(50)
  test('a tone: mono stays mono, at its pitch', async () => {
    const { samples, length, sampleRate, format } = await readAll(file)
    expect([format, samples.length, sampleRate]).toEqual(['MPEG layer III', 1, 44100])
    expect(length).toBe(50 * 1152)
    const steady = samples[0]!.subarray(20_000, 40_000)
    const crossings = steady.reduce((count, x, i) => count + (i > 0 && x >= 0 !== steady[i - 1]! >= 0 ? 1 : 0), 0)
    expect(crossings / 2 / (20_000 / 44100)).toBeGreaterThan(19.5 * 44100 / 1152)
  })
  test('tags before and behind are no sound', async () => {
    const tail = bytesOf('TAG', new Uint8Array(125))
    expect((await readAll(bytesOf(tagged(file), tail))).length).toBe(50 * 1152)
  })
  test('refused: truncated', async () => { expect(await refusal(file.subarray(0, -100))).toMatch(/^UserError: .*truncated: expected 208 bytes in the last frame, 100 are missing/) })
  test('refused: damage between frames', async () => { expect(await refusal(bytesOf(file, [1, 2, 3, 4, 5], file))).toMatch(/^UserError: .*expected a frame at byte 10400/) })
  test('refused: another rate on the way', async () => {
    const other = file.slice()
    for (let at = 2; at < other.length; at += 208) other[at]! |= 4
    expect(await refusal(bytesOf(file, other))).toMatch(/^UserError: .*expected 44100 Hz/)
  })
})

describe('Ogg Vorbis', () => {
  test('a tone, at its pitch, as long as the last page says', async () => {
    for (const channels of [1, 2]) {
      const { samples, format, sampleRate, declared, length } = await readAll(vorbis(channels, 150, { trim: 77 }))
      expect([format, sampleRate, samples.length, declared, length]).toEqual(['Ogg Vorbis', 44100, channels, 149 * 128 - 77, 149 * 128 - 77])
      const steady = samples[channels - 1]!.subarray(2000, 18_000)
      expect(Math.max(...steady)).toBeGreaterThan(0.01)
      const crossings = steady.reduce((count, x, i) => count + (i > 0 && x >= 0 !== steady[i - 1]! >= 0 ? 1 : 0), 0)
      expect(Math.abs(crossings / 2 / (16_000 / 44100) - 12.5 * 44100 / 256)).toBeLessThan(100)
    }
  })
  const pages = vorbisPages(1, 100)
  test('refused: truncated, within a page and between two', async () => {
    expect(await refusal(bytesOf(...pages).subarray(0, -3))).toMatch(/^UserError: .*truncated: expected a page of \d+ bytes at byte \d+, 3 are missing/)
    expect(await refusal(bytesOf(...pages.slice(0, -1)))).toMatch(/^UserError: .*truncated: expected a page marked as the last one/)
  })
  test('refused: a damaged page, a missing page, another stream', async () => {
    const damaged = pages.map((page) => page.slice())
    damaged[3]![60]! ^= 1
    expect(await refusal(bytesOf(...damaged))).toMatch(/checksum of the page at byte \d+ is wrong/)
    expect(await refusal(bytesOf(...pages.slice(0, 3), ...pages.slice(4)))).toMatch(/^UserError: .*expected 12672 samples per channel, got/)
    damaged[3] = pages[3]!.slice()
    damaged[3]![14] = 9
    expect(await refusal(bytesOf(...damaged.map(sealed)))).toMatch(/expected one stream in the Ogg file/)
  })
  test('refused: 3 channels', async () => { expect(await refusal(vorbis(3, 10))).toMatch(/expected 1 or 2 channels, got 3/) })
})

const has = (program: string): boolean => spawnSync(program, ['--version']).error === undefined
const folder = scratch()
const original = sound(2, 60_000)
writeFileSync(join(folder, 'a.wav'), wav(original, 44100, { kind: 'integer', bits: 16 }))
const made = (program: string, name: string, ...args: string[]): Uint8Array => {
  execFileSync(program, args.map((arg) => arg.replace('IN', join(folder, 'a.wav')).replace('OUT', join(folder, name))))
  return new Uint8Array(readFileSync(join(folder, name)))
}

describe('by the usual encoders', () => {
  test.skipIf(!has('flac'))('flac' + (has('flac') ? '' : ' [skipped: no flac on this machine]'), async () => {
    for (const options of [['-0'], ['-8'], ['-8', '-b', '192']]) {
      const { samples } = await readAll(made('flac', 'a.flac', '-s', '-f', ...options, '-o', 'OUT', 'IN'))
      expect(differences(samples[1]!, original[1]!.map(rounded))).toBe(0)
    }
  })
  test.skipIf(!has('lame'))('lame' + (has('lame') ? '' : ' [skipped: no lame on this machine]'), async () => {
    for (const options of [['-b', '320'], ['-V0'], ['-m', 'm', '-b', '128'], ['--tt', 'Title', '--add-id3v2', '-b', '192']]) {
      const { samples, length } = await readAll(made('lame', 'a.mp3', '--quiet', ...options, 'IN', 'OUT'))
      expect(length).toBe(60_000) // the encoder's delay is taken out
      expect(samples.length).toBe(options[1] === 'm' ? 1 : 2)
      if (samples.length === 2) expect(decibels(original[0]!, samples[0]!)).toBeGreaterThan(15)
    }
  })
  test.skipIf(!has('oggenc'))('oggenc' + (has('oggenc') ? '' : ' [skipped: no oggenc on this machine]'), async () => {
    const bytes = made('oggenc', 'a.ogg', '-Q', '-q', '8', '-o', 'OUT', 'IN')
    const { samples, declared, length, format } = await readAll(bytes)
    expect([format, declared, length]).toEqual(['Ogg Vorbis', 60_000, 60_000])
    expect(decibels(original[0]!, samples[0]!)).toBeGreaterThan(15)
    expect(await refusal(bytes.subarray(0, -1))).toMatch(/^UserError: .*truncated/)
    const damaged = bytes.slice()
    damaged[bytes.length - 500]! ^= 1
    expect(await refusal(damaged)).toMatch(/checksum of the page at byte/)
  })
})

test('Ogg that holds something else is named', async () => {
  const page = sealed(bytesOf('OggS', [0, 2], new Uint8Array(8), [1, 0, 0, 0], new Uint8Array(8), [1, 19], 'OpusHead', new Uint8Array(11)))
  expect(await refusal(page)).toMatch(/expected Vorbis in Ogg, got Opus/)
})
