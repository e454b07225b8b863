// The sources, at the left; the rest always last. What can be done with one is in row.tsx and menu.ts.

import { useEffect, useRef } from 'preact/hooks'
import type { SelectedSource } from '../../worklet/selection.ts'
import { saveSelection } from '../actions.ts'
import { addSource, hasRoom, turnRest, turnSetting, turnSource } from '../editing.ts'
import { DASH, capital, figure } from '../format.ts'
import { redo, redoName, undo, undoName } from '../history.ts'
import { Icon } from '../icons.tsx'
import { fold, layout } from '../layout.ts'
import { LearnButton } from '../learning/panel.tsx'
import { restId, sourceId } from '../midi-learn/bound.ts'
import { PresetPicker } from '../presets/picker.tsx'
import { Splitter } from '../splitter.tsx'
import { Chips, noteOf } from './chips.tsx'
import { sourceItems } from './menu.ts'
import { Row } from './row.tsx'
import { faderRow, gainRow, plain, restRow } from './rows.ts'
import { measured, state } from '../state.ts'

const colourOf = (index: number): string => `var(--s${index % 8 + 1})`

const Source = ({ source, index, share }: { source: SelectedSource; index: number; share: number | null }) => {
  const name = capital(source.name)
  const { gain = 0, pan = null, mute = false, solo = false, invert = false } = source
  const input = state.input.value
  const hasSides = input.kind === 'none' || input.channels === 2
  return (
    <Row index={index} number={String(index + 1)} name={name} note={noteOf(source)} colour={colourOf(index)} level={gain} fader={faderRow} well={gainRow}
      pan={hasSides ? pan : undefined} mute={mute} solo={solo} invert={invert} share={share}
      soloHint={`Hear only ${name}`} invertHint={`Hear everything but ${name}: mutes aside, the rest at full level`}
      learn={(what) => sourceId(index, what)} items={() => sourceItems(index)}
      onLevel={(level) => turnSource(index, 'Level of', { gain: level }, true)} onPan={(to) => turnSource(index, 'Pan of', { pan: to }, true)}
      onMute={() => turnSource(index, mute ? 'Unmute' : 'Mute', { mute: !mute })} onSolo={() => turnSource(index, solo ? 'Unsolo' : 'Solo', { solo: !solo })}
      onInvert={() => turnSource(index, invert ? 'Take back the inversion of' : 'Invert', { invert: !invert })}>
      <Chips index={index} source={source} />
    </Row>
  )
}

const Rest = ({ share }: { share: number | null }) => {
  const { mute, solo, invert = false } = state.rest.value
  return (
    <Row index={null} number="R" name="Rest" note="What no source claims" colour="var(--rest)" level={plain(-state.settings.value.reduction)}
      fader={restRow} well={restRow} mute={mute} solo={solo} invert={invert} share={share}
      soloHint="Hear what is removed, at full level" invertHint="Hear everything but the rest, mutes aside" learn={(what) => restId(what === 'pan' ? 'level' : what)} items={() => []}
      onLevel={(level) => turnSetting('reduction', 'Level of Rest', plain(-level))} onMute={() => turnRest(mute ? 'Unmute Rest' : 'Mute Rest', { mute: !mute })}
      onSolo={() => turnRest(solo ? 'Unsolo Rest' : 'Solo Rest', { solo: !solo })}
      onInvert={() => turnRest(invert ? 'Take back the inversion of Rest' : 'Invert Rest', { invert: !invert })}>
      <span>What no source claims</span>
    </Row>
  )
}

const Energy = ({ shares, count }: { shares: readonly number[]; count: number }) => {
  /** While a source comes or goes the figures are still of the others. */
  const claimed = shares.length === count + 1 ? 1 - shares[count]! : null
  return (
    <div class="energy">
      <div class="energy-text">
        <span>Energy now</span>
        <span class="faint">{claimed === null ? DASH : `${figure(100 * claimed)} % claimed`}</span>
      </div>
      <div class="energy-bar" aria-hidden="true">
        {shares.map((share, i) => <i key={i} style={{ flexGrow: Math.round(share * 1000), background: i < count ? colourOf(i) : 'var(--line-strong)' }} />)}
      </div>
    </div>
  )
}

export const Sources = () => {
  const { sources } = state.selection.value
  const shares = measured.shares.value
  const known = shares.length === sources.length + 1
  const button = useRef<HTMLButtonElement>(null)
  const moved = useRef(false)
  const { folded } = layout.value
  useEffect(() => { if (moved.current) button.current?.focus() }, [folded.sources])
  const turn = (to: boolean): void => {
    moved.current = true
    fold('sources', to)
  }
  if (folded.sources)
    return (
      <section class="left folded" aria-label="Sources">
        <button ref={button} type="button" class="rail" aria-expanded={false} aria-label="Unfold the sources" title="Unfold the sources" onClick={() => turn(false)}>
          <Icon name="right" />
          {sources.map(({ name, mute }, i) => <b key={i} class={`chip${mute ? ' is-mute' : ''}`} style={{ '--c': colourOf(i) }} title={capital(name)}>{i + 1}</b>)}
          <span>Sources</span>
        </button>
      </section>
    )
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
        <button ref={button} type="button" class="button ghost square" aria-expanded={true} aria-label="Fold the sources" title="Fold" onClick={() => turn(true)}><Icon name="left" /></button>
      </div>
      <PresetPicker />
      <ul class="source-list">
        {sources.length === 0 && <li class="no-sources">Click a bright spot in the field, or paint what you want to keep.</li>}
        {sources.map((source, i) => <Source key={i} source={source} index={i} share={known ? shares[i]! : null} />)}
        <Rest key="rest" share={known ? shares[sources.length]! : null} />
        <li><button type="button" class="add-source" disabled={!hasRoom()} onClick={() => addSource()}><Icon name="add" />Add a source</button></li>
        <li><LearnButton wide /></li>
      </ul>
      <Energy shares={shares} count={sources.length} />
      <Splitter part="sources" />
    </section>
  )
}
