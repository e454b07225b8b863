// Pictures of what a session says: work that was left, work that is not saved, a sound that is missing.

import type { Page } from 'playwright-core'
import { band, waveFile } from './band.ts'
import { dropFile, openSound } from './page-app.ts'

const music = waveFile(band(24))

async function changed(page: Page): Promise<void> {
  await openSound(page, 'small-band.wav', music)
  await page.getByRole('button', { name: 'Pause' }).waitFor()
  await page.getByRole('button', { name: 'Solo Trumpet' }).click()
}

async function saved(page: Page): Promise<Buffer> {
  const download = page.waitForEvent('download')
  await page.keyboard.press('Control+s')
  const chunks: Buffer[] = []
  for await (const chunk of await (await download).createReadStream()) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

const START = /^(Un-mix a file|Clean a microphone)/

export const sessionStates: Record<string, (page: Page) => Promise<void>> = {
  'session-left': async (page) => {
    await changed(page)
    await page.waitForTimeout(4000)
    await page.reload()
    await page.locator('.banner', { hasText: 'Go on where you stopped' }).waitFor()
    await page.waitForTimeout(800)
  },
  'session-question': async (page) => {
    await changed(page)
    const session = await saved(page)
    await page.getByRole('button', { name: 'Mute Bass' }).click()
    await dropFile(page, 'small-band.winnow', session)
    await page.locator('.banner', { hasText: 'Save your session?' }).waitFor()
    await page.waitForTimeout(4000)
  },
  'session-missing': async (page) => {
    await changed(page)
    const session = await saved(page)
    await page.reload()
    await page.getByRole('button', { name: START }).first().waitFor()
    await dropFile(page, 'small-band.winnow', session)
    await page.locator('.banner', { hasText: 'is not at hand' }).waitFor()
    await page.waitForTimeout(400)
  },
}
