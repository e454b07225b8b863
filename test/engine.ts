// A separator as tests host it: whole signals in, whole stems out, chopped as they like.

import type { Atom, Dictionary } from '../worklet/dictionary.ts'
import { binCount, divergences } from '../worklet/dictionary.ts'
import type { Covariances } from '../worklet/covariance.ts'
import { constantAutomation, initialSettings, type Settings } from '../worklet/parameters.ts'
import { COEFFICIENTS, inputsFor, type MaskFacts } from '../worklet/mask-head.ts'
import type { Head } from '../worklet/network.ts'
import type { Mode } from '../worklet/protocol.ts'
import { startLayers } from '../presets/learn/network.ts'
import { type Selection, wholeDictionary } from '../worklet/selection.ts'
import { Separator } from '../worklet/separator.ts'
import { plainKernel } from './kernels.ts'
import { random } from './signals.ts'

/** A dictionary without learning: harmonic combs for `tones`, bumps of noise for `air`. */
export function dictionary(options: Partial<Dictionary> & { tones?: number; air?: number } = {}): Dictionary {
  const { tones = 12, air = 5, ...rest } = options
  const shape = { sampleRate: 44100, fftSize: 1024, hopSize: 256, tailSize: 1024, divergence: divergences['kl']!, ...rest }
  const bins = binCount(shape.fftSize)
  const atoms: Atom[] = [
    ...Array.from({ length: tones }, (_, i) => ({ source: 'tones', pitch: 57 + i })),
    ...Array.from({ length: air }, () => ({ source: 'air', pitch: null })),
  ]
  const next = random(99)
  const spectra = new Float32Array(atoms.length * bins)
  atoms.forEach((atom, a) => {
    let sum = 0
    for (let bin = 0; bin < bins; bin++) {
      const hertz = (bin * shape.sampleRate) / shape.fftSize
      let value = 1e-5
      if (atom.pitch !== null) {
        const f = 440 * 2 ** ((atom.pitch - 69) / 12)
        const nearest = Math.max(1, Math.round(hertz / f))
        value += Math.exp(-(((hertz - nearest * f) / 60) ** 2)) / nearest
      } else value += (0.5 + next()) * Math.exp(-(((bin / bins) * air - (a - tones)) ** 2))
      spectra[a * bins + bin] = value
      sum += value
    }
    for (let bin = 0; bin < bins; bin++) spectra[a * bins + bin]! /= sum
  })
  return { ...shape, atoms, spectra }
}

/** A mask head by chance, with memory: it judges, if not well. */
export function maskHead(source = 'tones', facts: Partial<MaskFacts> = {}): Head {
  const all = { source, bands: 8, reach: 8000, clock: 0.008, own: false, latency: false, ...facts }
  const layers = startLayers([
    { kind: 'recurrent', activation: 'tanh', inputs: inputsFor(all.bands), outputs: 6 },
    { kind: 'dense', activation: 'linear', inputs: 6, outputs: COEFFICIENTS * all.bands },
  ], 3)
  return { kind: 'mask', layers, facts: all }
}

export interface Rig {
  readonly separator: Separator
  /** stems[source][channel], the rest last, as long as the input. `chop` gives the size of each quantum. */
  run(input: readonly Float32Array[], chop?: (at: number) => number): Float32Array[][]
}

export function rig(options: {
  dictionary?: Dictionary; selection?: Selection; covariances?: Covariances; head?: Head; settings?: Partial<Settings>; sampleRate?: number; channels?: 1 | 2; mode?: Mode; module?: WebAssembly.Module
} = {}): Rig {
  const used = options.dictionary ?? dictionary()
  const separator = new Separator({
    module: options.module ?? plainKernel, dictionary: used, selection: options.selection ?? wholeDictionary(['tones', 'air']),
    ...(options.covariances && { covariances: options.covariances }), ...(options.head && { head: options.head }), sampleRate: options.sampleRate ?? used.sampleRate, channels: options.channels ?? 1, mode: options.mode ?? 'direct',
  })
  const automation = constantAutomation({ ...initialSettings(), ...options.settings })
  return {
    separator,
    run(input, chop = () => 128) {
      const length = input[0]!.length
      const stems = Array.from({ length: separator.layout.sources + 1 }, () => input.map(() => new Float32Array(length)))
      for (let at = 0; at < length; ) {
        const size = Math.min(chop(at), length - at)
        separator.process(input.map((x) => x.subarray(at, at + size)), stems.map((stem) => stem.map((x) => x.subarray(at, at + size))), size, automation)
        at += size
      }
      return stems
    },
  }
}

export function delayed(x: Float32Array, samples: number): Float32Array {
  const out = new Float32Array(x.length)
  out.set(x.subarray(0, Math.max(0, x.length - samples)), samples)
  return out
}

/** Sum of the stems minus the delayed input, in dB below the input. */
export function nullDb(stems: readonly (readonly Float32Array[])[], input: readonly Float32Array[], latency: number): number {
  let error = 0
  let energy = 0
  input.forEach((x, channel) => {
    const want = delayed(x, latency)
    want.forEach((value, i) => {
      error += (stems.reduce((sum, stem) => sum + stem[channel]![i]!, 0) - value) ** 2
      energy += value ** 2
    })
  })
  return 10 * Math.log10(error / energy)
}

/** The first place where two sets of stems differ, as "source, channel, sample", or null: exact, and quick to compare. */
export function difference(got: readonly (readonly Float32Array[])[], want: readonly (readonly Float32Array[])[], length = Infinity): string | null {
  for (let s = 0; s < want.length; s++)
    for (let c = 0; c < want[s]!.length; c++) {
      const a = got[s]![c]!
      const b = want[s]![c]!
      const end = Math.min(length, b.length)
      for (let i = 0; i < end; i++) if (!Object.is(a[i], b[i])) return `source ${s}, channel ${c}, sample ${i}: ${a[i]} is not ${b[i]}`
    }
  return null
}
