// All that is known of one preset: what it looks like, where it comes from, on whose terms, and what can be done with it.

import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { token } from '../canvas.ts'
import { capital, figure } from '../format.ts'
import { drawAtoms } from '../learning/drawing.ts'
import { state } from '../state.ts'
import { contentsOf, licencesOf, reachOf, yourUse } from './facts.ts'
import { stopTrying, trying, tryOn } from './hearing.ts'
import { playedId } from './library.ts'
import type { Entry, ReadPreset } from './library.ts'
import { add, forget, joinedWith, keepCopy, rename, saveAs, use } from './using.ts'

const hertz = (value: number): string => (value < 1000 ? `${figure(value)} Hz` : `${figure(value / 1000, 1)} kHz`)

const Atoms = ({ chosen: { preset: { dictionary } } }: ReadPreset) => {
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    const { spectra, fftSize, sampleRate } = dictionary
    if (canvas.current) drawAtoms(canvas.current, spectra, fftSize / 2 + 1, sampleRate, token('--accent'))
  }, [dictionary])
  return <canvas ref={canvas} class="presets-atoms" role="img" aria-label="Its atoms, low to high, frequency upwards" />
}

/** Many files are told by their number, and named on request. */
const Recordings = ({ files }: { files: readonly string[] }) => {
  if (files.length === 0) return <>None</>
  if (files.length <= 2) return <>{files.join(', ')}</>
  return <details><summary>{files.length} recordings</summary><ul>{files.map((file, i) => <li key={i}>{file}</li>)}</ul></details>
}

const Facts = ({ entry: { name }, read }: { entry: Entry; read: ReadPreset }) => {
  const { chosen: { preset }, terms, print } = read
  const { learned, dictionary } = preset
  const licences = licencesOf(preset)
  const window = dictionary.tailSize / dictionary.sampleRate
  return (
    <dl class="presets-facts" aria-label={`Where ${name} comes from`}>
      <dt>Recorded</dt><dd><Recordings files={learned.files} /></dd>
      <dt>Learned</dt><dd>{learned.method}{learned.seed ? `, seed ${learned.seed}` : ''}</dd>
      {learned.command !== '' && <><dt>Command</dt><dd><details><summary>As it was typed</summary><code>{learned.command}</code></details></dd></>}
      <dt>Late by</dt><dd>{figure(1000 * window)} ms, at {figure(dictionary.sampleRate / 1000, dictionary.sampleRate % 1000 ? 1 : 0)} kHz</dd>
      <dt>Licence</dt><dd>{licences.length === 0 ? (learned.files.length === 0 ? 'No recording, no conditions' : 'None named') : <ul>{licences.map((each) => <li key={each}>{each}</li>)}</ul>}</dd>
      <dt>Your use</dt><dd>{yourUse[terms]}</dd>
      <dt>Fingerprint</dt><dd>{print ? <code title={print}>SHA-256 {print.slice(0, 4)} {print.slice(4, 8)} … {print.slice(-4)}</code> : '–'}</dd>
    </dl>
  )
}

const Renaming = ({ entry }: { entry: Entry }) => {
  const draft = useSignal<string | null>(null)
  const wrong = useSignal<string | null>(null)
  const take = async (): Promise<void> => {
    if (draft.value === null) return
    wrong.value = await rename(entry, draft.value)
    if (wrong.value === null) draft.value = null
  }
  if (draft.value === null) return <button type="button" class="button ghost" onClick={() => { draft.value = entry.name }}>Rename…</button>
  return (
    <span class="number presets-rename">
      <input class="well-input" type="text" maxLength={80} aria-label={`New name of ${entry.name}`} aria-invalid={wrong.value !== null} value={draft.value}
        ref={(input) => { if (input && document.activeElement !== input) { input.focus(); input.select() } }}
        onInput={({ currentTarget: { value } }) => { draft.value = value; wrong.value = null }} onBlur={() => void take()}
        onKeyDown={(event) => {
          if (event.key === 'Enter') void take()
          if (event.key !== 'Escape') return
          event.stopPropagation()
          draft.value = wrong.value = null
        }} />
      {wrong.value !== null && <span class="wrong" role="alert">{wrong.value}</span>}
    </span>
  )
}

/** A licence is asked for before a preset of one's own leaves the machine. */
const Keeping = ({ entry, read }: { entry: Entry; read: ReadPreset }) => {
  const licence = useSignal('')
  const sure = useSignal(false)
  useEffect(() => { licence.value = ''; sure.value = false }, [entry.id])
  return (
    <div class="presets-keeping">
      {read.terms === 'none' && (
        <label class="presets-licence"><span>Licence of the recordings</span>
          <input type="text" class="well-input" maxLength={200} placeholder="Own recordings, CC0 1.0" value={licence.value} onInput={({ currentTarget: { value } }) => { licence.value = value }} /></label>
      )}
      <button type="button" class="button ghost" title="As a file, with the settings and the selection of the moment where it is in play" onClick={() => void saveAs(entry, licence.value)}>Save as…</button>
      {entry.from !== 'kept' && <button type="button" class="button ghost" title="A copy stays on this machine" onClick={() => void keepCopy(entry, licence.value)}>Keep here</button>}
      {entry.from === 'kept' && <Renaming entry={entry} />}
      {entry.from === 'kept' && <button type="button" class="button ghost" onClick={() => { if (sure.value) void forget(entry); sure.value = !sure.value }}>{sure.value ? 'Forget for good' : 'Forget…'}</button>}
    </div>
  )
}

const Uses = ({ entry }: { entry: Entry }) => {
  const into = state.chosen.value
  const played = playedId.value === entry.id
  const tried = trying.value === entry.id
  const added = joinedWith(entry, null)
  const used = into === null ? null : joinedWith(entry, into)
  const target = into === null ? '' : capital(state.selection.value.sources[into]?.name ?? '')
  const plays = state.input.value.kind !== 'none'
  const remarks = typeof added === 'string' ? [added] : added?.notes ?? []
  return (
    <>
      {!played && plays && remarks.length > 0 && <p class="faint" id="presets-why">To add it: {remarks.join(' ')}</p>}
      <div class="presets-uses">
        <button type="button" class="button" aria-pressed={tried} disabled={!plays || (played && !tried)}
          title={plays ? 'Hear it on what plays; nothing is kept' : 'Open a file or the microphone to try it on'} onClick={() => void (tried ? stopTrying() : tryOn(entry))}>{tried ? 'Stop trying' : 'Try'}</button>
        {typeof used === 'object' && used && <button type="button" class="button" title={`Its spectra explain ${target}, beside the preset in play`} onClick={() => void add(entry, into)}>Use for {target}</button>}
        {added !== null && <button type="button" class="button" disabled={typeof added === 'string'} aria-describedby="presets-why" title="Its sources join those of the mix" onClick={() => void add(entry, null)}>Add</button>}
        <button type="button" class="button primary" disabled={played && !tried} title={played ? 'This one is in play' : 'In place of the preset in play'} onClick={() => void use(entry)}>Use</button>
      </div>
    </>
  )
}

export const Detail = ({ entry }: { entry: Entry | null }) => {
  if (!entry) return <aside class="presets-detail" aria-label="Preset" />
  const { name, read, wrong } = entry
  const reach = read && reachOf(read.chosen.preset.dictionary)
  return (
    <aside class="presets-detail" aria-label={name}>
      <div class="presets-text">
        <h3>{name}</h3>
        {!read && !wrong && <p class="faint">Reading…</p>}
        {wrong && <p class="field-remark" role="alert">{wrong} Nothing else is affected: the other presets and what plays stay as they are.</p>}
        {read && (
          <>
            <p class="faint">{contentsOf(read.chosen.preset.dictionary)}{reach && `, ${reach.from === null ? 'up' : hertz(reach.from)} to ${hertz(reach.to)}`}</p>
            {read.chosen.preset.dictionary.atoms.length > 0 && <Atoms {...read} />}
            {read.chosen.preset.description && <p class="presets-description">{read.chosen.preset.description}</p>}
            <Facts entry={entry} read={read} />
          </>
        )}
      </div>
      {read && <div class="presets-foot"><Keeping entry={entry} read={read} /><Uses entry={entry} /></div>}
    </aside>
  )
}
