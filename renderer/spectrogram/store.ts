// What a picture of a file knows, a byte per cell: how loud, whose, where between left and right, how coherent. Columns
// stand for one or more hops, so that a picture of any length takes the same memory. Colours are made from it again and
// again, for what is pointed at lights up and what is asked for is marked.

import { putLab, putOwned } from '../colour.ts'
import type { Lab } from '../colour.ts'
import { ROWS } from './rows.ts'

const QUIETEST = -118 // dB of the lowest code but 0, which is not known yet
const STEP = 0.5
const RANGE = 68 // dB from dark to light
/** Of all cells this share may be lighter than light: one bang does not darken an hour. */
const BEYOND = 3e-4
const DARKEST_LIGHT = -50 // dB: near silence is not blown up

export const levelCode = (dB: number): number => Math.max(1, Math.min(255, Math.round((dB - QUIETEST) / STEP) + 1))
export const levelOf = (code: number): number => (code - 1) * STEP + QUIETEST
/** Shares from 0 to 1. */
export const byte = (share: number): number => Math.round(255 * Math.max(0, Math.min(1, share)))
/** Level differences to ±63 dB, phases to ±π. */
export const sideCode = (dB: number): number => Math.round(2 * Math.max(-63, Math.min(63, dB)))
export const phaseCode = (radians: number): number => Math.round(radians / Math.PI * 127)
export const phaseOf = (code: number): number => code / 127 * Math.PI

/** How much a place owns of what stands somewhere: `weights[(row ÷ ROWS_PER × SIDES + side) × PHASES + phase]`, 0…255. */
export const SIDES = 64
export const PHASES = 32
export const ROWS_PER = 8
export type Lit =
  | { readonly kind: 'source'; readonly source: number }
  | { readonly kind: 'place'; readonly weights: Uint8Array }
  /** Rows over columns of the whole file: seconds and hertz, even-odd. */
  | { readonly kind: 'area'; readonly polygon: readonly (readonly [number, number])[] }

export interface Look {
  /** False shows energy alone. */
  readonly owners: boolean
  readonly contested: boolean
  readonly diffuse: boolean
  readonly lit: Lit | null
}

/** Two shares closer than this are contested, where neither is nothing. */
const CLOSE = 0.25
const SOME = 0.2
/** Less coherent than this is diffuse. */
const DIFFUSE = 0.55
/** What is too dark to be seen is not marked. */
const VISIBLE = 0.22

export class Store {
  readonly level: Uint8Array
  readonly side: Int8Array
  readonly phase: Int8Array
  readonly coherence: Uint8Array
  /** Source by source, 0…255. */
  shares: readonly Uint8Array[] = []
  /** By column: whether its levels, its owners and its colours are what they should be. */
  readonly seen: Uint8Array
  readonly owned: Uint8Array
  readonly drawn: Uint8Array
  private readonly counts = new Uint32Array(256)

  /** `columns` of `stride` hops each, from hop `first` on. */
  constructor(readonly first: number, readonly stride: number, readonly columns: number, sources: number) {
    const cells = columns * ROWS
    this.level = new Uint8Array(cells)
    this.side = new Int8Array(cells)
    this.phase = new Int8Array(cells)
    this.coherence = new Uint8Array(cells)
    this.seen = new Uint8Array(columns)
    this.owned = new Uint8Array(columns)
    this.drawn = new Uint8Array(columns).fill(1) // nothing to draw yet
    this.own(sources)
  }

  /** Shares of so many sources, none known. */
  own(sources: number): void {
    this.shares = Array.from({ length: sources }, (_, k) => this.shares[k] ?? new Uint8Array(this.columns * ROWS))
    this.owned.fill(0)
  }

  columnOf(hop: number): number { return Math.floor((hop - this.first) / this.stride) }

  /** A column's levels are known: they count for the light. */
  see(column: number): void {
    for (let at = column * ROWS; at < (column + 1) * ROWS; at++) this.counts[this.level[at]!]!++
    this.seen[column] = 1
    this.drawn[column] = 0
  }

  /** dB that are shown as the lightest. */
  light(): number {
    let total = 0
    for (let code = 1; code < 256; code++) total += this.counts[code]!
    let above = 0
    for (let code = 255; code > 0; code--) if ((above += this.counts[code]!) > total * BEYOND) return Math.max(DARKEST_LIGHT, levelOf(code))
    return DARKEST_LIGHT
  }

  /** Columns `from` to `to` as pixels, the highest row first; `light` for all, or for each column. */
  paint(from: number, to: number, light: number | Float32Array, colours: readonly Lab[], look: Look,
    area: Uint8Array | null): Uint8ClampedArray<ArrayBuffer> {
    const width = to - from
    const pixels = new Uint8ClampedArray(4 * width * ROWS)
    const shares = new Float32Array(this.shares.length)
    for (let column = from; column < to; column++) {
      const lightest = typeof light === 'number' ? light : light[column]!
      for (let row = 0; row < ROWS; row++) {
        const cell = column * ROWS + row
        const at = 4 * ((ROWS - 1 - row) * width + column - from)
        const code = this.level[cell]!
        if (code === 0) { putLab(pixels, at, 0.115, 0, 0); continue }
        const energy = Math.max(0, Math.min(1, (levelOf(code) - lightest) / RANGE + 1))
        for (let k = 0; k < shares.length; k++) shares[k] = look.owners ? this.shares[k]![cell]! / 255 : 0
        const mark = energy < VISIBLE ? null : this.mark(look, cell, row + column, row - column)
        if (mark) putLab(pixels, at, 0.5 + 0.4 * energy, mark.a, mark.b)
        else putOwned(pixels, at, energy, shares, colours, look.lit ? this.lit(look.lit, cell, row, area) : 1)
      }
      this.drawn[column] = 1
    }
    return pixels
  }

  /** Contested cells are hatched one way, diffuse ones the other: never by colour alone. */
  private mark(look: Look, cell: number, rising: number, falling: number): Lab | null {
    if (look.contested && rising % 8 < 2 && this.isContested(cell)) return CONTESTED_MARK
    if (look.diffuse && (falling + 8 * this.columns) % 8 < 2 && this.coherence[cell]! < 255 * DIFFUSE) return DIFFUSE_MARK
    return null
  }

  /** The two strongest claims, the rest's among them, are about equal. */
  isContested(cell: number): boolean {
    let rest = 1, first = 0, second = 0
    for (const shares of this.shares) {
      const share = shares[cell]! / 255
      rest -= share
      if (share > first) { second = first; first = share } else if (share > second) second = share
    }
    if (rest > first) { second = first; first = rest } else if (rest > second) second = rest
    return second > SOME && first - second < CLOSE
  }

  private lit(lit: Lit, cell: number, row: number, area: Uint8Array | null): number {
    if (lit.kind === 'source') return (this.shares[lit.source]?.[cell] ?? 0) / 255
    if (lit.kind === 'area') return area![cell]! / 255
    const side = Math.max(0, Math.min(SIDES - 1, Math.floor((this.side[cell]! / 2 + 32) * SIDES / 64)))
    const phase = Math.min(PHASES - 1, Math.floor((this.phase[cell]! / 127 + 1) / 2 * PHASES))
    return lit.weights[((row / ROWS_PER | 0) * SIDES + side) * PHASES + phase]! / 255
  }
}

/** Amber and a pale violet, which no source has. */
const CONTESTED_MARK: Lab = { lightness: 0, a: 0.02, b: 0.12 }
const DIFFUSE_MARK: Lab = { lightness: 0, a: 0.06, b: -0.07 }
