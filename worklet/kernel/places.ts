// Two channels of a frame: what stands where between left and right, and how far each place may claim it.
//
// A place is eight rows of bins, `stride` bytes apart. Its covariance [[left, x̄], [x, right]] has a trace of one:
//
//   0 left · 1 right · 2 Re x · 3 Im x · 4 width · 5 norm · 6 edge · 7 claim, which the frame fills
//
// For a point the covariance is aaᴴ with the steering vector a = (1, g·e^(−jωd)) ÷ √(1 + g²), so that
// t = xᴴ(aaᴴ + width)⁻¹x · width = 1 − |aᴴx|² + width for x of length one: the residual of the maximum-likelihood
// alignment (Yilmaz & Rickard 2004), whatever the phase has wrapped to, and a softness of its own.

import { atan2, log2, madd } from './math'

/** Per bin |L|², |R|² and R·L̄, of `n` bins, a multiple of 4. */
export function pairs(lr: usize, li: usize, rr: usize, ri: usize, left: usize, right: usize, crossRe: usize, crossIm: usize, n: i32): void {
  for (let i: usize = 0; i < usize(n) << 2; i += 16) {
    const a = v128.load(lr + i), b = v128.load(li + i), c = v128.load(rr + i), d = v128.load(ri + i)
    v128.store(left + i, madd(a, a, f32x4.mul(b, b)))
    v128.store(right + i, madd(c, c, f32x4.mul(d, d)))
    v128.store(crossRe + i, madd(a, c, f32x4.mul(b, d)))
    v128.store(crossIm + i, f32x4.sub(f32x4.mul(a, d), f32x4.mul(b, c)))
  }
}

/**
 * Shares bins `from` to `to`, multiples of 4, out among `count` places: each by its likelihood when its power is unknown,
 * (norm ÷ t)², and less of what lies beyond the edge of all of them: ÷ 1 + (t ÷ edge)⁴ of the nearest, times what the
 * row `covered` leaves. `tally` gathers, over the bins near a place, their magnitude, and that of those off its centre:
 * two numbers to begin with, the limits of t ÷ edge, then two times four lanes.
 */
export function claims(places: usize, stride: usize, count: i32, left: usize, right: usize, crossRe: usize, crossIm: usize,
  covered: usize, tally: usize, from: i32, to: i32): void {
  const one = f32x4.splat(1), tiny = f32x4.splat(1e-30)
  const off = v128.load32_splat(tally), near = v128.load32_splat(tally, 4)
  let all = v128.load(tally, 16), spread = v128.load(tally, 32)
  for (let i = usize(from) << 2; i < usize(to) << 2; i += 16) {
    const l = v128.load(left + i), r = v128.load(right + i), re = v128.load(crossRe + i), im = v128.load(crossIm + i)
    const power = f32x4.add(f32x4.add(l, r), tiny)
    const scale = f32x4.div(one, power)
    let total = tiny, nearest = f32x4.splat(1e6)
    let place = places + i
    for (let p = 0; p < count; p++) {
      const width = v128.load(place + 4 * stride)
      const cross = madd(v128.load(place + 2 * stride), re, f32x4.mul(v128.load(place + 3 * stride), im))
      const straight = madd(f32x4.add(v128.load(place + stride), width), l, f32x4.mul(f32x4.add(v128.load(place), width), r))
      const t = f32x4.max(f32x4.mul(f32x4.sub(straight, f32x4.add(cross, cross)), scale), f32x4.splat(1e-7))
      const likely = f32x4.div(v128.load(place + 5 * stride), t)
      const claim = f32x4.mul(likely, likely)
      v128.store(place + 7 * stride, claim)
      total = f32x4.add(total, claim)
      nearest = f32x4.min(nearest, f32x4.div(t, v128.load(place + 6 * stride)))
      place += 8 * stride
    }
    const far = f32x4.mul(nearest, nearest)
    let share = f32x4.div(one, f32x4.mul(total, madd(far, far, one)))
    if (covered) share = f32x4.mul(share, f32x4.sub(one, v128.load(covered + i)))
    place = places + i + 7 * stride
    for (let p = 0; p < count; p++) {
      v128.store(place, f32x4.mul(v128.load(place), share))
      place += 8 * stride
    }
    const weight = v128.and(f32x4.sqrt(power), f32x4.lt(nearest, near))
    all = f32x4.add(all, weight)
    spread = f32x4.add(spread, v128.and(weight, f32x4.gt(nearest, off)))
  }
  v128.store(tally, all, 16)
  v128.store(tally, spread, 32)
}

/** The level difference in dB, right over left, and the phase of the right channel after the left one, in radians. */
export function bearings(left: usize, right: usize, crossRe: usize, crossIm: usize, level: usize, phase: usize, from: i32, to: i32): void {
  const tiny = f32x4.splat(1e-30), dB = f32x4.splat(3.0103)
  for (let i = usize(from) << 2; i < usize(to) << 2; i += 16) {
    const l = f32x4.add(v128.load(left + i), tiny), r = f32x4.add(v128.load(right + i), tiny)
    v128.store(level + i, f32x4.mul(dB, f32x4.sub(log2(r), log2(l))))
    v128.store(phase + i, atan2(v128.load(crossIm + i), v128.load(crossRe + i)))
  }
}

/**
 * How far each bin lies in a drawn area: the most of `grid`, `size` × `size` numbers from 0 to 1, delay by delay, over all
 * delays that its phase may stand for. `frame`: level of the first column and columns per dB, delay of the first row and
 * rows per µs, radians per µs and bin. `covered` keeps the most of all areas.
 */
export function area(level: usize, phase: usize, grid: usize, size: i32, frame: usize, claim: usize, covered: usize, from: i32, to: i32): void {
  const level0 = f32.load(frame), columns = f32.load(frame, 4), delay0 = f32.load(frame, 8), rows = f32.load(frame, 12)
  const step = f32.load(frame, 16), last = <f32>(size - 1)
  for (let bin = from; bin < to; bin++) {
    const at = usize(bin) << 2
    const x = (min<f32>(120, max<f32>(-120, f32.load(level + at))) - level0) * columns
    let most: f32 = 0
    if (x >= 0 && x <= last) {
      const omega = step * <f32>max(bin, 1)
      const turn = rows * 6.2831853 / omega // rows from one delay that fits the phase to the next
      const lag = (-f32.load(phase + at) / omega - delay0) * rows
      // at 0 Hz every delay fits, and where turns are short some delay fits every row
      let y: f32 = bin == 0 ? 0 : lag + turn * ceil(-lag / turn)
      const next: f32 = bin == 0 ? 1 : max<f32>(turn, 0.5)
      for (; y <= last; y += next) most = max(most, between(grid, size, x, y))
    }
    f32.store(claim + at, most)
    f32.store(covered + at, max(most, f32.load(covered + at)))
  }
}

/** A number between four of the grid. */
@inline
function between(grid: usize, size: i32, x: f32, y: f32): f32 {
  const column = min(i32(x), size - 2), row = min(i32(y), size - 2)
  const u = x - <f32>column, v = y - <f32>row
  const at = grid + (usize(row * size + column) << 2), below = at + (usize(size) << 2)
  const upper = f32.load(at) + u * (f32.load(at, 4) - f32.load(at))
  return upper + v * (f32.load(below) + u * (f32.load(below, 4) - f32.load(below)) - upper)
}

/** What a source may have of each bin: what its places claim together, within its band. `list`: how many, and which. */
export function gather(places: usize, stride: usize, list: usize, band: usize, gate: usize, from: i32, to: i32): void {
  const count = i32.load(list)
  for (let i = usize(from) << 2; i < usize(to) << 2; i += 16) {
    let sum = f32x4.splat(0)
    for (let p = 1; p <= count; p++)
      sum = f32x4.add(sum, v128.load(places + (usize(i32.load(list + (usize(p) << 2))) * 8 + 7) * stride + i))
    v128.store(gate + i, f32x4.mul(v128.load(band + i), f32x4.min(sum, f32x4.splat(1))))
  }
}
