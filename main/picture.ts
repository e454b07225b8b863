// Pictures for the command line: an image of bytes, a few strokes, letters, and charts with axes.

import { toLab, putLab } from '../renderer/colour.ts'
import { ADVANCE, GLYPH_HEIGHT, glyph, GLYPH_WIDTH, textWidth } from './font.ts'
import { png } from './png.mjs'

/** "#rrggbb" */
export type Colour = string

export const GROUND: Colour = '#141416'
export const INK: Colour = '#e8e8ea'
export const QUIET: Colour = '#8b8b92'

const channels = (colour: Colour): [number, number, number] => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16)) as [number, number, number]

export interface Rectangle { readonly x: number; readonly y: number; readonly width: number; readonly height: number }

/** Dark to light through blue, violet and wheat; equal steps look equal (OKLab). */
const HEAT = ['#141416', '#2a2a5c', '#6b3f8f', '#c05a78', '#e9a05f', '#f6edc8'].map(toLab)

export class Picture {
  readonly pixels: Uint8ClampedArray

  constructor(readonly width: number, readonly height: number, ground: Colour = GROUND) {
    this.pixels = new Uint8ClampedArray(width * height * 4)
    this.fill({ x: 0, y: 0, width, height }, ground)
  }

  png(): Uint8Array { return png(new Uint8Array(this.pixels.buffer), this.width, this.height) }

  private dot(x: number, y: number, [r, g, b]: readonly [number, number, number], opacity = 1): void {
    if (x < 0 || y < 0 || x >= this.width || y >= this.height) return
    const at = (y * this.width + x) * 4
    this.pixels[at] = this.pixels[at]! * (1 - opacity) + r * opacity
    this.pixels[at + 1] = this.pixels[at + 1]! * (1 - opacity) + g * opacity
    this.pixels[at + 2] = this.pixels[at + 2]! * (1 - opacity) + b * opacity
    this.pixels[at + 3] = 255
  }

  fill({ x, y, width, height }: Rectangle, colour: Colour, opacity = 1): void {
    const rgb = channels(colour)
    for (let row = Math.round(y); row < Math.round(y + height); row++)
      for (let column = Math.round(x); column < Math.round(x + width); column++) this.dot(column, row, rgb, opacity)
  }

  /** Letters `scale` times their drawn size; `align` says which part of the text stands at x, and the middle of its height at y. */
  text(x: number, y: number, text: string, { colour = INK, scale = 2, align = 'left' }: { colour?: Colour; scale?: number; align?: 'left' | 'centre' | 'right' } = {}): void {
    const rgb = channels(colour)
    const wide = textWidth(text, scale)
    let left = Math.round(x - (align === 'left' ? 0 : align === 'right' ? wide : wide / 2))
    const top = Math.round(y - ((GLYPH_HEIGHT - 1) * scale) / 2)
    for (const letter of text) {
      glyph(letter).forEach((bits, row) => {
        for (let column = 0; column < GLYPH_WIDTH; column++)
          if (bits & (1 << (GLYPH_WIDTH - 1 - column)))
            for (let i = 0; i < scale * scale; i++) this.dot(left + column * scale + (i % scale), top + row * scale + Math.floor(i / scale), rgb)
      })
      left += ADVANCE * scale
    }
  }

  /** A ring with soft edges. */
  ring(x: number, y: number, radius: number, thickness: number, colour: Colour): void {
    const rgb = channels(colour)
    const reach = Math.ceil(radius + thickness)
    for (let row = Math.floor(y) - reach; row <= y + reach; row++)
      for (let column = Math.floor(x) - reach; column <= x + reach; column++) {
        const off = Math.abs(Math.hypot(column + 0.5 - x, row + 0.5 - y) - radius) - thickness / 2
        this.dot(column, row, rgb, Math.max(0, Math.min(1, 0.5 - off)))
      }
  }

  /** `value(u, v)` from 0 to 1, u to the right and v upwards from 0 to 1, in the colours of heat. */
  heat({ x, y, width, height }: Rectangle, value: (u: number, v: number) => number): void {
    for (let row = 0; row < height; row++)
      for (let column = 0; column < width; column++) {
        const share = Math.max(0, Math.min(1, value((column + 0.5) / width, 1 - (row + 0.5) / height))) * (HEAT.length - 1)
        const low = HEAT[Math.min(HEAT.length - 2, Math.floor(share))]!
        const high = HEAT[Math.min(HEAT.length - 2, Math.floor(share)) + 1]!
        const t = share - Math.min(HEAT.length - 2, Math.floor(share))
        putLab(this.pixels, ((y + row) * this.width + x + column) * 4, low.lightness + t * (high.lightness - low.lightness),
          low.a + t * (high.a - low.a), low.b + t * (high.b - low.b))
      }
  }
}

/** Where on an axis, 0 to 1, and what stands there. */
export interface Tick { readonly at: number; readonly label: string }

export interface Axes {
  readonly title: string
  readonly bottom: readonly Tick[]
  readonly left: readonly Tick[]
  readonly right?: readonly Tick[]
  readonly bottomLabel: string
  readonly leftLabel: string
  readonly rightLabel?: string
}

/** The frame of a chart: faint lines across it, labels outside; those of the sides stand above their ticks. */
export function axes(picture: Picture, area: Rectangle, { title, bottom, left, right = [], bottomLabel, leftLabel, rightLabel = '' }: Axes): void {
  const { x, y, width, height } = area
  const line = (rectangle: Rectangle, opacity: number): void => picture.fill(rectangle, INK, opacity)
  for (const { at, label } of bottom) {
    line({ x: x + at * width, y, width: 1, height }, 0.12)
    line({ x: x + at * width, y: y + height, width: 1, height: 6 }, 0.6)
    picture.text(x + at * width, y + height + 18, label, { align: 'centre', colour: QUIET })
  }
  for (const [ticks, from, end] of [[left, x - 6, 'right'], [right, x + width, 'left']] as const)
    for (const { at, label } of ticks) {
      const row = y + (1 - at) * height
      if (ticks === left) line({ x, y: row, width, height: 1 }, 0.12)
      line({ x: from, y: row, width: 6, height: 1 }, 0.6)
      picture.text(end === 'right' ? from - 6 : from + 12, row, label, { align: end, colour: QUIET })
    }
  line({ x, y, width, height: 1 }, 0.35)
  line({ x, y: y + height - 1, width, height: 1 }, 0.35)
  line({ x, y, width: 1, height }, 0.35)
  line({ x: x + width - 1, y, width: 1, height }, 0.35)
  picture.text(x + width / 2, y - 20, title, { align: 'centre' })
  picture.text(x - 12, y - 20, leftLabel, { align: 'right', colour: QUIET })
  picture.text(x + width + 12, y - 20, rightLabel, { colour: QUIET })
  picture.text(x + width / 2, y + height + 42, bottomLabel, { align: 'centre', colour: QUIET })
}
