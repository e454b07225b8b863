// What a knob can turn, by name: every row of the parameter table, and of each source and the rest level, pan, mute, solo,
// invert. A target is turned whether its control is on the screen or not; each turn is a step of the history.

import { isSwitch, noteParameters, parameters } from '../../worklet/parameters.ts'
import type { ParameterName } from '../../worklet/parameters.ts'
import type { SelectedSource } from '../../worklet/selection.ts'
import type { Amount } from '../controls/amount.ts'
import { titleOf, turnSetting } from '../editing.ts'
import { step } from '../history.ts'
import { notes } from '../notes/state.ts'
import { faderRow, fromPan, panRow, plain, restRow, toPan } from '../sources/rows.ts'
import { changeRest, state } from '../state.ts'

export interface Target {
  readonly label: string
  readonly row: Amount
  /** One of two: no knob stands between them. */
  readonly isSwitch: boolean
  get(): number
  set(value: number): void
}

const onOff = (label: string): Amount => ({ name: label, label, unit: '', min: 0, max: 1, initial: 0, step: 1, help: '' })
const by = (label: string): string => `${label} by MIDI`

function setting(name: string): Target | null {
  const row = parameters.find((each) => each.name === name)
  if (!row) return null
  return {
    label: row.label, row, isSwitch: isSwitch(row), get: () => state.settings.peek()[row.name as ParameterName],
    set: (value) => turnSetting(row.name as ParameterName, by(row.label), value),
  }
}

function noteSetting(name: string): Target | null {
  const row = noteParameters.find((each) => each.name === name)
  if (!row) return null
  return {
    label: row.label, row, isSwitch: isSwitch(row), get: () => notes.settings.peek()[row.name],
    set: (value) => step(by(row.label), () => { notes.settings.value = { ...notes.settings.peek(), [row.name]: value } }, true),
  }
}

function source(number: string, what: string): Target | null {
  const index = Number(number) - 1
  const now = (): SelectedSource | undefined => state.selection.peek().sources[index]
  if (!now()) return null
  const turn = (label: string, change: Partial<SelectedSource>): void => step(by(`${label} ${titleOf(index)}`), () => {
    const { mask, sources } = state.selection.peek()
    state.selection.value = { mask, sources: sources.map((each, i) => (i === index ? { ...each, ...change } : each)) }
  }, true)
  const named = { label: `${titleOf(index)}: ${what}`, isSwitch: false }
  if (what === 'level') return { ...named, row: faderRow, get: () => now()?.gain ?? 0, set: (gain) => turn('Level of', { gain }) }
  if (what === 'pan') return { ...named, row: panRow, get: () => fromPan(now()?.pan ?? 0), set: (value) => turn('Pan of', { pan: toPan(value) }) }
  if (what !== 'mute' && what !== 'solo' && what !== 'invert') return null
  return { ...named, row: onOff(what), isSwitch: true, get: () => (now()?.[what] ? 1 : 0), set: (value) => turn(`${value ? '' : 'No '}${what} of`, { [what]: value === 1 }) }
}

function rest(what: string): Target | null {
  const label = `Rest: ${what}`
  if (what === 'level') return { label, row: restRow, isSwitch: false, get: () => plain(-state.settings.peek().reduction), set: (level) => turnSetting('reduction', by('Level of Rest'), plain(-level)) }
  if (what !== 'mute' && what !== 'solo' && what !== 'invert') return null
  return {
    label, row: onOff(what), isSwitch: true, get: () => (state.rest.peek()[what] ? 1 : 0),
    set: (value) => step(by(`${value ? '' : 'No '}${what} of Rest`), () => changeRest({ [what]: value === 1 }), true),
  }
}

/** Null: there is no such thing, or not now. */
export function targetOf(id: string): Target | null {
  const [kind, first = '', second = ''] = id.split(' ')
  return kind === 'setting' ? setting(first) : kind === 'notes' ? noteSetting(first) : kind === 'source' ? source(first, second) : kind === 'rest' ? rest(first) : null
}
