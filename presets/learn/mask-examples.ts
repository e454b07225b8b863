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
import type { Mix } from './mask-mixes.ts'

/** Bins that learning looks at: all of the lowest, then every second, then every fourth, each counting for those left out. */
export interface Sample { readonly bins: readonly number[]; readonly weights: Float32Array }

export function sampleOf(count: number): Sample {
  const bins: number[] = [], weights: number[] = []
  for (let bin = 0; bin < count; ) {
    const step = bin < 192 ? 1 : bin < 320 ? 2 : 4
    bins.push(bin)
    weights.push(step)
    bin += step
  }
  return { bins, weights: Float32Array.from(weights) }
}

/** Frames of one mix: rows of inputs, and rows of each cue and of what was heard. */
export interface Example {
  readonly frames: number
  readonly inputs: Float32Array
  readonly odds: Float32Array
  readonly over: Float32Array
  readonly contrast: Float32Array
  readonly comb: Float32Array
  /** |X|; the part of the voice that is in phase with X; |S|. */
  readonly heard: Float32Array
  readonly wanted: Float32Array
  readonly voice: Float32Array
}

/** A head that changes nothing but the masks' sharpness: one layer of zeros. */
export function silentHead(facts: MaskFacts): Head {
  const [inputs, outputs] = [inputsFor(facts.bands), COEFFICIENTS * facts.bands]
  return { kind: 'mask', facts: { ...facts }, layers: [{ kind: 'dense', activation: 'linear', inputs, outputs, weights: new Float32Array(inputs * outputs), bias: new Float32Array(outputs) }] }
}

export interface Listener {
  readonly lie: Lie
  readonly sample: Sample
  /** At most `most` frames of the mix. */
  hear(mix: Mix, most: number): Example
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
  const sample = sampleOf(head.lie.count)
  const { bins } = sample
  const input = new Float32Array(shape.hopSize), stems = [[new Float32Array(shape.hopSize)], [new Float32Array(shape.hopSize)]]
  return {
    lie: head.lie, sample,
    hear({ voice, mix }, most) {
      separator.reset()
      spoken.reset()
      mixed.reset()
      const rows = (): Float32Array => new Float32Array(most * bins.length)
      const example = {
        frames: 0, inputs: new Float32Array(most * head.input.length), odds: rows(), over: rows(), contrast: rows(), comb: rows(),
        heard: rows(), wanted: rows(), voice: rows(),
      }
      let answers = head.answers
      for (let at = 0; at + input.length <= mix.length && example.frames < most; at += input.length) {
        for (let i = 0; i < input.length; i++) {
          input[i] = mix[at + i]!
          mixed.write(mix[at + i]!, i)
          spoken.write(voice[at + i]!, i)
        }
        spoken.frame()
        mixed.frame()
        separator.process([input], stems, input.length, automation)
        if (head.answers === answers) continue // between two answers, or in silence
        answers = head.answers
        example.inputs.set(head.input, example.frames * head.input.length)
        const row = example.frames++ * bins.length
        for (let i = 0; i < bins.length; i++) {
          const bin = bins[i]!
          const re = mixed.re[bin]!, im = mixed.im[bin]!, heard = Math.hypot(re, im)
          example.odds[row + i] = head.odds[bin]!
          example.over[row + i] = head.over[bin]!
          example.contrast[row + i] = head.contrast[bin]!
          example.comb[row + i] = head.comb[bin]!
          example.heard[row + i] = heard
          example.wanted[row + i] = (re * spoken.re[bin]! + im * spoken.im[bin]!) / Math.max(heard, 1e-12)
          example.voice[row + i] = Math.hypot(spoken.re[bin]!, spoken.im[bin]!)
        }
      }
      return example
    },
  }
}
