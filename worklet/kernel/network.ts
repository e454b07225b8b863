// A layer of a small network for several rows at once. Weights come packed in strips of eight columns, strip[input][8] with
// zeros beyond the last column, so that they are read strictly in order, by four rows at a time.

import { exp2Near, madd } from './math'

export const LINEAR = 0, TANH = 1, RELU = 2, SIGMOID = 3

const LOG2E: f32 = 1.44269504

/** out[rows × columns] = bias + x[rows × inputs] · W. Rows lie side by side; `w` and `bias` are padded to eight columns, `out` is not. */
export function dense(x: usize, w: usize, bias: usize, out: usize, rows: i32, inputs: i32, columns: i32): void {
  const next = usize(inputs) << 2, line = usize(columns) << 2, strip = usize(inputs) << 5
  for (let column = 0; column < columns; column += 8) {
    const width = columns - column
    const b0 = v128.load(bias), b1 = v128.load(bias, 16)
    let at = x, to = out, row = 0
    for (; row + 4 <= rows; row += 4) {
      fourRows(at, next, w, w + strip, b0, b1, to, line, width)
      at += next << 2
      to += line << 2
    }
    for (; row < rows; row++) {
      oneRow(at, w, w + strip, b0, b1, to, width)
      at += next
      to += line
    }
    w += strip
    bias += 32
    out += 32
  }
}

@inline
function fourRows(a: usize, next: usize, w: usize, end: usize, b0: v128, b1: v128, to: usize, line: usize, width: i32): void {
  let p0 = b0, p1 = b1, q0 = b0, q1 = b1, r0 = b0, r1 = b1, s0 = b0, s1 = b1
  let b = a + next, c = b + next, d = c + next
  for (; w < end; w += 32) {
    const w0 = v128.load(w), w1 = v128.load(w, 16)
    let y = v128.load32_splat(a)
    p0 = madd(w0, y, p0); p1 = madd(w1, y, p1)
    y = v128.load32_splat(b)
    q0 = madd(w0, y, q0); q1 = madd(w1, y, q1)
    y = v128.load32_splat(c)
    r0 = madd(w0, y, r0); r1 = madd(w1, y, r1)
    y = v128.load32_splat(d)
    s0 = madd(w0, y, s0); s1 = madd(w1, y, s1)
    a += 4; b += 4; c += 4; d += 4
  }
  store(to, p0, p1, width)
  store(to + line, q0, q1, width)
  store(to + 2 * line, r0, r1, width)
  store(to + 3 * line, s0, s1, width)
}

/** Two sums for the even and the odd inputs: one alone would wait for itself. */
@inline
function oneRow(a: usize, w: usize, end: usize, b0: v128, b1: v128, to: usize, width: i32): void {
  let p0 = b0, p1 = b1, q0 = f32x4.splat(0), q1 = q0
  for (; w + 64 <= end; w += 64, a += 8) {
    const x = v128.load32_splat(a), y = v128.load32_splat(a, 4)
    p0 = madd(v128.load(w), x, p0); p1 = madd(v128.load(w, 16), x, p1)
    q0 = madd(v128.load(w, 32), y, q0); q1 = madd(v128.load(w, 48), y, q1)
  }
  if (w < end) {
    const x = v128.load32_splat(a)
    p0 = madd(v128.load(w), x, p0); p1 = madd(v128.load(w, 16), x, p1)
  }
  store(to, f32x4.add(p0, q0), f32x4.add(p1, q1), width)
}

/** The first `width` of eight lanes, or all. */
@inline
function store(to: usize, low: v128, high: v128, width: i32): void {
  if (width >= 4) v128.store(to, low)
  else some(to, low, width)
  if (width >= 8) v128.store(to, high, 16)
  else some(to + 16, high, width - 4)
}

@inline
function some(to: usize, x: v128, lanes: i32): void {
  if (lanes > 0) f32.store(to, f32x4.extract_lane(x, 0))
  if (lanes > 1) f32.store(to, f32x4.extract_lane(x, 1), 4)
  if (lanes > 2) f32.store(to, f32x4.extract_lane(x, 2), 8)
}

/** x ← activation(x) for n numbers, rounded up to a multiple of 4. */
export function activate(kind: i32, x: usize, n: i32): void {
  for (const end = x + (usize(n) << 2); x < end; x += 16) v128.store(x, activated(kind, v128.load(x)))
}

@inline
function activated(kind: i32, x: v128): v128 {
  if (kind == TANH) return madd(sigmoid(f32x4.add(x, x)), f32x4.splat(2), f32x4.splat(-1))
  if (kind == RELU) return f32x4.max(x, f32x4.splat(0))
  if (kind == SIGMOID) return sigmoid(x)
  return x
}

@inline
function sigmoid(x: v128): v128 {
  const one = f32x4.splat(1)
  return f32x4.div(one, f32x4.add(one, exp2Near(f32x4.mul(x, f32x4.splat(-LOG2E)))))
}

/**
 * A gated recurrent unit's new state (Cho et al. 2014, the reset behind the product as in cuDNN), for rows of `units` each.
 * `heard` and `kept` hold, side by side per row, what the input and the old state say to the update u, the reset r and the
 * candidate c:
 *
 *   u = σ(heard_u + kept_u)    r = σ(heard_r + kept_r)    h ← u·h + (1 − u)·activation(heard_c + r·kept_c)
 */
export function remember(kind: i32, heard: usize, kept: usize, h: usize, rows: i32, units: i32): void {
  const gate = usize(units) << 2
  for (let row = 0; row < rows; row++) {
    for (let unit = 0; unit < units; unit += 4) {
      const at = usize(unit) << 2
      const a = heard + at, b = kept + at
      const u = sigmoid(f32x4.add(v128.load(a), v128.load(b)))
      const r = sigmoid(f32x4.add(v128.load(a + gate), v128.load(b + gate)))
      const c = activated(kind, madd(r, v128.load(b + 2 * gate), v128.load(a + 2 * gate)))
      const next = madd(u, f32x4.sub(v128.load(h + at), c), c)
      if (unit + 4 <= units) v128.store(h + at, next)
      else some(h + at, next, units - unit)
    }
    heard += 3 * gate
    kept += 3 * gate
    h += gate
  }
}
