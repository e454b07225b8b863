// Learning away from the page's own thread: first who else plays in what it is given, then the fit, whose every pass is
// told. The page ends it by terminating it (nothing is kept) or by 'stop' (the pass under way is the last).

import type { Covariances } from '../../worklet/covariance.ts'
import { divergences } from '../../worklet/dictionary.ts'
import type { Dictionary } from '../../worklet/dictionary.ts'
import { constantAutomation, initialSettings } from '../../worklet/parameters.ts'
import type { Settings } from '../../worklet/parameters.ts'
import type { Head } from '../../worklet/network.ts'
import type { Selection } from '../../worklet/selection.ts'
import { Separator } from '../../worklet/separator.ts'
import { enrol } from '../../presets/learn/enrol.ts'
import type { Enrolment } from '../../presets/learn/enrol.ts'
import { heardFrames } from '../../presets/learn/frames.ts'
import { learn } from '../../presets/learn/learn.ts'
import type { Outcome, Recording } from '../../presets/learn/learn.ts'
import type { Preset } from '../../presets/preset.ts'
import { threadCrew } from '../threads.ts'

export interface LearningOrder {
  readonly type: 'learn'
  readonly module: WebAssembly.Module
  readonly source: string
  readonly atoms: number
  /** In whose analysis it is learned. */
  readonly dictionary: Dictionary
  readonly sampleRate: number
  /** Passages of a file; or else magnitudes of frames, one after the other, of a session of this rate. */
  readonly heard: readonly Recording[] | Float32Array
  /** What separates now, to say which other sources play in the passages; null: nobody asks. */
  readonly now: { readonly settings: Settings; readonly selection: Selection; readonly covariances: Covariances; readonly head: Head | null; readonly except: number | null } | null
  readonly threads: number
}
/** A person's own voice, from recordings at one rate. */
export interface EnrolOrder extends Pick<Enrolment, 'module' | 'name' | 'recordings' | 'universal'> {
  readonly type: 'enrol'
  readonly threads: number
}
export type ToLearning = LearningOrder | EnrolOrder | { readonly type: 'stop' }

export type FromLearning =
  /** Share of the sound that each other source has now. */
  | { readonly type: 'others'; readonly shares: readonly number[] }
  | { readonly type: 'pass'; readonly done: number; readonly of: number; readonly loss: number; readonly outcome: Outcome | null }
  | { readonly type: 'done'; readonly outcome: Outcome }
  /** `done`: the share of the work. */
  | { readonly type: 'enrolling'; readonly done: number }
  | { readonly type: 'enrolled'; readonly preset: Preset }
  | { readonly type: 'failed'; readonly message: string }

const PASSES = 45
/** Frames of a minute and a half at the usual hop: more say nothing new about a few dozen atoms. */
const FRAMES = 4000
const BLOCK = 8192
/** Between two pictures of the atoms. */
const PICTURE_EVERY = 120 // ms

// As far as it is used: the page's types know of windows only.
interface Scope {
  onmessage: ((event: MessageEvent<ToLearning>) => void) | null
  postMessage(news: FromLearning): void
}
const scope = self as unknown as Scope
const stop = { aborted: false }

scope.onmessage = ({ data }) => {
  if (data.type === 'stop') stop.aborted = true
  else (data.type === 'enrol' ? enrolVoice(data) : run(data)).catch((error: unknown) => scope.postMessage({ type: 'failed', message: error instanceof Error ? error.message : String(error) }))
}

async function enrolVoice({ threads, ...enrolment }: EnrolOrder): Promise<void> {
  const { crew, end } = threadCrew(threads)
  const steps = enrol({ ...enrolment, command: 'read aloud in the app' }, { crew, stop })
  let step = await steps.next()
  for (; !step.done; step = await steps.next()) scope.postMessage({ type: 'enrolling', done: step.value })
  end()
  scope.postMessage({ type: 'enrolled', preset: step.value })
}

async function run(order: LearningOrder): Promise<void> {
  const { module, source, atoms, dictionary, sampleRate, heard, now, threads } = order
  if (now && !(heard instanceof Float32Array)) scope.postMessage({ type: 'others', shares: sharesOf(order, heard, now) })
  const { crew, end } = threadCrew(threads)
  const part = { source, pitch: null, atoms }
  const steps = learn({
    parts: [heard instanceof Float32Array ? { ...part, recordings: [], heard: heardFrames(heard, sampleRate, dictionary) } : { ...part, recordings: heard }],
    sizes: dictionary, method: 'nmf', divergence: divergences['kl']!, iterations: PASSES, start: 'kmeans', seed: 1, frames: FRAMES, module,
  }, { crew, stop })
  let shown = -Infinity
  let step = await steps.next()
  for (; !step.done; step = await steps.next()) {
    const { done, of, loss } = step.value
    const picture = performance.now() - shown >= PICTURE_EVERY
    if (picture) shown = performance.now()
    scope.postMessage({ type: 'pass', done, of, loss: loss[source]!, outcome: picture ? step.value.outcome() : null })
    await new Promise((resolve) => setTimeout(resolve)) // a 'stop' is heard between two passes
  }
  end()
  scope.postMessage({ type: 'done', outcome: step.value })
}

/** Of the passages' energy, what each source but the one that learns takes now. */
function sharesOf({ module, dictionary, sampleRate }: LearningOrder, recordings: readonly Recording[], { settings, selection, covariances, head, except }: NonNullable<LearningOrder['now']>): number[] {
  const taken = selection.sources.map(() => 0)
  let all = 0
  const automation = constantAutomation({ ...initialSettings(), ...settings })
  for (const { channels } of recordings) {
    const separator = new Separator({ module, dictionary, selection, covariances, head, sampleRate, channels: channels.length as 1 | 2, mode: 'direct' })
    separator.onFrame = ({ magnitude, masks, layout: { bins } }) => {
      for (let bin = 0; bin < bins; bin++) {
        const power = magnitude[bin]! ** 2
        all += power
        for (let source = 0; source < taken.length; source++) taken[source]! += masks[source * bins + bin]! * power
      }
    }
    const stems = Array.from({ length: taken.length + 1 }, () => channels.map(() => new Float32Array(BLOCK)))
    const length = channels[0]!.length
    for (let at = 0; at < length; at += BLOCK) separator.process(channels.map((samples) => samples.subarray(at, at + BLOCK)), stems, Math.min(BLOCK, length - at), automation)
  }
  return taken.map((power, source) => (source === except || all === 0 ? 0 : power / all))
}
