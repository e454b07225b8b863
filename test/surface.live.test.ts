// The working screen as an instrument, in real Chromium: every amount is turned by hand, wheel and knob; sources are panned
// and inverted; panels are resized; and nothing of it clicks.

import { describe, expect, test } from 'vitest'
import type { Locator, Page } from 'playwright-core'
import { RATE, band, waveFile } from './band.ts'
import { because, noChromium } from './browser.ts'
import { fakeMidi } from './midi-app.ts'
import { openSound } from './page-app.ts'
import { SECONDS, distortion, mix, placeOf, playing, record, settings, stories } from './page-stories.ts'
import type { Stereo } from './page-stories.ts'

const slider = (page: Page, name: string): Locator => page.getByRole('slider', { name, exact: true })
const valueOf = async (of: Locator): Promise<number> => Number(await of.getAttribute('aria-valuenow'))
const said = (page: Page): Promise<string> => page.locator('.visually-hidden[role=status]').last().innerText()

/** Everything but a source, as the band was made. */
const without = (name: string): Stereo => {
  const part = band(SECONDS, name)
  return [0, 1].map((c) => mix[c]!.map((x, i) => x - part[c]![i]!)) as unknown as Stereo
}

describe.skipIf(noChromium)(because('the working screen', noChromium), () => {
  const { visit } = stories()

  test('a slider: fine with Shift, by the wheel once it has the focus, typed, reset from its menu', () => visit(async (page) => {
    await playing(page)
    await settings(page)
    const wet = slider(page, 'Wet')
    await wet.scrollIntoViewIfNeeded()
    const { x, y, width, height } = (await wet.boundingBox())!
    const [middle, away] = [x + width / 2, y + height / 2]
    const drag = async (fine: boolean): Promise<number> => {
      await wet.focus()
      await page.keyboard.press('End')
      await page.mouse.move(x + width - 6, away)
      await page.mouse.down()
      if (fine) await page.keyboard.down('Shift')
      await page.mouse.move(middle, away, { steps: 8 })
      await page.mouse.up()
      if (fine) await page.keyboard.up('Shift')
      return 1 - await valueOf(wet)
    }
    const [far, near] = [await drag(false), await drag(true)]
    expect(far).toBeGreaterThan(0.35)
    expect(near).toBeGreaterThan(0.02)
    expect(near).toBeLessThan(0.2 * far)

    const before = await valueOf(wet)
    await page.locator('.transport-button.main').focus()
    await page.mouse.move(middle, away)
    await page.mouse.wheel(0, -60)
    await page.waitForTimeout(150)
    expect(await valueOf(wet)).toBe(before) // a wheel over the panel scrolls it
    await wet.focus()
    await wet.scrollIntoViewIfNeeded()
    await wet.hover()
    await page.mouse.wheel(0, 180)
    await expect.poll(() => valueOf(wet)).toBeLessThan(before)

    await wet.press('Enter')
    await page.getByRole('group', { name: 'Wet' }).getByRole('textbox').fill('7')
    await page.keyboard.press('Enter')
    expect(await page.getByText('expected a number from 0 to 1').count()).toBe(1)
    await page.getByRole('group', { name: 'Wet' }).getByRole('textbox').fill('0.25')
    await page.keyboard.press('Enter')
    await expect.poll(() => valueOf(wet)).toBe(0.25)
    expect(await wet.evaluate((element) => element === document.activeElement)).toBe(true)

    await wet.click({ button: 'right' })
    await page.getByRole('menuitem', { name: 'Reset to 1' }).click()
    await expect.poll(() => valueOf(wet)).toBe(1)
  }))

  test('pan moves a source, and a double click leaves it where it is again', () => visit(async (page) => {
    await playing(page)
    await page.getByRole('button', { name: 'Solo Trumpet' }).click()
    const pan = slider(page, 'Pan of Trumpet')
    expect(await pan.getAttribute('aria-valuetext')).toBe('where it is')
    const sides = async (): Promise<number> => {
      await record(page, 300)
      const [left, right] = await record(page, 700)
      return 20 * Math.log10(Math.hypot(...right) / Math.hypot(...left))
    }
    const first = await sides()
    await pan.press('Enter')
    await page.keyboard.type('L 100')
    await page.keyboard.press('Enter')
    await expect.poll(() => pan.getAttribute('aria-valuetext')).toBe('L 100')
    expect(await sides()).toBeLessThan(-60)
    await pan.dblclick()
    await expect.poll(() => pan.getAttribute('aria-valuetext')).toBe('where it is')
    expect(Math.abs(await sides() - first)).toBeLessThan(1.5) // other bars of the loop
  }))

  test('inverted, everything but a source is heard, however far the rest is turned down; it can be undone', () => visit(async (page) => {
    await playing(page)
    const first = await record(page, 600)
    let place = placeOf(first[0], mix[0], 4096) + first[0].length
    const wanted = without('trumpet')
    const whole = distortion(first, wanted, place - first[0].length)
    await slider(page, 'Level of Rest').press('Home')
    await page.getByRole('button', { name: 'Mute Bass' }).click()
    await page.getByRole('button', { name: 'Invert Trumpet' }).click()
    place += (await record(page, 300))[0].length
    const inverted = await record(page, 1000)
    expect(distortion(inverted, wanted, place)).toBeGreaterThan(whole + 6)
    await page.keyboard.press('Control+z')
    expect(await said(page)).toBe('Undone: Invert Trumpet')
    expect(await page.getByRole('button', { name: 'Invert Trumpet' }).getAttribute('aria-pressed')).toBe('false')
  }))

  test('which of the dictionary explains a source is chosen; sources are duplicated, moved and renamed', () => visit(async (page) => {
    await playing(page)
    const rows = (): Promise<string[]> => page.locator('.source-name').allInnerTexts()
    await page.getByRole('button', { name: /^Trumpet: 20 atoms/ }).click()
    await page.getByRole('menuitemcheckbox', { name: /^Piano/ }).click()
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: /^Trumpet: 40 atoms/ }).waitFor()
    await page.keyboard.press('Control+z')
    await page.getByRole('button', { name: /^Trumpet: 20 atoms/ }).waitFor()
    const more = async (item: string): Promise<void> => {
      await page.getByRole('button', { name: 'More about Trumpet' }).click()
      await page.getByRole('menuitem', { name: item }).click()
    }
    await more('Move up')
    await expect.poll(rows).toEqual(['Trumpet', 'Piano', 'Bass', 'Rest'])
    await more('Duplicate')
    await expect.poll(rows).toEqual(['Trumpet', 'Trumpet 2', 'Piano', 'Bass', 'Rest'])
    await page.keyboard.press('Control+z')
    await page.keyboard.press('Control+z')
    await expect.poll(rows).toEqual(['Piano', 'Trumpet', 'Bass', 'Rest'])
    await more('Rename')
    await page.keyboard.type('Horn')
    await page.keyboard.press('Enter')
    await expect.poll(rows).toEqual(['Piano', 'Horn', 'Bass', 'Rest'])
  }))

  test('a level, a fader, a pan and an inversion are turned without a click', () => visit(async (page) => {
    const TONE = 100 // hertz
    const length = SECONDS * RATE // whole periods, so that the loop is round
    const tone = Float32Array.from({ length }, (_, i) => 0.4 * Math.sin((2 * Math.PI * TONE * i) / RATE))
    await openSound(page, 'tone.wav', waveFile([tone, tone]))
    await page.getByRole('button', { name: 'Pause' }).waitFor()
    await settings(page)
    await record(page, 1200)
    /** The most that a sample differs from where the two before it lead. */
    const corner = (channels: Stereo): number => Math.max(...channels.map((x) => {
      let most = 0
      for (let i = 2; i < x.length; i++) most = Math.max(most, Math.abs(x[i]! - 2 * x[i - 1]! + x[i - 2]!))
      return most
    }))
    const own = corner(await record(page, 500))
    const allowed = own + 0.4 * 10 ** (-50 / 20)
    const turns: readonly (readonly [string, () => Promise<unknown>])[] = [
      ['level', async () => { await slider(page, 'Level').press('Home') }],
      ['level back', async () => { await slider(page, 'Level').dblclick() }],
      ['fader', async () => { for (const name of ['Piano', 'Trumpet', 'Bass']) await slider(page, `Level of ${name}`).press('Home') }],
      ['faders back', async () => { for (const name of ['Piano', 'Trumpet', 'Bass']) await slider(page, `Level of ${name}`).dblclick() }],
      ['pan', async () => { for (const name of ['Piano', 'Trumpet', 'Bass']) await slider(page, `Pan of ${name}`).press('Home') }],
      ['invert', async () => { for (const name of ['Piano', 'Trumpet', 'Bass']) await page.getByRole('button', { name: `Invert ${name}` }).click() }],
    ]
    for (const [name, turn] of turns) {
      await record(page, 100)
      await turn()
      expect(corner(await record(page, 300)), name).toBeLessThan(allowed)
    }
  }))

  test('panels are resized by hand and by keys, fold, and are found again as they were left', () => visit(async (page) => {
    await playing(page)
    const widthOf = (part: string): Promise<number> => page.locator(part).evaluate((element) => Math.round(element.getBoundingClientRect().width))
    const edge = page.getByRole('separator', { name: 'Width of the sources' })
    const first = await widthOf('.left')
    await edge.press('ArrowRight')
    await expect.poll(() => widthOf('.left')).toBe(first + 16)
    const side = page.getByRole('separator', { name: 'Width of the right column' })
    const { x, y, height } = (await side.boundingBox())!
    const before = await widthOf('.right')
    await page.mouse.move(x + 4, y + height / 2)
    await page.mouse.down()
    await page.mouse.move(x + 44, y + height / 2, { steps: 4 })
    await page.mouse.up()
    await expect.poll(() => widthOf('.right')).toBe(before - 40)
    await page.getByRole('separator', { name: 'Height of the drawer' }).press('Enter')
    await page.getByRole('button', { name: 'Unfold the drawer' }).waitFor()

    await page.reload()
    await playing(page)
    expect([await widthOf('.left'), await widthOf('.right')]).toEqual([first + 16, before - 40])
    await page.getByRole('button', { name: 'Unfold the drawer' }).waitFor()
    await edge.dblclick()
    await expect.poll(() => widthOf('.left')).toBe(first)
    await page.getByRole('button', { name: 'Fold the sources' }).click()
    await expect.poll(() => widthOf('.left')).toBe(36)
    await page.getByRole('button', { name: 'Unfold the sources' }).press('Enter')
    await expect.poll(() => widthOf('.left')).toBe(first)
  }))

  test('a knob is learned, takes hold without a jump, is one step of the history, and is found again', () => visit(async (page) => {
    await playing(page)
    await settings(page)
    const sharpness = slider(page, 'Sharpness')
    const turn = (...values: number[]): Promise<void> => page.evaluate((list) => { for (const value of list) window.fakeMidi.turn('Knobs', 21, value) }, values)
    await page.evaluate(() => window.fakeMidi.plugKnobs('Knobs'))
    await sharpness.click({ button: 'right' })
    await page.getByRole('menuitem', { name: 'Learn MIDI' }).click()
    await page.getByText('turn a knob').waitFor()
    await sharpness.press('Home')
    const first = await valueOf(sharpness)
    await turn(127)
    await page.getByText(/^CC 21 ↓$/).waitFor()
    expect(await valueOf(sharpness)).toBe(first)
    await turn(...Array.from({ length: 128 }, (_, i) => 127 - i), 32, 64)
    await expect.poll(() => valueOf(sharpness)).toBeGreaterThan(4)
    await page.getByText('CC 21', { exact: true }).waitFor()
    await page.keyboard.press('Control+z')
    expect(await said(page)).toBe('Undone: Sharpness by MIDI')
    await expect.poll(() => valueOf(sharpness)).toBe(first)

    await slider(page, 'Level of Bass').click({ button: 'right' })
    await page.getByRole('menuitem', { name: 'Learn MIDI' }).click()
    await page.evaluate(() => { window.fakeMidi.turn('Knobs', 7, 0); window.fakeMidi.turn('Knobs', 7, 127) })
    await expect.poll(() => valueOf(slider(page, 'Level of Bass'))).toBe(24)

    await page.reload()
    await page.evaluate(() => window.fakeMidi.plugKnobs('Knobs'))
    await playing(page)
    await settings(page)
    await page.getByText(/^CC 21/).waitFor()
    await sharpness.click({ button: 'right' })
    await page.getByRole('menuitem', { name: /^Forget MIDI/ }).click()
    await expect.poll(() => page.getByText(/^CC 21/).count()).toBe(0)
  }, { before: (page) => fakeMidi(page, []) }))

  test('without MIDI one sentence says why, and the sound goes on', () => visit(async (page) => {
    await playing(page)
    await settings(page)
    await slider(page, 'Sharpness').click({ button: 'right' })
    await page.getByRole('menuitem', { name: 'Learn MIDI' }).click()
    await page.getByText('Winnow was not allowed to use MIDI').waitFor()
    expect(await page.getByText('turn a knob').count()).toBe(0)
    await page.getByRole('button', { name: 'Pause' }).waitFor()
  }, { before: (page) => fakeMidi(page, [], 'SecurityError') }))
})
