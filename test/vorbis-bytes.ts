// An Ogg Vorbis file made by code: one block size, a flat floor, and a residue in which a single line sounds. It is
// the least that the format's specification calls a stream.

import { bytesOf, u32, u64 } from './sound-files.ts'

/** Lowest bit first, as Vorbis packs. */
class Bits {
  readonly bytes: number[] = []
  private used = 8
  put(value: number, count: number): this {
    for (let i = 0; i < count; i++) {
      if (this.used === 8) { this.bytes.push(0); this.used = 0 }
      if (Math.floor(value / 2 ** i) & 1) this.bytes[this.bytes.length - 1]! |= 1 << this.used
      this.used++
    }
    return this
  }
}

/** The checksum of Ogg, bit by bit. */
export function checksum(page: Uint8Array): number {
  let crc = 0
  for (const byte of page) {
    crc ^= byte << 24
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x80000000 ? crc << 1 ^ 0x04c11db7 : crc << 1
  }
  return crc >>> 0
}

/** Writes a page's checksum, whatever its content has become. */
export function sealed(page: Uint8Array): Uint8Array {
  const view = new DataView(page.buffer, page.byteOffset, page.byteLength)
  view.setUint32(22, 0, true)
  view.setUint32(22, checksum(page), true)
  return page
}

function page(flags: number, granule: number, sequence: number, packets: readonly Uint8Array[]): Uint8Array {
  const lacing = packets.flatMap((packet) => [...Array<number>(Math.floor(packet.length / 255)).fill(255), packet.length % 255])
  return sealed(bytesOf('OggS', [0, flags], u64(granule), u32(1), u32(sequence), u32(0), [lacing.length], lacing, ...packets))
}

const BLOCK = 256
const LINES = BLOCK / 2
/** A number as Vorbis writes floats: a whole mantissa and an exponent of two. */
const float = (value: number): number => (value < 0 ? 2 ** 31 : 0) + 788 * 2 ** 21 + Math.abs(value)

function setup(): Uint8Array {
  const bits = new Bits().put(2 - 1, 8)
  bits.put(0x564342, 24).put(1, 16).put(2, 24).put(0, 2).put(0, 5).put(0, 5).put(0, 4) // classes: two words of one bit
  bits.put(0x564342, 24).put(1, 16).put(4, 24).put(0, 2) // values: four words of two bits …
  for (let i = 0; i < 4; i++) bits.put(1, 5)
  bits.put(1, 4).put(float(-2), 32).put(float(1), 32).put(2 - 1, 4).put(0, 1) // … that mean −2, −1, 0, 1
  for (let i = 0; i < 4; i++) bits.put(i, 2)
  bits.put(0, 6).put(0, 16) // a placeholder of the format
  bits.put(0, 6).put(1, 16).put(0, 5).put(0, 2).put(7, 4) // floor: a line between two posts
  bits.put(0, 6).put(1, 16).put(0, 24).put(LINES, 24).put(32 - 1, 24).put(2 - 1, 6).put(0, 8) // residue: four parts of 32 lines
  bits.put(0, 3).put(0, 1).put(1, 3).put(0, 1).put(1, 8) // the first class is silent, the second has the values
  bits.put(0, 6).put(0, 16).put(0, 1).put(0, 1).put(0, 2).put(0, 8).put(0, 8).put(0, 8) // mapping
  bits.put(0, 6).put(0, 1).put(0, 16).put(0, 16).put(0, 8).put(1, 1) // mode, and the end
  return bytesOf([5], 'vorbis', bits.bytes)
}

function packet(channels: number, line: number): Uint8Array {
  const bits = new Bits().put(0, 1)
  for (let c = 0; c < channels; c++) bits.put(1, 1).put(230, 8).put(230, 8)
  for (let part = 0; part < LINES / 32; part++) {
    const sounds = Math.floor(line / 32) === part
    for (let c = 0; c < channels; c++) bits.put(sounds ? 1 : 0, 1)
    if (sounds)
      for (let c = 0; c < channels; c++)
        for (let i = 0; i < 32; i++) bits.put(1, 1).put(part * 32 + i === line ? 1 : 0, 1) // 10 is 0, 11 is 1: the first bit is the tree's root
  }
  return bytesOf(bits.bytes)
}

/** `packets` blocks of a tone at about (line + ½) × rate / 256 Hz; `trim` samples of the last one do not count. */
export function vorbisPages(channels: number, packets: number, { sampleRate = 44100, line = 12, trim = 0 } = {}): Uint8Array[] {
  const head = bytesOf([1], 'vorbis', u32(0), [channels], u32(sampleRate), u32(0), u32(0), u32(0), [0x88, 1])
  const comment = bytesOf([3], 'vorbis', u32(4), 'test', u32(0), [1])
  const pages = [page(2, 0, 0, [head]), page(0, 0, 1, [comment, setup()])]
  for (let first = 0; first < packets; first += 20) {
    const count = Math.min(20, packets - first)
    const isLast = first + count === packets
    pages.push(page(isLast ? 4 : 0, (first + count - 1) * LINES - (isLast ? trim : 0), pages.length, Array<Uint8Array>(count).fill(packet(channels, line))))
  }
  return pages
}
export const vorbis = (...args: Parameters<typeof vorbisPages>): Uint8Array => bytesOf(...vorbisPages(...args))
