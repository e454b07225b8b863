// Two channels of a frame: what stands where between left and right.

import { madd } from './math'

/** Per bin |L|², |R|² and R·L̄, of `n` bins, a multiple of 4. */
export function pairs(lr: usize, li: usize, rr: usize, ri: usize, left: usize, right: usize, crossRe: usize, crossIm: usize, n: i32): void {
  for (let i: usize = 0; i < usize(n) << 2; i += 16) {
    const a = v128.load(lr + i), b = v128.load(li + i), c = v128.load(rr + i), d = v128.load(ri + i)
    v128.store(left + i, madd(a, a, f32x4.mul(b, b)))
    v128.store(right + i, madd(c, c, f32x4.mul(d, d)))
    v128.store(crossRe + i, madd(a, c, f32x4.mul(b, d)))
    v128.store(crossIm + i, f32x4.sub(f32x4.mul(a, d), f32x4.mul(b, c)))
  }
}
