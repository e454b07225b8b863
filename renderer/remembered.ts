// What a person would choose again: the microphone, how long a live session may lag, whose voice is kept. Kept by the browser
// for this page alone; where it keeps nothing, each session starts as the first.

import { effect } from '@preact/signals'
import { latencyNames } from '../worklet/latency.ts'
import type { Latency } from '../worklet/latency.ts'
import { state } from './state.ts'

const KEY = 'winnow'

export interface Remembered { readonly microphone: string | null; readonly latency: Latency | null; readonly voice: number | null }

/** Whatever stands there; what is not what it should be is nothing. */
export function readRemembered(text: string | null): Remembered {
  let found: Record<string, unknown> = {}
  try {
    const json: unknown = JSON.parse(text ?? '{}')
    if (typeof json === 'object' && json !== null) found = json as Record<string, unknown>
  } catch { /* somebody else's text */ }
  const { microphone, latency, voice } = found
  return {
    microphone: typeof microphone === 'string' && microphone !== '' ? microphone : null,
    latency: latencyNames.find((name) => name === latency) ?? null,
    voice: typeof voice === 'number' && Number.isInteger(voice) ? voice : null,
  }
}

export function remembered(): Remembered {
  try {
    return readRemembered(localStorage.getItem(KEY))
  } catch {
    return readRemembered(null) // a browser that keeps nothing
  }
}

/** From now on: what a live session is turned to is what the next one starts with. */
export function startRemembering(): void {
  state.latency.value = remembered().latency
  effect(() => {
    const input = state.input.value
    const latency = state.latency.value
    const voice = state.preset.value?.kept ?? null
    if (input.kind !== 'microphone') return
    const microphone = input.from === 'microphone' ? input.deviceId : remembered().microphone
    try {
      localStorage.setItem(KEY, JSON.stringify({ microphone, latency, voice } satisfies Remembered))
    } catch { /* a browser that keeps nothing */ }
  })
}
