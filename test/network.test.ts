// The small network: the kernel's arithmetic against plain formulas, at sizes that divide by nothing, and its state.

import { describe, expect, test } from 'vitest'
import { Kernel } from '../worklet/kernel.ts'
import { activations, biasCount, checkHead, Network, weightCount, type Activation, type Layer } from '../worklet/network.ts'
import { kernels, plainKernel } from './kernels.ts'
import { random } from './signals.ts'

const next = random(11)
const numbers = (length: number, size = 1): Float32Array => Float32Array.from({ length }, () => size * (2 * next() - 1))

export function layer(kind: Layer['kind'], activation: Activation, inputs: number, outputs: number): Layer {
  const shape = { kind, inputs, outputs }
  return { ...shape, activation, weights: numbers(weightCount(shape), 0.7), bias: numbers(biasCount(shape), 0.3) }
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))
const formulas: Record<Activation, (x: number) => number> = { linear: (x) => x, tanh: Math.tanh, relu: (x) => Math.max(0, x), sigmoid }

/** One step of one row, as the layer's definition says; the state is what a recurrent layer gave last. */
function plain({ kind, activation, inputs, outputs, weights, bias }: Layer, x: readonly number[], state: readonly number[]): number[] {
  const act = formulas[activation]
  const columns = kind === 'dense' ? outputs : 3 * outputs
  const sum = (from: number, values: readonly number[], column: number): number =>
    values.reduce((all, value, i) => all + value * weights[(from + i) * columns + column]!, 0)
  return Array.from({ length: outputs }, (_, o) => {
    if (kind === 'dense') return act(bias[o]! + sum(0, x, o))
    const gate = (k: number): number => bias[k * outputs + o]! + sum(0, x, k * outputs + o)
    const u = sigmoid(gate(0) + sum(inputs, state, o)), r = sigmoid(gate(1) + sum(inputs, state, outputs + o))
    return u * state[o]! + (1 - u) * act(gate(2) + r * (bias[3 * outputs + o]! + sum(inputs, state, 2 * outputs + o)))
  })
}

describe.each(kernels)('%s kernel', (_name, module) => {
  test.each(activations)('layers of %s are their formula, for any number of rows, over time, and reset is new', (activation) => {
    for (const [rows, sizes] of [[1, [28, 12, 1]], [88, [28, 12, 1]], [3, [7, 5, 6, 3]], [5, [1, 9, 16, 33]], [4, [13, 8, 2]]] as const) {
      const layers = sizes.slice(1).map((outputs, i) => layer(i % 2 === 1 ? 'recurrent' : 'dense', activation, sizes[i]!, outputs))
      const kernel = new Kernel(module, Network.floats(layers, rows))
      const network = new Network(kernel, layers, rows)
      for (let life = 0; life < 2; life++) {
        const states = Array.from({ length: rows }, () => layers.map(({ outputs }) => Array<number>(outputs).fill(0)))
        for (let step = 0; step < 4; step++) {
          network.input.set(numbers(network.input.length, 1.5))
          network.run()
          for (let row = 0; row < rows; row++) {
            let x = [...network.input.subarray(row * sizes[0], (row + 1) * sizes[0])]
            layers.forEach((one, i) => { x = states[row]![i] = plain(one, x, states[row]![i]!) })
            x.forEach((value, o) => expect(Math.abs(network.output[row * x.length + o]! - value)).toBeLessThan(2e-5 * Math.max(1, Math.abs(value))))
          }
        }
        network.reset()
      }
    }
  })

  test('numbers far out stay finite', () => {
    const layers = [layer('recurrent', 'tanh', 3, 5), layer('dense', 'sigmoid', 5, 2)]
    const network = new Network(new Kernel(module, Network.floats(layers)), layers)
    for (const x of [1e30, -1e30, 0, 1e-40]) {
      network.input.fill(x)
      network.run()
      for (const y of network.output) expect(y >= 0 && y <= 1).toBe(true)
    }
  })
})

test('what was ordered is enough, and neighbours in memory are left alone', () => {
  for (const rows of [1, 2, 5, 8]) for (const outputs of [1, 3, 6, 8, 16]) {
    const layers = [layer('recurrent', 'tanh', 4, outputs), layer('dense', 'linear', outputs, outputs)]
    const kernel = new Kernel(plainKernel, Network.floats(layers, rows) + 64)
    const before = kernel.floats(16).fill(7)
    const network = new Network(kernel, layers, rows)
    const behind = kernel.floats(16).fill(7)
    network.input.fill(1)
    network.run()
    for (const fence of [before, behind]) expect([...fence]).toEqual(Array(16).fill(7))
  }
})

describe('the door for heads', () => {
  const good = [layer('dense', 'tanh', 4, 3), layer('recurrent', 'tanh', 3, 2)] as const
  const refusal = (layers: readonly Layer[], more: object = {}): string => {
    try {
      checkHead({ kind: 'notes', layers, facts: {}, ...more }, 'head')
    } catch (error) {
      return (error as Error).message
    }
    return 'none'
  }
  test('a whole head passes; each wrong field is named', () => {
    expect(refusal(good)).toBe('none')
    expect(refusal([])).toMatch(/^head\.layers: expected 1 to 8, got 0/)
    expect(refusal(good, { kind: 'hat' })).toMatch(/^head\.kind: expected mask or notes, got "hat"/)
    expect(refusal(good, { facts: [] })).toMatch(/^head\.facts: expected an object/)
    expect(refusal([{ ...good[0], outputs: 2.5 }])).toMatch(/^head\.0\.weights: expected 1 to 2048 outputs, got 2\.5/)
    expect(refusal([good[0], { ...good[1], inputs: 4 }])).toMatch(/^head\.1\.weights: expected 3 inputs, as many as/)
    expect(refusal([{ ...good[0], weights: new Float32Array(5) }])).toMatch(/^head\.0\.weights: expected 12 numbers, got 5/)
    expect(refusal([{ ...good[0], bias: Float32Array.of(0, NaN, 0) }])).toMatch(/^head\.0\.bias: expected numbers within a million, got NaN at 1/)
    expect(refusal([{ ...good[0], activation: 'step' as Activation }])).toMatch(/^head\.layers\[0\]\.activation: expected linear, tanh/)
    expect(refusal([{ ...good[0], kind: 'convolution' as Layer['kind'] }])).toMatch(/^head\.layers\[0\]\.kind: expected dense or recurrent/)
  })
})
