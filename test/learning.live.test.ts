// "Learn this sound" in real Chromium: two sounds of which each plays alone for a while are taught from those passages, and
// come out of the mixture. The sounds are made by code; what is heard is taken at the very end of the graph.

import { describe, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { readPreset } from '../presets/preset.ts'
import { RATE, waveFile } from './band.ts'
import { because, noChromium } from './browser.ts'
import { openSound } from './page-app.ts'
import { largestError, microphoneInStudio, placeOf, record, siSdr, stories } from './page-stories.ts'
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
    await page.keyboard.press('Escape')
    await panel.waitFor({ state: 'detached' })
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

  test('cancel keeps nothing; what is silent, or too short, is refused in one sentence', () => visit(async (page) => {
    const quiet = sound.map((x, i) => (i < RATE ? 0 : x))
    await openSound(page, 'quiet.wav', waveFile([quiet]))
    await page.getByRole('button', { name: 'Pause' }).waitFor()
    const before = await page.locator('.source').count()
    const panel = page.getByRole('dialog', { name: 'Learn this sound' })
    await page.keyboard.press('t')
    await expect.poll(() => panel.innerText()).toContain('Mark a passage in which only this sound plays')
    expect(await panel.getByRole('button', { name: 'Learn', exact: true }).isDisabled()).toBe(true)
    await panel.getByRole('button', { name: 'Close' }).click()

    await mark(page, 0.1, 0.9)
    await page.keyboard.press('t')
    await panel.getByRole('button', { name: 'Learn', exact: true }).click()
    await expect.poll(() => panel.getByRole('alert').innerText()).toMatch(/quiet\.wav@.*: expected sound, got silence\.$/)
    await panel.getByRole('button', { name: /^0:00/ }).click() // leave the passage out
    await panel.getByRole('button', { name: 'Close' }).click()

    await mark(page, 1.2, 2.4)
    await page.keyboard.press('t')
    await panel.getByRole('button', { name: 'Learn', exact: true }).click()
    await panel.getByRole('button', { name: 'Keep', exact: true }).waitFor({ timeout: 30_000 })
    await panel.getByRole('button', { name: 'Listen', exact: true }).click()
    await expect.poll(() => panel.getByRole('button', { name: 'Listen', exact: true }).getAttribute('aria-pressed')).toBe('true')
    await page.waitForTimeout(800)
    await panel.getByRole('button', { name: 'Cancel' }).click()
    expect(await page.locator('.source').count()).toBe(before)
    expect(await page.getByRole('button', { name: 'Undo' }).isDisabled()).toBe(true)
    expect(await page.getByRole('button', { name: 'Pause' }).isVisible()).toBe(true)
  }))

  test('from the microphone, for as long as a button is held', () => visit(async (page) => {
    await microphoneInStudio(page)
    const before = await page.locator('.source').count()
    await page.keyboard.press('t')
    const panel = page.getByRole('dialog', { name: 'Learn this sound' })
    await panel.getByRole('textbox', { name: 'Name of the new source' }).fill('room')
    const box = (await panel.getByRole('button', { name: 'Hold while it plays alone' }).boundingBox())!
    await page.mouse.move(box.x + 20, box.y + 10)
    await page.mouse.down()
    await page.waitForTimeout(1500)
    await page.mouse.up()
    await panel.getByRole('button', { name: 'Keep', exact: true }).click({ timeout: 30_000 })
    await panel.getByText('Learned, and heard from now on.').waitFor()
    expect(await page.locator('.source').count()).toBe(before + 1)
    const download = page.waitForEvent('download')
    await panel.getByRole('button', { name: 'Save as a preset' }).click()
    const chunks: Buffer[] = []
    for await (const chunk of await (await download).createReadStream()) chunks.push(chunk as Buffer)
    const { dictionary, selection } = readPreset(Buffer.concat(chunks), 'saved')
    expect(dictionary.atoms.filter(({ source }) => source === 'room').length).toBe(24)
    expect(selection?.sources.at(-1)).toMatchObject({ name: 'room', atoms: ['room'] })
  }))
})
