// Sounds that a person chose for the page to read: of any size, in ranges, as they are needed. A path never comes from the page
// and never goes to it: `openedSound` gives the page an address of the app's own, /opened/ and the file's token (chosen.ts), and
// `serveOpened` answers it in ranges.

import { open, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import type { OpenedSound } from '../../renderer/host.ts'
import type { Assets } from '../assets.ts'
import { systemSentence } from '../user-error.ts'
import { chosen, pathOf } from './chosen.ts'

const PREFIX = '/opened/'
/** Of one answer: the page asks for a few megabytes at once. */
const MOST = 2 ** 26

/** A file that a person has just chosen, or had before. */
export async function openedSound(path: string): Promise<OpenedSound> {
  const found = await stat(path)
  if (!found.isFile()) throw new TypeError(`${basename(path)}: expected a file, got ${found.isDirectory() ? 'a folder' : 'a device or pipe'}`)
  const token = await chosen(path)
  return { name: basename(path), source: { address: PREFIX + token, size: found.size }, where: token }
}

const text = (status: number, sentence: string): Response => new Response(sentence + '\n', {
  status, headers: { 'Content-Type': 'text/plain; charset=utf-8', 'X-Content-Type-Options': 'nosniff', 'Cache-Control': 'no-store', 'Cross-Origin-Resource-Policy': 'same-origin' },
})

/** The app's files, and those that were opened. */
export const serveOpened = (assets: Assets): Assets => async (request) => {
  const { pathname } = new URL(request.url)
  if (!pathname.startsWith(PREFIX)) return assets(request)
  if (request.method !== 'GET') return text(405, `expected GET, got ${request.method}`)
  const path = /^[0-9a-f]{32}$/.test(pathname.slice(PREFIX.length)) ? await pathOf(pathname.slice(PREFIX.length)) : null
  if (path === null) return text(404, 'there is no such file')
  const [, first, last] = /^bytes=(\d{1,15})-(\d{1,15})$/.exec(request.headers.get('Range') ?? '') ?? []
  const from = Number(first), size = Number(last) - from + 1
  if (!(size > 0 && size <= MOST)) return text(416, `expected a range of 1 to ${MOST} bytes`)
  try {
    const file = await open(path, 'r')
    try {
      const bytes = new Uint8Array(size)
      let filled = 0
      for (let got = -1; got !== 0 && filled < size; filled += got) got = (await file.read(bytes, filled, size - filled, from + filled)).bytesRead
      return new Response(bytes.subarray(0, filled), {
        status: 206,
        headers: {
          'Content-Type': 'application/octet-stream', 'Content-Range': `bytes ${from}-${from + filled - 1}/*`, 'X-Content-Type-Options': 'nosniff',
          'Cache-Control': 'no-store', 'Cross-Origin-Resource-Policy': 'same-origin', // and in no cache of the browser
        },
      })
    } finally {
      await file.close()
    }
  } catch (error) {
    return text(500, (systemSentence(error) ?? 'it cannot be read').replace(path, basename(path)))
  }
}
