// What is wrong with a mask, and what the network's numbers should do about it. Three complaints about one passage, because
// each alone is easily satisfied by something that sounds bad:
//
//   log₁₀(Σ(y − s)² ÷ Σs²)          decibels of the sound itself, what SI-SDR measures
//   Σ(|mX|^.3 − |S|^.3)²             loudness as ears hear it: what is quiet counts too
//   1 − correlation of envelopes     in third-octave bands over .4 s, as intelligibility is measured (Taal et al. 2011)

import { COEFFICIENTS } from '../../worklet/mask-head.ts'
import type { Matrix } from '../products.ts'
import type { Passage, Rows } from './mask-examples.ts'
import { MaskSound } from './mask-sound.ts'

export interface Complaint {
  /** The weighted sum of the three. */
  readonly loss: number
  /** SNR of the sound in dB, the mean difference of loudness, the mean correlation. */
  readonly decibels: number
  readonly loudness: number
  readonly envelopes: number
}

const WEIGHTS = { decibels: 1.5, loudness: 3, envelopes: 3.5 }
const POWER = 0.3, LEAST = 1e-4
/** Frames of a stretch whose envelopes are compared, and from one to the next. */
const STRETCH = 48, STRIDE = 32
/** What the estimate may have more than the voice before it counts as no better: 15 dB. */
const CEILING = 1 + 10 ** (15 / 20)
export const TINY = 1e-6

export const loudness = (magnitude: number): number => (magnitude + LEAST) ** POWER

/**
 * Of one passage: reads the network's numbers at `coefficients[first(frame)…]` and, where `slopes` is given, puts the loss's
 * slopes there, times `share`.
 */
export class Judge {
  private readonly mask: Float64Array
  private readonly slope: Float64Array
  private readonly envelope: Float64Array
  private readonly envelopeSlope: Float64Array
  private readonly numbers: Float64Array
  /** One for each latency. */
  private readonly sounds = new Map<number, MaskSound>()

  /** Of passages of at most so many frames; `module`: the plain kernel, which makes the sound. */
  constructor(private readonly rows: Rows, frames: number, private readonly module: WebAssembly.Module) {
    const { bins, thirds, bands } = rows
    this.mask = new Float64Array(frames * bins.length)
    this.slope = new Float64Array(frames * bins.length)
    this.envelope = new Float64Array(frames * thirds.count)
    this.envelopeSlope = new Float64Array(frames * thirds.count)
    this.numbers = new Float64Array(COEFFICIENTS * bands)
  }

  judge(passage: Passage, frames: number, coefficients: Matrix, first: (frame: number) => number, slopes: Matrix | null, share: number): Complaint {
    this.decode(passage, frames, coefficients, first)
    const loudness = this.weigh(passage, frames)
    const decibels = this.hear(passage, frames, slopes !== null)
    const envelopes = this.follow(passage, frames)
    if (slopes) this.encode(passage, frames, first, slopes, share)
    return {
      decibels: -10 * decibels, loudness, envelopes,
      loss: WEIGHTS.decibels * decibels + WEIGHTS.loudness * loudness + WEIGHTS.envelopes * (1 - envelopes),
    }
  }

  /** As the kernel does it: `logits` in worklet/kernel/head.ts. */
  private decode(passage: Passage, frames: number, coefficients: Matrix, first: (frame: number) => number): void {
    const { mask, rows: { bins, band, part, scales } } = this
    const { odds, over, contrast, comb } = passage
    for (let frame = 0, at = 0; frame < frames; frame++) {
      const from = first(frame)
      for (let i = 0; i < bins.length; i++, at++) {
        const c = from + COEFFICIENTS * band[i]!, next = part[i]!, here = 1 - next
        const o = 1.5 * odds[at]! * scales.odds
        const x = 2 * (here * coefficients[c]! + next * coefficients[c + 5]!)
          + o * (1 + here * coefficients[c + 1]! + next * coefficients[c + 6]!)
          + over[at]! * scales.over * (here * coefficients[c + 2]! + next * coefficients[c + 7]!)
          + contrast[at]! * scales.contrast * (here * coefficients[c + 3]! + next * coefficients[c + 8]!)
          + 4 * comb[at]! * scales.comb * (here * coefficients[c + 4]! + next * coefficients[c + 9]!)
        mask[at] = 1 / (1 + Math.exp(-x))
      }
    }
  }

  /** The mean difference of loudness; slopes by the mask. */
  private weigh({ heard, loud }: Passage, frames: number): number {
    const { mask, slope, rows: { bins, weights, full } } = this
    const mean = 4 / (frames * full)
    let difference = 0
    for (let at = 0, i = 0; at < frames * bins.length; at++) {
      const e = mask[at]! * heard[at]! + LEAST
      const root = e ** POWER
      const d = root - loud[at]!
      difference += weights[i]! * d * d
      slope[at] = WEIGHTS.loudness * mean * 2 * weights[i]! * d * POWER * (root / e) * heard[at]!
      if (++i === bins.length) i = 0
    }
    return mean * difference
  }

  /** The logarithm of the sound's error; slopes by the mask are added. A frame in which the network was not asked has the mask of the last one. */
  private hear(passage: Passage, frames: number, learning: boolean): number {
    const { mask, slope, sounds, module, rows: { bins, full, silent } } = this
    const { places, shape } = passage
    let sound = sounds.get(shape.tailSize)
    if (!sound) sounds.set(shape.tailSize, (sound = new MaskSound(module, shape)))
    const count = places[frames - 1]! + 1
    const end = (i: number): number => bins[i + 1] ?? full
    let asked = 0
    const from = (frame: number): number => {
      if (frame === 0) asked = 0
      while (asked < frames && places[asked]! <= frame) asked++
      return (asked - 1) * bins.length
    }
    const decibels = sound.play(passage, count, (frame, gains) => {
      gains.fill(0)
      const at = from(frame)
      if (at >= 0) for (let i = 0, bin = 0; i < bins.length; i++) for (const gain = mask[at + i]!; bin < end(i); bin++) gains[bin] = gain
      gains.fill(0, 0, silent)
    })
    if (learning) sound.ask(count, (frame, asks) => {
      const at = from(frame)
      if (at >= 0) for (let i = 0; i < bins.length; i++)
        for (let bin = Math.max(silent, bins[i]!); bin < end(i); bin++) slope[at + i]! += WEIGHTS.decibels * asks[bin]!
    })
    return decibels
  }

  /** The mean correlation of envelopes; slopes by the mask are added. */
  private follow({ heard, envelopes }: Passage, frames: number): number {
    const { mask, slope, envelope, envelopeSlope, rows: { bins, weights, thirds } } = this
    const { count: bands, of } = thirds
    envelope.fill(TINY, 0, frames * bands)
    for (let frame = 0, at = 0; frame < frames; frame++)
      for (let i = 0; i < bins.length; i++, at++) {
        if (of[i]! < 0) continue
        const e = mask[at]! * heard[at]!
        envelope[frame * bands + of[i]!]! += weights[i]! * e * e
      }
    for (let at = 0; at < frames * bands; at++) envelope[at] = Math.sqrt(envelope[at]!)
    envelopeSlope.fill(0, 0, frames * bands)
    const stretches: number[] = []
    let loudest = 0
    const levels: number[] = []
    for (let from = 0; from + STRETCH <= frames; from += STRIDE) {
      let level = 0
      for (let at = from * bands; at < (from + STRETCH) * bands; at++) level += envelopes[at]! ** 2
      levels.push(level)
      loudest = Math.max(loudest, level)
    }
    levels.forEach((level, i) => { if (level > 1e-3 * loudest) stretches.push(i * STRIDE) }) // pauses say nothing
    if (stretches.length === 0) return 0
    const share = 1 / (stretches.length * bands)
    let sum = 0
    for (const from of stretches) for (let band = 0; band < bands; band++) sum += this.correlate(envelopes, from, band, share)
    for (let frame = 0, at = 0; frame < frames; frame++)
      for (let i = 0; i < bins.length; i++, at++) {
        if (of[i]! < 0) continue
        const y = frame * bands + of[i]!
        slope[at]! += (envelopeSlope[y]! * weights[i]! * heard[at]! * heard[at]! * mask[at]!) / envelope[y]!
      }
    return sum * share
  }

  private correlate(wanted: Float32Array, from: number, band: number, share: number): number {
    const { envelope, envelopeSlope, rows: { thirds: { count } } } = this
    const start = from * count + band, end = start + STRETCH * count
    let xx = 0, yy = 0, sx = 0
    for (let at = start; at < end; at += count) {
      xx += wanted[at]! ** 2
      yy += envelope[at]! ** 2
      sx += wanted[at]!
    }
    const norm = Math.sqrt(yy), level = Math.sqrt(xx) / (norm + TINY)
    const mx = sx / STRETCH
    let sy = 0
    for (let at = start; at < end; at += count) sy += Math.min(level * envelope[at]!, CEILING * wanted[at]!)
    const my = sy / STRETCH
    let cxx = 0, cyy = 0, cxy = 0
    for (let at = start; at < end; at += count) {
      const x = wanted[at]! - mx, y = Math.min(level * envelope[at]!, CEILING * wanted[at]!) - my
      cxx += x * x
      cyy += y * y
      cxy += x * y
    }
    const size = Math.sqrt(cxx * cyy) + TINY, r = cxy / size
    // through the correlation, the ceiling, and the level, which depends on every frame
    let through = 0
    for (let at = start; at < end; at += count) {
      const scaled = level * envelope[at]!
      if (scaled >= CEILING * wanted[at]!) continue
      const g = this.turn(wanted[at]! - mx, scaled - my, r, size, cxx, cyy)
      through += g * envelope[at]!
      envelopeSlope[at]! -= WEIGHTS.envelopes * share * level * g
    }
    const back = (WEIGHTS.envelopes * share * level * through) / (norm * (norm + TINY))
    for (let at = start; at < end; at += count) envelopeSlope[at]! += back * envelope[at]!
    return r
  }

  /** ∂r/∂y of r = Σxy ÷ (√(Σx² Σy²) + tiny), of centred x and y. */
  private turn(x: number, y: number, r: number, size: number, cxx: number, cyy: number): number {
    return (x - r * Math.sqrt(cxx / Math.max(cyy, 1e-30)) * y) / size
  }

  /** From slopes by the mask to slopes by the network's numbers. */
  private encode(passage: Passage, frames: number, first: (frame: number) => number, slopes: Matrix, share: number): void {
    const { mask, slope, numbers, rows: { bins, band, part, scales } } = this
    const { odds, over, contrast, comb } = passage
    for (let frame = 0, at = 0; frame < frames; frame++) {
      numbers.fill(0)
      for (let i = 0; i < bins.length; i++, at++) {
        const g = share * slope[at]! * mask[at]! * (1 - mask[at]!)
        const c = COEFFICIENTS * band[i]!, next = g * part[i]!, here = g - next
        const o = 1.5 * odds[at]! * scales.odds, v = over[at]! * scales.over, k = contrast[at]! * scales.contrast, h = 4 * comb[at]! * scales.comb
        numbers[c]! += 2 * here
        numbers[c + 1]! += o * here
        numbers[c + 2]! += v * here
        numbers[c + 3]! += k * here
        numbers[c + 4]! += h * here
        numbers[c + 5]! += 2 * next
        numbers[c + 6]! += o * next
        numbers[c + 7]! += v * next
        numbers[c + 8]! += k * next
        numbers[c + 9]! += h * next
      }
      const from = first(frame)
      for (let i = 0; i < numbers.length; i++) slopes[from + i] = numbers[i]!
    }
  }
}
