import { describe, expect, test } from 'vitest'
import { envelope, fitOf } from '../presets/solve/fit.ts'
import { solve as batchSolve, type SolveOptions } from '../presets/solve/solve.ts'
import { Activations } from '../worklet/activations.ts'
import { Basis, SLICE } from '../worklet/basis.ts'
import { divergences, type Divergence } from '../worklet/dictionary.ts'
import { divergenceKind, Kernel } from '../worklet/kernel.ts'
import { initialSettings, refusal, type Settings } from '../worklet/parameters.ts'
import { kernels, plainKernel } from './kernels.ts'
import { errorDb, loss, omega, orderedPass, pass, type Problem, product } from './reference.ts'
import { random } from './signals.ts'

// Every named point, and others from each region of the family.
const points: [string, Divergence][] = [
  ...Object.entries(divergences),
  ...[[-0.5, 0.75], [2, -0.5], [1.5, 1], [-1, 2], [-0.75, -0.75], [2, 0], [0.5, -0.5]].map(
    ([alpha, beta]) => [`${alpha},${beta}`, { alpha: alpha!, beta: beta! }] as [string, Divergence]),
]

/** A frame of mean one made of a few atoms and noise, and a basis whose spectra sum to one. */
function problem(bins: number, atoms: number, seed = 1): Problem & { h: Float64Array; rows: Float32Array } {
  const next = random(seed)
  const rows = new Float32Array(atoms * bins)
  for (let a = 0; a < atoms; a++) {
    const row = rows.subarray(a * bins, (a + 1) * bins).map(() => 0.01 + next() ** 4)
    const sum = row.reduce((x, y) => x + y, 0)
    rows.set(row.map((x) => x / sum), a * bins)
  }
  const w = new Float64Array(bins * atoms)
  for (let a = 0; a < atoms; a++) for (let b = 0; b < bins; b++) w[b * atoms + a] = rows[a * bins + b]!
  const h = Float64Array.from({ length: atoms }, () => next() ** 3)
  const v = Float64Array.from({ length: bins }, (_, b) => h.reduce((sum, x, a) => sum + x * w[b * atoms + a]!, 0) * (0.7 + 0.6 * next()))
  const mean = v.reduce((x, y) => x + y, 0) / bins
  return { w, rows, v: v.map((x) => x / mean), h: Float64Array.from({ length: atoms }, () => ((0.5 + next()) * bins) / atoms) }
}

function solver(p: ReturnType<typeof problem>, divergence: Divergence, module = plainKernel): { solver: Activations; basis: Basis; magnitude: Float32Array; hear(v: ArrayLike<number>): void } {
  const atoms = p.h.length
  const bins = p.v.length
  const room = Basis.room(atoms, 0)
  const padded = Basis.paddedBins(bins)
  const kernel = new Kernel(module, Basis.floats(atoms, 0, bins) + Activations.floats(room, padded, divergence) + padded + 64)
  const basis = new Basis(kernel, { spectra: p.rows, bins, known: bins }, atoms, 0)
  const magnitude = kernel.floats(padded)
  const hear = (v: ArrayLike<number>): void => { for (let bin = 0; bin < bins; bin++) magnitude[basis.dealt(bin)] = v[bin]! }
  hear(p.v)
  return { solver: new Activations(kernel, basis, divergence, SLICE, HOP), basis, magnitude, hear }
}

/** Seconds. */
const HOP = 0.0128

const settings = (changes: Partial<Settings>): Settings => ({ ...initialSettings(), ...changes })

/** Runs `passes` from a cold start, which is the same for the slow twin: every atom alike. */
function solve(p: ReturnType<typeof problem>, divergence: Divergence, passes: number, changes: Partial<Settings> = {}, module = plainKernel): Float64Array {
  const { solver: s, magnitude } = solver(p, divergence, module)
  const slices = s.begin(magnitude, p.h.length, passes, settings(changes))
  for (let i = 0; i < slices; i++) s.advance()
  return Float64Array.from(s.h.subarray(0, p.h.length))
}

const cold = (p: Problem, atoms: number): Float64Array => new Float64Array(atoms).fill(p.v.length / atoms)

describe.each(kernels)('%s kernel', (_, module) => {
  test.each(points)('one pass of %s, a step after each quarter, agrees with its slow twin to −95 dB', (_, divergence) => {
    for (const [bins, atoms] of [[129, 3], [513, 24], [1025, 65]] as const) {
      const p = problem(bins, atoms, bins)
      for (const relaxation of [1.25, 1.5, 1.9])
        expect(errorDb(solve(p, divergence, 1, { relaxation }, module), orderedPass(p, cold(p, atoms), divergence, relaxation))).toBeLessThan(-90)
      expect(errorDb(solve(p, divergence, 1, { relaxation: 1 }, module), orderedPass(p, cold(p, atoms), divergence))).toBeLessThan(-95)
    }
  })

  test.each(points)('a dozen passes of %s with sparsity and over-relaxation stay with the twin to −80 dB', (_, divergence) => {
    const p = problem(513, 24, 5)
    const relaxed = { ...p, l1: new Float64Array(24).fill(0.1) }
    let h = cold(p, 24)
    for (let i = 0; i < 12; i++) {
      const before = loss(relaxed, h, divergence)
      h = orderedPass(relaxed, h, divergence, 1.2)
      if (loss(relaxed, h, divergence) > 0.98 * before) break // from here on the solver may take it for a rise and go on plainly
      expect(errorDb(solve(p, divergence, i + 1, { relaxation: 1.2, sparsity: 0.1 }, module), h)).toBeLessThan(-80)
    }
  })

  test.each(points)('%s with weights on the bins agrees with its slow twin to −100 dB, and so does the loss', (_, divergence) => {
    const p = { ...problem(513, 24, 6), weights: Float64Array.from({ length: 513 }, (_, i) => (i % 7 === 0 ? 0 : i % 3 === 0 ? 0.5 : 1)) }
    const { h, lossOf } = kernelPass(module, p, divergence)
    expect(errorDb(h, pass(p, p.h, divergence))).toBeLessThan(-100)
    // the kernel leaves out what h cannot change: compare differences
    const other = { ...p, h: p.h.map((x, i) => x * (1 + 0.3 * Math.sin(i))) }
    const want = loss(p, other.h, divergence) - loss(p, p.h, divergence)
    expect(Math.abs(kernelPass(module, other, divergence).lossOf - lossOf - want)).toBeLessThan(1e-4 * Math.abs(want) + 1e-3)
  })
})

/** The kernels by themselves, all bins at once: prepare, pass, step. */
function kernelPass(module: WebAssembly.Module, p: ReturnType<typeof problem> & { weights: Float64Array }, divergence: Divergence): { h: Float32Array; lossOf: number } {
  const atoms = p.h.length
  const { basis } = solver(p, divergence, module)
  const more = new Kernel(module, Basis.floats(atoms, 0, p.v.length) + 8 * basis.paddedBins + 64 * atoms)
  const copy = (values: ArrayLike<number>, length = values.length): Float32Array => {
    const view = more.floats(length)
    view.set(values)
    return view
  }
  const { kind, pass: name } = divergenceKind(divergence)
  const dealt = (row: Float64Array): Float32Array => {
    const view = more.floats(basis.paddedBins)
    row.forEach((value, bin) => (view[basis.dealt(bin)] = value))
    return view
  }
  const w = copy(basis.packed), m = dealt(p.weights), v = dealt(p.v), x = more.floats(basis.paddedBins)
  const h = copy(p.h, basis.room), g = more.floats(4 * basis.room), d = more.floats(4 * basis.room), lanes = more.floats(4), none = more.floats(basis.room)
  const numbers = copy([divergence.alpha, 1, 0]), power = copy([omega(divergence), 0])
  more.run.prepare(v.byteOffset, m.byteOffset, x.byteOffset, basis.paddedBins, numbers.byteOffset)
  numbers[1] = divergence.beta
  numbers[2] = 1e-9
  more.run[name](w.byteOffset, x.byteOffset, m.byteOffset, h.byteOffset, g.byteOffset, d.byteOffset, lanes.byteOffset, basis.room, basis.room, 0,
    basis.panels, numbers.byteOffset)
  // the KL pass leaves its denominator to the caller: Wᵀm
  const sums = copy(p.h.map((_, atom) => p.weights.reduce((sum, weight, bin) => sum + weight * p.w[bin * atoms + atom]!, 0)), basis.room)
  const kl = kind === 0
  let lossOf = lanes.reduce((a, b) => a + b, 0) * lossScaleOf(divergence)
  if (kl) for (let atom = 0; atom < atoms; atom++) lossOf += sums[atom]! * p.h[atom]!
  more.run.step(h.byteOffset, g.byteOffset, d.byteOffset, kl ? sums.byteOffset : 0, none.byteOffset, basis.room, power.byteOffset)
  for (const lanes of kl ? [g] : [g, d]) expect(lanes.every((x) => x === 0)).toBe(true) // left clean for the next pass
  return { h: h.slice(0, atoms), lossOf }
}

describe('the multiplicative solver', () => {
  test.each(points)('%s: the plain pass over all bins never raises the loss', (_, divergence) => {
    const p = { ...problem(257, 16, 8), weights: new Float64Array(257).fill(1) }
    let h = p.h
    let before = loss(p, h, divergence)
    for (let passes = 1; passes <= 40; passes++) {
      h = Float64Array.from(kernelPass(plainKernel, { ...p, h }, divergence).h)
      const now = loss(p, h, divergence)
      expect(now).toBeLessThanOrEqual(before + 1e-5 * Math.abs(before))
      before = now
    }
  })

  test.each(points)('%s: three passes in quarters get as far as six over all bins, and twenty do not lose it again', (_, divergence) => {
    for (let seed = 20; seed < 24; seed++) {
      const p = problem(513, 16, seed)
      let plain = cold(p, 16)
      for (let i = 0; i < 6; i++) plain = pass(p, plain, divergence)
      const six = loss(p, plain, divergence)
      for (const [passes, relaxation] of [[3, 1.25], [20, 1.25], [20, 1.5], [20, 1]] as const)
        expect(loss(p, solve(p, divergence, passes, { relaxation }), divergence), `${seed}: ${passes} at ${relaxation}`).toBeLessThan(six * 1.02 + 1e-3)
    }
  })

  test.each(Object.entries(divergences))('%s: one step per pass is the plain pass; two and three are groups of quarters', (_, divergence) => {
    const p = problem(513, 24, 12)
    const l1 = new Float64Array(24).fill(0.2)
    const start = cold(p, 24)
    const run = (steps: number): Float64Array => solve(p, divergence, 1, { steps, relaxation: 1, sparsity: 0.2 })
    expect(errorDb(run(1), pass({ ...p, l1 }, start, divergence))).toBeLessThan(-95)
    const group = (h: Float64Array, quarters: readonly number[]): Float64Array =>
      pass({ ...p, weights: p.v.map((_, bin) => (quarters.includes(bin % 4) ? 1 : 0)), l1: l1.map((x) => (x * quarters.length) / 4) }, h, divergence)
    expect(errorDb(run(2), group(group(start, [0, 1]), [2, 3]))).toBeLessThan(-90)
    expect(errorDb(run(3), group(group(group(start, [0, 1]), [2]), [3]))).toBeLessThan(-90)
  })

  test('an onset a thousand times louder than the last frame does not overshoot', () => {
    // one atom alone: the plain update is exact at once, the over-relaxed one jumps far beyond and must be taken back
    const p = problem(129, 4, 31)
    const { solver: s, magnitude, hear } = solver(p, divergences['kl']!)
    const frame = (levels: readonly number[]): Float32Array => {
      hear(p.v.map((_, b) => levels.reduce((sum, x, a) => sum + x * p.w[b * 4 + a]!, 0)))
      const slices = s.begin(magnitude, 4, 3, settings({}))
      for (let i = 0; i < slices; i++) s.advance()
      return s.h.slice(0, 4).map((x) => x * s.level)
    }
    for (let i = 0; i < 50; i++) frame([1, 0, 0, 0.001])
    const [first, , , last] = frame([1, 0, 0, 1])
    expect(last!).toBeGreaterThan(0.3)
    expect(last!).toBeLessThan(3)
    expect(first!).toBeGreaterThan(0.3)
  })

  test('sparsity holds the fixed atoms down, and where the loss is Euclidean makes fewer of them sound', () => {
    const p = problem(513, 48, 9)
    const sum = (h: Float64Array): number => h.reduce((x, y) => x + y, 0)
    for (const name of ['euc', 'kl', 'beta-1.5', 'beta-half', 'is'])
      expect(sum(solve(p, divergences[name]!, 20, { sparsity: 0.5 })), name).toBeLessThan(0.99 * sum(solve(p, divergences[name]!, 20)))
    const share = (h: Float64Array): number => Math.max(...h) / sum(h)
    expect(share(solve(p, divergences['euc']!, 20, { sparsity: 0.5 }))).toBeGreaterThan(share(solve(p, divergences['euc']!, 20)) * 1.01)
  })

  test('warm starts keep what the last frame found, and let no atom die', () => {
    const p = problem(513, 24, 10)
    const { solver: s, magnitude, hear } = solver(p, divergences['kl']!)
    const frame = (v: ArrayLike<number>, passes: number): number => {
      hear(v)
      const slices = s.begin(magnitude, 24, passes, settings({}))
      for (let i = 0; i < slices; i++) s.advance()
      const mean = p.v.reduce((x, y) => x + y, 0) / p.v.length
      return loss({ ...p, v: p.v.map((x) => x / mean) }, Float64Array.from(s.h.subarray(0, 24)), divergences['kl']!)
    }
    for (let i = 0; i < 30; i++) frame(p.v, 3)
    const settled = frame(p.v, 3)
    expect(settled).toBeLessThan(loss(p, solve(p, divergences['kl']!, 3), divergences['kl']!))
    expect(settled).toBeLessThan(1.05 * loss(p, solve(p, divergences['kl']!, 20), divergences['kl']!))
    for (let i = 0; i < 300; i++) frame(p.v.map((_, b) => p.w[b * 24]! * 513), 3) // one atom alone, for long
    for (let i = 0; i < 10; i++) frame(p.v, 3)
    expect(frame(p.v, 3)).toBeLessThan(settled + 0.1)
  })

  test('silence is no work', () => {
    const p = problem(129, 4, 11)
    const { solver: s, magnitude, hear } = solver(p, divergences['kl']!)
    magnitude.fill(0)
    expect(s.begin(magnitude, 4, 3, settings({}))).toBe(0)
    hear(p.v)
    const slices = s.begin(magnitude, 4, 3, settings({}))
    expect(slices).toBe(3 * 4) // the passes, in quarters of two panels or less
  })
})

const lossScaleOf = (d: Divergence): number =>
  divergenceKind(d).kind === 0 ? Math.LN2 : d.beta === 0 || d.alpha + d.beta === 0 ? 1 / d.alpha ** 2 : 1 / Math.abs(d.alpha * d.beta)

describe('the proximal and the least-squares solver', () => {
  const bins = 257, atoms = 14
  type Name = 'euc' | 'kl' | 'dual-is'
  /** One frame after the other, each with as many passes as it takes; the answers at the frames' own levels. */
  function frames(name: Name, p: ReturnType<typeof problem>, changes: Partial<Settings>, loudness: readonly number[], passes: number, module = plainKernel): Float64Array[] {
    const { solver: s, magnitude, hear } = solver(p, divergences[name]!, module)
    return loudness.map((gain) => {
      hear(p.v.map((x) => gain * x))
      const slices = s.begin(magnitude, atoms, passes, settings(changes))
      for (let i = 0; i < slices; i++) s.advance()
      return Float64Array.from(s.h.subarray(0, atoms))
    })
  }
  const batch = (name: Name, p: ReturnType<typeof problem>, options: Partial<SolveOptions>): Float64Array => {
    const mean = p.v.reduce((a, b) => a + b, 0) / bins
    return batchSolve({ values: Float64Array.from(p.v, (x) => x / mean), spectra: Float64Array.from(p.rows), bins },
      { method: name === 'euc' ? 'nnls' : 'pfbs', divergence: divergences[name]!, iterations: 4000, ...options }).activations
  }

  describe.each(kernels)('%s kernel', (_, module) => {
    test.each(['euc', 'kl', 'dual-is'] as const)('%s: the proximal solver finds what the batch one finds, to float32', (name) => {
      for (const seed of [41, 42]) {
        const p = problem(bins, atoms, seed)
        const gamma = 3
        const got = frames(name, p, { solver: 1, gamma, sparsity: 0.02 }, [1], 1500, module)[0]!
        expect(got.every((x) => x >= 0)).toBe(true)
        expect(errorDb(got, batch(name, p, { l1: 0.02, ...(name !== 'euc' && { gamma }) })), `${seed}`).toBeLessThan(-75)
        // of one frame alone the block norm is an L1 norm
        expect(errorDb(frames(name, p, { solver: 1, gamma, block: 0.02 }, [1], 1500, module)[0]!, got)).toBeLessThan(-75)
      }
    })

    test('least squares finds what the batch one finds exactly, zeros included', () => {
      for (const seed of [41, 42, 43]) {
        const p = problem(bins, atoms, seed)
        const want = batch('euc', p, { l1: 0.01 })
        const got = frames('euc', p, { solver: 2, sparsity: 0.01 }, [1], 300, module)[0]!
        expect(errorDb(got, want)).toBeLessThan(-75)
        want.forEach((x, atom) => { if (x === 0) expect(got[atom]!).toBeLessThan(1e-3) })
        expect(got.some((x) => x === 0)).toBe(want.some((x) => x === 0))
      }
    })
  })

  test.each(['euc', 'kl'] as const)('%s: variation pulls to the last frame, the block norm spares what has sounded: as plain descent finds it', (name) => {
    const p = problem(bins, atoms, 44)
    const mean = p.v.reduce((a, b) => a + b, 0) / bins
    const v = p.v.map((x) => x / mean)
    const gamma = 2, block = 0.05, variation = 0.5
    const [first, second] = frames(name, p, { solver: 1, gamma, block, variation }, [1, 2], 2000) as [Float64Array, Float64Array]
    // the second frame is twice as loud, so at its level the first held half of what it held
    const before = first.map((x) => x / 2)
    const fit = name === 'euc' ? fitOf(divergences['euc']!) : envelope(fitOf(divergences['kl']!), gamma)
    const pull = (2 * variation * atoms) / (bins * (name === 'euc' ? 1 : gamma))
    let h = second.map(() => bins / atoms)
    for (let i = 0; i < 30000; i++) {
      const slopes = product(p.w, h).map((q, bin) => fit.slope(v[bin]!, q))
      h = h.map((x, k) => {
        let slope = pull * (x - before[k]!) + (block * x) / Math.sqrt(Math.exp(-HOP / 0.25) * before[k]! ** 2 + x * x + 1e-12)
        for (let bin = 0; bin < bins; bin++) slope += p.w[bin * atoms + k]! * slopes[bin]!
        return Math.max(0, x - (name === 'euc' ? 8 : 16) * slope)
      })
      if (i > 2000 && i % 500 === 0 && errorDb(second, h) < -70) break
    }
    expect(errorDb(second, h)).toBeLessThan(-70)
    const plain = frames(name, p, { solver: 1, gamma }, [1, 2], 2000)[1]!
    expect(errorDb(second, plain)).toBeGreaterThan(-30)
  })

  test('after silence nothing is remembered; a quieter frame is pulled to the last one\'s shape, not to its loudness', () => {
    const p = problem(bins, atoms, 45)
    const changes = { solver: 1, variation: 2 }
    const blocked = { ...changes, block: 0.1 }
    expect(errorDb(frames('kl', p, blocked, [3, 0, 1], 300)[2]!, frames('kl', p, blocked, [1], 300)[0]!)).toBeLessThan(-60)
    const [once] = frames('kl', p, changes, [1], 300)
    expect(errorDb(frames('kl', p, changes, [1, 1e-4], 300)[1]!, once!)).toBeLessThan(-40)
    expect(errorDb(frames('kl', p, changes, [0.01, 1], 300)[1]!, once!)).toBeGreaterThan(-15) // a louder one is held back
  })

  test('whatever comes after whatever, no frame ends worse than it began', () => {
    for (const [name, which, gamma] of [['euc', 1, 1], ['kl', 1, 0.1], ['kl', 1, 10], ['dual-is', 1, 0.1], ['dual-is', 1, 10], ['euc', 2, 1]] as const) {
      const p = problem(bins, atoms, 49)
      const { solver: s, magnitude, hear } = solver(p, divergences[name]!)
      const fit = name === 'euc' ? fitOf(divergences['euc']!) : envelope(fitOf(divergences[name]!), gamma)
      const next = random(50)
      for (let t = 0; t < 20; t++) {
        const h = p.h.map(() => (next() < 0.7 ? 0 : 10 ** (3 * next())))
        const v = product(p.w, h).map((x) => (x + 1e-3) * (0.2 + 1.6 * next()))
        const mean = v.reduce((a, b) => a + b, 0) / bins
        hear(v)
        const cost = (): number => product(p.w, Float64Array.from(s.h.subarray(0, atoms))).reduce((sum, q, bin) => sum + fit.cost(v[bin]! / mean, q), 0)
        const slices = s.begin(magnitude, atoms, 1 + (t % 4), settings({ solver: which, gamma }))
        const before = cost()
        for (let i = 0; i < slices; i++) s.advance()
        expect(cost(), `${name} ${which} γ ${gamma}, frame ${t}`).toBeLessThanOrEqual(before * (1 + 1e-4))
      }
    }
  })

  test('few passes from a warm start hold what many found', () => {
    for (const [name, solver, passes] of [['euc', 1, 3], ['kl', 1, 3], ['dual-is', 1, 3], ['euc', 2, 1]] as const) {
      const p = problem(bins, atoms, 46)
      const steady = frames(name, p, { solver }, Array<number>(60).fill(1), passes).at(-1)!
      expect(errorDb(steady, frames(name, p, { solver }, [1], 2000)[0]!), `${name} ${solver}`).toBeLessThan(-35)
    }
  })

  test('changing the solver while it plays goes on from what the last one found', () => {
    const p = problem(bins, atoms, 47)
    const { solver: s, magnitude } = solver(p, divergences['euc']!)
    const frame = (solver: number): Float64Array => {
      const slices = s.begin(magnitude, atoms, 3, settings({ solver }))
      for (let i = 0; i < slices; i++) s.advance()
      return Float64Array.from(s.h.subarray(0, atoms))
    }
    let last = frame(0)
    for (let i = 0; i < 40; i++) last = frame(0)
    for (const solver of [1, 2, 0, 2, 1, 0]) {
      const next = frame(solver)
      expect(errorDb(product(p.w, next), product(p.w, last)), `to ${solver}`).toBeLessThan(-20) // multiplicative starts are 4 % of everything
      for (let i = 0; i < 40; i++) last = frame(solver)
    }
  })

  test('a divergence that a solver does not know is refused in one sentence, and left to multiplicative where it is played', () => {
    expect(refusal(divergences['is']!, 1)).toBe('solver: expected a dictionary of divergence euc, kl, dual-is for proximal, got one of is')
    expect(refusal(divergences['kl']!, 2)).toBe('solver: expected a dictionary of divergence euc for least-squares, got one of kl')
    for (const [name, solver] of [['is', 0], ['kl', 0], ['kl', 1], ['dual-is', 1], ['euc', 1], ['euc', 2]] as const) expect(refusal(divergences[name]!, solver)).toBeNull()
    const p = problem(129, 8, 48)
    expect([...solve(p, divergences['is']!, 3, { solver: 1 })]).toEqual([...solve(p, divergences['is']!, 3)])
    expect([...solve(p, divergences['kl']!, 3, { solver: 2 })]).toEqual([...solve(p, divergences['kl']!, 3)])
    expect([...solve(p, divergences['kl']!, 3, { solver: 1 })]).not.toEqual([...solve(p, divergences['kl']!, 3)])
  })
})
