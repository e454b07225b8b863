// A whole sound, or a stretch of it, through the engine into files: the same Separator as is heard live, from the beginning
// of the sound, its latency taken out again, and the same Mixer. Everything goes block by block, so that the length of the
// sound costs no memory.

import type { Covariances } from '../../worklet/covariance.ts'
import type { Dictionary } from '../../worklet/dictionary.ts'
import { Mixer } from '../../worklet/mixer.ts'
import type { Head } from '../../worklet/network.ts'
import { constantAutomation } from '../../worklet/parameters.ts'
import type { Settings } from '../../worklet/parameters.ts'
import type { Selection } from '../../worklet/selection.ts'
import { Separator } from '../../worklet/separator.ts'
import type { Crew } from '../../presets/learn/crew.ts'
import { Refinement } from '../../presets/refine/refine.ts'
import { RecordingReader } from '../recording/read.ts'
import type { Recording } from '../recording/recording.ts'
import type { Sink } from '../wav-writer.ts'
import type { Bits } from '../wav.ts'
import { BLOCK, soundFiles } from './written.ts'
import type { FilePlan, Written } from './written.ts'

export interface ExportOrder {
  readonly module: WebAssembly.Module
  readonly dictionary: Dictionary
  /** With its levels, mutes and solos as they are heard. */
  readonly selection: Selection
  readonly settings: Settings
  readonly covariances: Covariances
  readonly head: Head | null
  /** All of it. */
  readonly recording: Recording
  /** Which of its samples are written. */
  readonly from: number
  readonly to: number
  readonly files: readonly FilePlan[]
  readonly bits: Bits
  /** Sources at the selection's levels and places, rather than as they are found. */
  readonly placed: boolean
  /** Of two channels only: everything is estimated once more, from all of it. */
  readonly refine: boolean
}

/** What is a moment's is none of an export's: listening to the room, holding what was learned, comparing. It learns as it goes, from the first sample on. */
const lasting = (settings: Settings): Settings => ({ ...settings, hold: 0, listen: 0, bypass: 0, matched: 0 })

export async function exportSound(order: ExportOrder, open: (name: string) => Promise<Sink>, crew: Crew, tell: (share: number) => void): Promise<Written> {
  const { module, dictionary, selection, covariances, head, recording, from, to, files, bits, placed, refine } = order
  const { sampleRate, channels } = recording
  const separator = new Separator({ module, dictionary, selection, covariances, head, sampleRate, channels, mode: 'direct' })
  const mixer = new Mixer({ sampleRate, channels, selection })
  const automation = constantAutomation(lasting(order.settings))
  const sources = selection.sources.length
  const set = await soundFiles({ files, sources, sampleRate, channels, bits, samples: to - from, placed }, open)

  const blocks = (): Float32Array[] => Array.from({ length: channels }, () => new Float32Array(BLOCK))
  const [input, heard, mix] = [blocks(), blocks(), blocks()]
  const stems = Array.from({ length: sources + 1 }, blocks)
  const refinement = refine ? new Refinement({ module, sampleRate, stems: sources + 1, crew }) : null

  const reader = new RecordingReader(recording)
  /** The sound from `at` on, and silence behind its end. */
  async function take(into: readonly Float32Array[], at: number, count: number): Promise<void> {
    await reader.read(at, view(into, 0, count))
    for (const x of into) for (let i = 0; i < count; i++) if (!Number.isFinite(x[i]!)) x[i] = 0 // as the separator takes it
  }
  const view = (part: readonly Float32Array[], at: number, count: number): Float32Array[] => part.map((x) => x.subarray(at, at + count))

  /** What is finished, of whatever length. */
  async function deliver(done: readonly (readonly Float32Array[])[], first: number, end: number): Promise<void> {
    for (let at = first; at < end; ) {
      const count = Math.min(BLOCK, end - at)
      const part = done.map((stem) => view(stem, at, count))
      mixer.process(part, mix, count, automation)
      await take(heard, from + set.written, count)
      await set.write(part, mix, heard, count, () => mixer.place(part, count))
      at += count
    }
  }
  async function refineStretch(last: boolean): Promise<void> {
    const begun = set.written
    const size = last ? to - from - begun : refinement!.most - refinement!.overlap
    const steps = refinement!.work(last)
    let step = await steps.next()
    for (; !step.done; step = await steps.next()) tell((begun + step.value * size) / (to - from))
    await deliver(step.value.stems, 0, step.value.length)
  }

  const { latencySamples: latency } = separator
  const total = to + latency
  for (let fed = 0; fed < total; ) {
    const size = Math.min(BLOCK, total - fed)
    await take(input, fed, size)
    separator.process(input, stems, size, automation)
    const first = Math.min(size, Math.max(0, from + latency - fed))
    fed += size
    if (!refinement) {
      await deliver(stems, first, size)
      tell(fed / total)
    } else for (let at = first; at < size; ) {
      at += refinement.take(stems, at, size)
      if (refinement.full) await refineStretch(false)
    }
  }
  if (set.written < to - from) await refineStretch(true)
  tell(1)
  return set.finish()
}
