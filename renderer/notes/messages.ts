// What passes between the page and the worker that listens for notes.

import type { Covariances } from '../../worklet/covariance.ts'
import type { Dictionary } from '../../worklet/dictionary.ts'
import type { Head } from '../../worklet/network.ts'
import type { NoteEvent } from '../../worklet/notes.ts'
import type { NoteSettings, Settings } from '../../worklet/parameters.ts'
import type { Selection } from '../../worklet/selection.ts'
import type { Grown } from '../recording/follow.ts'
import type { Recording } from '../recording/recording.ts'
import type { RollNote } from './roll-sheet.ts'

/** What plays notes, and what it is given. */
interface Order {
  readonly module: WebAssembly.Module
  readonly dictionary: Dictionary
  readonly head: Head | null
  /** The source of the dictionary whose notes are played; null: all that have pitches. */
  readonly only: string | null
  readonly settings: NoteSettings
  readonly sampleRate: number
}

/** A source of the mix, separated first. */
export interface Separated {
  readonly source: number
  readonly dictionary: Dictionary
  readonly selection: Selection
  readonly settings: Settings
  readonly covariances: Covariances
}

export type ToNotes =
  /** Sound that comes as it is played: through a SampleRing, or in messages where that is null. */
  | Order & { readonly type: 'live'; readonly channels: 1 | 2; readonly ring: SharedArrayBuffer | null }
  /** A whole sound, as fast as it goes. */
  | Order & { readonly type: 'file'; readonly recording: Recording; readonly expected: number; readonly separated: Separated | null }
  | Grown
  | { readonly type: 'samples'; readonly channels: readonly Float32Array[] }
  /** What was heard lately is judged again, of a file all of it. */
  | { readonly type: 'settings'; readonly settings: NoteSettings }

export type FromNotes =
  /** `late`: by how much more than its own lag the notes come after the sound that was given, in seconds. */
  | { readonly type: 'ready'; readonly lag: number; readonly hopSeconds: number; readonly late: number; readonly low: number; readonly high: number }
  /** Columns for a Heat: PITCHES codes each, from the column `first` on; a live one reaches up to `seconds`. */
  | { readonly type: 'heat'; readonly first: number; readonly codes: Uint8Array; readonly seconds: number }
  | { readonly type: 'events'; readonly events: readonly NoteEvent[] }
  /** Live: what begins from `from` on is this instead. */
  | { readonly type: 'judged'; readonly from: number; readonly list: readonly RollNote[] }
  /** File: how far, and every note so far. */
  | { readonly type: 'notes'; readonly share: number; readonly list: readonly RollNote[] }
  | { readonly type: 'failed'; readonly message: string }
