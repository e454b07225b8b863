// Pictures of the first screen, the demo with its guide, and the help.

import type { Page } from 'playwright-core'
import { waveFile } from './band.ts'
import { openDemo, solo } from './demo-app.ts'
import { openSound } from './page-app.ts'
import { noise } from './signals.ts'

type States = Record<string, (page: Page) => Promise<void>>

const FILLED = 10_500 // ms until the picture is full, at a moment in which all play

async function help(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'Keyboard and help' }).click()
  await page.getByRole('navigation', { name: 'Help' }).getByRole('button', { name }).click()
  await page.waitForTimeout(300)
}

export const demoStates: States = {
  recent: async (page) => {
    for (const name of ['quartet-take-4.wav', 'three-readers.wav', 'rehearsal-of-the-second-movement-with-the-new-microphones.wav']) {
      await openSound(page, name, waveFile([noise(44_100, 3, 0.1), noise(44_100, 4, 0.1)]))
      await page.getByRole('button', { name: 'Pause' }).waitFor()
      await page.waitForTimeout(800)
    }
    await page.reload()
    await page.getByRole('heading', { name: 'Recent' }).waitFor()
    await page.waitForTimeout(500)
  },
  'sound-settings': async (page) => {
    await page.getByRole('button', { name: 'Sound settings' }).click()
    await page.waitForTimeout(300)
  },
  demo: async (page) => {
    await openDemo(page)
    await page.waitForTimeout(FILLED)
  },
  'demo-solo': async (page) => {
    await openDemo(page)
    await page.waitForTimeout(6000)
    await solo(page, 'Voice').click()
    await page.waitForTimeout(4000)
  },
  'demo-done': async (page) => {
    await openDemo(page)
    for (let i = 0; i < 5; i++) await page.getByRole('button', { name: 'Skip' }).click()
    await page.waitForTimeout(FILLED)
  },
  'help-keys': async (page) => {
    await page.keyboard.press('?')
    await page.waitForTimeout(300)
  },
  'help-microphone': (page) => help(page, 'Clean a microphone'),
  'help-call': (page) => help(page, 'Into a call'),
  'help-unmix': (page) => help(page, 'Un-mix a file'),
  'help-notes': (page) => help(page, 'Play notes'),
}
