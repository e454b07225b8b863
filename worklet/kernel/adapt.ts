// The free atoms: spectra re-learned from exponentially forgotten statistics of the frames that have passed, by the
// same majorisation that gives the multiplicative update of W (Févotte & Idier 2011):
//
//   a ← λ·a + w^(1/ω)·h·n      b ← λ·b + h·e      w ← (a/b)^ω, then scaled to sum to one
//
// with n and e the two ratios of the pass. For KL (ω = 1, e = m) this is online expectation-maximisation.

import { AB, denominator, EUC, HALF, IS, numerator, PANEL, THREE_HALVES } from './activations'
import { pow, sum as lanes } from './math'

/** n = m·v^α·q^(β−1) and e = m·q^(α+β−1) for `bins`, a multiple of 4; `x` as made by `prepare`, `numbers` as for a pass. */
export function ratios(kind: i32, x: usize, m: usize, q: usize, n: usize, e: usize, bins: i32, numbers: usize): void {
  const alpha = f32.load(numbers), beta = f32.load(numbers, 4), floor = f32.load(numbers, 8)
  for (let i: usize = 0; i < usize(bins) << 2; i += 16) {
    const a = v128.load(x + i), b = v128.load(m + i), c = f32x4.add(v128.load(q + i), f32x4.splat(floor))
    if (kind == EUC) { v128.store(n + i, a); v128.store(e + i, denominator(EUC, b, c, alpha, beta)) }
    else if (kind == IS) { v128.store(n + i, numerator(IS, a, c, beta)); v128.store(e + i, denominator(IS, b, c, alpha, beta)) }
    else if (kind == HALF) { v128.store(n + i, numerator(HALF, a, c, beta)); v128.store(e + i, denominator(HALF, b, c, alpha, beta)) }
    else if (kind == THREE_HALVES) {
      v128.store(n + i, numerator(THREE_HALVES, a, c, beta))
      v128.store(e + i, denominator(THREE_HALVES, b, c, alpha, beta))
    } else if (kind == AB) { v128.store(n + i, numerator(AB, a, c, beta)); v128.store(e + i, denominator(AB, b, c, alpha, beta)) }
    else { v128.store(n + i, f32x4.div(a, c)); v128.store(e + i, b) }
  }
}

/** One atom: `atom` of the `room` in each panel of `w`; `a` and `b` are plain rows of bins; `numbers`: h, λ, ω. */
export function learn(w: usize, atom: i32, room: i32, panels: i32, a: usize, b: usize, n: usize, e: usize,
  numbers: usize): void {
  const h = f32.load(numbers), forget = f32.load(numbers, 4), omega = f32.load(numbers, 8)
  const panelBytes = usize(room) * PANEL
  const level = f32x4.splat(h), lambda = f32x4.splat(forget)
  const first = w + usize(atom) * PANEL
  let all = f32x4.splat(0)
  let bin: usize = 0
  for (let panel = 0; panel < panels; panel++) {
    const at = first + usize(panel) * panelBytes
    for (let lane: usize = 0; lane < PANEL; lane += 16) {
      const old = v128.load(at + lane)
      const up = f32x4.add(f32x4.mul(lambda, v128.load(a + bin)),
        f32x4.mul(omega == 1 ? old : pow(old, 1 / omega), f32x4.mul(level, v128.load(n + bin))))
      const down = f32x4.add(f32x4.mul(lambda, v128.load(b + bin)), f32x4.mul(level, v128.load(e + bin)))
      v128.store(a + bin, up)
      v128.store(b + bin, down)
      const ratio = f32x4.div(up, f32x4.max(down, f32x4.splat(1e-20)))
      const fresh = omega == 1 ? ratio : v128.and(f32x4.gt(down, f32x4.splat(0)), pow(ratio, omega))
      v128.store(at + lane, fresh)
      all = f32x4.add(all, fresh)
      bin += 16
    }
  }
  const scale = f32x4.splat(1 / max<f32>(lanes(all), 1e-20))
  for (let panel = 0; panel < panels; panel++) {
    const at = first + usize(panel) * panelBytes
    for (let lane: usize = 0; lane < PANEL; lane += 16) v128.store(at + lane, f32x4.mul(v128.load(at + lane), scale))
  }
}

/** The sum of one atom's bins in panels `from` to `to`, into its place of `sums`. */
export function sum(w: usize, atom: i32, room: i32, from: i32, to: i32, sums: usize): void {
  let all = f32x4.splat(0)
  for (let panel = from; panel < to; panel++) {
    const at = w + usize(panel * room + atom) * PANEL
    for (let lane: usize = 0; lane < PANEL; lane += 16) all = f32x4.add(all, v128.load(at + lane))
  }
  f32.store(sums + (usize(atom) << 2), lanes(all))
}
