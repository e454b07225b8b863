// Semi-supervised learning: the spectra of known sources stay, and free ones take what those leave of mixtures (Smaragdis,
// Raj & Shashanka 2007). And with nothing free, projection: the activations of what is known, where the rest is whatever it
// cannot explain. Both are a factorisation that holds some of its rows.

import { checkNumbers } from './check.ts'
import type { Frames } from './frames.ts'
import { nmf } from './nmf.ts'
import type { Means, NmfOptions, Pass } from './nmf.ts'

export type SemiOptions = Pick<NmfOptions, 'divergence' | 'iterations' | 'penalties' | 'weights'>

export interface Semi {
  /** Of the free atoms, each row sums to one. */
  readonly spectra: Float64Array
  /** frames × (known + free atoms). */
  readonly activations: Float64Array
  readonly loss: readonly number[]
}

/** `known` and `free` are atoms × bins; `free` is what the search starts from. */
export async function* semiSupervised(mixtures: Frames, known: ArrayLike<number>, free: ArrayLike<number>, options: SemiOptions, means?: Means): AsyncGenerator<Pass, Semi> {
  const { bins, count } = mixtures
  checkNumbers('mixtures', mixtures)
  for (const [name, rows] of [['known', known], ['free', free]] as const)
    if (rows.length % bins !== 0) throw new RangeError(`${name}: expected rows of ${bins} bins, got ${rows.length} numbers`)
  const atoms = (known.length + free.length) / bins
  if (atoms === 0) throw new RangeError('known, free: expected at least one atom, got none')
  if (free.length > 0 && count < atoms) throw new RangeError(`mixtures: expected at least one frame per atom, ${atoms}, got ${count}`)
  const start = new Float64Array(known.length + free.length)
  start.set(known)
  start.set(free, known.length)
  const { spectra, activations, loss } = yield* nmf(mixtures, start, { ...options, held: known.length / bins }, means)
  return { spectra: spectra.slice(known.length), activations, loss }
}

/** frames × atoms: how much of each known atom, and of nothing else. */
export const projected = (mixtures: Frames, known: ArrayLike<number>, options: SemiOptions, means?: Means): AsyncGenerator<Pass, Semi> =>
  semiSupervised(mixtures, known, [], options, means)
