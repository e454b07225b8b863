// The chain, and nothing else:
//
//   in ─► Analysis ─► Features ─► Activations ─► Masks ─► Wiener ─► Synthesis ─► one output per source + the rest
//                        │          │   ▲        ▲ │
//                        │          └─► Free atoms ┘
//                        └─► Places ─────────────┘
//
// The rest is the delayed input minus the sources: whatever the masks do, everything adds up.
// A frame's work is a row of units of about equal size. The direct mode does them all in the quantum that completes the
// hop; the sliced mode spreads them over the samples of the next hop and is one hop later.

import { Activations } from './activations.ts'
import { FreeAtoms, MAX_FREE_ATOMS } from './adapt.ts'
import { Basis, SLICE } from './basis.ts'
import { FileClock, type Origin } from './clock.ts'
import { type Covariances, checkLearned } from './covariance.ts'
import { binCount, dictionarySources, fitSpectra, type Dictionary } from './dictionary.ts'
import { Features } from './features.ts'
import { fact, Frame, type FrameLayout } from './frame.ts'
import { Kernel } from './kernel.ts'
import { Masks } from './masks.ts'
import { type Automation, initialSettings, type ParameterName, parameters, type Settings, valueAt } from './parameters.ts'
import type { Mode } from './protocol.ts'
import type { Selection } from './selection.ts'
import { Analysis, latencyOf, type Shape, shapeFor, Synthesis, Transform } from './stft.ts'
import { Wiener } from './wiener.ts'

export interface SeparatorOptions {
  readonly module: WebAssembly.Module
  readonly dictionary: Dictionary
  readonly selection: Selection
  /** For its learned places. */
  readonly covariances?: Covariances
  readonly sampleRate: number
  readonly channels: 1 | 2
  readonly mode: Mode
}

export const layoutFor = (dictionary: Dictionary, selection: Selection, sampleRate: number, channels: 1 | 2): FrameLayout => ({
  channels,
  bins: binCount(shapeFor(dictionary, sampleRate).fftSize),
  sources: selection.sources.length,
  atoms: dictionary.atoms.length + MAX_FREE_ATOMS,
})

const names: readonly ParameterName[] = parameters.map((p) => p.name)
/** Rows that count: an AudioParam that ramps passes through values between. */
const whole: readonly boolean[] = parameters.map((p) => p.step === 1)
/** Bins in one unit of the sliced mode's work on places: as much as four panels of a hundred atoms. */
const BINS = 256
/** Input beyond ±120 dB over full scale is no sound. */
const LARGEST = 1e6

export class Separator {
  readonly shape: Shape
  readonly latencySamples: number
  readonly sourceNames: readonly string[]
  readonly layout: FrameLayout
  /** The covariances of its learned places. */
  learned: Covariances
  /** What the last hop revealed. */
  readonly frame: Frame
  /** Called when `frame` is complete. Set it once; it must not allocate. */
  onFrame: (frame: Frame) => void = () => {}
  /** The most passes a frame may take: lowered by a host that falls behind. */
  mostPasses = Infinity
  /** Samples that were not numbers of reasonable size, and were taken as silence. */
  badSamples = 0

  private readonly sliced: boolean
  private readonly analyses: readonly Analysis[]
  private readonly features: Features
  private readonly activations: Activations
  private readonly freeAtoms: FreeAtoms
  private readonly masks: Masks
  /** Of two channels. */
  private readonly wiener: Wiener | null
  /** [source][channel] */
  private readonly syntheses: readonly (readonly Synthesis[])[]
  private readonly panels: number
  /** Panels in one unit of work. */
  private readonly slice: number
  private readonly fixedAtoms: number

  private readonly settings: Settings = initialSettings()
  private readonly clock: FileClock
  private filtering = false
  /** Whether the frame at work is. */
  private filtered = false
  private collected = 0
  private position = 0
  private peak = 0
  private energy = 0
  // the frame at work: what it is, units done, and where each stage's units begin
  private silent = true
  private passes = 0
  /** Of the file, in its middle. */
  private readonly seconds = new Float64Array(1)
  private done = 0
  private total = 0
  private placing = 0
  private masking = 0
  private solving = 0
  private learning = 0
  private writing = 0

  constructor({ module, dictionary, selection, covariances = {}, sampleRate, channels, mode }: SeparatorOptions) {
    const shape = (this.shape = shapeFor(dictionary, sampleRate))
    this.sliced = mode === 'sliced'
    this.latencySamples = latencyOf(shape, mode)
    this.sourceNames = selection.sources.map((source) => source.name)
    this.layout = layoutFor(dictionary, selection, sampleRate, channels)
    this.frame = new Frame(this.layout)
    this.clock = new FileClock(sampleRate)
    this.learned = covariances
    checkLearned(selection, covariances)
    const fitted = fitSpectra(dictionary, shape.fftSize, sampleRate)
    const fixed = (this.fixedAtoms = dictionary.atoms.length)
    const sources = selection.sources.length
    const padded = Basis.paddedBins(fitted.known)
    const room = Basis.room(fixed, MAX_FREE_ATOMS)
    const kernel = new Kernel(module, Transform.floats(shape.fftSize) + channels * Analysis.floats(shape, this.latencySamples) +
      channels * sources * Synthesis.floats(shape) + Features.floats(channels, fitted.bins, padded) + Basis.floats(fixed, MAX_FREE_ATOMS, fitted.known) +
      Activations.floats(room, padded, dictionary.divergence) + FreeAtoms.floats(padded) +
      Masks.floats(channels, dictionarySources(dictionary.atoms).length + 1, sources, fitted.bins, padded) + (channels === 2 ? Wiener.floats(fitted.bins) : 0))
    const transform = new Transform(kernel, shape.fftSize)
    const basis = new Basis(kernel, fitted, fixed, MAX_FREE_ATOMS)
    const each = <T>(make: () => T): T[] => Array.from({ length: channels }, make)
    this.panels = basis.panels
    this.slice = mode === 'sliced' ? SLICE : basis.panels
    this.analyses = each(() => new Analysis(transform, shape, this.latencySamples))
    this.features = new Features(kernel, basis, channels)
    this.activations = new Activations(kernel, basis, dictionary.divergence, this.slice, shape.hopSize / sampleRate)
    this.freeAtoms = new FreeAtoms(kernel, basis, dictionary.divergence, shape.hopSize / sampleRate)
    this.masks = new Masks(kernel, basis, dictionary.atoms, sampleRate, shape.fftSize, channels, selection, covariances, this.seconds)
    this.wiener = this.masks.places && new Wiener(kernel, this.masks.places, fitted.bins, shape.hopSize / sampleRate)
    this.filtering = selection.mask === 'wiener'
    this.syntheses = selection.sources.map(() => each(() => new Synthesis(transform, shape)))
  }

  /** The next frame starts cold: for benchmarks, which show what the warm start is worth. */
  forgetActivations(): void { this.activations.reset() }

  /** A selection of as many sources as before; anything else is a new separator. Covariances stay where none are given. */
  select(selection: Selection, covariances = this.learned): void {
    this.learned = covariances
    this.filtering = selection.mask === 'wiener'
    this.masks.select(selection, covariances)
  }

  /** Where in a file the input is, for what is painted: see FileClock. */
  setOrigin(origin: Origin): void { this.clock.set(origin, this.position) }

  /** Samples of input consumed. */
  get consumed(): number { return this.position }

  /** The file's second that the next sample of input belongs to. */
  get fileSeconds(): number {
    this.clock.read(this.position)
    return this.clock.seconds[0]!
  }

  /** As new. */
  reset(): void {
    this.forgetAudio()
    this.freeAtoms.reset()
  }

  /** As new, but for what the free atoms have learned. */
  forgetAudio(): void {
    for (const analysis of this.analyses) analysis.reset()
    for (const channels of this.syntheses) for (const synthesis of channels) synthesis.reset()
    this.activations.reset()
    this.masks.reset()
    this.wiener?.reset()
    this.clock.reset()
    this.collected = this.position = this.peak = this.energy = this.badSamples = 0
    this.done = this.total = 0
  }

  /** Any number of samples. `stems[source][channel]`, the last source is the rest; `offset` is where their automation begins. */
  process(input: readonly Float32Array[], stems: readonly (readonly Float32Array[])[], length: number, automation: Automation, offset = 0): void {
    const { shape: { hopSize } } = this
    for (let from = 0; from < length; ) {
      const to = Math.min(length, from + hopSize - this.collected)
      this.take(input, from, to)
      this.give(stems, from, to)
      this.collected += to - from
      this.position += to - from
      from = to
      if (this.sliced) this.workUntil(Math.floor((this.total * this.collected) / hopSize))
      if (this.collected === hopSize) {
        this.collected = 0
        this.set(automation, offset + from - 1)
        this.hop()
      }
    }
  }

  private take(input: readonly Float32Array[], from: number, to: number): void {
    for (let channel = 0; channel < this.analyses.length; channel++) {
      const samples = input[channel]!
      const analysis = this.analyses[channel]!
      for (let i = from; i < to; i++) {
        let x = samples[i]!
        if (!(x > -LARGEST && x < LARGEST)) {
          x = 0
          this.badSamples++
        }
        analysis.write(x, this.collected + i - from)
        const size = x < 0 ? -x : x
        if (size > this.peak) this.peak = size
        this.energy += x * x
      }
    }
  }

  private give(stems: readonly (readonly Float32Array[])[], from: number, to: number): void {
    const { analyses, syntheses } = this
    const first = this.collected - from
    for (let channel = 0; channel < analyses.length; channel++) {
      for (let source = 0; source <= syntheses.length; source++) {
        const out = stems[source]![channel]!
        const ready = source < syntheses.length ? syntheses[source]![channel]!.ready : analyses[channel]!.rest
        for (let i = from; i < to; i++) out[i] = ready[first + i]!
      }
    }
  }

  private set(automation: Automation, sample: number): void {
    for (let i = 0; i < names.length; i++) {
      const asked = valueAt(automation[names[i]!], sample)
      const value = whole[i] ? Math.round(asked) : asked
      if (value !== this.settings[names[i]!]) this.settings[names[i]!] = value // a store by name makes garbage: only of news
    }
  }

  private hop(): void {
    if (this.sliced) this.release()
    this.begin()
    if (!this.sliced) {
      this.workUntil(this.total)
      this.release()
    }
    this.leaveRest()
  }

  /** The frame that the hop has completed: what must happen at once, and how many units the remainder takes. */
  private begin(): void {
    const { analyses, features, activations, masks, settings, panels, shape } = this
    for (let channel = 0; channel < analyses.length; channel++) analyses[channel]!.frame()
    features.measure(analyses[0]!, analyses[1])
    this.clock.read(this.position - (shape.tailSize >> 1))
    this.seconds[0] = this.clock.seconds[0]!
    this.passes = Math.min(settings.passes, Math.max(1, this.mostPasses))
    this.done = 0
    this.filtered = this.filtering
    this.placing = activations.begin(features.dealt, this.atoms, this.passes, settings)
    this.silent = this.placing === 0
    if (this.silent) {
      masks.reset()
      this.total = 0
      return
    }
    masks.begin(features.dealt, activations, settings)
    if (this.atoms === 0) this.placing = this.passes = 0
    this.masking = this.placing + (masks.placed ? this.binSlices : 0)
    this.solving = this.masking + Math.ceil(panels / this.slice)
    this.learning = this.solving + (this.wiener && this.filtered ? this.binSlices : 0)
    this.writing = this.learning + (settings.hold || settings.freeAtoms === 0 ? 0 : 1 + settings.freeAtoms)
    this.total = this.writing + this.syntheses.length * analyses.length
  }

  private get atoms(): number { return this.fixedAtoms + this.settings.freeAtoms }

  private workUntil(units: number): void {
    while (this.done < units) this.unit(this.done++)
  }

  private unit(i: number): void {
    if (i < this.placing) this.activations.advance()
    else if (i < this.masking) this.place(i - this.placing)
    else if (i < this.solving) this.mask(i - this.masking)
    else if (i < this.learning) this.filter(i - this.solving)
    else if (i < this.writing) this.learn(i - this.learning)
    else this.write(i - this.writing)
  }

  /** Slices of bins that places and the Wiener filter come in. */
  private get binSlices(): number { return this.sliced ? Math.ceil(this.layout.bins / BINS) : 1 }
  private binsTo(slice: number): number { return slice === this.binSlices - 1 ? Math.ceil(this.layout.bins / 4) * 4 : (slice + 1) * BINS }

  private place(slice: number): void {
    this.masks.claim(this.features, slice * BINS, this.binsTo(slice))
    if (slice === this.binSlices - 1) this.wiener?.measure()
  }

  private mask(slice: number): void {
    const to = Math.min((slice + 1) * this.slice, this.panels)
    this.masks.sweep(this.activations, this.atoms, slice * this.slice, to)
    if (to === this.panels) this.masks.finish(this.features.magnitude)
  }

  private filter(slice: number): void {
    const { wiener, analyses } = this
    wiener?.solve(this.masks.gains, analyses[0]!, analyses[1]!, slice * BINS, this.binsTo(slice))
  }

  private learn(i: number): void {
    if (i === 0) this.freeAtoms.compare(this.activations.prepared, this.masks.total, this.settings)
    else this.freeAtoms.learn(i - 1, this.activations.h)
  }

  private write(i: number): void {
    const { analyses, syntheses, wiener } = this
    const source = Math.floor(i / analyses.length)
    const channel = i - source * analyses.length
    const synthesis = syntheses[source]![channel]!
    const frame = analyses[channel]!
    const gains = this.masks.gains[source]!
    if (wiener && this.filtered) synthesis.add(wiener.part(source, channel, gains, frame, this.layout.bins), wiener.ones)
    else synthesis.add(frame, gains)
  }

  /** The finished frame's samples go out during the hop that begins now; viewers see it. */
  private release(): void {
    for (let source = 0; source < this.syntheses.length; source++)
      for (let channel = 0; channel < this.analyses.length; channel++) this.syntheses[source]![channel]!.publish()
    this.reveal()
  }

  /** The delayed input, minus what the sources take of it. */
  private leaveRest(): void {
    for (let source = 0; source < this.syntheses.length; source++)
      for (let channel = 0; channel < this.analyses.length; channel++) this.analyses[channel]!.subtract(this.syntheses[source]![channel]!.ready)
  }

  private reveal(): void {
    const { frame, activations, masks, features, layout } = this
    const { facts } = frame
    facts[fact.position] = this.position
    facts[fact.inputPeak] = this.peak
    facts[fact.inputRms] = Math.sqrt(this.energy / (this.shape.hopSize * this.analyses.length))
    facts[fact.passes] = this.silent ? 0 : this.passes
    facts[fact.badSamples] = this.badSamples
    facts[fact.seconds] = this.seconds[0]!
    facts[fact.diffuse] = this.wiener ? this.wiener.diffuse : 0
    facts[fact.fallback] = this.wiener && this.filtered ? this.wiener.soft : 0
    this.peak = this.energy = 0
    frame.magnitude.set(features.magnitude)
    frame.left.set(features.left)
    frame.right.set(features.right)
    frame.crossRe.set(features.crossRe)
    frame.crossIm.set(features.crossIm)
    for (let source = 0; source < layout.sources; source++) frame.masks.set(masks.gains[source]!, source * layout.bins)
    const level = this.silent ? 0 : activations.level
    for (let atom = 0; atom < layout.atoms; atom++) frame.activations[atom] = atom < this.atoms ? activations.h[atom]! * level : 0
    this.onFrame(frame)
  }
}
