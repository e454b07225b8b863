// Learning that also knows what to avoid, and what came of it: D+ANMF (Ludvigsen & Grasmair 2023), of which plain Euclidean
// NMF, ANMF and DNMF (Weninger et al. 2014, Sprechmann et al. 2014) are the corners. For each source i, with U its own
// frames, Û adversarial frames (of other sources, and mixtures), Ũ and Ṽ = ΣŨ aligned pairs, all frames × bins:
//
//   F = (1−τ_S) ( ‖U − H W‖² / 2N − τ_A ‖Û − Ĥ W‖² / 2N̂ ) + τ_S ‖Ũ − H̃ W‖² / 2Ñ + μ_W |W|
//   W ← W ⊙ ((1−τ_S)(HᵀU/N + τ_A ĤᵀĤ W/N̂) + τ_S H̃ᵀŨ/Ñ) ⊘ ((1−τ_S)(HᵀH W/N + τ_A ĤᵀÛ/N̂) + τ_S H̃ᵀH̃ W/Ñ + μ_W)
//   H ← H ⊙ U Wᵀ ⊘ (H W Wᵀ + N μ_H)      Ĥ likewise on Û, H̃ on Ṽ with the spectra of all sources together
//
//            τ_A    τ_S
//   NMF       0      0
//   ANMF     > 0     0       fits the source, and fits badly what is not the source
//   DNMF      0      1       fits what a mixture's activations make of it
//
// In each pass all activations are updated, then the spectra: at once, or batch by batch (stochastic.ts).

import { exact } from '../products.ts'
import type { Matrix, Precision } from '../products.ts'
import { checkFrames, checkNumbers } from './check.ts'
import type { Frames } from './frames.ts'
import { steps } from './stochastic.ts'
import type { Batches, Step } from './stochastic.ts'
import { activate, finished, gather, meanOf, misfitOf, pool, scaleColumn, scaleRow, term, total, workspace } from './terms.ts'
import type { Adversary, Pool, Term, Workspace } from './terms.ts'

export type { Adversary }

export interface Learner {
  readonly name: string
  readonly frames: Frames
  readonly against: readonly Adversary[]
  /** atoms × bins; is not changed. */
  readonly start: Float64Array
}

export interface Pairs {
  /** One per source, in their order. */
  readonly sources: readonly Frames[]
  readonly mixture: Frames
}

export interface DanmfOptions {
  readonly iterations: number
  readonly tauA: number
  readonly tauS: number
  /** μ_W and μ_H, for frames scaled to a mean of one. */
  readonly l1Spectra?: number
  readonly l1Activations?: number
  readonly pairs?: Pairs | null
  readonly batches?: Batches | null
  readonly precision?: Precision
}

/** All sources after one pass, in their order. */
export interface Bases {
  /** F per entry, of frames scaled to a mean of one. */
  readonly loss: readonly number[]
  /** Per source atoms × bins, each row sums to one. */
  spectra(): Float64Array[]
}

/** A weight of adversaries below which nothing is changed by them. */
const TOO_SMALL = 1e-3
/** A basis that explains less than this of what its start did (in energy of its own frames), once so many passes were made, is empty. */
const HALF = 0.5, SETTLED = 10

/** A basis lost an atom. */
class Emptied extends Error {
  override readonly name = 'Emptied'
}

/** √β_i, the gain of mixtures Σ a_j u_j as adversaries of source i: β_i = E[(a_i / Σ a_j²)²] over the mixtures' weights. */
export const mixtureGain = (weights: readonly (readonly number[])[], source: number): number =>
  Math.sqrt(weights.reduce((sum, a) => sum + (a[source]! / a.reduce((total, x) => total + x * x, 0)) ** 2, 0) / weights.length)

/**
 * One `yield` per pass, each a whole result; returns the last. Where adversaries empty a basis, passes go on, whose result is
 * refused, until a weight is found that does not, and that is what the error says.
 */
export function* danmf(learners: readonly Learner[], options: DanmfOptions): Generator<Bases, Bases> {
  check(learners, options)
  const { tauA } = options
  try {
    return yield* fit(learners, options)
  } catch (error) {
    if (!(error instanceof Emptied)) throw error
    if (tauA === 0 || options.tauS === 1) throw new RangeError(`${error.message}: ask for fewer`)
    const refused = (): never => { throw new RangeError(`tauA: expected a weight that does not empty a basis, got ${tauA}`) }
    let works = 0, fails = tauA
    while (fails > TOO_SMALL && !(fails <= 1.25 * works)) {
      const between = Number((works === 0 ? fails / 2 : Math.sqrt(works * fails)).toPrecision(2))
      try {
        for (const { loss } of fit(learners, { ...options, tauA: between })) yield { loss, spectra: refused }
        works = between
      } catch (again) {
        if (!(again instanceof Emptied)) throw again
        fails = between
      }
    }
    if (works === 0) throw new RangeError(`tauA: expected 0, because ${fails} empties a basis already, got ${tauA}`)
    throw new RangeError(`tauA: expected at most ${works}, the largest found that does not empty a basis, got ${tauA}`)
  }
}

function* fit(learners: readonly Learner[], options: DanmfOptions): Generator<Bases, Bases> {
  const { iterations, l1Activations = 0, pairs = null, batches = null, tauS } = options
  const work = workspace(learners[0]!.frames.bins, learners.map(({ start, frames }) => start.length / frames.bins), options.precision ?? exact)
  const sources = learners.map((_, i) => sourceOf(learners, i, work, options))
  const mixture = tauS > 0 ? term(pool([{ frames: pairs!.mixture, gain: 1 }], meanOf(pairs!.mixture)), work.all, work) : null
  const first = sources.map(() => NaN)
  let found: Bases | null = null
  for (let pass = 0; pass < iterations; pass++) {
    if (mixture) activate(mixture, work.W, work.all, work, l1Activations)
    const loss: number[] = [], spectra: Float64Array[] = []
    for (const [i, source] of sources.entries()) {
      const { own, against, W, heard, atoms } = source
      for (const each of [own, against]) if (each) activate(each, heard, atoms, work, l1Activations)
      const counts = { own: own?.count ?? 0, against: against?.count ?? 0, pairs: mixture?.count ?? 0 }
      if (batches && counts[batches.full] === 0) throw new RangeError(`batches: expected a term with frames to take in full, got none of ${batches.full}`)
      const plan = batches ? steps(counts, batches) : [null]
      const reached = plan.map((step) => learnFrom(step, source, mixture, work, options))
      loss.push(reached.reduce((sum, step) => sum + step.loss, 0) / plan.length)
      checkAtoms(source, work)
      if (pass === 0) first[i] = reached[0]!.before
      if (against && pass >= Math.min(SETTLED, iterations) - 1 && reached.at(-1)!.after < HALF * first[i]!)
        throw new Emptied(`${source.name}: expected a basis that explains its sound, got less than half of what its start did`)
      spectra.push(finished(W, work))
      // Adversaries and penalties would let the size of an atom run away. What is free of them keeps its size, and so its bits.
      if (against || batches || options.l1Spectra || l1Activations) {
        for (let atom = 0; atom < atoms; atom++) {
          const size = scaleRow(W, atom, work.bins)
          for (const each of [own, against]) if (each) scaleColumn(each.H, atom, atoms, size)
          if (mixture) scaleColumn(mixture.H, source.first + atom, work.all, size)
        }
        heard.set(W)
      }
    }
    found = { loss, spectra: () => spectra }
    yield found
  }
  return found!
}

interface Source {
  readonly name: string
  readonly atoms: number
  /** Where its atoms begin among those of all sources. */
  readonly first: number
  readonly W: Float64Array
  /** W in memory of the products. */
  readonly heard: Matrix
  readonly own: Term | null
  readonly against: Term | null
  readonly target: Pool | null
  /** What a square of the mixtures' unit is in that of its own frames. */
  readonly pairGain: number
}

function sourceOf(learners: readonly Learner[], index: number, work: Workspace, { tauA, tauS, pairs = null }: DanmfOptions): Source {
  const { bins, leastW } = work
  const { name, frames, against, start } = learners[index]!
  const atoms = start.length / bins
  const first = learners.slice(0, index).reduce((sum, learner) => sum + learner.start.length / bins, 0)
  const heard = work.W.subarray(first * bins, (first + atoms) * bins)
  const W = start.slice()
  for (let atom = 0; atom < atoms; atom++) {
    const row = W.subarray(atom * bins, (atom + 1) * bins)
    const sum = scaleRow(W, atom, bins)
    for (let bin = 0; bin < bins; bin++) row[bin] = Math.max(leastW, sum > 0 ? row[bin]! : 1 / bins)
  }
  heard.set(W)
  const common = tauS > 0 ? meanOf(pairs!.mixture) : 1
  const unit = tauS < 1 ? meanOf(frames) : common
  return {
    name, atoms, first, W, heard, pairGain: (common / unit) ** 2,
    own: tauS < 1 ? term(pool([{ frames, gain: 1 }], unit), atoms, work) : null,
    against: tauS < 1 && tauA > 0 ? term(pool(against, unit), atoms, work) : null,
    target: tauS > 0 ? pool([{ frames: pairs!.sources[index]!, gain: 1 }], common) : null,
  }
}

/** One update of a source's spectra; over the frames of the step, its loss after that, and what part of its own energy was and is explained. */
function learnFrom(step: Step | null, source: Source, mixture: Term | null, work: Workspace, { tauA, tauS, l1Spectra = 0 }: DanmfOptions): { loss: number; before: number; after: number } {
  const { W, heard, atoms, own, against, target, first } = source
  const { bins, all, leastW } = work
  const counts = { own: step?.own.length ?? own?.count ?? 0, against: step?.against.length ?? against?.count ?? 0, pairs: step?.pairs.length ?? mixture?.count ?? 0 }
  const count = own ? counts.own : counts.pairs
  const fitted = own && gather(step && step.own, own, own.H, atoms, 0, atoms, heard, work)
  const avoided = against && gather(step && step.against, against, against.H, atoms, 0, atoms, heard, work)
  const supervised = target && gather(step && step.pairs, target, mixture!.H, all, first, atoms, heard, work)
  const parts = ([
    [fitted, 1 - tauS, 1], [avoided, (1 - tauS) * tauA * (count / counts.against), -1], [supervised, tauS * source.pairGain * (count / counts.pairs), 1],
  ] as const).flatMap(([share, weight, sign]) => (share ? [{ share, weight, sign }] : []))
  const explained = (): number => (fitted ? 1 - misfitOf(fitted, heard, atoms, work) / fitted.energy : 1)
  const before = explained()
  const size = atoms * bins
  const upW = new Float64Array(size), downW = new Float64Array(size)
  for (const { share: { hV, hhW }, weight, sign } of parts) {
    const [up, down] = sign > 0 ? [hV, hhW] : [hhW, hV]
    for (let i = 0; i < size; i++) {
      upW[i]! += weight * up[i]!
      downW[i]! += weight * down[i]!
    }
  }
  for (let i = 0; i < size; i++) W[i] = Math.max(leastW, W[i]! * (upW[i]! / Math.max(downW[i]! + count * l1Spectra, 1e-300)))
  heard.set(W)
  const loss = parts.reduce((sum, { share, weight, sign }) => sum + (0.5 * sign * weight * misfitOf(share, heard, atoms, work)) / count, 0)
  return { loss: (loss + l1Spectra * total(W)) / bins, before, after: explained() }
}

/** An atom is gone when at most one bin of it is above the floor; only adversaries take that much. */
function checkAtoms({ name, W, atoms, against }: Source, { bins, leastW }: Workspace): void {
  for (let atom = 0; atom < atoms; atom++) {
    let left = 0
    for (let i = atom * bins; i < (atom + 1) * bins; i++) left += Number(W[i]! > leastW)
    if (against ? left < Math.min(2, bins) : left === 0) throw new Emptied(`${name}: expected sound for every atom, got an empty atom ${atom}`)
  }
}

function check(learners: readonly Learner[], { iterations, tauA, tauS, l1Spectra = 0, l1Activations = 0, pairs = null, batches = null }: DanmfOptions): void {
  const range = (name: string, x: number, most: number): void => {
    if (!(x >= 0 && x <= most && x < Infinity)) throw new RangeError(`${name}: expected a number from 0 ${most < Infinity ? `to ${most}` : 'on'}, got ${x}`)
  }
  range('tauA', tauA, Infinity)
  range('tauS', tauS, 1)
  range('l1Spectra', l1Spectra, Infinity)
  range('l1Activations', l1Activations, Infinity)
  if (!(iterations >= 1)) throw new RangeError(`iterations: expected at least 1, got ${iterations}`)
  if (batches !== null && !(batches.size >= 1)) throw new RangeError(`batches: expected at least one frame in each, got ${batches.size}`)
  if (learners.length === 0) throw new RangeError('sources: expected at least one, got none')
  const { bins } = learners[0]!.frames
  for (const { name, frames, against, start } of learners) {
    checkFrames(name, frames, start.length / bins)
    for (const { frames: others } of tauS < 1 && tauA > 0 ? against : []) {
      checkNumbers(`${name}, against`, others)
      if (others.bins !== bins) throw new RangeError(`${name}, against: expected ${bins} bins, got ${others.bins}`)
    }
    if (frames.bins !== bins) throw new RangeError(`${name}: expected ${bins} bins like ${learners[0]!.name}, got ${frames.bins}`)
    if (tauS < 1 && tauA > 0 && against.length === 0) throw new RangeError(`${name}: expected another source or a mixture to learn against, got none`)
  }
  if (tauS === 0) return
  if (pairs === null) throw new RangeError(`tauS: expected aligned pairs to learn from with ${tauS}, got none`)
  checkNumbers('pairs, mixture', pairs.mixture)
  if (pairs.sources.length !== learners.length) throw new RangeError(`pairs: expected ${learners.length} sources, got ${pairs.sources.length}`)
  for (const [i, frames] of pairs.sources.entries()) {
    checkNumbers(`pairs, ${learners[i]!.name}`, frames)
    if (frames.count !== pairs.mixture.count)
      throw new RangeError(`pairs, ${learners[i]!.name}: expected as many frames as the mixture, ${pairs.mixture.count}, got ${frames.count}`)
  }
}
