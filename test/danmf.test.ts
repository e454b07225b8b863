// Learning against something and from pairs: its corners are plain NMF to the last bit, one pass is the formula, and what
// it promises (own sound fitted, other sound not; pairs taken apart) is measured.

import { describe, expect, test } from 'vitest'
import { divergences } from '../worklet/dictionary.ts'
import { alone } from '../presets/learn/crew.ts'
import { danmf, mixtureGain } from '../presets/learn/danmf.ts'
import type { Bases, DanmfOptions, Learner, Pairs } from '../presets/learn/danmf.ts'
import type { Frames } from '../presets/learn/frames.ts'
import { addProduct } from '../presets/learn/matrix.ts'
import { nmf } from '../presets/learn/nmf.ts'
import type { Factorisation, Means } from '../presets/learn/nmf.ts'
import { seededRandom } from '../presets/learn/random.ts'
import { exemplars } from '../presets/learn/start.ts'
import { plainKernel } from './kernels.ts'
import { random } from './signals.ts'
import { finish } from './steps.ts'

const BINS = 23

/** Frames that a few hidden atoms explain nearly; those of other seeds share some of their bins. */
function planted(count: number, rank: number, seed: number): Frames {
  const next = random(seed)
  const w = Float64Array.from({ length: rank * BINS }, () => next() ** 3)
  const h = Float64Array.from({ length: count * rank }, () => next() ** 3)
  const q = new Float64Array(count * BINS)
  addProduct(q, h, w, count, rank, BINS)
  return { bins: BINS, count, data: Float32Array.from(q, (x) => x * (0.8 + 0.4 * next()) + 1e-3) }
}

const sum = (a: Frames, b: Frames): Frames => ({ ...a, data: a.data.map((x, i) => x + b.data[i]!) })
const a = planted(150, 4, 1), b = planted(130, 3, 2)
const noise: Frames = { bins: BINS, count: 70, data: Float32Array.from({ length: 70 * BINS }, random(9)) }
const pairs: Pairs = (() => {
  const sources = [planted(90, 4, 1), planted(90, 3, 2)] as const
  return { sources, mixture: sum(...sources) }
})()
const learner = (name: string, frames: Frames, atoms: number, ...against: Frames[]): Learner =>
  ({ name, frames, against: against.map((x) => ({ frames: x, gain: 1 })), start: exemplars(frames, atoms, seededRandom(atoms)) })
const quickly: Means = { crew: alone, module: plainKernel }
const options = (over: Partial<DanmfOptions>): DanmfOptions => ({ iterations: 30, tauA: 0, tauS: 0, ...over })
/** The result, and the loss of each source pass by pass. */
interface Learned { readonly spectra: Float64Array[]; readonly loss: number[][] }
const whole = ({ yields, result }: { yields: Bases[]; result: Bases }): Learned =>
  ({ spectra: result.spectra(), loss: result.loss.map((_, source) => yields.map(({ loss }) => loss[source]!)) })
const learned = async (learners: readonly Learner[], over: Partial<DanmfOptions>, means?: Means): Promise<Learned> => whole(await finish(danmf(learners, options(over), means)))

/** What Winnow learns with where nothing is to be avoided and no pair is given. */
const plainNmf = async (frames: Frames, start: Float64Array, iterations: number): Promise<Factorisation> =>
  (await finish(nmf(frames, start, { divergence: divergences['euc']!, iterations }))).result

describe('the corners', () => {
  test('no weight on either: plain Euclidean NMF, bit by bit, whatever else is given', async () => {
    for (const [frames, atoms] of [[a, 4], [b, 3], [planted(64, 2, 5), 5], [planted(7, 2, 6), 1], [planted(1100, 3, 7), 5]] as const) {
      const { spectra: [single], loss } = await learned([learner('x', frames, atoms)], {})
      const plain = await plainNmf(frames, exemplars(frames, atoms, seededRandom(atoms)), 30)
      expect(single).toEqual(plain.spectra)
      loss[0]!.forEach((x, i) => expect(x / plain.loss[i]!).toBeCloseTo(1, 6))
      expect((await learned([learner('x', frames, atoms, noise)], { pairs: { sources: [noise], mixture: noise } })).spectra[0]).toEqual(single)
    }
    const large = planted(1100, 3, 7), start = exemplars(large, 5, seededRandom(5))
    const { result } = await finish(nmf(large, start, { divergence: divergences['euc']!, iterations: 30 }, quickly))
    expect((await learned([learner('x', large, 5)], {}, quickly)).spectra[0]).toEqual(result.spectra)
    const both = await learned([learner('a', a, 4, b), learner('b', b, 3, a)], { pairs })
    expect(both.spectra[0]).toEqual((await plainNmf(a, exemplars(a, 4, seededRandom(4)), 30)).spectra)
    expect(both.spectra[1]).toEqual((await plainNmf(b, exemplars(b, 3, seededRandom(3)), 30)).spectra)
  })

  test('adversaries only (ANMF): pairs have no say', async () => {
    const learners = [learner('a', a, 4, b, noise), learner('b', b, 3, a)]
    const anmf = await learned(learners, { tauA: 0.3 })
    expect(await learned(learners, { tauA: 0.3, pairs })).toEqual(anmf)
    expect(anmf.spectra[0]).not.toEqual((await learned(learners, {})).spectra[0])
  })

  test('pairs only (DNMF): own frames and adversaries have no say; one source that is its own mixture is plain NMF', async () => {
    const start = [a, b].map((frames, i) => exemplars(frames, 4 - i, seededRandom(i)))
    const learners = [a, b].map((frames, i) => ({ ...learner('x', frames, 1, noise), start: start[i]! }))
    const others = [noise, a].map((frames, i) => ({ ...learner('x', frames, 1, b), start: start[i]! }))
    const dnmf = await learned(learners, { tauS: 1, pairs })
    expect(await learned(others, { tauS: 1, tauA: 0.7, pairs })).toEqual(dnmf)
    expect((await learned([{ ...learner('x', b, 1, noise), start: start[0]! }], { tauS: 1, tauA: 2, pairs: { sources: [a], mixture: a } })).spectra)
      .toEqual([(await plainNmf(a, start[0]!, 30)).spectra])
  })

  test('everything has a say between the corners', async () => {
    const learners = [learner('a', a, 4, b), learner('b', b, 3, a)]
    const base = (await learned(learners, { tauA: 0.3, tauS: 0.4, pairs })).spectra[0]
    expect((await learned(learners, { tauA: 0.2, tauS: 0.4, pairs })).spectra[0]).not.toEqual(base)
    expect((await learned(learners, { tauA: 0.3, tauS: 0.5, pairs })).spectra[0]).not.toEqual(base)
    expect((await learned([learner('a', a, 4, noise), learners[1]!], { tauA: 0.3, tauS: 0.4, pairs })).spectra[0]).not.toEqual(base)
    expect((await learned([{ ...learners[0]!, frames: planted(150, 4, 8) }, learners[1]!], { tauA: 0.3, tauS: 0.4, pairs })).spectra[0]).not.toEqual(base)
  })
})

test('in the kernel’s float32 it finds the same', async () => {
  for (const [learners, over] of [
    [[learner('a', a, 4, b)], { tauA: 0.3 }],
    [[learner('a', a, 5, b, noise), learner('b', b, 3, a)], { tauA: 0.3, tauS: 0.4, pairs, l1Spectra: 1e-3, l1Activations: 1e-3 }],
  ] as const) {
    const slow = await learned(learners, over), quick = await learned(learners, over, quickly)
    slow.spectra.forEach((basis, i) => basis.forEach((x, at) => expect(Math.abs(x - quick.spectra[i]![at]!)).toBeLessThan(1e-4)))
    slow.loss.forEach((losses, i) => losses.forEach((x, pass) => expect(Math.abs(x - quick.loss[i]![pass]!)).toBeLessThan(1e-4 * Math.max(0.1, Math.abs(x)))))
  }
})

type Rows = number[][]
const rowsOf = ({ bins, count, data }: Frames, scale: number): Rows => Array.from({ length: count }, (_, t) => Array.from({ length: bins }, (_, f) => data[t * bins + f]! * scale))
const times = (x: Rows, y: Rows): Rows => x.map((row) => y[0]!.map((_, j) => row.reduce((total, v, k) => total + v * y[k]![j]!, 0)))
const turned = (x: Rows): Rows => x[0]!.map((_, j) => x.map((row) => row[j]!))
const map = (x: Rows, f: (v: number, i: number, j: number) => number): Rows => x.map((row, i) => row.map((v, j) => f(v, i, j)))
const mean = ({ data }: Frames): number => data.reduce((total, x) => total + x, 0) / data.length
const squares = (x: Rows): number => x.flat().reduce((total, v) => total + v * v, 0)

test('one pass is the formula, entry by entry, and the loss is what it minimises', async () => {
  const tauA = 0.3, tauS = 0.4, l1Spectra = 0.02, l1Activations = 0.01
  const learners = [learner('a', a, 4, b, noise), { ...learner('b', b, 3), against: [{ frames: a, gain: 0.7 }, { frames: noise, gain: 0.5 }] }]
  const result = whole(await finish(danmf(learners, { iterations: 1, tauA, tauS, l1Spectra, l1Activations, pairs })))
  const W = learners.map(({ start }) => Array.from({ length: start.length / BINS }, (_, k) => Array.from(start.subarray(k * BINS, (k + 1) * BINS))))
  const activated = (V: Rows, basis: Rows): Rows => {
    const H = V.map((v) => basis.map(() => v.reduce((x, y) => x + y) / basis.length))
    const up = times(V, turned(basis)), down = times(H, times(basis, turned(basis)))
    return map(H, (h, t, k) => (h * (up[t]![k]! / V.length)) / (down[t]![k]! / V.length + l1Activations))
  }
  const mixed = rowsOf(pairs.mixture, 1)
  // The pairs' activations are found in the unit of the mixture and counted in that of the source.
  const pairUnit = mean(pairs.mixture)
  const together = activated(map(mixed, (x) => x / pairUnit), W.flat())
  learners.forEach(({ frames, against }, i) => {
    const unit = mean(frames)
    const own = rowsOf(frames, 1 / unit)
    const others = against.flatMap((x) => rowsOf(x.frames, x.gain / unit))
    const aligned = rowsOf(pairs.sources[i]!, 1 / unit)
    const first = i === 0 ? 0 : 4
    const [H, A, S] = [activated(own, W[i]!), activated(others, W[i]!), together.map((h) => h.slice(first, first + W[i]!.length).map((x) => (x * pairUnit) / unit))] as const
    const attraction = (h: Rows, v: Rows): Rows => map(times(turned(h), v), (x) => x / v.length)
    const spread = (h: Rows): Rows => map(times(times(turned(h), h), W[i]!), (x) => x / h.length)
    const [sp, sm, ap, am, pp, pm] = [spread(H), attraction(H, own), attraction(A, others), spread(A), spread(S), attraction(S, aligned)] as const
    const after = map(W[i]!, (w, k, f) => (w * ((1 - tauS) * (sm[k]![f]! + tauA * am[k]![f]!) + tauS * pm[k]![f]!))
      / ((1 - tauS) * (sp[k]![f]! + tauA * ap[k]![f]!) + tauS * pp[k]![f]! + l1Spectra))
    after.forEach((row, k) => {
      const total = row.reduce((x, y) => x + y)
      row.forEach((x, f) => expect(result.spectra[i]![k * BINS + f]!).toBeCloseTo(x / total, 7)) // frames are kept in float32
    })
    const misfit = (v: Rows, h: Rows): number => { const q = times(h, after); return squares(map(v, (x, t, f) => x - q[t]![f]!)) / (2 * v.length) }
    const loss = (1 - tauS) * (misfit(own, H) - tauA * misfit(others, A)) + tauS * misfit(aligned, S) + l1Spectra * after.flat().reduce((x, y) => x + y)
    expect(result.loss[i]![0]! / (loss / BINS)).toBeCloseTo(1, 6)
  })
})

/** How much of the frames a basis leaves unexplained, at best: many updates of the activations alone. */
function unexplained(frames: Frames, spectra: Float64Array): number {
  const W = Array.from({ length: spectra.length / BINS }, (_, k) => Array.from(spectra.subarray(k * BINS, (k + 1) * BINS)))
  const V = rowsOf(frames, 1)
  let H = V.map((v) => W.map(() => v.reduce((x, y) => x + y) / W.length))
  const up = times(V, turned(W)), gram = times(W, turned(W))
  for (let pass = 0; pass < 300; pass++) {
    const down = times(H, gram)
    H = map(H, (h, t, k) => (h * up[t]![k]!) / Math.max(1e-12, down[t]![k]!))
  }
  const Q = times(H, W)
  return squares(map(V, (x, t, f) => x - Q[t]![f]!)) / squares(V)
}

describe('what it promises', () => {
  test('against others, a basis fits its own nearly as well, and others much worse; the loss falls', async () => {
    const learners = [learner('a', a, 4, b)]
    const plain = await learned(learners, { iterations: 150 }), wary = await learned(learners, { iterations: 150, tauA: 0.5 })
    expect(unexplained(a, wary.spectra[0]!)).toBeLessThan(0.05)
    expect(unexplained(b, wary.spectra[0]!)).toBeGreaterThan(1.2 * unexplained(b, plain.spectra[0]!))
    wary.loss[0]!.forEach((x, i, all) => expect(x).toBeLessThanOrEqual((all[i - 1] ?? Infinity) + 1e-9))
  })

  test('from pairs, mixtures come apart better than with bases that were learned alone', async () => {
    const apart = ({ spectra }: Learned): number => {
      // The mixture's activations with both bases, and what either basis then says of its own source.
      const W = spectra.map((s) => Array.from({ length: s.length / BINS }, (_, k) => Array.from(s.subarray(k * BINS, (k + 1) * BINS))))
      const V = rowsOf(pairs.mixture, 1), both = W.flat()
      let H = V.map((v) => both.map(() => v.reduce((x, y) => x + y) / both.length))
      for (let pass = 0; pass < 300; pass++) {
        const up = times(V, turned(both)), down = times(H, times(both, turned(both)))
        H = map(H, (h, t, k) => (h * up[t]![k]!) / Math.max(1e-12, down[t]![k]!))
      }
      return W.reduce((total, basis, i) => {
        const Q = times(H.map((h) => (i === 0 ? h.slice(0, 4) : h.slice(4))), basis)
        return total + squares(map(rowsOf(pairs.sources[i]!, 1), (x, t, f) => x - Q[t]![f]!))
      }, 0)
    }
    const learners = [learner('a', a, 4), learner('b', b, 3)]
    expect(apart(await learned(learners, { iterations: 150, tauS: 1, pairs }))).toBeLessThan(0.95 * apart(await learned(learners, { iterations: 150 })))
  })

  test('too large a weight empties a basis: the error names one that does not', async () => {
    const learners = [learner('a', a, 4, b), learner('b', b, 3, a)]
    let said = ''
    try { await learned(learners, { iterations: 100, tauA: 1000 }) } catch (error) { said = String(error) }
    const [, named] = /^RangeError: tauA: expected at most (\d+(?:\.\d+)?), the largest found that does not empty a basis, got 1000$/.exec(said) ?? [said]
    expect(Number(named)).toBeGreaterThan(0.5)
    const { spectra } = await learned(learners, { iterations: 100, tauA: Number(named) })
    spectra.forEach((basis, i) => {
      for (let at = 0; at < basis.length; at += BINS) expect(basis.subarray(at, at + BINS).filter((x) => x > 0).length).toBeGreaterThan(1)
      expect(unexplained([a, b][i]!, basis)).toBeLessThan(0.7)
    })
    await expect(learned(learners, { iterations: 100, tauA: 1.3 * Number(named) })).rejects.toThrow(/largest found/)
  })

  test('every pass is a whole result, but none of a weight that was not asked for', async () => {
    const learners = [learner('a', a, 4, b)]
    const { yields } = await finish(danmf(learners, options({ tauA: 0.4 })))
    expect(yields.length).toBe(30)
    expect(yields[5]!.spectra()).toEqual((await learned(learners, { tauA: 0.4, iterations: 6 })).spectra)
    let last: Bases | null = null
    await expect((async () => { for await (const round of danmf(learners, options({ tauA: 1000, iterations: 100 }))) last = round })()).rejects.toThrow(/largest found/)
    expect(() => last!.spectra()).toThrow('tauA: expected a weight that does not empty a basis, got 1000')
  })

  test('the gain of mixtures', () => {
    expect(mixtureGain([[0.5, 0.5]], 0)).toBe(1)
    expect(mixtureGain([[1 / 3, 2 / 3]], 0)).toBeCloseTo(0.6, 12)
    expect(mixtureGain([[1 / 3, 2 / 3]], 1)).toBeCloseTo(1.2, 12)
    expect(mixtureGain([[1, 1]], 0)).toBeCloseTo(0.5, 12) // a plain sum of two
    expect(mixtureGain([[0.5, 0.5], [1 / 3, 2 / 3]], 0)).toBeCloseTo(Math.sqrt((1 + 0.36) / 2), 12)
  })
})

const wrong = (index: number, value: number): Frames => ({ ...a, data: a.data.map((x, i) => (i === index ? value : x)) })
const flat = (value: number): Frames => ({ ...a, data: a.data.map(() => value) })
const short: Frames = { ...a, count: 149, data: a.data.subarray(0, 149 * BINS) }
const start = exemplars(a, 4, seededRandom(1))
test.each<[string, Partial<Learner>, Partial<DanmfOptions>, string]>([
  ['NaN', { frames: wrong(30, NaN) }, {}, 'x: expected numbers from 0 on, got NaN in frame 1, bin 7'],
  ['infinity', { frames: wrong(0, Infinity) }, {}, 'x: expected numbers from 0 on, got Infinity in frame 0, bin 0'],
  ['negative numbers', { frames: wrong(1, -2) }, {}, 'x: expected numbers from 0 on, got -2 in frame 0, bin 1'],
  ['zeros', { frames: flat(0) }, {}, 'x: expected some above 0, got zeros only'],
  ['a constant', { frames: flat(0.5) }, {}, 'x: expected frames that differ, got 0.5 everywhere'],
  ['one frame', { frames: { ...a, count: 1, data: a.data.subarray(0, BINS) } }, {}, 'x: expected at least two frames, got one'],
  ['more atoms than frames', { frames: { ...a, count: 3, data: a.data.subarray(0, 3 * BINS) } }, {}, 'x: expected at least one frame per atom, 4, got 3'],
  ['zeros to learn against', { against: [{ frames: flat(0), gain: 1 }] }, { tauA: 0.5 }, 'x, against: expected some above 0, got zeros only'],
  ['nothing to learn against', {}, { tauA: 0.5 }, 'x: expected another source or a mixture to learn against, got none'],
  ['no pairs', {}, { tauS: 0.5 }, 'tauS: expected aligned pairs to learn from with 0.5, got none'],
  ['pairs of unequal length', {}, { tauS: 1, pairs: { sources: [short], mixture: a } }, 'pairs, x: expected as many frames as the mixture, 150, got 149'],
  ['pairs of too many', {}, { tauS: 1, pairs }, 'pairs: expected 1 sources, got 2'],
  ['a negative weight', {}, { tauA: -1 }, 'tauA: expected a number from 0 on, got -1'],
  ['a share above one', {}, { tauS: 1.5 }, 'tauS: expected a number from 0 to 1, got 1.5'],
  ['no pass', {}, { iterations: 0 }, 'iterations: expected at least 1, got 0'],
])('refuses %s in one sentence', async (_name, over, settings, says) => {
  await expect(learned([{ name: 'x', frames: a, against: [], start, ...over }], settings)).rejects.toThrow(new RangeError(says))
})
