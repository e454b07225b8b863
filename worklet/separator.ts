// The chain, and nothing else:
//
//   in ─► Analysis ─► Features ─┬─► Activations ─► Masks ─► Head ─► Polish ─► Painted ─► Wiener ─► Synthesis ─► one output per source
//     │                         │     │   ▲          ▲       ▲
//     │                         │     └─► Free atoms │       │
//     │                         ├─► Noise ─► atom ───┼───────┘
//     │                         └─► Places ──────────┘
//     └─► the same delay ─► minus the sources ─► the rest
//
// Whatever the masks do, everything adds up. parts.ts makes the stages; schedule.ts says when which part of a frame's work is
// done; the sliced mode is one hop later than the direct one.

import type { Activations } from './activations.ts'
import { type FreeAtoms, MAX_ONLINE_ATOMS } from './adapt.ts'
import { FileClock, type Origin } from './clock.ts'
import { type Covariances, checkLearned } from './covariance.ts'
import { binCount, type Dictionary } from './dictionary.ts'
import type { Features } from './features.ts'
import { fact, Frame, type FrameLayout } from './frame.ts'
import { Intake } from './intake.ts'
import { judged, type MaskHead } from './mask-head.ts'
import type { Masks } from './masks.ts'
import type { Head } from './network.ts'
import type { NoiseAtom, NoiseTracker } from './noise.ts'
import type { Outputs } from './outputs.ts'
import { type Automation, follow, initialSettings, type Settings } from './parameters.ts'
import { partsOf } from './parts.ts'
import type { Polish } from './polish.ts'
import type { Mode } from './protocol.ts'
import { Schedule, type Slices, Stage } from './schedule.ts'
import type { Selection } from './selection.ts'
import { type Analysis, latencyOf, leaning, type Shape, shapeFor } from './stft.ts'
import type { Wiener } from './wiener.ts'

export interface SeparatorOptions {
  readonly module: WebAssembly.Module
  readonly dictionary: Dictionary
  readonly selection: Selection
  /** For its learned places. */
  readonly covariances?: Covariances
  /** One of kind `mask` judges the masks; any other is none. */
  readonly head?: Head | null
  readonly sampleRate: number
  readonly channels: 1 | 2
  readonly mode: Mode
  /** The same stretch of a file is heard again and again: free atoms keep what they have learned of it. */
  readonly again?: boolean
}

export const layoutFor = (dictionary: Dictionary, selection: Selection, sampleRate: number, channels: 1 | 2): FrameLayout => ({
  channels,
  bins: binCount(shapeFor(dictionary, sampleRate).fftSize),
  sources: selection.sources.length,
  atoms: dictionary.atoms.length + MAX_ONLINE_ATOMS,
})

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

  private readonly sliced: boolean
  private readonly intake: Intake
  private readonly analyses: readonly Analysis[]
  private readonly features: Features
  private readonly activations: Activations
  private readonly freeAtoms: FreeAtoms
  private readonly noise: NoiseTracker
  private readonly noiseAtom: NoiseAtom
  private readonly masks: Masks
  /** Whoever teaches one reads what it looks at. */
  readonly head: MaskHead | null
  private readonly polish: Polish
  /** Which source the head judges; −1: none. */
  private judged = -1
  /** Of two channels. */
  private readonly wiener: Wiener | null
  private readonly outputs: Outputs
  private readonly fixedAtoms: number

  // a frame's work, in its order
  private readonly solving = new Stage(() => this.activations.advance())
  private readonly placing = new Stage((slice) => this.place(slice))
  private readonly masking = new Stage((slice) => this.mask(slice))
  private readonly judging = new Stage((part) => this.judge(part))
  private readonly polishing = new Stage((unit) => this.polish.advance(unit))
  private readonly painting = new Stage((source) => this.masks.paint(source))
  private readonly filtering = new Stage((slice) => this.filter(slice))
  private readonly learning = new Stage((i) => this.learn(i))
  private readonly writing = new Stage((stem) => this.write(stem))
  private readonly schedule = new Schedule(
    [this.solving, this.placing, this.masking, this.judging, this.polishing, this.painting, this.filtering, this.learning, this.writing])
  private readonly panels: Slices
  private readonly bins: Slices

  private readonly settings: Settings = initialSettings()
  private readonly clock: FileClock
  /** Whether the selection asks for the Wiener filter. */
  private wanted = false
  private collected = 0
  private position = 0
  // the frame at work
  private filtered = false
  private silent = true
  private passes = 0
  /** Of the file, in its middle. */
  private readonly seconds = new Float64Array(1)

  constructor({ module, dictionary, selection, covariances = {}, head = null, sampleRate, channels, mode, again = false }: SeparatorOptions) {
    const plain = shapeFor(dictionary, sampleRate)
    const shape = (this.shape = head?.kind === 'mask' ? leaning(plain) : plain)
    this.sliced = mode === 'sliced'
    this.latencySamples = latencyOf(shape, mode)
    this.sourceNames = selection.sources.map((source) => source.name)
    this.layout = layoutFor(dictionary, selection, sampleRate, channels)
    this.frame = new Frame(this.layout)
    this.clock = new FileClock(sampleRate)
    this.learned = covariances
    checkLearned(selection, covariances)
    const parts = partsOf({ module, dictionary, selection, covariances, head, sampleRate, channels, again }, shape, this.latencySamples, this.sliced, this.seconds)
    this.analyses = parts.analyses
    this.features = parts.features
    this.activations = parts.activations
    this.freeAtoms = parts.freeAtoms
    this.noise = parts.noise
    this.noiseAtom = parts.noiseAtom
    this.masks = parts.masks
    this.head = parts.head
    this.polish = parts.polish
    this.wiener = parts.wiener
    this.outputs = parts.outputs
    this.panels = parts.panels
    this.bins = parts.bins
    this.intake = new Intake(this.analyses, shape.hopSize)
    this.fixedAtoms = dictionary.atoms.length
    this.judged = this.head ? judged(selection, this.head.facts) : -1
    this.wanted = selection.mask === 'wiener'
  }

  /** The next frame starts cold: for benchmarks, which show what the warm start is worth. */
  forgetActivations(): void { this.activations.reset() }

  /** A selection of as many sources as before; anything else is a new separator. Covariances stay where none are given. */
  select(selection: Selection, covariances = this.learned): void {
    this.learned = covariances
    this.wanted = selection.mask === 'wiener'
    this.judged = this.head ? judged(selection, this.head.facts) : -1
    this.masks.select(selection, covariances)
  }

  /** Where in a file the input is, for what is painted: see FileClock. */
  setOrigin(origin: Origin): void { this.clock.set(origin, this.position) }

  /** Samples that were not numbers of reasonable size, and were taken as silence. */
  get badSamples(): number { return this.intake.badSamples }

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
    this.noise.reset()
  }

  /** As new, but for what the free atoms have learned. */
  forgetAudio(): void {
    for (const analysis of this.analyses) analysis.reset()
    this.outputs.reset()
    this.activations.reset()
    this.masks.reset()
    this.polish.reset()
    this.head?.reset()
    this.wiener?.reset()
    this.clock.reset()
    this.intake.reset()
    this.schedule.clear()
    this.collected = this.position = 0
  }

  /** Any number of samples. `stems[source][channel]`, the last source is the rest; `offset` is where their automation begins. */
  process(input: readonly Float32Array[], stems: readonly (readonly Float32Array[])[], length: number, automation: Automation, offset = 0): void {
    const { shape: { hopSize } } = this
    for (let from = 0; from < length; ) {
      const to = Math.min(length, from + hopSize - this.collected)
      this.intake.take(input, from, to, this.collected)
      this.outputs.give(stems, from, to, this.collected)
      this.collected += to - from
      this.position += to - from
      from = to
      if (this.sliced) this.schedule.work(this.collected, hopSize)
      if (this.collected === hopSize) {
        this.collected = 0
        follow(this.settings, automation, offset + from - 1)
        this.hop()
      }
    }
  }

  private hop(): void {
    if (this.sliced) this.release()
    this.begin()
    if (!this.sliced) {
      this.schedule.work(1, 1)
      this.release()
    }
    this.outputs.leaveRest()
  }

  /** The frame that the hop has completed: what must happen at once, and how many units the remainder takes. */
  private begin(): void {
    const { analyses, features, activations, masks, settings, shape, schedule } = this
    for (let channel = 0; channel < analyses.length; channel++) analyses[channel]!.frame()
    features.measure(analyses[0]!, analyses[1])
    this.clock.read(this.position - (shape.tailSize >> 1))
    this.seconds[0] = this.clock.seconds[0]!
    this.passes = Math.min(settings.passes, Math.max(1, this.mostPasses))
    this.filtered = this.wiener !== null && this.wanted
    const alone = this.noiseAtom.hear(features, activations, settings, this.judged >= 0)
    this.solving.units = activations.begin(features.dealt, this.atoms, this.passes, settings, alone)
    this.silent = this.solving.units === 0
    if (this.silent) {
      masks.reset()
      this.polish.reset()
      schedule.clear()
      return
    }
    masks.begin(features.dealt, activations, settings)
    if (this.atoms === 0) this.solving.units = this.passes = 0
    this.placing.units = masks.placed ? this.bins.count : 0
    this.masking.units = this.panels.count
    this.judging.units = this.judged < 0 || alone || settings.learned === 0 ? 0 : 3 // where only noise sounds there is nothing to judge
    this.polishing.units = this.polish.begin(settings, masks.numbers)
    this.painting.units = masks.touched ? this.layout.sources + 1 : 0
    this.filtering.units = this.filtered ? this.bins.count : 0
    this.learning.units = settings.hold || settings.freeAtoms === 0 ? 0 : 1 + settings.freeAtoms
    this.writing.units = this.outputs.count
    schedule.begin()
  }

  private get atoms(): number { return this.fixedAtoms + this.settings.freeAtoms + this.settings.tracker }

  private place(slice: number): void {
    this.masks.claim(this.features, this.bins.from(slice), this.bins.to(slice))
    if (slice === this.bins.count - 1) this.wiener?.measure()
  }

  private mask(slice: number): void {
    this.masks.sweep(this.activations, this.atoms, this.panels.from(slice), this.panels.to(slice))
    if (slice < this.panels.count - 1) return
    this.masks.collect()
    if (this.judging.units === 0) this.masks.extend(this.features.magnitude)
  }

  private judge(part: number): void {
    const { masks, head, judged, noise, features: { magnitude }, settings } = this
    if (!head) return
    if (part === 0) masks.show(head, judged, magnitude, noise.power, settings)
    else if (part === 1) head.judge()
    else {
      masks.judge(head, judged)
      masks.extend(magnitude)
    }
  }

  private filter(slice: number): void {
    const { wiener, analyses } = this
    wiener?.solve(this.masks.gains, analyses[0]!, analyses[1]!, this.bins.from(slice), this.bins.to(slice))
  }

  private learn(i: number): void {
    if (i === 0) this.freeAtoms.compare(this.activations.prepared, this.masks.total, this.settings)
    else this.freeAtoms.learn(i - 1, this.activations.h)
  }

  private write(stem: number): void {
    const { analyses, outputs, wiener } = this
    const source = Math.floor(stem / analyses.length)
    const channel = stem - source * analyses.length
    const frame = analyses[channel]!
    const gains = this.masks.gains[source]!
    if (wiener && this.filtered) outputs.add(source, channel, wiener.part(source, channel, gains, frame, this.layout.bins), wiener.ones)
    else outputs.add(source, channel, frame, gains)
  }

  /** The finished frame goes out, and viewers see it. */
  private release(): void {
    this.outputs.publish()
    this.reveal()
  }

  private reveal(): void {
    const { frame, activations, masks, features, layout } = this
    const { facts } = frame
    facts[fact.position] = this.position
    this.intake.tell(facts)
    facts[fact.passes] = this.silent ? 0 : this.passes
    facts[fact.seconds] = this.seconds[0]!
    facts[fact.diffuse] = this.wiener ? this.wiener.diffuse : 0
    facts[fact.fallback] = this.wiener && this.filtered ? this.wiener.soft : 0
    frame.magnitude.set(features.magnitude)
    if (layout.channels === 2) {
      frame.left.set(features.left)
      frame.right.set(features.right)
      frame.crossRe.set(features.crossRe)
      frame.crossIm.set(features.crossIm)
    }
    for (let source = 0; source < layout.sources; source++) frame.masks.set(masks.gains[source]!, source * layout.bins)
    const level = this.silent ? 0 : activations.level
    for (let atom = 0; atom < layout.atoms; atom++) frame.activations[atom] = atom < this.atoms ? activations.h[atom]! * level : 0
    this.onFrame(frame)
  }
}
