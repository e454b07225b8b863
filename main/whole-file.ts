// A file appears whole or not at all: written beside its place, put on the disk, and only then given its name. A full disk,
// a crash or a pulled plug leaves what was there.

import { randomBytes } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Where none was, and onto the disk itself: a name that the disk knows before the bytes would be an empty file after a crash. */
export async function writeNew(path: string, bytes: Uint8Array | string): Promise<void> {
  const file = await open(path, 'wx')
  try {
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** The new name too; Windows has no handle for that, and some disks refuse. */
async function settle(folder: string): Promise<void> {
  const handle = await open(folder).catch(() => null)
  await handle?.sync().catch(() => {})
  await handle?.close()
}

export async function writeWhole(path: string, bytes: Uint8Array | string): Promise<void> {
  const draft = `${path}.${randomBytes(4).toString('hex')}.part`
  try {
    await writeNew(draft, bytes)
    await rename(draft, path)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
  await settle(dirname(path))
}
