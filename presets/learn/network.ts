// Trains the layers of worklet/network.ts: many rows and steps of time at once, backward through time, Adam (Kingma & Ba 2015).
// What is wrong with an output is the caller's to say: between `forward` and `backward` it fills `slope`.
//
//   input   (step, row, i) at (step · rows + row) · inputs + i       all rows of a step side by side
//   slope   ∂loss/∂output, laid out like the output

import { biasCount, weightCount, type Activation, type Layer } from '../../worklet/network.ts'
import type { Matrix, Precision, Products } from '../products.ts'
import { seededRandom } from './random.ts'

export type LayerShape = Pick<Layer, 'kind' | 'activation' | 'inputs' | 'outputs'>

/** Weights drawn evenly so that a layer keeps the size of what passes (Glorot & Bengio 2010), no bias. */
export function startLayers(shapes: readonly LayerShape[], seed: number): Layer[] {
  const random = seededRandom(seed)
  return shapes.map((shape) => {
    const { kind, inputs, outputs } = shape
    const reach = kind === 'dense' ? Math.sqrt(6 / (inputs + outputs)) : 1 / Math.sqrt(outputs)
    return { ...shape, weights: Float32Array.from({ length: weightCount(shape) }, () => reach * (2 * random() - 1)), bias: new Float32Array(biasCount(shape)) }
  })
}

/** From a rate to almost nothing along half a cosine, over so many steps. */
export const cosineRate = (rate: number, step: number, steps: number): number => rate * (0.01 + 0.99 * 0.5 * (1 + Math.cos((Math.PI * step) / steps)))

const MOMENTUM = 0.9, SPREAD = 0.999, LEAST = 1e-8

export class Trainer {
  readonly input: Matrix
  readonly output: Matrix
  readonly slope: Matrix
  private readonly passes: readonly Pass[]
  private readonly learnt: readonly Learnt[]
  private taken = 0
  private steps = 0
  private rows = 0

  /** Room for `rows` sequences of `steps` steps at once; without recurrent layers rows and steps are the same to it. */
  constructor(layers: readonly Layer[], precision: Precision, rows: number, steps = 1) {
    const most = rows * steps
    const room = layers.reduce((sum, layer) => sum + roomOf(layer, rows, steps), 2 * most * layers[0]!.inputs + 128)
    const products = precision(room)
    this.input = products.zeros(most * layers[0]!.inputs)
    let from: { output: Matrix; slope: Matrix | null } = { output: this.input, slope: null }
    const passes = layers.map((layer) => (from = (layer.kind === 'dense' ? densePass : recurrentPass)(products, layer, from.output, from.slope, rows, steps)) as Pass)
    this.passes = passes
    this.learnt = passes.flatMap(({ learnt }) => learnt)
    this.output = passes.at(-1)!.output
    this.slope = passes.at(-1)!.slope
  }

  /** Outputs of the first `rows` sequences and `steps` steps of the input. Every sequence starts from nothing. */
  forward(rows: number, steps = 1): void {
    this.rows = rows
    this.steps = steps
    for (const pass of this.passes) pass.forward(rows, steps)
  }

  /** Adds to the slopes of all weights. `slope` is used up. */
  backward(): void {
    for (const pass of this.passes.toReversed()) pass.backward(this.rows, this.steps)
  }

  /** One step of Adam; slopes longer than `clip` in all are shortened to it. Returns how long they were. Forgets them. */
  step(rate: number, clip = Infinity): number {
    this.taken++
    let square = 0
    for (const { slope } of this.learnt) for (let i = 0; i < slope.length; i++) square += slope[i]! * slope[i]!
    const length = Math.sqrt(square)
    const scale = length > clip ? clip / length : 1
    const first = 1 - MOMENTUM ** this.taken, second = Math.sqrt(1 - SPREAD ** this.taken)
    for (const { values, slope, mean, spread } of this.learnt)
      for (let i = 0; i < values.length; i++) {
        const g = slope[i]! * scale
        const m = (mean[i] = MOMENTUM * mean[i]! + (1 - MOMENTUM) * g)
        const v = (spread[i] = SPREAD * spread[i]! + (1 - SPREAD) * g * g)
        values[i]! -= (rate / first) * m / (Math.sqrt(v) / second + LEAST)
        slope[i] = 0
      }
    return length
  }

  /** The layers as they are now, in memory of their own. */
  layers(): Layer[] { return this.passes.map((pass) => pass.layer()) }

  /** Slopes of weights and biases, layer by layer, as `backward` left them. */
  slopes(): Matrix[] { return this.learnt.map(({ slope }) => slope) }
}

interface Pass {
  readonly output: Matrix
  readonly slope: Matrix
  readonly learnt: readonly Learnt[]
  forward(rows: number, steps: number): void
  backward(rows: number, steps: number): void
  layer(): Layer
}

interface Learnt { readonly values: Matrix; readonly slope: Matrix; readonly mean: Float64Array; readonly spread: Float64Array }

const roomOf = (layer: Layer, rows: number, steps: number): number => {
  const { kind, outputs } = layer
  const learnt = 2 * (weightCount(layer) + biasCount(layer)) + 4 * 16
  return learnt + (kind === 'dense' ? 2 * rows * steps * outputs + 2 * 16 : (rows * (steps + 1) + 7 * rows * steps + rows) * outputs + 5 * 16)
}

function learntOf(products: Products, initial: Float32Array): Learnt {
  const values = products.zeros(initial.length)
  values.set(initial)
  return { values, slope: products.zeros(initial.length), mean: new Float64Array(initial.length), spread: new Float64Array(initial.length) }
}

const layerOf = (layer: Layer, weights: Learnt, bias: Learnt): Layer => ({ ...layer, weights: Float32Array.from(weights.values), bias: Float32Array.from(bias.values) })

/** y = activation(x · W + b). */
function densePass(products: Products, layer: Layer, x: Matrix, xSlope: Matrix | null, rows: number, steps: number): Pass {
  const { inputs, outputs, activation } = layer
  const weights = learntOf(products, layer.weights), bias = learntOf(products, layer.bias)
  const output = products.zeros(rows * steps * outputs), slope = products.zeros(rows * steps * outputs)
  return {
    output, slope, learnt: [weights, bias],
    forward(rows, steps) {
      const n = rows * steps
      spread(bias.values, output, n)
      products.addProduct(output, x, weights.values, n, inputs, outputs)
      activate(activation, output, n * outputs)
    },
    backward(rows, steps) {
      const n = rows * steps
      unbend(activation, output, slope, n * outputs)
      gather(slope, bias.slope, n)
      products.addProductByColumns(weights.slope, x, slope, n, inputs, outputs)
      if (xSlope) {
        xSlope.fill(0, 0, n * inputs)
        products.addProductByRows(xSlope, slope, weights.values, n, outputs, inputs)
      }
    },
    layer: () => layerOf(layer, weights, bias),
  }
}

/**
 * The unit of `remember` in worklet/kernel/network.ts. Its gates u, r, c stand in `gates`, what the last state said in `kept`;
 * on the way back their slopes take their place. Right
 * before the output stands the state before the first step, which is zero.
 */
function recurrentPass(products: Products, layer: Layer, x: Matrix, xSlope: Matrix | null, rows: number, steps: number): Pass {
  const { inputs, outputs: units, activation } = layer
  const weights = learntOf(products, layer.weights), bias = learntOf(products, layer.bias)
  const split = inputs * 3 * units
  const [ofInput, ofState] = [weights.values.subarray(0, split), weights.values.subarray(split)]
  const [ofInputSlope, ofStateSlope] = [weights.slope.subarray(0, split), weights.slope.subarray(split)]
  const inner = bias.values.subarray(3 * units), innerSlope = bias.slope.subarray(3 * units)
  const room = rows * units
  const all = products.zeros(room * (steps + 1)), slope = products.zeros(rows * steps * units)
  const gates = products.zeros(rows * steps * 3 * units), kept = products.zeros(rows * steps * 3 * units)
  const carried = products.zeros(rows * units)
  const output = all.subarray(room)
  return {
    output, slope, learnt: [weights, bias],
    forward(rows, steps) {
      const n = rows * units, lines = rows * steps
      const states = all.subarray(room - n)
      states.fill(0, 0, n)
      spread(bias.values.subarray(0, 3 * units), gates, lines)
      products.addProduct(gates, x, ofInput, lines, inputs, 3 * units)
      kept.fill(0, 0, 3 * units * lines)
      for (let step = 0; step < steps; step++) {
        const own = kept.subarray(3 * n * step, 3 * n * (step + 1))
        products.addProduct(own, states.subarray(n * step, n * (step + 1)), ofState, rows, units, 3 * units)
        for (let row = 0; row < rows; row++)
          for (let unit = 0; unit < units; unit++) {
            const at = 3 * units * (step * rows + row) + unit, h = n * step + units * row + unit
            const k = (kept[at + 2 * units]! += inner[unit]!)
            const u = (gates[at] = sigmoid(gates[at]! + kept[at]!))
            const r = (gates[at + units] = sigmoid(gates[at + units]! + kept[at + units]!))
            const c = (gates[at + 2 * units] = bent(activation, gates[at + 2 * units]! + r * k))
            states[h + n] = u * states[h]! + (1 - u) * c
          }
      }
    },
    backward(rows, steps) {
      const n = rows * units, lines = rows * steps
      const states = all.subarray(room - n)
      carried.fill(0, 0, n)
      for (let step = steps - 1; step >= 0; step--) {
        for (let row = 0; row < rows; row++)
          for (let unit = 0; unit < units; unit++) {
            const at = 3 * units * (step * rows + row) + unit, i = units * row + unit
            const u = gates[at]!, r = gates[at + units]!, c = gates[at + 2 * units]!, k = kept[at + 2 * units]!
            const h = slope[n * step + i]! + carried[i]!
            const toU = h * (states[n * step + i]! - c) * u * (1 - u)
            const toC = h * (1 - u) * rise(activation, c)
            const toR = toC * k * r * (1 - r)
            carried[i] = h * u
            gates[at] = kept[at] = toU
            gates[at + units] = kept[at + units] = toR
            gates[at + 2 * units] = toC
            kept[at + 2 * units] = toC * r
          }
        products.addProductByRows(carried, kept.subarray(3 * n * step), ofState, rows, 3 * units, units)
      }
      gather(gates, bias.slope.subarray(0, 3 * units), lines)
      for (let line = 0; line < lines; line++) for (let unit = 0; unit < units; unit++) innerSlope[unit]! += kept[3 * units * line + 2 * units + unit]!
      products.addProductByColumns(ofInputSlope, x, gates, lines, inputs, 3 * units)
      products.addProductByColumns(ofStateSlope, states, kept, lines, units, 3 * units)
      if (xSlope) {
        xSlope.fill(0, 0, lines * inputs)
        products.addProductByRows(xSlope, gates, ofInput, lines, 3 * units, inputs)
      }
    },
    layer: () => layerOf(layer, weights, bias),
  }
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))

const bent = (activation: Activation, x: number): number =>
  activation === 'tanh' ? Math.tanh(x) : activation === 'relu' ? Math.max(0, x) : activation === 'sigmoid' ? sigmoid(x) : x

/** The activation's slope, told by what it gave. */
const rise = (activation: Activation, y: number): number =>
  activation === 'tanh' ? 1 - y * y : activation === 'relu' ? (y > 0 ? 1 : 0) : activation === 'sigmoid' ? y * (1 - y) : 1

function activate(activation: Activation, x: Matrix, n: number): void {
  if (activation !== 'linear') for (let i = 0; i < n; i++) x[i] = bent(activation, x[i]!)
}

function unbend(activation: Activation, y: Matrix, slope: Matrix, n: number): void {
  if (activation !== 'linear') for (let i = 0; i < n; i++) slope[i]! *= rise(activation, y[i]!)
}

/** The bias into every row. */
function spread(bias: Matrix, out: Matrix, rows: number): void {
  for (let row = 0, at = 0; row < rows; row++) for (let i = 0; i < bias.length; i++) out[at++] = bias[i]!
}

/** The sum of all rows. */
function gather(x: Matrix, sum: Matrix, rows: number): void {
  for (let row = 0, at = 0; row < rows; row++) for (let i = 0; i < sum.length; i++) sum[i]! += x[at++]!
}
