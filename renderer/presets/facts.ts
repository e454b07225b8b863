// What a person wants to know of a preset before using it: what it is for, on whose terms, and the words by which it is found.

import { dictionarySources } from '../../worklet/dictionary.ts'
import type { Dictionary } from '../../worklet/dictionary.ts'
import type { Preset } from '../../presets/preset.ts'
import { capital } from '../format.ts'

/** What it is for, as people sort them. */
export const kinds = ['Voices', 'Instruments', 'Notes', 'Places'] as const
export type Kind = (typeof kinds)[number]

const SPOKEN = /voice|speech|singer|vocal|talk/i

export function kindOf({ dictionary: { atoms }, head }: Pick<Preset, 'dictionary' | 'head'>): Kind {
  if (atoms.length === 0) return 'Places'
  if (head?.kind === 'notes') return 'Notes'
  return dictionarySources(atoms).every((source) => SPOKEN.test(source)) ? 'Voices' : 'Instruments'
}

/** From what asks for nothing to what nobody has said. */
export const terms = {
  free: 'CC0, public domain',
  credit: 'CC BY',
  limited: 'Other terms',
  none: 'None named',
} as const
export type Terms = keyof typeof terms

const FREE = /^(cc0|public domain|pd\b|unlicense)/i
const CREDIT = /^cc[ -]by(?![ -](nc|nd|sa))/i

const termsOf = (licence: string): Terms => (FREE.test(licence) ? 'free' : CREDIT.test(licence) ? 'credit' : 'limited')

/** One text may hold several licences, parted by semicolons, as the files of SOURCES.md name them. */
export const licencesOf = ({ learned }: Pick<Preset, 'learned'>): string[] =>
  learned.licences.flatMap((text) => text.split(/;\s*/)).map((text) => text.trim()).filter((text) => text !== '')

/** Of all recordings together: the narrowest. What was learned from no recording is free. */
export function termsOfAll(preset: Pick<Preset, 'learned'>): Terms {
  const all = licencesOf(preset).map(termsOf)
  if (all.length === 0) return preset.learned.files.length === 0 ? 'free' : 'none'
  return (['limited', 'credit', 'free'] as const).find((each) => all.includes(each))!
}

/** What follows for whoever uses it. The sound that is separated is the user's own; terms are those of the preset's recordings. */
export const yourUse: Readonly<Record<Terms, string>> = {
  free: 'Any use. What you export needs no credit; passing the preset on needs none either.',
  credit: 'Any use. What you export needs no credit; whoever gets the preset must get these names with it.',
  limited: 'As the licences below say. Read them before you pass the preset on.',
  none: 'Yours, if the recordings are. Name a licence before you pass it on.',
}

/** The short name of its terms for a badge: "CC0", "CC BY", "CC0, CC BY". */
export function badgeOf(preset: Pick<Preset, 'learned'>): string {
  const names = licencesOf(preset).map((text) => /^(CC0|CC[ -]BY(?:-[A-Z]{2})*|Public domain)/i.exec(text)?.[1]?.replace('CC-BY', 'CC BY') ?? 'Other')
  if (names.length === 0) return preset.learned.files.length === 0 ? 'No recordings' : 'No licence'
  return [...new Set(names)].slice(0, 2).join(', ') + (new Set(names).size > 2 ? ' …' : '')
}

const counted = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`

/** "Piano, bass and 4 more; 203 atoms". */
export function contentsOf({ atoms }: Pick<Dictionary, 'atoms'>): string {
  if (atoms.length === 0) return 'No spectra: places and paint alone'
  const sources = dictionarySources(atoms).map(capital)
  const named = sources.length > 3 ? `${sources.slice(0, 2).join(', ')} and ${sources.length - 2} more` : sources.join(', ')
  return `${named}; ${counted(atoms.length, 'atom')}`
}

/** Every word of the question must occur somewhere in what is known of the preset. */
export function matches(question: string, name: string, { description = '', dictionary: { atoms }, learned }: Preset): boolean {
  const text = [name, description, ...dictionarySources(atoms), ...learned.licences, ...learned.files, learned.method].join('\n').toLowerCase()
  return question.toLowerCase().split(/\s+/).every((word) => text.includes(word))
}

/** The lowest (null: the lowest heard) and the highest frequency at which its spectra hold anything within 40 dB of their strongest; null for none. */
export function reachOf({ atoms, spectra, sampleRate, fftSize }: Dictionary): { readonly from: number | null; readonly to: number } | null {
  if (atoms.length === 0) return null
  const mean = meanSpectrum({ atoms, spectra })
  const least = Math.max(...mean) * 1e-2
  const from = mean.findIndex((x) => x >= least) * sampleRate / fftSize
  const to = mean.findLastIndex((x) => x >= least) * sampleRate / fftSize
  return { from: from > LOWEST_HEARD ? from : null, to }
}

const LOWEST_HEARD = 30 // Hz

export function meanSpectrum({ atoms, spectra }: Pick<Dictionary, 'atoms' | 'spectra'>): Float32Array {
  const bins = spectra.length / Math.max(1, atoms.length)
  const mean = new Float32Array(bins)
  for (let i = 0; i < spectra.length; i++) mean[i % bins]! += spectra[i]! / atoms.length
  return mean
}
