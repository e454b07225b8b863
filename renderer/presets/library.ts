// The presets there are: shipped with the app, kept on this machine, and the one in play where it is neither. Each is read when
// the browser opens, one after the other; one that cannot be read stays in the list with the reason.

import { computed, signal } from '@preact/signals'
import { readChosen, presetBytes } from '../assets.ts'
import { capital } from '../format.ts'
import { keptBytes } from '../kept-presets.ts'
import { sentence } from '../saying.ts'
import { state } from '../state.ts'
import type { ChosenPreset } from '../state.ts'
import { kindOf, matches, termsOfAll } from './facts.ts'
import type { Kind, Terms } from './facts.ts'

export type From = 'shipped' | 'kept' | 'session'

export interface Entry {
  /** "shipped:band", "kept:3", "session". */
  readonly id: string
  readonly from: From
  readonly name: string
  /** Null while it is read, and where it could not be. */
  readonly read: ReadPreset | null
  readonly wrong: string | null
}
export interface ReadPreset {
  readonly chosen: ChosenPreset
  readonly kind: Kind
  readonly terms: Terms
  /** SHA-256 of the file; null for what has not been written to one, and where the browser cannot say. */
  readonly print: string | null
}

export const library = {
  open: signal(false),
  question: signal(''),
  group: signal<'all' | 'starred' | From | Kind>('all'),
  /** Terms that are not shown. */
  hidden: signal<readonly Terms[]>([]),
  /** The id of the entry that is looked at. */
  at: signal<string | null>(null),
  starred: signal<readonly string[]>([]),
  /** What happened to the last wish, for its own panel: the page's banner lies under it. */
  remark: signal<{ readonly tone: 'danger' | 'note'; readonly text: string } | null>(null),
}

/** What was read, by id and, for the one in play, by the preset itself. */
const known = signal<ReadonlyMap<string, ReadPreset | string>>(new Map())
const learn = (id: string, what: ReadPreset | string): void => { known.value = new Map([...known.peek(), [id, what]]) }

const bare = (name: string): string => name.replace(/\.preset$/, '')
const factsOf = (chosen: ChosenPreset, print: string | null): ReadPreset =>
  ({ chosen, kind: kindOf(chosen.preset), terms: termsOfAll(chosen.preset), print })

/** Neither shipped nor kept: learned, grown or opened here. */
const inSession = computed((): ChosenPreset | null => {
  const chosen = state.preset.value
  if (!chosen || state.kept.value.some(({ id }) => id === chosen.kept)) return null
  return chosen.kept === undefined && state.presets.value.some((name) => bare(name) === chosen.name) ? null : chosen
})

export const entries = computed((): readonly Entry[] => {
  const entry = (id: string, from: From, name: string): Entry => {
    const found = known.value.get(id)
    return { id, from, name, read: typeof found === 'object' ? found : null, wrong: typeof found === 'string' ? found : null }
  }
  const played = inSession.value
  return [
    ...(played ? [{ id: 'session', from: 'session', name: capital(played.preset.name ?? played.name), read: factsOf(played, null), wrong: null } as const] : []),
    ...state.kept.value.map(({ id, name }) => entry(`kept:${id}`, 'kept', name)),
    ...state.presets.value.map((name) => entry(`shipped:${bare(name)}`, 'shipped', capital(bare(name)))),
  ]
})

export const inGroup = ({ id, from, read }: Entry, group: typeof library.group.value): boolean =>
  group === 'all' || (group === 'starred' ? library.starred.value.includes(id) : group === from || group === read?.kind)

/** What the list shows; one that cannot be read is found by its name alone. */
export const shownEntries = computed((): readonly Entry[] => {
  const question = library.question.value.trim()
  return entries.value.filter((entry) => {
    const { name, read } = entry
    if (!inGroup(entry, library.group.value) || (read && library.hidden.value.includes(read.terms))) return false
    if (question === '') return true
    return read ? matches(question, name, read.chosen.preset) : name.toLowerCase().includes(question.toLowerCase())
  })
})

/** The one that is looked at, as far as the list shows it; else the first. */
export const lookedAt = computed((): Entry | null => {
  const shown = shownEntries.value
  return shown.find(({ id }) => id === library.at.value) ?? shown[0] ?? null
})

async function printOf(bytes: Uint8Array<ArrayBuffer>): Promise<string | null> {
  if (!globalThis.crypto?.subtle) return null // a page without https
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

async function readEntry({ id, from, name }: Entry): Promise<void> {
  try {
    const number = Number(id.slice(id.indexOf(':') + 1))
    const bytes = from === 'kept' ? new Uint8Array((await keptBytes(number)).bytes) : await presetBytes(id.replace('shipped:', '') + '.preset')
    const file = id.replace('shipped:', '') + '.preset'
    const chosen: ChosenPreset = from === 'kept' ? readChosen(bytes, name) : { ...readChosen(bytes, file), shipped: file }
    learn(id, factsOf(from === 'kept' ? { ...chosen, name, kept: number } : chosen, await printOf(bytes)))
  } catch (error) {
    learn(id, sentence(error))
  }
}

/** Until all are read; a browser that is closed meanwhile goes on, since it may be opened again. */
let reading = false
export async function readAll(): Promise<void> {
  if (reading) return
  reading = true
  try {
    for (;;) {
      const next = entries.peek().find(({ id, from, read, wrong }) => from !== 'session' && !read && !wrong && !known.peek().has(id))
      if (!next) return
      await readEntry(next)
    }
  } finally {
    reading = false
  }
}

/** Its name or its content has changed. */
export function forgetRead(id: string): void {
  const left = new Map(known.peek())
  left.delete(id)
  known.value = left
}

const KEY = 'winnow-starred'
function readStarred(): readonly string[] {
  try {
    const json: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]')
    return Array.isArray(json) ? json.filter((id): id is string => typeof id === 'string') : []
  } catch {
    return [] // somebody else's text, or a browser that keeps nothing
  }
}

export function star(id: string): void {
  const { starred } = library
  starred.value = starred.peek().includes(id) ? starred.peek().filter((other) => other !== id) : [...starred.peek(), id]
  try {
    localStorage.setItem(KEY, JSON.stringify(starred.peek()))
  } catch { /* a browser that keeps nothing */ }
}

/** The entry of the preset in play. */
export const playedId = computed((): string | null => {
  const chosen = state.preset.value
  return chosen === null ? null : inSession.value ? 'session' : chosen.kept !== undefined ? `kept:${chosen.kept}` : `shipped:${chosen.name}`
})

export function openLibrary(): void {
  library.starred.value = readStarred()
  library.remark.value = null
  library.at.value = playedId.peek()
  library.open.value = true
  void readAll()
}
