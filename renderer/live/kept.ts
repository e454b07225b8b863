// The voices that are kept on this machine: chosen, renamed, saved, forgotten.

import { choose, choosePreset, suitedName } from '../actions.ts'
import { host, presetFiles } from '../host.ts'
import { forgetKept, keptBytes, listKept, readKept, renameKept } from '../kept-presets.ts'
import { safeName } from '../file-names.ts'
import { dismissBanner, sentence, show, soundGoesOn } from '../saying.ts'
import { state } from '../state.ts'

/** The name of the shipped preset for anyone's voice. */
export const speaksLike = (): string | undefined => suitedName('microphone')?.replace(/\.preset$/, '')

async function trying(work: () => Promise<unknown>): Promise<void> {
  try {
    await work()
  } catch (error) {
    show('danger', sentence(error), soundGoesOn(), { label: 'Try again', run: () => { dismissBanner(); void trying(work) } })
  }
}

export const listVoices = (): Promise<void> => listKept().catch(() => {}) // a browser that keeps nothing says so when it is asked to

/** What is turned stays as it is: another voice, the same room. */
export const useVoice = (id: number): Promise<void> => trying(async () => {
  const chosen = await readKept(id)
  await choose(chosen, `Voice ${chosen.name}`, true)
})

export const saveVoice = (id: number): Promise<void> => trying(async () => {
  const { name, bytes } = await keptBytes(id)
  await host().saveFile(`${safeName(name)}.preset`, presetFiles, bytes)
})

/** Why it cannot have this name, or null. */
export function wrongName(id: number, text: string): string | null {
  const name = text.trim()
  if (name.length < 1 || name.length > 80) return 'expected a name of 1 to 80 characters'
  if (state.kept.peek().some((kept) => kept.id !== id && kept.name.toLowerCase() === name.toLowerCase())) return 'expected a name that no other voice has'
  return null
}

/** Where it is in use, anyone's voice takes its place. Throws where it cannot be forgotten: every screen says so in its own way. */
export async function forgetForGood(id: number): Promise<void> {
  const universal = suitedName('microphone')
  if (state.preset.peek()?.kept === id && universal) await choosePreset(universal, true)
  await forgetKept(id)
}

/** Why it cannot have this name, or null when it has it now. */
export async function renameVoice(id: number, text: string): Promise<string | null> {
  const wrong = wrongName(id, text)
  if (wrong === null) await trying(() => renameKept(id, text.trim()))
  return wrong
}

export const forgetVoice = (id: number): Promise<void> => trying(() => forgetForGood(id))
