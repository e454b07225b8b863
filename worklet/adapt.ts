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
/**
 * Where a tracker says that they are there for noise, one of them begins anew every so many seconds, in turn. What is only ever
 * multiplied grows peaks and never fills its gaps: within a minute of talk an atom takes after the voice, and takes it along.
 */
const TURN_SECONDS = 1, FIRST_TURN_SECONDS = 5

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
  /** What each begins with, the same in the order of the basis, and its statistics. */
  private readonly humps: readonly Float32Array[]
  private readonly planted: readonly Float32Array[]
  private readonly firstUp: readonly Float32Array[]
  private readonly firstDown: Float32Array
  /** Seconds until the next one begins anew, and how many did. */
  private left = FIRST_TURN_SECONDS
  private turns = 0

  static floats(paddedBins: number): number { return (2 + 3 * MAX_FREE_ATOMS) * (paddedBins + 16) + 32 }

  constructor(private readonly kernel: Kernel, private readonly basis: Basis, divergence: Divergence,
    private readonly hopSeconds: number, private readonly turning: boolean) {
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
    const { fitted: { known }, paddedBins } = basis
    const weight = (PRIOR_FRAMES * known) / MAX_FREE_ATOMS
    const dealt = (of: (bin: number) => number): Float32Array => {
      const row = new Float32Array(paddedBins)
      for (let bin = 0; bin < known; bin++) row[basis.dealt(bin)] = of(bin)
      return row
    }
    this.humps = Array.from({ length: MAX_FREE_ATOMS }, (_, atom) => hump(atom, known))
    this.planted = rows()
    this.planted.forEach((row, atom) => row.set(dealt((bin) => this.humps[atom]![bin]!)))
    this.firstUp = this.humps.map((spectrum) => dealt((bin) => spectrum[bin]! ** (1 / this.omega) * weight))
    this.firstDown = dealt(() => weight)
    this.reset()
  }

  reset(): void {
    this.left = FIRST_TURN_SECONDS
    this.turns = 0
    for (let atom = 0; atom < MAX_FREE_ATOMS; atom++) {
      this.basis.write(this.basis.fixed + atom, this.humps[atom]!)
      this.remember(atom)
    }
  }

  /** Only what it began with. */
  private remember(atom: number): void {
    this.up[atom]!.set(this.firstUp[atom]!)
    this.down[atom]!.set(this.firstDown)
  }

  /** A frame that is learned from, by the tracker's company: see TURN_SECONDS. */
  private take({ tracker, listen, freeAtoms }: Settings): void {
    if (!this.turning || tracker === 0 || listen === 1 || (this.left -= this.hopSeconds) > 0) return
    this.left = TURN_SECONDS
    const { basis } = this, free = this.turns++ % freeAtoms, atom = basis.fixed + free
    this.kernel.run.plant(this.planted[free]!.byteOffset, basis.packed.byteOffset, atom, basis.room, basis.panels)
    basis.sum(atom)
    this.remember(free)
  }

  /** Once per frame, before `learn`: `total` is W·h, `prepared` the frame as the solver saw it. */
  compare(prepared: Float32Array, total: Float32Array, settings: Settings): void {
    const { basis } = this
    this.take(settings)
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

/** Broad, somewhere between low and high. */
function hump(atom: number, known: number): Float32Array {
  const spectrum = new Float32Array(known)
  let sum = 0
  for (let bin = 0; bin < known; bin++) {
    const place = Math.log2(1 + bin) / Math.log2(known) // 0 lowest … 1 highest, by octaves
    const distance = place - (atom + 0.5) / MAX_FREE_ATOMS
    spectrum[bin] = (0.2 + Math.exp(-20 * distance * distance)) / (1 + bin)
    sum += spectrum[bin]!
  }
  return spectrum.map((x) => x / sum)
}
