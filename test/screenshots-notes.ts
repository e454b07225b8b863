// Pictures of the notes below the picture and of tuning to an instrument; the states that they start from are the studio's.

import type { Page } from 'playwright-core'
import { RATE, waveFile } from './band.ts'
import { struck } from './note-sounds.ts'
import { openSound } from './page-app.ts'
import { noise } from './signals.ts'

type States = Record<string, (page: Page) => Promise<void>>

/** One after the other, softly and loudly; one pair at once. */
function singleNotes(): Buffer {
  const sound = noise(25 * RATE, 9, 1e-4)
  Array.from({ length: 22 }, (_, i) => 40 + Math.round(((i * 8) % 22) * 1.9)).forEach((pitch, n) => {
    for (const each of n === 9 ? [pitch, pitch + 4] : [pitch])
      struck(each, 1, 66 + (n * 17) % 50, { held: 0.85 }).forEach((x, i) => { sound[Math.round((0.8 + n * 1.08) * RATE) + i]! += x })
  })
  return waveFile([sound])
}

export function noteStates(states: States): States {
  const made: States = {
    notes: async (page) => {
      await states['playing']!(page)
      await page.keyboard.press('n')
      await page.locator('.roll-box[aria-busy=false]').waitFor()
      await page.locator('.roll').focus()
      for (let i = 0; i < 6; i++) await page.keyboard.press('+')
      for (let i = 0; i < 12; i++) await page.keyboard.press('ArrowRight')
      await page.waitForTimeout(1200)
    },
    'notes-judged': async (page) => {
      await made['notes']!(page)
      await page.getByRole('button', { name: 'When a note is one' }).click()
      await page.waitForTimeout(300)
    },
    'notes-live': async (page) => {
      await states['microphone']!(page)
      await page.keyboard.press('n')
      await page.waitForTimeout(9500)
    },
    'notes-none': async (page) => {
      await openSound(page, 'silence.wav', waveFile([new Float32Array(4 * RATE)]))
      await page.getByRole('button', { name: 'Pause' }).waitFor()
      await page.keyboard.press('n')
      await page.getByText('No note was heard.').waitFor()
    },
    tuning: async (page) => {
      await states['playing']!(page)
      await page.keyboard.press('n')
      await page.getByRole('combobox', { name: 'Instrument' }).selectOption({ label: 'Tune to your instrument…' })
      await page.waitForTimeout(400)
    },
    'tuning-heard': async (page) => {
      await made['tuning']!(page)
      const chooser = page.waitForEvent('filechooser')
      await page.getByRole('button', { name: 'Open a recording…' }).click()
      await (await chooser).setFiles({ name: 'single-notes.wav', mimeType: 'audio/wav', buffer: singleNotes() })
      await page.getByRole('heading', { name: /^Now play / }).waitFor()
      await page.waitForTimeout(600)
    },
  }
  return made
}
