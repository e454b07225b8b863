// Where a factorisation starts: frames as they are, or the centres of groups of like frames. The first is also a way
// of learning of its own: a dictionary of exemplars.

import { exact } from '../products.ts'
import type { Matrix, Precision, Products } from '../products.ts'
import type { Frames } from './frames.ts'
import { someOf } from './random.ts'

/** atoms × bins: frames chosen by chance, each summing to one. */
export function exemplars({ bins, count, data }: Frames, atoms: number, random: () => number): Float64Array {
  const rows = new Float64Array(atoms * bins)
  someOf(count, atoms, random).forEach((from, to) => rows.set(data.subarray(from * bins, (from + 1) * bins), to * bins))
  scaleRows(rows, bins, 1)
  return rows
}

const ROUNDS = 12
/** Enough to find the groups in, few enough that this costs less than a pass of the factorisation. */
const SAMPLE = 4096

/**
 * atoms × bins: the centres that k-means finds among the frames' shapes (unit length, so that loudness does not count),
 * from a start that prefers frames far from those already taken (k-means++).
 */
export function centroids(frames: Frames, atoms: number, random: () => number, precision: Precision = exact): Float64Array {
  const { bins } = frames
  const rows = someOf(frames.count, SAMPLE, random)
  const products = precision((rows.length + atoms) * bins + rows.length * atoms + 64)
  const shapes = products.zeros(rows.length * bins)
  rows.forEach((from, to) => shapes.set(frames.data.subarray(from * bins, (from + 1) * bins), to * bins))
  scaleRows(shapes, bins, 2)
  const centres = products.zeros(atoms * bins)
  const likeness = products.zeros(rows.length * atoms)
  spreadStart(products, shapes, centres, likeness.subarray(0, rows.length), bins, random)
  const group = new Int32Array(rows.length)
  for (let round = 0; round < ROUNDS; round++) {
    likeness.fill(0)
    products.addProductByRows(likeness, shapes, centres, rows.length, bins, atoms)
    for (let row = 0; row < rows.length; row++) group[row] = largest(likeness.subarray(row * atoms, (row + 1) * atoms))
    const sums = new Float64Array(centres.length)
    const members = new Int32Array(atoms)
    group.forEach((atom, row) => {
      members[atom]!++
      for (let i = 0; i < bins; i++) sums[atom * bins + i]! += shapes[row * bins + i]!
    })
    for (let atom = 0; atom < atoms; atom++) // a centre that lost all its frames stays where it was
      if (members[atom]! > 0) centres.set(sums.subarray(atom * bins, (atom + 1) * bins), atom * bins)
    scaleRows(centres, bins, 2)
  }
  const found = Float64Array.from(centres)
  scaleRows(found, bins, 1)
  return found
}

function spreadStart(products: Products, shapes: Matrix, centres: Matrix, likeness: Matrix, bins: number, random: () => number): void {
  const count = likeness.length
  const distance = new Float64Array(count).fill(1)
  for (let atom = 0; atom * bins < centres.length; atom++) {
    let left = random() * distance.reduce((sum, x) => sum + x, 0)
    let row = 0
    while (row < count - 1 && (left -= distance[row]!) > 0) row++
    const centre = shapes.subarray(row * bins, (row + 1) * bins)
    centres.set(centre, atom * bins)
    products.addProductByRows(likeness.fill(0), shapes, centre, count, bins, 1)
    for (let i = 0; i < count; i++) distance[i] = Math.max(0, Math.min(distance[i]!, 1 - likeness[i]!))
  }
}

function largest(values: Matrix): number {
  let best = 0
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i
  return best
}

/** Each row to a norm of one: the sum, or the Euclidean length. Rows of zeros stay. */
function scaleRows(rows: Matrix, bins: number, norm: 1 | 2): void {
  for (let row = 0; row < rows.length; row += bins) {
    let sum = 0
    for (let i = row; i < row + bins; i++) sum += norm === 1 ? rows[i]! : rows[i]! ** 2
    const size = norm === 1 ? sum : Math.sqrt(sum)
    if (size > 0) for (let i = row; i < row + bins; i++) rows[i]! /= size
  }
}
