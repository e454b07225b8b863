// The two pictures of a learning: how the misfit falls, and what the atoms look like, low to high.

import { boxOf, brush, fit, token } from '../canvas.ts'

const LEFT = 40, BOTTOM = 18, TOP = 8, RIGHT = 10

/** Misfit against passes, on a logarithmic scale: what still falls is seen. */
export function drawMisfit(canvas: HTMLCanvasElement, losses: readonly number[], of: number, colour: string): void {
  fit(canvas)
  const context = brush(canvas)
  if (!context) return
  const { width, height } = boxOf(canvas)
  context.clearRect(0, 0, width, height)
  context.font = `400 11px ${token('--font')}`
  context.fillStyle = token('--text-3')
  context.textBaseline = 'middle'
  const known = losses.filter((loss) => loss > 0)
  const most = Math.max(...known, 1e-12)
  const least = Math.min(...known, most / 1.5)
  const [high, low] = [Math.log(most) + 0.05, Math.log(least) - 0.05]
  const x = (pass: number): number => LEFT + (width - LEFT - RIGHT) * pass / Math.max(1, of)
  const y = (loss: number): number => TOP + (height - TOP - BOTTOM) * (high - Math.log(Math.max(loss, 1e-12))) / (high - low)
  context.textAlign = 'center'
  for (const pass of [0, Math.round(of / 3), Math.round(2 * of / 3), of]) context.fillText(String(pass), x(pass), height - BOTTOM / 2)
  if (known.length === 0) return
  context.textAlign = 'right'
  for (const loss of [most, Math.sqrt(most * least), least]) {
    context.fillText(Number(loss.toPrecision(2)).toString(), LEFT - 6, y(loss))
    context.fillRect(LEFT, Math.round(y(loss)), width - LEFT - RIGHT, 0.25)
  }
  context.beginPath()
  losses.forEach((loss, i) => context.lineTo(x(i + 1), y(loss)))
  context.strokeStyle = colour
  context.lineWidth = 1.5
  context.stroke()
  context.lineTo(x(losses.length), height - BOTTOM)
  context.lineTo(x(1), height - BOTTOM)
  context.globalAlpha = 0.14
  context.fillStyle = colour
  context.fill()
  context.globalAlpha = 1
  context.fillStyle = token('--text')
  context.beginPath()
  context.arc(x(losses.length), y(losses.at(-1)!), 3, 0, 2 * Math.PI)
  context.fill()
}

const LOWEST = 50 // Hz
const RANGE = 50 // dB from dark to full colour

/** One column per atom, from low to high by the middle of its spectrum; frequency upwards on a logarithmic axis. */
export function drawAtoms(canvas: HTMLCanvasElement, spectra: Float32Array, bins: number, sampleRate: number, colour: string): void {
  fit(canvas)
  const context = brush(canvas)
  if (!context || spectra.length === 0) return
  const { width, height } = boxOf(canvas)
  const atoms = spectra.length / bins
  const rows = Array.from({ length: atoms }, (_, i) => spectra.subarray(i * bins, (i + 1) * bins))
  const middle = (row: Float32Array): number => row.reduce((sum, x, bin) => sum + x * Math.log(bin + 1), 0)
  rows.sort((a, b) => middle(a) - middle(b))
  const highest = sampleRate / 2
  context.fillStyle = token('--well')
  context.fillRect(0, 0, width, height)
  context.fillStyle = colour
  const lines = Math.round(height)
  rows.forEach((row, i) => {
    const from = i * width / atoms
    const most = Math.max(...row)
    for (let line = 0; line < lines; line++) {
      const at = (fraction: number): number => LOWEST * (highest / LOWEST) ** fraction / highest * (bins - 1)
      const first = Math.floor(at(line / lines))
      const last = Math.max(first + 1, Math.ceil(at((line + 1) / lines)))
      let value = 0
      for (let bin = first; bin < Math.min(bins, last); bin++) value = Math.max(value, row[bin]!)
      const light = 1 + 20 * Math.log10(value / most + 1e-9) / RANGE
      if (light <= 0) continue
      context.globalAlpha = light
      context.fillRect(from, height - line - 1, Math.max(1, width / atoms - 1), 1)
    }
  })
  context.globalAlpha = 1
}
