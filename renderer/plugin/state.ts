// What a host keeps of the plug-in in its own project: preset, settings, selection. JSON, readable, checked at the door.

import { readPreset, writePreset } from '../../presets/preset.ts'
import { dictionarySources } from '../../worklet/dictionary.ts'
import { checkSolver, initialSettings, readSettings } from '../../worklet/parameters.ts'
import type { Settings } from '../../worklet/parameters.ts'
import { readSelection } from '../../worklet/selection.ts'
import type { Selection } from '../../worklet/selection.ts'
import { loadPreset, presetNames } from '../assets.ts'
import { fromBase64, toBase64 } from '../base64.ts'
import { selectionOf } from '../separation.ts'
import type { ChosenPreset } from '../state.ts'

export const FORMAT = 'winnow-plugin/1'
const FIRST = 'speech.preset'

export interface PluginState {
  readonly preset: ChosenPreset
  /** The file that came with Winnow, or null: a person's own. */
  readonly shipped: string | null
  readonly settings: Settings
  readonly selection: Selection
}

/** A preset as it is when nobody has turned anything. */
export const freshState = (preset: ChosenPreset, shipped: string | null): PluginState =>
  ({ preset, shipped, settings: { ...initialSettings(), ...preset.preset.settings }, selection: selectionOf(preset.preset) })

export async function firstState(): Promise<PluginState> { return freshState(await loadPreset(FIRST), FIRST) }

/** A preset that came with Winnow goes by its name; a person's own goes along, whole. */
export const writeState = ({ preset, shipped, settings, selection }: PluginState): object => ({
  format: FORMAT,
  preset: shipped ?? { name: preset.name, bytes: toBase64(writePreset(preset.preset)) },
  settings, selection,
})

/** One sentence for whatever is wrong. */
export async function readState(json: unknown): Promise<PluginState> {
  if (typeof json !== 'object' || json === null) throw new TypeError(`state: expected an object, got ${JSON.stringify(json)}`)
  const { format, preset, settings, selection, ...more } = json as Record<string, unknown>
  if (format !== FORMAT) throw new TypeError(`state: expected format "${FORMAT}", got ${JSON.stringify(format)}`)
  for (const key of Object.keys(more)) throw new TypeError(`state: expected format, preset, settings and selection, got "${key}"`)
  const [chosen, shipped] = await presetOf(preset)
  const { dictionary } = chosen.preset
  return {
    preset: chosen, shipped,
    settings: { ...initialSettings(), ...checkSolver(dictionary.divergence, readSettings(settings, 'state.settings')) },
    selection: readSelection(selection, dictionarySources(dictionary.atoms), 'state.selection'),
  }
}

async function presetOf(json: unknown): Promise<[ChosenPreset, string | null]> {
  if (typeof json === 'string') {
    const names = await presetNames()
    if (!names.includes(json)) throw new RangeError(`state.preset: expected one of ${names.join(', ')}, got ${JSON.stringify(json)}`)
    return [await loadPreset(json), json]
  }
  const { name, bytes } = (json ?? {}) as { name?: unknown; bytes?: unknown }
  if (typeof name !== 'string' || typeof bytes !== 'string')
    throw new TypeError('state.preset: expected the name of a preset, or a name and bytes in base64, got others')
  return [{ name, preset: readPreset(fromBase64(bytes, 'state.preset.bytes'), `state.preset (${name})`) }, null]
}
