// The surface above the picture of a file: the pointer and the keyboard's cross, the ruler, and the tools at work.

import { effect, useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { seek } from '../actions.ts'
import { boxOf, brush, fit } from '../canvas.ts'
import { sourceColour } from '../colour.ts'
import { clock } from '../format.ts'
import { watch } from '../frames.ts'
import { nudgeSelected, removeSelected } from './gestures.ts'
import { drawBrush, drawCross, drawLoop, drawPainted, drawPartials, drawPassage, drawWay, drawWrapped } from './drawing.ts'
import { areaAt, planeOf } from './plane.ts'
import type { Plane } from './plane.ts'
import { canvasOf, pointed, started } from './press.ts'
import type { Drag } from './press.ts'
import { Readout, readoutText } from './readout.tsx'
import { startLoop, startPassage } from './ruler.ts'
import type { Point } from '../shapes.ts'
import { painting, picture } from './state.ts'
import { GUTTER, RULER } from '../spectrogram/axes.ts'
import { probed } from '../spectrogram/file.ts'
import { Zoom, zoom } from '../spectrogram/zoom.tsx'
import { pan, view, whole, zoomHertz, zoomTime } from '../spectrogram/view.ts'
import { state } from '../state.ts'

const DESCRIPTION = 'Spectrogram of the whole file. Arrow keys move a cross, with Shift ten times as far; Enter starts and ends a stroke '
  + 'of the tool, Escape gives it up. Delete removes the painted area that is selected, Alt with arrows moves it; '
  + 'plus and minus zoom time, with Alt frequency.'

const RESTS = 250 // ms
const FAINT = -90 // dB: what is quieter stands nowhere
/** Delays are told where no delay up to this wraps. */
const LONGEST = 120 // µs
/** µs, positive where right lags; null where the phase does not tell. */
const delayOf = (phase: number, hertz: number): number | null => (hertz > 5e5 / LONGEST ? null : -phase / (2 * Math.PI * hertz) * 1e6)

const PARTS = 24 // of an octave, for a step of the cross

export const PaintingLayer = ({ seconds }: { readonly seconds: number }) => {
  const canvas = useRef<HTMLCanvasElement>(null)
  const pointer = useSignal<Point | null>(null)
  const size = useRef({ width: 1, height: 1 })
  const drag = useRef<Drag | null>(null)
  const pen = useRef(false)
  const plane = (): Plane | null => {
    const shown = picture.peek()
    return shown && planeOf(view.peek(), shown.axis, size.current.width, size.current.height)
  }

  const begin = (next: Drag | null): void => {
    drag.current = next
    painting.busy.value = next !== null
  }
  const finish = (keep: boolean): void => {
    const done = drag.current
    begin(null)
    pen.current = false
    if (keep) done?.finish()
    else done?.abandon()
  }

  useEffect(() => {
    let drawn: readonly unknown[] = []
    let asked = { at: null as Point | null, version: -1, time: 0 }
    const unwatch = watch({
      draw() {
        const target = canvas.current
        const shown = picture.peek()
        if (!target || !shown) return
        drag.current?.apply()
        size.current = boxOf(target)
        const now = planeOf(view.peek(), shown.axis, size.current.width, size.current.height)
        const at = pointer.peek()
        // Asked again where the picture itself has changed under a pointer that rests.
        const news = shown.version !== asked.version && performance.now() - asked.time > RESTS
        if (at && at[0] >= GUTTER && at[1] >= RULER && (at !== asked.at || news)) {
          shown.probe(now.seconds(at[0]), now.hertz(at[1]))
          asked = { at, version: shown.version, time: performance.now() }
        }
        const { tool, stroke, width, partials, selected, cross, wrapped } = painting
        const what = [now.view, state.selection.peek(), state.chosen.peek(), state.passage.peek(), state.loop.peek(), at, tool.peek(), stroke.peek(), width.peek(),
          partials.peek(), selected.peek(), cross.peek(), wrapped.peek(), drag.current, drag.current?.band?.[1], probed.peek()]
        if (!fit(target) && what.every((value, i) => value === drawn[i])) return
        drawn = what
        draw(target, now, at, drag.current)
      },
    })
    // The spot under the pointer shows in the field too: where its loudest bin stands.
    const stopPointing = effect(() => {
      const known = probed.value
      if (!pointer.peek() || painting.busy.peek() || known?.side == null || known.phase == null || (known.level ?? -200) < FAINT) return
      state.highlight.value = { kind: 'bin', hertz: known.hertz, level: known.side, delay: delayOf(known.phase, known.hertz) }
    })
    return () => {
      unwatch()
      stopPointing()
      finish(false)
      leave()
    }
  }, [])

  const leave = (): void => {
    pointer.value = null
    if (state.highlight.peek()?.kind === 'bin') state.highlight.value = null
  }
  const spot = (event: PointerEvent): Point => {
    const box = canvas.current!.getBoundingClientRect()
    const zoom = canvas.current!.currentCSSZoom ?? 1
    return [(event.clientX - box.left) / zoom, (event.clientY - box.top) / zoom]
  }

  function press(event: PointerEvent): void {
    const now = plane()
    if (event.button !== 0 || !now || drag.current) return
    const at = spot(event)
    if (at[0] < GUTTER) return
    canvas.current!.setPointerCapture(event.pointerId)
    pointer.value = at
    painting.cross.value = null
    if (at[1] < RULER) return begin({ ...(event.altKey ? startLoop(now, at, seconds) : startPassage(now, at, seconds, seek)), shown: null, band: null })
    if (painting.tool.peek() === 'point') return begin(pointed(now, at, event.shiftKey))
    const gesture = started(now, at, event.altKey)
    begin(gesture && { ...gesture, shown: gesture, band: null })
  }

  function move(event: PointerEvent): void {
    const at = spot(event)
    pointer.value = at
    const coalesced = drag.current ? event.getCoalescedEvents?.() ?? [] : []
    for (const each of coalesced.length > 0 ? coalesced : [event]) drag.current?.to(spot(each), event.shiftKey)
  }

  function wheel(event: WheelEvent): void {
    const now = plane()
    if (!now) return
    event.preventDefault()
    const box = canvas.current!.getBoundingClientRect()
    const at: Point = [event.clientX - box.left, event.clientY - box.top]
    const [along, turned] = [event.deltaX || (event.shiftKey ? event.deltaY : 0), event.deltaY]
    const factor = 1.0015 ** (event.deltaMode === 1 ? 30 * turned : turned)
    const inView = view.peek()
    if (event.ctrlKey || event.metaKey) view.value = zoomTime(inView, factor, now.seconds(at[0]), seconds)
    else if (event.altKey) {
      const row = inView.high - (at[1] - RULER) / (now.height - RULER) * (inView.high - inView.low)
      view.value = zoomHertz(inView, factor, row, seconds)
    }
    else view.value = pan(inView, (along || turned) / now.width * inView.seconds, 0, seconds)
  }
  useEffect(() => {
    const target = canvas.current!
    target.addEventListener('wheel', wheel, { passive: false })
    return () => target.removeEventListener('wheel', wheel)
  })

  /** The cross moves, and with the pen down the tool works along its way. */
  function step(now: Plane, dx: number, dy: number): void {
    const shown = picture.peek()!
    const from = painting.cross.peek() ?? { seconds: now.view.from + now.view.seconds / 2, hertz: Math.sqrt(shown.axis.low * shown.axis.high) }
    const next = {
      seconds: Math.max(0, Math.min(seconds, from.seconds + dx)),
      hertz: Math.max(shown.axis.low, Math.min(shown.axis.high, from.hertz * 2 ** (dy / PARTS))),
    }
    painting.cross.value = next
    if (next.seconds < now.view.from || next.seconds > now.view.from + now.view.seconds)
      view.value = pan(now.view, next.seconds - now.view.from - now.view.seconds / 2, 0, seconds)
    shown.probe(next.seconds, next.hertz)
    drag.current?.to([now.x(next.seconds), now.y(next.hertz)], false)
  }

  function pressKey(now: Plane): void {
    const cross = painting.cross.peek()
    if (!cross) return
    if (pen.current) return finish(true)
    const at: Point = [now.x(cross.seconds), now.y(cross.hertz)]
    if (painting.tool.peek() === 'point') {
      const drag = pointed(now, at, false)
      return drag.shown ? drag.abandon() : drag.finish()
    }
    const gesture = started(now, at, false)
    if (!gesture) return
    begin({ ...gesture, shown: gesture, band: null })
    pen.current = true
  }

  function key(event: KeyboardEvent): void {
    const now = plane()
    if (!now || event.ctrlKey || event.metaKey) return
    const arrows: Record<string, readonly [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }
    const arrow = arrows[event.key]
    const times = event.shiftKey ? 10 : 1
    const column = now.view.seconds / 400
    if (arrow && event.altKey) nudgeSelected(arrow[0] * times * column, arrow[1] * times / PARTS)
    else if (arrow) step(now, arrow[0] * times * column, arrow[1] * times)
    else if (event.key === 'Enter') pressKey(now)
    else if (event.key === 'Escape' && drag.current) finish(false)
    else if (event.key === 'Escape') { painting.cross.value = null; canvas.current!.blur() }
    else if (event.key === '+' || event.key === '=') zoom(0.8, event.altKey, seconds)
    else if (event.key === '-' || event.key === '_') zoom(1.25, event.altKey, seconds)
    else if (event.key === 'Delete' || event.key === 'Backspace') removeSelected()
    else return
    event.preventDefault()
    event.stopPropagation()
  }

  const at = pointer.value
  const inPicture = at && at[0] >= GUTTER && at[1] >= RULER && !painting.busy.value
  const cross = painting.cross.value
  const crossPlane = cross ? plane() : null
  return (
    <>
      <canvas ref={canvas} class={`painting tool-${painting.tool.value}`} role="application" tabIndex={0} aria-label={DESCRIPTION}
        onPointerDown={press} onPointerMove={move} onPointerUp={() => { if (!pen.current) finish(true) }}
        onPointerCancel={() => finish(false)} onPointerLeave={leave} onKeyDown={key}
        onFocus={({ currentTarget }) => {
          const now = plane()
          if (now && currentTarget.matches(':focus-visible') && !painting.cross.peek()) step(now, 0, 0)
        }}
        onBlur={() => { painting.cross.value = null }}
        onDblClick={(event) => { if (event.offsetX < GUTTER) view.value = whole(seconds) }} />
      <Zoom seconds={seconds} />
      {inPicture && <Readout x={at[0]} y={at[1]} width={size.current.width} height={size.current.height} />}
      {at && at[1] < RULER && at[0] >= GUTTER && !painting.busy.value && <RulerHint />}
      {cross && crossPlane
        && <Readout x={crossPlane.x(cross.seconds)} y={crossPlane.y(cross.hertz)} width={size.current.width} height={size.current.height} />}
      <p class="visually-hidden" aria-live="polite">{cross && probed.value ? `${clock(cross.seconds)}, ${readoutText(probed.value)}` : ''}</p>
    </>
  )
}

const RulerHint = () => (
  <p class="ruler-hint" aria-hidden="true">{state.passage.value
    ? `Passage ${clock(state.passage.value.from, 2)} – ${clock(state.passage.value.to, 2)}` : 'Click to play from here, drag to mark a passage, with Alt the loop'}</p>
)

function draw(canvas: HTMLCanvasElement, plane: Plane, at: Point | null, drag: Drag | null): void {
  const context = brush(canvas)
  const on = canvasOf(plane)
  if (!context || !on) return
  context.clearRect(0, 0, plane.width, plane.height)
  const { tool, stroke, width, partials, selected, cross, wrapped } = painting
  const selection = state.selection.peek()
  const chosen = state.chosen.peek()
  if (wrapped.peek()) drawWrapped(context, plane, selection, on.axis)
  if (state.passage.peek()) drawPassage(context, plane, state.passage.peek()!)
  if (state.loop.peek()) drawLoop(context, plane, state.loop.peek()!)
  const inPicture = at !== null && at[0] >= GUTTER && at[1] >= RULER
  const hovered = inPicture && tool.peek() === 'point' && !drag
    ? areaAt(selection.sources, chosen, plane.seconds(at[0]), plane.hertz(at[1])) : null
  drawPainted(context, plane, selection, chosen, selected.peek(), hovered)
  if (drag?.band) drawWay(context, corners(drag.band), true)
  if (drag?.shown?.tool === 'lasso') drawWay(context, drag.shown.path, false)
  if (cross.peek()) drawCross(context, plane, cross.peek()!)
  const spot: Point | null = inPicture ? at : cross.peek() ? [plane.x(cross.peek()!.seconds), plane.y(cross.peek()!.hertz)] : null
  if (!spot) return
  const colour = sourceColour(chosen ?? selection.sources.length)
  const takes = stroke.peek() === 'remove' || tool.peek() === 'eraser'
  if (tool.peek() === 'brush' || tool.peek() === 'eraser')
    drawBrush(context, spot, Math.max(2, width.peek() / 2 * plane.octave), tool.peek() === 'eraser' ? '#fff' : colour, takes)
  if (tool.peek() === 'harmonic' && !drag) {
    const hertz = plane.hertz(spot[1])
    const known = probed.peek()
    drawPartials(context, plane, on.axis, spot[0], known && Math.abs(Math.log2(known.hertz / hertz)) < 1 / 24 ? known.peak : hertz,
      partials.peek(), width.peek(), on.binHertz, colour)
  }
}

const corners = ([[x1, y1], [x2, y2]]: readonly [Point, Point]): Point[] => [[x1, y1], [x2, y1], [x2, y2], [x1, y2]]
