// What a person does is on the disk within two seconds, whatever happens then. Each window keeps one session, under a lock
// that lives as long as the window: one that nobody holds and that no file has is what a crash, or a closed window, left.

import { effect, signal } from '@preact/signals'
import { dismissBanner, sentence, show } from '../saying.ts'
import { state } from '../state.ts'
import { put } from './database.ts'
import { dirty } from './dirty.ts'
import { hasLocks, hold } from './locks.ts'
import { session } from './state.ts'
import { takeSession } from './taking.ts'
import type { Where } from './where.ts'
import { writeSession } from './writing.ts'

export interface Kept {
  readonly id: string
  readonly at: number
  /** Whether no file holds it as it is. */
  readonly dirty: boolean
  readonly sources: number
  readonly sound: { readonly name: string; readonly where?: Where } | null
  readonly file: { readonly name: string; readonly where?: Where } | null
  /** As a file holds it. */
  readonly text: string
}

/** From a change to its writing: short enough that at most five seconds are lost on a slow disk, long enough to join what a drag does. */
const WAITS = 1500 // ms

let id: string | null = null
let giveBack: (() => void) | null = null
let timer: ReturnType<typeof setTimeout> | null = null
let writing: Promise<void> = Promise.resolve()
let failed = false
/** When this window's work was last on the disk; null before. */
export const keptAt = signal<number | null>(null)

function row(): Kept | null {
  const taken = takeSession()
  if (!taken || id === null) return null
  const sound = session.sound.peek()
  const name = taken.sound?.name ?? taken.live?.name ?? ''
  return {
    id, at: Date.now(), dirty: dirty.peek(), sources: taken.selection.sources.length, file: session.file.peek(),
    sound: name === '' ? null : { name, ...(taken.sound && sound?.where !== undefined && { where: sound.where }) },
    text: writeSession(taken),
  }
}

async function keep(): Promise<void> {
  const next = row()
  if (!next) return
  try {
    await put('autosaves', next)
    keptAt.value = next.at
    if (failed) dismissBanner()
    failed = false
  } catch (error) {
    if (!failed) show('warn', `Your work is not kept by itself: ${sentence(error)}`, 'Nothing is lost so far. Save the session to be safe.')
    failed = true
  }
}

function soon(): void {
  timer ??= setTimeout(() => {
    timer = null
    writing = writing.then(keep)
  }, WAITS)
}

/** Now rather than soon: before something that may end badly. */
export async function keepNow(): Promise<void> {
  if (timer !== null) clearTimeout(timer)
  timer = null
  await (writing = writing.then(keep))
}

/** This window goes on with what another one left. False: a third one has it. */
export async function takeOver(other: string): Promise<boolean> {
  const release = await hold(other)
  if (!release) return false
  giveBack?.()
  giveBack = release
  id = other
  return true
}

/** Another session in this window: what was kept of the one before stays until it was saved or thrown away. */
export async function startAutosave(): Promise<void> {
  if (!hasLocks()) {
    state.limits.value = [...state.limits.value, 'This page was not served securely, so the browser keeps no work by itself: save the session.']
    return
  }
  id = crypto.randomUUID()
  giveBack = await hold(id)
  effect(() => {
    if (takeSession() === null) return
    void dirty.value
    void session.file.value
    soon()
  })
}
