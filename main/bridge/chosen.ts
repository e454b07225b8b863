// Files that a person has chosen in a dialog, dropped, or opened Winnow with: the page knows each by a token that says
// nothing, and only these are ever opened again without asking. The list outlives the program, in its own folder.

import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { app } from 'electron'
import { writeWhole } from '../whole-file.ts'
import { fields, text } from './checks.ts'

const MOST = 500
const listPath = (): string => join(app.getPath('userData'), 'chosen-files.json')

/** By token, the one that was chosen last at the end. */
let list: Promise<Map<string, string>> | null = null

async function read(): Promise<Map<string, string>> {
  try {
    const json: unknown = JSON.parse(await readFile(listPath(), 'utf8'))
    const pairs = Object.entries(fields(json)).filter((pair): pair is [string, string] => /^[0-9a-f]{32}$/.test(pair[0]) && typeof pair[1] === 'string')
    return new Map(pairs)
  } catch {
    return new Map() // none yet, or no list: everything is asked for again
  }
}
const known = (): Promise<Map<string, string>> => (list ??= read())

/** The token of a path that a person has just chosen. */
export async function chosen(path: string): Promise<string> {
  const paths = await known()
  const full = resolve(path)
  const token = [...paths].find(([, other]) => other === full)?.[0] ?? randomBytes(16).toString('hex')
  paths.delete(token)
  paths.set(token, full)
  for (const oldest of [...paths.keys()].slice(0, Math.max(0, paths.size - MOST))) paths.delete(oldest)
  await writeWhole(listPath(), JSON.stringify(Object.fromEntries(paths), null, 2) + '\n').catch(() => {}) // then it is asked for again after the next start
  return token
}

export const wasChosen = async (path: string): Promise<boolean> => [...(await known()).values()].includes(resolve(path))

/** The path behind the page's token; null: no person has chosen it, as far as is known. */
export async function pathOf(token: unknown, what = 'token'): Promise<string | null> {
  return (await known()).get(text(token, what, 64)) ?? null
}
