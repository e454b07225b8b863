// The only bridge between the page and the machine: renderer/host.ts on `window.winnowHost`. Runs sandboxed; nothing
// of Electron or Node reaches the page, and each call is checked again in main/bridge/.

import { contextBridge, ipcRenderer, webUtils } from 'electron'
import type { Host, MidiMessage, OpenedFile, OpenedSound, OutsideFile, SavedSession } from '../renderer/host.ts'
import type { Answer } from './bridge/door.ts'

async function ask(channel: string, ...args: unknown[]): Promise<unknown> {
  const answer = await ipcRenderer.invoke(channel, ...args) as Answer
  if ('error' in answer) throw new Error(answer.error)
  return answer.value
}

/** What the machine says of itself. Electron's event, which holds a way to answer anybody, stays here. */
const hear = <T>(channel: string, listener: (said: T) => void): void => void ipcRenderer.on(channel, (_event, said: T) => listener(said))

const host: Host = {
  platform: process.platform,
  openFile: (kind) => ask('openFile', kind) as Promise<OpenedFile | null>,
  openSound: () => ask('openSound') as Promise<OpenedSound | null>,
  saveFile: (name, kind, bytes) => ask('saveFile', name, kind, bytes) as Promise<boolean>,
  saveFolder: async (name) => {
    const folder = await ask('folderOpen', name) as string | null
    return folder === null ? null : {
      write: (file, bytes) => ask('folderWrite', folder, file, bytes) as Promise<void>,
      rewrite: (file, position, bytes) => ask('folderRewrite', folder, file, position, bytes) as Promise<void>,
      finish: () => ask('folderFinish', folder) as Promise<string>,
      abort: () => ask('folderAbort', folder) as Promise<void>,
    }
  },
  openAgain: (token) => ask('openAgain', token) as Promise<OpenedFile | OpenedSound | null>,
  saveSession: (name, text, token, sound) => ask('saveSession', name, text, token, sound) as Promise<SavedSession | null>,
  sessionSound: (token) => ask('sessionSound', token) as Promise<OpenedSound | null>,
  async dropped(file) {
    const path = webUtils.getPathForFile(file)
    return path === '' ? null : ask('dropped', path) as Promise<string> // what a page has made has none
  },
  onOpen(open) {
    hear('open', open)
    // What was asked for before there was a page: its own errors are the page's to hear of when it opens the file.
    void ask('onOpen').then((files) => { for (const file of files as OutsideFile[]) open(file) }, () => {})
  },
  stayAwake: (awake) => ask('stayAwake', awake) as Promise<void>,
  menus: {
    tell: (states, recent) => ask('menus', states, recent) as Promise<void>,
    onCommand: (run) => hear('command', run),
    onRecent: (open) => hear('recent', open),
  },
  // Windows has no virtual ports.
  ...(process.platform !== 'win32' && { midi: {
    open: () => ask('midiOpen') as Promise<void>,
    send: (messages: readonly MidiMessage[], now: number) => ask('midiSend', messages, now) as Promise<void>,
    close: () => ask('midiClose') as Promise<void>,
  } }),
}

contextBridge.exposeInMainWorld('winnowHost', host)
