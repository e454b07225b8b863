// Imports run one way: worklet ← presets ← renderer ← main, and only test looks everywhere. Tried on the repository's
// own compiler settings, with a folder of five small files: a wrong-way import must not compile, a right-way one must.

import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const folders = ['worklet', 'presets', 'renderer', 'main', 'test'] as const
type Folder = (typeof folders)[number]

let copy: string
beforeEach(async () => {
  copy = await mkdtemp(join(tmpdir(), 'winnow-imports-'))
  await cp(join(root, 'tsconfig.json'), join(copy, 'tsconfig.json'))
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'), 'junction')
  for (const folder of folders) {
    await mkdir(join(copy, folder))
    await cp(join(root, folder, 'tsconfig.json'), join(copy, folder, 'tsconfig.json'))
    await writeFile(join(copy, folder, 'thing.ts'), `export const thing = '${folder}'\n`)
  }
})
afterEach(() => rm(copy, { recursive: true, force: true }))

/** File and error code of whatever does not compile in a folder and those that it stands on. */
const compile = (folder: Folder): Promise<string[]> => new Promise((resolve) => {
  execFile(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-b', folder, '--pretty', 'false'], { cwd: copy }, (_error, stdout) =>
    resolve([...new Set([...stdout.matchAll(/^(\S+?)\(\d+,\d+\): error (TS\d+)/gm)].map(([, file, code]) => `${file} ${code}`))].sort()))
})

const OUTSIDE_OF_PROJECT = 'TS6307'

describe.each(folders)('%s', (folder) => {
  const allowed = folders.slice(0, folders.indexOf(folder))
  const forbidden = folder === 'test' ? [] : folders.filter((other) => other !== folder && !allowed.includes(other))

  test(`may import ${allowed.join(', ') || 'nothing'}; ${forbidden.join(', ') || 'nothing'} must not compile`, async () => {
    for (const other of [...allowed, ...forbidden])
      await writeFile(join(copy, folder, `from-${other}.ts`), `export { thing as ${other} } from '../${other}/thing.ts'\n`)
    const errors = await compile(folder)
    expect(errors.filter((error) => error.endsWith(OUTSIDE_OF_PROJECT))).toEqual(forbidden.map((other) => `${folder}/from-${other}.ts ${OUTSIDE_OF_PROJECT}`).sort())
    expect(errors.filter((error) => allowed.some((other) => error.includes(`from-${other}.ts`)))).toEqual([])
  })
})

test('an import of a type alone is an import', async () => {
  await writeFile(join(copy, 'worklet/type.ts'), "import type { thing } from '../renderer/thing.ts'\nexport type Thing = typeof thing\n")
  expect(await compile('worklet')).toContain(`worklet/type.ts ${OUTSIDE_OF_PROJECT}`)
})

test('neither the sound nor what was learned knows a page or a machine', async () => {
  for (const folder of ['worklet', 'presets'] as const) {
    await writeFile(join(copy, folder, 'page.ts'), 'export const title = document.title\n')
    await writeFile(join(copy, folder, 'machine.ts'), 'export const home = process.env\n')
    await writeFile(join(copy, folder, 'module.ts'), "import { readFileSync } from 'node:fs'\nexport const read = readFileSync\n")
    const errors = await compile(folder)
    expect(errors.filter((error) => error.startsWith(folder))).toEqual(['machine.ts', 'module.ts', 'page.ts'].map((file) => expect.stringMatching(`^${folder}/${file} TS2\\d+$`) as string))
    await rm(join(copy, folder, 'page.ts'))
    await rm(join(copy, folder, 'machine.ts'))
    await rm(join(copy, folder, 'module.ts'))
  }
})
