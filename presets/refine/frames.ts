// Whole signals as frames and back, several channels in step, through the engine's transform. The window is the square root
// of a Hann window on both sides: a tight frame, so that going back is the adjoint of going there, up to a constant.

import { Kernel } from '../../worklet/kernel.ts'
import { Analysis, shapeFor, Synthesis, Transform, type Shape } from '../../worklet/stft.ts'
import { FIELD_SHAPE } from '../../worklet/survey.ts'

/** One frame of one channel. */
export interface Row { readonly re: Float32Array; readonly im: Float32Array }
/** Left and right. */
export type Pair = readonly [Row, Row]
export type Stereo = readonly [Float32Array, Float32Array]

export const pairsOf = (rows: readonly Row[]): Pair[] => Array.from({ length: rows.length / 2 }, (_, i) => [rows[2 * i]!, rows[2 * i + 1]!])
export const newPair = (bins: number): Pair => {
  const row = (): Row => ({ re: new Float32Array(bins), im: new Float32Array(bins) })
  return [row(), row()]
}

export class Frames {
  readonly bins: number
  readonly count: number
  private readonly shape: Shape
  private readonly analyses: readonly Analysis[]
  private readonly syntheses: readonly Synthesis[]
  private readonly ones: Float32Array
  private readonly written: readonly Row[]

  /** Of up to so many channels of `length` samples. */
  constructor(module: WebAssembly.Module, sampleRate: number, channels: number, readonly length: number) {
    const shape = (this.shape = shapeFor(FIELD_SHAPE, sampleRate))
    this.bins = shape.fftSize / 2 + 1
    this.count = Math.ceil(length / shape.hopSize) + shape.windowSize / shape.hopSize - 1
    const kernel = new Kernel(module, Transform.floats(shape.fftSize) + this.bins + 32 +
      channels * (Analysis.floats(shape, shape.tailSize) + Synthesis.floats(shape) + 2 * (this.bins + 32)))
    const transform = new Transform(kernel, shape.fftSize)
    const each = <T>(make: () => T): T[] => Array.from({ length: channels }, make)
    this.analyses = each(() => new Analysis(transform, shape, shape.tailSize))
    this.syntheses = each(() => new Synthesis(transform, shape))
    this.written = each(() => ({ re: kernel.floats(this.bins + 3), im: kernel.floats(this.bins + 3) }))
    this.ones = kernel.floats(this.bins + 3).fill(1)
  }

  /** Calls `each` for every frame with the rows of the inputs, and with rows to be written, from which the outputs are made. */
  through(inputs: readonly Float32Array[], outputs: readonly Float32Array[], each: (frame: number, read: readonly Row[], write: readonly Row[]) => void): void {
    const { analyses, syntheses, written, ones, count, length, shape: { hopSize, windowSize } } = this
    const read = analyses.slice(0, inputs.length)
    for (const analysis of read) analysis.reset()
    for (const synthesis of syntheses) synthesis.reset()
    for (let frame = 0; frame < count; frame++) {
      inputs.forEach((samples, c) => {
        for (let i = 0, at = frame * hopSize; i < hopSize; i++, at++) read[c]!.write(at < length ? samples[at]! : 0, i)
        read[c]!.frame()
      })
      each(frame, read, written)
      const from = (frame + 1) * hopSize - windowSize // a published hop is the oldest of its frame
      outputs.forEach((samples, c) => {
        const synthesis = syntheses[c]!
        synthesis.add(written[c]!, ones)
        synthesis.publish()
        for (let i = Math.max(0, -from); i < hopSize && from + i < length; i++) samples[from + i] = synthesis.ready[i]!
      })
    }
  }
}
