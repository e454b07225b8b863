// The window and its walls: which origin it shows, what that origin may ask of the machine, and that it stays there.

import { fileURLToPath } from 'node:url'
import { BrowserWindow, systemPreferences } from 'electron'
import type { Protocol, Session, WebContents } from 'electron'
import type { Assets } from './assets.ts'
import { SMALLEST, lastState, watchState } from './window-state.ts'

export const SCHEME = 'app'
export const ORIGIN = `${SCHEME}://winnow`
export const PAGE = ORIGIN + '/index.html'

/** True for a page of ours. Strings are compared: Node gives every URL of a scheme of one's own the origin "null". */
export const isOurs = (url: string | undefined): boolean => url === ORIGIN || url?.startsWith(ORIGIN + '/') === true

/** Once, before the app is ready: pages of the scheme are a secure origin that may fetch and load modules. */
export const registerScheme = (protocol: Protocol): void =>
  protocol.registerSchemesAsPrivileged([{ scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true } }])

/**
 * What is used, and for it alone: hearing, MIDI without system-exclusive messages, choosing where sound goes, and what the
 * machine plays, of which `guardSession` gives out the sound and no screen.
 */
export function allows(permission: string, media: readonly (string | undefined)[] = []): boolean {
  if (permission === 'media') return media.length > 0 && media.every((type) => type === 'audio')
  return permission === 'midi' || permission === 'speaker-selection' || permission === 'display-capture'
}

/** Where Electron can hear what the machine plays; Linux offers it as an input instead. */
const hasLoopback = (): boolean => process.platform === 'win32' || process.platform === 'darwin'

/** macOS asks the person once for each app; elsewhere the system has nothing to ask. */
const systemAllows = async (permission: string): Promise<boolean> =>
  permission !== 'media' || process.platform !== 'darwin' || systemPreferences.askForMediaAccess('microphone')

export function guardSession(session: Session, assets: Assets): void {
  session.protocol.handle(SCHEME, (request) => isOurs(request.url) ? assets(request) : new Response(null, { status: 404 }))

  session.setPermissionCheckHandler((_contents, permission, origin, { mediaType, isMainFrame }) =>
    isMainFrame && isOurs(origin) && allows(permission, [mediaType]))
  session.setPermissionRequestHandler((_contents, permission, callback, details) => {
    const media = 'mediaTypes' in details ? details.mediaTypes : undefined
    if (!details.isMainFrame || !isOurs(details.requestingUrl) || !allows(permission, media)) return callback(false)
    systemAllows(permission).then(callback, () => callback(false))
  })
  session.setDevicePermissionHandler(() => false)

  // A page cannot ask for the machine's sound without a picture: it gets its own, which it has anyway, and never a screen.
  session.setDisplayMediaRequestHandler(({ frame, audioRequested }, callback) => {
    const mayHear = frame !== null && frame.parent === null && isOurs(frame.url) && audioRequested && hasLoopback()
    callback(mayHear ? { video: frame, audio: 'loopback' } : null)
  })

  // The page's policy forbids other origins already; this also covers what a policy does not, such as prefetching.
  session.webRequest.onBeforeRequest(({ url }, callback) =>
    callback({ cancel: !(isOurs(url) || url.startsWith(`blob:${ORIGIN}/`) || /^(data|devtools):/.test(url)) }))
}

/** For every page there is, now or later: it stays where it is and opens nothing. */
export function guardContents(contents: WebContents): void {
  contents.setWindowOpenHandler(() => ({ action: 'deny' }))
  // A reload is no navigation to these events, so nothing at all need pass.
  contents.on('will-navigate', (event) => event.preventDefault())
  contents.on('will-frame-navigate', (event) => event.preventDefault())
  contents.on('will-redirect', (event) => event.preventDefault())
  contents.on('will-attach-webview', (event) => event.preventDefault())
}

export async function openWindow(): Promise<BrowserWindow> {
  const { maximised, fullScreen, ...place } = await lastState()
  const window = new BrowserWindow({
    title: 'Winnow', ...place, minWidth: SMALLEST.width, minHeight: SMALLEST.height, fullscreen: fullScreen,
    show: false, backgroundColor: '#141416', autoHideMenuBar: true,
    webPreferences: {
      preload: fileURLToPath(new URL('./preload.cjs', import.meta.url)),
      contextIsolation: true, sandbox: true, nodeIntegration: false, webviewTag: false,
      nodeIntegrationInWorker: false, // with it, an AudioWorklet brings the process down
      backgroundThrottling: false, // sound goes on behind other windows, and so do its pictures
      spellcheck: false, // would fetch dictionaries
    },
  })
  watchState(window)
  window.once('ready-to-show', () => {
    if (maximised) window.maximize()
    window.show()
  })
  await window.loadURL(PAGE)
  return window
}
