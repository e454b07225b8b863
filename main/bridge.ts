// What Electron's main process does for the page: renderer/host.ts, behind a door that trusts nothing. The page runs
// in a sandbox and could be anyone's by the time it calls, so each argument is checked here, and a path never comes
// from it: the person chooses every file in a dialog.

import { randomBytes } from 'node:crypto'
import { lstat, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { BrowserWindow, dialog, ipcMain } from 'electron'
import type { BaseWindow, IpcMainInvokeEvent, WebContents } from 'electron'
import { safeName } from '../renderer/file-names.ts'
import { MAX_BYTES, MAX_SAVED_BYTES } from '../renderer/host.ts'
import type { FileKind, OpenedFile } from '../renderer/host.ts'
import { midiMessages, midiPort } from './midi-port.ts'
import { systemSentence } from './user-error.ts'
import { isOurs } from './window.ts'

/** An error crosses as its sentence: Electron would put its own words before a thrown one. */
export type Answer = { readonly value: unknown } | { readonly error: string }

const shown = (value: unknown): string => (typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : value === null ? 'null' : typeof value)

function text(value: unknown, what: string, most: number): string {
  if (typeof value !== 'string' || value === '' || value.length > most)
    throw new TypeError(`${what}: expected a text of 1 to ${most} characters, got ${shown(value)}`)
  return value
}

function fileKind(value: unknown): FileKind {
  const { description, extensions } = (typeof value === 'object' ? value ?? {} : {}) as Record<string, unknown>
  if (!Array.isArray(extensions) || extensions.length === 0 || extensions.length > 32)
    throw new TypeError(`extensions: expected a list of 1 to 32, got ${shown(extensions)}`)
  for (const extension of extensions as unknown[])
    if (typeof extension !== 'string' || !/^[a-z0-9]{1,16}$/i.test(extension))
      throw new TypeError(`extensions: expected letters and digits, got ${shown(extension)}`)
  return { description: text(description, 'description', 80), extensions: extensions as string[] }
}

function buffer(value: unknown): ArrayBuffer {
  if (!(value instanceof ArrayBuffer)) throw new TypeError(`bytes: expected an ArrayBuffer, got ${shown(value)}`)
  return value
}

const MOST_FILES = 32

/** Files for one folder, each under a safe name that no other has. */
function fileList(value: unknown): OpenedFile[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > MOST_FILES)
    throw new TypeError(`files: expected a list of 1 to ${MOST_FILES}, got ${Array.isArray(value) ? `${value.length}` : shown(value)}`)
  const files = (value as unknown[]).map((file): OpenedFile => {
    const { name, bytes } = (typeof file === 'object' ? file ?? {} : {}) as Record<string, unknown>
    return { name: safeName(text(name, 'name', 200)), bytes: buffer(bytes) }
  })
  const taken = new Set<string>()
  let size = 0
  for (const { name, bytes } of files) {
    if (taken.has(name.toLowerCase())) throw new TypeError(`files: expected every name once, got ${shown(name)} twice`)
    taken.add(name.toLowerCase())
    size += bytes.byteLength
  }
  if (size > MAX_SAVED_BYTES)
    throw new RangeError(`files: expected at most ${MAX_SAVED_BYTES / 2 ** 20} MB together, got ${Math.ceil(size / 2 ** 20)} MB`)
  return files
}

/** A name and never a path: what could lead elsewhere, or break a file system, becomes a dash. */
export const plainName = (name: string): string =>
  name.replace(/[\u0000-\u001f\u007f<>:"/\\|?*]/g, '-').replace(/^\.+|[. ]+$/g, '') || 'winnow'

const filters = ({ description, extensions }: FileKind) => [{ name: description, extensions: [...extensions] }]

async function openFile(window: BaseWindow, args: readonly unknown[]): Promise<OpenedFile | null> {
  const kind = fileKind(args[0])
  const { canceled, filePaths: [path] } = await dialog.showOpenDialog(window, { properties: ['openFile'], filters: filters(kind) })
  if (canceled || path === undefined) return null
  const name = basename(path)
  const { size } = await stat(path)
  if (size > MAX_BYTES)
    throw new RangeError(`${name}: expected at most ${MAX_BYTES / 2 ** 20} MB, got ${Math.ceil(size / 2 ** 20)} MB`)
  const bytes = await readFile(path)
  return { name, bytes: new Uint8Array(bytes).buffer }
}

async function saveFile(window: BaseWindow, args: readonly unknown[]): Promise<boolean> {
  const [name, kind, bytes] = [text(args[0], 'name', 200), fileKind(args[1]), buffer(args[2])]
  const { canceled, filePath } = await dialog.showSaveDialog(window, { defaultPath: plainName(name), filters: filters(kind) })
  if (canceled || !filePath) return false
  // Beside its place first: a full disk or a crash leaves what was there.
  const draft = `${filePath}.${randomBytes(4).toString('hex')}.part`
  try {
    await writeFile(draft, new Uint8Array(bytes), { flag: 'wx' })
    await rename(draft, filePath)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
  return true
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

/** All of them in a new folder, or none: nothing that is there is touched. */
async function saveFiles(window: BaseWindow, args: readonly unknown[]): Promise<string | null> {
  const [name, files] = [safeName(text(args[0], 'name', 200)), fileList(args[1])]
  const { canceled, filePaths: [parent] } = await dialog.showOpenDialog(window, {
    properties: ['openDirectory', 'createDirectory'], title: `Where should the folder “${name}” go?`, buttonLabel: 'Save here',
  })
  if (canceled || parent === undefined) return null
  const draft = join(parent, `.winnow-${randomBytes(4).toString('hex')}.part`)
  try {
    await mkdir(draft)
    for (const file of files) await writeFile(join(draft, file.name), new Uint8Array(file.bytes), { flag: 'wx' })
    const path = await freePath(parent, name)
    await rename(draft, path)
    return `${basename(parent)}/${basename(path)}`
  } catch (error) {
    await rm(draft, { recursive: true, force: true })
    throw error
  }
}

const port = midiPort()
/** What sounds at the virtual port ends. */
export const closeMidi = (): void => port.close()

const watched = new WeakSet<WebContents>()
/** Opens the virtual port for as long as the page is there: one that reloads, fails or is closed leaves no note behind. */
async function midiOpen({ webContents }: BrowserWindow): Promise<void> {
  port.open()
  if (watched.has(webContents)) return
  watched.add(webContents)
  webContents.on('destroyed', closeMidi)
  webContents.on('render-process-gone', closeMidi)
  webContents.on('did-start-navigation', ({ isMainFrame, isSameDocument }) => { if (isMainFrame && !isSameDocument) closeMidi() })
}

async function midiSend(_window: BaseWindow, args: readonly unknown[]): Promise<void> {
  const { messages, now } = midiMessages(args[0], args[1])
  port.send(messages, now)
}

const sentence = (error: unknown): string => systemSentence(error) ?? (error instanceof Error ? error.message : String(error))

/** Answers the preload's calls: those of a page of ours, from its main frame, in its own window. */
export function answerPage(): void {
  const answer = (channel: string, does: (window: BrowserWindow, args: readonly unknown[]) => Promise<unknown>): void =>
    ipcMain.handle(channel, async ({ sender, senderFrame }: IpcMainInvokeEvent, ...args: unknown[]): Promise<Answer> => {
      const window = BrowserWindow.fromWebContents(sender)
      if (!window || senderFrame !== sender.mainFrame || !isOurs(senderFrame?.url)) return { error: `${channel}: only the app's own page may ask` }
      try {
        return { value: await does(window, args) }
      } catch (error) {
        return { error: sentence(error) }
      }
    })
  answer('openFile', openFile)
  answer('saveFile', saveFile)
  answer('saveFiles', saveFiles)
  answer('midiOpen', midiOpen)
  answer('midiSend', midiSend)
  answer('midiClose', async () => closeMidi())
}
