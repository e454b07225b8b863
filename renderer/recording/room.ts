// Where a decoding keeps its segments: each a file of its own in the origin's private file system, or, in a browser that
// gives the page no such place, in memory, of which there is less.

import { UserError } from '../user-error.ts'

export interface Room { keep(number: number, bytes: Uint8Array<ArrayBuffer>): Promise<Blob> }

/** Bytes of samples that may stay in memory where there is no disk: 20 minutes of two channels at 48 kHz. */
const MOST_IN_MEMORY = 20 * 60 * 48_000 * 2 * 4
/** The disk is never filled to its brim. */
const LEFT = 2 ** 26

// As far as it is used, of what workers alone have.
interface SyncFile { write(bytes: Uint8Array): number; truncate(size: number): void; close(): void }
interface KeptFile { createSyncAccessHandle?(): Promise<SyncFile>; getFile(): Promise<File> }

const size = (bytes: number): string => (bytes < 1e9 ? `${Math.ceil(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`)

/** Refuses at once what will not fit, as far as its length is known. */
export async function roomFor(folder: readonly string[] | null, { name, expected, channels }: { readonly name: string; readonly expected: number | null; readonly channels: 1 | 2 }): Promise<Room> {
  const needed = (expected ?? 0) * channels * 4
  if (!folder) {
    if (needed > MOST_IN_MEMORY)
      throw new UserError(`${name}: its samples take ${size(needed)}, and this browser gives the page no disk: expected at most ${size(MOST_IN_MEMORY)}`)
    return inMemory(name)
  }
  const { quota = Infinity, usage = 0 } = await navigator.storage.estimate()
  const free = Math.max(0, quota - usage - LEFT)
  if (needed > free) throw new UserError(`${name}: its samples take ${size(needed)} of the disk, and the page may use ${size(free)} more`)
  let home = await navigator.storage.getDirectory()
  for (const part of folder) home = await home.getDirectoryHandle(part, { create: true })
  return {
    async keep(number, bytes) {
      const file = await home.getFileHandle(String(number), { create: true }) as unknown as KeptFile
      const handle = await file.createSyncAccessHandle!()
      try {
        handle.truncate(0)
        // Fewer bytes than were given is how a full disk shows here.
        if (handle.write(bytes) < bytes.length) throw new UserError(`${name}: the disk is full`)
      } finally {
        handle.close()
      }
      return file.getFile()
    },
  }
}

function inMemory(name: string): Room {
  let held = 0
  return {
    async keep(_number, bytes) {
      held += bytes.length
      if (held > MOST_IN_MEMORY)
        throw new UserError(`${name}: this browser gives the page no disk, and only ${size(MOST_IN_MEMORY)} of samples fit into memory`)
      return new Blob([bytes])
    },
  }
}
