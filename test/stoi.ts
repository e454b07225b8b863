// How much of speech can be understood, from 0 to 1: the short-time objective intelligibility of Taal, Hendriks, Heusdens &
// Jensen (2011). In one-third octaves the envelope of what is judged is laid beside that of the clean voice, 384 ms at a time;
// their mean correlation is the measure.

import { fourier } from './fourier.ts'
import { resampled } from './resample.ts'

const RATE = 10_000
const FRAME = 256
const HOP = FRAME / 2
const SIZE = 512
const BANDS = 15
const LOWEST = 150 // Hz, the centre of the first band
const SEGMENT = 30 // frames, 384 ms
/** Worse than this many dB below the clean envelope counts as this. */
const LEAST_RATIO = -15
/** Frames of the clean voice this many dB below its loudest are pauses, and left out of both. */
const RANGE = 40

const window = Float64Array.from({ length: FRAME }, (_, i) => Math.sin((Math.PI * (i + 1)) / (FRAME + 1)) ** 2)

/** The bins of each band: from the nearest one to its lower edge to before the nearest one to its upper. */
const bands = Array.from({ length: BANDS }, (_, k) => {
  const bin = (hertz: number): number => Math.round((hertz * SIZE) / RATE)
  return { from: bin(LOWEST * 2 ** ((2 * k - 1) / 6)), to: bin(LOWEST * 2 ** ((2 * k + 1) / 6)) }
})

const starts = (length: number): number[] => Array.from({ length: Math.max(0, Math.ceil((length - FRAME) / HOP)) }, (_, m) => m * HOP)

/** Both signals without the frames in which the voice pauses, put together again. */
function withoutPauses(clean: Float32Array, other: Float32Array): [Float64Array, Float64Array] {
  const all = starts(clean.length)
  const levels = all.map((at) => {
    let sum = 0
    for (let i = 0; i < FRAME; i++) sum += (window[i]! * clean[at + i]!) ** 2
    return 10 * Math.log10(sum + 1e-30)
  })
  const loudest = levels.reduce((a, b) => Math.max(a, b), -Infinity)
  const kept = all.filter((_, m) => levels[m]! > loudest - RANGE)
  const joined = (x: Float32Array): Float64Array => {
    const out = new Float64Array(kept.length === 0 ? 0 : (kept.length - 1) * HOP + FRAME)
    kept.forEach((at, m) => { for (let i = 0; i < FRAME; i++) out[m * HOP + i]! += window[i]! * x[at + i]! })
    return out
  }
  return [joined(clean), joined(other)]
}

/** Frames × bands: the envelope in each band. */
function envelopes(x: Float64Array): Float64Array[] {
  const re = new Float64Array(SIZE), im = new Float64Array(SIZE)
  return starts(x.length).map((at) => {
    re.fill(0)
    im.fill(0)
    for (let i = 0; i < FRAME; i++) re[i] = window[i]! * x[at + i]!
    fourier(re, im)
    return Float64Array.from(bands, ({ from, to }) => {
      let sum = 0
      for (let bin = from; bin < to; bin++) sum += re[bin]! ** 2 + im[bin]! ** 2
      return Math.sqrt(sum)
    })
  })
}

const TINY = 1e-30

/** The correlation of one band's envelopes over a segment that ends with frame `last`, the judged one scaled and clipped. */
function correlation(clean: readonly Float64Array[], other: readonly Float64Array[], last: number, band: number): number {
  const first = last - SEGMENT + 1
  let [cleanEnergy, otherEnergy] = [0, 0]
  for (let m = first; m <= last; m++) {
    cleanEnergy += clean[m]![band]! ** 2
    otherEnergy += other[m]![band]! ** 2
  }
  const scale = Math.sqrt(cleanEnergy / (otherEnergy + TINY))
  const most = 1 + 10 ** (-LEAST_RATIO / 20)
  const x = new Float64Array(SEGMENT), y = new Float64Array(SEGMENT)
  let [meanX, meanY] = [0, 0]
  for (let i = 0; i < SEGMENT; i++) {
    x[i] = clean[first + i]![band]!
    y[i] = Math.min(scale * other[first + i]![band]!, most * x[i]!)
    meanX += x[i]! / SEGMENT
    meanY += y[i]! / SEGMENT
  }
  let [xy, xx, yy] = [0, 0, 0]
  for (let i = 0; i < SEGMENT; i++) {
    const a = x[i]! - meanX, b = y[i]! - meanY
    xy += a * b
    xx += a * a
    yy += b * b
  }
  return xy / (Math.sqrt(xx * yy) + TINY)
}

/** Of `other` as a rendering of `clean`: equally long, aligned, of the same rate. */
export function stoi(clean: Float32Array, other: Float32Array, sampleRate: number): number {
  if (clean.length !== other.length) throw new RangeError(`stoi: expected two signals of one length, got ${clean.length} and ${other.length} samples`)
  const [x, y] = withoutPauses(resampled(clean, sampleRate, RATE), resampled(other, sampleRate, RATE)).map(envelopes) as [Float64Array[], Float64Array[]]
  if (x.length < SEGMENT) throw new RangeError(`stoi: expected at least ${((SEGMENT * HOP) / RATE).toFixed(2)} s of voice, got ${((x.length * HOP) / RATE).toFixed(2)}`)
  let sum = 0
  for (let last = SEGMENT - 1; last < x.length; last++) for (let band = 0; band < BANDS; band++) sum += correlation(x, y, last, band)
  return sum / (BANDS * (x.length - SEGMENT + 1))
}
