// The first screen in real Chromium: three choices by key or by click, in sight in every window, and what was opened lately.

import { describe, expect, test } from 'vitest'
import { because, noChromium } from './browser.ts'
import { openSound } from './page-app.ts'
import { music, stories } from './page-stories.ts'

describe.skipIf(noChromium)(because('the first screen', noChromium), () => {
  const { visit } = stories()

  test('the first screen fits every window, with its three choices and the demo in sight', () => visit(async (page) => {
    for (const [width, height] of [[1000, 640], [1280, 800], [1600, 900], [3840, 2160]] as const) {
      await page.setViewportSize({ width, height })
      for (const name of [/^Clean a microphone/, /^Un-mix a file/, /^Play notes/, /^Play the demo/, /^Sound settings/, /^Keyboard and help/]) {
        const box = (await page.getByRole('button', { name }).boundingBox())!
        expect(box.x, `${name} at ${width}`).toBeGreaterThanOrEqual(0)
        expect(box.x + box.width, `${name} at ${width}`).toBeLessThanOrEqual(width)
        expect(box.y + box.height, `${name} at ${height}`).toBeLessThanOrEqual(height)
      }
    }
  }))

  test('1 cleans the microphone, 2 asks for a file', () => visit(async (page) => {
    await page.getByRole('button', { name: /^Un-mix a file/ }).waitFor()
    const chooser = page.waitForEvent('filechooser')
    await page.keyboard.press('2')
    await (await chooser).setFiles([])
    await page.keyboard.press('1')
    await page.getByRole('button', { name: 'Stop the microphone' }).waitFor()
    expect(await page.getByRole('slider', { name: 'Reduction' }).isVisible()).toBe(true)
  }))

  test('3 plays notes: the studio with the notes below, and tuning at a click', () => visit(async (page) => {
    await page.getByRole('button', { name: /^Play notes/ }).waitFor()
    await page.keyboard.press('3')
    await page.getByRole('button', { name: 'Stop the microphone' }).waitFor()
    await page.locator('.roll').waitFor()
    await page.getByRole('alert').getByRole('button', { name: 'Tune to your instrument' }).click()
    await page.getByText('Sound check').first().waitFor()
  }))

  test('what was opened is offered again, and can be struck from the list', () => visit(async (page) => {
    await openSound(page, 'rehearsal.wav', music)
    await page.getByRole('button', { name: 'Pause' }).waitFor()
    await page.waitForTimeout(500) // until it is noted
    await page.reload()
    await page.getByRole('region', { name: 'Recent' }).getByText('rehearsal.wav').waitFor()
    await page.getByRole('button', { name: 'Remove rehearsal.wav from the list' }).click()
    await page.getByRole('region', { name: 'Recent' }).waitFor({ state: 'detached' })
  }))
})
