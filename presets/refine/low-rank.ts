// Variances that a few spectra explain: a voice or an instrument repeats itself, and what its mask let through by mistake
// does not. First each source's own power is fitted (β-divergence ½), then all of them together with what both channels of the
// mixture say (Sawada, Kameoka, Araki & Ueda 2013), n and d as in covariance.ts:
//
//   H ← H ⊙ √(n Wᵀ ⊘ d Wᵀ)      W ← W ⊙ √(Hᵀ n ⊘ Hᵀ d)      and once, of the fit itself: v ← v √(n ⁄ d)

import { divergences } from '../../worklet/dictionary.ts'
import { nmf, type Means } from '../learn/nmf.ts'
import { seededRandom } from '../learn/random.ts'
import { centroids } from '../learn/start.ts'
import { fast, type Matrix } from '../products.ts'
import { Posterior, type Covariance } from './covariance.ts'
import type { Pair } from './frames.ts'

const ATOMS = 16
const PASSES = 30
const UPDATES = 10
/** Of variances, where the mixture's mean power is one. */
const LEAST = 1e-8
/** The share of the time that the fits of each source alone take. */
const FITTING = 0.5
/** Entries of a block, so that what it needs stays in the cache. */
const BLOCK = 1 << 15

/** A source: where it is, and its power, frame by frame. */
export interface Voice { readonly covariance: Covariance; readonly power: Float32Array }

/** The mixture's frames: rows of it may be asked for in any order. */
export interface Mixture { readonly bins: number; readonly count: number; row(frame: number): Pair }

interface Model { readonly spectra: Float64Array; readonly activations: Float64Array }

/** Yields the share that is done; returns the variances of each source, frames × bins. */
export async function* lowRank(voices: readonly Voice[], mixture: Mixture, means: Means & { readonly module: WebAssembly.Module }): AsyncGenerator<number, Float32Array[]> {
  const { bins, count } = mixture
  const atoms = Math.min(ATOMS, Math.ceil(count / 8))
  const models: Model[] = []
  for (const [k, { power }] of voices.entries()) {
    const frames = { bins, count, data: power }
    const fit = nmf(frames, centroids(frames, atoms, seededRandom(1), fast(means.module)), { divergence: divergences['beta-half']!, iterations: PASSES }, means)
    let pass = await fit.next()
    for (let i = 1; !pass.done; i++, pass = await fit.next()) yield (FITTING * (k + i / PASSES)) / voices.length
    models.push(pass.value)
  }
  const steps = together(voices.map(({ covariance }) => covariance), models, mixture, means.module)
  let step = steps.next()
  for (; !step.done; step = steps.next()) yield FITTING + (1 - FITTING) * step.value
  return step.value
}

function* together(covariances: readonly Covariance[], models: readonly Model[], mixture: Mixture, module: WebAssembly.Module): Generator<number, Float32Array[]> {
  const { bins, count } = mixture
  const atoms = models[0]!.spectra.length / bins
  const sources = models.length
  const rows = Math.min(count, Math.max(1, Math.floor(BLOCK / bins)))
  const products = fast(module)(sources * (3 * atoms * bins + count * atoms + 3 * rows * bins + 2 * 64) + 2 * rows * atoms + 3 * rows * bins + 4096)
  const zeros = (length: number): Matrix => products.zeros(length)
  const filled = (values: ArrayLike<number>): Matrix => { const out = zeros(values.length); out.set(values); return out }
  const parts = models.map(({ spectra, activations }) => ({
    W: filled(spectra), H: filled(activations), upW: zeros(atoms * bins), downW: zeros(atoms * bins),
    v: zeros(rows * bins), n: zeros(rows * bins), d: zeros(rows * bins),
  }))
  const up = zeros(rows * atoms), down = zeros(rows * atoms)
  const { climb } = products.entries(divergences['is']!, 4) // its exponent is the square root
  const posterior = new Posterior(bins)
  const variances = parts.map(({ v }) => v)

  /** v, n and d of a block. */
  const explain = (first: number, size: number): void => {
    for (const { v, H, W } of parts)
      products.addProduct(v.fill(LEAST), H.subarray(first * atoms, (first + size) * atoms), W, size, atoms, bins)
    for (let row = 0; row < size; row++) {
      posterior.invert(variances, row * bins, covariances)
      posterior.apply(mixture.row(first + row))
      parts.forEach(({ n, d }, k) => posterior.explain(covariances[k]!, n, d, row * bins))
    }
  }
  for (let update = 0; update < UPDATES; update++) {
    for (const { upW, downW } of parts) { upW.fill(0); downW.fill(0) }
    for (let first = 0; first < count; first += rows) {
      const size = Math.min(rows, count - first)
      explain(first, size)
      for (const { H, W, n, d } of parts) {
        products.addProductByRows(up.fill(0), n, W, size, bins, atoms)
        products.addProductByRows(down.fill(0), d, W, size, bins, atoms)
        const [u, w] = [up.subarray(0, size * atoms), down.subarray(0, size * atoms)]
        climb(H.subarray(first * atoms, (first + size) * atoms), u, w, 0)
      }
      explain(first, size)
      for (const { H, n, d, upW, downW } of parts) {
        const h = H.subarray(first * atoms, (first + size) * atoms)
        products.addProductByColumns(upW, h, n, size, atoms, bins)
        products.addProductByColumns(downW, h, d, size, atoms, bins)
      }
      yield (update + first / count) / (UPDATES + 1)
    }
    for (const { W, upW, downW } of parts) climb(W, upW, downW, 0)
  }
  const out = parts.map(() => new Float32Array(count * bins))
  for (let first = 0; first < count; first += rows) {
    const size = Math.min(rows, count - first)
    explain(first, size)
    parts.forEach(({ v, n, d }, k) => {
      for (let i = 0; i < size * bins; i++) out[k]![first * bins + i] = d[i]! > 0 ? Math.max(LEAST, v[i]! * Math.sqrt(n[i]! / d[i]!)) : v[i]!
    })
    yield (UPDATES + first / count) / (UPDATES + 1)
  }
  return out
}
