// A preset at a glance: the mean of its spectra, low to high, in decibels.

import { boxOf, brush, fit, token } from '../canvas.ts'

const LOWEST = 40 // Hz
const RANGE = 45 // dB from the floor to the top

/** Height of each column, 0 to 1, on a logarithmic axis up to half the rate. */
export function profile(mean: Float32Array, sampleRate: number, columns: number): Float32Array {
  const highest = sampleRate / 2
  const most = mean.reduce((most, x) => Math.max(most, x), 0)
  const heights = new Float32Array(columns)
  if (most === 0) return heights
  const bin = (fraction: number): number => LOWEST * (highest / LOWEST) ** fraction / highest * (mean.length - 1)
  for (let x = 0; x < columns; x++) {
    const [first, last] = [bin(x / columns), bin((x + 1) / columns)]
    let value = 0
    if (last - first < 1) { // several columns within a bin: between its neighbours
      const below = Math.min(Math.floor(first), mean.length - 2)
      value = mean[below]! * (below + 1 - first) + mean[below + 1]! * (first - below)
    } else for (let i = Math.floor(first); i < last; i++) value = Math.max(value, mean[i]!)
    heights[x] = Math.max(0, 1 + 20 * Math.log10(value / most + 1e-9) / RANGE)
  }
  return heights
}

export function drawProfile(canvas: HTMLCanvasElement, mean: Float32Array, sampleRate: number, chosen: boolean): void {
  fit(canvas)
  const context = brush(canvas)
  if (!context) return
  const { width, height } = boxOf(canvas)
  context.clearRect(0, 0, width, height)
  const heights = profile(mean, sampleRate, Math.max(1, Math.round(width)))
  const y = (value: number): number => height - 2 - value * (height - 6)
  context.beginPath()
  heights.forEach((value, x) => context.lineTo(x, y(value)))
  context.strokeStyle = token(chosen ? '--accent' : '--text-2')
  context.lineWidth = 1.2
  context.stroke()
  context.lineTo(width, height)
  context.lineTo(0, height)
  context.globalAlpha = 0.16
  context.fillStyle = context.strokeStyle
  context.fill()
  context.globalAlpha = 1
}
