// WAV as bytes, without files: the head (float or integer, RF64 where 32 bits no longer hold the size) and the samples.
// wav-writer.ts streams them, to wherever bytes go.

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
  /** What the file says for the sample now. */
  put(view: DataView, at: number, value: number): number
  /** Samples beyond full scale, cut off because an integer cannot hold them. */
  readonly clipped: number
  readonly peak: number
}

/** Float as it is, integers with dither that is the same in every run, and another in each `voice`: alike, it would add up like sound. */
export function sampleEncoder(bits: Bits, voice = 0): SampleEncoder {
  let peak = 0
  let clipped = 0
  const meet = (value: number): void => {
    const size = Math.abs(value)
    if (size > peak) peak = size
    if (size > 1) clipped++
  }
  if (bits === 'float') return {
    put(view, at, value) {
      meet(value)
      view.setFloat32(at, value, true)
      return Math.fround(value)
    },
    clipped: 0,
    get peak() { return peak },
  }
  const scale = 2 ** (bits - 1)
  const random = uniform(0x57494e4e + Math.imul(voice, 0x9e3779b1))
  return {
    put(view, at, value) {
      // Triangular noise of one step to either side makes the rounding error independent of the sound.
      const dithered = Math.round(value * scale + random() - random())
      const cut = Math.max(-scale, Math.min(scale - 1, dithered))
      meet(value)
      if (bits === 16) view.setInt16(at, cut, true)
      else if (bits === 32) view.setInt32(at, cut, true)
      else { view.setUint16(at, cut & 0xffff, true); view.setInt8(at + 2, cut >> 16) }
      return cut / scale
    },
    get clipped() { return clipped },
    get peak() { return peak },
  }
}

/** The power of what dither and rounding add to each sample: ¼ of a step squared, 1/6 and 1/12 of it. */
export const ditherPower = (bits: Bits): number => (bits === 'float' ? 0 : 2 ** (-2 * (bits - 1)) / 4)

/** Of a file whose length is known before it is written. */
export const wavBytes = (shape: WavShape, samples: number): number =>
  wavHead(shape, samples, false).length + samples * shape.channels * widthOf(shape.bits)
