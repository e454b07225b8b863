// The frame around a spectrogram: frequency in the gutter, time along the ruler.

import { token } from '../canvas.ts'
import { clock } from '../format.ts'
import type { Axis } from './rows.ts'
import { marks } from './view.ts'
import type { View } from './view.ts'

export const GUTTER = 48
export const RULER = 24

const HERTZ = [50, 100, 200, 500, 1000, 2000, 5000, 10_000]
const FINE_HERTZ = [50, 60, 70, 80, 90, 100, 120, 150].flatMap((f) => [f, 2 * f, 10 * f, 20 * f, 100 * f]).sort((a, b) => a - b)

const hertzText = (hertz: number): string => (hertz >= 1000 ? `${hertz / 1000}k` : String(hertz))

const label = (context: CanvasRenderingContext2D): void => {
  context.font = `400 11px ${token('--font')}`
  context.textBaseline = 'middle'
  context.fillStyle = token('--text-3')
}

/** Between `top` and `bottom`, over the picture's whole width. */
export function drawFrequencies(context: CanvasRenderingContext2D, axis: Axis, low: number, high: number, width: number, top: number,
  bottom: number): void {
  context.fillStyle = token('--panel')
  context.fillRect(0, top, GUTTER, bottom - top)
  label(context)
  context.textAlign = 'right'
  let last = Infinity
  for (const hertz of high - low > 0.45 ? HERTZ : FINE_HERTZ) {
    const y = Math.round(bottom - (axis.row(hertz) - low) / (high - low) * (bottom - top)) + 0.5
    if (y < top + 6 || y > bottom - 4 || last - y < 18) continue
    last = y
    context.fillStyle = 'rgba(255,255,255,.055)'
    context.fillRect(GUTTER, y - 0.5, width - GUTTER, 1)
    context.fillStyle = token('--line-strong')
    context.fillRect(GUTTER - 5, y - 0.5, 5, 1)
    context.fillStyle = token('--text-3')
    context.fillText(hertzText(hertz), GUTTER - 8, y)
  }
  context.fillStyle = '#000'
  context.fillRect(GUTTER - 1, top, 1, bottom - top)
}

function ruler(context: CanvasRenderingContext2D, width: number): void {
  context.fillStyle = token('--panel')
  context.fillRect(0, 0, width, RULER)
  context.fillStyle = '#000'
  context.fillRect(0, RULER - 1, width, 1)
  label(context)
  context.textAlign = 'right'
  context.fillText('Hz', GUTTER - 8, RULER / 2)
}

/** Along the top: the times of a view of a file. */
export function drawTimes(context: CanvasRenderingContext2D, view: View, width: number): void {
  ruler(context, width)
  context.textAlign = 'left'
  const { times, digits } = marks(view, width - GUTTER, 64)
  for (const time of times) {
    const x = GUTTER + Math.round((time - view.from) / view.seconds * (width - GUTTER))
    context.fillStyle = token('--line-strong')
    context.fillRect(x, RULER - 9, 1, 8)
    context.fillStyle = token('--text-3')
    const text = clock(time, digits)
    if (x + 5 + context.measureText(text).width < width) context.fillText(text, x + 5, RULER / 2 - 1)
  }
}

/** The same of a live picture: how long ago. */
export function drawAges(context: CanvasRenderingContext2D, seconds: number, width: number): void {
  ruler(context, width)
  context.textAlign = 'center'
  for (let t = 0; t < seconds; t++) {
    const x = Math.round(width - t * (width - GUTTER) / seconds)
    if (x - 34 < GUTTER) break // it would run into the unit
    context.fillStyle = token('--line-strong')
    context.fillRect(x - 1, RULER - 9, 1, 8)
    context.fillStyle = token('--text-3')
    context.fillText(t ? `−${t} s` : 'now', t ? x - 20 : x - 18, RULER / 2 - 1)
  }
}
