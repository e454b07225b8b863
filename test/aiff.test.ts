// AIFF and AIFF-C: every width, both endiannesses, and one sentence for each file that is broken.

import { describe, expect, test } from 'vitest'
import { aiff, readAll, sound, type Encoding } from './sound-files.ts'

const cases: readonly (readonly [string, Encoding, string | null])[] = [
  ...[8, 16, 24, 32].map((bits) => [`${bits}-bit AIFF`, { kind: 'integer', bits }, null] as const),
  ['NONE', { kind: 'integer', bits: 16 }, 'NONE'], ['twos', { kind: 'integer', bits: 16 }, 'twos'], ['sowt', { kind: 'integer', bits: 16 }, 'sowt'],
  ['in24', { kind: 'integer', bits: 24 }, 'in24'], ['in32', { kind: 'integer', bits: 32 }, 'in32'],
  ['fl32', { kind: 'float', bits: 32 }, 'fl32'], ['FL32', { kind: 'float', bits: 32 }, 'FL32'], ['fl64', { kind: 'float', bits: 64 }, 'fl64'],
]
const refusal = (bytes: Uint8Array): Promise<string> => readAll(bytes).then(() => 'accepted', (error: Error) => `${error.name}: ${error.message}`)
const changed = (bytes: Uint8Array, find: string, offset: number, values: readonly number[]): Uint8Array => {
  const copy = bytes.slice()
  copy.set(values, String.fromCharCode(...bytes).indexOf(find) + offset)
  return copy
}

describe('reading', () => {
  for (const [what, encoding, compression] of cases)
    for (const channels of [1, 2])
      test(`${what}, ${channels} channels`, async () => {
        const original = sound(channels, 2001)
        const { samples, sampleRate, declared } = await readAll(aiff(original, 48000, encoding, compression))
        expect([sampleRate, declared]).toEqual([48000, 2001])
        const step = encoding.kind === 'float' ? 0 : 2 ** -encoding.bits * 1.001 + 1e-7
        for (let c = 0; c < channels; c++) expect(Math.max(...samples[c]!.map((x, i) => Math.abs(x - original[c]![i]!)))).toBeLessThanOrEqual(step)
      })

  const small = aiff(sound(1, 100))
  const packed = aiff(sound(1, 100), 44100, { kind: 'integer', bits: 16 }, 'sowt')
  const broken: Record<string, readonly [Uint8Array, RegExp]> = {
    'truncated': [small.subarray(0, -50), /truncated: expected 100 samples per channel, 50 bytes are missing/],
    'cut before its sound': [small.subarray(0, 50), /expected a SSND chunk, got none/],
    'no COMM': [changed(small, 'COMM', 0, [88]), /expected a COMM chunk, got none/],
    '3 channels': [aiff(sound(3, 10)), /expected 1 or 2 channels, got 3/],
    'rate 0': [changed(small, 'COMM', 16, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]), /expected a sample rate above 0 Hz, got 0/],
    'a rate that is not a number': [changed(small, 'COMM', 16, [0x7f, 0xff]), /sample rate above 0 Hz, got NaN/],
    'no samples': [changed(small, 'COMM', 10, [0, 0, 0, 0]), /got 0 samples/],
    '40 bits': [changed(small, 'COMM', 14, [0, 40]), /expected samples of 1 to 32 bits, got 40/],
    'a compression': [changed(packed, 'sowt', 0, [0x69, 0x6d, 0x61, 0x34]), /expected uncompressed AIFF .* got "ima4"/],
  }
  for (const [what, [bytes, sentence]] of Object.entries(broken))
    test(`refused: ${what}`, async () => {
      expect(await refusal(bytes)).toMatch(/^UserError: x\.wav: /)
      expect(await refusal(bytes)).toMatch(sentence)
    })
})
