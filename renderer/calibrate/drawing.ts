// The two pictures of tuning: the keyboard with what was heard on each key, and what a note is made of.

import { token } from '../canvas.ts'
import { isClean } from './judging.ts'
import type { HeardNote } from './hearing.ts'
import type { Partial } from './pitch.ts'
import { isBlack, pitchName } from '../notes/names.ts'

type Context = CanvasRenderingContext2D

export interface Keys {
  readonly heard: readonly HeardNote[]
  readonly filled: readonly number[]
  readonly wanted: number | null
  /** What sounds now. */
  readonly sounding: ReadonlySet<number>
}

const [LOWEST, HIGHEST] = [21, 108]
const whites = Array.from({ length: HIGHEST - LOWEST + 1 }, (_, i) => LOWEST + i).filter((pitch) => !isBlack(pitch))
const OUTSIDE = '#8f8d88', WHITE = '#e4e2dd', BLACK = '#1b1b1e', BLACK_OUTSIDE = '#3a3a3e'
/** dB over which a bar grows from least to most. */
const QUIET = -50, LOUD = -8

/** Of the key's own place: left edge and width. */
function place(pitch: number, width: number): readonly [number, number] {
  const key = width / whites.length
  const before = whites.filter((white) => white < pitch).length
  return isBlack(pitch) ? [before * key - key * 0.31, key * 0.62] : [before * key, key]
}

function hatch(context: Context, x: number, y: number, width: number, height: number): void {
  context.save()
  context.beginPath()
  context.rect(x, y, width, height)
  context.clip()
  context.strokeStyle = 'rgba(110,107,101,.85)'
  context.lineWidth = 1.2
  for (let i = -height; i < width; i += 5) {
    context.beginPath()
    context.moveTo(x + i, y + height)
    context.lineTo(x + i + height, y)
    context.stroke()
  }
  context.restore()
}

export function drawKeys(context: Context, width: number, height: number, { heard, filled, wanted, sounding }: Keys): void {
  context.clearRect(0, 0, width, height)
  const top = 40
  const whiteHeight = height - top - 20, blackHeight = 0.62 * whiteHeight
  const colour = token('--s1')
  const loudest = new Map<number, number>()
  const rang = new Set<number>()
  for (const note of heard) if (isClean(note)) loudest.set(note.pitch, Math.max(loudest.get(note.pitch) ?? -Infinity, note.level)); else rang.add(note.pitch)
  const ends = [...loudest.keys()]
  const [low, high] = [Math.min(...ends), Math.max(...ends)]
  const inside = (pitch: number): boolean => pitch >= low && pitch <= high
  const filledSet = new Set(filled)
  for (const black of [false, true]) for (let pitch = LOWEST; pitch <= HIGHEST; pitch++) {
    if (isBlack(pitch) !== black) continue
    const [x, w] = place(pitch, width)
    const h = black ? blackHeight : whiteHeight
    context.beginPath()
    context.roundRect(x + 0.6, top, w - 1.2, h, [0, 0, 3, 3])
    context.fillStyle = pitch === wanted ? token('--accent') : black ? (inside(pitch) ? BLACK : BLACK_OUTSIDE) : inside(pitch) ? WHITE : OUTSIDE
    context.fill()
    if (black) {
      context.strokeStyle = '#000'
      context.lineWidth = 1
      context.stroke()
    }
    if (sounding.has(pitch)) {
      context.fillStyle = token('--accent')
      context.fillRect(x + 2, top + 4, w - 4, 8)
    }
    mark(context, x, w, top + h, black, loudest.get(pitch), rang.has(pitch), filledSet.has(pitch), colour)
    if (pitch % 12 === 0 && !black) {
      context.font = `500 11px ${token('--font')}`
      context.textAlign = 'center'
      context.textBaseline = 'middle'
      context.fillStyle = token('--text-3')
      context.fillText(pitchName(pitch), x + w / 2, height - 7)
    }
  }
  if (wanted !== null) drawWanted(context, width, top, wanted)
}

function mark(context: Context, x: number, width: number, bottom: number, black: boolean, level: number | undefined, rang: boolean, filled: boolean, colour: string): void {
  const inset = black ? 3 : Math.min(4, width / 6)
  const most = black ? 26 : 40
  if (level !== undefined) {
    const share = Math.max(0, Math.min(1, (level - QUIET) / (LOUD - QUIET)))
    const height = 8 + most * share
    context.beginPath()
    context.roundRect(x + inset, bottom - 6 - height, width - 2 * inset, height, 2)
    context.fillStyle = black ? colour : '#c9683c'
    context.fill()
  } else if (rang) {
    context.beginPath()
    context.roundRect(x + inset + 1, bottom - 20, width - 2 * inset - 2, 13, 2)
    context.strokeStyle = black ? colour : '#c9683c'
    context.lineWidth = 1.8
    context.stroke()
  } else if (filled) hatch(context, x + inset, bottom - 22, width - 2 * inset, 16)
}

function drawWanted(context: Context, width: number, top: number, wanted: number): void {
  const [x, w] = place(wanted, width)
  const middle = Math.max(16, Math.min(width - 16, x + w / 2))
  context.fillStyle = token('--accent')
  context.beginPath()
  context.moveTo(x + w / 2 - 6, top - 12)
  context.lineTo(x + w / 2 + 6, top - 12)
  context.lineTo(x + w / 2, top - 4)
  context.fill()
  context.font = `600 13px ${token('--font')}`
  context.textAlign = 'center'
  context.textBaseline = 'middle'
  context.fillText(pitchName(wanted), middle, top - 24)
}

export interface Made { readonly spectrum: Float32Array; readonly reach: number; readonly partials: readonly Partial[] }

const LEFT = 40, RIGHT = 12, BOTTOM = 22, TOP = 14
const DEEPEST = -70
const NUMBERED = 12

export function drawMade(context: Context, width: number, height: number, made: Made | null): void {
  context.fillStyle = token('--well')
  context.fillRect(0, 0, width, height)
  context.font = `400 11px ${token('--font')}`
  context.textBaseline = 'middle'
  const plotWidth = width - LEFT - RIGHT, plotHeight = height - TOP - BOTTOM
  const y = (level: number): number => TOP + plotHeight * Math.min(1, (6 - level) / (6 - DEEPEST))
  context.textAlign = 'right'
  for (const level of [0, -20, -40, -60]) {
    context.fillStyle = 'rgba(255,255,255,.06)'
    context.fillRect(LEFT, Math.round(y(level)), plotWidth, 1)
    context.fillStyle = token('--text-3')
    context.fillText(String(level).replace('-', '−'), LEFT - 7, y(level))
  }
  if (!made) return
  const x = (hertz: number): number => LEFT + plotWidth * hertz / made.reach
  context.textAlign = 'center'
  const every = made.reach > 6500 ? 2000 : made.reach > 3000 ? 1000 : 500
  for (let hertz = every; hertz < made.reach; hertz += every) if (x(hertz) < width - 24) context.fillText(`${hertz / 1000} kHz`, x(hertz), height - 10)
  const count = made.spectrum.length
  const line = new Path2D()
  made.spectrum.forEach((level, i) => line.lineTo(LEFT + plotWidth * (i + 0.5) / count, y(Math.max(DEEPEST, level))))
  const under = new Path2D(line)
  under.lineTo(LEFT + plotWidth, TOP + plotHeight)
  under.lineTo(LEFT, TOP + plotHeight)
  const shade = context.createLinearGradient(0, TOP, 0, TOP + plotHeight)
  shade.addColorStop(0, 'rgba(233,141,100,.45)')
  shade.addColorStop(1, 'rgba(233,141,100,.04)')
  context.fillStyle = shade
  context.fill(under)
  context.strokeStyle = token('--s1')
  context.lineWidth = 1.4
  context.lineJoin = 'round'
  context.stroke(line)
  context.fillStyle = token('--text')
  let last = -Infinity
  for (const { number, hertz, level } of made.partials.slice(0, NUMBERED)) {
    if (hertz > made.reach || x(hertz) - last < 12) continue
    last = x(hertz)
    context.fillText(String(number), x(hertz), Math.max(8, y(level) - 10))
  }
}
