// Pictures of the page in every state, wide and small, in real Chromium:
//
//   npm run screenshots
//
// They go to the folder that SCREENSHOTS names (default: dist/screenshots); APP names another build of the app, ONLY some
// of the states ("playing", "mixing-small"). ONLY=readme makes the picture of the README, in its place.

import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { band, RATE, waveFile } from './band.ts'
import { launch, serveApp } from './browser.ts'
import { allOf, melodies } from './field-sounds.ts'
import { openSound, pageApp } from './page-app.ts'
import { demoStates } from './screenshots-demo.ts'
import { furnishLive, liveStates } from './screenshots-live.ts'
import { noteStates } from './screenshots-notes.ts'
import { furnishPresets, presetStates } from './screenshots-presets.ts'
import { sessionStates } from './screenshots-session.ts'
import { surfaceStates } from './screenshots-surface.ts'

const folder = process.env['SCREENSHOTS'] ?? fileURLToPath(new URL('../dist/screenshots', import.meta.url))
const only = process.env['ONLY']?.split(',')

const sizes = { wide: { width: 1600, height: 900 }, small: { width: 1000, height: 640 }, huge: { width: 3840, height: 2160 } } as const

const app = await pageApp(process.env['APP'])
await mkdir(folder, { recursive: true })
const music = waveFile(band(24))
const three = waveFile(allOf(melodies(8)))
const microphone = await furnishLive(app, process.env['APP'])
await furnishPresets(app, process.env['APP'])
const served = await serveApp({ folder: app.folder })
const browser = await launch({ fakeMicrophone: microphone })

const FILLED = 9500 // ms until the picture is full

const README = fileURLToPath(new URL('../renderer/screenshot.png', import.meta.url))
const README_BYTES = 720_000

/** Seconds: fewer notes side by side cost fewer bytes. */
const SHORT = 12

/** The band in another balance and without its highest partials: fewer fine lines, which cost a PNG most of its bytes. */
function quietBand(): Buffer {
  const parts = Object.entries({ piano: 0.75, trumpet: 1.5, bass: 0.25 }).map(([name, gain]) => ({ gain, channels: band(SHORT, name) }))
  const keep = Math.exp(-2 * Math.PI * 2200 / RATE)
  return waveFile([0, 1].map((channel) => {
    const mix = new Float32Array(SHORT * RATE)
    for (const { gain, channels } of parts) channels[channel]!.forEach((x, i) => { mix[i]! += gain * x })
    for (let pole = 0, y = 0; pole < 4; pole++, y = 0) mix.forEach((x, i) => { mix[i] = y = x + keep * (y - x) })
    return mix
  }))
}

/** Each ends in the state that is its name. */
const states: Record<string, (page: Page) => Promise<void>> = {
  ...liveStates,
  ...sessionStates,
  ...demoStates,
  empty: async () => {},
  playing: async (page) => {
    await openSound(page, 'small-band.wav', music)
    await page.getByRole('button', { name: 'Pause' }).waitFor()
    await page.waitForTimeout(FILLED)
  },
  readme: async (page) => {
    await openSound(page, 'small-band.wav', quietBand())
    await page.getByRole('button', { name: 'Pause' }).waitFor()
    await page.waitForTimeout(FILLED + 900) // a moment in which all three play
  },
  mixing: async (page) => {
    await states['playing']!(page)
    await page.getByRole('button', { name: 'Solo Trumpet' }).click()
    await page.getByRole('button', { name: 'Mute Bass' }).click()
    await page.getByRole('button', { name: 'Settings', exact: true }).click()
    await page.getByRole('textbox', { name: 'Sharpness' }).fill('12')
    await page.keyboard.press('Enter')
    await page.waitForTimeout(400)
  },
  microphone: async (page) => {
    await page.getByRole('button', { name: /^Clean a microphone/ }).click()
    await page.getByRole('button', { name: 'Stop the microphone' }).waitFor()
    await page.getByRole('button', { name: 'Full view' }).click()
    await page.waitForTimeout(FILLED)
  },
  broken: async (page) => {
    await states['playing']!(page)
    await openSound(page, 'letter.txt', Buffer.from('Dear Sir or Madam, this is no sound. '.repeat(20)))
    await page.getByRole('alert').waitFor()
  },
  loading: async (page) => {
    await page.addInitScript(() => {
      BaseAudioContext.prototype.decodeAudioData = () => new Promise(() => {})
    })
    await page.reload()
    await openSound(page, 'an-hour-of-rehearsal.flac', music)
    await page.waitForTimeout(300)
  },
  field: async (page) => {
    await openSound(page, 'three-melodies.wav', three)
    await page.locator('.peak').nth(2).waitFor()
    await page.waitForTimeout(3000)
    for (let i = 0; i < 3; i++) {
      await page.locator('.peak').first().click()
      await page.waitForTimeout(600)
      await page.locator('.field-hand').focus()
      await page.keyboard.press('Escape')
    }
    await page.keyboard.press('n')
    await page.waitForTimeout(1500)
  },
  export: async (page) => {
    await states['field']!(page)
    await page.keyboard.press('x')
    await page.waitForTimeout(300)
  },
  // A folder of the browser's own store stands in for the one that a person would choose.
  exporting: async (page) => {
    await page.addInitScript(() => Object.assign(window, { showDirectoryPicker: async () => (await navigator.storage.getDirectory()).getDirectoryHandle('Music', { create: true }) }))
    await page.reload()
    await states['export']!(page)
    await page.getByRole('switch', { name: 'Refine' }).click()
    await page.getByRole('button', { name: /^Export \d/ }).click()
    await page.waitForFunction(() => Number(document.querySelector('progress')?.value) > 0.3)
  },
  exported: async (page) => {
    await page.addInitScript(() => Object.assign(window, { showDirectoryPicker: async () => (await navigator.storage.getDirectory()).getDirectoryHandle('Music', { create: true }) }))
    await page.reload()
    await states['export']!(page)
    await page.getByRole('button', { name: /^Export \d/ }).click()
    await page.locator('.export-where').waitFor({ timeout: 60_000 })
  },
  'export-full': async (page) => {
    await page.addInitScript(() => {
      Object.assign(window, { showDirectoryPicker: async () => (await navigator.storage.getDirectory()).getDirectoryHandle('Music', { create: true }) })
      FileSystemWritableFileStream.prototype.write = () => Promise.reject(new DOMException('full', 'QuotaExceededError'))
    })
    await page.reload()
    await states['export']!(page)
    await page.getByRole('button', { name: /^Export \d/ }).click()
    await page.locator('.export-card.failed').waitFor()
  },
  frequency: async (page) => {
    await states['field']!(page)
    await page.keyboard.press('\\')
    await page.waitForTimeout(800)
  },
  lasso: async (page) => {
    await openSound(page, 'three-melodies.wav', three)
    await page.locator('.peak').nth(2).waitFor()
    await page.locator('.field-tools').getByRole('button', { name: 'Lasso' }).click()
    const { x, y, width, height } = (await page.locator('.field-hand').boundingBox())!
    await page.mouse.move(x + width * 0.75, y + height * 0.4)
    await page.mouse.down()
    for (let a = 0; a < 6.2; a += 0.15) await page.mouse.move(x + width * (0.65 + 0.1 * Math.cos(a)), y + height * (0.4 + 0.17 * Math.sin(a)))
    await page.mouse.up()
    await page.waitForTimeout(1500)
  },
  painting: async (page) => {
    await openSound(page, 'small-band.wav', music)
    await page.getByRole('button', { name: 'Pause' }).waitFor()
    await page.waitForTimeout(3000)
    const { x, y, width, height } = (await page.locator('.painting').boundingBox())!
    const at = (across: number, down: number): [number, number] => [x + width * across, y + height * down]
    await page.getByRole('combobox', { name: 'Paint into' }).selectOption({ label: 'Trumpet' })
    await page.keyboard.press('b')
    await page.mouse.move(...at(0.3, 0.36))
    await page.mouse.down()
    for (let i = 1; i <= 24; i++) await page.mouse.move(...at(0.3 + i / 130, 0.36 + 0.05 * Math.sin(i / 4)))
    await page.mouse.up()
    await page.getByRole('combobox', { name: 'Paint into' }).selectOption({ label: 'Bass' })
    await page.keyboard.press('r')
    await page.getByRole('button', { name: 'Away' }).click()
    await page.mouse.move(...at(0.68, 0.7))
    await page.mouse.down()
    await page.mouse.move(...at(0.82, 0.82), { steps: 6 })
    await page.mouse.up()
    await page.getByRole('button', { name: 'Into', exact: true }).click()
    await page.mouse.move(...at(0.4, 0.01))
    await page.mouse.down()
    await page.mouse.move(...at(0.6, 0.01), { steps: 6 })
    await page.mouse.up()
    await page.keyboard.press('h')
    await page.mouse.move(...at(0.56, 0.62))
    await page.waitForTimeout(1500)
  },
  marked: async (page) => {
    await states['field']!(page)
    await page.getByRole('button', { name: 'Show', exact: true }).click()
    for (const name of ['Contested', 'Diffuse', 'Wrapped']) await page.getByRole('switch', { name }).click()
    await page.waitForTimeout(1200)
  },
  mono: async (page) => {
    await openSound(page, 'one-channel.wav', waveFile([band(8)[0]]))
    await page.getByRole('button', { name: 'Stereo field' }).click()
    await page.waitForTimeout(1500)
  },
  folded: async (page) => {
    await states['playing']!(page)
    await page.getByRole('button', { name: 'Fold the panel' }).click()
    await page.keyboard.press('1')
    await page.waitForTimeout(500)
  },
}

Object.assign(states, noteStates(states), presetStates(states))
Object.assign(states, surfaceStates(states))

try {
  for (const [size, viewport] of Object.entries(sizes))
    for (const [state, reach] of Object.entries(states)) {
      const forReadme = state === 'readme'
      if (only ? !only.includes(state) && !only.includes(`${state}-${size}`) : forReadme) continue
      if (forReadme && size !== 'wide') continue
      const context = await browser.newContext({ viewport })
      const page = await context.newPage()
      page.on('console', (message) => { if (['error', 'warning'].includes(message.type())) console.error(`${state}: ${message.text()}`) })
      page.on('pageerror', (error) => console.error(`${state}: ${error.stack ?? error.message}`))
      await page.goto(served.url)
      await reach(page)
      const { length } = await page.screenshot({ path: forReadme ? README : join(folder, `${state}-${size}.png`) })
      if (forReadme && length > README_BYTES) throw new Error(`${README}: expected at most ${README_BYTES} bytes, got ${length}`)
      await context.close()
      console.error(`${state}-${size}`)
    }
} finally {
  await browser.close()
  await served.close()
  await app.remove()
}
