// A small learned network: dense and gated recurrent layers, one after the other, for several rows at once (the bands of a
// frame, or the keys of an instrument). What it looks at and what its numbers mean is its user's business: `facts` says it.

import type { Kernel } from './kernel.ts'

/** In the order of kernel/network.ts. */
export const activations = ['linear', 'tanh', 'relu', 'sigmoid'] as const
export type Activation = (typeof activations)[number]

/**
 * dense: outputs = activation(bias + inputs · weights), weights [inputs × outputs], row by row.
 *
 * recurrent: a gated unit whose activation is the candidate's (Cho et al. 2014; the reset behind the product). weights
 * [(inputs + outputs) × 3 outputs], first the rows of the inputs, then those of the last outputs; columns update, reset,
 * candidate. bias 4 × outputs: update, reset, candidate, and what the reset sees of the candidate.
 */
export interface Layer {
  readonly kind: 'dense' | 'recurrent'
  readonly activation: Activation
  readonly inputs: number
  readonly outputs: number
  readonly weights: Float32Array
  readonly bias: Float32Array
}

export interface Head {
  readonly kind: 'mask' | 'notes'
  readonly layers: readonly Layer[]
  /** JSON: what the kind needs besides. */
  readonly facts: Readonly<Record<string, unknown>>
}

export const weightCount = ({ kind, inputs, outputs }: Pick<Layer, 'kind' | 'inputs' | 'outputs'>): number =>
  kind === 'dense' ? inputs * outputs : (inputs + outputs) * 3 * outputs
export const biasCount = ({ kind, outputs }: Pick<Layer, 'kind' | 'outputs'>): number => (kind === 'dense' ? outputs : 4 * outputs)

export const MAX_LAYERS = 8
export const MAX_UNITS = 2048

/** The one door for a head from outside: every layer whole, finite, and fed by the one before. */
export function checkHead({ kind, layers, facts }: Head, where: string): void {
  const fail = (field: string, message: string): never => { throw new RangeError(`${where}${field}: ${message}`) }
  if (kind !== 'mask' && kind !== 'notes') fail('.kind', `expected mask or notes, got ${JSON.stringify(kind)}`)
  if (typeof facts !== 'object' || facts === null || Array.isArray(facts)) fail('.facts', `expected an object, got ${JSON.stringify(facts)}`)
  const endless = firstEndless(facts)
  if (endless !== undefined) fail('.facts', `expected finite numbers, got ${endless}`)
  if (!(layers.length >= 1 && layers.length <= MAX_LAYERS)) fail('.layers', `expected 1 to ${MAX_LAYERS}, got ${layers.length}`)
  layers.forEach((layer, i) => {
    const { inputs, outputs, weights, bias } = layer
    if (layer.kind !== 'dense' && layer.kind !== 'recurrent') fail(`.layers[${i}].kind`, `expected dense or recurrent, got ${JSON.stringify(layer.kind)}`)
    if (!activations.includes(layer.activation)) fail(`.layers[${i}].activation`, `expected ${activations.join(', ')}, got ${JSON.stringify(layer.activation)}`)
    for (const [name, count] of [['inputs', inputs], ['outputs', outputs]] as const)
      if (!(Number.isInteger(count) && count >= 1 && count <= MAX_UNITS)) fail(`.${i}.weights`, `expected 1 to ${MAX_UNITS} ${name}, got ${count}`)
    const fed = layers[i - 1]?.outputs ?? inputs
    if (inputs !== fed) fail(`.${i}.weights`, `expected ${fed} inputs, as many as the layer before has outputs, got ${inputs}`)
    for (const [name, values, count] of [['weights', weights, weightCount(layer)], ['bias', bias, biasCount(layer)]] as const) {
      if (values.length !== count) fail(`.${i}.${name}`, `expected ${count} numbers, got ${values.length}`)
      const bad = values.findIndex((x) => !(Math.abs(x) < 1e6))
      if (bad >= 0) fail(`.${i}.${name}`, `expected numbers within a million, got ${values[bad]} at ${bad}`)
    }
  })
}

/** JSON can be read as numbers that it cannot write. */
function firstEndless(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : value
  if (typeof value !== 'object' || value === null) return undefined
  for (const inner of Object.values(value)) {
    const found = firstEndless(inner)
    if (found !== undefined) return found
  }
  return undefined
}

/** In the kernel's memory; `run` computes without allocating. */
export class Network {
  /** rows × inputs of the first layer, filled by the caller. */
  readonly input: Float32Array
  /** rows × outputs of the last layer. */
  readonly output: Float32Array
  private readonly units: readonly Unit[]

  static floats(layers: readonly Layer[], rows = 1): number {
    return layers.reduce((sum, layer) => sum + floatsOf(layer, rows), rows * layers[0]!.inputs + 16)
  }

  constructor(kernel: Kernel, layers: readonly Layer[], rows = 1) {
    this.input = kernel.floats(rows * layers[0]!.inputs)
    let x = this.input
    this.units = layers.map((layer) => {
      const unit = new Unit(kernel, layer, rows, x)
      x = unit.output
      return unit
    })
    this.output = x
  }

  reset(): void { for (const unit of this.units) unit.reset() }

  run(): void { for (let i = 0; i < this.units.length; i++) this.units[i]!.run() }
}

const STRIP = 8
const padded = (columns: number): number => Math.ceil(columns / STRIP) * STRIP

const floatsOf = ({ kind, inputs, outputs }: Layer, rows: number): number =>
  kind === 'dense' ? (inputs + 1) * padded(outputs) + rows * outputs + 3 * 16
    : (inputs + outputs + 2) * padded(3 * outputs) + 7 * rows * outputs + 7 * 16

class Unit {
  readonly output: Float32Array
  private readonly kind: number
  private readonly heard: Float32Array
  private readonly weights: Float32Array
  private readonly bias: Float32Array
  /** Of a recurrent layer: what the last outputs say. */
  private readonly kept: { readonly weights: Float32Array; readonly bias: Float32Array; readonly gates: Float32Array } | null

  constructor(private readonly kernel: Kernel, private readonly layer: Layer, private readonly rows: number, private readonly x: Float32Array) {
    const { kind, inputs, outputs, weights, bias } = layer
    this.kind = activations.indexOf(layer.activation)
    const columns = kind === 'dense' ? outputs : 3 * outputs
    this.weights = packed(kernel, weights.subarray(0, inputs * columns), inputs, columns)
    this.bias = kernel.floats(padded(columns))
    this.bias.set(bias.subarray(0, columns))
    this.heard = kernel.floats(rows * columns)
    if (kind === 'dense') {
      this.output = this.heard
      this.kept = null
      return
    }
    const inner = kernel.floats(padded(columns))
    inner.set(bias.subarray(columns), 2 * outputs)
    this.kept = { weights: packed(kernel, weights.subarray(inputs * columns), outputs, columns), bias: inner, gates: kernel.floats(rows * columns) }
    this.output = kernel.floats(rows * outputs)
  }

  reset(): void { if (this.kept) this.output.fill(0) }

  run(): void {
    const { kernel: { run }, layer: { inputs, outputs }, rows, x, weights, bias, heard, output, kept, kind } = this
    run.dense(x.byteOffset, weights.byteOffset, bias.byteOffset, heard.byteOffset, rows, inputs, kept ? 3 * outputs : outputs)
    if (kept) {
      run.dense(output.byteOffset, kept.weights.byteOffset, kept.bias.byteOffset, kept.gates.byteOffset, rows, outputs, 3 * outputs)
      run.remember(kind, heard.byteOffset, kept.gates.byteOffset, output.byteOffset, rows, outputs)
    } else if (kind > 0) run.activate(kind, heard.byteOffset, rows * outputs)
  }
}

/** strip[input][8], zeros beyond the last column. */
function packed(kernel: Kernel, weights: Float32Array, inputs: number, columns: number): Float32Array {
  const out = kernel.floats(inputs * padded(columns))
  for (let column = 0; column < columns; column++)
    for (let input = 0; input < inputs; input++)
      out[((column - (column % STRIP)) * inputs) + input * STRIP + (column % STRIP)] = weights[input * columns + column]!
  return out
}
