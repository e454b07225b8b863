// Sound files: the rate a file was made at, read from its first bytes (decoding resamples to the context's rate, so
// the context must have the file's), the decoded sound, and its outline for the overview.

const text = (bytes: Uint8Array, at: number, length: number): string => String.fromCharCode(...bytes.subarray(at, at + length))

/** WAV and AIFF: pieces with a four-letter name and a length, padded to even. */
function chunk(bytes: Uint8Array, view: DataView, name: string, littleEndian: boolean): number | null {
  for (let at = 12; at + 8 <= bytes.length;) {
    if (text(bytes, at, 4) === name) return at + 8
    const size = view.getUint32(at + 4, littleEndian)
    at += 8 + size + (size & 1)
  }
  return null
}

/** AIFF keeps its rate as an 80-bit float. */
const extended = (view: DataView, at: number): number =>
  view.getUint32(at + 2) * 2 ** ((view.getUint16(at) & 0x7fff) - 16_383 - 31)

const MP3_RATES = [[11_025, 12_000, 8000], [], [22_050, 24_000, 16_000], [44_100, 48_000, 32_000]]

function mp3Rate(bytes: Uint8Array): number | null {
  const tagged = text(bytes, 0, 3) === 'ID3'
  const at = tagged ? 10 + (bytes[6]! << 21 | bytes[7]! << 14 | bytes[8]! << 7 | bytes[9]!) : 0
  if (at + 4 > bytes.length || bytes[at] !== 0xff || (bytes[at + 1]! & 0xe0) !== 0xe0) return null
  return MP3_RATES[bytes[at + 1]! >> 3 & 3]?.[bytes[at + 2]! >> 2 & 3] ?? null
}

/** Hertz, or null where the first bytes do not say. */
export function fileRate(bytes: Uint8Array): number | null {
  if (bytes.length < 44) return null
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const kind = text(bytes, 0, 4)
  if (kind === 'RIFF' && text(bytes, 8, 4) === 'WAVE') {
    const at = chunk(bytes, view, 'fmt ', true)
    return at !== null && at + 8 <= bytes.length ? view.getUint32(at + 4, true) : null
  }
  if (kind === 'FORM') {
    const at = chunk(bytes, view, 'COMM', false)
    return at !== null && at + 18 <= bytes.length ? extended(view, at + 8) : null
  }
  if (kind === 'fLaC') return view.getUint32(18) >>> 12
  if (kind === 'OggS') {
    const at = 27 + bytes[26]!
    if (text(bytes, at, 8) === 'OpusHead') return 48_000
    return text(bytes, at + 1, 6) === 'vorbis' ? view.getUint32(at + 12, true) : null
  }
  return mp3Rate(bytes)
}

/** What the separator works at; other files are played at the device's rate. */
export const sessionRate = (rate: number | null): number | undefined =>
  rate !== null && rate >= 44_100 && rate <= 96_000 ? rate : undefined

export async function decode(context: AudioContext, name: string, bytes: ArrayBuffer): Promise<AudioBuffer> {
  if (bytes.byteLength === 0) throw new RangeError(`${name}: expected a sound file, got an empty one`)
  const buffer = await context.decodeAudioData(bytes).catch(() => {
    throw new TypeError(`${name}: expected a sound file that this browser reads (WAV, FLAC, MP3, Ogg), `
      + 'got something else or a damaged one')
  })
  if (buffer.numberOfChannels > 2) throw new RangeError(`${name}: expected one or two channels, got ${buffer.numberOfChannels}`)
  if (buffer.length === 0) throw new RangeError(`${name}: expected sound, got 0 samples`)
  return buffer
}

/** Lowest and highest sample of each of `count` equally long stretches, over all channels. */
export function outline(buffer: AudioBuffer, count: number): Float32Array {
  const peaks = new Float32Array(2 * count)
  for (let channel = 0; channel < buffer.numberOfChannels; channel++) {
    const samples = buffer.getChannelData(channel)
    for (let i = 0; i < count; i++) {
      const end = Math.floor((i + 1) * samples.length / count)
      let low = peaks[2 * i]!
      let high = peaks[2 * i + 1]!
      for (let j = Math.floor(i * samples.length / count); j < end; j++) {
        const x = samples[j]!
        if (x < low) low = x
        if (x > high) high = x
      }
      peaks[2 * i] = low
      peaks[2 * i + 1] = high
    }
  }
  return peaks
}
