// Files in and out. A path never comes from the page: the person chooses every file in a dialog.

import { readFile, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { dialog } from 'electron'
import type { BaseWindow } from 'electron'
import { MAX_BYTES, soundFiles } from '../../renderer/host.ts'
import type { OpenedFile, OpenedSound } from '../../renderer/host.ts'
import { writeWhole } from '../whole-file.ts'
import { buffer, fileKind, filters, plainName, text } from './checks.ts'
import { chosen } from './chosen.ts'
import type { Services } from './door.ts'
import { openedSound } from './opened.ts'

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

export const files: Services = { openFile, openSound, saveFile }
