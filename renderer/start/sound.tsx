// Which microphone and which output, before anything sounds.

import { signal } from '@preact/signals'
import { chooseOutput } from '../devices/output.ts'
import { choosesOutput } from '../engine-session.ts'
import { Icon } from '../icons.tsx'
import { remembered } from '../remembered.ts'
import { state } from '../state.ts'

/** The microphone to open; the empty one is that of last time, or the system's choice. */
export const preferred = signal('')

const NAMELESS = 'Browsers name microphones and outputs once a microphone has been allowed.'

export const SoundSettings = () => {
  const microphones = state.microphones.value.filter(({ label }) => label !== '')
  const outputs = choosesOutput() ? state.outputs.value : []
  const usual = microphones.find(({ deviceId }) => deviceId === remembered().microphone)
  return (
    <div class="menu-box sound-settings">
      <label><span>Microphone</span>
        <span class="picker"><select value={preferred.value} onChange={({ currentTarget }) => { preferred.value = currentTarget.value }}>
          <option value="">{usual ? `${usual.label} (last time)` : 'The system’s choice'}</option>
          {microphones.map(({ deviceId, label }) => <option key={deviceId} value={deviceId}>{label}</option>)}
        </select><Icon name="down" size={12} /></span>
      </label>
      <label><span>Output</span>
        <span class="picker"><select value={state.output.value.deviceId} onChange={({ currentTarget }) => void chooseOutput(currentTarget.value)}>
          <option value="">System’s output</option>
          {outputs.filter(({ deviceId }) => deviceId !== '').map(({ deviceId, label }) => <option key={deviceId} value={deviceId}>{label}</option>)}
        </select><Icon name="down" size={12} /></span>
      </label>
      <p class="faint">{choosesOutput() ? microphones.length === 0 ? NAMELESS : 'All of it can be changed while it sounds.'
        : 'This browser sends sound to the system’s output alone.'}</p>
    </div>
  )
}
