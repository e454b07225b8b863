// The picture of a file without a page: what its two listeners put into its cells, and what a change makes untrue.

import { describe, expect, test } from 'vitest'
import { initialSettings } from '../worklet/parameters.ts'
import type { Selection } from '../worklet/selection.ts'
import { shapeFor } from '../worklet/stft.ts'
import { sourceColour, toLab } from '../renderer/colour.ts'
import { changedBetween } from '../renderer/spectrogram/changes.ts'
import { litBy } from '../renderer/spectrogram/lit.ts'
import { Looker, Owner, leadOf, listen } from '../renderer/spectrogram/passes.ts'
import type { Sound } from '../renderer/spectrogram/passes.ts'
import { ROWS, Rows } from '../renderer/spectrogram/rows.ts'
import { Store, levelOf } from '../renderer/spectrogram/store.ts'
import type { Look } from '../renderer/spectrogram/store.ts'
import { delayed, dictionary } from './engine.ts'
import { plainKernel } from './kernels.ts'
import { melody, noise, tone } from './signals.ts'

const RATE = 44_100
const used = dictionary()
const shape = shapeFor(used, RATE)
const rows = new Rows({ sampleRate: RATE, ...shape })
const HOP = shape.hopSize
const plain: Look = { owners: true, contested: false, diffuse: false, lit: null }
const selection: Selection = { mask: 'soft', sources: [{ name: 'tones', atoms: ['tones'] }, { name: 'air', atoms: ['air'] }] }

function sound(...channels: Float32Array[]): Sound {
  return {
    sampleRate: RATE, samples: channels[0]!.length, channels: channels.length as 1 | 2,
    read: (from, count) => Promise.resolve(channels.map((channel) => {
      const block = new Float32Array(count)
      const start = Math.max(0, from)
      if (from + count > start) block.set(channel.subarray(start, from + count), start - from)
      return block
    })),
  }
}
const storeFor = (heard: Sound, stride = 1, sources = 0): Store => {
  const hops = Math.ceil(heard.samples / HOP)
  return new Store(0, stride, Math.ceil(hops / stride), sources)
}
const rowOf = (hertz: number): number => Math.floor(rows.axis.row(hertz) * ROWS)
const looker = (channels: 1 | 2): Looker => new Looker(plainKernel, shape, rows, channels)
const owner = (channels: 1 | 2 = 1): Owner => new Owner({ module: plainKernel, dictionary: used, selection, sampleRate: RATE, channels, mode: 'direct' }, initialSettings(), rows)

describe('what is there', () => {
  test('a full-scale sine is 0 dB in its row, and quiet elsewhere', async () => {
    const heard = sound(tone(RATE, 1000, RATE, 1))
    const store = storeFor(heard)
    await listen(looker(1), store, heard, 0, store.columns, false)
    const middle = (store.columns >> 1) * ROWS
    expect(levelOf(store.level[middle + rowOf(1000)]!)).toBeCloseTo(0, -0.5)
    expect(levelOf(store.level[middle + rowOf(4000)]!)).toBeLessThan(-80)
  })

  test('a click stands where it is: the middle of the window counts, also of one with a short tail', async () => {
    const click = new Float32Array(RATE)
    const at = 100 * HOP + HOP / 2
    click[at] = 1
    for (const tailSize of [used.tailSize, 512]) {
      const low = { ...used, tailSize }
      const own = shapeFor(low, RATE)
      const heard = sound(click)
      const store = new Store(0, 1, Math.ceil(RATE / own.hopSize), 0)
      await listen(new Looker(plainKernel, own, rows, 1), store, heard, 0, store.columns, false)
      const levels = Array.from({ length: store.columns }, (_, c) => store.level[c * ROWS + rowOf(3000)]!)
      const [first, last] = [levels.findIndex((x) => x > 60), levels.findLastIndex((x) => x > 60)]
      expect(Math.abs((first + last) / 2 - at / own.hopSize), `tail ${tailSize}`).toBeLessThan(1.5)
      expect(leadOf(own)).toBeLessThanOrEqual(own.windowSize / 2)
    }
  })

  test('pieces are the same as one run, whether they go on or start anew', async () => {
    const heard = sound(melody(RATE, RATE, 220))
    const [once, pieces] = [storeFor(heard), storeFor(heard)]
    await listen(looker(1), once, heard, 0, once.columns, false)
    const listener = looker(1)
    for (let c = 0; c < once.columns; c += 17) await listen(listener, pieces, heard, c, Math.min(once.columns, c + 17), c > 0)
    expect(pieces.level).toEqual(once.level)
    await listen(listener, pieces, heard, 60, 80, false)
    expect(pieces.level).toEqual(once.level) // a window is all that a level depends on
  })

  test('columns of many hops show the loudest, and of very many a sample', async () => {
    const heard = sound(tone(2 * RATE, 1000, RATE))
    for (const stride of [4, 40]) {
      const store = storeFor(heard, stride)
      await listen(looker(1), store, heard, 0, store.columns, false)
      for (let c = 1; c < store.columns - 1; c++) expect(levelOf(store.level[c * ROWS + rowOf(1000)]!)).toBeCloseTo(-6, -0.5)
    }
  })

  test('left and right, early and late, coherent and diffuse', async () => {
    const left = noise(RATE, 3)
    const right = delayed(left, 4).map((x) => 0.5 * x)
    const heard = sound(left, right)
    const store = storeFor(heard)
    await listen(looker(2), store, heard, 0, store.columns, false)
    const cells = [60, 70, 80, 90, 100].map((c) => c * ROWS + rowOf(1000))
    const mean = (values: { readonly [i: number]: number }): number => cells.reduce((sum, cell) => sum + values[cell]!, 0) / cells.length
    expect(mean(store.side) / 2).toBeCloseTo(-6, 0)
    expect(mean(store.phase) / 127 * Math.PI).toBeCloseTo(-2 * Math.PI * 1000 * 4 / RATE, 0)
    expect(mean(store.coherence)).toBeGreaterThan(230)
    const apart = sound(noise(RATE, 3), noise(RATE, 4))
    const other = storeFor(apart)
    await listen(looker(2), other, apart, 0, other.columns, false)
    let diffuse = 0
    for (let c = 50; c < 150; c++) if (other.coherence[c * ROWS + rowOf(1000)]! < 0.55 * 255) diffuse++
    expect(diffuse).toBeGreaterThan(80)
  })

  test('samples that are no numbers are silence, not a hole in the picture', async () => {
    const broken = tone(RATE, 1000, RATE)
    broken[10_000] = NaN
    const heard = sound(broken)
    const store = storeFor(heard)
    await listen(looker(1), store, heard, 0, store.columns, false)
    expect(levelOf(store.level[120 * ROWS + rowOf(1000)]!)).toBeCloseTo(-6, -0.5)
  })
})

describe('whose it is', () => {
  test('tones are the tones’ and hiss is the air’s, wherever the run begins', async () => {
    const heard = sound(melody(RATE, RATE, 440).map((x, i) => x + (i > RATE / 2 ? 0.2 : 0) * (noise(1, i)[0]!)))
    const store = storeFor(heard, 1, 2)
    const listener = owner()
    await listen(looker(1), store, heard, 0, store.columns, false)
    await listen(listener, store, heard, 90, store.columns, false)
    await listen(listener, store, heard, 0, 90, false)
    const share = (source: number, column: number, hertz: number): number => store.shares[source]![column * ROWS + rowOf(hertz)]! / 255
    expect(share(1, 140, 9000)).toBeGreaterThan(0.8)
    let owned = 0, all = 0
    for (let column = 20; column < 80; column++)
      for (let row = 0; row < ROWS; row++) {
        const energy = 10 ** (levelOf(store.level[column * ROWS + row]!) / 10)
        all += energy
        owned += energy * store.shares[0]![column * ROWS + row]! / 255
      }
    expect(owned / all).toBeGreaterThan(0.85)
  })

  test('contested is what two claim alike, the rest among them', () => {
    const store = new Store(0, 1, 1, 2)
    const shares = [[0.5, 0.45], [0.9, 0.1], [0.5, 0], [0.1, 0.1], [0, 0]]
    shares.forEach(([a, b], cell) => {
      store.shares[0]![cell] = Math.round(255 * a!)
      store.shares[1]![cell] = Math.round(255 * b!)
    })
    expect(shares.map((_, cell) => store.isContested(cell))).toEqual([true, false, true, false, false])
  })
})

describe('colours', () => {
  const store = new Store(0, 1, 16, 2)
  store.level.fill(220)
  store.shares[0]!.fill(255)
  store.side.fill(12) // 6 dB right
  for (let c = 0; c < 16; c++) store.see(c)
  const colours = [0, 1].map((k) => toLab(sourceColour(k)))
  const paint = (look: Look, area: Uint8Array | null = null): number[] => [...store.paint(0, 16, 0, colours, look, area)]

  test('what is pointed at stays, the rest stands back; without owners all is grey', () => {
    const all = paint(plain)
    const sum = (pixels: number[]): number => pixels.reduce((total, x, i) => total + (i % 4 < 3 ? x : 0), 0)
    expect(paint({ ...plain, lit: { kind: 'source', source: 0 } })).toEqual(all)
    expect(sum(paint({ ...plain, lit: { kind: 'source', source: 1 } }))).toBeLessThan(0.7 * sum(all))
    const [r, g, b] = paint({ ...plain, owners: false })
    expect(Math.max(r!, g!, b!) - Math.min(r!, g!, b!)).toBeLessThan(16)
    expect(all[0]! - all[2]!).toBeGreaterThan(30)
  })

  test('a place lights the cells that stand in it', () => {
    const at = (level: number) => litBy({ kind: 'place', source: 0, weight: (l) => (Math.abs(l - level) < 2 ? 1 : 0) }, selection, rows.axis)
    expect(paint({ ...plain, lit: at(6) })).toEqual(paint(plain))
    expect(paint({ ...plain, lit: at(-6) })).not.toEqual(paint(plain))
    expect(litBy({ kind: 'bin', hertz: 100, level: 0, delay: 0 }, selection, rows.axis)).toBe(null)
    expect(litBy({ kind: 'painted', source: 0, area: 3 }, selection, rows.axis)).toBe(null)
  })

  test('contested and diffuse cells are hatched when asked', () => {
    store.shares[0]!.fill(128)
    store.shares[1]!.fill(128)
    store.coherence.fill(20)
    const [unmarked, contested, diffuse] = [paint(plain), paint({ ...plain, contested: true }), paint({ ...plain, diffuse: true })]
    const differ = (a: number[], b: number[]): number => a.filter((x, i) => i % 4 === 0 && x !== b[i]).length / (a.length / 4)
    expect(differ(unmarked, contested)).toBeCloseTo(0.25, 1)
    expect(differ(unmarked, diffuse)).toBeCloseTo(0.25, 1)
    expect(differ(contested, diffuse)).toBeGreaterThan(0.3) // the hatches cross
  })
})

describe('changes', () => {
  const area = (from: number, to: number) => ({ polygon: [[from, 100], [to, 100], [to, 200]] as [number, number][] })
  const of = (...painted: ReturnType<typeof area>[]): Selection => ({ mask: 'soft', sources: [{ name: 'a', atoms: ['a'], painted }] })
  test('paint changes its own time, levels nothing, places everything', () => {
    expect(changedBetween(of(area(1, 2)), of(area(1, 2)))).toBe(null)
    expect(changedBetween(of(area(1, 2)), of(area(1, 2), area(4, 5)))).toEqual({ from: 4, to: 5 })
    expect(changedBetween(of(area(1, 2), area(4, 5)), of(area(1, 2), area(6, 7)))).toEqual({ from: 4, to: 7 })
    expect(changedBetween(of(area(1, 2)), { ...of(area(1, 2)), mask: 'binary' })).toBe('all')
    const first = of(area(1, 2))
    expect(changedBetween(first, { ...first, sources: [{ ...first.sources[0]!, gain: -6, mute: true }] })).toBe(null)
    expect(changedBetween(first, { ...first, sources: [{ ...first.sources[0]!, places: [{ level: 0, delay: 0 }] }] })).toBe('all')
    expect(changedBetween(of(), of(area(1, 2)))).toEqual({ from: 1, to: 2 })
  })
})
