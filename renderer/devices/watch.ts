// Listens to a live input for what is wrong with it, frame by frame.

import { batch } from '@preact/signals'
import type { Frame } from '../../worklet/frame.ts'
import { createWatching, devices } from './state.ts'
import type { Watching } from './state.ts'
import { watch } from '../frames.ts'
import { state } from '../state.ts'

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
