// Changes to the selection, each one named step of the history. The views call these; nothing else writes the selection
// but opening a preset.

import { batch } from '@preact/signals'
import type { ParameterName } from '../worklet/parameters.ts'
import { MAX_AREAS, MAX_CORNERS, MAX_PLACES, MAX_SOURCES } from '../worklet/selection.ts'
import type { Place, SelectedSource, Selection } from '../worklet/selection.ts'
import { capital } from './format.ts'
import { step } from './history.ts'
import { changeRest, set, state } from './state.ts'
import type { Rest } from './state.ts'

/** The name of a source as it is shown. */
export const titleOf = (index: number): string => capital(state.selection.peek().sources[index]?.name ?? '')

export function edit(name: string, change: (selection: Selection) => Selection, joins = false): void {
  step(name, () => { state.selection.value = change(state.selection.peek()) }, joins)
}

export function editSource(index: number, name: string, change: (source: SelectedSource) => SelectedSource, joins = false): void {
  edit(name, ({ mask, sources }) => ({ mask, sources: sources.map((source, i) => (i === index ? change(source) : source)) }), joins)
}

/**
 * Without places or atoms a source would not be restricted, and claim everything. One that has lost its last place claims
 * nothing instead (`atoms: []`) but what is painted, and stops saying so when it is given one.
 */
function tidy({ places = [], painted = [], atoms, ...source }: SelectedSource): SelectedSource {
  const kept = atoms?.length ? atoms : places.length ? undefined : []
  return { ...source, ...(kept && { atoms: kept }), ...(places.length && { places }), ...(painted.length && { painted }) }
}

const replaced = <T>(list: readonly T[] | undefined, at: number, item: T): T[] => (list ?? []).map((old, i) => (i === at ? item : old))
const without = <T>(list: readonly T[] | undefined, at: number): T[] => (list ?? []).filter((_, i) => i !== at)

/** Gain, pan, mute, solo, invert, band: what a control changes. `joins` for what slides. */
export function turnSource(index: number, name: string, change: Partial<SelectedSource>, joins = false): void {
  editSource(index, `${name} ${titleOf(index)}`, (source) => ({ ...source, ...change }), joins)
}
export const turnRest = (name: string, change: Partial<Rest>): void => step(name, () => changeRest(change))
/** What is compared is looked at, not chosen: no step. */
export const turnSetting = (name: ParameterName, label: string, value: number): void =>
  (name === 'bypass' ? set(name, value) : step(label, () => set(name, value), true))

export const chooseMask = (mask: Selection['mask']): void => edit(`Mask ${mask}`, (selection) => ({ ...selection, mask }))

function freeName(sources: readonly SelectedSource[]): string {
  for (let n = sources.length + 1; ; n++) if (!sources.some(({ name }) => name === `source ${n}`)) return `source ${n}`
}

export const hasRoom = (): boolean => state.selection.value.sources.length < MAX_SOURCES

/** A source that claims what its places and paint say, nothing so far; it is chosen. Null: there is room for no more. */
export function addSource(source: Partial<SelectedSource> = {}): number | null {
  const { sources } = state.selection.peek()
  if (sources.length >= MAX_SOURCES) return null
  const added = tidy({ name: freeName(sources), ...source })
  edit(`Add ${capital(added.name)}`, ({ mask }) => ({ mask, sources: [...sources, added] }))
  choose(sources.length, added.places ? 0 : null)
  return sources.length
}

export function removeSource(index: number): void {
  edit(`Remove ${titleOf(index)}`, ({ mask, sources }) => ({ mask, sources: without(sources, index) }))
  choose(null)
}

const copyName = (sources: readonly SelectedSource[], name: string): string => {
  const stem = name.replace(/ \d+$/, '').slice(0, 76)
  for (let n = 2; ; n++) if (!sources.some((other) => other.name === `${stem} ${n}`)) return `${stem} ${n}`
}

/** Why there is no room for its places once more, or null. */
export function noRoomToCopy(index: number): string | null {
  const all = state.selection.peek().sources
  const count = (sources: readonly SelectedSource[]): number => sources.reduce((sum, { places = [] }) => sum + places.length, 0)
  const areas = (sources: readonly SelectedSource[]): number => sources.reduce((sum, { places = [] }) => sum + places.filter((each) => 'polygon' in each).length, 0)
  const corners = (sources: readonly SelectedSource[]): number => sources.reduce((sum, { painted = [] }) => sum + painted.reduce((n, { polygon }) => n + polygon.length, 0), 0)
  const both = [...all, all[index]!]
  return count(both) > MAX_PLACES || areas(both) > MAX_AREAS || corners(both) > MAX_CORNERS ? 'All sources together may not have so many places or so much paint.' : null
}

/** The same claims once more, below it. It is chosen. */
export function duplicateSource(index: number): void {
  const { sources } = state.selection.peek()
  const { solo: _alone, invert: _inverted, ...source } = sources[index]!
  const copy = { ...source, name: copyName(sources, source.name) }
  edit(`Duplicate ${titleOf(index)}`, ({ mask, sources: all }) => ({ mask, sources: [...all.slice(0, index + 1), copy, ...all.slice(index + 1)] }))
  choose(index + 1)
}

export function moveSource(from: number, to: number): void {
  edit(`Move ${titleOf(from)} ${to < from ? 'up' : 'down'}`, ({ mask, sources }) => {
    const others = without(sources, from)
    return { mask, sources: [...others.slice(0, to), sources[from]!, ...others.slice(to)] }
  })
  choose(to)
}

/** Which of the dictionary's sources may explain it. */
export const explainBy = (index: number, atoms: readonly string[]): void =>
  editSource(index, `Dictionary of ${titleOf(index)}`, (source) => tidy({ ...source, atoms }))

/** Why a source cannot have this name, or null when it has it now. */
export function renameSource(index: number, text: string): string | null {
  const name = text.trim()
  const { sources } = state.selection.peek()
  if (name.length < 1 || name.length > 80) return 'expected a name of 1 to 80 characters'
  if (name.toLowerCase() === 'rest') return 'expected a name other than “rest”, which is what no source claims'
  if (sources.some((other, i) => i !== index && other.name === name)) return 'expected a name that no other source has'
  if (name !== sources[index]!.name) editSource(index, `Rename ${titleOf(index)}`, (source) => ({ ...source, name }))
  return null
}

/** What the tools work on. */
export function choose(source: number | null, place: number | null = null): void {
  batch(() => {
    state.chosen.value = source
    state.chosenPlace.value = place
  })
}

/** Why no such place can be added, or null. */
export function noRoomFor(place: Place): string | null {
  const places = state.selection.peek().sources.flatMap((source) => source.places ?? [])
  if (places.length >= MAX_PLACES) return `All sources together have ${MAX_PLACES} places, which is the most there may be.`
  if ('polygon' in place && places.filter((each) => 'polygon' in each).length >= MAX_AREAS)
    return `All sources together have ${MAX_AREAS} drawn areas, which is the most there may be.`
  return null
}

/** How many it has with the new one. */
export function addPlace(index: number, place: Place, name = `Add place to ${titleOf(index)}`): number {
  editSource(index, name, (source) => tidy({ ...source, places: [...source.places ?? [], place] }))
  const count = state.selection.peek().sources[index]!.places!.length
  choose(index, count - 1)
  return count
}
/** "Trumpet, place 1" */
export const placeTitle = (index: number, at: number): string => `${titleOf(index)}, place ${at + 1}`

export function changePlace(index: number, at: number, place: Place, name = `Move ${placeTitle(index, at)}`, joins = false): void {
  editSource(index, name, (source) => ({ ...source, places: replaced(source.places, at, place) }), joins)
}
export function removePlace(index: number, at: number): void {
  editSource(index, `Remove place from ${titleOf(index)}`, (source) => tidy({ ...source, places: without(source.places, at) }))
  choose(index)
}
