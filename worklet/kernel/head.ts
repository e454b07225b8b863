// What a learned mask head reads of a frame, and what it makes of a mask: see ../mask-head.ts. Rows of `n` bins in their
// order, n a multiple of 4; natural logarithms.

import { exp2Near, log2Near, madd, sum } from './math'

const LN2: f32 = <f32>Math.LN2
/** Below this a share or a power is nothing. */
const TINY: f32 = 1e-20

@inline
function ln(x: v128): v128 { return f32x4.mul(log2Near(f32x4.max(x, f32x4.splat(TINY))), f32x4.splat(LN2)) }

@inline
function within(x: v128, low: f32, high: f32): v128 { return f32x4.min(f32x4.max(x, f32x4.splat(low)), f32x4.splat(high)) }

/** 1 ÷ (1 + e^−x) */
@inline
function sigmoid(x: v128): v128 {
  const one = f32x4.splat(1)
  return f32x4.div(one, f32x4.add(one, exp2Near(f32x4.mul(x, f32x4.splat(-1 / LN2)))))
}

/**
 * Bin by bin, m the mask, g its gate, y the magnitude, σ² the noise:
 *
 *   odds = ln(m ÷ (g − m)) ÷ sharpness, within ±6     share = σ(odds)
 *   over = ln(y² ÷ σ²) − .7, within −3 … 5            level = ln y
 *
 * `numbers`: 1 ÷ sharpness.
 */
export function cues(mask: usize, gate: usize, y: usize, noise: usize, n: i32, numbers: usize,
  odds: usize, share: usize, over: usize, level: usize): void {
  const soft = f32x4.splat(f32.load(numbers)), tiny = f32x4.splat(TINY)
  for (let i: usize = 0; i < usize(n) << 2; i += 16) {
    const m = v128.load(mask + i), heard = v128.load(y + i)
    const rest = f32x4.max(f32x4.sub(v128.load(gate + i), m), tiny)
    const o = within(f32x4.mul(ln(f32x4.div(f32x4.max(m, tiny), rest)), soft), -6, 6)
    v128.store(odds + i, o)
    v128.store(share + i, sigmoid(o))
    const power = f32x4.mul(heard, heard)
    v128.store(over + i, within(f32x4.sub(ln(f32x4.div(f32x4.max(power, tiny), f32x4.max(v128.load(noise + i), tiny))), f32x4.splat(0.7)), -3, 5))
    v128.store(level + i, f32x4.mul(f32x4.splat(0.5), ln(power)))
  }
}

/** How far each of `n` bins, any number, stands out of the mean of those up to `half` away from it, within ±2. */
export function contrast(level: usize, n: i32, half: i32, out: usize): void {
  let held: f64 = 0
  let from = 0, to = 0
  for (let bin = 0; bin < n; bin++) {
    const end = min(n, bin + half + 1), start = max(0, bin - half)
    for (; to < end; to++) held += f32.load(level + (usize(to) << 2))
    for (; from < start; from++) held -= f32.load(level + (usize(from) << 2))
    const at = usize(bin) << 2
    f32.store(out + at, min<f32>(2, max<f32>(-2, f32.load(level + at) - <f32>(held / (to - from)))))
  }
}

/** out[row] = Σ table[row] ⊙ x, rows of `n` numbers, a multiple of 4; four rows at a time, for one sum alone would wait for itself. */
export function combs(table: usize, rows: i32, x: usize, n: i32, out: usize): void {
  const line = usize(n) << 2
  let row = 0
  for (; row + 4 <= rows; row += 4, table += line << 2, out += 16) {
    let p = f32x4.splat(0), q = p, r = p, s = p
    const b = table + line, c = b + line, d = c + line
    for (let i: usize = 0; i < line; i += 16) {
      const y = v128.load(x + i)
      p = madd(v128.load(table + i), y, p); q = madd(v128.load(b + i), y, q)
      r = madd(v128.load(c + i), y, r); s = madd(v128.load(d + i), y, s)
    }
    f32.store(out, sum(p)); f32.store(out, sum(q), 4)
    f32.store(out, sum(r), 8); f32.store(out, sum(s), 12)
  }
  for (; row < rows; row++, table += line, out += 4) {
    let p = f32x4.splat(0)
    for (let i: usize = 0; i < line; i += 16) p = madd(v128.load(table + i), v128.load(x + i), p)
    f32.store(out, sum(p))
  }
}

/** Of rows as `combs` has them and their sums, the row with the largest, times that sum ÷ n where it is above zero; which it is, and that, into `numbers`. */
export function comb(table: usize, rows: i32, found: usize, n: i32, out: usize, numbers: usize): void {
  let best = 0
  let most = f32.load(found)
  for (let row = 1; row < rows; row++) {
    const here = f32.load(found + (usize(row) << 2))
    if (here <= most) continue
    most = here
    best = row
  }
  const salience = max<f32>(0, most / <f32>n), line = usize(n) << 2
  f32.store(numbers, <f32>best)
  f32.store(numbers, salience, 4)
  table += usize(best) * line
  for (let i: usize = 0; i < line; i += 16) v128.store(out + i, f32x4.mul(f32x4.splat(salience), v128.load(table + i)))
}

/**
 * Sums over overlapping bands, five rows of `bands` numbers that are zero before: of (share·y)², ((1 − share)·y)², y², σ² and
 * contrast·comb. Bin i belongs to band `band[i]` by 1 − `part[i]`, and to the next one by the rest.
 */
export function fold(band: usize, part: usize, share: usize, y: usize, noise: usize, contrast: usize, comb: usize, n: i32, bands: i32, out: usize): void {
  const row = usize(bands) << 2
  for (let i: usize = 0; i < usize(n) << 2; i += 4) {
    const at = out + (usize(i32.load(band + i)) << 2)
    const next = f32.load(part + i), here = <f32>1 - next
    const s = f32.load(share + i), heard = f32.load(y + i)
    const mine = s * heard, other = heard - mine
    put(at, here, next, mine * mine)
    put(at + row, here, next, other * other)
    put(at + 2 * row, here, next, heard * heard)
    put(at + 3 * row, here, next, f32.load(noise + i))
    put(at + 4 * row, here, next, f32.load(contrast + i) * f32.load(comb + i))
  }
}

@inline
function put(at: usize, here: f32, next: f32, x: f32): void {
  f32.store(at, f32.load(at) + here * x)
  f32.store(at + 4, f32.load(at + 4) + next * x)
}

/**
 * The head's logit of each bin, from five numbers for each band, which lie eight apart and go from band to band in straight lines:
 *
 *   2c₀ + 1.5(1 + c₁)·odds + c₂·over + c₃·contrast + 4c₄·comb
 */
export function logits(numbers: usize, band: usize, part: usize, odds: usize, over: usize, contrast: usize, comb: usize, n: i32, out: usize): void {
  const zero = f32x4.splat(0)
  for (let i: usize = 0; i < usize(n) << 2; i += 4) {
    const at = numbers + (usize(i32.load(band + i)) << 5)
    const next = v128.load32_splat(part + i)
    const a = v128.load(at), c = madd(next, f32x4.sub(v128.load(at, 32), a), a)
    const e = f32.load(at, 16), h = e + f32.load(part + i) * (f32.load(at, 48) - e)
    const cue = f32x4.replace_lane(f32x4.replace_lane(f32x4.replace_lane(f32x4.replace_lane(zero, 0, 2),
      1, 1.5 * f32.load(odds + i)), 2, f32.load(over + i)), 3, f32.load(contrast + i))
    f32.store(out + i, sum(f32x4.mul(c, cue)) + 1.5 * f32.load(odds + i) + 4 * h * f32.load(comb + i))
  }
}

/**
 * Masks anew: of source `which`, m′ = g·σ((1 − t)·sharpness·odds + t·logit); what that leaves goes to the others and the rest in
 * the proportions in which they held what the old mask left. `numbers`: 1 ÷ sharpness, t, floor, and by what the logit is
 * multiplied: 1, or so much that the mask is all or nothing.
 */
export function remask(mask: usize, gates: usize, stride: usize, sources: i32, which: i32, odds: usize, logit: usize, n: i32, numbers: usize): void {
  const own = mask + stride * usize(which), gate = gates + stride * usize(which)
  const much = f32.load(numbers, 4), least = f32x4.splat(f32.load(numbers, 8))
  const steep = f32.load(numbers, 12)
  const before = f32x4.splat(steep * (1 - much) / f32.load(numbers)), now = f32x4.splat(steep * much)
  const one = f32x4.splat(1), keep = f32x4.splat(1 - <f32>(sources + 1) * f32.load(numbers, 8))
  for (let i: usize = 0; i < usize(n) << 2; i += 16) {
    const x = madd(before, v128.load(odds + i), f32x4.mul(now, v128.load(logit + i)))
    const old = v128.load(own + i)
    const fresh = madd(keep, f32x4.mul(v128.load(gate + i), sigmoid(x)), least)
    v128.store(own + i, fresh)
    if (sources == 1) continue
    const given = f32x4.div(f32x4.sub(one, fresh), f32x4.max(f32x4.sub(one, old), f32x4.splat(1e-6)))
    for (let s = 0; s < sources; s++) {
      if (s == which) continue
      const at = mask + stride * usize(s) + i
      v128.store(at, f32x4.mul(v128.load(at), given))
    }
  }
}
