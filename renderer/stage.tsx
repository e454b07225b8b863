// The middle: the live spectrogram with its axes, and below it the overview of a file.

import { useEffect, useRef } from 'preact/hooks'
import { shapeFor } from '../worklet/stft.ts'
import { seek } from './actions.ts'
import { currentFeed } from './engine.ts'
import type { Feed } from './feeds.ts'
import { capital, clock } from './format.ts'
import { watch } from './frames.ts'
import { createSpectrogram, frequencyAxis } from './spectrogram.ts'
import type { Spectrogram } from './spectrogram.ts'
import { measured, state } from './state.ts'

const SECONDS = 8.5
const GUTTER = 48
const RULER = 24
const DESCRIPTION = `Spectrogram of the last ${SECONDS} seconds. Light is energy, colour is the source that owns it, grey is the rest. `
  + 'The shares are listed with the sources.'
const MARKS = [100, 200, 500, 1000, 2000, 5000, 10_000]

const token = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim()

/** Pixels of the screen for one of the page's: the screen's own factor, and the page's zoom on very large windows. */
const scaleOf = (canvas: HTMLCanvasElement): number => devicePixelRatio * (canvas.currentCSSZoom ?? 1)

/** Matches the canvas to its box and the screen's pixels; returns false when nothing changed. */
function fit(canvas: HTMLCanvasElement): boolean {
  const width = Math.round(canvas.clientWidth * scaleOf(canvas))
  const height = Math.round(canvas.clientHeight * scaleOf(canvas))
  if (canvas.width === width && canvas.height === height) return false
  canvas.width = width
  canvas.height = height
  return true
}

function drawAxes(context: CanvasRenderingContext2D, width: number, height: number, sampleRate: number): void {
  const axis = frequencyAxis(sampleRate)
  context.font = `400 11px ${token('--font')}`
  context.textBaseline = 'middle'
  context.textAlign = 'right'
  for (const hertz of MARKS) {
    if (hertz >= axis.high) continue
    const y = Math.round(height * (1 - axis.row(hertz))) + 0.5
    context.fillStyle = 'rgba(255,255,255,.055)'
    context.fillRect(GUTTER, y - 0.5, width - GUTTER, 1)
    context.fillStyle = token('--text-3')
    context.fillText(hertz >= 1000 ? `${hertz / 1000}k` : String(hertz), GUTTER - 8, y)
  }
  context.textAlign = 'center'
  const second = (width - GUTTER) / SECONDS
  for (let t = 0; t <= SECONDS; t++) {
    const x = width - t * second
    context.fillStyle = token('--line-strong')
    context.fillRect(Math.round(x) - 1, height, 1, 4)
    context.fillStyle = token('--text-3')
    context.fillText(t ? `−${t} s` : 'now', t ? x : width - 18, height + RULER / 2 + 1)
  }
}

function drawPicture(canvas: HTMLCanvasElement, picture: Spectrogram | null, sampleRate: number, lost: boolean): void {
  const context = canvas.getContext('2d', { alpha: false })
  if (!context) return
  const width = canvas.clientWidth
  const height = canvas.clientHeight - RULER
  context.setTransform(scaleOf(canvas), 0, 0, scaleOf(canvas), 0, 0)
  context.fillStyle = token('--app')
  context.fillRect(0, 0, canvas.clientWidth, canvas.clientHeight)
  context.fillStyle = token('--well')
  context.fillRect(GUTTER, 0, width - GUTTER, height)
  picture?.draw(context, GUTTER, 0, width - GUTTER, height)
  drawAxes(context, width, height, sampleRate)
  context.fillStyle = lost ? token('--danger') : 'rgba(255,255,255,.85)'
  context.fillRect(width - 1.5, 0, 1.5, height)
}

const Picture = () => {
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    let picture: Spectrogram | null = null
    let shownFeed: Feed | null = null
    let rate = 48_000
    let stale = true
    let shownLost = false
    return watch({
      begin({ preset: { dictionary }, frame: { layout } }, sampleRate) {
        const { fftSize, windowSize, hopSize } = shapeFor(dictionary, sampleRate)
        const feed = currentFeed()
        picture = createSpectrogram({ sampleRate, fftSize, windowSize, hopSize, sources: layout.sources }, SECONDS,
          feed === shownFeed && rate === sampleRate ? picture : null)
        shownFeed = feed
        rate = sampleRate
        stale = true
      },
      frame(frame) { picture?.push(frame) },
      draw(fresh) {
        const target = canvas.current
        const input = state.input.peek()
        const lost = input.kind === 'microphone' && input.lost
        if (!target || (!fit(target) && !fresh && !stale && lost === shownLost)) return
        stale = false
        shownLost = lost
        drawPicture(target, picture, rate, lost)
      },
    })
  }, [])
  return (
    <canvas ref={canvas} class="picture" role="img" aria-label={DESCRIPTION} />
  )
}

const Legend = () => (
  <div class="legend" aria-hidden="true">
    {state.selection.value.sources.map(({ name }, i) => (
      <span key={name} style={{ color: `var(--s${i % 8 + 1})` }}>{capital(name)}</span>
    ))}
    <span>Rest</span>
  </div>
)

const ARROW = 5 // seconds

/** The whole file as an outline; click or arrow keys go somewhere else in it. */
const Overview = ({ peaks, seconds }: { peaks: Float32Array; seconds: number }) => {
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    let drawn = -1
    return watch({
      draw() {
        const target = canvas.current
        if (!target) return
        const at = measured.position.peek() ?? 0
        const x = Math.round(at / seconds * target.clientWidth * scaleOf(target))
        if (!fit(target) && x === drawn) return
        drawn = x
        drawOutline(target, peaks, at / seconds)
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

function drawOutline(canvas: HTMLCanvasElement, peaks: Float32Array, at: number): void {
  const context = canvas.getContext('2d')
  if (!context) return
  const { width, height } = canvas
  const middle = height / 2
  const count = peaks.length / 2
  context.clearRect(0, 0, width, height)
  const [past, future] = [token('--accent'), token('--text-off')]
  let most = 0.05 // near silence is not blown up
  for (const peak of peaks) most = Math.max(most, Math.abs(peak))
  for (let x = 0; x < width; x++) {
    const from = Math.floor(x * count / width)
    const to = Math.max(from + 1, Math.floor((x + 1) * count / width))
    let low = 0, high = 0
    for (let i = from; i < to; i++) {
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

export const Stage = () => {
  const input = state.input.value
  const hint = input.kind === 'microphone' && state.playing.value && !state.monitoring.value
  return (
    <section class="middle" aria-label="Picture">
      <div class="well">
        <Picture />
        <Legend />
        {state.loading.value && <p class="overlay" role="status">{state.loading.value}…</p>}
        {input.kind === 'microphone' && input.lost && <p class="overlay lost" role="status">No signal</p>}
        {hint && !state.loading.value && (
          <p class="overlay low" role="status">
            You do not hear this yet, so that loudspeakers cannot feed back. Put on headphones, then press <b>Listen</b>.
          </p>
        )}
      </div>
      {input.kind === 'file' && <Overview peaks={input.peaks} seconds={input.seconds} />}
    </section>
  )
}
