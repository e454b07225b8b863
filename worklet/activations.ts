// How much of each atom a frame holds: the frame as the solvers want it, its warm start, and the choice among them.

import type { Basis } from './basis.ts'
import type { Divergence } from './dictionary.ts'
import type { Kernel } from './kernel.ts'
import { LeastSquares } from './least-squares.ts'
import { Multiplicative } from './multiplicative.ts'
import { refusal, type Settings } from './parameters.ts'
import { Proximal } from './proximal.ts'

/** One way of finding `Activations.h`, from what stands there, for the frame in `Activations.prepared`. */
export interface Solver {
  /** Whether an atom that is at zero can come back. */
  readonly revives: boolean
  /** Returns how many slices of about equal work the frame takes. */
  begin(passes: number, settings: Settings): number
  /** Does one slice. */
  advance(): void
  reset(): void
}

/** A mean magnitude below this is silence: −180 dB under a full-scale bin of the shortest window. */
const SILENCE = 1e-7

/** How much of a frame's start is the last frame's answer; what remains is a little of everything, or atoms die for good. */
const RECALL = 0.96

export class Activations {
  /** Of the last frame, free atoms last: W·h explains magnitude ÷ level. */
  readonly h: Float32Array
  /** The frame's mean magnitude, by which it was divided so that every floor and penalty means the same at any loudness. */
  level = 0
  /** The frame as the kernels want it: weights × (magnitude ÷ level)^α. */
  readonly prepared: Float32Array
  /** Atoms from `first` to `atoms` are in use; kernels go on to a multiple of 4. */
  first = 0
  atoms = 0
  paddedAtoms = 0
  /** What it costs an atom of the dictionary to sound in this frame; and what, of that, comes on top of the settings' own. */
  sparsity = 0
  readonly extra = new Float64Array(1)
  /** The last frame's activations at this frame's level: what they were, but no more than as loud. */
  readonly before: Float32Array
  /** What `before` was multiplied by; 0 after silence. */
  fade = 0
  /** By row of the parameter table; in place of one that does not know the dictionary's divergence, the multiplicative one. */
  private readonly solvers: readonly Solver[]
  private solver: Solver
  /** α, and the frame's scale. */
  private readonly scaling: Float32Array
  private warm = false
  private mean = 0

  static floats(room: number, paddedBins: number, divergence: Divergence): number {
    return Multiplicative.floats(room) + (refusal(divergence, 1) ? 0 : Proximal.floats(room)) +
      (refusal(divergence, 2) ? 0 : LeastSquares.floats(room)) + 2 * room + paddedBins + 64
  }

  constructor(private readonly kernel: Kernel, private readonly basis: Basis, divergence: Divergence, slice: number,
    hopSeconds: number, private readonly recall = RECALL) {
    this.h = kernel.floats(basis.room)
    this.before = kernel.floats(basis.room)
    this.prepared = kernel.floats(basis.paddedBins)
    this.scaling = kernel.floats(2).fill(divergence.alpha)
    const multiplicative = (this.solver = new Multiplicative(kernel, basis, divergence, slice, this))
    this.solvers = [
      multiplicative,
      refusal(divergence, 1) ? multiplicative : new Proximal(kernel, basis, divergence, slice, this, hopSeconds),
      refusal(divergence, 2) ? multiplicative : new LeastSquares(kernel, basis, slice, this),
    ]
  }

  reset(): void {
    this.h.fill(0)
    this.warm = false
    this.level = 0
    for (const solver of this.solvers) solver.reset()
  }

  /** Whether there is sound in a frame. */
  hears(magnitude: Float32Array): boolean {
    const { basis: { fitted: { known }, weights, paddedBins }, kernel: { run } } = this
    run.weigh(magnitude.byteOffset, weights.byteOffset, paddedBins, this.scaling.byteOffset + 4)
    this.mean = this.scaling[1]! / known
    return this.mean >= SILENCE
  }

  /**
   * Starts a frame, given its magnitudes dealt; returns how many slices it takes. 0: silence, nothing to do. `listening`: only
   * what is learned online may explain it.
   */
  begin(magnitude: Float32Array, atoms: number, passes: number, settings: Settings, listening = settings.listen === 1): number {
    const { basis: { fitted: { known }, fixed, weights, paddedBins }, kernel: { run } } = this
    const last = this.level
    this.level = this.hears(magnitude) ? this.mean : 0
    if (this.level === 0) return 0
    this.scaling[1] = 1 / this.level
    run.prepare(magnitude.byteOffset, weights.byteOffset, this.prepared.byteOffset, paddedBins, this.scaling.byteOffset)
    this.fade = Math.min(1, last / this.level)
    this.first = listening ? fixed : 0
    this.sparsity = settings.sparsity + this.extra[0]!
    this.atoms = atoms
    this.paddedAtoms = Math.ceil(atoms / 4) * 4
    this.solver = this.solvers[settings.solver]!
    this.start(known)
    return this.solver.begin(passes, settings)
  }

  advance(): void { this.solver.advance() }

  /** Warm: the last frame's answer at this frame's level. */
  private start(sum: number): void {
    const share = this.solver.revives ? 1 : this.recall
    const { h, before, first, atoms, fade } = this
    let held = 0
    for (let atom = first; atom < atoms; atom++) held += h[atom]!
    const recall = this.warm && held > 0 ? (share * sum) / held : 0
    const spread = ((recall ? 1 - share : 1) * sum) / (atoms - first)
    for (let atom = 0; atom < h.length; atom++) {
      before[atom] = fade * h[atom]!
      h[atom] = atom >= first && atom < atoms ? recall * h[atom]! + spread : 0
    }
    this.warm = true
  }
}
