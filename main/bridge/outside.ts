// Files that the system was asked to open with Winnow: double-clicked, dropped on its icon, or named at its start. A person chose
// them, so the page gets a token for each, as soon as there is a page that listens.

import { basename, extname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { BrowserWindow, app } from 'electron'
import type { WebContents } from 'electron'
import { presetFiles, sessionFiles, soundFiles } from '../../renderer/host.ts'
import type { OutsideFile } from '../../renderer/host.ts'
import { chosen } from './chosen.ts'
import type { Services } from './door.ts'
import { whenGone } from './going.ts'

const ours = new Set([soundFiles, presetFiles, sessionFiles].flatMap(({ extensions }) => extensions.map((extension) => '.' + extension)))
/** More at once than a person means to. */
const MOST = 16

/** Of the words that a program was started with in a folder: those that name a file of ours, as whole paths. Linux may give addresses. */
export function filesIn(words: readonly string[], folder: string): string[] {
  const paths = words.filter((word) => !word.startsWith('-')).flatMap((word) => {
    if (!/^file:/i.test(word)) return [resolve(folder, word)]
    try { return [fileURLToPath(word)] } catch { return [] } // of another machine
  })
  return [...new Set(paths.filter((path) => ours.has(extname(path).toLowerCase())))].slice(0, MOST)
}

const listening = new Set<WebContents>()
const waiting: OutsideFile[] = []

export async function openOutside(paths: readonly string[]): Promise<void> {
  await app.whenReady() // macOS may ask before
  for (const path of paths) {
    const file = { name: basename(path), token: await chosen(path) }
    app.addRecentDocument(path)
    const page = BrowserWindow.getAllWindows().find(({ webContents }) => listening.has(webContents))
    if (page) page.webContents.send('open', file)
    else waiting.push(file)
  }
}

/** The page listens from now on, and gets what waited for it. */
async function onOpen({ webContents }: BrowserWindow): Promise<OutsideFile[]> {
  whenGone(webContents, forget(webContents))
  listening.add(webContents)
  return waiting.splice(0)
}
const forgets = new WeakMap<WebContents, () => void>()
function forget(contents: WebContents): () => void {
  const known = forgets.get(contents) ?? (() => void listening.delete(contents))
  forgets.set(contents, known)
  return known
}

export const outside: Services = { onOpen }
