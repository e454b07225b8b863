// The live spectrogram of a microphone: it scrolls, the newest at the right.

import { effect } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { shapeFor } from '../../worklet/stft.ts'
import { boxOf, brush, fit, token } from '../canvas.ts'
import { currentFeed } from '../engine.ts'
import type { Feed } from '../feeds.ts'
import { watch } from '../frames.ts'
import { drawWrapped } from '../painting/drawing.ts'
import { planeOf } from '../painting/plane.ts'
import { painting } from '../painting/state.ts'
import { GUTTER, RULER, drawAges, drawFrequencies } from './axes.ts'
import { lookAlong } from './look.ts'
import { frequencyAxis } from './rows.ts'
import type { View } from './view.ts'
import { createSpectrogram } from './spectrogram.ts'
import type { Spectrogram } from './spectrogram.ts'
import { state } from '../state.ts'

const SECONDS = 8.5
const LIVE_VIEW: View = { from: 0, seconds: SECONDS, low: 0, high: 1 }
const DESCRIPTION = `Spectrogram of the last ${SECONDS} seconds. Light is energy, colour is the source that owns it, grey is the rest. `
  + 'The shares are listed with the sources.'

function drawPicture(canvas: HTMLCanvasElement, picture: Spectrogram | null, sampleRate: number, lost: boolean): void {
  const context = brush(canvas, true)
  if (!context) return
  const { width, height } = boxOf(canvas)
  const axis = frequencyAxis(sampleRate)
  context.fillStyle = token('--well')
  context.fillRect(GUTTER, RULER, width - GUTTER, height - RULER)
  picture?.draw(context, GUTTER, RULER, width - GUTTER, height - RULER)
  drawFrequencies(context, axis, 0, 1, width, RULER, height)
  drawAges(context, SECONDS, width)
  if (painting.wrapped.peek()) drawWrapped(context, planeOf(LIVE_VIEW, axis, width, height), state.selection.peek(), axis)
  context.fillStyle = lost ? token('--danger') : 'rgba(255,255,255,.85)'
  context.fillRect(width - 1.5, RULER, 1.5, height - RULER)
}

export const LiveSpectrogram = () => {
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    let picture: Spectrogram | null = null
    let shownFeed: Feed | null = null
    let rate = 48_000
    let stale = true
    let shownLost = false
    let stopLook = (): void => {}
    const unwatch = watch({
      begin({ preset: { dictionary }, frame: { layout } }, sampleRate) {
        const { fftSize, windowSize, hopSize } = shapeFor(dictionary, sampleRate)
        const feed = currentFeed()
        picture = createSpectrogram({ sampleRate, fftSize, windowSize, hopSize, sources: layout.sources }, SECONDS,
          feed === shownFeed && rate === sampleRate ? picture : null)
        shownFeed = feed
        rate = sampleRate
        stale = true
        const look = lookAlong(frequencyAxis(rate))
        stopLook()
        stopLook = effect(() => {
          picture?.look(look.value)
          void painting.wrapped.value
          stale = true
        })
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
    return () => {
      unwatch()
      stopLook()
    }
  }, [])
  return <canvas ref={canvas} class="picture" role="img" aria-label={DESCRIPTION} />
}
