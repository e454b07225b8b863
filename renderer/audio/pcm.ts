// Plain samples, as WAV and AIFF store them: how their bytes become floats, and the reader that both share.

import { UserError } from '../user-error.ts'
import { viewOf, type ByteSource } from './bytes.ts'
import type { AudioReader } from './reader.ts'

export interface SampleFormat {
  readonly kind: 'integer' | 'float'
  readonly bytes: 1 | 2 | 3 | 4 | 8
  readonly bigEndian: boolean
  /** 8-bit WAV only. */
  readonly unsigned: boolean
}

type Pick = (view: DataView, offset: number) => number

function picker({ kind, bytes, bigEndian, unsigned }: SampleFormat): Pick {
  const little = !bigEndian
  if (kind === 'float') return bytes === 8 ? (v, o) => v.getFloat64(o, little) : (v, o) => v.getFloat32(o, little)
  switch (bytes) {
    case 1: return unsigned ? (v, o) => (v.getUint8(o) - 128) / 128 : (v, o) => v.getInt8(o) / 128
    case 2: return (v, o) => v.getInt16(o, little) / 32768
    case 3: return little
      ? (v, o) => ((v.getUint8(o) << 8 | v.getUint8(o + 1) << 16 | v.getUint8(o + 2) << 24) >> 8) / 8388608
      : (v, o) => ((v.getUint8(o + 2) << 8 | v.getUint8(o + 1) << 16 | v.getUint8(o) << 24) >> 8) / 8388608
    default: return (v, o) => v.getInt32(o, little) / 2147483648
  }
}

export const describe = ({ kind, bytes }: SampleFormat): string => `${bytes * 8}-bit ${kind}`

const BLOCK = 16384 // samples read from the file at once

export interface PcmLayout {
  readonly format: SampleFormat
  readonly sampleRate: number
  readonly channels: 1 | 2
  /** First byte of the first sample. */
  readonly start: number
  readonly length: number
}

export function pcmReader(source: ByteSource, container: string, { format, sampleRate, channels, start, length }: PcmLayout): AudioReader {
  const pick = picker(format)
  const frameBytes = format.bytes * channels
  const bytes = new Uint8Array(BLOCK * frameBytes)
  const view = viewOf(bytes)
  let position = 0
  return {
    name: source.name,
    format: `${container}, ${describe(format)}`,
    sampleRate, channels, length, expected: length,
    get progress() { return position / length },
    async read(into) {
      const wanted = Math.min(into[0]!.length, length - position)
      let done = 0
      while (done < wanted) {
        const count = Math.min(BLOCK, wanted - done)
        const got = await source.read(start + position * frameBytes, bytes.subarray(0, count * frameBytes))
        if (got < count * frameBytes)
          throw new UserError(`${source.name}: expected ${length} samples, but the file became shorter while it was read`)
        for (let c = 0; c < channels; c++) {
          const channel = into[c]!
          for (let i = 0, offset = c * format.bytes; i < count; i++, offset += frameBytes) channel[done + i] = pick(view, offset)
        }
        position += count
        done += count
      }
      return done
    },
    close: () => source.close(),
  }
}

/** The two checks that every format makes of its header. */
export function checkShape(name: string, channels: number, sampleRate: number): 1 | 2 {
  if (channels !== 1 && channels !== 2) throw new UserError(`${name}: expected 1 or 2 channels, got ${channels}`)
  if (!(sampleRate > 0 && Number.isFinite(sampleRate)))
    throw new UserError(`${name}: expected a sample rate above 0 Hz, got ${sampleRate}`)
  return channels
}
