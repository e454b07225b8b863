// The right column: the stereo field, or the settings, or folded to a rail.

import { signal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { Controls } from './controls/table.tsx'
import { Field } from './field/panel.tsx'
import { Icon } from './icons.tsx'
import { fold, layout } from './layout.ts'
import { Splitter } from './splitter.tsx'
import { state } from './state.ts'

const tabs = { field: 'Stereo field', settings: 'Settings' } as const
type Tab = keyof typeof tabs

/** Null until a person chooses: a sound of one channel has no field to show. */
const chosen = signal<Tab | null>(null)
const shown = (): Tab => {
  const input = state.input.value
  return chosen.value ?? (input.kind !== 'none' && input.channels === 2 ? 'field' : 'settings')
}

/** For keys that lead to the field from anywhere. */
export function showField(): void {
  fold('side', false)
  chosen.value = 'field'
  requestAnimationFrame(() => document.querySelector<HTMLElement>('.field-hand')?.focus())
}

export function showSettings(): void {
  fold('side', false)
  chosen.value = 'settings'
}

/** Folding takes the button away that has the focus: the one that comes in its place takes it on. */
export const Side = () => {
  const button = useRef<HTMLButtonElement>(null)
  const moved = useRef(false)
  const turn = (folded: boolean): void => {
    moved.current = true
    fold('side', folded)
  }
  useEffect(() => { if (moved.current) button.current?.focus() }, [layout.value.folded.side])
  const tab = shown()
  if (layout.value.folded.side)
    return (
      <aside class="right folded">
        <button ref={button} type="button" class="rail" aria-expanded={false} onClick={() => turn(false)}>
          <Icon name="left" /><span>{tabs[tab]}</span>
        </button>
      </aside>
    )
  return (
    <aside class="right" aria-label={tabs[tab]}>
      <div class="head side-head">
        <div class="segments" role="group" aria-label="Panel">
          {(Object.keys(tabs) as Tab[]).map((name) => (
            <button key={name} type="button" aria-pressed={name === tab} onClick={() => { chosen.value = name }}>{tabs[name]}</button>
          ))}
        </div>
        <span class="grow" />
        <button ref={button} type="button" class="button ghost square" aria-expanded={true} aria-label="Fold the panel" title="Fold"
          onClick={() => turn(true)}><Icon name="right" /></button>
      </div>
      {tab === 'field' ? <Field /> : <Controls />}
      <Splitter part="side" />
    </aside>
  )
}
