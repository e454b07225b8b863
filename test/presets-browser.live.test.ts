// The preset browser in real Chromium: found, tried, used, added, kept, brought in; and a broken one, which harms nothing.

import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { readPreset } from '../presets/preset.ts'
import { bandPreset } from './band.ts'
import { because, noChromium } from './browser.ts'
import { dropFile, heard } from './page-app.ts'
import { largestError, mix, peak, placeOf, playing, record, stories } from './page-stories.ts'

describe.skipIf(noChromium)(because('the preset browser', noChromium), () => {
  const { visit } = stories()
  const browser = (page: Page) => page.getByRole('dialog', { name: 'Presets' })
  const rows = (page: Page) => page.getByRole('list', { name: 'Presets' }).getByRole('listitem')
  const open = async (page: Page): Promise<void> => {
    await page.keyboard.press('p')
    await browser(page).waitFor()
    await expect.poll(() => page.getByText('Reading…').count()).toBe(0)
  }
  const sharpness = (page: Page): Promise<number | undefined> => page.evaluate(() => window.nodes.at(-1)?.parameters.get('sharpness')?.value)

  test('searched, tried on what plays, given back, used; undo gives back the one before', () => visit(async (page) => {
    await playing(page)
    expect(await sharpness(page)).toBe(1)
    await open(page)
    await expect.poll(() => rows(page).count()).toBe(4)
    await page.keyboard.type('sharp')
    await expect.poll(() => rows(page).count()).toBe(1)

    await page.getByRole('button', { name: 'Try', exact: true }).click()
    await expect.poll(() => sharpness(page)).toBe(2)
    await page.getByRole('button', { name: 'Stop trying' }).click()
    await expect.poll(() => sharpness(page)).toBe(1)
    expect(await page.getByRole('button', { name: 'Undo', exact: true }).isDisabled()).toBe(true)

    await page.getByRole('button', { name: 'Try', exact: true }).click()
    await expect.poll(() => sharpness(page)).toBe(2)
    await page.keyboard.press('Escape') // closed while it is tried: nothing of it stays
    await expect.poll(() => sharpness(page)).toBe(1)

    await page.waitForTimeout(300)
    await heard(page)
    const before = await record(page, 300)
    const place = placeOf(before[0], mix[0], 4096)
    await open(page) // the question stands still
    await page.keyboard.press('Enter')
    await browser(page).waitFor({ state: 'detached' })
    await expect.poll(() => sharpness(page)).toBe(2)
    const through = await record(page, 400)
    expect(largestError(through, mix, place + before[0].length)).toBeLessThan(1e-3) // nothing is turned: the sum is the input throughout
    await page.keyboard.press('Control+z')
    await expect.poll(() => sharpness(page)).toBe(1)
  }))

  test('its sources join the mix, which still adds up; what is kept is there after a reload', () => visit(async (page) => {
    await playing(page)
    await open(page)
    await page.getByRole('button', { name: /^Sharp-band/ }).click()
    await page.getByRole('button', { name: 'Add', exact: true }).click()
    await browser(page).waitFor({ state: 'detached' })
    await expect.poll(() => page.locator('.source').count()).toBe(7)
    await page.waitForTimeout(500)
    await heard(page)
    const through = await record(page, 500)
    expect(largestError(through, mix, placeOf(through[0], mix[0], 4096))).toBeLessThan(1e-4)

    await open(page)
    expect(await page.getByRole('complementary', { name: /band \+ /i }).count()).toBe(1) // in this session, and looked at
    await page.getByRole('button', { name: 'Keep here' }).click()
    await page.getByText('is kept on this machine').waitFor()
    await page.getByRole('button', { name: 'Star Small band + ' }).click()
    await page.reload()
    await page.getByRole('button', { name: /^Un-mix a file/ }).waitFor()
    await open(page)
    await page.getByRole('button', { name: /^Starred/ }).click()
    await expect.poll(() => rows(page).count()).toBe(1)
    await page.getByRole('button', { name: 'Forget…' }).click()
    await page.getByRole('button', { name: 'Forget for good' }).click()
    await page.getByText('No preset is like that.').waitFor()
  }))

  test('dropped presets are kept; a broken one says why, and the sound goes on', () => visit(async (page) => {
    await playing(page)
    await open(page)
    await dropFile(page, 'mine.preset', Buffer.from(bandPreset({ sharpness: 3 })))
    await page.getByText('is kept on this machine now').waitFor()
    await expect.poll(() => rows(page).count()).toBe(5)
    await dropFile(page, 'torn.preset', Buffer.from(bandPreset().subarray(0, 4000)))
    const alert = browser(page).getByRole('alert')
    await alert.waitFor()
    expect(await alert.innerText()).toMatch(/^torn\.preset: .*expected/)
    await dropFile(page, 'song.wav', Buffer.from('RIFF'))
    await expect.poll(() => alert.innerText()).toMatch(/song\.wav: expected a preset/)

    await page.getByRole('button', { name: /^Broken/ }).click()
    expect(await page.getByRole('complementary', { name: 'Broken' }).getByRole('alert').innerText()).toMatch(/broken\.preset: .*expected/)
    await heard(page)
    const through = await record(page, 300)
    expect(peak(through)).toBeGreaterThan(0.01)
    expect(largestError(through, mix, placeOf(through[0], mix[0], 4096))).toBeLessThan(1e-5)
  }))

  test('saved under its name with a licence; its spectra are heard beside what plays', () => visit(async (page) => {
    await playing(page)
    await open(page)
    await page.getByRole('button', { name: 'Hear the spectra of Band', exact: true }).click()
    expect(await page.getByRole('button', { name: 'Hear the spectra of Band', exact: true }).getAttribute('aria-pressed')).toBe('true')
    await expect.poll(() => page.getByRole('button', { name: 'Hear the spectra of Band', exact: true }).getAttribute('aria-pressed'), { timeout: 15_000 }).toBe('false')
    const download = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Save as…' }).click()
    const saved = readPreset(await readFile((await (await download).path())!), 'saved')
    expect(saved.name).toBe('Band')
    expect(saved.learned.licences).not.toEqual([])
    expect(saved.selection?.sources.map(({ name }) => name)).toEqual(['piano', 'trumpet', 'bass'])
  }))

  test('by keyboard alone: opened, moved through, starred, closed; the focus comes back', () => visit(async (page) => {
    await playing(page)
    await page.getByRole('button', { name: 'Browse presets' }).focus()
    await page.keyboard.press('Enter')
    await browser(page).waitFor()
    await expect.poll(() => page.getByText('Reading…').count()).toBe(0)
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    const looked = (): Promise<string | null> => page.locator('.presets-row.is-chosen b').textContent()
    expect(await looked()).toBe('Field')
    for (let i = 0; i < 40; i++) { // round and round: the focus never leaves
      await page.keyboard.press('Tab')
      expect(await page.evaluate(() => document.activeElement?.closest('.presets') !== null)).toBe(true)
    }
    await page.keyboard.press('Escape')
    await browser(page).waitFor({ state: 'detached' })
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Browse presets')
  }))
})
