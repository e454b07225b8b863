// How much of each atom a frame holds. One interface; the multiplicative solver is the first behind it.

import { divergenceKind, type Kernel, PANEL_BINS, type PassKind } from './kernel.ts'
import { type Divergence, type FittedSpectra, omegaOf } from './dictionary.ts'
import type { Settings } from './parameters.ts'

/** Spectra packed for the kernel: panels of 32 bins, in each the atoms one after the other, free atoms last. */
export class Basis {
  readonly packed: Float32Array
  readonly panels: number
  /** Bins rounded up to whole panels. */
  readonly paddedBins: number
  /** Atoms that a panel has room for. */
  readonly room: number
  /** Per bin: 1 where the dictionary reaches, 0 elsewhere. */
  readonly weights: Float32Array

  static room(fixed: number, free: number): number { return Math.ceil((fixed + free) / 4) * 4 }
  static paddedBins(bins: number): number { return Math.ceil(bins / PANEL_BINS) * PANEL_BINS }
  static floats(fixed: number, free: number, bins: number): number {
    return Basis.paddedBins(bins) * (Basis.room(fixed, free) + 1) + 32
  }

  constructor(kernel: Kernel, readonly fitted: FittedSpectra, readonly fixed: number, free: number) {
    this.paddedBins = Basis.paddedBins(fitted.bins)
    this.panels = this.paddedBins / PANEL_BINS
    this.room = Basis.room(fixed, free)
    this.packed = kernel.floats(this.paddedBins * this.room)
    this.weights = kernel.floats(this.paddedBins).fill(1, 0, fitted.known)
    for (let atom = 0; atom < fixed; atom++)
      this.write(atom, fitted.spectra, atom * fitted.bins)
  }

  /** Copies one spectrum, `bins` numbers of `from` starting at `offset`, into the panels. */
  write(atom: number, from: ArrayLike<number>, offset = 0): void {
    for (let bin = 0; bin < this.fitted.bins; bin++) this.packed[this.indexOf(atom, bin)] = from[offset + bin]!
  }

  private indexOf(atom: number, bin: number): number {
    const panel = Math.floor(bin / PANEL_BINS)
    return (panel * this.room + atom) * PANEL_BINS + (bin - panel * PANEL_BINS)
  }
}

export interface Activations {
  /** Of the last frame, free atoms last: W·h explains magnitude ÷ level. */
  readonly h: Float32Array
  /** The frame's mean magnitude, by which it was divided so that every floor and penalty means the same at any loudness. */
  readonly level: number
  /** The frame as the kernels want it: weights × (magnitude ÷ level)^α. */
  readonly prepared: Float32Array
  /** Starts a frame; returns how many slices of equal work it takes. 0: silence, nothing to do. */
  begin(magnitude: Float32Array, atoms: number, passes: number, settings: Settings): number
  /** Does one slice. */
  advance(): void
  reset(): void
}

/** Panels per slice: about 3 µs of work at 128 atoms. */
export const SLICE = 4
/** A mean magnitude below this is silence: −180 dB under a full-scale bin of the shortest window. */
const SILENCE = 1e-7
/** Relative to a frame of mean one. Keeps denormals away, which cost five times as much and cannot be flushed in WASM. */
const FLOOR = 1e-9
const RECALL = 0.99

export class Multiplicative implements Activations {
  readonly prepared: Float32Array
  level = 0
  private readonly kind: PassKind
  private readonly omega: number
  /** Σ of the divergence as the kernel leaves it, to its true size. */
  private readonly lossScale: number
  // two of each, for this pass and the one before it
  private readonly hs: readonly [Float32Array, Float32Array]
  private readonly gs: readonly [Float32Array, Float32Array]
  private readonly ds: readonly [Float32Array, Float32Array]
  private readonly columnSums: Float32Array
  private readonly l1: Float32Array
  private readonly lossLanes: Float32Array
  /** α, β and floor, as every pass wants them. */
  private readonly numbers: Float32Array
  private readonly scaling: Float32Array
  private readonly power: Float32Array

  private pass = 0
  private panel = 0
  private atoms = 0
  private paddedAtoms = 0
  private watched = false
  private loss = Infinity
  private warm = false

  static floats(room: number, paddedBins: number): number { return 2 * (room + 2 * 4 * room) + 2 * room + paddedBins + 256 }

  constructor(private readonly kernel: Kernel, private readonly basis: Basis, divergence: Divergence) {
    const { room, paddedBins } = basis
    this.kind = divergenceKind(divergence)
    this.omega = omegaOf(divergence)
    const { alpha, beta } = divergence
    this.lossScale = this.kind.pass === 'passKl' ? Math.LN2 : beta === 0 || alpha + beta === 0 ? 1 / alpha ** 2 : 1 / Math.abs(alpha * beta)
    const two = (length: number): readonly [Float32Array, Float32Array] => [kernel.floats(length), kernel.floats(length)]
    this.hs = two(room)
    this.gs = two(4 * room)
    this.ds = two(4 * room)
    this.columnSums = kernel.floats(room).fill(1) // spectra sum to one: the denominator of the KL pass
    this.l1 = kernel.floats(room)
    this.prepared = kernel.floats(paddedBins)
    this.lossLanes = kernel.floats(4)
    this.numbers = kernel.floats(3)
    this.numbers.set([alpha, beta, FLOOR])
    this.scaling = kernel.floats(2).fill(alpha)
    this.power = kernel.floats(1)
  }

  get h(): Float32Array { return this.hs[(this.pass & 1) as 0 | 1] }

  reset(): void {
    this.hs[0].fill(0)
    this.hs[1].fill(0)
    this.warm = false
  }

  begin(magnitude: Float32Array, atoms: number, passes: number, settings: Settings): number {
    const { basis: { fitted: { known }, fixed, panels, weights, paddedBins }, kernel: { run } } = this
    let sum = 0
    for (let bin = 0; bin < known; bin++) sum += magnitude[bin]!
    const mean = sum / known
    this.level = mean
    if (mean < SILENCE) return 0
    this.scaling[1] = 1 / mean
    run.prepare(magnitude.byteOffset, weights.byteOffset, this.prepared.byteOffset, paddedBins, this.scaling.byteOffset)
    this.start(known, atoms, settings.listen ? fixed : 0)
    this.l1.fill(0)
    this.l1.fill(settings.sparsity, 0, fixed)
    this.power[0] = this.omega * settings.relaxation
    this.watched = settings.relaxation > 1
    this.panel = 0
    this.loss = Infinity
    return passes * Math.ceil(panels / SLICE)
  }

  /** Warm start (KERNEL): what the last frame held, at this frame's level, and a little of everything, or atoms die for good. */
  private start(sum: number, atoms: number, silent: number): void {
    const last = this.h
    this.atoms = atoms
    this.paddedAtoms = Math.ceil(atoms / 4) * 4
    let held = 0
    for (let atom = silent; atom < atoms; atom++) held += last[atom]!
    const recall = this.warm && held > 0 ? (RECALL * sum) / held : 0
    const spread = ((recall ? 1 - RECALL : 1) * sum) / (atoms - silent)
    const [h] = this.hs
    for (let atom = 0; atom < h.length; atom++)
      h[atom] = atom >= silent && atom < atoms ? recall * last[atom]! + spread : 0
    this.pass = 0
    this.warm = true
  }

  advance(): void {
    const { kernel: { run }, basis, kind, pass, watched } = this
    const now = (pass & 1) as 0 | 1
    const h = this.hs[now], g = this.gs[now], d = this.ds[now]
    if (this.panel === 0) {
      g.fill(0)
      d.fill(0)
      this.lossLanes.fill(0)
    }
    const end = Math.min(this.panel + SLICE, basis.panels)
    run[kind.pass](basis.packed.byteOffset, this.prepared.byteOffset, basis.weights.byteOffset, h.byteOffset, g.byteOffset, d.byteOffset,
      watched ? this.lossLanes.byteOffset : 0, this.paddedAtoms, basis.room, this.panel, end, this.numbers.byteOffset)
    this.panel = end
    if (end < basis.panels) return

    this.panel = 0
    const next = this.hs[(1 - now) as 0 | 1]
    // Over-relaxation converges but is not monotone. Where it made things worse, go back and take the plain step instead.
    if (watched && this.rose(h)) {
      this.power[0] = this.omega
      this.watched = false
      this.move(next, next, (1 - now) as 0 | 1)
    } else this.move(h, next, now)
    this.pass++
  }

  private move(h: Float32Array, next: Float32Array, which: 0 | 1): void {
    const kl = this.kind.pass === 'passKl'
    const d = kl ? this.columnSums : this.ds[which]
    this.kernel.run.step(h.byteOffset, next.byteOffset, this.gs[which].byteOffset, d.byteOffset, kl ? 1 : 4, this.l1.byteOffset,
      this.paddedAtoms, this.power.byteOffset)
    const floor = FLOOR * this.basis.fitted.known
    for (let atom = 0; atom < this.atoms; atom++) if (next[atom]! < floor && h[atom]! > 0) next[atom] = floor
  }

  /** Whether the divergence at `h`, whose pass is done, is above that of the pass before. */
  private rose(h: Float32Array): boolean {
    const { lossLanes, atoms } = this
    let loss = this.lossScale * (lossLanes[0]! + lossLanes[1]! + lossLanes[2]! + lossLanes[3]!)
    const perUnit = this.kind.pass === 'passKl' ? 1 : 0 // Σ q is Σ h
    for (let atom = 0; atom < atoms; atom++) loss += h[atom]! * (perUnit + this.l1[atom]!)
    const rose = loss > this.loss + 1e-5 * Math.abs(this.loss)
    this.loss = loss
    return rose
  }
}
