// Reading WAV: RIFF and RF64, chunks in any order, and the headers that streaming programs never went back to fill in.

import { FLOAT, PCM, UNKNOWN_SIZE } from '../wav.ts'
import { UserError } from '../user-error.ts'
import { bytesAt, fourLetters, viewOf, type ByteSource } from './bytes.ts'
import { checkShape, pcmReader, type SampleFormat } from './pcm.ts'
import type { AudioReader } from './reader.ts'

export const EXTENSIBLE = 0xfffe
/** What SoX writes into a pipe, where it cannot know the size. */
const SOX_UNKNOWN_SIZE = 0x7ffff000
const MOST_CHUNKS = 10_000

/** The tail of every format GUID that stands for a plain format number. */
const GUID_TAIL = [0x00, 0x00, 0x00, 0x00, 0x10, 0x00, 0x80, 0x00, 0x00, 0xaa, 0x00, 0x38, 0x9b, 0x71]

const tagNames: Readonly<Record<number, string>> = { 2: 'ADPCM', 6: 'A-law', 7: 'µ-law', 17: 'IMA ADPCM', 80: 'MPEG', 85: 'MP3' }

export const wavMark = (head: Uint8Array): boolean =>
  ['RIFF', 'RF64', 'BW64'].includes(fourLetters(head)) && fourLetters(head, 8) === 'WAVE'

interface Format { readonly samples: SampleFormat; readonly channels: 1 | 2; readonly sampleRate: number }

function readFormat(name: string, bytes: Uint8Array): Format {
  if (bytes.length < 16) throw new UserError(`${name}: expected a format chunk of at least 16 bytes, got ${bytes.length}`)
  const view = viewOf(bytes)
  let tag = view.getUint16(0, true)
  const sampleRate = view.getUint32(4, true)
  const blockAlign = view.getUint16(12, true)
  const bits = view.getUint16(14, true)
  const channels = checkShape(name, view.getUint16(2, true), sampleRate)
  if (tag === EXTENSIBLE) {
    if (bytes.length < 40) throw new UserError(`${name}: expected an extensible format chunk of 40 bytes, got ${bytes.length}`)
    if (!GUID_TAIL.every((byte, i) => bytes[26 + i] === byte))
      throw new UserError(`${name}: expected integer or float samples, got an unknown extensible format`)
    tag = view.getUint16(24, true)
  }
  if (tag !== PCM && tag !== FLOAT)
    throw new UserError(`${name}: expected integer or float samples, got ${tagNames[tag] ?? 'format ' + tag}`)
  // The container says how wide a sample is; fewer valid bits stand at its top, so the scale stays the container's.
  const size = blockAlign / channels
  const sizes = tag === FLOAT ? [4, 8] : [1, 2, 3, 4]
  if (!sizes.includes(size) || Math.ceil(bits / 8) !== size)
    throw new UserError(`${name}: expected ${tag === FLOAT ? '32 or 64-bit float' : '8, 16, 24 or 32-bit integer'} samples, `
      + `got ${bits} bits in ${blockAlign} bytes for ${channels} channel${channels > 1 ? 's' : ''}`)
  return {
    samples: { kind: tag === FLOAT ? 'float' : 'integer', bytes: size as SampleFormat['bytes'], bigEndian: false, unsigned: size === 1 },
    channels, sampleRate,
  }
}

/** Whether a chunk that fits into the file begins here: tells an empty data chunk from one whose size was never filled in. */
async function chunkFits(source: ByteSource, position: number): Promise<boolean> {
  const header = await bytesAt(source, position, 8)
  if (header.length < 8) return header.length === 0
  return header.subarray(0, 4).every((byte) => byte >= 32 && byte < 127) && position + 8 + viewOf(header).getUint32(4, true) <= source.size
}

export async function readWav(source: ByteSource): Promise<AudioReader> {
  const { name, size } = source
  let format: Format | null = null
  let data: { start: number; bytes: number } | null = null
  let longSize: number | null = null // RF64 keeps the size of its data apart, in 64 bits
  let position = 12
  for (let chunks = 0; position + 8 <= size && !(format && data); chunks++) {
    if (chunks === MOST_CHUNKS)
      throw new UserError(`${name}: expected a WAV with samples, got more than ${MOST_CHUNKS} chunks without`)
    const header = await bytesAt(source, position, 8)
    const id = fourLetters(header)
    const body = position + 8
    let bytes = viewOf(header).getUint32(4, true)
    if (id === 'data' && !data) {
      if (bytes === UNKNOWN_SIZE && longSize !== null) bytes = longSize
      else if (bytes === UNKNOWN_SIZE || bytes === SOX_UNKNOWN_SIZE && body + bytes > size) bytes = size - body
      else if (bytes === 0 && !(await chunkFits(source, body))) bytes = size - body
      if (body + bytes > size)
        throw new UserError(`${name}: truncated: expected ${bytes} bytes of samples, ${body + bytes - size} are missing`)
      data = { start: body, bytes }
    } else if (id === 'fmt ' || id === 'ds64') {
      if (body + bytes > size)
        throw new UserError(`${name}: truncated: expected ${bytes} bytes in its "${id}" chunk, ${body + bytes - size} are missing`)
      const content = await bytesAt(source, body, Math.min(bytes, 40))
      if (id === 'fmt ') format ??= readFormat(name, content)
      else {
        if (content.length < 24) throw new UserError(`${name}: expected a ds64 chunk of at least 24 bytes, got ${content.length}`)
        longSize = Number(viewOf(content).getBigUint64(8, true))
      }
    }
    position = body + bytes + (bytes & 1)
    if (!Number.isSafeInteger(position)) break
  }
  if (!data) throw new UserError(`${name}: ${position > size ? 'truncated: ' : ''}expected a data chunk, got none`)
  if (!format) throw new UserError(`${name}: expected a format chunk, got none`)
  const { samples, channels, sampleRate } = format
  const length = Math.floor(data.bytes / (samples.bytes * channels))
  if (length === 0) throw new UserError(`${name}: expected sound, got 0 samples`)
  return pcmReader(source, 'WAV', { format: samples, sampleRate, channels, start: data.start, length })
}
