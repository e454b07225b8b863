// The parameter table as controls: a loop over it. A double click goes back to what the preset (or the table) says.

import { isSwitch, parameters, refusal } from '../worklet/parameters.ts'
import type { Parameter, ParameterName } from '../worklet/parameters.ts'
import { resetSettings } from './actions.ts'
import { OutputPicker } from './devices/choice.tsx'
import { turnSetting } from './editing.ts'
import { Icon } from './icons.tsx'
import { NumberWell, Slider } from './slider.tsx'
import { state } from './state.ts'

/** One of a few words; those that the dictionary in play rules out say why. */
const Choice = ({ row, words, value, onChange }: { row: Parameter; words: readonly string[]; value: number; onChange(value: number): void }) => {
  const divergence = state.preset.value?.preset.dictionary.divergence
  const reasons = words.map((_, i) => (row.name === 'solver' && divergence ? refusal(divergence, i) : null))
  return (
    <span class="picker" title={reasons[value] ?? row.help}>
      <select aria-label={row.label} value={String(value)} onChange={(event) => onChange(Number(event.currentTarget.value))}>
        {words.map((word, i) => <option key={word} value={String(i)} disabled={reasons[i] !== null} title={reasons[i] ?? ''}>{word}</option>)}
      </select>
      <Icon name="down" size={12} />
    </span>
  )
}

const Control = ({ row }: { row: Parameter }) => {
  const name = row.name as ParameterName
  const value = state.settings.value[name]
  const initial = state.preset.value?.preset.settings[name] ?? row.initial
  const change = (next: number): void => turnSetting(name, row.label, next)
  const id = `control-${name}`
  return (
    <div class="control" title={row.help}>
      <span class="control-label" id={id}>{row.label}</span>
      {isSwitch(row)
        ? <button type="button" role="switch" class="switch" aria-checked={value === 1} aria-labelledby={id}
            onClick={() => change(value ? 0 : 1)} onDblClick={() => change(initial)} />
        : row.words ? <Choice row={row} words={row.words} value={value} onChange={change} />
        : <>
            <Slider row={row} value={value} label={row.label} initial={initial} onChange={change} />
            <NumberWell row={row} value={value} label={row.label} onChange={change} />
          </>}
    </div>
  )
}

export const Controls = () => (
  <div class="controls">
    <div class="control"><span class="control-label">Output</span><OutputPicker /></div>
    {parameters.map((row) => <Control key={row.name} row={row} />)}
    <button type="button" class="button ghost" onClick={resetSettings}>Reset the settings</button>
  </div>
)
