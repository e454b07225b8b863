// The session as the page starts it: everything that follows the state from then on.

import { effect } from '@preact/signals'
import { state } from '../state.ts'
import { startAutosave } from './autosave.ts'
import { dirty, followSaved, isOpen } from './dirty.ts'
import { followMissing } from './missing.ts'
import { followPorts } from './ports.ts'
import { startRecent } from './recent.ts'
import { lookForLeft } from './recovery.ts'
import { session } from './state.ts'

/** "● band.winnow – Winnow": the mark is for what no file holds. */
const title = (): string => {
  if (!isOpen()) return 'Winnow'
  const input = state.input.value
  const name = session.file.value?.name ?? state.missing.value?.name ?? (input.kind === 'none' ? '' : input.name)
  return `${dirty.value ? '● ' : ''}${name} – Winnow`
}

export async function startSession(): Promise<void> {
  startRecent()
  followSaved()
  followMissing()
  followPorts()
  effect(() => { document.title = title() })
  await startAutosave()
  await lookForLeft()
}
