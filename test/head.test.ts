// A head travels in a preset whole, or not at all.

import { describe, expect, test } from 'vitest'
import { biasCount, weightCount, type Activation, type Head, type Layer } from '../worklet/network.ts'
import { grown } from '../presets/growing.ts'
import { PresetError, readPreset, writePreset, type Preset } from '../presets/preset.ts'
import { readContainer, writeContainer, type Tensor } from '../presets/safetensors.ts'
import { smallPreset } from './cli-fixtures.ts'
import { random } from './signals.ts'

const next = random(5)
const layer = (kind: Layer['kind'], activation: Activation, inputs: number, outputs: number): Layer => ({
  kind, activation, inputs, outputs,
  weights: Float32Array.from({ length: weightCount({ kind, inputs, outputs }) }, next), bias: Float32Array.from({ length: biasCount({ kind, outputs }) }, next),
})
const head: Head = { kind: 'notes', layers: [layer('dense', 'relu', 5, 4), layer('recurrent', 'tanh', 4, 3), layer('dense', 'sigmoid', 3, 1)], facts: { threshold: 0.25, gains: [1, 2] } }
const preset: Preset = smallPreset({ head })

/** The same file with its text or its tensors changed. */
function changed(change: (parts: { text: any; metadata: Map<string, string>; tensors: Map<string, Tensor> }) => void): Uint8Array {
  const { metadata, tensors } = readContainer(writePreset(preset), 'x')
  const parts = { text: JSON.parse(metadata.get('head')!), metadata: new Map(metadata), tensors: new Map(tensors) }
  change(parts)
  if (parts.metadata.has('head') && parts.metadata.get('head') === metadata.get('head')) parts.metadata.set('head', JSON.stringify(parts.text))
  return writeContainer(parts)
}

const refusal = (bytes: Uint8Array): string => {
  try {
    readPreset(bytes, 'x.preset')
  } catch (error) {
    expect(error).toBeInstanceOf(PresetError)
    return (error as Error).message
  }
  return 'no error'
}

test('what is written is read, and read and written again is the same file', () => {
  const bytes = writePreset(preset)
  expect(readPreset(bytes, 'x')).toEqual(preset)
  expect(writePreset(readPreset(bytes, 'x'))).toEqual(bytes)
  expect(readPreset(writePreset({ ...preset, head: null }), 'x').head).toBeNull()
})

describe('what is refused, by name', () => {
  const f32 = (shape: number[], value = 0): Tensor => {
    const view = new DataView(new ArrayBuffer(4 * shape.reduce((a, b) => a * b, 1)))
    for (let i = 0; i < view.byteLength; i += 4) view.setFloat32(i, value, true)
    return { dtype: 'F32', shape, bytes: new Uint8Array(view.buffer) }
  }
  test.each<[string, Parameters<typeof changed>[0], RegExp]>([
    ['no text', ({ metadata }) => metadata.delete('head'), /: head: expected a text in __metadata__ beside head\.0\.bias/],
    ['null', ({ metadata }) => metadata.set('head', 'null'), /: head: expected an object with kind, layers, facts, got null/],
    ['not JSON', ({ metadata }) => metadata.set('head', '{'), /: head: expected JSON/],
    ['a key too many', ({ text }) => { text.size = 3 }, /: head: expected only kind, layers, facts, got "size"/],
    ['another kind', ({ text }) => { text.kind = 'hat' }, /: head\.kind: expected mask or notes, got "hat"/],
    ['no facts', ({ text }) => { delete text.facts }, /: head\.facts: expected an object, got undefined/],
    ['endless facts', ({ metadata }) => metadata.set('head', metadata.get('head')!.replace('0.25', '1e999')), /: head\.facts: expected finite numbers, got Infinity/],
    ['no layers', ({ text }) => { text.layers = 3 }, /: head\.layers: expected a list of at most 8, got 3/],
    ['a layer missing in the text', ({ text }) => { text.layers.pop() }, /: head\.2\.bias: expected weights and bias of 2 layers/],
    ['a layer too many', ({ text }) => { text.layers.push({ kind: 'dense', activation: 'tanh' }) }, /: head\.3\.weights: expected this tensor, got none/],
    ['a layer that is none', ({ text }) => { text.layers[1] = 'tanh' }, /: head\.layers\[1\]: expected an object with kind, activation, got "tanh"/],
    ['a layer with more', ({ text }) => { text.layers[1].units = 3 }, /: head\.layers\[1\]: expected only kind, activation, got "units"/],
    ['another kind of layer', ({ text }) => { text.layers[0].kind = 'sparse' }, /: head\.layers\[0\]\.kind: expected dense or recurrent, got "sparse"/],
    ['another activation', ({ text }) => { text.layers[0].activation = 'step' }, /: head\.layers\[0\]\.activation: expected linear, tanh, relu, sigmoid, got "step"/],
    ['dense read as recurrent', ({ text }) => { text.layers[0].kind = 'recurrent' }, /: head\.0\.weights: expected 1 to 2048 inputs, got 3\.6/],
    ['no bias', ({ tensors }) => tensors.delete('head.1.bias'), /: head\.1\.bias: expected this tensor, got none/],
    ['a stray tensor', ({ tensors }) => tensors.set('head.01.bias', f32([1])), /: head\.01\.bias: expected weights and bias of 3 layers/],
    ['another rank', ({ tensors }) => tensors.set('head.0.weights', f32([20])), /: head\.0\.weights\.shape: expected 2 dimensions, got \[20\]/],
    ['another size', ({ tensors }) => tensors.set('head.2.weights', f32([4, 1])), /: head\.2\.weights: expected 3 inputs, as many as the layer before has outputs, got 4/],
    ['a short bias', ({ tensors }) => tensors.set('head.1.bias', f32([3])), /: head\.1\.bias: expected 12 numbers, got 3/],
    ['not a number', ({ tensors }) => tensors.set('head.0.bias', f32([4], NaN)), /: head\.0\.bias: expected numbers within a million, got NaN at 0/],
    ['another type', ({ tensors }) => tensors.set('head.0.bias', { ...f32([4]), dtype: 'I32' }), /: head\.0\.bias\.dtype: expected F32, got I32/],
    ['an empty layer', ({ tensors }) => tensors.set('head.0.weights', f32([0, 4])), /: head\.0\.weights: expected 1 to 2048 inputs, got 0/],
  ])('%s', (_name, change, says) => expect(refusal(changed(change))).toMatch(says))
})

test('2000 seeded mutations of what concerns the head: the same preset, another valid one, or the one error', () => {
  const below = (n: number): number => Math.floor(next() * n)
  const words = ['{', '}', '[', ']', '"', ':', ',', '0', '-', '1e999', 'null', '"dense"', '"recurrent"', '9']
  let refused = 0
  for (let round = 0; round < 2000; round++) {
    const bytes = changed(({ metadata, tensors }) => {
      const text = metadata.get('head')!
      const at = below(text.length)
      if (round % 2 === 0) metadata.set('head', text.slice(0, at) + words[below(words.length)] + text.slice(at + below(8)))
      else {
        const names = [...tensors.keys()].filter((name) => name.startsWith('head.'))
        const name = names[below(names.length)]!, other = names[below(names.length)]!
        const tensor = tensors.get(name)!
        if (round % 4 === 1) tensors.set(other, tensor)
        else tensors.set(name, { ...tensor, bytes: tensor.bytes.map((byte) => (next() < 0.05 ? below(256) : byte)) })
      }
    })
    try {
      const read = readPreset(bytes, 'x.preset')
      expect(readPreset(writePreset(read), 'again')).toEqual(read)
    } catch (error) {
      if (!(error instanceof PresetError) || !/^x\.preset: .+: .+/s.test(error.message)) throw new Error(`round ${round}`, { cause: error })
      refused++
    }
  }
  expect(refused).toBeGreaterThan(1000)
})

test('a preset that grows keeps a judge of notes, takes a new head, and loses a judge of masks, which never met what joins', () => {
  const masks: Head = { ...head, kind: 'mask' }
  const other = smallPreset()
  const joining = { ...other, dictionary: { ...other.dictionary, atoms: other.dictionary.atoms.map(({ pitch }) => ({ source: 'new', pitch })) } }
  expect(grown(preset, joining)).toMatchObject({ preset: { head }, beheaded: false })
  expect(grown(preset, { ...joining, head: masks })).toMatchObject({ preset: { head: masks }, beheaded: false })
  expect(grown({ ...preset, head: masks }, joining)).toMatchObject({ preset: { head: null }, beheaded: true })
  expect(grown(preset, smallPreset())).toMatchObject({ preset: { head: null }, beheaded: true }) // the source itself is another
  expect(grown(smallPreset(), joining)).toMatchObject({ preset: { head: null }, beheaded: false })
})
