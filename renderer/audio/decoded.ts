// What the three compressed formats share: bytes go into a WASM decoder in small pieces, whatever comes out waits
// until it is read. Damage is an error here; the decoders themselves would go on with a gap.

import { UserError } from '../user-error.ts'
import type { ByteSource } from './bytes.ts'
import type { AudioReader } from './reader.ts'

export interface Decoded { readonly channelData: Float32Array[]; readonly samplesDecoded: number; readonly sampleRate: number }

export interface Stream {
  readonly format: string
  readonly sampleRate: number
  readonly channels: 1 | 2
  readonly length: number | null
  /** Where `length` is null: about as much. */
  readonly expected?: number
  /** The next piece of the file and where it ended, or null at its end. Small: a piece may hold a hundred times its size in sound. */
  next(): Promise<{ readonly bytes: Uint8Array; readonly end: number } | null>
  decode(bytes: Uint8Array): Decoded | Promise<Decoded>
  /** What the decoder still holds back at the end. */
  flush(): Promise<Decoded> | null
  free(): void
}

/**
 * The decoders report damage with console.error and go on, one of them without end. Thrown out of that call, the
 * report stops the decoder instead and becomes a sentence of ours. Each of them works before its first await.
 */
function listening<T>(work: () => T): T {
  const was = console.error
  console.error = (...words: unknown[]) => { throw new Error(words.join(' ')) }
  try {
    return work()
  } finally {
    console.error = was
  }
}

export function decodedReader(source: ByteSource, stream: Stream): AudioReader {
  const { name } = source
  const { format, sampleRate, channels, length } = stream
  let pending: readonly Float32Array[] = []
  let taken = 0 // of `pending`
  let total = 0
  let position = 0
  let state: 'reading' | 'flushed' | 'ended' = 'reading'

  async function more(): Promise<void> {
    const piece = state === 'reading' ? await stream.next() : null
    if (piece) position = piece.end
    let decoded: Decoded | null = null
    try {
      decoded = piece ? await listening(() => stream.decode(piece.bytes)) : state === 'reading' ? await listening(() => stream.flush()) : null
    } catch (error) {
      // Anything but a plain error is the decoder stumbling, which says nothing to a person.
      const why = error instanceof Error && error.name === 'Error' ? error.message.replace(/\s+/g, ' ') : 'the decoder gave up'
      throw new UserError(`${name}: damaged ${format} before byte ${position}: ${why}`)
    }
    if (!piece) state = state === 'reading' ? 'flushed' : 'ended'
    if (!decoded || decoded.samplesDecoded === 0) return
    if (decoded.sampleRate !== sampleRate)
      throw new UserError(`${name}: expected ${sampleRate} Hz throughout, got ${decoded.sampleRate} Hz before byte ${position}`)
    if (decoded.channelData.length < channels)
      throw new UserError(`${name}: expected ${channels} channels throughout, got ${decoded.channelData.length} before byte ${position}`)
    pending = decoded.channelData.slice(0, channels)
    taken = 0
  }

  return {
    name, format, sampleRate, channels, length, expected: length ?? stream.expected ?? null,
    get progress() { return position / source.size },
    async read(into) {
      let done = 0
      while (done < into[0]!.length && state !== 'ended') {
        const count = Math.min(into[0]!.length - done, (pending[0]?.length ?? 0) - taken)
        if (count === 0) { await more(); continue }
        for (let c = 0; c < channels; c++) into[c]!.set(pending[c]!.subarray(taken, taken + count), done)
        taken += count
        done += count
        total += count
      }
      if (state === 'ended') {
        if (length !== null && total !== length)
          throw new UserError(`${name}: ${total < length ? 'truncated or damaged: ' : ''}expected ${length} samples per channel, got ${total}`)
        if (total === 0) throw new UserError(`${name}: expected sound, got 0 samples`)
      }
      return done
    },
    async close() {
      stream.free()
      await source.close()
    },
  }
}
