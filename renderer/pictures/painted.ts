// A spectrogram with something painted into a source: the voice of the first picture, and an area around a few of its tones.

import { sourceColour } from '../colour.ts'
import { drawHeard } from './voice.ts'

const GREEN = 3
/** Corners as parts of the picture. */
const AREA = [[0.35, 0.34], [0.42, 0.26], [0.52, 0.27], [0.61, 0.35], [0.63, 0.5], [0.55, 0.6], [0.44, 0.62], [0.36, 0.52]] as const

export function* drawPainted(context: CanvasRenderingContext2D, width: number, height: number): Generator<void> {
  yield* drawHeard(context, width, height)
  const outline = (): void => {
    context.beginPath()
    AREA.forEach(([x, y], i) => {
      const [u, v] = AREA[(i + 1) % AREA.length]!
      const middle = [(x + u) / 2 * width, (y + v) / 2 * height] as const
      if (i === 0) {
        const [p, q] = AREA.at(-1)!
        context.moveTo((x + p) / 2 * width, (y + q) / 2 * height)
      }
      context.quadraticCurveTo(x * width, y * height, ...middle)
    })
    context.closePath()
  }
  const colour = sourceColour(GREEN)
  outline()
  context.fillStyle = colour + '40'
  context.fill()
  context.strokeStyle = 'rgba(8,8,10,.82)'
  context.lineWidth = 4
  context.stroke()
  outline()
  context.strokeStyle = colour
  context.lineWidth = 1.8
  context.stroke()
}
