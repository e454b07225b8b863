// How much of each atom a frame holds. One interface; the multiplicative solver is the first behind it.

import { divergenceKind, type Kernel, PANEL_BINS, type PassKind } from './kernel.ts'
import { type Divergence, type FittedSpectra, omegaOf } from './dictionary.ts'
import type { Settings } from './parameters.ts'

const QUARTERS = 4

/**
 * Spectra packed for the kernel. The bins that the dictionary reaches are dealt like cards into four quarters, bin b to quarter b mod 4, and each quarter
 * fills panels of 32 bins, in each of which the atoms stand one after the other, free atoms last. So every quarter is a
 * fair sample of the whole spectrum, and the solver may take a step after each of them: see Multiplicative.
 */
export class Basis {
  readonly packed: Float32Array
  /** The first panel of each quarter, and the end of the last. */
  readonly quarters: Int32Array
  readonly panels: number
  /** Dealt bins rounded up to whole panels. */
  readonly paddedBins: number
  /** Atoms that a panel has room for. */
  readonly room: number
  /** Per dealt bin: 1, and 0 in the padding. */
  readonly weights: Float32Array
  /** Per quarter: the sum of each atom's bins there. */
  readonly sums: readonly Float32Array[]

  static room(fixed: number, free: number): number { return Math.ceil((fixed + free) / 4) * 4 }
  static quarters(known: number): Int32Array {
    const starts = new Int32Array(QUARTERS + 1)
    for (let quarter = 0; quarter < QUARTERS; quarter++)
      starts[quarter + 1] = starts[quarter]! + Math.ceil(Math.ceil((known - quarter) / QUARTERS) / PANEL_BINS)
    return starts
  }
  static paddedBins(known: number): number { return Basis.quarters(known)[QUARTERS]! * PANEL_BINS }
  static floats(fixed: number, free: number, known: number): number {
    return Basis.paddedBins(known) * (Basis.room(fixed, free) + 1) + QUARTERS * (Basis.room(fixed, free) + 16) + 32
  }

  constructor(private readonly kernel: Kernel, readonly fitted: FittedSpectra, readonly fixed: number, free: number) {
    this.quarters = Basis.quarters(fitted.known)
    this.panels = this.quarters[QUARTERS]!
    this.paddedBins = this.panels * PANEL_BINS
    this.room = Basis.room(fixed, free)
    this.packed = kernel.floats(this.paddedBins * this.room)
    this.weights = kernel.floats(this.paddedBins)
    this.sums = Array.from({ length: QUARTERS }, () => kernel.floats(this.room))
    for (let bin = 0; bin < fitted.known; bin++) this.weights[this.dealt(bin)] = 1
    for (let atom = 0; atom < fixed; atom++) this.write(atom, fitted.spectra, atom * fitted.bins)
  }

  /** Where bin `bin` lies in arrays of dealt bins. */
  dealt(bin: number): number { return this.quarters[bin % QUARTERS]! * PANEL_BINS + Math.floor(bin / QUARTERS) }

  /** Deals a row of bins, or collects dealt bins into a row. */
  deal(row: Float32Array, dealt: Float32Array): void {
    this.kernel.run.deal(row.byteOffset, dealt.byteOffset, this.fitted.known, this.quarters[1]!, this.quarters[2]!, this.quarters[3]!)
  }
  collect(dealt: Float32Array, row: Float32Array): void {
    this.kernel.run.collect(dealt.byteOffset, row.byteOffset, this.fitted.known, this.quarters[1]!, this.quarters[2]!, this.quarters[3]!)
  }

  /** Copies one spectrum, `bins` numbers of `from` starting at `offset`, into the panels. */
  write(atom: number, from: ArrayLike<number>, offset = 0): void {
    for (let bin = 0; bin < this.fitted.known; bin++) {
      const at = this.dealt(bin)
      const panel = Math.floor(at / PANEL_BINS)
      this.packed[(panel * this.room + atom) * PANEL_BINS + (at - panel * PANEL_BINS)] = from[offset + bin]!
    }
    this.sum(atom)
  }

  /** After the spectrum of `atom` has changed. */
  sum(atom: number): void {
    const { kernel: { run }, packed, room, quarters, sums } = this
    for (let quarter = 0; quarter < QUARTERS; quarter++)
      run.sum(packed.byteOffset, atom, room, quarters[quarter]!, quarters[quarter + 1]!, sums[quarter]!.byteOffset)
  }
}

export interface Activations {
  /** Of the last frame, free atoms last: W·h explains magnitude ÷ level. */
  readonly h: Float32Array
  /** The frame's mean magnitude, by which it was divided so that every floor and penalty means the same at any loudness. */
  readonly level: number
  /** The frame as the kernels want it: weights × (magnitude ÷ level)^α. */
  readonly prepared: Float32Array
  /** Starts a frame, given its magnitudes dealt; returns how many slices of about equal work it takes. 0: silence, nothing to do. */
  begin(magnitude: Float32Array, atoms: number, passes: number, settings: Settings): number
  /** Does one slice. */
  advance(): void
  reset(): void
}

/** Panels in a slice of the sliced mode: about 3 µs of work at 128 atoms. The direct mode takes quarters whole. */
export const SLICE = 4
/** A mean magnitude below this is silence: −180 dB under a full-scale bin of the shortest window. */
const SILENCE = 1e-7
/** Relative to a frame of mean one. Keeps denormals away, which cost five times as much and cannot be flushed in WASM. */
const FLOOR = 1e-9
/** How much of a frame's start is the last frame's answer; what remains is a little of everything, or atoms die for good. */
const RECALL = 0.96

/**
 * Multiplicative updates, a step after every quarter of the bins: ordered subsets, as in tomography (Hudson & Larkin 1994).
 * A pass over all bins costs what it did, and moves four times. With warm starts and a little over-relaxation three such
 * passes reach what fifty cold ones do (`npm run bench warm`). Each step also takes its quarter's noise for truth: where
 * many atoms meet noise that free atoms learn, one step per pass is the better choice (`npm run bench presets`).
 */
export class Multiplicative implements Activations {
  readonly prepared: Float32Array
  level = 0
  private readonly kind: PassKind
  private readonly omega: number
  /** Σ of the divergence as the kernel leaves it, to its true size. */
  private readonly lossScale: number
  readonly h: Float32Array
  private readonly g: Float32Array
  private readonly d: Float32Array
  private readonly l1: Float32Array
  /** For KL: the sums of the quarters behind a step of more than one. */
  private readonly gathered: Float32Array
  private readonly lossLanes: Float32Array
  /** α, β and floor, as every pass wants them. */
  private readonly numbers: Float32Array
  /** α, and the frame's scale. */
  private readonly scaling: Float32Array
  /** The exponent of a step, and the floor of h. */
  private readonly power: Float32Array

  private quarter = 0
  private panel = 0
  private passesLeft = 0
  private steps: number = QUARTERS
  /** Swept since the last step. */
  private quarters = 0
  private sparsity = 0
  /** In one pass. */
  private readonly slices: number
  private atoms = 0
  private paddedAtoms = 0
  private watched = false
  private loss = Infinity
  private warm = false

  static floats(room: number, paddedBins: number): number { return 11 * room + paddedBins + 192 }

  constructor(private readonly kernel: Kernel, private readonly basis: Basis, divergence: Divergence, private readonly slice: number) {
    const { room, paddedBins } = basis
    this.kind = divergenceKind(divergence)
    this.omega = omegaOf(divergence)
    const { alpha, beta } = divergence
    this.lossScale = this.kind.pass === 'passKl' ? Math.LN2 : beta === 0 || alpha + beta === 0 ? 1 / alpha ** 2 : 1 / Math.abs(alpha * beta)
    this.h = kernel.floats(room)
    this.g = kernel.floats(4 * room)
    this.d = kernel.floats(4 * room)
    this.l1 = kernel.floats(room)
    this.gathered = kernel.floats(room)
    this.prepared = kernel.floats(paddedBins)
    this.lossLanes = kernel.floats(4)
    this.numbers = kernel.floats(3)
    this.numbers.set([alpha, beta, FLOOR])
    this.scaling = kernel.floats(2).fill(alpha)
    this.power = kernel.floats(2).fill(FLOOR * basis.fitted.known)
    this.slices = 0
    for (let quarter = 0; quarter < QUARTERS; quarter++)
      this.slices += Math.ceil((basis.quarters[quarter + 1]! - basis.quarters[quarter]!) / slice)
  }

  reset(): void {
    this.h.fill(0)
    this.g.fill(0)
    this.d.fill(0)
    this.lossLanes.fill(0)
    this.warm = false
  }

  begin(magnitude: Float32Array, atoms: number, passes: number, settings: Settings): number {
    const { basis: { fitted: { known }, fixed, weights, paddedBins }, kernel: { run } } = this
    run.weigh(magnitude.byteOffset, weights.byteOffset, paddedBins, this.scaling.byteOffset + 4)
    const mean = this.scaling[1]! / known
    this.level = mean
    if (mean < SILENCE) return 0
    this.scaling[1] = 1 / mean
    run.prepare(magnitude.byteOffset, weights.byteOffset, this.prepared.byteOffset, paddedBins, this.scaling.byteOffset)
    this.start(known, atoms, settings.listen ? fixed : 0)
    this.steps = settings.steps
    this.sparsity = settings.sparsity
    this.power[0] = this.omega * settings.relaxation
    this.watched = settings.relaxation > 1
    this.quarter = this.quarters = this.panel = 0
    this.passesLeft = passes
    this.loss = Infinity
    return passes * this.slices
  }

  /** Warm: the last frame's answer at this frame's level. Atoms before `first` are silent, those from `atoms` on not in use. */
  private start(sum: number, atoms: number, first: number): void {
    const { h } = this
    this.atoms = atoms
    this.paddedAtoms = Math.ceil(atoms / 4) * 4
    let held = 0
    for (let atom = first; atom < atoms; atom++) held += h[atom]!
    const recall = this.warm && held > 0 ? (RECALL * sum) / held : 0
    const spread = ((recall ? 1 - RECALL : 1) * sum) / (atoms - first)
    for (let atom = 0; atom < h.length; atom++) h[atom] = atom >= first && atom < atoms ? recall * h[atom]! + spread : 0
    this.warm = true
  }

  advance(): void {
    const { kernel: { run }, basis, kind, h, quarter } = this
    const end = basis.quarters[quarter + 1]!
    const to = Math.min(this.panel + this.slice, end)
    // the first quarter, a fair sample like the others, tells the loss; the last pass's would change nothing
    const watched = this.watched && quarter === 0 && this.passesLeft > 1
    run[kind.pass](basis.packed.byteOffset, this.prepared.byteOffset, basis.weights.byteOffset, h.byteOffset, this.g.byteOffset,
      this.d.byteOffset, watched ? this.lossLanes.byteOffset : 0, this.paddedAtoms, basis.room, this.panel, to, this.numbers.byteOffset)
    this.panel = to
    if (to < end) return
    // Over-relaxation converges but is not monotone: where a pass made things worse, the rest of the frame is plain.
    if (watched && this.rose()) {
      this.power[0] = this.omega
      this.watched = false
    }
    this.quarters++
    if (Math.floor(((quarter + 1) * this.steps) / QUARTERS) > Math.floor((quarter * this.steps) / QUARTERS)) this.step(quarter)
    this.quarter = (quarter + 1) % QUARTERS
    if (this.quarter > 0) return
    this.panel = 0
    this.passesLeft--
  }

  /** Moves h by what the quarters since the last step, of which `last` is the newest, have gathered. */
  private step(last: number): void {
    const { kernel: { run }, basis: { sums }, h, g, d, l1, gathered, paddedAtoms } = this
    const penalty = Math.fround(this.sparsity * (this.quarters / QUARTERS))
    if (penalty !== l1[0]) l1.fill(penalty, 0, this.basis.fixed)
    for (let atom = 0; this.quarters > 1 && atom < paddedAtoms; atom++) {
      let sum = 0
      for (let quarter = last; quarter > last - this.quarters; quarter--) sum += sums[quarter]![atom]!
      gathered[atom] = sum
    }
    const down = this.kind.pass !== 'passKl' ? 0 : this.quarters > 1 ? gathered.byteOffset : sums[last]!.byteOffset
    run.step(h.byteOffset, g.byteOffset, d.byteOffset, down, l1.byteOffset, paddedAtoms, this.power.byteOffset)
    this.quarters = 0
  }

  /** Whether the divergence at the start of this pass, on the first quarter, is above that at the start of the last one. */
  private rose(): boolean {
    const { h, lossLanes, atoms, sparsity, basis: { fixed } } = this
    const sums = this.basis.sums[0]!
    const kl = this.kind.pass === 'passKl' ? 1 : 0 // Σ q is left to us there: h·sums
    let loss = this.lossScale * (lossLanes[0]! + lossLanes[1]! + lossLanes[2]! + lossLanes[3]!)
    for (let atom = 0; atom < atoms; atom++) loss += h[atom]! * (kl * sums[atom]! + (atom < fixed ? sparsity / QUARTERS : 0))
    lossLanes.fill(0)
    const rose = loss > this.loss + 1e-5 * Math.abs(this.loss)
    this.loss = loss
    return rose
  }
}
