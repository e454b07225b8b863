// The frame around the field: lines, numbers, units, the lanes to hard left and right, and the curve of energy above.

import { LEVEL_LINEAR } from '../../worklet/field-axes.ts'
import { token } from '../canvas.ts'
import { sourceColour } from '../colour.ts'
import type { FieldMap } from './map.ts'
import { delayToPixel, hertzToPixel, levelToPixel, pixelToDelay, pixelToLevel } from './geometry.ts'
import type { Plot } from './geometry.ts'

const HERTZ = [100, 200, 500, 1000, 2000, 5000, 10_000, 20_000]
const STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500]
const minus = (text: string): string => text.replace('-', '−')

/** Round numbers in a span, at most `most` of them. */
function ticks(low: number, high: number, most: number): number[] {
  const step = STEPS.find((each) => (high - low) / each <= most) ?? 1000
  const found = []
  for (let i = Math.ceil(low / step); i * step <= high; i++) found.push(Number((i * step).toFixed(3)))
  return found
}

/** Numbers that stay at least so far apart. */
const APART = 14

export function drawAxes(context: CanvasRenderingContext2D, plot: Plot): void {
  const { left, top, width, height, view } = plot
  const bottom = top + height
  context.font = `400 11px ${token('--font')}`
  context.textBaseline = 'middle'
  const faint = 'rgba(255,255,255,.07)'
  const line = (x: number, y: number, w: number, h: number, colour: string): void => {
    context.fillStyle = colour
    context.fillRect(Math.round(x), Math.round(y), w, h)
  }
  const [low, high] = [Math.max(-LEVEL_LINEAR, pixelToLevel(plot, left)), Math.min(LEVEL_LINEAR, pixelToLevel(plot, left + width))]
  const levels = high - low > 30 ? [-18, -12, -6, 0, 6, 12, 18] : ticks(low, high, 8)
  context.strokeStyle = token('--line')
  context.lineWidth = 1
  context.strokeRect(left - 0.5, top - 0.5, width + 1, height + 1)
  context.textAlign = 'center'
  for (const level of levels) {
    const x = levelToPixel(plot, level)
    if (x < left - 0.5 || x > left + width + 0.5) continue
    line(x, top, 1, height, level === 0 ? 'rgba(255,255,255,.16)' : faint)
    context.fillStyle = token('--text-3')
    context.fillText(minus(String(Math.abs(level) === level ? level : -level)), x, bottom + 12)
  }
  lanes(context, plot)
  context.fillStyle = token('--text-3')
  context.textAlign = 'center'
  context.fillText('dB', left + width / 2, bottom + 27)
  context.textAlign = 'left'
  context.fillText('louder left', left + width * 0.12, bottom + 27)
  context.textAlign = 'right'
  context.fillText('louder right', left + width * 0.88, bottom + 27)

  context.fillText(view === 'delay' ? 'µs' : 'Hz', left - 8, top - 12)
  let before = Infinity
  const rows: [number, string][] = view === 'delay'
    ? ticks(pixelToDelay(plot, bottom), pixelToDelay(plot, top), 9).map((delay) => [delayToPixel(plot, delay), minus((delay > 0 ? '+' : '') + delay)])
    : HERTZ.map((hertz) => [hertzToPixel(plot, hertz), hertz >= 1000 ? `${hertz / 1000}k` : String(hertz)])
  for (const [y, text] of rows) {
    if (y < top - 0.5 || y > bottom + 0.5 || before - y < APART) continue
    before = y
    line(left, y, width, 1, text === '0' ? 'rgba(255,255,255,.16)' : faint)
    context.fillStyle = token('--text-3')
    context.fillText(text, left - 8, Math.min(bottom - 4, y))
  }
}

function lanes(context: CanvasRenderingContext2D, plot: Plot): void {
  const { left, top, width, height } = plot
  for (const side of [-1, 1]) {
    const x = Math.round(levelToPixel(plot, side * LEVEL_LINEAR)) + 0.5
    if (x < left || x > left + width) continue
    context.strokeStyle = 'rgba(255,255,255,.2)'
    context.setLineDash([2, 3])
    context.beginPath()
    context.moveTo(x, top)
    context.lineTo(x, top + height)
    context.stroke()
    context.setLineDash([])
    context.save()
    context.translate((x + (side < 0 ? left : left + width)) / 2, top + height - 8)
    context.rotate(-Math.PI / 2)
    context.textAlign = 'left'
    context.fillStyle = 'rgba(238,236,232,.55)'
    context.fillText(side < 0 ? 'hard left' : 'hard right', 0, 0)
    context.restore()
  }
}

/** The energy at each level, in the colours of its owners. */
export function drawProfile(context: CanvasRenderingContext2D, plot: Plot, { profile, owners }: FieldMap, height: number): void {
  const { left, width, top, window: { x0, x1 } } = plot
  const base = top - 1
  const columns = profile.length
  const wide = width / (columns * (x1 - x0))
  for (let i = 0; i < columns; i++) {
    const x = left + ((i / columns - x0) / (x1 - x0)) * width
    if (x + wide < left || x > left + width) continue
    const from = Math.max(left, x)
    const high = profile[i]! * height
    context.fillStyle = owners[i]! < 0 ? '#5d5b66' : sourceColour(owners[i]!)
    context.fillRect(from, base - high, Math.min(left + width, x + wide) - from + 0.3, high)
  }
}
