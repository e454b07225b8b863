// From recordings to the magnitude frames that a way of learning is given, through the engine's own analysis: what is
// learned is what the engine will hear.

import type { Dictionary } from '../../worklet/dictionary.ts'
import { Kernel } from '../../worklet/kernel.ts'
import { Analysis, Transform, shapeFor } from '../../worklet/stft.ts'
import type { Shape } from '../../worklet/stft.ts'
import { someOf } from './random.ts'

export interface Recording {
  /** As a person knows it: a file name, perhaps with a passage. */
  readonly name: string
  readonly sampleRate: number
  readonly channels: readonly Float32Array[]
}

export interface Frames {
  readonly bins: number
  readonly count: number
  /** count × bins, never negative. */
  readonly data: Float32Array
}

/** Of the dictionary. Its recordings may have another rate: what lies above its reach is left out, what lies above theirs is nothing. */
export type Sizes = Pick<Dictionary, 'sampleRate' | 'fftSize' | 'hopSize' | 'tailSize'>

/** Quieter than its recording's mean by this much is a pause, from which nothing about a source can be learned (−60 dB). */
const PAUSE = 1e-3

/** The frames that sound, of all recordings together; at most `most` of them, chosen by chance, in their order. */
export function soundingFrames(recordings: readonly Recording[], sizes: Sizes, module: WebAssembly.Module, most: number, random: () => number): Frames {
  const bins = sizes.fftSize / 2 + 1
  const { sampleRate } = recordings[0]!
  const shape = shapeFor(sizes, sampleRate)
  const scale = scaleFor(sizes, shape, sampleRate)
  for (const recording of recordings) checkRecording(recording, sampleRate, shape)
  const counts = recordings.map(({ channels }) => Math.floor(channels[0]!.length / shape.hopSize))
  const chosen = someOf(counts.reduce((sum, n) => sum + n, 0), most, random)
  const data = new Float32Array(chosen.length * bins)
  const analyse = analyser(shape, scale.bins, module)
  let kept = 0
  let first = 0
  let next = 0
  recordings.forEach((recording, i) => {
    let from = next
    while (next < chosen.length && chosen[next]! < first + counts[i]!) next++
    const rows = chosen.slice(from, next).map((row) => row - first)
    first += counts[i]!
    kept = dropPauses(data, bins, kept, scale.onto(data.subarray(kept * bins), rows.length, (out) => analyse(recording, rows, out)))
  })
  return { bins, count: kept, data: data.subarray(0, kept * bins) }
}

/** Frames that a session of this rate has shown, for a dictionary of these sizes: those that sound, in its hertz. */
export function heardFrames(magnitudes: Float32Array, sampleRate: number, sizes: Sizes): Frames {
  const bins = sizes.fftSize / 2 + 1
  const shape = shapeFor(sizes, sampleRate)
  const count = magnitudes.length / (shape.fftSize / 2 + 1)
  const data = new Float32Array(count * bins)
  const scale = scaleFor(sizes, shape, sampleRate)
  const kept = dropPauses(data, bins, 0, scale.onto(data, count, (out) => {
    for (let row = 0; row < count; row++) out.set(magnitudes.subarray(row * (shape.fftSize / 2 + 1), row * (shape.fftSize / 2 + 1) + scale.bins), row * scale.bins)
    return count
  }))
  return { bins, count: kept, data: data.subarray(0, kept * bins) }
}

function checkRecording({ name, sampleRate, channels }: Recording, expected: number, { fftSize }: Shape): void {
  if (sampleRate !== expected) throw new RangeError(`${name}: expected ${expected} Hz like the other recordings, got ${sampleRate} Hz`)
  const length = channels[0]?.length ?? 0
  if (length < fftSize) throw new RangeError(`${name}: expected at least one window of ${fftSize} samples, got ${length}`)
  let peak = 0
  for (const samples of channels) {
    for (const x of samples) {
      if (!Number.isFinite(x)) throw new RangeError(`${name}: expected finite samples, got ${x}`)
      peak = Math.max(peak, Math.abs(x))
    }
  }
  if (peak === 0) throw new RangeError(`${name}: expected sound, got silence`)
}

/** Writes the lower `bins` of the chosen frames of a recording, one frame after the other; over its channels the root mean square. Returns how many. */
export function analyser(shape: Shape, bins: number, module: WebAssembly.Module): (recording: Recording, rows: readonly number[], out: Float32Array) => number {
  const { fftSize, hopSize, tailSize } = shape
  const kernel = new Kernel(module, Transform.floats(fftSize) + Analysis.floats(shape, tailSize))
  const analysis = new Analysis(new Transform(kernel, fftSize), shape, tailSize)
  return ({ channels }, rows, out) => {
    const target = out.subarray(0, rows.length * bins).fill(0)
    for (const samples of channels) {
      analysis.reset()
      for (let hop = 0, next = 0; next < rows.length; hop++) {
        for (let i = 0; i < hopSize; i++) analysis.write(samples[hop * hopSize + i]!, i)
        analysis.frame()
        if (hop !== rows[next]) continue
        for (let bin = 0; bin < bins; bin++) target[next * bins + bin]! += analysis.re[bin]! ** 2 + analysis.im[bin]! ** 2
        next++
      }
    }
    for (let i = 0; i < target.length; i++) target[i] = Math.sqrt(target[i]! / channels.length)
    return rows.length
  }
}

/** From the bins of a recording's frames to the dictionary's. Where its rate is a power of two of the dictionary's they are the same. */
export function scaleFor({ sampleRate, fftSize }: Sizes, shape: Shape, rate: number): { readonly bins: number; onto(data: Float32Array, rows: number, analyse: (out: Float32Array) => number): number } {
  const bins = fftSize / 2 + 1
  const step = (sampleRate / fftSize) / (rate / shape.fftSize)
  const known = Math.min(shape.fftSize / 2, Math.ceil((bins - 1) * step)) + 1
  if (step === 1 && known === bins) return { bins, onto: (data, _, analyse) => analyse(data) }
  return {
    bins: known,
    onto(data, rows, analyse) {
      const frames = new Float32Array(rows * known)
      const count = analyse(frames)
      for (let row = 0; row < count; row++) {
        for (let bin = 0; bin < bins; bin++) {
          const at = bin * step
          if (at > known - 1) break
          const below = Math.min(Math.floor(at), known - 2)
          const first = row * known + below
          data[row * bins + bin] = frames[first]! * (below + 1 - at) + frames[first + 1]! * (at - below)
        }
      }
      return count
    },
  }
}

/** Closes the gaps that pauses leave among `added` frames after the first `kept`; returns how many there are now. */
function dropPauses(data: Float32Array, bins: number, kept: number, added: number): number {
  const sums = Array.from({ length: added }, (_, row) => data.subarray((kept + row) * bins, (kept + row + 1) * bins).reduce((sum, x) => sum + x, 0))
  const mean = sums.reduce((total, sum) => total + sum, 0) / added
  let to = kept
  sums.forEach((sum, row) => {
    if (!(sum > 0 && sum >= PAUSE * mean)) return
    data.copyWithin(to * bins, (kept + row) * bins, (kept + row + 1) * bins)
    to++
  })
  return to
}
