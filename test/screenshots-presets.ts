// The preset browser's states: chosen, a search that finds nothing, one that cannot be read, adding to a mix.

import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { appFolder } from './browser.ts'
import type { PageApp } from './page-app.ts'

type States = Record<string, (page: Page) => Promise<void>>

/** The shipped presets beside the code-made ones. */
export async function furnishPresets({ folder }: PageApp, from = appFolder): Promise<void> {
  const names = JSON.parse(await readFile(join(from, 'presets/index.json'), 'utf8')) as string[]
  const there = JSON.parse(await readFile(join(folder, 'presets/index.json'), 'utf8')) as string[]
  const more = names.filter((name) => !there.includes(name))
  for (const name of more) await cp(join(from, 'presets', name), join(folder, 'presets', name))
  await writeFile(join(folder, 'presets/index.json'), JSON.stringify([...there, ...more].sort()))
}

export const presetStates = (states: States): States => ({
  presets: async (page) => {
    await states['playing']!(page)
    await page.keyboard.press('p')
    await page.getByRole('button', { name: /^Piano For notes/ }).click()
    await page.waitForTimeout(800)
  },
  'presets-broken': async (page) => {
    await states['playing']!(page)
    await page.keyboard.press('p')
    await page.getByRole('button', { name: /^Broken/ }).click()
    await page.waitForTimeout(400)
  },
  'presets-none': async (page) => {
    await states['presets']!(page)
    await page.getByRole('textbox', { name: 'Search' }).fill('harpsichord')
    await page.waitForTimeout(300)
  },
  'presets-kept': async (page) => {
    await states['presets']!(page)
    await page.getByRole('button', { name: 'Keep here' }).click()
    await page.getByRole('button', { name: 'Star Piano', exact: true }).first().click()
    await page.getByText('is kept on this machine').waitFor()
    await page.waitForTimeout(300)
  },
})
