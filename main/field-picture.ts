// The stereo field as a picture: level against delay with its peaks, and below it level against frequency.

import {
  BAND_CELLS, DELAY_CELLS, DELAY_RANGES, delayToY, hertzToZ, LEVEL_CELLS, LEVEL_LINEAR, levelToX,
} from '../worklet/field-axes.ts'
import type { Planes } from '../worklet/histogram.ts'
import { smooth, type Suggestion } from '../worklet/peaks.ts'
import { axes, GROUND, INK, Picture, type Rectangle, type Tick } from './picture.ts'

const WIDTH = 1100
const HEIGHT = 1180
const FIELD: Rectangle = { x: 130, y: 90, width: 820, height: 520 }
const SIDE: Rectangle = { x: 130, y: 740, width: 820, height: 340 }
/** What is this far below the strongest is as dark as nothing: dB for the field, and for the side view. */
const FIELD_RANGE = 30
const SIDE_RANGE = 40

/** Weights as lightness, between the centres of cells by straight lines. */
function lightness(plane: Float32Array, rows: number, columns: number, rangeDb: number): (u: number, v: number) => number {
  const most = plane.reduce((a, b) => Math.max(a, b), 0)
  const at = (row: number, column: number): number =>
    plane[Math.max(0, Math.min(rows - 1, row)) * columns + Math.max(0, Math.min(columns - 1, column))]!
  return (u, v) => {
    const x = u * columns - 0.5, y = v * rows - 0.5
    const column = Math.floor(x), row = Math.floor(y)
    const low = at(row, column) * (column + 1 - x) + at(row, column + 1) * (x - column)
    const high = at(row + 1, column) * (column + 1 - x) + at(row + 1, column + 1) * (x - column)
    const value = low * (row + 1 - y) + high * (y - row)
    return value > 0 ? 1 + (10 * Math.log10(value / most)) / rangeDb : 0
  }
}

const signed = (x: number): string => (x > 0 ? '+' : x < 0 ? '−' : '') + Math.abs(x)
const LEVELS: readonly Tick[] = [
  { at: levelToX(-120), label: 'L' }, { at: levelToX(120), label: 'R' },
  ...Array.from({ length: 7 }, (_, i) => i * 6 - LEVEL_LINEAR).map((level) => ({ at: levelToX(level), label: signed(level) })),
]
const LEVEL_LABEL = 'level, dB right over left'

export function fieldPicture(title: string, planes: Planes, { range, peaks }: Suggestion, sampleRate: number): Uint8Array {
  const picture = new Picture(WIDTH, HEIGHT)
  const micros = (samples: number): number => (samples / sampleRate) * 1e6
  const delays = [-1, -0.5, 0, 0.5, 1].map((share) => share * range)
  picture.heat(FIELD, lightness(smooth(planes.levelDelay[DELAY_RANGES.findIndex((r) => r === range)]!), DELAY_CELLS, LEVEL_CELLS, FIELD_RANGE))
  axes(picture, FIELD, {
    title, bottom: LEVELS, bottomLabel: `${LEVEL_LABEL}; upwards, delay of the right`, leftLabel: 'samples', rightLabel: 'µs',
    left: delays.map((delay) => ({ at: delayToY(delay, range), label: signed(delay) })),
    right: delays.map((delay) => ({ at: delayToY(delay, range), label: signed(Math.round(micros(delay) * 10) / 10) })),
  })
  peaks.forEach(({ level, delay }, i) => {
    const x = FIELD.x + levelToX(level) * FIELD.width
    const y = FIELD.y + (1 - delayToY(delay, range)) * FIELD.height
    picture.ring(x, y, 11, 6, GROUND)
    picture.ring(x, y, 11, 2.5, INK)
    picture.fill({ x: x + 17, y: y - 23, width: 16, height: 20 }, GROUND, 0.8)
    picture.text(x + 20, y - 13, String(i + 1))
  })

  picture.heat(SIDE, lightness(planes.levelBand, BAND_CELLS, LEVEL_CELLS, SIDE_RANGE))
  const hertz = [100, 200, 500, 1000, 2000, 5000, 10000, 20000].filter((f) => f < sampleRate / 2)
  axes(picture, SIDE, {
    title: 'level against frequency', bottom: LEVELS, bottomLabel: LEVEL_LABEL, leftLabel: 'Hz',
    left: hertz.map((f) => ({ at: hertzToZ(f, sampleRate), label: f < 1000 ? String(f) : `${f / 1000}k` })),
  })
  return picture.png()
}
