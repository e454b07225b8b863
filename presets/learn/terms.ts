// The terms of a Euclidean loss as danmf.ts asks for them: frames that are cut and placed in the threads of a crew, moved and
// gathered from there; and the small arithmetic on spectra that goes with them.

import type { Crew, Hand } from './crew.ts'
import type { Share } from './cut.ts'
import type { Frames } from './frames.ts'
import { addProductByRows } from './matrix.ts'
import { cutsOf, leastOf } from './nmf.ts'

/** Frames, cut and placed, in the unit of their mean, as one basis explains them. */
export interface Term {
  readonly count: number
  readonly cuts: readonly { readonly from: number; readonly to: number; readonly hand: Hand }[]
  readonly reading: number
  /** What a square of their unit is in that of the source. */
  readonly square: number
  /** The activations of how many frames a penalty on them is for: of all adversaries together. */
  readonly of: number
}

export type Cuts = Term['cuts']

/** In the unit of their mean, to be explained by bases of so many atoms. Targets have as many frames, and that unit. */
export function place(frames: Frames, readings: readonly number[], targets: readonly Frames[], crew: Crew, module: WebAssembly.Module | null): Cuts {
  const { bins, count } = frames
  const unit = meanOf(frames)
  const least = readings.map((atoms) => leastOf(atoms, bins).activations)
  return cutsOf(count).map(({ from, to }) => {
    const part = ({ data }: Frames): Float32Array => data.slice(from * bins, to * bins).map((x) => x / unit)
    return { from, to, hand: crew.place({ kind: 'cut', bins, data: part(frames), targets: targets.map(part), readings, least, module }) }
  })
}

export const countOf = (terms: readonly Term[]): number => terms.reduce((sum, { count }) => sum + count, 0)

/** Moves all activations of a term. */
export const moved = ({ cuts, reading, of, square }: Term, spectra: Float64Array, sizes: Float64Array | null, l1: number): Promise<unknown> =>
  Promise.all(cuts.map(({ hand }) => hand.ask({ method: 'move', args: [reading, spectra, sizes, (of * l1) / Math.sqrt(square)] })))

/** HᵀU, HᵀH, HᵀH W and ‖U‖² of so many frames. */
export interface Sum { readonly hV: Float64Array; readonly hh: Float64Array; readonly hhW: Float64Array; readonly energy: number; readonly count: number }

/** What the cuts of a term say, added up in their order. `rows` null: all of them. */
export async function gathered(terms: readonly Term[], spectra: Float64Array, bins: number, first: number, target: number | null, rows: Int32Array | null): Promise<Sum> {
  const atoms = spectra.length / bins
  const sum = { hV: new Float64Array(atoms * bins), hh: new Float64Array(atoms * atoms), hhW: new Float64Array(atoms * bins), energy: 0, count: rows ? rows.length : countOf(terms) }
  let before = 0
  const asked = terms.flatMap(({ cuts, count, reading, square }) => {
    const offset = before
    before += count
    return cuts.flatMap(({ from, to, hand }) => {
      const some = rows && rows.filter((row) => row >= offset + from && row < offset + to).map((row) => row - offset - from)
      return some?.length === 0 ? [] : [hand.ask({ method: 'share', args: [reading, first, spectra, target, some] }).then((share) => ({ share: share as Share, square }))]
    })
  })
  for (const { share, square } of await Promise.all(asked)) {
    for (const name of ['hV', 'hh', 'hhW'] as const) for (let i = 0; i < sum[name].length; i++) sum[name][i]! += square * share[name][i]!
    sum.energy += square * share.energy
  }
  return sum
}

/** ‖U − H W‖² of what was gathered, for any W. */
export function misfitOf({ hV, hh, energy }: Sum, W: Float64Array, bins: number): number {
  const atoms = W.length / bins
  const gram = new Float64Array(atoms * atoms)
  addProductByRows(gram, W, W, atoms, bins, atoms)
  let misfit = energy
  for (let i = 0; i < W.length; i++) misfit -= 2 * hV[i]! * W[i]!
  for (let i = 0; i < gram.length; i++) misfit += hh[i]! * gram[i]!
  return Math.max(0, misfit)
}

export function total(x: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < x.length; i++) sum += x[i]!
  return sum
}

export const meanOf = ({ data }: Frames): number => total(data) / data.length

export function joined(parts: readonly Float64Array[]): Float64Array {
  const out = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0))
  parts.reduce((at, part) => { out.set(part, at); return at + part.length }, 0)
  return out
}

/** A copy in which what is still at the floor is nothing, each row to a sum of one. */
export function finished(W: Float64Array, bins: number, least: number): Float64Array {
  const out = W.map((x) => (x <= least ? 0 : x))
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
