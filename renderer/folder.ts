// A new folder of files where the page is in a browser. One that lets a page write into a folder is asked for it; elsewhere
// the files grow in the browser's own store for this page, or in memory where it has none, and come out as downloads.

import { downloadAll } from './downloads.ts'
import type { FolderWriter } from './host.ts'

/** A gathered file without a store is in memory, and memory is what the sound needs. */
export const MOST_IN_MEMORY = 2 ** 30

const hasStreams = (): boolean => typeof FileSystemFileHandle === 'function' && 'createWritable' in FileSystemFileHandle.prototype
const picker = (): typeof showDirectoryPicker => (typeof showDirectoryPicker === 'function' && hasStreams() ? showDirectoryPicker : undefined)
const hasStore = (): boolean => hasStreams() && typeof navigator.storage?.getDirectory === 'function'
export const keepsInMemory = (): boolean => !picker() && !hasStore()

const reasons: Readonly<Record<string, string>> = {
  QuotaExceededError: 'the disk is full, or the browser lets this page have no more of it',
  NotFoundError: 'the folder is gone',
  NotAllowedError: 'the browser no longer lets this page write there',
  SecurityError: 'the browser does not let this page write there',
  NoModificationAllowedError: 'something else is writing there',
  InvalidStateError: 'the folder has changed meanwhile',
}
const is = (error: unknown, name: string): boolean => error instanceof DOMException && error.name === name
/** The browser's refusals as sentences. */
async function told<T>(where: string, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    const reason = error instanceof DOMException ? reasons[error.name] ?? error.message : null
    throw reason === null ? error : new Error(`${where}: ${reason}`)
  }
}

/** Resolves to null where the person chooses none. Must be called by the click itself: browsers ask for nobody else. */
export async function folderHere(name: string): Promise<FolderWriter | null> {
  const choose = picker()
  if (choose) {
    const parent = await choose({ id: 'export', mode: 'readwrite' }).catch((error: unknown) => {
      if (is(error, 'AbortError')) return null
      throw new Error(`${name}: ${is(error, 'NotAllowedError') || is(error, 'SecurityError') ? 'the browser does not let this page write there' : (error as Error).message}`)
    })
    return parent && told(name, inFolder(parent, name))
  }
  return hasStore() ? told(name, inStore(name)) : inMemory(name)
}

const has = (parent: FileSystemDirectoryHandle, name: string): Promise<boolean> =>
  parent.getDirectoryHandle(name).then(() => true, (error: unknown) => {
    if (is(error, 'NotFoundError')) return false
    if (is(error, 'TypeMismatchError')) return true // a file has that name
    throw error
  })

/** Files that their browser puts into place only when they are closed; the folder they are in is there from the beginning. */
function streams(folder: FileSystemDirectoryHandle, where: string, end: { finish(): Promise<string>; remove(): Promise<void> }): FolderWriter {
  const files = new Map<string, { stream: FileSystemWritableFileStream; size: number }>()
  const fileOf = async (name: string) => {
    const known = files.get(name)
    if (known) return known
    const stream = await (await folder.getFileHandle(name, { create: true })).createWritable()
    const file = { stream, size: 0 }
    files.set(name, file)
    return file
  }
  async function abort(): Promise<void> {
    for (const { stream } of files.values()) await stream.abort().catch(() => {})
    files.clear()
    await end.remove().catch(() => {}) // where it cannot be reached nothing can be taken away
  }
  const orNothing = async <T>(work: Promise<T>): Promise<T> => told(where, work).catch(async (error: unknown) => {
    await abort()
    throw error
  })
  return {
    write: (name, bytes) => orNothing(fileOf(name).then(async (file) => {
      await file.stream.write({ type: 'write', position: file.size, data: bytes })
      file.size += bytes.byteLength
    })),
    rewrite: (name, position, bytes) => orNothing(fileOf(name).then(({ stream }) => stream.write({ type: 'write', position, data: bytes }))),
    finish: () => orNothing((async () => {
      for (const { stream } of files.values()) await stream.close()
      files.clear()
      return end.finish()
    })()),
    abort,
  }
}

/** In the first of "name", "name 2", "name 3" … that is not there. */
async function inFolder(parent: FileSystemDirectoryHandle, wanted: string): Promise<FolderWriter> {
  let name = wanted
  for (let n = 2; await has(parent, name); n++) name = `${wanted} ${n}`
  const where = `${parent.name}/${name}`.replace(/^\//, '')
  return streams(await parent.getDirectoryHandle(name, { create: true }), where,
    { finish: async () => where, remove: () => parent.removeEntry(name, { recursive: true }) })
}

/** Long enough for any download out of the store, short enough that nobody misses the room. */
const KEPT = 24 * 3600 * 1000 // ms
const IN_STORE = /^export-(\d+)-/

/** A download has no folder: the name that the files have in common goes before each. */
const named = (folder: string, file: string): string => `${folder} - ${file}`
const DOWNLOADS = 'the browser’s downloads'

async function inStore(name: string): Promise<FolderWriter> {
  const store = await navigator.storage.getDirectory()
  // Downloads read from the store after all is done, so that only what is old is cleared away.
  for await (const key of store.keys()) {
    const made = IN_STORE.exec(key)?.[1]
    if (made !== undefined && Date.now() - Number(made) > KEPT) await store.removeEntry(key, { recursive: true }).catch(() => {})
  }
  const key = `export-${Date.now()}-${crypto.randomUUID()}`
  const folder = await store.getDirectoryHandle(key, { create: true })
  return streams(folder, name, {
    async finish() {
      const files: { name: string; blob: Blob }[] = []
      for await (const [file, handle] of folder.entries())
        if (handle.kind === 'file') files.push({ name: named(name, file), blob: await (handle as FileSystemFileHandle).getFile() })
      await downloadAll(files)
      return DOWNLOADS
    },
    remove: () => store.removeEntry(key, { recursive: true }),
  })
}

/** Segments as they come: a browser may keep those on its disk. */
function inMemory(name: string): FolderWriter {
  const files = new Map<string, Blob[]>()
  let size = 0
  return {
    async write(file, bytes) {
      size += bytes.byteLength
      if (size > MOST_IN_MEMORY) throw new RangeError(`${name}: expected at most ${MOST_IN_MEMORY / 2 ** 20} MB together in this browser, got more`)
      files.set(file, [...files.get(file) ?? [], new Blob([bytes])])
    },
    async rewrite(file, position, bytes) {
      const whole = new Blob(files.get(file))
      files.set(file, [whole.slice(0, position), new Blob([bytes]), whole.slice(position + bytes.byteLength)])
    },
    async finish() {
      await downloadAll([...files].map(([file, parts]) => ({ name: named(name, file), blob: new Blob(parts) })))
      files.clear()
      return DOWNLOADS
    },
    async abort() { files.clear() },
  }
}
