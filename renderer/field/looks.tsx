// What can be done whatever is chosen: suggested peaks, a place to learn, the masks, how the picture is made.

import type { Parameter } from '../../worklet/parameters.ts'
import { Control } from '../controls/control.tsx'
import { chooseMask, titleOf } from '../editing.ts'
import { figures } from './drawing.ts'
import { taken } from './geometry.ts'
import { addPoint } from './giving.ts'
import { field } from './state.ts'
import { openLearning } from '../learning/learning.ts'
import { state } from '../state.ts'

const memoryRow: Parameter = {
  name: 'field-memory', label: 'Forgets in', unit: 's', min: 0.5, max: 20, initial: 4, step: 0,
  help: 'After this long little is left of a sound in the live picture.',
}
const masks = [
  ['soft', 'Soft', 'Shared bins are shared: the fewest artefacts.'],
  ['binary', 'Binary', 'Each bin to one source: the hardest separation.'],
  ['wiener', 'Wiener', 'Uses both channels together: the cleanest for dry stereo.'],
] as const
const switches = [['boundaries', 'Boundaries'], ['underneath', 'Whole file']] as const
/** Less of this is not worth a word. */
const GIVEN_WAY = 0.1

/** Without a chosen place: the peaks, by name and by button. */
export const Empty = () => {
  const { sources } = state.selection.value
  const peaks = field.peaks.value.filter((peak) => !taken(state.selection.value, peak))
  const hint = sources.some(({ places }) => places?.length) ? 'Choose a place to see its figures.' : 'Click a bright spot to hear what stands there.'
  return (
    <div class="place">
      {peaks.length > 0 ? (
        <div class="peaks">
          <span class="faint">Something stands at</span>
          {peaks.map(({ level, delay, weight }) => (
            <button key={`${level} ${delay}`} type="button" class="peak" style={{ '--w': weight }} title="Place a source here"
              onMouseEnter={() => { field.cross.value = field.view.peek() === 'delay' ? { level, delay, hertz: null } : null }}
              onMouseLeave={() => { field.cross.value = null }}
              onClick={() => addPoint(level, delay, false)}>
              {figures(level, delay)}
            </button>
          ))}
        </div>
      ) : <p class="faint">{hint}</p>}
      <Looks />
    </div>
  )
}

export const Looks = () => {
  const chosen = state.chosen.value
  const { mask, sources } = state.selection.value
  const remember = (seconds: number): void => { field.memory.value = seconds }
  return (
    <>
      {chosen !== null && sources[chosen] && (
        <div class="learning">
          <span class="control-label">Place</span>
          <button type="button" class="button" title="From a passage in which only it plays: its direction at every frequency, as rooms and effects make it"
            onClick={() => openLearning(false)}>Learn where {titleOf(chosen)} stands…</button>
        </div>
      )}
      <div class="control mask-row">
        <span class="control-label">Mask</span>
        <div class="segments" role="group" aria-label="Mask">
          {masks.map(([name, label, help]) => (
            <button key={name} type="button" aria-pressed={mask === name} title={help} onClick={() => chooseMask(name)}>{label}</button>
          ))}
        </div>
      </div>
      {mask === 'wiener' && field.fallback.value > GIVEN_WAY && (
        <p class="field-remark" role="status">
          The places stand in a room: Wiener has given way to soft masks by {Math.round(100 * field.fallback.value)} %.
          Places that are learned do better here.
        </p>
      )}
      <Control row={memoryRow} value={field.memory.value} onChange={remember} />
      <div class="switches">
        {switches.filter(([name]) => name !== 'underneath' || state.input.value.kind === 'file').map(([name, label]) => (
          <label key={name} class="switch-label">
            <button type="button" role="switch" class="switch" aria-checked={field[name].value} aria-label={label}
              onClick={() => { field[name].value = !field[name].peek() }} />
            <span>{label}</span>
          </label>
        ))}
      </div>
    </>
  )
}
