// FLAC files: the facts come from STREAMINFO, so that a file that lost its end is noticed; the frames from flac-frame.ts.

import { UserError } from '../user-error.ts'
import { bytesAt, fourLetters, viewOf, type ByteSource } from './bytes.ts'
import { decodedReader } from './decoded.ts'
import { flacDecoder, largestFrame } from './flac-frame.ts'
import { checkShape } from './pcm.ts'
import type { AudioReader } from './reader.ts'

const PIECE = 1 << 16
const MOST_SAMPLES = 1 << 16 // decoded at once: a silent block of any length takes a few bytes

export const flacMark = (head: Uint8Array): boolean => fourLetters(head) === 'fLaC'

function joined(parts: readonly Float32Array[]): Float32Array {
  if (parts.length === 1) return parts[0]!
  const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** `start`: where "fLaC" stands, which is not 0 behind an ID3 tag. */
export async function readFlac(source: ByteSource, start = 0): Promise<AudioReader> {
  const { name, size } = source
  const block = await bytesAt(source, start + 4, 38)
  if (block.length < 38) throw new UserError(`${name}: truncated: expected the 38 bytes of STREAMINFO, got ${block.length}`)
  if ((block[0]! & 0x7f) !== 0)
    throw new UserError(`${name}: expected STREAMINFO as the first FLAC block, got block type ${block[0]! & 0x7f}`)
  const facts = viewOf(block).getBigUint64(14) // rate 20, channels − 1 in 3, bits − 1 in 5, samples 36
  const sampleRate = Number(facts >> 44n)
  const channels = checkShape(name, Number(facts >> 41n & 7n) + 1, sampleRate)
  const info = { sampleRate, channels, bits: Number(facts >> 36n & 31n) + 1, largestBlock: viewOf(block).getUint16(6) }
  const samples = Number(facts & 0xfffffffffn)
  const length = samples === 0 ? null : samples // an encoder that wrote into a pipe left 0
  if (info.bits < 4 || info.largestBlock < 16)
    throw new UserError(`${name}: damaged FLAC: expected samples of 4 to 32 bits in blocks of 16 and more, `
      + `got ${info.bits} bits in blocks of ${info.largestBlock}`)

  let position = start + 4
  for (let last = false; !last;) {
    const header = await bytesAt(source, position, 4)
    if (header.length < 4)
      throw new UserError(`${name}: truncated: expected a FLAC metadata block at byte ${position}, got the end`)
    last = header[0]! >= 0x80
    position += 4 + (viewOf(header).getUint32(0) & 0xffffff)
  }
  if (position >= size) throw new UserError(`${name}: truncated: expected FLAC frames from byte ${position}, got the end`)

  const decode = flacDecoder(info)
  const frameBytes = largestFrame(info)
  let total = 0
  return decodedReader(source, {
    format: `FLAC, ${info.bits}-bit`, sampleRate, channels, length,
    async next() {
      if (total === length) return null // what follows is a tag
      const bytes = await bytesAt(source, position, Math.max(PIECE, frameBytes))
      return bytes.length === 0 || fourLetters(bytes).startsWith('TAG') ? null : { bytes, end: position + bytes.length }
    },
    decode(bytes) {
      const parts: Float32Array[][] = Array.from({ length: channels }, () => [])
      const isLast = position + bytes.length === size
      let at = 0
      let decoded = 0
      while (decoded < MOST_SAMPLES && at < bytes.length && total !== length && (at === 0 || isLast || bytes.length - at >= frameBytes)) {
        if (isLast && fourLetters(bytes, at).startsWith('TAG')) break
        const frame = decode(bytes, at)
        frame.samples.forEach((channel, c) => parts[c]!.push(channel))
        at = frame.next
        decoded += frame.samples[0]!.length
        total += frame.samples[0]!.length
      }
      position += at
      return { channelData: parts.map(joined), samplesDecoded: decoded, sampleRate }
    },
    flush: () => null,
    free() {},
  })
}
