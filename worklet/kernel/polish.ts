// What is done to finished masks, rows of bins `stride` bytes apart.

import { madd } from './math'

/**
 * What the sources hold together, M, against the rest, at other odds:  M ← f·M ÷ (1 − M + f·M), the sources in proportion.
 * Of what lies above the floor; `numbers`: f, the floor, and what is left of one beside the floors of all. `n`, a multiple of 4.
 */
export function weighted(out: usize, stride: usize, sources: i32, n: i32, numbers: usize): void {
  const factor = f32x4.splat(f32.load(numbers)), floor = f32x4.splat(f32.load(numbers, 4))
  const keep = f32x4.splat(f32.load(numbers, 8)), one = f32x4.splat(1), zero = f32x4.splat(0)
  const above = f32x4.splat(1 / max<f32>(f32.load(numbers, 8), 1e-6))
  for (let i: usize = 0; i < usize(n) << 2; i += 16) {
    let held = zero
    for (let s = 0; s < sources; s++)
      held = f32x4.add(held, f32x4.max(zero, f32x4.mul(above, f32x4.sub(v128.load(out + stride * usize(s) + i), floor))))
    held = f32x4.min(one, held)
    const scale = f32x4.div(factor, f32x4.max(f32x4.splat(1e-20), madd(factor, held, f32x4.sub(one, held))))
    for (let s = 0; s < sources; s++) {
      const at = out + stride * usize(s) + i
      const share = f32x4.max(zero, f32x4.mul(above, f32x4.sub(v128.load(at), floor)))
      v128.store(at, madd(f32x4.mul(keep, share), scale, floor))
    }
  }
}

/**
 * One mask, smoothed over frames and then over its neighbours to both sides, each time by a weighted mean that is the same
 * for all masks, so that they add up to no more than before; `band` then closes what was closed. `before` holds it between
 * frames. `numbers`: of a frame, and of a bin, what remains at the next.
 */
export function smooth(mask: usize, before: usize, band: usize, n: i32, numbers: usize): void {
  const frame = f32.load(numbers), bin = f32.load(numbers, 4)
  let past = frame * f32.load(before) + (1 - frame) * f32.load(mask)
  for (let i: usize = 0; i < usize(n) << 2; i += 4) {
    const now = frame * f32.load(before + i) + (1 - frame) * f32.load(mask + i)
    f32.store(before + i, now)
    past = bin * past + (1 - bin) * now
    f32.store(mask + i, past)
  }
  for (let i = i32(n) - 1; i >= 0; i--) {
    const at = usize(i) << 2
    past = bin * past + (1 - bin) * f32.load(mask + at)
    f32.store(mask + at, past * f32.load(band + at))
  }
}
