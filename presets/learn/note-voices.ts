// An instrument as a player finds it: for every key the ways in which it was recorded, from the softest to the loudest; keys
// that nobody recorded are their neighbours, played faster or slower.

import { onsetOf, type Instrument } from './templates.ts'
import type { Note } from './notes.ts'

export interface Voice {
  /** One channel, from a moment before the stroke. */
  readonly samples: Float32Array
  /** Of the stroke, in samples. */
  readonly onset: number
  /** How much faster they are to be played than they were recorded. */
  readonly speed: number
  /** dB of the first moments. */
  readonly level: number
}

export interface Key { readonly pitch: number; readonly voices: readonly Voice[] }

/** How far a recording may be moved, in semitones, and how much of it is of use, in seconds. */
const FARTHEST = 3
const LEAD = 0.02, MOST = 4
/** Of a stroke's level. */
const FIRST = 0.2

/** Keys from the lowest to the highest that were recorded; none where no recording is near. */
export function voicesOf(notes: Instrument): Key[] {
  const pitches = [...new Set(notes.map(({ pitch }) => pitch))].sort((a, b) => a - b)
  const cut = new Map(notes.map((note) => [note, trimmed(note)]))
  return Array.from({ length: pitches.at(-1)! - pitches[0]! + 1 }, (_, i): Key => {
    const pitch = pitches[0]! + i
    const nearest = pitches.reduce((best, other) => (Math.abs(other - pitch) < Math.abs(best - pitch) ? other : best))
    const near = Math.abs(nearest - pitch) > FARTHEST ? [] : notes.filter((note) => note.pitch === nearest)
    return { pitch, voices: near.map((note) => voice(cut.get(note)!, pitch - nearest)).sort((a, b) => a.level - b.level) }
  }).filter(({ voices }) => voices.length > 0)
}

interface Trimmed { readonly recording: Note['recording']; readonly onset: number }

function trimmed({ recording: { name, sampleRate, channels } }: Note): Trimmed {
  const onset = onsetOf({ name, sampleRate, channels })
  const from = Math.max(0, Math.round((onset - LEAD) * sampleRate))
  const cut = channels.map((samples) => samples.subarray(from, from + Math.round((LEAD + MOST) * sampleRate)))
  const mixed = cut.length === 1 ? cut[0]! : cut[0]!.map((x, i) => (x + cut[1]![i]!) / 2)
  return { recording: { name, sampleRate, channels: [mixed] }, onset: onset - from / sampleRate }
}

function voice({ recording, onset }: Trimmed, semitones: number): Voice {
  const { sampleRate, channels: [samples] } = recording
  const at = Math.round(onset * sampleRate)
  let power = 0
  const count = Math.min(samples!.length - at, Math.round(FIRST * sampleRate))
  for (let i = at; i < at + count; i++) power += samples![i]! ** 2
  return { samples: samples!, onset: at, speed: 2 ** (semitones / 12), level: 10 * Math.log10(power / count + 1e-12) }
}
