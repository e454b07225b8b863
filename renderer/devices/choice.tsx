// Where the sound comes from and where it goes, as the top bars and the settings offer it.

import { chooseSound } from '../actions.ts'
import { openMicrophone, openSystem } from './input.ts'
import { chooseOutput, sendNowhere } from './output.ts'
import { choosesOutput } from '../engine-session.ts'
import { whyNoSystemSound } from '../feeds-live.ts'
import { Icon } from '../icons.tsx'
import { state } from '../state.ts'

/** A session comes from a file, a microphone, or what the machine plays. */
export const SourceChoice = () => {
  const input = state.input.value
  const from = input.kind === 'microphone' ? input.from : input.kind === 'file' || state.missing.value ? 'file' : state.screen.value === 'live' ? 'microphone' : null
  return (
    <div class="segments" role="group" aria-label="Input">
      <button type="button" aria-pressed={from === 'file'} aria-label="File" title="Open a file (O)" onClick={() => void chooseSound()}>
        <Icon name="file" /><span>File</span>
      </button>
      <button type="button" aria-pressed={from === 'microphone'} aria-label="Microphone" title="Open the microphone"
        onClick={() => void openMicrophone()}><Icon name="microphone" /><span>Microphone</span></button>
      <button type="button" aria-pressed={from === 'system'} aria-label="System" title={whyNoSystemSound() ?? 'Open what the machine plays'}
        onClick={() => void openSystem()}><Icon name="system" /><span>System</span></button>
    </div>
  )
}

export const InputPicker = () => {
  const input = state.input.value
  const microphones = state.microphones.value
  if (input.kind !== 'microphone' || input.from === 'system') return null
  return (
    <label class={`picker wide${input.lost ? ' missing' : ''}`}>
      <span class="visually-hidden">Microphone</span>
      <select value={input.deviceId} title={`${input.name}, ${input.channels === 2 ? 'two channels' : 'one channel'}`}
        onChange={(event) => void openMicrophone(event.currentTarget.value)}>
        {!microphones.some(({ deviceId }) => deviceId === input.deviceId) &&
          <option value={input.deviceId}>{input.name}{input.lost ? ' (missing)' : ''}</option>}
        {microphones.map(({ deviceId, label }) => <option key={deviceId} value={deviceId}>{label}</option>)}
      </select>
      <Icon name="down" size={12} />
    </label>
  )
}

const NOWHERE = 'nowhere'

const hint = (): string => (choosesOutput()
  ? state.outputs.value.length === 0 ? 'Where the sound goes. Browsers name the outputs once a microphone has been allowed.'
    : 'Where the sound goes. A program for calls hears it through a virtual cable: see “Into a call”.'
  : 'This browser sends sound to the system’s output alone. Chrome, Edge and the desktop app let you choose.')

/** A live session may go nowhere: then it is only looked at. A file is always heard. */
export const OutputPicker = () => {
  const { deviceId, label, lost } = state.output.value
  const live = state.input.value.kind !== 'file'
  const outputs = choosesOutput() ? state.outputs.value : []
  const isListed = deviceId === '' || outputs.some((each) => each.deviceId === deviceId)
  return (
    <label class={`picker wide${lost ? ' missing' : ''}`}>
      <span class="visually-hidden">Output</span>
      <select value={live && !state.monitoring.value && !lost ? NOWHERE : deviceId} title={hint()}
        onChange={({ currentTarget: { value } }) => { if (value === NOWHERE) sendNowhere(); else void chooseOutput(value) }}>
        {live && <option value={NOWHERE}>Nowhere yet</option>}
        <option value="">System’s output</option>
        {!isListed && <option value={deviceId}>{label}{lost ? ' (missing)' : ''}</option>}
        {outputs.map((each) => <option key={each.deviceId} value={each.deviceId}>{each.label}</option>)}
      </select>
      <Icon name="down" size={12} />
    </label>
  )
}
