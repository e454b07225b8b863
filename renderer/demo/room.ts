// The room that the demo's instruments share: a few early reflections and a short tail, four delays that hear each other
// through a Hadamard matrix (J.-M. Jot, A. Chaigne 1991), darker with every round.

import { LOOP_SAMPLES, RATE, line } from './loop.ts'
import type { Line } from './loop.ts'

const DELAYS = [1361, 1699, 2039, 2423] // samples, without common factors
const RT60 = 0.55 // s
const DARK = 0.35
const EARLY = [[311, 0.6, 'right'], [523, -0.45, 'left'], [797, 0.4, 'right'], [1129, -0.3, 'left']] as const
/** It must have forgotten how it began before it is written down, so that the loop has no seam. */
const SETTLES = Math.round(1.2 * RATE)

export function room(dry: Line): readonly [Line, Line] {
  const left = line(), right = line()
  const [r0, r1, r2, r3] = DELAYS.map((length) => new Float32Array(length)) as [Line, Line, Line, Line]
  const [g0, g1, g2, g3] = DELAYS.map((length) => 10 ** (-3 * length / (RT60 * RATE))) as [number, number, number, number]
  let a = 0, b = 0, c = 0, d = 0 // what comes out of each, made darker
  let i0 = 0, i1 = 0, i2 = 0, i3 = 0
  for (let n = -SETTLES; n < LOOP_SAMPLES; n++) {
    const i = n < 0 ? n + LOOP_SAMPLES : n
    const x = dry[i]!
    a += DARK * (g0 * r0[i0]! - a)
    b += DARK * (g1 * r1[i1]! - b)
    c += DARK * (g2 * r2[i2]! - c)
    d += DARK * (g3 * r3[i3]! - d)
    r0[i0] = x + 0.5 * (a + b + c + d)
    r1[i1] = x + 0.5 * (a - b + c - d)
    r2[i2] = x + 0.5 * (a + b - c - d)
    r3[i3] = x + 0.5 * (a - b - c + d)
    if (++i0 === r0.length) i0 = 0
    if (++i1 === r1.length) i1 = 0
    if (++i2 === r2.length) i2 = 0
    if (++i3 === r3.length) i3 = 0
    if (n < 0) continue
    left[i] = a - c
    right[i] = b - d
  }
  for (const [delay, gain, side] of EARLY) {
    const out = side === 'left' ? left : right
    for (let i = 0, j = LOOP_SAMPLES - delay; i < LOOP_SAMPLES; i++) {
      out[i]! += gain * dry[j]!
      if (++j === LOOP_SAMPLES) j = 0
    }
  }
  return [left, right]
}
