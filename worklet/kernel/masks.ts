// From activations to one gain per bin and source. Arrays of bins lie `stride` bytes apart, all of the same length.

import { PANEL } from './activations'
import { madd, pow, transpose } from './math'

/**
 * What each group of neighbouring atoms explains, W_g h_g, into `spectra`, and what all explain together into `total`.
 * `ends` holds the first atom after each group; a panel has `room` atoms.
 */
export function explain(w: usize, h: usize, room: i32, ends: usize, groups: i32, spectra: usize, stride: usize, total: usize,
  from: i32, to: i32): void {
  const panelBytes = usize(room) * PANEL
  for (let panel = from; panel < to; panel++) {
    const bins = usize(panel) * PANEL
    let row = w + usize(panel) * panelBytes
    let at = h
    let out = spectra + bins
    const all = total + bins
    let t0 = f32x4.splat(0), t1 = t0, t2 = t0, t3 = t0, t4 = t0, t5 = t0, t6 = t0, t7 = t0
    for (let group = 0; group < groups; group++) {
      const end = h + (usize(i32.load(ends + (usize(group) << 2))) << 2)
      let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0
      for (; at < end; at += 4) {
        const s = v128.load32_splat(at)
        a0 = madd(v128.load(row), s, a0); a1 = madd(v128.load(row, 16), s, a1)
        a2 = madd(v128.load(row, 32), s, a2); a3 = madd(v128.load(row, 48), s, a3)
        a4 = madd(v128.load(row, 64), s, a4); a5 = madd(v128.load(row, 80), s, a5)
        a6 = madd(v128.load(row, 96), s, a6); a7 = madd(v128.load(row, 112), s, a7)
        row += PANEL
      }
      v128.store(out, a0); v128.store(out, a1, 16); v128.store(out, a2, 32); v128.store(out, a3, 48)
      v128.store(out, a4, 64); v128.store(out, a5, 80); v128.store(out, a6, 96); v128.store(out, a7, 112)
      t0 = f32x4.add(t0, a0); t1 = f32x4.add(t1, a1); t2 = f32x4.add(t2, a2); t3 = f32x4.add(t3, a3)
      t4 = f32x4.add(t4, a4); t5 = f32x4.add(t5, a5); t6 = f32x4.add(t6, a6); t7 = f32x4.add(t7, a7)
      out += stride
    }
    v128.store(all, t0); v128.store(all, t1, 16); v128.store(all, t2, 32); v128.store(all, t3, 48)
    v128.store(all, t4, 64); v128.store(all, t5, 80); v128.store(all, t6, 96); v128.store(all, t7, 112)
  }
}

/** Of numbers up to one only, so that no power leaves the range of a float. */
@inline
function sharpened(x: v128, sharpness: f32): v128 {
  if (sharpness == 2) return f32x4.mul(x, x)
  if (sharpness == 1.5) return f32x4.mul(x, f32x4.sqrt(x))
  if (sharpness == 1.25) return f32x4.mul(x, f32x4.sqrt(f32x4.sqrt(x)))
  return pow(x, sharpness)
}

/**
 * Masks for `n` bins from `from` on, multiples of 4; `numbers`: a, residue, floor. `assign` has a row of groups + 1 numbers
 * for each source: how many groups may explain it, and which. A source of −1 groups has no dictionary factor.
 *
 *   share_g  = (W_g h_g)^a ⊘ (Σ (W_j h_j)^a + (residue · max(0, v − Wh))^a)
 *   claim_s  = Σ share_g of its groups, or 1, ⊙ gate_s
 *   mask_s   = claim_s ⊘ max(Σ claim, 1 − void),   then   floor + (1 − (sources + 1)·floor)·mask_s
 *
 * `void` is what can be nobody's: the spectrum of one source at the place of another, where both have a spectrum and a place.
 * `bound` says of which sources: how many, and which; then how many groups explain them, and which. At 0 there are none. What the masks leave of one is the rest's. `spectra` is used up. With `binary` the strongest, the rest among them, takes
 * the bin whole before the floor is added.
 */
export function masks(spectra: usize, groups: i32, stride: usize, v: usize, total: usize, assign: usize, gates: usize, sources: i32,
  out: usize, from: i32, n: i32, numbers: usize, binary: i32, bound: usize): void {
  const sharpness = f32.load(numbers), residue = f32.load(numbers, 4), floor = f32.load(numbers, 8)
  const one = f32x4.splat(1), zero = f32x4.splat(0)
  const row = usize(groups + 1) << 2
  const keep = f32x4.splat(1 - <f32>(sources + 1) * floor)
  for (let bin = usize(from) << 2; bin < usize(from + n) << 2; bin += 16) {
    const explained = v128.load(total + bin)
    const unexplained = f32x4.mul(f32x4.splat(residue), f32x4.max(zero, f32x4.sub(v128.load(v + bin), explained)))
    // sharpened shares are taken of numbers up to one, and replace what is explained; plain ones are a division later on
    let all = f32x4.add(explained, unexplained)
    if (sharpness != 1) {
      const scale = f32x4.div(one, f32x4.max(all, f32x4.splat(1e-20)))
      all = residue == 0 ? zero : sharpened(f32x4.mul(unexplained, scale), sharpness)
      for (let g = 0; g < groups; g++) {
        const at = spectra + stride * usize(g) + bin
        const share = sharpened(f32x4.mul(v128.load(at), scale), sharpness)
        v128.store(at, share)
        all = f32x4.add(all, share)
      }
    }
    const norm = f32x4.div(one, f32x4.max(all, f32x4.splat(1e-20)))

    let claimed = zero
    for (let s = 0; s < sources; s++) {
      let list = assign + row * usize(s)
      const count = i32.load(list)
      let claim = zero
      for (let g = 0; g < count; g++) {
        list += 4
        claim = f32x4.add(claim, v128.load(spectra + stride * usize(i32.load(list)) + bin))
      }
      claim = f32x4.mul(count < 0 ? one : f32x4.mul(claim, norm), v128.load(gates + stride * usize(s) + bin))
      v128.store(out + stride * usize(s) + bin, claim)
      claimed = f32x4.add(claimed, claim)
    }
    const certain = bound ? f32x4.sub(one, impossible(bound, spectra + bin, gates + bin, out + bin, stride, norm)) : one
    const share = f32x4.div(one, f32x4.max(f32x4.splat(1e-20), f32x4.max(certain, claimed)))
    if (binary) winners(out + bin, stride, sources, f32x4.sub(one, f32x4.mul(claimed, share)), share)
    const factor = binary ? keep : f32x4.mul(keep, share)
    for (let s = 0; s < sources; s++) {
      const at = out + stride * usize(s) + bin
      v128.store(at, madd(v128.load(at), factor, f32x4.splat(floor)))
    }
  }
}

/** Σ gate · Σ share − Σ claim, of the bound. Where several have one place its claim is divided among them, so gates add up. */
@inline
function impossible(bound: usize, spectra: usize, gates: usize, claims: usize, stride: usize, norm: v128): v128 {
  const one = f32x4.splat(1)
  let claimed = f32x4.splat(0), placed = claimed, explained = claimed
  let list = bound
  for (let n = i32.load(list); n > 0; n--) {
    list += 4
    const row = stride * usize(i32.load(list))
    claimed = f32x4.add(claimed, v128.load(claims + row))
    placed = f32x4.add(placed, v128.load(gates + row))
  }
  list += 4
  for (let n = i32.load(list); n > 0; n--) {
    list += 4
    explained = f32x4.add(explained, v128.load(spectra + stride * usize(i32.load(list))))
  }
  const all = f32x4.mul(f32x4.min(one, placed), f32x4.min(one, f32x4.mul(explained, norm)))
  return f32x4.max(f32x4.splat(0), f32x4.sub(all, claimed))
}

/** Replaces claims by one for the strongest and zero for the others; the rest wins what nobody holds more of. */
@inline
function winners(out: usize, stride: usize, sources: i32, rest: v128, share: v128): void {
  let best = rest
  for (let s = 0; s < sources; s++) best = f32x4.max(best, f32x4.mul(v128.load(out + stride * usize(s)), share))
  let free = f32x4.lt(rest, best)
  for (let s = 0; s < sources; s++) {
    const at = out + stride * usize(s)
    const wins = v128.and(free, f32x4.ge(f32x4.mul(v128.load(at), share), best))
    v128.store(at, v128.and(wins, f32x4.splat(1)))
    free = v128.andnot(free, wins)
  }
}

/**
 * Bins that the dictionary does not reach (a session may run at a higher rate): they follow what each source holds of what
 * its gate lets through in the octave below, weighted by magnitude; together no more than all.
 */
export function extend(out: usize, gates: usize, stride: usize, sources: i32, v: usize, known: i32, bins: i32): void {
  const from = usize(known >> 1) << 2, top = usize(known) << 2, end = usize(bins) << 2
  for (let s = 0; s < sources; s++) {
    const mask = out + stride * usize(s), gate = gates + stride * usize(s)
    let held: f32 = 0, open: f32 = 1e-20
    for (let bin = from; bin < top; bin += 4) {
      held += f32.load(mask + bin) * f32.load(v + bin)
      open += f32.load(gate + bin) * f32.load(v + bin)
    }
    const share = min<f32>(1, held / open)
    let bin = top
    for (const held = f32x4.splat(share); bin + 16 <= end; bin += 16) v128.store(mask + bin, f32x4.mul(held, v128.load(gate + bin)))
    for (; bin < end; bin += 4) f32.store(mask + bin, share * f32.load(gate + bin))
  }
  for (let bin = sources > 1 ? top : end; bin < end; bin += 4) {
    let sum: f32 = 0
    for (let s = 0; s < sources; s++) sum += f32.load(out + stride * usize(s) + bin)
    if (sum <= 1) continue
    for (let s = 0; s < sources; s++) f32.store(out + stride * usize(s) + bin, f32.load(out + stride * usize(s) + bin) / sum)
  }
}

/**
 * Painted areas on finished masks, bins `from` to `to`. Under its cover a source lets go of what it has, and the others and
 * the rest take that as they hold the bin; then everybody gives way to what was painted:
 *
 *   a = (1 − cover)·mask      b_t = a_t + Σ_{s≠t} cover_s·mask_s · a_t ÷ (1 − Σ mask + Σ_{u≠s} a_u)
 *   mask ← gain ÷ max(1, Σ gain) + b · max(0, 1 − Σ gain)
 *
 * The rows of `gain`, which is at most its cover, and of `cover` lie `stride` bytes apart like the masks.
 */
export function paint(out: usize, gain: usize, cover: usize, stride: usize, sources: i32, from: i32, to: i32): void {
  const one = f32x4.splat(1), zero = f32x4.splat(0)
  for (let i = usize(from) << 2; i < usize(to) << 2; i += 16) {
    let painted = zero, held = one
    for (let s = 0; s < sources; s++) {
      const at = stride * usize(s) + i
      painted = f32x4.add(painted, v128.load(gain + at))
      held = f32x4.sub(held, f32x4.mul(v128.load(cover + at), v128.load(out + at)))
    }
    // what each lets go of, over what takes it: where hardly anybody else holds the bin it is the rest's
    let loose = zero
    for (let s = 0; s < sources; s++) loose = f32x4.add(loose, looseOf(out, cover, stride * usize(s) + i, held))
    const share = f32x4.div(one, f32x4.max(one, painted))
    const remains = f32x4.max(zero, f32x4.sub(one, painted))
    for (let s = 0; s < sources; s++) {
      const at = stride * usize(s) + i
      const kept = f32x4.mul(f32x4.sub(one, v128.load(cover + at)), v128.load(out + at))
      const taken = madd(kept, f32x4.max(zero, f32x4.sub(loose, looseOf(out, cover, at, held))), kept)
      v128.store(out + at, madd(v128.load(gain + at), share, f32x4.mul(taken, remains)))
    }
  }
}

@inline
function looseOf(out: usize, cover: usize, at: usize, held: v128): v128 {
  const mask = v128.load(out + at), covered = f32x4.mul(v128.load(cover + at), mask)
  const others = f32x4.sub(held, f32x4.sub(mask, covered))
  return v128.and(f32x4.gt(others, f32x4.splat(1e-3)), f32x4.div(covered, f32x4.max(others, f32x4.splat(1e-3))))
}

/** Magnitude of `n` bins, a multiple of 4: of one channel, or the root mean square of two (im2 = 0: one). */
export function magnitude(re: usize, im: usize, re2: usize, im2: usize, out: usize, n: i32): void {
  for (let i: usize = 0; i < usize(n) << 2; i += 16) {
    const r = v128.load(re + i), j = v128.load(im + i)
    let power = madd(r, r, f32x4.mul(j, j))
    if (im2) {
      const r2 = v128.load(re2 + i), j2 = v128.load(im2 + i)
      power = f32x4.mul(f32x4.splat(0.5), f32x4.add(power, madd(r2, r2, f32x4.mul(j2, j2))))
    }
    v128.store(out + i, f32x4.sqrt(power))
  }
}

/**
 * Deals a row of bins into quarters: bin b to place b div 4 of quarter b mod 4. The first quarter starts at panel 0, the
 * others at the panels given.
 */
export function deal(row: usize, dealt: usize, bins: i32, second: i32, third: i32, fourth: i32): void {
  const b = dealt + usize(second) * PANEL, c = dealt + usize(third) * PANEL, d = dealt + usize(fourth) * PANEL
  const whole = usize(bins & ~15) << 2
  for (let i: usize = 0; i < whole; i += 64)
    transpose(v128.load(row + i), v128.load(row + i, 16), v128.load(row + i, 32), v128.load(row + i, 48),
      dealt + (i >> 2), b + (i >> 2), c + (i >> 2), d + (i >> 2))
  for (let bin = bins & ~15; bin < bins; bin++) f32.store(quarter(bin & 3, dealt, b, c, d) + (usize(bin >> 2) << 2), f32.load(row + (usize(bin) << 2)))
}

/** The inverse of `deal`. */
export function collect(dealt: usize, row: usize, bins: i32, second: i32, third: i32, fourth: i32): void {
  const b = dealt + usize(second) * PANEL, c = dealt + usize(third) * PANEL, d = dealt + usize(fourth) * PANEL
  const whole = usize(bins & ~15) << 2
  for (let i: usize = 0; i < whole; i += 64)
    transpose(v128.load(dealt + (i >> 2)), v128.load(b + (i >> 2)), v128.load(c + (i >> 2)), v128.load(d + (i >> 2)),
      row + i, row + i + 16, row + i + 32, row + i + 48)
  for (let bin = bins & ~15; bin < bins; bin++) f32.store(row + (usize(bin) << 2), f32.load(quarter(bin & 3, dealt, b, c, d) + (usize(bin >> 2) << 2)))
}

@inline
function quarter(which: i32, a: usize, b: usize, c: usize, d: usize): usize { return which == 0 ? a : which == 1 ? b : which == 2 ? c : d }
