// A page that ends or hangs: what is said, and what each answer does.

import { EventEmitter } from 'node:events'
import type { BrowserWindow } from 'electron'
import { beforeEach, expect, test, vi } from 'vitest'

interface Question { readonly message: string; readonly detail: string; readonly buttons: readonly string[]; readonly signal: AbortSignal }
const electron = vi.hoisted(() => ({
  asked: [] as { question: Question; answer(response: number): void }[], quit: vi.fn(), errors: [] as string[],
}))
vi.mock('electron', () => ({
  app: { quit: electron.quit }, BrowserWindow: class {}, systemPreferences: {}, screen: {},
  dialog: {
    showMessageBox: (_window: unknown, question: Question) => new Promise((resolve) => {
      const answer = (response: number): void => resolve({ response })
      question.signal.addEventListener('abort', () => answer(1)) // as Electron does: the answer that cancels
      electron.asked.push({ question, answer })
    }),
    showErrorBox: (_title: string, text: string) => electron.errors.push(text),
  },
}))
const { watchHealth } = await import('../main/health.ts')

function opened() {
  const webContents = Object.assign(new EventEmitter(), { forcefullyCrashRenderer: vi.fn(() => { webContents.emit('render-process-gone', {}, { reason: 'crashed' }) }) })
  const window = Object.assign(new EventEmitter(), { webContents, loadURL: vi.fn(async (_url: string) => undefined), isDestroyed: () => false })
  watchHealth(window as unknown as BrowserWindow)
  return window
}
const answered = async (response: number): Promise<void> => {
  electron.asked.at(-1)!.answer(response)
  await new Promise((resolve) => setTimeout(resolve))
}
beforeEach(() => { electron.asked.length = electron.errors.length = 0; electron.quit.mockClear() })

test('a page that ended: says why and what is safe, and is opened again in the same window', async () => {
  const window = opened()
  window.webContents.emit('render-process-gone', {}, { reason: 'oom' })
  const { question } = electron.asked[0]!
  expect(question.detail).toMatch(/not enough memory\. What was saved or exported is safe/)
  expect(question.buttons).toEqual(['Open again', 'Quit'])
  await answered(0)
  expect(window.loadURL.mock.calls).toEqual([['app://winnow/index.html']])
  expect(electron.quit).not.toHaveBeenCalled()
})
test('or the program ends, when that is wished', async () => {
  const window = opened()
  window.webContents.emit('render-process-gone', {}, { reason: 'crashed' })
  await answered(1)
  expect(window.loadURL).not.toHaveBeenCalled()
  expect(electron.quit).toHaveBeenCalledTimes(1)
})
test('a page that was closed is nothing to speak of', () => {
  opened().webContents.emit('render-process-gone', {}, { reason: 'clean-exit' })
  expect(electron.asked).toEqual([])
})
test('a page that hangs may be waited for, and nothing happens to it', async () => {
  const window = opened()
  window.emit('unresponsive')
  expect(electron.asked[0]!.question.buttons).toEqual(['Wait', 'Open again'])
  await answered(0)
  expect([window.webContents.forcefullyCrashRenderer.mock.calls.length, window.loadURL.mock.calls.length]).toEqual([0, 0])
})
test('or be opened again, which asks nothing more', async () => {
  const window = opened()
  window.emit('unresponsive')
  await answered(1)
  expect([window.webContents.forcefullyCrashRenderer.mock.calls.length, window.loadURL.mock.calls.length, electron.asked.length]).toEqual([1, 1, 1])
})
test('when it answers again the question goes away, and nothing is done', async () => {
  const window = opened()
  window.emit('unresponsive')
  window.emit('responsive')
  await new Promise((resolve) => setTimeout(resolve))
  expect(electron.asked[0]!.question.signal.aborted).toBe(true)
  expect([window.webContents.forcefullyCrashRenderer.mock.calls.length, window.loadURL.mock.calls.length, electron.quit.mock.calls.length]).toEqual([0, 0, 0])
})
test('a page that hangs and then ends asks one thing, not two', async () => {
  const window = opened()
  window.emit('unresponsive')
  window.webContents.emit('render-process-gone', {}, { reason: 'killed' })
  expect(electron.asked.map(({ question }) => question.signal.aborted)).toEqual([true, false])
})
test('one that cannot be opened again says so and ends', async () => {
  const window = opened()
  window.loadURL.mockRejectedValueOnce(new Error('no such page'))
  window.webContents.emit('render-process-gone', {}, { reason: 'crashed' })
  await answered(0)
  await new Promise((resolve) => setTimeout(resolve))
  expect(electron.errors).toEqual(['no such page'])
  expect(electron.quit).toHaveBeenCalledTimes(1)
})
