// The sound that is open, and what the page says of it while it is read and when it ends too early.

import { batch, effect, signal } from '@preact/signals'
import { clock } from '../format.ts'
import { notes } from '../notes/state.ts'
import type { Action } from '../state.ts'
import { show } from '../saying.ts'
import { session } from '../session/state.ts'
import { state } from '../state.ts'
import type { Sound } from './decode.ts'
import { secondsOf } from './recording.ts'

export const recorded = signal<Sound | null>(null)

/** Seconds that there will be, as far as that is known. */
export const expectedSeconds = (sound: Sound): number => sound.expected.peek() / sound.recording.peek().sampleRate

/** From here on the page shows this sound: its length is corrected once it is known, and it says why there is no more. */
export function showRecording(sound: Sound, another: Action): void {
  recorded.value = sound
  const stop = effect(() => {
    if (recorded.value !== sound) return queueMicrotask(() => stop())
    const [recording, failure] = [sound.recording.value, sound.failure.value]
    const input = state.input.peek()
    if (!recording.whole || input.kind !== 'file') return
    const seconds = secondsOf(recording)
    batch(() => {
      if (input.seconds !== seconds) {
        const known = session.sound.peek()
        state.input.value = { ...input, seconds }
        const edited = notes.edited.peek()
        if (edited?.input === input) notes.edited.value = { ...edited, input: state.input.peek() }
        if (known?.input === input) session.sound.value = { ...known, input: state.input.peek() }
      }
      if (failure !== null) show('warn', /[.!?]$/.test(failure) ? failure : failure + '.', `The first ${clock(seconds)} of it can be played, and everything else goes on.`, another)
    })
  })
}

effect(() => { if (state.input.value.kind !== 'file') recorded.value = null })
