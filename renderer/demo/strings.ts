// What is plucked: a nylon guitar and a bass. Both are a delay that hears itself through a soft filter (K. Karplus, A. Strong
// 1983); what it is excited with has a hole where the finger is, as a string has no partial with a node there.

import { chance } from './chance.ts'
import { RATE, add, hertzOf, line, samplesOf } from './loop.ts'
import type { Line } from './loop.ts'
import { bass, guitar } from './score.ts'

interface StringKind {
  /** Where along the string the finger is. */
  readonly at: number
  /** 0…1: how much of what it was a sample ago the string keeps in every round. The higher, the duller. */
  readonly soft: number
  /** One-pole low pass on the pluck, hertz at full force. */
  readonly bright: number
  /** Seconds until a note has fallen by 60 dB. */
  readonly rings: number
  readonly release: number
}

const NYLON: StringKind = { at: 0.24, soft: 0.18, bright: 3800, rings: 2.6, release: 0.09 }
const GUT: StringKind = { at: 0.2, soft: 0.84, bright: 1300, rings: 3.4, release: 0.06 }

function plucked(kind: StringKind, pitch: number, seconds: number, force: number, random: () => number): Float32Array {
  const period = RATE / hertzOf(pitch)
  const { soft } = kind
  // The filter y = (1 − s) x + s y[−1] delays a low tone by s ∕ (1 − s) samples; the rest is read between two of the ring's.
  const wanted = period - soft / (1 - soft)
  const whole = Math.floor(wanted - 1e-6)
  const between = wanted - whole
  const ring = new Float32Array(whole + 2)
  const pole = 1 - Math.exp(-2 * Math.PI * kind.bright * (0.35 + 0.65 * force) / RATE)
  let low = 0, mean = 0
  for (let i = 0; i < ring.length; i++) mean += (ring[i] = low += pole * (2 * random() - 1 - low)) / ring.length
  const hole = Math.round(kind.at * period)
  const plain = ring.map((x) => x - mean)
  for (let i = 0; i < ring.length; i++) ring[i] = plain[i]! - plain[(i + hole) % ring.length]!
  let power = 0
  for (const x of ring) power += x * x / ring.length
  const even = 0.25 / Math.sqrt(power)

  const held = Math.round(seconds * RATE)
  const sound = new Float32Array(held + Math.round(6 * kind.release * RATE))
  const keep = 10 ** (-3 * period / (kind.rings * RATE))
  const damp = keep * Math.exp(-period / (kind.release * RATE))
  let at = 0, last = 0
  for (let i = 0; i < sound.length; i++) {
    const older = at + 1 < ring.length ? at + 1 : 0 // at is the oldest sample but one
    const read = ring[older]! * (1 - between) + ring[at]! * between
    last += (1 - soft) * (read - last)
    sound[i] = even * read
    ring[at] = (i < held ? keep : damp) * last
    at = older
  }
  return sound
}

/** A resonance of the body: adds a little of what rings there. */
function body(sound: Line, hertz: number, seconds: number, gain: number): void {
  const r = Math.exp(-1 / (seconds * RATE))
  const turn = 2 * Math.PI * hertz / RATE
  const a = 2 * r * Math.cos(turn)
  const scale = gain * (1 - r) * 2 * Math.sin(turn) // so that the gain is meant at the resonance
  let y1 = 0, y2 = 0
  for (let i = 0; i < sound.length; i++) {
    const x = sound[i]!
    const y = scale * x + a * y1 - r * r * y2
    y2 = y1
    y1 = y
    sound[i] = x + y
  }
}

export function playGuitar(): Line {
  const into = line()
  const random = chance(11)
  for (const { pitch, from, beats, force } of guitar)
    add(into, plucked(NYLON, pitch, samplesOf(beats) / RATE, force, random), samplesOf(from) + Math.round((random() - 0.5) * 0.012 * RATE), force)
  body(into, 196, 0.02, 1.2)
  body(into, 410, 0.012, 0.8)
  return into
}

export function playBass(): Line {
  const into = line()
  const random = chance(23)
  for (const { pitch, from, beats, force } of bass)
    add(into, plucked(GUT, pitch, samplesOf(beats) / RATE, force, random), samplesOf(from) + Math.round((random() - 0.5) * 0.008 * RATE), force)
  body(into, 98, 0.03, 0.9)
  return into
}
