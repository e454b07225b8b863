// What the chain is made of: every stage, in kernel memory that is ordered once and exactly.

import { Activations } from './activations.ts'
import { FreeAtoms, MAX_ONLINE_ATOMS } from './adapt.ts'
import { Basis, SLICE } from './basis.ts'
import type { Covariances } from './covariance.ts'
import { type Dictionary, dictionarySources, fitSpectra } from './dictionary.ts'
import { Features } from './features.ts'
import { Kernel } from './kernel.ts'
import { MaskHead } from './mask-head.ts'
import { Masks } from './masks.ts'
import type { Head } from './network.ts'
import { NoiseAtom, NoiseTracker } from './noise.ts'
import { Outputs } from './outputs.ts'
import { Polish } from './polish.ts'
import { Slices } from './schedule.ts'
import type { Selection } from './selection.ts'
import { Analysis, type Shape, Transform } from './stft.ts'
import { Wiener } from './wiener.ts'

interface Plan {
  readonly module: WebAssembly.Module
  readonly dictionary: Dictionary
  readonly selection: Selection
  readonly covariances: Covariances
  readonly head: Head | null
  readonly sampleRate: number
  readonly channels: 1 | 2
  readonly again: boolean
}

/** Bins in one unit of the sliced mode's work on places: filtering four takes as long as four panels of a hundred atoms. */
const BINS = 64

export function partsOf({ module, dictionary, selection, covariances, head, sampleRate, channels, again }: Plan, shape: Shape, latencySamples: number,
  sliced: boolean, seconds: Float64Array) {
  const fitted = fitSpectra(dictionary, shape.fftSize, sampleRate)
  const fixed = dictionary.atoms.length
  const sources = selection.sources.length
  const { known, bins } = fitted
  const padded = Basis.paddedBins(known)
  const binHertz = sampleRate / shape.fftSize, hopSeconds = shape.hopSize / sampleRate, tailSeconds = shape.tailSize / sampleRate
  const judge = head?.kind === 'mask' ? head : null
  const kernel = new Kernel(module, Transform.floats(shape.fftSize) + channels * Analysis.floats(shape, latencySamples) +
    Outputs.floats(shape, channels, sources) + Features.floats(channels, bins, padded) + Basis.floats(fixed, MAX_ONLINE_ATOMS, known) +
    Activations.floats(Basis.room(fixed, MAX_ONLINE_ATOMS), padded, dictionary.divergence) + FreeAtoms.floats(padded) +
    NoiseTracker.floats(known) + NoiseAtom.floats(known, padded) +
    Masks.floats(channels, dictionarySources(dictionary.atoms).length + 1, sources, bins, padded) + (judge ? MaskHead.floats(judge, known) : 0) +
    Polish.floats(sources, bins) + (channels === 2 ? Wiener.floats(bins) : 0))
  const transform = new Transform(kernel, shape.fftSize)
  const basis = new Basis(kernel, fitted, fixed, MAX_ONLINE_ATOMS)
  const slice = sliced ? SLICE : basis.panels
  const wholeBins = Math.ceil(bins / 4) * 4
  const analyses = Array.from({ length: channels }, () => new Analysis(transform, shape, latencySamples))
  const noise = new NoiseTracker(kernel, known, hopSeconds)
  const masks = new Masks(kernel, basis, dictionary.atoms, sampleRate, shape.fftSize, channels, selection, covariances, seconds)
  return {
    analyses, noise, masks,
    features: new Features(kernel, basis, channels),
    activations: new Activations(kernel, basis, dictionary.divergence, slice, hopSeconds),
    freeAtoms: new FreeAtoms(kernel, basis, dictionary.divergence, hopSeconds, !again),
    noiseAtom: new NoiseAtom(kernel, basis, noise),
    head: judge && new MaskHead(kernel, judge, known, binHertz, hopSeconds, tailSeconds),
    polish: new Polish(kernel, masks.gains, masks.bands, masks.stride, bins, binHertz, hopSeconds),
    wiener: masks.places && new Wiener(kernel, masks.places, bins, hopSeconds),
    outputs: new Outputs(transform, shape, sources, analyses),
    /** What masks come in, and what places and the Wiener filter come in. */
    panels: new Slices(basis.panels, slice),
    bins: new Slices(wholeBins, sliced ? BINS : wholeBins),
  }
}
