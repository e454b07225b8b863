// The calm screen's own keys, beside those that the table of commands has for it.

import { toggleBypass } from '../actions.ts'
import { turnRest, turnSetting } from '../editing.ts'
import { reductionRow, state } from '../state.ts'
import { clamp } from '../numbers.ts'

export const hearWhatGoes = (): void => {
  const { solo } = state.rest.peek()
  turnRest(solo ? 'Unsolo Rest' : 'Solo Rest', { solo: !solo })
}

/** Turned by hand, what is muted is heard again. */
export function turnReduction(dB: number): void {
  turnSetting('reduction', reductionRow.label, clamp(Math.round(10 * dB) / 10, reductionRow.min, reductionRow.max))
}

export const showStudio = (): void => { state.screen.value = 'studio' }

export function liveKey(event: KeyboardEvent): void {
  const { target, key, shiftKey } = event
  const inside = (selector: string): boolean => target instanceof HTMLElement && target.closest(selector) !== null
  if (event.ctrlKey || event.altKey || event.metaKey || inside('input[type=text], select, textarea')) return
  const step = shiftKey ? 0.1 : 1
  if (key === ' ' && !inside('button, [role=dialog]')) toggleBypass()
  else if (key === 'ArrowUp' && !inside('input, [role=slider]')) turnReduction(state.settings.peek().reduction + step)
  else if (key === 'ArrowDown' && !inside('input, [role=slider]')) turnReduction(state.settings.peek().reduction - step)
  else return
  event.preventDefault()
}
