// A share of the frames and what an alternating fit asks of it, so that several cores can work on one fit: a shard holds its
// frames and their activations, and is told the spectra. V frames × bins, H frames × atoms, W atoms × bins, Q = H W + a floor.
//
//   H ← max(ε, H ⊙ [ A Wᵀ ⊘ (B Wᵀ + αλ) ]^ω)      A = M ⊙ V^α ⊙ Q^(β−1)      B = M ⊙ Q^(α+β−1)
//   this shard's share of W's fraction:  Hᵀ A  and  Hᵀ B
//
// (Cichocki, Cruces & Amari 2011.) Frames pass in blocks that stay in the cache.

import type { Divergence } from '../../worklet/dictionary.ts'
import { exact, fast } from '../products.ts'
import type { Entries, Matrix, Products } from '../products.ts'

/** Fit to be sent to another thread. */
export interface ShardSpec {
  readonly bins: number
  readonly atoms: number
  readonly divergence: Divergence
  /** frames × bins, with a mean of about one, none below what the divergence can bear. */
  readonly data: Float32Array
  /** As many, or one per bin, or null for ones. */
  readonly weights: Float32Array | null
  /** frames × atoms to start from; null: every atom has an equal share of its frame. */
  readonly activations: Float64Array | null
  /** The floor of H. */
  readonly least: number
  /** The kernel for fast arithmetic, null for exact. */
  readonly module: WebAssembly.Module | null
}

export interface Share {
  /** Of the spectra that came, with the activations before this pass. */
  readonly before: number
  /** With those after it; NaN where it was not wanted. */
  readonly after: number
  /** Hᵀ A and Hᵀ B, atoms × bins; empty where the spectra are not to be learned. */
  readonly up: Matrix
  readonly down: Matrix
  /** Σ of H after this pass, per atom. */
  readonly sums: Matrix
}

/** Entries in a block: V, Q, A and B of that many, beside the spectra, are what a second-level cache holds. */
const BLOCK = 1 << 15
/** The product moves four rows at a time. */
export const blockRows = (bins: number): number => Math.max(4, Math.min(64, 4 * Math.round(BLOCK / bins / 4)))

/** Its own part of V, M and H; Q, A, B and the fractions of H are the same memory for all. */
interface Block {
  readonly rows: number
  readonly V: Matrix
  readonly M: Matrix | null
  readonly H: Matrix
  readonly Q: Matrix
  readonly A: Matrix
  readonly B: Matrix
  readonly up: Matrix
  readonly down: Matrix
}

/** Of every row; null for zeros. */
interface Fractions { readonly up: Float64Array | null; readonly down: Float64Array | null }

function tile(rows: Matrix, row: Float64Array | null): void {
  if (row === null) rows.fill(0)
  else for (let i = 0; i < rows.length; i += row.length) rows.set(row, i)
}

export class Shard {
  /** Without the data, of which V is the copy. */
  private readonly spec: Omit<ShardSpec, 'data' | 'weights' | 'activations'>
  private readonly products: Products
  private readonly entries: Entries
  private readonly blocks: readonly Block[]
  private readonly H: Matrix
  private readonly W: Matrix
  private readonly upW: Matrix
  private readonly downW: Matrix
  private readonly gramW: Matrix
  private readonly gramH: Matrix
  private readonly sums: Matrix
  private readonly ones: Matrix
  /** B is 1, and its products are sums. */
  private readonly plainKl: boolean
  /** B is Q: Q Wᵀ = H (W Wᵀ) and Hᵀ Q = (Hᵀ H) W are less work. */
  private readonly plainEuclidean: boolean

  constructor({ data, weights, activations, ...spec }: ShardSpec) {
    this.spec = spec
    const { bins, atoms, divergence: { alpha, beta }, module } = spec
    const count = data.length / bins
    const most = blockRows(bins)
    const lengths = [(weights ? 2 : 1) * data.length, count * atoms, 6 * most * bins + 48, 3 * atoms * bins, 2 * most * atoms, 2 * atoms * atoms, atoms + most]
    const products = this.products = (module ? fast(module) : exact)(lengths.reduce((sum, n) => sum + n, 15 * 16))
    this.entries = products.entries(spec.divergence, most * bins)
    const V = products.zeros(data.length)
    V.set(data)
    const M = weights ? products.zeros(data.length) : null
    if (M && weights) for (let i = 0; i < data.length; i += weights.length) M.set(weights, i)
    const H = this.H = products.zeros(count * atoms)
    const zeros = (n: number, length: number): Matrix[] => Array.from({ length: n }, () => products.zeros(length))
    ;[this.W, this.upW, this.downW] = zeros(3, atoms * bins) as [Matrix, Matrix, Matrix]
    ;[this.gramW, this.gramH] = zeros(2, atoms * atoms) as [Matrix, Matrix]
    this.sums = products.zeros(atoms)
    this.ones = products.zeros(most).fill(1)
    const [Q, A, B] = zeros(3, most * bins) as [Matrix, Matrix, Matrix]
    const [up, down] = zeros(2, most * atoms) as [Matrix, Matrix]
    this.blocks = Array.from({ length: Math.ceil(count / most) }, (_, i): Block => {
      const from = i * most, rows = Math.min(most, count - from)
      const own = (x: Matrix, width: number): Matrix => x.subarray(from * width, (from + rows) * width)
      const shared = (x: Matrix, width: number): Matrix => x.subarray(0, rows * width)
      return {
        rows, V: own(V, bins), M: M && own(M, bins), H: own(H, atoms),
        Q: shared(Q, bins), A: shared(A, bins), B: shared(B, bins), up: shared(up, atoms), down: shared(down, atoms),
      }
    })
    this.plainKl = weights === null && alpha === 1 && beta === 0
    this.plainEuclidean = weights === null && alpha === 1 && beta === 1
    if (activations) H.set(activations.map((x) => Math.max(spec.least, x)))
    else for (let row = 0; row < count; row++) {
      let sum = 0
      for (let i = row * bins; i < (row + 1) * bins; i++) sum += data[i]!
      H.fill(Math.max(spec.least, sum / atoms), row * atoms, (row + 1) * atoms)
    }
  }

  /** Moves H, under a penalty for each atom; then, if spectra are `learned`, says what W needs, and if `watched` what it all costs now. */
  pass(spectra: Matrix, penalties: ArrayLike<number>, learned: boolean, watched: boolean): Share {
    const { W, upW, downW, gramW, gramH, sums, blocks, products, spec: { bins, atoms } } = this
    W.set(spectra)
    for (const x of [upW, downW, gramW, gramH, sums]) x.fill(0)
    if (this.plainEuclidean) products.addProductByRows(gramW, W, W, atoms, bins, atoms)
    const start = this.fractions(penalties)
    if (this.plainKl) tile(blocks[0]!.down, start.down) // the same for all blocks, whose fractions have one place
    let before = 0, after = watched ? 0 : NaN
    for (const block of blocks) {
      before += this.move(block, start)
      products.addProductByColumns(sums, block.H, this.ones, block.rows, atoms, 1)
      if (learned) this.addFractions(block)
      if (watched) after += this.costOf(block)
    }
    if (this.plainKl) for (let atom = 0; atom < atoms; atom++) downW.fill(sums[atom]!, atom * bins, (atom + 1) * bins)
    if (this.plainEuclidean) products.addProduct(downW, gramH, W, atoms, atoms, bins)
    return { before, after, up: upW.slice(0, learned ? undefined : 0), down: downW.slice(0, learned ? undefined : 0), sums: sums.slice() }
  }

  cost(spectra: Matrix): number {
    this.W.set(spectra)
    return this.blocks.reduce((sum, block) => sum + this.costOf(block), 0)
  }

  activations(): Matrix {
    return this.H.slice()
  }

  private estimate({ rows, H, Q }: Block): void {
    this.products.addProduct(Q.fill(0), H, this.W, rows, this.spec.atoms, this.spec.bins)
  }

  private costOf(block: Block): number {
    this.estimate(block)
    return this.entries.cost(block.V, block.M, block.Q)
  }

  /** What every frame's fractions start from: the penalty, on the side that holds the positive part of the slope, and for KL the sums of W. */
  private fractions(penalties: ArrayLike<number>): Fractions {
    const { W, spec: { bins, atoms, divergence: { alpha } } } = this
    const penalty = Float64Array.from({ length: atoms }, (_, atom) => Math.abs(alpha) * penalties[atom]!)
    if (this.plainKl) for (let i = 0; i < W.length; i++) penalty[Math.floor(i / bins)]! += W[i]!
    const any = penalty.some((x) => x > 0) ? penalty : null
    return alpha > 0 ? { up: null, down: any } : { up: any, down: null }
  }

  /** One update of a block's activations; returns its cost before. */
  private move(block: Block, start: Fractions): number {
    const { products, entries, W, gramW, spec: { bins, atoms, least } } = this
    const { rows, V, M, H, Q, A, B, up, down } = block
    const before = this.costOf(block)
    tile(up, start.up)
    if (!this.plainKl) tile(down, start.down)
    if (this.plainEuclidean) {
      products.addProductByRows(up, V, W, rows, bins, atoms)
      products.addProduct(down, H, gramW, rows, atoms, atoms)
    } else {
      entries.ratios(entries.prepared(V, M), M, Q, A, B)
      products.addProductByRows(up, A, W, rows, bins, atoms)
      if (!this.plainKl) products.addProductByRows(down, B, W, rows, bins, atoms)
    }
    entries.climb(H, up, down, least)
    return before
  }

  private addFractions(block: Block): void {
    const { products, entries, upW, downW, gramH, spec: { bins, atoms } } = this
    const { rows, V, M, H, Q, A, B } = block
    if (this.plainEuclidean) {
      products.addProductByColumns(upW, H, V, rows, atoms, bins)
      products.addProductByColumns(gramH, H, H, rows, atoms, atoms)
      return
    }
    this.estimate(block)
    entries.ratios(entries.prepared(V, M), M, Q, A, B)
    products.addProductByColumns(upW, H, A, rows, atoms, bins)
    if (!this.plainKl) products.addProductByColumns(downW, H, B, rows, atoms, bins)
  }
}
