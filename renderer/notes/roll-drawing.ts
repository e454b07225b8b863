// The piano roll's picture: keyboard, rows, what was heard of each pitch, and the notes over it. Colour is the source,
// strength is velocity; weak notes are hollow.

import { token } from '../canvas.ts'
import { isBlack, pitchName } from './names.ts'
import type { RollPlane } from './roll-plane.ts'
import { WEAK } from './roll-sheet.ts'
import type { Heat, RollNote } from './roll-sheet.ts'
import { GUTTER } from '../spectrogram/axes.ts'

type Context = CanvasRenderingContext2D

const KEY_LIGHT = '#dad8d2', KEY_DARK = '#1b1b1e', KEY_LINE = '#8f8d88'
const BLACK_SHARE = 0.6 // of the gutter that a black key takes

export interface RollLook {
  readonly colour: string
  readonly notes: readonly RollNote[]
  readonly selected: ReadonlySet<number>
  readonly heat: Heat | null
  /** Seconds by which the heat comes after what it shows. */
  readonly late: number
  /** Until when sounding notes are drawn. */
  readonly now: number
  /** Pitches whose keys are down. */
  readonly sounding: ReadonlySet<number>
  /** A frame that selects, and a note about to be added. */
  readonly band: readonly [readonly [number, number], readonly [number, number]] | null
}

export function drawRoll(context: Context, plane: RollPlane, look: RollLook): void {
  const { width, height, pitches: { low, high } } = plane
  context.fillStyle = token('--well')
  context.fillRect(GUTTER, 0, width - GUTTER, height)
  look.heat?.draw(context, plane.from + look.late, plane.seconds, low, high, GUTTER, 0, width - GUTTER, height)
  drawRows(context, plane)
  context.save()
  context.beginPath()
  context.rect(GUTTER, 0, width - GUTTER, height)
  context.clip()
  for (const note of look.notes) drawNote(context, plane, note, look.colour, look.now, look.selected.has(note.id))
  if (look.band) {
    const [[x1, y1], [x2, y2]] = look.band
    context.strokeStyle = token('--text')
    context.lineWidth = 1
    context.setLineDash([4, 3])
    context.strokeRect(Math.min(x1, x2) + 0.5, Math.min(y1, y2) + 0.5, Math.abs(x2 - x1), Math.abs(y2 - y1))
    context.setLineDash([])
  }
  context.restore()
  drawKeyboard(context, plane, look.sounding, look.colour)
}

function drawRows(context: Context, plane: RollPlane): void {
  const { width, pitches: { low, high }, row } = plane
  for (let pitch = Math.floor(low); pitch < high; pitch++) {
    const y = Math.round(plane.y(pitch) + row)
    if (isBlack(pitch) && row >= 3) {
      context.fillStyle = 'rgba(0,0,0,.22)'
      context.fillRect(GUTTER, plane.y(pitch), width - GUTTER, row)
    }
    if (pitch % 12 === 0 || (row >= 7 && pitch % 12 === 5)) {
      context.fillStyle = pitch % 12 === 0 ? 'rgba(255,255,255,.11)' : 'rgba(255,255,255,.05)'
      context.fillRect(GUTTER, y - 0.5, width - GUTTER, 1)
    }
  }
}

function drawNote(context: Context, plane: RollPlane, note: RollNote, colour: string, now: number, selected: boolean): void {
  const x = plane.x(note.onset)
  const right = Math.max(x + 3, plane.x(note.offset ?? now))
  if (right < GUTTER || x > plane.width) return
  const height = Math.max(3, Math.min(12, plane.row - 1))
  const y = plane.y(note.pitch) + (plane.row - height) / 2
  if (y > plane.height || y + height < 0) return
  const weak = note.velocity < WEAK
  const radius = Math.min(2, height / 2, (right - x) / 2)
  context.beginPath()
  context.roundRect(x, y, right - x, height, radius)
  if (weak) {
    context.fillStyle = 'rgba(13,13,15,.55)'
    context.fill()
    context.strokeStyle = colour
    context.lineWidth = 1
    context.stroke()
  } else {
    context.globalAlpha = 0.42 + 0.58 * Math.min(1, (note.velocity - WEAK) / (110 - WEAK))
    context.fillStyle = colour
    context.fill()
    context.globalAlpha = 1
  }
  if (note.bends && note.bends.length > 1 && height >= 5) drawBends(context, plane, note, y + height / 2, right)
  if (!selected) return
  context.beginPath()
  context.roundRect(x - 1.5, y - 1.5, right - x + 3, height + 3, radius + 1.5)
  context.strokeStyle = '#000'
  context.lineWidth = 3
  context.stroke()
  context.strokeStyle = token('--text')
  context.lineWidth = 1.5
  context.stroke()
}

function drawBends(context: Context, plane: RollPlane, { onset, bends }: RollNote, middle: number, right: number): void {
  context.beginPath()
  context.moveTo(plane.x(onset), middle)
  for (const { seconds, cents } of bends!) context.lineTo(Math.min(right, plane.x(seconds)), middle - cents / 100 * plane.row)
  context.strokeStyle = 'rgba(255,255,255,.8)'
  context.lineWidth = 1
  context.stroke()
}

export function drawKeyboard(context: Context, plane: RollPlane, sounding: ReadonlySet<number>, colour: string): void {
  const { height, pitches: { low, high }, row } = plane
  context.fillStyle = KEY_LIGHT
  context.fillRect(0, 0, GUTTER, height)
  for (let pitch = Math.floor(low); pitch < high; pitch++) {
    const y = plane.y(pitch)
    if (isBlack(pitch)) {
      context.fillStyle = KEY_DARK
      context.fillRect(0, y, GUTTER * BLACK_SHARE, row)
    } else if (pitch % 12 === 0 || pitch % 12 === 5) {
      context.fillStyle = KEY_LINE
      context.fillRect(0, y + row - 0.5, GUTTER, 1)
    } else if (row >= 5) {
      context.fillStyle = KEY_LINE
      context.fillRect(GUTTER * BLACK_SHARE, y + row + row / 2 - 0.5, GUTTER * (1 - BLACK_SHARE), 1)
    }
    if (sounding.has(pitch)) {
      context.fillStyle = colour
      context.fillRect(isBlack(pitch) ? 2 : GUTTER - 10, y + Math.min(2, row / 4), isBlack(pitch) ? GUTTER * BLACK_SHARE - 4 : 8, Math.max(2, row - Math.min(4, row / 2)))
    }
  }
  context.font = `500 11px ${token('--font')}`
  context.textAlign = 'right'
  context.textBaseline = 'middle'
  let last = Infinity
  for (let pitch = Math.floor(low); pitch < high; pitch++) {
    const every = row >= 13 ? !isBlack(pitch) : pitch % 12 === 0
    const y = plane.y(pitch) + row / 2
    if (!every || last - y < 12 || y < 5 || y > height - 5) continue
    last = y
    context.fillStyle = '#2b2b2f'
    context.fillText(pitchName(pitch), GUTTER - 12, y)
  }
  context.fillStyle = '#000'
  context.fillRect(GUTTER - 1, 0, 1, height)
}
