// "Learn noise": for a few seconds nobody speaks, and everything heard is taken for the room. Counted in the sound's own time.

import { batch, signal } from '@preact/signals'
import { watch } from '../frames.ts'
import { state } from '../state.ts'

export const NOISE_SECONDS = 3

export const room = {
  /** Seconds heard so far; null: it is not being learned. */
  heard: signal<number | null>(null),
  /** Whether what separates now has been shown the room. */
  known: signal(false),
}

let unwatch: (() => void) | null = null

function stop(known: boolean): void {
  batch(() => {
    state.hearsRoom.value = false
    room.heard.value = null
    room.known.value = known
  })
}

export function learnNoise(): void {
  unwatch?.()
  let rate = 0
  let from: number | null = null
  let separations = 0
  batch(() => {
    state.hearsRoom.value = true
    room.heard.value = 0
    room.known.value = false
  })
  unwatch = watch({
    begin(_separation, sampleRate) {
      rate = sampleRate
      from = null
      if (++separations > 1) forget() // another separation has heard nothing of it
    },
    frame(frame) {
      if (room.heard.peek() === null) return
      const now = frame.fact('position') / rate
      from ??= now
      if (now - from < NOISE_SECONDS) room.heard.value = now - from
      else stop(true)
    },
    draw() { if (room.heard.peek() !== null && !state.playing.peek()) forget() },
  })
}

/** What was heard of it so far stays with what separates, as any sound does; nothing says that the room is known. */
function forget(): void {
  unwatch?.()
  unwatch = null
  stop(false)
}
export const cancelNoise = forget
