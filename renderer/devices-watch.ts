// Listens for what is wrong with a live input: digital silence and cut-off peaks. Time is the sound's own, so that a page
// that was hidden or busy finds the same.

import { batch } from '@preact/signals'
import type { Frame } from '../worklet/frame.ts'
import { devices } from './devices-state.ts'
import { watch } from './frames.ts'
import { state } from './state.ts'

/** One step of 16 bits: what is below is no room, however quiet. */
const NOTHING = 1 / 32_768
const SILENT_AFTER = 3 // seconds
/** A hair below full scale: converters and resamplers do not all reach it. */
const FULL = 0.999
/** So many frames with cut-off peaks within so many seconds; the notice stays as long again as nothing is cut off. */
const CUTS = 3
const WITHIN = 2
const STAYS = 4

export interface Watching { silent: boolean; clipping: boolean }

/** From the peak of each frame, and the second at which it ends. */
export function createWatching(): { hear(peak: number, seconds: number): Watching; reset(): void } {
  const now: Watching = { silent: false, clipping: false }
  const cuts: number[] = []
  let quietSince: number | null = null
  return {
    hear(peak, seconds) {
      if (peak > NOTHING) quietSince = null
      else quietSince ??= seconds
      now.silent = quietSince !== null && seconds - quietSince >= SILENT_AFTER
      if (peak >= FULL) cuts.push(seconds)
      while (cuts.length > 0 && seconds - cuts[0]! > (now.clipping ? STAYS : WITHIN)) cuts.shift()
      now.clipping = now.clipping ? cuts.length > 0 : cuts.length >= CUTS
      return now
    },
    reset() {
      cuts.length = 0
      quietSince = null
      now.silent = now.clipping = false
    },
  }
}

export function watchInput(): void {
  const watching = createWatching()
  let rate = 0
  const say = ({ silent, clipping }: Watching): void => batch(() => {
    devices.silent.value = silent
    devices.clipping.value = clipping
  })
  const forget = (): void => {
    watching.reset()
    say({ silent: false, clipping: false })
  }
  watch({
    begin(_separation, sampleRate) {
      rate = sampleRate
      forget()
    },
    frame(frame: Frame) {
      if (state.input.peek().kind === 'microphone') say(watching.hear(frame.fact('inputPeak'), frame.fact('position') / rate))
    },
    draw() { if (!state.playing.peek() && (devices.silent.peek() || devices.clipping.peek())) forget() },
  })
}
