// How an amount is typed: a well that takes exact values, on Enter or when left. A wrong text turns red, says what is allowed,
// and changes nothing. Arrows and the wheel turn it too.

import { useSignal } from '@preact/signals'
import { hintOf, nudged, textOf, valueOf } from './amount.ts'
import type { Amount } from './amount.ts'
import { openMenu } from './popup.ts'
import { learnItems } from '../midi-learn/bound.ts'

interface NumberWellProps {
  readonly row: Amount
  readonly value: number
  readonly label: string
  readonly initial?: number | null
  readonly learn?: string
  readonly text?: string
  onChange(value: number): void
  reset?(): void
}

export const NumberWell = ({ row, value, label, initial = row.initial, learn, text, onChange, reset }: NumberWellProps) => {
  const draft = useSignal<string | null>(null)
  const wrong = useSignal<string | null>(null)
  const take = (): void => {
    if (draft.value === null) return
    try {
      if (draft.value.trim() === '' && reset) reset()
      else onChange(valueOf(row, draft.value))
      draft.value = wrong.value = null
    } catch (error) {
      wrong.value = (error as Error).message
    }
  }
  const forget = (): void => { draft.value = wrong.value = null }
  const nudge = (direction: number, fine: boolean): void => {
    forget()
    onChange(nudged(row, value, direction, fine))
  }
  return (
    <span class="number">
      <input class="well-input" type="text" inputMode="decimal" spellcheck={false} autocomplete="off" title={hintOf(row, null)}
        aria-label={`${label}, exact value`} aria-invalid={wrong.value !== null} value={draft.value ?? text ?? textOf(row, value)}
        onFocus={(event) => event.currentTarget.select()}
        onInput={(event) => { draft.value = event.currentTarget.value; wrong.value = null }}
        onBlur={() => { take(); forget() }}
        onKeyDown={(event) => {
          if (event.key === 'Enter') take()
          if (event.key === 'Escape') forget()
          if ((event.key === 'ArrowUp' || event.key === 'ArrowDown') && !event.ctrlKey && !event.altKey && !event.metaKey) {
            event.preventDefault()
            nudge(event.key === 'ArrowUp' ? 1 : -1, event.shiftKey)
          }
        }}
        onWheel={(event) => {
          const delta = event.deltaY || event.deltaX
          if (document.activeElement !== event.currentTarget || event.ctrlKey || delta === 0) return
          event.preventDefault()
          nudge(delta < 0 ? 1 : -1, event.shiftKey)
        }}
        onContextMenu={(event) => {
          const back = reset ?? (initial === null ? null : () => onChange(initial))
          const items = () => [...(back ? [{ label: initial === null ? 'Reset' : `Reset to ${textOf(row, initial)}`, run: back }] : []), ...learnItems(learn)]
          if (openMenu(event.currentTarget, label, items, event)) event.preventDefault()
        }} />
      {wrong.value !== null && <span class="wrong" role="alert">{wrong.value}</span>}
    </span>
  )
}
