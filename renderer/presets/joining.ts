// A preset's sources added to the mix that is open: its spectra are fitted to the analysis of the preset in play, which
// stays what it is otherwise. What does not fit says why.

import { binCount, dictionarySources, fitSpectra } from '../../worklet/dictionary.ts'
import type { Atom, Dictionary } from '../../worklet/dictionary.ts'
import { MAX_SOURCES } from '../../worklet/selection.ts'
import type { SelectedSource, Selection } from '../../worklet/selection.ts'
import { grown } from '../../presets/growing.ts'
import { MAX_ATOMS } from '../../presets/preset.ts'
import type { Preset } from '../../presets/preset.ts'
import { capital } from '../format.ts'

export interface Joined {
  readonly preset: Preset
  readonly selection: Selection
  /** What changes beside the new sources, as sentences. */
  readonly notes: readonly string[]
}

/** Atoms under a name that the preset in play does not use yet: two pianos are two sources. */
function renamed(atoms: readonly Atom[], taken: readonly string[]): Atom[] {
  const names = new Map<string, string>()
  for (const source of dictionarySources(atoms)) {
    let name = source
    for (let n = 2; taken.includes(name) || [...names.values()].includes(name); n++) name = `${source} ${n}`
    names.set(source, name)
  }
  return atoms.map(({ source, pitch }) => ({ source: names.get(source)!, pitch }))
}

/**
 * As a window `times` shorter would have shown them: every bin the mean of its neighbours. Fitting reads single bins, and would step
 * over partials that stand between two of the coarser ones.
 */
function blurred({ spectra, fftSize, ...dictionary }: Dictionary, times: number): Dictionary {
  const bins = binCount(fftSize)
  const reach = Math.floor(times / 2)
  const wide = spectra.map((_, i) => {
    const bin = i % bins
    let sum = 0
    for (let near = Math.max(0, bin - reach); near <= Math.min(bins - 1, bin + reach); near++) sum += spectra[i - bin + near]!
    return sum
  })
  return { ...dictionary, fftSize, spectra: wide }
}

/** More than this apart, two windows show the same sound differently. */
const APART = 1.5

/** `into`: the source that its spectra are to explain; null: each of its sources becomes one of the mix. Or why it does not fit. */
export function join(base: Preset, other: Preset, selection: Selection, into: number | null): Joined | string {
  const { dictionary } = base
  const title = capital(other.name ?? 'this preset')
  if (other.dictionary.atoms.length === 0) return `${title} holds no spectra to add.`
  const count = dictionary.atoms.length + other.dictionary.atoms.length
  if (count > MAX_ATOMS) return `Together they would have ${count} atoms; a preset has at most ${MAX_ATOMS}.`
  const window = ({ fftSize, sampleRate }: Dictionary): number => fftSize / sampleRate
  const times = window(other.dictionary) / window(dictionary)
  const { spectra, bins, known } = fitSpectra(times > APART ? blurred(other.dictionary, times) : other.dictionary, dictionary.fftSize, dictionary.sampleRate)
  const lost = other.dictionary.atoms.findIndex((_, i) => spectra.subarray(i * bins, (i + 1) * bins).every((x) => x === 0))
  if (lost >= 0)
    return `${title} has spectra that lie above ${Math.round(dictionary.sampleRate / 2)} Hz, where ${capital(base.name ?? 'the preset in play')} ends: use it alone.`
  const atoms = renamed(other.dictionary.atoms, dictionarySources(dictionary.atoms))
  const added = dictionarySources(atoms)
  const newSources: SelectedSource[] = into === null ? added.map((source) => ({ name: freeName(source, selection), atoms: [source] })) : []
  if (selection.sources.length + newSources.length > MAX_SOURCES)
    return `That would be ${selection.sources.length + newSources.length} sources; there may be ${MAX_SOURCES}.`
  const { preset } = grown({ ...base, selection: null }, {
    ...other, dictionary: { ...other.dictionary, atoms, spectra, divergence: dictionary.divergence }, settings: {}, head: null,
    name: `${capital(base.name ?? 'Preset')} + ${title}`, description: `${capital(base.name ?? 'A preset')} with the sources of ${title}.`,
  })
  const milliseconds = (seconds: number): string => `${Math.round(1000 * seconds)} ms`
  return {
    preset,
    selection: {
      mask: selection.mask,
      sources: into === null ? [...selection.sources, ...newSources] : selection.sources.map((source, k) => (k === into ? { ...source, atoms: added } : source)),
    },
    notes: [
      ...(known < bins ? [`It knows nothing above ${Math.round(other.dictionary.sampleRate / 2)} Hz.`] : []),
      ...(times > APART || times < 1 / APART
        ? [`It was learned through windows of ${milliseconds(window(other.dictionary))}, and is heard here through ${milliseconds(window(dictionary))}: it will fit less well than alone.`] : []),
      ...(base.head && !preset.head ? [`The head of ${capital(base.name ?? 'the preset in play')} was taught without this company, and is left out.`] : []),
    ],
  }
}

function freeName(wanted: string, { sources }: Selection): string {
  let name = wanted
  for (let n = 2; sources.some((source) => source.name === name); n++) name = `${wanted} ${n}`
  return name
}
