// When the page ends or hangs: what is safe is said, and it can be opened again without leaving the program.

import { app, dialog } from 'electron'
import type { BrowserWindow } from 'electron'
import { PAGE } from './window.ts'

const SAFE = 'What was saved or exported is safe, and what was not is offered when it opens again.'

const reasons: Readonly<Record<string, string>> = {
  'oom': 'there was not enough memory', 'crashed': 'it crashed', 'killed': 'the system ended it', 'abnormal-exit': 'it ended by itself',
  'launch-failed': 'it could not be started', 'integrity-failure': 'its program was not as it should be',
}

const openAgain = (window: BrowserWindow): Promise<void> => window.loadURL(PAGE).catch((error: unknown) => {
  dialog.showErrorBox('Winnow cannot open its window', error instanceof Error ? error.message : String(error))
  app.quit()
})

export function watchHealth(window: BrowserWindow): void {
  const { webContents } = window
  let asked: AbortController | null = null
  let ended = false
  /** One question at a time; true where a person chose the first answer. */
  async function ask(message: string, detail: string, buttons: readonly [string, string]): Promise<boolean | null> {
    asked?.abort()
    const mine = asked = new AbortController()
    const { response } = await dialog.showMessageBox(window, {
      type: 'error', title: 'Winnow', message, detail, buttons: [...buttons], defaultId: 0, cancelId: 1, noLink: true, signal: mine.signal,
    })
    const outdated = mine.signal.aborted || window.isDestroyed()
    if (asked === mine) asked = null
    return outdated ? null : response === 0
  }

  webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason === 'clean-exit' || ended) return
    void ask('Winnow’s page has ended', `Why: ${reasons[reason] ?? reason}. ${SAFE}`, ['Open again', 'Quit'])
      .then((again) => (again === null ? undefined : again ? openAgain(window) : app.quit()))
  })
  window.on('unresponsive', () => {
    void ask('Winnow’s page does not answer', `It may be busy: wait a little. ${SAFE}`, ['Wait', 'Open again'])
      .then((waits) => {
        if (waits !== false) return
        ended = true
        webContents.forcefullyCrashRenderer() // nothing else ends a page that hangs
        return openAgain(window).finally(() => { ended = false })
      })
  })
  window.on('responsive', () => asked?.abort())
}
