// Which knob of MIDI turns what: what the controls need to know of it, and no more. learn.ts fills it in; where that is absent
// (in the plug-in, whose host does this) there are no bindings and nothing to learn.

import { signal } from '@preact/signals'
import type { NoteSettings, ParameterName } from '../../worklet/parameters.ts'
import type { Item } from '../controls/popup.ts'

export interface Binding {
  /** Of a target: see targets.ts. */
  readonly id: string
  /** The name of the device, as the system says it. */
  readonly device: string
  /** 0 to 15. */
  readonly channel: number
  /** Of the controller, 0 to 127; of one with 14 bits the upper half, 0 to 31. */
  readonly controller: number
  /** Fourteen bits in two messages, or seven in one. */
  readonly wide: boolean
  /** A knob without ends, which says how far it was turned rather than where it is. */
  readonly relative: boolean
}

export const bindings = signal<readonly Binding[]>([])
/** The target that waits for a knob. */
export const learning = signal<string | null>(null)
/** Targets whose knob stands elsewhere than their value, and in which direction it must be turned to take hold of it. */
export const apart = signal<ReadonlyMap<string, 'up' | 'down'>>(new Map())

export interface Learner {
  start(id: string): void
  stop(): void
  forget(id: string): void
  change(id: string, part: Partial<Binding>): void
}
let learner: Learner | null = null
export const learnWith = (one: Learner): void => { learner = one }

export const settingId = (name: ParameterName): string => `setting ${name}`
export const noteSettingId = (name: keyof NoteSettings): string => `notes ${name}`
export const sourceId = (index: number, what: 'level' | 'pan' | 'mute' | 'solo' | 'invert'): string => `source ${index + 1} ${what}`
export const restId = (what: 'level' | 'mute' | 'solo' | 'invert'): string => `rest ${what}`

export const bindingOf = (id: string | undefined): Binding | undefined => (id === undefined ? undefined : bindings.value.find((each) => each.id === id))
export const nameOf = ({ controller }: Binding): string => `CC ${controller}`

/** What the menu of a control offers. */
export function learnItems(id: string | undefined): readonly Item[] {
  if (id === undefined || !learner) return []
  const binding = bindingOf(id)
  const { start, stop, forget, change } = learner
  if (learning.value === id) return [{ label: 'Stop learning MIDI', run: stop }]
  return [
    { label: 'Learn MIDI', hint: 'Then turn a knob or move a fader of a MIDI device: from then on it turns this.', run: () => start(id) },
    ...(binding ? [
      { label: 'Knob without ends', checked: binding.relative, hint: 'For encoders that say how far they were turned: 1 to 63 is up, 127 to 65 is down.', run: () => change(id, { relative: !binding.relative }) },
      { label: 'Forget MIDI', note: nameOf(binding), run: () => forget(id) },
    ] : []),
  ]
}
