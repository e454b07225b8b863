// Figures of the chosen place: where it stands, how wide it is, which frequencies its source may have.

import type { PointPlace, SelectedSource } from '../../worklet/selection.ts'
import { Control } from '../controls/control.tsx'
import type { Amount } from '../controls/amount.ts'
import { hintOf } from '../controls/amount.ts'
import { NumberWell } from '../controls/well.tsx'
import { changePlace, choose, editSource, removePlace, titleOf } from '../editing.ts'
import { widthOf } from './claims.ts'
import { isArea, isPoint, microseconds, round, samplesOf, snap } from './geometry.ts'
import { withBand } from './handles.ts'
import { Looks } from './looks.tsx'
import { fieldRate } from './plot.tsx'
import { field } from './state.ts'
import { capital, clock } from '../format.ts'
import { Icon } from '../icons.tsx'
import { state } from '../state.ts'

const row = (name: string, label: string, min: number, max: number, nudge: number, help: string): Amount =>
  ({ name, label, unit: '', min, max, initial: 0, step: 0, nudge, help })
const rows = {
  level: row('level', 'Level, dB', -120, 120, 0.5, 'How much louder the right channel is.'),
  delay: row('delay', 'Delay, µs', -100_000, 100_000, 2, 'How much later the right channel is.'),
  samples: row('samples', 'Delay, samples', -5000, 5000, 0.1, 'The same in samples of this session.'),
  phase: row('phase', 'Phase, ° at 1 kHz', -36_000, 36_000, 1, 'The same as a phase of the right channel over the left.'),
  width: row('width', 'Width, dB', 0.25, 60, 0.5, 'To either side; beyond begins the rest. Empty of an own width, half the way to the neighbours counts.'),
  spread: row('spread', 'Wider, dB/oct.', -20, 20, 0.5, 'How much the width grows with every octave above 1 kHz.'),
  from: row('from', 'From, Hz', 0, 96_000, 10, 'The source has nothing below.'),
  to: row('to', 'To, Hz', 0, 96_000, 100, 'The source has nothing above.'),
}
const softRow: Amount = row('soft', 'Soft edge', 0, 1, 0.02, 'How gently the area ends.')

/** Degrees at a kilohertz: a lag turns the phase back. */
const DEGREES = -0.36

interface FigureProps {
  readonly row: Amount
  readonly value: number
  /** Where a double click on its name leads. */
  readonly initial?: number
  onChange(value: number): void
  reset?(): void
}

const Figure = ({ row, value, initial = row.initial, onChange, reset }: FigureProps) => (
  <span class="figure" title={hintOf(row, reset ? null : initial)}>
    <span class="figure-label" onDblClick={() => (reset ? reset() : onChange(initial))}>{row.label}</span>
    <NumberWell row={row} value={value} label={row.label} initial={reset ? null : initial} onChange={onChange} {...(reset && { reset })} />
  </span>
)

interface Chosen { readonly source: SelectedSource; readonly index: number; readonly place: number }

const Snap = ({ point, index, place }: { point: PointPlace; index: number; place: number }) => {
  const delay = field.view.value === 'frequency' ? null : point.delay
  const peak = snap(field.peaks.value, { level: point.level, delay }, field.range.value, fieldRate())
  const pull = (): void => {
    if (peak) changePlace(index, place, { ...point, level: round(peak.level), delay: round(peak.delay) }, `Snap place of ${titleOf(index)}`)
  }
  return (
    <button type="button" class="button" disabled={!peak} title="Onto the suggested peak within 1 dB (Enter)" onClick={pull}>
      <Icon name="point" /><span>Snap</span>
    </button>
  )
}

const Heading = ({ source, index, place }: Chosen) => {
  const count = source.places!.length
  const current = source.places![place]!
  return (
    <div class="place-head" style={{ '--c': `var(--s${index % 8 + 1})` }}>
      <span class="chip" aria-hidden="true">{index + 1}</span>
      <b>{capital(source.name)}</b>
      {count > 1 ? (
        <button type="button" class="button ghost" title="The next place of this source (N)" onClick={() => choose(index, (place + 1) % count)}>
          place {place + 1} of {count}
        </button>
      ) : <span class="faint">one place</span>}
      <span class="grow" />
      {isPoint(current) && <Snap point={current} index={index} place={place} />}
      <button type="button" class="button ghost square" aria-label="Remove this place" title="Remove this place (Delete)"
        onClick={() => removePlace(index, place)}><Icon name="close" /></button>
    </div>
  )
}

const PointFigures = ({ point, index, place }: { point: PointPlace; index: number; place: number }) => {
  const { level, delay, spread = 0 } = point
  const rate = fieldRate()
  const width = round(widthOf(state.selection.value.sources, index, place, state.covariances.value))
  const move = (to: Partial<PointPlace>): void => changePlace(index, place, { ...point, ...to })
  const later = (to: number): void => move({ delay: round(to) })
  const widen = (to: Partial<PointPlace>): void => changePlace(index, place, { ...point, ...to }, `Width of ${titleOf(index)}`)
  const narrow = (): void => {
    const { width: _own, spread: _with, ...plain } = point
    changePlace(index, place, plain, `Width of ${titleOf(index)}`)
  }
  const widthRow = point.width === undefined ? { ...rows.width, label: 'Width, dB, auto' } : rows.width
  return (
    <>
      <Figure row={rows.level} value={level} onChange={(to) => move({ level: round(to) })} />
      <Figure row={rows.delay} value={delay} onChange={later} />
      <Figure row={rows.phase} value={round(delay * DEGREES)} onChange={(phase) => later(phase / DEGREES)} />
      <Figure row={rows.samples} value={round(samplesOf(delay, rate))} onChange={(samples) => later(microseconds(samples, rate))} />
      <Figure row={widthRow} value={width} onChange={(to) => widen({ width: to })} reset={narrow} />
      <Figure row={rows.spread} value={spread} onChange={(to) => widen({ width, spread: to })} />
    </>
  )
}

export const PlaceForm = ({ source, index, place }: Chosen) => {
  const current = source.places![place]!
  const most = fieldRate() / 2
  const [from, to] = source.band ?? [0, most]
  const band = (low: number, high: number): void => {
    if (high > low) editSource(index, `Band of ${titleOf(index)}`, (old) => withBand(old, [low, high], most))
  }
  return (
    <div class="place">
      <Heading source={source} index={index} place={place} />
      <div class="figures-grid">
        {isPoint(current) && <PointFigures point={current} index={index} place={place} />}
        <Figure row={{ ...rows.from, max: most }} value={Math.round(from)} onChange={(low) => band(low, to)} />
        <Figure row={{ ...rows.to, max: most }} value={Math.round(to)} initial={most} onChange={(high) => band(from, high)} />
      </div>
      {isArea(current) && (
        <Control row={softRow} value={current.soft ?? 0} onChange={(soft) => changePlace(index, place, { ...current, soft }, `Soft edge of ${titleOf(index)}`, true)} />
      )}
      {'learned' in current && (
        <p class="faint">Learned where it plays alone: {clock(current.learned.from, 2)} to {clock(current.learned.to, 2)}.</p>
      )}
      <Looks />
    </div>
  )
}
