// Files that the system opens with Winnow: which of its words name one, and how each reaches a page, early or late.

import { EventEmitter } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { OutsideFile } from '../renderer/host.ts'

type Handler = (event: object) => Promise<{ value: OutsideFile[] }>
const electron = vi.hoisted(() => ({ folder: '', handlers: new Map<string, unknown>(), windows: [] as object[], recent: [] as string[] }))
vi.mock('electron', () => ({
  app: { getPath: () => electron.folder, whenReady: async () => undefined, addRecentDocument: (path: string) => electron.recent.push(path) },
  BrowserWindow: { fromWebContents: (sender: { window?: object }) => sender.window ?? null, getAllWindows: () => electron.windows },
  ipcMain: { handle: (channel: string, handler: unknown) => electron.handlers.set(channel, handler) }, systemPreferences: {}, screen: {},
}))
const { filesIn, openOutside, outside } = await import('../main/bridge/outside.ts')
const { answer } = await import('../main/bridge/door.ts')
const { pathOf } = await import('../main/bridge/chosen.ts')
answer(outside)

beforeAll(async () => { electron.folder = await mkdtemp(join(tmpdir(), 'winnow-outside-')) })
afterAll(() => rm(electron.folder, { recursive: true, force: true }))

describe('of the words at the start', () => {
  const from = resolve('/music')
  test('those are files that end as ours do, as whole paths', () => {
    expect(filesIn(['winnow', '.', '--no-sandbox', '--x=a.wav', 'a.wav', '../b.WINNOW', resolve('/c d/e.preset'), 'notes.txt', 'a.wav'], from))
      .toEqual([join(from, 'a.wav'), resolve('/b.WINNOW'), resolve('/c d/e.preset')])
  })
  test('addresses of files are paths, others are nothing', () => {
    const path = resolve('/music/ü é.wav')
    expect(filesIn([pathToFileURL(path).href, 'https://example.org/a.txt', 'file://%zz/x.wav'], from)).toEqual([path])
  })
  test('no more than a person means', () => expect(filesIn(Array.from({ length: 99 }, (_, i) => `${i}.wav`), from)).toHaveLength(16))
})

describe('a file', () => {
  const mainFrame = { url: 'app://winnow/index.html' }
  function page() {
    const contents = Object.assign(new EventEmitter(), { mainFrame, sent: [] as unknown[][], send(...said: unknown[]) { this.sent.push(said) } })
    electron.windows = [Object.assign(contents, { window: { webContents: contents } }).window]
    return contents
  }
  const listens = async (sender: object): Promise<OutsideFile[]> => (await (electron.handlers.get('onOpen') as Handler)({ sender, senderFrame: mainFrame })).value
  const path = resolve('/music/a.wav')

  test('that came before the page waits for it, and comes once', async () => {
    electron.windows = []
    await openOutside([path])
    const contents = page()
    const [file, ...more] = await listens(contents)
    expect([file!.name, more]).toEqual(['a.wav', []])
    expect(await pathOf(file!.token)).toBe(path)
    expect(await listens(contents)).toEqual([])
    expect(electron.recent).toEqual([path])
  })
  test('that comes later is told at once, and says nothing of where it lies', async () => {
    const contents = page()
    await listens(contents)
    await openOutside([path])
    expect(contents.sent).toEqual([['open', { name: 'a.wav', token: expect.stringMatching(/^[0-9a-f]{32}$/) as string }]])
    expect(JSON.stringify(contents.sent)).not.toContain('music')
  })
  test('that comes while the page is opened again waits for it', async () => {
    const contents = page()
    await listens(contents)
    contents.emit('did-start-navigation', { isMainFrame: true, isSameDocument: false })
    await openOutside([path])
    expect(contents.sent).toEqual([])
    expect(await listens(contents)).toHaveLength(1)
  })
})
