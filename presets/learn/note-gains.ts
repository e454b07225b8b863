// A key struck as hard as its neighbour may seem fainter, to the microphone or to the dictionary. From recordings of every key
// played alike, layer by layer: by how much each is louder than it seems.

import type { Dictionary } from '../../worklet/dictionary.ts'
import { Notes } from '../../worklet/notes.ts'
import { voicesOf, type Voice } from './note-voices.ts'
import type { Instrument } from './templates.ts'

/** Semitones to each side over which gains are smoothed: a recording is played by a person. */
const NEAR = 4
const MOST = 18 // dB
/** Moments after a stroke at which it may be called. */
const CALLED = { from: 0.04, to: 0.07 }

/** dB by MIDI number, over a mean of none. */
export function noteGains(instruments: readonly Instrument[], dictionary: Dictionary, module: WebAssembly.Module): Record<string, number> {
  const faint = new Map<number, number[]>()
  for (const instrument of instruments) {
    const keys = voicesOf(instrument)
    const { sampleRate } = instrument[0]!.recording
    const notes = new Notes({ module, dictionary, head: null, sampleRate, channels: 1 })
    const layers = Math.max(...keys.map(({ voices }) => voices.length))
    for (let layer = 0; layer < layers; layer++) {
      const own = keys.filter(({ voices }) => voices.length === layers && voices[layer]!.speed === 1)
      const seen = own.map(({ pitch, voices }) => seeming(voices[layer]!, pitch, sampleRate, notes))
      const usual = seen.reduce((sum, x) => sum + x, 0) / seen.length
      own.forEach(({ pitch }, i) => faint.set(pitch, [...faint.get(pitch) ?? [], usual - seen[i]!]))
    }
  }
  const pitches = [...new Set(dictionary.atoms.flatMap(({ pitch }) => (pitch === null ? [] : [pitch])))]
  return Object.fromEntries(pitches.map((pitch) => {
    let sum = 0, weight = 0
    for (const [other, gains] of faint) {
      const w = Math.max(0, 1 - Math.abs(other - pitch) / (NEAR + 1))
      for (const gain of gains) {
        sum += w * gain
        weight += w
      }
    }
    const gain = weight > 0 ? sum / weight : 0
    return [pitch, Math.round(10 * Math.max(-MOST, Math.min(MOST, gain))) / 10]
  }))
}

/** dB of a key as the engine sees it when it is called. */
function seeming({ samples, onset }: Voice, pitch: number, sampleRate: number, notes: Notes): number {
  const row = notes.pitches.indexOf(pitch)
  const at = onset / sampleRate
  let sum = 0, count = 0
  notes.reset()
  notes.onFrame = () => {
    const { seconds, strengths } = notes.frame
    if (seconds - at < CALLED.from || seconds - at > CALLED.to) return
    sum += 20 * Math.log10(Math.max(1e-6, strengths[row]!))
    count++
  }
  notes.process([samples.subarray(0, Math.round((at + CALLED.to + notes.hopSeconds) * sampleRate))])
  return sum / count
}
