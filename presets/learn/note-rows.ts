// What a head for notes is taught with: the features that the notes engine itself tells of a mixture, key by key and frame by
// frame, and whether a stroke of the key was to be called there.

import type { Dictionary } from '../../worklet/dictionary.ts'
import { FEATURES, Notes } from '../../worklet/notes.ts'
import type { Stroke } from './note-pieces.ts'

/** Seconds after a stroke at which it is to be called, by timing; sooner and for a while later a call is neither right nor wrong. */
const CALLED = [{ from: 0.05, to: 0.09, until: 0.125 }, { from: 0.035, to: 0.08, until: 0.115 }] as const
/** A stroke is not heard before it. */
const EARLY = -0.005
/** Keys that seem fainter than this cannot begin, whatever the settings. */
const FAINTEST = 10 ** (-80 / 20)
/** Of the many frames in which a key does not rise, this share is kept, and counts the more. */
const KEPT = 0.08
/** Frames over which it would. */
const RISE = 3

export interface Mixed { readonly sound: Float32Array; readonly strokes: readonly Stroke[]; readonly sampleRate: number }

export interface Rows {
  readonly count: number
  /** count × FEATURES */
  readonly features: Float32Array
  /** 1 where a stroke was to be called, else 0; and how much that counts. */
  readonly called: Float32Array
  readonly weights: Float32Array
}

/** Rows by and by. */
export class RowsKept {
  private features = new Float32Array(FEATURES * 4096)
  private called = new Float32Array(4096)
  private weights = new Float32Array(4096)
  private count = 0

  private keep(features: Float32Array, row: number, called: number, weight: number): void {
    if (this.count === this.called.length) {
      this.features = doubled(this.features)
      this.called = doubled(this.called)
      this.weights = doubled(this.weights)
    }
    this.features.set(features.subarray(row * FEATURES, (row + 1) * FEATURES), this.count * FEATURES)
    this.called[this.count] = called
    this.weights[this.count++] = weight
  }

  get rows(): Rows {
    const { count } = this
    return { count, features: this.features.subarray(0, count * FEATURES), called: this.called.subarray(0, count), weights: this.weights.subarray(0, count) }
  }

  /** What the engine tells of a mixture with this dictionary, in this timing. */
  add({ sound, strokes, sampleRate }: Mixed, dictionary: Dictionary, timing: number, module: WebAssembly.Module, random: () => number): void {
    const notes = new Notes({ module, dictionary, head: null, sampleRate, channels: 1, settings: { timing } })
    const { from, to, until } = CALLED[timing]!
    const onsets = notes.pitches.map((pitch) => strokes.filter((stroke) => stroke.pitch === pitch).map(({ onset }) => onset))
    const next = onsets.map(() => 0)
    const before = Array.from({ length: RISE }, () => new Float32Array(notes.pitches.length))
    notes.onFrame = () => {
      const { seconds, strengths } = notes.frame
      const earlier = before.pop()!
      for (let row = 0; row < strengths.length; row++) {
        const own = onsets[row]!
        while (next[row]! < own.length && seconds - own[next[row]!]! >= EARLY) next[row]!++
        const since = next[row]! > 0 ? seconds - own[next[row]! - 1]! : Infinity
        const now = strengths[row]!
        if (since >= from && since <= to) this.keep(notes.features, row, 1, 1)
        else if (since > until && now > FAINTEST)
          if (now > earlier[row]!) this.keep(notes.features, row, 0, 1)
          else if (random() < KEPT) this.keep(notes.features, row, 0, 1 / KEPT)
      }
      earlier.set(strengths)
      before.unshift(earlier)
    }
    notes.process([sound])
  }
}

const doubled = (x: Float32Array): Float32Array<ArrayBuffer> => {
  const more = new Float32Array(2 * x.length)
  more.set(x)
  return more
}
