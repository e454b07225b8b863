// "Export": what to write, how it goes, and whether what was written adds up. Closing the panel stops nothing.

import { useEffect, useRef } from 'preact/hooks'
import { cancelExport, closeExport, exporting, fileBytes, noExport, noRefining, openExport, saveExport, startExport, toggleSource, wantedSources } from './export.ts'
import type { ExportRun } from './export.ts'
import { capital, clock, figure } from '../format.ts'
import { Icon } from '../icons.tsx'
import { state } from '../state.ts'

/** From here on the sum of the files is the input. */
const NULL_DB = -120

const size = (bytes: number): string => (bytes < 1e6 ? `${figure(bytes / 1e3)} kB` : `${figure(bytes / 1e6, bytes < 1e8 ? 1 : 0)} MB`)
const countOf = (files: number): string => `${files} file${files === 1 ? '' : 's'}`

export const ExportButton = () => {
  const run = exporting.run.value
  const isFile = state.input.value.kind === 'file'
  const busy = run?.phase === 'working'
  return (
    <button type="button" class={`button export-button${busy ? ' busy' : ''}`} aria-label="Export" aria-expanded={exporting.open.value} disabled={!isFile && !run}
      title={busy ? `Exporting: ${figure(100 * run.share)} %` : isFile || run ? 'Write the sources as WAV files (X)' : 'Only a file can be exported'} onClick={openExport}>
      <Icon name="tray" /><span>{busy ? `${figure(100 * run.share)} %` : 'Export'}</span></button>
  )
}

const Files = ({ busy }: { busy: boolean }) => {
  const { sources } = state.selection.value
  const wanted = wantedSources.value
  const bytes = size(fileBytes.value)
  return (
    <ul class="export-files" aria-label="Files">
      {sources.map(({ name }, k) => (
        <li key={name}><label>
          <input type="checkbox" checked={wanted.includes(k)} disabled={busy} onChange={() => toggleSource(name)} />
          <span class="chip" style={{ '--c': `var(--s${k % 8 + 1})` }} aria-hidden="true">{k + 1}</span>
          <span class="export-name">{capital(name)}</span><span class="faint">{wanted.includes(k) ? bytes : 'in the rest'}</span></label></li>
      ))}
      <li><label title="What no source claims, and the sources without a file: so the files give back the input">
        <input type="checkbox" checked disabled />
        <span class="chip rest" aria-hidden="true">R</span><span class="export-name">Rest</span><span class="faint">{bytes}</span></label></li>
    </ul>
  )
}

const Refine = ({ busy }: { busy: boolean }) => {
  const why = noRefining.value
  return (
    <>
      <label class="switch-label"><button type="button" role="switch" class="switch" aria-checked={exporting.refine.value && why === null} disabled={busy || why !== null}
        aria-label="Refine" aria-describedby="refine-note" onClick={() => { exporting.refine.value = !exporting.refine.peek() }} /><span>Refine (slower, cleaner)</span></label>
      <p class="faint" id="refine-note">{why ?? 'Estimates every source once more, from stretches of eight seconds at a time. Usually takes longer than the sound lasts, and is not what you hear now.'}</p>
    </>
  )
}

const Working = ({ run }: { run: ExportRun }) => (
  <>
    <p class="learn-title"><b>{run.refined ? 'Separating and refining' : 'Separating'}</b>
      <span class="faint">{run.remaining === null ? '–' : `${clock(run.remaining, 0)} to go`}</span></p>
    <progress class="export-progress" max={1} value={run.share} aria-label={`${figure(100 * run.share)} %`} />
  </>
)

const Null = ({ run }: { run: ExportRun }) => {
  const db = run.nullDb!
  const fine = db <= NULL_DB
  const files = countOf(run.sources.length + 1)
  return (
    <div class="export-null">
      <p class={fine ? '' : 'amber'}><b>{db === -Infinity ? '−∞' : figure(db, 1)}</b><span>dB null</span><span class="grow" />
        <span class={fine ? 'export-ok' : 'amber'}><Icon name={fine ? 'check' : 'warning'} size={20} /></span></p>
      <div class="export-shares" role="img" aria-label="How much of the energy is in each file">
        {run.shares.map((share, i) => <span key={i} style={{ flexGrow: share, background: i < run.sources.length ? `var(--s${run.sources[i]! % 8 + 1})` : 'var(--rest)' }} />)}
      </div>
      <p>{fine ? `Added together, ${files} give back the input.` : `Added together, ${files} should give back the input, and miss it by more than rounding (${NULL_DB.toString().replace('-', '−')} dB).`}</p>
    </div>
  )
}

export const ExportPanel = () => {
  const panel = useRef<HTMLElement>(null)
  const open = exporting.open.value
  const run = exporting.run.value
  const phase = run?.phase
  // A button that goes while it is pressed takes the focus with it, and Esc would reach nobody.
  useEffect(() => { if (open && !panel.current?.contains(document.activeElement)) panel.current?.focus() }, [open, phase])
  if (!open) return null
  const busy = phase === 'working'
  const made = phase === 'made'
  const why = noExport.value
  const count = wantedSources.value.length + 1
  return (
    <section ref={panel} class="learn export" role="dialog" aria-label="Export" tabIndex={-1}
      onKeyDown={(event) => { if (event.key === 'Escape') { event.stopPropagation(); closeExport() } }}>
      <div class="learn-title"><h2>Export</h2>
        <button type="button" class="button ghost square" aria-label="Close" title={busy ? 'Close: the export goes on (Esc)' : 'Close (Esc)'} onClick={closeExport}><Icon name="close" /></button></div>
      {!made && phase !== 'saved' && <><Files busy={busy} /><Refine busy={busy} /></>}
      {busy && <Working run={run!} />}
      {(made || phase === 'saved') && <Null run={run!} />}
      {phase === 'saved' && <p class="learn-kept" role="status">{countOf(run!.sources.length + 1)}, {size(run!.bytes)}, in {run!.where}.</p>}
      {run?.message && <p class="field-remark" role="alert">{run.message}</p>}
      {!busy && !made && why && <p class="field-remark" role="alert">{why}</p>}
      {!run && !why && <p class="faint">Sources as they are found, without your faders, mutes and pans, so that they add up: WAV, 32-bit float.</p>}
      <div class="learn-actions">
        {!busy && !made && phase !== 'saved' && !why && <span class="faint grow">{countOf(count)}, {size(count * fileBytes.value)}</span>}
        {(busy || made) && <button type="button" class="button ghost" onClick={cancelExport}>{made ? 'Discard' : 'Cancel'}</button>}
        {made && <button type="button" class="button primary" onClick={() => void saveExport()}>Save {countOf(run!.sources.length + 1)}…</button>}
        {phase === 'saved' && <button type="button" class="button" onClick={() => { exporting.run.value = null }}>Export again</button>}
        {!busy && !made && phase !== 'saved' && <button type="button" class="button primary" disabled={why !== null} onClick={() => void startExport()}>Export</button>}
      </div>
    </section>
  )
}
