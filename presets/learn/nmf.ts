// Non-negative matrix factorisation: frames ≈ activations × spectra, for any divergence of the AB family, by alternating
// multiplicative updates with a floor (Cichocki, Cruces & Amari 2011). The frames are cut into shards, which several
// threads may share: see shard.ts for the update of H. Here W moves, by the sums of what the shards say:
//
//   W ← max(ε, W ⊙ [ (Hᵀ A + |α|∇⁻) ⊘ (Hᵀ B + |α|∇⁺) ]^ω)      ∇⁺ − ∇⁻: the slope of the penalties; for α < 0 they change sides
//
// Nothing is normalised on the way, for no part of the objective sees how a product of W and H shares its size between them:
// penalties.ts says how. So floors stay exact, and an entry that still is at its floor when all is done was nothing: 0.

import { omegaOf } from '../../worklet/dictionary.ts'
import type { Divergence } from '../../worklet/dictionary.ts'
import { alone } from './crew.ts'
import type { Crew, Question } from './crew.ts'
import type { Frames } from './frames.ts'
import { penaltiesOf, rowSums } from './penalties.ts'
import type { Penalties } from './penalties.ts'
import type { Shard, ShardSpec, Share } from './shard.ts'

export interface NmfOptions {
  readonly divergence: Divergence
  readonly iterations: number
  /** In the unit of the frames. */
  readonly penalties?: Penalties
  /** What each entry of the frames counts for, 0 or more: count × bins, or one for each bin. */
  readonly weights?: Float32Array | null
  /** atoms × bins of 0 and 1: which bins an atom may use. */
  readonly pattern?: ArrayLike<number> | null
  /** The first so many rows of the start stay as they are. */
  readonly held?: number
  /** frames × atoms to start from, in the unit of the frames; else every atom has an equal share of its frame. */
  readonly activations?: ArrayLike<number> | null
}

/** Where and how it is computed. */
export interface Means {
  readonly crew: Crew
  /** The kernel for float32 (plain, so that all machines agree), null for float64. */
  readonly module: WebAssembly.Module | null
}

export interface Pass {
  /** The objective after this pass, divided by the number of entries, of frames scaled to a mean of one. Never rises. */
  readonly loss: number
  /** What this pass has found: atoms × bins, each row sums to one (or is empty). */
  spectra(): Float64Array
}

export interface Factorisation {
  readonly spectra: Float64Array
  /** frames × atoms, in the unit of the frames. */
  readonly activations: Float64Array
  readonly loss: readonly number[]
  /** The mean of the frames: loss · entries · unit^(α+β) is the objective in their own unit. */
  readonly unit: number
}

/** The floor, relative to the mean of what it bounds: keeps every entry able to come back. */
const EPSILON = 1e-6
/** At most so many, of at least so many frames: cut by the frames alone, not by the threads. A page has room for a hundred memories, not more. */
const SHARDS = 8
const FEWEST = 512
/** Entries at their floor to the power α + β must fit into float32; a divergence that sums to less is computed in float64 everywhere. */
const LEAST_SUM = -4
/** Of a guarded step, before it is given up. */
const HALVINGS = 12

/** One `yield` per pass. `start` is atoms × bins and is not changed. */
export async function* nmf(frames: Frames, start: ArrayLike<number>, options: NmfOptions, { crew, module }: Means = { crew: alone, module: null }): AsyncGenerator<Pass, Factorisation> {
  const unit = meanOf(frames.data)
  if (!(unit > 0)) throw new RangeError(`frames: expected some that are above zero, got a mean of ${unit}`)
  const shards = shardsOf(frames, unit, start, options, module).map((spec) => crew.place({ kind: 'shard', ...spec }))
  try {
    const steps = fitting(frames, unit, start, options)
    let replies: unknown[] = []
    for (;;) {
      const { done, value } = steps.next(replies)
      if (done) return value
      if ('loss' in value) yield value
      else replies = await Promise.all(shards.map((shard) => shard.ask(value)))
    }
  } finally {
    for (const shard of shards) shard.drop()
  }
}

/** What all shards reply to a question, in their order. */
function* ask<M extends keyof Shard>(method: M, ...args: Parameters<Shard[M]>): Generator<Question, ReturnType<Shard[M]>[], unknown[]> {
  return (yield { method, args }) as ReturnType<Shard[M]>[]
}

/** The fit itself: asks its shards, and says what each pass has come to. */
function* fitting({ bins, count }: Frames, unit: number, start: ArrayLike<number>, options: NmfOptions): Generator<Question | Pass, Factorisation, unknown[]> {
  const { divergence, iterations, held = 0 } = options
  const atoms = start.length / bins
  const least = leastOf(atoms, bins)
  const penalties = penaltiesOf(options.penalties ?? {}, divergence, unit, bins)
  const loss: number[] = []
  let W = beginning(start, bins, least.spectra, options.pattern ?? null)
  let sums = new Float64Array(atoms)
  const passed = (cost: number): Pass => {
    const now = W
    loss.push((cost + penalties.value(now, sums)) / (count * bins))
    return { loss: loss.at(-1)!, spectra: () => balanced(thinned(now, least.spectra), null, bins, unit) }
  }

  /** W after the shares of a pass. Where a penalty leaves no guarantee, the step is halved until the objective falls. */
  function* moved(shares: readonly Share[]): Generator<Question, Float64Array<ArrayBuffer>, unknown[]> {
    const up = total(shares.map((share) => share.up)), down = total(shares.map((share) => share.down))
    penalties.slope(W, sums, divergence.alpha, up, down)
    const step = (exponent: number): Float64Array<ArrayBuffer> => climbed(W, up, down, exponent, least.spectra, held * bins)
    let exponent = omegaOf(divergence)
    if (!penalties.guarded) return step(exponent)
    const now = sumOf(shares.map((share) => share.after)) + penalties.value(W, sums)
    for (let halving = 0; halving < HALVINGS; halving++, exponent /= 2) {
      const next = step(exponent)
      if (sumOf(yield* ask('cost', next)) + penalties.value(next, sums) <= now) return next
    }
    return W
  }

  for (let pass = 0; pass < iterations; pass++) {
    const shares = yield* ask('pass', W, penalties.ofActivations(W), held < atoms, penalties.guarded)
    if (pass > 0) yield passed(sumOf(shares.map((share) => share.before))) // a pass says first what the one before has come to
    sums = total(shares.map((share) => share.sums))
    if (held < atoms) W = yield* moved(shares)
  }
  yield passed(sumOf(yield* ask('cost', W)))
  const H = thinned(joined(yield* ask('activations')), least.activations)
  const spectra = balanced(thinned(W, least.spectra), H, bins, unit)
  return { spectra, activations: H, loss, unit }
}

// What passes over frames or activations is a plain loop: millions of calls would take as long as ten passes.
function meanOf(data: Float32Array): number {
  let sum = 0
  for (let i = 0; i < data.length; i++) sum += data[i]!
  return sum / data.length
}

const sumOf = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0)

/** One after the other, in their order: the same to the last bit however many threads there are. */
function total(parts: readonly ArrayLike<number>[]): Float64Array<ArrayBuffer> {
  const out = new Float64Array(parts[0]!.length)
  for (const part of parts) for (let i = 0; i < out.length; i++) out[i]! += part[i]!
  return out
}

function joined(parts: readonly ArrayLike<number>[]): Float64Array<ArrayBuffer> {
  const out = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

export const leastOf = (atoms: number, bins: number): { spectra: number; activations: number } => ({ spectra: EPSILON / bins, activations: (EPSILON * bins) / atoms })

/** Where frames are cut. Sums of the same cuts are the same to the last bit. */
export function cutsOf(count: number): { readonly from: number; readonly to: number }[] {
  const shards = Math.max(1, Math.min(SHARDS, Math.floor(count / FEWEST)))
  return Array.from({ length: shards }, (_, i) => ({ from: Math.floor((i * count) / shards), to: Math.floor(((i + 1) * count) / shards) }))
}

/** The frames cut into shards, in the unit of their mean. */
function shardsOf({ bins, count, data }: Frames, unit: number, start: ArrayLike<number>, { divergence, weights = null, activations = null }: NmfOptions, module: WebAssembly.Module | null): ShardSpec[] {
  const atoms = start.length / bins
  const leastValue = divergence.alpha > 0 && divergence.alpha + divergence.beta > 0 ? 0 : EPSILON // where an empty entry would cost infinitely much
  return cutsOf(count).map(({ from, to }): ShardSpec => {
    const share = data.slice(from * bins, to * bins)
    for (let j = 0; j < share.length; j++) share[j] = Math.max(leastValue, share[j]! / unit)
    return {
      bins, atoms, divergence, module: divergence.alpha + divergence.beta < LEAST_SUM ? null : module, data: share, least: leastOf(atoms, bins).activations,
      weights: weights && weights.length > bins ? weights.slice(from * bins, to * bins) : weights,
      activations: activations && Float64Array.from({ length: (to - from) * atoms }, (_, j) => activations[from * atoms + j]! / unit),
    }
  })
}

/** Rows that sum to one, or as a pattern leaves them: 0 stays 0 from there on, anything else never falls below its floor. */
function beginning(rows: ArrayLike<number>, bins: number, least: number, pattern: ArrayLike<number> | null): Float64Array<ArrayBuffer> {
  const out = Float64Array.from(rows)
  for (let row = 0; row < out.length; row += bins) {
    let sum = 0
    for (let i = row; i < row + bins; i++) sum += out[i]!
    for (let i = row; i < row + bins; i++) out[i] = pattern && !(pattern[i]! > 0) ? 0 : Math.max(least, sum > 0 ? out[i]! / sum : 1 / bins)
  }
  return out
}

function climbed(x: Float64Array, up: Float64Array, down: Float64Array, exponent: number, least: number, from: number): Float64Array<ArrayBuffer> {
  const out = Float64Array.from(x)
  for (let i = from; i < x.length; i++) if (x[i]! > 0) out[i] = Math.max(least, x[i]! * (up[i]! / Math.max(down[i]!, 1e-300)) ** exponent)
  return out
}

/** A copy in which what is still at the floor is nothing. */
function thinned(x: Float64Array, least: number): Float64Array<ArrayBuffer> {
  const out = new Float64Array(x.length)
  for (let i = 0; i < x.length; i++) if (x[i]! > least) out[i] = x[i]!
  return out
}

/** W with rows that sum to one; what that takes from them goes to H, which returns to the unit of the frames. Both in place. */
function balanced(W: Float64Array, H: Float64Array | null, bins: number, unit: number): Float64Array {
  const sums = rowSums(W, bins)
  for (let i = 0; i < W.length; i++) if (W[i]! > 0) W[i]! /= sums[Math.floor(i / bins)]!
  if (H) for (let i = 0, atom = 0; i < H.length; i++) {
    H[i]! *= sums[atom]! * unit
    if (++atom === sums.length) atom = 0
  }
  return W
}
