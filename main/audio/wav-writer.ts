// Writing WAV in blocks of any size: float as it is, integers with dither that is the same in every run, and RF64
// where 32 bits no longer hold the size.

import { viewOf } from './bytes.ts'
import { FLOAT, PCM, UNKNOWN_SIZE } from './wav.ts'

export type Bits = 16 | 24 | 32 | 'float'

/** Where the bytes go. `rewrite` goes back to the head once the size is known. */
export interface Sink {
  write(bytes: Uint8Array): Promise<void>
  rewrite(position: number, bytes: Uint8Array): Promise<void>
}

export interface WavWriter {
  write(from: readonly Float32Array[], start: number, end: number): Promise<void>
  finish(): Promise<void>
  /** Samples beyond full scale, cut off because an integer cannot hold them. */
  readonly clipped: number
}

export interface WavOptions {
  readonly sampleRate: number
  readonly channels: number
  readonly bits: Bits
  /** Samples per channel, where it is known: decides whether room for 64-bit sizes is kept. */
  readonly length: number | null
  /** For tests: the size from which a file becomes RF64. */
  readonly limit?: number
}

const DS64 = 28 // bytes of the chunk that holds the 64-bit sizes
const BUFFER = 1 << 17

/** Mulberry32: a small generator, good enough for noise under the last bit. */
function uniform(seed: number): () => number {
  let state = seed
  return () => {
    state = state + 0x6d2b79f5 | 0
    let t = Math.imul(state ^ state >>> 15, 1 | state)
    t = t + Math.imul(t ^ t >>> 7, 61 | t) ^ t
    return ((t ^ t >>> 14) >>> 0) / 4294967296
  }
}

function header({ sampleRate, channels, bits, limit = UNKNOWN_SIZE }: WavOptions, samples: number, roomFor64: boolean): Uint8Array {
  const isFloat = bits === 'float'
  const width = isFloat ? 4 : bits / 8
  const size = 12 + (roomFor64 ? 8 + DS64 : 0) + (isFloat ? 26 + 12 : 24) + 8
  const dataBytes = samples * channels * width
  const riffBytes = size - 8 + dataBytes + (dataBytes & 1)
  const long = riffBytes > limit
  const bytes = new Uint8Array(size)
  const view = viewOf(bytes)
  let at = 0
  const letters = (text: string): void => { for (const letter of text) bytes[at++] = letter.charCodeAt(0) }
  const u16 = (value: number): void => { view.setUint16(at, value, true); at += 2 }
  const u32 = (value: number): void => { view.setUint32(at, value, true); at += 4 }
  const u64 = (value: number): void => { view.setBigUint64(at, BigInt(value), true); at += 8 }
  letters(long ? 'RF64' : 'RIFF'); u32(long ? UNKNOWN_SIZE : riffBytes); letters('WAVE')
  if (roomFor64) {
    letters(long ? 'ds64' : 'JUNK'); u32(DS64)
    if (long) { u64(riffBytes); u64(dataBytes); u64(samples); u32(0) } else at += DS64
  }
  letters('fmt '); u32(isFloat ? 18 : 16); u16(isFloat ? FLOAT : PCM); u16(channels); u32(sampleRate)
  u32(sampleRate * channels * width); u16(channels * width); u16(width * 8)
  if (isFloat) { u16(0); letters('fact'); u32(4); u32(long ? UNKNOWN_SIZE : samples) }
  letters('data'); u32(long ? UNKNOWN_SIZE : dataBytes)
  return bytes
}

export async function wavWriter(sink: Sink, options: WavOptions): Promise<WavWriter> {
  const { channels, bits, length, limit = UNKNOWN_SIZE } = options
  const width = bits === 'float' ? 4 : bits / 8
  const roomFor64 = length === null || length * channels * width > limit - 4096
  const scale = bits === 'float' ? 1 : 2 ** (bits - 1)
  const random = uniform(0x57494e4e)
  const buffer = new Uint8Array(BUFFER - BUFFER % (width * channels))
  const view = viewOf(buffer)
  let filled = 0
  let samples = 0
  let clipped = 0

  function put(value: number): void {
    if (bits === 'float') view.setFloat32(filled, value, true)
    else {
      // Triangular noise of one step to either side makes the rounding error independent of the sound.
      const dithered = Math.round(value * scale + random() - random())
      const cut = Math.max(-scale, Math.min(scale - 1, dithered))
      if (Math.abs(value) > 1) clipped++
      if (bits === 16) view.setInt16(filled, cut, true)
      else if (bits === 32) view.setInt32(filled, cut, true)
      else { view.setUint16(filled, cut & 0xffff, true); view.setInt8(filled + 2, cut >> 16) }
    }
    filled += width
  }
  async function flush(): Promise<void> {
    if (filled > 0) await sink.write(buffer.subarray(0, filled))
    filled = 0
  }

  await sink.write(header(options, 0, roomFor64))
  return {
    get clipped() { return clipped },
    async write(from, start, end) {
      for (let i = start; i < end; i++) {
        for (let c = 0; c < channels; c++) put(from[c]![i]!)
        if (filled === buffer.length) await flush()
      }
      samples += end - start
    },
    async finish() {
      const odd = samples * channels * width & 1
      await flush()
      if (odd) await sink.write(new Uint8Array(1))
      await sink.rewrite(0, header(options, samples, roomFor64))
    },
  }
}
