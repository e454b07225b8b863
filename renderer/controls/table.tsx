// The parameter table as controls: a loop over it. A double click goes back to what the preset (or the table) says.

import { parameters, refusal } from '../../worklet/parameters.ts'
import type { Parameter, ParameterName } from '../../worklet/parameters.ts'
import { resetSettings } from '../actions.ts'
import { OutputPicker } from '../devices/choice.tsx'
import { turnSetting } from '../editing.ts'
import { settingId } from '../midi-learn/bound.ts'
import { state } from '../state.ts'
import { Control } from './control.tsx'

/** Words that the dictionary in play rules out say why. */
function reasonsOf(row: Parameter): readonly (string | null)[] {
  const divergence = state.preset.value?.preset.dictionary.divergence
  return row.words?.map((_, i) => (row.name === 'solver' && divergence ? refusal(divergence, i) : null)) ?? []
}

const Row = ({ row }: { row: Parameter }) => {
  const name = row.name as ParameterName
  return <Control row={row} value={state.settings.value[name]} initial={state.preset.value?.preset.settings[name] ?? row.initial} learn={settingId(name)}
    reasons={reasonsOf(row)} onChange={(next) => turnSetting(name, row.label, next)} />
}

export const Controls = () => (
  <div class="controls">
    <div class="control"><span class="control-label">Output</span><OutputPicker /></div>
    {parameters.map((row) => <Row key={row.name} row={row} />)}
    <button type="button" class="button ghost" onClick={resetSettings}>Reset the settings</button>
  </div>
)
