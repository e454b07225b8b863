// The pages of an Ogg file, walked here because their checksums are the only sign of damage and the last of them is the
// only place that knows the length.

import { UserError } from '../user-error.ts'
import { bytesAt, fourLetters, viewOf, type ByteSource } from './bytes.ts'

const HEADER = 27
const BIGGEST_PAGE = HEADER + 255 + 255 * 255
const LAST = 4 // flag of a stream's last page

export const oggMark = (head: Uint8Array): boolean => fourLetters(head) === 'OggS'

/** The checksum of Ogg: polynomial 04c11db7, highest bit first, no inversion. */
const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x80000000 ? crc << 1 ^ 0x04c11db7 : crc << 1
  return crc
})
export function oggChecksum(page: Uint8Array): number {
  let crc = 0
  for (let i = 0; i < page.length; i++) crc = crc << 8 ^ crcTable[crc >>> 24 ^ (i >= 22 && i < 26 ? 0 : page[i]!)]!
  return crc >>> 0
}

export interface Page {
  readonly bytes: Uint8Array
  readonly body: Uint8Array
  readonly serial: number
  readonly flags: number
  readonly granule: bigint
}

export async function readPage(source: ByteSource, position: number): Promise<Page> {
  const { name } = source
  const bytes = await bytesAt(source, position, BIGGEST_PAGE)
  if (!oggMark(bytes)) throw new UserError(`${name}: damaged Ogg: expected a page at byte ${position}, got something else`)
  const segments = bytes[26] ?? 0
  const bodyAt = HEADER + segments
  let size = bodyAt
  for (let i = 0; i < segments; i++) size += bytes[HEADER + i] ?? 0
  if (bytes.length < size)
    throw new UserError(`${name}: truncated: expected a page of ${size} bytes at byte ${position}, ${size - bytes.length} are missing`)
  const page = bytes.subarray(0, size)
  const view = viewOf(page)
  if (oggChecksum(page) !== view.getUint32(22, true))
    throw new UserError(`${name}: damaged Ogg: the checksum of the page at byte ${position} is wrong`)
  return { bytes: page, body: page.subarray(bodyAt), serial: view.getUint32(14, true), flags: page[5]!, granule: view.getBigUint64(6, true) }
}

/** The length that the last page states; the file must end with it. */
export async function lastGranule(source: ByteSource): Promise<number> {
  const from = Math.max(0, source.size - BIGGEST_PAGE)
  const tail = await bytesAt(source, from, BIGGEST_PAGE)
  for (let i = tail.length - HEADER; i >= 0; i--) {
    if (tail[i] !== 0x4f || !oggMark(tail.subarray(i))) continue
    const page = await readPage(source, from + i)
    if (!(page.flags & LAST)) break
    return Number(page.granule)
  }
  throw new UserError(`${source.name}: truncated: expected a page marked as the last one at the end, got none`)
}
