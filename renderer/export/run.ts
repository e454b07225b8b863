// A whole sound through the engine into WAV files in memory: the same Separator as is heard live, from the beginning of
// the file, its latency taken out again. Sources that are left out stay in the rest, so that the files give back the input.

import type { Covariances } from '../../worklet/covariance.ts'
import type { Dictionary } from '../../worklet/dictionary.ts'
import { constantAutomation } from '../../worklet/parameters.ts'
import type { Settings } from '../../worklet/parameters.ts'
import type { Head } from '../../worklet/network.ts'
import type { Selection } from '../../worklet/selection.ts'
import { Separator } from '../../worklet/separator.ts'
import type { Crew } from '../../presets/learn/crew.ts'
import { Refinement } from '../../presets/refine/refine.ts'
import { sourceFileNames } from '../file-names.ts'
import type { OpenedFile } from '../host.ts'
import { RecordingReader } from '../recording/read.ts'
import type { Recording } from '../recording/recording.ts'
import { wholeWav } from '../wav.ts'

export interface ExportOrder {
  readonly module: WebAssembly.Module
  readonly dictionary: Dictionary
  readonly selection: Selection
  readonly settings: Settings
  readonly covariances: Covariances
  readonly head: Head | null
  /** All of it. */
  readonly recording: Recording
  /** Sources of the selection that have a file of their own. */
  readonly wanted: readonly number[]
  /** Of two channels only: everything is estimated once more, from all of it. */
  readonly refine: boolean
}

export interface Exported {
  /** Of the wanted sources in their order, and of the rest. */
  readonly files: readonly OpenedFile[]
  /** What the files' sum misses the input by, in dB of the input; −Infinity: by nothing. */
  readonly nullDb: number
  /** How much of all files' energy is in each. */
  readonly shares: readonly number[]
}

const BLOCK = 8192

export async function exportSound(order: ExportOrder, crew: Crew, tell: (share: number) => void): Promise<Exported> {
  const { module, dictionary, selection, covariances, head, recording: { sampleRate, channels, length }, wanted, refine } = order
  const reader = new RecordingReader(order.recording)
  const separator = new Separator({ module, dictionary, selection, covariances, head, sampleRate, channels, mode: 'direct' })
  // It learns as it goes, from the first sample on: there is nothing yet that could be held, and listening is a moment's.
  const automation = constantAutomation({ ...order.settings, hold: 0, listen: 0 })
  const sources = selection.sources.length
  const set = fileSet(order, new RecordingReader(order.recording))

  const { latencySamples: latency } = separator
  const total = length + latency
  const blocks = (): Float32Array[] => Array.from({ length: channels }, () => new Float32Array(BLOCK))
  const input = blocks()
  const stems = Array.from({ length: sources + 1 }, blocks)
  const refinement = refine ? new Refinement({ module, sampleRate, stems: sources + 1, crew }) : null

  async function refineStretch(last: boolean): Promise<void> {
    const from = set.written
    const size = last ? length - from : refinement!.most - refinement!.overlap
    const steps = refinement!.work(last)
    let step = await steps.next()
    for (; !step.done; step = await steps.next()) tell((from + step.value * size) / length)
    await set.write(step.value.stems, 0, step.value.length)
  }

  for (let fed = 0; fed < total; ) {
    const size = Math.min(BLOCK, total - fed)
    await reader.read(fed, input) // behind the end there is silence
    separator.process(input, stems, size, automation)
    const first = Math.min(size, Math.max(0, latency - fed))
    fed += size
    if (!refinement) {
      await set.write(stems, first, size)
      tell(fed / total)
    } else for (let at = first; at < size; ) {
      at += refinement.take(stems, at, size)
      if (refinement.full) await refineStretch(false)
    }
  }
  if (set.written < length) await refineStretch(true)
  return set.result(sourceFileNames(selection.sources.map(({ name }) => name)).filter((_, k) => k === sources || wanted.includes(k)))
}

/** The files as they grow, and how far their sum is from the input. */
function fileSet({ selection, recording: { sampleRate, channels, length }, wanted }: ExportOrder, reader: RecordingReader) {
  const rest = selection.sources.length
  const kept = [...selection.sources.keys()].filter((k) => wanted.includes(k))
  const left = [...selection.sources.keys()].filter((k) => !wanted.includes(k))
  const files = [...kept, rest].map(() => wholeWav(sampleRate, channels, length))
  const powers = files.map(() => 0)
  let written = 0
  let errorPower = 0
  let inputPower = 0
  return {
    /** Samples of each file. */
    get written() { return written },
    async write(stems: readonly (readonly Float32Array[])[], from: number, to: number): Promise<void> {
      if (to <= from) return
      const input = await reader.block(written, to - from)
      for (let i = from; i < to; i++, written++)
        for (let c = 0; c < channels; c++) {
          const heard = input[c]![i - from]!
          const wave = Number.isFinite(heard) ? heard : 0 // as the separator takes it
          let sum = 0
          for (let k = 0; k < files.length; k++) {
            let x = stems[kept[k] ?? rest]![c]![i]!
            if (k === kept.length) for (const source of left) x += stems[source]![c]![i]!
            x = Math.fround(x)
            files[k]!.put(x)
            powers[k]! += x * x
            sum += x
          }
          errorPower += (sum - wave) ** 2
          inputPower += wave * wave
        }
    },
    result(names: readonly string[]): Exported {
      const all = powers.reduce((sum, power) => sum + power, 0)
      return {
        files: files.map(({ bytes }, k) => ({ name: names[k]!, bytes })),
        nullDb: errorPower === 0 ? -Infinity : 10 * Math.log10(errorPower / inputPower),
        shares: powers.map((power) => (all === 0 ? 0 : power / all)),
      }
    },
  }
}
