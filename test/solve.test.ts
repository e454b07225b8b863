// One set of laws for every way of finding activations, and what each must answer where another knows the answer.

import { describe, expect, test } from 'vitest'
import { stretches } from '../presets/solve/blocks.ts'
import { eigenOf } from '../presets/solve/eigen.ts'
import { envelope, fitOf } from '../presets/solve/fit.ts'
import { type Method, type Problem, solve, solving, type SolveOptions } from '../presets/solve/solve.ts'
import { type Divergence, divergences } from '../worklet/dictionary.ts'
import { synthetic } from './bench/learn-synthetic.ts'
import { divergence as costOf } from './reference.ts'
import { random } from './signals.ts'

interface Sizes { bins?: number; atoms?: number; frames?: number; noise?: number }
function problem(seed: number, { bins = 30, atoms = 9, frames = 8, noise = 0.3 }: Sizes = {}): Problem & { truth: Float64Array } {
  const next = random(seed)
  const spectra = Float64Array.from({ length: atoms * bins }, () => 0.02 + next() ** 2)
  const truth = Float64Array.from({ length: frames * atoms }, () => (next() < 0.5 ? 0 : next()))
  const values = Float64Array.from({ length: frames * bins }, (_, i) => {
    let sum = 0
    for (let k = 0; k < atoms; k++) sum += truth[Math.floor(i / bins) * atoms + k]! * spectra[k * bins + (i % bins)]!
    return Math.max(0.01, sum + noise * (next() - 0.5))
  })
  return { values, spectra, bins, truth }
}

/** The objective in plain loops. */
function objective({ values, spectra, bins }: Problem, H: Float64Array, { divergence, l1 = 0, block = 0, variation = 0, weights }: SolveOptions): number {
  const atoms = spectra.length / bins, frames = values.length / bins
  let sum = 0
  for (let t = 0; t < frames; t++)
    for (let i = 0; i < bins; i++) {
      let q = 0
      for (let k = 0; k < atoms; k++) q += H[t * atoms + k]! * spectra[k * bins + i]!
      sum += (weights?.[t * bins + i] ?? 1) * costOf(values[t * bins + i]!, q, divergence)
    }
  for (let k = 0; k < atoms; k++) {
    let squares = 0
    for (let t = 0; t < frames; t++) {
      const x = H[t * atoms + k]!
      sum += l1 * x + (t > 0 ? variation * (x - H[(t - 1) * atoms + k]!) ** 2 : 0)
      squares += x * x
    }
    sum += block * Math.sqrt(squares)
  }
  return sum
}

const farthest = (a: Float64Array, b: Float64Array): number => a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i]!)), 0)
const point = (name: string): Divergence => divergences[name]!

interface Case { method: Method; name: string; passes: number; tolerance: number; options: Partial<SolveOptions>; monotone: boolean }
const row = (method: Method, name: string, passes: number, tolerance: number, monotone: boolean, options: Partial<SolveOptions> = {}): [string, Case] =>
  [`${method} ${name} ${JSON.stringify(options)}`, { method, name, passes, tolerance, options, monotone }]
const all = { l1: 0.05, block: 0.1, variation: 0.2 }
const cases = new Map([
  row('mu', 'euc', 4000, 1e-3, true), row('mu', 'kl', 4000, 1e-3, true, { l1: 0.05 }), row('mu', 'is', 4000, 1e-3, true), row('mu', 'dual-is', 4000, 1e-3, true, { l1: 0.05 }),
  row('mu', 'hellinger', 4000, 1e-3, true), row('mu', 'beta-half', 4000, 1e-3, true), row('mu', 'beta-1.5', 4000, 1e-3, true),
  row('pgd', 'euc', 4000, 1e-9, true), row('pgd', 'euc', 4000, 1e-9, true, { l1: 0.05 }),
  row('nnls', 'euc', 100, 1e-9, true), row('nnls', 'euc', 100, 1e-9, true, { l1: 0.05 }),
  row('pfbs', 'euc', 800, 1e-9, true), row('pfbs', 'euc', 800, 1e-9, true, all),
  row('pfbs', 'kl', 2000, 1e-7, true, { ...all, gamma: 0.3 }), row('pfbs', 'dual-is', 2000, 1e-7, true, { ...all, gamma: 0.3 }),
  row('gfbs', 'euc', 4000, 1e-9, false), row('gfbs', 'euc', 8000, 1e-7, false, all),
  row('admm', 'euc', 1500, 1e-9, false, all), row('admm', 'kl', 1500, 1e-9, false), row('admm', 'kl', 1500, 1e-9, false, all),
  row('admm', 'dual-is', 4000, 1e-7, false), row('admm', 'dual-is', 2000, 1e-8, false, all),
])

describe.each([...cases])('%s', (_, { method, name, passes, tolerance, options, monotone }) => {
  const asked: SolveOptions = { method, divergence: point(name), iterations: passes, ...options }
  const p = problem(3)
  const answer = solve(p, asked)
  const exact = method !== 'pfbs' || name === 'euc' // else it minimises an envelope

  test('is finite, nowhere negative, and as good as its own report', () => {
    expect(answer.activations.every((x) => x >= 0 && x < Infinity)).toBe(true)
    expect(answer.loss.every(Number.isFinite)).toBe(true)
    if (exact) expect(answer.loss.at(-1)! / objective(p, answer.activations, asked)).toBeCloseTo(1, 6)
  })

  test('the loss falls: never rises, or settles', () => {
    const { loss } = answer
    const slack = 1e-12 * loss[0]!
    if (monotone) for (let i = 1; i < loss.length; i++) expect(loss[i]!).toBeLessThanOrEqual(loss[i - 1]! + slack)
    expect(loss.at(-1)!).toBeLessThan(loss[0]!)
    expect(loss.at(-1)!).toBeLessThanOrEqual(Math.min(...loss) * (1 + 1e-6))
  })

  test('no step improves it: the residuals, and points nearby', () => {
    expect(Math.max(answer.kkt.positive, answer.kkt.zero)).toBeLessThan(tolerance)
    if (!exact) return
    const here = objective(p, answer.activations, asked)
    const next = random(8)
    for (const size of [0.1, 0.01])
      for (let i = 0; i < 30; i++) {
        const moved = answer.activations.map((x) => (next() < 0.3 ? Math.max(0, x + size * (next() - 0.5)) : x))
        expect(objective(p, moved, asked)).toBeGreaterThan(here * (1 - (method === 'mu' ? 1e-5 : 1e-12)))
      }
  })

  test('a warm start and a cold one end alike', () => {
    const next = random(9)
    const start = answer.activations.map((x) => (method === 'mu' ? x + 0.1 * next() : next() < 0.5 ? 0 : x * 3 * next()))
    const warm = solve(p, { ...asked, start })
    expect(farthest(warm.activations, answer.activations)).toBeLessThan(method === 'mu' ? 0.02 : Math.max(1e-8, 30 * tolerance))
    const again = solve(p, { ...asked, start: answer.activations, iterations: method === 'mu' ? 1 : 3 })
    if (method !== 'admm' && method !== 'gfbs') expect(again.loss.at(-1)!).toBeLessThanOrEqual(answer.loss.at(-1)! * (1 + 1e-7)) // whose copies start anew
    expect(start.some((x) => x > 0)).toBe(true)
  })

  test('silent frames, empty bins, empty and twin atoms, more atoms than bins: finite, and silence stays silent', () => {
    const hard = problem(4, { bins: 8, atoms: 12, frames: 5 })
    hard.spectra.fill(0, 0, 8)
    hard.spectra.copyWithin(8, 16, 24)
    hard.values.fill(0, 8, 16)
    for (let t = 0; t < 5; t++) hard.values[t * 8 + 3] = 0
    const { activations, loss, kkt } = solve(hard, { ...asked, iterations: 200 })
    expect(activations.every((x) => x >= 0 && x < Infinity)).toBe(true)
    expect(loss.every(Number.isFinite)).toBe(true)
    expect(Number.isFinite(kkt.positive + kkt.zero)).toBe(true)
    for (let t = 0; t < 5; t++) expect(activations[t * 12]).toBe(0)
    if (name === 'euc' && !options.variation) expect(Math.max(...activations.subarray(12, 24))).toBeLessThan(1e-3)
  })
})

describe('agreement', () => {
  test('the Euclidean problem: pgd, gfbs, pfbs and admm find what nnls finds, to 1e-6', () => {
    for (const [seed, sizes] of [[5, {}], [6, { bins: 60, atoms: 20, frames: 12 }]] as const) {
      const p = problem(seed, sizes)
      const run = (method: Method, iterations: number): Float64Array => solve(p, { method, divergence: point('euc'), iterations }).activations
      const want = run('nnls', 1000)
      for (const [method, passes] of [['pgd', 6000], ['gfbs', 4000], ['pfbs', 1500], ['admm', 1500]] as const)
        expect(farthest(run(method, passes), want), `${seed} ${method}`).toBeLessThan(1e-6)
    }
  })

  test('with every penalty: pfbs, gfbs and admm', () => {
    const p = problem(11)
    const run = (method: Method, iterations: number): Float64Array => solve(p, { method, divergence: point('euc'), iterations, ...all, block: 0.4 }).activations
    const want = run('pfbs', 2000)
    expect(want.some((x) => x === 0) && want.some((x) => x > 0.1)).toBe(true)
    expect(farthest(run('admm', 2000), want)).toBeLessThan(1e-6)
    expect(farthest(run('gfbs', 20000), want)).toBeLessThan(1e-6)
  })

  test.each(['kl', 'dual-is'])('%s: mu and admm end at the same loss, and pfbs comes there as its envelope tightens', (name) => {
    const drawn = problem(12)
    const p = { ...drawn, values: drawn.values.map((y) => y + 0.3) } // the envelope is tight where it is narrower than the smallest value
    const divergence = point(name)
    const exact = solve(p, { method: 'admm', divergence, iterations: 3000 })
    const mu = solve(p, { method: 'mu', divergence, iterations: 20000 })
    expect(mu.loss.at(-1)! / exact.loss.at(-1)!).toBeCloseTo(1, 5)
    expect(farthest(mu.activations, exact.activations)).toBeLessThan(2e-3)
    const away = [0.1, 0.01, 0.001].map((gamma) => farthest(solve(p, { method: 'pfbs', divergence, iterations: 6000, gamma }).activations, exact.activations))
    expect(away[1]!).toBeLessThan(away[0]!)
    expect(away[2]!).toBeLessThan(0.5 * away[1]!)
  })
})

describe('parts', () => {
  test('proximal maps and envelopes are minima, by brute search', () => {
    for (const name of ['euc', 'kl', 'dual-is'])
      for (const y of [0.2, 1, 5])
        for (const gamma of [0.1, 1, 10]) {
          const fit = fitOf(point(name)), smooth = envelope(fit, gamma)
          for (const z of [-3, 0.01, 2, 9]) {
            const cost = (x: number): number => costOf(y, x, point(name)) + (x - z) ** 2 / (2 * gamma)
            const p = fit.prox(y, z, gamma)
            for (const near of [0.9, 0.999, 1.001, 1.1]) expect(cost(p * near)).toBeGreaterThan(cost(p))
            expect(smooth.cost(y, z)).toBeCloseTo(cost(p), 9)
            expect(smooth.slope(y, z)).toBeCloseTo((smooth.cost(y, z + 1e-5) - smooth.cost(y, z - 1e-5)) / 2e-5, 4)
            expect(smooth.slope(y, z)).toBeCloseTo(fit.slope(y, p), 7)
          }
        }
  })

  test('eigenvectors rebuild their matrix', () => {
    const { spectra, bins } = problem(13, { atoms: 20 })
    const gram = Float64Array.from({ length: 400 }, (_, i) => {
      let sum = 0
      for (let b = 0; b < bins; b++) sum += spectra[Math.floor(i / 20) * bins + b]! * spectra[(i % 20) * bins + b]!
      return sum
    })
    const { values, vectors } = eigenOf(gram)
    const rebuilt = gram.map((_, i) => values.reduce((sum, x, k) => sum + x * vectors[k * 20 + Math.floor(i / 20)]! * vectors[k * 20 + (i % 20)]!, 0))
    expect(farthest(rebuilt, gram)).toBeLessThan(1e-12)
  })

  test('weights of zero hide bins, and whatever stands there', () => {
    const p = problem(14)
    const weights = p.values.map((_, i) => (i % 5 === 0 ? 0 : 1))
    const spoilt = { ...p, values: p.values.map((x, i) => (i % 5 === 0 ? 50 : x)) }
    const run = (q: Problem): Float64Array => solve(q, { method: 'mu', divergence: point('kl'), iterations: 3000, weights }).activations
    expect(farthest(run(spoilt), run(p))).toBeLessThan(1e-6) // the start is another
    expect(farthest(run(p), solve(p, { method: 'mu', divergence: point('kl'), iterations: 3000 }).activations)).toBeGreaterThan(1e-3)
  })

  test('short rests belong to the sound, short sounds to the rest', () => {
    const course = [0, 0, 0, 0, 1, 1, 0, 1, 1, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0]
    expect([...stretches(Float64Array.from(course), 1)].flatMap((cut, t) => (cut ? [t] : []))).toEqual([4, 10])
  })
})

describe('block norms', () => {
  // a note and its octave, which explains half of what the note does; the recorded note differs from the atom just there
  const bins = 24, frames = 40
  const note = Float64Array.from({ length: bins }, (_, b) => (b % 4 === 0 ? 1 : 0.01)), octave = note.map((_, b) => (b % 8 === 0 ? 1 : 0.01))
  const real = note.map((x, b) => x * (b % 8 === 0 ? 1.25 : 1))
  const values = new Float64Array(frames * bins)
  for (let t = 0; t < frames; t++) values.set(t < 16 ? real : t < 20 ? new Float64Array(bins).fill(0.001) : octave.map((x) => 3 * x), t * bins)
  const p: Problem = { values, spectra: Float64Array.from([...note, ...octave]), bins }
  const heard = (options: Partial<SolveOptions>): [number, number] => {
    const { activations } = solve(p, { method: 'pfbs', divergence: point('euc'), iterations: 400, ...options })
    let falsely = 0, truly = 0
    for (let t = 0; t < frames; t++) if (t < 16) falsely += activations[2 * t + 1]! / 16; else if (t >= 20) truly += activations[2 * t + 1]! / 20
    return [falsely, truly]
  }
  test('an atom that never sounds is silenced; one whose octave is heard keeps its ghost, unless the norm is local', () => {
    const [plain] = heard({})
    const [whole, wholeTrue] = heard({ block: 4 })
    const [local, localTrue] = heard({ block: 4, local: true })
    expect(plain).toBeGreaterThan(0.1)
    expect(whole).toBeGreaterThan(0.5 * plain)
    expect(local).toBe(0)
    expect(localTrue).toBeGreaterThan(0.9 * wholeTrue)
    for (const method of ['gfbs', 'admm'] as const) expect(heard({ block: 4, local: true, method, iterations: 4000 })[0]).toBeCloseTo(local, 5)
  })
})

describe('the door', () => {
  const p = problem(15)
  const ask = (options: Partial<SolveOptions>, q: Problem = p) => () => solving(q, { method: 'mu', divergence: point('kl'), iterations: 3, ...options }).next()
  const nan = p.values.slice(); nan[37] = NaN
  test.each([
    [ask({ method: 'nnls' }), 'divergence: expected euc with method nnls, which knows no other, got kl'],
    [ask({ method: 'admm', divergence: point('is') }), 'divergence: expected euc, kl, dual-is with method admm, got is'],
    [ask({ block: 1 }), 'block: expected none with method mu, which has no place for a block norm, got 1'],
    [ask({ method: 'nnls', divergence: point('euc'), variation: 2 }), 'variation: expected none with method nnls, which has no place for a penalty on variation, got 2'],
    [ask({ method: 'pfbs', weights: p.values }), 'weights: expected none with method pfbs, which has no place for weights, got some'],
    [ask({ l1: -1 }), 'l1: expected a finite number of at least 0, got -1'],
    [ask({ method: 'pfbs', gamma: 0 }), 'gamma: expected a number above 0, got 0'],
    [ask({ iterations: 1.5 }), 'iterations: expected a whole number of at least 1, got 1.5'],
    [ask({}, { ...p, values: nan }), 'values: expected finite numbers of at least 0, got NaN in row 1, column 7'],
    [ask({}, { ...p, spectra: p.spectra.map(() => 0) }), 'spectra: expected at least one number above 0, got zeros only'],
    [ask({}, { ...p, spectra: p.spectra.slice(1) }), 'spectra: expected whole rows of 30 bins, got 269 numbers'],
    [ask({ start: new Float64Array(3) }), 'start: expected 72 numbers, got 3'],
  ])('%#', (run, sentence) => expect(run).toThrow(sentence))
})

test('where the truth is known, the block norm brings activations at least 10 % closer to it than multiplicative updates do', () => {
  const rows = synthetic(() => {}, { sizes: { bins: 40, atoms: 32, frames: 24, sigma: 0.7 }, converged: 1000, tuning: [101], measured: [1] })
  for (const { divergence, multiplicative, proximal } of rows) expect(proximal / multiplicative, divergence).toBeLessThan(divergence === 'euc' ? 0.9 : 0.8)
})
