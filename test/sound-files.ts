// Sound files made by code, byte by byte and apart from the readers that they test.

import { openAudioBytes } from '../renderer/audio/reader.ts'
import { random as seeded } from './signals.ts'

export type Channels = readonly Float32Array[]

/** A chord with some noise in it, different in each channel, well inside full scale. */
export function sound(channels: number, length: number, sampleRate = 44100, seed = 1): Float32Array[] {
  const random = seeded(seed)
  return Array.from({ length: channels }, (_, c) => Float32Array.from({ length }, (_, i) =>
    0.3 * Math.sin(2 * Math.PI * 220 * (c + 1) * i / sampleRate) + 0.2 * Math.sin(2 * Math.PI * 1234.5 * i / sampleRate + c) + 0.1 * (random() - 0.5)))
}

export function bytesOf(...parts: readonly (string | readonly number[] | Uint8Array)[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(typeof part === 'string' ? [...part].map((letter) => letter.charCodeAt(0)) : part, at)
    at += part.length
  }
  return bytes
}

const little = (value: number, bytes: number): number[] => Array.from({ length: bytes }, (_, i) => Math.floor(value / 2 ** (8 * i)) & 255)
export const u16 = (value: number): number[] => little(value, 2)
export const u32 = (value: number): number[] => little(value, 4)
export const u64 = (value: number): number[] => little(value, 8)
const big = (value: number, bytes: number): number[] => little(value, bytes).reverse()

export interface Encoding { readonly kind: 'integer' | 'float'; readonly bits: number }

/** Interleaved samples; 8-bit integers are unsigned in WAV and signed in AIFF. */
export function encode(channels: Channels, { kind, bits }: Encoding, bigEndian: boolean): Uint8Array {
  const width = Math.ceil(bits / 8)
  const length = channels[0]!.length
  const bytes = new Uint8Array(length * channels.length * width)
  const view = new DataView(bytes.buffer)
  let at = 0
  for (let i = 0; i < length; i++)
    for (const channel of channels) {
      if (kind === 'float') bits === 64 ? view.setFloat64(at, channel[i]!, !bigEndian) : view.setFloat32(at, channel[i]!, !bigEndian)
      else {
        const scale = 2 ** (width * 8 - 1)
        const value = Math.max(-scale, Math.min(scale - 1, Math.round(channel[i]! * scale)))
        const raw = width === 1 && !bigEndian ? value + 128 : value < 0 ? value + 2 * scale : value
        for (let b = 0; b < width; b++) bytes[at + (bigEndian ? width - 1 - b : b)] = Math.floor(raw / 256 ** b)
      }
      at += width
    }
  return bytes
}

export const chunk = (id: string, body: Uint8Array | readonly number[], size = body.length): Uint8Array =>
  bytesOf(id, u32(size), body, body.length & 1 ? [0] : [])

export function wavFormat(channels: number, sampleRate: number, { kind, bits }: Encoding, extensible = false): Uint8Array {
  const width = Math.ceil(bits / 8)
  const tag = kind === 'float' ? 3 : 1
  const common = [...u16(channels), ...u32(sampleRate), ...u32(sampleRate * channels * width), ...u16(channels * width), ...u16(width * 8)]
  return extensible
    ? bytesOf(u16(0xfffe), common, u16(22), u16(bits), u32(channels === 1 ? 4 : 3), u16(tag), [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71])
    : bytesOf(u16(tag), common)
}

export const riff = (...chunks: Uint8Array[]): Uint8Array => {
  const body = bytesOf('WAVE', ...chunks)
  return bytesOf('RIFF', u32(body.length), body)
}

export const wav = (channels: Channels, sampleRate = 44100, encoding: Encoding = { kind: 'float', bits: 32 }, extensible = false): Uint8Array =>
  riff(chunk('fmt ', wavFormat(channels.length, sampleRate, encoding, extensible)), chunk('data', encode(channels, encoding, false)))

/** A whole number of hertz as an 80-bit float. */
function extended(rate: number): number[] {
  const exponent = Math.floor(Math.log2(rate))
  return [...big(16383 + exponent, 2), ...big(rate * 2 ** (31 - exponent), 4), 0, 0, 0, 0]
}

export function aiff(channels: Channels, sampleRate = 44100, encoding: Encoding = { kind: 'integer', bits: 16 }, compression: string | null = null): Uint8Array {
  const section = (id: string, body: Uint8Array): Uint8Array => bytesOf(id, big(body.length, 4), body, body.length & 1 ? [0] : [])
  const common = bytesOf(big(channels.length, 2), big(channels[0]!.length, 4), big(encoding.bits, 2), extended(sampleRate),
    compression === null ? [] : bytesOf(compression, [0, 0]))
  const body = bytesOf(compression === null ? 'AIFF' : 'AIFC', section('NAME', bytesOf('odd')), section('COMM', common),
    section('SSND', bytesOf(big(0, 4), big(0, 4), encode(channels, encoding, compression !== 'sowt'))))
  return bytesOf('FORM', big(body.length, 4), body)
}

class BitWriter {
  readonly bytes: number[] = []
  private used = 8
  /** Highest bit first. */
  put(value: number, bits: number): this {
    for (let i = bits - 1; i >= 0; i--) {
      if (this.used === 8) { this.bytes.push(0); this.used = 0 }
      if (Math.floor(value / 2 ** i) & 1) this.bytes[this.bytes.length - 1]! |= 128 >> this.used
      this.used++
    }
    return this
  }
}

function crc(bytes: readonly number[], polynomial: number, width: number): number {
  let value = 0
  const top = 2 ** (width - 1)
  for (const byte of bytes) {
    value ^= byte << (width - 8)
    for (let bit = 0; bit < 8; bit++) value = (value & top ? value << 1 ^ polynomial : value << 1) & (top * 2 - 1)
  }
  return value
}

/** FLAC without compression: 16-bit frames of 1024 samples, every sample as it is. 44.1 kHz. */
export function flac(channels: Channels): Uint8Array {
  const length = channels[0]!.length
  const info = new BitWriter().put(1024, 16).put(1024, 16).put(0, 24).put(0, 24).put(44100, 20).put(channels.length - 1, 3).put(15, 5).put(length, 36)
  const frames: number[] = []
  for (let start = 0, number = 0; start < length; start += 1024, number++) {
    const count = Math.min(1024, length - start)
    const frame = new BitWriter().put(0xfff8, 16).put(7, 4).put(9, 4).put(channels.length - 1, 4).put(4, 3).put(0, 1)
    if (number < 128) frame.put(number, 8)
    else frame.put(0xc0 | number >> 6, 8).put(0x80 | number & 63, 8)
    frame.put(count - 1, 16)
    frame.put(crc(frame.bytes, 0x07, 8), 8)
    for (const channel of channels) {
      frame.put(2, 8)
      for (let i = start; i < start + count; i++) frame.put(Math.round(channel[i]! * 32768) & 0xffff, 16)
    }
    frame.put(crc(frame.bytes, 0x8005, 16), 16)
    frames.push(...frame.bytes)
  }
  return bytesOf('fLaC', [0x80, 0, 0, 34], info.bytes, Array<number>(16).fill(0), frames)
}

/** MP3 frames, 44.1 kHz mono, in which a single line of the spectrum sounds: about `line` × 38.3 Hz. */
export function mp3(frames: number, line = 20, gain = 200): Uint8Array {
  const bits = line / 2 + 3 // empty pairs of one bit each, then (1, 0) and its sign
  const side = new BitWriter().put(0, 9 + 5 + 4)
  for (let granule = 0; granule < 2; granule++)
    side.put(bits, 12).put(line / 2 + 1, 9).put(gain, 8).put(0, 4).put(0, 1).put(1, 5).put(1, 5).put(1, 5).put(0, 4 + 3).put(0, 3)
  const sounds = new BitWriter()
  for (let granule = 0; granule < 2; granule++) sounds.put(2 ** (line / 2) - 1, line / 2).put(1, 2).put(0, 1)
  const frame = new Uint8Array(208) // 144 × 64 000 / 44 100, never padded
  frame.set([0xff, 0xfb, 0x50, 0xc4, ...side.bytes, ...sounds.bytes])
  return bytesOf(...Array<Uint8Array>(frames).fill(frame))
}

/** A whole file through the reader. */
export async function readAll(bytes: Uint8Array, block = 1000): Promise<{ format: string; sampleRate: number; length: number; samples: Float32Array[]; declared: number | null }> {
  const reader = await openAudioBytes(bytes, 'x.wav')
  try {
    const parts: Float32Array[][] = Array.from({ length: reader.channels }, () => [])
    for (;;) {
      const into = parts.map(() => new Float32Array(block))
      const count = await reader.read(into)
      parts.forEach((list, c) => list.push(into[c]!.subarray(0, count)))
      if (count === 0) break
    }
    const samples = parts.map((list) => {
      const all = new Float32Array(list.reduce((sum, part) => sum + part.length, 0))
      let at = 0
      for (const part of list) { all.set(part, at); at += part.length }
      return all
    })
    return { format: reader.format, sampleRate: reader.sampleRate, length: samples[0]!.length, samples, declared: reader.length }
  } finally {
    await reader.close()
  }
}

/** How many samples of two channels differ: a comparison that never prints them. */
export const differences = (a: Float32Array, b: Float32Array): number =>
  Math.abs(a.length - b.length) + a.reduce((count, x, i) => count + (i < b.length && x !== b[i] ? 1 : 0), 0)
