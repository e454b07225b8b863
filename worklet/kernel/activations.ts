// One multiplicative pass for one frame, panel by panel (Cichocki, Cruces & Amari 2011):
//
//   q = W h      g = Wᵀ(m ⊙ v^α ⊙ q^(β−1))      d = Wᵀ(m ⊙ q^(α+β−1))      h ← max(floor, h ⊙ (g ⊘ (d + λ))^(ω·p))
//
// W lies in panels of 32 bins, read strictly in order; q and the ratios of a panel never leave the registers:
//
//   panel 0: atom 0 [32 floats] atom 1 [32] …   panel 1: atom 0 [32] …       bins beyond the last are zero
//
// g and d are four lanes per atom, summed once in `step`. `atoms` is a multiple of 4, made so by silent atoms; `stride` is
// how many atoms a panel has room for.

import { log2, madd, pow, sum } from './math'

// The order is a contract with `divergenceKind` in ../kernel.ts.
export const KL = 0
export const EUC = 1
export const IS = 2
export const HALF = 3
export const THREE_HALVES = 4
export const AB = 5
// Slopes of what the proximal solver minimises, in place of ratios: see `slope`.
const SLOPE_EUC = 6
const SLOPE_KL = 7
const SLOPE_DUAL = 8
const CURVE_EUC = 9
const CURVE_KL = 10
const CURVE_DUAL = 11

export const PANEL: usize = 32 * 4

@inline
function passOf(kind: i32, w: usize, v: usize, weights: usize, h: usize, g: usize, d: usize, loss: usize,
  atoms: i32, stride: i32, from: i32, to: i32, alpha: f32, beta: f32, floor: f32, wanted: bool): void {
  const panelBytes = usize(stride) * PANEL
  w += usize(from) * panelBytes
  const hEnd = h + (usize(atoms) << 2)
  for (let panel = from; panel < to; panel++) {
    const bins = usize(panel) * PANEL
    let a0 = f32x4.splat(floor), a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0
    let row = w
    for (let at = h; at < hEnd; at += 8) {
      let s = v128.load32_splat(at)
      a0 = madd(v128.load(row), s, a0); a1 = madd(v128.load(row, 16), s, a1)
      a2 = madd(v128.load(row, 32), s, a2); a3 = madd(v128.load(row, 48), s, a3)
      a4 = madd(v128.load(row, 64), s, a4); a5 = madd(v128.load(row, 80), s, a5)
      a6 = madd(v128.load(row, 96), s, a6); a7 = madd(v128.load(row, 112), s, a7)
      s = v128.load32_splat(at, 4)
      a0 = madd(v128.load(row, 128), s, a0); a1 = madd(v128.load(row, 144), s, a1)
      a2 = madd(v128.load(row, 160), s, a2); a3 = madd(v128.load(row, 176), s, a3)
      a4 = madd(v128.load(row, 192), s, a4); a5 = madd(v128.load(row, 208), s, a5)
      a6 = madd(v128.load(row, 224), s, a6); a7 = madd(v128.load(row, 240), s, a7)
      row += 2 * PANEL
    }

    const x = v + bins
    let total = f32x4.splat(0)
    if (wanted) total = v128.load(loss)
    if (kind == KL) {
      const x0 = v128.load(x), x1 = v128.load(x, 16), x2 = v128.load(x, 32), x3 = v128.load(x, 48)
      const x4 = v128.load(x, 64), x5 = v128.load(x, 80), x6 = v128.load(x, 96), x7 = v128.load(x, 112)
      if (wanted) {
        // −Σ v log₂ q: the part of the divergence that h can change, but for Σh, which the caller knows
        total = f32x4.sub(total, f32x4.mul(x0, log2(a0))); total = f32x4.sub(total, f32x4.mul(x1, log2(a1)))
        total = f32x4.sub(total, f32x4.mul(x2, log2(a2))); total = f32x4.sub(total, f32x4.mul(x3, log2(a3)))
        total = f32x4.sub(total, f32x4.mul(x4, log2(a4))); total = f32x4.sub(total, f32x4.mul(x5, log2(a5)))
        total = f32x4.sub(total, f32x4.mul(x6, log2(a6))); total = f32x4.sub(total, f32x4.mul(x7, log2(a7)))
        v128.store(loss, total)
      }
      a0 = f32x4.div(x0, a0); a1 = f32x4.div(x1, a1); a2 = f32x4.div(x2, a2); a3 = f32x4.div(x3, a3)
      a4 = f32x4.div(x4, a4); a5 = f32x4.div(x5, a5); a6 = f32x4.div(x6, a6); a7 = f32x4.div(x7, a7)
      correlate(w, g, atoms, a0, a1, a2, a3, a4, a5, a6, a7)
    } else if (kind >= SLOPE_EUC) {
      a0 = slope(kind, v128.load(x), a0, alpha); a1 = slope(kind, v128.load(x, 16), a1, alpha)
      a2 = slope(kind, v128.load(x, 32), a2, alpha); a3 = slope(kind, v128.load(x, 48), a3, alpha)
      a4 = slope(kind, v128.load(x, 64), a4, alpha); a5 = slope(kind, v128.load(x, 80), a5, alpha)
      a6 = slope(kind, v128.load(x, 96), a6, alpha); a7 = slope(kind, v128.load(x, 112), a7, alpha)
      correlate(w, g, atoms, a0, a1, a2, a3, a4, a5, a6, a7)
    } else {
      // two products over the same panel, now in the first-level cache: g from n, then d from e
      const m = weights + bins
      const n0 = numerator(kind, v128.load(x), a0, beta), n1 = numerator(kind, v128.load(x, 16), a1, beta)
      const n2 = numerator(kind, v128.load(x, 32), a2, beta), n3 = numerator(kind, v128.load(x, 48), a3, beta)
      const n4 = numerator(kind, v128.load(x, 64), a4, beta), n5 = numerator(kind, v128.load(x, 80), a5, beta)
      const n6 = numerator(kind, v128.load(x, 96), a6, beta), n7 = numerator(kind, v128.load(x, 112), a7, beta)
      const e0 = denominator(kind, v128.load(m), a0, alpha, beta), e1 = denominator(kind, v128.load(m, 16), a1, alpha, beta)
      const e2 = denominator(kind, v128.load(m, 32), a2, alpha, beta), e3 = denominator(kind, v128.load(m, 48), a3, alpha, beta)
      const e4 = denominator(kind, v128.load(m, 64), a4, alpha, beta), e5 = denominator(kind, v128.load(m, 80), a5, alpha, beta)
      const e6 = denominator(kind, v128.load(m, 96), a6, alpha, beta), e7 = denominator(kind, v128.load(m, 112), a7, alpha, beta)
      if (wanted) {
        const b = lossWeight(kind, alpha, beta)
        total = lossTerm(kind, total, n0, e0, a0, b, alpha, beta, v128.load(x), v128.load(m))
        total = lossTerm(kind, total, n1, e1, a1, b, alpha, beta, v128.load(x, 16), v128.load(m, 16))
        total = lossTerm(kind, total, n2, e2, a2, b, alpha, beta, v128.load(x, 32), v128.load(m, 32))
        total = lossTerm(kind, total, n3, e3, a3, b, alpha, beta, v128.load(x, 48), v128.load(m, 48))
        total = lossTerm(kind, total, n4, e4, a4, b, alpha, beta, v128.load(x, 64), v128.load(m, 64))
        total = lossTerm(kind, total, n5, e5, a5, b, alpha, beta, v128.load(x, 80), v128.load(m, 80))
        total = lossTerm(kind, total, n6, e6, a6, b, alpha, beta, v128.load(x, 96), v128.load(m, 96))
        total = lossTerm(kind, total, n7, e7, a7, b, alpha, beta, v128.load(x, 112), v128.load(m, 112))
        v128.store(loss, total)
      }
      correlate(w, g, atoms, n0, n1, n2, n3, n4, n5, n6, n7)
      correlate(w, d, atoms, e0, e1, e2, e3, e4, e5, e6, e7)
    }
    w += panelBytes
  }
}

/**
 * The slope of the fit at q, which may be negative, with `x` as made by `prepare`: q − v, or that of the Moreau envelope of width
 * γ, (q − p)/γ with p the positive root of p² − u·p − c = 0 (Yukawa & Kagami 2018). In the padding, where x is 0, it is some finite
 * number: the spectra are 0 there.
 */
@inline
function slope(kind: i32, x: v128, q: v128, gamma: f32): v128 {
  if (kind >= CURVE_EUC) return curve(kind, x, q, gamma)
  if (kind == SLOPE_EUC) return f32x4.sub(q, x)
  const width = f32x4.splat(gamma)
  // KL: u = q − γ, c = γ·v     dual Itakura-Saito: u = q − γ/v, c = γ
  const u = f32x4.sub(q, kind == SLOPE_KL ? width : f32x4.mul(width, x))
  const c = kind == SLOPE_KL ? f32x4.mul(width, x) : width
  const s = f32x4.sqrt(madd(u, u, f32x4.mul(f32x4.splat(4), c)))
  // the form without cancellation, for either sign of u
  const far = f32x4.mul(f32x4.splat(0.5), f32x4.add(s, f32x4.abs(u)))
  const p = v128.bitselect(far, f32x4.div(c, f32x4.max(far, f32x4.splat(1e-30))), f32x4.ge(u, f32x4.splat(0)))
  return f32x4.mul(f32x4.sub(q, p), f32x4.splat(1 / gamma))
}

/**
 * q times how fast that slope changes, at the smaller of q and v: from there upwards it changes less and less, and what is sought
 * lies upwards.
 */
@inline
function curve(kind: i32, x: v128, q: v128, gamma: f32): v128 {
  if (kind == CURVE_EUC) return q
  const width = f32x4.splat(gamma), one = f32x4.splat(1)
  const at = f32x4.min(q, kind == CURVE_KL ? x : f32x4.div(one, f32x4.max(x, f32x4.splat(1e-12))))
  const u = f32x4.sub(at, kind == CURVE_KL ? width : f32x4.mul(width, x))
  const c = kind == CURVE_KL ? x : one
  const s = f32x4.max(f32x4.sqrt(madd(u, u, f32x4.mul(f32x4.mul(f32x4.splat(4), width), c))), f32x4.splat(1e-12))
  const far = f32x4.mul(f32x4.splat(0.5), f32x4.add(s, f32x4.abs(u)))
  // (1 − u/s)/2γ, again without cancellation
  const change = v128.bitselect(f32x4.div(c, f32x4.mul(s, far)), f32x4.div(far, f32x4.mul(width, s)), f32x4.ge(u, f32x4.splat(0)))
  return f32x4.mul(q, change)
}

/** g[atom] += Σ over the panel's bins of W·r, kept in four lanes. */
@inline
export function correlate(row: usize, g: usize, atoms: i32, r0: v128, r1: v128, r2: v128, r3: v128, r4: v128, r5: v128, r6: v128, r7: v128): void {
  const end = g + (usize(atoms) << 4)
  for (; g < end; g += 32) {
    let b = madd(v128.load(row), r0, v128.load(g)), c = f32x4.mul(v128.load(row, 16), r1)
    let e = madd(v128.load(row, 128), r0, v128.load(g, 16)), f = f32x4.mul(v128.load(row, 144), r1)
    b = madd(v128.load(row, 32), r2, b); c = madd(v128.load(row, 48), r3, c)
    e = madd(v128.load(row, 160), r2, e); f = madd(v128.load(row, 176), r3, f)
    b = madd(v128.load(row, 64), r4, b); c = madd(v128.load(row, 80), r5, c)
    e = madd(v128.load(row, 192), r4, e); f = madd(v128.load(row, 208), r5, f)
    b = madd(v128.load(row, 96), r6, b); c = madd(v128.load(row, 112), r7, c)
    e = madd(v128.load(row, 224), r6, e); f = madd(v128.load(row, 240), r7, f)
    v128.store(g, f32x4.add(b, c))
    v128.store(g, f32x4.add(e, f), 16)
    row += 2 * PANEL
  }
}

/** m·v^α·q^(β−1), with m·v^α prepared. */
@inline
export function numerator(kind: i32, v: v128, q: v128, beta: f32): v128 {
  if (kind == EUC) return v
  if (kind == IS) return f32x4.div(v, f32x4.mul(q, q))
  if (kind == HALF) return f32x4.div(v, f32x4.mul(q, f32x4.sqrt(q)))
  if (kind == THREE_HALVES) return f32x4.div(v, f32x4.sqrt(q))
  return f32x4.mul(v, pow(q, beta - 1))
}

/** m·q^(α+β−1). */
@inline
export function denominator(kind: i32, m: v128, q: v128, alpha: f32, beta: f32): v128 {
  if (kind == EUC) return f32x4.mul(m, q)
  if (kind == IS) return f32x4.div(m, q)
  if (kind == HALF) return f32x4.div(m, f32x4.sqrt(q))
  if (kind == THREE_HALVES) return f32x4.mul(m, f32x4.sqrt(q))
  return f32x4.mul(m, pow(q, alpha + beta - 1))
}

// The part of the divergence that h can change, times a positive constant, from n·q = m·v^α·q^β and e·q = m·q^(α+β):
//   α, β, α+β ≠ 0:   −1/(αβ) · (n·q − β/(α+β) · e·q)
//   β = 0:           1/α² · (e·q − v^α·ln q^α)           α + β = 0:   1/α² · (n·q + m·ln q^α)
// (α = 0 has no multiplicative update and is refused at the door.)
@inline
function lossWeight(kind: i32, alpha: f32, beta: f32): f32 {
  if (kind == EUC) return 0.5
  if (kind == HALF) return -1
  if (kind == THREE_HALVES) return 1.0 / 3.0
  return beta / (alpha + beta)
}
@inline
function lossTerm(kind: i32, total: v128, n: v128, e: v128, q: v128, b: f32, alpha: f32, beta: f32, v: v128, m: v128): v128 {
  const nq = f32x4.mul(n, q), eq = f32x4.mul(e, q)
  if (kind == IS || (kind == AB && alpha + beta == 0))
    return f32x4.add(total, f32x4.add(nq, f32x4.mul(m, f32x4.mul(log2(q), f32x4.splat((kind == IS ? 1 : alpha) * <f32>Math.LN2)))))
  if (kind == AB && beta == 0)
    return f32x4.add(total, f32x4.sub(eq, f32x4.mul(v, f32x4.mul(log2(q), f32x4.splat(alpha * <f32>Math.LN2)))))
  const term = f32x4.sub(nq, f32x4.mul(eq, f32x4.splat(b)))
  return kind == HALF || (kind == AB && alpha * beta < 0) ? f32x4.add(total, term) : f32x4.sub(total, term)
}

// `numbers`: α, β and the floor of q. `loss` is 0 where nobody wants to know.
export function passKl(w: usize, v: usize, m: usize, h: usize, g: usize, d: usize, loss: usize, atoms: i32, stride: i32,
  from: i32, to: i32, numbers: usize): void {
  if (loss) passOf(KL, w, v, m, h, g, d, loss, atoms, stride, from, to, 1, 0, f32.load(numbers, 8), true)
  else passOf(KL, w, v, m, h, g, d, loss, atoms, stride, from, to, 1, 0, f32.load(numbers, 8), false)
}
export function passEuclidean(w: usize, v: usize, m: usize, h: usize, g: usize, d: usize, loss: usize, atoms: i32, stride: i32,
  from: i32, to: i32, numbers: usize): void {
  if (loss) passOf(EUC, w, v, m, h, g, d, loss, atoms, stride, from, to, 1, 1, f32.load(numbers, 8), true)
  else passOf(EUC, w, v, m, h, g, d, loss, atoms, stride, from, to, 1, 1, f32.load(numbers, 8), false)
}
export function passItakuraSaito(w: usize, v: usize, m: usize, h: usize, g: usize, d: usize, loss: usize, atoms: i32, stride: i32,
  from: i32, to: i32, numbers: usize): void {
  if (loss) passOf(IS, w, v, m, h, g, d, loss, atoms, stride, from, to, 1, -1, f32.load(numbers, 8), true)
  else passOf(IS, w, v, m, h, g, d, loss, atoms, stride, from, to, 1, -1, f32.load(numbers, 8), false)
}
export function passBetaHalf(w: usize, v: usize, m: usize, h: usize, g: usize, d: usize, loss: usize, atoms: i32, stride: i32,
  from: i32, to: i32, numbers: usize): void {
  if (loss) passOf(HALF, w, v, m, h, g, d, loss, atoms, stride, from, to, 1, -0.5, f32.load(numbers, 8), true)
  else passOf(HALF, w, v, m, h, g, d, loss, atoms, stride, from, to, 1, -0.5, f32.load(numbers, 8), false)
}
export function passBetaThreeHalves(w: usize, v: usize, m: usize, h: usize, g: usize, d: usize, loss: usize, atoms: i32, stride: i32,
  from: i32, to: i32, numbers: usize): void {
  if (loss) passOf(THREE_HALVES, w, v, m, h, g, d, loss, atoms, stride, from, to, 1, 0.5, f32.load(numbers, 8), true)
  else passOf(THREE_HALVES, w, v, m, h, g, d, loss, atoms, stride, from, to, 1, 0.5, f32.load(numbers, 8), false)
}
export function passAlphaBeta(w: usize, v: usize, m: usize, h: usize, g: usize, d: usize, loss: usize, atoms: i32, stride: i32,
  from: i32, to: i32, numbers: usize): void {
  if (loss) passOf(AB, w, v, m, h, g, d, loss, atoms, stride, from, to, f32.load(numbers), f32.load(numbers, 4), f32.load(numbers, 8), true)
  else passOf(AB, w, v, m, h, g, d, loss, atoms, stride, from, to, f32.load(numbers), f32.load(numbers, 4), f32.load(numbers, 8), false)
}

// For the proximal solver: `numbers`: γ, and two that do not count.
export function slopeEuclidean(w: usize, v: usize, m: usize, h: usize, g: usize, d: usize, loss: usize, atoms: i32, stride: i32,
  from: i32, to: i32, numbers: usize): void {
  passOf(SLOPE_EUC, w, v, m, h, g, d, loss, atoms, stride, from, to, f32.load(numbers), 0, 0, false)
}
export function slopeKl(w: usize, v: usize, m: usize, h: usize, g: usize, d: usize, loss: usize, atoms: i32, stride: i32,
  from: i32, to: i32, numbers: usize): void {
  passOf(SLOPE_KL, w, v, m, h, g, d, loss, atoms, stride, from, to, f32.load(numbers), 0, 0, false)
}
export function slopeDualItakuraSaito(w: usize, v: usize, m: usize, h: usize, g: usize, d: usize, loss: usize, atoms: i32, stride: i32,
  from: i32, to: i32, numbers: usize): void {
  passOf(SLOPE_DUAL, w, v, m, h, g, d, loss, atoms, stride, from, to, f32.load(numbers), 0, 0, false)
}
export function curveEuclidean(w: usize, v: usize, m: usize, h: usize, g: usize, d: usize, loss: usize, atoms: i32, stride: i32,
  from: i32, to: i32, numbers: usize): void {
  passOf(CURVE_EUC, w, v, m, h, g, d, loss, atoms, stride, from, to, f32.load(numbers), 0, 0, false)
}
export function curveKl(w: usize, v: usize, m: usize, h: usize, g: usize, d: usize, loss: usize, atoms: i32, stride: i32,
  from: i32, to: i32, numbers: usize): void {
  passOf(CURVE_KL, w, v, m, h, g, d, loss, atoms, stride, from, to, f32.load(numbers), 0, 0, false)
}
export function curveDualItakuraSaito(w: usize, v: usize, m: usize, h: usize, g: usize, d: usize, loss: usize, atoms: i32, stride: i32,
  from: i32, to: i32, numbers: usize): void {
  passOf(CURVE_DUAL, w, v, m, h, g, d, loss, atoms, stride, from, to, f32.load(numbers), 0, 0, false)
}

/** The sum of `n` numbers, a multiple of 4, each times its weight, into `out`. */
export function weigh(v: usize, m: usize, n: i32, out: usize): void {
  let all = f32x4.splat(0)
  for (let i: usize = 0; i < usize(n) << 2; i += 16) all = madd(v128.load(v + i), v128.load(m + i), all)
  f32.store(out, sum(all))
}

/** x = m·(scale·v)^α for `n` bins, a multiple of 4: once per frame. `numbers`: α, scale. */
export function prepare(v: usize, m: usize, x: usize, n: i32, numbers: usize): void {
  const alpha = f32.load(numbers), scale = f32.load(numbers, 4)
  const s = f32x4.splat(scale)
  for (let i: usize = 0; i < usize(n) << 2; i += 16) {
    const a = f32x4.mul(v128.load(v + i), s)
    v128.store(x + i, f32x4.mul(v128.load(m + i), alpha == 1 ? a : pow(f32x4.add(a, f32x4.splat(1e-6)), alpha)))
  }
}

/**
 * h ← max(floor, h·(g/(d + λ))^p), but 0 stays 0; `numbers`: p, floor. g and d, four lanes per atom, are left at zero for
 * what comes next. `sums` stands in for d where it is known: Wᵀm, for KL.
 */
export function step(h: usize, g: usize, d: usize, sums: usize, l1: usize, atoms: i32, numbers: usize): void {
  const p = f32.load(numbers)
  const floor = v128.load32_splat(numbers, 4)
  for (let atom = 0; atom < atoms; atom += 4) {
    const one = usize(atom) << 2
    const four = usize(atom) << 4
    const down = f32x4.add(sums ? v128.load(sums + one) : gather(d + four), v128.load(l1 + one))
    const ratio = f32x4.div(gather(g + four), f32x4.max(down, f32x4.splat(1e-30)))
    const old = v128.load(h + one)
    const moved = f32x4.max(floor, f32x4.min(f32x4.mul(old, powerOf(ratio, p)), f32x4.splat(1e12)))
    v128.store(h + one, v128.and(moved, f32x4.gt(old, f32x4.splat(0))))
    clear(g + four)
    if (!sums) clear(d + four)
  }
}

@inline
export function clear(at: usize): void {
  const zero = f32x4.splat(0)
  v128.store(at, zero); v128.store(at, zero, 16); v128.store(at, zero, 32); v128.store(at, zero, 48)
}

/** ratioᵖ; the exponents that square roots can make cost a fifth of the others. */
@inline
function powerOf(ratio: v128, p: f32): v128 {
  if (p == 1) return ratio
  if (p == 1.25) return f32x4.mul(ratio, f32x4.sqrt(f32x4.sqrt(ratio)))
  if (p == 1.5) return f32x4.mul(ratio, f32x4.sqrt(ratio))
  return pow(ratio, p)
}

/** The lane sums of four neighbouring vectors. */
@inline
export function gather(at: usize): v128 {
  const a = v128.load(at), b = v128.load(at, 16), c = v128.load(at, 32), d = v128.load(at, 48)
  const ab = f32x4.add(v128.shuffle<f32>(a, b, 0, 4, 1, 5), v128.shuffle<f32>(a, b, 2, 6, 3, 7)) // a02 b02 a13 b13
  const cd = f32x4.add(v128.shuffle<f32>(c, d, 0, 4, 1, 5), v128.shuffle<f32>(c, d, 2, 6, 3, 7))
  return f32x4.add(v128.shuffle<f32>(ab, cd, 0, 1, 4, 5), v128.shuffle<f32>(ab, cd, 2, 3, 6, 7))
}
