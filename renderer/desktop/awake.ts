// A call or a concert of hours is no time for the machine to fall asleep: it stays awake while sound comes in live, or notes
// are heard from what plays.

import { computed, effect } from '@preact/signals'
import { host } from '../host.ts'
import { notes } from '../notes/state.ts'
import { state } from '../state.ts'

const isNeeded = computed(() => state.playing.value && (state.input.value.kind === 'microphone' || (state.input.value.kind === 'file' && notes.on.value)))

export const stayAwake = (): void => void effect(() => void host().stayAwake?.(isNeeded.value).catch(() => {})) // then it sleeps as it is set to
