// The ways of learning and of solving, on any matrix: V ≈ W H with nothing negative. V is bins × frames, W bins × atoms and
// H atoms × frames, as the papers write them; inside, each is turned, so that frames and atoms are rows.
//
//   all of W given       H alone, by one of the solvers: a convex problem
//   none or part of it   mu: H and W by turns, one multiplicative update each
//                        anmf: the same, fitting V well and other data badly
//                        kmeans: H holds a single 1 per frame, W the means of the frames that share it
//                        the others: H and W by turns, each by some passes of that solver
//
// Robust rounds fit, leave out the entries that fit worst, and fit again.

import { divergences, divergenceText, type Divergence } from '../worklet/dictionary.ts'
import { alternating, turned } from './learn/alternating.ts'
import { danmf } from './learn/danmf.ts'
import { lloyd } from './learn/lloyd.ts'
import { chooseDivergence, matchDivergence, type Match } from './learn/matching.ts'
import { addProduct } from './learn/matrix.ts'
import { nmf, type Means } from './learn/nmf.ts'
import { seededRandom } from './learn/random.ts'
import { centroids } from './learn/start.ts'
import { stationary } from './learn/stationary.ts'
import { meanOf, type Residuals } from './solve/problem.ts'
import { methods as solvers, solve, solving, type Method as SolveMethod, type SolveOptions } from './solve/solve.ts'

export interface Matrix {
  readonly rows: number
  readonly columns: number
  /** Row by row. */
  readonly data: Float64Array
}

export const methods = [...solvers, 'anmf', 'kmeans'] as const
export type Method = (typeof methods)[number]
/** Methods that know the Euclidean divergence and no other. */
export const euclidean: readonly Method[] = ['pgd', 'nnls', 'gfbs', 'anmf', 'kmeans']

export interface FactorOptions {
  readonly method: Method
  readonly divergence: Divergence | 'auto'
  /** Columns of W in all. */
  readonly atoms: number
  /** Columns of W that stay as they are, the first ones. */
  readonly basis: Matrix | null
  readonly iterations: number
  readonly seed: number
  readonly l1?: number
  readonly block?: number
  readonly variation?: number
  readonly gamma?: number
  /** bins × frames: how much each entry counts. */
  readonly weights?: Matrix | null
  /** bins × atoms: 0 where an atom may hold nothing. */
  readonly pattern?: Matrix | null
  /** For anmf, bins × any number: what W should fit badly, and how much that counts (τ_A). */
  readonly against?: Matrix | null
  readonly tauA?: number
  /** How often the twentieth of the entries that fit worst is left out before the next fit. */
  readonly robust?: number
  /** What the logarithm of the volume that the atoms span costs. */
  readonly volume?: number
}

export interface Factors {
  readonly W: Matrix
  readonly H: Matrix
  readonly divergence: Divergence
  /** Pass by pass, of the last fit. */
  readonly loss: readonly number[]
  /** How far from a point that no step improves; null where that is not defined. */
  readonly kkt: { readonly W: Residuals | null; readonly H: Residuals | null }
  /** Where the divergence was chosen from the data. */
  readonly chosen: Match | null
  /** bins × frames with what robust rounds left of it. */
  readonly weights: Matrix | null
}

export interface Step { readonly share: number; readonly loss: number | null }

/** One `yield` per pass, so that whoever runs it can show progress and stop. `means`: with which cores, and how precisely. */
export async function* factor(V: Matrix, options: FactorOptions, means?: Means): AsyncGenerator<Step, Factors> {
  check(V, options)
  let kept = options.weights ? turned(options.weights.data, V.rows, V.columns) : null
  const frames = withoutHoles({ bins: V.rows, count: V.columns, data: turned(V.data, V.rows, V.columns) }, kept)
  const fixed = options.basis && turned(options.basis.data, options.basis.rows, options.basis.columns)
  const fits = 1 + (options.robust ?? 0)
  const chosen = options.divergence === 'auto' ? yield* choose(frames, fixed, kept, options) : null
  const divergence = chosen ? divergences[chosen.nearest]! : options.divergence as Divergence
  let fit: Fit | null = null
  for (let done = 0; done < fits; done++) {
    if (fit) kept = withoutOutliers(frames, fit, kept)
    const steps = fitOnce(frames, fixed, kept, divergence, options, means)
    const passes = fixed && options.method === 'nnls' ? frames.count : options.iterations // nnls goes frame by frame
    let step = await steps.next()
    for (let pass = 1; !step.done; step = await steps.next(), pass++) yield { share: (done + Math.min(1, pass / passes)) / fits, loss: step.value }
    fit = step.value
  }
  const { spectra, activations, loss, kkt } = fit!
  return {
    W: asMatrix(spectra, options.atoms), H: asMatrix(activations, V.columns), divergence, loss, kkt, chosen,
    weights: kept && asMatrix(kept, V.columns),
  }
}

/** What does not count shall not set the unit or the start either: it becomes the mean of its bin. */
function withoutHoles(frames: Turned, weights: Float64Array | null): Turned {
  if (!weights) return frames
  const { bins, data } = frames
  const sums = new Float64Array(bins), counts = new Float64Array(bins)
  data.forEach((x, i) => {
    sums[i % bins]! += weights[i]! > 0 ? x : 0
    counts[i % bins]! += Number(weights[i]! > 0)
  })
  return { ...frames, data: data.map((x, i) => (weights[i]! > 0 ? x : counts[i % bins]! > 0 ? sums[i % bins]! / counts[i % bins]! : 0)) }
}

const asMatrix = (data: Float64Array, columns: number): Matrix => ({ rows: data.length / columns, columns, data: turned(data, columns, data.length / columns) })

interface Turned { readonly bins: number; readonly count: number; readonly data: Float64Array }

/** Rows are atoms in `spectra` and frames in `activations`. */
interface Fit {
  readonly spectra: Float64Array
  readonly activations: Float64Array
  readonly loss: readonly number[]
  readonly kkt: Factors['kkt']
}

async function* fitOnce(frames: Turned, fixed: Float64Array | null, weights: Float64Array | null, divergence: Divergence, options: FactorOptions,
  means: Means | undefined): AsyncGenerator<number, Fit> {
  const { method, atoms, iterations, seed } = options
  const { bins, data } = frames
  const random = seededRandom(seed)
  if (method === 'kmeans') return { ...yield* lloyd(frames, atoms, iterations, random), kkt: { W: null, H: null } }
  if (fixed?.length === atoms * bins) {
    const asked = { ...penaltiesOf(options), method: method as SolveMethod, divergence, iterations, ...(weights && { weights }) }
    const solution = yield* solving({ values: data, spectra: fixed, bins }, asked)
    return { ...solution, spectra: fixed, kkt: { W: null, H: solution.kkt } }
  }
  const start = centroids(asFloats(frames), atoms - (fixed?.length ?? 0) / bins, random)
  if (method === 'anmf') return yield* against(frames, start, options, means)
  if (method === 'mu') return yield* byTurns(frames, fixed ?? new Float64Array(0), start, weights, divergence, options, means)
  return yield* alternating(data, start, bins, { ...penaltiesOf(options), method, divergence, iterations })
}

const penaltiesOf = ({ l1, block, variation, gamma }: FactorOptions): Pick<SolveOptions, 'l1' | 'block' | 'variation' | 'gamma'> =>
  Object.fromEntries(Object.entries({ l1, block, variation, gamma }).filter(([, value]) => value !== undefined))

/** Multiplicative updates of both factors; what is `fixed` comes back as it was. */
async function* byTurns(frames: Turned, fixed: Float64Array, free: Float64Array, weights: Float64Array | null, divergence: Divergence,
  { iterations, l1 = 0, volume = 0, pattern, atoms }: FactorOptions, means: Means | undefined): AsyncGenerator<number, Fit> {
  const { bins, data } = frames
  const start = new Float64Array(fixed.length + free.length)
  start.set(fixed)
  start.set(free, fixed.length)
  const steps = nmf(asFloats(frames), start, {
    divergence, iterations, penalties: { activations: l1, volume }, held: fixed.length / bins,
    weights: weights && Float32Array.from(weights), pattern: pattern ? turned(pattern.data, bins, atoms) : null,
  }, means)
  const [scale] = inUnitOf(frames, divergence, [1]) as [number]
  let step = await steps.next()
  for (; !step.done; step = await steps.next()) yield step.value.loss * scale
  const { spectra, activations, loss } = step.value
  for (let atom = 0; atom < fixed.length / bins; atom++) {
    const sum = fixed.subarray(atom * bins, (atom + 1) * bins).reduce((total, x) => total + x, 0)
    for (let i = atom; i < activations.length; i += atoms) activations[i]! /= sum
  }
  spectra.set(fixed)
  const sums = (rows: Float64Array, width: number): Float64Array => Float64Array.from({ length: rows.length / width }, (_, row) => meanOf(rows.subarray(row * width, (row + 1) * width)) * width)
  const size = sums(spectra, bins), loudness = sums(turned(activations, frames.count, atoms), frames.count)
  const held = fixed.length / bins, allowed = pattern?.data
  // The penalty is on what an atom's row and column sum to, multiplied: so either has a slope for it.
  const forH = { values: data, spectra, activations, bins, divergence, weights, l1: (atom: number) => l1 * size[atom]! }
  const forW = {
    values: turned(data, frames.count, bins), spectra: turned(activations, frames.count, atoms), activations: turned(spectra, atoms, bins), bins: frames.count,
    divergence, weights: weights && turned(weights, frames.count, bins), l1: (atom: number) => l1 * loudness[atom]!,
    moves: (bin: number, atom: number) => atom >= held && allowed?.[bin * atoms + atom] !== 0,
  }
  return { spectra, activations, loss: loss.map((x) => x * scale), kkt: { W: volume > 0 ? null : stationary(forW), H: stationary(forH) } }
}

/** W by the adversarial updates, then H for that W, exactly. */
async function* against(frames: Turned, start: Float64Array, { against: other, tauA = TAU, iterations }: FactorOptions, means: Means | undefined): AsyncGenerator<number, Fit> {
  const { bins, data } = frames
  const adversary = asFloats({ bins, count: other!.columns, data: turned(other!.data, bins, other!.columns) })
  const steps = danmf([{ name: 'V', frames: asFloats(frames), against: [{ frames: adversary, gain: 1 }], start }], { iterations, tauA, tauS: 0 }, means)
  const loss: number[] = []
  let step = await steps.next()
  for (; !step.done; step = await steps.next()) {
    loss.push(...inUnitOf(frames, divergences['euc']!, step.value.loss))
    yield loss.at(-1)!
  }
  const spectra = step.value.spectra()[0]!
  const { activations, kkt } = solve({ values: data, spectra, bins }, { method: 'nnls', divergence: divergences['euc']!, iterations: PIVOTS })
  return { spectra, activations, loss, kkt: { W: null, H: kkt } }
}

/** τ_A where none is asked: enough to matter, and safely below where bases empty. */
const TAU = 0.1
const PIVOTS = 1000

/** From the mean cost per entry of data with a mean of one to the cost of all of V as it is: a divergence is homogeneous of degree α + β. */
function inUnitOf({ data }: Turned, { alpha, beta }: Divergence, loss: readonly number[]): number[] {
  return loss.map((x) => x * data.length * meanOf(data) ** (alpha + beta))
}

const asFloats = ({ bins, count, data }: Turned): { bins: number; count: number; data: Float32Array } => ({ bins, count, data: Float32Array.from(data) })

async function* choose(frames: Turned, fixed: Float64Array | null, weights: Float64Array | null, { atoms, seed, iterations }: FactorOptions): AsyncGenerator<Step, Match> {
  const { data, bins, count } = frames
  if (!fixed) {
    const steps = chooseDivergence(asFloats(frames), atoms, { iterations, seed, weights: weights && Float32Array.from(weights) })
    let step = await steps.next()
    for (; !step.done; step = await steps.next()) yield { share: 0, loss: step.value }
    return step.value
  }
  const { activations } = solve({ values: data, spectra: fixed, bins }, { method: 'mu', divergence: divergences['kl']!, iterations, ...(weights && { weights }) })
  return matchDivergence(data, estimateOf(fixed, activations, count, bins), { weights, seed })
}

function estimateOf(spectra: Float64Array, activations: Float64Array, count: number, bins: number): Float64Array {
  const estimate = new Float64Array(count * bins)
  addProduct(estimate, activations, spectra, count, spectra.length / bins, bins)
  return estimate
}

/** Of the entries that count: the share that a robust round leaves out, those with the largest relative error. */
const OUTLYING = 0.05

function withoutOutliers({ data, count, bins }: Turned, { spectra, activations }: Fit, weights: Float64Array | null): Float64Array {
  const Q = estimateOf(spectra, activations, count, bins)
  const error = data.map((v, i) => Math.abs(v - Q[i]!) / (Q[i]! + 1e-12))
  const counted = error.filter((_, i) => weights === null || weights[i]! > 0).sort()
  const most = counted[Math.floor((1 - OUTLYING) * (counted.length - 1))]!
  return error.map((x, i) => (x > most ? 0 : weights?.[i] ?? 1))
}

function check(V: Matrix, { method, divergence, atoms, basis, weights, pattern, against: other, volume = 0, robust = 0 }: FactorOptions): void {
  checkMatrix('V', V)
  const whole = basis?.columns === atoms
  if (basis) {
    checkMatrix('basis', basis)
    if (basis.rows !== V.rows) throw new RangeError(`basis: expected as many rows as V, ${V.rows}, got ${basis.rows}`)
    if (method === 'kmeans' || method === 'anmf') throw new RangeError(`basis: expected none with ${method}, which finds its own, got one`)
    if (basis.columns > atoms) throw new RangeError(`atoms: expected at least the columns of the basis, ${basis.columns}, got ${atoms}`)
    if (!whole && method !== 'mu') throw new RangeError(`atoms: expected the columns of the basis, ${basis.columns}, with method ${method} (mu can learn more beside them), got ${atoms}`)
  }
  if (!whole) {
    if (V.columns < 2) throw new RangeError('V: expected at least two columns (frames) to learn a basis from, got one')
    if (atoms > V.columns) throw new RangeError(`atoms: expected at most one per column (frame) of V, ${V.columns}, got ${atoms}`)
    if (atoms > 1 && V.data.every((x) => x === V.data[0])) throw new RangeError(`V: expected numbers that differ, to tell ${atoms} atoms apart, got ${V.data[0]} everywhere`)
  }
  if (weights) {
    checkMatrix('weights', weights)
    if (weights.rows !== V.rows || weights.columns !== V.columns)
      throw new RangeError(`weights: expected the shape of V, ${V.rows} × ${V.columns}, got ${weights.rows} × ${weights.columns}`)
  }
  if (pattern) {
    checkMatrix('pattern', pattern)
    if (pattern.rows !== V.rows || pattern.columns !== atoms) throw new RangeError(`pattern: expected ${V.rows} × ${atoms}, got ${pattern.rows} × ${pattern.columns}`)
    if (pattern.data.some((x) => x !== 0 && x !== 1)) throw new RangeError(`pattern: expected 0 and 1, got ${pattern.data.find((x) => x !== 0 && x !== 1)}`)
  }
  const only = weights ? 'weights' : robust > 0 ? 'robust' : pattern ? 'pattern' : volume > 0 ? 'volume' : null
  if (only && method !== 'mu') throw new RangeError(`${only}: expected method mu, which alone has it, got ${method}`)
  if (whole && (pattern || volume > 0)) throw new RangeError(`${pattern ? 'pattern' : 'volume'}: expected a basis to learn, got one that is given`)
  if (other) {
    checkMatrix('against', other)
    if (other.rows !== V.rows) throw new RangeError(`against: expected as many rows as V, ${V.rows}, got ${other.rows}`)
  }
  if (Boolean(other) !== (method === 'anmf')) throw new RangeError(other ? `against: expected method anmf, which learns against it, got ${method}` : 'method: expected --against FILE with anmf, got none')
  const name = divergence === 'auto' ? divergence : divergenceText(divergence)
  if (euclidean.includes(method) && name !== 'euc') throw new RangeError(`divergence: expected euc with method ${method}, which knows no other, got ${name}`)
}

function checkMatrix(name: string, { columns, data }: Matrix): void {
  const bad = data.findIndex((x) => !(x >= 0 && x < Infinity))
  if (bad >= 0) throw new RangeError(`${name}: expected finite numbers of at least 0, got ${data[bad]} at [${Math.floor(bad / columns)}, ${bad % columns}]`)
  if (data.every((x) => x === 0)) throw new RangeError(`${name}: expected at least one number above 0, got zeros only`)
}
