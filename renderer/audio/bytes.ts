// Where readers take their bytes: memory, a file of the disk (main/audio/file.ts), one that a page was given
// (recording/source.ts). Positions are explicit, so a header may be read in any order.

export interface ByteSource {
  /** For sentences. */
  readonly name: string
  readonly size: number
  /** Fills `into` from `position`; fewer bytes only at the end. */
  read(position: number, into: Uint8Array): Promise<number>
  close(): Promise<void>
}

export const memorySource = (bytes: Uint8Array, name: string): ByteSource => ({
  name,
  size: bytes.length,
  async read(position, into) {
    const part = bytes.subarray(Math.min(position, bytes.length), Math.min(position + into.length, bytes.length))
    into.set(part)
    return part.length
  },
  async close() {},
})

/** `length` bytes from `position`, or as many as there are. */
export async function bytesAt(source: ByteSource, position: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(Math.max(0, Math.min(length, source.size - position)))
  return bytes.subarray(0, await source.read(position, bytes))
}

export const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** Four letters of a chunk; what cannot be shown becomes a question mark. */
export const fourLetters = (bytes: Uint8Array, offset = 0): string =>
  String.fromCharCode(...bytes.subarray(offset, offset + 4)).replace(/[^\x20-\x7e]/g, '?')
