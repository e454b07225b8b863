// The stereo field of the demo as a picture: where its instruments stand, each with a glow as its energy would make it. The
// marks are drawn as the field draws them.

import { putOwned, sourceColour, toLab } from '../colour.ts'
import { demoSelection, spots } from '../demo/places.ts'
import { RATE } from '../demo/loop.ts'
import { drawScene } from '../field/drawing.ts'
import { microseconds, pixelToDelay, pixelToLevel } from '../field/geometry.ts'
import type { Plot } from '../field/geometry.ts'
import type { Scene } from '../field/drawing.ts'

/** Pixels of the glow, which the screen's scaling smooths. */
const COLUMNS = 240
/** How far the energy of a source is spread: dB, samples. */
const WIDE = 2
const TALL = 1.25
/** How brightly each shines, in their order. */
const LIGHT = [1, 0.8, 0.85, 0.75, 0.6]

const nothing = {
  covariances: {}, chosen: null, chosenPlace: null, peaks: [], hover: null, lit: null, draft: null, brush: null, snapped: null, cross: null, corners: [], focused: false,
} as const satisfies Partial<Scene>

export function drawField(context: CanvasRenderingContext2D, width: number, height: number): void {
  const plot: Plot = { view: 'delay', range: 1, window: { x0: 0.16, x1: 0.84, y0: -0.06, y1: 1.06 }, sampleRate: RATE, left: 0, top: 0, width, height }
  const rows = Math.max(2, Math.round(COLUMNS * height / width))
  const small = new OffscreenCanvas(COLUMNS, rows)
  const paint = small.getContext('2d', { alpha: false })!
  const image = paint.createImageData(COLUMNS, rows)
  const colours = spots.map((_, k) => toLab(sourceColour(k)))
  const shares = new Float32Array(spots.length)
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < COLUMNS; column++) {
      const level = pixelToLevel(plot, (column + 0.5) / COLUMNS * width)
      const lag = pixelToDelay(plot, (row + 0.5) / rows * height) / microseconds(1, RATE)
      let total = 0
      spots.forEach((spot, k) => {
        const x = (level - spot.level) / WIDE, y = (lag - spot.lag) / TALL
        // What overlaps with something else lands between: a skirt around a bright middle.
        total += shares[k] = LIGHT[k]! * (Math.exp(-x * x - y * y) + 0.24 * Math.exp(-0.16 * (x * x) - 0.2 * (y * y)))
      })
      const energy = Math.min(1, 0.85 * total + 0.22 * Math.exp(-0.006 * level * level))
      for (let k = 0; k < spots.length; k++) shares[k]! /= total + 0.1
      putOwned(image.data, 4 * (row * COLUMNS + column), energy, shares, colours)
    }
  paint.putImageData(image, 0, 0)
  context.imageSmoothingQuality = 'high'
  context.drawImage(small, 0, 0, width, height)
  drawScene(context, plot, { ...nothing, selection: demoSelection })
}
