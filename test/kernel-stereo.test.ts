// The slow twins of the kernels of two channels: what places and drawn areas claim, and the Wiener filter. The twins take
// their matrices as matrices, the kernels as closed forms.

import { describe, expect, test } from 'vitest'
import { Kernel } from '../worklet/kernel.ts'
import { kernels } from './kernels.ts'
import { errorDb } from './reference.ts'
import { random } from './signals.ts'

type Complex = readonly [number, number]
type Pair = readonly [Complex, Complex]
/** [[a, b], [c, d]] */
type Matrix = readonly [Complex, Complex, Complex, Complex]

const add = (...terms: Complex[]): Complex => terms.reduce(([a, b], [c, d]) => [a + c, b + d], [0, 0])
const times = ([a, b]: Complex, [c, d]: Complex): Complex => [a * c - b * d, a * d + b * c]
const scaled = (x: number, [a, b]: Complex): Complex => [x * a, x * b]
const conjugate = ([a, b]: Complex): Complex => [a, -b]
const sum = (...terms: Matrix[]): Matrix => [0, 1, 2, 3].map((i) => add(...terms.map((m) => m[i]!))) as unknown as Matrix
const weighted = (x: number, m: Matrix): Matrix => m.map((c) => scaled(x, c)) as unknown as Matrix
const everywhere = (x: number): Matrix => [[x, 0], [0, 0], [0, 0], [x, 0]]
const determinant = ([a, b, c, d]: Matrix): number => add(times(a, d), scaled(-1, times(b, c)))[0] // of Hermitian ones: real
const inverse = (m: Matrix): Matrix => weighted(1 / determinant(m), [m[3], scaled(-1, m[1]), scaled(-1, m[2]), m[0]])
const apply = ([a, b, c, d]: Matrix, [l, r]: Pair): Pair => [add(times(a, l), times(b, r)), add(times(c, l), times(d, r))]
/** xᴴMx */
const form = (m: Matrix, x: Pair): number => {
  const y = apply(m, x)
  return add(times(conjugate(x[0]), y[0]), times(conjugate(x[1]), y[1]))[0]
}
const trace = (p: Matrix, q: Matrix): number => add(times(p[0], q[0]), times(p[1], q[2]), times(p[2], q[1]), times(p[3], q[3]))[0]

const BINS = 64
const PLACES = 5
const ROWS = 8
const SLICE = [16, 48] as const // what else there is must stay as it is
/** A bin in which nothing sounds. */
const SILENT: number = 20
const slice = <T>(make: (bin: number) => T): T[] => Array.from({ length: SLICE[1] - SLICE[0] }, (_, i) => make(SLICE[0] + i))

describe.each(kernels)('%s kernel', (_, module) => {
  const next = random(12)
  const kernel = new Kernel(module, 20000)
  const { run } = kernel
  const fill = (length: number, value: (i: number) => number): Float32Array => {
    const view = kernel.floats(length)
    for (let i = 0; i < length; i++) view[i] = value(i)
    return view
  }
  const either = (): number => 2 * next() - 1
  const [lr, li, rr, ri] = [0, 0, 0, 0].map(() => fill(BINS, (bin) => (bin === SILENT ? 0 : either()))) as [Float32Array, Float32Array, Float32Array, Float32Array]
  const heard = (bin: number): Pair => [[lr[bin]!, li[bin]!], [rr[bin]!, ri[bin]!]]
  const [left, right, re, im] = [0, 0, 0, 0].map(() => kernel.floats(BINS)) as [Float32Array, Float32Array, Float32Array, Float32Array]
  run.pairs(lr.byteOffset, li.byteOffset, rr.byteOffset, ri.byteOffset, left.byteOffset, right.byteOffset, re.byteOffset, im.byteOffset, BINS)

  const places = kernel.floats(PLACES * ROWS * BINS)
  const row = (place: number, which: number): Float32Array => places.subarray((place * ROWS + which) * BINS, (place * ROWS + which + 1) * BINS)
  for (let p = 0; p < PLACES; p++)
    for (let bin = 0; bin < BINS; bin++) {
      const l = 0.05 + 0.9 * next(), turn = 2 * Math.PI * next()
      const cross = Math.sqrt(l * (1 - l)) * (p < 2 ? 1 : next()) // the first two are points, the others as if learned
      const values = [l, 1 - l, cross * Math.cos(turn), cross * Math.sin(turn), 0.02 + 0.1 * next(), 0.1 + 0.3 * next(), 0.2 + next()]
      values.forEach((value, i) => (row(p, i)[bin] = value))
    }
  const covariance = (p: number, bin: number): Matrix => {
    const [a, d, x, y] = [0, 1, 2, 3].map((which) => row(p, which)[bin]!) as [number, number, number, number]
    return [[a, 0], [x, -y], [x, y], [d, 0]]
  }
  const claimed = (p: number): number[] => slice((bin) => row(p, 7)[bin]!)
  const untouched = (view: Float32Array, value: number): void =>
    expect([...view.subarray(0, SLICE[0]), ...view.subarray(SLICE[1])].every((x) => x === value)).toBe(true)
  const all = Array.from({ length: PLACES }, (_, p) => p)

  test.each([false, true])('claims, covered %s: likelihoods share each bin, less beyond all edges, to −90 dB; the tally counts what is near', (under) => {
    const covered = fill(BINS, next)
    const tally = kernel.floats(12)
    const [off, near] = [0.15, 0.6]
    tally.set([off, near])
    for (const p of all) row(p, 7).fill(-7)
    run.claims(places.byteOffset, 4 * BINS, PLACES, left.byteOffset, right.byteOffset, re.byteOffset, im.byteOffset,
      under ? covered.byteOffset : 0, tally.byteOffset, ...SLICE)
    let [nearby, astray] = [0, 0]
    const want = slice((bin) => {
      const x = heard(bin)
      const power = form(everywhere(1), x)
      const residuals = all.map((p) => { // xᴴ(C + width)⁻¹x · |C + width| ÷ |x|²
        const wide = sum(covariance(p, bin), everywhere(row(p, 4)[bin]!))
        return power === 0 ? 1e-7 : (form(inverse(wide), x) * determinant(wide)) / power
      })
      const likelihoods = residuals.map((t, p) => (row(p, 5)[bin]! / t) ** 2)
      const nearest = Math.min(...residuals.map((t, p) => t / row(p, 6)[bin]!))
      if (nearest < near) nearby += Math.sqrt(power)
      if (nearest < near && nearest > off) astray += Math.sqrt(power)
      const share = (under ? 1 - covered[bin]! : 1) / (1 + nearest ** 4) / likelihoods.reduce((a, b) => a + b)
      return likelihoods.map((likely) => likely * share)
    })
    for (const p of all) {
      expect(errorDb(claimed(p), want.map((claims) => claims[p]!))).toBeLessThan(-90)
      untouched(row(p, 7), -7)
    }
    expect(astray).toBeGreaterThan(1)
    expect(nearby).toBeGreaterThan(astray + 1)
    expect(tally.subarray(4, 8).reduce((a, b) => a + b) / nearby).toBeCloseTo(1, 5)
    expect(tally.subarray(8, 12).reduce((a, b) => a + b) / astray).toBeCloseTo(1, 5)
  })

  const level = kernel.floats(BINS), phase = kernel.floats(BINS)
  const bear = (from: number, to: number): void =>
    run.bearings(left.byteOffset, right.byteOffset, re.byteOffset, im.byteOffset, level.byteOffset, phase.byteOffset, from, to)

  test('bearings: level to a thousandth of a dB, phase to 2·10⁻⁵, in all quadrants; silence stands in the middle', () => {
    level.fill(-7)
    phase.fill(-7)
    bear(...SLICE)
    const quadrants = new Set<number>()
    for (let bin = SLICE[0]; bin < SLICE[1]; bin++) {
      const [l, r] = heard(bin)
      const [x, y] = times(r, conjugate(l))
      if (bin === SILENT) expect([level[bin], phase[bin]]).toEqual([0, 0])
      else {
        expect(Math.abs(level[bin]! - 20 * Math.log10(Math.hypot(...r) / Math.hypot(...l)))).toBeLessThan(1e-3)
        expect(Math.abs(phase[bin]! - Math.atan2(y, x))).toBeLessThan(2e-5)
        quadrants.add(Math.floor(Math.atan2(y, x) / (Math.PI / 2)))
      }
    }
    expect(quadrants.size).toBe(4)
    untouched(level, -7)
    untouched(phase, -7)
  })

  // where the phase has one delay to stand for, several, and more than there are rows
  test.each([[100, 1e-3], [400, 1.5e-4], [30000, 1.5e-4], [400, 6e-3]])('area: delays to ±%i µs at %f rad/µs and bin: the most over all delays that a phase may stand for, to −70 dB', (reach, omega) => {
    const size = 48
    const grid = fill(size * size, (i) => (i % size % (size - 1) && Math.floor(i / size) % (size - 1) ? next() : 0)) // nothing at its edges
    const [x0, dx, y0, dy] = [-9, 18 / (size - 1), -reach, (2 * reach) / (size - 1)]
    const frame = fill(5, (i) => [x0, 1 / dx, y0, 1 / dy, omega][i]!)
    const claim = kernel.floats(BINS).fill(-7)
    const before = fill(BINS, () => next() / 2)
    const covered = fill(BINS, (bin) => before[bin]!)
    bear(0, BINS)
    run.area(level.byteOffset, phase.byteOffset, grid.byteOffset, size, frame.byteOffset, claim.byteOffset, covered.byteOffset, 0, SLICE[1])
    const at = (x: number, y: number): number => {
      const [column, line] = [Math.min(Math.floor(x), size - 2), Math.min(Math.floor(y), size - 2)]
      const corner = (i: number, j: number): number => grid[(line + j) * size + column + i]! * Math.abs(1 - i - x + column) * Math.abs(1 - j - y + line)
      return corner(0, 0) + corner(1, 0) + corner(0, 1) + corner(1, 1)
    }
    const want = Array.from({ length: SLICE[1] }, (_, bin) => {
      const x = (Math.max(-120, Math.min(120, level[bin]!)) - x0) / dx
      if (x < 0 || x > size - 1) return 0
      if (bin === 0) return Math.max(...Array.from({ length: size }, (_, y) => at(x, y)))
      const turn = (2 * Math.PI) / (omega * bin)
      const lag = -phase[bin]! / (omega * bin)
      const first = lag + turn * Math.ceil((y0 - lag) / turn)
      let most = 0
      for (let delay = first; delay <= reach; delay += Math.max(turn, dy / 2)) most = Math.max(most, at(x, (delay - y0) / dy))
      return most
    })
    expect(want.filter((x) => x > 0).length).toBeGreaterThan(5)
    expect(errorDb(claim.subarray(0, SLICE[1]), want)).toBeLessThan(-70)
    expect(errorDb(covered.subarray(0, SLICE[1]), want.map((x, bin) => Math.max(x, before[bin]!)))).toBeLessThan(-70)
    expect(claim.subarray(SLICE[1]).every((x) => x === -7)).toBe(true)
    expect([...covered.subarray(SLICE[1])]).toEqual([...before.subarray(SLICE[1])])
  })

  const listOf = (members: readonly number[]): Int32Array => {
    const list = kernel.integers(members.length + 1)
    list.set([members.length, ...members])
    return list
  }

  test('gather: what the places of one source claim together, no more than all, within its band', () => {
    const band = fill(BINS, (bin) => (bin % 5 ? 1 : 0))
    const gate = kernel.floats(BINS).fill(-7)
    for (const p of all) for (let bin = 0; bin < BINS; bin++) row(p, 7)[bin] = next()
    run.gather(places.byteOffset, 4 * BINS, listOf([0, 3, 4]).byteOffset, band.byteOffset, gate.byteOffset, ...SLICE)
    const want = slice((bin) => (bin % 5 ? Math.min(1, [0, 3, 4].reduce((total, p) => total + row(p, 7)[bin]!, 0)) : 0))
    expect(want.filter((x) => x === 1).length).toBeGreaterThan(5)
    expect(errorDb(slice((bin) => gate[bin]!), want)).toBeLessThan(-120)
    untouched(gate, -7)
  })

  describe('the Wiener filter', () => {
    const EPSILON = 0.005
    const sources = [[0, 2], [1], [4, 3]]
    const lists = sources.map(listOf)
    const everything = listOf(sources.flat())
    const claims = all.map(() => Float32Array.from({ length: BINS }, (_, bin) => (bin === 30 ? 0 : next())))
    // bin 31: nobody's; bin 32: all taken; elsewhere together a little more than all at times, which leaves no rest
    const masks = sources.map((_, s) => fill(BINS, (bin) => (bin === 31 ? 0 : bin === 32 ? 1 / 3 : (0.36 + s / 100) * next() ** 0.3)))
    const rest = kernel.floats(BINS)
    const share = (): void => {
      for (const p of all) row(p, 7).set(claims[p]!)
      rest.fill(1)
      lists.forEach((list, s) => run.shares(places.byteOffset, 4 * BINS, list.byteOffset, masks[s]!.byteOffset, rest.byteOffset, ...SLICE))
    }
    const powers = (bin: number): number[] => {
      const v = all.map(() => 0)
      sources.forEach((mine, s) => {
        const total = mine.reduce((x, p) => x + claims[p]![bin]! + 1e-6, 0)
        for (const p of mine) v[p] = (masks[s]![bin]! * (claims[p]![bin]! + 1e-6)) / total
      })
      return v
    }
    const left1 = (bin: number): number => masks.reduce((x, mask) => Math.max(0, x - mask[bin]!), 1)

    test('shares: a mask among its places as they claim it, and what no mask takes, to −110 dB', () => {
      share()
      const want = slice(powers)
      for (const p of all) {
        expect(errorDb(claimed(p), want.map((v) => v[p]!))).toBeLessThan(-110)
        expect(row(p, 7)[0]).toBe(claims[p]![0])
      }
      expect(errorDb(slice((bin) => rest[bin]!), slice(left1))).toBeLessThan(-110)
      untouched(rest, 1)
    })

    /** The powers after all rounds but the last, and y. */
    function solved(bin: number, rounds: number): { v: number[]; y: Pair; nobody: number } {
      const x = heard(bin)
      const power = form(everywhere(1), x)
      const wide = all.map((p) => sum(covariance(p, bin), everywhere(EPSILON)))
      const nobody = (left1(bin) + 1e-6) / 2
      let v = powers(bin)
      for (let round = 1; ; round++) {
        const r = inverse(sum(everywhere(nobody), ...all.map((p) => weighted(v[p]!, wide[p]!))))
        const y = apply(r, x)
        if (round === rounds) return { v, y, nobody }
        v = v.map((old, p) => (power === 0 ? 0 : (old * form(wide[p]!, y)) / power / trace(r, wide[p]!)))
      }
    }

    test.each([1, 2, 4])('solve: after %i rounds y and the powers are those of the matrices, to −90 dB', (rounds) => {
      share()
      const y = kernel.floats(4 * BINS).fill(-7)
      const numbers = fill(2, () => EPSILON)
      run.solve(places.byteOffset, 4 * BINS, everything.byteOffset, rest.byteOffset, lr.byteOffset, li.byteOffset, rr.byteOffset, ri.byteOffset,
        y.byteOffset, rounds, numbers.byteOffset, ...SLICE)
      const want = slice((bin) => solved(bin, rounds))
      for (const channel of [0, 1] as const)
        for (const half of [0, 1] as const) {
          const got = y.subarray((2 * channel + half) * BINS, (2 * channel + half + 1) * BINS)
          expect(errorDb(slice((bin) => got[bin]!), want.map((bin) => bin.y[channel][half]))).toBeLessThan(-90)
          untouched(got, -7)
        }
      for (const p of all) expect(errorDb(claimed(p), want.map(({ v }) => v[p]!))).toBeLessThan(-90)
    })

    test.each([0, 0.3, 1])('part: giving way by %f, each source gets what is its own, to −90 dB, and with the rest\'s it is what was heard', (soft) => {
      share()
      const y = kernel.floats(4 * BINS)
      const numbers = fill(2, (i) => [EPSILON, soft][i]!)
      run.solve(places.byteOffset, 4 * BINS, everything.byteOffset, rest.byteOffset, lr.byteOffset, li.byteOffset, rr.byteOffset, ri.byteOffset,
        y.byteOffset, 4, numbers.byteOffset, ...SLICE)
      const wanted = slice((bin) => solved(bin, 4))
      for (const channel of [0, 1] as const) {
        const [xr, xi] = channel ? [rr, ri] : [lr, li]
        const at = (bin: number): Complex => [y[2 * channel * BINS + bin]!, y[(2 * channel + 1) * BINS + bin]!]
        const together = slice((bin) => scaled((1 - soft) * wanted[bin - SLICE[0]]!.nobody, at(bin))) // the rest's own part
        sources.forEach((mine, s) => {
          const [outRe, outIm] = [kernel.floats(BINS).fill(-7), kernel.floats(BINS).fill(-7)]
          run.part(places.byteOffset, 4 * BINS, lists[s]!.byteOffset, y.byteOffset, channel, masks[s]!.byteOffset, xr.byteOffset, xi.byteOffset,
            numbers.byteOffset, outRe.byteOffset, outIm.byteOffset, ...SLICE)
          const want = wanted.map(({ v, y: found }, i) => {
            const bin = SLICE[0] + i
            const own = apply(sum(...mine.map((p) => weighted(v[p]!, sum(covariance(p, bin), everywhere(EPSILON))))), found)[channel]
            together[i] = add(together[i]!, [outRe[bin]!, outIm[bin]!])
            return add(scaled(1 - soft, own), scaled(soft * masks[s]![bin]!, heard(bin)[channel]))
          })
          expect(errorDb([...slice((bin) => outRe[bin]!), ...slice((bin) => outIm[bin]!)], [...want.map((c) => c[0]), ...want.map((c) => c[1])])).toBeLessThan(-90)
          untouched(outRe, -7)
          untouched(outIm, -7)
        })
        const whole = slice((bin) => scaled(1 - soft + soft * masks.reduce((total, mask) => total + mask[bin]!, 0), heard(bin)[channel]))
        expect(errorDb(together.flat(), whole.flat())).toBeLessThan(-100)
      }
    })
  })
})
