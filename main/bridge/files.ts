// Files in and out. A path never comes from the page: the person chooses every file in a dialog.

import { randomBytes } from 'node:crypto'
import { lstat, mkdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { dialog } from 'electron'
import type { BaseWindow } from 'electron'
import { safeName } from '../../renderer/file-names.ts'
import { MAX_BYTES, MAX_SAVED_BYTES, soundFiles } from '../../renderer/host.ts'
import type { OpenedFile, OpenedSound } from '../../renderer/host.ts'
import { writeNew, writeWhole } from '../whole-file.ts'
import { buffer, fields, fileKind, filters, plainName, shown, text } from './checks.ts'
import { chosen } from './chosen.ts'
import type { Services } from './door.ts'
import { openedSound } from './opened.ts'

const MOST_FILES = 32

/** Files for one folder, each under a safe name that no other has. */
function fileList(value: unknown): OpenedFile[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > MOST_FILES)
    throw new TypeError(`files: expected a list of 1 to ${MOST_FILES}, got ${Array.isArray(value) ? `${value.length}` : shown(value)}`)
  const files = (value as unknown[]).map((file): OpenedFile => {
    const { name, bytes } = fields(file)
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

/** A file that a person has chosen, now or before. */
export async function openPath(path: string): Promise<OpenedFile> {
  const name = basename(path)
  const { size } = await stat(path)
  if (size > MAX_BYTES)
    throw new RangeError(`${name}: expected at most ${MAX_BYTES / 2 ** 20} MB, got ${Math.ceil(size / 2 ** 20)} MB`)
  const bytes = await readFile(path)
  return { name, bytes: new Uint8Array(bytes).buffer, where: await chosen(path) }
}

async function openFile(window: BaseWindow, args: readonly unknown[]): Promise<OpenedFile | null> {
  const kind = fileKind(args[0])
  const { canceled, filePaths: [path] } = await dialog.showOpenDialog(window, { properties: ['openFile'], filters: filters(kind) })
  return canceled || path === undefined ? null : openPath(path)
}

/** Of any size: the page reads it in ranges. */
async function openSound(window: BaseWindow): Promise<OpenedSound | null> {
  const { canceled, filePaths: [path] } = await dialog.showOpenDialog(window, { properties: ['openFile'], filters: filters(soundFiles) })
  return canceled || path === undefined ? null : openedSound(path)
}

async function saveFile(window: BaseWindow, args: readonly unknown[]): Promise<boolean> {
  const [name, kind, bytes] = [text(args[0], 'name', 200), fileKind(args[1]), buffer(args[2])]
  const { canceled, filePath } = await dialog.showSaveDialog(window, { defaultPath: plainName(name), filters: filters(kind) })
  if (canceled || !filePath) return false
  await writeWhole(filePath, new Uint8Array(bytes))
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
    for (const file of files) await writeNew(join(draft, file.name), new Uint8Array(file.bytes))
    const path = await freePath(parent, name)
    await rename(draft, path)
    return `${basename(parent)}/${basename(path)}`
  } catch (error) {
    await rm(draft, { recursive: true, force: true })
    throw error
  }
}

export const files: Services = { openFile, openSound, saveFile, saveFiles }
