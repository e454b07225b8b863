// Dictionary × places × hand → one gain per bin and source. What the masks leave of one is the rest's, so
// that everything always adds up. Places and bands are gates of what the dictionary shares out; what was painted decides
// over the finished masks.

import type { Activations } from './activations.ts'
import type { Basis } from './basis.ts'
import { dictionarySources, type Atom } from './dictionary.ts'
import { type Kernel, PANEL_BINS } from './kernel.ts'
import type { Covariances } from './covariance.ts'
import type { Features } from './features.ts'
import type { MaskHead } from './mask-head.ts'
import { Painted } from './painted.ts'
import type { Settings } from './parameters.ts'
import { Places } from './places.ts'
import { FREE, type Selection } from './selection.ts'

/** What a logit is multiplied by where masks are binary. */
const ALL_OR_NOTHING = 1e4

export class Masks {
  /** Source by source, in the selection's order. */
  readonly gains: readonly Float32Array[]
  /** W·h, of the frame brought to a mean of one; like all that follows, of dealt bins. */
  readonly total: Float32Array
  private readonly names: readonly string[]
  private readonly spectra: Float32Array
  private readonly ends: Int32Array
  private readonly assign: Int32Array
  /** Sources with both a spectrum and a place, and the groups that explain them: two lists, each after its length. */
  private readonly bound: Int32Array
  private readonly dealtGains: readonly Float32Array[]
  private readonly dealtGates: readonly Float32Array[]
  /** What the places and the band let through, of bins in their order. */
  private readonly gates: readonly Float32Array[]
  readonly bands: readonly Float32Array[]
  /** Of two channels. */
  readonly places: Places | null
  private readonly painted: Painted
  readonly stride: number
  /** The frame's magnitude at the solver's level, against which the residue is measured. */
  private readonly seen: Float32Array
  /** 1 and the frame's scale, for `prepare`; sharpness, residue and floor, for `masks`. */
  private readonly scaling: Float32Array
  readonly numbers: Float32Array
  private binary = 0

  /** Rows of bins, dealt or in their order, all as far apart. */
  private static row(bins: number, paddedBins: number): number { return Math.ceil(Math.max(bins + 3, paddedBins) / 16) * 16 }

  static floats(channels: number, groups: number, sources: number, bins: number, paddedBins: number): number {
    return (channels === 2 ? Places.floats(bins, sources) : 0) + (groups + 7 * sources + 3) * (Masks.row(bins, paddedBins) + 16) + (groups + 18) * (sources + 3) + 128
  }

  constructor(private readonly kernel: Kernel, private readonly basis: Basis, atoms: readonly Atom[],
    private readonly sampleRate: number, private readonly fftSize: number, channels: number, selection: Selection, covariances: Covariances, seconds: Float64Array) {
    const { paddedBins, fitted: { bins } } = basis
    this.names = [...dictionarySources(atoms), FREE]
    this.stride = Masks.row(bins, paddedBins) * 4
    this.spectra = kernel.floats((this.names.length * this.stride) / 4)
    this.total = kernel.floats(paddedBins)
    this.seen = kernel.floats(paddedBins)
    this.scaling = kernel.floats(2).fill(1)
    this.numbers = kernel.floats(3)
    this.ends = kernel.integers(this.names.length)
    this.names.forEach((name, i) => (this.ends[i] = atoms.findLastIndex((atom) => atom.source === name) + 1))
    const rows = (): Float32Array[] => selection.sources.map(() => kernel.floats(this.stride / 4))
    this.gains = rows().map((row) => row.subarray(0, bins))
    this.gates = rows()
    this.bands = rows()
    this.dealtGains = rows()
    this.dealtGates = rows()
    this.assign = kernel.integers(selection.sources.length * (this.names.length + 1))
    this.bound = kernel.integers(selection.sources.length + this.names.length + 2)
    this.places = channels === 2 ? new Places(kernel, bins, sampleRate, fftSize, selection.sources.length) : null
    this.painted = new Painted(kernel, bins, sampleRate / fftSize, selection.sources.length, this.stride, seconds)
    this.select(selection, covariances)
  }

  /** Takes a selection of as many sources as the one it was built with. */
  select(selection: Selection, covariances: Covariances): void {
    const { mask, sources } = selection
    const { assign, names, basis: { fitted: { bins } }, sampleRate, fftSize } = this
    this.binary = mask === 'binary' ? 1 : 0
    const row = names.length + 1
    sources.forEach((source, s) => {
      const groups = source.atoms && names.flatMap((name, g) => (source.atoms!.includes(name) ? [g] : []))
      assign.set(groups ? [groups.length, ...groups] : [-1], s * row)
      const [low, high] = source.band ?? [0, Infinity]
      for (let bin = 0; bin < bins; bin++) {
        const hertz = (bin * sampleRate) / fftSize
        this.bands[s]![bin] = hertz >= low && hertz <= high ? 1 : 0
      }
      this.gates[s]!.set(this.bands[s]!)
      this.basis.deal(this.gates[s]!, this.dealtGates[s]!)
    })
    this.places?.select(selection, covariances)
    this.bind(selection)
    this.painted.select(selection)
  }

  private bind({ sources }: Selection): void {
    const { bound, places, names } = this
    const both = sources.flatMap(({ atoms }, s) => (atoms && places?.restricted[s] ? [s] : []))
    const groups = names.flatMap((name, g) => (both.some((s) => sources[s]!.atoms!.includes(name)) ? [g] : []))
    bound.set([both, groups].flatMap((list) => [list.length, ...list]))
  }

  /** Whether places claim anything, which is to be done before the sweeps. */
  get placed(): boolean { return this.places !== null && this.places.active }

  /** Bins `from` to `to`, multiples of 4, of the places; the last of them ends it. */
  claim(features: Features, from: number, to: number): void {
    const { places, basis, gates, dealtGates, bands } = this
    if (!places) return
    if (from === 0) places.begin()
    places.claim(features, from, to)
    for (let s = 0; s < gates.length; s++) {
      if (!places.restricted[s]) continue
      places.gather(s, bands[s]!, gates[s]!, from, to)
      if (to >= basis.fitted.bins) basis.deal(gates[s]!, dealtGates[s]!)
    }
  }

  reset(): void {
    for (const gains of this.gains) gains.fill(0)
  }

  /** One slice: panels `from` to `to`. `atoms` counts the free ones that are in use. */
  sweep(activations: Activations, atoms: number, from: number, to: number): void {
    const { kernel: { run }, basis, names, spectra, ends, stride, total, dealtGains, dealtGates, assign, bound } = this
    const groups = names.length
    ends[groups - 1] = atoms
    run.explain(basis.packed.byteOffset, activations.h.byteOffset, basis.room, ends.byteOffset, groups, spectra.byteOffset, stride,
      total.byteOffset, from, to)
    if (dealtGains.length === 0) return
    run.masks(spectra.byteOffset, groups, stride, this.seen.byteOffset, total.byteOffset, assign.byteOffset,
      dealtGates[0]!.byteOffset, dealtGains.length, dealtGains[0]!.byteOffset, from * PANEL_BINS, (to - from) * PANEL_BINS, this.numbers.byteOffset, this.binary, bound.byteOffset)
  }

  /** Before the slices. */
  begin(magnitude: Float32Array, activations: Activations, settings: Settings): void {
    const { basis, scaling, numbers, kernel: { run } } = this
    numbers[0] = settings.sharpness
    numbers[1] = settings.residue
    numbers[2] = Math.min(10 ** (settings.floor / 20), 1 / (this.gains.length + 1))
    scaling[1] = 1 / activations.level
    run.prepare(magnitude.byteOffset, basis.weights.byteOffset, this.seen.byteOffset, basis.paddedBins, scaling.byteOffset)
  }

  /** After them: the bins in their order. */
  collect(): void {
    for (let source = 0; source < this.gains.length; source++) this.basis.collect(this.dealtGains[source]!, this.gains[source]!)
  }

  /** What a learned head sees of the mask of source `which`, and what it makes of the masks. */
  show(head: MaskHead, which: number, magnitude: Float32Array, noise: Float32Array, settings: Settings): void {
    head.look(this.gains[which]!, this.gates[which]!, magnitude, noise, settings)
  }
  judge(head: MaskHead, which: number): void {
    head.apply(this.gains[0]!, this.gates[0]!, this.stride, this.gains.length, which, this.numbers[2]!, this.binary ? ALL_OR_NOTHING : 1)
  }

  /** At last the bins above the dictionary's reach. */
  extend(magnitude: Float32Array): void {
    const { basis: { fitted: { known, bins } }, gains, gates, stride, kernel: { run } } = this
    if (known < bins && gains.length > 0)
      run.extend(gains[0]!.byteOffset, gates[0]!.byteOffset, stride, gains.length, magnitude.byteOffset, known, bins)
  }

  /** Whether the hand decides anything in this frame. */
  get touched(): boolean { return this.painted.meetsAny() }

  /** What it decides: source by source, and once more to decide it. */
  paint(source: number): void {
    if (source < this.gains.length) this.painted.gather(source)
    else this.painted.apply(this.gains)
  }
}
