// Figures of the chosen place, and what can be done without one: suggested peaks, masks, a passage to learn from.

import type { Place, SelectedSource } from '../worklet/selection.ts'
import type { Parameter } from '../worklet/parameters.ts'
import { NumberWell, Slider } from './controls.tsx'
import { changePlace, choose, chooseMask, editSource, removePlace, titleOf } from './editing.ts'
import { widthOf } from './field-claims.ts'
import type { Wide } from './field-claims.ts'
import { figures } from './field-drawing.ts'
import { isArea, isPoint, microseconds, round, samplesOf, snap, taken } from './field-geometry.ts'
import { withBand } from './field-handles.ts'
import { give } from './field-hand.ts'
import { learnAlone, learnFromPassage, listenAlone } from './field-learning.ts'
import { begin, end } from './history.ts'
import { fieldRate } from './field-plot.tsx'
import { field } from './field-state.ts'
import { capital, clock } from './format.ts'
import { Icon } from './icons.tsx'
import { state } from './state.ts'

const row = (name: string, label: string, min: number, max: number, help: string): Parameter => ({ name, label, unit: '', min, max, initial: 0, step: 0, help })
const rows = {
  level: row('level', 'Level, dB', -120, 120, 'How much louder the right channel is.'),
  delay: row('delay', 'Delay, µs', -100_000, 100_000, 'How much later the right channel is.'),
  samples: row('samples', 'Delay, samples', -5000, 5000, 'The same in samples of this session.'),
  phase: row('phase', 'Phase, ° at 1 kHz', -36_000, 36_000, 'The same as a phase of the right channel over the left.'),
  width: row('width', 'Width, dB', 0.25, 60, 'To either side; beyond begins the rest. Empty of an own width, half the way to the neighbours counts.'),
  spread: row('spread', 'Wider, dB/oct.', -20, 20, 'How much the width grows with every octave above 1 kHz.'),
  from: row('from', 'From, Hz', 0, 96_000, 'The source has nothing below.'),
  to: row('to', 'To, Hz', 0, 96_000, 'The source has nothing above.'),
}
const softRow: Parameter = { ...row('soft', 'Soft edge', 0, 1, 'How gently the area ends.'), initial: 0 }
const memoryRow: Parameter = { ...row('memory', 'Forgets in', 0.5, 20, 'After this long little is left of a sound in the live picture.'), unit: 's', initial: 4 }

/** Degrees at a kilohertz: a lag turns the phase back. */
const DEGREES = -0.36

const Figure = ({ row, value, onChange }: { row: Parameter; value: number; onChange(value: number): void }) => (
  <span class="figure" title={row.help}>
    <span class="figure-label">{row.label}</span>
    <NumberWell row={row} value={value} label={row.label} onChange={onChange} />
  </span>
)

const Heading = ({ source, index, place }: { source: SelectedSource; index: number; place: number }) => {
  const count = source.places!.length
  const current = source.places![place]!
  const peak = isPoint(current) ? snap(field.peaks.value, { level: current.level, delay: field.view.value === 'frequency' ? null : current.delay }, field.range.value, fieldRate()) : null
  return (
    <div class="place-head" style={{ '--c': `var(--s${index % 8 + 1})` }}>
      <span class="chip" aria-hidden="true">{index + 1}</span>
      <b>{capital(source.name)}</b>
      {count > 1
        ? <button type="button" class="button ghost" title="The next place of this source (N)" onClick={() => choose(index, (place + 1) % count)}>place {place + 1} of {count}</button>
        : <span class="faint">one place</span>}
      <span class="grow" />
      {isPoint(current) && <button type="button" class="button" disabled={!peak} title="Onto the suggested peak within 1 dB (Enter)"
        onClick={() => peak && changePlace(index, place, { ...current, level: round(peak.level), delay: round(peak.delay) }, `Snap place of ${titleOf(index)}`)}>
        <Icon name="point" /><span>Snap</span></button>}
      <button type="button" class="button ghost square" aria-label="Remove this place" title="Remove this place (Delete)" onClick={() => removePlace(index, place)}>
        <Icon name="close" /></button>
    </div>
  )
}

export const PlaceForm = ({ source, index, place }: { source: SelectedSource; index: number; place: number }) => {
  const current = source.places![place]!
  const rate = fieldRate()
  const most = rate / 2
  const [from, to] = source.band ?? [0, most]
  const band = (low: number, high: number): void => {
    if (high > low) editSource(index, `Band of ${titleOf(index)}`, (old) => withBand(old, [low, high], most))
  }
  const move = (level: number, delay: number): void => {
    if (isPoint(current)) changePlace(index, place, { ...current, level: round(level), delay: round(delay) })
  }
  const widen = (change: Partial<Wide>): void => changePlace(index, place, { ...current, ...change } as Place, `Width of ${titleOf(index)}`)
  return (
    <div class="place">
      <Heading source={source} index={index} place={place} />
      <div class="figures-grid">
        {isPoint(current) && <>
          <Figure row={rows.level} value={current.level} onChange={(level) => move(level, current.delay)} />
          <Figure row={rows.delay} value={current.delay} onChange={(delay) => move(current.level, delay)} />
          <Figure row={rows.phase} value={round(current.delay * DEGREES)} onChange={(phase) => move(current.level, phase / DEGREES)} />
          <Figure row={rows.samples} value={round(samplesOf(current.delay, rate))} onChange={(samples) => move(current.level, microseconds(samples, rate))} />
          <Figure row={(current as Wide).width === undefined ? { ...rows.width, label: 'Width, dB, auto' } : rows.width} value={round(widthOf(state.selection.value.sources, index, place, state.covariances.value))} onChange={(width) => widen({ width })} />
          <Figure row={rows.spread} value={(current as Wide).spread ?? 0} onChange={(spread) => widen({ width: round(widthOf(state.selection.value.sources, index, place, state.covariances.value)), spread })} />
        </>}
        <Figure row={{ ...rows.from, max: most }} value={Math.round(from)} onChange={(low) => band(low, to)} />
        <Figure row={{ ...rows.to, max: most }} value={Math.round(to)} onChange={(high) => band(from, high)} />
      </div>
      {isArea(current) && (
        <div class="control"><span class="control-label">Soft edge</span>
          <Slider row={softRow} value={current.soft ?? 0} label="Soft edge" onChange={(soft) => changePlace(index, place, { ...current, soft }, `Soft edge of ${titleOf(index)}`, true)} />
          <NumberWell row={softRow} value={current.soft ?? 0} label="Soft edge" onChange={(soft) => changePlace(index, place, { ...current, soft }, `Soft edge of ${titleOf(index)}`)} />
        </div>
      )}
      {'learned' in current && <p class="faint">Learned where it plays alone: {clock(current.learned.from, 2)} to {clock(current.learned.to, 2)}.</p>}
      <Looks />
    </div>
  )
}

/** Without a chosen place: the peaks, by name and by button. */
export const Empty = () => {
  const { sources } = state.selection.value
  const peaks = field.peaks.value.filter((peak) => !taken(state.selection.value, peak))
  return (
    <div class="place">
      {peaks.length > 0 ? (
        <div class="peaks">
          <span class="faint">Something stands at</span>
          {peaks.map(({ level, delay, weight }) => (
            <button key={`${level} ${delay}`} type="button" class="peak" style={{ '--w': weight }} title="Place a source here"
              onMouseEnter={() => { field.cross.value = field.view.peek() === 'delay' ? { level, delay, hertz: null } : null }}
              onMouseLeave={() => { field.cross.value = null }}
              onClick={() => { begin('Add place'); const given = give({ level: round(level), delay: round(delay) }, false); end(given === null ? undefined : `Add place to ${titleOf(given)}`) }}>
              {figures(level, delay)}
            </button>
          ))}
        </div>
      ) : <p class="faint">{sources.some(({ places }) => places?.length) ? 'Choose a place to see its figures.' : 'Click a bright spot to hear what stands there.'}</p>}
      <Looks />
    </div>
  )
}

const masks = [['soft', 'Soft', 'Shared bins are shared: the fewest artefacts.'], ['binary', 'Binary', 'Each bin to one source: the hardest separation.'],
  ['wiener', 'Wiener', 'Uses both channels together: the cleanest for dry stereo.']] as const

const switches = [['boundaries', 'Boundaries'], ['underneath', 'Whole file']] as const

/** Teaching a source its place: from the marked passage, or while a button is held. */
const Learning = ({ source }: { source: number }) => {
  const passage = state.passage.value
  const busy = field.learning.value
  const title = titleOf(source)
  const hold = (down: boolean): void => (down ? listenAlone(source) : learnAlone())
  return (
    <div class="learning">
      <span class="control-label">Learn place</span>
      {passage && <button type="button" class="button" disabled={busy !== null} title={`Only ${title} may sound in the passage marked on the ruler`}
        onClick={() => void learnFromPassage(source, passage)}>{clock(passage.from, 2)} – {clock(passage.to, 2)}</button>}
      <button type="button" class="button" aria-pressed={busy === source} title={`Hold while only ${title} sounds: its place is learned from that`}
        onPointerDown={(event) => { event.currentTarget.setPointerCapture(event.pointerId); hold(true) }}
        onPointerUp={() => hold(false)} onPointerCancel={() => hold(false)} onBlur={() => hold(false)}
        onKeyDown={(event) => { if ((event.key === ' ' || event.key === 'Enter') && !event.repeat) { event.preventDefault(); hold(true) } }}
        onKeyUp={(event) => { if (event.key === ' ' || event.key === 'Enter') hold(false) }}>
        {busy === source ? `Only ${title} sounds…` : 'Hold while alone'}</button>
    </div>
  )
}

const Looks = () => {
  const chosen = state.chosen.value
  const { mask } = state.selection.value
  return (
    <>
      {chosen !== null && state.selection.value.sources[chosen] && <Learning source={chosen} />}
      <div class="control mask-row">
        <span class="control-label">Mask</span>
        <div class="segments" role="group" aria-label="Mask">
          {masks.map(([name, label, help]) => <button key={name} type="button" aria-pressed={mask === name} title={help} onClick={() => chooseMask(name)}>{label}</button>)}
        </div>
      </div>
      {mask === 'wiener' && field.fallback.value > 0.1 && (
        <p class="field-remark" role="status">The places stand in a room: Wiener has given way to soft masks by {Math.round(100 * field.fallback.value)} %.
          Places that are learned do better here.</p>
      )}
      <div class="control" title={memoryRow.help}>
        <span class="control-label">Forgets in</span>
        <Slider row={memoryRow} value={field.memory.value} label="Forgets in" onChange={(seconds) => { field.memory.value = seconds }} />
        <NumberWell row={memoryRow} value={field.memory.value} label="Forgets in" onChange={(seconds) => { field.memory.value = seconds }} />
      </div>
      <div class="switches">
        {switches.filter(([name]) => name !== 'underneath' || state.input.value.kind === 'file').map(([name, label]) => (
          <label key={name} class="switch-label"><button type="button" role="switch" class="switch" aria-checked={field[name].value} aria-label={label}
            onClick={() => { field[name].value = !field[name].peek() }} /><span>{label}</span></label>
        ))}
      </div>
    </>
  )
}
