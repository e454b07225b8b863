// A voice made by code, and a room behind it: syllables with a gliding pitch, vowels with three formants, consonants of hiss,
// pauses between words. No recording is needed to see a voice learned or kept.

import { random } from './signals.ts'

const VOWELS = [[730, 1090, 2440], [270, 2290, 3010], [300, 870, 2240], [530, 1840, 2480], [570, 840, 2410]] as const

/** One channel, its peaks near 0.3. The same seed is the same sentence. */
export function madeVoice(length: number, sampleRate: number, seed = 3, pitch = 140): Float32Array {
  const next = random(seed)
  const out = new Float32Array(length)
  let at = Math.round(0.1 * sampleRate)
  while (at < length) {
    const syllables = 2 + Math.floor(3 * next())
    for (let n = 0; n < syllables; n++) at = syllable(out, at, sampleRate, next, pitch)
    at += Math.round(sampleRate * (0.12 + 0.25 * next()))
  }
  return out
}

function syllable(out: Float32Array, from: number, sampleRate: number, next: () => number, pitch: number): number {
  const hiss = Math.round(sampleRate * 0.05 * (next() < 0.5 ? 1 : 0))
  let low = 0
  for (let i = 0; i < hiss && from + i < out.length; i++) {
    const x = 2 * next() - 1
    out[from + i]! += 0.06 * Math.sin(Math.PI * i / hiss) * (x - low)
    low = x
  }
  const vowel = VOWELS[Math.floor(next() * VOWELS.length)]!
  const length = Math.round(sampleRate * (0.11 + 0.12 * next()))
  const start = pitch * (0.9 + 0.3 * next())
  const glide = 0.8 + 0.4 * next()
  let phase = 0
  for (let i = 0; i < length && from + hiss + i < out.length; i++) {
    const t = i / length
    const hertz = start * glide ** t
    phase += 2 * Math.PI * hertz / sampleRate
    let x = 0
    for (let h = 1; h * hertz < 4500; h++) {
      const strength = vowel.reduce((sum, formant, k) => sum + Math.exp(-(((h * hertz - formant) / (90 + 60 * k)) ** 2)) / (1 + k), 0.02)
      x += strength / Math.sqrt(h) * Math.sin(h * phase)
    }
    out[from + hiss + i]! += 0.12 * x * Math.min(1, 12 * t, 6 * (1 - t))
  }
  return from + hiss + length
}

/** Steady noise that falls off towards the top, as rooms and fans do. */
export function madeRoom(length: number, seed = 9, gain = 0.05): Float32Array {
  const next = random(seed)
  let slow = 0
  return Float32Array.from({ length }, () => {
    const x = 2 * next() - 1
    slow += 0.08 * (x - slow)
    return gain * (2.2 * slow + 0.25 * x)
  })
}
