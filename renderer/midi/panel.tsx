// Where the notes go: ports, channels, how they are played there, and a synthesiser to hear them with.

import { useSignal } from '@preact/signals'
import type { Amount } from '../controls/amount.ts'
import { Control } from '../controls/control.tsx'
import { step } from '../history.ts'
import { host } from '../host.ts'
import { Icon } from '../icons.tsx'
import { Menu } from '../menu.tsx'
import { choosePort, lookForPorts, panic } from './out.ts'
import { programs } from './programs.ts'
import { midi } from './state.ts'
import type { PortInfo } from './state.ts'
import type { Setup } from './voices.ts'

const touchRow: Amount = { name: 'midi-touch', label: 'Touch', unit: '', min: -1, max: 1, initial: 0, step: 0.05, help: 'Above 0 soft playing comes out louder, below 0 softer. The softest and the hardest stay.' }
const aheadRow: Amount = { name: 'midi-ahead', label: 'Steady by', unit: '', min: 0, max: 80, initial: 20, step: 1, show: (value) => `${value} ms`, read: (text) => (text.trim() === '' ? NaN : Number(text.replace(/ms$/, ''))),
  help: 'Milliseconds that every message waits, so that those of a busy moment are in time. More is steadier, less is sooner.' }
const levelRow: Amount = { name: 'midi-level', label: 'Level of the notes', unit: 'dB', min: -60, max: 0, initial: -12, step: 0.5, help: 'How loud the notes are heard, beside the sound.' }
const ranges = [2, 12, 24, 48] as const

const change = (name: string, part: Partial<Setup>, joins = false): void =>
  step(name, () => { midi.setup.value = { ...midi.setup.peek(), ...part } }, joins)

/** MPE receivers start from a range of four octaves. */
const turnMpe = (): void => {
  const mpe = !midi.setup.peek().mpe
  change(mpe ? 'A channel for each note' : 'One channel for all notes', { mpe, bendRange: mpe ? 48 : 2 })
}

const Port = ({ id, name, present, problem }: PortInfo) => (
  <li>
    <label class={present ? '' : 'is-gone'}><input type="checkbox" checked={midi.chosen.value.includes(id)} onChange={({ currentTarget }) => choosePort(id, currentTarget.checked)} />
      <span class="midi-port">{name}</span>{!present && <span class="amber">unplugged</span>}</label>
    {problem && <p class="field-remark" role="alert">{problem}</p>}
  </li>
)

const Ports = () => {
  const ports = midi.ports.value
  const access = midi.access.value
  return (
    <>
      {ports.length > 0 && <ul class="midi-ports" aria-label="MIDI ports">{ports.map((port) => <Port key={port.id} {...port} />)}</ul>}
      {midi.problem.value && <p class="field-remark" role="alert">{midi.problem.value}</p>}
      {access !== 'ready' && <button type="button" class="button" disabled={access === 'asking'} onClick={() => void lookForPorts()}>
        {access === 'asking' ? 'Waiting for your permission…' : access === 'none' ? 'Look again' : 'Look for MIDI ports'}</button>}
    </>
  )
}

const Playing = () => {
  const { channel, mpe, bendRange, program, touch } = midi.setup.value
  return (
    <>
      <div class="control"><span class="control-label">Channel</span>
        <span class="picker"><select aria-label="MIDI channel" value={String(channel)} disabled={mpe} onChange={({ currentTarget }) => change('Channel', { channel: Number(currentTarget.value) })}>
          {Array.from({ length: 16 }, (_, i) => <option key={i} value={String(i)}>{mpe && i === channel ? 'each note its own' : `${i + 1}${i === 9 ? ' (drums)' : ''}`}</option>)}
        </select><Icon name="down" size={12} /></span></div>
      <div class="control" title="Each note on a channel of its own (MPE), so that each bends alone"><span class="control-label">MPE</span>
        <button type="button" role="switch" class="switch" aria-checked={mpe} aria-label="Each note on its own channel (MPE)" onClick={turnMpe} /></div>
      <div class="control" title="How far a bend reaches at the receiver; it is told"><span class="control-label">Bends</span>
        <span class="picker"><select aria-label="Range of bends" value={String(bendRange)} onChange={({ currentTarget }) => change('Range of bends', { bendRange: Number(currentTarget.value) })}>
          {ranges.map((range) => <option key={range} value={String(range)}>± {range} semitones</option>)}
        </select><Icon name="down" size={12} /></span></div>
      <div class="control"><span class="control-label">Instrument</span>
        <span class="picker"><select aria-label="Instrument at the receiver" value={program === null ? '' : String(program)}
          onChange={({ currentTarget: { value } }) => change('Instrument', { program: value === '' ? null : Number(value) })}>
          <option value="">As the receiver has it</option>
          {programs.map(({ group, names }, g) => <optgroup key={group} label={group}>{names.map((name, i) => <option key={name} value={String(8 * g + i)}>{8 * g + i + 1} {name}</option>)}</optgroup>)}
        </select><Icon name="down" size={12} /></span></div>
      <Control row={touchRow} value={touch} onChange={(value) => change('Touch', { touch: value }, true)} />
      <Control row={aheadRow} value={midi.ahead.value} onChange={(value) => { midi.ahead.value = value }} />
    </>
  )
}

const Hear = () => (
  <>
    <div class="control" title="The notes through a small synthesiser, beside the sound. With a microphone, use headphones: it would hear them."><span class="control-label">Hear them</span>
      <button type="button" role="switch" class="switch" aria-checked={midi.hear.value} aria-label="Hear the notes" onClick={() => { midi.hear.value = !midi.hear.peek() }} /></div>
    {midi.hear.value && <Control row={levelRow} name="Level" value={midi.level.value} onChange={(value) => { midi.level.value = value }} />}
    {midi.mute.value && <p class="field-remark" role="alert">{midi.mute.value}</p>}
  </>
)

const title = (): string => {
  const chosen = midi.ports.value.filter(({ id }) => midi.chosen.value.includes(id))
  const [first] = chosen
  if (!first) return midi.hear.value ? 'Synthesiser' : 'MIDI out'
  return chosen.length > 1 ? `${chosen.length} ports` : first.name
}

/** For the head of the drawer: a button that says where the notes go and whether any do, and what it opens. */
export const MidiPanel = () => {
  const open = useSignal(false)
  const wrong = midi.ports.value.some(({ id, present, problem }) => midi.chosen.value.includes(id) && (!present || problem !== null))
  const playing = midi.sounding.value > 0
  return (
    <Menu open={open}>
      <button type="button" class={`button midi-button${wrong ? ' missing' : ''}`} aria-expanded={open.value} aria-label={`MIDI out: ${title()}${wrong ? ', not connected' : ''}`} title="Where the notes go"
        onClick={() => {
          open.value = !open.value
          if (midi.access.peek() === 'unasked' && host().platform !== 'browser') void lookForPorts() // a browser asks the person
        }}>
        <i class={`midi-light${playing ? ' on' : ''}`} aria-hidden="true" /><span>{title()}</span><Icon name="down" size={12} /></button>
      {open.value && (
        <div class="menu-box midi-box" role="dialog" aria-label="MIDI out">
          <Ports />
          <Playing />
          <Hear />
          <div class="learn-actions">
            <span class="faint grow">{midi.sent.value === 0 ? 'Nothing sent yet' : `${midi.sent.value} messages sent${midi.late.value ? `, ${midi.late.value} late` : ''}`}</span>
            <button type="button" class="button" title="Ends every note at every chosen port, whoever began it" onClick={panic}>Panic</button>
          </div>
        </div>
      )}
    </Menu>
  )
}
