// The two-channel Wiener filter: what each source adds to both channels, found from the places' covariances C and shares
// of the power v (Duong, Vincent & Gribonval 2010). All of it per bin, as closed forms of 2 × 2 Hermitian matrices:
//
//   R = Σ v_p (C_p + ε)      y = R⁻¹x      part_p = v_p (C_p + ε) y,   which add up to x
//   v ← v · yᴴCy ÷ tr(R⁻¹C)   in every round but the last: closer to what was heard
//
// Components lie as places do (places.ts); the claim's row holds v. The shares are relative to the bin's own power.

import { madd } from './math'

/**
 * A source's `mask` among its components, as they claim it. `list`: how many components, and which. `left` loses what
 * the source takes.
 */
export function shares(places: usize, stride: usize, list: usize, mask: usize, left: usize, from: i32, to: i32): void {
  const count = i32.load(list), tiny = f32x4.splat(1e-6)
  for (let i = usize(from) << 2; i < usize(to) << 2; i += 16) {
    let sum = f32x4.splat(0)
    for (let p = 1; p <= count; p++) sum = f32x4.add(f32x4.add(sum, tiny), v128.load(claimOf(places, stride, list, p) + i))
    const gain = v128.load(mask + i)
    const norm = f32x4.div(gain, sum)
    for (let p = 1; p <= count; p++) {
      const claim = claimOf(places, stride, list, p) + i
      v128.store(claim, f32x4.mul(norm, f32x4.add(v128.load(claim), tiny)))
    }
    v128.store(left + i, f32x4.max(f32x4.splat(0), f32x4.sub(v128.load(left + i), gain)))
  }
}

@inline
function claimOf(places: usize, stride: usize, list: usize, p: i32): usize {
  return places + (usize(i32.load(list + (usize(p) << 2))) * 8 + 7) * stride
}

/** y of both channels into four rows, re and im of the left one first. `list`: all components; the rest, `rest` of each bin, is equal on all sides. */
export function solve(places: usize, stride: usize, list: usize, rest: usize, lr: usize, li: usize, rr: usize, ri: usize, y: usize,
  rounds: i32, epsilon: usize, from: i32, to: i32): void {
  const count = i32.load(list)
  const e = v128.load32_splat(epsilon), one = f32x4.splat(1), half = f32x4.splat(0.5), tiny = f32x4.splat(1e-30)
  for (let i = usize(from) << 2; i < usize(to) << 2; i += 16) {
    const xlr = v128.load(lr + i), xli = v128.load(li + i), xrr = v128.load(rr + i), xri = v128.load(ri + i)
    const power = madd(xlr, xlr, madd(xli, xli, madd(xrr, xrr, madd(xri, xri, tiny))))
    const scale = f32x4.div(one, power)
    const everywhere = f32x4.mul(half, f32x4.add(v128.load(rest + i), f32x4.splat(1e-6)))
    for (let round = 1; ; round++) {
      let a = everywhere, b = everywhere, cr = f32x4.splat(0), ci = f32x4.splat(0)
      for (let p = 1; p <= count; p++) {
        const place = places + usize(i32.load(list + (usize(p) << 2))) * 8 * stride + i
        const v = v128.load(place + 7 * stride)
        a = madd(v, f32x4.add(v128.load(place), e), a)
        b = madd(v, f32x4.add(v128.load(place + stride), e), b)
        cr = madd(v, v128.load(place + 2 * stride), cr)
        ci = madd(v, v128.load(place + 3 * stride), ci)
      }
      const det = f32x4.max(f32x4.sub(f32x4.mul(a, b), madd(cr, cr, f32x4.mul(ci, ci))), f32x4.splat(1e-12))
      const inverse = f32x4.div(one, det)
      // [[b, −c̄], [−c, a]] · x ÷ det
      const ylr = f32x4.mul(inverse, f32x4.sub(f32x4.mul(b, xlr), madd(cr, xrr, f32x4.mul(ci, xri))))
      const yli = f32x4.mul(inverse, f32x4.sub(f32x4.mul(b, xli), f32x4.sub(f32x4.mul(cr, xri), f32x4.mul(ci, xrr))))
      const yrr = f32x4.mul(inverse, f32x4.sub(f32x4.mul(a, xrr), f32x4.sub(f32x4.mul(cr, xlr), f32x4.mul(ci, xli))))
      const yri = f32x4.mul(inverse, f32x4.sub(f32x4.mul(a, xri), madd(cr, xli, f32x4.mul(ci, xlr))))
      if (round >= rounds) {
        v128.store(y + i, ylr); v128.store(y + stride + i, yli); v128.store(y + 2 * stride + i, yrr); v128.store(y + 3 * stride + i, yri)
        break
      }
      const yl = madd(ylr, ylr, f32x4.mul(yli, yli)), yr = madd(yrr, yrr, f32x4.mul(yri, yri))
      // Re and Im of y_R ȳ_L
      const yc = madd(yrr, ylr, f32x4.mul(yri, yli)), ys = f32x4.sub(f32x4.mul(yri, ylr), f32x4.mul(yrr, yli))
      for (let p = 1; p <= count; p++) {
        const place = places + usize(i32.load(list + (usize(p) << 2))) * 8 * stride + i
        const left = f32x4.add(v128.load(place), e), right = f32x4.add(v128.load(place + stride), e)
        const re = v128.load(place + 2 * stride), im = v128.load(place + 3 * stride)
        const cross = madd(re, yc, f32x4.mul(im, ys)), mixed = madd(re, cr, f32x4.mul(im, ci))
        const heard = f32x4.mul(scale, madd(left, yl, madd(right, yr, f32x4.add(cross, cross))))
        const expected = f32x4.mul(inverse, f32x4.sub(madd(left, b, f32x4.mul(right, a)), f32x4.add(mixed, mixed)))
        const v = f32x4.mul(v128.load(place + 7 * stride), f32x4.div(heard, f32x4.max(expected, tiny)))
        v128.store(place + 7 * stride, f32x4.min(v, f32x4.splat(1e6)))
      }
    }
  }
}

/**
 * One channel of a source: Σ v_p (C_p + ε) y of its components; of that 1 − soft, and soft of mask · x. `numbers`: ε and soft.
 */
export function part(places: usize, stride: usize, list: usize, y: usize, right: i32, mask: usize, xr: usize, xi: usize, numbers: usize,
  outRe: usize, outIm: usize, from: i32, to: i32): void {
  const count = i32.load(list), e = v128.load32_splat(numbers), soft = v128.load32_splat(numbers, 4)
  const own = f32x4.sub(f32x4.splat(1), soft)
  const mine = y + (right ? 2 * stride : 0), other = y + (right ? 0 : 2 * stride)
  const sign = f32x4.splat(right ? 1 : -1)
  for (let i = usize(from) << 2; i < usize(to) << 2; i += 16) {
    let straight = f32x4.splat(0), re = f32x4.splat(0), im = f32x4.splat(0)
    for (let p = 1; p <= count; p++) {
      const place = places + usize(i32.load(list + (usize(p) << 2))) * 8 * stride + i
      const v = v128.load(place + 7 * stride)
      straight = madd(v, f32x4.add(v128.load(place + (right ? stride : 0)), e), straight)
      re = madd(v, v128.load(place + 2 * stride), re)
      im = madd(v, v128.load(place + 3 * stride), im)
    }
    im = f32x4.mul(im, sign) // the upper right corner is the conjugate of the lower left one
    const ar = v128.load(mine + i), ai = v128.load(mine + stride + i), br = v128.load(other + i), bi = v128.load(other + stride + i)
    const sr = madd(straight, ar, f32x4.sub(f32x4.mul(re, br), f32x4.mul(im, bi)))
    const si = madd(straight, ai, madd(re, bi, f32x4.mul(im, br)))
    const gain = f32x4.mul(soft, v128.load(mask + i))
    v128.store(outRe + i, madd(own, sr, f32x4.mul(gain, v128.load(xr + i))))
    v128.store(outIm + i, madd(own, si, f32x4.mul(gain, v128.load(xi + i))))
  }
}
