// The electric piano: two pairs of sines, one bending the other's phase (frequency modulation, J. M. Chowning 1973). One pair is
// the tone, whose brightness falls with it; the other, fourteen times higher and short, is the hammer on the tine.

import { RATE, add, hertzOf, line, samplesOf } from './loop.ts'
import type { Line } from './loop.ts'
import { keys } from './score.ts'

const RELEASE = 0.09 // s
const DETUNED = 2 ** (1.2 / 1200)

/** A sine by table, its argument in turns: a chord has a million of them. */
const STEPS = 8192
const table = Float32Array.from({ length: STEPS }, (_, i) => Math.sin(2 * Math.PI * i / STEPS))
const sine = (turns: number): number => table[(turns * STEPS + 0.5 | 0) & STEPS - 1]!
const TURN = 1 / (2 * Math.PI)

function struck(pitch: number, seconds: number, force: number): Float32Array {
  const sound = new Float32Array(Math.round((seconds + 5 * RELEASE) * RATE))
  const step = hertzOf(pitch) / RATE
  const fall = Math.exp(-1 / (RATE * (1.5 - (pitch - 53) * 0.03)))
  const dull = Math.exp(-1 / (RATE * 0.35))
  const short = Math.exp(-1 / (RATE * 0.045))
  const damped = Math.exp(-1 / (RATE * RELEASE))
  const held = Math.round(seconds * RATE)
  let level = 1, bright = 1.5 * force ** 1.5, tine = 0.22 * force * force
  for (let i = 0; i < sound.length; i++) {
    const x = step * i
    const body = sine(x * DETUNED + TURN * (0.18 + bright) * sine(x))
    sound[i] = Math.min(1, i / 96) * level * (body + 0.16 * sine(2 * x) + (tine > 1e-4 ? tine * sine(x + TURN * 0.7 * sine(14 * x)) : 0))
    level *= i < held ? fall : damped
    bright *= dull
    tine *= short
  }
  return sound
}

export function playKeys(): Line {
  const into = line()
  const made = new Map<string, Float32Array>()
  for (const { pitch, from, beats, force } of keys) {
    const name = `${pitch} ${beats} ${force}`
    let sound = made.get(name)
    if (!sound) made.set(name, sound = struck(pitch, samplesOf(beats) / RATE, force))
    add(into, sound, samplesOf(from), force)
  }
  return into
}
