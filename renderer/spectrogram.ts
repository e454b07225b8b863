// The live picture: one column per frame, frequency on a logarithmic axis, the newest at the right. Columns are
// painted once, into a strip that is twice as long as the picture, each at two places, so that the window on the
// newest ones is always one piece and drawing it is one copy whatever the size of the screen.

import type { Frame } from '../worklet/frame.ts'
import { putOwned, sourceColour, toLab } from './colour.ts'
import { ROWS, Rows } from './spectrogram-rows.ts'
import type { RowsShape } from './spectrogram-rows.ts'

const RANGE = 68 // dB from dark to light
const QUIETEST = -50 // dB below full scale: the light does not follow a sound down beyond this
const BRIDGE = 0.1 // seconds
const FALL = 6 // dB per second at which the light follows

export interface PictureShape extends RowsShape {
  readonly hopSize: number
  readonly sources: number
}

type Target = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D

export interface Spectrogram {
  readonly shape: PictureShape
  push(frame: Frame): void
  /** The newest `seconds` into a rectangle, "now" at its right edge. Sixty times a second only the low quality is cheap. */
  draw(target: Target, x: number, y: number, width: number, height: number, quality?: ImageSmoothingQuality): void
}

/** `seconds` is how much is kept and shown; `previous` is what it goes on from, when another separation hears the same input. */
export function createSpectrogram(shape: PictureShape, seconds: number, previous: Spectrogram | null = null): Spectrogram {
  const { sampleRate, hopSize, sources } = shape
  const columns = Math.ceil(seconds * sampleRate / hopSize)
  const strip = new OffscreenCanvas(2 * columns, ROWS)
  const context = strip.getContext('2d', { alpha: false })!
  context.fillStyle = '#0d0d0f'
  context.fillRect(0, 0, 2 * columns, ROWS)
  previous?.draw(context, 0, 0, columns, ROWS)
  previous?.draw(context, columns, 0, columns, ROWS)
  const column = new ImageData(1, ROWS)
  const colours = Array.from({ length: sources }, (_, k) => toLab(sourceColour(k)))
  const shares = new Float32Array(sources)
  const levels = new Float32Array(ROWS)
  const rows = new Rows(shape)
  const longestBridge = Math.max(1, Math.round(BRIDGE * sampleRate / hopSize))
  const fallPerFrame = FALL * hopSize / sampleRate
  let light = QUIETEST
  let at = 0
  let before = -Infinity

  const put = (): void => {
    context.putImageData(column, at, 0)
    context.putImageData(column, at + columns, 0)
    at = (at + 1) % columns
  }
  /** Time stays true where frames were not sent: a few are stood for by the one that came, a long gap is dark. */
  function advance(steps: number): void {
    if (steps > longestBridge) {
      const painted = column.data.slice()
      for (let i = 0; i < painted.length; i++) column.data[i] = i % 4 < 3 ? 13 : 255
      for (let step = 1; step < steps; step++) put()
      column.data.set(painted)
      put()
    } else for (let step = 0; step < steps; step++) put()
  }

  return {
    shape,
    push(frame) {
      const { magnitude, masks, layout: { bins } } = frame
      light = Math.max(QUIETEST, rows.levels(magnitude, levels), light - fallPerFrame)
      for (let r = 0; r < ROWS; r++) {
        const energy = Math.max(0, Math.min(1, (levels[r]! - light) / RANGE + 1))
        rows.shares(magnitude, masks, bins, r, shares)
        putOwned(column.data, 4 * (ROWS - 1 - r), energy, shares, colours)
      }
      const position = frame.fact('position')
      const steps = position > before && before >= 0 ? Math.max(1, Math.round((position - before) / hopSize)) : 1
      advance(Math.min(columns, steps))
      before = position
    },
    draw(target, x, y, width, height, quality = 'low') {
      target.imageSmoothingEnabled = true
      target.imageSmoothingQuality = quality
      target.drawImage(strip, at, 0, columns, ROWS, x, y, width, height)
    },
  }
}
