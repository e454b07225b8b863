// What a mask head learns from: voices in noises, each mix another one. Few recordings have to stand for all voices, rooms and
// microphones, so everything that may vary does: who speaks, how fast, through which equaliser, how loud, in what, at which
// level, and at which latency it will be heard. A mix is a function of the seed and its number alone.

import { seededRandom } from './random.ts'

export interface Materials {
  readonly sampleRate: number
  /** One recording for each person. */
  readonly voices: readonly Float32Array[]
  readonly noises: readonly Float32Array[]
}

export interface Mix {
  /** Which of the voices it is. */
  readonly who: number
  /** What is to come out, and what goes in. */
  readonly voice: Float32Array
  readonly mix: Float32Array
}

/** dB of voice over noise; and of a few mixes, so that who is alone is left alone. */
const LOWEST = -8, HIGHEST = 13, CLEAR = 30
const CLEAR_SHARE = 0.06
/** The share of mixes whose noise is other voices, or made of nothing but chance. */
const BABBLE = 0.14, COLOUR = 0.1, CALLS = 0.1, KNOCKS = 0.06, TWO = 0.2
/** Seconds of noise alone before the voice, at most, for every other mix. */
const WAIT = 1
const LOUDNESS = 0.06

type Random = () => number
const between = (random: Random, low: number, high: number): number => low + (high - low) * random()
const choose = (random: Random, count: number): number => Math.floor(random() * count)

export function mixOf({ sampleRate, voices, noises }: Materials, seconds: number, seed: number): Mix {
  const random = seededRandom(Math.imul(seed, 0x9e3779b1) ^ 0x5bd1e995)
  const length = Math.round(seconds * sampleRate)
  const who = choose(random, voices.length)
  const wait = random() < 0.5 ? Math.round(random() * WAIT * sampleRate) : 0
  const voice = new Float32Array(length)
  voice.set(equalised(stretchOf(random, voices[who]!, between(random, 0.88, 1.14), length - wait), sampleRate, random, 5), wait)
  level(voice, LOUDNESS * 10 ** (between(random, -15, 6) / 20))
  const noise = noiseOf({ sampleRate, voices, noises }, who, length, random)
  const over = random() < CLEAR_SHARE ? between(random, HIGHEST, CLEAR) : between(random, LOWEST, HIGHEST)
  const scale = Math.sqrt(energy(voice) / Math.max(1e-20, energy(noise))) * 10 ** (-over / 20)
  return { who, voice, mix: voice.map((x, i) => x + scale * noise[i]!) }
}

function noiseOf({ sampleRate, voices, noises }: Materials, who: number, length: number, random: Random): Float32Array {
  const kind = random()
  const one = (): Float32Array => equalised(stretchOf(random, noises[choose(random, noises.length)]!, between(random, 0.7, 1.4), length), sampleRate, random, 6)
  if (kind < BABBLE) return babble(voices, who, length, random)
  if (kind < BABBLE + COLOUR) return coloured(length, sampleRate, random)
  if (kind < BABBLE + COLOUR + CALLS) return beside(calls(length, sampleRate, random), one(), random)
  if (kind < BABBLE + COLOUR + CALLS + KNOCKS) return beside(knocks(length, sampleRate, random), one(), random)
  const noise = one()
  if (kind >= BABBLE + COLOUR + CALLS + KNOCKS + TWO) return noise
  return beside(noise, one(), random, 3)
}

/** Two noises, the second weaker, or at most so many dB stronger. */
function beside(noise: Float32Array, other: Float32Array, random: Random, most = -6): Float32Array {
  const scale = Math.sqrt(energy(noise) / Math.max(1e-20, energy(other))) * 10 ** (between(random, most - 15, most) / 20)
  return noise.map((x, i) => x + scale * other[i]!)
}

/** Birds, insects, beasts, telephones: one to three that call again and again, each with its pitch, glide, overtones and pace. */
function calls(length: number, sampleRate: number, random: Random): Float32Array {
  const out = new Float32Array(length)
  const count = 1 + choose(random, 3)
  for (let n = 0; n < count; n++) {
    const hertz = 200 * 35 ** random(), spread = between(random, 0, 0.35), overtones = 1 + choose(random, hertz < 1500 ? 10 : 3)
    const long = 0.01 * 60 ** random() * sampleRate, gap = 0.02 * 60 ** random() * sampleRate
    const gain = 10 ** (between(random, -10, 0) / 20), fall = between(random, 0.5, 1.6)
    for (let from = random() * gap; from < length; from += (long + gap) * between(random, 0.7, 1.3)) {
      const begin = hertz * (1 + spread * (2 * random() - 1)), glide = 1 + spread * (2 * random() - 1), tremble = between(random, 0, 0.03)
      let phase = 0
      for (let i = 0; i < long && from + i < length; i++) {
        const share = i / long
        phase += (2 * Math.PI * begin * glide ** share * (1 + tremble * Math.sin((2 * Math.PI * 25 * i) / sampleRate))) / sampleRate
        let sound = 0
        for (let partial = 1; partial <= overtones && partial * begin < 0.45 * sampleRate; partial++) sound += Math.sin(partial * phase) / partial ** fall
        out[Math.floor(from) + i]! += gain * Math.sin(Math.PI * share) * sound
      }
    }
  }
  return out
}

/** Dishes, keys, steps: blows at any moment, of three resonances each. */
function knocks(length: number, sampleRate: number, random: Random): Float32Array {
  const out = new Float32Array(length)
  const pace = 0.04 * 15 ** random() * sampleRate
  for (let from = random() * pace; from < length; from += pace * -Math.log(1 - random())) {
    const gain = 10 ** (between(random, -20, 0) / 20)
    for (let n = 0; n < 3; n++) {
      const hertz = 150 * 45 ** random(), decay = 0.004 * 25 ** random() * sampleRate, phase = 2 * Math.PI * random()
      for (let i = 0; i < 5 * decay && from + i < length; i++)
        out[Math.floor(from) + i]! += gain * Math.exp(-i / decay) * Math.sin((2 * Math.PI * hertz * i) / sampleRate + phase)
    }
  }
  return out
}

/** Two to nine other people at once. */
function babble(voices: readonly Float32Array[], who: number, length: number, random: Random): Float32Array {
  const out = new Float32Array(length)
  const count = 2 + choose(random, 8)
  for (let n = 0; n < count; n++) {
    const other = (who + 1 + choose(random, voices.length - 1)) % voices.length
    const said = stretchOf(random, voices[other]!, between(random, 0.85, 1.2), length)
    const gain = 10 ** (between(random, -6, 0) / 20) / Math.sqrt(Math.max(1e-12, energy(said) / length))
    for (let i = 0; i < length; i++) out[i]! += gain * said[i]!
  }
  return out
}

/** Noise of any slope that comes and goes, with a hum in every other one. */
function coloured(length: number, sampleRate: number, random: Random): Float32Array {
  const out = new Float32Array(length)
  const slope = between(random, -0.6, 0.98)
  const depth = random() < 0.5 ? 0 : between(random, 0.2, 0.9), swell = between(random, 0.2, 6)
  const hum = random() < 0.5 ? between(random, 0.1, 1.5) : 0, hertz = between(random, 45, 400)
  const phases = Array.from({ length: 12 }, () => 2 * Math.PI * random())
  let last = 0
  for (let i = 0; i < length; i++) {
    last = slope * last + Math.sqrt(1 - slope * slope) * (random() + random() + random() - 1.5)
    let tone = 0
    if (hum > 0) for (let partial = 1; partial <= 12; partial++) tone += Math.sin((2 * Math.PI * hertz * partial * i) / sampleRate + phases[partial - 1]!) / partial
    out[i] = (last + 0.3 * hum * tone) * (1 + depth * Math.sin((2 * Math.PI * swell * i) / sampleRate))
  }
  return out
}

/** `length` samples from anywhere in a recording, over and over where it is shorter, so much faster. */
function stretchOf(random: Random, samples: Float32Array, speed: number, length: number): Float32Array {
  const out = new Float32Array(length)
  let at = random() * samples.length
  for (let i = 0; i < length; i++, at += speed) {
    if (at >= samples.length) at -= samples.length
    const n = Math.floor(at), t = at - n
    // four points, a cubic through the middle two (Catmull & Rom 1974)
    const a = samples[n > 0 ? n - 1 : samples.length - 1]!, b = samples[n]!, c = samples[(n + 1) % samples.length]!, d = samples[(n + 2) % samples.length]!
    out[i] = b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))
  }
  return out
}

/** Two bells and a tilt, each of up to `most` dB: another microphone, another room. */
function equalised(samples: Float32Array, sampleRate: number, random: Random, most: number): Float32Array {
  for (let n = 0; n < 2; n++) {
    const hertz = 100 * 60 ** random(), width = between(random, 0.4, 1.5), gain = 10 ** (between(random, -most, most) / 40)
    const w = (2 * Math.PI * hertz) / sampleRate, alpha = Math.sin(w) / (2 / width)
    filter(samples, 1 + alpha * gain, -2 * Math.cos(w), 1 - alpha * gain, 1 + alpha / gain, -2 * Math.cos(w), 1 - alpha / gain)
  }
  const tilt = between(random, -0.35, 0.35)
  filter(samples, 1, -tilt, 0, 1, 0, 0)
  return samples
}

/** One second-order section, in place (the bells of R. Bristow-Johnson's cookbook). */
function filter(x: Float32Array, b0: number, b1: number, b2: number, a0: number, a1: number, a2: number): void {
  let x1 = 0, x2 = 0, y1 = 0, y2 = 0
  for (let i = 0; i < x.length; i++) {
    const y = (b0 * x[i]! + b1 * x1 + b2 * x2 - a1 * y1 - a2 * y2) / a0
    x2 = x1
    x1 = x[i]!
    y2 = y1
    y1 = y
    x[i] = y
  }
}

const energy = (x: Float32Array): number => { let sum = 0; for (let i = 0; i < x.length; i++) sum += x[i]! * x[i]!; return sum }

function level(x: Float32Array, rms: number): void {
  const scale = rms / Math.sqrt(Math.max(1e-20, energy(x) / x.length))
  for (let i = 0; i < x.length; i++) x[i]! *= scale
}
