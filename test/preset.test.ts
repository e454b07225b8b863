// The preset file: what goes in comes out, the bytes are what the safetensors format says, and nothing else gets through.

import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { binCount, divergences } from '../worklet/dictionary.ts'
import { PresetError, groupBySource, readPreset, writePreset } from '../presets/preset.ts'
import type { Preset, Tensor } from '../presets/preset.ts'

/** Mulberry32: the same numbers on every machine. */
function random(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

function normalised(rows: number, bins: number, next: () => number): Float32Array {
  const spectra = Float32Array.from({ length: rows * bins }, next)
  for (let row = 0; row < rows; row++) {
    const values = spectra.subarray(row * bins, (row + 1) * bins)
    const sum = values.reduce((total, x) => total + x, 0)
    for (let i = 0; i < bins; i++) values[i]! /= sum
  }
  return spectra
}

const tensor = (dtype: Tensor['dtype'], shape: number[], bytes: number[]): Tensor => ({ dtype, shape, bytes: Uint8Array.from(bytes) })

const example: Preset = {
  name: 'Zwei Stühle',
  description: 'For tests.',
  dictionary: {
    sampleRate: 16_000, fftSize: 256, hopSize: 64, tailSize: 128, divergence: divergences['beta-1.5']!,
    atoms: [{ source: 'voice', pitch: null }, { source: 'voice', pitch: 60 }, { source: 'stuhl ü', pitch: 0 }],
    spectra: normalised(3, binCount(256), random(1)),
  },
  settings: { passes: 5, sparsity: 0.1, memory: 0.6 },
  selection: { mask: 'soft', sources: [{ name: 'voice', atoms: ['voice', 'free'], band: [80, 8000], gain: -3 }] },
  learned: { method: 'nmf', files: ['a.wav', 'b.wav@1-2'], licences: ['CC0 1.0'], command: 'winnow learn "x".preset', seed: 7 },
  head: null,
  tensors: new Map([
    ['extra.bias', tensor('U8', [3], [1, 2, 3])],
    ['side.left', tensor('F64', [1], [0, 0, 0, 0, 0, 0, 240, 63])],
    ['noise.empty', tensor('I16', [0, 4], [])],
  ]),
}

/** Header and data taken apart as the format's definition says, without our reader. */
function takeApart(file: Uint8Array): { header: Record<string, any>; data: Uint8Array; length: number } {
  let length = 0
  for (let i = 7; i >= 0; i--) length = length * 256 + file[i]!
  return { header: JSON.parse(Buffer.from(file.subarray(8, 8 + length)).toString('utf8')), data: file.subarray(8 + length), length }
}

function assemble(header: unknown, data: Uint8Array, text = JSON.stringify(header)): Uint8Array {
  const json = Buffer.from(text, 'utf8')
  const file = new Uint8Array(8 + json.length + data.length)
  new DataView(file.buffer).setUint32(0, json.length, true)
  file.set(json, 8)
  file.set(data, 8 + json.length)
  return file
}

const refusal = (bytes: Uint8Array): string => {
  try {
    readPreset(bytes, 'x.preset')
  } catch (error) {
    expect(error).toBeInstanceOf(PresetError)
    expect((error as Error).message.length).toBeLessThan(600)
    return (error as Error).message
  }
  return 'no error'
}

/** The example, with its parts changed by hand before it is put together again. */
function changed(change: (parts: { header: Record<string, any>; meta: Record<string, any>; data: Uint8Array<ArrayBuffer> }) => void): Uint8Array {
  const { header, data } = takeApart(writePreset(example))
  const parts = { header, meta: header['__metadata__'], data: data.slice() as Uint8Array<ArrayBuffer> }
  change(parts)
  return assemble(parts.header, parts.data)
}

describe('round trip', () => {
  test('reading gives back what was written', () => {
    expect(readPreset(writePreset(example), 'x')).toEqual(example)
  })

  test('the same preset is the same bytes, and a file read and written again is the same file', () => {
    const bytes = writePreset(example)
    expect(writePreset({ ...example, tensors: new Map([...example.tensors].reverse()) })).toEqual(bytes)
    expect(writePreset(readPreset(bytes, 'x'))).toEqual(bytes)
    const loose = changed(({ data }) => scaleRows(data, 1.0009))
    const once = writePreset(readPreset(loose, 'x'))
    expect(writePreset(readPreset(once, 'x'))).toEqual(once)
  })

  test('any point of the divergence family, no selection, no name', () => {
    const { name: _name, description: _description, ...bare } = example
    const preset: Preset = { ...bare, selection: null, dictionary: { ...example.dictionary, divergence: { alpha: 0.25, beta: -1.5 } } }
    expect(readPreset(writePreset(preset), 'x')).toEqual(preset)
  })

  test('learned places travel as tensors of the dictionary\'s own analysis, whatever analysis heard them', () => {
    const values = (bins: number): Float32Array => Float32Array.from({ length: 4 * bins }, (_, i) => [3, 1, 0.5, -1][i % 4]!)
    const made = (sampleRate: number, fftSize: number): Preset =>
      ({ ...example, covariances: { '1.5-4': { sampleRate, fftSize, values: values(binCount(fftSize)) } } })
    expect(readPreset(writePreset(made(16_000, 256)), 'x')).toEqual(made(16_000, 256))
    expect(readPreset(writePreset(made(48_000, 4096)), 'x')).toEqual(made(16_000, 256))
    expect(takeApart(writePreset(made(16_000, 256))).header['place.1.5-4']).toMatchObject({ dtype: 'F32', shape: [129, 4] })
    const bad = made(16_000, 256)
    bad.covariances!['1.5-4']!.values[8] = -1
    expect(refusal(writePreset(bad))).toBe('x.preset: place.1.5-4: expected finite numbers, powers not negative, got -1 in bin 2')
    const short = { ...example, tensors: new Map([['place.1-2', tensor('F32', [1, 4], Array<number>(16).fill(0))]]) }
    expect(refusal(writePreset(short))).toMatch(/^x\.preset: place\.1-2\.shape: expected \[129,4\] \(bins; .*\), got \[1,4\]$/)
  })

  test('no atoms at all', () => {
    const preset: Preset = { ...example, selection: null, dictionary: { ...example.dictionary, atoms: [], spectra: new Float32Array() } }
    expect(readPreset(writePreset(preset), 'x')).toEqual(preset)
  })

  test('a view into a larger buffer reads like a file of its own', () => {
    const bytes = writePreset(example)
    const shifted = new Uint8Array(bytes.length + 3)
    shifted.set(bytes, 3)
    expect(readPreset(shifted.subarray(3), 'x')).toEqual(example)
  })

  test('atoms of one source stand together after reading, in order of first appearance, spectra along', () => {
    const atoms = ['b', 'a', 'b', 'c', 'a'].map((source, pitch) => ({ source, pitch }))
    const spectra = normalised(5, binCount(256), random(2))
    const preset = { ...example, selection: null, dictionary: { ...example.dictionary, atoms, spectra } }
    const { dictionary } = readPreset(writePreset(preset), 'x')
    expect(dictionary.atoms.map((atom) => atom.source + atom.pitch).join(' ')).toBe('b0 b2 a1 a4 c3')
    dictionary.atoms.forEach(({ pitch }, row) =>
      expect(dictionary.spectra.slice(row * 129, (row + 1) * 129)).toEqual(spectra.slice(pitch! * 129, (pitch! + 1) * 129)))
    expect(groupBySource(dictionary.atoms, dictionary.spectra)).toEqual({ atoms: dictionary.atoms, spectra: dictionary.spectra })
  })
})

function scaleRows(data: Uint8Array<ArrayBuffer>, factor: number): void {
  const { header } = takeApart(writePreset(example))
  const [begin, end] = header['spectra'].data_offsets
  const view = new DataView(data.buffer, data.byteOffset)
  for (let at = begin; at < end; at += 4) view.setFloat32(at, view.getFloat32(at, true) * factor, true)
}

describe('the file, by the format’s own definition', () => {
  const file = writePreset(example)
  const { header, data, length } = takeApart(file)

  test('header: starts with a brace, ends with spaces at most, a multiple of eight bytes', () => {
    expect(file[8]).toBe('{'.charCodeAt(0))
    expect(length % 8).toBe(0)
    expect(Buffer.from(file.subarray(8, 8 + length)).toString('utf8')).toMatch(/\} {0,7}$/)
  })

  test('tensors tile the data without hole or overlap, each aligned to its type', () => {
    const sizes: Record<string, number> = { F32: 4, F64: 8, U8: 1, I16: 2 }
    const extents = Object.entries(header).filter(([name]) => name !== '__metadata__').map(([name, t]) => ({ name, ...t }))
    expect(extents.map((t) => t.name).sort()).toEqual(['extra.bias', 'noise.empty', 'side.left', 'spectra'])
    extents.sort((a, b) => a.data_offsets[0] - b.data_offsets[0] || a.data_offsets[1] - b.data_offsets[1])
    let at = 0
    for (const { dtype, shape, data_offsets: [begin, end] } of extents) {
      expect(begin).toBe(at)
      expect(begin % sizes[dtype]!).toBe(0)
      expect(end - begin).toBe(shape.reduce((product: number, n: number) => product * n, sizes[dtype]!))
      at = end
    }
    expect(at).toBe(data.length)
  })

  test('spectra are the float32 values, little-endian, row by row', () => {
    const { dtype, shape, data_offsets: [begin] } = header['spectra']
    expect([dtype, shape]).toEqual(['F32', [3, 129]])
    for (const i of [0, 1, 128, 129, 386]) expect(Buffer.from(data).readFloatLE(begin + 4 * i)).toBe(example.dictionary.spectra[i])
  })

  test('metadata are texts with the names of the contract', () => {
    const meta = header['__metadata__']
    expect(meta).toMatchObject({ format: 'winnow-preset/1', sampleRate: '16000', fftSize: '256', hopSize: '64', divergence: 'beta-1.5' })
    expect(JSON.parse(meta.atoms)[1]).toEqual({ source: 'voice', pitch: 60 })
    expect(JSON.parse(meta.learned)).toEqual(example.learned)
    expect(Object.values(meta).every((value) => typeof value === 'string')).toBe(true)
  })

  test('a file written by hand reads too: other order, no padding, no extras, unknown strings', () => {
    const row = new Uint8Array(new Float32Array(129).fill(1 / 129).buffer)
    const meta = {
      made_by: 'hand', learned: '{"seed":0,"command":"","licences":[],"files":[],"method":"by hand"}', selection: 'null', settings: '{}',
      atoms: '[{"pitch":null,"source":"x"}]', hopSize: '128', fftSize: '256', sampleRate: '44100', divergence: '1,0', format: 'winnow-preset/1',
    }
    const preset = readPreset(assemble({ spectra: { data_offsets: [0, 516], dtype: 'F32', shape: [1, 129] }, __metadata__: meta }, row), 'x')
    expect(preset.dictionary).toMatchObject({ tailSize: 256, hopSize: 128, divergence: divergences['kl'] })
    expect(preset.dictionary.spectra[5]).toBeCloseTo(1 / 129, 8)
  })
})

describe('bad input gets one sentence that names the field', () => {
  const contract = ['format', 'sampleRate', 'fftSize', 'hopSize', 'atoms', 'settings', 'selection', 'divergence', 'learned']

  test.each(contract)('%s missing, not a text, wrong, too large', (field) => {
    const says = new RegExp(`^x\\.preset: ${field}: expected .*, got .+`, 's')
    expect(refusal(changed(({ meta }) => { delete meta[field] }))).toMatch(says)
    expect(refusal(changed(({ meta }) => { meta[field] = 5 }))).toMatch(says)
    for (const wrong of ['', 'nonsense', '-1', '1e999', '0x10', '{"a":', '[[', '99999999', '"', '{"a":1,"a":2}', '9'.repeat(5000), '['.repeat(500_000)])
      expect(refusal(changed(({ meta }) => { meta[field] = wrong })), wrong.slice(0, 20)).toMatch(says)
  })

  const metaCases: [string, Record<string, string>][] = [
    ['sampleRate', { sampleRate: '7999' }], ['sampleRate', { sampleRate: '192001' }], ['sampleRate', { sampleRate: '16000.5' }],
    ['fftSize', { fftSize: '128' }], ['fftSize', { fftSize: '32768' }], ['fftSize', { fftSize: '300' }],
    ['hopSize', { hopSize: '16' }], ['hopSize', { hopSize: '256' }], ['hopSize', { hopSize: '0' }],
    ['tailSize', { tailSize: '64' }], ['tailSize', { tailSize: '512' }], ['tailSize', { tailSize: '192' }], ['tailSize', { tailSize: '' }],
    ['spectra.shape', { fftSize: '512', hopSize: '128', tailSize: '256' }],
    ['spectra.shape', { atoms: '[]' }], ['atoms', { atoms: JSON.stringify(Array.from({ length: 513 }, () => ({ source: 'x', pitch: null }))) }],
    ['spectra.shape', { atoms: '[{"source":"voice","pitch":null}]' }],
    ['atoms[0]', { atoms: '[null]' }], ['atoms[0]', { atoms: '[{"source":"x","pitch":1,"gain":2}]' }],
    ['atoms[0].source', { atoms: '[{"pitch":1}]' }], ['atoms[0].source', { atoms: '[{"source":"free","pitch":1}]' }],
    ['atoms[0].source', { atoms: `[{"source":"${'x'.repeat(81)}","pitch":1}]` }],
    ['atoms[0].pitch', { atoms: '[{"source":"x"}]' }], ['atoms[0].pitch', { atoms: '[{"source":"x","pitch":128}]' }],
    ['atoms[0].pitch', { atoms: '[{"source":"x","pitch":1.5}]' }],
    ['settings.passes', { settings: '{"passes":21}' }], ['settings.passes', { settings: '{"passes":"5"}' }],
    ['settings.solver', { settings: '{"solver":2}', divergence: 'kl' }], ['settings.solver', { settings: '{"solver":1}', divergence: 'is' }], ['settings.solver', { settings: '{"solver":3}' }],
    ['settings', { settings: '{"nosuch":1}' }], ['settings', { settings: '{"__proto__":1}' }],
    ['selection.sources[0].atoms[0]', { selection: '{"mask":"soft","sources":[{"name":"v","atoms":["nobody"]}]}' }],
    ['selection.mask', { selection: '{"sources":[]}' }], ['selection', { selection: '{"mask":"soft","sources":[],"extra":1}' }],
    ['divergence', { divergence: '1,9' }], ['divergence', { divergence: 'toString' }],
    ['learned.seed', { learned: '{"method":"","files":[],"licences":[],"command":"","seed":1e99}' }],
    ['learned.files', { learned: '{"method":"","files":[1],"licences":[],"command":"","seed":1}' }],
    ['learned.licences', { learned: '{"method":"","files":[],"command":"","seed":1}' }],
    ['name', { name: '' }], ['name', { name: 'x'.repeat(81) }], ['description', { description: 'x'.repeat(2001) }],
  ]
  test.each(metaCases)('%s (%#)', (field, meta) => {
    expect(refusal(changed((parts) => { Object.assign(parts.meta, meta) }))).toMatch(new RegExp(`^x\\.preset: ${field.replace(/[[\].]/g, '\\$&')}: .+`))
  })

  test('spectra: missing, type, shape, offsets, values', () => {
    const spectra = (value: (t: any) => unknown) => refusal(changed(({ header }) => { header['spectra'] = value(header['spectra']) }))
    expect(spectra(() => undefined)).toMatch(/data_offsets: expected to begin at|data: expected/)
    expect(spectra(() => null)).toMatch(/: spectra: expected an object/)
    expect(spectra((t) => ({ ...t, dtype: 'F33' }))).toMatch(/: spectra\.dtype: expected one of F64/)
    expect(spectra((t) => ({ ...t, dtype: 'I32' }))).toMatch(/: spectra\.dtype: expected F32, got I32/)
    expect(spectra((t) => ({ ...t, extra: 1 }))).toMatch(/: spectra: expected only dtype/)
    expect(spectra((t) => ({ ...t, shape: [129, 3] }))).toMatch(/: spectra\.shape: expected \[3,129\]/)
    expect(spectra((t) => ({ ...t, shape: [387] }))).toMatch(/: spectra\.shape/)
    expect(spectra((t) => ({ ...t, shape: [3, -129] }))).toMatch(/: spectra\.shape: expected a list of whole numbers/)
    expect(spectra((t) => ({ ...t, shape: [2 ** 52, 2 ** 52] }))).toMatch(/: spectra\.data_offsets: expected .* bytes for/)
    expect(spectra((t) => ({ ...t, data_offsets: [5, 2] }))).toMatch(/: spectra\.data_offsets: expected two/)
    expect(spectra((t) => ({ ...t, data_offsets: t.data_offsets.map((x: number) => x + 4) }))).toMatch(/: spectra\.data_offsets: expected to begin at 8/)
    expect(spectra((t) => ({ ...t, data_offsets: t.data_offsets.map((x: number) => x - 4) }))).toMatch(/data_offsets: expected to begin at/)
  })

  test.each([
    ['NaN', NaN, /not negative, got NaN in row 0, bin 7/], ['a negative', -0.25, /not negative, got -0.25 in row 0, bin 7/],
    ['infinity', Infinity, /got Infinity in row 0, bin 7/], ['too much', 0.9, /rows that sum to one, got 1\.\d+ in row 0/],
  ])('spectra with %s', (_name, value, says) => {
    expect(refusal(changed(({ header, data }) =>
      new DataView(data.buffer).setFloat32(header['spectra'].data_offsets[0] + 28, value as number, true)))).toMatch(says)
  })

  test('rows: all zero refused, a thousandth off made exact, two thousandths off refused', () => {
    expect(refusal(changed(({ data }) => scaleRows(data, 0)))).toMatch(/: spectra: expected rows that sum to one, got 0 in row 0/)
    expect(refusal(changed(({ data }) => scaleRows(data, 1.002)))).toMatch(/: spectra: expected rows that sum to one/)
    const { dictionary } = readPreset(changed(({ data }) => scaleRows(data, 0.9995)), 'x')
    for (let row = 0; row < 3; row++)
      expect(Math.abs(dictionary.spectra.slice(row * 129, (row + 1) * 129).reduce((sum, x) => sum + x, 0) - 1)).toBeLessThan(1e-6)
  })

  test('header and file', () => {
    const file = writePreset(example)
    const withLength = (n: bigint, littleEndian = true): Uint8Array => {
      const copy = file.slice()
      new DataView(copy.buffer).setBigUint64(0, n, littleEndian)
      return copy
    }
    const length = new DataView(file.buffer).getBigUint64(0, true)
    expect(refusal(new Uint8Array(0))).toMatch(/: header length: expected 8 bytes at the start, got a file of 0/)
    expect(refusal(file.subarray(0, 5))).toMatch(/: header length: /)
    for (const n of [0n, 1n, 2n ** 64n - 1n, 2n ** 32n, BigInt(file.length)]) expect(refusal(withLength(n))).toMatch(/: header length: expected 2 to/)
    expect(refusal(withLength(length, false))).toMatch(/: header length: .*big-endian/)
    expect(refusal(withLength(length - 8n))).toMatch(/: header: expected JSON|: data: expected/)
    expect(refusal(file.subarray(0, file.length - 1))).toMatch(/data_offsets: expected to end within|: data: expected/)
    expect(refusal(Uint8Array.from([...file, 0]))).toMatch(/: data: expected \d+ bytes after the header/)
    expect(refusal(assemble(null, new Uint8Array(0), '[1,2]'))).toMatch(/: header: expected a JSON object/)
    expect(refusal(assemble(null, new Uint8Array(0), '{"spectra":{},"spectra":{}}'))).toMatch(/: header: expected every name once, got "spectra" twice/)
    expect(refusal(assemble(null, new Uint8Array(0), '{"a":' + '['.repeat(1e5) + ']'.repeat(1e5) + '}'))).toMatch(/: header: expected at most 16 levels/)
    expect(refusal(assemble(null, new Uint8Array(0), `{"a":"${'\\"x'.repeat(3e5)}"}`))).toMatch(/: a: expected an object/)
    expect(refusal(assemble({ __metadata__: [] }, new Uint8Array(0)))).toMatch(/: __metadata__: expected an object of texts/)
    expect(refusal(assemble({}, new Uint8Array(0)))).toMatch(/: format: expected a text/)
    expect(refusal(new Uint8Array(64 * 2 ** 20 + 1))).toMatch(/: file: expected at most 67108864 bytes/)
    const broken = file.slice()
    broken[12] = 0xff
    expect(refusal(broken)).toMatch(/: header: expected UTF-8/)
  })
})

test('5000 seeded mutations of a valid file: a valid preset or the one error, nothing else', () => {
  const next = random(20_261_120)
  const below = (n: number): number => Math.floor(next() * n)
  const file = writePreset(example)
  const headerEnd = 8 + Number(new DataView(file.buffer).getBigUint64(0, true))
  const words = ['{', '}', '[', ']', '"', ':', ',', '0', '-', '1e999', 'null', '\\', '{}', 'F64', '"shape"', '\u0000', '99999999999']
  let refused = 0
  for (let round = 0; round < 5000; round++) {
    let bytes = file.slice()
    const kind = round % 5
    if (kind === 0) for (let n = 1 + below(8); n > 0; n--) bytes[below(bytes.length)] = below(256)
    else if (kind === 1) for (let n = 1 + below(4); n > 0; n--) bytes[below(headerEnd)]! ^= 1 << below(8)
    else if (kind === 2) bytes = bytes.slice(0, below(bytes.length))
    else if (kind === 3) bytes = Uint8Array.from({ length: below(400) }, () => below(256))
    else {
      const text = Buffer.from(file.subarray(8, headerEnd)).toString('utf8')
      const at = below(text.length)
      bytes = assemble(null, file.subarray(headerEnd), text.slice(0, at) + words[below(words.length)] + text.slice(at + below(12))) as typeof bytes
    }
    let preset: Preset
    try {
      preset = readPreset(bytes, 'x.preset')
    } catch (error) {
      if (!(error instanceof PresetError) || !/^x\.preset: .+: .+/s.test(error.message)) throw new Error(`round ${round}`, { cause: error })
      refused++
      continue
    }
    expect(readPreset(writePreset(preset), 'again')).toEqual(preset)
    const { atoms, spectra, fftSize } = preset.dictionary
    expect(spectra.length).toBe(atoms.length * binCount(fftSize))
    expect(spectra.every((x) => x >= 0 && x <= 1.001)).toBe(true)
  }
  expect(refused).toBeGreaterThan(3000)
})

test('shipped presets are valid, canonical, modest in size, and say where they come from', () => {
  const folder = new URL('../presets/', import.meta.url)
  const names = readdirSync(folder).filter((name) => name.endsWith('.preset'))
  expect(names).toEqual(expect.arrayContaining(['band.preset', 'speech.preset']))
  const sources = readFileSync(new URL('SOURCES.md', folder), 'utf8')
  for (const name of names) {
    const bytes = new Uint8Array(readFileSync(new URL(name, folder)))
    const preset = readPreset(bytes, name)
    expect(writePreset(preset), name).toEqual(bytes)
    expect(bytes.length).toBeLessThanOrEqual(2 ** 20)
    expect(preset.description).toBeTruthy()
    expect(preset.learned.licences.length > 0, name).toBe(preset.learned.files.length > 0)
    expect(preset.learned.command).toMatch(/^winnow learn /)
    expect(sources, name).toContain(createHash('sha256').update(bytes).digest('hex'))
  }
})
