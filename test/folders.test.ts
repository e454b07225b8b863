// A folder of files that grows on the disk: whole at the end, and nothing of it where anything goes wrong.

import { EventEmitter } from 'node:events'
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { because } from './browser.ts'

type Handler = (event: object, ...args: unknown[]) => Promise<{ value?: unknown; error?: string }>
const electron = vi.hoisted(() => ({
  handlers: new Map<string, Handler>(),
  showOpenDialog: vi.fn(async (): Promise<{ canceled: boolean; filePaths: string[] }> => ({ canceled: true, filePaths: [] })),
}))
vi.mock('electron', () => ({
  ipcMain: { handle: (channel: string, handler: Handler) => electron.handlers.set(channel, handler) },
  dialog: { showOpenDialog: electron.showOpenDialog },
  BrowserWindow: { fromWebContents: (sender: { window?: object }) => sender.window ?? null },
  systemPreferences: {},
}))
/** A disk with so many bytes left. */
const disk = vi.hoisted(() => ({ left: Infinity, fullAtSync: false }))
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>()
  const full = (syscall: string): Error => Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC', syscall })
  return {
    ...real,
    async open(...args: Parameters<typeof real.open>) {
      const handle = await real.open(...args)
      return {
        close: () => handle.close(),
        async sync() {
          if (disk.fullAtSync) throw full('fsync')
          await handle.sync()
        },
        /** No more than half at once, as a busy disk may. */
        async write(bytes: Uint8Array, from: number, count: number, position: number) {
          const size = Math.min(Math.ceil(count / 2), disk.left)
          if (size === 0) throw full('write')
          disk.left -= size
          return handle.write(bytes, from, size, position)
        },
      }
    },
  }
})
const { answer } = await import('../main/bridge/door.ts')
const { folders } = await import('../main/bridge/folders.ts')
answer(folders)

const mainFrame = { url: 'app://winnow/index.html' }
function newPage() {
  const contents = Object.assign(new EventEmitter(), { mainFrame })
  return Object.assign(contents, { window: { webContents: contents } })
}
type Page = ReturnType<typeof newPage>
let page: Page
const call = (channel: string, ...args: unknown[]) => electron.handlers.get(channel)!({ sender: page, senderFrame: mainFrame }, ...args)
const bytes = (...values: number[]): ArrayBuffer => Uint8Array.from(values).buffer
const anywhere = process.platform === 'win32' ? 'folders are closed in another way on Windows' : process.getuid?.() === 0 ? 'root may write anywhere' : null

let all: string
let parent: string
beforeAll(async () => { all = await mkdtemp(join(tmpdir(), 'winnow-folders-')) })
afterAll(() => rm(all, { recursive: true, force: true }))
beforeEach(async () => {
  vi.clearAllMocks()
  Object.assign(disk, { left: Infinity, fullAtSync: false })
  page = newPage()
  parent = await mkdtemp(join(all, 'music-'))
})
const choose = (path: string) => electron.showOpenDialog.mockResolvedValueOnce({ canceled: false, filePaths: [path] })
async function opened(name = 'two sources'): Promise<string> {
  choose(parent)
  const { value, error } = await call('folderOpen', name)
  expect(error).toBeUndefined()
  return value as string
}
const everything = async (path = parent): Promise<string[]> => (await readdir(path, { recursive: true })).sort()

describe('a folder that becomes whole', () => {
  test('pieces in their order, whoever waits for them; a head that is written again; then it is there, and not before', async () => {
    const id = await opened()
    await Promise.all([
      call('folderWrite', id, 'left.wav', bytes(0, 0, 3)), call('folderWrite', id, 'rest.wav', bytes(9)), call('folderWrite', id, 'left.wav', bytes(4, 5, 6, 7)),
      call('folderRewrite', id, 'left.wav', 0, bytes(1, 2)), call('folderWrite', id, 'left.wav', bytes(8)),
    ])
    expect((await everything()).every((path) => /^\.winnow-[0-9a-f]{8}\.part/.test(path))).toBe(true)
    expect(await call('folderFinish', id)).toEqual({ value: `${basename(parent)}/two sources` })
    expect(await everything()).toEqual(['two sources', join('two sources', 'left.wav'), join('two sources', 'rest.wav')])
    expect([...await readFile(join(parent, 'two sources', 'left.wav'))]).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  })
  test('a name that is taken stays what it is: the folder gets the next; names lead nowhere', async () => {
    for (const place of ['a_b', 'a_b 2']) {
      const id = await opened('a:b')
      await call('folderWrite', id, '../../rest.wav', bytes(1))
      expect(await call('folderFinish', id)).toEqual({ value: `${basename(parent)}/${place}` })
    }
    expect(await everything()).toEqual(['a_b', 'a_b 2', join('a_b 2', '___.._rest.wav'), join('a_b', '___.._rest.wav')])
    expect(await everything(all)).not.toContain('rest.wav')
  })
  test('none chosen is null, and nothing is there', async () => {
    expect(await call('folderOpen', 'x')).toEqual({ value: null })
    expect(await everything()).toEqual([])
  })
})

describe('nothing stays', () => {
  async function begun(): Promise<string> {
    const id = await opened()
    await call('folderWrite', id, 'left.wav', bytes(1, 2, 3))
    return id
  }
  test('when it is given up, with pieces under way', async () => {
    const id = await begun()
    const late = [call('folderWrite', id, 'left.wav', new ArrayBuffer(2 ** 20)), call('folderAbort', id), call('folderWrite', id, 'left.wav', bytes(1))]
    expect((await Promise.all(late))[1]).toEqual({ value: undefined })
    expect(await everything()).toEqual([])
    expect(await call('folderAbort', id)).toEqual({ value: undefined }) // and a second time
    expect((await call('folderWrite', id, 'left.wav', bytes(1))).error).toMatch(/^folder: expected one that was opened/)
  })
  test('when the disk is full, while writing or only at the end: one sentence, with the place and no draft’s name', async () => {
    const id = await begun()
    disk.left = 1000
    const said = `${basename(parent)}/two sources: the disk is full (ENOSPC)`
    expect(await call('folderWrite', id, 'left.wav', new ArrayBuffer(2000))).toEqual({ error: said })
    expect(await everything()).toEqual([])
    expect((await call('folderFinish', id)).error).toMatch(/^folder: expected one that was opened/)
    disk.left = Infinity
    const second = await begun()
    disk.fullAtSync = true
    expect(await call('folderFinish', second)).toEqual({ error: said })
    expect(await everything()).toEqual([])
  })
  test('when the folder is gone meanwhile', async () => {
    const id = await begun()
    await rm(parent, { recursive: true })
    expect((await call('folderFinish', id)).error).toBe(`${basename(parent)}/two sources: there is no such file or folder (ENOENT)`)
    choose(join(parent, 'gone'))
    expect((await call('folderOpen', 'x')).error).toBe('gone/x: there is no such file or folder (ENOENT)')
  })
  test.skipIf(anywhere)(because('where the folder is closed', anywhere), async () => {
    await chmod(parent, 0o500)
    choose(parent)
    expect((await call('folderOpen', 'x')).error).toBe(`${basename(parent)}/x: permission denied (EACCES)`)
    expect(await everything()).toEqual([])
  })
  test.each([
    ['reloads', 'did-start-navigation', { isMainFrame: true, isSameDocument: false }], ['fails', 'render-process-gone', {}], ['is closed', 'destroyed', {}],
  ])('when the page %s', async (_what, event, details) => {
    await begun()
    await begun()
    const other = page
    page = newPage()
    const kept = await begun()
    other.emit('did-start-navigation', { isMainFrame: true, isSameDocument: true }) // a mere mark in its address
    expect((await readdir(parent)).length).toBe(3)
    other.emit(event, details)
    await expect.poll(() => readdir(parent).then((names) => names.length)).toBe(1)
    expect((await call('folderFinish', kept)).value).toBe(`${basename(parent)}/two sources`)
  })
  test('of what a killed program left a day ago; what is newer, or not ours, stays', async () => {
    const [old, young, other] = ['.winnow-0123abcd.part', '.winnow-89abcdef.part', '.winnow-mine.part']
    for (const name of [old, young, other]) {
      await mkdir(join(parent, name!))
      await writeFile(join(parent, name!, 'left.wav'), 'x')
    }
    const past = new Date(Date.now() - 25 * 3600 * 1000)
    for (const name of [old, other]) await utimes(join(parent, name!), past, past)
    const id = await opened()
    await call('folderAbort', id)
    expect(await readdir(parent)).toEqual([young, other])
  })
})

describe('what may be asked', () => {
  test.each([['', '""'], [5, 'number'], ['x'.repeat(201), `"${'x'.repeat(40)}"`]])('a name: not %s', async (name, shown) => {
    expect(await call('folderOpen', name)).toEqual({ error: `name: expected a text of 1 to 200 characters, got ${shown}` })
    expect(electron.showOpenDialog).not.toHaveBeenCalled()
  })
  test('a folder that was opened, by this page', async () => {
    const id = await opened()
    for (const wrong of ['x', undefined, 7, {}]) expect((await call('folderWrite', wrong, 'a', bytes(1))).error).toMatch(/^folder: expected one that was opened, got /)
    expect((await call('folderAbort', 7)).error).toMatch(/^folder: expected/)
    const owner = page
    page = newPage()
    for (const channel of ['folderWrite', 'folderFinish', 'folderAbort']) expect((await call(channel, id, 'a', bytes(1))).error).toMatch(/^folder: expected one that was opened/)
    page = owner
    expect((await call('folderFinish', id)).error).toBeUndefined()
  })
  test('pieces of a reasonable size, where there is something, in files with names', async () => {
    const cases: [string, unknown[], string][] = [
      ['folderWrite', ['', bytes(1)], 'file: expected a text of 1 to 200 characters, got ""'],
      ['folderWrite', ['a.wav', 'bytes'], 'bytes: expected an ArrayBuffer, got "bytes"'],
      ['folderWrite', ['a.wav', new ArrayBuffer(16 * 2 ** 20 + 1)], 'bytes: expected at most 16 MB at once, got 17 MB'],
      ['folderRewrite', ['a.wav', -1, bytes(1)], `position: expected a whole number from 0 to ${Number.MAX_SAFE_INTEGER}, got -1`],
      ['folderRewrite', ['a.wav', '0', bytes(1)], `position: expected a whole number from 0 to ${Number.MAX_SAFE_INTEGER}, got "0"`],
    ]
    const id = await opened()
    for (const [channel, args, error] of cases) expect(await call(channel, id, ...args)).toEqual({ error })
    await call('folderWrite', id, 'a.wav', bytes(1, 2))
    expect((await call('folderRewrite', id, 'a.wav', 1, bytes(1, 2))).error).toBe('position: expected a piece within the 2 bytes of a.wav, got 1 to 3')
    expect(await everything()).toEqual([]) // a page that asks for that is not writing an export
  })
  test('every name once, and not without end', async () => {
    const id = await opened()
    await call('folderWrite', id, 'a.wav', bytes(1))
    expect((await call('folderWrite', id, 'A.wav', bytes(1))).error).toBe('file: expected every name once, got "a.wav" and "A.wav"')
    const many = await opened()
    for (let i = 0; i < 64; i++) expect((await call('folderWrite', many, `${i}`, bytes(1))).error).toBeUndefined()
    expect((await call('folderWrite', many, '64', bytes(1))).error).toBe('file: expected at most 64 files, got more')
    expect(await everything()).toEqual([])
  })
  test('no more than the disk takes: a page that does not wait is refused', async () => {
    const id = await opened()
    const pieces = Array.from({ length: 5 }, () => call('folderWrite', id, 'a.wav', new ArrayBuffer(16 * 2 ** 20)))
    expect((await Promise.all(pieces)).map(({ error }) => error ?? null)).toEqual([null, null, null, null, 'bytes: expected at most 64 MB that wait for the disk, got more'])
    await call('folderAbort', id)
    expect(await everything()).toEqual([])
  })
})
