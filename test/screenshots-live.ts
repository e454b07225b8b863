// The calm screen in each of its states, for screenshots.ts: with the shipped preset for speech, and a voice made by code.

import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { waveFile } from './band.ts'
import { appFolder } from './browser.ts'
import { RATE, mix, open, pcmOf, sendTo, turned, voice } from './live-stories.ts'
import type { PageApp } from './page-app.ts'

/** The preset beside the band's, and the voice at the microphone. */
export async function furnishLive({ folder }: PageApp, from = appFolder): Promise<string> {
  await writeFile(join(folder, 'presets/speech.preset'), await readFile(join(from, 'presets/speech.preset')))
  const index = join(folder, 'presets/index.json')
  await writeFile(index, JSON.stringify([...JSON.parse(await readFile(index, 'utf8')) as string[], 'speech.preset']))
  const microphone = join(folder, 'microphone.wav')
  await writeFile(microphone, waveFile([mix], RATE))
  return microphone
}

const FILLED = 9000 // ms until the picture is full
const filled = (page: Page): Promise<void> => page.waitForTimeout(FILLED)

/** A microphone that the picture's maker turns. */
async function onBench(page: Page, level: number): Promise<void> {
  await turned(page)
  await page.reload()
  await page.evaluate(([sound, at]) => Object.assign(window.bench, { sound, level: at, outputs: ['CABLE Input', 'Headphones'] }), [pcmOf(voice.map((x, i) => x + 0.05 * mix[i]!)), level] as const)
  await open(page)
}
async function refused(page: Page, error: string): Promise<void> {
  await page.addInitScript((name) => { navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', name)) }, error)
  await page.reload()
  await page.getByRole('button', { name: /^Clean a microphone/ }).click()
  await page.getByRole('alert').waitFor()
}

export const liveStates: Record<string, (page: Page) => Promise<void>> = {
  live: async (page) => {
    await open(page)
    await filled(page)
  },
  'live-sent': async (page) => {
    await onBench(page, 0.8)
    await sendTo(page, 'CABLE Input')
    await page.getByRole('slider', { name: 'Reduction' }).focus()
    for (let i = 0; i < 10; i++) await page.keyboard.press('PageDown')
    await filled(page)
  },
  'live-asking': async (page) => {
    await page.addInitScript(() => {
      navigator.mediaDevices.getUserMedia = () => new Promise(() => {})
      navigator.permissions.query = async () => ({ state: 'prompt' }) as PermissionStatus
    })
    await page.reload()
    await page.getByRole('button', { name: /^Clean a microphone/ }).click()
    await page.getByText('Waiting for you to allow the microphone').waitFor()
  },
  'live-lost': async (page) => {
    await onBench(page, 0.8)
    await page.waitForTimeout(6000)
    await page.evaluate(() => {
      window.bench.present = false
      window.bench.tracks.at(-1)!.dispatchEvent(new Event('ended'))
      navigator.mediaDevices.dispatchEvent(new Event('devicechange'))
    })
    await page.waitForTimeout(1800)
  },
  'live-denied': (page) => refused(page, 'NotAllowedError'),
  'live-none': (page) => refused(page, 'NotFoundError'),
  'live-silent': async (page) => {
    await onBench(page, 0.8)
    await page.waitForTimeout(3000)
    await page.evaluate(() => { window.bench.level = 0 })
    await page.getByText('delivers nothing but digital silence').waitFor()
  },
  'live-clipping': async (page) => {
    await onBench(page, 20)
    await page.getByText('its peaks are cut off').waitFor()
    await page.waitForTimeout(3000)
  },
  'live-noise': async (page) => {
    await open(page)
    await page.waitForTimeout(4000)
    await page.getByRole('button', { name: 'Start learning the noise' }).click()
    await page.waitForTimeout(1500)
  },
  'live-reading': async (page) => {
    await onBench(page, 0.8)
    await page.getByRole('button', { name: 'Start learning my voice' }).click()
    await filled(page)
  },
  'live-enrolled': async (page) => {
    await onBench(page, 0.8)
    await page.getByRole('button', { name: 'Start learning my voice' }).click()
    await page.locator('.reading .primary:not([disabled])').click({ timeout: 60_000 })
    await page.getByText('is learned and in use').waitFor({ timeout: 60_000 })
    await filled(page)
  },
  'live-call': async (page) => {
    await open(page)
    await page.waitForTimeout(3000)
    await page.getByRole('button', { name: 'Into a call' }).click()
    await page.waitForTimeout(300)
  },
}
