// "Learn this sound" in real Chromium: 24 atoms of a voice from the minute that is marked, from the click on Learn until
// there is something to keep. Needs the speech recordings beside the checkout.

import { existsSync, readdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { waveFile } from '../band.ts'
import { launch, noChromium, serveApp } from '../browser.ts'
import { openSound, pageApp } from '../page-app.ts'
import { audioFolder, load, mono } from './audio.ts'

const SECONDS = 60
const RATE = 48_000

export interface PageFigures { readonly seconds: number; readonly atoms: number; readonly threads: number }

async function minute(): Promise<Float32Array | null> {
  const folder = new URL('speech-and-noise/speech_kathleen_48k/', audioFolder)
  if (!existsSync(folder)) return null
  const voice = new Float32Array(SECONDS * RATE)
  let at = 0
  for (const name of readdirSync(folder).filter((name) => name.endsWith('.flac')).sort()) {
    const recording = await load(new URL(name, folder))
    const samples = mono(recording)
    voice.set(samples.subarray(0, voice.length - at), at)
    at += samples.length
    if (at >= voice.length) return voice
  }
  voice.copyWithin(at, 0, voice.length - at) // the recordings are shorter: the first ones twice
  return voice
}

export async function learnPage(say: (line: string) => void): Promise<PageFigures | null> {
  const voice = noChromium ? null : await minute()
  if (!voice) return null
  const app = await pageApp(resolve('dist/app'))
  const served = await serveApp({ folder: app.folder })
  const browser = await launch({})
  try {
    const page = await (await browser.newContext({ viewport: { width: 1600, height: 900 } })).newPage()
    await page.goto(served.url)
    await openSound(page, 'voice.wav', waveFile([voice], RATE))
    await page.getByRole('button', { name: 'Pause' }).click()
    await page.locator('.picture-progress').waitFor({ state: 'detached', timeout: 120_000 })
    const box = (await page.locator('.painting').boundingBox())!
    await page.mouse.move(box.x + 49, box.y + 12)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width - 1, box.y + 12, { steps: 4 })
    await page.mouse.up()
    await page.keyboard.press('t')
    const panel = page.getByRole('dialog', { name: 'Learn this sound' })
    const began = performance.now()
    await panel.getByRole('button', { name: 'Learn', exact: true }).click()
    await panel.getByRole('button', { name: 'Keep', exact: true }).waitFor({ timeout: 120_000 })
    const seconds = (performance.now() - began) / 1000
    const threads = Math.max(1, Math.min(3, await page.evaluate(() => navigator.hardwareConcurrency) - 1))
    say(`24 atoms of a minute of a voice at ${RATE / 1000} kHz, in the page: ${seconds.toFixed(1)} s on ${threads} thread${threads === 1 ? '' : 's'}`)
    return { seconds, atoms: 24, threads }
  } finally {
    await browser.close()
    await served.close()
    await app.remove()
  }
}
