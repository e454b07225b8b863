import { describe, expect, test } from 'vitest'
import { Kernel } from '../worklet/kernel.ts'
import { kernels } from './kernels.ts'
import { errorDb } from './reference.ts'
import { random } from './signals.ts'

// The slow twins of the mask kernels, and of the online learning, on plain arrays.

const PANELS = 5
const BINS = PANELS * 32
const GROUPS = [3, 5, 8] // atoms: three groups, the last one ends at 8 of room for 12
const ROOM = 12

describe.each(kernels)('%s kernel', (_, module) => {
  const next = random(4)
  const kernel = new Kernel(module, 30000)
  const fill = (length: number, value: (i: number) => number): Float32Array => {
    const view = kernel.floats(length)
    for (let i = 0; i < length; i++) view[i] = value(i)
    return view
  }
  const basis = fill(BINS * ROOM, next)
  const h = fill(ROOM, () => next() ** 2)
  const ends = kernel.integers(3)
  ends.set(GROUPS)
  const spectra = kernel.floats(3 * BINS)
  const total = kernel.floats(BINS)
  const at = (atom: number, bin: number): number => basis[(Math.floor(bin / 32) * ROOM + atom) * 32 + (bin % 32)]!
  const explain = (): void => kernel.run.explain(basis.byteOffset, h.byteOffset, ROOM, ends.byteOffset, 3, spectra.byteOffset, BINS * 4, total.byteOffset, 0, PANELS)

  test('explain: W·h by groups and in all, to −120 dB', () => {
    explain()
    const want = [0, 1, 2].map((g) => Float64Array.from({ length: BINS }, (_, bin) => {
      let sum = 0
      for (let atom = g === 0 ? 0 : GROUPS[g - 1]!; atom < GROUPS[g]!; atom++) sum += at(atom, bin) * h[atom]!
      return sum
    }))
    expect(errorDb(spectra, want.flatMap((row) => [...row]))).toBeLessThan(-120)
    expect(errorDb(total, want[0]!.map((x, i) => x + want[1]![i]! + want[2]![i]!))).toBeLessThan(-120)
  })

  const seen = fill(BINS, () => 3 * next())
  const gates = fill(2 * BINS, () => (next() < 0.2 ? 0 : 1))
  // source 0: groups 0 and 1; source 1: no dictionary factor
  const assign = kernel.integers(8)
  assign.set([2, 0, 1, 0, -1])
  const masks = kernel.floats(2 * BINS)
  const numbers = kernel.floats(3)

  function twin(sharpness: number, residue: number, floor: number, binary: boolean): number[][] {
    const groups = [0, 1, 2].map((g) => spectra.slice(g * BINS, (g + 1) * BINS))
    const rows: number[][] = [[], []]
    for (let bin = 0; bin < BINS; bin++) {
      const powers = groups.map((row) => row[bin]! ** sharpness)
      const unexplained = (residue * Math.max(0, seen[bin]! - total[bin]!)) ** sharpness
      const all = powers.reduce((a, b) => a + b, 0) + (residue > 0 ? unexplained : 0)
      const claims = [(powers[0]! + powers[1]!) / all * gates[bin]!, gates[BINS + bin]!]
      const scale = 1 / Math.max(1, claims[0]! + claims[1]!)
      let shares = claims.map((c) => c * scale)
      if (binary) {
        const rest = 1 - shares[0]! - shares[1]!
        const best = Math.max(rest, ...shares)
        const winner = rest >= best ? -1 : shares.indexOf(best)
        shares = shares.map((_, s) => (s === winner ? 1 : 0))
      }
      shares.forEach((share, s) => rows[s]!.push(floor + (1 - 3 * floor) * share))
    }
    return rows
  }

  test.each([[1, 0, 0, false], [2, 0, 0, false], [1.5, 0, 0.01, false], [0.5, 1, 0, false], [3, 0.5, 0.05, false], [8, 1, 0, false], [1, 0, 0, true], [2, 1, 0.01, true]])(
    'masks: sharpness %f, residue %f, floor %f, binary %s agree with the twin to −90 dB and leave no less than nothing to the rest', (sharpness, residue, floor, binary) => {
      explain()
      const want = twin(sharpness, residue, floor, binary)
      numbers.set([sharpness, residue, floor])
      kernel.run.masks(spectra.byteOffset, 3, BINS * 4, seen.byteOffset, total.byteOffset, assign.byteOffset, gates.byteOffset, 2, masks.byteOffset, 0, BINS, numbers.byteOffset, binary ? 1 : 0, 0)
      expect(errorDb(masks, want.flat())).toBeLessThan(-90)
      for (let bin = 0; bin < BINS; bin++) expect(1 - masks[bin]! - masks[BINS + bin]!).toBeGreaterThan(-1e-6)
    })

  test('masks: the spectrum of one source at the place of another is nobody\'s, and what is nobody\'s is divided as the rest is', () => {
    explain()
    numbers.set([1, 0, 0])
    const places = fill(2 * BINS, () => (next() < 0.3 ? 0 : next() / 2)) // together at most one: what they leave is elsewhere
    const own = kernel.integers(8)
    own.set([1, 0, 0, 0, 1, 2]) // a group each; group 1 is named by none
    const bound = kernel.integers(6)
    bound.set([2, 0, 1, 2, 0, 2])
    kernel.run.masks(spectra.byteOffset, 3, BINS * 4, seen.byteOffset, total.byteOffset, own.byteOffset, places.byteOffset, 2, masks.byteOffset, 0, BINS, numbers.byteOffset, 0, bound.byteOffset)
    const want = new Float64Array(2 * BINS)
    for (let bin = 0; bin < BINS; bin++) {
      const [a, b] = [0, 2].map((g) => spectra[g * BINS + bin]! / total[bin]!) as [number, number]
      const [left, right] = [places[bin]!, places[BINS + bin]!]
      const claims = [left * a, right * b]
      const rest = 1 - (left + right) * (a + b) // elsewhere, or of the group that none names
      claims.forEach((claim, s) => (want[s * BINS + bin] = claim === 0 ? 0 : claim / (claims[0]! + claims[1]! + rest)))
    }
    expect(errorDb(masks, want)).toBeLessThan(-90)
  })

  test('extend: bins above the dictionary follow what their gates held of the octave below, and are no more than all', () => {
    const known = 90
    explain()
    numbers.set([1, 0, 0])
    kernel.run.masks(spectra.byteOffset, 3, BINS * 4, seen.byteOffset, total.byteOffset, assign.byteOffset, gates.byteOffset, 2, masks.byteOffset, 0, BINS, numbers.byteOffset, 0, 0)
    const before = masks.slice()
    kernel.run.extend(masks.byteOffset, gates.byteOffset, BINS * 4, 2, seen.byteOffset, known, BINS)
    const want = before.slice()
    for (const s of [0, 1]) {
      let [held, open] = [0, 0]
      for (let bin = known >> 1; bin < known; bin++) {
        held += before[s * BINS + bin]! * seen[bin]!
        open += gates[s * BINS + bin]! * seen[bin]!
      }
      for (let bin = known; bin < BINS; bin++) want[s * BINS + bin] = (held / open) * gates[s * BINS + bin]!
    }
    for (let bin = known; bin < BINS; bin++) {
      const sum = Math.max(1, want[bin]! + want[BINS + bin]!)
      for (const s of [0, 1]) want[s * BINS + bin]! /= sum
    }
    expect(errorDb(masks, want)).toBeLessThan(-110)
  })

  test.each([1, 2, 4])('paint: what %i sources let go of goes to who else holds the bin, and everybody gives way to paint, to −110 dB', (sources) => {
    const rows = (value: (bin: number) => number): Float32Array[] => Array.from({ length: sources }, () => fill(BINS, value))
    // bins 0 to 7: all taken, and all of it under the cover, so that hardly anybody else is left to take it
    const held = rows((bin) => (bin < 8 ? 1 / sources : next() / sources))
    const cover = rows((bin) => (bin < 8 ? 1 : next() < 0.4 ? 0 : next()))
    const gain = cover.map((row) => fill(BINS, (bin) => row[bin]! * (next() < 0.3 ? 0 : next())))
    const before = held.map((row) => [...row])
    kernel.run.paint(held[0]!.byteOffset, gain[0]!.byteOffset, cover[0]!.byteOffset, BINS * 4, sources, 4, BINS - 4)
    const want = Array.from({ length: BINS }, (_, bin) => {
      const all = before.map((row) => row[bin]!)
      if (bin < 4 || bin >= BINS - 4) return all
      // the rest is one more holder, which is never covered
      const kept = [...all.map((x, s) => x * (1 - cover[s]![bin]!)), 1 - all.reduce((a, b) => a + b)]
      const taken = [...kept]
      all.forEach((x, s) => {
        const others = kept.reduce((total, y, t) => total + (t === s ? 0 : y), 0)
        if (others > 1e-3) kept.forEach((y, t) => { if (t !== s) taken[t]! += (x * cover[s]![bin]! * y) / others })
      })
      const painted = gain.reduce((total, row) => total + row[bin]!, 0)
      return all.map((_, s) => gain[s]![bin]! / Math.max(1, painted) + taken[s]! * Math.max(0, 1 - painted))
    })
    held.forEach((row, s) => expect(errorDb(row, want.map((bin) => bin[s]!))).toBeLessThan(-110))
    for (let bin = 0; bin < BINS; bin++) expect(held.reduce((total, row) => total + row[bin]!, 0)).toBeLessThan(1 + 1e-6)
  })

  test('deal and collect: quarter by quarter and back, for any number of bins', () => {
    for (const bins of [5, 16, 33, 129, 150, 157]) {
      const places = [0, 2, 4, 6].map((panel) => panel * 32)
      const row = fill(BINS, next)
      const dealt = kernel.floats(8 * 32)
      const back = kernel.floats(BINS)
      kernel.run.deal(row.byteOffset, dealt.byteOffset, bins, 2, 4, 6)
      kernel.run.collect(dealt.byteOffset, back.byteOffset, bins, 2, 4, 6)
      for (let bin = 0; bin < bins; bin++) expect(dealt[places[bin % 4]! + Math.floor(bin / 4)]).toBe(row[bin])
      expect(back.slice(0, bins)).toEqual(row.slice(0, bins))
      expect(dealt.reduce((sum, x) => sum + (x === 0 ? 0 : 1), 0)).toBe(bins)
      expect(back.slice(bins).every((x) => x === 0)).toBe(true)
    }
  })

  test('magnitude: of one channel, and the root mean square of two', () => {
    const [re, im, re2, im2] = [0, 0, 0, 0].map(() => fill(BINS, () => next() - 0.5))
    const out = kernel.floats(BINS)
    kernel.run.magnitude(re!.byteOffset, im!.byteOffset, 0, 0, out.byteOffset, BINS)
    expect(errorDb(out, re!.map((x, i) => Math.hypot(x, im![i]!)))).toBeLessThan(-120)
    kernel.run.magnitude(re!.byteOffset, im!.byteOffset, re2!.byteOffset, im2!.byteOffset, out.byteOffset, BINS)
    expect(errorDb(out, re!.map((x, i) => Math.sqrt((x ** 2 + im![i]! ** 2 + re2![i]! ** 2 + im2![i]! ** 2) / 2)))).toBeLessThan(-120)
  })

  test('pairs: power left and right, and the right channel times the left one conjugated', () => {
    const [lr, li, rr, ri] = [0, 0, 0, 0].map(() => fill(BINS, () => next() - 0.5))
    const [left, right, re, im] = [0, 0, 0, 0].map(() => kernel.floats(BINS))
    kernel.run.pairs(lr!.byteOffset, li!.byteOffset, rr!.byteOffset, ri!.byteOffset, left!.byteOffset, right!.byteOffset, re!.byteOffset, im!.byteOffset, BINS)
    expect(errorDb(left!, lr!.map((x, i) => x ** 2 + li![i]! ** 2))).toBeLessThan(-120)
    expect(errorDb(right!, rr!.map((x, i) => x ** 2 + ri![i]! ** 2))).toBeLessThan(-120)
    expect(errorDb(re!, rr!.map((x, i) => x * lr![i]! + ri![i]! * li![i]!))).toBeLessThan(-120)
    expect(errorDb(im!, ri!.map((x, i) => x * lr![i]! - rr![i]! * li![i]!))).toBeLessThan(-120)
  })

  test.each([[0, 1, 0, 1], [1, 1, 1, 1], [2, 1, -1, 0.5], [3, 1, -0.5, 2 / 3], [4, 1, 0.5, 1], [5, 1.5, 1, 1 / 1.5], [5, 2, -0.5, 1 / 1.5]])(
    'learn: kind %i, α %f, β %f, ω %f agrees with the twin to −90 dB, and the spectrum sums to one', (kind, alpha, beta, omega) => {
      const some = (): Float32Array => fill(BINS, () => 0.1 + next())
      const [x, m, q, n, e, a, b] = [some(), some(), some(), some(), some(), some(), some()]
      m.fill(1)
      const three = kernel.floats(3)
      three.set([alpha, beta, 0])
      kernel.run.ratios(kind, x.byteOffset, m.byteOffset, q.byteOffset, n.byteOffset, e.byteOffset, BINS, three.byteOffset)
      expect(errorDb(n, x.map((v, i) => v * q[i]! ** (beta - 1)))).toBeLessThan(-100)
      expect(errorDb(e, q.map((v) => v ** (alpha + beta - 1)))).toBeLessThan(-100)
      const [level, forget, atom] = [0.7, 0.9, 10]
      const old = Float64Array.from({ length: BINS }, (_, bin) => at(atom, bin))
      const up = a.map((v, i) => forget * v + old[i]! ** (1 / omega) * level * n[i]!)
      const down = b.map((v, i) => forget * v + level * e[i]!)
      const fresh = up.map((v, i) => (v / down[i]!) ** omega)
      const sum = fresh.reduce((s, v) => s + v, 0)
      three.set([level, forget, omega])
      kernel.run.learn(basis.byteOffset, atom, ROOM, PANELS, a.byteOffset, b.byteOffset, n.byteOffset, e.byteOffset, three.byteOffset)
      const got = Float64Array.from({ length: BINS }, (_, bin) => at(atom, bin))
      expect(errorDb(a, up)).toBeLessThan(-100)
      expect(errorDb(b, down)).toBeLessThan(-100)
      expect(errorDb(got, fresh.map((v) => v / sum))).toBeLessThan(-90)
      expect(got.reduce((s, v) => s + v, 0)).toBeCloseTo(1, 5)
    })
})
