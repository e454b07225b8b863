// Arithmetic for learning, where many frames pass at once: the product of two matrices, and what is done to every entry.
// Not for the audio thread. Matrices are row by row, of any size, with room to read up to the next 64 bytes behind them.
//
// The product takes eight columns of b at a time, copied into a panel that stays in the first-level cache, and moves down
// the rows four by four: eight accumulators, fed by six loads for every eight multiplications.
//
//           8 columns                         panel[j][8]: the strip of b, in the order of the sums, zeros beyond m
//   4 rows  [acc][acc]   +=   a(row, j) · panel[j]

import { AB, EUC, HALF, IS, THREE_HALVES } from './activations'
import { madd, pow, transpose } from './math'

/** Terms of a sum that are added up by themselves before they join what is there: rounding grows with this, not with the whole. */
const DEPTH = 256
const WIDTH = 8

/**
 * out[rows × m] += Σ_j a(row, j) · b(j, column), j < count. a's entry stands at row · aRow + j · aStep; b's at j · m + column or, `turned`,
 * at column · count + j. `panel` is room for 256 × 8 numbers.
 */
export function multiply(out: usize, a: usize, aRow: i32, aStep: i32, b: usize, turned: i32, rows: i32, count: i32, m: i32, panel: usize): void {
  for (let from = 0; from < count; from += DEPTH) {
    const depth = min(DEPTH, count - from)
    for (let column = 0; column < m; column += WIDTH) {
      const width = min(WIDTH, m - column)
      if (turned) packTurned(b + (usize(column * count + from) << 2), usize(count) << 2, width, depth, panel)
      else pack(b + (usize(from * m + column) << 2), usize(m) << 2, width, depth, panel)
      const step = usize(aStep) << 2, next = usize(aRow) << 2
      const end = panel + (usize(depth) << 5)
      let at = a + (usize(from) * step)
      let to = out + (usize(column) << 2)
      let row = 0
      for (; row + 4 <= rows; row += 4) {
        fourRows(to, usize(m) << 2, width, at, next, step, panel, end)
        at += next << 2
        to += usize(m) << 4
      }
      for (; row < rows; row++) {
        oneRow(to, width, at, step, panel, end)
        at += next
        to += usize(m) << 2
      }
    }
  }
}

@inline
function fourRows(to: usize, line: usize, width: i32, a: usize, next: usize, step: usize, panel: usize, end: usize): void {
  let p0 = f32x4.splat(0), p1 = p0, q0 = p0, q1 = p0, r0 = p0, r1 = p0, s0 = p0, s1 = p0
  let b = a + next, c = b + next, d = c + next
  for (; panel < end; panel += 32) {
    const x0 = v128.load(panel), x1 = v128.load(panel, 16)
    let y = v128.load32_splat(a)
    p0 = madd(x0, y, p0); p1 = madd(x1, y, p1)
    y = v128.load32_splat(b)
    q0 = madd(x0, y, q0); q1 = madd(x1, y, q1)
    y = v128.load32_splat(c)
    r0 = madd(x0, y, r0); r1 = madd(x1, y, r1)
    y = v128.load32_splat(d)
    s0 = madd(x0, y, s0); s1 = madd(x1, y, s1)
    a += step; b += step; c += step; d += step
  }
  add(to, width, p0, p1)
  add(to + line, width, q0, q1)
  add(to + 2 * line, width, r0, r1)
  add(to + 3 * line, width, s0, s1)
}

/** Two sums for the even and the odd terms: one alone would wait for itself. */
@inline
function oneRow(to: usize, width: i32, a: usize, step: usize, panel: usize, end: usize): void {
  let p0 = f32x4.splat(0), p1 = p0, q0 = p0, q1 = p0
  for (; panel + 64 <= end; panel += 64) {
    const x = v128.load32_splat(a), y = v128.load32_splat(a + step)
    p0 = madd(v128.load(panel), x, p0); p1 = madd(v128.load(panel, 16), x, p1)
    q0 = madd(v128.load(panel, 32), y, q0); q1 = madd(v128.load(panel, 48), y, q1)
    a += 2 * step
  }
  if (panel < end) {
    const x = v128.load32_splat(a)
    p0 = madd(v128.load(panel), x, p0); p1 = madd(v128.load(panel, 16), x, p1)
  }
  add(to, width, f32x4.add(p0, q0), f32x4.add(p1, q1))
}

@inline
function add(to: usize, width: i32, x0: v128, x1: v128): void {
  if (width == WIDTH) {
    v128.store(to, f32x4.add(v128.load(to), x0))
    v128.store(to, f32x4.add(v128.load(to, 16), x1), 16)
  } else if (width >= 4) {
    v128.store(to, f32x4.add(v128.load(to), x0))
    storeSome(to + 16, f32x4.add(v128.load(to, 16), x1), width - 4)
  } else storeSome(to, f32x4.add(v128.load(to), x0), width)
}

@inline
function storeSome(to: usize, x: v128, lanes: i32): void {
  if (lanes > 0) f32.store(to, f32x4.extract_lane(x, 0))
  if (lanes > 1) f32.store(to, f32x4.extract_lane(x, 1), 4)
  if (lanes > 2) f32.store(to, f32x4.extract_lane(x, 2), 8)
}

/** All ones in the first lanes, zeros in the others. */
@inline
function first(lanes: i32): v128 {
  return i32x4.gt_s(i32x4.splat(lanes), i32x4(0, 1, 2, 3))
}

function pack(b: usize, line: usize, width: i32, depth: i32, panel: usize): void {
  const end = panel + (usize(depth) << 5)
  if (width == WIDTH) {
    for (; panel < end; panel += 32, b += line) {
      v128.store(panel, v128.load(b))
      v128.store(panel, v128.load(b, 16), 16)
    }
    return
  }
  const low = first(width), high = first(width - 4)
  for (; panel < end; panel += 32, b += line) {
    v128.store(panel, v128.and(low, v128.load(b)))
    v128.store(panel, width > 4 ? v128.and(high, v128.load(b, 16)) : f32x4.splat(0), 16)
  }
}

function packTurned(b: usize, line: usize, width: i32, depth: i32, panel: usize): void {
  const end = panel + (usize(depth) << 5)
  if (width < WIDTH) memory.fill(panel, 0, end - panel)
  for (let column = 0; column < width; column += 4) {
    let at = b + usize(column) * line
    let to = panel + (usize(column) << 2)
    if (column + 4 <= width) {
      for (; to + 128 <= end + (usize(column) << 2); to += 128, at += 16)
        transpose(v128.load(at), v128.load(at + line), v128.load(at + 2 * line), v128.load(at + 3 * line), to, to + 32, to + 64, to + 96)
      for (; to < end; to += 32, at += 4)
        for (let i: usize = 0; i < 4; i++) f32.store(to + (i << 2), f32.load(at + i * line))
    } else {
      for (; to < end; to += 32, at += 4)
        for (let i: usize = 0; i < usize(width - column); i++) f32.store(to + (i << 2), f32.load(at + i * line))
    }
  }
}

/** x ← max(least, x · (up/down)^ω) for n entries, but 0 stays 0: it is how a pattern says never. `numbers`: ω, least. */
export function climb(x: usize, up: usize, down: usize, n: i32, numbers: usize): void {
  const omega = f32.load(numbers)
  const least = v128.load32_splat(numbers, 4)
  for (let i = 0; i < n; i += 4) {
    const at = usize(i) << 2
    const old = v128.load(x + at)
    const ratio = f32x4.div(v128.load(up + at), f32x4.max(v128.load(down + at), f32x4.splat(1e-30)))
    const moved = f32x4.max(least, f32x4.min(f32x4.mul(old, omega == 1 ? ratio : pow(ratio, omega)), f32x4.splat(1e12)))
    const kept = v128.and(moved, f32x4.gt(old, f32x4.splat(0)))
    if (i + 4 <= n) v128.store(x + at, kept)
    else storeSome(x + at, kept, n - i)
  }
}

/** out = m · v^α for n entries, rounded up to a multiple of 4; `numbers`: α. */
export function raise(v: usize, m: usize, out: usize, n: i32, numbers: usize): void {
  const alpha = f32.load(numbers)
  for (let at: usize = 0; at < usize(n) << 2; at += 16) {
    const x = v128.load(v + at)
    v128.store(out + at, f32x4.mul(v128.load(m + at), alpha == 1 ? x : pow(x, alpha)))
  }
}

/** Σ m · d(v, q + floor) over n entries, summed in float64. `numbers`: α, β, floor. */
export function cost(kind: i32, v: usize, m: usize, q: usize, n: i32, numbers: usize): f64 {
  const alpha = f32.load(numbers), beta = f32.load(numbers, 4)
  const floor = v128.load32_splat(numbers, 8)
  let low = f64x2.splat(0), high = low
  for (let i = 0; i < n; i += 4) {
    const at = usize(i) << 2
    const x = v128.load(v + at), y = f32x4.add(v128.load(q + at), floor)
    let d: v128
    if (kind == EUC) d = squared(f32x4.sub(x, y), 0.5)
    else if (kind == IS) d = f32x4.sub(f32x4.div(f32x4.sub(x, y), y), lnRatio(x, y))
    else if (kind == HALF) d = f32x4.mul(f32x4.sqrt(y), squared(f32x4.sub(f32x4.sqrt(f32x4.div(x, y)), f32x4.splat(1)), 2))
    else if (kind == THREE_HALVES) {
      const r = f32x4.sqrt(f32x4.div(x, y))
      d = f32x4.mul(f32x4.mul(f32x4.mul(y, f32x4.sqrt(y)), squared(f32x4.sub(r, f32x4.splat(1)), 2.0 / 3.0)), madd(r, f32x4.splat(2), f32x4.splat(1)))
    } else if (kind == AB) d = abCost(x, y, alpha, beta)
    else d = madd(x, lnRatio(x, y), f32x4.sub(y, x))
    d = f32x4.mul(d, v128.load(m + at))
    if (i + 4 > n) d = v128.and(d, first(n - i))
    low = f64x2.add(low, f64x2.promote_low_f32x4(d))
    high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<f32>(d, d, 2, 3, 0, 1)))
  }
  const all = f64x2.add(low, high)
  return f64x2.extract_lane(all, 0) + f64x2.extract_lane(all, 1)
}

@inline
function squared(x: v128, factor: f32): v128 { return f32x4.mul(f32x4.splat(factor), f32x4.mul(x, x)) }

/**
 * ln(x/y), exact near 0 where x is near y: x·2⁻ᵏ comes within a half of y by its bits, then ln z/y = 2·atanh((z−y)/(z+y)),
 * whose series to the ninth power is good to 2⁻²⁶. For x = 0 a large negative number.
 */
@inline
function lnRatio(x: v128, y: v128): v128 {
  const k = i32x4.shr_s(i32x4.add(i32x4.sub(x, y), i32x4.splat(0x400000)), 23)
  const z = i32x4.sub(x, i32x4.shl(k, 23))
  const t = f32x4.div(f32x4.sub(z, y), f32x4.add(z, y))
  const t2 = f32x4.mul(t, t)
  let p = f32x4.splat(2.0 / 9.0)
  p = madd(p, t2, f32x4.splat(2.0 / 7.0))
  p = madd(p, t2, f32x4.splat(2.0 / 5.0))
  p = madd(p, t2, f32x4.splat(2.0 / 3.0))
  p = madd(p, t2, f32x4.splat(2))
  return madd(p, t, f32x4.mul(f32x4.convert_i32x4_s(k), f32x4.splat(<f32>Math.LN2)))
}

/** The family in r = x/y, which is near one where it matters:  −y^(α+β)/(αβ) · (r^α − α/(α+β)·r^(α+β) − β/(α+β)), and its limits. */
@inline
function abCost(x: v128, y: v128, alpha: f32, beta: f32): v128 {
  const r = f32x4.div(x, y), ra = pow(r, alpha), s = alpha + beta
  if (s == 0) return f32x4.mul(f32x4.splat(1 / (alpha * alpha)), f32x4.sub(f32x4.sub(ra, f32x4.splat(1)), f32x4.mul(f32x4.splat(alpha), lnRatio(x, y))))
  if (beta == 0) {
    const inner = f32x4.add(f32x4.sub(f32x4.mul(ra, f32x4.mul(f32x4.splat(alpha), lnRatio(x, y))), ra), f32x4.splat(1))
    return f32x4.mul(f32x4.mul(pow(y, alpha), f32x4.splat(1 / (alpha * alpha))), inner)
  }
  const inner = f32x4.sub(f32x4.sub(ra, f32x4.mul(f32x4.splat(alpha / s), pow(r, s))), f32x4.splat(beta / s))
  return f32x4.mul(f32x4.mul(pow(y, s), f32x4.splat(-1 / (alpha * beta))), inner)
}
