// Electron's main process: the scheme, one instance, the window, and the answers to what the page asks of the machine.

import { fileURLToPath } from 'node:url'
import { BrowserWindow, app, dialog, protocol, session } from 'electron'
import type { Event } from 'electron'
import { serveAssets } from './assets.ts'
import { answerPage } from './bridge/bridge.ts'
import { forgetMenus } from './bridge/menus.ts'
import { closeMidi } from './bridge/midi.ts'
import { serveOpened } from './bridge/opened.ts'
import { filesIn, openOutside } from './bridge/outside.ts'
import { aboutWinnow } from './menu.ts'
import { watchHealth } from './health.ts'
import { stateWritten } from './window-state.ts'
import { guardContents, guardSession, openWindow, registerScheme } from './window.ts'

registerScheme(protocol)
app.enableSandbox()

async function open(): Promise<void> {
  try {
    watchHealth(await openWindow())
  } catch (error) {
    dialog.showErrorBox('Winnow cannot open its window', error instanceof Error ? error.message : String(error))
    app.quit()
  }
}

/** The window in front, opened where there is none. */
function focus(): void {
  const [window] = BrowserWindow.getAllWindows()
  if (!window) return void open()
  if (window.isMinimized()) window.restore()
  window.focus()
}

/** The last place of the window is written before the program ends. */
let settled = false
function quitSettled(event: Event): void {
  if (settled) return
  event.preventDefault()
  void stateWritten().then(() => {
    settled = true
    app.quit()
  })
}

// macOS tells of a file before the app is ready, and again at any time.
app.on('open-file', (event, path) => {
  event.preventDefault()
  void openOutside(filesIn([path], '/'))
  if (app.isReady()) focus()
})

async function start(): Promise<void> {
  app.on('second-instance', (_event, argv, folder) => {
    focus()
    void openOutside(filesIn(argv, folder))
  })
  app.on('web-contents-created', (_event, contents) => guardContents(contents))
  app.on('window-all-closed', () => { if (process.platform === 'darwin') forgetMenus(); else app.quit() })
  app.on('will-quit', closeMidi)
  app.on('will-quit', quitSettled)
  app.on('activate', () => { if (BrowserWindow.getAllWindows().length === 0) void open() })

  await app.whenReady()
  aboutWinnow()
  forgetMenus()
  guardSession(session.defaultSession, serveOpened(serveAssets(fileURLToPath(new URL('./app', import.meta.url)))))
  answerPage()
  void openOutside(filesIn(process.argv.slice(1), process.cwd()))
  await open()
}

if (app.requestSingleInstanceLock()) void start()
else app.quit()
