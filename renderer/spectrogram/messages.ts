// What passes between the page and the worker that makes the picture of a file.

import type { Covariances } from '../../worklet/covariance.ts'
import type { Dictionary } from '../../worklet/dictionary.ts'
import type { Settings } from '../../worklet/parameters.ts'
import type { Head } from '../../worklet/network.ts'
import type { Selection } from '../../worklet/selection.ts'
import type { Grown } from '../recording/follow.ts'
import type { Recording } from '../recording/recording.ts'
import type { Look } from './store.ts'

export type ToPicture =
  | {
    readonly type: 'open'; readonly module: WebAssembly.Module; readonly recording: Recording; readonly expected: number
  }
  | Grown
  /** Whose the cells are follows from these; `dictionary` and its head only where they are others. */
  | {
    readonly type: 'owners'; readonly dictionary: Dictionary | null; readonly head: Head | null
    readonly selection: Selection; readonly covariances: Covariances; readonly settings: Settings
  }
  /** What is shown, in samples of the file, on so many pixels. */
  | { readonly type: 'view'; readonly from: number; readonly to: number; readonly pixels: number }
  | { readonly type: 'look'; readonly look: Look; readonly colours: readonly string[] }
  /** Nobody looks: no work until somebody does. */
  | { readonly type: 'hidden'; readonly hidden: boolean }
  | { readonly type: 'probe'; readonly sample: number; readonly hertz: number }

/** Everything known about one spot. */
export interface Probe {
  readonly sample: number
  readonly hertz: number
  /** dB below a sine of full scale; null where nothing is known yet. */
  readonly level: number | null
  /** Source by source; what is missing to one is the rest's. Null while it is not known. */
  readonly shares: readonly number[] | null
  /** The strongest row within half a semitone, for tools that snap to a pitch. */
  readonly peak: number
  /** dB, right over left, and the phase of right over left; null for one channel. */
  readonly side: number | null
  readonly phase: number | null
}

export type StoreName = 'whole' | 'detail'

export type FromPicture =
  /** A picture of so many columns begins, or ends with none: it shows `samplesPerColumn` from `from` on. */
  | { readonly type: 'store'; readonly store: StoreName; readonly from: number; readonly columns: number; readonly samplesPerColumn: number }
  | {
    readonly type: 'pixels'; readonly store: StoreName; readonly column: number; readonly columns: number
    readonly pixels: Uint8ClampedArray<ArrayBuffer>
  }
  | { readonly type: 'probed'; readonly probe: Probe }
  /** Columns of the view whose owners are not known yet, and how much of its energy is contested. */
  | { readonly type: 'progress'; readonly seen: number; readonly owned: number; readonly contested: number | null }
  | { readonly type: 'failed'; readonly message: string }
