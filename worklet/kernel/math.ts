// Four lanes of arithmetic that WebAssembly has no instruction for. Relative errors below 2⁻²¹ for results in range,
// except where it says otherwise.

/** a·b + c: one rounding in the relaxed build, two in the plain one. */
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c)
  return f32x4.add(f32x4.mul(a, b), c)
}

/** log₂ of positive, normal lanes: exponent plus an atanh series of the mantissa in [√½, √2). */
@inline
export function log2(x: v128): v128 {
  const shifted = i32x4.sub(x, i32x4.splat(0x3f3504f3)) // bits of √½: the exponent steps there, not at 1
  const exponent = i32x4.shr_s(shifted, 23)
  const m = i32x4.sub(x, i32x4.shl(exponent, 23))
  const one = f32x4.splat(1)
  const t = f32x4.div(f32x4.sub(m, one), f32x4.add(m, one))
  const t2 = f32x4.mul(t, t)
  // 2/ln 2 · (t + t³/3 + t⁵/5 + t⁷/7 + t⁹/9), |t| < 0.172
  let p = f32x4.splat(0.3205989)
  p = madd(p, t2, f32x4.splat(0.4121986))
  p = madd(p, t2, f32x4.splat(0.5770780))
  p = madd(p, t2, f32x4.splat(0.9617967))
  p = madd(p, t2, f32x4.splat(2.885390))
  return madd(p, t, f32x4.convert_i32x4_s(exponent))
}

/** 2ˣ, clamped to the normal numbers. */
@inline
export function exp2(x: v128): v128 {
  x = f32x4.max(f32x4.min(x, f32x4.splat(126)), f32x4.splat(-126))
  const whole = f32x4.nearest(x)
  const f = f32x4.sub(x, whole)
  // Taylor series of 2ᶠ, |f| ≤ ½
  let p = f32x4.splat(0.00001525273)
  p = madd(p, f, f32x4.splat(0.0001540353))
  p = madd(p, f, f32x4.splat(0.001333356))
  p = madd(p, f, f32x4.splat(0.009618129))
  p = madd(p, f, f32x4.splat(0.05550411))
  p = madd(p, f, f32x4.splat(0.2402265))
  p = madd(p, f, f32x4.splat(0.6931472))
  p = madd(p, f, f32x4.splat(1))
  return i32x4.add(p, i32x4.shl(i32x4.trunc_sat_f32x4_s(whole), 23))
}

/** The same within .00002, for half the work and no division: for what is weighed and compared, not for what is added up again. */
@inline
export function log2Near(x: v128): v128 {
  const exponent = i32x4.shr_s(i32x4.sub(x, i32x4.splat(0x3f3504f3)), 23)
  const t = f32x4.sub(i32x4.sub(x, i32x4.shl(exponent, 23)), f32x4.splat(1))
  // the polynomial without a constant that is nearest over [√½, √2): log₂ 1 is 0
  let p = f32x4.splat(0.2526371)
  p = madd(p, t, f32x4.splat(-0.3945723))
  p = madd(p, t, f32x4.splat(0.4866894))
  p = madd(p, t, f32x4.splat(-0.7202419))
  p = madd(p, t, f32x4.splat(1.4425781))
  return madd(p, t, f32x4.convert_i32x4_s(exponent))
}

/** 2ˣ within .000003 of itself. */
@inline
export function exp2Near(x: v128): v128 {
  x = f32x4.max(f32x4.min(x, f32x4.splat(126)), f32x4.splat(-126))
  const whole = f32x4.nearest(x)
  const f = f32x4.sub(x, whole)
  let p = f32x4.splat(0.009570045)
  p = madd(p, f, f32x4.splat(0.05591786))
  p = madd(p, f, f32x4.splat(0.2402475))
  p = madd(p, f, f32x4.splat(0.6931218))
  p = madd(p, f, f32x4.splat(0.9999993))
  return i32x4.add(p, i32x4.shl(i32x4.trunc_sat_f32x4_s(whole), 23))
}

/** xᵖ for positive lanes; lanes at or below the smallest normal number count as it. */
@inline
export function pow(x: v128, p: f32): v128 {
  return exp2(f32x4.mul(log2(f32x4.max(x, f32x4.splat(1.2e-38))), f32x4.splat(p)))
}

/** The angle of (x, y), −π to π, to 2·10⁻⁵: a polynomial of the smaller over the larger (Abramowitz & Stegun 4.4.49). */
@inline
export function atan2(y: v128, x: v128): v128 {
  const ax = f32x4.abs(x), ay = f32x4.abs(y)
  const t = f32x4.div(f32x4.min(ax, ay), f32x4.max(f32x4.max(ax, ay), f32x4.splat(1e-30)))
  const t2 = f32x4.mul(t, t)
  let p = f32x4.splat(0.0208351)
  p = madd(p, t2, f32x4.splat(-0.0851330))
  p = madd(p, t2, f32x4.splat(0.1801410))
  p = madd(p, t2, f32x4.splat(-0.3302995))
  p = madd(p, t2, f32x4.splat(0.9998660))
  p = f32x4.mul(p, t)
  p = v128.bitselect(f32x4.sub(f32x4.splat(1.5707963), p), p, f32x4.gt(ay, ax))
  p = v128.bitselect(f32x4.sub(f32x4.splat(3.1415927), p), p, f32x4.lt(x, f32x4.splat(0)))
  return v128.bitselect(f32x4.neg(p), p, f32x4.lt(y, f32x4.splat(0)))
}

@inline
export function sum(x: v128): f32 {
  return (f32x4.extract_lane(x, 0) + f32x4.extract_lane(x, 1)) + (f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3))
}

/** Four vectors as the rows of a square, stored by columns. */
@inline
export function transpose(a: v128, b: v128, c: v128, d: v128, toA: usize, toB: usize, toC: usize, toD: usize): void {
  const ab0 = v128.shuffle<f32>(a, b, 0, 4, 1, 5), ab1 = v128.shuffle<f32>(a, b, 2, 6, 3, 7)
  const cd0 = v128.shuffle<f32>(c, d, 0, 4, 1, 5), cd1 = v128.shuffle<f32>(c, d, 2, 6, 3, 7)
  v128.store(toA, v128.shuffle<f32>(ab0, cd0, 0, 1, 4, 5))
  v128.store(toB, v128.shuffle<f32>(ab0, cd0, 2, 3, 6, 7))
  v128.store(toC, v128.shuffle<f32>(ab1, cd1, 0, 1, 4, 5))
  v128.store(toD, v128.shuffle<f32>(ab1, cd1, 2, 3, 6, 7))
}
