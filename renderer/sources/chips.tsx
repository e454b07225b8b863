// What a source claims by, as chips: the dictionary's sources that may explain it, its places, what is painted. Each leads
// to where that can be changed.

import { dictionarySources } from '../../worklet/dictionary.ts'
import { FREE } from '../../worklet/selection.ts'
import type { SelectedSource } from '../../worklet/selection.ts'
import { openMenu } from '../controls/popup.ts'
import type { Item } from '../controls/popup.ts'
import { choose, explainBy } from '../editing.ts'
import { capital } from '../format.ts'
import { Icon } from '../icons.tsx'
import { painting } from '../painting/state.ts'
import { showField } from '../side.tsx'
import { view, within } from '../spectrogram/view.ts'
import { state } from '../state.ts'

const some = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`

const dictionary = () => state.preset.value?.preset.dictionary.atoms ?? []
const countOf = (name: string): number => dictionary().filter(({ source }) => source === name).length

export function noteOf(source: SelectedSource): string {
  const atoms = source.atoms?.reduce((sum, name) => sum + countOf(name), 0) ?? 0
  const parts = [
    ...(source.atoms?.length ? [`${some(atoms, 'atom')}${source.atoms.includes(FREE) ? ' and free ones' : ''}`] : []),
    ...(source.places?.length ? [some(source.places.length, 'place')] : []),
    ...(source.painted?.length ? [`${source.painted.length} painted`] : []),
  ]
  return parts.join(', ') || (source.atoms ? 'nothing yet' : 'everything')
}

function explanations(index: number): readonly Item[] {
  const { atoms = [] } = state.selection.value.sources[index] ?? {}
  const turn = (name: string) => (): void => explainBy(index, atoms.includes(name) ? atoms.filter((each) => each !== name) : [...atoms, name])
  return [
    ...dictionarySources(dictionary()).map((name): Item => ({ label: capital(name), note: some(countOf(name), 'atom'), checked: atoms.includes(name), stays: true, run: turn(name) })),
    { label: 'Free atoms', note: 'learned as it plays', checked: atoms.includes(FREE), stays: true, run: turn(FREE), hint: 'What the dictionary does not know, where the setting “Free atoms” is above 0.' },
    { label: 'None of them', disabled: atoms.length === 0, run: () => explainBy(index, []), hint: 'It claims by its places and by what is painted, whatever it sounds like.' },
  ]
}

/** Selects what is painted into a source, and brings it into sight. */
function showPainted(index: number): void {
  const { painted = [] } = state.selection.peek().sources[index]!
  const input = state.input.peek()
  choose(index)
  painting.tool.value = 'point'
  painting.selected.value = { source: index, areas: painted.map((_, i) => i) }
  const corners = painted.flatMap(({ polygon }) => polygon)
  if (input.kind !== 'file' || corners.length === 0) return
  const seconds = corners.map(([at]) => at)
  const [first, last] = [Math.min(...seconds), Math.max(...seconds)]
  const now = view.peek()
  if (first < now.from || last > now.from + now.seconds)
    view.value = within({ ...now, seconds: Math.max(now.seconds, 1.1 * (last - first)), from: first - 0.05 * (last - first) }, input.seconds)
  document.querySelector<HTMLElement>('.painting')?.focus()
}

export const Chips = ({ index, source }: { readonly index: number; readonly source: SelectedSource }) => {
  const { atoms, places = [], painted = [] } = source
  const count = atoms?.reduce((sum, name) => sum + countOf(name), 0) ?? 0
  const free = atoms?.includes(FREE) ?? false
  const text = count > 0 ? `${some(count, 'atom')}${free ? ' + free' : ''}` : free ? 'free atoms' : places.length || painted.length ? 'no atoms' : atoms ? 'nothing yet' : 'everything'
  const title = capital(source.name)
  return (
    <>
      <button type="button" class="claim" aria-haspopup="menu" aria-label={`${title}: ${text}, explained by…`} title={`Which of the dictionary’s sources may explain ${title}: ${atoms?.join(', ') || 'none'}`}
        onClick={(event) => openMenu(event.currentTarget, `What may explain ${title}`, () => explanations(index))}><Icon name="atoms" size={12} />{text}</button>
      {places.length > 0 && <button type="button" class="claim" aria-label={`${title}: ${some(places.length, 'place')}, shown in the field`} title="Show it in the stereo field"
        onClick={() => { choose(index, 0); showField() }}><Icon name="point" size={12} />{some(places.length, 'place')}</button>}
      {painted.length > 0 && <button type="button" class="claim" aria-label={`${title}: ${painted.length} painted, shown in the spectrogram`} title="Select it in the spectrogram"
        onClick={() => showPainted(index)}><Icon name="brush" size={12} />{painted.length} painted</button>}
    </>
  )
}
