// The spectrogram of a file: the whole of it on a fixed axis of time, or the part that a person came closer to, with a
// playhead. Everything that follows the pointer is drawn above it (painting/layer.tsx).

import { computed, effect } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { Settings } from '../../worklet/parameters.ts'
import { boxOf, brush, fit, token } from '../canvas.ts'
import { currentFeed } from '../engine.ts'
import type { FileFeed } from '../feeds.ts'
import { heardAt, watch } from '../frames.ts'
import { leavePaint } from '../painting/gestures.ts'
import { PaintingLayer } from '../painting/layer.tsx'
import { painting, picture } from '../painting/state.ts'
import { GUTTER, RULER, drawFrequencies, drawTimes } from './axes.ts'
import { createFilePicture, failure, progress } from './file.ts'
import type { FilePicture } from './file.ts'
import { lookAlong } from './look.ts'
import { follow, view, whole } from './view.ts'
import type { View } from './view.ts'
import { state } from '../state.ts'


/** After the last change that owners follow: while a hand moves, the sound comes first. */
const SETTLES = 120 // ms

/** What the owners depend on: levels of the mix do not move them. */
const owning = (settings: Settings): Settings => ({ ...settings, reduction: 0, wet: 1, level: 0, bypass: 0 })

/** Keeps the picture's owners and its look as the state says. */
function driven(shown: FilePicture): () => void {
  let timer = 0
  let sent: readonly unknown[] = []
  const stopOwners = effect(() => {
    const [chosen, selection, covariances] = [state.preset.value, state.selection.value, state.covariances.value]
    const settings = owning(state.settings.value)
    const wanted = [chosen, selection, covariances, JSON.stringify(settings)]
    if (!chosen || wanted.every((value, i) => value === sent[i])) return
    const send = (): void => {
      sent = wanted
      shown.own(chosen.preset, selection, covariances, settings)
    }
    clearTimeout(timer)
    if (sent.length === 0) send()
    else timer = window.setTimeout(send, SETTLES)
  })
  const look = lookAlong(shown.axis)
  const sources = computed(() => state.selection.value.sources.length)
  const stopLook = effect(() => shown.look(look.value, sources.value))
  return () => {
    clearTimeout(timer)
    stopOwners()
    stopLook()
  }
}

function draw(canvas: HTMLCanvasElement, shown: FilePicture, now: View): void {
  const context = brush(canvas, true)
  if (!context) return
  const { width, height } = boxOf(canvas)
  context.fillStyle = token('--well')
  context.fillRect(GUTTER, RULER, width - GUTTER, height - RULER)
  shown.draw(context, now, GUTTER, RULER, width - GUTTER, height - RULER)
  drawFrequencies(context, shown.axis, now.low, now.high, width, RULER, height)
  drawTimes(context, now, width)
}

export const FileSpectrogram = ({ seconds }: { readonly seconds: number }) => {
  const canvas = useRef<HTMLCanvasElement>(null)
  const playhead = useRef<HTMLDivElement>(null)
  const input = state.input.value
  useEffect(() => {
    const feed = currentFeed() as FileFeed | null
    if (!feed || !('sound' in feed)) return
    const shown = picture.value = createFilePicture(feed.sound)
    view.value = whole(seconds)
    painting.selected.value = { source: -1, areas: [] }
    painting.cross.value = state.passage.value = null
    if (input.kind === 'file') {
      const before = painting.of.peek()
      if (before !== null && before !== input.name) leavePaint(before)
      painting.of.value = input.name
    }
    const stop = driven(shown)
    let drawn = -1
    let seen: View | null = null
    let before = 0
    const unwatch = watch({
      draw() {
        const [target, line] = [canvas.current, playhead.current]
        if (!target || !line) return
        const at = heardAt()
        if (at !== null && state.playing.peek() && !painting.busy.peek()) view.value = follow(view.peek(), before, at, seconds)
        before = at ?? before
        const now = view.peek()
        const { width } = boxOf(target)
        const plot = width - GUTTER
        const x = at === null ? -1 : (at - now.from) / now.seconds
        line.style.visibility = x >= 0 && x <= 1 ? 'visible' : 'hidden'
        line.style.transform = `translateX(${(GUTTER + x * plot).toFixed(2)}px)`
        if (!fit(target) && seen === now && drawn === shown.version) return
        seen = now
        drawn = shown.version
        shown.show(now, Math.round(target.width * plot / width))
        draw(target, shown, now)
      },
    })
    return () => {
      unwatch()
      stop()
      shown.close()
      if (picture.value === shown) picture.value = null
    }
  }, [input])
  return (
    <>
      <canvas ref={canvas} class="picture" aria-hidden="true" />
      <PaintingLayer seconds={seconds} />
      <div ref={playhead} class="playhead" aria-hidden="true" />
      <PictureProgress />
    </>
  )
}

/** How far the picture has come, while it is not whole. */
const PictureProgress = () => {
  if (failure.value !== null) return <p class="picture-progress amber" role="status">The picture stopped: {failure.value}. The sound goes on.</p>
  const known = progress.value
  if (!known || known.owned >= 1) return null
  const [text, share] = known.seen < 1 ? ['Looking', known.seen] as const : ['Finding the owners', known.owned] as const
  return <p class="picture-progress">{text} <b>{Math.floor(100 * share)} %</b></p>
}
