// The build, on a small repository of the same shape: it makes what it names, it makes the same bytes twice, and when
// it fails the last app is still there.

import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
let copy: string

const put = async (path: string, text: string): Promise<void> => {
  await mkdir(dirname(join(copy, path)), { recursive: true })
  await writeFile(join(copy, path), text)
}
const build = (...names: string[]): Promise<{ code: number; err: string }> => new Promise((resolve) => {
  execFile(process.execPath, [join(copy, 'main/build.mjs'), ...names], { cwd: copy }, (error, _out, err) => resolve({ code: Number(error?.code ?? 0), err }))
})
const files = async (folder = 'dist'): Promise<string[]> =>
  (await readdir(join(copy, folder), { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name)).sort()

beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), 'winnow-build-'))
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'), 'junction')
  await put('package.json', '{ "type": "module", "version": "1.2.3" }')
  for (const name of ['build.mjs', 'icons.mjs', 'png.mjs']) {
    await put('main/' + name, '')
    await cp(join(root, 'main', name), join(copy, 'main', name))
  }
  const script = await readFile(join(root, 'main/build.mjs'), 'utf8')
  for (const [, entry] of script.matchAll(/bundle\('([^']+)'/g)) await put(entry!, `console.log(${JSON.stringify(entry)})`)
  await put('worklet/kernel/index.ts', 'export function one(): i32 { return 1 }')
  await put('renderer/index.html', '<!doctype html><script type="module" src="./page.tsx"></script>')
  await put('renderer/page.tsx', "import { render } from 'preact'\nrender(<p>page</p>, document.body)")
  await put('renderer/manifest.webmanifest', '{}')
  await put('renderer/plugin/plugin.ts', 'declare const VERSION: string\nexport const version = [VERSION]')
  await put('presets/b.preset', 'b')
  await put('presets/a.preset', 'a')
})
afterAll(() => rm(copy, { recursive: true, force: true }))

test('everything is made, and the same bytes the second time', async () => {
  expect(await build()).toMatchObject({ code: 0 })
  const first = await files()
  const names = first.map((path) => path.slice(join(copy, 'dist/').length).replaceAll('\\', '/'))
  expect(names).toEqual(expect.arrayContaining([
    'app/files.json', 'app/icon-192.png', 'app/index.html', 'app/kernel-relaxed.wasm', 'app/kernel.wasm', 'app/manifest.webmanifest', 'app/offline.js', 'app/plugin/index.js', 'app/presets/a.preset', 'app/presets/index.json', 'app/worklet.js',
    'cli.js', 'icons/document.icns', 'icons/document.ico', 'icons/icon.icns', 'icons/icon.ico', 'icons/linux/512x512.png', 'main.js', 'preload.cjs', 'start.js',
  ]))
  expect(names.filter((name) => !/^(app|icons|prebuilds)\//.test(name) && !/^[a-z]+\.c?js(\.map)?$/.test(name))).toEqual([])
  expect(await readFile(join(copy, 'dist/app/presets/index.json'), 'utf8')).toBe('["a.preset","b.preset"]')
  expect(await readFile(join(copy, 'dist/app/plugin/index.js'), 'utf8')).toContain('1.2.3')
  const bytes = await Promise.all(first.map((path) => readFile(path)))
  expect(await build()).toMatchObject({ code: 0 })
  expect(await files()).toEqual(first)
  for (const [i, path] of first.entries()) expect((await readFile(path)).equals(bytes[i]!), path).toBe(true)
})

test('a failure leaves the last app, and no draft', async () => {
  const before = await files('dist/app')
  await put('renderer/page.tsx', 'this is no TypeScript')
  const { code, err } = await build()
  expect(code).not.toBe(0)
  expect(err).toContain('page.tsx')
  expect(await files('dist/app')).toEqual(before)
  expect((await readdir(join(copy, 'dist'))).filter((name) => name.startsWith('app.'))).toEqual([])
})

test('a target that does not exist is one sentence', async () => {
  expect(await build('main', 'nonsense')).toEqual({ code: 2, err: expect.stringMatching(/^build: expected names from kernel, .*, got "nonsense"\n$/) as string })
})
