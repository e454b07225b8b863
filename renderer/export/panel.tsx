// "Export": what to write and how, how it goes, and whether what was written adds up. Closing it stops nothing.

import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { againExport, cancelExport, closeExport, exporting, isBusy, openExport, startExport } from './export.ts'
import type { ExportRun } from './export.ts'
import { Null } from './null.tsx'
import { countOf } from './verdict.ts'
import { bytes, fileBytes, files, noExport, noRefining, noteFile, plan, refines, span, stretch, toggleSource, want, wantsMidi, wish } from './wish.ts'
import type { Holds } from './written.ts'
import { capital, clock, figure } from '../format.ts'
import { Icon } from '../icons.tsx'
import { measured, state } from '../state.ts'
import type { Bits } from '../wav.ts'

const size = (bytes: number): string => bytes < 1e6 ? `${figure(bytes / 1e3)} kB` : bytes < 1e9 ? `${figure(bytes / 1e6, bytes < 1e8 ? 1 : 0)} MB` : `${figure(bytes / 1e9, 1)} GB`

export const ExportButton = () => {
  const run = exporting.run.value
  const isFile = state.input.value.kind === 'file'
  const busy = isBusy(run)
  return (
    <button type="button" class={`button export-button${busy ? ' busy' : ''}`} aria-label="Export" aria-haspopup="dialog" disabled={!isFile && !run}
      title={busy ? `Exporting: ${figure(100 * run!.share)} %` : isFile || run ? 'Write sources, mix and notes as files (X)' : 'Only a file can be exported'} onClick={openExport}>
      <Icon name="tray" /><span>{busy ? `${figure(100 * run!.share)} %` : 'Export'}</span></button>
  )
}

const chipOf = (holds: Holds) => (typeof holds === 'number'
  ? <span class="chip" style={{ '--c': `var(--s${holds % 8 + 1})` }} aria-hidden="true">{holds + 1}</span>
  : holds === 'rest' ? <span class="chip rest" aria-hidden="true">R</span> : null)

interface RowProps {
  readonly checked: boolean; readonly disabled?: boolean; readonly holds?: Holds; readonly title?: string
  readonly name: string; readonly note: string; onChange(): void
}
const Row = ({ checked, disabled = false, holds, title, name, note, onChange }: RowProps) => (
  <li><label title={title}>
    <span class="check"><input type="checkbox" checked={checked} disabled={disabled} onChange={onChange} />{checked && <Icon name="check" size={12} />}</span>
    {holds !== undefined && chipOf(holds)}<span class="export-name">{name}</span><span class="faint">{note}</span></label></li>
)

const Files = () => {
  const { sources } = state.selection.value
  const { left, rest, mix, midi, placed } = wish.value
  const notes = noteFile.value
  const each = size(fileBytes.value)
  return (
    <>
      <ul class="export-files" aria-label="Files">
        {sources.map(({ name }, k) => (
          <Row key={name} checked={!left.has(name)} holds={k} name={capital(name)} note={!left.has(name) ? each : rest && !placed ? 'in the rest' : 'left out'} onChange={() => toggleSource(name)} />
        ))}
        <Row checked={rest} holds="rest" name="Rest" note={rest ? each : 'left out'} onChange={() => want({ rest: !rest })}
          title="What no source claims; in stems as found also the sources without a file, so that the files give back the input" />
      </ul>
      <ul class="export-files export-more" aria-label="More files">
        <Row checked={mix} name="The mix as you hear it" note={mix ? each : ''} onChange={() => want({ mix: !mix })} title="With faders, pans, mutes, solos, the reduction and the output level, as they are now" />
        <Row checked={midi && notes !== null} disabled={notes === null} name={notes ? `Notes from ${capital(notes.from)}, MIDI` : 'Notes, MIDI'} onChange={() => want({ midi: !midi })}
          note={notes === null ? 'turn on Notes first' : notes.share !== null ? `${figure(100 * notes.share)} % heard` : countOf(notes.count, 'note')} title="The notes as the roll shows them" />
      </ul>
    </>
  )
}

interface SegmentsProps<T> { readonly label: string; readonly options: readonly (readonly [value: T, text: string, title: string])[]; readonly value: T; onChange(value: T): void }
function Segments<T extends string | number | boolean>({ label, options, value, onChange }: SegmentsProps<T>) {
  return (
    <div class="export-choice"><span class="faint" aria-hidden="true">{label}</span>
      <div class="segments" role="group" aria-label={label}>
        {options.map(([of, text, title]) => <button key={text} type="button" aria-pressed={of === value} title={title} onClick={() => onChange(of)}>{text}</button>)}
      </div></div>
  )
}

const formats: readonly (readonly [Bits, string, string])[] = [
  [16, '16 bit', 'Integers with dither, as on a CD'], [24, '24 bit', 'Integers with dither'], [32, '32 bit', 'Integers with dither, for programs that read no floats'],
  ['float', '32 float', 'As it is computed: nothing is rounded off, nothing is cut off'],
]

const Choices = () => {
  const { bits, placed, refine } = wish.value
  const [passage, loop] = [state.passage.value, state.loop.value]
  const why = noRefining.value
  const { rate } = span.value
  const input = state.input.value
  const made = input.kind === 'file' ? input.rate : null
  return (
    <>
      <Segments label="WAV" options={formats} value={bits} onChange={(bits) => want({ bits })} />
      <Segments label="Stems" value={placed} onChange={(placed) => want({ placed })}
        options={[[false, 'As found', 'Without faders, mutes and pans: together with the rest they give back the input'], [true, 'With faders and pans', 'Each source at its level and place; mutes and solos are for the ear']]} />
      <Segments label="Length" value={stretch.value} onChange={(stretch) => want({ stretch })} options={[
        ['whole', 'Whole file', 'From the first sample to the last'],
        ...(passage ? [['passage', `${clock(passage.from)} to ${clock(passage.to)}`, 'The passage that is marked'] as const] : []),
        ...(loop ? [['loop', `Loop, ${clock(loop.from)} to ${clock(loop.to)}`, 'What plays over and over'] as const] : []),
      ]} />
      <label class="switch-label"><button type="button" role="switch" class="switch" aria-checked={refines.value} disabled={why !== null}
        aria-label="Refine" aria-describedby="refine-note" onClick={() => want({ refine: !refine })} /><span>Refine (slower, cleaner)</span></label>
      <p class="faint" id="refine-note">{why ?? 'Estimates every source once more, from stretches of eight seconds at a time. Usually takes longer than the sound lasts, and is not what you hear now.'}</p>
      <p class="faint">{placed ? 'Stems with your faders and pans no longer add up to the input.' : 'Stems leave out your faders, mutes and pans, so that they add up. The mix keeps them.'}
        {state.settings.value.bypass === 1 && ' You hear the original (A) now: the mix is the result (B).'}
        {made !== null && made !== rate && ` The file was made at ${figure(made / 1000, 1)} kHz and is played and written at ${figure(rate / 1000, 1)} kHz.`}</p>
    </>
  )
}

const doing = ({ phase, refined, share, midi }: ExportRun): string =>
  phase === 'asking' ? 'Waiting for a folder' : phase === 'saving' ? 'Putting the files in their place' : share === 1 && midi ? 'Waiting for the notes' : refined ? 'Separating and refining' : 'Separating'

const Working = ({ run }: { run: ExportRun }) => (
  <div class="export-card" role="group" aria-label="Progress">
    <p class="export-figure"><b>{figure(100 * run.share)}</b><span>%</span><span class="grow" />
      <span class="faint">{run.remaining === null ? '–' : `${clock(run.remaining, 0)} to go`}</span></p>
    <progress class="export-progress" max={1} value={run.share} aria-label={`${figure(100 * run.share)} %`} />
    <p>{doing(run)}{run.speed !== null && run.phase === 'working' && `, ${figure(run.speed, run.speed < 10 ? 1 : 0)} times as fast as it plays`}. The sound goes on, and so does the export when you close this.</p>
  </div>
)

/** The files of a run that has begun. */
const Written = ({ run }: { run: ExportRun }) => {
  const { sources } = state.selection.value
  const done = run.phase === 'saved'
  const name = (holds: Holds): string => (holds === 'mix' ? 'The mix as you hear it' : holds === 'rest' ? 'Rest' : capital(sources[holds]?.name ?? ''))
  const of = (index: number): string => {
    const clipped = run.written?.files[index]?.clipped ?? 0
    return clipped > 0 ? `${clipped.toLocaleString('en')} cut off` : size(run.bytes / run.plan.length)
  }
  return (
    <ul class="export-files" aria-label="Files">
      {run.plan.map(({ name: file, holds }, k) => (
        <li key={file} title={file}><span class={`check ${done ? 'done' : ''}`}>{done && <Icon name="check" size={12} />}</span>{chipOf(holds)}
          <span class="export-name">{name(holds)}</span><span class={run.written?.files[k]?.clipped ? 'amber' : 'faint'}>{of(k)}</span></li>
      ))}
      {run.midi && <li title={run.midi.name}><span class={`check ${done ? 'done' : ''}`}>{done && <Icon name="check" size={12} />}</span>
        <span class="export-name">{run.midi.name}</span><span class="faint">{run.midi.count === null ? '' : countOf(run.midi.count, 'note')}</span></li>}
    </ul>
  )
}

const Failed = ({ message }: { message: string }) => (
  <div class="export-card failed" role="alert">
    <p class="export-figure"><b>Nothing was written</b><span class="grow" /><span class="red"><Icon name="warning" size={20} /></span></p>
    <p>{message}</p>
    <p>What was begun is taken away again, and nothing else has changed. Make room there or choose another folder, then try again.</p>
  </div>
)

const Actions = ({ run }: { run: ExportRun | null }) => {
  const busy = isBusy(run)
  const why = noExport.value
  const count = countOf(files.value)
  if (run && busy) return <><span class="faint grow">{countOf(run.plan.length + (run.midi ? 1 : 0))}, {size(run.bytes)}</span>
    <button type="button" class="button ghost" disabled={run.phase === 'saving'} onClick={cancelExport}>Cancel</button>
    <button type="button" class="button" onClick={closeExport}>Go on in the background</button></>
  if (run) return <><span class="grow" />
    <button type="button" class="button" onClick={againExport}>{run.phase === 'failed' ? 'Back' : 'Export again'}</button>
    {run.phase === 'failed' ? <button type="button" class="button primary" onClick={() => { againExport(); void startExport() }}>Try again</button>
      : <button type="button" class="button primary" onClick={closeExport}>Done</button>}</>
  return <><span class="faint grow">{why === null ? `${count}${plan.value.length > 0 ? `, ${size(bytes.value)}` : ''}${wantsMidi.value && noteFile.value?.share !== null ? ', when the notes are heard' : ''}` : ''}</span>
    <button type="button" class="button ghost" onClick={closeExport}>Cancel</button>
    <button type="button" class="button primary" disabled={why !== null} onClick={() => void startExport()}>Export {count}</button></>
}

/** The browser keeps the focus inside and hears Escape; at the end the focus is where it was. */
const Dialog = ({ children }: { children: ComponentChildren }) => {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    const { current } = dialog
    if (!current) return
    const before = document.activeElement
    current.showModal()
    current.focus()
    return () => {
      current.close()
      if (before instanceof HTMLElement) before.focus()
    }
  }, [])
  return (
    <dialog ref={dialog} class="export" role="dialog" aria-label="Export" tabIndex={-1}
      onCancel={(event) => { event.preventDefault(); closeExport() }}
      onPointerDown={(event) => { if (event.target === dialog.current) closeExport() }}>
      <div class="export-box">{children}</div>
    </dialog>
  )
}

export const ExportPanel = () => {
  if (!exporting.open.value) return null
  const run = exporting.run.value
  const why = noExport.value
  const made = measured.sampleRate.value
  return (
    <Dialog>
      <div class="export-head"><h2>Export</h2>
        <button type="button" class="button ghost square" aria-label="Close" title={isBusy(run) ? 'Close: the export goes on (Esc)' : 'Close (Esc)'} onClick={closeExport}><Icon name="close" /></button></div>
      <div class="export-columns">
        <div class="export-left"><h3 class="faint">Files</h3>{run ? <Written run={run} /> : <Files />}</div>
        <div class="export-right">
          {!run && <Choices />}
          {run && isBusy(run) && <Working run={run} />}
          {run?.phase === 'saved' && <Null run={run} />}
          {run?.phase === 'failed' && <Failed message={run.message ?? ''} />}
          {!run && why && <p class="field-remark" role="alert">{why}</p>}
          {run?.phase === 'saved' && <p class="export-where" role="status"><Icon name="check" size={14} /><span>{countOf(run.plan.length + (run.midi ? 1 : 0))}, {size(run.bytes)}{made === null ? '' : `, ${figure(made / 1000, made % 1000 ? 1 : 0)} kHz`}, in {run.where}.{run.midi?.count === 0 && ' No notes were found there, so the MIDI file is empty.'}</span></p>}
        </div>
      </div>
      <div class="export-foot"><Actions run={run} /></div>
    </Dialog>
  )
}
