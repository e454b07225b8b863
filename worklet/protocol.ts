// What passes between the page and the processor. Numbers that ramp are AudioParams (parameters.ts); everything
// else is one of these.

import type { Covariances } from './covariance.ts'
import type { Dictionary } from './dictionary.ts'
import type { FrameLayout } from './frame.ts'
import type { Head } from './network.ts'
import type { Selection } from './selection.ts'

export const PROCESSOR_NAME = 'winnow'

/** `direct` solves a frame in the quantum that completes it; `sliced` spreads it over the next hop, one hop later. */
export type Mode = 'direct' | 'sliced'

export interface ProcessorOptions {
  readonly module: WebAssembly.Module
  readonly dictionary: Dictionary
  readonly selection: Selection
  /** For the selection's learned places; none unless said otherwise. */
  readonly covariances?: Covariances
  /** The preset's; none unless said otherwise. */
  readonly head?: Head | null
  readonly channels: 1 | 2
  readonly mode: Mode
  /** Output 0 is the mix; with `stems`, outputs 1… are the sources and the last one the rest, before level and pan. */
  readonly stems: boolean
  /** Played to a person as it is computed: time is measured, and passes drop before sound does. */
  readonly live: boolean
  /** Shared memory for a FrameRing of the layout reported in `ready`; null sends frames as messages. */
  readonly frames: SharedArrayBuffer | null
}

export type ToProcessor =
  /** Without covariances those sent before stay. */
  | { readonly type: 'selection'; readonly selection: Selection; readonly covariances?: Covariances }
  /**
   * For what is painted: at the context's time `at` the input is the file's second `seconds`; with a `duration` it plays over
   * and over, from `from` on. Sent when a file starts and at each jump; until then, and for a microphone, the first sample is second 0.
   */
  | { readonly type: 'origin'; readonly at: number; readonly seconds: number; readonly duration: number | null; readonly from?: number }
  /** Forgets the audio, the warm start and what the free atoms learned. */
  | { readonly type: 'reset' }
  /** Ends the processor: `process` returns false from here on. */
  | { readonly type: 'stop' }

export type FromProcessor =
  | { readonly type: 'ready'; readonly latencySamples: number; readonly layout: FrameLayout }
  /** The bytes of one Frame of that layout, where memory is not shared. */
  | { readonly type: 'frame'; readonly bytes: ArrayBuffer }
  | { readonly type: 'error'; readonly message: string }

export const TAP_NAME = 'winnow-tap'

/** Of the processor that hands samples to a worker. */
export interface TapOptions {
  readonly channels: 1 | 2
  /** For a SampleRing (`sampleRingBytes`); null sends samples as messages, a little later. */
  readonly ring: SharedArrayBuffer | null
}

export type FromTap =
  /** At the first quantum: the context's second at which the first sample is heard. */
  | { readonly type: 'began'; readonly time: number }
  /** Without shared memory: the next samples, one array per channel. */
  | { readonly type: 'samples'; readonly channels: readonly Float32Array[] }

/** The tap is told to end: nothing comes after this. */
export type ToTap = { readonly type: 'stop' }

/** Of the plug-in, in its host's group: see group-member.ts. */
export const GROUP_MEMBER_NAME = 'winnow-group-member'
export interface GroupMemberOptions { readonly groupId: string; readonly moduleId: string; readonly instanceId: string }
export type ToGroupMember =
  | { readonly type: 'connect'; readonly to: string; readonly output: number | undefined }
  | { readonly type: 'disconnect'; readonly to: string | undefined; readonly output: number | undefined }
  | { readonly type: 'leave' }
