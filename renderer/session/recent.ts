// What was opened lately: sounds, sessions, microphones; the newest first. Kept on this machine, with the way back to each.

import { effect, signal } from '@preact/signals'
import { openSound } from '../actions.ts'
import { DEMO_NAME } from '../demo/places.ts'
import { openMicrophone } from '../devices/input.ts'
import { host, sessionFiles, soundFiles } from '../host.ts'
import type { FileKind, OpenedFile, OpenedSound } from '../host.ts'
import { state } from '../state.ts'
import { dismissBanner, loading, sentence, show, soundGoesOn } from '../saying.ts'
import { all, put, remove } from './database.ts'
import { openSessionFile } from './files.ts'
import { session } from './state.ts'
import { Vanished, openAt, sameWhere } from './where.ts'
import type { Where } from './where.ts'

export type RecentKind = 'session' | 'sound' | 'microphone'

export interface Recent {
  readonly id: string
  readonly kind: RecentKind
  readonly name: string
  /** How many it had when it was last seen. */
  readonly sources: number
  /** When it was last opened or saved, in milliseconds since 1970. */
  readonly at: number
}

interface Row extends Recent {
  /** Absent: it must be chosen again. */
  readonly where?: Where
  /** Of a microphone. */
  readonly device?: string
}

const MOST = 12

interface Way { readonly files: FileKind; open(file: OpenedFile | OpenedSound): Promise<unknown> }

export const recent = signal<readonly Recent[]>([])
let rows: readonly Row[] = []

function display(): void {
  recent.value = rows.map(({ id, kind, name, sources, at }) => ({ id, kind, name, sources, at }))
}

/** A browser that keeps nothing has nothing to show, and says so where work would be lost. */
export async function listRecent(): Promise<void> {
  rows = (await all<Row>('recent').catch(() => [])).sort((a, b) => b.at - a.at)
  display()
}

async function known({ kind, name, where, device }: Pick<Row, 'kind' | 'name' | 'where' | 'device'>): Promise<Row | undefined> {
  for (const row of rows) {
    if (row.kind !== kind) continue
    if (kind === 'microphone' ? row.device === device : where === undefined || row.where === undefined ? row.name === name : await sameWhere(row.where, where)) return row
  }
  return undefined
}

/** The ways to sounds of a name. */
export const soundsNamed = (name: string): Where[] => rows.flatMap((row) => (row.kind === 'sound' && row.name === name && row.where !== undefined ? [row.where] : []))

let turn: Promise<unknown> = Promise.resolve()
/** Opened, or saved: it is the newest now. */
export function noteRecent(opened: { readonly kind: RecentKind; readonly name: string; readonly sources: number; readonly where?: Where; readonly device?: string }): Promise<void> {
  const note = async (): Promise<void> => {
    const before = await known(opened)
    const row: Row = { ...before, ...opened, id: before?.id ?? crypto.randomUUID(), at: Date.now() }
    const older = rows.filter(({ id }) => id !== row.id)
    rows = [row, ...older.slice(0, MOST - 1)]
    display()
    await put('recent', row)
    for (const { id } of older.slice(MOST - 1)) await remove('recent', id)
  }
  turn = turn.then(note, note).catch(() => {}) // a browser that keeps nothing
  return turn as Promise<void>
}

export async function forgetRecent(id: string): Promise<void> {
  rows = rows.filter((row) => row.id !== id)
  display()
  await remove('recent', id).catch(() => {})
}

/** How each kind of file is opened. */
const ways: Partial<Record<RecentKind, Way>> = { sound: { files: soundFiles, open: openSound }, session: { files: sessionFiles, open: openSessionFile } }

async function locate(way: Way): Promise<void> {
  const file = await (way.files === soundFiles ? host().openSound() : host().openFile(way.files))
  if (file) await way.open(file)
}

/** From a click: what has vanished says so, and can be looked for or struck from the list. */
export async function openRecent(id: string): Promise<void> {
  const row = rows.find((each) => each.id === id)
  if (!row) return
  const { kind, name, where } = row
  const way = ways[kind]
  if (!way) return openMicrophone(row.device)
  try {
    if (where === undefined) throw new Vanished(`This browser keeps no way to “${name}”`)
    const file = await loading(`Reading ${name}`, () => openAt(where, name))
    await way.open(file)
  } catch (error) {
    const strike = { label: 'Remove from the list', run: () => { dismissBanner(); void forgetRecent(id) } }
    if (error instanceof Vanished) show('warn', sentence(error), 'Nothing else changed.', { label: `Locate ${name}…`, run: () => void locate(way) }, strike)
    else show('danger', sentence(error), soundGoesOn(), { label: 'Try again', run: () => { dismissBanner(); void openRecent(id) } }, strike)
  }
}

/** From now on: what is opened is noted. */
export function startRecent(): void {
  void listRecent()
  effect(() => {
    const input = state.input.value
    const sound = session.sound.value
    const sources = state.selection.peek().sources.length
    if (input.kind === 'file' && sound?.input === input && input.name !== DEMO_NAME) void noteRecent({ kind: 'sound', name: input.name, sources, ...(sound.where !== undefined && { where: sound.where }) })
    else if (input.kind === 'microphone' && input.from === 'microphone') void noteRecent({ kind: 'microphone', name: input.name, sources, device: input.deviceId })
  })
}
