// How loud the noise is in each bin, whatever else sounds there: see ../noise.ts, which says what the numbers are.

import { PANEL } from './activations'
import { exp2Near, madd, sum } from './math'

/** Presence a posteriori never stays above this: a bin that has been all speech for long is noise that has grown. */
const SURE: f32 = 0.97
/** Far below a frame that counts as sound; keeps what is divided by away from denormals. */
const LEAST: f32 = 1e-20

/**
 * One frame of `n` bins, a multiple of 4, with y² the power heard and σ² that of the noise (Gerkmann & Hendriks 2012):
 *
 *   p = 1 ÷ (1 + (1 + ξ)·e^(−y²/σ² · ξ/(1+ξ)))      p̄ ← a·p̄ + (1−a)·p      p ← min(p, .97) where p̄ > .97
 *   σ² ← b·σ² + (1−b)·((1−p)·y² + p·σ²)
 *
 * `numbers`: a, b, ξ. Not a branch: the same work for every frame.
 */
export function track(y: usize, power: usize, presence: usize, usual: usize, n: i32, numbers: usize): void {
  const a = f32.load(numbers), b = f32.load(numbers, 4), xi = f32.load(numbers, 8)
  const one = f32x4.splat(1), sure = f32x4.splat(SURE), least = f32x4.splat(LEAST)
  const odds = f32x4.splat(1 + xi), slope = f32x4.splat(-xi / ((1 + xi) * <f32>Math.LN2))
  const keep = f32x4.splat(a), fresh = f32x4.splat(1 - a), step = f32x4.splat(1 - b)
  for (let i: usize = 0; i < usize(n) << 2; i += 16) {
    const heard = v128.load(y + i), noise = v128.load(power + i)
    const loud = f32x4.mul(heard, heard)
    const posterior = f32x4.div(loud, f32x4.max(noise, least))
    let p = f32x4.div(one, madd(odds, exp2Near(f32x4.mul(posterior, slope)), one))
    const past = madd(keep, v128.load(usual + i), f32x4.mul(fresh, p))
    p = v128.bitselect(f32x4.min(p, sure), p, f32x4.gt(past, sure))
    v128.store(usual + i, past)
    v128.store(presence + i, p)
    const moved = f32x4.mul(f32x4.mul(step, f32x4.sub(one, p)), f32x4.sub(loud, noise))
    v128.store(power + i, f32x4.max(least, f32x4.add(noise, moved)))
  }
}

/** The same where all that sounds is noise: σ² ← b·σ² + (1−b)·y². `numbers`: b. */
export function settle(y: usize, power: usize, presence: usize, usual: usize, n: i32, numbers: usize): void {
  const zero = f32x4.splat(0), least = f32x4.splat(LEAST)
  const step = f32x4.splat(1 - f32.load(numbers))
  for (let i: usize = 0; i < usize(n) << 2; i += 16) {
    const heard = v128.load(y + i), noise = v128.load(power + i)
    v128.store(power + i, f32x4.max(least, madd(step, f32x4.sub(f32x4.mul(heard, heard), noise), noise)))
    v128.store(presence + i, zero)
    v128.store(usual + i, zero)
  }
}

/** Σy² and Σσ² of `n` bins, a multiple of 4. */
export function powers(y: usize, power: usize, n: i32, out: usize): void {
  let heard = f32x4.splat(0), noise = heard
  for (let i: usize = 0; i < usize(n) << 2; i += 16) {
    const x = v128.load(y + i)
    heard = madd(x, x, heard)
    noise = f32x4.add(noise, v128.load(power + i))
  }
  f32.store(out, sum(heard))
  f32.store(out, sum(noise), 4)
}

/** √σ² of `n` bins, a multiple of 4: the magnitudes that such noise has, but for a factor. */
export function roots(power: usize, out: usize, n: i32): void {
  for (let i: usize = 0; i < usize(n) << 2; i += 16) v128.store(out + i, f32x4.sqrt(v128.load(power + i)))
}

/** Dealt bins, scaled to sum to one, become the spectrum of `atom` of the `room` in each panel of `w`; all zero, they stay so. */
export function plant(row: usize, w: usize, atom: i32, room: i32, panels: i32): void {
  let all = f32x4.splat(0)
  for (let i: usize = 0; i < usize(panels) * PANEL; i += 16) all = f32x4.add(all, v128.load(row + i))
  const scale = f32x4.splat(1 / max<f32>(sum(all), 1e-20))
  let from = row
  for (let panel = 0; panel < panels; panel++) {
    const at = w + usize(panel * room + atom) * PANEL
    for (let lane: usize = 0; lane < PANEL; lane += 16) v128.store(at + lane, f32x4.mul(v128.load(from + lane), scale))
    from += PANEL
  }
}
