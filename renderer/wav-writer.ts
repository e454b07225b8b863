// Writing WAV in blocks of any size, of a length that is known only at the end.

import { sampleEncoder, UNKNOWN_SIZE, wavHead, widthOf, type WavShape } from './wav.ts'

/** Where the bytes go. `rewrite` goes back to the head once the size is known. */
export interface Sink {
  write(bytes: Uint8Array): Promise<void>
  rewrite(position: number, bytes: Uint8Array): Promise<void>
}

export interface WavWriter {
  /** `sum`: the samples as they are written, after rounding and dither, are added to it. */
  write(from: readonly Float32Array[], start: number, end: number, sum?: readonly Float64Array[]): Promise<void>
  finish(): Promise<void>
  /** Samples beyond full scale, cut off because an integer cannot hold them. */
  readonly clipped: number
  /** The largest sample that came, however it was written. */
  readonly peak: number
}

export interface WavOptions extends WavShape {
  /** Samples per channel, where it is known: decides whether room for 64-bit sizes is kept. */
  readonly length: number | null
  /** Which of the files that belong together this is. */
  readonly voice?: number
}

/** Sources are numbered, the rest comes after them, and the mix before. */
export const MIX_VOICE = -1

const BUFFER = 1 << 17

export async function wavWriter(sink: Sink, options: WavOptions): Promise<WavWriter> {
  const { channels, bits, length, voice, limit = UNKNOWN_SIZE } = options
  const width = widthOf(bits)
  const roomFor64 = length === null || length * channels * width > limit - 4096
  const encoder = sampleEncoder(bits, voice)
  const buffer = new Uint8Array(BUFFER - BUFFER % (width * channels))
  const view = new DataView(buffer.buffer)
  let filled = 0
  let samples = 0

  async function flush(): Promise<void> {
    if (filled > 0) await sink.write(buffer.subarray(0, filled))
    filled = 0
  }

  await sink.write(wavHead(options, 0, roomFor64))
  return {
    get clipped() { return encoder.clipped },
    get peak() { return encoder.peak },
    async write(from, start, end, sum) {
      for (let i = start; i < end; i++) {
        for (let c = 0; c < channels; c++, filled += width) {
          const written = encoder.put(view, filled, from[c]![i]!)
          if (sum) sum[c]![i]! += written
        }
        if (filled === buffer.length) await flush()
      }
      samples += end - start
    },
    async finish() {
      const odd = samples * channels * width & 1
      await flush()
      if (odd) await sink.write(new Uint8Array(1))
      await sink.rewrite(0, wavHead(options, samples, roomFor64))
    },
  }
}
