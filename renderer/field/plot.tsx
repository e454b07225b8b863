// The plot of the field: the map below, the hand and the places above it. The map is painted a few times a second, the
// rest when something has changed; what is hidden is not drawn.

import { effect } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { BAND_CELLS, DELAY_CELLS, LEVEL_CELLS } from '../../worklet/field-axes.ts'
import { boxOf, fit, scaleOf } from '../canvas.ts'
import { choose } from '../editing.ts'
import { drawAxes, drawProfile } from './axes-drawn.ts'
import { claimsOf, weightOfSource, weightOfSpot } from './claims.ts'
import { described, drawScene } from './drawing.ts'
import { createFieldFeed } from './feed.ts'
import { EDGES } from './geometry.ts'
import type { Plot } from './geometry.ts'
import { createHand } from './hand.ts'
import { fieldKey } from './keys.ts'
import { createFieldMap } from './map.ts'
import { field } from './state.ts'
import { watch } from '../frames.ts'
import { state } from '../state.ts'

const PROFILE = 34 // px
/** Seconds between two pictures of what sounds, and of what is claimed while a place moves. */
const MAP_EVERY = 0.08
const CLAIMS_EVERY = 0.03

/** Kept while the panel is folded: its worker's answer is for the whole file. */
const feed = createFieldFeed()
export const fieldRate = (): number => feed.sampleRate()

export function plotOf(canvas: HTMLCanvasElement): Plot {
  const { left, right, top, bottom } = EDGES
  const { width, height } = boxOf(canvas)
  return {
    view: field.view.peek(), range: field.range.peek(), window: field.window.peek(), sampleRate: feed.sampleRate(),
    left, top, width: Math.max(1, width - left - right), height: Math.max(1, height - top - bottom),
  }
}

function prepare(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext('2d')!
  context.setTransform(scaleOf(canvas), 0, 0, scaleOf(canvas), 0, 0)
  context.clearRect(0, 0, boxOf(canvas).width, boxOf(canvas).height)
  return context
}

export const FieldPlot = () => {
  const below = useRef<HTMLCanvasElement>(null)
  const above = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    const [ground, top] = [below.current!, above.current!]
    const map = createFieldMap()
    const stop = new AbortController()
    let [mapStale, sceneStale, claimsStale, age] = [true, true, true, 0]
    let claims = claimsOf(state.selection.peek(), state.covariances.peek(), 'delay', 1, 44_100)
    const plot = (): Plot => plotOf(top)
    const hand = createHand(plot, () => { sceneStale = true; point() })

    /** What the other views light up, while the hand is over something. */
    let pointedAt: unknown = null
    function point(): void {
      const target = hand.hover ?? hand.snapped
      if (target === pointedAt) return
      const { sources } = state.selection.peek()
      pointedAt = target
      if (hand.hover) {
        const { source } = hand.hover
        state.highlight.value = { kind: 'place', source, weight: weightOfSource(sources, source, state.covariances.peek()) }
      } else if (hand.snapped) state.highlight.value = { kind: 'place', source: null, weight: weightOfSpot(hand.snapped.level, hand.snapped.delay) }
      else state.highlight.value = null
    }

    const forget = [
      effect(() => {
        for (const each of [state.selection, field.view, field.range, state.preset]) void each.value
        claimsStale = mapStale = sceneStale = true
      }),
      effect(() => {
        const { peaks, cross, corners, tool, brush } = field
        for (const each of [state.chosen, state.chosenPlace, state.highlight, peaks, cross, corners, tool, brush]) void each.value
        sceneStale = true
      }),
      effect(() => {
        for (const each of [field.window, field.boundaries, field.underneath, field.progress, field.frozen]) void each.value
        mapStale = sceneStale = true
      }),
    ]

    function paint(): void {
      const now = plot()
      if (claimsStale) claims = claimsOf(state.selection.peek(), state.covariances.peek(), now.view, now.range, now.sampleRate)
      claimsStale = mapStale = false
      map.paint(feed.live(), field.underneath.peek() ? feed.whole() : null, claims, now.view, now.range, field.boundaries.peek())
      const context = prepare(ground)
      const { window: { x0, x1, y0, y1 }, left, top: high, width, height } = now
      const rows = now.view === 'delay' ? DELAY_CELLS : BAND_CELLS
      context.imageSmoothingEnabled = true
      context.drawImage(map.canvas, x0 * LEVEL_CELLS, (1 - y1) * rows, (x1 - x0) * LEVEL_CELLS, (y1 - y0) * rows, left, high, width, height)
      drawProfile(context, now, map, PROFILE)
    }

    function drawOver(): void {
      const now = plot()
      sceneStale = false
      const highlight = state.highlight.peek()
      const tool = field.tool.peek()
      const keyed = document.activeElement === top
      const spot = field.corners.peek().length ? field.cross.peek() : keyed && state.chosenPlace.peek() === null ? field.cross.peek() : null
      const context = prepare(top)
      drawAxes(context, now)
      drawScene(context, now, {
        selection: state.selection.peek(), covariances: state.covariances.peek(),
        chosen: state.chosen.peek(), chosenPlace: state.chosenPlace.peek(), peaks: field.peaks.peek(),
        hover: hand.hover, lit: highlight?.kind === 'source' ? highlight.source : null, draft: hand.draft,
        brush: tool === 'brush' && hand.at ? { at: hand.at, radius: field.brush.peek() * now.width } : null,
        snapped: hand.snapped, focused: keyed, corners: field.corners.peek(),
        cross: highlight?.kind === 'bin' ? { level: highlight.level, delay: highlight.delay, hertz: highlight.hertz } : spot,
      })
      top.style.cursor = hand.hover ? (hand.busy ? 'grabbing' : 'grab') : hand.at ? 'crosshair' : 'default'
    }

    const { signal } = stop
    const listen = <K extends keyof HTMLElementEventMap>(type: K, listener: (event: HTMLElementEventMap[K]) => void): void =>
      top.addEventListener(type, listener, { signal, passive: type !== 'wheel' })
    listen('pointerdown', (event) => { top.setPointerCapture(event.pointerId); hand.down(event) })
    listen('pointermove', (event) => hand.move(event))
    listen('pointerup', (event) => hand.up(event))
    listen('pointercancel', () => hand.abort())
    listen('pointerleave', () => hand.leave())
    listen('wheel', (event) => hand.wheel(event))
    listen('focus', () => { sceneStale = true })
    listen('blur', () => { sceneStale = true })
    top.addEventListener('keydown', (event) => {
      if (event.key === 'Escape' && hand.busy) hand.abort()
      else if (!fieldKey(event, plot())) return
      event.preventDefault()
      event.stopPropagation()
    }, { signal })

    const unwatch = watch({
      begin: (separation, sampleRate) => feed.begin(separation, sampleRate),
      frame: (frame) => feed.frame(frame),
      draw(fresh, elapsed) {
        feed.tick(elapsed)
        age += elapsed
        const refit = fit(ground)
        if (fit(top) || sceneStale) drawOver()
        if (refit || (mapStale && age >= CLAIMS_EVERY) || (fresh && age >= MAP_EVERY)) {
          age = 0
          paint()
        }
      },
    })
    return () => {
      unwatch()
      stop.abort()
      forget.forEach((end) => end())
      state.highlight.value = null
    }
  }, [])
  return (
    <div class="field-plot">
      <canvas ref={below} aria-hidden="true" />
      <canvas ref={above} class="field-hand" role="application" tabIndex={0} aria-label="Stereo field" aria-describedby="field-help"
        onFocus={() => { if (state.chosen.peek() === null && state.selection.peek().sources.length === 1) choose(0) }} />
      <p id="field-help" class="visually-hidden">
        Arrow keys move the chosen place, or a cross; Shift moves further, Control finer. Enter places a point at the cross or snaps the chosen
        one to a peak. N goes to the next place, P to the next suggested peak. V, L, R, B choose point, lasso, rectangle, brush. Delete removes.
      </p>
      <ul class="visually-hidden" aria-label="Places and suggested peaks">
        {described(state.selection.value, field.peaks.value).map((text) => <li key={text}>{text}</li>)}
      </ul>
    </div>
  )
}
