// What the page's tests share: the app with the code-made band, a visit in a fresh context, and measures of what was heard.

import { afterAll, beforeAll, expect } from 'vitest'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import type { Served } from '../main/serve.ts'
import { band, waveFile } from './band.ts'
import { launch, serveApp } from './browser.ts'
import { heard, instrument, openSound, pageApp } from './page-app.ts'
import type { PageApp } from './page-app.ts'

export const SECONDS = 4
export type Stereo = readonly [Float32Array, Float32Array]

/** Where in the looped file a recording begins: the place at which its first loud stretch fits best. */
export function placeOf(recording: Float32Array, file: Float32Array, from = 0): number {
  const window = 96
  let best = Infinity
  let place = -1
  for (let at = 0; at < file.length; at++) {
    let error = 0
    for (let i = 0; i < window && error < best; i++) error += (recording[from + i]! - file[(at + i) % file.length]!) ** 2
    if (error < best) { best = error; place = at }
  }
  return (place - from + file.length) % file.length
}

/** The largest difference between a recording and the file from a place on. */
export function largestError(recording: Stereo, file: Stereo, place: number, gain = 1): number {
  let most = 0
  recording.forEach((channel, c) => channel.forEach((x, i) => {
    most = Math.max(most, Math.abs(x - gain * file[c]![(place + i) % file[c]!.length]!))
  }))
  return most
}

/** dB of the wanted sound over everything else. */
export function distortion(recording: Stereo, wanted: Stereo, place: number): number {
  let signal = 0, error = 0
  recording.forEach((channel, c) => channel.forEach((x, i) => {
    const y = wanted[c]![(place + i) % wanted[c]!.length]!
    signal += y * y
    error += (x - y) ** 2
  }))
  return 10 * Math.log10(signal / error)
}

/** dB, scale-invariant (Le Roux et al. 2019), of a recording that begins at `place` of the looped sound. */
export function siSdr(recording: Stereo, wanted: Stereo, place: number): number {
  let own = 0, both = 0, all = 0
  recording.forEach((channel, c) => channel.forEach((x, i) => {
    const y = wanted[c]![(place + i) % wanted[c]!.length]!
    own += y * y
    both += x * y
    all += x * x
  }))
  const target = both * both / own
  return 10 * Math.log10(target / (all - target))
}

export const peak = (recording: Stereo): number =>
  Math.max(...recording.map((channel) => channel.reduce((most, x) => Math.max(most, Math.abs(x)), 0)))

export const mix: Stereo = band(SECONDS)
export const music = waveFile(mix)

export const playing = async (page: Page): Promise<void> => {
  await openSound(page, 'band.wav', music)
  await page.getByRole('button', { name: 'Pause' }).waitFor()
  await page.waitForTimeout(400) // the fade, and the separator's latency
  await heard(page)
}

/** A microphone in the studio: it opens on the calm screen. */
export const microphoneInStudio = async (page: Page): Promise<void> => {
  await page.getByRole('button', { name: /^Clean a microphone/ }).click()
  await page.getByRole('button', { name: 'Stop the microphone' }).waitFor()
  await page.getByRole('button', { name: 'Full view' }).click()
}

/** The panel opens with the stereo field where there is one. */
export const settings = (page: Page): Promise<void> => page.getByRole('button', { name: 'Settings', exact: true }).click()

export const record = async (page: Page, milliseconds: number): Promise<Stereo> => {
  await page.waitForTimeout(milliseconds)
  return heard(page)
}

export const figure = (page: Page, name: string): Promise<string> =>
  page.locator('.figures > div', { hasText: name }).locator('dd').innerText()

export interface VisitOptions {
  readonly url?: string
  /** Before the page's own code. */
  before?(page: Page): Promise<unknown>
  /** False takes AudioWorklet away. */
  readonly worklet?: boolean
}

export interface Stories {
  readonly app: PageApp
  /** Opens the page, runs a story, and expects that nothing was refused by the CSP and nothing threw. */
  visit(story: (page: Page) => Promise<void>, options?: VisitOptions): Promise<void>
}

/** Inside a `describe`: one server and one browser for its tests. `furnish` may put other files into the app first. */
export function stories(furnish?: (app: PageApp) => Promise<void>): Stories {
  let app: PageApp
  let served: Served
  let browser: Browser

  beforeAll(async () => {
    app = await pageApp()
    await writeFile(join(app.folder, 'microphone.wav'), waveFile([mix[0]]))
    await furnish?.(app)
    served = await serveApp({ folder: app.folder })
    browser = await launch({ fakeMicrophone: join(app.folder, 'microphone.wav') })
  })
  afterAll(async () => {
    await browser?.close()
    await served?.close()
    await app?.remove()
  })

  return {
    get app() { return app },
    async visit(story, { url = served.url, before, worklet } = {}) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
      try {
        const page = await context.newPage()
        const errors: string[] = []
        page.on('pageerror', (error) => errors.push(error.message))
        page.on('filechooser', () => {}) // so that choosing is ours from the start
        await instrument(page, worklet)
        await before?.(page)
        await page.goto(url)
        await story(page)
        expect(errors).toEqual([])
        expect(await page.evaluate(() => window.violations)).toEqual([])
      } finally {
        await context.close()
      }
    },
  }
}
