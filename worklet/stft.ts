// The streaming short-time Fourier transform: `Analysis` turns samples into frames, `Synthesis` frames into samples.
// Both own their rings; everyone else meets whole frames only.
//
// Windows are asymmetric where the tail is shorter than the window (Mauler & Martin 2007): a long rise for resolution
// in frequency, a short fall for latency. Their product is a Hann window of `tailSize`, which overlaps to a constant:
//
//   analysis    ╭──────────────────────╮       rise: window − tail/2 samples, fall: tail/2
//               ╱                       │
//   synthesis                  ╭───╮           Hann(tail) ÷ analysis: zero outside the last `tail` samples
//
// With tail = window both are the square root of a Hann window, the usual symmetric pair.

import type { Dictionary } from './dictionary.ts'
import { Kernel } from './kernel.ts'
import type { Mode } from './protocol.ts'

export interface Shape {
  readonly fftSize: number
  /** Samples that a frame sees; zeros follow up to fftSize. */
  readonly windowSize: number
  readonly hopSize: number
  /** Samples that a frame writes: the latency of the direct mode. A whole number of hops, two at least. */
  readonly tailSize: number
  /** The exponent of the analysis window's rise; 1 where there is none. */
  readonly lean?: number
}

/** The next size that the transform knows: powers of two, and those one and a half times as large. */
const nextSize = (size: number): number => ((size & (size - 1)) === 0 ? size * 1.5 : (size * 4) / 3)

/**
 * The shape in which a dictionary's frames are met at another rate: the same window in seconds, so that its spectra keep
 * their form in hertz. A window within 10 % above a size of the transform takes that size, for a quarter or a third less work.
 */
export function shapeFor({ fftSize, hopSize, tailSize, sampleRate }: Pick<Dictionary, 'fftSize' | 'hopSize' | 'tailSize' | 'sampleRate'>,
  sessionRate: number): Shape {
  const target = (fftSize * sessionRate) / sampleRate
  let size = 256
  while (size < 0.9 * target) size = nextSize(size)
  const ratio = Math.min(target, size) / fftSize
  const hops = Math.max(2, Math.round(tailSize / hopSize))
  const hop = Math.max(1, Math.round(Math.min(hopSize, tailSize / 2) * ratio))
  const tail = hops * hop
  const window = tailSize === fftSize ? tail : Math.max(tail, Math.round(fftSize * ratio))
  while (size < window) size = nextSize(size)
  return { fftSize: size, windowSize: window, hopSize: hop, tailSize: tail }
}

/**
 * The same, leaning towards now: of an asymmetric window much lies long before what is written, and a mask that speaks of then is
 * late for a voice, which changes faster than music. The steeper its rise, the later its middle and the coarser its resolution.
 * One more for every halving of the tail was the best of a handful at each latency: .1 to .25 dB, and .006 to .015 of STOI.
 */
export const leaning = (shape: Shape): Shape => ({ ...shape, lean: 1 + Math.log2(shape.windowSize / shape.tailSize) })

export const latencyOf = (shape: Shape, mode: Mode): number => shape.tailSize + (mode === 'sliced' ? shape.hopSize : 0)

export function windows({ windowSize, hopSize, tailSize, lean = 1 }: Shape): { analysis: Float64Array; synthesis: Float64Array } {
  const analysis = new Float64Array(windowSize)
  const synthesis = new Float64Array(windowSize)
  const rise = windowSize - tailSize / 2
  const from = windowSize - tailSize
  for (let n = 0; n < windowSize; n++)
    analysis[n] = n < rise ? Math.sin((Math.PI * n) / (2 * rise)) ** lean : Math.sin((Math.PI * (n - from)) / tailSize)
  for (let n = from + 1; n < windowSize; n++)
    synthesis[n] = (Math.sin((Math.PI * (n - from)) / tailSize) ** 2 * 2 * hopSize) / (tailSize * analysis[n]!)
  return { analysis, synthesis }
}

/** Tables and scratch that every channel and source of a session share. */
export class Transform {
  readonly re: Float32Array
  readonly im: Float32Array
  readonly turn: Float32Array
  private readonly re2: Float32Array
  private readonly im2: Float32Array
  private readonly twiddles: Float32Array
  readonly points: number
  /** Where `forward` and `inverse` leave their result: the stages alternate between the two pairs. */
  readonly resultRe: Float32Array
  readonly resultIm: Float32Array

  static floats(fftSize: number): number { return 12 * fftSize + 256 }

  constructor(readonly kernel: Kernel, fftSize: number) {
    const m = (this.points = fftSize / 2)
    this.re = kernel.floats(m + 4)
    this.im = kernel.floats(m + 4)
    this.re2 = kernel.floats(m + 4)
    this.im2 = kernel.floats(m + 4)
    this.turn = kernel.floats(2 * (m + 4))
    for (let k = 0; k <= m; k++) {
      this.turn[k] = Math.cos((Math.PI * k) / m)
      this.turn[m + 4 + k] = Math.sin((Math.PI * k) / m)
    }
    this.twiddles = kernel.floats(4 * m)
    let at = 0
    let stages = 0
    let n = m
    for (; n % 4 === 0; n /= 4, stages++) {
      const quarter = n >> 2
      for (let p = 0; p < quarter; p++)
        for (let power = 1; power <= 3; power++) {
          const angle = (-2 * Math.PI * power * p) / n
          const [re, im] = n === m ? [at + (2 * power - 2) * quarter + p, at + (2 * power - 1) * quarter + p] : [at + 6 * p + 2 * power - 2, at + 6 * p + 2 * power - 1]
          this.twiddles[re] = Math.cos(angle)
          this.twiddles[im] = Math.sin(angle)
        }
      at += 6 * quarter
    }
    if (n > 1) stages++ // two, three or six at once, which have no twiddles
    this.resultRe = stages % 2 ? this.re2 : this.re
    this.resultIm = stages % 2 ? this.im2 : this.im
  }

  forward(): void {
    this.kernel.run.transform(this.re.byteOffset, this.im.byteOffset, this.re2.byteOffset, this.im2.byteOffset, this.twiddles.byteOffset, this.points)
  }

  /** Real and imaginary parts exchanged throughout: the inverse, times `points`. */
  inverse(): void {
    this.kernel.run.transform(this.im.byteOffset, this.re.byteOffset, this.im2.byteOffset, this.re2.byteOffset, this.twiddles.byteOffset, this.points)
  }
}

const eight = (n: number): number => Math.ceil(n / 8) * 8

/** fftSize / 2 + 1 bins, and room for the kernel's step. */
export interface Spectrum { readonly re: Float32Array; readonly im: Float32Array }

/** One channel's samples in, its frames out. */
export class Analysis implements Spectrum {
  /** The frame. */
  readonly re: Float32Array
  readonly im: Float32Array
  /** What goes out while the next hop comes in: the input delayed by the latency, minus what was subtracted. */
  readonly rest: Float32Array
  /** The hop being collected. */
  readonly incoming: Float32Array
  private readonly history: Float32Array
  private readonly window: Float32Array
  /** The history ends with the frame and reaches back as far as the latency. */
  private readonly end: number

  static floats(shape: Shape, latencySamples: number): number {
    return 2 * shape.fftSize + 3 * shape.windowSize + latencySamples + shape.hopSize + 128
  }

  constructor(private readonly transform: Transform, private readonly shape: Shape, private readonly latencySamples: number) {
    const { windowSize, hopSize, fftSize } = shape
    const kernel = transform.kernel
    this.re = kernel.floats(fftSize / 2 + 4)
    this.im = kernel.floats(fftSize / 2 + 4)
    this.rest = kernel.floats(hopSize)
    this.end = Math.max(windowSize, latencySamples)
    this.history = kernel.floats(this.end + 8)
    this.incoming = this.history.subarray(this.end - hopSize, this.end)
    this.window = kernel.floats(eight(windowSize))
    this.window.set(windows(shape).analysis)
  }

  reset(): void {
    this.history.fill(0)
    this.rest.fill(0)
  }

  /** Sample `at` of the hop being collected. */
  write(sample: number, at: number): void { this.incoming[at] = sample }

  /** The frame that ends with the hop just collected; makes room for the next one. */
  frame(): void {
    const { history, end, shape: { windowSize, hopSize }, transform } = this
    const { kernel: { run }, re, im, points, turn } = transform
    for (let i = 0; i < hopSize; i++) this.rest[i] = history[end - this.latencySamples + i]!
    run.split(history.byteOffset + (end - windowSize) * 4, this.window.byteOffset, re.byteOffset, im.byteOffset, eight(windowSize))
    if (eight(windowSize) < 2 * points) {
      re.fill(0, eight(windowSize) / 2, points)
      im.fill(0, eight(windowSize) / 2, points)
    }
    transform.forward()
    run.merge(transform.resultRe.byteOffset, transform.resultIm.byteOffset, turn.byteOffset, points, this.re.byteOffset, this.im.byteOffset)
    history.copyWithin(0, hopSize, end)
  }

  /** Takes a source's hop out of the rest. */
  subtract(ready: Float32Array): void {
    this.transform.kernel.run.remainder(this.rest.byteOffset, ready.byteOffset, Math.ceil(ready.length / 4) * 4)
  }
}

/** One channel of one source: masked frames in, samples out. */
export class Synthesis {
  /** The hop that `publish` released. */
  readonly ready: Float32Array
  private readonly sums: Float32Array
  private readonly window: Float32Array
  /** Where the tail starts in the frame, down to a multiple of eight: the kernel's step. */
  private readonly from: number
  private readonly skip: number

  static floats(shape: Shape): number { return 2 * shape.tailSize + shape.hopSize + 128 }

  constructor(private readonly transform: Transform, private readonly shape: Shape) {
    const { windowSize, tailSize, hopSize } = shape
    const kernel = transform.kernel
    this.skip = (windowSize - tailSize) % 8
    this.from = windowSize - tailSize - this.skip
    this.sums = kernel.floats(eight(tailSize + this.skip))
    this.window = kernel.floats(this.sums.length)
    this.ready = kernel.floats(hopSize)
    const { synthesis } = windows(shape)
    for (let i = 0; i < tailSize; i++) this.window[this.skip + i] = synthesis[windowSize - tailSize + i]! / transform.points
  }

  reset(): void {
    this.sums.fill(0)
    this.ready.fill(0)
  }

  /** Adds frame × mask. The mask has one gain per bin. */
  add(frame: Spectrum, mask: Float32Array): void {
    const { transform, window, sums } = this
    const { kernel: { run }, re, im, turn, points } = transform
    run.unmerge(frame.re.byteOffset, frame.im.byteOffset, mask.byteOffset, turn.byteOffset, points, re.byteOffset, im.byteOffset)
    transform.inverse()
    run.overlap(transform.resultRe.byteOffset, transform.resultIm.byteOffset, window.byteOffset, sums.byteOffset, this.from, sums.length)
  }

  /** Releases the oldest hop, to which no later frame adds. */
  publish(): void {
    const { sums, ready, skip, shape: { hopSize } } = this
    for (let i = 0; i < hopSize; i++) ready[i] = sums[skip + i]!
    sums.copyWithin(0, hopSize)
    sums.fill(0, sums.length - hopSize)
  }
}
