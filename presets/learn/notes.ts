// Recordings of single notes become one part per note; notes that nobody recorded are made of their neighbours, as a
// sampler does: without them another instrument's atoms would explain what they play.

import type { Part, Recording } from './learn.ts'

export interface Note { readonly pitch: number; readonly recording: Recording }

/** How far a recording may be moved: beyond this its resonances are in the wrong place. */
const FARTHEST = 2 // semitones

export function notesApart(source: string, notes: readonly Note[], atoms: number): Part[] {
  return pitchesOf(notes).map((pitch) => part(source, pitch, atoms, notes.filter((note) => note.pitch === pitch)))
}

/** Every semitone from the lowest to the highest note, each from the nearest that was recorded; the lower of two as near. */
export function everyNote(source: string, notes: readonly Note[], atoms: number): Part[] {
  const recorded = pitchesOf(notes)
  const all = Array.from({ length: recorded.at(-1)! - recorded[0]! + 1 }, (_, i) => recorded[0]! + i)
  return all.flatMap((pitch) => {
    const nearest = recorded.reduce((best, other) => (Math.abs(other - pitch) < Math.abs(best - pitch) ? other : best))
    if (Math.abs(nearest - pitch) > FARTHEST) return []
    const near = notes.filter((note) => note.pitch === nearest)
    return [part(source, pitch, atoms, near.map(({ recording }) => ({ pitch, recording: transposed(recording, pitch - nearest) })))]
  })
}

const pitchesOf = (notes: readonly Note[]): number[] => [...new Set(notes.map(({ pitch }) => pitch))].sort((a, b) => a - b)
const part = (source: string, pitch: number, atoms: number, notes: readonly Note[]): Part =>
  ({ source, pitch, atoms, recordings: notes.map(({ recording }) => recording) })

/** Played faster or slower, by whole or broken semitones. */
export function transposed({ name, sampleRate, channels }: Recording, semitones: number): Recording {
  if (semitones === 0) return { name, sampleRate, channels }
  const speed = 2 ** (semitones / 12)
  return { name: `${name} ${semitones > 0 ? '+' : ''}${semitones}`, sampleRate, channels: channels.map((samples) => resampled(samples, speed)) }
}

const REACH = 16 // samples to each side
/** Of the band that the result has room for: above it, the filter falls. */
const PASSED = 0.94

/** Interpolation by a windowed sinc, narrower where the sound gets faster, so that nothing folds back. */
function resampled(samples: Float32Array, speed: number): Float32Array {
  const cutoff = Math.min(1, PASSED / speed)
  const out = new Float32Array(Math.floor(samples.length / speed))
  for (let i = 0; i < out.length; i++) {
    const position = i * speed
    const first = Math.max(0, Math.ceil(position - REACH)), last = Math.min(samples.length - 1, Math.floor(position + REACH))
    let sum = 0
    for (let n = first; n <= last; n++) {
      const x = n - position
      const angle = Math.PI * cutoff * x
      const sinc = x === 0 ? cutoff : (cutoff * Math.sin(angle)) / angle
      sum += samples[n]! * sinc * (0.5 + 0.5 * Math.cos((Math.PI * x) / REACH))
    }
    out[i] = sum
  }
  return out
}
