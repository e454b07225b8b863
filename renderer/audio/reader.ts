// One door for every audio file that Winnow reads: the format is recognised by what is inside, never by the name,
// and all of them are then read in blocks of any size.

import { UserError } from '../user-error.ts'
import { aiffMark, readAiff } from './aiff.ts'
import { bytesAt, memorySource, type ByteSource } from './bytes.ts'
import { flacMark, readFlac } from './flac.ts'
import { findMpegFrame, tagSize } from './mpeg-frames.ts'
import { oggMark } from './ogg-pages.ts'
import { readWav, wavMark } from './wav.ts'

export interface AudioReader {
  readonly name: string
  /** For people: "WAV, 24-bit integer". */
  readonly format: string
  readonly sampleRate: number
  readonly channels: 1 | 2
  /** Samples per channel; null where the format tells only at its end. */
  readonly length: number | null
  /** The same where it is known, else as near as the first bytes tell; null where they tell nothing. */
  readonly expected: number | null
  /** Share of the file that has been read, 0 to 1. */
  readonly progress: number
  /** Fills one array per channel and says how many samples came: fewer than fit only at the end, then 0. */
  read(into: readonly Float32Array[]): Promise<number>
  close(): Promise<void>
}

export const FORMATS = 'WAV, AIFF, FLAC, MP3 or Ogg Vorbis'

export async function readAudio(source: ByteSource): Promise<AudioReader> {
  if (source.size === 0) throw new UserError(`${source.name}: expected audio (${FORMATS}), got an empty file`)
  const head = await bytesAt(source, 0, 64)
  if (wavMark(head)) return readWav(source)
  if (aiffMark(head)) return readAiff(source)
  if (flacMark(head)) return readFlac(source)
  if (oggMark(head)) return (await import('./ogg.ts')).readOgg(source)
  const tag = await tagSize(source)
  if (tag > 0 && flacMark(await bytesAt(source, tag, 4))) return readFlac(source, tag)
  const frame = await findMpegFrame(source)
  if (frame) return (await import('./mp3.ts')).readMp3(source, frame)
  throw new UserError(`${source.name}: expected audio (${FORMATS}), got ${await guess(source, head)}`)
}

/** What a file that is no audio looks like, for the sentence that refuses it. */
async function guess(source: ByteSource, head: Uint8Array): Promise<string> {
  const letters = String.fromCharCode(...head.subarray(0, 4))
  if (letters === 'RIFX') return 'a big-endian WAV (RIFX)'
  if (letters === 'RIFF') return 'a RIFF file that holds no WAVE'
  if (letters === 'MThd') return 'a MIDI file'
  const sample = await bytesAt(source, 0, 4096)
  const control = sample.some((byte) => byte < 32 && byte !== 9 && byte !== 10 && byte !== 12 && byte !== 13)
  return control ? 'something else' : 'text'
}

/** As `readAudio`; a source that holds no sound is closed. */
export async function openSource(source: ByteSource): Promise<AudioReader> {
  try {
    return await readAudio(source)
  } catch (error) {
    await source.close()
    throw error
  }
}

export const openAudioBytes = (bytes: Uint8Array, name: string): Promise<AudioReader> => openSource(memorySource(bytes, name))

const BIGGEST = 1e6 // 120 dB over full scale: the engine takes more than this for a fault, and hears silence

/** Reads the next block and refuses what is no sound: NaN, infinity, or numbers no recording has. */
export async function readSound(reader: AudioReader, into: readonly Float32Array[], position: number): Promise<number> {
  const count = await reader.read(into)
  for (let c = 0; c < reader.channels; c++) {
    const channel = into[c]!
    for (let i = 0; i < count; i++)
      if (!(Math.abs(channel[i]!) < BIGGEST))
        throw new UserError(`${reader.name}: expected finite samples below ${BIGGEST}, got ${channel[i]} at sample ${position + i} (${
          ((position + i) / reader.sampleRate).toFixed(3)} s) of channel ${c + 1}`)
  }
  return count
}
