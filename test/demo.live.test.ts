// The demo in real Chromium: it sounds at once and as it was made, what is soloed is what comes out, the guide notices what is
// done, and all of it can be exported and done by keys alone.

import { describe, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { demo } from '../renderer/demo/mix.ts'
import { because, noChromium } from './browser.ts'
import { demoMix, from, hear, openDemo, recordingOf, solo } from './demo-app.ts'
import { largestError, siSdr, stories } from './page-stories.ts'

const guide = (page: Page) => page.getByRole('region', { name: 'Guide to the demo' })
const step = (page: Page) => guide(page).getByRole('listitem').and(page.locator('[aria-current=step]')).innerText()
const undo = (page: Page) => page.getByRole('button', { name: 'Undo', exact: true }).getAttribute('title')
const panel = (page: Page) => page.getByRole('dialog', { name: 'Export' })
const nullOf = async (page: Page): Promise<number> => {
  await page.locator('.export-null').waitFor({ timeout: 90_000 })
  return Number((/−(\d+(\.\d+)?) dB/.exec(await page.locator('.export-null').innerText()) ?? [])[1] ?? NaN)
}

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
    await expect.poll(() => guide(page).innerText()).toMatch(/That is the idea/)
    await guide(page).getByRole('button', { name: 'Close the guide' }).click()
    await guide(page).waitFor({ state: 'detached' })
    expect(await page.getByRole('button', { name: 'Pause' }).isVisible()).toBe(true)
  }))

  test('opened, soloed, moved, painted, undone and exported without a pointer', () => visit(async (page) => {
    const tabTo = async (name: string | RegExp): Promise<void> => {
      for (let i = 0; i < 80; i++) {
        const focused = await page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? '')
        if (typeof name === 'string' ? focused === name : name.test(focused)) return
        await page.keyboard.press('Tab')
      }
      throw new Error(`nothing called ${name} is reached by Tab`)
    }
    await tabTo('Play the demo')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Pause' }).waitFor()
    await page.keyboard.press('1')
    await page.keyboard.press('s')
    expect(await solo(page, 'Voice').getAttribute('aria-pressed')).toBe('true')
    await page.keyboard.press('s')
    await page.keyboard.press('f')
    await page.keyboard.press('n')
    await page.keyboard.press('ArrowRight')
    await expect.poll(() => undo(page)).toMatch(/Move place/)
    await page.keyboard.press('Escape')

    await page.keyboard.press('1')
    await page.keyboard.press('r')
    await page.keyboard.press('g')
    await expect.poll(() => page.evaluate(() => document.activeElement?.className)).toMatch(/painting/)
    for (let i = 0; i < 5; i++) await page.keyboard.press('Shift+ArrowRight')
    await page.keyboard.press('Enter')
    for (let i = 0; i < 5; i++) await page.keyboard.press('Shift+ArrowRight')
    for (let i = 0; i < 3; i++) await page.keyboard.press('Shift+ArrowUp')
    await page.keyboard.press('Enter')
    await expect.poll(() => undo(page)).toMatch(/Paint/)
    const painted = await undo(page)
    await page.keyboard.press('Control+z')
    await expect.poll(() => undo(page)).not.toBe(painted)
    await page.keyboard.press('Control+z')

    await page.keyboard.press('x')
    await panel(page).waitFor()
    await tabTo('Export')
    while (!await page.evaluate(() => document.activeElement?.closest('[role=dialog]') !== null)) { await page.keyboard.press('Tab'); await tabTo('Export') }
    await page.keyboard.press('Enter')
    expect(await nullOf(page)).toBeGreaterThan(120)
  }))
})
