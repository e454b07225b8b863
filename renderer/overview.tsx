// The whole file as an outline, below its picture: click or arrow keys go somewhere else in it; what the picture shows
// is framed.

import { useEffect, useRef } from 'preact/hooks'
import { seek } from './actions.ts'
import { fit, scaleOf, token } from './canvas.ts'
import { clock } from './format.ts'
import { heardAt, watch } from './frames.ts'
import { view } from './spectrogram/view.ts'
import type { View } from './spectrogram/view.ts'
import { measured } from './state.ts'

const ARROW = 5 // seconds

export const Overview = ({ peaks, seconds }: { peaks: Float32Array; seconds: number }) => {
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    let drawn = -1
    let shown: View | null = null
    let outline: Outline | null = null
    return watch({
      draw() {
        const target = canvas.current
        if (!target) return
        const at = heardAt() ?? 0
        const x = Math.round(at / seconds * target.clientWidth * scaleOf(target))
        const resized = fit(target)
        if (!resized && x === drawn && shown === view.peek()) return
        drawn = x
        shown = view.peek()
        if (resized || !outline) outline = outlineOf(peaks, Math.max(1, target.width), Math.max(1, target.height))
        draw(target, outline, at / seconds, shown.from / seconds, (shown.from + shown.seconds) / seconds)
      },
    })
  }, [peaks, seconds])
  const position = measured.position.value ?? 0
  const toTime = (event: PointerEvent & { currentTarget: HTMLElement }): number => {
    const { left, width } = event.currentTarget.getBoundingClientRect()
    return Math.max(0, Math.min(0.9999, (event.clientX - left) / width)) * seconds
  }
  return (
    <div class="overview">
      <div class="overview-track" role="slider" tabIndex={0} aria-label="Position in the file"
        aria-valuemin={0} aria-valuemax={Math.ceil(seconds)} aria-valuenow={Math.round(position)} aria-valuetext={`${clock(position)} of ${clock(seconds)}`}
        onPointerDown={(event) => seek(toTime(event))}
        onKeyDown={(event) => {
          const to: Record<string, number> = {
            ArrowRight: position + ARROW, ArrowUp: position + ARROW, ArrowLeft: position - ARROW, ArrowDown: position - ARROW,
            Home: 0, End: seconds - ARROW,
          }
          if (to[event.key] === undefined || event.ctrlKey || event.altKey || event.metaKey) return
          event.preventDefault()
          seek(Math.max(0, Math.min(seconds - 0.001, to[event.key]!)))
        }}>
        <canvas ref={canvas} />
      </div>
    </div>
  )
}

/** The outline in what is past's colour and in the future's: drawn once for a size, then only copied. */
interface Outline { readonly past: OffscreenCanvas; readonly future: OffscreenCanvas }

function outlineOf(peaks: Float32Array, width: number, height: number): Outline {
  const past = new OffscreenCanvas(width, height)
  const future = new OffscreenCanvas(width, height)
  const contexts = [past, future].map((canvas) => canvas.getContext('2d')!)
  contexts[0]!.fillStyle = token('--accent')
  contexts[1]!.fillStyle = token('--text-off')
  const middle = height / 2
  const count = peaks.length / 2
  let most = 0.05 // near silence is not blown up
  for (const peak of peaks) most = Math.max(most, Math.abs(peak))
  for (let x = 0; x < width; x++) {
    const first = Math.floor(x * count / width)
    const last = Math.max(first + 1, Math.floor((x + 1) * count / width))
    let low = 0, high = 0
    for (let i = first; i < last; i++) {
      low = Math.min(low, peaks[2 * i]!)
      high = Math.max(high, peaks[2 * i + 1]!)
    }
    const top = middle - high / most * (middle - 2)
    for (const context of contexts) context.fillRect(x, top, 1, Math.max(1, (high - low) / most * (middle - 2)))
  }
  return { past, future }
}

function draw(canvas: HTMLCanvasElement, { past, future }: Outline, at: number, from: number, to: number): void {
  const context = canvas.getContext('2d')
  if (!context) return
  const { width, height } = canvas
  const pixel = Math.max(1, scaleOf(canvas))
  context.clearRect(0, 0, width, height)
  if (to - from < 0.999) {
    context.fillStyle = token('--raised')
    context.fillRect(from * width, 0, (to - from) * width, height)
    context.fillStyle = token('--edge')
    for (const edge of [from, to]) context.fillRect(Math.min(width - pixel, Math.round(edge * width)), 0, pixel, height)
  }
  const x = Math.round(at * width)
  if (x > 0) context.drawImage(past, 0, 0, x, height, 0, 0, x, height)
  if (x < width) context.drawImage(future, x, 0, width - x, height, x, 0, width - x, height)
  context.fillStyle = token('--text')
  context.fillRect(x, 0, pixel, height)
}
