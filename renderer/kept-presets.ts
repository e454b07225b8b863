// Presets that were learned here stay on this machine, in the browser's own database. Nothing is sent anywhere.

import { readPreset, writePreset } from '../presets/preset.ts'
import type { Preset } from '../presets/preset.ts'
import { state } from './state.ts'
import type { ChosenPreset } from './state.ts'

interface Row { readonly id: number; readonly name: string; readonly made: number; readonly bytes: ArrayBuffer }

const DATABASE = 'winnow'
const STORE = 'presets'

const answer = <T>(request: IDBRequest<T>): Promise<T> => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result)
  request.onerror = () => reject(new Error(`What is kept on this machine could not be reached: ${request.error?.message ?? 'the browser gives no reason'}.`))
})

let opened: Promise<IDBDatabase> | null = null
function database(): Promise<IDBDatabase> {
  opened ??= new Promise((resolve, reject) => {
    if (typeof indexedDB === 'undefined') return reject(new Error('This browser keeps nothing on this machine: save the preset as a file instead.'))
    const request = indexedDB.open(DATABASE, 1)
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: 'id', autoIncrement: true })
    answer(request).then(resolve, reject)
  })
  opened.catch(() => { opened = null }) // the next wish tries again
  return opened
}

/** Resolves when it is on the disk. */
async function within<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const transaction = (await database()).transaction(STORE, mode)
  const done = new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve()
    transaction.onabort = () => reject(new Error(`It could not be kept on this machine: ${transaction.error?.message ?? 'the browser gives no reason'}.`))
  })
  const [result] = await Promise.all([answer(work(transaction.objectStore(STORE))), done])
  return result
}

export async function listKept(): Promise<void> {
  const rows = await within<Row[]>('readonly', (store) => store.getAll())
  state.kept.value = rows.map(({ id, name, made }) => ({ id, name, made })).sort((a, b) => a.made - b.made)
}

/** A name that no other has, none of those that come with Winnow either: "My voice", "My voice 2", … */
export function freeName(wanted: string): string {
  const names = [...state.kept.peek().map(({ name }) => name), ...state.presets.peek().map((name) => name.replace(/\.preset$/, ''))]
  const taken = (name: string): boolean => names.some((other) => other.toLowerCase() === name.toLowerCase())
  for (let n = 1; ; n++) {
    const name = n === 1 ? wanted : `${wanted} ${n}`
    if (!taken(name)) return name
  }
}

export async function keepPreset(preset: Preset): Promise<ChosenPreset> {
  const name = preset.name ?? 'Preset'
  const bytes = writePreset(preset).buffer
  const id = await within<IDBValidKey>('readwrite', (store) => store.add({ name, made: Date.now(), bytes }))
  await listKept()
  return { name, preset, kept: Number(id) }
}

async function row(id: number): Promise<Row> {
  const found = await within<Row | undefined>('readonly', (store) => store.get(id))
  if (!found) throw new Error('This preset is no longer kept on this machine.')
  return found
}

export async function readKept(id: number): Promise<ChosenPreset> {
  const { name, bytes } = await row(id)
  return { name, preset: { ...readPreset(new Uint8Array(bytes), name), name }, kept: id }
}

/** As a file holds it. */
export async function keptBytes(id: number): Promise<{ readonly name: string; readonly bytes: ArrayBuffer }> {
  const { name, preset } = await readKept(id)
  return { name, bytes: writePreset(preset).buffer }
}

export async function renameKept(id: number, name: string): Promise<void> {
  const before = await row(id)
  await within('readwrite', (store) => store.put({ ...before, name }))
  await listKept()
}

export async function forgetKept(id: number): Promise<void> {
  await within('readwrite', (store) => store.delete(id))
  await listKept()
}
