// Reading AIFF and uncompressed AIFF-C: the other endianness, and a sample rate in 80-bit floating point.

import { UserError } from '../user-error.ts'
import { bytesAt, fourLetters, viewOf, type ByteSource } from './bytes.ts'
import { checkShape, pcmReader, type SampleFormat } from './pcm.ts'
import type { AudioReader } from './reader.ts'

const MOST_CHUNKS = 10_000

export const aiffMark = (head: Uint8Array): boolean => fourLetters(head) === 'FORM' && ['AIFF', 'AIFC'].includes(fourLetters(head, 8))

/** Sign and exponent in 16 bits, then 64 bits of mantissa whose leading one is written out. */
function extended(view: DataView, offset: number): number {
  const exponent = view.getUint16(offset) & 0x7fff
  const sign = view.getUint16(offset) & 0x8000 ? -1 : 1
  const mantissa = view.getUint32(offset + 2) * 2 ** 32 + view.getUint32(offset + 6)
  return exponent === 0x7fff ? NaN : sign * mantissa * 2 ** (exponent - 16383 - 63)
}

interface Common { readonly samples: SampleFormat; readonly channels: 1 | 2; readonly sampleRate: number; readonly length: number }

function sampleFormat(name: string, compression: string, bits: number): SampleFormat {
  const integer = (bytes: number, bigEndian = true): SampleFormat => {
    if (!(bytes >= 1 && bytes <= 4)) throw new UserError(`${name}: expected samples of 1 to 32 bits, got ${bits}`)
    return { kind: 'integer', bytes: bytes as SampleFormat['bytes'], bigEndian, unsigned: false }
  }
  switch (compression) {
    case 'NONE': case 'twos': return integer(Math.ceil(bits / 8))
    case 'sowt': return integer(Math.ceil(bits / 8), false)
    case 'in24': return integer(3)
    case 'in32': return integer(4)
    case 'fl32': case 'FL32': return { kind: 'float', bytes: 4, bigEndian: true, unsigned: false }
    case 'fl64': case 'FL64': return { kind: 'float', bytes: 8, bigEndian: true, unsigned: false }
    default: throw new UserError(`${name}: expected uncompressed AIFF (NONE, sowt, twos, in24, in32, fl32 or fl64), got "${compression}"`)
  }
}

function readCommon(name: string, bytes: Uint8Array, compressed: boolean): Common {
  const least = compressed ? 22 : 18
  if (bytes.length < least) throw new UserError(`${name}: expected a COMM chunk of at least ${least} bytes, got ${bytes.length}`)
  const view = viewOf(bytes)
  const sampleRate = Math.round(extended(view, 8))
  const channels = checkShape(name, view.getInt16(0), sampleRate)
  const samples = sampleFormat(name, compressed ? fourLetters(bytes, 18) : 'NONE', view.getInt16(6))
  return { samples, channels, sampleRate, length: view.getUint32(2) }
}

export async function readAiff(source: ByteSource): Promise<AudioReader> {
  const { name, size } = source
  const compressed = fourLetters(await bytesAt(source, 8, 4)) === 'AIFC'
  let common: Common | null = null
  let sound: { start: number; bytes: number } | null = null
  let position = 12
  for (let chunks = 0; position + 8 <= size && !(common && sound); chunks++) {
    if (chunks === MOST_CHUNKS)
      throw new UserError(`${name}: expected an AIFF with samples, got more than ${MOST_CHUNKS} chunks without`)
    const header = await bytesAt(source, position, 16)
    const id = fourLetters(header)
    const bytes = viewOf(header).getUint32(4)
    if (id === 'COMM') common = readCommon(name, await bytesAt(source, position + 8, Math.min(bytes, 22)), compressed)
    if (id === 'SSND') {
      if (header.length < 16 || bytes < 8) throw new UserError(`${name}: truncated: expected a whole SSND chunk`)
      const offset = viewOf(header).getUint32(8)
      // A chunk that claims more than there is may still hold every sample that COMM promises: that is checked below.
      sound = { start: position + 16 + offset, bytes: Math.min(bytes - 8 - offset, size - position - 16 - offset) }
    }
    position += 8 + bytes + (bytes & 1)
  }
  if (!common) throw new UserError(`${name}: expected a COMM chunk, got none`)
  const { samples, channels, sampleRate, length } = common
  if (length === 0) throw new UserError(`${name}: expected sound, got 0 samples`)
  if (!sound) throw new UserError(`${name}: ${position > size ? 'truncated: ' : ''}expected a SSND chunk, got none`)
  const missing = length * channels * samples.bytes - sound.bytes
  if (missing > 0) throw new UserError(`${name}: truncated: expected ${length} samples per channel, ${missing} bytes are missing`)
  return pcmReader(source, compressed ? 'AIFF-C' : 'AIFF', { format: samples, sampleRate, channels, start: sound.start, length })
}
