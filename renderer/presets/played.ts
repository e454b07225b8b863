// The preset in play as it is turned now: what goes into a file when a person saves it.

import { passageKey } from '../../worklet/covariance.ts'
import type { Preset } from '../../presets/preset.ts'
import { state } from '../state.ts'

/** A licence is named where the preset names none of its own. */
export const withLicence = (preset: Preset, licence: string): Preset =>
  (preset.learned.licences.length || !licence.trim() ? preset : { ...preset, learned: { ...preset.learned, licences: [licence.trim()] } })

/** With its settings, its selection and what the selection's places have learned; what is compared and how loud is the listener's. */
export function playedPreset(licence = ''): Preset | null {
  const chosen = state.preset.peek()
  if (!chosen) return null
  const { bypass: _, level: __, ...settings } = state.settings.peek()
  const selection = state.selection.peek()
  const wanted = new Set(selection.sources.flatMap(({ places = [] }) => places.flatMap((place) => ('learned' in place ? [passageKey(place.learned)] : []))))
  const covariances = Object.fromEntries(Object.entries(state.covariances.peek()).filter(([key]) => wanted.has(key)))
  return withLicence({ ...chosen.preset, settings, selection, covariances }, licence)
}
