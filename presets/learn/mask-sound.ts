// What a mask sounds like, and the way back from a sample that is wrong to the bins that made it so.
//
//   mix ─► frames × masks ─► overlapped ─► sound        error ─► its stretch of every frame ─► ∂error/∂mask
//
// The error of a spectrogram says little about the sound where latency is low: only the end of a frame is heard, and a mask as
// fine as harmonics asks for samples to come, which are not there. The sound itself knows.

import { Kernel } from '../../worklet/kernel.ts'
import { Analysis, type Shape, Synthesis, Transform, windows } from '../../worklet/stft.ts'

const eight = (n: number): number => Math.ceil(n / 8) * 8

/** A mix and the voice in it, as long, in frames of one shape. */
export interface Sound {
  readonly mix: Float32Array
  readonly voice: Float32Array
  readonly shape: Shape
}

/** Fills the mask of a frame, one gain per bin. */
export type Masking = (frame: number, mask: Float32Array) => void
/** Is given, frame by frame, what the error's logarithm gains by every bin's gain. */
export type Asking = (frame: number, slopes: Float32Array) => void

export class MaskSound {
  private readonly transform: Transform
  private readonly mixed: Analysis
  private readonly synthesis: Synthesis
  private readonly mask: Float32Array
  private readonly slopes: Float32Array
  /** The end of a frame as it is heard, for the way back. */
  private readonly window: Float32Array
  private readonly stretch: Float32Array
  private readonly re: Float32Array
  private readonly im: Float32Array
  private error = new Float32Array(0)
  private frames: Float32Array[] = []

  constructor(module: WebAssembly.Module, private readonly shape: Shape) {
    const { fftSize, windowSize, tailSize } = shape
    const room = fftSize / 2 + 4 + 16
    const kernel = new Kernel(module, Transform.floats(fftSize) + Analysis.floats(shape, tailSize) + Synthesis.floats(shape) + 4 * room + 2 * (windowSize + 32))
    const transform = (this.transform = new Transform(kernel, fftSize))
    this.mixed = new Analysis(transform, shape, tailSize)
    this.synthesis = new Synthesis(transform, shape)
    this.mask = kernel.floats(fftSize / 2 + 4)
    this.slopes = new Float32Array(fftSize / 2 + 1)
    this.re = kernel.floats(fftSize / 2 + 4)
    this.im = kernel.floats(fftSize / 2 + 4)
    this.window = kernel.floats(eight(windowSize))
    this.stretch = kernel.floats(eight(windowSize))
    this.window.set(windows(shape).synthesis)
  }

  /** log₁₀(Σ(y − s)² ÷ Σs²) of the first `count` frames, as far as they complete the sound. */
  play({ mix, voice }: Sound, count: number, masking: Masking): number {
    const { mixed, synthesis, mask, shape: { hopSize, tailSize, fftSize } } = this
    mixed.reset()
    synthesis.reset()
    const length = count * hopSize, bins = fftSize / 2 + 1
    if (this.error.length < length) this.error = new Float32Array(length)
    const { error } = this
    error.fill(0)
    while (this.frames.length < count) this.frames.push(new Float32Array(2 * bins))
    let wrong = 0, all = 0
    for (let frame = 0; frame < count; frame++) {
      for (let i = 0; i < hopSize; i++) mixed.write(mix[frame * hopSize + i]!, i)
      mixed.frame()
      const kept = this.frames[frame]!
      for (let bin = 0; bin < bins; bin++) {
        kept[bin] = mixed.re[bin]!
        kept[bins + bin] = mixed.im[bin]!
      }
      masking(frame, mask)
      synthesis.add(mixed, mask)
      synthesis.publish()
      const from = (frame + 1) * hopSize - tailSize
      for (let i = Math.max(0, -from); i < hopSize; i++) {
        const s = voice[from + i]!, e = synthesis.ready[i]! - s
        error[from + i] = e
        wrong += e * e
        all += s * s
      }
    }
    const slope = 2 / (Math.max(wrong, 1e-20) * Math.LN10)
    for (let i = 0; i < length; i++) error[i]! *= slope
    return Math.log10(Math.max(wrong, 1e-20) / Math.max(all, 1e-20))
  }

  /** What the last sound asks of its masks. */
  ask(count: number, asking: Asking): void {
    const { error, slopes, stretch, window, re, im, transform, frames, shape: { hopSize, tailSize, windowSize, fftSize } } = this
    const { kernel: { run }, points, turn } = transform
    const bins = fftSize / 2 + 1, whole = eight(windowSize)
    for (let frame = 0; frame < count; frame++) {
      const to = (frame + 1) * hopSize, from = to - tailSize, at = windowSize - tailSize
      for (let i = 0; i < tailSize; i++) stretch[at + i] = from + i < 0 ? 0 : error[from + i]!
      run.split(stretch.byteOffset, window.byteOffset, transform.re.byteOffset, transform.im.byteOffset, whole)
      if (whole < 2 * points) {
        transform.re.fill(0, whole / 2, points)
        transform.im.fill(0, whole / 2, points)
      }
      transform.forward()
      run.merge(transform.resultRe.byteOffset, transform.resultIm.byteOffset, turn.byteOffset, points, re.byteOffset, im.byteOffset)
      const kept = frames[frame]!
      for (let bin = 0; bin < bins; bin++) slopes[bin] = ((bin === 0 || bin === bins - 1 ? 1 : 2) / fftSize) * (kept[bin]! * re[bin]! + kept[bins + bin]! * im[bin]!)
      asking(frame, slopes)
    }
  }
}
