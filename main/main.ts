// Electron's main process: the scheme, one instance, the window, and the answers to what the page asks of the machine.

import { fileURLToPath } from 'node:url'
import { BrowserWindow, Menu, app, dialog, protocol, session } from 'electron'
import { serveAssets } from './assets.ts'
import { answerPage } from './bridge/bridge.ts'
import { closeMidi } from './bridge/midi.ts'
import { guardContents, guardSession, openWindow, registerScheme } from './window.ts'

registerScheme(protocol)
app.enableSandbox()

/** Roles only: the shortcuts a person expects. The default menu would also link to sites. */
const menu = (): Menu => Menu.buildFromTemplate([
  ...(process.platform === 'darwin' ? [{ role: 'appMenu' } as const] : []),
  { role: 'fileMenu' }, { role: 'editMenu' }, { role: 'viewMenu' }, { role: 'windowMenu' },
])

const open = (): void => void openWindow().catch((error: unknown) => {
  dialog.showErrorBox('Winnow cannot open its window', error instanceof Error ? error.message : String(error))
  app.quit()
})

function focus(): void {
  const [window] = BrowserWindow.getAllWindows()
  if (!window) return
  if (window.isMinimized()) window.restore()
  window.focus()
}

async function start(): Promise<void> {
  app.on('second-instance', focus)
  app.on('web-contents-created', (_event, contents) => guardContents(contents))
  app.on('render-process-gone', (_event, _contents, { reason }) => {
    if (reason === 'clean-exit') return
    dialog.showErrorBox('Winnow has stopped', `The page ended (${reason}). What was saved or exported is safe; open Winnow again.`)
    app.quit()
  })
  app.on('window-all-closed', () => { if (process.platform !== 'darwin') app.quit() })
  app.on('will-quit', closeMidi)
  app.on('activate', () => { if (BrowserWindow.getAllWindows().length === 0) open() })

  await app.whenReady()
  Menu.setApplicationMenu(menu())
  guardSession(session.defaultSession, serveAssets(fileURLToPath(new URL('./app', import.meta.url))))
  answerPage()
  open()
}

if (app.requestSingleInstanceLock()) void start()
else app.quit()
