// A piece played on recorded notes, in a room, through a microphone: the sound that a head for notes is taught on, whose
// strokes are known to the sample. Everything that a recording may change is drawn by chance, so that none of it is learned.

import type { Stroke } from './note-pieces.ts'
import type { Key, Voice } from './note-voices.ts'

/** dB from the softest to the loudest stroke of a key that was recorded in one way only; a recorded layer is moved by less. */
const TOUCH = 24, TOUCH_LAYERED = 6
const LEAD = 0.02
/** Parts of the spectrum differ from the recordings' by so many dB. */
const BELLS = 5, COLOUR = 3

/** One channel at the recordings' rate. */
export function mixture(keys: readonly Key[], strokes: readonly Stroke[], seconds: number, sampleRate: number, random: () => number): Float32Array {
  const between = (low: number, high: number): number => low + (high - low) * random()
  const out = new Float32Array(Math.round(seconds * sampleRate))
  const byPitch = new Map(keys.map((key) => [key.pitch, key]))
  const damped = Math.exp(between(Math.log(0.02), Math.log(0.15)))
  const detune = 2 ** (between(-0.12, 0.12) / 12)
  for (const { pitch, onset, offset, force } of strokes) {
    const { voices } = byPitch.get(pitch)!
    const layer = Math.min(voices.length - 1, Math.floor(force * voices.length))
    const inside = voices.length > 1 ? TOUCH_LAYERED * (force * voices.length - layer - 0.5) : TOUCH * (force - 0.5)
    const voice = voices[layer]!, speed = voice.speed * detune * 2 ** (between(-0.02, 0.02) / 12)
    add(out, voice, 10 ** ((inside + between(-1, 1)) / 20), onset * sampleRate, (offset - onset) * sampleRate, damped * sampleRate, speed, LEAD * sampleRate)
  }
  tilt(out, between(-0.6, 0.6), sampleRate, between(300, 3000))
  for (let bell = 0; bell < BELLS; bell++)
    colour(out, 10 ** (between(-COLOUR, COLOUR) / 20), Math.exp(between(Math.log(80), Math.log(6000))) / sampleRate, between(0.5, 2.5))
  if (random() < 0.6) echo(out, 10 ** (between(-26, -10) / 20), between(0.25, 1.4), sampleRate, random)
  const loudest = out.reduce((most, x) => Math.max(most, Math.abs(x)), 1e-9)
  const gain = 10 ** (between(-30, -1) / 20) / loudest
  for (let i = 0; i < out.length; i++) out[i]! *= gain
  hiss(out, 10 ** (between(-95, -52) / 20), random)
  return out
}

/** A voice from its stroke on, played a little faster or slower; where the key is let go it dies away. */
function add(out: Float32Array, { samples, onset }: Voice, gain: number, at: number, length: number, damped: number, speed: number,
  lead: number): void {
  const fall = Math.exp(-1 / damped)
  let fading = 1
  const from = Math.max(0, Math.ceil(at - Math.min(lead, onset / speed)))
  for (let i = from; i < out.length; i++) {
    const position = onset + (i - at) * speed
    const n = Math.floor(position)
    if (n + 2 >= samples.length) break
    if (n < 1) continue
    if (i > at + length && (fading *= fall) < 1e-4) break
    // a cubic through four samples (Catmull and Rom 1974): detuned by a few cents it errs below what is heard
    const x = position - n
    const a = samples[n - 1]!, b = samples[n]!, c = samples[n + 1]!, d = samples[n + 2]!
    out[i]! += gain * fading * (b + 0.5 * x * (c - a + x * (2 * a - 5 * b + 4 * c - d + x * (3 * (b - c) + d - a))))
  }
}

/** Louder or softer on one side of a corner, up to so many thirds of what there is. */
function tilt(x: Float32Array, amount: number, sampleRate: number, corner: number): void {
  const keep = Math.exp((-2 * Math.PI * corner) / sampleRate)
  let low = 0
  for (let i = 0; i < x.length; i++) {
    low = keep * low + (1 - keep) * x[i]!
    x[i] = (1 - amount) * low + (1 + amount) * (x[i]! - low)
  }
}

/** A bell-shaped boost or cut (Bristow-Johnson's peaking filter), its middle in cycles per sample. */
function colour(x: Float32Array, gain: number, middle: number, quality: number): void {
  const alpha = Math.sin(2 * Math.PI * middle) / (2 * quality), root = Math.sqrt(gain)
  const a0 = 1 + alpha / root, turn = (-2 * Math.cos(2 * Math.PI * middle)) / a0
  const b0 = (1 + alpha * root) / a0, b2 = (1 - alpha * root) / a0, a2 = (1 - alpha / root) / a0
  let x1 = 0, x2 = 0, y1 = 0, y2 = 0
  for (let i = 0; i < x.length; i++) {
    const now = x[i]!
    const y = b0 * now + turn * x1 + b2 * x2 - turn * y1 - a2 * y2
    x2 = x1
    x1 = now
    y2 = y1
    x[i] = y1 = y
  }
}

/** Four combs and two all-passes (Schroeder 1962), their lengths drawn by chance: a small hall. */
function echo(x: Float32Array, wet: number, seconds: number, sampleRate: number, random: () => number): void {
  const late = new Float32Array(x.length)
  for (let comb = 0; comb < 4; comb++) {
    const delay = Math.round((0.023 + 0.02 * random()) * sampleRate)
    const back = 10 ** ((-3 * delay) / sampleRate / seconds)
    const own = new Float32Array(x.length)
    let soft = 0
    for (let i = 0; i < x.length; i++) {
      const past = i >= delay ? own[i - delay]! : 0
      soft = 0.6 * past + 0.4 * soft // air takes the treble first
      own[i] = x[i]! + back * soft
      late[i]! += past
    }
  }
  for (let pass = 0; pass < 2; pass++) {
    const delay = Math.round((0.003 + 0.004 * random()) * sampleRate)
    const own = Float32Array.from(late)
    for (let i = 0; i < x.length; i++) {
      const past = i >= delay ? own[i - delay]! : 0
      own[i] = late[i]! + 0.6 * past
      late[i] = past - 0.6 * own[i]!
    }
  }
  for (let i = 0; i < x.length; i++) x[i]! += wet * late[i]!
}

/** Noise, half of it brown: rooms rumble more than they hiss. */
function hiss(x: Float32Array, level: number, random: () => number): void {
  let low = 0
  for (let i = 0; i < x.length; i++) {
    const white = (random() + random() + random() - 1.5) * 2
    low = 0.99 * low + 0.1 * white
    x[i]! += level * (0.5 * white + 0.5 * low)
  }
}
