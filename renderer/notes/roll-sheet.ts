// What a piano roll shows: the notes, and under them how much of each pitch was heard. A sheet of a file knows all of its
// time; one of a live sound keeps the newest seconds. Notes are plain and never changed: another list is another version.

import { putLab } from '../colour.ts'

export interface RollNote {
  readonly id: number
  /** Seconds of the file, or of the live stream. */
  readonly onset: number
  /** Null while it sounds. */
  readonly offset: number | null
  readonly pitch: number
  /** 1 to 127. */
  readonly velocity: number
  /** How far it was bent, from when on. */
  readonly bends?: readonly { readonly seconds: number; readonly cents: number }[]
}

/** Softer than this is drawn hollow. */
export const WEAK = 32
export const PITCHES = 128

const RANGE = 50 // dB from dark to light
const LIGHTEST = -72 // dB: light does not follow a sound down beyond this
const PER_CODE = 0.5 // dB
const LOWEST = -118 // dB, of code 1

/** Activations as bytes: 0 is nothing, the others steps of half a dB. */
export const activationCode = (activation: number): number =>
  (activation > 0 ? Math.max(0, Math.min(255, Math.round((20 * Math.log10(activation) - LOWEST) / PER_CODE) + 1)) : 0)
export const decibelsOf = (code: number): number => LOWEST + (code - 1) * PER_CODE

/** From the well's black over a deep blue to a pale one: no source has it, and a note of any colour stands out on it. */
const ramp = ((): Uint8ClampedArray => {
  const pixels = new Uint8ClampedArray(4 * 256)
  for (let i = 0; i < 256; i++) {
    const u = (i / 255) ** 0.9
    putLab(pixels, 4 * i, 0.115 + 0.5 * u, 0.004 * u, -0.005 - 0.13 * u * (1 - 0.45 * u))
  }
  return pixels
})()

/** Columns of activations with their picture. With `turns` the newest columns take the places of the oldest. */
export class Heat {
  private readonly codes: Uint8Array
  private readonly canvas: OffscreenCanvas
  private readonly context: OffscreenCanvasRenderingContext2D
  private light = LIGHTEST
  /** Columns that have come, and the first that is kept. */
  count = 0

  constructor(readonly columns: number, readonly secondsPerColumn: number, private readonly turns: boolean) {
    this.codes = new Uint8Array(columns * PITCHES)
    this.canvas = new OffscreenCanvas(turns ? 2 * columns : columns, PITCHES)
    this.context = this.canvas.getContext('2d', { alpha: false })!
    this.context.fillStyle = '#0d0d0f'
    this.context.fillRect(0, 0, this.canvas.width, PITCHES)
  }

  /** `codes`: column after column, PITCHES each, lowest first. Of a file, `first` says where they belong. */
  add(codes: Uint8Array, first = this.count): void {
    const added = codes.length / PITCHES
    let loudest = 0
    for (const code of codes) if (code > loudest) loudest = code
    for (let i = 0; i < added; i++) {
      const at = this.turns ? (first + i) % this.columns : first + i
      if (at < this.columns) this.codes.set(codes.subarray(i * PITCHES, (i + 1) * PITCHES), at * PITCHES)
    }
    const lightest = Math.max(LIGHTEST, decibelsOf(loudest))
    const brighter = lightest > this.light + 1
    if (brighter) this.light = lightest
    if (this.turns || !brighter) for (let i = 0; i < added; i++) this.paint(first + i)
    else for (let column = 0; column < Math.max(this.count, first + added); column++) this.paint(column)
    // A live picture's light sinks slowly again; a file's is that of its loudest moment.
    if (this.turns) this.light = Math.max(LIGHTEST, this.light - 3 * added * this.secondsPerColumn)
    this.count = Math.max(this.count, first + added)
  }

  private paint(column: number): void {
    const at = this.turns ? column % this.columns : column
    if (at >= this.columns) return
    const image = new ImageData(1, PITCHES)
    for (let pitch = 0; pitch < PITCHES; pitch++) {
      const code = this.codes[at * PITCHES + pitch]!
      const u = code === 0 ? 0 : Math.max(0, Math.min(1, 1 + (decibelsOf(code) - this.light) / RANGE))
      const to = 4 * (PITCHES - 1 - pitch)
      image.data.set(ramp.subarray(4 * Math.round(255 * u), 4 * Math.round(255 * u) + 4), to)
    }
    this.context.putImageData(image, at, 0)
    if (this.turns) this.context.putImageData(image, at + this.columns, 0)
  }

  /** The level of a pitch at a time in dB; null where nothing is known. */
  level(seconds: number, pitch: number): number | null {
    const column = Math.floor(seconds / this.secondsPerColumn)
    if (column < Math.max(0, this.turns ? this.count - this.columns : 0) || column >= this.count) return null
    const code = this.codes[(this.turns ? column % this.columns : column) * PITCHES + pitch]!
    return code === 0 ? null : decibelsOf(code)
  }

  /** Seconds from `from` on and pitches from `low` to below `high` into a rectangle. */
  draw(target: CanvasRenderingContext2D, from: number, seconds: number, low: number, high: number,
    x: number, y: number, width: number, height: number): void {
    const first = from / this.secondsPerColumn
    const last = (from + seconds) / this.secondsPerColumn
    const oldest = this.turns ? Math.max(0, this.count - this.columns) : 0
    const [start, end] = [Math.max(oldest, first), Math.min(this.turns ? this.count : this.columns, last)]
    if (end <= start) return
    // A ring's columns from the oldest on are one piece of the doubled picture.
    const offset = this.turns ? (oldest % this.columns) - oldest : 0
    const scale = width / (last - first)
    target.imageSmoothingEnabled = true
    target.imageSmoothingQuality = 'low'
    target.drawImage(this.canvas, start + offset, PITCHES - high, end - start, high - low,
      x + (start - first) * scale, y, (end - start) * scale, height)
  }
}
