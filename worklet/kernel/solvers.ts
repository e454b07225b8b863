// What the proximal and the least-squares solver need beside passes. g is four lanes per atom, as the passes leave it;
// `atoms` is a multiple of 4, made so by silent atoms.

import { clear, correlate, gather, PANEL } from './activations'
import { madd, sum } from './math'

/**
 * One step of the accelerated proximal method, from the slope g at the extrapolated z:
 *
 *   u = max(0, z − μ(g + 2λ_t(z − h⁻) + λ₁))      next: u less what the block norm takes
 *   z ← next + m·(next − h)                        h ← next
 *
 * The block norm is √(n² + h²), n² being what the atom held in frames that have passed, by and by forgotten: its proximal map is
 * the root of h + μλ_b·h/√(n² + h²) = u, found by Newton's method from below, where it cannot overshoot.
 * Where the step turns against the way travelled (O'Donoghue & Candès 2015), m is taken as 0 and `turned` is told.
 * Rows of `each`, `stride` bytes apart: curvature bound 1/μ (0: the atom stays silent), λ₁, 2λ_t, λ_b, h⁻, n².
 */
export function descend(z: usize, h: usize, g: usize, each: usize, stride: usize, atoms: i32, momentum: usize, turned: usize): void {
  const zero = f32x4.splat(0), one = f32x4.splat(1)
  let along = zero
  for (let atom = 0; atom < atoms; atom += 4) {
    const at = usize(atom) << 2
    const from = v128.load(z + at)
    const bound = v128.load(each + at), l1 = v128.load(each + stride + at), pull = v128.load(each + 2 * stride + at)
    const block = v128.load(each + 3 * stride + at), before = v128.load(each + 4 * stride + at)
    const past = f32x4.max(v128.load(each + 5 * stride + at), f32x4.splat(1e-12))
    const used = f32x4.gt(bound, zero)
    const mu = v128.and(f32x4.div(one, f32x4.max(bound, f32x4.splat(1e-30))), used)
    const slope = f32x4.add(f32x4.add(gather(g + (usize(atom) << 4)), l1), f32x4.mul(pull, f32x4.sub(from, before)))
    clear(g + (usize(atom) << 4))
    const u = v128.and(f32x4.max(zero, f32x4.sub(from, f32x4.mul(mu, slope))), used)
    const cost = f32x4.mul(mu, block)
    const n = f32x4.sqrt(past)
    let next = f32x4.max(f32x4.sub(u, cost), f32x4.div(f32x4.mul(u, n), f32x4.add(n, cost)))
    for (let i = 0; i < 6; i++) {
      const norm = f32x4.sqrt(madd(next, next, past))
      const share = f32x4.div(cost, norm)
      const rise = f32x4.add(one, f32x4.mul(share, f32x4.div(past, f32x4.mul(norm, norm))))
      next = f32x4.max(next, f32x4.sub(next, f32x4.div(f32x4.sub(madd(share, next, next), u), rise)))
    }
    along = madd(f32x4.mul(f32x4.sub(from, next), bound), f32x4.sub(next, v128.load(h + at)), along)
    v128.store(z + at, next)
  }
  const against = sum(along) > 0
  f32.store(turned, against ? 1 : 0)
  const further = f32x4.splat(against ? 0 : f32.load(momentum))
  for (let at: usize = 0; at < usize(atoms) << 2; at += 16) {
    const next = v128.load(z + at)
    v128.store(z + at, madd(further, f32x4.sub(next, v128.load(h + at)), next))
    v128.store(h + at, next)
  }
}

/** g += Wᵀx over panels `from` to `to`; x's panels lie `step` bytes apart, so that it may be an atom of W. */
export function project(w: usize, x: usize, step: usize, g: usize, atoms: i32, stride: i32, from: i32, to: i32): void {
  for (let panel = from; panel < to; panel++) {
    const at = x + usize(panel) * step
    correlate(w + usize(panel) * usize(stride) * PANEL, g, atoms, v128.load(at), v128.load(at, 16), v128.load(at, 32), v128.load(at, 48),
      v128.load(at, 64), v128.load(at, 80), v128.load(at, 96), v128.load(at, 112))
  }
}

/** The sums of g's lanes; g is left at zero. */
export function lanes(g: usize, out: usize, atoms: i32): void {
  for (let atom = 0; atom < atoms; atom += 4) {
    v128.store(out + (usize(atom) << 2), gather(g + (usize(atom) << 4)))
    clear(g + (usize(atom) << 4))
  }
}

/** rest = b − λ₁ − G h, with rows of G `stride` numbers apart. */
export function leftover(gram: usize, b: usize, l1: usize, h: usize, rest: usize, atoms: i32, stride: i32): void {
  for (let at: usize = 0; at < usize(atoms) << 2; at += 16) v128.store(rest + at, f32x4.sub(v128.load(b + at), v128.load(l1 + at)))
  for (let atom = 0; atom < atoms; atom++) take(gram + (usize(atom * stride) << 2), f32.load(h + (usize(atom) << 2)), rest, atoms)
}

/**
 * One sweep of coordinate descent over atoms `first` on: each in turn to where its own slope is zero, or to 0 (Franc, Hlaváč &
 * Navara 2005). `rest` is kept as `leftover` makes it.
 */
export function sweep(gram: usize, h: usize, rest: usize, first: i32, atoms: i32, stride: i32): void {
  for (let atom = first; atom < atoms; atom++) {
    const row = gram + (usize(atom * stride) << 2), at = usize(atom) << 2
    const square = f32.load(row + at), old = f32.load(h + at)
    const next = square > 0 ? max<f32>(0, old + f32.load(rest + at) / square) : 0
    f32.store(h + at, next)
    take(row, next - old, rest, atoms)
  }
}

/** rest −= amount · row */
@inline
function take(row: usize, amount: f32, rest: usize, atoms: i32): void {
  const less = f32x4.splat(-amount)
  for (let at: usize = 0; at < usize(atoms) << 2; at += 16) v128.store(rest + at, madd(less, v128.load(row + at), v128.load(rest + at)))
}
