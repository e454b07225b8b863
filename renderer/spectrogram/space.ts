// Where each bin stands between two channels, and how coherent it is with its neighbours in time and frequency.

import { phaseCode, sideCode } from './store.ts'
import type { Store } from './store.ts'

/** Coherence is that of about this many frames (1 ÷ (1 − KEEP)) and of bins this far to each side. */
const KEEP = 0.6
const AROUND = 2

export class Space {
  private readonly left: Float32Array
  private readonly right: Float32Array
  private readonly re: Float32Array
  private readonly im: Float32Array
  /** The same, smoothed in time. */
  private readonly smooth: readonly [Float32Array, Float32Array, Float32Array, Float32Array]

  constructor(bins: number) {
    const row = (): Float32Array => new Float32Array(bins)
    ;[this.left, this.right, this.re, this.im] = [row(), row(), row(), row()]
    this.smooth = [row(), row(), row(), row()]
  }

  reset(): void { for (const values of this.smooth) values.fill(0) }

  /** |L|², |R|² and R·L̄ of a bin. */
  put(bin: number, left: number, right: number, re: number, im: number): void {
    const [l, r, x, y] = this.smooth
    l[bin] = KEEP * l[bin]! + (1 - KEEP) * (this.left[bin] = left)
    r[bin] = KEEP * r[bin]! + (1 - KEEP) * (this.right[bin] = right)
    x[bin] = KEEP * x[bin]! + (1 - KEEP) * (this.re[bin] = re)
    y[bin] = KEEP * y[bin]! + (1 - KEEP) * (this.im[bin] = im)
  }

  /** Into the cell for which a bin speaks. */
  keep(store: Store, cell: number, bin: number): void {
    store.side[cell] = sideCode(10 * Math.log10((this.right[bin]! + 1e-20) / (this.left[bin]! + 1e-20)))
    store.phase[cell] = phaseCode(Math.atan2(this.im[bin]!, this.re[bin]!))
    store.coherence[cell] = Math.round(255 * this.coherence(bin))
  }

  private coherence(bin: number): number {
    const [left, right, re, im] = this.smooth
    let l = 0, r = 0, x = 0, y = 0
    for (let i = Math.max(0, bin - AROUND); i <= Math.min(left.length - 1, bin + AROUND); i++) {
      l += left[i]!
      r += right[i]!
      x += re[i]!
      y += im[i]!
    }
    return l * r > 0 ? Math.min(1, (x * x + y * y) / (l * r)) : 1
  }
}
