// Where a file lies, so that it can be opened again without being chosen again: in the desktop program a token, behind which
// only the machine sees a path; in a browser that has them a handle, which a person permits anew after each start.

import { host, isSoundName, readFile } from '../host.ts'
import type { OpenedFile, OpenedSound } from '../host.ts'

export type Where = string | FileSystemFileHandle

/** Why a file cannot be had: whoever asked may offer to look for it. */
export class Vanished extends Error {}

const isThere = async (a: FileSystemFileHandle, b: FileSystemFileHandle): Promise<boolean> => a.isSameEntry(b).catch(() => false)
export const sameWhere = async (a: Where | undefined, b: Where | undefined): Promise<boolean> =>
  (a === undefined || b === undefined ? false : typeof a === 'string' || typeof b === 'string' ? a === b : isThere(a, b))

/** Asks the person where the browser wants that: only while a click or a key is being answered. */
export async function permitted(handle: FileSystemFileHandle, mode: 'read' | 'readwrite'): Promise<boolean> {
  if (await handle.queryPermission?.({ mode }) === 'granted') return true
  return handle.requestPermission ? await handle.requestPermission({ mode }) === 'granted' : true
}

/** The file as it is now. */
export async function openAt(where: Where, name: string): Promise<OpenedFile | OpenedSound> {
  if (typeof where === 'string') {
    const file = await host().openAgain?.(where)
    if (!file) throw new Vanished(`“${name}” is no longer where it was`)
    return file
  }
  if (!await permitted(where, 'read')) throw new Vanished(`“${name}” may not be read: the browser was not allowed to`)
  const file = await where.getFile().catch(() => { throw new Vanished(`“${name}” is no longer where it was`) })
  return isSoundName(name) ? { name: file.name, source: file, where } : { ...await readFile(file), where }
}

/** Of a file that was dropped. Called while it is dropped: afterwards the browser has forgotten. */
export async function whereDropped({ items }: DataTransfer, file: File): Promise<Where | null> {
  if (host().dropped) return host().dropped!(file)
  const handle = await [...items].find(({ kind }) => kind === 'file')?.getAsFileSystemHandle?.().catch(() => null)
  return handle?.kind === 'file' ? handle as FileSystemFileHandle : null
}
