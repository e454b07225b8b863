// What a person can do, each as one function: it asks the engine, and changes the state when the engine has done it.
// A wish that fails leaves what sounds as it is, and says what happened.

import { batch } from '@preact/signals'
import { initialSettings, parameters } from '../worklet/parameters.ts'
import type { Settings } from '../worklet/parameters.ts'
import { loadPreset, presetNames, readChosen } from './assets.ts'
import * as engine from './engine.ts'
import type { Session } from './engine-session.ts'
import { FALLBACK_NOTE } from './fallback.ts'
import { fileFeed } from './feed-file.ts'
import type { FileFeed } from './feeds.ts'
import { capital } from './format.ts'
import { step } from './history.ts'
import { host, presetFiles, readFile, selectionFiles } from './host.ts'
import type { OpenedFile, OpenedSound } from './host.ts'
import { readKept } from './kept-presets.ts'
import { openRecording } from './recording/decode.ts'
import { rangeOf } from './recording/source.ts'
import { expectedSeconds, showRecording } from './recording/state.ts'
import { remembered } from './remembered.ts'
import { dismissBanner, loading, sentence, show, soundGoesOn } from './saying.ts'
import { fingerprint } from './session/fingerprint.ts'
import { openSessionFile } from './session/files.ts'
import { session } from './session/state.ts'
import type { Where } from './session/where.ts'
import { selectionOf } from './separation.ts'
import { measured, set, state } from './state.ts'
import type { ChosenPreset } from './state.ts'

/** What a preset says, the rest of the table as it starts; what belongs to the listener rather than the preset stays. */
const settingsOf = ({ preset }: ChosenPreset): Settings => {
  const { bypass, level } = state.settings.value
  return { ...initialSettings(), level, ...preset.settings, bypass }
}

/** What a preset's places have learned joins what is known. */
function bring({ preset: { covariances } }: ChosenPreset): void {
  if (covariances) state.covariances.value = { ...state.covariances.peek(), ...covariances }
}

function adopt(chosen: ChosenPreset, settings = settingsOf(chosen)): void {
  batch(() => {
    bring(chosen)
    state.preset.value = chosen
    state.settings.value = settings
    state.selection.value = selectionOf(chosen.preset)
    state.rest.value = { mute: false, solo: false }
    state.chosen.value = state.chosenPlace.value = null
  })
}

/** How the names of the shipped presets that suit an input begin. */
const suited = { microphone: ['speech', 'voice'], file: ['band'], notes: ['piano'] } as const

/** The shipped preset that suits an input. */
export const suitedName = (kind: keyof typeof suited): string | undefined =>
  state.presets.value.find((name) => suited[kind].some((start) => name.startsWith(start)))

/** The voice that was kept last; it may have been forgotten since. */
async function rememberedVoice(): Promise<ChosenPreset | null> {
  const { voice } = remembered()
  return voice === null ? null : readKept(voice).catch(() => null)
}

/** Before the first sound, unless a person brought one: the shipped preset that suits the input, else the first. */
export async function ensurePreset(kind: keyof typeof suited): Promise<void> {
  if (state.preset.value) return
  const names = state.presets.value.length ? state.presets.value : await presetNames()
  if (!names.length) throw new Error('presets/index.json: expected at least one preset beside the page')
  state.presets.value = names
  const chosen = (kind === 'microphone' ? await rememberedVoice() : null) ?? await loadPreset(suitedName(kind) ?? names[0]!)
  if (state.preset.value) return
  adopt(chosen)
  state.given.value = state.selection.value
  if (names.includes(PLACES_ALONE)) placesAlone ??= await loadPreset(PLACES_ALONE)
}

/** The preset without atoms. */
const PLACES_ALONE = 'field.preset'
let placesAlone: ChosenPreset | null = null

/** What a new sound is learned beside: the preset in play, or places alone where that one was given and nobody chose it. */
export function besideWhat(mayStartAfresh: boolean): { readonly base: ChosenPreset; readonly fresh: Settings | null } {
  const given = state.given.peek() !== null && state.given.peek() === state.selection.peek()
  if (mayStartAfresh && given && placesAlone) return { base: placesAlone, fresh: settingsOf(placesAlone) }
  return { base: state.preset.peek()!, fresh: null }
}

/** Part of the step that places the first point: who points before having chosen any preset wants no dictionary's sources beside it. */
export function startFromPlaces(): void {
  if (placesAlone && state.given.peek() !== null && state.given.peek() === state.selection.peek()) adopt(placesAlone)
}

export function opened(next: Session): void {
  measured.sampleRate.value = next.context.sampleRate
  if (!next.native) state.limits.value = [FALLBACK_NOTE]
  state.banner.value = null
}

const another = { label: 'Choose another file', run: () => void chooseSound() }

/** It plays as soon as its first seconds are there. `own`: a preset that belongs to this sound. False: it could not be opened, and the page says why. */
export async function openSound(file: OpenedSound | OpenedFile, own?: ChosenPreset): Promise<boolean> {
  const { name, where } = file
  const source = 'source' in file ? file.source : new Blob([file.bytes])
  try {
    await loading(`Reading ${name}`, async () => {
      if (own && state.input.peek().kind === 'none') adopt(own)
      else if (own) await choose(own)
      else await ensurePreset('file')
      const sound = await openRecording({ name, source })
      const print = await fingerprint(source.size, (from, to) => rangeOf(source, from, to))
      const { sampleRate, channels } = sound.recording.peek()
      const next = await engine.prepare(sampleRate).catch((error: unknown) => {
        sound.close()
        throw error
      })
      const feed = fileFeed(next.context, sound)
      await feed.ready.catch(async (error: unknown) => {
        feed.close()
        await engine.discard(next)
        throw error
      })
      await engine.open(next, feed, () => batch(() => {
        opened(next)
        state.input.value = { kind: 'file', name, seconds: expectedSeconds(sound), channels, rate: sound.made }
        session.sound.value = { input: state.input.value, print, ...(where !== undefined && { where }) }
        state.playing.value = true
        if (!state.missing.peek()) { // else a session has brought its own
          state.loop.value = null
          state.markers.value = []
        }
        showRecording(sound, another)
      }))
    })
    return true
  } catch (error) {
    show('danger', sentence(error), soundGoesOn(), another)
    return false
  }
}

export async function chooseSound(): Promise<void> {
  try {
    const file = await host().openSound()
    if (file) await openSound(file)
  } catch (error) {
    show('danger', sentence(error), soundGoesOn(), another)
  }
}

/** What a file is its name says. */
export async function openNamed(file: OpenedFile | OpenedSound): Promise<void> {
  const name = file.name.toLowerCase()
  if ('source' in file) return void await openSound(file)
  if (name.endsWith('.preset')) await openPreset(file.name, file.bytes)
  else if (name.endsWith('.winnow')) await openSessionFile(file)
  else await openSound(file)
}

/** One file dropped on the window: a preset, a session or a sound. `where`: the way back to it. */
export async function drop(file: File, where: Promise<Where | null> = Promise.resolve(null)): Promise<void> {
  try {
    const there = await where
    const way = there !== null && { where: there }
    if (/\.(preset|winnow)$/i.test(file.name)) await openNamed({ ...await readFile(file), ...way })
    else await openSound({ name: file.name, source: file, ...way })
  } catch (error) {
    show('danger', sentence(error), soundGoesOn(), file.name.toLowerCase().endsWith('.preset')
      ? { label: 'Choose another preset', run: () => void choosePresetFile() } : { label: 'Choose another file', run: () => void chooseSound() })
  }
}

export function seek(seconds: number): void {
  if (state.input.value.kind !== 'file') return
  (engine.currentFeed() as FileFeed | null)?.seek(seconds)
  measured.position.value = seconds
}

export const toggleBypass = (): void => set('bypass', state.settings.value.bypass ? 0 : 1)

/** `name`: of the step that it is. `asTurned`: what a person has turned stays, where the preset is of the same kind. */
export async function choose(chosen: ChosenPreset, name = `Preset ${capital(chosen.preset.name ?? chosen.name)}`, asTurned = false): Promise<void> {
  bring(chosen) // its separation starts with them
  const settings = (): Settings => (asTurned ? state.settings.peek() : settingsOf(chosen))
  await engine.change(chosen, settings(), selectionOf(chosen.preset), () => step(name, () => adopt(chosen, settings())))
}

/** The shipped preset for whoever speaks; where none is shipped, the one in play. */
export async function universalPreset(): Promise<ChosenPreset> {
  const name = suitedName('microphone')
  if (name) return loadPreset(name)
  if (!state.preset.value) throw new Error('presets/index.json: expected a preset for voices beside the page')
  return state.preset.value
}

export async function choosePreset(name: string, asTurned = false): Promise<void> {
  try {
    await loading(`Opening ${name}`, async () => choose(await loadPreset(name), undefined, asTurned))
  } catch (error) {
    show('danger', sentence(error), soundGoesOn(), { label: 'Try again', run: () => { dismissBanner(); void choosePreset(name, asTurned) } })
  }
}

async function openPreset(name: string, bytes: ArrayBuffer): Promise<void> {
  await loading(`Opening ${name}`, () => choose(readChosen(new Uint8Array(bytes), name)))
  if (state.input.value.kind === 'none') show('note', `${name} is ready.`, 'Open the microphone or a file to hear it.', { label: 'Open a file', run: () => void chooseSound() })
}

export async function choosePresetFile(): Promise<void> {
  try {
    const file = await host().openFile(presetFiles)
    if (file) await openPreset(file.name, file.bytes)
  } catch (error) {
    show('danger', sentence(error), soundGoesOn(), { label: 'Choose another preset', run: () => void choosePresetFile() })
  }
}

/** As `winnow separate --selection` reads it. */
export async function saveSelection(): Promise<void> {
  const bytes = new TextEncoder().encode(JSON.stringify(state.selection.value, null, 2) + '\n')
  try {
    await host().saveFile(`${state.preset.value?.name ?? 'winnow'}.selection.json`, selectionFiles, bytes.buffer)
  } catch (error) {
    show('danger', sentence(error), soundGoesOn(), { label: 'Try again', run: () => { dismissBanner(); void saveSelection() } })
  }
}

/** To what the preset says; what is compared stays. */
export function resetSettings(): void {
  const settings: Settings = { ...initialSettings(), ...state.preset.value?.preset.settings, bypass: state.settings.value.bypass }
  step('Reset the settings', () => { for (const { name } of parameters) set(name, settings[name]) })
}
