// `npm start` as a person meets it: the built program, run with and without what it could find on a machine.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { electronPackage, electronProgram, findElectron, newEnough, noDisplay } from '../main/electron.ts'
import { because } from './browser.ts'

const built = fileURLToPath(new URL('../dist', import.meta.url))
const noShell = process.platform === 'win32' ? 'the stand-ins are shell scripts' : null

let folder: string
const running = new Set<ReturnType<typeof spawn>>()
beforeAll(async () => { folder = await mkdtemp(join(tmpdir(), 'winnow-start-')) })
afterEach(() => { for (const child of running) child.kill('SIGKILL'); running.clear() })
afterAll(() => rm(folder, { recursive: true, force: true }))

/** A program of that text, first on the path of what is started with `PATH: bin + …`. */
async function script(path: string, text: string): Promise<string> {
  await writeFile(path, `#!/bin/sh\n${text}\n`)
  await chmod(path, 0o755)
  return path
}

function start(args: readonly string[], { env = {}, dist = built, say = /./ }: { env?: NodeJS.ProcessEnv; dist?: string; say?: RegExp } = {}) {
  const child = spawn(process.execPath, [join(dist, 'start.js'), ...args], {
    env: { ...process.env, DISPLAY: '', WAYLAND_DISPLAY: '', ...env }, stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.add(child)
  const said = { out: '', err: '' }
  const ended = once(child, 'close').then(([code, signal]) => ({ code: code as number | null, signal: signal as string | null, ...said }))
  /** Resolves when it has said that, or ended. */
  const spoke = new Promise<typeof said>((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (part: string) => { said.out += part; if (say.test(said.out)) resolve(said) })
    child.stderr.setEncoding('utf8').on('data', (part: string) => (said.err += part))
    void ended.then(() => resolve(said))
  })
  return { child, spoke, ended }
}
const address = (out: string): string => /http:\/\/127\.0\.0\.1:\d+\//.exec(out)?.[0] ?? `no address in ${JSON.stringify(out)}`

describe('in a browser', () => {
  test('serves the app, says where and why, and ends at Ctrl-C', async () => {
    const { child, spoke, ended } = start(['--browser'], { say: /No browser/ })
    const { out } = await spoke
    const page = await fetch(address(out))
    expect(page.status).toBe(200)
    expect(page.headers.get('cross-origin-opener-policy')).toBe('same-origin')
    expect(await page.text()).toBe(await readFile(join(built, 'app/index.html'), 'utf8'))
    expect(out).toMatch(/^Winnow is at .* \(Ctrl-C ends it\)\nIn a browser, as asked\.\n/)
    child.kill('SIGINT')
    expect(await ended).toMatchObject({ code: 0, signal: null, err: '' })
    await expect(fetch(address(out))).rejects.toThrow()
  })

  test.skipIf(process.platform === 'win32' || process.platform === 'darwin')('without a display, one line says why there is no window', async () => {
    const { out } = await start([], { say: /No browser/ }).spoke
    expect(out).toContain('In a browser and not in a window of its own: Electron was not used, because there is no display.\n')
    expect(out).toContain('No browser was opened, because there is no display: open the address yourself.\n')
  })

  test('two run beside each other', async () => {
    const outs = await Promise.all([0, 1].map(async () => (await start(['--browser', '--no-open'], { say: /as asked/ }).spoke).out))
    expect(new Set(outs.map(address)).size).toBe(2)
    for (const out of outs) expect((await fetch(address(out))).status).toBe(200)
  })

  test('--port is that port or nothing', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    expect(await start(['--port', String(port)]).ended).toMatchObject({ code: 2, out: '', err: `winnow: --port: expected a free one, got ${port}, which is in use\n` })
    other.close()
    await once(other, 'close')
    expect(address((await start(['--port', String(port), '--no-open'], { say: /as asked/ }).spoke).out)).toBe(`http://127.0.0.1:${port}/`)
  })

  test.skipIf(noShell)(because('asks the system for its browser, with the address', noShell), async () => {
    const bin = await mkdtemp(join(folder, 'bin-'))
    const note = join(bin, 'note')
    await script(join(bin, process.platform === 'darwin' ? 'open' : 'xdg-open'), `echo "$1" > ${note}.part; mv ${note}.part ${note}`)
    const { out } = await start(['--browser'], { env: { DISPLAY: ':99', PATH: `${bin}:${process.env['PATH']}` }, say: /as asked/ }).spoke
    await expect.poll(() => readFile(note, 'utf8').catch(() => ''), { timeout: 10_000 }).toBe(address(out) + '\n')
  })

  test.skipIf(noShell || process.platform === 'darwin')(because('says when the system has none', noShell), async () => {
    const { out } = await start(['--browser'], { env: { DISPLAY: ':99', PATH: folder }, say: /No browser/ }).spoke
    expect(out).toContain('No browser was opened, because xdg-open is not installed: open the address yourself.\n')
  })
})

test.each([
  [['--port', '0'], '--port: expected a number from 1 to 65535, got "0"'],
  [['--port', '65536'], '--port: expected a number from 1 to 65535, got "65536"'],
  [['--port', '80x'], '--port: expected a number from 1 to 65535, got "80x"'],
  [['--port=-1'], '--port: expected a number from 1 to 65535, got "-1"'],
  [['--bogus'], "Unknown option '--bogus'"],
  [['file.wav'], "Unexpected argument 'file.wav'"],
])('%j is refused in one line', async (args, sentence) => {
  const { code, out, err } = await start(args).ended
  expect([code, out]).toEqual([2, ''])
  expect(err.startsWith(`winnow: ${sentence}`), err).toBe(true)
  expect(err.trimEnd().split('\n').length).toBe(1)
})

test('--help says what there is', async () => {
  const { code, out } = await start(['--help']).ended
  expect(code).toBe(0)
  for (const option of ['--browser', '--port', '--no-open']) expect(out).toContain(option)
})

describe('finding Electron', () => {
  test('its download needs Node 22.12', () => {
    expect(['22.12.0', '22.20.1', '23.0.0', '100.0.0'].map(newEnough)).toEqual([true, true, true, true])
    expect(['20.20.2', '22.11.9', '22.2.0', '9.99.0', ''].map(newEnough)).toEqual([false, false, false, false, false])
  })

  test('a window needs a display where there can be none', () => {
    expect([noDisplay('linux', {}), noDisplay('linux', { DISPLAY: '' }), noDisplay('freebsd', {})]).toEqual(Array(3).fill('there is no display'))
    expect([noDisplay('linux', { DISPLAY: ':0' }), noDisplay('linux', { WAYLAND_DISPLAY: 'wayland-0' }), noDisplay('darwin', {}), noDisplay('win32', {})]).toEqual(Array(4).fill(null))
  })

  /** A folder with a package `electron` whose download is this script. */
  async function machine(install: string): Promise<{ from: string; electron: string }> {
    const home = await mkdtemp(join(folder, 'machine-'))
    const electron = join(home, 'node_modules/electron')
    await mkdir(electron, { recursive: true })
    await writeFile(join(electron, 'package.json'), '{ "name": "electron", "main": "index.js" }')
    await writeFile(join(electron, 'index.js'), 'throw new Error("loaded, which starts the download")')
    await writeFile(join(electron, 'install.js'), install)
    return { from: join(home, 'x.js'), electron }
  }
  const find = (from: string, options: object = {}) =>
    findElectron({ from, signal: new AbortController().signal, say: () => undefined, nodeVersion: '22.12.0', ...options })
  const works = "require('fs').mkdirSync(__dirname + '/dist'); require('fs').writeFileSync(__dirname + '/dist/electron', ''); require('fs').writeFileSync(__dirname + '/path.txt', 'electron')"

  test('no package, no program', async () => {
    expect(electronPackage(join(folder, 'x.js'))).toBe(null)
    expect(await find(join(folder, 'x.js'))).toEqual({ missing: 'its package is not installed' })
  })
  test('an old Node does not try, unless the program is there', async () => {
    const { from, electron } = await machine(works)
    expect(await find(from, { nodeVersion: '20.20.2' })).toEqual({ missing: 'its program is not here, and fetching it needs Node 22.12 (this is 20.20.2)' })
    await mkdir(join(electron, 'dist'))
    await writeFile(join(electron, 'path.txt'), 'electron\n')
    expect(electronProgram(electron)).toBe(null)
    await writeFile(join(electron, 'dist/electron'), '')
    expect(await find(from, { nodeVersion: '20.20.2' })).toEqual({ path: join(electron, 'dist/electron') })
  })
  test('a download that works is announced, and made once', async () => {
    const { from, electron } = await machine(works)
    const said: string[] = []
    const say = (sentence: string): void => void said.push(sentence)
    expect(await find(from, { say })).toEqual({ path: join(electron, 'dist/electron') })
    expect(await find(from, { say })).toEqual({ path: join(electron, 'dist/electron') })
    expect(said.length).toBe(1)
  })
  test('a download that fails says what it said', async () => {
    const { from } = await machine("console.error('\\nHTTPError: Response code 403\\n    at x.js:1'); process.exit(1)")
    expect(await find(from)).toEqual({ missing: 'its program could not be fetched (HTTPError: Response code 403)' })
  })
  const endless = "require('fs').writeFileSync(__dirname + '/pid', String(process.pid)); setInterval(() => {}, 1000)"
  const runs = (pid: number): boolean => {
    try {
      return process.kill(pid, 0)
    } catch {
      return false
    }
  }
  const pidOf = (electron: string): Promise<number> => readFile(join(electron, 'pid'), 'utf8').then(Number, () => 0)

  test('a download that never ends is ended', async () => {
    const { from, electron } = await machine(endless)
    expect(await find(from, { seconds: 3 })).toEqual({ missing: 'its program was not fetched within 3 seconds (`npx install-electron` takes as long as it needs)' })
    const pid = await pidOf(electron)
    expect(pid).toBeGreaterThan(0)
    await expect.poll(() => runs(pid), { timeout: 10_000 }).toBe(false)
  })
  test('a download can be stopped', async () => {
    const { from, electron } = await machine(endless)
    const stop = new AbortController()
    const found = find(from, { signal: stop.signal })
    await expect.poll(() => pidOf(electron), { timeout: 10_000 }).toBeGreaterThan(0)
    stop.abort()
    expect(await found).toHaveProperty('missing')
    const pid = await pidOf(electron)
    await expect.poll(() => runs(pid), { timeout: 10_000 }).toBe(false)
  })
})

describe.skipIf(noShell)(because('in Electron', noShell), () => {
  /** The built program in a place of its own, with a package `electron` whose program is this script. */
  async function place(electron: string): Promise<string> {
    const home = await mkdtemp(join(folder, 'place-'))
    await mkdir(join(home, 'dist'))
    await mkdir(join(home, 'node_modules/electron/dist'), { recursive: true })
    await cp(join(built, 'start.js'), join(home, 'dist/start.js'))
    await symlink(join(built, 'app'), join(home, 'dist/app'))
    await writeFile(join(home, 'package.json'), '{ "type": "module" }')
    await writeFile(join(home, 'node_modules/electron/package.json'), '{}')
    await writeFile(join(home, 'node_modules/electron/path.txt'), 'electron')
    await script(join(home, 'node_modules/electron/dist/electron'), electron)
    return join(home, 'dist')
  }
  const env = { DISPLAY: ':99' }

  test('it gets the app and nothing else happens', async () => {
    const dist = await place('echo "window of $1"')
    const { code, out } = await start([], { env, dist }).ended
    expect([code, out]).toEqual([0, `window of ${fileURLToPath(new URL('..', pathToFileURL(dist + '/')))}\n`])
  })
  test('that cannot start leads to the browser, and says so', async () => {
    const dist = await place('exit 7')
    const { out } = await start(['--no-open'], { env, dist, say: /because/ }).spoke
    expect(out).toContain('Electron was not used, because its program ended at once (exit code 7)')
    expect((await fetch(address(out))).status).toBe(200)
  })
  test('Ctrl-C ends both', async () => {
    const dist = await place("trap 'echo ended; exit 0' TERM INT; echo open; i=0; while [ $i -lt 300 ]; do i=$((i + 1)); sleep 0.1; done; exit 1")
    const { child, spoke, ended } = start([], { env, dist, say: /open/ })
    await spoke
    child.kill('SIGINT')
    expect(await ended).toMatchObject({ code: 0, out: 'open\nended\n' })
  })
})
