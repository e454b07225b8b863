// What mixes for a mask head are made with: stretches of recordings, equalisers, rooms, levels. All of it from given chance.

export type Random = () => number
export const between = (random: Random, low: number, high: number): number => low + (high - low) * random()
/** Evenly over octaves. */
export const betweenRatios = (random: Random, low: number, high: number): number => low * (high / low) ** random()
export const choose = (random: Random, count: number): number => Math.floor(random() * count)
export const gainBetween = (random: Random, low: number, high: number): number => 10 ** (between(random, low, high) / 20)

export const energy = (x: Float32Array): number => { let sum = 0; for (let i = 0; i < x.length; i++) sum += x[i]! * x[i]!; return sum }

export function level(x: Float32Array, rms: number): void {
  const scale = rms / Math.sqrt(Math.max(1e-20, energy(x) / x.length))
  for (let i = 0; i < x.length; i++) x[i]! *= scale
}

/** `length` samples from anywhere in a recording, over and over where it is shorter, so much faster. */
export function stretchOf(random: Random, samples: Float32Array, speed: number, length: number): Float32Array {
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
export function equalised(samples: Float32Array, sampleRate: number, random: Random, most: number): Float32Array {
  for (let n = 0; n < 2; n++) {
    const hertz = betweenRatios(random, 100, 6000), width = between(random, 0.4, 1.5), gain = 10 ** (between(random, -most, most) / 40)
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

/** Adds what two to four resonances make of a sound to `out`, each `hertz` apart in ratios and `decay` seconds long at most. */
export function resonate(x: Float32Array, out: Float32Array, sampleRate: number, random: Random, low: number, high: number, longest: number): void {
  const count = 2 + choose(random, 3)
  for (let n = 0; n < count; n++) {
    const hertz = Math.min(0.45 * sampleRate, betweenRatios(random, low, high)), seconds = betweenRatios(random, longest / 30, longest)
    const r = Math.exp(-1 / (seconds * sampleRate)), turn = 2 * r * Math.cos((2 * Math.PI * hertz) / sampleRate), gain = (1 - r) * gainBetween(random, -12, 0)
    let y1 = 0, y2 = 0
    for (let i = 0; i < x.length; i++) {
      const y = gain * x[i]! + turn * y1 - r * r * y2
      y2 = y1
      y1 = y
      out[i]! += y
    }
  }
}

/** Mutually prime to each other at any length: echoes that never fall together. */
const ECHOES = [0.0297, 0.0371, 0.0411, 0.0437] as const

/** In a room: early reflections and four combs behind them (M. R. Schroeder 1962), as loud as the sound allows; in place. */
export function inRoom(x: Float32Array, sampleRate: number, random: Random): void {
  const dry = Float32Array.from(x)
  for (let n = 0; n < 5; n++) {
    const delay = Math.round(between(random, 0.002, 0.02) * sampleRate), gain = (random() < 0.5 ? -1 : 1) * gainBetween(random, -18, -6)
    for (let i = delay; i < x.length; i++) x[i]! += gain * dry[i - delay]!
  }
  const seconds = between(random, 0.1, 0.5), wet = gainBetween(random, -22, -10), size = between(random, 0.6, 1.2)
  for (const echo of ECHOES) {
    const delay = Math.round(size * echo * sampleRate), back = 10 ** ((-3 * size * echo) / seconds)
    const line = new Float32Array(x.length)
    let dull = 0
    for (let i = delay; i < x.length; i++) {
      dull += 0.6 * (line[i - delay]! - dull)
      line[i] = dry[i - delay]! + back * dull
      x[i]! += wet * line[i]!
    }
  }
}
