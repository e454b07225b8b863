// Ogg Vorbis by libvorbis in WASM, page by page (ogg-pages.ts). Loaded only where such a file is opened.

import { OggVorbisDecoder } from '@wasm-audio-decoders/ogg-vorbis'
import { UserError } from '../user-error.ts'
import { viewOf, type ByteSource } from './bytes.ts'
import { decodedReader } from './decoded.ts'
import { lastGranule, readPage } from './ogg-pages.ts'
import { checkShape } from './pcm.ts'
import type { AudioReader } from './reader.ts'

export async function readOgg(source: ByteSource): Promise<AudioReader> {
  const { name, size } = source
  const first = await readPage(source, 0)
  const { serial, body } = first
  const mark = String.fromCharCode(...body.subarray(0, 8))
  if (!mark.startsWith('\x01vorbis') || body.length < 30)
    throw new UserError(`${name}: expected Vorbis in Ogg, got ${
      mark.startsWith('OpusHead') ? 'Opus' : mark.startsWith('\x7fFLAC') ? 'FLAC in Ogg' : 'another codec'}`)
  const sampleRate = viewOf(body).getUint32(12, true)
  const channels = checkShape(name, body[11]!, sampleRate)
  const length = await lastGranule(source)
  if (length === 0) throw new UserError(`${name}: expected sound, got 0 samples`)

  const decoder = new OggVorbisDecoder()
  await decoder.ready
  let position = 0
  return decodedReader(source, {
    format: 'Ogg Vorbis', sampleRate, channels, length,
    async next() {
      if (position >= size) return null
      const page = await readPage(source, position)
      if (page.serial !== serial)
        throw new UserError(`${name}: expected one stream in the Ogg file, got another at byte ${position}`)
      position += page.bytes.length
      return { bytes: page.bytes, end: position }
    },
    decode: (bytes) => decoder.decode(bytes),
    flush: () => decoder.flush(),
    free: () => decoder.free(),
  })
}
