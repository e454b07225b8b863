// From keys and menus to commands: which can be used now, what a key means where it was pressed, and the menus of the
// machine kept in step.

import { computed, effect } from '@preact/signals'
import { calibration } from '../calibrate/state.ts'
import { commandNamed, commands, places } from '../commands.ts'
import type { Command, CommandName, CommandStates, Place } from '../commands.ts'
import { host } from '../host.ts'
import { isLive } from '../live/live.tsx'
import { library } from '../presets/library.ts'
import { forgetRecent, openRecent, recent } from '../session/recent.ts'
import { state } from '../state.ts'
import { bindings } from './bindings.ts'
import { hasModifier, isPressed } from './keys.ts'

/** Tuning to an instrument and the preset browser have the window to themselves. */
const isThere = (place: Place): boolean => {
  if (calibration.open.value || library.open.value) return false
  const { kind } = state.input.value
  const isOpen = kind !== 'none' || state.missing.value !== null
  if (place === 'anywhere') return true
  if (place === 'live') return isLive()
  if (place === 'working') return isOpen
  if (place === 'tools') return kind === 'file'
  return isOpen && !isLive()
}

export const commandStates = computed(() => Object.fromEntries(commands.map(({ name, where }) => {
  const { enabled, checked, label } = bindings[name]
  return [name, { enabled: isThere(where) && (enabled?.() ?? true), ...(checked && { checked: checked() }), ...(label && { label: label() }) }]
})) as Required<CommandStates>)

export const canRun = (name: CommandName): boolean => commandStates.peek()[name].enabled

/** True when it was done. */
export function run(name: CommandName): boolean {
  if (!canRun(name)) return false
  bindings[name].run()
  return true
}

const TEXT = 'input:not([type=checkbox], [type=radio], [type=range], [type=button]), textarea, select, [contenteditable]'
const inside = (target: EventTarget | null, selector: string): boolean => target instanceof HTMLElement && target.closest(selector) !== null
/** The field has keys of its own for some of its tools, and none of the spectrogram's. */
const apart: Partial<Record<Place, string>> = { tools: '.field' }

function means({ where, keys = [], text }: Command, event: KeyboardEvent): boolean {
  if ('within' in places[where]) return false
  const key = keys.find((each) => isPressed(each, event, isMac()))
  if (key === undefined) return false
  if (inside(event.target, TEXT) && (text || !hasModifier(key))) return false
  if (key === 'Space' && inside(event.target, 'button, select, summary, a, [type=checkbox], [type=radio]')) return false
  return apart[where] === undefined || !inside(event.target, apart[where])
}

/** A key pressed anywhere, after the view that has the focus had its turn: true when it was a command's. */
export function commandKey(event: KeyboardEvent): boolean {
  if (event.defaultPrevented) return true
  const command = commands.find((each) => means(each, event) && canRun(each.name))
  if (!command) return false
  event.preventDefault()
  return run(command.name)
}

export const isMac = (): boolean => host().platform === 'darwin' || (host().platform === 'browser' && /^Mac/.test(navigator.platform))

/** A click in the machine's menu. Where a text is written, what a text has too is the text's. */
function choose(name: string): void {
  const command = commandNamed(name)
  if (!command) return
  if (command.text && inside(document.activeElement, TEXT)) document.execCommand(command.name)
  else run(command.name)
}

const TOLD_EVERY = 100 // ms
/** Of a name in a menu. */
const LONGEST = 200

const clearRecent = (): void => { for (const { id } of recent.peek()) void forgetRecent(id) }

/** Tells the machine's menus what they show, as often as it changes and no oftener than they can follow. */
export function followCommands(): void {
  const { menus } = host()
  if (!menus) return
  menus.onCommand(choose)
  menus.onRecent((id) => { if (id === null) clearRecent(); else void openRecent(id) })
  let told = ''
  let timer: ReturnType<typeof setTimeout> | null = null
  const tell = (): void => {
    timer = null
    const lately = recent.peek().filter(({ kind }) => kind !== 'microphone').map(({ id, name }) => ({ id, name: name.slice(0, LONGEST) }))
    const states = commandStates.peek()
    const text = JSON.stringify([states, lately])
    if (text === told) return
    told = text
    void menus.tell(states, lately).catch(() => { told = '' })
  }
  effect(() => {
    void [commandStates.value, recent.value]
    timer ??= setTimeout(tell, TOLD_EVERY)
  })
}
