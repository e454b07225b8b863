// The door between the page and the machine. The page runs in a sandbox and could be anyone's by the time it calls: a
// call is answered only to a page of ours, from its main frame, in its own window, and an error crosses as its sentence.

import { BrowserWindow, ipcMain } from 'electron'
import type { IpcMainInvokeEvent } from 'electron'
import { systemSentence } from '../user-error.ts'
import { isOurs } from '../window.ts'

/** Electron would put its own words before a thrown error. */
export type Answer = { readonly value: unknown } | { readonly error: string }

/** By channel: what the machine does when the page asks. Each checks its own arguments. */
export type Services = Readonly<Record<string, (window: BrowserWindow, args: readonly unknown[]) => Promise<unknown>>>

const sentence = (error: unknown): string => systemSentence(error) ?? (error instanceof Error ? error.message : String(error))

export function answer(services: Services): void {
  for (const [channel, does] of Object.entries(services))
    ipcMain.handle(channel, async ({ sender, senderFrame }: IpcMainInvokeEvent, ...args: unknown[]): Promise<Answer> => {
      const window = BrowserWindow.fromWebContents(sender)
      if (!window || senderFrame !== sender.mainFrame || !isOurs(senderFrame?.url)) return { error: `${channel}: only the app's own page may ask` }
      try {
        return { value: await does(window, args) }
      } catch (error) {
        return { error: sentence(error) }
      }
    })
}
