// What the page says while it works and when a wish fails: what happened, what is safe, what to do.

import { state } from './state.ts'
import type { Action, Banner } from './state.ts'

export const sentence = (error: unknown): string => {
  const text = error instanceof Error ? error.message : String(error)
  return /[.!?]$/.test(text) ? text : text + '.'
}
export const soundGoesOn = (): string => (state.playing.value ? 'The sound goes on as before.' : 'Nothing else changed.')
export const show = (tone: Banner['tone'], what: string, safe: string, ...actions: Action[]): void => {
  state.banner.value = { tone, what, safe, actions }
}
export const dismissBanner = (): void => { state.banner.value = null }

/** Runs a wish with its sentence on show; only the last one may clear it. */
export async function loading<T>(text: string, work: () => Promise<T>): Promise<T> {
  state.loading.value = text
  try {
    return await work()
  } finally {
    if (state.loading.value === text) state.loading.value = null
  }
}
