// WAV as bytes, without files: the head (float or integer, RF64 where 32 bits no longer hold the size) and the samples.
// The command line streams them to the disk, the page fills whole files in memory.

export type Bits = 16 | 24 | 32 | 'float'

export interface WavShape {
  readonly sampleRate: number
  readonly channels: number
  readonly bits: Bits
  /** For tests: the size from which a file becomes RF64. */
  readonly limit?: number
}

export const PCM = 1
export const FLOAT = 3
export const UNKNOWN_SIZE = 0xffffffff
const DS64 = 28 // bytes of the chunk that holds the 64-bit sizes

/** Bytes of one sample. */
export const widthOf = (bits: Bits): number => (bits === 'float' ? 4 : bits / 8)

export function wavHead({ sampleRate, channels, bits, limit = UNKNOWN_SIZE }: WavShape, samples: number, roomFor64: boolean): Uint8Array<ArrayBuffer> {
  const isFloat = bits === 'float'
  const width = widthOf(bits)
  const size = 12 + (roomFor64 ? 8 + DS64 : 0) + (isFloat ? 26 + 12 : 24) + 8
  const dataBytes = samples * channels * width
  const riffBytes = size - 8 + dataBytes + (dataBytes & 1)
  const long = riffBytes > limit
  const bytes = new Uint8Array(size)
  const view = new DataView(bytes.buffer)
  let at = 0
  const letters = (text: string): void => { for (const letter of text) bytes[at++] = letter.charCodeAt(0) }
  const u16 = (value: number): void => { view.setUint16(at, value, true); at += 2 }
  const u32 = (value: number): void => { view.setUint32(at, value, true); at += 4 }
  const u64 = (value: number): void => { view.setBigUint64(at, BigInt(value), true); at += 8 }
  letters(long ? 'RF64' : 'RIFF'); u32(long ? UNKNOWN_SIZE : riffBytes); letters('WAVE')
  if (roomFor64) {
    letters(long ? 'ds64' : 'JUNK'); u32(DS64)
    if (long) { u64(riffBytes); u64(dataBytes); u64(samples); u32(0) } else at += DS64
  }
  letters('fmt '); u32(isFloat ? 18 : 16); u16(isFloat ? FLOAT : PCM); u16(channels); u32(sampleRate)
  u32(sampleRate * channels * width); u16(channels * width); u16(width * 8)
  if (isFloat) { u16(0); letters('fact'); u32(4); u32(long ? UNKNOWN_SIZE : samples) }
  letters('data'); u32(long ? UNKNOWN_SIZE : dataBytes)
  return bytes
}

/** Mulberry32: a small generator, good enough for noise under the last bit. */
function uniform(seed: number): () => number {
  let state = seed
  return () => {
    state = state + 0x6d2b79f5 | 0
    let t = Math.imul(state ^ state >>> 15, 1 | state)
    t = t + Math.imul(t ^ t >>> 7, 61 | t) ^ t
    return ((t ^ t >>> 14) >>> 0) / 4294967296
  }
}

export interface SampleEncoder {
  put(view: DataView, at: number, value: number): void
  /** Samples beyond full scale, cut off because an integer cannot hold them. */
  readonly clipped: number
}

/** Float as it is, integers with dither that is the same in every run. */
export function sampleEncoder(bits: Bits): SampleEncoder {
  if (bits === 'float') return { put: (view, at, value) => view.setFloat32(at, value, true), clipped: 0 }
  const scale = 2 ** (bits - 1)
  const random = uniform(0x57494e4e)
  let clipped = 0
  return {
    put(view, at, value) {
      // Triangular noise of one step to either side makes the rounding error independent of the sound.
      const dithered = Math.round(value * scale + random() - random())
      const cut = Math.max(-scale, Math.min(scale - 1, dithered))
      if (Math.abs(value) > 1) clipped++
      if (bits === 16) view.setInt16(at, cut, true)
      else if (bits === 32) view.setInt32(at, cut, true)
      else { view.setUint16(at, cut & 0xffff, true); view.setInt8(at + 2, cut >> 16) }
    },
    get clipped() { return clipped },
  }
}

export interface WholeWav {
  readonly bytes: ArrayBuffer
  /** The next sample, channel after channel. */
  put(value: number): void
}

/** A float file of known length in memory. */
export function wholeWav(sampleRate: number, channels: number, samples: number): WholeWav {
  const head = wavHead({ sampleRate, channels, bits: 'float' }, samples, false)
  const bytes = new ArrayBuffer(wholeWavBytes(channels, samples))
  new Uint8Array(bytes).set(head)
  const view = new DataView(bytes)
  const { put } = sampleEncoder('float')
  let at = head.length
  return { bytes, put(value) { put(view, at, value); at += 4 } }
}

export const wholeWavBytes = (channels: number, samples: number): number =>
  wavHead({ sampleRate: 1, channels, bits: 'float' }, 0, false).length + 4 * channels * samples
