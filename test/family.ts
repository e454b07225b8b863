// What tests of learning share: points of the AB family, frames of a known make, and what a fit of them costs.

import { expect } from 'vitest'
import type { Divergence } from '../worklet/dictionary.ts'
import { alone } from '../presets/learn/crew.ts'
import { costOf } from '../presets/learn/divergence.ts'
import { addProduct } from '../presets/learn/matrix.ts'
import type { Frames } from '../presets/learn/frames.ts'
import { nmf } from '../presets/learn/nmf.ts'
import type { Factorisation, NmfOptions } from '../presets/learn/nmf.ts'
import { seededRandom } from '../presets/learn/random.ts'
import { exemplars } from '../presets/learn/start.ts'
import { random } from './signals.ts'
import { finish } from './steps.ts'

/** Points from each region of the family, and two β-divergences. */
export const points: [number, number][] = [
  [1, 1], [1, 0], [1, -1], [0.5, 0.5], [-0.5, 0.75], [2, -0.5], [1.5, 1], [-1, 2], [-0.75, -0.75], [1, -0.5], [1, 0.5], [-1, 1],
]

/** Frames of a known, low-rank make, with a little of everything so that no divergence is infinite. */
export function planted(count: number, bins: number, rank: number, seed: number): Frames {
  const next = random(seed)
  const w = Float64Array.from({ length: rank * bins }, () => next() ** 3)
  const h = Float64Array.from({ length: count * rank }, () => next() ** 3)
  const q = new Float64Array(count * bins)
  addProduct(q, h, w, count, rank, bins)
  return { bins, count, data: Float32Array.from(q, (x) => x * (0.8 + 0.4 * next()) + 1e-3) }
}

export const fitted = async (frames: Frames, atoms: number, options: NmfOptions, module: WebAssembly.Module | null = null): Promise<Factorisation> =>
  (await finish(nmf(frames, exemplars(frames, atoms, seededRandom(1)), options, { crew: alone, module }))).result

/** Σ M ⊙ d(V, H W) over frames in the unit of their mean. */
export function costOfFit({ bins, count, data }: Frames, { spectra, activations, unit }: Factorisation, divergence: Divergence, weights?: Float32Array): number {
  const q = new Float64Array(count * bins)
  addProduct(q, activations, spectra, count, spectra.length / bins, bins)
  const cost = costOf(divergence)
  const least = divergence.alpha > 0 && divergence.alpha + divergence.beta > 0 ? 0 : 1e-6
  return q.reduce((sum, x, i) => sum + (weights ? weights[i]! : 1) * cost(Math.max(least, data[i]! / unit), x / unit), 0)
}

/** Nor is it ever what is not a number. */
export const neverRises = (loss: readonly number[], tolerance = 1e-12): void =>
  loss.forEach((x, i) => expect(x, `pass ${i}`).toBeLessThanOrEqual((loss[i - 1] ?? Infinity) * (1 + tolerance)))
