// One row of the parameter table as a person meets it, wherever that is: its name, then a switch, a choice of words, or a slider
// with a well. A double click on any of it goes back.

import { isSwitch } from '../../worklet/parameters.ts'
import { hintOf, textOf } from './amount.ts'
import type { Amount } from './amount.ts'
import { openMenu } from './popup.ts'
import { Slider } from './slider.tsx'
import { NumberWell } from './well.tsx'
import { Icon } from '../icons.tsx'
import { Bound } from '../midi-learn/badge.tsx'
import { learnItems } from '../midi-learn/bound.ts'

interface ControlProps {
  readonly row: Amount
  readonly value: number
  readonly initial?: number
  /** For MIDI: see midi-learn/targets.ts. */
  readonly learn?: string
  /** Why each word cannot be chosen now; null where it can. */
  readonly reasons?: readonly (string | null)[]
  /** Beside it, where that is shorter than what it is called by whoever cannot see where it stands. */
  readonly name?: string
  onChange(value: number): void
}

const Choice = ({ row, value, reasons, onChange }: ControlProps) => {
  const words = row.words!
  return (
    <span class="picker" title={reasons?.[value] ?? undefined}>
      <select aria-label={row.label} value={String(value)} onChange={(event) => onChange(Number(event.currentTarget.value))}>
        {words.map((word, i) => <option key={word} value={String(i)} disabled={Boolean(reasons?.[i])} title={reasons?.[i] ?? ''}>{word}</option>)}
      </select>
      <Icon name="down" size={12} />
    </span>
  )
}

export const Control = (props: ControlProps) => {
  const { row, value, initial = row.initial, learn, name = row.label, onChange } = props
  const id = `control-${row.name}`
  const reset = (): void => onChange(initial)
  const isAmount = !isSwitch(row) && !row.words
  return (
    <div class="control" title={hintOf(row, initial)} onContextMenu={(event) => {
      const items = () => [{ label: `Reset to ${textOf(row, initial)}`, note: 'double-click', run: reset }, ...learnItems(learn)]
      const target = event.currentTarget.querySelector<HTMLElement>('[role=switch], select, [role=slider]') ?? event.currentTarget
      if (!event.defaultPrevented && openMenu(target, row.label, items, event)) event.preventDefault()
    }}>
      <span class="control-label" id={id} onDblClick={reset}>{name}<Bound learn={learn} /></span>
      {isSwitch(row) && <button type="button" role="switch" class="switch" aria-checked={value === 1} aria-labelledby={id} onClick={() => onChange(value ? 0 : 1)} onDblClick={reset} />}
      {row.words && <Choice {...props} />}
      {isAmount && <Slider row={row} value={value} label={row.label} initial={initial} onChange={onChange} {...(learn && { learn })} />}
      {isAmount && <NumberWell row={row} value={value} label={row.label} initial={initial} onChange={onChange} {...(learn && { learn })} />}
    </div>
  )
}
