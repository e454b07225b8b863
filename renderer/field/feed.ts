// The histograms that the field shows: the live one as a fold over the separator's frames, the whole file's from a
// worker; and what follows from them: suggested peaks, the view to begin with, a remark about odd channels.

import { batch } from '@preact/signals'
import { DELAY_RANGES } from '../../worklet/field-axes.ts'
import type { Frame } from '../../worklet/frame.ts'
import { Histogram } from '../../worklet/histogram.ts'
import type { Planes } from '../../worklet/histogram.ts'
import { suggest } from '../../worklet/peaks.ts'
import { shapeFor } from '../../worklet/stft.ts'
import { kernelModule } from '../assets.ts'
import { currentFeed } from '../engine.ts'
import type { FileFeed } from '../feeds.ts'
import { follow } from '../recording/follow.ts'
import type { FieldOrder, SurveyNews } from './worker.ts'
import { field, WHOLE } from './state.ts'
import { microseconds } from './geometry.ts'
import type { Separation } from '../separation.ts'
import { state } from '../state.ts'

const PEAKS_EVERY = 0.8 // seconds
/** After as much sound as this the view stays what it is. */
const SETTLED = 3
/** Samples: with all peaks nearer to the middle than this, delays tell nothing apart; slight ones do not count. */
const NO_DELAY = 0.3
const SLIGHT = 0.25

export interface FieldFeed {
  live(): Planes | null
  /** Of the file, as far as it is known. */
  whole(): Planes | null
  sampleRate(): number
  begin(separation: Separation, sampleRate: number): void
  frame(frame: Frame): void
  /** Peaks, view and remark, now and then. */
  tick(elapsed: number): void
  close(): void
}

export function createFieldFeed(): FieldFeed {
  let histogram: Histogram | null = null
  let shape = ''
  let rate = 44_100
  let hop = 0
  let fallback = 0
  let suggested: Planes | null = null
  let heardSeconds = 0
  let since = 0
  let surveyed: unknown = null
  let worker: Worker | null = null
  let unfollow = (): void => {}
  let planes: Planes | null = null
  /** Power of left, right, difference and sum, forgotten like the histogram. */
  const powers = new Float64Array(4)

  const stop = (): void => {
    worker?.terminate()
    worker = null
    unfollow()
    planes = null
    field.progress.value = null
  }

  async function survey({ sound }: FileFeed, feed: unknown): Promise<void> {
    const module = await kernelModule()
    if (currentFeed() !== feed) return
    const made = (worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }))
    made.onmessage = ({ data }: MessageEvent<SurveyNews>) => {
      if (worker !== made) return
      planes = data.planes
      field.progress.value = data.progress < 1 ? data.progress : null
      if (data.progress === 1) since = PEAKS_EVERY
    }
    made.onerror = (event) => {
      field.progress.value = null
      field.remark.value = `The file’s own field could not be computed: ${event.message || 'the worker did not start'}.`
    }
    const post = (order: FieldOrder): void => made.postMessage(order)
    post({ type: 'survey', module, recording: sound.recording.peek(), expected: sound.expected.peek() })
    unfollow = follow(sound, post)
    field.progress.value = 0
  }

  return {
    live: () => histogram?.live ?? null,
    whole: () => planes,
    sampleRate: () => rate,
    begin({ preset: { dictionary } }, sampleRate) {
      const { fftSize, hopSize } = shapeFor(dictionary, sampleRate)
      const feed = currentFeed()
      const same = `${fftSize} ${hopSize} ${sampleRate}`
      if (same !== shape || feed !== surveyed) histogram = new Histogram({ sampleRate, fftSize, hopSize })
      shape = same
      rate = sampleRate
      hop = hopSize / sampleRate
      if (feed === surveyed) return
      surveyed = feed
      heardSeconds = 0
      powers.fill(0)
      stop()
      batch(() => {
        field.peaks.value = []
        field.remark.value = null
        field.follows.value = true
        field.window.value = WHOLE
      })
      if (feed && feed.channels === 2 && 'sound' in feed) void survey(feed as FileFeed, feed)
    },
    frame(frame) {
      if (!histogram || frame.left.length === 0) return
      histogram.frozen = field.frozen.peek()
      histogram.remember(field.memory.peek())
      histogram.add(frame)
      fallback = fallback * 0.9 + 0.1 * frame.fact('fallback')
      heardSeconds += hop
      const keep = Math.exp(-hop / 3)
      let [left, right, cross] = [0, 0, 0]
      for (let bin = 1; bin < frame.left.length; bin++) {
        left += frame.left[bin]!
        right += frame.right[bin]!
        cross += frame.crossRe[bin]!
      }
      const parts = [left, right, left + right - 2 * cross, left + right + 2 * cross]
      parts.forEach((power, i) => { powers[i] = powers[i]! * keep + power })
    },
    tick(elapsed) {
      since += elapsed
      if (since < PEAKS_EVERY || !histogram || heardSeconds < 0.2) return
      since = 0
      const source = planes && field.progress.peek() === null && state.input.peek().kind === 'file' ? planes : histogram.live
      batch(() => {
        field.remark.value = remarkOn(powers)
        field.fallback.value = fallback
        if (source === suggested) return // the whole file's field does not change any more
        suggested = source === planes ? source : null
        const { range, peaks } = suggest(source)
        field.peaks.value = peaks.map(({ level, delay, weight }) => ({ level, delay: microseconds(delay, rate), weight }))
        if (!field.follows.peek() || !peaks.length) return
        field.view.value = peaks.every(({ delay, weight }) => Math.abs(delay) < NO_DELAY || weight < SLIGHT) ? 'frequency' : 'delay'
        field.range.value = DELAY_RANGES.findIndex((each) => each === range)
        if (heardSeconds > SETTLED && field.progress.peek() === null) field.follows.value = false
      })
    },
    close: stop,
  }
}

/** −60 dB of the whole is nothing. */
const NOTHING = 1e-6

function remarkOn(powers: Float64Array): string | null {
  const [left, right, difference, sum] = powers as unknown as [number, number, number, number]
  const all = left + right
  if (!(all > 0)) return null
  if (left < NOTHING * all) return 'The left channel is silent: everything stands hard right.'
  if (right < NOTHING * all) return 'The right channel is silent: everything stands hard left.'
  if (difference < NOTHING * all) return 'Both channels are the same: everything stands in the middle.'
  if (sum < NOTHING * all) return 'One channel is the other turned over: its phase says half a period, and no delay does.'
  return null
}
