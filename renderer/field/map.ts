// The picture of a histogram: light is energy, hue is the source that claims the spot, and what nobody claims is a cold
// grey. Painted at the histogram's own resolution; the screen's scaling smooths it.

import { BAND_CELLS, DELAY_CELLS, LEVEL_CELLS } from '../../worklet/field-axes.ts'
import type { Planes } from '../../worklet/histogram.ts'
import { putLab, sourceColour, toLab } from '../colour.ts'
import type { Lab } from '../colour.ts'
import type { Claims } from './claims.ts'
import type { View } from './state.ts'

/** How strongly weak cells are lifted: a histogram's weights span many orders. */
const LIFT = 0.3
/** Light of the whole file's field where nothing sounds now. */
const UNDER = 0.5
/** A share above which a spot has an owner, and the least difference between two that are not in dispute. */
const OWNED = 0.3
const DISPUTE = 0.24

export interface FieldMap {
  readonly canvas: OffscreenCanvas
  /** Energy of each column, 0…1, and who owns most of it: the curve above the plot. */
  readonly profile: Float32Array
  readonly owners: Int8Array
  paint(live: Planes | null, whole: Planes | null, claims: Claims, view: View, range: number, boundaries: boolean): void
}

const planeOf = (planes: Planes, view: View, range: number): Float32Array =>
  (view === 'delay' ? planes.levelDelay[range]! : planes.levelBand)

export function createFieldMap(): FieldMap {
  const canvas = new OffscreenCanvas(LEVEL_CELLS, DELAY_CELLS)
  const context = canvas.getContext('2d', { alpha: false })!
  const colours: Lab[] = Array.from({ length: 16 }, (_, i) => toLab(sourceColour(i)))
  const [now, under] = [new Float32Array(LEVEL_CELLS * DELAY_CELLS), new Float32Array(LEVEL_CELLS * DELAY_CELLS)]
  const profile = new Float32Array(LEVEL_CELLS)
  const owners = new Int8Array(LEVEL_CELLS)
  const images = { delay: new ImageData(LEVEL_CELLS, DELAY_CELLS), frequency: new ImageData(LEVEL_CELLS, BAND_CELLS) }
  const totals = Array.from({ length: LEVEL_CELLS }, () => new Float64Array(17))

  return {
    canvas, profile, owners,
    paint(live, whole, { shares, placed }, view, range, boundaries) {
      const rows = view === 'delay' ? DELAY_CELLS : BAND_CELLS
      const image = images[view]
      const byRow = view === 'frequency' // bands differ by many decibels: each has a light of its own, in part
      if (live) lighten(planeOf(live, view, range), now, rows, byRow)
      else now.fill(0)
      if (whole) lighten(planeOf(whole, view, range), under, rows, byRow)
      else under.fill(0)
      for (const total of totals) total.fill(0)
      for (let row = 0; row < rows; row++) {
        for (let column = 0; column < LEVEL_CELLS; column++) {
          const cell = row * LEVEL_CELLS + column
          const energy = Math.max(now[cell]!, UNDER * under[cell]!)
          let most = 0
          let second = 0
          let owner = -1
          for (let s = 0; s < shares.length; s++) {
            const share = placed[s] ? shares[s]![cell]! : 0
            if (share > most) { second = most; most = share; owner = s } else if (share > second) second = share
          }
          const certainty = Math.max(0, Math.min(1, (most - OWNED) / (1 - OWNED)))
          const pale = boundaries && second > OWNED && most - second < DISPUTE ? 0.16 * (1 - (most - second) / DISPUTE) : 0
          put(image.data, 4 * ((rows - 1 - row) * LEVEL_CELLS + column), energy, certainty, pale, owner < 0 ? null : colours[owner % 16]!)
          const squared = energy * energy
          totals[column]![certainty > 0.2 ? owner : 16]! += squared * squared
        }
      }
      context.putImageData(image, 0, 0)
      summarise(totals, profile, owners)
    },
  }
}

function put(pixels: Uint8ClampedArray, at: number, energy: number, certainty: number, pale: number, colour: Lab | null): void {
  const u = energy
  const chroma = colour ? certainty * (0.16 + 0.84 * Math.min(1, 1.6 * u)) * (1 - 0.5 * u * u * u) : 0
  const cold = (1 - chroma) * Math.min(1, 1.5 * u + 0.25)
  const lightness = 0.16 + 0.04 * certainty + 0.77 * u ** 1.35 + (colour ? 0.12 * u * (colour.lightness - 0.73) * certainty : 0) + pale
  const [a, b] = [colour ? colour.a * chroma : 0, colour ? colour.b * chroma : 0]
  putLab(pixels, at, lightness, a + 0.016 * cold * (1 - u), b - 0.062 * cold * (1 - 0.8 * u))
}

/** Weights to light 0…1: smoothed by one cell, lifted, over the strongest. */
function lighten(plane: Float32Array, into: Float32Array, rows: number, byRow: boolean): void {
  const width = LEVEL_CELLS
  let most = 1e-30
  for (let row = 0; row < rows; row++) {
    const [above, below] = [Math.max(0, row - 1) * width, Math.min(rows - 1, row + 1) * width]
    let rowMost = 1e-30
    for (let column = 0; column < width; column++) {
      const [l, r] = [Math.max(0, column - 1), Math.min(width - 1, column + 1)]
      const at = row * width
      const value = 0.36 * plane[at + column]! + 0.12 * (plane[at + l]! + plane[at + r]! + plane[above + column]! + plane[below + column]!)
        + 0.04 * (plane[above + l]! + plane[above + r]! + plane[below + l]! + plane[below + r]!)
      into[at + column] = value
      if (value > rowMost) rowMost = value
    }
    if (byRow) {
      const scale = rowMost ** -0.5
      for (let i = row * width; i < (row + 1) * width; i++) into[i]! *= scale
      rowMost *= scale
    }
    if (rowMost > most) most = rowMost
  }
  if (most <= 1e-20) return void into.fill(0)
  for (let i = 0; i < rows * width; i++) into[i] = (into[i]! / most) ** LIFT
}

function summarise(totals: readonly Float64Array[], profile: Float32Array, owners: Int8Array): void {
  let most = 1e-9
  totals.forEach((total, column) => {
    let sum = 0
    let owner = 16
    for (let s = 0; s <= 16; s++) {
      sum += total[s]!
      if (total[s]! > total[owner]!) owner = s
    }
    profile[column] = sum
    owners[column] = owner === 16 ? -1 : owner
    if (sum > most) most = sum
  })
  for (let i = 0; i < profile.length; i++) profile[i]! /= most
}
