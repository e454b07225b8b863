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

import { checkFrames, checkNumbers } from './check.ts'
import { alone } from './crew.ts'
import type { Frames } from './frames.ts'
import { leastOf } from './nmf.ts'
import type { Means } from './nmf.ts'
import { steps } from './stochastic.ts'
import type { Batches, Step } from './stochastic.ts'
import { countOf, finished, gathered, joined, meanOf, misfitOf, moved, place, scaleRow, total } from './terms.ts'
import type { Term } from './terms.ts'

export interface Adversary {
  readonly frames: Frames
  /** √β of a mixture (see `mixtureGain`); 1 for another source. */
  readonly gain: number
}

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

/** A basis is one no longer. */
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
export async function* danmf(learners: readonly Learner[], options: DanmfOptions, means: Means = { crew: alone, module: null }): AsyncGenerator<Bases, Bases> {
  check(learners, options)
  const { tauA } = options
  try {
    return yield* fit(learners, options, means)
  } catch (error) {
    if (!(error instanceof Emptied)) throw error
    if (tauA === 0 || options.tauS === 1) throw new RangeError(`${error.message}: ask for fewer`)
    const refused = (): never => { throw new RangeError(`tauA: expected a weight that does not empty a basis, got ${tauA}`) }
    let works = 0, fails = tauA
    while (fails > TOO_SMALL && !(fails <= 1.25 * works)) {
      const between = Number((works === 0 ? fails / 2 : Math.sqrt(works * fails)).toPrecision(2))
      try {
        for await (const { loss } of fit(learners, { ...options, tauA: between }, means)) yield { loss, spectra: refused }
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

async function* fit(learners: readonly Learner[], options: DanmfOptions, means: Means): AsyncGenerator<Bases, Bases> {
  const { iterations, l1Spectra = 0, l1Activations = 0, tauS } = options
  const { sources, mixture, drop } = placed(learners, options, means)
  const bins = learners[0]!.frames.bins
  // Adversaries and penalties would let the size of an atom run away. What is free of them keeps its size, and so its bits.
  const sized = (tauS < 1 && options.tauA > 0) || options.batches || l1Spectra > 0 || l1Activations > 0
  let found: Bases | null = null
  try {
    for (let pass = 0; pass < iterations; pass++) {
      const plans = sources.map((source) => planOf(source, mixture, options))
      if (mixture) await moved(mixture, joined(sources.map(({ W }) => W)), pass > 0 && sized ? joined(sources.map(({ sizes }) => sizes)) : null, l1Activations)
      const reached = await Promise.all(sources.map(async (source, i) => {
        await Promise.all(termsOf(source).map((term) => moved(term, source.W, pass > 0 && sized ? source.sizes : null, l1Activations)))
        let loss = 0
        for (const step of plans[i]!) {
          const { before, after, cost } = await learnFrom(step, source, mixture, options)
          if (Number.isNaN(source.explainedAtFirst)) source.explainedAtFirst = before
          loss += cost / plans[i]!.length
          source.explained = after
        }
        return loss
      }))
      for (const source of sources) checkBasis(source, bins, pass >= Math.min(SETTLED, iterations) - 1)
      const spectra = sources.map(({ W, least }) => finished(W, bins, least))
      if (sized) for (const { W, sizes } of sources) for (let atom = 0; atom < sizes.length; atom++) sizes[atom] = scaleRow(W, atom, bins)
      found = { loss: reached, spectra: () => spectra }
      yield found
    }
    return found!
  } finally {
    drop()
  }
}

interface Source {
  readonly name: string
  readonly index: number
  readonly W: Float64Array
  /** What the last normalisation took from each atom. */
  readonly sizes: Float64Array
  readonly least: number
  /** Where its atoms begin among those of all sources. */
  readonly from: number
  readonly own: Term | null
  readonly against: readonly Term[]
  /** What a square of the mixtures' unit is in that of its own frames. */
  readonly pairSquare: number
  /** Of the energy of its own frames: by its start, and now. */
  explainedAtFirst: number
  explained: number
}

const termsOf = ({ own, against }: Source): readonly Term[] => (own ? [own, ...against] : against)

/** All frames are placed once, however many bases explain them. */
function placed(learners: readonly Learner[], { tauA, tauS, pairs = null }: DanmfOptions, { crew, module }: Means): { sources: Source[]; mixture: Term | null; drop(): void } {
  const { bins } = learners[0]!.frames
  const atoms = learners.map(({ start }) => start.length / bins)
  // Which bases explain which frames, before any are placed.
  const readers = new Map<Frames, number[]>()
  const read = (frames: Frames, learner: number): number => {
    const list = readers.get(frames) ?? []
    readers.set(frames, list)
    return list.push(atoms[learner]!) - 1
  }
  const wanted = learners.map(({ frames, against }, i) => ({
    own: tauS < 1 ? read(frames, i) : null,
    against: tauS < 1 && tauA > 0 ? against.map((one) => ({ ...one, reading: read(one.frames, i) })) : [],
  }))
  const cuts = new Map([...readers].map(([frames, readings]) => [frames, place(frames, readings, [], crew, module)]))
  const mixture: Term | null = tauS === 0 ? null : {
    count: pairs!.mixture.count, cuts: place(pairs!.mixture, [atoms.reduce((sum, n) => sum + n, 0)], pairs!.sources, crew, module), reading: 0, square: 1, of: pairs!.mixture.count,
  }
  const sources = learners.map(({ name, frames, start }, index): Source => {
    const { own, against } = wanted[index]!
    const unit = meanOf(tauS < 1 ? frames : pairs!.mixture)
    const all = against.reduce((sum, { frames: { count } }) => sum + count, 0)
    const least = leastOf(atoms[index]!, bins).spectra
    const W = start.slice()
    for (let atom = 0; atom < atoms[index]!; atom++) {
      const row = W.subarray(atom * bins, (atom + 1) * bins)
      const sum = scaleRow(W, atom, bins)
      for (let bin = 0; bin < bins; bin++) row[bin] = Math.max(least, sum > 0 ? row[bin]! : 1 / bins)
    }
    return {
      name, index, W, least, sizes: new Float64Array(atoms[index]!), from: atoms.slice(0, index).reduce((sum, n) => sum + n, 0),
      own: own === null ? null : { count: frames.count, cuts: cuts.get(frames)!, reading: own, square: 1, of: frames.count },
      against: against.map(({ frames: other, gain, reading }) => ({
        count: other.count, cuts: cuts.get(other)!, reading, square: ((gain * meanOf(other)) / unit) ** 2, of: all,
      })),
      pairSquare: mixture ? (meanOf(pairs!.mixture) / unit) ** 2 : 1, explainedAtFirst: NaN, explained: 1,
    }
  })
  const all = [...cuts.values(), mixture?.cuts ?? []].flat()
  return { sources, mixture, drop: () => { for (const { hand } of all) hand.drop() } }
}

/** What one source takes of each pass: one step of all frames, or several of some. */
function planOf({ own, against }: Source, mixture: Term | null, { batches = null }: DanmfOptions): readonly (Step | null)[] {
  if (!batches) return [null]
  const counts = { own: own?.count ?? 0, against: countOf(against), pairs: mixture?.count ?? 0 }
  if (counts[batches.full] === 0) throw new RangeError(`batches: expected a term with frames to take in full, got none of ${batches.full}`)
  return steps(counts, batches)
}

/** One update of a source's spectra; over the frames of the step, its loss after that, and what part of its own energy was and is explained. */
async function learnFrom(step: Step | null, source: Source, mixture: Term | null, { tauA, tauS, l1Spectra = 0 }: DanmfOptions): Promise<{ cost: number; before: number; after: number }> {
  const { W, own, against, index, from, least, pairSquare } = source
  const bins = W.length / source.sizes.length
  const [fitted, avoided, supervised] = await Promise.all([
    own && gathered([own], W, bins, 0, null, step && step.own),
    against.length > 0 ? gathered(against, W, bins, 0, null, step && step.against) : null,
    mixture && gathered([mixture], W, bins, from, index, step && step.pairs),
  ])
  const { count } = (fitted ?? supervised)!
  const parts = ([[fitted, 1 - tauS, 1], [avoided, (1 - tauS) * tauA, -1], [supervised, tauS * pairSquare, 1]] as const)
    .flatMap(([sum, weight, sign]) => (sum ? [{ sum, weight: weight * (count / sum.count), sign }] : []))
  const explained = (): number => (fitted ? 1 - misfitOf(fitted, W, bins) / fitted.energy : 1)
  const before = explained()
  const up = new Float64Array(W.length), down = new Float64Array(W.length)
  for (const { sum: { hV, hhW }, weight, sign } of parts) {
    const [attracts, spreads] = sign > 0 ? [hV, hhW] : [hhW, hV]
    for (let i = 0; i < W.length; i++) {
      up[i]! += weight * attracts[i]!
      down[i]! += weight * spreads[i]!
    }
  }
  for (let i = 0; i < W.length; i++) W[i] = Math.max(least, W[i]! * (up[i]! / Math.max(down[i]! + count * l1Spectra, 1e-300)))
  const cost = parts.reduce((all, { sum, weight, sign }) => all + (0.5 * sign * weight * misfitOf(sum, W, bins)) / count, 0)
  return { cost: (cost + l1Spectra * total(W)) / bins, before, after: explained() }
}

/** Only adversaries take so much that an atom has at most one bin above the floor, or the basis explains little. */
function checkBasis({ name, W, sizes, least, against, explainedAtFirst, explained }: Source, bins: number, settled: boolean): void {
  const atoms = sizes.length
  for (let atom = 0; atom < atoms; atom++) {
    const left = W.subarray(atom * bins, (atom + 1) * bins).filter((x) => x > least).length
    if (against.length > 0 ? left < Math.min(2, bins) : left === 0) throw new Emptied(`${name}: expected sound for every atom, got an empty atom ${atom}`)
  }
  if (against.length > 0 && settled && explained < HALF * explainedAtFirst)
    throw new Emptied(`${name}: expected a basis that explains its sound, got less than half of what its start did`)
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
