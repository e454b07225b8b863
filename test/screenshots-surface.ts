// States of the working screen as an instrument, for screenshots.ts: sources turned in every way, menus, what is folded.

import type { Page } from 'playwright-core'

type Reach = (page: Page) => Promise<void>

export const surfaceStates = (states: Record<string, Reach>): Record<string, Reach> => ({
  turned: async (page) => {
    await states['field']!(page)
    await page.getByRole('slider', { name: 'Pan of Source 1' }).press('End')
    await page.getByRole('slider', { name: 'Level of Source 1' }).press('PageDown')
    await page.getByRole('button', { name: 'Mute Source 2' }).click()
    await page.getByRole('button', { name: 'Invert Source 1' }).click()
    await page.getByRole('button', { name: 'More about Source 1' }).click()
    await page.waitForTimeout(400)
  },
  claims: async (page) => {
    await states['playing']!(page)
    await page.getByRole('button', { name: /^Trumpet: 20 atoms/ }).click()
    await page.waitForTimeout(300)
  },
  'control-menu': async (page) => {
    await states['playing']!(page)
    await page.getByRole('button', { name: 'Settings', exact: true }).click()
    await page.getByRole('slider', { name: 'Sharpness' }).click({ button: 'right' })
    await page.waitForTimeout(300)
  },
  typing: async (page) => {
    await states['playing']!(page)
    await page.getByRole('slider', { name: 'Pan of Bass' }).press('Enter')
    await page.keyboard.type('L 130')
    await page.keyboard.press('Enter')
    await page.waitForTimeout(300)
  },
  rails: async (page) => {
    await states['playing']!(page)
    for (const name of ['Fold the sources', 'Fold the panel', 'Fold the drawer']) await page.getByRole('button', { name }).click()
    await page.waitForTimeout(600)
  },
})
