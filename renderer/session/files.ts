// Sessions in files: saved where a person says and from then on in place, opened by every way in. What is there is replaced
// whole or not at all, and nothing that was not saved is lost without a question.

import { signal } from '@preact/signals'
import { host, pickerType, sessionFiles, wasCancelled } from '../host.ts'
import type { OpenedFile, SavedSession } from '../host.ts'
import { loading, sentence, show, soundGoesOn } from '../saying.ts'
import { state } from '../state.ts'
import type { Action } from '../state.ts'
import { dirty, markNow, settle } from './dirty.ts'
import { EXTENSION } from './document.ts'
import { findSound } from './missing.ts'
import { readSession } from './reading.ts'
import { noteRecent } from './recent.ts'
import { adopt, openLive, prepare } from './restoring.ts'
import { session } from './state.ts'
import { takeSession } from './taking.ts'
import { permitted } from './where.ts'
import type { Where } from './where.ts'
import { writeSession } from './writing.ts'

function suggested(): string {
  const input = state.input.peek()
  const name = session.file.peek()?.name ?? state.missing.peek()?.name ?? (input.kind === 'none' ? 'session' : input.name)
  return `${name.replace(/\.[^.]{1,5}$/, '') || 'session'}.${EXTENSION}`
}

/** The browser writes beside its place and renames on closing. */
async function writeTo(handle: FileSystemFileHandle, text: string): Promise<void> {
  const file = await handle.createWritable()
  try {
    await file.write(text)
    await file.close()
  } catch (error) {
    await file.abort().catch(() => {})
    throw error instanceof DOMException && error.name === 'QuotaExceededError' ? new Error('The disk is full') : error
  }
}

async function write(text: string, where: Where | undefined): Promise<SavedSession | null> {
  const { saveSession } = host()
  const name = suggested()
  const sound = session.sound.peek()?.where
  if (saveSession) return saveSession(name, text, typeof where === 'string' ? where : null, typeof sound === 'string' ? sound : null)
  if (!window.showSaveFilePicker) return await host().saveFile(name, sessionFiles, new TextEncoder().encode(text).buffer) ? { name } : null
  const known = typeof where === 'object' && await permitted(where, 'readwrite') ? where : null
  try {
    const handle = known ?? await window.showSaveFilePicker({ suggestedName: name, types: [pickerType(sessionFiles)] })
    await writeTo(handle, text)
    return { name: handle.name, where: handle }
  } catch (error) {
    if (wasCancelled(error)) return null
    throw error
  }
}

/** In place where it has one. True when it is saved. */
export async function saveSession(elsewhere = false): Promise<boolean> {
  const taken = takeSession()
  if (!taken) return false
  try {
    const mark = markNow()
    const saved = await write(writeSession(taken), elsewhere ? undefined : session.file.peek()?.where)
    if (!saved) return false
    session.file.value = saved
    settle(mark)
    question.value = null
    void noteRecent({ kind: 'session', name: saved.name, sources: taken.selection.sources.length, ...(saved.where !== undefined && { where: saved.where }) })
    return true
  } catch (error) {
    show('danger', `The session was not saved: ${sentence(error)}`, 'What was saved before is as it was, and your work is kept here.',
      { label: 'Save it elsewhere…', run: () => void saveSession(true) })
    return false
  }
}

export interface Question { readonly name: string; readonly actions: readonly Action[] }
/** Asked in a banner, so that what sounds goes on. */
export const question = signal<Question | null>(null)

/** Whatever would take the place of work that is not saved. */
export function unlessUnsaved(then: () => void): void {
  if (!dirty.peek()) return then()
  const input = state.input.peek()
  question.value = {
    name: session.file.peek()?.name ?? (input.kind === 'none' ? 'This session' : input.name),
    actions: [
      { label: 'Save', run: () => void saveSession().then((saved) => { if (saved) then() }) },
      { label: 'Discard', run: () => { question.value = null; then() } },
      { label: 'Cancel', run: () => { question.value = null } },
    ],
  }
}

async function open({ name, bytes, where }: OpenedFile): Promise<void> {
  try {
    const ready = await loading(`Opening ${name}`, () => prepare(readSession(new TextDecoder().decode(bytes), name), name))
    const { document, notes } = ready
    await adopt(ready)
    session.file.value = { name, ...(where !== undefined && { where }) }
    state.banner.value = null
    if (document.live) await openLive(document.live, document.view.screen)
    else await findSound(document, undefined, where)
    settle()
    if (notes.length > 0) show('note', notes.join(' '), 'Everything else is as it was saved.')
    void noteRecent({ kind: 'session', name, sources: document.selection.sources.length, ...(where !== undefined && { where }) })
  } catch (error) {
    show('danger', sentence(error), `Nothing was opened. ${soundGoesOn()}`, { label: 'Open another session', run: () => void chooseSession() })
  }
}

export async function openSessionFile(file: OpenedFile): Promise<void> {
  unlessUnsaved(() => void open(file))
}

export async function chooseSession(): Promise<void> {
  try {
    const file = await host().openFile(sessionFiles)
    if (file) await openSessionFile(file)
  } catch (error) {
    show('danger', sentence(error), soundGoesOn())
  }
}

