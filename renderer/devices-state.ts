// What is the matter with an input that runs, found in the sound itself, and the sentences that say so. Each comes and goes
// by itself.

import { computed, signal } from '@preact/signals'
import { state } from './state.ts'
import type { Banner, Cleaning } from './state.ts'

export const devices = {
  /** The system or a switch holds it back. */
  muted: signal(false),
  /** Nothing but digital silence for a while. */
  silent: signal(false),
  clipping: signal(false),
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
