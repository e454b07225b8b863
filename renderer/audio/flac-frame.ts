// One FLAC frame from its bytes (RFC 9639). Our own, because a library that jumps over damage, loses last frames or
// waits for ever at a broken one cannot be told apart from one that reads. Every frame has a checksum: it is checked.

/** Reads bits, highest first, within `end`. The bytes behind `end` may be anything. */
class Bits {
  private at: number
  constructor(private readonly bytes: Uint8Array, start: number, private readonly end: number) { this.at = start * 8 }

  get position(): number { return this.at >> 3 }
  align(): void { this.at = this.at + 7 & ~7 }

  /** 32 bits from the byte that holds the next one. */
  private word(): number {
    const i = this.at >> 3
    const { bytes } = this
    return bytes[i]! << 24 | (bytes[i + 1] ?? 0) << 16 | (bytes[i + 2] ?? 0) << 8 | (bytes[i + 3] ?? 0)
  }
  private advance(count: number): void {
    this.at += count
    if (this.at > this.end * 8) throw new Error('a frame ends too early')
  }
  /** Up to 33 bits, as the difference of two 32-bit channels needs. */
  unsigned(count: number): number {
    if (count > 24) return this.unsigned(count - 24) * 16777216 + this.unsigned(24)
    if (count === 0) return 0
    const value = this.word() << (this.at & 7) >>> 32 - count
    this.advance(count)
    return value
  }
  signed(count: number): number {
    const value = this.unsigned(count)
    return value >= 2 ** (count - 1) ? value - 2 ** count : value
  }
  /** Zeros before the next one. */
  unary(): number {
    let zeros = 0
    for (;;) {
      const used = this.at & 7
      const word = this.word() << used
      if (word !== 0) {
        const more = Math.clz32(word)
        this.advance(more + 1)
        return zeros + more
      }
      this.advance(32 - used)
      zeros += 32 - used
    }
  }
}

const table = (polynomial: number, width: number): Uint16Array => Uint16Array.from({ length: 256 }, (_, byte) => {
  let value = byte << (width - 8)
  for (let bit = 0; bit < 8; bit++) value = value & 1 << (width - 1) ? value << 1 ^ polynomial : value << 1
  return value & (1 << width) - 1
})
const crc8Table = table(0x07, 8)
const crc16Table = table(0x8005, 16)

function crc8(bytes: Uint8Array, from: number, to: number): number {
  let crc = 0
  for (let i = from; i < to; i++) crc = crc8Table[crc ^ bytes[i]!]!
  return crc
}
function crc16(bytes: Uint8Array, from: number, to: number): number {
  let crc = 0
  for (let i = from; i < to; i++) crc = (crc << 8 & 0xffff) ^ crc16Table[crc >> 8 ^ bytes[i]!]!
  return crc
}

export interface FlacInfo { readonly sampleRate: number; readonly channels: 1 | 2; readonly bits: number; readonly largestBlock: number }

/** The most bytes that a sane frame takes: every sample as it is, and twice that for an encoder that did badly. */
export const largestFrame = ({ channels, bits, largestBlock }: FlacInfo): number =>
  2 * channels * Math.ceil((largestBlock + 64) * (bits + 1) / 8) + 256

const rates = [0, 88200, 176400, 192000, 8000, 16000, 22050, 24000, 32000, 44100, 48000, 96000]
const widths = [0, 8, 12, -1, 16, 20, 24, 32]

function blockSize(code: number, bits: Bits): number {
  if (code === 0) throw new Error('a frame has no block size')
  if (code === 1) return 192
  if (code < 6) return 576 << code - 2
  return code < 8 ? bits.unsigned(8 * (code - 5)) + 1 : 256 << code - 8
}

/** A number of one to seven bytes, written as UTF-8 writes letters. */
function skipNumber(bits: Bits): void {
  const first = bits.unsigned(8)
  const more = Math.clz32(~(first << 24)) - 1
  if (more === 0 || more > 6) throw new Error('a frame has no number')
  for (let i = 0; i < more; i++) if (bits.unsigned(8) >> 6 !== 2) throw new Error('a frame has no number')
}

function residual(bits: Bits, out: Float64Array, order: number, size: number): void {
  const method = bits.unsigned(2)
  if (method > 1) throw new Error('a residual is coded in an unknown way')
  const width = method === 0 ? 4 : 5
  const escape = (1 << width) - 1
  const partitions = 1 << bits.unsigned(4)
  const length = size / partitions
  if (!Number.isInteger(length) || length < order) throw new Error('a residual has partitions of a wrong size')
  for (let partition = 0, i = order; partition < partitions; partition++) {
    const end = (partition + 1) * length
    const parameter = bits.unsigned(width)
    if (parameter === escape) {
      const raw = bits.unsigned(5)
      for (; i < end; i++) out[i] = raw === 0 ? 0 : bits.signed(raw)
    } else {
      const scale = 2 ** parameter
      for (; i < end; i++) {
        const folded = bits.unary() * scale + bits.unsigned(parameter)
        out[i] = folded % 2 === 0 ? folded / 2 : -(folded + 1) / 2
      }
    }
  }
}

const fixed = [[], [1], [2, -1], [3, -3, 1], [4, -6, 4, -1]] as const

/** Adds to each residual what the samples before it predict. Doubles hold these sums exactly, 32-bit integers would not. */
function predict(out: Float64Array, coefficients: readonly number[], shift: number, size: number): void {
  const order = coefficients.length
  const scale = 2 ** -shift
  for (let i = order; i < size; i++) {
    let sum = 0
    for (let j = 0; j < order; j++) sum += coefficients[j]! * out[i - 1 - j]!
    out[i]! += Math.floor(sum * scale)
  }
}

function subframe(bits: Bits, out: Float64Array, size: number, width: number): void {
  const head = bits.unsigned(8)
  if (head >= 128) throw new Error('a subframe begins wrongly')
  const kind = head >> 1
  const wasted = head & 1 ? bits.unary() + 1 : 0
  const depth = width - wasted
  if (depth < 1) throw new Error('a subframe wastes more bits than it has')
  const warmUp = (order: number): void => {
    if (order > size) throw new Error('a predictor is longer than its block')
    for (let i = 0; i < order; i++) out[i] = bits.signed(depth)
  }
  if (kind === 0) out.fill(bits.signed(depth), 0, size)
  else if (kind === 1) for (let i = 0; i < size; i++) out[i] = bits.signed(depth)
  else if (kind >= 8 && kind <= 12) {
    warmUp(kind - 8)
    residual(bits, out, kind - 8, size)
    predict(out, fixed[kind - 8]!, 0, size)
  } else if (kind >= 32) {
    const order = kind - 31
    warmUp(order)
    const precision = bits.unsigned(4) + 1
    const shift = bits.signed(5)
    if (precision === 16 || shift < 0) throw new Error('a predictor has no precision')
    const coefficients = Array.from({ length: order }, () => bits.signed(precision))
    residual(bits, out, order, size)
    predict(out, coefficients, shift, size)
  } else throw new Error('a subframe is of an unknown kind')
  if (wasted > 0) for (let i = 0; i < size; i++) out[i]! *= 2 ** wasted
}

export interface FlacFrame { readonly samples: Float32Array[]; readonly next: number }

/** Decodes frames of one file: its work space stays. */
export function flacDecoder(info: FlacInfo): (bytes: Uint8Array, start: number) => FlacFrame {
  const work = [new Float64Array(info.largestBlock), new Float64Array(info.largestBlock)] as const
  return (bytes, start) => {
    const bits = new Bits(bytes, start, bytes.length)
    const sync = bits.unsigned(15)
    if (sync !== 0x7ffc) throw new Error('expected a frame, got something else')
    bits.unsigned(1) // whether blocks vary in size: each says its own
    const sizeCode = bits.unsigned(4)
    const rateCode = bits.unsigned(4)
    const assignment = bits.unsigned(4)
    const widthCode = bits.unsigned(3)
    bits.unsigned(1)
    skipNumber(bits)
    const size = blockSize(sizeCode, bits)
    const sampleRate = rateCode === 0 ? info.sampleRate : rateCode < 12 ? rates[rateCode]!
      : rateCode === 12 ? bits.unsigned(8) * 1000 : rateCode < 15 ? bits.unsigned(16) * (rateCode === 14 ? 10 : 1) : NaN
    const header = bits.position
    if (crc8(bytes, start, header) !== bits.unsigned(8)) throw new Error('the checksum of a frame\'s header is wrong')
    const channels = assignment < 8 ? assignment + 1 : assignment < 11 ? 2 : NaN
    const width = widthCode === 0 ? info.bits : widths[widthCode]!
    if (sampleRate !== info.sampleRate || channels !== info.channels || width !== info.bits)
      throw new Error(`expected ${info.sampleRate} Hz, ${info.channels} channels, ${info.bits} bits throughout, `
        + `got ${sampleRate} Hz, ${channels} channels, ${width} bits`)
    if (size > info.largestBlock) throw new Error(`expected blocks of at most ${info.largestBlock} samples, got ${size}`)

    const [a, b] = work
    // The difference of two channels has one bit more than they have.
    subframe(bits, a, size, width + (assignment === 9 ? 1 : 0))
    if (channels === 2) subframe(bits, b, size, width + (assignment === 8 || assignment === 10 ? 1 : 0))
    if (assignment === 8) for (let i = 0; i < size; i++) b[i] = a[i]! - b[i]!
    else if (assignment === 9) for (let i = 0; i < size; i++) a[i]! += b[i]!
    else if (assignment === 10)
      for (let i = 0; i < size; i++) {
        const side = b[i]!
        const right = Math.floor((2 * a[i]! + (side & 1) - side) / 2)
        a[i] = right + side
        b[i] = right
      }
    bits.align()
    const end = bits.position
    if (crc16(bytes, start, end) !== bits.unsigned(16)) throw new Error('the checksum of a frame is wrong')
    const scale = 2 ** (1 - width)
    const samples = Array.from({ length: channels }, () => new Float32Array(size))
    samples.forEach((out, c) => { for (let i = 0; i < size; i++) out[i] = work[c]![i]! * scale })
    return { samples, next: end + 2 }
  }
}
