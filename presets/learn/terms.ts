// The terms of a Euclidean loss, and what an update needs of each: frames × bins V ≈ H W, where the frames may be several
// recordings with a gain each, and H is updated for all frames before anything is learned from some of them.

import type { Matrix, Precision } from '../products.ts'
import type { Frames } from './frames.ts'

const BLOCK = 64
/** The floor, relative to the mean of what it bounds: keeps every entry able to come back. */
const EPSILON = 1e-6
/** Nothing is divided by less. */
export const NEVER = 1e-30

export interface Adversary {
  readonly frames: Frames
  /** √β of a mixture (see `mixtureGain`); 1 for another source. */
  readonly gain: number
}

/** Frames, in a unit in which their mean is about one: row by row to where they are wanted. */
export interface Pool { readonly count: number; readonly copy: (row: number, into: Matrix, at: number) => void }

/** Frames and what explains them: count × atoms. */
export interface Term extends Pool { readonly H: Matrix }

export type Workspace = ReturnType<typeof workspace>

/** What is shared by all sources, once. W holds the atoms of all, one source after the other. */
export function workspace(bins: number, counts: readonly number[], precision: Precision) {
  const all = counts.reduce((sum, n) => sum + n, 0), most = Math.max(...counts)
  const products = precision((all + 6 * most + BLOCK) * bins + all * all + 3 * most * most + 3 * BLOCK * all + 16 * 16)
  const zeros = (length: number): Matrix => products.zeros(length)
  const share = (): Share => ({ hV: zeros(most * bins), hh: zeros(most * most), energy: 0 })
  return {
    products, bins, all, W: zeros(all * bins), gram: zeros(all * all), hhW: zeros(most * bins), upW: zeros(most * bins), downW: zeros(most * bins),
    V: zeros(BLOCK * bins), h: zeros(BLOCK * all), up: zeros(BLOCK * all), down: zeros(BLOCK * all), shares: [share(), share(), share()] as const,
    leastW: EPSILON / bins,
  }
}

export function total(x: Matrix): number {
  let sum = 0
  for (let i = 0; i < x.length; i++) sum += x[i]!
  return sum
}

export const meanOf = ({ data }: Frames): number => total(data) / data.length

export function pool(parts: readonly Adversary[], unit: number): Pool {
  const ends: number[] = []
  for (const { frames } of parts) ends.push((ends.at(-1) ?? 0) + frames.count)
  return {
    count: ends.at(-1) ?? 0,
    copy: (row, into, at) => {
      const part = ends.findIndex((end) => row < end)
      const { frames: { bins, count, data }, gain } = parts[part]!
      const from = (row - ends[part]! + count) * bins
      for (let bin = 0; bin < bins; bin++) into[at + bin] = Math.fround((gain * data[from + bin]!) / unit)
    },
  }
}

/** Every atom starts with an equal share of its frame. */
export function term(frames: Pool, atoms: number, { V, bins }: Workspace): Term {
  const H = V instanceof Float64Array ? new Float64Array(frames.count * atoms) : new Float32Array(frames.count * atoms)
  for (let row = 0; row < frames.count; row++) {
    frames.copy(row, V, 0)
    let sum = 0
    for (let bin = 0; bin < bins; bin++) sum += V[bin]!
    H.fill(Math.max(leastOf(atoms, bins), sum / atoms), row * atoms, (row + 1) * atoms)
  }
  return { ...frames, H }
}

const leastOf = (atoms: number, bins: number): number => (EPSILON * bins) / atoms

/** Updates the activations of all frames of a term. */
export function activate({ count, copy, H }: Term, W: Matrix, atoms: number, { products, bins, gram, ...room }: Workspace, l1: number): void {
  const least = leastOf(atoms, bins)
  gram.fill(0)
  products.addProductByRows(gram, W, W, atoms, bins, atoms)
  for (let from = 0; from < count; from += BLOCK) {
    const rows = Math.min(BLOCK, count - from)
    const [h, up, down] = [room.h, room.up, room.down].map((x) => x.subarray(0, rows * atoms)) as [Matrix, Matrix, Matrix]
    for (let row = 0; row < rows; row++) copy(from + row, room.V, row * bins)
    h.set(H.subarray(from * atoms, (from + rows) * atoms))
    products.addProductByRows(up.fill(0), room.V, W, rows, bins, atoms)
    products.addProduct(down.fill(0), h, gram, rows, atoms, atoms)
    for (let i = 0; i < h.length; i++) h[i] = Math.max(least, h[i]! * (up[i]! / Math.max(down[i]! + count * l1, NEVER)))
    H.set(h, from * atoms)
  }
}

/** Of one term in one step: HᵀU, HᵀH and ‖U‖², from which its part of the fractions and, once W has moved, of the loss come. */
export interface Share { readonly hV: Matrix; readonly hh: Matrix; energy: number }

/** `stride` is the width of H, of which the source has the columns from `first` on. */
export function gather(into: Share, rows: Int32Array, { copy }: Pool, H: Matrix, stride: number, first: number, atoms: number, { products, bins, ...room }: Workspace): void {
  into.hV.fill(0)
  into.hh.fill(0)
  into.energy = 0
  for (let from = 0; from < rows.length; from += BLOCK) {
    const size = Math.min(BLOCK, rows.length - from)
    const V = room.V.subarray(0, size * bins), h = room.h.subarray(0, size * atoms)
    for (let i = 0; i < size; i++) {
      const row = rows[from + i]!
      copy(row, V, i * bins)
      for (let atom = 0; atom < atoms; atom++) h[i * atoms + atom] = H[row * stride + first + atom]!
    }
    for (let i = 0; i < V.length; i++) into.energy += V[i]! * V[i]!
    products.addProductByColumns(into.hV, h, V, size, atoms, bins)
    products.addProductByColumns(into.hh, h, h, size, atoms, atoms)
  }
}

/** Above the floor, which float32 may have rounded up. */
export const sounds = (x: number, least: number): boolean => x > least * (1 + 1e-6)

/** A copy in which what is still at the floor is nothing, each row to a sum of one. */
export function finished(W: Matrix, { bins, leastW }: Workspace): Float64Array {
  const out = Float64Array.from(W, (x) => (sounds(x, leastW) ? x : 0))
  for (let atom = 0; atom * bins < out.length; atom++) scaleRow(out, atom, bins)
  return out
}

/** To a sum of one; returns what it was. */
export function scaleRow(W: Matrix, atom: number, bins: number): number {
  const row = W.subarray(atom * bins, (atom + 1) * bins)
  const sum = total(row)
  if (sum > 0) for (let bin = 0; bin < bins; bin++) row[bin]! /= sum
  return sum
}

export function scaleColumn(H: Matrix, atom: number, stride: number, size: number): void {
  for (let i = atom; i < H.length; i += stride) H[i]! *= size
}

