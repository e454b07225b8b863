// A preset that grows: what was learned joins what it holds already, in the same analysis. A source of the same name is
// replaced, because whoever learns "voice" again wants the new one.

import { dictionarySources } from '../worklet/dictionary.ts'
import type { Selection } from '../worklet/selection.ts'
import { MAX_ATOMS, groupBySource, type Preset } from './preset.ts'

/**
 * The preset with what the other knows, which of its sources were replaced, and whether it lost its head, which was taught without
 * this company. Settings, texts and head of the other win where it has them.
 */
export function grown(preset: Preset, { dictionary: { atoms, spectra, divergence }, settings, learned, name, description, head: brought }: Preset): { preset: Preset; replaced: string[]; beheaded: boolean } {
  const { dictionary } = preset
  const added = dictionarySources(atoms)
  const replaced = dictionarySources(dictionary.atoms).filter((source) => added.includes(source))
  const kept = dictionary.atoms.map((atom, i) => ({ atom, i })).filter(({ atom }) => !replaced.includes(atom.source))
  if (kept.length + atoms.length > MAX_ATOMS)
    throw new RangeError(`atoms: expected at most ${MAX_ATOMS} in all, got ${kept.length} in the preset and ${atoms.length} more`)
  const bins = spectra.length / atoms.length
  const all = new Float32Array((kept.length + atoms.length) * bins)
  kept.forEach(({ i }, row) => all.set(dictionary.spectra.subarray(i * bins, (i + 1) * bins), row * bins))
  all.set(spectra, kept.length * bins)
  // a judge of notes looks at notes alone; one of masks has never seen the new source
  const head = brought ?? (preset.head?.kind === 'notes' && replaced.length === 0 ? preset.head : null)
  return {
    preset: {
      ...preset, ...(name !== undefined && { name }), ...(description !== undefined && { description }),
      dictionary: {
        ...dictionary, ...groupBySource([...kept.map(({ atom }) => atom), ...atoms], all), divergence,
      },
      settings: { ...preset.settings, ...settings },
      head,
      selection: preset.selection && withSources(preset.selection, added),
      learned: {
        ...preset.learned, ...learned,
        method: preset.learned.method === learned.method ? learned.method : `${preset.learned.method}, ${learned.method}`,
        files: [...preset.learned.files, ...learned.files],
        licences: [...new Set([...preset.learned.licences, ...learned.licences])],
        command: `${preset.learned.command} && ${learned.command}`,
      },
    },
    replaced,
    beheaded: preset.head !== null && head === null,
  }
}

/** What a selection does not name would go to the rest. */
function withSources(selection: Selection, names: readonly string[]): Selection {
  const named = selection.sources.flatMap(({ atoms = [] }) => atoms)
  const missing = names.filter((name) => !named.includes(name))
  return { ...selection, sources: [...selection.sources, ...missing.map((name) => ({ name, atoms: [name] }))] }
}
