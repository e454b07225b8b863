// A matrix from a file: NumPy's .npy, told by its first bytes, or text with numbers in rows (CSV).

import type { Matrix } from '../presets/factor.ts'
import { bytesAt } from '../renderer/audio/bytes.ts'
import { fileSource } from './audio/file.ts'
import { isNpy, readNpy } from './npy.ts'
import { UserError, asked } from './user-error.ts'

const MOST_BYTES = 2 ** 30

export async function loadMatrix(path: string): Promise<Matrix> {
  const source = await fileSource(path)
  try {
    if (source.size > MOST_BYTES) throw new UserError(`${path}: expected a matrix of at most ${MOST_BYTES >> 20} MB, got ${source.size >> 20} MB`)
    const bytes = await bytesAt(source, 0, source.size)
    return asked(() => (isNpy(bytes) || path.endsWith('.npy') ? readNpy(bytes, path) : readCsv(bytes, path)), path)
  } finally {
    await source.close()
  }
}

const shown = (text: string): string => JSON.stringify(text.length > 30 ? text.slice(0, 27) + '...' : text)
const NUMBER = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|inf(?:inity)?|nan)$/i

/** Numbers between commas, semicolons, tabs or spaces, whichever comes first in that order; empty lines and lines after # do not count. */
export function readCsv(bytes: Uint8Array, where: string): Matrix {
  const fail = (message: string): never => { throw new RangeError(`${where}: ${message}`) }
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes) // which also takes a byte order mark away
  } catch {
    return fail('expected a .npy file or numbers as text (CSV), got other bytes')
  }
  let columns = 0
  let separator: RegExp | null = null
  const rows: number[][] = []
  for (const [i, line] of text.split(/\r\n|\n|\r/).entries()) {
    const content = line.replace(/#.*$/, '').trim()
    if (content === '') continue
    separator ??= [/,/, /;/, /\t/].find((mark) => mark.test(content)) ?? /\s+/
    const cells = content.split(separator).map((cell) => cell.trim())
    columns ||= cells.length
    if (cells.length !== columns) fail(`line ${i + 1}: expected ${columns} numbers as in the lines before, got ${cells.length}`)
    rows.push(cells.map((cell, j) => {
      if (!NUMBER.test(cell)) fail(`line ${i + 1}, column ${j + 1}: expected a number, got ${shown(cell)}`)
      return /^[+-]?inf/i.test(cell) ? (cell.startsWith('-') ? -Infinity : Infinity) : Number(cell)
    }))
  }
  if (rows.length === 0) return fail('expected numbers, got none')
  const data = new Float64Array(rows.length * columns)
  rows.forEach((row, i) => data.set(row, i * columns))
  return { rows: rows.length, columns, data }
}
