// What a window left that ended without saving: offered on the start page, brought back whole, or thrown away.

import { signal } from '@preact/signals'
import { sentence, show } from '../saying.ts'
import { state } from '../state.ts'
import type { Action } from '../state.ts'
import { takeOver } from './autosave.ts'
import type { Kept } from './autosave.ts'
import { all, remove } from './database.ts'
import { unsettle } from './dirty.ts'
import { hasLocks, held } from './locks.ts'
import { findSound } from './missing.ts'
import { readSession } from './reading.ts'
import { adopt, openLive, prepare } from './restoring.ts'
import { session } from './state.ts'

/** The newest first. */
const left = signal<readonly Kept[]>([])

/** Saved ones are forgotten; those of windows that are open are theirs. */
export async function lookForLeft(): Promise<void> {
  if (!hasLocks()) return
  const rows = await all<Kept>('autosaves').catch(() => [])
  const theirs = await held()
  const orphans = rows.filter(({ id }) => !theirs.has(id))
  left.value = orphans.filter((row) => row.dirty).sort((a, b) => b.at - a.at)
  for (const { id, dirty } of orphans) if (!dirty) await remove('autosaves', id).catch(() => {})
}

async function goOn(row: Kept): Promise<void> {
  try {
    if (!await takeOver(row.id)) {
      show('note', 'Another window goes on with this.', 'Nothing was changed.')
      return void await lookForLeft()
    }
    left.value = left.peek().filter(({ id }) => id !== row.id)
    const name = row.file?.name ?? 'What was kept'
    const ready = await prepare(readSession(row.text, name), name)
    await adopt(ready)
    session.file.value = row.file
    unsettle()
    if (ready.document.live) await openLive(ready.document.live, ready.document.view.screen)
    else await findSound(ready.document, row.sound?.where, row.file?.where)
  } catch (error) {
    show('danger', `It could not be brought back: ${sentence(error)}`, 'It is still kept on this machine.')
  }
}

async function discard(row: Kept): Promise<void> {
  left.value = left.peek().filter(({ id }) => id !== row.id)
  await remove('autosaves', row.id).catch((error: unknown) => show('warn', sentence(error), 'It is still kept on this machine.'))
}

const when = (at: number): string => {
  const date = new Date(at)
  const time = date.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })
  return date.toDateString() === new Date().toDateString() ? `today ${time}` : `${date.toLocaleDateString([], { day: 'numeric', month: 'short' })} ${time}`
}

export interface Offer { readonly what: string; readonly details: string; readonly actions: readonly Action[] }

/** For the start page; null: nothing was left. */
export function offer(): Offer | null {
  const [row] = left.value
  if (!row || state.input.value.kind !== 'none' || state.missing.value) return null
  const { sources, at, file, sound } = row
  const name = file?.name ?? sound?.name ?? 'a session'
  return {
    what: 'Go on where you stopped.',
    details: `“${name}”, ${sources} ${sources === 1 ? 'source' : 'sources'}, ${when(at)}. It was not saved.`,
    actions: [{ label: 'Go on', run: () => void goOn(row) }, { label: 'Discard', run: () => void discard(row) }],
  }
}
