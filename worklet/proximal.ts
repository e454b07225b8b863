// Activations by proximal forward-backward splitting, frame by frame (Yukawa & Kagami 2018). For the frame v of mean one,
//
//   minimise over h ≥ 0    Σ ᵞd(v, W h) + λ₁·Σ h + λ_b·Σ_k √(n_k² + h_k²) + λ_t·Σ (h_k − h⁻_k)²
//
// d Euclidean, or the Moreau envelope ᵞd of Kullback-Leibler or dual Itakura-Saito; h⁻ the last frame's answer, n_k² what atom k held
// before, by and by forgotten: an atom that has been silent costs more to wake than one that sounds. Penalties hold for
// the dictionary's atoms; free ones learn freely. Accelerated (Beck & Teboulle 2009), with a step per atom.

import type { Activations, Solver } from './activations.ts'
import type { Basis } from './basis.ts'
import { type Divergence, divergenceText } from './dictionary.ts'
import type { Kernel } from './kernel.ts'
import type { Settings } from './parameters.ts'

const slopes = { 'euc': 'slopeEuclidean', 'kl': 'slopeKl', 'dual-is': 'slopeDualItakuraSaito' } as const
const curves = { 'euc': 'curveEuclidean', 'kl': 'curveKl', 'dual-is': 'curveDualItakuraSaito' } as const
/** Seconds in which two thirds of an atom's past are forgotten. */
const MEMORY = 0.25
/** Of the even share: what the bound grants an atom beside what it holds. Without, no atom could rise that holds little. */
const WAKING = 1

/** A frame begins near its answer: its momentum is that of so many steps, until one overshoots and it starts from nothing. */
const UNDERWAY = 8

export class Proximal implements Solver {
  readonly revives = true
  private readonly slope: (typeof slopes)[keyof typeof slopes]
  private readonly curve: (typeof curves)[keyof typeof curves]
  private readonly euclidean: boolean
  private readonly z: Float32Array
  private readonly g: Float32Array
  /** One row each, as `descend` wants them: bound, λ₁, 2λ_t, λ_b, h⁻, n². */
  private readonly each: Float32Array
  private readonly rowBytes: number
  /** γ; momentum; whether the last step turned. */
  private readonly numbers: Float32Array
  private readonly slices: number
  /** Of the past, after a frame. */
  private readonly kept: number
  private panel = 0
  private bounding = true
  private t = 1

  private static row(room: number): number { return Math.ceil(room / 16) * 16 }
  static floats(room: number): number { return 11 * (room + 16) + 96 }

  constructor(private readonly kernel: Kernel, private readonly basis: Basis, divergence: Divergence, private readonly slice: number,
    private readonly heard: Activations, hopSeconds: number) {
    const { room } = basis
    const name = divergenceText(divergence) as keyof typeof slopes
    this.slope = slopes[name]
    this.curve = curves[name]
    this.euclidean = name === 'euc'
    this.z = kernel.floats(room)
    this.g = kernel.floats(4 * room)
    this.each = kernel.floats(6 * Proximal.row(room))
    this.rowBytes = 4 * Proximal.row(room)
    this.numbers = kernel.floats(5)
    this.slices = Math.ceil(basis.panels / slice)
    this.kept = Math.exp(-hopSeconds / MEMORY)
  }

  reset(): void {
    this.g.fill(0)
    this.each.fill(0)
  }

  begin(passes: number, settings: Settings): number {
    const { basis: { fixed, fitted: { known } }, heard: { h, before, fade, first, atoms, paddedAtoms }, each, z, numbers } = this
    const row = this.rowBytes / 4
    const share = known / (atoms - first)
    // λ_t in units of the fit's own curvature for atoms that share a frame alike; the first sound is pulled nowhere
    const pull = fade > 0 ? (2 * settings.variation) / (share * (this.euclidean ? 1 : settings.gamma)) : 0
    numbers[0] = settings.gamma
    for (let atom = 0; atom < row; atom++) {
      const held = atom < fixed ? 1 : 0
      each[row + atom] = held * this.heard.sparsity
      each[2 * row + atom] = held * pull
      each[3 * row + atom] = held * settings.block
      const last = atom < paddedAtoms ? before[atom]! : 0
      each[4 * row + atom] = last
      each[5 * row + atom] = this.kept * (fade * fade * each[5 * row + atom]! + last * last)
    }
    // the bound of the curvature is that of what h explains, seen by each atom: see `bound`
    for (let atom = 0; atom < z.length; atom++) z[atom] = atom >= first && atom < atoms ? h[atom]! + WAKING * share : 0
    this.panel = 0
    this.bounding = true
    this.t = UNDERWAY
    return (1 + passes) * this.slices
  }

  advance(): void {
    const { kernel: { run }, basis, heard, z, g, numbers, bounding } = this
    const to = Math.min(this.panel + this.slice, basis.panels)
    run[bounding ? this.curve : this.slope](basis.packed.byteOffset, heard.prepared.byteOffset, 0, z.byteOffset, g.byteOffset, 0, 0,
      heard.paddedAtoms, basis.room, this.panel, to, numbers.byteOffset)
    this.panel = to
    if (to < basis.panels) return
    this.panel = 0
    if (bounding) this.bound()
    else this.step()
  }

  /**
   * WᵀW is at most diag(WᵀW u ⊘ u) for any positive u, because what is left is diagonally dominant. With u near the answer
   * the bound is small where the answer is large.
   */
  private bound(): void {
    const { kernel: { run }, heard: { h, first, atoms, paddedAtoms }, each, z, g } = this
    const row = this.rowBytes / 4
    run.lanes(g.byteOffset, each.byteOffset, paddedAtoms)
    for (let atom = 0; atom < row; atom++)
      each[atom] = atom >= first && atom < atoms ? each[atom]! / z[atom]! + each[2 * row + atom]! : 0
    z.set(h)
    this.bounding = false
  }

  private step(): void {
    const { kernel: { run }, heard, numbers } = this
    const further = (1 + Math.sqrt(1 + 4 * this.t * this.t)) / 2
    numbers[1] = (this.t - 1) / further
    run.descend(this.z.byteOffset, heard.h.byteOffset, this.g.byteOffset, this.each.byteOffset, this.rowBytes, heard.paddedAtoms,
      numbers.byteOffset + 4, numbers.byteOffset + 8)
    this.t = numbers[2]! > 0 ? 1 : further
  }
}
