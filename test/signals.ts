// Seeded signals. The same seed is the same sound, everywhere.

/** Mulberry32: small, fast, good enough for noise. */
export function random(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let x = Math.imul(state ^ (state >>> 15), state | 1)
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61)
    return ((x ^ (x >>> 14)) >>> 0) / 4294967296
  }
}

export function noise(length: number, seed = 1, gain = 0.5): Float32Array {
  const next = random(seed)
  return Float32Array.from({ length }, () => gain * (2 * next() - 1))
}

export const tone = (length: number, hertz: number, sampleRate: number, gain = 0.5): Float32Array =>
  Float32Array.from({ length }, (_, i) => gain * Math.sin((2 * Math.PI * hertz * i) / sampleRate))

/** Harmonic notes that start and stop: something for masks to do. */
export function melody(length: number, sampleRate: number, lowest: number, seed = 7): Float32Array {
  const next = random(seed)
  const out = new Float32Array(length)
  for (let start = 0; start < length; ) {
    const duration = Math.round(sampleRate * (0.1 + 0.3 * next()))
    const hertz = lowest * 2 ** (Math.floor(next() * 12) / 12)
    for (let i = 0; i < duration && start + i < length; i++) {
      const fade = Math.min(1, i / 200) * Math.exp((-3 * i) / duration)
      for (let partial = 1; partial <= 6; partial++)
        out[start + i]! += (0.2 * fade * Math.sin((2 * Math.PI * hertz * partial * i) / sampleRate)) / partial
    }
    start += duration
  }
  return out
}

/** `x` as two channels: `level` dB stronger on the right at constant power, and `delay` samples later there, fractions by a windowed sinc. */
export function placed(x: Float32Array, level: number, delay = 0): [Float32Array, Float32Array] {
  const ratio = 10 ** (level / 20)
  const left = 1 / Math.hypot(1, ratio)
  const shifted = (samples: number, gain: number): Float32Array => {
    const whole = Math.floor(samples)
    const reach = 24
    const taps = Array.from({ length: 2 * reach }, (_, i) => {
      const t = i - reach + 1 - (samples - whole)
      return (t === 0 ? 1 : Math.sin(Math.PI * t) / (Math.PI * t)) * Math.cos((Math.PI * t) / (2 * reach + 2)) ** 2
    })
    return x.map((_, n) => gain * taps.reduce((sum, tap, i) => sum + tap * (x[n - whole - (i - reach + 1)] ?? 0), 0))
  }
  return delay === 0 ? [x.map((v) => left * v), x.map((v) => ratio * left * v)] : [shifted(-delay / 2, left), shifted(delay / 2, ratio * left)]
}

/** Sounds of two channels together. */
export const together = (...sounds: readonly (readonly Float32Array[])[]): [Float32Array, Float32Array] => {
  const sum = (channel: number): Float32Array => sounds[0]![channel]!.map((_, i) => sounds.reduce((total, sound) => total + sound[channel]![i]!, 0))
  return [sum(0), sum(1)]
}

/** A sound in a room: straight to both channels, and then by ways of its own, `tail` samples long and as strong. */
export function inRoom(x: Float32Array, level: number, delay: number, tail: number, seed: number): Float32Array[] {
  const next = random(seed)
  return placed(x, level, delay).map((straight) => {
    const ways = Array.from({ length: 24 }, () => ({ late: Math.round(20 + tail * next()), gain: 0.3 * (2 * next() - 1) }))
    return straight.map((v, i) => ways.reduce((sum, { late, gain }) => sum + gain * (x[i - late] ?? 0), v))
  })
}

/** Something like a voice: syllables of harmonics under two formants, which glide, with hissing before some; and pauses. */
export function voice(length: number, sampleRate: number, seed = 9): Float32Array {
  const next = random(seed)
  const out = new Float32Array(length)
  for (let start = 0; start < length; ) {
    const duration = Math.round(sampleRate * (0.12 + 0.2 * next()))
    const pitch = 110 + 90 * next(), glide = 0.9 + 0.2 * next()
    const low = 300 + 500 * next(), high = 900 + 1500 * next()
    const hiss = next() < 0.3 ? Math.round(0.06 * sampleRate) : 0
    for (let i = 0; i < hiss && start + i < length; i++) out[start + i] = 0.04 * (i % 2 ? 1 : -1) * (0.3 + next()) * Math.sin((Math.PI * i) / hiss)
    let phase = 0
    for (let i = 0; i < duration && start + hiss + i < length; i++) {
      const hertz = pitch * glide ** (i / duration)
      phase += (2 * Math.PI * hertz) / sampleRate
      const fade = Math.sin((Math.PI * i) / duration) ** 0.5
      for (let partial = 1; partial * hertz < 4000; partial++) {
        const at = partial * hertz
        const gain = Math.exp(-(((at - low) / 150) ** 2)) + 0.5 * Math.exp(-(((at - high) / 250) ** 2)) + 0.02
        out[start + hiss + i]! += 0.2 * fade * gain * Math.sin(partial * phase)
      }
    }
    start += hiss + duration + Math.round(sampleRate * (next() < 0.2 ? 0.5 : 0.05) * next())
  }
  return out
}

/** Noise as a fan makes it: what is low is loud. */
export function rumble(length: number, seed = 1, gain = 0.1, low = 0.9): Float32Array {
  let past = 0
  return noise(length, seed, gain).map((x) => (past = low * past + x))
}
