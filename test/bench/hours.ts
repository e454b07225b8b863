// An hour of stereo in the page: how long until it sounds and until all of it is read, and what it weighs while it plays with
// the field and the spectrogram beside it. Memory is the proportional set size of the page's renderer and of all of Chromium's
// processes together, as Linux counts it; elsewhere there is none.

import { mkdtemp, open, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { chromium } from 'playwright-core'
import { chromiumPath, noChromium, serveApp } from '../browser.ts'
import { band } from '../band.ts'
import { pageApp } from '../page-app.ts'
import { wavHead } from '../../renderer/wav.ts'

const RATE = 44_100
const MINUTES = 60
const SETTLES = 20_000 // ms of playing that are watched after all is read

export interface HoursFigures {
  readonly soundSeconds: number
  readonly readSeconds: number
  /** Megabytes at their most. */
  readonly page: number | null
  readonly browser: number | null
}

/** A minute made by code, over and over. */
async function hour(path: string): Promise<void> {
  const minute = band(60)
  const bytes = new Uint8Array(4 * minute[0].length)
  const view = new DataView(bytes.buffer)
  for (let i = 0; i < minute[0].length; i++) minute.forEach((channel, c) => view.setInt16(4 * i + 2 * c, Math.round(32_000 * channel[i]!), true))
  const file = await open(path, 'w')
  await file.write(wavHead({ sampleRate: RATE, channels: 2, bits: 16 }, MINUTES * minute[0].length, false))
  for (let i = 0; i < MINUTES; i++) await file.write(bytes)
  await file.close()
}

/** Bytes of every process of a browser with this folder of its own, those of pages apart. */
async function weight(folder: string): Promise<{ readonly page: number; readonly browser: number } | null> {
  if (process.platform !== 'linux') return null
  let page = 0, all = 0
  const lines = await Promise.all((await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(async (pid) => {
    const [command, memory] = await Promise.all(['cmdline', 'smaps_rollup'].map((name) => readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '')))
    return { command: command!, bytes: 1024 * Number(/^Pss:\s+(\d+)/m.exec(memory!)?.[1] ?? 0), parent: Number(/^PPid:\s+(\d+)/m.exec(await readFile(`/proc/${pid}/status`, 'utf8').catch(() => ''))?.[1]), pid: Number(pid) }
  }))
  const ours = new Set(lines.filter(({ command }) => command.includes(folder)).map(({ pid }) => pid))
  for (let grown = -1; grown !== ours.size; ) {
    grown = ours.size
    for (const { pid, parent } of lines) if (ours.has(parent)) ours.add(pid)
  }
  for (const { pid, command, bytes } of lines) if (ours.has(pid)) {
    all += bytes
    if (command.includes('--type=renderer')) page = Math.max(page, bytes)
  }
  return { page, browser: all }
}

export async function hours(say: (line: string) => void): Promise<HoursFigures | null> {
  if (noChromium) return null
  const home = await mkdtemp(join(tmpdir(), 'winnow-hours-'))
  const app = await pageApp(resolve('dist/app'))
  const served = await serveApp({ folder: app.folder })
  const profile = join(home, 'profile') // a private window would keep its disk in memory
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: chromiumPath()!, viewport: { width: 1600, height: 900 },
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--autoplay-policy=no-user-gesture-required'],
  })
  try {
    await hour(join(home, 'hour.wav'))
    const page = await context.newPage()
    await page.addInitScript(() => { Reflect.deleteProperty(window, 'showOpenFilePicker') })
    await page.goto(served.url)
    const chooser = page.waitForEvent('filechooser')
    await page.getByRole('button', { name: /^Un-mix a file/ }).click()
    const began = performance.now()
    await (await chooser).setFiles(join(home, 'hour.wav'))
    let most = { page: 0, browser: 0 }
    const look = async (): Promise<void> => {
      const now = await weight(profile)
      if (now) most = { page: Math.max(most.page, now.page), browser: Math.max(most.browser, now.browser) }
    }
    await page.getByRole('button', { name: 'Pause' }).waitFor({ timeout: 60_000 })
    const soundSeconds = (performance.now() - began) / 1000
    const reading = page.locator('.overview-reading')
    while (await reading.count() > 0) {
      await look()
      await page.waitForTimeout(250)
    }
    const readSeconds = (performance.now() - began) / 1000
    for (const end = performance.now() + SETTLES; performance.now() < end; await page.waitForTimeout(500)) await look()
    const megabytes = (bytes: number): number | null => (bytes > 0 ? bytes / 1e6 : null)
    const figures = { soundSeconds, readSeconds, page: megabytes(most.page), browser: megabytes(most.browser) }
    say(`${MINUTES} minutes of stereo: heard after ${soundSeconds.toFixed(2)} s, read after ${readSeconds.toFixed(1)} s; at most ${figures.page?.toFixed(0) ?? '–'} MB in the page's process, ${figures.browser?.toFixed(0) ?? '–'} MB in all of Chromium`)
    return figures
  } finally {
    await context.close()
    await served.close()
    await app.remove()
    await rm(home, { recursive: true, force: true })
  }
}
