// The stereo field's panel: tools and ways of looking above the plot, figures below it.

import { DELAY_RANGES } from '../../worklet/field-axes.ts'
import { figures, levelText } from './drawing.ts'
import { PlaceForm } from './form.tsx'
import { Empty } from './looks.tsx'
import { samplesOf } from './geometry.ts'
import { toolKeys } from './keys.ts'
import { FieldPlot, fieldRate } from './plot.tsx'
import { field, look, WHOLE } from './state.ts'
import type { Tool, View } from './state.ts'
import { capital, figure } from '../format.ts'
import { Icon } from '../icons.tsx'
import type { IconName } from '../icons.tsx'
import { state } from '../state.ts'

const tools: readonly { readonly tool: Tool; readonly icon: IconName; readonly label: string; readonly help: string }[] = [
  { tool: 'point', icon: 'point', label: 'Point', help: 'click places a point, drag moves it' },
  { tool: 'lasso', icon: 'lasso', label: 'Lasso', help: 'draw round an area' },
  { tool: 'rectangle', icon: 'rectangle', label: 'Rectangle', help: 'from corner to corner' },
  { tool: 'brush', icon: 'brush', label: 'Brush', help: 'paint an area; Alt takes away' },
]
const views: readonly [View, string, string][] = [
  ['delay', 'Delay', 'Level against delay: where spaced microphones tell sounds apart (\\)'],
  ['frequency', 'Frequency', 'Level against frequency: where panning tells sounds apart (\\)'],
]

const Tools = () => (
  <div class="field-tools">
    <div class="toolset" role="group" aria-label="Tools of the field">
      {tools.map(({ tool, icon, label, help }) => (
        <button key={tool} type="button" class="tool" aria-pressed={field.tool.value === tool} aria-label={label}
          title={`${label}: ${help} (${toolKeys[tool]})`} onClick={() => { field.tool.value = tool }}><Icon name={icon} /></button>
      ))}
    </div>
    <span class="grow" />
    <div class="segments" role="group" aria-label="View">
      {views.map(([view, label, help]) => (
        <button key={view} type="button" aria-pressed={field.view.value === view} title={help} onClick={() => look(view)}>{label}</button>
      ))}
    </div>
    <label class="picker range" title="Delays that the field shows, in samples to either side">
      <span class="visually-hidden">Range of delays</span>
      <select value={String(field.range.value)} disabled={field.view.value === 'frequency'}
        onChange={(event) => look('delay', Number(event.currentTarget.value))}>
        {DELAY_RANGES.map((range, i) => <option key={range} value={String(i)}>±{range}</option>)}
      </select>
      <Icon name="down" size={12} />
    </label>
    <button type="button" class="tool" aria-pressed={field.frozen.value} aria-label="Freeze the picture"
      title="Freeze the picture; the sound goes on" onClick={() => { field.frozen.value = !field.frozen.value }}><Icon name="freeze" /></button>
  </div>
)

/** Numbers under the pointer, and what a click would do. */
const Readout = () => {
  const spot = field.pointer.value ?? (state.chosenPlace.value === null ? field.cross.value : null)
  const { sources } = state.selection.value
  const chosen = state.chosen.value
  const source = chosen === null ? undefined : sources[chosen]
  const rate = fieldRate()
  const progress = field.progress.value
  const where = spot && (spot.delay !== null ? `${figures(spot.level, spot.delay)} (${figure(samplesOf(spot.delay, rate), 2)} samples)`
    : `${levelText(spot.level)}, ${spot.hertz! >= 1000 ? `${figure(spot.hertz! / 1000, 2)} kHz` : `${figure(spot.hertz!)} Hz`}`)
  const meanwhile = progress !== null ? `Looking through the file: ${figure(100 * progress)} %` : field.frozen.value ? 'Frozen' : ''
  const hint = field.tool.value !== 'point' ? `Draw into ${source && !source.places?.length ? capital(source.name) : 'a new source'}`
    : source && !source.places?.length ? `Click: place ${capital(source.name)}` : `Click: new source${source ? `, Shift: ${capital(source.name)}` : ''}`
  return (
    <p class="field-readout">
      <span class={field.frozen.value && !where ? 'accent' : ''}>{where ?? meanwhile}</span>
      <span class="faint">{hint}</span>
    </p>
  )
}

const Mono = () => {
  const input = state.input.value
  return (
    <div class="field-none">
      <Icon name="mono" size={28} />
      <p><b>The field needs two channels.</b></p>
      <p>{input.kind === 'none' ? 'Open a stereo sound' : `“${input.name}” has one`}, and nothing stands to the left or right of anything in it.
        Dictionaries and painting work all the same.</p>
    </div>
  )
}

export const Field = () => {
  const input = state.input.value
  if (input.kind !== 'none' && input.channels === 1) return <Mono />
  const chosen = state.chosen.value
  const source = chosen === null ? undefined : state.selection.value.sources[chosen]
  const place = state.chosenPlace.value
  const { x0, x1, y0, y1 } = field.window.value
  const zoomed = x1 - x0 < 1 || y1 - y0 < 1
  return (
    <div class="field">
      <Tools />
      <FieldPlot />
      {zoomed && (
        <button type="button" class="button field-whole" title="The whole plane (Home)" onClick={() => { field.window.value = WHOLE }}>Whole</button>
      )}
      <Readout />
      {field.remark.value && <p class="field-remark" role="status">{field.remark.value}</p>}
      {source && place !== null && source.places?.[place] ? <PlaceForm source={source} index={chosen!} place={place} /> : <Empty />}
    </div>
  )
}
