// The live picture: one column per frame, frequency on a logarithmic axis, the newest at the right. Columns are
// painted once, into a strip that is twice as long as the picture, each at two places, so that the window on the
// newest ones is always one piece and drawing it is one copy whatever the size of the screen.

import type { Frame } from '../worklet/frame.ts'
import { putOwned, sourceColour, toLab } from './colour.ts'

export const ROWS = 560
const LOW = 50 // Hz
const HIGH = 16_000
const RANGE = 68 // dB from dark to light
const TILT = 3 // dB per octave: what falls off like most sounds do looks even
const REFERENCE = 1000 // Hz, where the tilt is nothing
const QUIETEST = -50 // dB below full scale: the light does not follow a sound down beyond this
const BRIDGE = 0.1 // seconds
const FALL = 6 // dB per second at which the light follows

export interface Axis { readonly low: number; readonly high: number; row(hertz: number): number }

export function frequencyAxis(sampleRate: number): Axis {
  const high = Math.min(HIGH, sampleRate / 2)
  const octaves = Math.log2(high / LOW)
  return { low: LOW, high, row: (hertz) => Math.log2(hertz / LOW) / octaves }
}

/** Of a session: `shapeFor` may have fitted the dictionary's sizes to its rate. */
export interface PictureShape {
  readonly sampleRate: number
  readonly fftSize: number
  readonly windowSize: number
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
  const { sampleRate, fftSize, windowSize, hopSize, sources } = shape
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
  const { first, last, fraction, tilt } = rowMap(sampleRate, fftSize)
  /** A full-scale sine: half the sum of the window, which has the mean of half a sine. */
  const fullScale = 20 * Math.log10(windowSize / Math.PI)
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
      let loudest = -Infinity
      for (let r = 0; r < ROWS; r++) {
        levels[r] = 20 * Math.log10(strongest(magnitude, first[r]!, last[r]!, fraction[r]!) + 1e-12) - fullScale + tilt[r]!
        if (levels[r]! > loudest) loudest = levels[r]!
      }
      light = Math.max(QUIETEST, loudest, light - fallPerFrame)
      for (let r = 0; r < ROWS; r++) {
        const energy = Math.max(0, Math.min(1, (levels[r]! - light) / RANGE + 1))
        // Between two bins the owners are mixed like the energy is; among many, the loudest bin speaks.
        const bin = first[r]! === last[r]! ? first[r]! : loudestBin(magnitude, first[r]!, last[r]!)
        const t = first[r]! === last[r]! ? fraction[r]! : 0
        const next = Math.min(bins - 1, bin + 1)
        for (let k = 0; k < sources; k++) shares[k] = masks[k * bins + bin]! * (1 - t) + masks[k * bins + next]! * t
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

/** For each row the bins it covers; where it covers less than one, the bin below it and how far it is to the next. */
function rowMap(sampleRate: number, fftSize: number) {
  const { low, high } = frequencyAxis(sampleRate)
  const [first, last] = [new Uint16Array(ROWS), new Uint16Array(ROWS)]
  const [fraction, tilt] = [new Float32Array(ROWS), new Float32Array(ROWS)]
  const hertz = (row: number): number => low * (high / low) ** (row / ROWS)
  const most = fftSize / 2
  for (let r = 0; r < ROWS; r++) {
    const from = hertz(r) * fftSize / sampleRate
    const to = hertz(r + 1) * fftSize / sampleRate
    const middle = (from + to) / 2
    first[r] = Math.min(most, to - from < 1 ? Math.floor(middle) : Math.round(from))
    last[r] = to - from < 1 ? first[r]! : Math.min(most, Math.max(first[r]!, Math.round(to) - 1))
    fraction[r] = to - from < 1 ? middle - Math.floor(middle) : 0
    tilt[r] = TILT * Math.log2(hertz(r + 0.5) / REFERENCE)
  }
  return { first, last, fraction, tilt }
}

function strongest(magnitude: Float32Array, first: number, last: number, fraction: number): number {
  if (first === last) return magnitude[first]! * (1 - fraction) + magnitude[Math.min(magnitude.length - 1, first + 1)]! * fraction
  let most = 0
  for (let i = first; i <= last; i++) if (magnitude[i]! > most) most = magnitude[i]!
  return most
}

function loudestBin(magnitude: Float32Array, first: number, last: number): number {
  let best = first
  for (let i = first + 1; i <= last; i++) if (magnitude[i]! > magnitude[best]!) best = i
  return best
}
