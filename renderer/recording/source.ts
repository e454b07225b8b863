// Where a page reads a sound file: a `File` that was dropped or chosen, or an address of the app's own that answers with
// ranges (main/bridge/opened.ts). Neither is ever in memory as a whole: some megabytes are read ahead, from which the readers
// take their small pieces.

import type { ByteSource } from '../audio/bytes.ts'
import { UserError } from '../user-error.ts'

export type SoundSource = Blob | { readonly address: string; readonly size: number }

const AHEAD = 2 ** 21

const gone = (name: string, why: unknown): UserError =>
  new UserError(`${name}: the file can no longer be read. It was moved, changed or taken away (${why instanceof Error ? why.message : String(why)})`)

/** Some of its bytes; fewer only where it has become shorter. */
export async function rangeOf(source: SoundSource, from: number, to: number): Promise<ArrayBuffer> {
  if (source instanceof Blob) return source.slice(from, to).arrayBuffer()
  const response = await fetch(source.address, { headers: { Range: `bytes=${from}-${to - 1}` }, cache: 'no-store' })
  if (response.status !== 206) throw new Error((await response.text()).trim() || `status ${response.status}`)
  return response.arrayBuffer()
}

export function byteSource(name: string, source: SoundSource): ByteSource {
  let held: Uint8Array = new Uint8Array(0)
  let start = 0
  return {
    name, size: source.size,
    async read(position, into) {
      let filled = 0
      while (filled < into.length && position + filled < source.size) {
        const at = position + filled
        if (at < start || at >= start + held.length) {
          try {
            held = new Uint8Array(await rangeOf(source, at, Math.min(source.size, at + Math.max(AHEAD, into.length - filled))))
          } catch (error) {
            throw gone(name, error)
          }
          start = at
          if (held.length === 0) break // it became shorter: the readers say so
        }
        const part = held.subarray(at - start, at - start + into.length - filled)
        into.set(part, filled)
        filled += part.length
      }
      return filled
    },
    async close() { held = new Uint8Array(0) },
  }
}
