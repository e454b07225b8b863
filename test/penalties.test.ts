// What a fit may be asked for beside closeness: the objective is what penalties.ts says, never rises, and does what it is for.

import { expect, test } from 'vitest'
import { divergences } from '../worklet/dictionary.ts'
import type { Factorisation } from '../presets/learn/nmf.ts'
import { logVolume, penaltiesOf } from '../presets/learn/penalties.ts'
import { costOfFit, fitted, neverRises, planted, points } from './family.ts'
import { random } from './signals.ts'

const frames = planted(60, 17, 3, 31)
const asks = points.slice(0, 9)

test.each(asks)('(%f, %f): few activations, few bins, or both: the objective is what it says and never rises', async (alpha, beta) => {
  const divergence = { alpha, beta }
  const plain = await fitted(frames, 5, { divergence, iterations: 40 })
  const size = costOfFit(frames, plain, divergence) / plain.activations.reduce((sum, x) => sum + x / plain.unit, 0)
  const raw = plain.unit ** (alpha + beta) // a penalty is in the unit of the frames
  const sums = ({ activations, unit }: Factorisation): number => activations.reduce((sum, x) => sum + x / unit, 0)
  const few = await fitted(frames, 5, { divergence, iterations: 40, penalties: { activations: (40 * size * raw) / plain.unit } })
  neverRises(few.loss)
  expect(sums(few)).toBeLessThan(0.98 * sums(plain))
  expect((costOfFit(frames, few, divergence) + 40 * size * sums(few)) / (few.loss.at(-1)! * frames.data.length)).toBeCloseTo(1, 2)
  neverRises((await fitted(frames, 5, { divergence, iterations: 40, penalties: { activations: (size * raw) / plain.unit, spectra: size * raw } })).loss)
})

test.each(asks)('(%f, %f): spectra that span little: the objective never rises, and they span less', async (alpha, beta) => {
  const divergence = { alpha, beta }
  const plain = await fitted(frames, 4, { divergence, iterations: 40 })
  const weight = costOfFit(frames, plain, divergence) * plain.unit ** (alpha + beta)
  const small = await fitted(frames, 4, { divergence, iterations: 40, penalties: { volume: weight } })
  neverRises(small.loss)
  expect(logVolume(small.spectra, 17)).toBeLessThan(logVolume(plain.spectra, 17) - 0.05)
  neverRises((await fitted(frames, 4, { divergence, iterations: 20, penalties: { volume: weight, activations: weight / 1000 } })).loss)
})

test('the smallest volume finds the hidden spectra that a plain fit does not', async () => {
  const next = random(12)
  const hidden = [[6, 3, 1, 0.5, 0.5, 1, 0.5], [0.5, 1, 0.5, 6, 3, 1, 0.5], [1, 0.5, 3, 0.5, 1, 1, 6]].map((row) => row.map((x) => x / row.reduce((a, b) => a + b)))
  const data = new Float32Array(7 * 200)
  for (let t = 0; t < 200; t++) { // mixtures of all three, some of nearly one alone
    const h = [next(), next(), next()].map((x) => x ** 3)
    for (let f = 0; f < 7; f++) data[t * 7 + f] = hidden.reduce((sum, row, k) => sum + h[k]! * row[f]!, 1e-6)
  }
  const distance = ({ spectra }: Factorisation): number => Math.max(...hidden.map((row) => Math.min(...[0, 1, 2].map((k) => Math.hypot(...row.map((x, f) => x - spectra[k * 7 + f]!))))))
  const options = { divergence: divergences['kl']!, iterations: 1000 }
  const plain = await fitted({ bins: 7, count: 200, data }, 3, options)
  const small = await fitted({ bins: 7, count: 200, data }, 3, { ...options, penalties: { volume: 0.1 } })
  expect(distance(small)).toBeLessThan(0.2 * distance(plain))
})

test('its slope is that of the volume, whatever the sizes of the rows', () => {
  const next = random(3)
  const W = Float64Array.from({ length: 3 * 8 }, () => 0.2 + 5 * next())
  const up = new Float64Array(24), down = new Float64Array(24)
  penaltiesOf({ volume: 2 }, divergences['kl']!, 1, 8).slope(W, [], 1, up, down)
  for (let i = 0; i < 24; i++) {
    const at = (shift: number): number => logVolume(W.map((x, j) => (i === j ? x + shift : x)), 8)
    expect(down[i]! - up[i]!).toBeCloseTo((2 * (at(1e-5) - at(-1e-5))) / 2e-5, 6)
    expect(Math.min(up[i]!, down[i]!)).toBeGreaterThanOrEqual(0)
  }
})
