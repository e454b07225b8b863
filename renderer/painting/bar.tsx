// The tools of the spectrogram: what the pointer does, into which source, how wide and how sure; and what the picture shows.

import { useSignal } from '@preact/signals'
import type { Signal } from '@preact/signals'
import type { Amount } from '../controls/amount.ts'
import { Slider } from '../controls/slider.tsx'
import { NumberWell } from '../controls/well.tsx'
import { addSource, choose } from '../editing.ts'
import { capital, clock, figure } from '../format.ts'
import { Icon } from '../icons.tsx'
import type { IconName } from '../icons.tsx'
import { Menu } from '../menu.tsx'
import { removeSelected } from './gestures.ts'
import { painting } from './state.ts'
import type { Stroke, Tool } from './state.ts'
import { progress } from '../spectrogram/file.ts'
import { state } from '../state.ts'

const tools: readonly { readonly tool: Tool; readonly icon: IconName; readonly label: string; readonly key: string; readonly hint: string }[] = [
  { tool: 'point', icon: 'pointer', label: 'Point', key: 'v', hint: 'Read out, select and move painted areas' },
  { tool: 'lasso', icon: 'lasso', label: 'Lasso', key: 'l', hint: 'Paint an area round what you want' },
  { tool: 'rectangle', icon: 'rectangle', label: 'Rectangle', key: 'r', hint: 'Paint from corner to corner' },
  { tool: 'brush', icon: 'brush', label: 'Brush', key: 'b', hint: 'Paint along the way of the pointer. Alt takes away, Shift draws straight' },
  {
    tool: 'harmonic', icon: 'harmonic', label: 'Harmonic brush', key: 'h',
    hint: 'Paint a note with its overtones. Alt takes away, Shift holds the pitch',
  },
  { tool: 'eraser', icon: 'eraser', label: 'Eraser', key: 'e', hint: 'Remove paint, never sound' },
]

const strokes: readonly { readonly stroke: Stroke; readonly label: string; readonly hint: string }[] = [
  { stroke: 'paint', label: 'Into', hint: 'What is painted belongs to the source' },
  { stroke: 'remove', label: 'Away', hint: 'What is painted is taken away from the source' },
  { stroke: 'push', label: 'Push', hint: 'What is painted belongs to the source, and is taken away from every other' },
]

const octaves = (width: number): string => (width >= 0.95 ? `${figure(width, 1)} oct` : `1/${figure(1 / width)} oct`)
/** "1/3", "1/3 oct", "0.5". */
function readOctaves(text: string): number {
  const [over = '', under = '1'] = text.toLowerCase().replace(/oct(aves?)?\.?$/, '').trim().split('/')
  return over === '' ? NaN : Number(over) / Number(under)
}
const percent = (share: number): string => `${figure(100 * share)} %`
const readPercent = (text: string): number => (text.trim() === '' ? NaN : Number(text.replace('%', '')) / 100)

const row = (name: string, label: string, min: number, max: number, initial: number, step: number, help: string, written: Partial<Amount> = {}): Amount =>
  ({ name, label, unit: '', min, max, initial, step, help, ...written })
const widthRow = row('width', 'Width', 1 / 24, 2, 1 / 3, 0, 'Height of the brush in octaves ( [ and ] ).', { show: octaves, read: readOctaves })
const strengthRow = row('strength', 'Strength', 0.05, 1, 1, 0.05, 'How sure the paint is (Shift with [ and ] ).', { show: percent, read: readPercent })
const softRow = row('soft', 'Soft edge', 0, 1, 0.1, 0.05, 'How much of an area is its edge.', { show: (value) => figure(value, 2), read: Number })
const partialsRow = row('partials', 'Overtones', 1, 40, 12, 1, 'How many partials the harmonic brush paints.')

const turn = (what: Signal<number>, { min, max }: Amount, value: number): void => { what.value = Math.max(min, Math.min(max, value)) }

/** The brush a step wider or narrower, its paint a step surer or less so. */
export const stepWidth = (up: boolean): void => turn(painting.width, widthRow, painting.width.peek() * 2 ** (up ? 0.25 : -0.25))
export const stepStrength = (up: boolean): void => turn(painting.strength, strengthRow, Number((painting.strength.peek() + (up ? 0.1 : -0.1)).toFixed(2)))

const Range = ({ row, value }: { readonly row: Amount; readonly value: Signal<number> }) => {
  const change = (next: number): void => { value.value = next }
  return (
    <span class="tool-range">
      <span onDblClick={() => change(row.initial)}>{row.label}</span>
      <Slider row={row} value={value.value} label={row.label} onChange={change} />
      <NumberWell row={row} value={value.value} label={row.label} onChange={change} />
    </span>
  )
}

const NEW = 'new'

const Into = () => {
  const { sources } = state.selection.value
  const chosen = state.chosen.value
  const known = chosen !== null && chosen < sources.length
  return (
    <label class="picker into" title="The source that the tools paint into"
      style={{ '--c': known ? `var(--s${chosen % 8 + 1})` : 'var(--line-strong)' }}>
      <span class="visually-hidden">Paint into</span>
      <span class={`chip${known ? '' : ' rest'}`} aria-hidden="true">{known ? chosen + 1 : '+'}</span>
      <select value={known ? String(chosen) : ''} onChange={({ currentTarget }) => {
        if (currentTarget.value === NEW) addSource()
        else choose(Number(currentTarget.value))
        currentTarget.value = state.chosen.value === null ? '' : String(state.chosen.value)
      }}>
        {!known && <option value="">a new source</option>}
        {sources.map(({ name }, i) => <option key={name} value={String(i)}>{capital(name)}</option>)}
        <option value={NEW}>Add a source</option>
      </select>
      <Icon name="down" size={12} />
    </label>
  )
}

interface ShowProps { readonly shown: Signal<boolean>; readonly label: string; readonly hint: string; readonly off?: string | null }

const Show = ({ shown, label, hint, off }: ShowProps) => (
  <div class="show-row">
    <button type="button" role="switch" class="switch" aria-checked={shown.value && !off} aria-label={label} disabled={Boolean(off)}
      onClick={() => { shown.value = !shown.value }} />
    <p><b>{label}</b>{off ?? hint}</p>
  </div>
)

const Colours = () => (
  <div class="segments colours" role="group" aria-label="Colour">
    <button type="button" aria-pressed={painting.owners.value} title="Colour says whose it is"
      onClick={() => { painting.owners.value = true }}>Owner</button>
    <button type="button" aria-pressed={!painting.owners.value} title="Light alone, without colour"
      onClick={() => { painting.owners.value = false }}>Energy</button>
  </div>
)

/** What the picture shows when asked. It closes when something else is pressed, or with Escape. */
const Shows = ({ mono }: { readonly mono: boolean }) => {
  const open = useSignal(false)
  const { contested, diffuse, wrapped } = painting
  const share = progress.value?.contested
  const off = mono ? 'One channel has no field: this needs two.' : null
  const some = contested.value || (!mono && (diffuse.value || wrapped.value))
  return (
    <Menu open={open}>
      <button type="button" class={`button ghost${some ? ' some' : ''}`} aria-expanded={open.value} aria-haspopup="true"
        onClick={() => { open.value = !open.value }}>
        Show<Icon name="down" size={12} />
      </button>
      {open.value && (
        <div class="menu-box" role="group" aria-label="Show in the picture">
          <Colours />
          <Show shown={contested} label="Contested"
            hint={`Hatches what two claim about equally.${typeof share === 'number' ? ` ${figure(100 * share)} % of the energy.` : ''}`} />
          <Show shown={diffuse} label="Diffuse" hint="Hatches what comes from no one direction: its channels cohere little." off={off} />
          <Show shown={wrapped} label="Wrapped" hint="Shades where the delay of a place is ambiguous." off={off} />
        </div>
      )}
    </Menu>
  )
}

const passageText = (): string | null => {
  const passage = state.passage.value
  return passage && `Passage ${clock(passage.from, 2)} – ${clock(passage.to, 2)}`
}

/** Beside the point tool: what is selected, and what can be done with it. */
const Selected = () => {
  const { source, areas } = painting.selected.value
  const count = areas.filter((area) => state.selection.value.sources[source]?.painted?.[area]).length
  const passage = passageText()
  return (
    <>
      {count > 0 && (
        <>
          <span>{count === 1 ? 'A painted area' : `${count} painted areas`} of {capital(state.selection.value.sources[source]!.name)}</span>
          <button type="button" class="button ghost" onClick={removeSelected}>Remove</button>
        </>
      )}
      {passage !== null && (
        <>
          <span>{passage}</span>
          <button type="button" class="button ghost" onClick={() => { state.passage.value = null }}>Unmark</button>
        </>
      )}
      {count === 0 && passage === null && <span class="faint tool-hint">Click or drag painted areas; drag in the ruler to mark a passage</span>}
    </>
  )
}

export const PaintingBar = () => {
  const input = state.input.value
  const { tool, stroke, width, strength, soft, partials } = painting
  if (input.kind === 'none') return null
  const now = tool.value
  if (input.kind === 'microphone')
    return (
      <div class="head tools">
        <h2>Spectrogram</h2>
        <span class="grow" />
        <Shows mono={input.channels === 1} />
        <Colours />
      </div>
    )
  return (
    <div class="head tools">
      <div class="segments" role="group" aria-label="Tool">
        {tools.map(({ tool: each, icon, label, key, hint }) => (
          <button key={each} type="button" aria-pressed={now === each} aria-label={label} title={`${label} (${key.toUpperCase()}): ${hint}`}
            onClick={() => { tool.value = each }}><Icon name={icon} /></button>
        ))}
      </div>
      <Into />
      <span class="grow" />
      <Shows mono={input.channels === 1} />
      <Colours />
      <div class="tool-options">
        {now === 'point' && <Selected />}
        {now !== 'point' && now !== 'eraser' && (
          <div class="segments" role="group" aria-label="Paint">
            {strokes.map(({ stroke: each, label, hint }) => (
              <button key={each} type="button" aria-pressed={stroke.value === each} title={hint}
                onClick={() => { stroke.value = each }}>{label}</button>
            ))}
          </div>
        )}
        {(now === 'brush' || now === 'harmonic' || now === 'eraser') && <Range row={widthRow} value={width} />}
        {now !== 'point' && now !== 'eraser' && <Range row={strengthRow} value={strength} />}
        {(now === 'lasso' || now === 'rectangle' || now === 'brush') && <Range row={softRow} value={soft} />}
        {now === 'harmonic' && <Range row={partialsRow} value={partials} />}
      </div>
    </div>
  )
}
