// A small network in a preset: tensors `head.N.weights` and `head.N.bias` per layer, and the text `head`, which says what it
// is for, how its layers work, and what its kind needs besides.

import { checkHead, MAX_LAYERS, type Head, type Layer } from '../worklet/network.ts'
import { floatsOf, isObject, shown, tensorOf, type Tensor } from './safetensors.ts'

export const HEAD = 'head'

type Fail = (field: string, message: string) => never

/** `json`: what the text `head` says; undefined where there is none. */
export function readHead(json: unknown, tensors: ReadonlyMap<string, Tensor>, fail: Fail): Head | null {
  const own = [...tensors.keys()].filter((name) => name.startsWith(HEAD + '.'))
  if (json === undefined) return own.length === 0 ? null : fail(HEAD, `expected a text in __metadata__ beside ${own[0]}, got none`)
  const { kind, layers, facts } = only(json, HEAD, ['kind', 'layers', 'facts'], fail)
  if (!Array.isArray(layers) || layers.length > MAX_LAYERS)
    return fail(`${HEAD}.layers`, `expected a list of at most ${MAX_LAYERS}, got ${Array.isArray(layers) ? `one of ${layers.length}` : shown(layers)}`)
  const stray = own.find((name) => !layers.some((_, i) => name === `${HEAD}.${i}.weights` || name === `${HEAD}.${i}.bias`))
  if (stray !== undefined) fail(stray, `expected weights and bias of ${layers.length} layers, got another tensor`)
  const read = layers.map((layer: unknown, i): Layer => {
    const { kind: own, activation } = only(layer, `${HEAD}.layers[${i}]`, ['kind', 'activation'], fail)
    const { shape: [rows, columns], values } = numbersOf(`${HEAD}.${i}.weights`, 2, tensors, fail)
    const outputs = own === 'recurrent' ? columns! / 3 : columns!
    return {
      kind: own as Layer['kind'], activation: activation as Layer['activation'],
      inputs: own === 'recurrent' ? rows! - outputs : rows!, outputs, weights: values, bias: numbersOf(`${HEAD}.${i}.bias`, 1, tensors, fail).values,
    }
  })
  const head = { kind, layers: read, facts } as Head
  checkHead(head, HEAD)
  return head
}

function only(json: unknown, where: string, keys: readonly string[], fail: Fail): Record<string, unknown> {
  if (!isObject(json)) return fail(where, `expected an object with ${keys.join(', ')}, got ${shown(json)}`)
  const stray = Object.keys(json).find((key) => !keys.includes(key))
  return stray === undefined ? json : fail(where, `expected only ${keys.join(', ')}, got "${stray}"`)
}

function numbersOf(name: string, rank: number, tensors: ReadonlyMap<string, Tensor>, fail: Fail): { shape: readonly number[]; values: Float32Array } {
  const tensor = tensors.get(name) ?? fail(name, 'expected this tensor, got none')
  if (tensor.dtype !== 'F32') fail(`${name}.dtype`, `expected F32, got ${tensor.dtype}`)
  if (tensor.shape.length !== rank) fail(`${name}.shape`, `expected ${rank} dimensions, got ${shown(tensor.shape)}`)
  return { shape: tensor.shape, values: floatsOf(tensor) }
}

export const headText = ({ kind, layers, facts }: Head): string =>
  JSON.stringify({ kind, layers: layers.map(({ kind, activation }) => ({ kind, activation })), facts })

export const headTensors = ({ layers }: Head): (readonly [string, Tensor])[] => layers.flatMap(({ kind, inputs, outputs, weights, bias }, i) => [
  [`${HEAD}.${i}.weights`, tensorOf(weights, kind === 'dense' ? [inputs, outputs] : [inputs + outputs, 3 * outputs])] as const,
  [`${HEAD}.${i}.bias`, tensorOf(bias, [bias.length])] as const,
])
