// The drawer below the picture: the notes, or the outline of a file. Folded it goes on listening.

import { useEffect, useRef } from 'preact/hooks'
import { noteParameters } from '../../worklet/parameters.ts'
import { openCalibration } from '../calibrate/session.ts'
import { capital, figure } from '../format.ts'
import { Icon } from '../icons.tsx'
import { fold as foldPart, layout, measures } from '../layout.ts'
import { MidiPanel } from '../midi/panel.tsx'
import { NoteControls, turnNotes } from './controls.tsx'
import { NotesFiles } from './files.tsx'
import { ensureNotePreset, inPlay, openNotePreset, shippedInstruments, titleOf, useInPlay, useOwn, useShipped } from './presets.ts'
import { fromIndex, isEdited, notes } from './state.ts'
import type { Tab } from './state.ts'
import './playing.ts'
import { Overview } from '../overview.tsx'
import { forgetEdits } from './roll-editing.ts'
import { RollList } from './roll-list.tsx'
import { Roll, Sounding, colourToken } from './roll.tsx'
import { Splitter } from '../splitter.tsx'
import { state } from '../state.ts'

/** Shows the notes, and listens for them from now on. */
export function showNotes(): void {
  notes.tab.value = 'notes'
  foldPart('drawer', false)
  notes.on.value = true
  void ensureNotePreset()
}

function show(tab: Tab): void {
  if (tab === 'notes') return showNotes()
  notes.tab.value = tab
  foldPart('drawer', false)
}

const EVERYTHING = ''

const From = () => {
  const { sources } = state.selection.value
  const index = fromIndex.value
  return (
    <label class="picker into notes-from" style={{ '--c': `var(${colourToken()})` }} title="Whose notes: everything that comes in, or one source of the mix">
      <span class="visually-hidden">Notes from</span>
      <span class="chip" aria-hidden="true">{index === null ? '♪' : index + 1}</span>
      <select value={index === null ? EVERYTHING : sources[index]!.name} onChange={({ currentTarget: { value } }) => { notes.from.value = value === EVERYTHING ? null : value }}>
        <option value={EVERYTHING}>Everything</option>
        {sources.map(({ name }) => <option key={name} value={name}>{capital(name)}</option>)}
      </select>
      <Icon name="down" size={12} />
    </label>
  )
}

const By = () => {
  const chosen = notes.preset.value
  const shipped = shippedInstruments()
  const own = notes.own.value
  const played = inPlay()
  const value = !chosen ? 'none' : own.includes(chosen) ? `own:${own.indexOf(chosen)}` : chosen === played ? 'play'
    : shipped.some((name) => name.startsWith(chosen.name)) ? `shipped:${shipped.find((name) => name.startsWith(chosen.name))!}` : 'none'
  const choose = (wish: string, select: HTMLSelectElement): void => {
    if (wish === 'open') { select.value = value; void openNotePreset() }
    else if (wish === 'tune') { select.value = value; openCalibration() }
    else if (wish === 'play') useInPlay()
    else if (wish.startsWith('own:')) useOwn(own[Number(wish.slice(4))]!)
    else if (wish.startsWith('shipped:')) void useShipped(wish.slice(8))
  }
  return (
    <label class="picker notes-by" title="The instrument whose notes are known">
      <span class="visually-hidden">Instrument</span>
      <select value={value} onChange={({ currentTarget }) => choose(currentTarget.value, currentTarget)}>
        {value === 'none' && <option value="none">{chosen ? titleOf(chosen) : 'No instrument'}</option>}
        {played && <option value="play">{titleOf(played)} (in play)</option>}
        {shipped.map((name) => <option key={name} value={`shipped:${name}`}>{capital(name.replace(/\.preset$/, ''))}</option>)}
        {own.map((each, i) => <option key={each.name} value={`own:${i}`}>{titleOf(each)}</option>)}
        <option value="open">Open a preset…</option>
        <option value="tune">Tune to your instrument…</option>
      </select>
      <Icon name="down" size={12} />
    </label>
  )
}

const timing = noteParameters.find(({ name }) => name === 'timing')!
/** Fast stands first, as it is asked for first. */
const TIMINGS = [{ value: 1, name: 'Fast' }, { value: 0, name: 'Accurate' }] as const

const Timing = () => {
  const now = notes.settings.value.timing
  const lag = notes.lag.value
  return (
    <div class="segments notes-timing" role="group" aria-label="Timing">
      {TIMINGS.map(({ value, name }) => (
        <button key={name} type="button" aria-pressed={now === value} title={timing.help} onClick={() => turnNotes(timing, value)}>
          {name}{now === value && lag !== null && <small> {figure(1000 * lag)} ms</small>}</button>
      ))}
    </div>
  )
}

const Head = () => {
  const isFile = state.input.value.kind === 'file'
  const tab = isFile ? notes.tab.value : 'notes'
  const shown = tab === 'notes' && !layout.value.folded.drawer
  const fold = useRef<HTMLButtonElement>(null)
  return (
    <div class="head drawer-head">
      <div class="segments" role="group" aria-label="Below the picture">
        <button type="button" aria-pressed={shown} aria-label="Notes" title="The notes that are played (N)" onClick={showNotes}><Icon name="keys" /><span>Notes</span></button>
        {isFile && <button type="button" aria-pressed={tab === 'overview' && !layout.value.folded.drawer} aria-label="Overview" title="The whole file as an outline" onClick={() => show('overview')}><Icon name="file" /><span>Overview</span></button>}
      </div>
      {shown && (
        <>
          <button type="button" role="switch" class="switch" aria-checked={notes.on.value} aria-label="Listen for notes" title={notes.on.value ? 'Stop listening for notes' : 'Listen for notes'}
            onClick={() => { if (notes.on.peek()) notes.on.value = false; else showNotes() }} />
          <From /><By />
          <span class="grow" />
          {notes.progress.value !== null && <span class="notes-progress" role="status">Listening <b>{Math.floor(100 * notes.progress.value)} %</b>
            <button type="button" class="link" onClick={() => { notes.on.value = false }}>Stop</button></span>}
          {isEdited.value && <button type="button" class="button ghost" title="Forget what was changed by hand" onClick={forgetEdits}>Changed</button>}
          <Timing />
          <button type="button" class="button square" aria-pressed={notes.controls.value} aria-label="When a note is one" title="When a note is one: thresholds and the like"
            onClick={() => { notes.controls.value = !notes.controls.peek() }}><Icon name="dials" /></button>
          <button type="button" class="button square" aria-pressed={notes.list.value} aria-label="Notes as a list" title="The notes as a list"
            onClick={() => { notes.list.value = !notes.list.peek() }}><Icon name="list" /></button>
          <NotesFiles /><MidiPanel />
        </>
      )}
      {!shown && <span class="grow" />}
      {!shown && notes.on.value && tab !== 'overview' && <Sounding />}
      <button ref={fold} type="button" class="button ghost square drawer-fold" aria-expanded={!layout.value.folded.drawer} aria-label={layout.value.folded.drawer ? 'Unfold the drawer' : 'Fold the drawer'}
        title={layout.value.folded.drawer ? 'Unfold' : 'Fold'} onClick={() => { if (layout.peek().folded.drawer) show(tab); else foldPart('drawer', true) }}><Icon name={layout.value.folded.drawer ? 'up' : 'down'} /></button>
    </div>
  )
}

/** What there is instead of notes. */
const Empty = ({ seconds }: { readonly seconds: number | null }) => {
  if (notes.problem.value) return <p class="roll-empty amber" role="alert">{notes.problem.value} <button type="button" class="link" onClick={openCalibration}>Tune…</button></p>
  if (!notes.on.value) return <p class="roll-empty" role="status">Nobody listens for notes now.</p>
  if (!notes.preset.value) return <p class="roll-empty" role="status">Opening the instrument…</p>
  if (seconds !== null && notes.progress.value === null && notes.heard.value.length === 0 && !isEdited.value && notes.lag.value !== null)
    return <p class="roll-empty" role="status">No note was heard. A lower threshold, or another instrument, may find some.</p>
  return null
}

export const Drawer = () => {
  const input = state.input.value
  const body = useRef<HTMLDivElement>(null)
  const isFile = input.kind === 'file'
  const tab = isFile ? notes.tab.value : 'notes'
  const seconds = isFile ? input.seconds : null
  const open = !layout.value.folded.drawer && (isFile || notes.on.value || notes.tab.value === 'notes')
  // What a person has unfolded takes the keys.
  useEffect(() => { if (open && tab === 'notes' && document.activeElement === document.body) body.current?.querySelector<HTMLElement>('.roll')?.focus({ preventScroll: true }) }, [open, tab])
  return (
    <section class={`drawer${open ? ` is-${tab}` : ' is-folded'}`} style={{ '--drawer': `${measures.value.drawer.now}px` }} aria-label={tab === 'notes' ? 'Notes' : 'Overview'}>
      {open && <Splitter part="drawer" />}
      <Head />
      {open && tab === 'overview' && isFile && <Overview seconds={input.seconds} />}
      {open && tab === 'notes' && (
        <div ref={body} class="roll-box" aria-busy={isFile && notes.on.value && (notes.progress.value !== null || notes.lag.value === null)}>
          {notes.list.value ? <RollList live={!isFile} /> : <Roll seconds={seconds} />}
          {!notes.list.value && <Empty seconds={seconds} />}
          {notes.controls.value && <NoteControls />}
          <Sounding />
        </div>
      )}
    </section>
  )
}
