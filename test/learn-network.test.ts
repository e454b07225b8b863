// The trainer: its slopes against differences, its forward pass against the kernel's, and that it learns what can be learned.

import { describe, expect, test } from 'vitest'
import { cosineRate, startLayers, Trainer, type LayerShape } from '../presets/learn/network.ts'
import { exact, fast } from '../presets/products.ts'
import { Kernel } from '../worklet/kernel.ts'
import { activations, Network, type Layer } from '../worklet/network.ts'
import { plainKernel } from './kernels.ts'
import { random } from './signals.ts'

const shapes: readonly LayerShape[] = [
  { kind: 'dense', activation: 'tanh', inputs: 5, outputs: 4 },
  { kind: 'recurrent', activation: 'tanh', inputs: 4, outputs: 3 },
  { kind: 'recurrent', activation: 'sigmoid', inputs: 3, outputs: 6 },
  { kind: 'dense', activation: 'linear', inputs: 6, outputs: 2 },
]

const biased = (layers: readonly Layer[], seed: number): Layer[] => {
  const next = random(seed)
  return layers.map((layer) => ({ ...layer, bias: layer.bias.map(() => next() - 0.5) }))
}

/** ½ Σ w·y² over the outputs, for a fixed draw of w, and its slope. */
function lossOf(layers: readonly Layer[], rows: number, steps: number, seed: number): { loss: number; trainer: Trainer } {
  const next = random(seed)
  const trainer = new Trainer(layers, exact, rows + 2, steps + 1) // more room than is used
  const count = rows * steps
  for (let i = 0; i < count * layers[0]!.inputs; i++) trainer.input[i] = 2 * next() - 1
  trainer.forward(rows, steps)
  let loss = 0
  for (let i = 0; i < count * layers.at(-1)!.outputs; i++) {
    const w = next(), y = trainer.output[i]!
    loss += 0.5 * w * y * y
    trainer.slope[i] = w * y
  }
  return { loss, trainer }
}

describe.each([['in time', 3, 5], ['of one row', 1, 4], ['of one step', 6, 1]] as const)('slopes %s', (_name, rows, steps) => {
  test.each(activations)('are what a small change of each weight does (%s)', (activation) => {
    const layers = biased(startLayers(shapes.map((shape, i) => (i === 1 ? { ...shape, activation } : shape)), 3), 4)
    const { trainer } = lossOf(layers, rows, steps, 9)
    trainer.backward()
    const slopes = trainer.slopes()
    const h = 2 ** -12
    layers.forEach((layer, i) => (['weights', 'bias'] as const).forEach((name, k) => {
      for (let w = 0; w < layer[name].length; w += 1 + (w % 3)) {
        const moved = (by: number): number =>
          lossOf(layers.map((other, j) => (j === i ? { ...other, [name]: other[name].map((x, at) => (at === w ? x + by : x)) } : other)), rows, steps, 9).loss
        expect(Math.abs((moved(h) - moved(-h)) / (2 * h) - slopes[2 * i + k]![w]!)).toBeLessThan(2e-4)
      }
    }))
  })
})

test('what is trained and what runs are the same network', () => {
  const layers = biased(startLayers(shapes, 5), 6)
  const next = random(8)
  const rows = 3, steps = 7
  const trainer = new Trainer(layers, fast(plainKernel), rows, steps)
  for (let i = 0; i < trainer.input.length; i++) trainer.input[i] = 2 * next() - 1
  trainer.forward(rows, steps)
  const network = new Network(new Kernel(plainKernel, Network.floats(layers, rows)), layers, rows)
  for (let step = 0; step < steps; step++) {
    network.input.set(trainer.input.subarray(step * rows * 5, (step + 1) * rows * 5))
    network.run()
    network.output.forEach((y, i) => expect(y).toBeCloseTo(trainer.output[step * rows * 2 + i]!, 5))
  }
  expect(trainer.layers()).toEqual(layers)
})

/** Whether the bit before last was set: only a network that remembers can say it. */
function remembering(seed: number): { layers: Layer[]; wrong: number } {
  const next = random(2)
  const rows = 16, steps = 12, rounds = 300
  const trainer = new Trainer(startLayers([
    { kind: 'recurrent', activation: 'tanh', inputs: 1, outputs: 8 }, { kind: 'dense', activation: 'sigmoid', inputs: 8, outputs: 1 },
  ], seed), fast(plainKernel), rows, steps)
  let wrong = 0
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < rows * steps; i++) trainer.input[i] = next() < 0.5 ? -1 : 1
    trainer.forward(rows, steps)
    wrong = 0
    for (let i = 0; i < rows * steps; i++) {
      const told = i >= 2 * rows ? (trainer.input[i - 2 * rows]! > 0 ? 1 : 0) : null
      const y = trainer.output[i]!
      trainer.slope[i] = told === null ? 0 : (y - told) / (y * (1 - y) + 1e-6) / (rows * steps) // of the cross entropy
      if (told !== null && Math.round(y) !== told) wrong++
    }
    trainer.backward()
    trainer.step(cosineRate(0.02, round, rounds), 1)
  }
  return { layers: trainer.layers(), wrong }
}

test('a recurrent network learns to remember, and the same seed gives the same network', () => {
  const first = remembering(1)
  expect(first.wrong).toBe(0)
  expect(remembering(1).layers).toEqual(first.layers)
  expect(remembering(2).layers).not.toEqual(first.layers)
})

test('slopes longer than the clip are shortened to it, and forgotten after the step', () => {
  const { trainer } = lossOf(biased(startLayers(shapes, 3), 4), 3, 2, 9)
  trainer.backward()
  const length = Math.hypot(...trainer.slopes().flatMap((slope) => [...slope]))
  expect(trainer.step(0, 0.1)).toBeCloseTo(length, 12)
  expect(trainer.slopes().every((slope) => slope.every((x) => x === 0))).toBe(true)
})
