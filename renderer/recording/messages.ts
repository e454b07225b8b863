// What passes between the page and the worker that decodes a file.

import type { Segment } from './recording.ts'
import type { SoundSource } from './source.ts'

export interface ToDecoding {
  readonly name: string
  readonly source: SoundSource
  /** Names of folders, one in the other, in the origin's private file system; null: segments stay in memory. */
  readonly folder: readonly string[] | null
}

export type FromDecoding =
  /** The file is one of ours. `made`: the rate it was made at. `expected`: samples at the recording's rate. */
  | { readonly type: 'opened'; readonly sampleRate: number; readonly channels: 1 | 2; readonly made: number; readonly expected: number; readonly samplesPerPeak: number }
  | { readonly type: 'segment'; readonly segment: Segment; readonly peaks: Float32Array; readonly expected: number; readonly share: number }
  | { readonly type: 'done'; readonly peaks: Float32Array }
  /** `unknown`: none of our readers knows it; the browser may. */
  | { readonly type: 'failed'; readonly message: string; readonly unknown: boolean }
