// The whole file as an outline, below its picture: click or arrow keys go somewhere else in it; what the picture shows
// is framed.

import { useEffect, useRef } from 'preact/hooks'
import { seek } from './actions.ts'
import { fit, scaleOf, token } from './canvas.ts'
import { clock } from './format.ts'
import { heardAt, watch } from './frames.ts'
import { view } from './spectrogram-view.ts'
import type { View } from './spectrogram-view.ts'
import { measured } from './state.ts'

const ARROW = 5 // seconds

export const Overview = ({ peaks, seconds }: { peaks: Float32Array; seconds: number }) => {
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    let drawn = -1
    let shown: View | null = null
    return watch({
      draw() {
        const target = canvas.current
        if (!target) return
        const at = heardAt() ?? 0
        const x = Math.round(at / seconds * target.clientWidth * scaleOf(target))
        if (!fit(target) && x === drawn && shown === view.peek()) return
        drawn = x
        shown = view.peek()
        drawOutline(target, peaks, at / seconds, shown.from / seconds, (shown.from + shown.seconds) / seconds)
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

function drawOutline(canvas: HTMLCanvasElement, peaks: Float32Array, at: number, from: number, to: number): void {
  const context = canvas.getContext('2d')
  if (!context) return
  const { width, height } = canvas
  const middle = height / 2
  const count = peaks.length / 2
  context.clearRect(0, 0, width, height)
  if (to - from < 0.999) {
    context.fillStyle = token('--raised')
    context.fillRect(from * width, 0, (to - from) * width, height)
    context.fillStyle = token('--edge')
    for (const edge of [from, to]) context.fillRect(Math.min(width - 1, Math.round(edge * width)), 0, Math.max(1, scaleOf(canvas)), height)
  }
  const [past, future] = [token('--accent'), token('--text-off')]
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
    context.fillStyle = x / width < at ? past : future
    const top = middle - high / most * (middle - 2)
    context.fillRect(x, top, 1, Math.max(1, (high - low) / most * (middle - 2)))
  }
  context.fillStyle = token('--text')
  context.fillRect(Math.round(at * width), 0, Math.max(1, scaleOf(canvas)), height)
}
