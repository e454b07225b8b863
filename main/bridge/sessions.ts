// Sessions on the disk. The page hands over a session's text and the tokens of its file and of its sound; the path of the
// sound is written here, and followed here: below the session's own folder, or where a person has chosen it before.

import { readFile, realpath, stat } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { dialog } from 'electron'
import type { BaseWindow } from 'electron'
import { isSoundName, sessionFiles } from '../../renderer/host.ts'
import type { OpenedFile, OpenedSound, SavedSession } from '../../renderer/host.ts'
import type { SoundReference } from '../../renderer/session/document.ts'
import { MOST_CHARACTERS, readSession } from '../../renderer/session/reading.ts'
import { writeSession } from '../../renderer/session/writing.ts'
import { writeWhole } from '../whole-file.ts'
import { filters, plainName, shown, text } from './checks.ts'
import { chosen, pathOf, wasChosen } from './chosen.ts'
import type { Services } from './door.ts'
import { openPath } from './files.ts'
import { openedSound } from './opened.ts'

const tokenOrNull = (value: unknown, what: string): Promise<string | null> => (value === null ? Promise.resolve(null) : pathOf(value, what))

/** Below the session's folder as a session keeps it, with slashes on every system; elsewhere whole. */
export function pathFrom(session: string, sound: string): string {
  const from = relative(dirname(session), sound)
  return from === '..' || from.startsWith('..' + sep) || isAbsolute(from) ? sound : from.split(sep).join('/')
}

/** A sound with the way to it: as it was chosen; one that is missing as the file has it so far, never as the page says. */
async function located({ path: _, ...reference }: SoundReference, session: string, sound: string | null): Promise<SoundReference> {
  if (sound !== null) return { ...reference, path: pathFrom(session, sound) }
  const before = await readFile(session, 'utf8').then((content) => readSession(content, '').sound, () => null)
  return { ...reference, ...(before?.path !== undefined && before.checksum === reference.checksum && { path: before.path }) }
}

/** With a token over its file; without one, or where that is gone from the list, a person says where. Null: they did not. */
async function saveSession(window: BaseWindow, args: readonly unknown[]): Promise<SavedSession | null> {
  const [name, content] = [text(args[0], 'name', 200), text(args[1], 'session', MOST_CHARACTERS)]
  const session = readSession(content, plainName(name))
  const sound = await tokenOrNull(args[3], 'sound')
  let path = await tokenOrNull(args[2], 'token')
  if (path === null) {
    const { canceled, filePath } = await dialog.showSaveDialog(window, { defaultPath: plainName(name), filters: filters(sessionFiles) })
    if (canceled || !filePath) return null
    path = filePath
  }
  await writeWhole(path, writeSession(session.sound ? { ...session, sound: await located(session.sound, path, sound) } : session))
  return { name: basename(path), where: await chosen(path) }
}

/** True where following `path` from a folder, through links too, stays in it or below. */
async function staysBelow(folder: string, path: string): Promise<boolean> {
  const [home, goal] = [await realpath(folder), await realpath(path)]
  return goal.startsWith(home + sep)
}

/** The sound of a session that lies where its file says; null: a person must say where. */
async function sessionSound(_window: BaseWindow, args: readonly unknown[]): Promise<OpenedSound | null> {
  const session = await pathOf(args[0])
  if (session === null) return null
  const { size } = await stat(session)
  if (size > MOST_CHARACTERS) throw new RangeError(`${basename(session)}: expected at most ${MOST_CHARACTERS} bytes, got ${size}`)
  const { sound } = readSession(await readFile(session, 'utf8'), basename(session))
  if (!sound?.path) return null
  const folder = dirname(session)
  const path = isAbsolute(sound.path) ? resolve(sound.path) : join(folder, sound.path)
  const there = await stat(path).then((found) => found.isFile(), () => false)
  if (!there || !(await staysBelow(folder, path) || await wasChosen(path))) return null
  return openedSound(path)
}

/** A file that was chosen before, as it is now; null where it is gone. */
async function openAgain(_window: BaseWindow, args: readonly unknown[]): Promise<OpenedFile | OpenedSound | null> {
  const path = await pathOf(args[0])
  if (path === null || !await stat(path).then((found) => found.isFile(), () => false)) return null
  return isSoundName(path) ? openedSound(path) : openPath(path)
}

/** What was dropped on the page: the preload has the path from the system, and the page never sees it. */
async function dropped(_window: BaseWindow, args: readonly unknown[]): Promise<string> {
  const path = text(args[0], 'path', 32_768)
  if (!isAbsolute(path)) throw new TypeError(`path: expected a whole path, got ${shown(path)}`)
  return chosen(path)
}

export const sessions: Services = { saveSession, sessionSound, openAgain, dropped }
