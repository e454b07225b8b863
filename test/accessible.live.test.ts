// The first screen and the help as assistive technology meets them: axe-core finds nothing serious or critical, help opens and closes by
// key and gives the focus back, and whoever asks for less motion gets none.

import { describe, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { faults } from './axe.ts'
import { because, noChromium } from './browser.ts'
import { openDemo } from './demo-app.ts'
import { microphoneInStudio, stories } from './page-stories.ts'

const dialog = (page: Page, name: string) => page.getByRole('dialog', { name })
const pages = ['Clean a microphone', 'Into a call', 'Un-mix a file', 'Play notes', 'Every key']

describe.skipIf(noChromium)(because('for everyone', noChromium), () => {
  const { visit } = stories()
  const fine = async (page: Page, where: string): Promise<void> => { expect(await faults(page), where).toEqual([]) }

  test('the first screen and every page of the help', () => visit(async (page) => {
    await page.getByRole('button', { name: 'Play the demo' }).waitFor()
    await fine(page, 'first screen')
    await page.getByRole('button', { name: 'Sound settings' }).click()
    await fine(page, 'sound settings')
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Keyboard and help' }).click()
    for (const name of pages) {
      await page.getByRole('navigation', { name: 'Help' }).getByRole('button', { name }).click()
      await dialog(page, name).waitFor()
      await fine(page, `help: ${name}`)
    }
  }))

  test('help comes at a key over what sounds, knows every key, and gives the focus back', () => visit(async (page) => {
    await microphoneInStudio(page)
    const fader = page.locator('[data-source="1"] .fader')
    await page.keyboard.press('1')
    await page.keyboard.press('?')
    await dialog(page, 'Every key').waitFor()
    await page.getByRole('textbox', { name: 'Search the keys' }).fill('harmonic')
    await expect.poll(() => page.locator('.key-places dd').allInnerTexts()).toEqual(['Harmonic brush'])
    await page.getByRole('textbox', { name: 'Search the keys' }).fill('ctrl z')
    expect(await page.locator('.key-places dd').allInnerTexts()).toContain('Undo')
    expect(await page.getByRole('button', { name: 'Stop the microphone' }).isVisible()).toBe(true)
    await page.keyboard.press('Escape')
    await dialog(page, 'Every key').waitFor({ state: 'detached' })
    expect(await fader.evaluate((element) => element === document.activeElement)).toBe(true)
  }))

  test('whoever asks for less motion gets none', () => visit(async (page) => {
    await page.emulateMedia({ reducedMotion: 'reduce' })
    await openDemo(page)
    expect(await page.evaluate(() => [...document.querySelectorAll('*')].flatMap((element) => ['', '::before', '::after'].flatMap((part) => {
      const { transitionDuration, animationName, animationDuration } = getComputedStyle(element, part || null)
      const moves = transitionDuration.split(', ').some((time) => parseFloat(time) > 0) || (animationName !== 'none' && parseFloat(animationDuration) > 0)
      return moves ? [`${element.className}${part}`] : []
    })))).toEqual([])
  }))
})
