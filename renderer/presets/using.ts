// What can be done with a preset of the list: used alone, added to the mix, kept, renamed, saved, brought in, forgotten.

import { readPreset, writePreset } from '../../presets/preset.ts'
import type { Preset } from '../../presets/preset.ts'
import { choose as choosePreset } from '../actions.ts'
import * as engine from '../engine.ts'
import { safeName } from '../file-names.ts'
import { capital } from '../format.ts'
import { step } from '../history.ts'
import { host, presetFiles, readFile } from '../host.ts'
import { freeName, keepPreset, renameKept } from '../kept-presets.ts'
import { forgetForGood, wrongName } from '../live/kept.ts'
import { sentence } from '../saying.ts'
import { state } from '../state.ts'
import { keepTrying, hush, stopTrying, trying } from './hearing.ts'
import { join } from './joining.ts'
import type { Joined } from './joining.ts'
import { forgetRead, library, playedId, readAll } from './library.ts'
import type { Entry } from './library.ts'
import { playedPreset, withLicence } from './played.ts'

export function closeLibrary(): void {
  void stopTrying()
  hush()
  library.open.value = false
}

const done = (text: string): void => { library.remark.value = { tone: 'note', text } }
async function within(work: () => Promise<unknown>): Promise<void> {
  library.remark.value = null
  try {
    await work()
  } catch (error) {
    library.remark.value = { tone: 'danger', text: sentence(error) }
  }
}

/** In place of the one in play. */
export const use = ({ id, read }: Entry): Promise<void> => within(async () => {
  if (!read) return
  if (trying.peek() === id) await keepTrying()
  else {
    await stopTrying()
    await choosePreset(read.chosen)
  }
  closeLibrary()
})

/** What would come of adding it, or why it cannot be; null where there is nothing to add to. */
export function joinedWith({ id, name, read }: Entry, into: number | null): Joined | string | null {
  const base = state.preset.value
  return read && base && playedId.value !== id ? join({ ...base.preset, name: base.preset.name ?? base.name }, { ...read.chosen.preset, name }, state.selection.value, into) : null
}

export const add = (entry: Entry, into: number | null): Promise<void> => within(async () => {
  await stopTrying()
  const joined = joinedWith(entry, into)
  if (joined === null || typeof joined === 'string') throw new Error(joined ?? 'Open a preset first: there is nothing to add this to.')
  const { preset, selection } = joined
  const chosen = { name: preset.name ?? entry.name, preset }
  const title = into === null ? `Add ${capital(entry.name)}` : `Use ${capital(entry.name)} for ${capital(selection.sources[into]!.name)}`
  await engine.change(chosen, state.settings.peek(), selection, () => step(title, () => {
    state.preset.value = chosen
    state.selection.value = selection
  }))
  closeLibrary()
})

/** The preset in play is saved as it is turned; another as it was read. */
const asSaved = (entry: Entry, licence: string): Preset | null =>
  (playedId.peek() === entry.id ? playedPreset(licence) : entry.read && withLicence(entry.read.chosen.preset, licence))

export const saveAs = (entry: Entry, licence: string): Promise<void> => within(async () => {
  const preset = asSaved(entry, licence)
  if (preset && await host().saveFile(`${safeName(entry.name)}.preset`, presetFiles, writePreset({ ...preset, name: entry.name }).buffer))
    done(`${entry.name} is saved.`)
})

/** A copy on this machine, under a name that nothing has yet. */
export const keepCopy = (entry: Entry, licence: string): Promise<void> => within(async () => {
  const preset = asSaved(entry, licence)
  if (!preset) return
  const kept = await keepPreset({ ...preset, name: freeName(entry.name) })
  library.at.value = `kept:${kept.kept}`
  await readAll()
  done(`${kept.name} is kept on this machine.`)
})

const numberOf = ({ id }: Entry): number => Number(id.slice('kept:'.length))

/** Why it cannot have this name, or null. */
export async function rename(entry: Entry, name: string): Promise<string | null> {
  const wrong = wrongName(numberOf(entry), name)
  if (wrong === null) await within(async () => {
    await renameKept(numberOf(entry), name.trim())
    forgetRead(entry.id)
    await readAll()
  })
  return wrong
}

export const forget = (entry: Entry): Promise<void> => within(async () => {
  await stopTrying()
  await forgetForGood(numberOf(entry))
  forgetRead(entry.id)
  done(`${entry.name} is forgotten.`)
})

/** Comes to stay on this machine; one that cannot be read says why and leaves everything as it was. */
export const bringIn = (name: string, bytes: ArrayBuffer): Promise<void> => within(async () => {
  const preset = readPreset(new Uint8Array(bytes), name)
  const kept = await keepPreset({ ...preset, name: freeName(preset.name ?? capital(name.replace(/\.preset$/i, ''))) })
  library.group.value = 'all'
  library.question.value = ''
  library.at.value = `kept:${kept.kept}`
  await readAll()
  done(`${kept.name} is kept on this machine now.`)
})

export const bringInFile = (): Promise<void> => within(async () => {
  const file = await host().openFile(presetFiles)
  if (file) await bringIn(file.name, file.bytes)
})

/** Each for itself: the first that cannot be read says why, and the others still come. */
export async function bringInDropped(files: readonly File[]): Promise<void> {
  let wrong: typeof library.remark.value = null
  for (const file of files) {
    await within(async () => {
      if (!file.name.toLowerCase().endsWith('.preset')) throw new TypeError(`${file.name}: expected a preset (NAME.preset). Close the presets to open a sound.`)
      const { name, bytes } = await readFile(file)
      await bringIn(name, bytes)
    })
    if (library.remark.peek()?.tone === 'danger') wrong ??= library.remark.peek()
  }
  if (wrong) library.remark.value = wrong
}
