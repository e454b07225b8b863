// Some frames of a recording, and how several bases explain them by the Euclidean loss: what one thread of a crew keeps of a
// fit that learns sources together. V frames × bins, in the unit of its mean; for each basis W, atoms × bins, a *reading* H,
// frames × atoms. Where V is a mixture, its *targets* are what single sources of it are.
//
//   H ← max(ε, H ⊙ V Wᵀ ⊘ (H W Wᵀ + penalty))
//
// Sums are made as in a shard of a plain fit, block by block, so that they are the same to the last bit.

import { divergences } from '../../worklet/dictionary.ts'
import { exact, fast } from '../products.ts'
import type { Entries, Matrix, Products } from '../products.ts'
import { blockRows } from './shard.ts'

/** Fit to be sent to another thread. */
export interface CutSpec {
  readonly bins: number
  readonly data: Float32Array
  readonly targets: readonly Float32Array[]
  /** Atoms of each basis. */
  readonly readings: readonly number[]
  /** The floor of H, of each basis. */
  readonly least: readonly number[]
  /** The kernel for fast arithmetic, null for exact. */
  readonly module: WebAssembly.Module | null
}

/** HᵀV, HᵀH, HᵀH W and ‖V‖², of which fractions are made and, for any W, ‖V − H W‖². */
export interface Share { readonly hV: Matrix; readonly hh: Matrix; readonly hhW: Matrix; readonly energy: number }

export class Cut {
  private readonly spec: Omit<CutSpec, 'data' | 'targets'>
  private readonly products: Products
  private readonly climb: Entries['climb']
  private readonly count: number
  private readonly block: number
  private readonly V: Matrix
  private readonly targets: readonly Matrix[]
  private readonly H: readonly Matrix[]
  private readonly room: Readonly<Record<'W' | 'gram' | 'hV' | 'hh' | 'hhW' | 'v' | 'h' | 'up' | 'down', Matrix>>

  constructor({ data, targets, ...spec }: CutSpec) {
    this.spec = spec
    const { bins, readings, least, module } = spec
    const count = this.count = data.length / bins
    const block = this.block = blockRows(bins)
    const most = Math.max(...readings)
    const sum = readings.reduce((total, atoms) => total + atoms, 0)
    const floats = (1 + targets.length) * data.length + count * sum + (3 * most + block) * bins + 2 * most * most + 3 * block * most
    const products = this.products = (module ? fast(module) : exact)(floats + 64 + 15 * (16 + targets.length + readings.length))
    this.climb = products.entries(divergences['euc']!, 0).climb
    const kept = (values: Float32Array): Matrix => { const x = products.zeros(values.length); x.set(values); return x }
    this.V = kept(data)
    this.targets = targets.map(kept)
    this.H = readings.map((atoms, reading) => {
      const H = products.zeros(count * atoms)
      for (let row = 0; row < count; row++) { // every atom starts with an equal share of its frame
        let total = 0
        for (let i = row * bins; i < (row + 1) * bins; i++) total += data[i]!
        H.fill(Math.max(least[reading]!, total / atoms), row * atoms, (row + 1) * atoms)
      }
      return H
    })
    const zeros = (length: number): Matrix => products.zeros(length)
    this.room = {
      W: zeros(most * bins), gram: zeros(most * most), hV: zeros(most * bins), hh: zeros(most * most), hhW: zeros(most * bins),
      v: zeros(block * bins), h: zeros(block * most), up: zeros(block * most), down: zeros(block * most),
    }
  }

  /** Moves all of a reading; before that, what a normalisation of W took from its atoms is given to it. */
  move(reading: number, spectra: ArrayLike<number>, sizes: ArrayLike<number> | null, penalty: number): void {
    const { products, room, V, count, block, spec: { bins, readings, least } } = this
    const atoms = readings[reading]!, H = this.H[reading]!
    if (sizes) for (let i = 0; i < H.length; i++) H[i]! *= sizes[i % atoms]!
    const W = room.W.subarray(0, atoms * bins)
    W.set(spectra)
    products.addProductByRows(room.gram.fill(0), W, W, atoms, bins, atoms)
    for (let from = 0; from < count; from += block) {
      const rows = Math.min(block, count - from)
      const h = H.subarray(from * atoms, (from + rows) * atoms)
      const up = room.up.subarray(0, rows * atoms).fill(0), down = room.down.subarray(0, rows * atoms).fill(penalty)
      products.addProductByRows(up, V.subarray(from * bins, (from + rows) * bins), W, rows, bins, atoms)
      products.addProduct(down, h, room.gram, rows, atoms, atoms)
      this.climb(h, up, down, least[reading]!)
    }
  }

  /** Of some rows, or all, and of those atoms of a reading that begin at `first` and have these spectra. Against V, or one of its targets. */
  share(reading: number, first: number, spectra: ArrayLike<number>, target: number | null, rows: Int32Array | null): Share {
    const { products, room, block, spec: { bins, readings } } = this
    const H = this.H[reading]!, width = readings[reading]!, atoms = spectra.length / bins
    const V = target === null ? this.V : this.targets[target]!
    const [W, hV, hhW] = [room.W, room.hV, room.hhW].map((x) => x.subarray(0, atoms * bins)) as [Matrix, Matrix, Matrix]
    const hh = room.hh.subarray(0, atoms * atoms).fill(0)
    W.set(spectra)
    hV.fill(0)
    let energy = 0
    const count = rows ? rows.length : this.count
    for (let from = 0; from < count; from += block) {
      const size = Math.min(block, count - from)
      let v = V.subarray(from * bins, (from + size) * bins)
      if (rows) {
        v = room.v.subarray(0, size * bins)
        for (let i = 0; i < size; i++) v.set(V.subarray(rows[from + i]! * bins, (rows[from + i]! + 1) * bins), i * bins)
      }
      const h = room.h.subarray(0, size * atoms)
      for (let i = 0; i < size; i++) {
        const at = (rows ? rows[from + i]! : from + i) * width + first
        for (let atom = 0; atom < atoms; atom++) h[i * atoms + atom] = H[at + atom]!
      }
      for (let i = 0; i < v.length; i++) energy += v[i]! * v[i]!
      products.addProductByColumns(hV, h, v, size, atoms, bins)
      products.addProductByColumns(hh, h, h, size, atoms, atoms)
    }
    products.addProduct(hhW.fill(0), hh, W, atoms, atoms, bins)
    return { hV: hV.slice(), hh: hh.slice(), hhW: hhW.slice(), energy }
  }
}
