// Two strips on one time axis: what is heard, tinted by whose it is, and below it what is sent on. Both the same way up and in
// the same light, so that what is missing below is what was taken away.

import { useEffect, useRef } from 'preact/hooks'
import { Frame } from '../../worklet/frame.ts'
import { shapeFor } from '../../worklet/stft.ts'
import { boxOf, brush, fit, token } from '../canvas.ts'
import { figure } from '../format.ts'
import { watch } from '../frames.ts'
import { levelsOf, sendOn } from './sent.ts'
import type { Power } from './sent.ts'
import { GUTTER, RULER, drawAges, drawFrequencies } from '../spectrogram/axes.ts'
import { frequencyAxis } from '../spectrogram/rows.ts'
import { createSpectrogram } from '../spectrogram/spectrogram.ts'
import type { Spectrogram } from '../spectrogram/spectrogram.ts'
import { heard, measured, sent, state } from '../state.ts'

const SECONDS = 8.5
const BETWEEN = 3 // px
const FIGURE_EVERY = 0.15 // seconds
/** dB: below this nothing is heard whose reduction could be told. */
const AUDIBLE = -80

interface Picture { readonly above: Spectrogram; readonly below: Spectrogram; readonly left: Frame; readonly rate: number }

const isLost = (): boolean => {
  const input = state.input.peek()
  return input.kind === 'microphone' && input.lost
}

/** What has not been heard for `gap` seconds is hatched. */
function draw(canvas: HTMLCanvasElement, picture: Picture | null, gap: number): void {
  const context = brush(canvas, true)
  if (!context) return
  const { width, height } = boxOf(canvas)
  const span = width - GUTTER
  const each = Math.floor((height - RULER - BETWEEN) / 2)
  const missing = Math.min(span, gap / SECONDS * span)
  const axis = frequencyAxis(picture?.rate ?? 48_000)
  context.fillStyle = '#000'
  context.fillRect(0, 0, width, height)
  for (const [strip, top] of [[picture?.above, RULER], [picture?.below, RULER + each + BETWEEN]] as const) {
    context.save()
    context.beginPath()
    context.rect(GUTTER, top, span, each)
    context.clip()
    context.fillStyle = token('--well')
    context.fillRect(GUTTER, top, span, each)
    strip?.draw(context, GUTTER - missing, top, span, each)
    if (missing > 0) hatch(context, width - missing, top, missing, each)
    context.restore()
    drawFrequencies(context, axis, 0, 1, width, top, top + each)
  }
  drawAges(context, SECONDS, width)
  context.fillStyle = missing > 0 ? token('--danger') : 'rgba(255,255,255,.85)'
  context.fillRect(width - 1.5 - missing, RULER, 1.5, height - RULER)
}

function hatch(context: CanvasRenderingContext2D, left: number, top: number, width: number, height: number): void {
  context.fillStyle = token('--well')
  context.fillRect(left, top, width, height)
  context.strokeStyle = 'rgb(255 132 116 / .14)'
  context.beginPath()
  for (let x = left - height; x < left + width; x += 9) {
    context.moveTo(x, top + height)
    context.lineTo(x + height, top)
  }
  context.stroke()
}

export const Strips = () => {
  const canvas = useRef<HTMLCanvasElement>(null)
  const silence = useRef<HTMLParagraphElement>(null)
  useEffect(() => {
    let picture: Picture | null = null
    let gap = 0
    let drawnGap = -1
    let since = 0
    const power: Power = { heard: 0, sent: 0 }
    return watch({
      begin({ preset: { dictionary }, frame: { layout } }, sampleRate) {
        const { fftSize, windowSize, hopSize } = shapeFor(dictionary, sampleRate)
        const shape = { sampleRate, fftSize, windowSize, hopSize, sources: layout.sources }
        const next = { above: createSpectrogram(shape, SECONDS, picture?.above), below: createSpectrogram(shape, SECONDS, picture?.below), left: new Frame(layout), rate: sampleRate }
        next.above.skip(gap)
        next.below.skip(gap)
        picture = next
        gap = 0
        drawnGap = -1
      },
      frame(frame) {
        if (!picture) return
        const { above, below, left } = picture
        sendOn(frame, levelsOf(heard.peek(), sent.peek()), left, power)
        above.push(frame)
        below.push(left, above.light)
      },
      draw(fresh, elapsed) {
        if (isLost() && gap < SECONDS) gap += elapsed
        if (silence.current) silence.current.textContent = gap > 0 ? `No signal for ${figure(gap, 1)} s${gap >= SECONDS ? ' or more' : ''}` : ''
        if ((since += elapsed) >= FIGURE_EVERY) {
          since = 0
          measured.removed.value = 10 * Math.log10(power.heard + 1e-20) > AUDIBLE ? Math.min(0, 10 * Math.log10(power.sent / power.heard + 1e-12)) : null
          power.heard = power.sent = 0
        }
        const target = canvas.current
        if (!target || (!fit(target) && !fresh && gap === drawnGap)) return
        drawnGap = gap
        draw(target, picture, gap)
      },
    })
  }, [])
  const goes = state.monitoring.value
  return (
    <div class="well live-well">
      <canvas ref={canvas} class="picture" role="img"
        aria-label={`Two spectrograms of the last ${SECONDS} seconds: above what is heard, each source in its colour and everything else in grey; below what is sent on.`} />
      <div class="live-label" aria-hidden="true"><b>Heard</b>
        {state.selection.value.sources.map(({ name }, i) => <span key={name} style={{ color: `var(--s${i % 8 + 1})` }}>{name}</span>)}
        <span>everything else</span></div>
      <div class="live-label below" aria-hidden="true"><b>Sent on</b>{!goes && <span>nowhere yet</span>}</div>
      <p ref={silence} class="live-silence" />
    </div>
  )
}
