// "Learn this sound" in real Chromium: two sounds of which each plays alone for a while are taught from those passages, and
// come out of the mixture. The sounds are made by code; what is heard is taken at the very end of the graph.

import { describe, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { RATE, waveFile } from './band.ts'
import { because, noChromium } from './browser.ts'
import { openSound } from './page-app.ts'
import { largestError, placeOf, record, siSdr, stories } from './page-stories.ts'
import type { Stereo } from './page-stories.ts'
import { melody, noise } from './signals.ts'

const SECONDS = 9
const ALONE = 2.5

/** A melody and a hiss that comes and goes: first one alone, then the other, then both. In one channel. */
const [tune, hiss] = ((): [Float32Array, Float32Array] => {
  const length = SECONDS * RATE
  const tune = melody(length, RATE, 220, 5)
  const hiss = noise(length, 3, 0.12).map((x, i) => x * (0.55 + 0.45 * Math.sin(i / 3000)))
  let before = 0
  for (let i = 0; i < length; i++) { // brighter than the tune
    const x = hiss[i]!
    hiss[i] = x - before
    before = x
  }
  tune.fill(0, ALONE * RATE, 2 * ALONE * RATE)
  hiss.fill(0, 0, ALONE * RATE)
  return [tune, hiss]
})()
const sound = tune.map((x, i) => x + hiss[i]!)
const mono = (x: Float32Array): Stereo => [x, x]

async function mark(page: Page, from: number, to: number): Promise<void> {
  const box = (await page.locator('.painting').boundingBox())!
  const left = 48 // the frequency axis
  const x = (seconds: number): number => box.x + left + (box.width - left) * seconds / SECONDS
  await page.mouse.move(x(from), box.y + 12)
  await page.mouse.down()
  await page.mouse.move(x(to), box.y + 12, { steps: 5 })
  await page.mouse.up()
}

describe.skipIf(noChromium)(because('learning a sound', noChromium), () => {
  const { visit } = stories()

  async function open(page: Page): Promise<void> {
    await openSound(page, 'two.wav', waveFile([sound]))
    await page.getByRole('button', { name: 'Pause' }).waitFor()
  }
  async function teach(page: Page, name: string, from: number, to: number): Promise<void> {
    await mark(page, from, to)
    await page.keyboard.press('t')
    const panel = page.getByRole('dialog', { name: 'Learn this sound' })
    await panel.getByRole('combobox', { name: 'Source to teach' }).selectOption('A new source')
    await panel.getByRole('textbox', { name: 'Name of the new source' }).fill(name)
    await panel.getByRole('button', { name: 'Learn', exact: true }).click()
    await panel.getByRole('button', { name: 'Keep', exact: true }).click({ timeout: 30_000 })
    await panel.getByText('Learned, and heard from now on.').waitFor()
    await panel.getByRole('button', { name: 'Close' }).click()
  }

  test('two sounds from their own passages: each comes out of the mixture; undo takes one back', () => visit(async (page) => {
    await open(page)
    await teach(page, 'tune', 0.1, ALONE - 0.1)
    await teach(page, 'hiss', ALONE + 0.1, 2 * ALONE - 0.1)
    expect(await page.locator('.source').count()).toBe(3)
    for (const [name, wanted] of [['Tune', tune], ['Hiss', hiss]] as const) {
      const box = (await page.locator('.painting').boundingBox())!
      const both = 2 * ALONE + 0.4 // from here on both play
      await page.mouse.click(box.x + 48 + (box.width - 48) * both / SECONDS, box.y + 12)
      await record(page, 300)
      const mixture = await record(page, 500)
      let place = placeOf(mixture[0], sound, 2048)
      expect(largestError(mixture, mono(sound), place)).toBeLessThan(1e-4)
      place += mixture[0].length
      const solo = page.getByRole('button', { name: `Solo ${name}` })
      await solo.click()
      place += (await record(page, 300))[0].length
      const alone = await record(page, 1200)
      expect(siSdr(alone, mono(wanted), place)).toBeGreaterThan(siSdr(mono(sound.subarray(place, place + alone[0].length)), mono(wanted), place) + 8)
      await solo.click()
    }
    await page.keyboard.press('Escape')
    for (let i = 0; i < 5; i++) await page.keyboard.press('Control+z') // four times solo, then what was learned last
    await expect.poll(() => page.locator('.source').count()).toBe(2)
    await page.keyboard.press('Control+Shift+z')
    await expect.poll(() => page.locator('.source').count()).toBe(3)
  }))
})
