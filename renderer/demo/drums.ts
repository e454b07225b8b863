// Brushes on a snare, a shaker, and a soft kick: noise in bands with envelopes, and a sine that falls.

import { chance } from './chance.ts'
import { RATE, add, line, samplesOf } from './loop.ts'
import type { Line } from './loop.ts'
import { BEAT_SECONDS, LOOP_SECONDS, drums } from './score.ts'
import type { Stroke } from './score.ts'

/** Noise between two one-pole filters, under an envelope of seconds. */
function hiss(seconds: number, low: number, high: number, random: () => number, envelope: (t: number) => number): Float32Array {
  const sound = new Float32Array(Math.round(seconds * RATE))
  const up = 1 - Math.exp(-2 * Math.PI * high / RATE)
  const down = 1 - Math.exp(-2 * Math.PI * low / RATE)
  let soft = 0, softer = 0, deep = 0
  for (let i = 0; i < sound.length; i++) {
    soft += up * (2 * random() - 1 - soft)
    softer += up * (soft - softer)
    deep += down * (softer - deep)
    sound[i] = (softer - deep) * envelope(i / RATE)
  }
  return sound
}

const strokes: Readonly<Record<Stroke, (force: number, random: () => number) => Float32Array>> = {
  shaker: (force, random) => hiss(0.14, 4500, 9500 + 3000 * force, random, (t) => 0.55 * Math.min(1, t / 0.022) ** 2 * Math.exp(-Math.max(0, t - 0.022) / 0.026)),
  brush: (_force, random) => hiss(0.36, 420, 6500, random, (t) => 1.1 * Math.min(1, t / 0.004) * (0.75 * Math.exp(-t / 0.05) + 0.25 * Math.exp(-t / 0.12))),
  kick: () => {
    const sound = new Float32Array(Math.round(0.3 * RATE))
    let phase = 0
    for (let i = 0; i < sound.length; i++) {
      const t = i / RATE
      phase += 2 * Math.PI * (52 + 60 * Math.exp(-t / 0.022)) / RATE
      sound[i] = 0.75 * Math.sin(phase) * Math.min(1, t / 0.002) * Math.exp(-t / 0.085)
    }
    return sound
  },
}

/** The brush goes round on the skin all the time, once in a beat. */
function swirl(random: () => number): Float32Array {
  return hiss(LOOP_SECONDS, 900, 3800, random, (t) => {
    const x = 2 * (t / BEAT_SECONDS % 1) - 1
    return 0.055 * (1 - 0.65 * x * x)
  })
}

export function playDrums(): Line {
  const into = line()
  const random = chance(37)
  for (const { stroke, from, force } of drums) add(into, strokes[stroke](force, random), samplesOf(from), force)
  add(into, swirl(random), 0)
  return into
}
