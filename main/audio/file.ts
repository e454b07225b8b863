// Audio files of the disk, through the readers that the page uses too.

import { open, stat } from 'node:fs/promises'
import type { ByteSource } from '../../renderer/audio/bytes.ts'
import { openSource, type AudioReader } from '../../renderer/audio/reader.ts'
import { UserError, at } from '../user-error.ts'

export async function fileSource(path: string): Promise<ByteSource> {
  // Looked at before it is opened: opening a pipe waits until somebody writes into it.
  const found = await at(path, stat(path))
  if (!found.isFile()) throw new UserError(`${path}: expected a file, got ${found.isDirectory() ? 'a folder' : 'a device or pipe'}`)
  const handle = await at(path, open(path, 'r'))
  return {
    name: path,
    size: found.size,
    read: (position, into) => at(path, (async () => {
      let filled = 0
      while (filled < into.length) {
        const { bytesRead } = await handle.read(into, filled, into.length - filled, position + filled)
        if (bytesRead === 0) break
        filled += bytesRead
      }
      return filled
    })()),
    close: () => handle.close(),
  }
}

export const openAudio = async (path: string): Promise<AudioReader> => openSource(await fileSource(path))
