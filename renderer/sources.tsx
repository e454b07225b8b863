// The sources: colour, number, name, level, mute, solo; the rest always last. Inside each fader runs the share of the
// input's energy that the source claims now.

import { useSignal } from '@preact/signals'
import type { SelectedSource } from '../worklet/selection.ts'
import type { Parameter } from '../worklet/parameters.ts'
import { saveSelection } from './actions.ts'
import { Slider } from './controls/slider.tsx'
import { NumberWell } from './controls/well.tsx'
import { addSource, choose, hasRoom, removeSource, renameSource, turnRest, turnSetting, turnSource } from './editing.ts'
import { DASH, capital, figure, signed } from './format.ts'
import { LearnButton } from './learning/panel.tsx'
import { redo, redoName, undo, undoName } from './history.ts'
import { Icon } from './icons.tsx'
import { PresetPicker } from './presets/picker.tsx'
import { measured, reductionRow, state } from './state.ts'

/** A fader shows −60 to +24 dB; the well takes what the selection takes. */
const gainRow: Parameter = {
  name: 'gain', label: 'Level', unit: 'dB', min: -120, max: 24, initial: 0, step: 0, help: 'Level of this source in the mix.',
}
const faderRow: Parameter = { ...gainRow, min: -60 }
/** The rest's level is the reduction, upside down. */
const plain = (value: number): number => value + 0 // −0 is 0
const restRow: Parameter = {
  ...reductionRow, name: 'rest', min: -reductionRow.max, max: plain(-reductionRow.min), initial: plain(-reductionRow.initial),
}

const isLit = (index: number | null): boolean => {
  const highlight = state.highlight.value
  return highlight !== null && highlight.kind !== 'bin' && highlight.source === index && index !== null
}

/** Double click or F2 renames. */
const Name = ({ index, name, note }: { index: number; name: string; note: string }) => {
  const draft = useSignal<string | null>(null)
  const wrong = useSignal<string | null>(null)
  const start = (): void => { draft.value = state.selection.peek().sources[index]!.name }
  const stop = (): void => { draft.value = wrong.value = null }
  const take = (): void => {
    wrong.value = draft.value === null ? null : renameSource(index, draft.value)
    if (wrong.value === null) draft.value = null
  }
  if (draft.value === null)
    return (
      <button type="button" class="source-name" title={`${note}. Double click or F2 to rename`} aria-label={`${name}: rename with F2`}
        onDblClick={start} onKeyDown={(event) => { if (event.key === 'F2') start() }}>{name}</button>
    )
  return (
    <span class="source-name number">
      <input type="text" aria-label={`Name of ${name}`} aria-invalid={wrong.value !== null} maxLength={80} value={draft.value}
        ref={(input) => { if (input && document.activeElement !== input) { input.focus(); input.select() } }}
        onInput={(event) => { draft.value = event.currentTarget.value; wrong.value = null }}
        onBlur={() => { take(); stop() }}
        onKeyDown={(event) => { if (event.key === 'Enter') take(); if (event.key === 'Escape') stop() }} />
      {wrong.value !== null && <span class="wrong" role="alert">{wrong.value}</span>}
    </span>
  )
}

interface RowProps {
  readonly number: string
  readonly name: string
  readonly note: string
  readonly colour: string
  readonly level: number
  readonly fader: Parameter
  readonly well: Parameter
  readonly mute: boolean
  readonly solo: boolean
  readonly soloHint: string
  readonly share: number | null
  /** Null: the rest, which cannot be pointed at, renamed or removed. */
  readonly index: number | null
  onLevel(level: number): void
  onMute(): void
  onSolo(): void
}

const lights = (index: number | null): void => { state.highlight.value = index === null ? null : { kind: 'source', source: index } }

const Row = ({ number, name, note, colour, level, fader, well, mute, solo, soloHint, share, index, onLevel, onMute, onSolo }: RowProps) => (
  <li class={`source${mute ? ' muted' : ''}${index !== null && state.chosen.value === index ? ' chosen' : ''}${isLit(index) ? ' lit' : ''}`}
    data-source={number} style={{ '--c': colour }}
    onPointerDown={() => { if (state.chosen.peek() !== index) choose(index) }}
    onFocusIn={() => { if (state.chosen.peek() !== index) choose(index) }}
    onPointerEnter={() => lights(index)} onPointerLeave={() => lights(null)}
    onKeyDown={(event) => {
      if (event.target instanceof HTMLInputElement && event.target.type === 'text') return
      if (event.ctrlKey || event.altKey || event.metaKey) return
      const key = event.key.toLowerCase()
      if (key === 'm') onMute()
      if (key === 's') onSolo()
    }}>
    <div class="source-top">
      <span class={`chip${number === 'R' ? ' rest' : ''}`} aria-hidden="true">{number}</span>
      {index === null ? <span class="source-name" title={note}>{name}</span> : <Name index={index} name={name} note={note} />}
      {index !== null && <button type="button" class="source-more" aria-label={`Remove ${name}`} title={`Remove ${name}: what it claims is the rest’s`}
        onClick={() => removeSource(index)}><Icon name="close" size={12} /></button>}
      <span class="toggles">
        <button type="button" class="toggle mute" aria-pressed={mute} aria-label={`Mute ${name}`} title={`Mute ${name} (M)`}
          onClick={onMute}>M</button>
        <button type="button" class="toggle solo" aria-pressed={solo} aria-label={`Solo ${name}`} title={`${soloHint} (S)`}
          onClick={onSolo}>S</button>
      </span>
    </div>
    <div class="source-level">
      <span class="fader-box">
        <span class="fader-fill" style={{ '--m': `${Math.round(Math.sqrt(share ?? 0) * 100)}%` }} />
        <Slider row={fader} value={Math.max(fader.min, level)} label={`Level of ${name}`} className="fader" text={`${signed(level)} dB`}
          initial={fader.initial} onChange={(value) => onLevel(plain(value))} />
      </span>
      <NumberWell row={well} value={level} label={`Level of ${name}`} onChange={(value) => onLevel(plain(value))} />
    </div>
    <div class="source-note"><span>{note}</span><span>{share === null ? DASH : `${figure(100 * share)} %`}</span></div>
  </li>
)

function noteOf(source: SelectedSource): string {
  const atoms = state.preset.value?.preset.dictionary.atoms.filter((atom) => source.atoms?.includes(atom.source)).length ?? 0
  const parts = [
    ...(source.atoms?.length ? [`${atoms} atom${atoms === 1 ? '' : 's'}${source.atoms.includes('free') ? ' and free ones' : ''}`] : []),
    ...(source.places?.length ? [`${source.places.length} place${source.places.length === 1 ? '' : 's'}`] : []),
    ...(source.painted?.length ? [`${source.painted.length} painted`] : []),
  ]
  return parts.join(', ') || (source.atoms ? 'nothing yet' : 'everything')
}

export const Sources = () => {
  const { sources } = state.selection.value
  const { mute, solo } = state.rest.value
  const shares = measured.shares.value
  /** While a source comes or goes the figures are still of the others. */
  const known = shares.length === sources.length + 1
  const claimed = known ? 1 - shares[sources.length]! : null
  return (
    <section class="left" aria-label="Sources">
      <div class="head">
        <h2>Sources</h2>
        <span class="faint">{sources.length} + rest</span>
        <span class="grow" />
        <button type="button" class="button ghost square" disabled={undoName.value === null} aria-label="Undo"
          title={undoName.value ? `Undo: ${undoName.value} (Ctrl+Z)` : 'Nothing to undo'} onClick={undo}><Icon name="undo" /></button>
        <button type="button" class="button ghost square" disabled={redoName.value === null} aria-label="Redo"
          title={redoName.value ? `Redo: ${redoName.value} (Ctrl+Shift+Z)` : 'Nothing to redo'} onClick={redo}><Icon name="redo" /></button>
        <button type="button" class="button ghost square" aria-label="Save the selection"
          title="Save the selection, as the command line reads it" onClick={() => void saveSelection()}><Icon name="save" /></button>
      </div>
      <PresetPicker />
      <ul class="source-list">
        {sources.length === 0 && <li class="no-sources">Click a bright spot in the field, or paint what you want to keep.</li>}
        {sources.map((source, i) => (
          <Row key={i} index={i} number={String(i + 1)} name={capital(source.name)} note={noteOf(source)}
            colour={`var(--s${i % 8 + 1})`} level={source.gain ?? 0} fader={faderRow} well={gainRow} mute={source.mute ?? false} solo={source.solo ?? false}
            soloHint={`Hear only ${capital(source.name)}`} share={known ? shares[i]! : null}
            onLevel={(gain) => turnSource(i, 'Level of', { gain }, true)} onMute={() => turnSource(i, source.mute ? 'Unmute' : 'Mute', { mute: !source.mute })}
            onSolo={() => turnSource(i, source.solo ? 'Unsolo' : 'Solo', { solo: !source.solo })} />
        ))}
        <Row key="rest" index={null} number="R" name="Rest" note="What no source claims" colour="var(--rest)"
          level={plain(-state.settings.value.reduction)} fader={restRow} well={restRow} mute={mute} solo={solo}
          soloHint="Hear what is removed, at full level" share={known ? shares[sources.length]! : null}
          onLevel={(level) => turnSetting('reduction', 'Level of Rest', plain(-level))} onMute={() => turnRest(mute ? 'Unmute Rest' : 'Mute Rest', { mute: !mute })}
          onSolo={() => turnRest(solo ? 'Unsolo Rest' : 'Solo Rest', { solo: !solo })} />
        <li><button type="button" class="add-source" disabled={!hasRoom()} onClick={() => addSource()}><Icon name="add" />Add a source</button></li>
        <li><LearnButton wide /></li>
      </ul>
      <div class="energy">
        <div class="energy-text">
          <span>Energy now</span>
          <span class="faint">{claimed === null ? DASH : `${figure(100 * claimed)} % claimed`}</span>
        </div>
        <div class="energy-bar" aria-hidden="true">
          {shares.map((share, i) => (
            <i key={i} style={{
              flexGrow: Math.round(share * 1000), background: i < sources.length ? `var(--s${i % 8 + 1})` : 'var(--line-strong)',
            }} />
          ))}
        </div>
      </div>
    </section>
  )
}
