// A voice that sings without words: pulses as the vocal folds make them, through five resonances that wander from vowel to
// vowel (D. H. Klatt's parallel synthesiser, 1980, much reduced), with breath, vibrato, and noise where a consonant is.

import { chance } from './chance.ts'
import { LOOP_SAMPLES, RATE, hertzOf, line, samplesOf } from './loop.ts'
import type { Line } from './loop.ts'
import { voice } from './score.ts'
import type { Onset, Sung, Vowel } from './score.ts'

const FORMANTS = 5
interface Mouth { readonly hertz: readonly number[]; readonly decibels: readonly number[] }
/** Of a low female voice, singing. */
const vowels: Readonly<Record<Vowel, Mouth>> = {
  a: { hertz: [780, 1220, 2750, 3600, 4700], decibels: [0, -5, -15, -17, -28] },
  o: { hertz: [480, 850, 2780, 3500, 4600], decibels: [0, -8, -20, -23, -33] },
  u: { hertz: [370, 760, 2700, 3500, 4600], decibels: [0, -11, -23, -26, -36] },
  e: { hertz: [520, 1780, 2650, 3550, 4700], decibels: [0, -11, -14, -18, -29] },
}
const widths = [85, 100, 130, 150, 200]
/** Where the tongue is before the vowel, how loud the pulses are there, and for how long: s. */
const onsets: Readonly<Record<Onset, { readonly mouth: readonly number[] | null; readonly loud: number; readonly seconds: number; readonly noise: number; readonly band: number }>> = {
  l: { mouth: [360, 1150, 2800, 3600, 4700], loud: 0.45, seconds: 0.075, noise: 0, band: 0 },
  n: { mouth: [270, 1500, 2600, 3500, 4600], loud: 0.3, seconds: 0.085, noise: 0, band: 0 },
  d: { mouth: [300, 1750, 2750, 3600, 4700], loud: 0, seconds: 0.05, noise: 0.32, band: 4200 },
  s: { mouth: null, loud: 0, seconds: 0.12, noise: 0.3, band: 6800 },
  h: { mouth: null, loud: 0.12, seconds: 0.07, noise: 0.05, band: 1600 },
}

const CONTROL = 48 // samples between two positions of the mouth
const smooth = (x: number): number => { const t = Math.max(0, Math.min(1, x)); return t * t * (3 - 2 * t) }

interface Moment { hertz: number; loud: number; breath: number; noise: number; band: number; note: Sung | null }

/** What the singer does at a time of the loop, in seconds. */
function at(t: number, notes: readonly { readonly note: Sung; readonly from: number; readonly to: number }[], moment: Moment): void {
  moment.loud = moment.breath = moment.noise = 0
  moment.note = null
  for (let i = 0; i < notes.length; i++) {
    const { note, from, to } = notes[i]!
    const { seconds, loud, noise, band } = onsets[note.onset]
    const begins = from - seconds
    if (t < begins || t > to + 0.16) continue
    const before = notes[i - 1]
    const tied = before !== undefined && begins - before.to < 0.12
    const since = t - from
    if (since < 0) {
      if (noise > 0) {
        const x = (t - begins) / seconds
        // A stop is silence and then a burst; a fricative swells.
        moment.noise = note.onset === 'd' ? (x > 0.55 ? noise * (1 - x) * 2.2 : 0) : noise * smooth(x * 3) * smooth((1.1 - x) * 4)
        moment.band = band
      }
      if (tied && x(t, begins, from) < 1) moment.loud = Math.max(loud, 1 - smooth(x(t, begins, begins + 0.03)))
      else moment.loud = loud * smooth(x(t, begins, from))
    } else {
      const grown = loud + (1 - loud) * smooth(since / 0.07)
      moment.loud = grown * (0.86 + 0.14 * smooth(since / 0.4)) * smooth((to + 0.16 - t) / 0.16)
    }
    moment.loud *= note.force
    moment.breath = 0.05 * moment.loud
    moment.note = note
    const target = hertzOf(note.pitch)
    const start = tied ? hertzOf(before.note.pitch) : target * 0.955
    const glide = smooth((t - begins) / (tied ? 0.1 : 0.14))
    const depth = 0.0135 * smooth((since - 0.22) / 0.45) // ± 23 cents
    const wander = 0.0012 * Math.sin(17.1 * t) + 0.001 * Math.sin(31.7 * t + 1)
    moment.hertz = start * (target / start) ** glide * (1 + depth * Math.sin(2 * Math.PI * 5.3 * since) + wander)
  }
}
const x = (t: number, from: number, to: number): number => (t - from) / (to - from)

export function sing(): Line {
  const into = line()
  const random = chance(53)
  const notes = voice.map((note) => ({ note, from: samplesOf(note.from) / RATE, to: samplesOf(note.from + note.beats) / RATE - 0.1 }))
  const moment: Moment = { hertz: 300, loud: 0, breath: 0, noise: 0, band: 5000, note: null }
  const mouth = Float64Array.from(vowels.a.hertz)
  const loud = new Float64Array(FORMANTS)
  const [c, b, y1, y2] = Array.from({ length: 4 }, () => new Float64Array(FORMANTS)) as [Float64Array, Float64Array, Float64Array, Float64Array]
  let phase = 0, tilt = 0, level = 0, breath = 0, noise = 0, hertz = 300, hiss1 = 0, hiss2 = 0
  for (let i = 0; i < LOOP_SAMPLES; i++) {
    if (i % CONTROL === 0) {
      at(i / RATE, notes, moment)
      if (moment.note) {
        hertz = moment.hertz
        const { onset, vowel, from } = moment.note
        const early = i / RATE < samplesOf(from) / RATE
        const goal = (early ? onsets[onset].mouth : null) ?? vowels[vowel].hertz
        for (let k = 0; k < FORMANTS; k++) {
          mouth[k]! += 0.05 * (goal[k]! - mouth[k]!)
          loud[k]! += 0.05 * (10 ** (vowels[vowel].decibels[k]! / 20) - loud[k]!)
          const r = Math.exp(-Math.PI * widths[k]! / RATE)
          // The first resonance is tuned up to the pitch, as singers do, lest high notes lose their strength.
          const tuned = k === 0 ? Math.max(mouth[0]!, 1.02 * hertz) : mouth[k]!
          c[k] = -r * r
          b[k] = 2 * r * Math.cos(2 * Math.PI * tuned / RATE)
        }
      }
    }
    level += 0.004 * (moment.loud - level)
    breath += 0.004 * (moment.breath - breath)
    noise += 0.01 * (moment.noise - noise)
    if (level + noise < 1e-6) continue // between phrases
    // A saw without its sharpest corner (polyBLEP), made darker: the folds' −12 dB per octave.
    const step = hertz / RATE
    phase += step
    if (phase >= 1) phase -= 1
    let saw = 2 * phase - 1
    if (phase < step) { const d = phase / step; saw -= d + d - d * d - 1 }
    else if (phase > 1 - step) { const d = (phase - 1) / step; saw -= d * d + d + d + 1 }
    tilt += 0.12 * (saw - tilt)
    const white = 2 * random() - 1
    const source = level * tilt + breath * white * (0.4 + 0.6 * phase)
    let sum = 0
    for (let k = 0; k < FORMANTS; k++) {
      const y = (1 - b[k]! - c[k]!) * source + b[k]! * y1[k]! + c[k]! * y2[k]!
      y2[k] = y1[k]!
      y1[k] = y
      sum += (k & 1 ? -1 : 1) * loud[k]! * y
    }
    // Consonants: white noise with the low end taken off twice, lower for a stop than for an s.
    const pole = Math.min(1, 2 * Math.PI * moment.band / RATE)
    hiss1 += pole * (white - hiss1)
    const high = white - hiss1
    hiss2 += pole * (high - hiss2)
    into[i] = sum + noise * 0.6 * (high - hiss2)
  }
  return into
}
