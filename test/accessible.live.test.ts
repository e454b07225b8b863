// Every screen and state as assistive technology meets it: axe-core finds nothing serious or critical, help opens and closes by
// key and gives the focus back, and whoever asks for less motion gets none.

import { describe, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { faults } from './axe.ts'
import { because, noChromium } from './browser.ts'
import { openDemo } from './demo-app.ts'
import { dropFile } from './page-app.ts'
import { microphoneInStudio, stories } from './page-stories.ts'
import { sessionStates } from './screenshots-session.ts'

const dialog = (page: Page, name: string) => page.getByRole('dialog', { name })
const pages = ['Clean a microphone', 'Into a call', 'Un-mix a file', 'Play notes', 'Every key']

describe.skipIf(noChromium)(because('for everyone', noChromium), () => {
  const { visit } = stories()
  const fine = async (page: Page, where: string): Promise<void> => { expect.soft(await faults(page), where).toEqual([]) }

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

  test('the studio with the demo: field, settings, notes, learning, export, a message', () => visit(async (page) => {
    await openDemo(page)
    await page.locator('.peak, .place').first().waitFor()
    await fine(page, 'demo')
    await page.keyboard.press('f')
    await page.keyboard.press('n')
    await fine(page, 'a chosen place')
    await page.keyboard.press('\\')
    await fine(page, 'level against frequency')
    await page.getByRole('button', { name: 'Show', exact: true }).click()
    await fine(page, 'what the field shows')
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Settings', exact: true }).click()
    await fine(page, 'settings')
    await page.getByRole('button', { name: 'Notes', exact: true }).first().click()
    await page.locator('.roll-box').waitFor()
    await fine(page, 'notes')
    await page.getByRole('button', { name: 'Notes as a list' }).click()
    await fine(page, 'notes as a list')
    await page.getByRole('button', { name: 'When a note is one' }).click()
    await fine(page, 'when a note is one')
    await page.getByRole('button', { name: 'When a note is one' }).click()
    await page.getByRole('heading', { name: 'Sources' }).click()
    await page.keyboard.press('t')
    await page.getByRole('dialog', { name: /Learn/ }).waitFor()
    await fine(page, 'learning')
    await page.keyboard.press('Escape')
    await page.keyboard.press('x')
    await dialog(page, 'Export').waitFor()
    await fine(page, 'export')
    await page.keyboard.press('Escape')
    await page.keyboard.press('p')
    await dialog(page, 'Presets').waitFor()
    await fine(page, 'presets')
    await page.keyboard.press('Escape')
    await dropFile(page, 'letter.txt', Buffer.from('This is no sound. '.repeat(40)))
    await page.getByRole('alert').waitFor()
    await fine(page, 'a message')
  }))

  test('what a session has to say', () => visit(async (page) => {
    for (const state of ['session-left', 'session-question', 'session-missing']) {
      await page.reload()
      await sessionStates[state]!(page)
      await fine(page, state)
    }
  }))

  test('the calm screen, the studio with a microphone, tuning', () => visit(async (page) => {
    await page.getByRole('button', { name: /^Clean a microphone/ }).click()
    await page.getByRole('button', { name: 'Stop the microphone' }).waitFor()
    await fine(page, 'calm screen')
    await page.getByRole('button', { name: 'Full view' }).click()
    await fine(page, 'studio')
    await page.keyboard.press('n')
    await page.getByRole('combobox', { name: 'Instrument' }).selectOption({ label: 'Tune to your instrument…' })
    await page.getByRole('heading', { name: 'Tune Winnow to your instrument' }).waitFor()
    await fine(page, 'tuning')
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
