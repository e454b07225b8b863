// Which presets know notes, and the choice among them: the shipped instruments, what a person has opened or tuned, and the
// preset in play where its atoms have pitches.

import { batch } from '@preact/signals'
import { initialNoteSettings, noteParameters } from '../../worklet/parameters.ts'
import type { NoteSettings } from '../../worklet/parameters.ts'
import type { Preset } from '../../presets/preset.ts'
import { loadPreset, readChosen } from '../assets.ts'
import { capital } from '../format.ts'
import { step } from '../history.ts'
import { host, presetFiles } from '../host.ts'
import { listKept, readKept } from '../kept-presets.ts'
import { notes } from './state.ts'
import { state } from '../state.ts'
import type { ChosenPreset } from '../state.ts'

/** How the names of shipped presets begin that are instruments. */
const INSTRUMENTS = ['piano', 'guitar']

/** Of one source of the dictionary, or of any. */
export const hasPitches = ({ dictionary }: Preset, source: string | null = null): boolean =>
  dictionary.atoms.some((atom) => atom.pitch !== null && (source === null || atom.source === source))

export const shippedInstruments = (): readonly string[] => state.presets.value.filter((name) => INSTRUMENTS.some((start) => name.startsWith(start)))
export const titleOf = ({ name, preset }: ChosenPreset): string => capital(preset.name ?? name)
/** The preset in play, where it can play notes. */
export const inPlay = (): ChosenPreset | null => (state.preset.value && hasPitches(state.preset.value.preset) ? state.preset.value : null)

const settingsOf = ({ settings }: Preset): NoteSettings => {
  const own = Object.fromEntries(noteParameters.flatMap(({ name }) => (settings[name] === undefined ? [] : [[name, settings[name]]])))
  return { ...initialNoteSettings(), timing: notes.settings.peek().timing, ...own }
}

/** What is there before anybody has chosen. */
const give = (chosen: ChosenPreset): void => batch(() => {
  notes.problem.value = null
  notes.preset.value = chosen
  notes.settings.value = settingsOf(chosen.preset)
})
const use = (chosen: ChosenPreset): void => step(`Notes of ${titleOf(chosen)}`, () => give(chosen))

export function useOwn(chosen: ChosenPreset): void {
  if (!notes.own.peek().includes(chosen)) notes.own.value = [...notes.own.peek().filter(({ name }) => name !== chosen.name), chosen]
  use(chosen)
}

const fail = (error: unknown): void => {
  const text = error instanceof Error ? error.message : String(error)
  notes.problem.value = /[.!?]$/.test(text) ? text : text + '.'
}

let asked = 0
/** The last of several wishes holds. */
async function load(work: () => Promise<ChosenPreset | null>, then: (chosen: ChosenPreset) => void): Promise<void> {
  const mine = ++asked
  notes.problem.value = null
  try {
    const chosen = await work()
    if (chosen && mine === asked) then(chosen)
  } catch (error) {
    if (mine === asked) fail(error)
  }
}

export const useShipped = (name: string): Promise<void> => load(() => loadPreset(name), use)
export const useInPlay = (): void => { if (inPlay()) use(inPlay()!) }

export const openNotePreset = (): Promise<void> => load(async () => {
  const file = await host().openFile(presetFiles)
  return file && readChosen(new Uint8Array(file.bytes), file.name)
}, (chosen) => {
  if (hasPitches(chosen.preset)) useOwn(chosen)
  else fail(`${chosen.name}: expected a preset whose atoms have pitches, got one without: tune to your instrument, or make one with \`winnow learn --notes\``)
})

/** Instruments that were kept on this machine; a voice that was learned here is none. */
async function findKept(): Promise<void> {
  await listKept()
  for (const { id } of state.kept.peek()) {
    if (notes.own.peek().some(({ kept }) => kept === id)) continue
    const chosen = await readKept(id)
    if (hasPitches(chosen.preset)) notes.own.value = [...notes.own.peek(), chosen]
  }
}

/** Before the first note: an instrument that is shipped, the piano first, else the preset in play if it can. */
export async function ensureNotePreset(): Promise<void> {
  if (notes.preset.peek()) return
  await findKept().catch(() => {}) // a browser that keeps nothing has nothing kept
  if (notes.preset.peek()) return
  const first = [...shippedInstruments()].sort((a, b) => INSTRUMENTS.findIndex((start) => a.startsWith(start)) - INSTRUMENTS.findIndex((start) => b.startsWith(start)))[0]
  if (first) await load(() => loadPreset(first), give)
  else if (inPlay()) give(inPlay()!)
  else fail('There is no preset with pitches beside this page: tune to your instrument, or open a preset')
}
