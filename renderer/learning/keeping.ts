// What was learned becomes part of what is heard: for as long as it is listened to, for good as one step of the history,
// or as a preset's file.

import { batch } from '@preact/signals'
import { passageKey } from '../../worklet/covariance.ts'
import type { Covariances } from '../../worklet/covariance.ts'
import type { Settings } from '../../worklet/parameters.ts'
import type { Place, SelectedSource, Selection } from '../../worklet/selection.ts'
import { grown } from '../../presets/growing.ts'
import type { Outcome } from '../../presets/learn/learn.ts'
import { writePreset } from '../../presets/preset.ts'
import type { Preset } from '../../presets/preset.ts'
import { choose, noRoomFor } from '../editing.ts'
import * as engine from '../engine.ts'
import { safeName } from '../file-names.ts'
import { capital } from '../format.ts'
import { step } from '../history.ts'
import { host, presetFiles } from '../host.ts'
import { playedPreset } from '../presets/played.ts'
import { change, failed, learning, work } from './state.ts'
import { state } from '../state.ts'
import type { ChosenPreset } from '../state.ts'

/** A dictionary of one sound explains everything by it, unless free atoms may learn the others while they play. */
const COMPANY: Partial<Settings> = { freeAtoms: 4, memory: 4 }

interface Taught { readonly chosen: ChosenPreset; readonly settings: Settings; readonly selection: Selection; readonly covariances: Covariances; readonly index: number; readonly title: string }

/** What there would be, if what was learned so far were kept. */
function taught(outcome: Outcome | null): Taught | string {
  const { name, index, base, files, places, fresh } = work.lesson!
  const current: Selection = fresh ? { mask: state.selection.peek().mask, sources: [] } : state.selection.peek()
  const at = index === null || fresh ? current.sources.length : current.sources.findIndex((source) => source.name === name)
  if (at < 0) return `“${capital(name)}” is no longer among the sources.`
  let preset: Preset = base.preset
  if (outcome) {
    const learned = { method: 'nmf', files, licences: [], command: '', seed: 1 }
    const { dictionary } = preset
    const company = dictionary.atoms.length === 0 ? COMPANY : {}
    preset = grown(preset, { ...preset, dictionary: { ...dictionary, atoms: outcome.atoms, spectra: outcome.spectra }, settings: company, head: null, learned, name: preset.dictionary.atoms.length ? `${preset.name ?? base.name} + ${capital(name)}` : capital(name), description: `Learned in the app from ${files.join(', ')}.` }).preset
  }
  const added: Place[] = places.map(({ passage: { from, to } }) => ({ learned: { from, to } }))
  const full = added.map(noRoomFor).find((sentence) => sentence !== null)
  if (full) return full
  const before: SelectedSource = current.sources[at] ?? { name }
  const heardPlaces = [...before.places ?? [], ...added]
  const { atoms: oldAtoms, places: _, ...rest } = before
  const atoms = outcome ? [name] : oldAtoms?.length ? oldAtoms : heardPlaces.length ? undefined : []
  const source: SelectedSource = { ...rest, ...(atoms && { atoms }), ...(heardPlaces.length && { places: heardPlaces }) }
  return {
    chosen: preset === base.preset ? base : { name: preset.name ?? base.name, preset },
    settings: { ...(fresh ?? state.settings.peek()), ...(outcome && base.preset.dictionary.atoms.length === 0 ? COMPANY : {}) },
    selection: { ...current, sources: at < current.sources.length ? current.sources.map((old, i) => (i === at ? source : old)) : [...current.sources, source] },
    covariances: { ...state.covariances.peek(), ...Object.fromEntries(places.map(({ passage, covariance }) => [passageKey(passage), covariance])) },
    index: at, title: capital(name),
  }
}

export async function keep(): Promise<void> {
  const found = taught(learning.run.peek()?.outcome ?? null)
  if (typeof found === 'string') return failed(found)
  const { chosen, settings, selection, covariances, index, title } = found
  try {
    state.covariances.value = covariances // only grows, and nothing refers to the new ones yet
    const commit = (): void => step(`Learn ${title}`, () => batch(() => {
      state.preset.value = chosen
      state.settings.value = { ...settings, bypass: state.settings.peek().bypass }
      state.selection.value = selection
      choose(index, work.lesson?.places.length ? (selection.sources[index]!.places?.length ?? 0) - 1 : null)
    }))
    if (chosen.preset === state.preset.peek()?.preset) commit() // a place alone: what separates goes on
    else await engine.change(chosen, settings, selection, commit)
    learning.listening.value = false
    learning.target.value = index
    change({ phase: 'kept' })
  } catch (error) {
    failed(error instanceof Error ? error.message : String(error))
  }
}

/** Hears what was learned so far as if it were kept, without keeping it; or what there was before again. */
export async function listen(on: boolean): Promise<void> {
  if (on === learning.listening.peek()) return
  learning.listening.value = on
  try {
    if (!on) {
      const preset = state.preset.peek()
      if (preset && engine.currentSeparation()) await engine.change(preset, state.settings.peek(), state.selection.peek(), () => {})
      return
    }
    const found = taught(learning.run.peek()?.outcome ?? null)
    if (typeof found === 'string') return failed(found)
    state.covariances.value = found.covariances
    await engine.change(found.chosen, found.settings, found.selection, () => {})
  } catch (error) {
    learning.listening.value = false
    failed(error instanceof Error ? error.message : String(error))
  }
}

/** What was kept, as a file: the grown preset with the selection, the settings and the places of the moment. */
export async function saveLearned(): Promise<void> {
  const preset = playedPreset()
  if (!preset) return
  try {
    await host().saveFile(`${safeName(state.preset.peek()!.name)}.preset`, presetFiles, writePreset(preset).buffer)
  } catch (error) {
    failed(error instanceof Error ? error.message : String(error))
  }
}
