// What is measured of every bin before anything is decided about it.

import type { Basis } from './basis.ts'
import type { Kernel } from './kernel.ts'
import type { Analysis } from './stft.ts'

export class Features {
  /** Root mean square of the channels' magnitudes, so that a sound weighs the same wherever it is panned. */
  readonly magnitude: Float32Array
  /** The same with the padding that the kernel wants. */
  private readonly padded: Float32Array
  /** The same in the order of the basis, as far as it reaches. */
  readonly dealt: Float32Array
  // Of two channels; of one, empty.
  /** |X_L|² */
  readonly left: Float32Array
  /** |X_R|² */
  readonly right: Float32Array
  /** X_R · X̄_L */
  readonly crossRe: Float32Array
  readonly crossIm: Float32Array

  static floats(channels: number, bins: number, paddedBins: number): number {
    return bins + paddedBins + 64 + (channels === 2 ? 4 * (bins + 32) : 64)
  }

  constructor(private readonly kernel: Kernel, private readonly basis: Basis, channels: number) {
    const { bins } = basis.fitted
    const pairs = (): Float32Array => (channels === 2 ? kernel.floats(bins + 3).subarray(0, bins) : kernel.floats(0))
    this.left = pairs()
    this.right = pairs()
    this.crossRe = pairs()
    this.crossIm = pairs()
    this.padded = kernel.floats(basis.fitted.bins + 3)
    this.magnitude = this.padded.subarray(0, basis.fitted.bins)
    this.dealt = kernel.floats(basis.paddedBins)
  }

  measure(first: Analysis, second: Analysis | undefined): void {
    const { basis: { fitted: { bins } }, kernel: { run } } = this
    const whole = Math.ceil(bins / 4) * 4
    run.magnitude(first.re.byteOffset, first.im.byteOffset, second ? second.re.byteOffset : 0,
      second ? second.im.byteOffset : 0, this.magnitude.byteOffset, whole)
    if (second)
      run.pairs(first.re.byteOffset, first.im.byteOffset, second.re.byteOffset, second.im.byteOffset, this.left.byteOffset,
        this.right.byteOffset, this.crossRe.byteOffset, this.crossIm.byteOffset, whole)
    this.basis.deal(this.magnitude, this.dealt)
  }
}
