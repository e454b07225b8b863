// The demo in real Chromium: it sounds at a click and as it was made, what is soloed is what comes out, and the guide notices what
// is done.

import { describe, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { demo } from '../renderer/demo/mix.ts'
import { because, noChromium } from './browser.ts'
import { demoMix, from, hear, openDemo, recordingOf, solo } from './demo-app.ts'
import { largestError, siSdr, stories } from './page-stories.ts'

const guide = (page: Page) => page.getByRole('region', { name: 'Guide to the demo' })
const step = (page: Page) => guide(page).getByRole('listitem').and(page.locator('[aria-current=step]')).innerText()

describe.skipIf(noChromium)(because('the demo', noChromium), () => {
  const { visit } = stories()

  test('sounds at a click as it was made; the guitar soloed at its place is the guitar', () => visit(async (page) => {
    // From the click to the first sample that is not silence, as whoever presses the button waits for it.
    await page.evaluate(() => addEventListener('click', () => {
      const clicked = performance.now()
      const look = (): void => {
        if (window.heard.some(([left]) => left.some((x) => Math.abs(x) > 1e-4))) Object.assign(window, { soundAfter: performance.now() - clicked })
        else setTimeout(look, 4)
      }
      look()
    }, { once: true, capture: true }))
    await openDemo(page)
    await hear(page, 1.5)
    console.log(`click to sound: ${Math.round(await page.evaluate(() => (window as unknown as { soundAfter: number }).soundAfter))} ms`)
    expect(await page.locator('.source .source-name').allInnerTexts()).toEqual(['Voice', 'Guitar', 'Electric piano', 'Bass', 'Brushes', 'Rest'])

    await solo(page, 'Guitar').click()
    const soloed = await page.evaluate(() => window.heard.length * 128)
    await hear(page, 4)
    const { all, place } = await recordingOf(page)
    expect(largestError(from(all, 0, 24_000), demoMix, place)).toBeLessThan(1e-4)
    const alone = all[0].length - 3 * 48_000 // well after the button
    expect(alone).toBeGreaterThan(soloed - all[0].length / 2)
    const stem = demo('guitar')
    const length = demoMix[0].length
    const inMix = siSdr([0, 1].map((c) => Float32Array.from({ length: 3 * 48_000 }, (_, i) => demoMix[c]![(place + alone + i) % length]!)) as [Float32Array, Float32Array], stem, (place + alone) % length)
    const out = siSdr(from(all, alone), stem, (place + alone) % length)
    console.log(`the guitar: ${inMix.toFixed(1)} dB in the mix, ${out.toFixed(1)} dB alone`)
    expect(out).toBeGreaterThan(inMix + 10)
  }))

  test('is led through by a line that notices what is done, and may be left', () => visit(async (page) => {
    await openDemo(page)
    await expect.poll(() => step(page)).toBe('1')
    await solo(page, 'Bass').click() // something else
    await solo(page, 'Bass').click()
    expect(await step(page)).toBe('1')
    await guide(page).getByRole('button', { name: 'Take me there' }).click()
    await page.keyboard.press('Enter')
    await expect.poll(() => step(page)).toBe('2')
    await expect.poll(() => guide(page).innerText()).toMatch(/stands in the middle/)
    await page.keyboard.press('Enter')
    await page.keyboard.press('2')
    for (let i = 0; i < 12; i++) await page.keyboard.press('PageDown')
    await expect.poll(() => step(page)).toBe('3')
    await page.keyboard.press('a')
    await page.keyboard.press('a')
    await expect.poll(() => step(page)).toBe('4')
    await guide(page).getByRole('button', { name: 'Skip' }).click()
    await expect.poll(() => step(page)).toBe('5')
    await page.keyboard.press('x')
    await page.getByRole('dialog', { name: 'Export' }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog', { name: 'Export' }).waitFor({ state: 'detached' })
    await expect.poll(() => guide(page).innerText()).toMatch(/That is the idea/)
    await guide(page).getByRole('button', { name: 'Close the guide' }).click()
    await guide(page).waitFor({ state: 'detached' })
    expect(await page.getByRole('button', { name: 'Pause' }).isVisible()).toBe(true)
  }))
})
