// Folders of files that grow while they are made: of any size, in pieces. A person chooses where before anything is written;
// the folder is a draft beside its place until all is on the disk, and whatever goes wrong (a full disk, a page that reloads,
// fails or is closed, the app that quits) leaves nothing.

import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { lstat, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { dialog } from 'electron'
import type { BrowserWindow, WebContents } from 'electron'
import { safeName } from '../../renderer/file-names.ts'
import { systemSentence } from '../user-error.ts'
import { buffer, count, shown, text } from './checks.ts'
import type { Services } from './door.ts'

const MOST_FILES = 64
/** Of one piece, and of the pieces that may wait for the disk. */
const MOST_BYTES = 16 * 2 ** 20
const MOST_WAITING = 64 * 2 ** 20

interface Growing { readonly name: string; readonly handle: FileHandle; size: number }

class Draft {
  private readonly files = new Map<string, Growing>()
  /** One piece after the other. */
  private turn: Promise<unknown> = Promise.resolve()
  private waiting = 0
  private ended = false
  readonly id = randomBytes(8).toString('hex')
  readonly path: string

  constructor(readonly owner: WebContents, private readonly parent: string, private readonly name: string) {
    this.path = join(parent, `.winnow-${randomBytes(4).toString('hex')}.part`)
  }

  get title(): string { return `${basename(this.parent)}/${this.name}` }

  begin(): Promise<void> { return this.orNothing(() => mkdir(this.path)) }

  put(file: string, bytes: Uint8Array, position: number | null): Promise<void> {
    if (this.waiting + bytes.length > MOST_WAITING) throw new RangeError(`bytes: expected at most ${MOST_WAITING / 2 ** 20} MB that wait for the disk, got more`)
    this.waiting += bytes.length
    return this.orNothing(async () => {
      const growing = await this.file(file)
      const at = position ?? growing.size
      if (position !== null && position + bytes.length > growing.size) throw new RangeError(`position: expected a piece within the ${growing.size} bytes of ${file}, got ${position} to ${position + bytes.length}`)
      for (let done = 0; done < bytes.length;) done += (await growing.handle.write(bytes, done, bytes.length - done, at + done)).bytesWritten
      if (position === null) growing.size += bytes.length
      this.waiting -= bytes.length
    })
  }

  /** Names that differ in nothing but capitals are one file on some disks. */
  private async file(name: string): Promise<Growing> {
    const known = this.files.get(name.toLowerCase())
    if (known && known.name !== name) throw new TypeError(`file: expected every name once, got ${shown(known.name)} and ${shown(name)}`)
    if (known) return known
    if (this.files.size === MOST_FILES) throw new RangeError(`file: expected at most ${MOST_FILES} files, got more`)
    const growing = { name, handle: await open(join(this.path, name), 'wx'), size: 0 }
    this.files.set(name.toLowerCase(), growing)
    return growing
  }

  /** Onto the disk itself, some of which only now say that they are full; then into its place. */
  finish(): Promise<string> {
    return this.orNothing(async () => {
      for (const { handle } of this.files.values()) await handle.sync()
      await this.close()
      const path = await freePath(this.parent, this.name)
      await rename(this.path, path)
      this.ended = true
      drafts.delete(this.id)
      return `${basename(this.parent)}/${basename(path)}`
    })
  }

  async abort(): Promise<void> {
    this.ended = true
    await this.turn.catch(() => {}) // a piece under way is written first: its file is open
    await this.remove()
  }

  private async close(): Promise<void> {
    for (const { handle } of this.files.values()) await handle.close().catch(() => {})
    this.files.clear()
  }

  private async remove(): Promise<void> {
    await this.close()
    await rm(this.path, { recursive: true, force: true }).catch(() => {}) // a disk that is gone keeps what it has
    drafts.delete(this.id)
  }

  /** In its turn; what fails ends all of it. */
  private orNothing<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.turn.then(async () => {
      if (this.ended) throw new Error(`${this.title}: nothing more can be written there`)
      try {
        return await work()
      } catch (error) {
        this.ended = true
        await this.remove()
        throw this.told(error)
      }
    })
    this.turn = mine.catch(() => {})
    return mine
  }

  /** The draft's own name would mean nothing to a person, and the way to the folder is longer than what matters. */
  private told(error: unknown): unknown {
    const sentence = systemSentence(error)?.replaceAll(this.path, this.title).replaceAll(join(this.parent, this.name), this.title)
    return sentence === undefined ? error : new Error(sentence.includes(this.title) ? sentence : `${this.title}: ${sentence}`)
  }
}

/** The first of "name", "name 2", "name 3" … that nothing in the folder has. */
async function freePath(folder: string, name: string): Promise<string> {
  for (let n = 1; ; n++) {
    const path = join(folder, n === 1 ? name : `${name} ${n}`)
    const there = await lstat(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null
      throw error
    })
    if (!there) return path
  }
}

/** Those that are neither finished nor gone, by what the page calls them. */
const drafts = new Map<string, Draft>()

/** Who quits in a hurry leaves no draft either. */
process.once('exit', () => { for (const { path } of drafts.values()) rmSync(path, { recursive: true, force: true }) })

const DRAFT = /^\.winnow-[0-9a-f]{8}\.part$/
const OLD = 24 * 3600 * 1000 // ms
/** What a program that was killed left here, or a power cut. */
async function tidy(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const path = join(parent, name)
    if (!DRAFT.test(name) || [...drafts.values()].some((draft) => draft.path === path)) continue
    const { mtimeMs } = await stat(path)
    if (Date.now() - mtimeMs > OLD) await rm(path, { recursive: true, force: true })
  }
}

const watched = new WeakSet<WebContents>()
function watch(contents: WebContents): void {
  if (watched.has(contents)) return
  watched.add(contents)
  const abortAll = (): void => { for (const draft of drafts.values()) if (draft.owner === contents) void draft.abort() }
  contents.on('destroyed', abortAll)
  contents.on('render-process-gone', abortAll)
  contents.on('did-start-navigation', ({ isMainFrame, isSameDocument }) => { if (isMainFrame && !isSameDocument) abortAll() })
}

async function folderOpen(window: BrowserWindow, args: readonly unknown[]): Promise<string | null> {
  const name = safeName(text(args[0], 'name', 200))
  const { canceled, filePaths: [parent] } = await dialog.showOpenDialog(window, {
    properties: ['openDirectory', 'createDirectory'], title: `Where should the folder “${name}” go?`, buttonLabel: 'Save here',
  })
  if (canceled || parent === undefined) return null
  await tidy(parent).catch(() => {}) // what cannot be looked at is not ours to clear away
  const draft = new Draft(window.webContents, parent, name)
  watch(window.webContents)
  drafts.set(draft.id, draft)
  await draft.begin()
  return draft.id
}

/** A folder of this page. */
function draftOf({ webContents }: BrowserWindow, id: unknown): Draft {
  const draft = typeof id === 'string' ? drafts.get(id) : undefined
  if (!draft || draft.owner !== webContents) throw new TypeError(`folder: expected one that was opened, got ${shown(id)}`)
  return draft
}
const name = (value: unknown): string => safeName(text(value, 'file', 200))
function piece(value: unknown): Uint8Array {
  const bytes = buffer(value)
  if (bytes.byteLength > MOST_BYTES) throw new RangeError(`bytes: expected at most ${MOST_BYTES / 2 ** 20} MB at once, got ${Math.ceil(bytes.byteLength / 2 ** 20)} MB`)
  return new Uint8Array(bytes)
}

export const folders: Services = {
  folderOpen,
  folderWrite: async (window, [id, file, bytes]) => draftOf(window, id).put(name(file), piece(bytes), null),
  folderRewrite: async (window, [id, file, position, bytes]) => draftOf(window, id).put(name(file), piece(bytes), count(position, 'position', Number.MAX_SAFE_INTEGER)),
  folderFinish: async (window, [id]) => draftOf(window, id).finish(),
  /** One that has ended has left nothing to do. */
  folderAbort: async (window, [id]) => (typeof id === 'string' && !drafts.has(id) ? undefined : draftOf(window, id).abort()),
}
