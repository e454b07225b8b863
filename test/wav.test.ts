// WAV in and out: every width, every header a program may have written, and one sentence for each that is broken.

import { openSync, closeSync, ftruncateSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openAudio } from '../main/audio/file.ts'
import { openAudioBytes } from '../renderer/audio/reader.ts'
import type { Bits } from '../renderer/wav.ts'
import { wavWriter, type Sink } from '../renderer/wav-writer.ts'
import { scratch } from './cli-fixtures.ts'
import { bytesOf, chunk, differences, encode, readAll, riff, sound, u16, u32, u64, wav, wavFormat, type Encoding } from './sound-files.ts'

const encodings: readonly Encoding[] = [
  { kind: 'integer', bits: 8 }, { kind: 'integer', bits: 16 }, { kind: 'integer', bits: 24 }, { kind: 'integer', bits: 32 },
  { kind: 'float', bits: 32 }, { kind: 'float', bits: 64 },
]
const two = sound(2, 3001)
const refusal = (bytes: Uint8Array): Promise<string> => readAll(bytes).then(() => 'accepted', (error: Error) => `${error.name}: ${error.message}`)

describe('reading', () => {
  for (const encoding of encodings)
    for (const channels of [1, 2])
      for (const extensible of [false, true])
        test(`${encoding.bits}-bit ${encoding.kind}, ${channels} channels${extensible ? ', extensible' : ''}`, async () => {
          const original = sound(channels, 3001)
          const { sampleRate, samples, length } = await readAll(wav(original, 48000, encoding, extensible))
          expect([sampleRate, samples.length, length]).toEqual([48000, channels, 3001])
          const step = encoding.kind === 'float' ? 0 : 2 ** (1 - encoding.bits)
          for (let c = 0; c < channels; c++)
            expect(Math.max(...samples[c]!.map((x, i) => Math.abs(x - original[c]![i]!)))).toBeLessThanOrEqual(step * 0.5000001 + (encoding.bits === 32 ? 1e-7 : 0))
        })

  test('the ends of every integer scale', async () => {
    for (const [bits, bytes] of [[8, [0, 255]], [16, [0, 128, 255, 127]], [24, [0, 0, 128, 255, 255, 127]], [32, [0, 0, 0, 128, 255, 255, 255, 127]]] as const) {
      const { samples } = await readAll(riff(chunk('fmt ', wavFormat(1, 44100, { kind: 'integer', bits })), chunk('data', bytes)))
      expect([...samples[0]!]).toEqual([-1, Math.fround(1 - 2 ** (1 - bits))])
    }
  })

  test('20 bits in 24 stand at the top', async () => {
    const { samples } = await readAll(riff(chunk('fmt ', wavFormat(1, 44100, { kind: 'integer', bits: 20 }, true)), chunk('data', [0, 0, 0x40])))
    expect([...samples[0]!]).toEqual([0.5])
  })

  test('blocks of any size give the same samples', async () => {
    const bytes = wav(sound(2, 40_000))
    const { samples } = await readAll(bytes, 40_000)
    for (const block of [1000, 16384, 16385, 50_000]) expect((await readAll(bytes, block)).samples.map((x, c) => differences(x, samples[c]!))).toEqual([0, 0])
  })

  test('rates from 1 Hz up', async () => {
    for (const rate of [1, 8000, 22050, 192_000, 4_000_000_000]) expect((await readAll(wav(two, rate))).sampleRate).toBe(rate)
  })

  const format = chunk('fmt ', wavFormat(2, 44100, { kind: 'float', bits: 32 }))
  const data = encode(two, { kind: 'float', bits: 32 }, false)
  const whole = { 'fmt behind data': riff(chunk('data', data), format), 'unknown chunks, odd ones padded': riff(chunk('LIST', [1, 2, 3]), format, chunk('odd!', [7]), chunk('data', data), chunk('tail', [1])),
    'data size 0 from a stream': bytesOf('RIFF', u32(0), 'WAVE', format, 'data', u32(0), data),
    'data size 2³² − 1 from a stream': bytesOf('RIFF', u32(0xffffffff), 'WAVE', format, 'data', u32(0xffffffff), data),
    'the size that SoX writes into a pipe': bytesOf('RIFF', u32(0x7ffff024), 'WAVE', format, 'data', u32(0x7ffff000), data),
    'a wrong size for the whole': bytesOf('RIFF', u32(12), 'WAVE', format, chunk('data', data)),
    'a second fmt chunk': riff(format, chunk('data', data), chunk('fmt ', wavFormat(1, 8000, { kind: 'integer', bits: 8 }))),
    'RF64': bytesOf('RF64', u32(0xffffffff), 'WAVE', chunk('ds64', bytesOf(u64(data.length + 100), u64(data.length), u64(3001), u32(0))), format, 'data', u32(0xffffffff), data),
    'BW64': bytesOf('BW64', u32(0xffffffff), 'WAVE', chunk('ds64', bytesOf(u64(data.length + 100), u64(data.length), u64(3001), u32(0))), format, 'data', u32(0xffffffff), data) }
  for (const [what, bytes] of Object.entries(whole))
    test(what, async () => { expect((await readAll(bytes)).samples).toEqual(two) })

  test('a stream cut within a sample loses that sample only', async () => {
    expect((await readAll(bytesOf('RIFF', u32(0), 'WAVE', format, 'data', u32(0xffffffff), data.subarray(0, -3)))).length).toBe(3000)
  })

  test('NaN and infinity are read as they stand', async () => {
    expect([...(await readAll(wav([Float32Array.of(0.5, NaN, Infinity, -Infinity)]))).samples[0]!]).toEqual([0.5, NaN, Infinity, -Infinity])
  })

  const broken: Record<string, readonly [Uint8Array, RegExp]> = {
    'an empty file': [bytesOf(), /expected audio .* got an empty file/],
    'text': [bytesOf('These are words, not sound.\n'), /expected audio .* got text/],
    'other bytes': [bytesOf([0, 1, 2, 3, 4, 5, 250, 9]), /got something else/],
    'RIFX': [bytesOf('RIFX', u32(4), 'WAVE'), /big-endian/],
    'an AVI': [bytesOf('RIFF', u32(4), 'AVI '), /RIFF file that holds no WAVE/],
    'nothing but its head': [bytesOf('RIFF', u32(4), 'WAVE'), /expected a data chunk, got none/],
    'no data': [riff(format), /expected a data chunk, got none/],
    'no format': [riff(chunk('data', data)), /expected a format chunk, got none/],
    'no samples': [riff(format, chunk('data', [])), /expected sound, got 0 samples/],
    'no samples, chunks behind': [riff(format, chunk('data', []), chunk('LIST', [1, 2])), /got 0 samples/],
    'truncated samples': [wav(two).subarray(0, -1000), /truncated: expected 24008 bytes of samples, 1000 are missing/],
    'truncated format': [bytesOf('RIFF', u32(0), 'WAVE', 'fmt ', u32(16), [1, 0]), /truncated: expected 16 bytes in its "fmt " chunk, 14 are missing/],
    'truncated RF64': [bytesOf('RF64', u32(0xffffffff), 'WAVE', chunk('ds64', bytesOf(u64(0), u64(2 ** 45), u64(0), u32(0))), format, 'data', u32(0xffffffff), data), /truncated/],
    '3 channels': [wav(sound(3, 10)), /expected 1 or 2 channels, got 3/],
    '0 channels': [riff(chunk('fmt ', wavFormat(0, 44100, encodings[1]!)), chunk('data', [0, 0])), /got 0/],
    'rate 0': [wav(two, 0), /expected a sample rate above 0 Hz, got 0/],
    'A-law': [riff(chunk('fmt ', bytesOf(u16(6), u16(1), u32(8000), u32(8000), u16(1), u16(8))), chunk('data', [1])), /got A-law/],
    '12-bit float': [riff(chunk('fmt ', bytesOf(u16(3), u16(1), u32(8000), u32(8000), u16(2), u16(12))), chunk('data', [1, 2])), /got 12 bits in 2 bytes for 1 channel/],
    'another GUID': [riff(chunk('fmt ', wavFormat(1, 44100, encodings[1]!, true).fill(9, 30)), chunk('data', [0, 0])), /unknown extensible format/],
    'endless empty chunks': [bytesOf('RIFF', u32(4), 'WAVE', new Uint8Array(8 * 10_001)), /more than 10000 chunks/],
  }
  for (const [what, [bytes, sentence]] of Object.entries(broken))
    test(`refused: ${what}`, async () => {
      const said = await refusal(bytes)
      expect(said).toMatch(/^UserError: x\.wav: /)
      expect(said).toMatch(sentence)
      expect(said).not.toContain('\n')
    })
})

/** A file in memory that may be written at any place. */
function memory(): Sink & { bytes(): Uint8Array } {
  const bytes = new Uint8Array(1 << 20)
  let end = 0
  const put = (position: number, part: Uint8Array): void => {
    bytes.set(part, position)
    end = Math.max(end, position + part.length)
  }
  return { bytes: () => bytes.slice(0, end), async write(part) { put(end, part) }, async rewrite(position, part) { put(position, part) } }
}
async function written(channels: readonly Float32Array[], bits: Bits, limit?: number, length: number | null = channels[0]!.length): Promise<{ bytes: Uint8Array; clipped: number }> {
  const sink = memory()
  const writer = await wavWriter(sink, { sampleRate: 44100, channels: channels.length, bits, length, ...(limit !== undefined && { limit }) })
  for (let at = 0; at < channels[0]!.length; at += 777) await writer.write(channels, at, Math.min(at + 777, channels[0]!.length))
  await writer.finish()
  return { bytes: sink.bytes(), clipped: writer.clipped }
}

describe('writing', () => {
  test('float is exact', async () => {
    const original = sound(2, 100_000)
    expect((await readAll((await written(original, 'float')).bytes)).samples.map((x, c) => differences(x, original[c]!))).toEqual([0, 0])
  })

  for (const bits of [16, 24, 32] as const)
    test(`${bits}-bit integers: dither within its bounds, of the right power, the same in every run`, async () => {
      const original = sound(2, 50_001)
      const { bytes } = await written(original, bits)
      expect(Buffer.compare((await written(original, bits)).bytes, bytes)).toBe(0)
      const { samples, format } = await readAll(bytes)
      expect(format).toBe(`WAV, ${bits}-bit integer`)
      const step = 2 ** (1 - bits)
      let power = 0
      let most = 0
      for (let i = 0; i < 50_001; i++) {
        const error = (samples[0]![i]! - original[0]![i]!) / step
        power += error * error / 50_001
        most = Math.max(most, Math.abs(error))
      }
      // Triangular dither of ±1 step adds 1/6 to the 1/12 of rounding. Floats are too coarse to see that in 32 bits.
      if (bits < 32) {
        expect(most).toBeLessThanOrEqual(1.5001)
        expect(power).toBeCloseTo(1 / 4, 2)
      } else expect(most * step).toBeLessThan(1e-7)
    })

  test('what an integer cannot hold is cut off and counted', async () => {
    const { bytes, clipped } = await written([Float32Array.of(1.5, -1.5, 0, 0.5)], 16)
    expect(clipped).toBe(2)
    const { samples } = await readAll(bytes)
    expect(samples[0]![0]).toBe(Math.fround(32767 / 32768))
    expect(samples[0]![1]).toBe(-1)
  })

  test('an odd number of bytes is padded, and the sizes say so', async () => {
    const { bytes } = await written(sound(1, 1001), 24)
    expect(bytes.length % 2).toBe(0)
    expect(new DataView(bytes.buffer).getUint32(4, true)).toBe(bytes.length - 8)
    expect((await readAll(bytes)).length).toBe(1001)
  })

  test('beyond the limit of 32 bits it is RF64, read back exactly', async () => {
    const original = sound(2, 5000)
    for (const length of [5000, null]) {
      const { bytes } = await written(original, 'float', 20_000, length)
      expect(String.fromCharCode(...bytes.subarray(0, 4))).toBe('RF64')
      expect((await readAll(bytes)).samples).toEqual(original)
    }
    expect(String.fromCharCode(...(await written(original, 'float', 50_000, null)).bytes.subarray(0, 4))).toBe('RIFF')
  })

  test('a real file of more than 4 GiB opens at its full length', async () => {
    const path = join(scratch4GiB, 'huge.wav')
    const frames = 2 ** 30 + 1000
    const head = bytesOf('RF64', u32(0xffffffff), 'WAVE', chunk('ds64', bytesOf(u64(frames * 8 + 100), u64(frames * 8), u64(frames), u32(0))),
      chunk('fmt ', wavFormat(2, 44100, { kind: 'float', bits: 32 })), 'data', u32(0xffffffff))
    const file = openSync(path, 'w')
    writeSync(file, head)
    ftruncateSync(file, head.length + frames * 8) // sparse: it takes no room
    closeSync(file)
    const reader = await openAudio(path)
    expect(reader.length).toBe(frames)
    await reader.close()
  })
})

const scratch4GiB = scratch()

test('a folder and a missing file are refused', async () => {
  await expect(openAudio(scratch4GiB)).rejects.toThrow(/expected a file, got a folder/)
  await expect(openAudio(join(scratch4GiB, 'none.wav'))).rejects.toThrow(/none\.wav: there is no such file or folder \(ENOENT\)/)
  await expect(openAudioBytes(new Uint8Array(), 'x')).rejects.toThrow(/empty/)
})
