// Electron's place taken by Chromium, so that the built main and preload scripts run where Electron's binary cannot be
// had: `import 'electron'` leads here, a window is a page of playwright's, the protocol handler answers behind a server
// on 127.0.0.1, the preload runs as an init script, and its calls reach ipcMain through a binding.
//
// What it does not prove: Electron's sandbox, its context isolation, its permission prompts, and the app:// origin
// itself. Where a binary exists, the test at the end of electron.test.ts runs the real thing.

import { EventEmitter, once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { register } from 'node:module'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'

type Handler = (request: Request) => Promise<Response> | Response
type Invoked = (event: object, ...args: unknown[]) => Promise<unknown>
type Callback<T> = (answer: T) => void

const names = ['app', 'BrowserWindow', 'dialog', 'ipcMain', 'Menu', 'powerSaveBlocker', 'protocol', 'screen', 'session', 'systemPreferences']
const seat = 'electronStandIn'

// Playwright carries typed arrays but no bare ArrayBuffer, which Electron does: packed on one side, unpacked on the
// other. These three run in the page as well.
function map(value: unknown, change: (value: unknown) => unknown): unknown {
  const changed = change(value)
  if (changed !== undefined) return changed
  if (Array.isArray(value)) return value.map((item) => map(item, change))
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, map(item, change)]))
}
const pack = (value: unknown): unknown => (value instanceof ArrayBuffer ? { standInBytes: new Uint8Array(value) } : undefined)
const unpack = (value: unknown): unknown => (value as { standInBytes?: Uint8Array } | null | undefined)?.standInBytes?.slice().buffer

/** From here on `import 'electron'` of natively loaded files gives the object in globalThis[seat]. */
function takeTheSeat(electron: Record<string, unknown>): void {
  Object.assign(globalThis, { [seat]: electron })
  const module = `data:text/javascript,export const { ${names.join(', ')} } = globalThis.${seat}`
  register('data:text/javascript,' + encodeURIComponent(
    `export const resolve = (name, context, next) => name === 'electron' ? { url: ${JSON.stringify(module)}, shortCircuit: true } : next(name, context)`))
}

export interface MenuEntry { readonly id?: string; readonly label?: string; readonly role?: string; readonly accelerator?: string; enabled?: boolean; checked?: boolean; readonly submenu?: readonly MenuEntry[]; click?(entry: MenuEntry): void }
const flat = (entries: readonly MenuEntry[]): MenuEntry[] => entries.flatMap((entry) => [entry, ...flat(entry.submenu ?? [])])

export function standIn(browser: Browser) {
  let ready = false
  let server: ReturnType<typeof createServer> | undefined
  const ipc = new Map<string, Invoked>()
  const handlers = new Map<string, Handler>()
  const windows: Window[] = []

  /** What the scripts did, for tests to read, and what the person would answer, for tests to set. */
  const seen = {
    schemes: [] as unknown[], sandboxed: false, quit: 0, focused: 0, errors: [] as string[], menu: [] as readonly MenuEntry[], awake: false, about: {} as object, answer: 0,
    permissionCheck: (..._args: unknown[]): boolean => { throw new Error('no permission check was set') },
    permissionRequest: (_contents: unknown, _name: string, _answer: Callback<boolean>, _details: object): void => { throw new Error('no permission handler was set') },
    beforeRequest: (_details: { url: string }, _answer: Callback<{ cancel: boolean }>): void => { throw new Error('no request filter was set') },
    openDialog: { canceled: true, filePaths: [] as string[] },
    saveDialog: { canceled: true, filePath: '' },
    asked: [] as unknown[],
  }

  /** The handler of app:// behind a port: Chromium knows no scheme of ours. */
  async function address(): Promise<string> {
    if (!server) {
      server = createServer((incoming, outgoing) => {
        const answer = async (): Promise<void> => {
          const response = await handlers.get('app')!(new Request('app://winnow' + incoming.url, { method: incoming.method ?? 'GET', headers: incoming.headers.range ? { Range: incoming.headers.range } : {} }))
          outgoing.writeHead(response.status, Object.fromEntries(response.headers)).end(new Uint8Array(await response.arrayBuffer()))
        }
        answer().catch((error: unknown) => outgoing.writeHead(500).end(String(error)))
      }).listen(0, '127.0.0.1')
      await once(server, 'listening')
    }
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  class Window extends EventEmitter {
    page: Page | undefined
    shown = false
    readonly mainFrame = { url: '' }
    openHandler: () => { action: string } = () => ({ action: 'allow' })
    readonly webContents = Object.assign(new EventEmitter(), {
      mainFrame: this.mainFrame,
      setWindowOpenHandler: (handler: () => { action: string }) => { this.openHandler = handler },
      send: (channel: string, said: unknown) => void this.page?.evaluate(([channel, said]) => (globalThis as unknown as { standInSaid(channel: string, said: unknown): void }).standInSaid(channel, said), [channel, said] as const),
    })
    bounds = { x: 0, y: 0, width: 0, height: 0 }
    maximised = false
    getNormalBounds() { return this.bounds }
    isMaximized(): boolean { return this.maximised }
    isFullScreen(): boolean { return false }
    isDestroyed(): boolean { return false }
    maximize(): void { this.maximised = true }
    constructor(readonly options: { webPreferences: { preload: string } & Record<string, unknown> } & Record<string, unknown>) {
      super()
      windows.push(this)
      const { x = 40, y = 30, width, height } = options as unknown as { x?: number; y?: number; width: number; height: number }
      this.bounds = { x, y, width, height }
      app.emit('web-contents-created', {}, this.webContents)
    }
    static getAllWindows = (): Window[] => windows
    static fromWebContents = (contents: unknown): Window | undefined => windows.find((window) => window.webContents === contents)
    show(): void { this.shown = true }
    focus(): void { seen.focused++ }
    isMinimized(): boolean { return false }

    async loadURL(url: string): Promise<void> {
      const base = await address()
      const page = this.page = await browser.newPage()
      await page.exposeBinding('standInInvoke', async (_source, channel: string, ...args: unknown[]) => {
        const handler = ipc.get(channel)
        if (!handler) throw new Error(`nobody handles ${channel}`)
        return map(await handler({ sender: this.webContents, senderFrame: this.mainFrame }, ...map(args, unpack) as unknown[]), pack)
      })
      const script = await readFile(this.options.webPreferences.preload, 'utf8')
      await page.addInitScript(`{
        const binding = globalThis.standInInvoke
        delete globalThis.standInInvoke
        const [map, pack, unpack] = [${map}, ${pack}, ${unpack}]
        const invoke = async (channel, ...args) => map(await binding(channel, ...map(args, pack)), unpack)
        const freeze = (value) => { for (const each of Object.values(value)) if (typeof each === 'object') freeze(each); return Object.freeze(value) }
        const electron = {
          contextBridge: { exposeInMainWorld: (name, value) => { Object.defineProperty(globalThis, name, { value: freeze(value) }) } },
          ipcRenderer: { invoke, on: (channel, listener) => void (listeners[channel] ??= []).push(listener) },
          webUtils: { getPathForFile: () => '' },
        }
        const listeners = {}
        globalThis.standInSaid = (channel, said) => { for (const listener of listeners[channel] ?? []) listener({}, map(said, unpack)) }
        ;((require, process) => { ${script}\n })((name) => { if (name === 'electron') return electron; throw new Error('a sandboxed preload has no ' + name) }, { platform: ${JSON.stringify(process.platform)} })
      }`)
      // Foreign addresses meet the walls that Electron would ask; the server's own must pass untouched, for the worklet.
      await page.route((address) => address.origin !== base && address.protocol.startsWith('http'), async (route) => {
        const event = { prevented: false, preventDefault() { this.prevented = true } }
        if (route.request().isNavigationRequest()) this.webContents.emit('will-navigate', event)
        let cancel = event.prevented
        seen.beforeRequest({ url: route.request().url() }, (answer) => (cancel ||= answer.cancel))
        await (cancel ? route.abort('aborted') : route.continue())
      })
      this.mainFrame.url = url
      await page.goto(base + new URL(url).pathname)
      this.emit('ready-to-show')
    }
  }

  const userData = mkdtempSync(join(tmpdir(), 'winnow-user-data-'))
  const app = Object.assign(new EventEmitter(), {
    getPath: (_name: string) => userData,
    enableSandbox: () => { seen.sandboxed = !ready },
    requestSingleInstanceLock: () => true,
    whenReady: async () => { ready = true },
    isReady: () => ready,
    quit: () => { seen.quit++ },
    getVersion: () => '0.0.0',
    setAboutPanelOptions: (options: object) => { seen.about = options },
    addRecentDocument: () => undefined,
    clearRecentDocuments: () => undefined,
  })
  takeTheSeat({
    app, BrowserWindow: Window,
    protocol: {
      registerSchemesAsPrivileged: (schemes: unknown[]) => {
        if (ready || seen.schemes.length > 0) throw new Error('schemes are registered once, before the app is ready')
        seen.schemes = schemes
      },
    },
    session: {
      defaultSession: {
        protocol: { handle: (scheme: string, handler: Handler) => handlers.set(scheme, handler) },
        setPermissionCheckHandler: (handler: typeof seen.permissionCheck) => { seen.permissionCheck = handler },
        setPermissionRequestHandler: (handler: typeof seen.permissionRequest) => { seen.permissionRequest = handler },
        setDevicePermissionHandler: () => undefined,
        setDisplayMediaRequestHandler: () => undefined,
        webRequest: { onBeforeRequest: (handler: typeof seen.beforeRequest) => { seen.beforeRequest = handler } },
      },
    },
    ipcMain: { handle: (channel: string, handler: Invoked) => ipc.set(channel, handler) },
    dialog: {
      showOpenDialog: async (_window: unknown, options: unknown) => { seen.asked.push(options); return seen.openDialog },
      showSaveDialog: async (_window: unknown, options: unknown) => { seen.asked.push(options); return seen.saveDialog },
      showMessageBox: async (_window: unknown, options: unknown) => { seen.asked.push(options); return { response: seen.answer } },
      showErrorBox: (title: string, text: string) => { seen.errors.push(`${title}: ${text}`) },
    },
    Menu: {
      buildFromTemplate: (template: readonly MenuEntry[]) => Object.assign(template, { getMenuItemById: (id: string) => flat(template).find((entry) => entry.id === id) ?? null }),
      setApplicationMenu: (menu: readonly MenuEntry[]) => { seen.menu = menu },
    },
    powerSaveBlocker: { start: () => { seen.awake = true; return 1 }, stop: () => { seen.awake = false } },
    screen: { getAllDisplays: () => [{ workArea: { x: 0, y: 0, width: 2560, height: 1440 } }] },
    systemPreferences: { askForMediaAccess: async () => true },
  })

  return {
    app, seen, windows, ipc, userData,
    /** The entry of the menu as it is now. */
    entry: (id: string): MenuEntry | undefined => flat(seen.menu).find((entry) => entry.id === id),
    async close(): Promise<void> {
      for (const { page } of windows) await page?.close()
      server?.close()
      server?.closeAllConnections()
      await rm(userData, { recursive: true, force: true })
    },
  }
}
