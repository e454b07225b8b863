// "Learn this sound": whom to teach, what to listen to, and how it goes. Closing the panel stops nothing.

import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import type { Parameter } from '../../worklet/parameters.ts'
import { Control } from '../controls/control.tsx'
import { undo } from '../history.ts'
import { capital, clock, figure } from '../format.ts'
import { Icon } from '../icons.tsx'
import { token } from '../canvas.ts'
import { drawAtoms, drawMisfit } from './drawing.ts'
import { addPassage, cancelLearning, closeLearning, dropPassage, holdAlone, learnFromFile, missing, openLearning, releaseAlone, stopAndKeep } from './learning.ts'
import { listen, saveLearned } from './keeping.ts'
import { learning, passages } from './state.ts'
import type { Run } from './state.ts'
import { state } from '../state.ts'

const atomsRow: Parameter = { name: 'atoms', label: 'Atoms', unit: '', min: 1, max: 96, initial: 24, step: 1, help: 'How many spectra describe the sound: a few for a drum, one or two dozen for a voice or an instrument.' }
const NEW = 'new'

export const LearnButton = ({ wide = false }: { wide?: boolean }) => (
  <button type="button" class={wide ? 'add-source' : 'button'} aria-expanded={learning.open.value} title="Teach a source its spectra and its place from where it plays alone (T)"
    onClick={() => openLearning()}><Icon name="learn" />{wide ? 'Learn a sound…' : 'Learn'}</button>
)

const colourOf = (): string => {
  const index = learning.target.value ?? state.selection.value.sources.length
  return token(`--s${index % 8 + 1}`)
}

const Teaches = ({ busy }: { busy: boolean }) => {
  const { sources } = state.selection.value
  const target = learning.target.value
  return (
    <div class="learn-row">
      <span class="control-label">Teaches</span>
      <label class="picker into" style={{ '--c': `var(--s${(target ?? sources.length) % 8 + 1})` }}>
        <span class="visually-hidden">Source to teach</span>
        <span class="chip" aria-hidden="true">{(target ?? sources.length) + 1}</span>
        <select disabled={busy} value={target === null ? NEW : String(target)}
          onChange={({ currentTarget: { value } }) => { learning.target.value = value === NEW ? null : Number(value) }}>
          {sources.map(({ name }, i) => <option key={name} value={String(i)}>{capital(name)}</option>)}
          <option value={NEW}>A new source</option>
        </select>
        <Icon name="down" size={12} />
      </label>
      {target === null && <input class="well-input learn-name" type="text" maxLength={80} placeholder="Its name" aria-label="Name of the new source" disabled={busy}
        value={learning.name.value} onInput={({ currentTarget }) => { learning.name.value = currentTarget.value }} />}
    </div>
  )
}

const presses = ({ key }: KeyboardEvent): boolean => key === ' ' || key === 'Enter'

const Hold = ({ label, busy }: { label: string; busy: boolean }) => (
  <button type="button" class="button" aria-pressed={learning.held.value !== null} disabled={busy} title="Hold while only this sound plays"
    onPointerDown={(event) => { event.currentTarget.setPointerCapture(event.pointerId); holdAlone() }}
    onPointerUp={() => void releaseAlone()} onPointerCancel={() => void releaseAlone()} onBlur={() => void releaseAlone()}
    onKeyDown={(event) => { if (presses(event)) { event.preventDefault(); if (!event.repeat) holdAlone() } }}
    onKeyUp={(event) => { if (presses(event)) void releaseAlone() }}>
    {learning.held.value === null ? label : learning.held.value > 0 ? `Listening: ${figure(learning.held.value, 1)} s` : 'Listening…'}</button>
)

const ListensTo = ({ busy }: { busy: boolean }) => {
  const chosen = passages.value
  if (state.input.value.kind !== 'file')
    return <div class="learn-row"><span class="control-label">Listens to</span><Hold label="Hold while it plays alone" busy={busy} /></div>
  const seconds = chosen.reduce((sum, { from, to }) => sum + to - from, 0)
  return (
    <div class="learn-row learn-passages">
      <span class="control-label">Listens to</span>
      <div>
        <p>{chosen.length === 0 ? 'Drag in the ruler over a passage in which only it plays, or' : `${chosen.length} marked passage${chosen.length === 1 ? '' : 's'}, ${figure(seconds, 2)} s`}</p>
        {chosen.length === 0 && <Hold label="Hold while it plays alone" busy={busy || !state.playing.value} />}
        {chosen.map((passage) => (
          <button key={`${passage.from}-${passage.to}`} type="button" class="learn-passage" disabled={busy} title="Leave this passage out" onClick={() => dropPassage(passage)}>
            {clock(passage.from, 2)} – {clock(passage.to, 2)} <Icon name="close" size={10} /></button>
        ))}
        {state.passage.value && !busy && <button type="button" class="learn-passage" title="Keep this passage and mark another one" onClick={addPassage}><Icon name="add" size={10} /> another</button>}
      </div>
    </div>
  )
}

const Going = ({ run }: { run: Run }) => {
  const misfit = useRef<HTMLCanvasElement>(null)
  const picture = useRef<HTMLCanvasElement>(null)
  const { done, of, losses, outcome, remaining, phase } = run
  const colour = colourOf()
  useEffect(() => { if (misfit.current) drawMisfit(misfit.current, losses, of, colour) }, [losses, of, colour])
  useEffect(() => {
    const dictionary = state.preset.peek()?.preset.dictionary
    if (picture.current && outcome && dictionary) drawAtoms(picture.current, outcome.spectra, outcome.spectra.length / outcome.atoms.length, dictionary.sampleRate, colour)
  }, [outcome, colour])
  if (losses.length === 0 && phase !== 'working') return null
  const last = losses.at(-1)
  const fall = losses.length > 1 ? 100 * (1 - last! / losses.at(-2)!) : null
  return (
    <>
      <p class="learn-title"><b>Misfit, falling</b><span class="faint">{done === 0 ? 'listening…' : `step ${done} of ${of}`}{remaining !== null && phase === 'working' ? `, ${figure(remaining, 1)} s to go` : ''}</span></p>
      <canvas ref={misfit} class="learn-misfit" role="img" aria-label={last === undefined ? 'No step yet' : `Misfit ${last.toPrecision(2)} after ${done} of ${of} steps`} />
      <p class="learn-title"><span>Now {last === undefined ? '–' : last.toPrecision(2)}</span><span class="faint">{fall === null ? '–' : `${figure(-fall, 1)} % a step${fall < 0.6 ? ', nearly settled' : ''}`}</span></p>
      <p class="learn-title"><b>What it has learned</b><span class="faint">{outcome ? `${outcome.atoms.length} atoms, low to high` : '–'}</span></p>
      <canvas ref={picture} class="learn-atoms" role="img" aria-label="The learned spectra, one column each, low to high" />
    </>
  )
}

export const LearningPanel = () => {
  const panel = useRef<HTMLElement>(null)
  const open = learning.open.value
  const run = learning.run.value
  const phase = run?.phase
  useEffect(() => { if (open) panel.current?.querySelector<HTMLElement>('select')?.focus() }, [open])
  // The button that had the focus may be gone with the phase it belonged to.
  useLayoutEffect(() => { if (open && !panel.current?.contains(document.activeElement)) panel.current?.focus() }, [phase])
  if (!open) return null
  const input = state.input.value
  const busy = run?.phase === 'working'
  const done = run?.phase === 'learned'
  const why = missing()
  const stereo = input.kind !== 'none' && input.channels === 2
  return (
    <section ref={panel} class="learn" role="dialog" aria-label="Learn this sound" tabIndex={-1}
      onKeyDown={(event) => { if (event.key === 'Escape') { event.stopPropagation(); closeLearning() } }}>
      <div class="learn-title"><h2>Learn this sound</h2>
        <button type="button" class="button ghost square" aria-label="Close" title={busy ? 'Close: learning goes on (Esc)' : 'Close (Esc)'} onClick={closeLearning}><Icon name="close" /></button></div>
      <Teaches busy={busy} />
      <ListensTo busy={busy} />
      {run && run.phase !== 'failed' && learning.spectrum.value && <Going run={run} />}
      <Control row={atomsRow} value={learning.atoms.value} onChange={(value) => { if (!busy) learning.atoms.value = value }} />
      <div class="switches">
        <label class="switch-label"><button type="button" role="switch" class="switch" aria-checked={learning.spectrum.value} disabled={busy} aria-label="Learn spectra"
          onClick={() => { learning.spectrum.value = !learning.spectrum.peek() }} /><span>Spectra</span></label>
        <label class="switch-label" title={stereo ? 'Its direction at every frequency' : 'A place needs two channels'}>
          <button type="button" role="switch" class="switch" aria-checked={learning.place.value && stereo} disabled={busy || !stereo} aria-label="Also learn place"
            onClick={() => { learning.place.value = !learning.place.peek() }} /><span>Also its place</span></label>
      </div>
      {run?.warning && <p class="field-remark" role="status">{run.warning}</p>}
      {run?.message && <p class="field-remark" role="alert">{run.message}</p>}
      {run?.phase === 'kept' && <p class="learn-kept" role="status">{learning.spectrum.value ? 'Learned, and heard from now on.' : 'The place is learned, and heard from now on.'}</p>}
      {(!run || run.phase === 'failed') && why && input.kind === 'file' && <p class="faint">{why}</p>}
      <div class="learn-actions">
        {(busy || done) && <button type="button" class="button ghost" onClick={cancelLearning}>Cancel</button>}
        {(busy || done) && <button type="button" class="button" aria-pressed={learning.listening.value} disabled={!run?.outcome}
          title="Hear what was learned so far, without keeping it" onClick={() => void listen(!learning.listening.peek())}>Listen</button>}
        {(busy || done) && <button type="button" class="button primary" onClick={stopAndKeep}>{busy ? 'Stop and keep' : 'Keep'}</button>}
        {run?.phase === 'kept' && <button type="button" class="button ghost" onClick={() => { undo(); learning.run.value = null }}>Undo</button>}
        {run?.phase === 'kept' && <button type="button" class="button" onClick={() => void saveLearned()}><Icon name="save" />Save as a preset</button>}
        {!busy && !done && input.kind === 'file' && <button type="button" class={`button${run?.phase === 'kept' ? '' : ' primary'}`} disabled={why !== null} onClick={() => void learnFromFile()}>Learn</button>}
      </div>
    </section>
  )
}
