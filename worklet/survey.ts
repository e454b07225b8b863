// The stereo field of sound that is not playing: analysis and histogram, without the engine between them. Blocks of any
// size go in; frames are those that an engine of the same window would make.

import { Histogram } from './histogram.ts'
import { Kernel } from './kernel.ts'
import { Analysis, shapeFor, Transform, type Shape } from './stft.ts'

/** The window that suits the field best: 4096 by 1024 at 44.1 kHz, the same in seconds at other rates. */
export const FIELD_SHAPE = { sampleRate: 44100, fftSize: 4096, hopSize: 1024, tailSize: 4096 } as const

export class Survey {
  readonly histogram: Histogram
  private readonly shape: Shape
  private readonly kernel: Kernel
  private readonly sides: readonly Analysis[]
  private readonly pairs: { readonly left: Float32Array; readonly right: Float32Array; readonly crossRe: Float32Array; readonly crossIm: Float32Array }
  private collected = 0

  constructor(module: WebAssembly.Module, sampleRate: number) {
    const shape = (this.shape = shapeFor(FIELD_SHAPE, sampleRate))
    const bins = shape.fftSize / 2 + 1
    const kernel = (this.kernel = new Kernel(module, Transform.floats(shape.fftSize) + 2 * Analysis.floats(shape, shape.tailSize) + 4 * (bins + 32)))
    const transform = new Transform(kernel, shape.fftSize)
    this.sides = [0, 1].map(() => new Analysis(transform, shape, shape.tailSize))
    const row = (): Float32Array => kernel.floats(bins + 3).subarray(0, bins)
    this.pairs = { left: row(), right: row(), crossRe: row(), crossIm: row() }
    this.histogram = new Histogram({ sampleRate, fftSize: shape.fftSize, hopSize: shape.hopSize })
  }

  write(left: Float32Array, right: Float32Array, length: number): void {
    for (let i = 0; i < length; i++) {
      this.sides[0]!.write(left[i]!, this.collected)
      this.sides[1]!.write(right[i]!, this.collected)
      if (++this.collected === this.shape.hopSize) this.frame()
    }
  }

  /** Nothing more comes: the last samples pass through whole frames too, and what is shorter than a frame is one. */
  finish(): void {
    const { windowSize, hopSize } = this.shape
    const silence = new Float32Array(windowSize - hopSize + (hopSize - this.collected) % hopSize)
    this.write(silence, silence, silence.length)
  }

  private frame(): void {
    const { kernel: { run }, pairs, sides: [left, right], shape } = this
    this.collected = 0
    left!.frame()
    right!.frame()
    run.pairs(left!.re.byteOffset, left!.im.byteOffset, right!.re.byteOffset, right!.im.byteOffset, pairs.left.byteOffset,
      pairs.right.byteOffset, pairs.crossRe.byteOffset, pairs.crossIm.byteOffset, Math.ceil((shape.fftSize / 2 + 1) / 4) * 4)
    this.histogram.add(pairs)
  }
}
