// Outputs appear whole or not at all: each is written beside its place under a name of its own and renamed when
// everything has gone well. What was there before stays untouched until that moment; whatever goes wrong leaves nothing.

import { rmSync, rmdirSync } from 'node:fs'
import { lstat, mkdir, open, realpath, rename, stat, type FileHandle } from 'node:fs/promises'
import { basename, dirname, join, resolve, sep } from 'node:path'
import { threadId } from 'node:worker_threads'
import type { Sink } from '../renderer/wav-writer.ts'
import { UserError, at, systemSentence } from './user-error.ts'

export interface Output extends Sink { readonly path: string }

export interface Outputs {
  /** Makes a folder, and the folders on the way; those that were not there go again if the run fails. */
  folder(path: string): Promise<void>
  file(path: string): Promise<Output>
  /** Everything is written: puts the files into their places. */
  commit(): Promise<void>
  /** Leaves nothing behind. After `commit` it does nothing. */
  discard(): Promise<void>
}

/** Where bytes for `path` really end up: behind symbolic links, even where the file itself is not there yet. */
async function place(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    const link = await lstat(path).catch(() => null)
    if (link) throw new UserError(`${path}: expected a file or nothing, got a symbolic link that leads nowhere`)
    return join(await realpath(dirname(path)), basename(path))
  }
}

const identity = async (path: string): Promise<string | null> => {
  const found = await stat(path, { bigint: true }).catch(() => null)
  return found && `${found.dev}:${found.ino}`
}

/** What must not be left behind when the process ends in a hurry. */
const unfinished = new Set<string>()
const madeFolders = new Set<string>()
function removeAtExit(): void {
  for (const path of unfinished) rmSync(path, { force: true })
  removeFolders(madeFolders)
}
function removeFolders(folders: Iterable<string>): void {
  for (const folder of [...folders].sort((a, b) => b.length - a.length))
    try { rmdirSync(folder) } catch { /* not empty, or gone: someone else's now */ }
}
let watching = false
let serial = 0

/** `inputs` are files that are read: none of them may be written. */
export function outputs(inputs: readonly string[]): Outputs {
  const files: { path: string; target: string; temporary: string; handle: FileHandle | null }[] = []
  const folders: string[] = []
  if (!watching) process.once('exit', removeAtExit)
  watching = true

  async function check(path: string, target: string): Promise<void> {
    const existing = await stat(path).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
      throw error
    })
    if (existing && !existing.isFile())
      throw new UserError(`${path}: expected a file to write, got ${existing.isDirectory() ? 'a folder' : 'a device or pipe'}`)
    if (existing && !(existing.mode & 0o222)) throw new UserError(`${path}: permission denied: the file is read-only`)
    const own = await identity(path)
    for (const input of inputs)
      if (resolve(input) === resolve(path) || own !== null && own === await identity(input))
        throw new UserError(`${path}: expected an output other than the input ${input}, got the same file`)
    for (const file of files)
      if (file.target === target || own !== null && own === await identity(file.target))
        throw new UserError(`${path}: expected every output in a file of its own, got this one twice`)
  }

  return {
    async folder(path) {
      const first = await at(path, mkdir(path, { recursive: true }))
      if (first === undefined) return
      for (let folder = resolve(path); folder.length >= resolve(first).length; folder = dirname(folder)) {
        folders.push(folder)
        madeFolders.add(folder)
      }
    },

    async file(path) {
      if (path.endsWith('/') || path.endsWith(sep))
        throw new UserError(`${path}: expected the name of a file to write, got that of a folder`)
      const target = await at(path, place(path))
      await at(path, check(path, target))
      const temporary = join(dirname(target), `.winnow-${process.pid}-${threadId}-${serial++}.part`)
      unfinished.add(temporary)
      const entry: (typeof files)[number] = { path, target, temporary, handle: null }
      files.push(entry)
      const handle = await open(temporary, 'wx').catch((error: unknown) => {
        // The part's name would mean nothing to a person.
        const sentence = systemSentence(error)
        throw sentence === null ? error : new UserError(sentence.replace(temporary, path))
      })
      entry.handle = handle
      let end = 0
      const put = async (bytes: Uint8Array, position: number): Promise<void> => {
        for (let done = 0; done < bytes.length;)
          done += (await handle.write(bytes, done, bytes.length - done, position + done)).bytesWritten
      }
      return {
        path,
        async write(bytes) {
          await at(path, put(bytes, end))
          end += bytes.length
        },
        rewrite: (position, bytes) => at(path, put(bytes, position)),
      }
    },

    async commit() {
      for (const { path, handle } of files) {
        // Some disks only now say that they are full.
        await at(path, handle!.datasync())
        await at(path, handle!.close())
      }
      for (const { path, temporary, target } of files) {
        await at(path, rename(temporary, target))
        unfinished.delete(temporary)
      }
      files.length = 0
      for (const folder of folders) madeFolders.delete(folder)
      folders.length = 0
    },

    async discard() {
      for (const { handle, temporary } of files) {
        await handle?.close().catch(() => {})
        rmSync(temporary, { force: true })
        unfinished.delete(temporary)
      }
      files.length = 0
      removeFolders(folders)
      for (const folder of folders) madeFolders.delete(folder)
      folders.length = 0
    },
  }
}
