// The live picture: one column per frame, frequency on a logarithmic axis, the newest at the right. What is known of each
// column is kept, so that what is pointed at lights up in all of it. Columns are painted into a strip that is twice as
// long as the picture, each at two places, so that the window on the newest ones is always one piece and drawing it is
// one copy whatever the size of the screen.

import type { Frame } from '../../worklet/frame.ts'
import { sourceColour, toLab } from '../colour.ts'
import { ROWS, Rows } from './rows.ts'
import type { RowsShape } from './rows.ts'
import { Space } from './space.ts'
import { Store, byte, levelCode } from './store.ts'
import type { Look } from './store.ts'

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
  /** dB that the newest column shows as the lightest. */
  readonly light: number
  /** `sharedLight`: of the picture that this one is compared with, so that equally light is equally loud. */
  push(frame: Frame, sharedLight?: number): void
  /** So many seconds have gone by of which nothing is known. */
  skip(seconds: number): void
  look(look: Look): void
  /** The newest `seconds` into a rectangle, "now" at its right edge. Sixty times a second only the low quality is cheap. */
  draw(target: Target, x: number, y: number, width: number, height: number, quality?: ImageSmoothingQuality): void
}

export const PLAIN: Look = { owners: true, contested: false, diffuse: false, lit: null }

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
  const store = new Store(0, 1, columns, sources)
  const lights = new Float32Array(columns)
  const colours = Array.from({ length: sources }, (_, k) => toLab(sourceColour(k)))
  const shares = new Float32Array(sources)
  const levels = new Float32Array(ROWS)
  const rows = new Rows(shape)
  const longestBridge = Math.max(1, Math.round(BRIDGE * sampleRate / hopSize))
  const fallPerFrame = FALL * hopSize / sampleRate
  let space: Space | null = null
  let shown = PLAIN
  let light = previous?.light ?? QUIETEST
  let at = 0
  let before = -Infinity

  function put(from: number, to: number): void {
    const pixels = new ImageData(store.paint(from, to, lights, colours, shown, null), to - from, ROWS)
    context.putImageData(pixels, from, 0)
    context.putImageData(pixels, from + columns, 0)
  }

  function keep({ magnitude, masks, layout: { bins }, left, right, crossRe, crossIm }: Frame): void {
    if (left.length > 0) {
      space ??= new Space(bins)
      for (let i = 0; i < bins; i++) space.put(i, left[i]!, right[i]!, crossRe[i]!, crossIm[i]!)
    }
    for (let r = 0; r < ROWS; r++) {
      const cell = at * ROWS + r
      store.level[cell] = levelCode(levels[r]!)
      rows.shares(magnitude, masks, bins, r, shares)
      for (let k = 0; k < sources; k++) store.shares[k]![cell] = byte(shares[k]!)
      space?.keep(store, cell, rows.speaker(magnitude, r))
    }
    lights[at] = light
    store.seen[at] = 1
    put(at, at + 1)
    at = (at + 1) % columns
  }

  function dark(): void {
    store.level.fill(0, at * ROWS, (at + 1) * ROWS)
    store.seen[at] = 1
    put(at, at + 1)
    at = (at + 1) % columns
  }

  return {
    shape,
    get light() { return light },
    push(frame, sharedLight) {
      const loudest = rows.levels(frame.magnitude, levels)
      light = sharedLight ?? Math.max(QUIETEST, loudest, light - fallPerFrame)
      // Time stays true where frames were not sent: a few are stood for by the one that came, a long gap is dark.
      const position = frame.fact('position')
      const steps = Math.min(columns, position > before && before >= 0 ? Math.max(1, Math.round((position - before) / hopSize)) : 1)
      for (let step = 1; step < steps; step++) if (steps > longestBridge) dark(); else keep(frame)
      keep(frame)
      before = position
    },
    skip(seconds) { for (let step = Math.min(columns, Math.round(seconds * sampleRate / hopSize)); step > 0; step--) dark() },
    look(look) {
      shown = look
      // What came from another separation is not known here, and stays as it was drawn.
      for (let c = 0; c < columns; c++) if (store.seen[c]) put(c, c + 1)
    },
    draw(target, x, y, width, height, quality = 'low') {
      target.imageSmoothingEnabled = true
      target.imageSmoothingQuality = quality
      target.drawImage(strip, at, 0, columns, ROWS, x, y, width, height)
    },
  }
}
