// Sessions on the disk, by the main process: the page has tokens and no paths, a sound is followed only where a person
// chose it or below the session's own folder, and what cannot be written leaves what was there.

import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { initialNoteSettings, initialSettings } from '../worklet/parameters.ts'
import type { SessionDocument } from '../renderer/session/document.ts'
import type { OpenedSound } from '../renderer/host.ts'
import { readSession } from '../renderer/session/reading.ts'
import { writeSession } from '../renderer/session/writing.ts'

type Handler = (event: object, ...args: unknown[]) => Promise<{ value?: unknown; error?: string }>
const electron = vi.hoisted(() => ({
  handlers: new Map<string, Handler>(), userData: '',
  showOpenDialog: vi.fn(async (): Promise<{ canceled: boolean; filePaths: string[] }> => ({ canceled: true, filePaths: [] })),
  showSaveDialog: vi.fn(async (..._args: unknown[]): Promise<{ canceled: boolean; filePath: string }> => ({ canceled: true, filePath: '' })),
}))
vi.mock('electron', () => ({
  app: { getPath: () => electron.userData },
  ipcMain: { handle: (channel: string, handler: Handler) => electron.handlers.set(channel, handler) },
  dialog: { showOpenDialog: electron.showOpenDialog, showSaveDialog: electron.showSaveDialog },
  BrowserWindow: { fromWebContents: (sender: { window?: object }) => sender.window ?? null },
  systemPreferences: {},
}))
const disk = vi.hoisted(() => ({ full: false }))
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>()
  return {
    ...real,
    open: async (...args: Parameters<typeof real.open>) => {
      const file = await real.open(...args)
      if (disk.full) file.writeFile = async () => { throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', syscall: 'write' }) }
      return file
    },
  }
})
const start = async (): Promise<void> => {
  vi.resetModules()
  electron.handlers.clear()
  const { answerPage } = await import('../main/bridge/bridge.ts')
  answerPage()
}

const mainFrame = { url: 'app://winnow/index.html' }
const sender = { mainFrame, window: {} }
const call = async (channel: string, ...args: unknown[]): Promise<unknown> => {
  const { value, error } = await electron.handlers.get(channel)!({ sender, senderFrame: mainFrame }, ...args)
  if (error !== undefined) throw new Error(error)
  return value
}
const kind = { description: 'Any', extensions: ['wav'] }
/** As the page reads a sound: in ranges, from the app's own address. */
async function read(source: OpenedSound['source']): Promise<string> {
  const { serveOpened } = await import('../main/bridge/opened.ts')
  const { address, size } = source as { readonly address: string; readonly size: number }
  const answer = await serveOpened(async () => new Response(null, { status: 404 }))(new Request('app://winnow' + address, { headers: { Range: `bytes=0-${size - 1}` } }))
  return answer.text()
}

interface Opened { readonly name: string; readonly where: string; readonly bytes: ArrayBuffer }
const choose = async (path: string): Promise<Opened> => {
  electron.showOpenDialog.mockResolvedValueOnce({ canceled: false, filePaths: [path] })
  return await call('openFile', kind) as Opened
}

const sound = { name: 'band.wav', seconds: 4, channels: 2, rate: 44_100, bytes: 4, checksum: '0123456789abcdef' } as const
const session = (path?: string): SessionDocument => ({
  sound: { ...sound, ...(path !== undefined && { path }) }, live: null, preset: { shipped: 'band.preset', checksum: '0123456789abcdef' },
  settings: initialSettings(), rest: { mute: false, solo: false }, selection: { mask: 'soft', sources: [] },
  notes: { on: false, from: null, preset: null, settings: initialNoteSettings(), edited: null },
  midi: { ports: [], setup: { channel: 0, mpe: false, bendRange: 2, program: null, touch: 0 }, ahead: 20, hear: false, level: -12 },
  passage: null, loop: null, markers: [], view: { screen: 'studio', folded: false, drawer: 'overview', drawerFolded: false, zoom: null }, places: {},
})
const text = writeSession(session())

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'winnow-sessions-'))
  electron.userData = join(folder, 'user-data')
  await mkdir(electron.userData)
})
afterAll(() => rm(folder, { recursive: true, force: true }))
beforeEach(async () => {
  vi.clearAllMocks()
  disk.full = false
  await start()
})
const fresh = (): Promise<string> => mkdtemp(join(folder, 'case-'))
const saveAt = async (path: string, content = text, token: string | null = null, of: string | null = null): Promise<{ name: string; where: string }> => {
  electron.showSaveDialog.mockResolvedValueOnce({ canceled: false, filePath: path })
  return await call('saveSession', 'x.winnow', content, token, of) as { name: string; where: string }
}

describe('a session that is saved', () => {
  test('holds the way to its sound: from its own folder where that is, whole elsewhere; the page never sees one', async () => {
    const home = await fresh()
    await mkdir(join(home, 'takes'))
    const away = await fresh()
    for (const [path, expected] of [[join(home, 'takes', 'band.wav'), 'takes/band.wav'], [join(away, 'band.wav'), join(away, 'band.wav')]] as const) {
      await writeFile(path, 'RIFF')
      const { where, ...opened } = await choose(path)
      expect(where).toMatch(/^[0-9a-f]{32}$/)
      expect(JSON.stringify(opened)).not.toContain(folder)
      await saveAt(join(home, 'x.winnow'), text, null, where)
      expect(readSession(await readFile(join(home, 'x.winnow'), 'utf8'), 'x').sound!.path).toBe(expected)
    }
  })

  test('keeps the way to a sound that is missing, and takes none from the page', async () => {
    const home = await fresh()
    const path = join(home, 'x.winnow')
    await writeFile(path, writeSession(session('takes/gone.wav')))
    const { where } = await choose(path)
    await call('saveSession', 'x.winnow', writeSession(session('/etc/passwd')), where, null)
    expect(readSession(await readFile(path, 'utf8'), 'x').sound!.path).toBe('takes/gone.wav')
    await saveAt(join(home, 'y.winnow'), writeSession(session('/etc/passwd')))
    expect(readSession(await readFile(join(home, 'y.winnow'), 'utf8'), 'y').sound!.path).toBeUndefined()
  })

  test('goes over its own file from then on, without a question, and after the program was closed', async () => {
    const home = await fresh()
    const { where } = await saveAt(join(home, 'x.winnow'))
    await start()
    vi.clearAllMocks()
    const changed = writeSession({ ...session(), rest: { mute: true, solo: false } })
    expect(await call('saveSession', 'y.winnow', changed, where, null)).toEqual({ name: 'x.winnow', where })
    expect(electron.showSaveDialog).not.toHaveBeenCalled()
    expect(await readFile(join(home, 'x.winnow'), 'utf8')).toBe(changed)
    expect(await readdir(home)).toEqual(['x.winnow'])
  })

  test('cannot be written on a full disk: one sentence, and what was there is there', async () => {
    const home = await fresh()
    const { where } = await saveAt(join(home, 'x.winnow'))
    disk.full = true
    await expect(call('saveSession', 'x.winnow', writeSession({ ...session(), rest: { mute: true, solo: true } }), where, null)).rejects.toThrow(/the disk is full \(ENOSPC\)/)
    expect(await readFile(join(home, 'x.winnow'), 'utf8')).toBe(text)
    expect(await readdir(home)).toEqual(['x.winnow'])
  })

  test.each([
    ['something else', ['x.winnow', '{"format":"winnow-session/1"}', null, null], /expected an object|unknown/],
    ['no text', ['x.winnow', 7, null, null], /session: expected a text/],
    ['a path for a token', ['x.winnow', text, { path: '/etc/passwd' }, null], /token: expected a text/],
    ['no name', ['', text, null, null], /name: expected a text/],
  ])('is one: not %s', async (_name, args, error) => {
    await expect(call('saveSession', ...args)).rejects.toThrow(error)
    expect(electron.showSaveDialog).not.toHaveBeenCalled()
  })
})

describe('the sound of a session', () => {
  const soundOf = async (home: string, path: string | undefined): Promise<Opened | null> => {
    await writeFile(join(home, 'x.winnow'), writeSession(session(path)))
    return await call('sessionSound', (await choose(join(home, 'x.winnow'))).where) as Opened | null
  }

  test('beside it or below is opened; one that is gone, or was never named, is asked for', async () => {
    const home = await fresh()
    await mkdir(join(home, 'takes'))
    await writeFile(join(home, 'takes', 'band.wav'), 'RIFF')
    expect(await soundOf(home, 'takes/band.wav')).toMatchObject({ name: 'band.wav', source: { size: 4 } })
    expect(await soundOf(home, 'gone.wav')).toBeNull()
    expect(await soundOf(home, 'takes')).toBeNull()
    expect(await soundOf(home, undefined)).toBeNull()
  })

  test('outside of its folder is opened only where a person has chosen it, however the path is put', async () => {
    const [home, away] = [await fresh(), await fresh()]
    const path = join(away, 'secret.wav')
    await writeFile(path, 'RIFF')
    await symlink(path, join(home, 'link.wav'))
    const ways = [path, join('..', away.slice(folder.length + 1), 'secret.wav'), 'link.wav']
    for (const way of ways) expect(await soundOf(home, way)).toBeNull()
    await choose(path)
    for (const way of ways.slice(0, 2)) expect(await soundOf(home, way)).toMatchObject({ name: 'secret.wav' })
    await start() // the list outlives the program
    expect(await soundOf(home, path)).toMatchObject({ name: 'secret.wav' })
  })

  test('a token that nobody was given opens nothing', async () => {
    for (const channel of ['openAgain', 'sessionSound']) {
      expect(await call(channel, 'f'.repeat(32))).toBeNull()
      await expect(call(channel, '../../etc/passwd'.repeat(9))).rejects.toThrow(/token: expected a text of 1 to 64/)
    }
  })
})

test('what was chosen is opened again as it is now, and null where it is gone', async () => {
  const path = join(await fresh(), 'a.wav')
  await writeFile(path, 'one')
  const { where } = await choose(path)
  await writeFile(path, 'two')
  const { source } = await call('openAgain', where) as OpenedSound
  expect(await read(source)).toBe('two')
  await rm(path)
  expect(await call('openAgain', where)).toBeNull()
})

test('a list of files that is damaged is none', async () => {
  await writeFile(join(electron.userData, 'chosen-files.json'), '{"x": 1, "../../etc": "/etc/passwd", ')
  await start()
  expect(await call('openAgain', 'f'.repeat(32))).toBeNull()
  const path = join(await fresh(), 'a.wav')
  await writeFile(path, 'one')
  expect((await choose(path)).where).toMatch(/^[0-9a-f]{32}$/)
})
