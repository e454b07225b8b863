// Multiplicative updates of one frame's activations, for the whole AB family.

import type { Activations, Solver } from './activations.ts'
import { type Basis, QUARTERS } from './basis.ts'
import { type Divergence, omegaOf } from './dictionary.ts'
import { divergenceKind, type Kernel, type PassKind } from './kernel.ts'
import type { Settings } from './parameters.ts'

/** Relative to a frame of mean one. Keeps denormals away, which cost five times as much and cannot be flushed in WASM. */
const FLOOR = 1e-9

/**
 * Multiplicative updates, a step after every quarter of the bins: ordered subsets, as in tomography (Hudson & Larkin 1994).
 * A pass over all bins costs what it did, and moves four times. With warm starts and a little over-relaxation three such
 * passes reach what fifty cold ones do (`npm run bench warm`). Each step also takes its quarter's noise for truth: where
 * many atoms meet noise that free atoms learn, one step per pass is the better choice (`npm run bench presets`).
 */
export class Multiplicative implements Solver {
  readonly revives = false
  private readonly kind: PassKind
  private readonly omega: number
  /** Σ of the divergence as the kernel leaves it, to its true size. */
  private readonly lossScale: number
  private readonly g: Float32Array
  private readonly d: Float32Array
  private readonly l1: Float32Array
  /** For KL: the sums of the quarters behind a step of more than one. */
  private readonly gathered: Float32Array
  private readonly lossLanes: Float32Array
  /** α, β and floor, as every pass wants them. */
  private readonly numbers: Float32Array
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
  private watched = false
  private loss = Infinity

  static floats(room: number): number { return 10 * room + 128 }

  constructor(private readonly kernel: Kernel, private readonly basis: Basis, divergence: Divergence, private readonly slice: number,
    private readonly heard: Activations) {
    const { room } = basis
    this.kind = divergenceKind(divergence)
    this.omega = omegaOf(divergence)
    const { alpha, beta } = divergence
    this.lossScale = this.kind.pass === 'passKl' ? Math.LN2 : beta === 0 || alpha + beta === 0 ? 1 / alpha ** 2 : 1 / Math.abs(alpha * beta)
    this.g = kernel.floats(4 * room)
    this.d = kernel.floats(4 * room)
    this.l1 = kernel.floats(room)
    this.gathered = kernel.floats(room)
    this.lossLanes = kernel.floats(4)
    this.numbers = kernel.floats(3)
    this.numbers.set([alpha, beta, FLOOR])
    this.power = kernel.floats(2).fill(FLOOR * basis.fitted.known)
    this.slices = 0
    for (let quarter = 0; quarter < QUARTERS; quarter++)
      this.slices += Math.ceil((basis.quarters[quarter + 1]! - basis.quarters[quarter]!) / slice)
  }

  reset(): void {
    this.g.fill(0)
    this.d.fill(0)
    this.lossLanes.fill(0)
  }

  begin(passes: number, settings: Settings): number {
    this.steps = settings.steps
    this.sparsity = this.heard.sparsity
    this.power[0] = this.omega * settings.relaxation
    this.watched = settings.relaxation > 1
    this.quarter = this.quarters = this.panel = 0
    this.passesLeft = passes
    this.loss = Infinity
    return passes * this.slices
  }

  advance(): void {
    const { kernel: { run }, basis, kind, heard, quarter } = this
    const end = basis.quarters[quarter + 1]!
    const to = Math.min(this.panel + this.slice, end)
    // the first quarter, a fair sample like the others, tells the loss; the last pass's would change nothing
    const watched = this.watched && quarter === 0 && this.passesLeft > 1
    run[kind.pass](basis.packed.byteOffset, heard.prepared.byteOffset, basis.weights.byteOffset, heard.h.byteOffset, this.g.byteOffset,
      this.d.byteOffset, watched ? this.lossLanes.byteOffset : 0, heard.paddedAtoms, basis.room, this.panel, to, this.numbers.byteOffset)
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
    const { kernel: { run }, basis: { sums }, heard: { h, paddedAtoms }, g, d, l1, gathered } = this
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
    const { heard: { h, atoms }, lossLanes, sparsity, basis: { fixed } } = this
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
