// The preset in play: its name, what it is for, and the others to choose from.

import type { Preset } from '../../presets/preset.ts'
import { choosePreset, choosePresetFile } from '../actions.ts'
import { DASH, capital } from '../format.ts'
import { Icon } from '../icons.tsx'
import { useVoice } from '../live/kept.ts'
import { state } from '../state.ts'
import { openLibrary } from './library.ts'

/** The whole of it: what it is for, what it was learned from, on whose terms. */
const provenance = ({ description, learned: { files, licences } }: Preset): string => [
  ...(description === undefined ? [] : [description]),
  `Learned from ${files.length ? `${files.length} file${files.length === 1 ? '' : 's'}` : 'no recording'}.`, ...licences,
].join('\n')

/** Before the number of a preset that is kept on this machine. */
const KEPT = 'kept:'

export const PresetPicker = () => {
  const { value: chosen } = state.preset
  const shipped = state.presets.value
  const kept = state.kept.value
  const isKept = kept.some(({ id }) => id === chosen?.kept)
  const isShipped = chosen?.kept === undefined && shipped.some((name) => name.replace(/\.preset$/, '') === chosen?.name)
  const shown = isKept ? `${KEPT}${chosen!.kept}` : isShipped ? chosen!.name + '.preset' : ''
  return (
    <div class="preset">
      <label class="picker">
        <span class="visually-hidden">Preset</span>
        <select title={chosen?.preset.description ?? 'Preset'} value={shown}
          onChange={(event) => {
            const { value } = event.currentTarget
            if (value === 'open') {
              event.currentTarget.value = shown
              void choosePresetFile()
            } else if (value.startsWith(KEPT)) void useVoice(Number(value.slice(KEPT.length)))
            else void choosePreset(value)
          }}>
          {!isShipped && !isKept && <option value="">{chosen ? capital(chosen.preset.name ?? chosen.name) : DASH}</option>}
          {shipped.map((name) => <option key={name} value={name}>{capital(name.replace(/\.preset$/, ''))}</option>)}
          {kept.length > 0 && (
            <optgroup label="Learned here">{kept.map(({ id, name }) => <option key={id} value={`${KEPT}${id}`}>{name}</option>)}</optgroup>
          )}
          <option value="open">Open a preset…</option>
        </select>
        <Icon name="down" size={12} />
      </label>
      <button type="button" class="button square" aria-label="Browse presets" title="Browse presets: search, hear, add, keep (P)" onClick={openLibrary}><Icon name="list" /></button>
      {chosen && (
        <p class="preset-text" title={provenance(chosen.preset)}>
          {chosen.preset.description ?? `Learned by ${chosen.preset.learned.method}`}
        </p>
      )}
    </div>
  )
}
