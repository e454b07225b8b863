// Where the window stood: read back whole or not at all, never out of reach, and on the disk when the program ends.

import { EventEmitter } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BrowserWindow } from 'electron'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'

const wide = { workArea: { x: 0, y: 0, width: 2560, height: 1400 } }
const electron = vi.hoisted(() => ({ folder: '', displays: [] as { workArea: { x: number; y: number; width: number; height: number } }[] }))
vi.mock('electron', () => ({ app: { getPath: () => electron.folder }, screen: { getAllDisplays: () => electron.displays } }))
const { lastState, reachable, stateWritten, watchState } = await import('../main/window-state.ts')

const file = (): string => join(electron.folder, 'window.json')
const stood = { x: 100, y: 80, width: 1200, height: 800, maximised: false, fullScreen: false }
const first = { width: 1440, height: 900, maximised: false, fullScreen: false }

beforeAll(async () => { electron.folder = await mkdtemp(join(tmpdir(), 'winnow-window-')) })
afterAll(() => rm(electron.folder, { recursive: true, force: true }))
beforeEach(() => { electron.displays = [wide] })

describe('a place', () => {
  test('on a display that is there is where it was', () => expect(reachable(stood, [wide])).toEqual(stood))
  test('on a second display is there as long as that is', () => {
    const there = { ...stood, x: -1500 }
    const second = { workArea: { x: -1920, y: 0, width: 1920, height: 1080 } }
    expect(reachable(there, [wide, second])).toEqual(there)
    expect(reachable(there, [wide])).toBe(null)
  })
  test.each([
    ['above every display', { ...stood, y: -40 }], ['below', { ...stood, y: 1390 }], ['left of them', { ...stood, x: -1100 }], ['right of them', { ...stood, x: 2500 }],
    ['smaller than may be', { ...stood, width: 999 }], ['with a size that is none', { ...stood, height: NaN }], ['in parts of pixels', { ...stood, x: 0.5 }],
    ['without a size', { x: 1, y: 1 }], ['beyond all screens', { ...stood, width: 2 ** 30 }], ['nothing', null], ['a list', []], ['a text', 'window'],
  ])('%s is none', (_what, place) => expect(reachable(place, [wide])).toBe(null))
  test('what else a file says is left out', () => expect(reachable({ ...stood, maximised: 1, extra: true }, [wide])).toEqual(stood))
})

describe('the next window', () => {
  test.each([['is damaged', '{"x":1'], ['is empty', ''], ['holds something else', '[1,2]']])('is as the first where the file %s', async (_what, text) => {
    await writeFile(file(), text)
    expect(await lastState()).toEqual(first)
  })
  test('is as the first where there is no file', async () => {
    await rm(file(), { force: true })
    expect(await lastState()).toEqual(first)
  })
  test('stands where the last one stood when it was closed', async () => {
    const now = { bounds: { x: 10, y: 20, width: 1300, height: 700 }, maximised: true }
    const window = Object.assign(new EventEmitter(), { getNormalBounds: () => now.bounds, isMaximized: () => now.maximised, isFullScreen: () => false })
    watchState(window as unknown as BrowserWindow)
    window.emit('move')
    now.bounds = { ...now.bounds, x: 50 }
    window.emit('close')
    await stateWritten()
    expect(await lastState()).toEqual({ ...now.bounds, maximised: true, fullScreen: false })
    expect((await readFile(file(), 'utf8')).endsWith('}\n')).toBe(true)
  })
  test('a folder that cannot be written costs the place and nothing else', async () => {
    const window = Object.assign(new EventEmitter(), { getNormalBounds: () => ({ x: 1, y: 2, width: 1300, height: 700 }), isMaximized: () => false, isFullScreen: () => false })
    const folder = electron.folder
    electron.folder = join(folder, 'window.json') // a file where a folder should be
    watchState(window as unknown as BrowserWindow)
    window.emit('close')
    await stateWritten()
    expect(await lastState()).toEqual(first)
    electron.folder = folder
  })
})
