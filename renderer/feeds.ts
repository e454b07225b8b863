// Where the sound comes from: a recording that loops (feed-file.ts), or what comes in live (feeds-live.ts). Each is one audio
// node with a channel count.

import type { Sound } from './recording/decode.ts'
import type { Cleaning, Device, Passage } from './state.ts'

export interface Feed {
  readonly node: AudioNode
  readonly channels: 1 | 2
  close(): void
}

/**
 * At the context's time `at` the file is at `seconds`. It plays on to `from` + `duration`, then over and over from `from`;
 * `duration` is null while nobody knows yet where it ends.
 */
export interface Origin { readonly at: number; readonly seconds: number; readonly from: number; readonly duration: number | null }

/** Seconds of the file at the context's time; before `at` it waits there. */
export function positionAt({ at, seconds, from, duration }: Origin, time: number): number {
  const now = seconds + Math.max(0, time - at)
  return duration === null || now < from + duration ? now : from + (now - from) % duration
}

export interface FileFeed extends Feed {
  readonly sound: Sound
  /** Where the file stands now, for whoever must know which second of it a sample is. */
  readonly origin: Origin
  /** Of whoever hears it: a start waits for a moment at which its frames are cut where those of the whole file are. */
  hopSize: number
  /** Called when the file jumps, or what it plays over and over changes. */
  onJump: (origin: Origin) => void
  /** Where there is nothing yet, as far as there is something. */
  seek(seconds: number): void
  /** What plays over and over; null: all of it. */
  loop(passage: Passage | null): void
  /** When its beginning is in memory, so that the first `seek` is heard at once. */
  readonly ready: Promise<unknown>
  /** How often the samples came too late. */
  readonly starved: number
  /** Called when the samples can no longer be read. */
  onFault: (message: string) => void
}

export interface LiveFeed extends Feed {
  readonly device: Device
  readonly cleaning: Cleaning
}
