// The basis that learns online: free atoms next to the fixed ones, re-learned from every frame (kernel/adapt.ts has the
// formulas). They start as broad, overlapping humps, so that each finds something of its own.

import type { Basis } from './basis.ts'
import { type Divergence, omegaOf } from './dictionary.ts'
import { divergenceKind, type Kernel } from './kernel.ts'
import type { Settings } from './parameters.ts'

export const MAX_FREE_ATOMS = 8
/** With the one that follows the noise tracker, which comes after those in use. */
export const MAX_ONLINE_ATOMS = MAX_FREE_ATOMS + 1
/** What the starting shape counts for, in frames: little, so that the first sound replaces it. */
const PRIOR_FRAMES = 0.05
const FLOOR = 1e-9

export class FreeAtoms {
  private readonly numerator: Float32Array
  private readonly denominator: Float32Array
  private readonly up: readonly Float32Array[]
  private readonly down: readonly Float32Array[]
  private readonly omega: number
  private readonly numbers: Float32Array
  /** For one atom: its activation, what remains of the past after this frame, ω. */
  private readonly step: Float32Array
  private readonly kind: number

  static floats(paddedBins: number): number { return (2 + 2 * MAX_FREE_ATOMS) * (paddedBins + 16) + 32 }

  constructor(private readonly kernel: Kernel, private readonly basis: Basis, divergence: Divergence,
    private readonly hopSeconds: number) {
    const rows = (): Float32Array[] => Array.from({ length: MAX_FREE_ATOMS }, () => kernel.floats(basis.paddedBins))
    this.numerator = kernel.floats(basis.paddedBins)
    this.denominator = kernel.floats(basis.paddedBins)
    this.up = rows()
    this.down = rows()
    this.omega = omegaOf(divergence)
    this.kind = divergenceKind(divergence).kind
    this.numbers = kernel.floats(3)
    this.numbers.set([divergence.alpha, divergence.beta, FLOOR])
    this.step = kernel.floats(3).fill(this.omega)
    this.reset()
  }

  reset(): void {
    const { basis, basis: { fitted: { bins, known } }, up, down, omega } = this
    const spectrum = new Float32Array(bins)
    for (let atom = 0; atom < MAX_FREE_ATOMS; atom++) {
      let sum = 0
      for (let bin = 0; bin < known; bin++) {
        const place = Math.log2(1 + bin) / Math.log2(known) // 0 lowest … 1 highest, by octaves
        const distance = place - (atom + 0.5) / MAX_FREE_ATOMS
        spectrum[bin] = (0.2 + Math.exp(-20 * distance * distance)) / (1 + bin)
        sum += spectrum[bin]!
      }
      for (let bin = 0; bin < known; bin++) spectrum[bin]! /= sum
      basis.write(basis.fixed + atom, spectrum)
      const weight = (PRIOR_FRAMES * known) / MAX_FREE_ATOMS
      up[atom]!.fill(0)
      down[atom]!.fill(0)
      for (let bin = 0; bin < known; bin++) {
        up[atom]![basis.dealt(bin)] = spectrum[bin]! ** (1 / omega) * weight
        down[atom]![basis.dealt(bin)] = weight
      }
    }
  }

  /** Once per frame, before `learn`: `total` is W·h, `prepared` the frame as the solver saw it. */
  compare(prepared: Float32Array, total: Float32Array, settings: Settings): void {
    const { basis } = this
    this.step[1] = Math.exp(-this.hopSeconds / settings.memory)
    this.kernel.run.ratios(this.kind, prepared.byteOffset, basis.weights.byteOffset, total.byteOffset, this.numerator.byteOffset,
      this.denominator.byteOffset, basis.paddedBins, this.numbers.byteOffset)
  }

  /** One free atom; `h` are the frame's activations. */
  learn(free: number, h: Float32Array): void {
    const { basis, step } = this
    const atom = basis.fixed + free
    step[0] = h[atom]!
    this.kernel.run.learn(basis.packed.byteOffset, atom, basis.room, basis.panels, this.up[free]!.byteOffset, this.down[free]!.byteOffset,
      this.numerator.byteOffset, this.denominator.byteOffset, step.byteOffset)
    basis.sum(atom)
  }
}
