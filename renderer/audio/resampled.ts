// A reader of another rate, for files whose rate the separator does not work at: 8 to 32 kHz are brought up and 176.4 or
// 192 kHz down by a whole number, through a windowed sinc of zero phase, so that every sound stays where it was. What the
// page plays, shows and exports of such a file has the new rate, and it says so; files of 44.1 to 96 kHz are never touched.

import { UserError } from '../user-error.ts'
import type { AudioReader } from './reader.ts'
import { CROSSINGS, phases } from './sinc.ts'

const LOWEST = 44_100
const HIGHEST = 96_000
const BLOCK = 16_384

/** How many samples come of how many, or null where no whole number will do. */
export function factors(rate: number): { readonly up: number; readonly down: number } | null {
  if (rate >= LOWEST && rate <= HIGHEST) return { up: 1, down: 1 }
  if (rate < 4000) return null
  if (rate < LOWEST) return { up: Math.ceil(LOWEST / rate), down: 1 }
  const down = Math.ceil(rate / HIGHEST)
  return Number.isInteger(rate / down) ? { up: 1, down } : null
}

/** The reader itself where its rate will do. */
export function resampled(reader: AudioReader): AudioReader {
  const { name, channels, sampleRate, length, expected } = reader
  const by = factors(sampleRate)
  if (!by) throw new UserError(`${name}: expected a rate of 4 to 96 kHz or a whole multiple of that, got ${sampleRate} Hz`)
  const { up, down } = by
  if (up === down) return reader
  const reach = CROSSINGS * down
  const rows = phases(up, down, reach).map((taps) => Float32Array.from(taps))
  const scaled = (samples: number | null): number | null => (samples === null ? null : Math.ceil(samples * up / down))
  /** Of the input, from sample `first` on; what lies before the beginning is silence. */
  const held = Array.from({ length: channels }, () => new Float32Array(3 * reach + BLOCK))
  const block = Array.from({ length: channels }, () => new Float32Array(BLOCK))
  let first = -reach
  let count = reach
  /** Samples of the input, once they are all there. */
  let total: number | null = null
  let made = 0

  async function more(): Promise<void> {
    // What no sample to come needs any more makes room.
    const done = Math.min(count, Math.max(0, Math.floor(made * down / up) - reach + 1 - first))
    for (const samples of held) samples.copyWithin(0, done, count)
    first += done
    count -= done
    const got = await reader.read(block)
    held.forEach((samples, c) => samples.set(block[c]!.subarray(0, got), count))
    count += got
    if (got < BLOCK) {
      total = first + count
      for (const samples of held) samples.fill(0, count)
      count += reach // and the silence behind the end
    }
  }

  return {
    ...reader, sampleRate: sampleRate * up / down, length: scaled(length), expected: scaled(expected),
    get progress() { return reader.progress },
    async read(into) {
      let filled = 0
      while (filled < into[0]!.length) {
        const whole = Math.floor(made * down / up)
        if (total !== null && made >= scaled(total)!) break
        if (whole + reach >= first + count && total === null) { await more(); continue }
        const taps = rows[made * down % up]!
        const from = whole - reach + 1 - first
        for (let c = 0; c < channels; c++) {
          const samples = held[c]!
          let sum = 0
          for (let k = 0; k < taps.length; k++) sum += taps[k]! * samples[from + k]!
          into[c]![filled] = sum
        }
        made++
        filled++
      }
      return filled
    },
    close: () => reader.close(),
  }
}
