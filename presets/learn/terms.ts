// The terms of a Euclidean loss, and what an update needs of each: frames × bins V ≈ H W, where the frames may be several
// recordings with a gain each, and H is updated for all frames before anything is learned from some of them.

import { divergences } from '../../worklet/dictionary.ts'
import type { Matrix, Precision } from '../products.ts'
import type { Frames } from './frames.ts'
import { cutsOf } from './nmf.ts'
import { blockRows } from './shard.ts'

/** The floor, relative to the mean of what it bounds: keeps every entry able to come back. */
const EPSILON = 1e-6

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

/** What all sources share: room for a block of frames and for the products of a basis, and the spectra of all, one source after the other. */
export function workspace(bins: number, counts: readonly number[], precision: Precision) {
  const all = counts.reduce((sum, n) => sum + n, 0), most = Math.max(...counts), block = blockRows(bins)
  const products = precision((all + 2 * most + block) * bins + all * all + most * most + 3 * block * all + 64 + 16 * 16)
  const zeros = (length: number): Matrix => products.zeros(length)
  return {
    products, bins, all, block, climb: products.entries(divergences['euc']!, 0).climb, W: zeros(all * bins), gram: zeros(all * all),
    hV: zeros(most * bins), hh: zeros(most * most), hhW: zeros(most * bins), V: zeros(block * bins), h: zeros(block * all), up: zeros(block * all), down: zeros(block * all),
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
export function activate({ count, copy, H }: Term, W: Matrix, atoms: number, { products, bins, gram, block, climb, ...room }: Workspace, l1: number): void {
  const least = leastOf(atoms, bins)
  products.addProductByRows(gram.fill(0), W, W, atoms, bins, atoms)
  for (const { from, rows } of cutsOf(count).flatMap((cut) => blocksOf(cut, block))) {
    const [h, up, down] = [room.h, room.up, room.down].map((x) => x.subarray(0, rows * atoms)) as [Matrix, Matrix, Matrix]
    for (let row = 0; row < rows; row++) copy(from + row, room.V, row * bins)
    h.set(H.subarray(from * atoms, (from + rows) * atoms))
    products.addProductByRows(up.fill(0), room.V, W, rows, bins, atoms)
    products.addProduct(down.fill(count * l1), h, gram, rows, atoms, atoms)
    climb(h, up, down, least)
    H.set(h, from * atoms)
  }
}

const blocksOf = ({ from, to }: { readonly from: number; readonly to: number }, block: number): { from: number; rows: number }[] =>
  Array.from({ length: Math.ceil((to - from) / block) }, (_, i) => ({ from: from + i * block, rows: Math.min(block, to - from - i * block) }))

/** Of one term in one step: HᵀU, HᵀH, HᵀH W and ‖U‖², from which its part of the fractions and, once W has moved, of the loss come. */
export interface Share { readonly hV: Float64Array; readonly hh: Float64Array; readonly hhW: Float64Array; energy: number }

/**
 * Of a source with so many atoms, which in H, `stride` wide, begin at `first`. Without rows, of all of them, with the sums of a
 * fit in shards: each cut by itself, then all cuts in their order.
 */
export function gather(rows: Int32Array | null, { count, copy }: Pool, H: Matrix, stride: number, first: number, atoms: number, W: Matrix, { products, bins, block, ...room }: Workspace): Share {
  const share = { hV: new Float64Array(atoms * bins), hh: new Float64Array(atoms * atoms), hhW: new Float64Array(atoms * bins), energy: 0 }
  const [hV, hhW] = [room.hV, room.hhW].map((x) => x.subarray(0, atoms * bins)) as [Matrix, Matrix]
  const hh = room.hh.subarray(0, atoms * atoms)
  for (const cut of rows ? [{ from: 0, to: rows.length }] : cutsOf(count)) {
    hV.fill(0)
    hh.fill(0)
    for (const { from, rows: size } of blocksOf(cut, block)) {
      const V = room.V.subarray(0, size * bins), h = room.h.subarray(0, size * atoms)
      for (let i = 0; i < size; i++) {
        const row = rows ? rows[from + i]! : from + i
        copy(row, V, i * bins)
        for (let atom = 0; atom < atoms; atom++) h[i * atoms + atom] = H[row * stride + first + atom]!
      }
      for (let i = 0; i < V.length; i++) share.energy += V[i]! * V[i]!
      products.addProductByColumns(hV, h, V, size, atoms, bins)
      products.addProductByColumns(hh, h, h, size, atoms, atoms)
    }
    products.addProduct(hhW.fill(0), hh, W, atoms, atoms, bins)
    for (const [sum, part] of [[share.hV, hV], [share.hh, hh], [share.hhW, hhW]] as const)
      for (let i = 0; i < sum.length; i++) sum[i]! += part[i]!
  }
  return share
}

/** ‖U − H W‖² of what a share was gathered from, for any W. */
export function misfitOf({ hV, hh, energy }: Share, W: Matrix, atoms: number, { products, bins, gram }: Workspace): number {
  products.addProductByRows(gram.fill(0), W, W, atoms, bins, atoms)
  let misfit = energy
  for (let i = 0; i < atoms * bins; i++) misfit -= 2 * hV[i]! * W[i]!
  for (let i = 0; i < atoms * atoms; i++) misfit += hh[i]! * gram[i]!
  return Math.max(0, misfit)
}

/** A copy in which what is still at the floor is nothing, each row to a sum of one. */
export function finished(W: Float64Array, { bins, leastW }: Workspace): Float64Array {
  const out = W.map((x) => (x <= leastW ? 0 : x))
  for (let atom = 0; atom * bins < out.length; atom++) scaleRow(out, atom, bins)
  return out
}

/** To a sum of one; returns what it was. */
export function scaleRow(W: Float64Array, atom: number, bins: number): number {
  const row = W.subarray(atom * bins, (atom + 1) * bins)
  const sum = total(row)
  if (sum > 0) for (let bin = 0; bin < bins; bin++) row[bin]! /= sum
  return sum
}

export function scaleColumn(H: Matrix, atom: number, stride: number, size: number): void {
  for (let i = atom; i < H.length; i += stride) H[i]! *= size
}
