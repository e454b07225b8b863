// The spectra that a session hears through, as the kernels want them.

import { type Kernel, PANEL_BINS } from './kernel.ts'
import type { FittedSpectra } from './dictionary.ts'

export const QUARTERS = 4

/**
 * Spectra packed for the kernel. The bins that the dictionary reaches are dealt like cards into four quarters, bin b to quarter b mod 4, and each quarter
 * fills panels of 32 bins, in each of which the atoms stand one after the other, free atoms last. So every quarter is a
 * fair sample of the whole spectrum, and a solver may take a step after each of them: see Multiplicative.
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
  /** Per atom, how often its spectrum has changed: whoever keeps something of it can tell. */
  readonly changes: Uint32Array

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
    this.changes = new Uint32Array(this.room)
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
    this.changes[atom]!++
    for (let quarter = 0; quarter < QUARTERS; quarter++)
      run.sum(packed.byteOffset, atom, room, quarters[quarter]!, quarters[quarter + 1]!, sums[quarter]!.byteOffset)
  }
}

/** Panels in a slice of the sliced mode: about 3 µs of work at 128 atoms. The direct mode takes quarters whole. */
export const SLICE = 4
