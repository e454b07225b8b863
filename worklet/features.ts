// What is measured of every bin before anything is decided about it.

import type { Kernel } from './kernel.ts'
import type { Analysis } from './stft.ts'

export class Features {
  /** Root mean square of the channels' magnitudes, so that a sound weighs the same wherever it is panned. */
  readonly magnitude: Float32Array

  static floats(paddedBins: number): number { return paddedBins + 16 }

  constructor(private readonly kernel: Kernel, private readonly bins: number, paddedBins: number) {
    this.magnitude = kernel.floats(paddedBins)
  }

  measure(first: Analysis, second: Analysis | undefined): void {
    this.kernel.run.magnitude(first.re.byteOffset, first.im.byteOffset, second ? second.re.byteOffset : 0,
      second ? second.im.byteOffset : 0, this.magnitude.byteOffset, Math.ceil(this.bins / 4) * 4)
    this.magnitude.fill(0, this.bins)
  }
}
