// MPEG audio by mpg123 in WASM, given whole frames (mpeg-frames.ts). Loaded only where such a file is opened.

import { MPEGDecoder } from 'mpg123-decoder'
import { UserError } from '../user-error.ts'
import { bytesAt, type ByteSource } from './bytes.ts'
import { decodedReader } from './decoded.ts'
import { expectedSamples, frameAt, isTrailer, sameStream, type MpegFrame } from './mpeg-frames.ts'
import type { AudioReader } from './reader.ts'

const PIECE = 8192

export async function readMp3(source: ByteSource, first: MpegFrame): Promise<AudioReader> {
  const { name, size } = source
  const decoder = new MPEGDecoder()
  await decoder.ready
  const expected = await expectedSamples(source, first)
  let position = first.position
  return decodedReader(source, {
    format: `MPEG layer ${'I'.repeat(first.layer)}`, sampleRate: first.sampleRate, channels: first.channels, length: null, expected,
    async next() {
      const bytes = await bytesAt(source, position, PIECE)
      let end = 0 // as many whole frames as the piece holds
      while (end < bytes.length) {
        const frame = frameAt(bytes, end, position + end)
        if (!frame) {
          const rest = bytes.subarray(end)
          if (isTrailer(rest) || rest.length < 4) {
            if (end === 0) return null
            break
          }
          if (end > 0) break
          throw new UserError(`${name}: damaged MPEG audio: expected a frame at byte ${position}, got something else`)
        }
        if (!sameStream(frame, first) || frame.channels !== first.channels)
          throw new UserError(`${name}: expected ${first.sampleRate} Hz and ${first.channels} channels throughout, `
            + `got another kind of frame at byte ${frame.position}`)
        if (frame.position + frame.bytes > size)
          throw new UserError(`${name}: truncated: expected ${frame.bytes} bytes in the last frame, `
            + `${frame.position + frame.bytes - size} are missing`)
        if (end + frame.bytes > bytes.length) break
        end += frame.bytes
      }
      if (end === 0) return null
      position += end
      return { bytes: bytes.subarray(0, end), end: position }
    },
    decode: (bytes) => decoder.decode(bytes),
    flush: () => null,
    free: () => decoder.free(),
  })
}
