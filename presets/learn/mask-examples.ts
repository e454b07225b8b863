// What a mask head is shown while it learns: the engine itself hears the mixes, and what its head looks at is written down,
// beside what the clean voice would have wanted. So learning and playing cannot differ.

import type { Dictionary } from '../../worklet/dictionary.ts'
import { Kernel } from '../../worklet/kernel.ts'
import { COEFFICIENTS, inputsFor, type Lie, type MaskFacts } from '../../worklet/mask-head.ts'
import type { Head } from '../../worklet/network.ts'
import { constantAutomation, initialSettings, type Settings } from '../../worklet/parameters.ts'
import { wholeDictionary } from '../../worklet/selection.ts'
import { Separator } from '../../worklet/separator.ts'
import { Analysis, Transform } from '../../worklet/stft.ts'
import { loudness, TINY } from './mask-loss.ts'
import type { Mix } from './mask-mixes.ts'
import type { Sound } from './mask-sound.ts'

/** What the rows of a passage are about. */
export interface Rows {
  /** Bins that learning looks at: all of the lowest, then every second, then every fourth, each counting for those left out. */
  readonly bins: readonly number[]
  readonly weights: Float32Array
  /** As Lie has it, of these bins. */
  readonly band: Int32Array
  readonly part: Float32Array
  readonly bands: number
  /** How many bins there are in truth, and how many of the lowest never hold a voice. */
  readonly full: number
  readonly silent: number
  /** Third-octave bands from 150 Hz (Taal et al. 2011), and the one of each bin, or −1. */
  readonly thirds: { readonly count: number; readonly of: Int32Array }
  /** What a cue's number counts. */
  readonly scales: { readonly odds: number; readonly over: number; readonly contrast: number; readonly comb: number }
}

/**
 * One mix: as it sounds, and of the frames in which the network was asked, brought to one loudness, rows of inputs, of cues, and
 * of what was heard and what was wanted.
 */
export interface Passage extends Sound {
  readonly frames: number
  /** Which of the engine's frames each of them is. */
  readonly places: Int32Array
  readonly inputs: Float32Array
  readonly odds: Int8Array
  readonly over: Int8Array
  readonly contrast: Int8Array
  readonly comb: Int8Array
  /** |X| and |S|^.3. */
  readonly heard: Float32Array
  readonly loud: Float32Array
  /** The voice's, in third-octave bands. */
  readonly envelopes: Float32Array
}

const THIRDS = 15, FIRST_THIRD = 150
/** The farthest that a cue goes, which takes 127 of a byte. */
const FARTHEST = { odds: 6, over: 5, contrast: 2, comb: 0.7 }
/** The voice's mean power in a frame. */
const POWER = 100

export function rowsOf({ count, band, part, silent }: Lie, step: number, bands: number): Rows {
  const bins: number[] = [], weights: number[] = []
  for (let bin = 0; bin < count; ) {
    const width = bin < 0.375 * count ? 1 : bin < 0.625 * count ? 2 : 4
    bins.push(bin)
    weights.push(width)
    bin += width
  }
  const third = (bin: number): number => {
    const at = Math.round(3 * Math.log2((bin * step) / FIRST_THIRD))
    return at >= 0 && at < THIRDS ? at : -1
  }
  return {
    bins, weights: Float32Array.from(weights), band: Int32Array.from(bins, (bin) => band[bin]!), part: Float32Array.from(bins, (bin) => part[bin]!), bands,
    full: count, silent, thirds: { count: THIRDS, of: Int32Array.from(bins, third) },
    scales: { odds: FARTHEST.odds / 127, over: FARTHEST.over / 127, contrast: FARTHEST.contrast / 127, comb: FARTHEST.comb / 127 },
  }
}

/** A head that says nothing: one layer of zeros. */
export function silentHead(facts: MaskFacts): Head {
  const [inputs, outputs] = [inputsFor(facts.bands), COEFFICIENTS * facts.bands]
  return { kind: 'mask', facts: { ...facts }, layers: [{ kind: 'dense', activation: 'linear', inputs, outputs, weights: new Float32Array(inputs * outputs), bias: new Float32Array(outputs) }] }
}

export interface Listener {
  readonly rows: Rows
  /** The first `most` frames of the mix, or as many as there are. */
  hear(mix: Mix, most: number): Passage
}

/** An engine with this dictionary, whose head writes down what it looks at. */
export function listener(module: WebAssembly.Module, dictionary: Dictionary, settings: Partial<Settings>, facts: MaskFacts): Listener {
  const { sampleRate } = dictionary
  const separator = new Separator({
    module, dictionary, selection: wholeDictionary([facts.source]), head: silentHead(facts), sampleRate, channels: 1, mode: 'direct',
  })
  const { head, shape } = separator
  if (!head) throw new RangeError(`${facts.source}: expected a head that judges it, got none`)
  const automation = constantAutomation({ ...initialSettings(), ...settings, learned: 1 })
  const kernel = new Kernel(module, Transform.floats(shape.fftSize) + 2 * Analysis.floats(shape, shape.tailSize))
  const transform = new Transform(kernel, shape.fftSize)
  const [spoken, mixed] = [new Analysis(transform, shape, shape.tailSize), new Analysis(transform, shape, shape.tailSize)]
  const rows = rowsOf(head.lie, sampleRate / shape.fftSize, facts.bands)
  const { bins, weights, thirds, scales } = rows
  const input = new Float32Array(shape.hopSize), stems = [[new Float32Array(shape.hopSize)], [new Float32Array(shape.hopSize)]]
  const byte = (x: number, scale: number): number => Math.max(-127, Math.min(127, Math.round(x / scale)))
  return {
    rows,
    hear({ voice, mix }, most): Passage {
      separator.reset()
      spoken.reset()
      mixed.reset()
      const bytes = (): Int8Array => new Int8Array(most * bins.length), floats = (): Float32Array => new Float32Array(most * bins.length)
      const found = {
        mix, voice, shape, frames: 0, places: new Int32Array(most), inputs: new Float32Array(most * head.input.length),
        odds: bytes(), over: bytes(), contrast: bytes(), comb: bytes(), heard: floats(), loud: floats(), envelopes: new Float32Array(most * thirds.count),
      }
      let answers = head.answers
      for (let from = 0; from + input.length <= mix.length && found.frames < most; from += input.length) {
        for (let i = 0; i < input.length; i++) {
          input[i] = mix[from + i]!
          mixed.write(mix[from + i]!, i)
          spoken.write(voice[from + i]!, i)
        }
        spoken.frame()
        mixed.frame()
        separator.process([input], stems, input.length, automation)
        if (head.answers === answers) continue // between two answers, or where there is nothing to judge
        answers = head.answers
        found.inputs.set(head.input, found.frames * head.input.length)
        found.places[found.frames] = from / input.length
        let at = found.frames++ * bins.length
        for (let i = 0; i < bins.length; i++, at++) {
          const bin = bins[i]!
          found.odds[at] = byte(head.odds[bin]!, scales.odds)
          found.over[at] = byte(head.over[bin]!, scales.over)
          found.contrast[at] = byte(head.contrast[bin]!, scales.contrast)
          found.comb[at] = byte(head.comb[bin]!, scales.comb)
          found.heard[at] = Math.hypot(mixed.re[bin]!, mixed.im[bin]!)
          found.loud[at] = Math.hypot(spoken.re[bin]!, spoken.im[bin]!)
        }
      }
      let power = 0
      for (let at = 0; at < found.frames * bins.length; at++) power += weights[at % bins.length]! * found.loud[at]! ** 2
      const scale = Math.sqrt((POWER * found.frames) / Math.max(power, 1e-12))
      for (let frame = 0, at = 0; frame < found.frames; frame++)
        for (let i = 0; i < bins.length; i++, at++) {
          const s = scale * found.loud[at]!
          found.heard[at]! *= scale
          if (thirds.of[i]! >= 0) found.envelopes[frame * thirds.count + thirds.of[i]!]! += weights[i]! * s * s
          found.loud[at] = loudness(s)
        }
      for (let i = 0; i < found.frames * thirds.count; i++) found.envelopes[i] = Math.sqrt(found.envelopes[i]! + TINY)
      return found
    },
  }
}
