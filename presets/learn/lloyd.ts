// k-means as a factorisation: every frame is one of the atoms as it is, so H holds a single 1 per frame, and W the means of
// the frames that share it (Lloyd 1982), from a start that prefers frames far from those already taken (Arthur &
// Vassilvitskii 2007). The cost is that of the Euclidean fit, ½ Σ (v − w)², which neither half of a pass can raise.

import type { Frames } from './frames.ts'

export interface Groups {
  /** atoms × bins, the means. */
  readonly spectra: Float64Array
  /** frames × atoms, a 1 in each row. */
  readonly activations: Float64Array
  readonly loss: readonly number[]
}

type Numbers = Pick<Frames, 'bins' | 'count'> & { readonly data: Float64Array | Float32Array }

/** Frames that are tried for each centre of the start: the one that leaves the least is taken. */
const DRAWS = 6

const sumOf = (x: Float64Array): number => x.reduce((sum, value) => sum + value, 0)

/** Ends early where no frame changes its group. */
export function* lloyd({ bins, count, data }: Numbers, atoms: number, iterations: number, random: () => number): Generator<number, Groups> {
  const frame = (row: number): Float64Array | Float32Array => data.subarray(row * bins, (row + 1) * bins)
  const distance = (row: number, centre: Float64Array | Float32Array): number => {
    let sum = 0
    for (let i = 0; i < bins; i++) sum += (data[row * bins + i]! - centre[i]!) ** 2
    return sum
  }
  const centres = new Float64Array(atoms * bins)
  const centre = (atom: number): Float64Array => centres.subarray(atom * bins, (atom + 1) * bins)
  let nearest = new Float64Array(count).fill(Infinity)
  for (let atom = 0; atom < atoms; atom++) {
    let least = Infinity, better = nearest
    for (let draw = 0; draw < DRAWS; draw++) {
      let left = random() * (atom === 0 ? count : sumOf(nearest))
      let row = 0
      while (row < count - 1 && (left -= atom === 0 ? 1 : nearest[row]!) >= 0) row++
      const joined = nearest.map((x, t) => Math.min(x, distance(t, frame(row))))
      if (sumOf(joined) >= least) continue
      least = sumOf(joined)
      better = joined
      centre(atom).set(frame(row))
    }
    nearest = better
  }
  const group = new Int32Array(count).fill(-1)
  const loss: number[] = []
  for (let pass = 0; pass < iterations; pass++) {
    let moved = 0
    for (let t = 0; t < count; t++) {
      let best = 0
      nearest[t] = Infinity
      for (let atom = 0; atom < atoms; atom++) {
        const far = distance(t, centre(atom))
        if (far < nearest[t]!) [best, nearest[t]] = [atom, far]
      }
      moved += Number(best !== group[t])
      group[t] = best
    }
    const members = new Int32Array(atoms)
    const sums = new Float64Array(centres.length)
    group.forEach((atom, t) => {
      members[atom]!++
      for (let i = 0; i < bins; i++) sums[atom * bins + i]! += data[t * bins + i]!
    })
    for (let atom = 0; atom < atoms; atom++) // a group without frames keeps its centre
      for (let i = atom * bins; members[atom]! > 0 && i < (atom + 1) * bins; i++) centres[i] = sums[i]! / members[atom]!
    let cost = 0
    group.forEach((atom, t) => { cost += distance(t, centre(atom)) / 2 })
    loss.push(cost)
    yield cost
    if (moved === 0) break
  }
  const activations = new Float64Array(count * atoms)
  group.forEach((atom, t) => { activations[t * atoms + atom] = 1 })
  return { spectra: centres, activations, loss }
}
