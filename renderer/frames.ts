// The heartbeat of the pictures: with each animation frame it takes what the separator has revealed since the last,
// hands it to whoever looks, and lets them draw. A hidden page has no animation frames, and so no work.

import type { Frame } from '../worklet/frame.ts'
import { currentContext, currentFeed, currentSeparation } from './engine.ts'
import { positionAt } from './feeds.ts'
import type { FileFeed } from './feeds.ts'
import type { Separation } from './separation.ts'
import { measured, state } from './state.ts'

export interface Viewer {
  /** Before the frames of another separation. */
  begin?(separation: Separation, sampleRate: number): void
  frame?(frame: Frame): void
  /** `fresh` when frames have come since the last time; `elapsed` in seconds. */
  draw(fresh: boolean, elapsed: number): void
}

const viewers = new Set<Viewer>()
let seen: Separation | null = null
let before = 0

export function watch(viewer: Viewer): () => void {
  viewers.add(viewer)
  const context = currentContext()
  if (seen && context) viewer.begin?.(seen, context.sampleRate)
  return () => viewers.delete(viewer)
}

function tick(now: number): void {
  requestAnimationFrame(tick)
  const elapsed = Math.min(0.25, (now - before) / 1000)
  before = now
  const separation = currentSeparation()
  const context = currentContext()
  let fresh = false
  if (separation && context) {
    if (separation !== seen) for (const viewer of viewers) viewer.begin?.(separation, context.sampleRate)
    while (separation.nextFrame()) {
      fresh = true
      for (const viewer of viewers) viewer.frame?.(separation.frame)
    }
  }
  seen = separation
  for (const viewer of viewers) viewer.draw(fresh, elapsed)
}

/** From the page, once: from now on there are pictures. */
export const beginPictures = (): void => { requestAnimationFrame(tick) }

/** Seconds into the file of what is heard now, as exactly as the context's clock says; null without a file. After a jump it waits there. */
export function heardAt(): number | null {
  const input = state.input.peek()
  const [context, separation, feed] = [currentContext(), currentSeparation(), currentFeed()]
  if (input.kind !== 'file' || !context || !separation || !feed || !('origin' in feed)) return null
  return positionAt((feed as FileFeed).origin, context.currentTime - separation.latencySamples / context.sampleRate)
}

/** Text that changes faster than this cannot be read. */
const FIGURES_EVERY = 0.15
/** Of a new load figure in the mean of all. */
const LOAD_SHARE = 0.03

/** Figures from the frames. Peaks fall slowly enough to be read; what nothing measures any more is null again. */
function createMeasuring(): Viewer {
  let since = 0
  /** The clock of the audio thread is coarse, so single figures of a small load jump: null until one is seen, then their mean. */
  let load: number | null = null
  let passes = Infinity, bad = 0, match = 0, input = 0, output = 0, energy = 0
  let claimed = new Float64Array(0)
  let total = 0
  let counted = 0

  const clear = (): void => {
    const { latency, outputLatency, load, passes, match, inputPeak, outputPeak, position, inputRms } = measured
    for (const figure of [latency, outputLatency, load, passes, match, inputPeak, outputPeak, position, inputRms]) figure.value = null
    measured.shares.value = []
  }

  function publish(context: AudioContext, separation: Separation): void {
    const { sampleRate, baseLatency = 0, outputLatency = 0 } = context
    measured.latency.value = separation.latencySamples / sampleRate
    measured.outputLatency.value = baseLatency + outputLatency || null
    const feed = currentFeed()
    const starved = feed && 'starved' in feed ? (feed as FileFeed).starved : 0
    measured.dropouts.value = context.playbackStats || starved ? (context.playbackStats?.underrunEvents ?? 0) + starved : null
    measured.position.value = heardAt()
    if (!counted) return
    measured.load.value = load
    measured.passes.value = passes
    measured.badSamples.value = bad
    measured.match.value = match
    measured.inputPeak.value = input
    measured.inputRms.value = Math.sqrt(energy / counted)
    measured.outputPeak.value = output
    if (total > 0) {
      const shares = [...claimed.subarray(0, state.selection.peek().sources.length)].map((energy) => energy / total)
      measured.shares.value = [...shares, Math.max(0, 1 - shares.reduce((sum, share) => sum + share, 0))]
    } else measured.shares.value = []
    input = output = energy = total = counted = 0
    passes = Infinity
    claimed.fill(0)
  }

  return {
    begin({ frame: { layout } }) {
      claimed = new Float64Array(layout.sources)
      load = null
    },
    frame(frame) {
      const now = frame.fact('load')
      if (load !== null) load += (now - load) * LOAD_SHARE
      else if (now > 0) load = now
      passes = Math.min(passes, frame.fact('passes'))
      bad = frame.fact('badSamples')
      match = frame.fact('match')
      energy += frame.fact('inputRms') ** 2
      input = Math.max(input, frame.fact('inputPeak'))
      output = Math.max(output, frame.fact('outputPeak'))
      counted++
      const { magnitude, masks, layout: { bins, sources } } = frame
      for (let i = 0; i < bins; i++) total += magnitude[i]! * magnitude[i]!
      for (let k = 0; k < sources; k++) {
        let sum = 0
        for (let i = 0; i < bins; i++) sum += masks[k * bins + i]! * magnitude[i]! * magnitude[i]!
        claimed[k]! += sum
      }
    },
    draw(_fresh, elapsed) {
      if ((since += elapsed) < FIGURES_EVERY) return
      since = 0
      const separation = currentSeparation()
      const context = currentContext()
      if (separation && context) publish(context, separation)
      else if (measured.latency.value !== null) clear()
    },
  }
}
watch(createMeasuring())
