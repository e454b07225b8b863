// Thousands of broken files: each is read, or refused with one sentence of ours. No crash, no hang, no other error.

import { expect, test } from 'vitest'
import { readMidi } from '../main/midi-file.ts'
import { UserError } from '../main/user-error.ts'
import { midi, midiOf, tempo, track } from './midi-bytes.ts'
import { random as seeded } from './signals.ts'
import { aiff, bytesOf, chunk, flac, mp3, readAll, riff, sound, u32, u64, wav, wavFormat } from './sound-files.ts'
import { sealed, vorbis, vorbisPages } from './vorbis-bytes.ts'

const EACH = 400
const values = [0, 1, 2, 3, 4, 7, 8, 16, 24, 32, 64, 127, 128, 255]

function mutate(original: Uint8Array, random: () => number): Uint8Array {
  let bytes = original.slice()
  const below = (n: number): number => Math.floor(random() * n)
  // Half of the changes hit the first bytes: that is where the facts stand.
  const place = (): number => below(random() < 0.5 ? Math.min(96, bytes.length) : bytes.length)
  for (let n = 1 + below(4); n > 0 && bytes.length > 4; n--) {
    const at = place()
    switch (below(7)) {
      case 0: bytes[at]! ^= 1 << below(8); break
      case 1: bytes[at] = values[below(values.length)]!; break
      case 2: bytes = bytes.slice(0, at); break
      case 3: bytes = bytesOf(bytes.subarray(0, at), bytes.subarray(at + 1 + below(8))); break
      case 4: bytes = bytesOf(bytes.subarray(0, at), Array.from({ length: 1 + below(8) }, () => below(256)), bytes.subarray(at)); break
      case 5: new DataView(bytes.buffer).setUint32(Math.min(at, bytes.length - 4), [0, 1, 0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff][below(6)]!, random() < 0.5); break
      default: bytes.copyWithin(place(), at, at + 1 + below(64))
    }
  }
  return bytes
}

const huge = 2 ** 40
const two = sound(2, 600)
const sounds: Record<string, Uint8Array> = {
  'WAV': wav(two, 44100, { kind: 'integer', bits: 16 }),
  'WAV, extensible float': riff(chunk('LIST', [1, 2, 3]), chunk('fmt ', wavFormat(2, 48000, { kind: 'float', bits: 32 }, true)), chunk('data', new Uint8Array(800)), chunk('tail', [1])),
  'RF64': bytesOf('RF64', u32(0xffffffff), 'WAVE', chunk('ds64', bytesOf(u64(huge), u64(800), u64(100), u32(0))), chunk('fmt ', wavFormat(2, 48000, { kind: 'float', bits: 32 })), 'data', u32(0xffffffff), new Uint8Array(800)),
  'AIFF': aiff(two), 'AIFF-C': aiff(two, 44100, { kind: 'float', bits: 64 }, 'fl64'),
  'FLAC': flac(sound(2, 1500)), 'MP3': mp3(6), 'Ogg Vorbis': vorbis(2, 60),
}
for (const [what, original] of Object.entries(sounds))
  test(`${EACH} broken files: ${what}`, async () => {
    const random = seeded(what.length * 7919)
    let read = 0
    let refused = 0
    for (let i = 0; i < EACH; i++)
      try {
        await readAll(mutate(original, random), 700)
        read++
      } catch (error) {
        if (!(error instanceof UserError)) throw new Error(`change ${i} of ${what}`, { cause: error })
        expect(error.message).toMatch(/^x\.wav: [^\n]+$/)
        refused++
      }
    expect(read + refused).toBe(EACH)
    expect(refused).toBeGreaterThan(EACH / 20)
  })

const song = midi(1, 96, track(tempo(0, 400_000), tempo(96, 600_000)),
  track([0, 0xc0, 5], [0, 0x90, 60, 90], [48, 64, 80], [48, 60, 0], [0, 64, 0], [0, 0xf0, 3, 1, 2, 0xf7], [1, 0xb0, 64, 127], [0, 0xe0, 1, 2]))
test(`${2 * EACH} broken files: MIDI`, () => {
  const random = seeded(99)
  let refused = 0
  for (let i = 0; i < 2 * EACH; i++)
    try {
      for (const { onset, offset } of readMidi(mutate(i % 2 ? song : midiOf([[0, 100, 60], [50, 300, 61], [50, 80, 60]]), random), 'x.mid'))
        expect(Number.isFinite(onset) && offset >= onset).toBe(true)
    } catch (error) {
      if (!(error instanceof UserError)) throw new Error(`change ${i}`, { cause: error })
      expect(error.message).toMatch(/^x\.mid: [^\n]+$/)
      refused++
    }
  expect(refused).toBeGreaterThan(EACH / 10)
})

test('random bytes behind every mark', async () => {
  const random = seeded(5)
  for (const mark of ['RIFF\0\0\0\0WAVE', 'FORM\0\0\0\0AIFF', 'fLaC', 'OggS', 'ID3', '\xff\xfb\x50\xc4', ''])
    for (let i = 0; i < 30; i++) {
      const bytes = bytesOf(mark, Array.from({ length: Math.floor(random() * 300) }, () => Math.floor(random() * 256)))
      await readAll(bytes).catch((error: unknown) => { if (!(error instanceof UserError)) throw new Error(JSON.stringify(mark), { cause: error }) })
    }
})

test(`${EACH / 4} Ogg files whose damaged pages have right checksums: the decoder itself meets the damage`, async () => {
  const random = seeded(17)
  const pages = vorbisPages(2, 60)
  let refused = 0
  for (let i = 0; i < EACH / 4; i++) {
    const broken = pages.map((page) => page.slice())
    const page = broken[Math.floor(random() * broken.length)]!
    for (let n = 1 + Math.floor(random() * 3); n > 0; n--) page[27 + page[26]! + Math.floor(random() * (page.length - 27 - page[26]!))] = Math.floor(random() * 256)
    await readAll(bytesOf(...broken.map(sealed)), 700).catch((error: unknown) => {
      if (!(error instanceof UserError)) throw new Error(`change ${i}`, { cause: error })
      refused++
    })
  }
  expect(refused).toBeGreaterThan(0)
})
