// What is measured of every bin before anything is decided about it.

import type { Basis } from './activations.ts'
import type { Kernel } from './kernel.ts'
import type { Analysis } from './stft.ts'

export class Features {
  /** Root mean square of the channels' magnitudes, so that a sound weighs the same wherever it is panned. */
  readonly magnitude: Float32Array
  /** The same with the padding that the kernel wants. */
  private readonly padded: Float32Array
  /** The same in the order of the basis, as far as it reaches. */
  readonly dealt: Float32Array

  static floats(bins: number, paddedBins: number): number { return bins + paddedBins + 64 }

  constructor(private readonly kernel: Kernel, private readonly basis: Basis) {
    this.padded = kernel.floats(basis.fitted.bins + 3)
    this.magnitude = this.padded.subarray(0, basis.fitted.bins)
    this.dealt = kernel.floats(basis.paddedBins)
  }

  measure(first: Analysis, second: Analysis | undefined): void {
    this.kernel.run.magnitude(first.re.byteOffset, first.im.byteOffset, second ? second.re.byteOffset : 0,
      second ? second.im.byteOffset : 0, this.magnitude.byteOffset, Math.ceil(this.basis.fitted.bins / 4) * 4)
    this.basis.deal(this.magnitude, this.dealt)
  }
}
