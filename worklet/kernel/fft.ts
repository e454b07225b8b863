// A real FFT of N samples as a complex one of M = N/2: Stockham's autosort, radix 4, and at the end one stage of what is left
// of M, which is 2, 3 or 6; real and imaginary parts apart. Every stage reads one pair of arrays and writes the other.
//
//   forward:  window · split even/odd → stages → merge to N/2 + 1 bins
//   inverse:  mask · unmerge → stages with re and im exchanged → interleave · window, added to the output
//
// The inverse uses that exchanging re and im before and after a forward transform gives the inverse one, times M.

import { madd, transpose } from './math'

/** z = x·window, even samples real, odd ones imaginary. `n` samples, a multiple of 8. */
export function split(x: usize, window: usize, re: usize, im: usize, n: i32): void {
  for (let i = 0; i < n; i += 8) {
    const at = usize(i) << 2
    const a = f32x4.mul(v128.load(x + at), v128.load(window + at))
    const b = f32x4.mul(v128.load(x + at, 16), v128.load(window + at, 16))
    v128.store(re + (at >> 1), v128.shuffle<f32>(a, b, 0, 2, 4, 6))
    v128.store(im + (at >> 1), v128.shuffle<f32>(a, b, 1, 3, 5, 7))
  }
}

/**
 * The complex transform of `m` points, 4ⁿ times 1, 2, 3 or 6, of which 16 is a factor. `twiddles` as laid out by `stft.ts`: for the first stage six rows
 * (re and im of w, w², w³) of m/4, for each later one m/16, m/64 … groups of the same six numbers.
 * The result is left in the first pair if the number of stages is even, else in the second: see `stages`.
 */
export function transform(re: usize, im: usize, re2: usize, im2: usize, twiddles: usize, m: i32): void {
  first(re, im, re2, im2, twiddles, m)
  let table = twiddles + (usize(m >> 2) * 6 << 2)
  let xr = re2, xi = im2, yr = re, yi = im
  let n = m >> 2
  let s = 4
  while ((n & 3) == 0) {
    radix4(xr, xi, yr, yi, table, n, s)
    table += usize(n >> 2) * 6 << 2
    n >>= 2
    s <<= 2
    let swap = xr; xr = yr; yr = swap
    swap = xi; xi = yi; yi = swap
  }
  if (n == 2) radix2(xr, xi, yr, yi, s)
  else if (n == 3) radix3(xr, xi, yr, yi, s)
  else if (n == 6) radix6(xr, xi, yr, yi, s)
}

/** Stride 1: four butterflies side by side, their outputs transposed into place. */
function first(xr: usize, xi: usize, yr: usize, yi: usize, w: usize, n: i32): void {
  const quarter = usize(n >> 2) << 2
  for (let p: usize = 0; p < quarter; p += 16) {
    const ar = v128.load(xr + p), ai = v128.load(xi + p)
    const br = v128.load(xr + quarter + p), bi = v128.load(xi + quarter + p)
    const cr = v128.load(xr + 2 * quarter + p), ci = v128.load(xi + 2 * quarter + p)
    const dr = v128.load(xr + 3 * quarter + p), di = v128.load(xi + 3 * quarter + p)
    const w1r = v128.load(w + p), w1i = v128.load(w + quarter + p)
    const w2r = v128.load(w + 2 * quarter + p), w2i = v128.load(w + 3 * quarter + p)
    const w3r = v128.load(w + 4 * quarter + p), w3i = v128.load(w + 5 * quarter + p)
    const apcR = f32x4.add(ar, cr), apcI = f32x4.add(ai, ci), amcR = f32x4.sub(ar, cr), amcI = f32x4.sub(ai, ci)
    const bpdR = f32x4.add(br, dr), bpdI = f32x4.add(bi, di), bmdR = f32x4.sub(br, dr), bmdI = f32x4.sub(bi, di)
    // amc − j·bmd and amc + j·bmd
    const eR = f32x4.add(amcR, bmdI), eI = f32x4.sub(amcI, bmdR)
    const fR = f32x4.sub(amcR, bmdI), fI = f32x4.add(amcI, bmdR)
    const gR = f32x4.sub(apcR, bpdR), gI = f32x4.sub(apcI, bpdI)
    const toR = yr + (p << 2), toI = yi + (p << 2)
    transpose(f32x4.add(apcR, bpdR), f32x4.sub(f32x4.mul(eR, w1r), f32x4.mul(eI, w1i)),
      f32x4.sub(f32x4.mul(gR, w2r), f32x4.mul(gI, w2i)), f32x4.sub(f32x4.mul(fR, w3r), f32x4.mul(fI, w3i)),
      toR, toR + 16, toR + 32, toR + 48)
    transpose(f32x4.add(apcI, bpdI), madd(eR, w1i, f32x4.mul(eI, w1r)),
      madd(gR, w2i, f32x4.mul(gI, w2r)), madd(fR, w3i, f32x4.mul(fI, w3r)), toI, toI + 16, toI + 32, toI + 48)
  }
}

/** Stride s, a multiple of 4: one twiddle for s neighbouring butterflies. */
function radix4(xr: usize, xi: usize, yr: usize, yi: usize, w: usize, n: i32, s: i32): void {
  const quarter = usize(s * (n >> 2)) << 2
  const stride = usize(s) << 2
  for (let p = 0; p < n >> 2; p++) {
    const w1r = v128.load32_splat(w), w1i = v128.load32_splat(w, 4)
    const w2r = v128.load32_splat(w, 8), w2i = v128.load32_splat(w, 12)
    const w3r = v128.load32_splat(w, 16), w3i = v128.load32_splat(w, 20)
    w += 24
    const from = stride * usize(p)
    const to = from << 2
    for (let q: usize = 0; q < stride; q += 16) {
      const r = xr + from + q, i = xi + from + q
      const ar = v128.load(r), ai = v128.load(i)
      const br = v128.load(r + quarter), bi = v128.load(i + quarter)
      const cr = v128.load(r + 2 * quarter), ci = v128.load(i + 2 * quarter)
      const dr = v128.load(r + 3 * quarter), di = v128.load(i + 3 * quarter)
      const apcR = f32x4.add(ar, cr), apcI = f32x4.add(ai, ci), amcR = f32x4.sub(ar, cr), amcI = f32x4.sub(ai, ci)
      const bpdR = f32x4.add(br, dr), bpdI = f32x4.add(bi, di), bmdR = f32x4.sub(br, dr), bmdI = f32x4.sub(bi, di)
      const eR = f32x4.add(amcR, bmdI), eI = f32x4.sub(amcI, bmdR)
      const fR = f32x4.sub(amcR, bmdI), fI = f32x4.add(amcI, bmdR)
      const gR = f32x4.sub(apcR, bpdR), gI = f32x4.sub(apcI, bpdI)
      const outR = yr + to + q, outI = yi + to + q
      v128.store(outR, f32x4.add(apcR, bpdR))
      v128.store(outI, f32x4.add(apcI, bpdI))
      v128.store(outR + stride, f32x4.sub(f32x4.mul(eR, w1r), f32x4.mul(eI, w1i)))
      v128.store(outI + stride, madd(eR, w1i, f32x4.mul(eI, w1r)))
      v128.store(outR + 2 * stride, f32x4.sub(f32x4.mul(gR, w2r), f32x4.mul(gI, w2i)))
      v128.store(outI + 2 * stride, madd(gR, w2i, f32x4.mul(gI, w2r)))
      v128.store(outR + 3 * stride, f32x4.sub(f32x4.mul(fR, w3r), f32x4.mul(fI, w3i)))
      v128.store(outI + 3 * stride, madd(fR, w3i, f32x4.mul(fI, w3r)))
    }
  }
}

function radix2(xr: usize, xi: usize, yr: usize, yi: usize, s: i32): void {
  const half = usize(s) << 2
  for (let q: usize = 0; q < half; q += 16) {
    const ar = v128.load(xr + q), ai = v128.load(xi + q)
    const br = v128.load(xr + half + q), bi = v128.load(xi + half + q)
    v128.store(yr + q, f32x4.add(ar, br))
    v128.store(yi + q, f32x4.add(ai, bi))
    v128.store(yr + half + q, f32x4.sub(ar, br))
    v128.store(yi + half + q, f32x4.sub(ai, bi))
  }
}

const SINE: f32 = 0.8660254 // of 60°

/** y₀ = a + b + c, and y₁, y₂ = a − ½(b + c) ∓ j·sin 60°·(b − c), each into its place. */
@inline
function three(ar: v128, ai: v128, br: v128, bi: v128, cr: v128, ci: v128, yr: usize, yi: usize, first: usize, second: usize, third: usize): void {
  const sine = f32x4.splat(SINE), half = f32x4.splat(-0.5)
  const tr = f32x4.add(br, cr), ti = f32x4.add(bi, ci)
  const ur = f32x4.mul(sine, f32x4.sub(br, cr)), ui = f32x4.mul(sine, f32x4.sub(bi, ci))
  const mr = madd(tr, half, ar), mi = madd(ti, half, ai)
  v128.store(yr + first, f32x4.add(ar, tr))
  v128.store(yi + first, f32x4.add(ai, ti))
  v128.store(yr + second, f32x4.add(mr, ui))
  v128.store(yi + second, f32x4.sub(mi, ur))
  v128.store(yr + third, f32x4.sub(mr, ui))
  v128.store(yi + third, f32x4.add(mi, ur))
}

function radix3(xr: usize, xi: usize, yr: usize, yi: usize, s: i32): void {
  const step = usize(s) << 2
  for (let q: usize = 0; q < step; q += 16)
    three(v128.load(xr + q), v128.load(xi + q), v128.load(xr + step + q), v128.load(xi + step + q), v128.load(xr + 2 * step + q), v128.load(xi + 2 * step + q),
      yr, yi, q, step + q, 2 * step + q)
}

/** Twos, then threes, without twiddles, for they have no factor in common: x₃ₐ₊₂ᵦ, numbered modulo 6, to y₃ₐ₊₄ᵦ (I. J. Good 1958). */
function radix6(xr: usize, xi: usize, yr: usize, yi: usize, s: i32): void {
  const step = usize(s) << 2
  for (let q: usize = 0; q < step; q += 16) {
    const r = xr + q, i = xi + q
    const ar = v128.load(r), ai = v128.load(i), dr = v128.load(r + 3 * step), di = v128.load(i + 3 * step)
    const br = v128.load(r + 2 * step), bi = v128.load(i + 2 * step), er = v128.load(r + 5 * step), ei = v128.load(i + 5 * step)
    const cr = v128.load(r + 4 * step), ci = v128.load(i + 4 * step), fr = v128.load(r + step), fi = v128.load(i + step)
    three(f32x4.add(ar, dr), f32x4.add(ai, di), f32x4.add(br, er), f32x4.add(bi, ei), f32x4.add(cr, fr), f32x4.add(ci, fi), yr, yi, q, 4 * step + q, 2 * step + q)
    three(f32x4.sub(ar, dr), f32x4.sub(ai, di), f32x4.sub(br, er), f32x4.sub(bi, ei), f32x4.sub(cr, fr), f32x4.sub(ci, fi), yr, yi, 3 * step + q, step + q, 5 * step + q)
  }
}

@inline
function reversed(x: v128): v128 { return v128.shuffle<f32>(x, x, 3, 2, 1, 0) }

/**
 * The m + 1 bins of the real signal: X[k] = ½(Z[k] + Z̄[m−k]) − ½j·e^(−jπk/m)·(Z[k] − Z̄[m−k]). `turn` holds cos and sin
 * of πk/m, m + 4 numbers each; Z[m] is written as Z[0], so that the ends need no case of their own.
 */
export function merge(zr: usize, zi: usize, turn: usize, m: i32, xr: usize, xi: usize): void {
  const end = usize(m) << 2
  f32.store(zr + end, f32.load(zr))
  f32.store(zi + end, f32.load(zi))
  const sines = turn + end + 16
  const half = f32x4.splat(0.5)
  for (let k: usize = 0; k < end; k += 16) {
    const ar = v128.load(zr + k), ai = v128.load(zi + k)
    const br = reversed(v128.load(zr + end - k - 12)), bi = reversed(v128.load(zi + end - k - 12))
    const c = v128.load(turn + k), s = v128.load(sines + k)
    const sumR = f32x4.add(ar, br), sumI = f32x4.sub(ai, bi) // Z + Z̄
    const difR = f32x4.sub(ar, br), difI = f32x4.add(ai, bi) // Z − Z̄
    // −j(c − js)(difR + j difI) = (c·difI − s·difR) − j(c·difR + s·difI)
    v128.store(xr + k, f32x4.mul(half, f32x4.add(sumR, f32x4.sub(f32x4.mul(c, difI), f32x4.mul(s, difR)))))
    v128.store(xi + k, f32x4.mul(half, f32x4.sub(sumI, madd(c, difR, f32x4.mul(s, difI)))))
  }
  f32.store(xr + end, f32.load(zr) - f32.load(zi))
  f32.store(xi + end, 0)
}

/** The inverse of `merge`, of the bins times a mask: Z[k] = ½(X[k] + X̄[m−k]) + ½j·e^(jπk/m)·(X[k] − X̄[m−k]). */
export function unmerge(xr: usize, xi: usize, mask: usize, turn: usize, m: i32, zr: usize, zi: usize): void {
  const end = usize(m) << 2
  const sines = turn + end + 16
  const half = f32x4.splat(0.5)
  for (let k: usize = 0; k < end; k += 16) {
    const back = end - k - 12
    const ga = f32x4.mul(half, v128.load(mask + k)), gb = f32x4.mul(half, reversed(v128.load(mask + back)))
    const ar = f32x4.mul(ga, v128.load(xr + k)), ai = f32x4.mul(ga, v128.load(xi + k))
    const br = f32x4.mul(gb, reversed(v128.load(xr + back))), bi = f32x4.mul(gb, reversed(v128.load(xi + back)))
    const c = v128.load(turn + k), s = v128.load(sines + k)
    const sumR = f32x4.add(ar, br), sumI = f32x4.sub(ai, bi)
    const difR = f32x4.sub(ar, br), difI = f32x4.add(ai, bi)
    // j(c + js)(difR + j difI) = −(c·difI + s·difR) + j(c·difR − s·difI)
    v128.store(zr + k, f32x4.sub(sumR, madd(c, difI, f32x4.mul(s, difR))))
    v128.store(zi + k, f32x4.add(sumI, f32x4.sub(f32x4.mul(c, difR), f32x4.mul(s, difI))))
  }
}

/** out += interleaved z · window, for `n` samples from sample `from` on, both multiples of 8. `out` is where `from` goes. */
export function overlap(zr: usize, zi: usize, window: usize, out: usize, from: i32, n: i32): void {
  zr += usize(from) << 1
  zi += usize(from) << 1
  for (let i = 0; i < n; i += 8) {
    const at = usize(i) << 2
    const r = v128.load(zr + (at >> 1)), j = v128.load(zi + (at >> 1))
    v128.store(out + at, madd(v128.shuffle<f32>(r, j, 0, 4, 1, 5), v128.load(window + at), v128.load(out + at)))
    v128.store(out + at, madd(v128.shuffle<f32>(r, j, 2, 6, 3, 7), v128.load(window + at, 16), v128.load(out + at, 16)), 16)
  }
}

/** rest −= ready, `n` samples, a multiple of 4. */
export function remainder(rest: usize, ready: usize, n: i32): void {
  for (let i: usize = 0; i < usize(n) << 2; i += 16) v128.store(rest + i, f32x4.sub(v128.load(rest + i), v128.load(ready + i)))
}
