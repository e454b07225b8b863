// What it costs to hear notes: the share of one core, frame by frame, and the garbage. The shipped piano (264 atoms and noise), one
// channel and two, accurate and fast, with its head and without.

import { readFileSync } from 'node:fs'
import { GCProfiler, setFlagsFromString } from 'node:v8'
import { presetFolder } from '../../main/built.ts'
import { median } from '../../main/bench-tasks.ts'
import { readPreset } from '../../presets/preset.ts'
import { Notes } from '../../worklet/notes.ts'
import { noise } from '../signals.ts'
import { struck } from '../note-sounds.ts'

export interface NotesCost { readonly name: string; readonly hopMicros: number; readonly load: number; readonly collections: number }

const RATE = 44_100
const SECONDS = 4
const ROUNDS = 9
/** Calls of a quantum: enough for one small object per frame to be collected several times. */
const WATCHED = 120_000
/** Before that the engine's compilers are still at work, and leave garbage of their own. */
const WARMING = 30_000

/** Chords all the way, over a little noise: nothing is ever silent. */
function music(): Float32Array {
  const out = noise(SECONDS * RATE, 5, 0.003)
  for (let i = 0; i < 4 * SECONDS; i++)
    for (const over of [0, 4, 7, 12]) {
      const at = Math.round((i * RATE) / 4)
      struck(40 + ((i * 5) % 36) + over, 0.4, 80).forEach((x, n) => { if (at + n < out.length) out[at + n]! += x })
    }
  return out
}

export function notesCost(module: WebAssembly.Module, say: (line: string) => void): NotesCost[] {
  const preset = readPreset(new Uint8Array(readFileSync(presetFolder + 'piano.preset')), 'piano')
  const sound = music()
  const cases = [[1, 0, true], [1, 1, true], [2, 0, true], [1, 0, false]] as const
  return cases.map(([channels, timing, withHead]) => {
    const notes = new Notes({ module, dictionary: preset.dictionary, head: withHead ? preset.head : null, sampleRate: RATE, channels, settings: { timing } })
    const input = Array.from({ length: channels }, () => sound)
    // time of this process only: other programs may be busy
    const times = Array.from({ length: ROUNDS }, () => {
      const began = process.cpuUsage()
      notes.process(input)
      const { user, system } = process.cpuUsage(began)
      return user + system
    })
    const seconds = median(times) / 1e6
    const figures = {
      name: `${channels === 1 ? 'one channel' : 'two channels'}, ${timing ? 'fast' : 'accurate'}, ${withHead && preset.head ? 'with its head' : 'thresholds'}`,
      hopMicros: (seconds / SECONDS) * notes.hopSeconds * 1e6, load: seconds / SECONDS, collections: collections(notes, channels, sound),
    }
    say(`${figures.name.padEnd(42)}${figures.hopMicros.toFixed(0).padStart(5)} µs a frame ${(100 * figures.load).toFixed(2).padStart(6)} % of a core   ${figures.collections} collections`)
    return figures
  })
}

/** Of garbage, over many quanta of 128 samples, in the smallest nursery there is. An event is an object, so none is let through. */
function collections(notes: Notes, channels: number, sound: Float32Array): number {
  setFlagsFromString('--max-semi-space-size=1')
  notes.set({ quietest: -10, threshold: 0.95 })
  // views made beforehand: the worker's own ring hands over the same arrays again and again
  const quanta = Array.from({ length: 1024 }, (_, i) => Array.from({ length: channels }, () => sound.subarray(i * 128, (i + 1) * 128)))
  for (let i = 0; i < WARMING; i++) notes.process(quanta[i % quanta.length]!)
  const profiler = new GCProfiler()
  profiler.start()
  for (let i = 0; i < WATCHED; i++) notes.process(quanta[i % quanta.length]!)
  return profiler.stop().statistics.length
}
