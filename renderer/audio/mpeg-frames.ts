// The frames of MPEG audio (layers I to III), walked by their headers: mpg123 jumps over damage without a word, answers
// two channels for mono, and cannot tell a broken end from a tag.

import { bytesAt, fourLetters, viewOf, type ByteSource } from './bytes.ts'

const SEARCH = 1 << 16 // bytes behind an ID3 tag among which a first frame is looked for

const kilobits = { // by version (1, or 2 and 2.5) and layer
  '1/1': [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
  '1/2': [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
  '1/3': [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  '2/1': [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
  '2/2': [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
  '2/3': [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
} as const

export interface MpegFrame {
  readonly position: number
  readonly bytes: number
  readonly sampleRate: number
  readonly channels: 1 | 2
  readonly layer: 1 | 2 | 3
  /** Per channel. */
  readonly samples: number
}

/** The frame whose header stands at `offset`, or null where there is none. Streams of free bit rate are not told from noise. */
export function frameAt(bytes: Uint8Array, offset: number, position: number): MpegFrame | null {
  if (offset + 4 > bytes.length) return null
  const [a, b, c, d] = [bytes[offset]!, bytes[offset + 1]!, bytes[offset + 2]!, bytes[offset + 3]!]
  const version = b >> 3 & 3 // 3: MPEG 1, 2: MPEG 2, 0: MPEG 2.5
  const layer = 4 - (b >> 1 & 3)
  const rate = c >> 2 & 3
  if (a !== 0xff || (b & 0xe0) !== 0xe0 || version === 1 || layer === 4 || rate === 3) return null
  const bitRate = kilobits[`${version === 3 ? 1 : 2}/${layer}` as keyof typeof kilobits][c >> 4]
  if (!bitRate) return null
  const sampleRate = [44100, 48000, 32000][rate]! / (version === 3 ? 1 : version === 2 ? 2 : 4)
  const padding = c >> 1 & 1
  const size = layer === 1 ? (Math.floor(12_000 * bitRate / sampleRate) + padding) * 4
    : Math.floor((layer === 3 && version !== 3 ? 72_000 : 144_000) * bitRate / sampleRate) + padding
  return { position, bytes: size, sampleRate, channels: d >> 6 === 3 ? 1 : 2, layer: layer as 1 | 2 | 3,
    samples: layer === 1 ? 384 : layer === 3 && version !== 3 ? 576 : 1152 }
}

export const sameStream = (a: MpegFrame, b: MpegFrame): boolean => a.sampleRate === b.sampleRate && a.layer === b.layer

/** Bytes of the ID3v2 tag at the beginning, 0 without one. */
export async function tagSize(source: ByteSource): Promise<number> {
  const head = await bytesAt(source, 0, 10)
  if (head.length < 10 || !fourLetters(head).startsWith('ID3')) return 0
  const [a, b, c, d] = head.subarray(6)
  return 10 + (a! << 21 | b! << 14 | c! << 7 | d!) + (head[5]! & 0x10 ? 10 : 0)
}

/** The first frame, trusted only where a second one of the same stream (or the end) follows it; null for what is no MPEG audio. */
export async function findMpegFrame(source: ByteSource): Promise<MpegFrame | null> {
  const start = await tagSize(source)
  const bytes = await bytesAt(source, start, SEARCH)
  const most = start > 0 ? bytes.length : 1 // junk is believed only behind a tag
  for (let offset = 0; offset < most; offset++) {
    const frame = frameAt(bytes, offset, start + offset)
    if (!frame) continue
    const next = frameAt(await bytesAt(source, frame.position + frame.bytes, 4), 0, 0)
    if (next ? sameStream(frame, next) : frame.position + frame.bytes === source.size) return frame
  }
  return null
}

/** Whether what follows the last frame is a tag or padding rather than sound. */
export const isTrailer = (bytes: Uint8Array): boolean =>
  ['TAG', 'APE', 'LYR', 'ID3', '3DI'].some((mark) => fourLetters(bytes).startsWith(mark)) || bytes.every((byte) => byte === 0)

const XING_FRAMES = 1 // flag of a header that counts the frames
const LAME_DELAYS = 141 // byte of a whole Xing header at which the encoder's delay and padding stand, 12 bits each

/**
 * About how many samples per channel there are: as the header that encoders put into the first frame says, else as many
 * frames as fit when all are as large as the first ones.
 */
export async function expectedSamples(source: ByteSource, first: MpegFrame): Promise<number> {
  const bytes = await bytesAt(source, first.position, 8192)
  const head = bytes.subarray(0, first.bytes)
  for (let at = 4; at + 144 < head.length && at < 64; at++) {
    const mark = fourLetters(head, at)
    if (mark !== 'Xing' && mark !== 'Info') continue
    const view = viewOf(head)
    if (!(view.getUint32(at + 4) & XING_FRAMES)) break
    const trimmed = (head[at + LAME_DELAYS]! << 4 | head[at + LAME_DELAYS + 1]! >> 4) + ((head[at + LAME_DELAYS + 1]! & 15) << 8 | head[at + LAME_DELAYS + 2]!)
    return Math.max(first.samples, view.getUint32(at + 8) * first.samples - trimmed)
  }
  let end = 0, frames = 0
  for (let frame = frameAt(bytes, 0, 0); frame && end + frame.bytes <= bytes.length; frame = frameAt(bytes, end, 0)) {
    end += frame.bytes
    frames++
  }
  return frames === 0 ? first.samples : Math.round((source.size - first.position) / end * frames) * first.samples
}
