// The whole file as an outline, below its picture: click or arrow keys go somewhere else in it, Alt with a drag marks what plays
// over and over; what the picture shows is framed. While the file is still being read, the outline fills from left to right.

import { useEffect, useRef } from 'preact/hooks'
import { seek } from './actions.ts'
import { boxOf, fit, scaleOf, token } from './canvas.ts'
import { clock } from './format.ts'
import { heardAt, watch } from './frames.ts'
import { begin, end } from './history.ts'
import { Icon } from './icons.tsx'
import { clamp } from './numbers.ts'
import { setLoop } from './recording/looping.ts'
import { MarkerLane } from './recording/markers.tsx'
import { noOutline } from './recording/outline.ts'
import type { Outline } from './recording/outline.ts'
import { recorded } from './recording/state.ts'
import { view } from './spectrogram/view.ts'
import { measured, state } from './state.ts'

const ARROW = 5 // seconds
const REACH = 5 // pixels around an edge of the loop

export const Overview = ({ seconds }: { seconds: number }) => {
  const canvas = useRef<HTMLCanvasElement>(null)
  const dragged = useRef<number | null>(null)
  useEffect(() => {
    let drawn: readonly unknown[] = []
    let outline: Drawn | null = null
    let known: Outline = noOutline
    return watch({
      draw() {
        const target = canvas.current
        if (!target) return
        const at = heardAt() ?? 0
        const sound = recorded.peek()
        const now = sound?.outline.peek() ?? noOutline
        const what = [Math.round(at / seconds * boxOf(target).width * scaleOf(target)), view.peek(), now, state.loop.peek(), state.markers.peek()]
        const resized = fit(target)
        if (!resized && what.every((value, i) => value === drawn[i])) return
        drawn = what
        if (resized || !outline || now !== known) outline = outlineOf(now, seconds * (sound?.recording.peek().sampleRate ?? 1), Math.max(1, target.width), Math.max(1, target.height))
        known = now
        draw(target, outline, at / seconds, seconds)
      },
    })
  }, [seconds])
  const position = measured.position.value ?? 0
  const loop = state.loop.value
  const toTime = (event: PointerEvent & { currentTarget: HTMLElement }): number => {
    const { left, width } = event.currentTarget.getBoundingClientRect()
    return clamp((event.clientX - left) / width, 0, 0.9999) * seconds
  }
  /** The other edge of the loop that a press takes hold of, where it does. */
  const held = (event: PointerEvent & { currentTarget: HTMLElement }): number | null => {
    const at = toTime(event)
    if (event.altKey) return at
    const reach = REACH / event.currentTarget.clientWidth * seconds
    return loop && Math.abs(loop.to - at) <= reach ? loop.from : loop && Math.abs(loop.from - at) <= reach ? loop.to : null
  }
  const finish = (): void => {
    if (dragged.current !== null) end()
    dragged.current = null
  }
  return (
    <div class="overview">
      <MarkerLane seconds={seconds} />
      <div class="overview-track" role="slider" tabIndex={0} aria-label="Position in the file" title="Click to play from here, Alt with a drag to loop"
        aria-valuemin={0} aria-valuemax={Math.ceil(seconds)} aria-valuenow={Math.round(position)} aria-valuetext={`${clock(position)} of ${clock(seconds)}`}
        onPointerDown={(event) => {
          const edge = held(event)
          if (edge === null) return seek(toTime(event))
          event.currentTarget.setPointerCapture(event.pointerId)
          begin('Loop')
          dragged.current = edge
        }}
        onPointerMove={(event) => { if (dragged.current !== null) setLoop({ from: dragged.current, to: toTime(event) }) }}
        onPointerUp={finish} onPointerCancel={finish}
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
      {loop && (['from', 'to'] as const).map((edge) => <LoopEdge key={edge} edge={edge} seconds={seconds} />)}
      <Reading />
    </div>
  )
}

/** For the keyboard; a pointer takes hold of the outline itself. */
const LoopEdge = ({ edge, seconds }: { readonly edge: 'from' | 'to'; readonly seconds: number }) => {
  const loop = state.loop.value!
  const [at, name] = [loop[edge], edge === 'from' ? 'Start of the loop' : 'End of the loop']
  return (
    <span class="loop-edge" role="slider" tabIndex={0} aria-label={name} style={{ '--at': at / seconds }}
      aria-valuemin={0} aria-valuemax={seconds} aria-valuenow={at} aria-valuetext={clock(at, 2)} title={`${name}: ${clock(at, 2)}. Arrow keys move it, with Shift further; Delete ends the loop.`}
      onKeyDown={(event) => {
        const by = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key]
        if (event.ctrlKey || event.altKey || event.metaKey) return
        if (by !== undefined) {
          const wanted = at + by * (event.shiftKey ? 1 : 0.05)
          setLoop({ ...loop, [edge]: edge === 'from' ? Math.min(wanted, loop.to - 0.05) : Math.max(wanted, loop.from + 0.05) }, 'Loop', true)
        } else if (event.key === 'Delete' || event.key === 'Backspace') setLoop(null)
        else return
        event.preventDefault()
        event.stopPropagation()
      }} />
  )
}

/** How far the file has been read, while it is not whole. */
const Reading = () => {
  const share = recorded.value?.share.value ?? null
  if (share === null) return null
  return (
    <p class="overview-reading" role="status">
      <span>Reading <b>{Math.floor(100 * share)} %</b></span>
      <button type="button" class="icon-button" aria-label="Stop reading" title="Stop reading; what is there can be played" onClick={() => recorded.peek()?.stop()}><Icon name="close" size={12} /></button>
    </p>
  )
}

/** The outline in what is past's colour and in the future's: drawn once for a size, then only copied. */
interface Drawn { readonly past: OffscreenCanvas; readonly future: OffscreenCanvas }

/** Of so many samples; what is not known yet stays empty. */
function outlineOf({ peaks, samplesPerPeak }: Outline, samples: number, width: number, height: number): Drawn {
  const past = new OffscreenCanvas(width, height)
  const future = new OffscreenCanvas(width, height)
  const contexts = [past, future].map((canvas) => canvas.getContext('2d')!)
  contexts[0]!.fillStyle = token('--accent')
  contexts[1]!.fillStyle = token('--text-off')
  const middle = height / 2
  const known = peaks.length / 2
  const count = samples / samplesPerPeak
  let most = 0.05 // near silence is not blown up
  for (const peak of peaks) most = Math.max(most, Math.abs(peak))
  for (let x = 0; x < width; x++) {
    const first = Math.floor(x * count / width)
    const last = Math.max(first + 1, Math.floor((x + 1) * count / width))
    if (first >= known) break
    let low = 0, high = 0
    for (let i = first; i < Math.min(last, known); i++) {
      low = Math.min(low, peaks[2 * i]!)
      high = Math.max(high, peaks[2 * i + 1]!)
    }
    const top = middle - high / most * (middle - 2)
    for (const context of contexts) context.fillRect(x, top, 1, Math.max(1, (high - low) / most * (middle - 2)))
  }
  return { past, future }
}

function draw(canvas: HTMLCanvasElement, { past, future }: Drawn, at: number, seconds: number): void {
  const context = canvas.getContext('2d')
  if (!context) return
  const { width, height } = canvas
  const pixel = Math.max(1, scaleOf(canvas))
  const shown = view.peek()
  const [from, to] = [shown.from / seconds, (shown.from + shown.seconds) / seconds]
  context.clearRect(0, 0, width, height)
  const loop = state.loop.peek()
  if (to - from < 0.999) {
    context.fillStyle = token('--raised')
    context.fillRect(from * width, 0, (to - from) * width, height)
    context.fillStyle = token('--edge')
    for (const edge of [from, to]) context.fillRect(Math.min(width - pixel, Math.round(edge * width)), 0, pixel, height)
  }
  if (loop) {
    context.fillStyle = 'rgba(234,216,168,.14)'
    context.fillRect(loop.from / seconds * width, 0, (loop.to - loop.from) / seconds * width, height)
  }
  const x = Math.round(at * width)
  if (x > 0) context.drawImage(past, 0, 0, x, height, 0, 0, x, height)
  if (x < width) context.drawImage(future, x, 0, width - x, height, x, 0, width - x, height)
  if (loop) {
    context.fillStyle = token('--accent')
    const [left, right] = [Math.round(loop.from / seconds * width), Math.min(width - 2 * pixel, Math.round(loop.to / seconds * width))]
    for (const edge of [left, right]) context.fillRect(edge, 0, 2 * pixel, height)
    context.fillRect(left, 0, right - left, 2 * pixel)
  }
  context.fillStyle = token('--text-3')
  for (const marker of state.markers.peek()) context.fillRect(Math.round(marker.at / seconds * width), 0, pixel, height)
  context.fillStyle = token('--text')
  context.fillRect(x, 0, pixel, height)
}
