// FLAC by libFLAC in WASM. The facts come from STREAMINFO, so that a file that lost its end is noticed.

import { FLACDecoder } from '@wasm-audio-decoders/flac'
import { UserError } from '../user-error.ts'
import { bytesAt, fourLetters, viewOf, type ByteSource } from './bytes.ts'
import { decodedReader } from './decoded.ts'
import { checkShape } from './pcm.ts'
import type { AudioReader } from './reader.ts'

const PIECE = 8192
/** No frame header is longer than 16 bytes; the decoder looks a little further. */
const HEADER = 20

export const flacMark = (head: Uint8Array): boolean => fourLetters(head) === 'fLaC'

/** `start`: where "fLaC" stands, which is not 0 behind an ID3 tag. */
export async function readFlac(source: ByteSource, start = 0): Promise<AudioReader> {
  const { name, size } = source
  const info = await bytesAt(source, start + 4, 38)
  if (info.length < 38) throw new UserError(`${name}: truncated: expected the 38 bytes of STREAMINFO, got ${info.length}`)
  if ((info[0]! & 0x7f) !== 0) throw new UserError(`${name}: expected STREAMINFO as the first FLAC block, got block type ${info[0]! & 0x7f}`)
  const bits = viewOf(info).getBigUint64(14) // rate 20, channels − 1 in 3, bits − 1 in 5, samples 36
  const sampleRate = Number(bits >> 44n)
  const channels = checkShape(name, Number(bits >> 41n & 7n) + 1, sampleRate)
  const samples = Number(bits & 0xfffffffffn)

  let position = start + 4
  for (let last = false; !last;) {
    const header = await bytesAt(source, position, 4)
    if (header.length < 4) throw new UserError(`${name}: truncated: expected a FLAC metadata block at byte ${position}, got the end`)
    last = header[0]! >= 0x80
    position += 4 + (viewOf(header).getUint32(0) & 0xffffff)
  }
  if (position >= size) throw new UserError(`${name}: truncated: expected FLAC frames from byte ${position}, got the end`)

  // The decoder knows the end of a frame by the header behind it, and loses the last frame of about every twentieth file
  // at its flush: so a copy of the first frame's header follows the last frame.
  const header = await bytesAt(source, position, HEADER)
  let headed = false

  const decoder = new FLACDecoder()
  await decoder.ready
  return decodedReader(source, {
    format: `FLAC, ${Number(bits >> 36n & 31n) + 1}-bit`, sampleRate, channels,
    length: samples === 0 ? null : samples, // an encoder that wrote into a pipe left 0
    async next() {
      const bytes = await bytesAt(source, position, PIECE)
      position += bytes.length
      if (bytes.length > 0) return { bytes, end: position }
      if (headed) return null
      headed = true
      return { bytes: header, end: position }
    },
    decode: (bytes) => decoder.decode(bytes),
    flush: () => decoder.flush(),
    free: () => decoder.free(),
  })
}
