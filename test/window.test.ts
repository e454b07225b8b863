// The window's walls, with Electron's objects replaced by what records them: who may ask what, and where a page may go.

import { EventEmitter } from 'node:events'
import type { BrowserWindowConstructorOptions, Protocol, Session, WebContents } from 'electron'
import { beforeEach, describe, expect, test, vi } from 'vitest'

const electron = vi.hoisted(() => ({
  windows: [] as { options: BrowserWindowConstructorOptions; loaded: string[]; shown: number; once: Map<string, () => void> }[],
  askForMediaAccess: vi.fn<(type: string) => Promise<boolean>>(async () => true),
}))

vi.mock('electron', () => ({
  app: { getPath: () => '/nowhere' },
  screen: { getAllDisplays: () => [] },
  BrowserWindow: class {
    readonly record
    constructor(options: BrowserWindowConstructorOptions) {
      this.record = { options, loaded: [] as string[], shown: 0, once: new Map<string, () => void>() }
      electron.windows.push(this.record)
    }
    on(): void {}
    once(name: string, listener: () => void): void { this.record.once.set(name, listener) }
    show(): void { this.record.shown++ }
    async loadURL(url: string): Promise<void> { this.record.loaded.push(url) }
  },
  systemPreferences: { askForMediaAccess: electron.askForMediaAccess },
}))

const { ORIGIN, allows, guardContents, guardSession, isOurs, openWindow, registerScheme } = await import('../main/window.ts')

const everyPermission = [
  'ar', 'automatic-fullscreen', 'background-fetch', 'background-sync', 'captured-surface-control', 'clipboard-read', 'clipboard-sanitized-write',
  'deprecated-sync-clipboard-read', 'display-capture', 'fileSystem', 'fullscreen', 'geolocation', 'geolocation-approximate', 'hand-tracking', 'hid',
  'idle-detection', 'keyboardLock', 'local-fonts', 'local-network', 'local-network-access', 'loopback-network', 'media', 'mediaKeySystem', 'midi',
  'midiSysex', 'nfc', 'notifications', 'openExternal', 'payment-handler', 'periodic-background-sync', 'persistent-storage', 'pointerLock',
  'screen-wake-lock', 'sensors', 'serial', 'smart-card', 'speaker-selection', 'storage-access', 'system-wake-lock', 'top-level-storage-access', 'usb',
  'vr', 'web-app-installation', 'web-printing', 'window-management', 'unknown',
]

test('the origin is compared whole', () => {
  for (const url of ['app://winnow', 'app://winnow/', 'app://winnow/index.html']) expect(isOurs(url), url).toBe(true)
  for (const url of ['', undefined, 'app://winnow.evil/', 'app://winnower/', 'app://other/', 'https://winnow/', 'file:///app://winnow/', ' app://winnow/', 'null', 'app:winnow'])
    expect(isOurs(url), url).toBe(false)
})

test('only sound in, MIDI, the choice of output and what the machine plays are allowed', () => {
  expect(everyPermission.filter((name) => allows(name, ['audio']))).toEqual(['display-capture', 'media', 'midi', 'speaker-selection'])
  expect(allows('media', ['audio', 'audio'])).toBe(true)
  for (const media of [[], ['video'], ['audio', 'video'], ['unknown'], [undefined]]) expect(allows('media', media), String(media)).toBe(false)
  expect(allows('media')).toBe(false)
})

test('the scheme has the privileges it needs and no other', () => {
  const registerSchemesAsPrivileged = vi.fn()
  registerScheme({ registerSchemesAsPrivileged } as Pick<Protocol, 'registerSchemesAsPrivileged'> as Protocol)
  expect(registerSchemesAsPrivileged.mock.calls).toEqual([[[{ scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true } }]]])
})

describe('a session', () => {
  type Check = Parameters<Session['setPermissionCheckHandler']>[0] & {}
  type Ask = Parameters<Session['setPermissionRequestHandler']>[0] & {}
  const set = { check: vi.fn<Check>(), ask: vi.fn<Ask>(), device: () => true, display: (_request: object, _answer: (streams: object | null) => void): void => undefined, request: (_details: { url: string }, _answer: (answer: { cancel?: boolean }) => void): void => undefined, handle: async (_request: Request): Promise<Response> => new Response() }
  const assets = vi.fn(async () => new Response('asset'))

  beforeEach(() => {
    assets.mockClear()
    electron.askForMediaAccess.mockClear()
    guardSession({
      protocol: { handle: (scheme: string, handler: typeof set.handle) => { expect(scheme).toBe('app'); set.handle = handler } },
      setPermissionCheckHandler: (handler: Check) => { set.check.mockImplementation(handler) },
      setPermissionRequestHandler: (handler: Ask) => { set.ask.mockImplementation(handler) },
      setDevicePermissionHandler: (handler: () => boolean) => { set.device = handler },
      setDisplayMediaRequestHandler: (handler: typeof set.display) => { set.display = handler },
      webRequest: { onBeforeRequest: (handler: typeof set.request) => { set.request = handler } },
    } as unknown as Session, assets)
  })

  const check = (name: string, origin: string, details: object) => set.check(null, name as Parameters<Check>[1], origin, { isMainFrame: true, ...details } as Parameters<Check>[3])
  const ask = (name: string, details: object): Promise<boolean> => new Promise((resolve) =>
    set.ask({} as WebContents, name as Parameters<Ask>[1], resolve, { isMainFrame: true, requestingUrl: ORIGIN + '/index.html', ...details } as Parameters<Ask>[3]))

  test('is asked by its own main frame only', async () => {
    expect(check('media', ORIGIN + '/', { mediaType: 'audio' })).toBe(true)
    expect(check('media', ORIGIN + '/', { mediaType: 'audio', isMainFrame: false })).toBe(false)
    expect(check('media', 'https://evil.example/', { mediaType: 'audio' })).toBe(false)
    expect(check('media', ORIGIN, { mediaType: 'video' })).toBe(false)
    expect(check('media', ORIGIN, {})).toBe(false)
    expect(check('geolocation', ORIGIN, {})).toBe(false)
    expect(await ask('media', { mediaTypes: ['audio'] })).toBe(true)
    expect(await ask('media', { mediaTypes: ['audio'], isMainFrame: false })).toBe(false)
    expect(await ask('media', { mediaTypes: ['audio'], requestingUrl: 'https://evil.example/' })).toBe(false)
    expect(await ask('media', { mediaTypes: ['audio', 'video'] })).toBe(false)
    expect(await ask('media', {})).toBe(false)
    expect(await ask('midi', {})).toBe(true)
    expect(await ask('midiSysex', {})).toBe(false)
    expect(set.device()).toBe(false)
  })

  test('passes on what macOS answers, and takes a failure for no', async () => {
    const platform = Object.getOwnPropertyDescriptor(process, 'platform')!
    try {
      Object.defineProperty(process, 'platform', { ...platform, value: 'darwin' })
      expect(await ask('media', { mediaTypes: ['audio'] })).toBe(true)
      expect(electron.askForMediaAccess.mock.calls).toEqual([['microphone']])
      electron.askForMediaAccess.mockResolvedValueOnce(false)
      expect(await ask('media', { mediaTypes: ['audio'] })).toBe(false)
      electron.askForMediaAccess.mockRejectedValueOnce(new Error('no'))
      expect(await ask('media', { mediaTypes: ['audio'] })).toBe(false)
      expect(await ask('midi', {})).toBe(true)
      expect(electron.askForMediaAccess).toHaveBeenCalledTimes(3)
      Object.defineProperty(process, 'platform', { ...platform, value: 'linux' })
      expect(await ask('media', { mediaTypes: ['audio'] })).toBe(true)
      expect(electron.askForMediaAccess).toHaveBeenCalledTimes(3)
    } finally {
      Object.defineProperty(process, 'platform', platform)
    }
  })

  test('gives out what the machine plays, with no picture but the page itself, and only where it can be heard', () => {
    const platform = Object.getOwnPropertyDescriptor(process, 'platform')!
    const page = { url: ORIGIN + '/index.html', parent: null }
    const given = (name: string, request: object): object | null | undefined => {
      Object.defineProperty(process, 'platform', { ...platform, value: name })
      let answer: object | null | undefined
      set.display({ frame: page, audioRequested: true, videoRequested: true, ...request }, (streams) => { answer = streams })
      return answer
    }
    try {
      for (const name of ['win32', 'darwin']) expect(given(name, {}), name).toEqual({ video: page, audio: 'loopback' })
      expect(given('linux', {})).toBe(null)
      expect(given('win32', { audioRequested: false })).toBe(null)
      expect(given('win32', { frame: null })).toBe(null)
      expect(given('win32', { frame: { url: 'https://evil.example/', parent: null } })).toBe(null)
      expect(given('win32', { frame: { ...page, parent: page } })).toBe(null)
    } finally {
      Object.defineProperty(process, 'platform', platform)
    }
  })

  test('reaches its own pages and no network', () => {
    const cancelled = (url: string): boolean | undefined => {
      let answer: { cancel?: boolean } = {}
      set.request({ url }, (given) => (answer = given))
      return answer.cancel
    }
    for (const url of ['app://winnow/index.html', 'blob:app://winnow/1-2', 'data:image/png;base64,', 'devtools://devtools/bundled/x.html']) expect(cancelled(url), url).toBe(false)
    for (const url of ['http://127.0.0.1/', 'https://example.com/', 'ws://localhost/', 'wss://x/', 'file:///etc/passwd', 'app://other/', 'blob:https://evil/1', 'ftp://x/', 'chrome://gpu/'])
      expect(cancelled(url), url).toBe(true)
  })

  test('serves its own host only', async () => {
    expect(await (await set.handle(new Request(ORIGIN + '/x.js'))).text()).toBe('asset')
    expect((await set.handle(new Request('app://other/x.js'))).status).toBe(404)
    expect(assets).toHaveBeenCalledTimes(1)
  })
})

test('contents neither leave nor open anything', () => {
  let openHandler = (): { action: string } => ({ action: 'allow' })
  const contents = Object.assign(new EventEmitter(), { setWindowOpenHandler: (handler: typeof openHandler) => { openHandler = handler } })
  guardContents(contents as unknown as WebContents)
  expect(openHandler()).toEqual({ action: 'deny' })
  for (const name of ['will-navigate', 'will-frame-navigate', 'will-redirect', 'will-attach-webview']) {
    const preventDefault = vi.fn()
    contents.emit(name, { preventDefault })
    expect(preventDefault, name).toHaveBeenCalledTimes(1)
  }
})

test('the window has every wall, and is shown when there is something to see', async () => {
  await openWindow()
  const [{ options, loaded, once }] = electron.windows as [typeof electron.windows[number]]
  expect(options.webPreferences).toMatchObject({
    contextIsolation: true, sandbox: true, nodeIntegration: false, nodeIntegrationInWorker: false, webviewTag: false, backgroundThrottling: false, spellcheck: false,
  })
  for (const wall of ['webSecurity', 'allowRunningInsecureContent', 'nodeIntegrationInSubFrames', 'experimentalFeatures']) expect(options.webPreferences).not.toHaveProperty(wall)
  expect(options.webPreferences?.preload).toMatch(/preload\.cjs$/)
  expect(loaded).toEqual(['app://winnow/index.html'])
  expect([options.show, electron.windows[0]!.shown]).toEqual([false, 0])
  once.get('ready-to-show')!()
  expect(electron.windows[0]!.shown).toBe(1)
})
