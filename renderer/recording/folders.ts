// Folders for segments in the origin's private file system: one for each window that is open, within it one for each file
// that is held. A window's lock says that it is alive; what a dead one left behind is cleared when the next one starts.

const HOME = 'winnow-sounds'

// As far as it is used: not every library of types has it yet.
interface Listed { keys(): AsyncIterable<string> }

let own: Promise<string | null> | null = null
let numbers = 0

const lockOf = (name: string): string => `${HOME}/${name}`

/** The window's own folder, made when it is first needed; null where there is no such file system. */
async function begin(): Promise<string | null> {
  if (!navigator.storage?.getDirectory || !navigator.locks) return null
  const name = crypto.randomUUID()
  try {
    // First the lock, then the folder: nobody clears what is about to be used.
    await new Promise<void>((resolve, reject) => {
      navigator.locks.request(lockOf(name), () => { resolve(); return new Promise<void>(() => {}) }).catch(reject)
    })
    const home = await (await navigator.storage.getDirectory()).getDirectoryHandle(HOME, { create: true })
    await home.getDirectoryHandle(name, { create: true })
    void clear(home)
    return name
  } catch {
    return null // a private window, a policy, a full disk: then it is memory
  }
}

/** What windows that are no more have left. Another window may be doing the same: what is gone is gone. */
async function clear(home: FileSystemDirectoryHandle): Promise<void> {
  const { held = [] } = await navigator.locks.query()
  const alive = new Set(held.map((lock) => lock.name))
  const names: string[] = []
  for await (const name of (home as unknown as Listed).keys()) if (!alive.has(lockOf(name))) names.push(name)
  for (const name of names) await home.removeEntry(name, { recursive: true }).catch(() => {})
}

/** A new folder's path, or null. */
export async function newFolder(): Promise<readonly string[] | null> {
  const name = await (own ??= begin())
  return name === null ? null : [HOME, name, String(++numbers)]
}

/** Best effort: what stays is cleared at the next start. */
export async function removeFolder(path: readonly string[]): Promise<void> {
  try {
    let home = await navigator.storage.getDirectory()
    for (const part of path.slice(0, -1)) home = await home.getDirectoryHandle(part)
    await home.removeEntry(path.at(-1)!, { recursive: true })
  } catch { /* it was never made, or is still being written */ }
}
