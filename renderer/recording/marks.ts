// Formats that the browser reads and our readers do not, by what their first 64 bytes say: AAC in MP4 or alone, Opus, WebM.

const letters = (bytes: Uint8Array, from: number, to: number): string => String.fromCharCode(...bytes.subarray(from, to))

/** By the first 64 bytes. */
export const isForBrowser = (head: Uint8Array): boolean =>
  letters(head, 4, 8) === 'ftyp' // MP4
  || letters(head, 0, 4) === '\x1aEß£' // WebM
  || isOpus(head)
  || (head[0] === 0xff && (head[1]! & 0xf6) === 0xf0) // AAC alone

export const isOpus = (head: Uint8Array): boolean => letters(head, 0, 4) === 'OggS' && letters(head, 28, 36) === 'OpusHead'
