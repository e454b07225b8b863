// What is the matter with an input that runs, found in the sound itself, and the sentences that say so. Each comes and goes
// by itself.

import { computed, signal } from '@preact/signals'
import { state } from '../state.ts'
import type { Banner, Cleaning } from '../state.ts'

export const devices = {
  /** The system or a switch holds it back. */
  muted: signal(false),
  /** Nothing but digital silence for a while. */
  silent: signal(false),
  clipping: signal(false),
}

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

/** From the peak of each frame, and the second at which it ends: the sound's own time, so that a busy page finds the same. */
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

const notice = (tone: Banner['tone'], what: string, safe: string): Banner => ({ tone, what, safe, actions: [] })

/** Beside the banner that a person closes. What the machine plays may well be silent. */
export const notices = computed<readonly Banner[]>(() => {
  const input = state.input.value
  if (input.kind !== 'microphone' || input.lost || !state.playing.value) return []
  const name = `“${input.name}”`
  const isMicrophone = input.from === 'microphone'
  return [
    ...(devices.muted.value ? [notice('warn', `${name} is held back by a switch or by the system.`, 'Let it go there; Winnow goes on by itself.')]
      : devices.silent.value && isMicrophone ? [notice('warn', `${name} delivers nothing but digital silence.`,
        'Look for a mute switch on it and for its level in the system’s settings; Winnow goes on listening.')] : []),
    ...(devices.clipping.value ? [notice('warn', `${name} is too loud: its peaks are cut off.`,
      isMicrophone ? 'Turn its level down in the system’s settings, or move away from it; Winnow goes on.' : 'Turn down what plays; Winnow goes on.')] : []),
  ]
})

const names: Readonly<Record<keyof Cleaning, string>> =
  { echoCancellation: 'echo cancellation', noiseSuppression: 'noise suppression', autoGainControl: 'gain control' }

/** What the browser does to the input before Winnow hears it, as a sentence. */
export function cleaningText(cleaning: Cleaning): { readonly off: boolean; readonly text: string } {
  const kinds = Object.keys(names) as (keyof Cleaning)[]
  const listed = (value: boolean | null): string[] => kinds.filter((kind) => cleaning[kind] === value).map((kind) => names[kind])
  const [on, unknown] = [listed(true), listed(null)]
  if (on.length > 0) return { off: false, text: `The browser keeps its ${on.join(' and ')} on: two cleanings fight.` }
  if (unknown.length > 0) return { off: false, text: `Asked the browser to switch off its ${unknown.join(', ')}; it does not say whether it did.` }
  return { off: true, text: 'The browser’s own echo cancellation, noise suppression and gain control are off.' }
}
