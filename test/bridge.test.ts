// The door between the page and the machine: each wrong argument is one sentence, nobody else may knock, and a file
// that cannot be written leaves what was there.

import { EventEmitter } from 'node:events'
import { chmod, mkdtemp, readFile, readdir, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { because } from './browser.ts'

type Handler = (event: object, ...args: unknown[]) => Promise<{ value?: unknown; error?: string }>
const electron = vi.hoisted(() => ({
  handlers: new Map<string, Handler>(),
  showOpenDialog: vi.fn(async (): Promise<{ canceled: boolean; filePaths: string[] }> => ({ canceled: true, filePaths: [] })),
  blockers: [] as string[],
  sent: [] as unknown[][],
  menu: { states: {}, recent: [] } as { states: object; recent: readonly object[] },
  showSaveDialog: vi.fn(async (..._args: unknown[]): Promise<{ canceled: boolean; filePath: string }> => ({ canceled: true, filePath: '' })),
}))
vi.mock('electron', () => ({
  app: { getPath: () => folder, clearRecentDocuments: () => electron.sent.push(['cleared']) },
  ipcMain: { handle: (channel: string, handler: Handler) => electron.handlers.set(channel, handler) },
  dialog: { showOpenDialog: electron.showOpenDialog, showSaveDialog: electron.showSaveDialog },
  BrowserWindow: { fromWebContents: (sender: { window?: object }) => sender.window ?? null },
  systemPreferences: {},
  powerSaveBlocker: {
    start: (kind: string) => electron.blockers.push(kind),
    stop: (id: number) => { delete electron.blockers[id - 1] },
  },
}))
vi.mock('../main/menu.ts', () => ({ nothing: { states: {}, recent: [] }, showMenu: (shown: typeof electron.menu) => { electron.menu = shown } }))
const midi = vi.hoisted(() => ({ said: [] as string[], fails: null as Error | null }))
vi.mock('node:module', async (original) => ({
  ...await original<typeof import('node:module')>(),
  createRequire: () => (): object => ({
    Output: class {
      constructor() { if (midi.fails) throw midi.fails }
      openVirtualPort(name: string): void { midi.said.push(`open ${name}`) }
      sendMessage(bytes: number[]): void { midi.said.push(bytes.join(' ')) }
      closePort(): void { midi.said.push('closed') }
      destroy(): void {}
    },
  }),
}))
const { answerPage } = await import('../main/bridge/bridge.ts')
const { plainName } = await import('../main/bridge/checks.ts')
const { closeMidi } = await import('../main/bridge/midi.ts')
const { serveOpened } = await import('../main/bridge/opened.ts')
answerPage()

const mainFrame = { url: 'app://winnow/index.html' }
const sender = { mainFrame, window: {} }
const call = (channel: string, ...args: unknown[]) => electron.handlers.get(channel)!({ sender, senderFrame: mainFrame }, ...args)
const kind = { description: 'Sound', extensions: ['wav'] }

const anywhere = process.platform === 'win32' ? 'folders are closed in another way on Windows' : process.getuid?.() === 0 ? 'root may write anywhere' : null

let folder: string
beforeAll(async () => { folder = await mkdtemp(join(tmpdir(), 'winnow-bridge-')) })
afterAll(() => rm(folder, { recursive: true, force: true }))
beforeEach(() => { vi.clearAllMocks() })

test('the page may ask for these things', () => {
  expect([...electron.handlers.keys()].sort()).toEqual(['dropped', 'folderAbort', 'folderFinish', 'folderOpen', 'folderRewrite', 'folderWrite', 'menus', 'midiClose', 'midiOpen', 'midiSend',
    'onOpen', 'openAgain', 'openFile', 'openSound', 'saveFile', 'saveSession', 'sessionSound', 'stayAwake'])
})

describe('who may ask', () => {
  test.each([
    ['another origin', { sender: { mainFrame: { url: 'https://evil.example/' }, window: {} }, senderFrame: 'main' }],
    ['a frame inside the page', { sender, senderFrame: { url: 'app://winnow/index.html' } }],
    ['a frame that is gone', { sender, senderFrame: null }],
    ['contents without a window', { sender: { mainFrame }, senderFrame: mainFrame }],
  ])('not %s', async (_name, event) => {
    const asked = event.senderFrame === 'main' ? { ...event, senderFrame: event.sender.mainFrame } : event
    expect(await electron.handlers.get('openFile')!(asked, kind)).toEqual({ error: "openFile: only the app's own page may ask" })
    expect(electron.showOpenDialog).not.toHaveBeenCalled()
  })
})

const windows = process.platform === 'win32' ? 'Windows has no virtual ports' : null
describe.skipIf(windows)(because('the virtual port', windows), () => {
  const contents = () => Object.assign(new EventEmitter(), { mainFrame })
  const ask = (sender: object, channel: string, ...args: unknown[]) => electron.handlers.get(channel)!({ sender, senderFrame: mainFrame }, ...args)
  const opened = async (): Promise<EventEmitter> => {
    const sender = contents()
    expect(await ask(Object.assign(sender, { window: { webContents: sender } }), 'midiOpen')).toEqual({ value: undefined })
    await ask(sender, 'midiSend', [{ bytes: [0x90, 60, 1], at: 0 }], 0)
    expect(midi.said.splice(0)).toEqual(['open Winnow', '144 60 1'])
    return sender
  }
  const ended = ['128 60 64', '224 0 64', '176 123 0', 'closed']

  test('a wrong message is one sentence, and is not sent', async () => {
    const sender = await opened()
    expect(await ask(sender, 'midiSend', [{ bytes: [0xf0, 1, 0xf7], at: 0 }], 0)).toEqual({ error: 'bytes: expected a channel message of MIDI, got [240,1,247]' })
    expect(midi.said).toEqual([])
    await ask(sender, 'midiClose')
    expect(midi.said.splice(0)).toEqual(ended)
    expect(await ask(sender, 'midiSend', [{ bytes: [0x90, 60, 1], at: 0 }], 0)).toEqual({ error: 'the virtual port is closed' })
  })
  test.each([
    ['reloads', 'did-start-navigation', { isMainFrame: true, isSameDocument: false }], ['fails', 'render-process-gone', {}], ['is closed', 'destroyed', {}],
  ])('the page %s: what sounds is ended', async (_what, event, details) => {
    (await opened()).emit(event, details)
    expect(midi.said.splice(0)).toEqual(ended)
  })
  test('what is no other page ends nothing; the app that quits does', async () => {
    (await opened()).emit('did-start-navigation', { isMainFrame: false, isSameDocument: false })
    expect(midi.said).toEqual([])
    closeMidi()
    expect(midi.said.splice(0)).toEqual(ended)
  })
  test('where there is none, one sentence', async () => {
    midi.fails = new Error('Failed to initialise RtMidi')
    const sender = contents()
    expect((await ask(Object.assign(sender, { window: { webContents: sender } }), 'midiOpen')).error).toMatch(/^(this Linux has no ALSA|the system’s MIDI could not|Windows has no virtual)/)
    midi.fails = null
  })
})

describe('the menus', () => {
  test('show what the page tells', async () => {
    const states = { undo: { enabled: true, label: 'Undo Mute Bass' }, compare: { enabled: true, checked: false } }
    expect(await call('menus', states, [{ id: '1', name: 'a.wav' }])).toEqual({ value: undefined })
    expect(electron.menu).toEqual({ states, recent: [{ id: '1', name: 'a.wav' }] })
  })
  test.each<[string, unknown, unknown, string]>([
    ['no states', null, [], 'states: expected an object, got null'],
    ['a list of them', [], [], 'states: expected an object, got object'],
    ['no command of ours', { quit: { enabled: true } }, [], 'states: expected names of commands, got "quit"'],
    ['a name that every object has', { constructor: { enabled: true } }, [], 'states: expected names of commands, got "constructor"'],
    ['a state that is none', { undo: 1 }, [], 'undo.enabled: expected true or false, got undefined'],
    ['a mark that is none', { undo: { enabled: true, checked: 'yes' } }, [], 'undo.checked: expected true or false, got "yes"'],
    ['a text too long', { undo: { enabled: true, label: 'x'.repeat(201) } }, [], `undo.label: expected a text of 1 to 200 characters, got "${'x'.repeat(40)}"`],
    ['no list', {}, 'a', 'recent: expected a list of at most 32, got "a"'],
    ['a long list', {}, Array(33).fill({ id: '1', name: 'x' }), 'recent: expected a list of at most 32, got 33'],
    ['an entry without a name', {}, [{ id: '1' }], 'name: expected a text of 1 to 200 characters, got undefined'],
  ])('%s is one sentence', async (_what, states, recent, error) => {
    expect(await call('menus', states, recent)).toEqual({ error })
  })
})

describe('the machine stays awake', () => {
  const contents = () => { const sender = Object.assign(new EventEmitter(), { mainFrame }); return Object.assign(sender, { window: { webContents: sender } }) }
  const ask = (sender: object, awake: unknown) => electron.handlers.get('stayAwake')!({ sender, senderFrame: mainFrame }, awake)
  const awake = () => electron.blockers.filter(Boolean)

  test('while it is asked to, and asked twice no longer', async () => {
    const sender = contents()
    await ask(sender, true)
    await ask(sender, true)
    expect(awake()).toEqual(['prevent-app-suspension'])
    await ask(sender, false)
    expect(awake()).toEqual([])
  })
  test.each([['reloads', 'did-start-navigation'], ['fails', 'render-process-gone'], ['is closed', 'destroyed']])('and no longer when the page %s', async (_what, event) => {
    const sender = contents()
    await ask(sender, true)
    expect(awake()).toHaveLength(1)
    sender.emit(event, { isMainFrame: true, isSameDocument: false })
    expect(awake()).toEqual([])
    await ask(sender, true) // the page that comes after it
    sender.emit(event, { isMainFrame: true, isSameDocument: false })
    expect(awake()).toEqual([])
  })
  test('a wrong argument is one sentence', async () => expect(await ask(contents(), 1)).toEqual({ error: 'awake: expected true or false, got number' }))
})

describe('what may be asked', () => {
  const cyclic: Record<string, unknown> = {}
  cyclic['extensions'] = [cyclic]
  const wrongKinds: [unknown, string][] = [
    [undefined, 'extensions: expected a list of 1 to 32, got undefined'],
    [null, 'extensions: expected a list of 1 to 32, got undefined'],
    ['wav', 'extensions: expected a list of 1 to 32, got undefined'],
    [{ description: 'x', extensions: [] }, 'extensions: expected a list of 1 to 32, got object'],
    [{ description: 'x', extensions: Array(33).fill('wav') }, 'extensions: expected a list of 1 to 32, got object'],
    [{ description: 'x', extensions: ['../x'] }, 'extensions: expected letters and digits, got "../x"'],
    [{ description: 'x', extensions: [7] }, 'extensions: expected letters and digits, got number'],
    [{ description: '', extensions: ['wav'] }, 'description: expected a text of 1 to 80 characters, got ""'],
    [{ description: 'x'.repeat(81), extensions: ['wav'] }, `description: expected a text of 1 to 80 characters, got "${'x'.repeat(40)}"`],
    [{ extensions: ['wav'] }, 'description: expected a text of 1 to 80 characters, got undefined'],
    [cyclic, 'extensions: expected letters and digits, got object'],
  ]
  test.each(wrongKinds)('a kind of file: not %o', async (wrong, error) => {
    expect(await call('openFile', wrong)).toEqual({ error })
    expect(await call('saveFile', 'x.wav', wrong, new ArrayBuffer(1))).toEqual({ error })
    expect(electron.showOpenDialog).not.toHaveBeenCalled()
    expect(electron.showSaveDialog).not.toHaveBeenCalled()
  })
  test.each([
    ['', kind, new ArrayBuffer(1), 'name: expected a text of 1 to 200 characters, got ""'],
    [5, kind, new ArrayBuffer(1), 'name: expected a text of 1 to 200 characters, got number'],
    ['x'.repeat(201), kind, new ArrayBuffer(1), `name: expected a text of 1 to 200 characters, got "${'x'.repeat(40)}"`],
    ['x.wav', kind, 'bytes', 'bytes: expected an ArrayBuffer, got "bytes"'],
    ['x.wav', kind, { byteLength: 4 }, 'bytes: expected an ArrayBuffer, got object'],
    ['x.wav', kind, null, 'bytes: expected an ArrayBuffer, got null'],
    ['x.wav', kind, undefined, 'bytes: expected an ArrayBuffer, got undefined'],
  ])('to save: not %s', async (name, kind, bytes, error) => {
    expect(await call('saveFile', name, kind, bytes)).toEqual({ error })
    expect(electron.showSaveDialog).not.toHaveBeenCalled()
  })
})

test('a name leads nowhere', () => {
  const names = ['song.wav', '../../etc/passwd', 'C:\\Windows\\x', '...hidden', 'a/b', 'a\0b', 'nul:', 'trailing. ', '..', '/', '', 'Ünïcode – ok.wav']
  expect(names.map(plainName)).toEqual(['song.wav', '-..-etc-passwd', 'C--Windows-x', 'hidden', 'a-b', 'a-b', 'nul-', 'trailing', 'winnow', '-', 'winnow', 'Ünïcode – ok.wav'])
})

test('a file too large is refused before it is read', async () => {
  const path = join(folder, 'large.wav')
  await writeFile(path, '')
  await truncate(path, 513 * 2 ** 20) // holes take no room
  electron.showOpenDialog.mockResolvedValueOnce({ canceled: false, filePaths: [path] })
  expect(await call('openFile', kind)).toEqual({ error: 'large.wav: expected at most 512 MB, got 513 MB' })
})

describe('a sound', () => {
  test('of any size is read in ranges, by a token and never by a path', async () => {
    const path = join(folder, 'hours.wav')
    await writeFile(path, 'RIFF and so on')
    await truncate(path, 5 * 2 ** 30)
    electron.showOpenDialog.mockResolvedValueOnce({ canceled: false, filePaths: [path] })
    const { value } = await call('openSound') as unknown as { value: { name: string; source: { address: string; size: number } } }
    expect(value).toMatchObject({ name: 'hours.wav', source: { address: expect.stringMatching(/^\/opened\/[0-9a-f]{32}$/) as string, size: 5 * 2 ** 30 } })
    const assets = serveOpened(async () => new Response('the app'))
    const get = async (address: string, range?: string): Promise<[number, string]> => {
      const response = await assets(new Request('app://winnow' + address, { headers: range === undefined ? {} : { Range: range } }))
      return [response.status, (await response.text()).trim()]
    }
    const { address } = value.source
    expect(await get(address, 'bytes=0-3')).toEqual([206, 'RIFF'])
    expect(await get(address, `bytes=${5 * 2 ** 30 - 2}-${5 * 2 ** 30 + 9}`)).toEqual([206, '\0\0']) // the end
    for (const range of [undefined, 'bytes=0-', 'bytes=5-4', `bytes=0-${2 ** 26}`, 'bytes=-5', 'bytes=0-1,5-6']) expect((await get(address, range))[0], range).toBe(416)
    for (const other of ['/opened/', '/opened/' + 'a'.repeat(32), '/opened/' + path, address + '/..%2f', address.toUpperCase()])
      expect((await get(other, 'bytes=0-3'))[0], other).not.toBe(206)
    expect(await get('/index.html')).toEqual([200, 'the app'])
    await rm(path)
    expect(await get(address, 'bytes=0-3')).toEqual([500, 'hours.wav: there is no such file or folder (ENOENT)'])
  })
})

describe('saving over a file', () => {
  test('replaces it whole', async () => {
    const path = join(folder, 'old.wav')
    await writeFile(path, 'the old one, which is longer')
    electron.showSaveDialog.mockResolvedValueOnce({ canceled: false, filePath: path })
    expect(await call('saveFile', 'old.wav', kind, new TextEncoder().encode('new').buffer)).toEqual({ value: true })
    expect(await readFile(path, 'utf8')).toBe('new')
  })
  test('that cannot be replaced leaves it, and nothing beside it', async () => {
    const inner = await mkdtemp(join(folder, 'inner-'))
    await mkdtemp(join(inner, 'folder-'))
    const [taken] = await readdir(inner)
    electron.showSaveDialog.mockResolvedValueOnce({ canceled: false, filePath: join(inner, taken!) }) // a folder has that name
    expect((await call('saveFile', 'x.wav', kind, new ArrayBuffer(3))).error).toMatch(/expected a file, got a folder|permission denied|something else has this name/)
    expect(await readdir(inner)).toEqual([taken])
  })
  test.skipIf(anywhere)(because('in a folder that is closed says so', anywhere), async () => {
    const closed = await mkdtemp(join(folder, 'closed-'))
    await chmod(closed, 0o500)
    electron.showSaveDialog.mockResolvedValueOnce({ canceled: false, filePath: join(closed, 'x.wav') })
    expect((await call('saveFile', 'x.wav', kind, new ArrayBuffer(3))).error).toMatch(/permission denied \(EACCES\)/)
  })
})
