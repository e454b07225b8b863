// What a session is: everything that a person chose and would miss, as plain data. A `.winnow` file and an autosave hold the
// same; writing.ts makes the text of it, reading.ts is the one door for texts from outside.

import type { Covariances } from '../../worklet/covariance.ts'
import type { Latency } from '../../worklet/latency.ts'
import type { NoteSettings, Settings } from '../../worklet/parameters.ts'
import type { Selection } from '../../worklet/selection.ts'
import type { Layout } from '../layout.ts'
import type { Setup } from '../midi/voices.ts'
import type { RollNote } from '../notes/roll-sheet.ts'
import type { LiveSource, Marker, Passage, Rest } from '../state.ts'

export const FORMAT = 'winnow-session/1'
export const EXTENSION = 'winnow'

/** The sound is not in a session: how it is known again. */
export interface SoundReference {
  readonly name: string
  readonly seconds: number
  readonly channels: 1 | 2
  /** What it was made at; null where that is not known. */
  readonly rate: number | null
  /** Size of the file, and a checksum of some of it (fingerprint.ts). */
  readonly bytes: number
  readonly checksum: string
  /** From the session's folder where it lies there or below. Only the host writes it, and only the host reads it. */
  readonly path?: string
}

export interface LiveReference { readonly from: LiveSource; readonly name: string; readonly device: string; readonly latency: Latency | null }

/** A shipped preset goes by its name. Any other comes along whole, so that a session can be moved: `kept` says where it was kept here. */
export type PresetReference =
  | { readonly shipped: string; readonly checksum: string }
  | { readonly name: string; readonly kept?: number; readonly data: Uint8Array }

export interface NotesPart {
  readonly on: boolean
  readonly from: string | null
  readonly preset: PresetReference | null
  readonly settings: NoteSettings
  /** Null: as they are heard. */
  readonly edited: readonly RollNote[] | null
}

export interface MidiPart {
  /** By name: ids differ from day to day. */
  readonly ports: readonly string[]
  readonly setup: Setup
  readonly ahead: number
  readonly hear: boolean
  readonly level: number
}

export interface ViewPart {
  readonly screen: 'live' | 'studio'
  readonly folded: boolean
  readonly drawer: 'notes' | 'overview'
  readonly drawerFolded: boolean
  /** Absent in sessions from before it: the window stays as it is divided. */
  readonly layout?: Layout
  readonly zoom: { readonly from: number; readonly seconds: number; readonly low: number; readonly high: number } | null
}

export interface SessionDocument {
  readonly sound: SoundReference | null
  readonly live: LiveReference | null
  readonly preset: PresetReference
  readonly settings: Settings
  readonly rest: Rest
  readonly selection: Selection
  readonly notes: NotesPart
  readonly midi: MidiPart
  readonly passage: Passage | null
  readonly loop: Passage | null
  readonly markers: readonly Marker[]
  readonly view: ViewPart
  /**
   * What the selection's learned places have heard. Kept rather than heard again: a session opens without its sound, and
   * sounds as it did even where its sound was replaced. Some 33 kB a place.
   */
  readonly places: Covariances
}
