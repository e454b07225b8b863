// Non-negative least squares by coordinate descent on the Gram matrix (Franc, Hlaváč & Navara 2005): the bins are swept once
// per frame; every sweep after that costs atoms², which is little.

import type { Activations, Solver } from './activations.ts'
import type { Basis } from './basis.ts'
import { type Kernel, PANEL_BINS } from './kernel.ts'

/** Sweeps over the atoms in a pass: together they cost less than a pass over the bins. */
const SWEEPS = 4

export class LeastSquares implements Solver {
  readonly revives = true
  private readonly gram: Float32Array
  /** Of the Gram matrix, per atom: for which of the basis's changes it holds. */
  private readonly held: Uint32Array
  private readonly g: Float32Array
  private readonly b: Float32Array
  private readonly rest: Float32Array
  private readonly l1: Float32Array
  private readonly row: Float32Array
  private readonly slices: number
  private panel = 0
  /** Of the free atoms: the one whose row is being made anew; beyond the last, the frame is being projected. */
  private stale = 0
  private sweeps = 0

  static floats(room: number): number { return room * (room + 8) + 128 }

  constructor(private readonly kernel: Kernel, private readonly basis: Basis, private readonly slice: number,
    private readonly heard: Activations) {
    const { room, fixed, panels } = basis
    this.gram = kernel.floats(room * room)
    this.held = new Uint32Array(room)
    this.g = kernel.floats(4 * room)
    this.b = kernel.floats(room)
    this.rest = kernel.floats(room)
    this.l1 = kernel.floats(room)
    this.row = kernel.floats(room)
    this.slices = Math.ceil(panels / slice)
    for (let atom = 0; atom < fixed; atom++) {
      this.correlate(atom, 0, panels)
      this.keep(atom)
    }
  }

  reset(): void { this.g.fill(0) }

  begin(passes: number): number {
    const { basis: { fixed }, heard: { atoms, sparsity }, held } = this
    if (sparsity !== this.l1[0]) this.l1.fill(sparsity, 0, fixed)
    let rows = 1
    for (let atom = fixed; atom < atoms; atom++) if (this.isStale(atom)) rows++
    for (let atom = atoms; atom < held.length; atom++) held[atom] = 0 // changes while it is not in use are not followed
    this.panel = 0
    this.stale = this.nextStale(fixed)
    this.sweeps = 0
    return rows * this.slices + SWEEPS * passes
  }

  advance(): void {
    const { kernel: { run }, basis: { room, panels }, heard: { h, prepared, first, atoms, paddedAtoms } } = this
    if (this.stale <= atoms) {
      const frame = this.stale === atoms
      const to = Math.min(this.panel + this.slice, panels)
      if (frame) this.project(prepared.byteOffset, 4 * PANEL_BINS, this.panel, to)
      else this.correlate(this.stale, this.panel, to)
      this.panel = to
      if (to < panels) return
      this.panel = 0
      if (!frame) this.keep(this.stale)
      else run.lanes(this.g.byteOffset, this.b.byteOffset, paddedAtoms)
      this.stale = frame ? atoms + 1 : this.nextStale(this.stale + 1)
      return
    }
    if (this.sweeps++ === 0)
      run.leftover(this.gram.byteOffset, this.b.byteOffset, this.l1.byteOffset, h.byteOffset, this.rest.byteOffset, paddedAtoms, room)
    run.sweep(this.gram.byteOffset, h.byteOffset, this.rest.byteOffset, first, atoms, room)
  }

  private isStale(atom: number): boolean { return this.held[atom] !== this.basis.changes[atom] }

  private nextStale(from: number): number {
    const { heard: { atoms } } = this
    let atom = from
    while (atom < atoms && !this.isStale(atom)) atom++
    return atom
  }

  /** Adds an atom's products with all others, over some of its bins. */
  private correlate(atom: number, from: number, to: number): void {
    const { basis: { packed, room } } = this
    this.project(packed.byteOffset + 4 * PANEL_BINS * atom, 4 * PANEL_BINS * room, from, to)
  }

  private project(vector: number, step: number, from: number, to: number): void {
    const { kernel: { run }, basis: { packed, room } } = this
    run.project(packed.byteOffset, vector, step, this.g.byteOffset, room, room, from, to)
  }

  /** The finished row, which is a column too. */
  private keep(atom: number): void {
    const { kernel: { run }, basis: { room, changes }, gram, row } = this
    run.lanes(this.g.byteOffset, row.byteOffset, room)
    for (let other = 0; other < room; other++) gram[atom * room + other] = gram[other * room + atom] = row[other]!
    this.held[atom] = changes[atom]!
  }
}
