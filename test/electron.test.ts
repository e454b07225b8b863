// The built main and preload scripts at work: in Chromium through a stand-in everywhere, in Electron itself where its
// binary and a display are.

import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { _electron } from 'playwright-core'
import type { Browser, ElectronApplication, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { electronPackage, electronProgram, noDisplay } from '../main/electron.ts'
import { menuTitles } from '../renderer/commands.ts'
import type { FileKind } from '../renderer/host.ts'
import { because, launch, noChromium } from './browser.ts'
import { standIn } from './electron-stand-in.ts'
import { sound as chord, wav as waveFile } from './sound-files.ts'

const sound = waveFile(chord(2, 3 * 44100))
const wav: FileKind = { description: 'Sound', extensions: ['wav'] }
const root = fileURLToPath(new URL('..', import.meta.url))

/** Runs in the page: what both hosts must give it. */
async function surroundings() {
  const context = new OfflineAudioContext(1, 128, 48000)
  await context.audioWorklet.addModule('worklet.js')
  return {
    title: document.title, isolated: crossOriginIsolated, secure: isSecureContext,
    frozen: [window.winnowHost, window.winnowHost?.menus].every((each) => each !== undefined && Object.isFrozen(each)), shared: typeof SharedArrayBuffer, host: Object.keys(window.winnowHost ?? {}).sort(), platform: window.winnowHost?.platform,
    node: ['require', 'module', 'process', 'Buffer', 'global', 'electron', 'ipcRenderer', '__dirname'].filter((name) => name in globalThis),
  }
}
const expected = {
  title: 'Winnow', isolated: true, secure: true, frozen: true, shared: 'function', host: ['dropped', 'menus', ...process.platform === 'win32' ? [] : ['midi'], 'onOpen', 'openAgain', 'openFile', 'openSound', 'platform', 'saveFile', 'saveFolder', 'saveSession', 'sessionSound', 'stayAwake'],
  platform: process.platform, node: [],
}

describe.skipIf(noChromium)(because('main and preload in the stand-in', noChromium), () => {
  let browser: Browser
  let electron: ReturnType<typeof standIn>
  let page: Page
  let folder: string
  const complaints: string[] = []

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'winnow-electron-'))
    browser = await launch()
    electron = standIn(browser)
    const main = '../dist/main.js'
    const first = join(folder, 'given at the start.wav')
    await writeFile(first, sound)
    process.argv.push(first)
    await import(main).finally(() => process.argv.pop())
    for (let tries = 0; tries < 600 && !electron.windows[0]?.shown; tries++) await new Promise((resolve) => setTimeout(resolve, 50))
    page = electron.windows[0]!.page!
    page.on('console', (message) => { if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text()) })
    page.on('pageerror', (error) => complaints.push(error.message))
    await page.getByText('given at the start.wav', { exact: true }).first().waitFor()
    await page.reload()
  })
  afterAll(async () => {
    await electron?.close()
    await browser?.close()
    await rm(folder, { recursive: true, force: true })
  })

  test('the scheme is registered once, before the app is ready, with exactly these privileges', () => {
    expect(electron.seen.schemes).toEqual([{ scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true } }])
    expect(electron.seen.sandboxed).toBe(true)
  })

  test('one window is shown, and its page is complete, isolated, and free of Node', async () => {
    expect(electron.windows.length).toBe(1)
    expect(electron.seen.errors).toEqual([])
    expect(await page.evaluate(surroundings)).toEqual(expected)
    expect(complaints).toEqual([])
  })

  test('the page may compile WebAssembly and nothing else', async () => {
    const foreign = await page.evaluate(async () => {
      const tried: Record<string, string> = {}
      const attempt = async (name: string, does: () => unknown): Promise<void> => {
        try { await does(); tried[name] = 'worked' } catch (error) { tried[name] = (error as Error).name }
      }
      await attempt('wasm', () => WebAssembly.compile(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0)))
      await attempt('eval', () => (0, eval)('1'))
      await attempt('fetch', () => fetch('http://127.0.0.1:1/'))
      await attempt('blob worker', () => new Promise((resolve, reject) => {
        const worker = new Worker(URL.createObjectURL(new Blob(['postMessage(1)'], { type: 'text/javascript' })))
        worker.onmessage = resolve
        worker.onerror = () => reject(new TypeError('refused'))
      }))
      const script = document.createElement('script')
      script.textContent = 'window.inline = true'
      document.head.append(script)
      tried['inline'] = 'inline' in window ? 'worked' : 'refused'
      return tried
    })
    expect(foreign).toEqual({ 'wasm': 'worked', 'eval': 'EvalError', 'fetch': 'TypeError', 'blob worker': 'TypeError', 'inline': 'refused' })
  })

  test('it stays where it is', async () => {
    const before = page.url()
    await page.evaluate(() => { location.href = 'http://example.invalid/' })
    await page.waitForTimeout(200)
    expect(page.url()).toBe(before)
    expect(electron.windows[0]!.openHandler()).toEqual({ action: 'deny' })
  })

  test('a chosen file arrives with its bytes; none chosen is null', async () => {
    const path = join(folder, 'some sound.wav')
    await writeFile(path, Uint8Array.of(1, 2, 3, 255))
    const open = (kind: FileKind) => page.evaluate(async (kind) => {
      const file = await window.winnowHost!.openFile(kind)
      return file && { name: file.name, bytes: [...new Uint8Array(file.bytes)] }
    }, kind)
    electron.seen.openDialog = { canceled: false, filePaths: [path] }
    expect(await open(wav)).toEqual({ name: 'some sound.wav', bytes: [1, 2, 3, 255] })
    expect(electron.seen.asked.at(-1)).toEqual({ properties: ['openFile'], filters: [{ name: 'Sound', extensions: ['wav'] }] })
    electron.seen.openDialog = { canceled: true, filePaths: [] }
    expect(await open(wav)).toBe(null)
    electron.seen.openDialog = { canceled: false, filePaths: [join(folder, 'gone.wav')] }
    await expect(open(wav)).rejects.toThrow('gone.wav: there is no such file or folder (ENOENT)')
  })

  test('saved bytes are the file, and no draft of it stays', async () => {
    const path = join(folder, 'saved.wav')
    const save = (name: string) => page.evaluate(([name, kind]) =>
      window.winnowHost!.saveFile(name, kind, Uint8Array.of(5, 6, 7).buffer), [name, wav] as const)
    electron.seen.saveDialog = { canceled: false, filePath: path }
    expect(await save('../../evil:name.wav')).toBe(true)
    expect([...await readFile(path)]).toEqual([5, 6, 7])
    expect(electron.seen.asked.at(-1)).toEqual({ defaultPath: '-..-evil-name.wav', filters: [{ name: 'Sound', extensions: ['wav'] }] })
    electron.seen.saveDialog = { canceled: true, filePath: '' }
    expect(await save('x.wav')).toBe(false)
    electron.seen.saveDialog = { canceled: false, filePath: join(folder, 'no such folder', 'x.wav') }
    await expect(save('x.wav')).rejects.toThrow(/ENOENT/)
    expect((await readdir(folder)).filter((name) => name.endsWith('.part'))).toEqual([])
  })

  test('a folder grows in pieces and appears whole; none where none was chosen, none where it is given up', async () => {
    const save = (finish: boolean) => page.evaluate(async (finish) => {
      const folder = await window.winnowHost!.saveFolder('two sources')
      if (!folder) return null
      await folder.write('left.wav', Uint8Array.of(0, 2).buffer)
      await folder.write('rest.wav', Uint8Array.of(4).buffer)
      await folder.write('left.wav', Uint8Array.of(3).buffer)
      await folder.rewrite('left.wav', 0, Uint8Array.of(1).buffer)
      return finish ? folder.finish() : folder.abort()
    }, finish)
    electron.seen.openDialog = { canceled: true, filePaths: [] }
    expect(await save(true)).toBe(null)
    electron.seen.openDialog = { canceled: false, filePaths: [folder] }
    expect(await save(true)).toBe(`${basename(folder)}/two sources`)
    expect(electron.seen.asked.at(-1)).toMatchObject({ properties: ['openDirectory', 'createDirectory'] })
    expect([...await readFile(join(folder, 'two sources', 'left.wav'))]).toEqual([1, 2, 3])
    await save(false)
    expect((await readdir(join(folder, 'two sources'))).sort()).toEqual(['left.wav', 'rest.wav'])
    expect((await readdir(folder)).filter((name) => /part|2$/.test(name))).toEqual([])
  })

  test.skipIf(process.platform === 'win32')('the virtual MIDI port opens where the system has any, else it says what is missing; closed, it takes nothing', async () => {
    const said = await page.evaluate(() => window.winnowHost!.midi!.open().then(() => 'open', (error: Error) => error.message))
    expect(said).toMatch(/^(open|this Linux has no ALSA sequencer .*|the virtual port’s module .* is not installed.*)$/)
    await page.evaluate(() => window.winnowHost!.midi!.close())
    await expect(page.evaluate(() => window.winnowHost!.midi!.send([{ bytes: [0x90, 60, 1], at: 0 }], 0))).rejects.toThrow('the virtual port is closed')
  })

  test('a wrong argument from the page is one sentence', async () => {
    await expect(page.evaluate(() => window.winnowHost!.openFile({ description: '', extensions: ['wav'] })))
      .rejects.toThrow('description: expected a text of 1 to 80 characters, got ""')
  })

  /** Until the page has told its menus so. */
  const shows = (id: string, state: object): Promise<void> => expect.poll(() => electron.entry(id), { timeout: 20_000 }).toMatchObject(state)
  const click = (id: string): void => { const entry = electron.entry(id)!; entry.click!(entry) }

  test('a second start brings this window to the front, and its file is opened here, before a click in the menus is done by the page', async () => {
    await shows('play', { enabled: false })
    const path = join(folder, 'double-clicked.wav')
    await writeFile(path, sound)
    electron.app.emit('second-instance', {}, ['winnow', 'double-clicked.wav'], folder)
    expect(electron.seen.focused).toBe(1)
    await page.getByText('double-clicked.wav', { exact: true }).first().waitFor()
    await shows('play', { enabled: true, label: 'Pause' })
    click('play')
    await shows('play', { enabled: true, label: 'Play' })
    await page.getByRole('button', { name: 'Play', exact: true }).waitFor()

    await shows('compare', { enabled: true, checked: false })
    click('compare')
    await shows('compare', { enabled: true, checked: true })
    await shows('undo', { enabled: false, label: 'Undo' })
    click('addSource')
    await shows('undo', { enabled: true, label: expect.stringMatching(/^Undo Add /) as string })
    click('undo')
    await shows('undo', { enabled: false, label: 'Undo' })
    await shows('calm', { enabled: false }) // of a live session alone
  })

  test('what is undone while a text is written is the text', async () => {
    await page.getByRole('button', { name: 'Add a source' }).click()
    await shows('undo', { enabled: true })
    await page.locator('.source-name').first().dblclick()
    const name = page.locator('.source-name input')
    const before = await name.inputValue()
    await name.press('End')
    await page.keyboard.type('xy')
    click('undo')
    await expect.poll(() => name.inputValue()).not.toBe(before + 'xy')
    await shows('undo', { enabled: true }) // the source is still there
    await name.press('Escape')
    click('undo')
    await shows('undo', { enabled: false })
  })

  test('what was opened is in the menu, and is opened again from there', async () => {
    const lately = () => electron.seen.menu.flatMap(({ submenu = [] }) => submenu).find(({ label }) => label === 'Open recent')?.submenu ?? []
    await expect.poll(() => lately().map(({ label }) => label).filter(Boolean), { timeout: 20_000 })
      .toEqual(expect.arrayContaining(['double-clicked.wav', 'given at the start.wav', 'Clear the list']))
    const entry = lately().find(({ label }) => label === 'given at the start.wav')!
    entry.click!(entry)
    await page.getByText('given at the start.wav', { exact: true }).first().waitFor()
    const clear = lately().find(({ label }) => label === 'Clear the list')!
    clear.click!(clear)
    await expect.poll(() => lately().length, { timeout: 20_000 }).toBe(2) // a line, and to clear
  })

  test('the machine may sleep while a file plays, and not while notes are heard from it', async () => {
    await page.bringToFront()
    expect(electron.seen.awake).toBe(false)
    click('notes')
    await expect.poll(() => electron.seen.awake, { timeout: 20_000 }).toBe(true)
    await shows('play', { label: 'Pause' })
    click('play')
    await expect.poll(() => electron.seen.awake, { timeout: 20_000 }).toBe(false)
  })

  test('where the window stood is written when it is closed', async () => {
    electron.windows[0]!.bounds = { x: 12, y: 34, width: 1300, height: 800 }
    electron.windows[0]!.emit('close')
    await expect.poll(async () => JSON.parse(await readFile(join(electron.userData, 'window.json'), 'utf8').catch(() => 'null')) as unknown)
      .toEqual({ x: 12, y: 34, width: 1300, height: 800, maximised: false, fullScreen: false })
  })

  test('the last window closed ends the app', () => {
    electron.app.emit('window-all-closed')
    expect(electron.seen.quit).toBe(process.platform === 'darwin' ? 0 : 1)
  })

  test('it ends once what it writes is on the disk', async () => {
    const before = electron.seen.quit
    let held = 0
    const ends = (): boolean => electron.app.emit('will-quit', { preventDefault: () => { held++ } })
    ends()
    expect(held).toBe(1)
    await expect.poll(() => electron.seen.quit).toBe(before + 1)
    ends()
    expect(held).toBe(1)
  })
})

const installed = electronPackage(import.meta.url)
const program = installed && electronProgram(installed)
const noElectron = program ? noDisplay() : "Electron's program is not here"

describe.skipIf(noElectron)(because('Electron itself', noElectron), () => {
  let app: ElectronApplication
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'winnow-electron-itself-'))
    const path = join(folder, 'given at the start.wav')
    await writeFile(path, sound)
    app = await _electron.launch({ executablePath: program!, args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), `--user-data-dir=${join(folder, 'user')}`, root, path] })
  })
  afterAll(async () => {
    await app?.close()
    await rm(folder, { recursive: true, force: true })
  })

  test('the window opens, and its page is complete, isolated, and free of Node', async () => {
    const page = await app.firstWindow()
    await page.waitForLoadState()
    expect(page.url()).toBe('app://winnow/index.html')
    expect(await page.evaluate(surroundings)).toEqual(expected)
  })

  test('hearing is allowed, seeing is not', async () => {
    const page = await app.firstWindow()
    const seeing = await page.evaluate(() => navigator.mediaDevices.getUserMedia({ video: true }).then(() => 'allowed', (error: Error) => error.name))
    expect(['NotAllowedError', 'NotFoundError']).toContain(seeing)
  })

  test('the file that was given is open, and a click in the menus is done by the page', async () => {
    const page = await app.firstWindow()
    await page.getByText('given at the start.wav', { exact: true }).first().waitFor()
    const entry = (id: string) => app.evaluate(({ Menu }, id) => {
      const { enabled, checked, label } = Menu.getApplicationMenu()!.getMenuItemById(id)!
      return { enabled, checked, label }
    }, id)
    await expect.poll(() => entry('compare'), { timeout: 20_000 }).toMatchObject({ enabled: true, checked: false })
    await app.evaluate(({ Menu }) => Menu.getApplicationMenu()!.getMenuItemById('compare')!.click())
    await expect.poll(() => entry('compare'), { timeout: 20_000 }).toMatchObject({ enabled: true, checked: true })
    await page.getByRole('button', { name: 'A Original', pressed: true }).waitFor()
    expect(await app.evaluate(({ Menu }) => Menu.getApplicationMenu()!.items.map(({ label }) => label))).toEqual(expect.arrayContaining(Object.values(menuTitles)))
  })

  test('closed, it has written where it stood', async () => {
    const bounds = await app.evaluate(({ BrowserWindow }) => {
      const [window] = BrowserWindow.getAllWindows()
      window!.setBounds({ x: 20, y: 40, width: 1240, height: 760 })
      return window!.getBounds()
    })
    await app.close()
    const { width, height } = JSON.parse(await readFile(join(folder, 'user/window.json'), 'utf8')) as { width: number; height: number }
    expect([width, height]).toEqual([bounds.width, bounds.height])
  })
})
