// One source, or the rest: colour, number, name; mute, solo, invert; a fader with the meter in it, pan, the exact level; and what
// it claims by.

import type { ComponentChildren } from 'preact'
import type { Amount } from '../controls/amount.ts'
import { openMenu } from '../controls/popup.ts'
import type { Item } from '../controls/popup.ts'
import { Slider } from '../controls/slider.tsx'
import { NumberWell } from '../controls/well.tsx'
import { choose } from '../editing.ts'
import { DASH, figure } from '../format.ts'
import { Icon } from '../icons.tsx'
import { Bound } from '../midi-learn/badge.tsx'
import { learnItems } from '../midi-learn/bound.ts'
import { Name } from './name.tsx'
import { fromPan, panRow, plain, toPan } from './rows.ts'
import { measured, state } from '../state.ts'

/** dBFS at the left end of a meter; the right one is full scale. */
const BOTTOM = -60

export interface RowProps {
  readonly number: string
  readonly name: string
  readonly note: string
  readonly colour: string
  readonly level: number
  readonly fader: Amount
  readonly well: Amount
  /** Null: where it is. Undefined: it has no sides. */
  readonly pan?: number | null | undefined
  readonly mute: boolean
  readonly solo: boolean
  readonly invert: boolean
  readonly soloHint: string
  readonly invertHint: string
  readonly share: number | null
  /** Null: the rest, which cannot be pointed at, renamed or removed. */
  readonly index: number | null
  /** Under which name each is turned by MIDI. */
  learn(what: 'level' | 'pan' | 'mute' | 'solo' | 'invert'): string
  readonly children: ComponentChildren
  items(): readonly Item[]
  onLevel(level: number): void
  onPan?(pan: number | null): void
  onMute(): void
  onSolo(): void
  onInvert(): void
}

const isLit = (index: number | null): boolean => {
  const highlight = state.highlight.value
  return highlight !== null && highlight.kind !== 'bin' && highlight.source === index && index !== null
}
const lights = (index: number | null): void => { state.highlight.value = index === null ? null : { kind: 'source', source: index } }

/** 0 to 1: how loud a share of the input is at a level. */
function metered(share: number | null, level: number): number {
  const rms = measured.inputRms.value
  if (share === null || rms === null || level <= -120) return 0
  return Math.max(0, Math.min(1, 1 - (20 * Math.log10(rms * Math.sqrt(share) + 1e-9) + level) / BOTTOM))
}

interface ToggleProps { readonly kind: 'mute' | 'solo' | 'invert'; readonly letter: string; readonly label: string; readonly hint: string; readonly pressed: boolean; readonly learn: string; run(): void }

const Toggle = ({ kind, letter, label, hint, pressed, learn, run }: ToggleProps) => (
  <button type="button" class={`toggle ${kind}`} aria-pressed={pressed} aria-label={label} title={hint} onClick={run}
    onContextMenu={(event) => {
      event.stopPropagation()
      if (openMenu(event.currentTarget, label, () => learnItems(learn), event)) event.preventDefault()
    }}>{letter}</button>
)

const Pan = ({ name, pan, learn, onPan }: { name: string; pan: number | null; learn: string; onPan(pan: number | null): void }) => {
  const text = pan === null ? 'where it is' : panRow.show!(fromPan(pan))
  return (
    <Slider row={panRow} value={fromPan(pan ?? 0)} label={`Pan of ${name}`} className={`pan${pan === null ? ' is-untouched' : ''}`} initial={null} learn={learn} text={text}
      hint={`Pan of ${name}: ${text}.\n${panRow.help}\n−100 to 100. Double-click: where it is. Shift: fine. Enter: type a value.`}
      onChange={(value) => onPan(toPan(value))} reset={() => onPan(null)} />
  )
}

export const Row = (props: RowProps) => {
  const { number, name, note, colour, level, fader, well, pan, mute, solo, invert, share, index, learn, items, onLevel, onPan, onMute, onSolo, onInvert } = props
  const change = (value: number): void => onLevel(plain(value))
  return (
    <li class={`source${mute ? ' muted' : ''}${index !== null && state.chosen.value === index ? ' chosen' : ''}${isLit(index) ? ' lit' : ''}`}
      data-source={number} style={{ '--c': colour }}
      onPointerDown={() => { if (state.chosen.peek() !== index) choose(index) }}
      onFocusIn={() => { if (state.chosen.peek() !== index) choose(index) }}
      onPointerEnter={() => lights(index)} onPointerLeave={() => lights(null)}
      onContextMenu={(event) => { if (!event.defaultPrevented && index !== null && openMenu(event.currentTarget.querySelector<HTMLElement>('.source-more')!, name, items, event)) event.preventDefault() }}
      onKeyDown={(event) => {
        if (event.target instanceof HTMLInputElement && event.target.type === 'text') return
        if (event.ctrlKey || event.altKey || event.metaKey) return
        const key = event.key.toLowerCase()
        if (key === 'm') onMute()
        if (key === 's' && event.shiftKey) onInvert()
        else if (key === 's') onSolo()
      }}>
      <div class="source-top">
        <span class={`chip${number === 'R' ? ' rest' : ''}`} aria-hidden="true">{number}</span>
        {index === null ? <span class="source-name" title={note}>{name}</span> : <Name index={index} name={name} note={note} />}
        {index !== null && <button type="button" class="source-more" aria-haspopup="menu" aria-label={`More about ${name}`} title={`Rename, duplicate, move or remove ${name}`}
          onClick={(event) => openMenu(event.currentTarget, name, items)}><Icon name="more" size={14} /></button>}
        <span class="toggles">
          <Toggle kind="mute" letter="M" label={`Mute ${name}`} hint={`Mute ${name} (M)`} pressed={mute} learn={learn('mute')} run={onMute} />
          <Toggle kind="solo" letter="S" label={`Solo ${name}`} hint={`${props.soloHint} (S)`} pressed={solo} learn={learn('solo')} run={onSolo} />
          <Toggle kind="invert" letter="Ø" label={`Invert ${name}`} hint={`${props.invertHint} (Shift S)`} pressed={invert} learn={learn('invert')} run={onInvert} />
        </span>
      </div>
      <div class={`source-level${pan === undefined ? ' has-no-sides' : ''}`}>
        <span class="fader-box">
          <span class="fader-fill" style={{ '--m': `${Math.round(100 * metered(share, level))}%` }} />
          <Slider row={fader} value={Math.max(fader.min, level)} label={`Level of ${name}`} className="fader" learn={learn('level')} onChange={change} />
        </span>
        {pan !== undefined && onPan && <Pan name={name} pan={pan} learn={learn('pan')} onPan={onPan} />}
        <NumberWell row={well} value={level} label={`Level of ${name}`} learn={learn('level')} onChange={change} />
      </div>
      <div class="source-note">
        {props.children}
        {(['level', 'pan', 'mute', 'solo', 'invert'] as const).map((what) => <Bound key={what} learn={learn(what)} />)}
        <span class="grow" />
        <span title="Share of the input’s energy that it claims now">{share === null ? DASH : `${figure(100 * share)} %`}</span>
      </div>
    </li>
  )
}
