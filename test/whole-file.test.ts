// A file appears whole or not at all.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { transformWithOxc } from 'vite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { writeNew, writeWhole } from '../main/whole-file.ts'

let folder: string
beforeAll(async () => { folder = await mkdtemp(join(tmpdir(), 'winnow-whole-')) })
afterAll(() => rm(folder, { recursive: true, force: true }))

test('what was there is replaced whole, longer by shorter', async () => {
  const path = join(folder, 'old')
  await writeWhole(path, 'the old one, which is longer')
  await writeWhole(path, Uint8Array.of(1, 2))
  expect([...await readFile(path)]).toEqual([1, 2])
  expect(await readdir(folder)).toEqual(['old'])
})

test('a new file never takes the place of another', async () => {
  await writeFile(join(folder, 'old'), 'old')
  await expect(writeNew(join(folder, 'old'), 'new')).rejects.toThrow('EEXIST')
  expect(await readFile(join(folder, 'old'), 'utf8')).toBe('old')
})

test('what cannot be replaced stays, and nothing is beside it', async () => {
  await mkdir(join(folder, 'taken/inside'), { recursive: true })
  await expect(writeWhole(join(folder, 'taken'), 'x')).rejects.toThrow()
  await expect(writeWhole(join(folder, 'nowhere/x'), 'x')).rejects.toThrow('ENOENT')
  expect((await readdir(folder)).sort()).toEqual(['old', 'taken'])
})

test('killed in the middle of many writes, the file is one of them, whole', async () => {
  const [module, path] = [join(folder, 'whole-file.mjs'), join(folder, 'state.json')]
  const source = fileURLToPath(new URL('../main/whole-file.ts', import.meta.url))
  await writeFile(module, (await transformWithOxc(await readFile(source, 'utf8'), source)).code)
  const child = spawn(process.execPath, ['--input-type=module', '-e', `
    import { writeWhole } from ${JSON.stringify(pathToFileURL(module).href)}
    for (let n = 0; ; n++) {
      await writeWhole(${JSON.stringify(path)}, JSON.stringify({ n, long: 'x'.repeat(2 ** 20) }))
      if (n === 2) console.log('third')
    }`], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  child.kill('SIGKILL')
  await once(child, 'exit')
  const { n, long } = JSON.parse(await readFile(path, 'utf8')) as { n: number; long: string }
  expect(n).toBeGreaterThanOrEqual(2)
  expect(long.length).toBe(2 ** 20)
})
