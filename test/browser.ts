// Chromium for the tests: found, started with the flags that work without a screen or a sound card, and given the
// built app. The runner asks here too, which is why nothing of vitest is imported.

import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import type { Browser } from 'playwright-core'
import { serve } from '../main/serve.ts'
import type { Served } from '../main/serve.ts'

export const appFolder = fileURLToPath(new URL('../dist/app', import.meta.url))

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge', 'microsoft-edge-stable']

const places: Readonly<Record<string, readonly string[]>> = {
  linux: ['/opt/google/chrome/chrome', '/opt/microsoft/msedge/msedge', '/usr/lib/chromium/chromium'],
  darwin: ['Google Chrome', 'Chromium', 'Microsoft Edge'].map((name) => `/Applications/${name}.app/Contents/MacOS/${name}`),
  win32: ['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA'].flatMap((name) => process.env[name] ?? [])
    .flatMap((folder) => [join(folder, 'Google/Chrome/Application/chrome.exe'), join(folder, 'Microsoft/Edge/Application/msedge.exe')]),
}

const runs = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** The browser that the tests drive: the one that CHROMIUM names, else an installed one, else null. */
export function chromiumPath(): string | null {
  const named = process.env['CHROMIUM']
  if (named) {
    if (!runs(named)) throw new Error(`CHROMIUM: expected the path of a browser, got ${named}`)
    return named
  }
  const onPath = (process.env['PATH'] ?? '').split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)))
  return [...onPath, ...places[process.platform] ?? [], chromium.executablePath()].find(runs) ?? null
}

/** Null, or why browser tests cannot run: `describe.skipIf(noChromium)(because('the page', noChromium), …)`. */
export const noChromium: string | null = chromiumPath() ? null : 'no Chromium, Chrome or Edge is installed'

/** A title that carries the reason for a skip into the report. */
export const because = (title: string, reason: string | null): string => (reason ? `${title} [skipped: ${reason}]` : title)

export interface LaunchOptions {
  /** A WAV file that the page hears as its microphone, over and over; "%noloop" after the name plays it once. */
  readonly fakeMicrophone?: string
  readonly args?: readonly string[]
}

export function launch({ fakeMicrophone, args = [] }: LaunchOptions = {}): Promise<Browser> {
  const executablePath = chromiumPath()
  if (!executablePath) throw new Error(noChromium ?? 'the browser is gone')
  return chromium.launch({
    executablePath,
    args: [
      // Two pages behind the address bar, loaded anew for every window. The last list wins: the rest of it is playwright's own.
      '--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup,AimEnabled,DestroyProfileOnBrowserClose,HttpsUpgrades,HttpsFirstBalancedModeAutoEnable,'
        + 'LensOverlay,MediaRouter,PaintHolding,ThirdPartyStoragePartitioning,Translate,OptimizationHints,NetworkTimeServiceQuerying,PreconnectToSearch',
      '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update',
      '--disable-sync', '--autoplay-policy=no-user-gesture-required',
      '--disable-blink-features=FileSystemAccessLocal', // playwright answers the older way of choosing a file
      ...(fakeMicrophone === undefined ? [] : [
        '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream', `--use-file-for-fake-audio-capture=${fakeMicrophone}`,
      ]),
      ...args,
    ],
  })
}

/** The built app on a free port; `isolated: false` as a host without the two headers serves it. */
export function serveApp(options: { readonly isolated?: boolean; readonly folder?: string } = {}): Promise<Served> {
  const { folder = appFolder, ...rest } = options
  if (!existsSync(folder)) throw new Error(`expected the built app at ${folder}: run \`npm run build\``)
  return serve(folder, rest)
}
