// The stereo field in real Chromium: a person points, and what they pointed at is what is heard. The mixture is made by
// code, its sources are known, and the sound is taken at the very end of the graph.

import { describe, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { delayToPixel, EDGES, levelToPixel } from '../renderer/field/geometry.ts'
import type { Pixel, Plot } from '../renderer/field/geometry.ts'
import { because, noChromium } from './browser.ts'
import { allOf, melodies, microseconds, spots } from './field-sounds.ts'
import { RATE, waveFile } from './band.ts'
import { dropFile, heard, openSound } from './page-app.ts'
import { largestError, mix, placeOf, playing, record, siSdr, stories } from './page-stories.ts'

const SECONDS = 5
const parts = melodies(SECONDS)
const three = allOf(parts)

describe.skipIf(noChromium)(because('the stereo field', noChromium), () => {
  const { visit } = stories()

  /** Opens the three, waits for their peaks, and says where in the file the next recording begins. */
  async function threePlay(page: Page): Promise<number> {
    await openSound(page, 'three.wav', waveFile(three))
    await page.getByRole('button', { name: 'Pause' }).waitFor()
    await expect.poll(() => page.locator('.peak').count(), { timeout: 20_000 }).toBe(3)
    await heard(page)
    const first = await record(page, 500)
    const place = placeOf(first[0], three[0], 4096)
    expect(largestError(first, three, place)).toBeLessThan(1e-5)
    return place + first[0].length
  }

  async function at(page: Page, [level, samples]: readonly [number, number]): Promise<Pixel> {
    const box = (await page.locator('.field-hand').boundingBox())!
    const plot: Plot = {
      view: 'delay', range: 1, window: { x0: 0, x1: 1, y0: 0, y1: 1 }, sampleRate: RATE, left: EDGES.left, top: EDGES.top,
      width: box.width - EDGES.left - EDGES.right, height: box.height - EDGES.top - EDGES.bottom,
    }
    return [box.x + levelToPixel(plot, level), box.y + delayToPixel(plot, microseconds(samples))]
  }
  async function byDelay(page: Page): Promise<void> {
    const tools = page.locator('.field-tools')
    await tools.getByRole('button', { name: 'Delay', exact: true }).click()
    await tools.getByRole('combobox', { name: 'Range of delays' }).selectOption('±5')
  }

  test('click on three suggested peaks, solo one: it comes out; undo gives the mixture back, redo the source', () => visit(async (page) => {
    let place = await threePlay(page)
    await byDelay(page)
    for (const [i, [level, delay]] of spots.entries()) {
      const [x, y] = await at(page, [level + 0.4, delay + 0.15]) // near enough to be pulled onto the peak
      await page.mouse.click(x, y)
      await page.getByRole('button', { name: `Source ${i + 1}: rename` }).waitFor()
      await page.keyboard.press('Escape')
    }
    expect(await page.locator('.source').count()).toBe(4) // no dictionary's sources beside them
    await page.getByRole('button', { name: 'Solo Source 1' }).click()
    place += (await record(page, 900))[0].length
    const alone = await record(page, 1500)
    expect(siSdr(alone, parts[0]!, place)).toBeGreaterThan(8)
    place += alone[0].length

    for (let i = 0; i < 4; i++) await page.keyboard.press('Control+z')
    place += (await record(page, 1200))[0].length
    const mixture = await record(page, 400)
    expect(largestError(mixture, three, place)).toBeLessThan(1e-5)
    place += mixture[0].length
    for (let i = 0; i < 4; i++) await page.keyboard.press('Control+Shift+z')
    place += (await record(page, 1500))[0].length
    const again = await record(page, 1000)
    expect(siSdr(again, parts[0]!, place)).toBeGreaterThan(8)
  }))

  test('a lasso round two of them: both come out, and the third is the rest’s', () => visit(async (page) => {
    let place = await threePlay(page)
    await byDelay(page)
    await page.locator('.field-tools').getByRole('button', { name: 'Lasso' }).click()
    const corners: [number, number][] = [[-2.5, -1.5], [-2.5, 1.5], [4, 4.5], [12, 4.5], [12, 0], [4, -1.5]]
    const [[x, y], ...others] = await Promise.all(corners.map((corner) => at(page, corner))) as [Pixel, ...Pixel[]]
    await page.mouse.move(x, y)
    await page.mouse.down()
    for (const [u, v] of [...others, [x, y] as Pixel]) await page.mouse.move(u, v, { steps: 6 })
    await page.mouse.up()
    await page.getByRole('button', { name: 'Solo Source 1' }).click()
    place += (await record(page, 900))[0].length
    const both = await record(page, 1500)
    expect(siSdr(both, allOf([parts[1]!, parts[2]!]), place)).toBeGreaterThan(8)
    place += both[0].length
    await page.keyboard.press('i') // hear the rest
    await page.getByRole('button', { name: 'Solo Source 1' }).click()
    place += (await record(page, 600))[0].length
    const third = await record(page, 1500)
    const mixed = three.map((channel) => third[0].map((_, i) => channel[(place + i) % channel.length]!)) as [Float32Array, Float32Array]
    expect(siSdr(third, parts[0]!, place) - siSdr(mixed, parts[0]!, place)).toBeGreaterThan(8)
  }))

  test('by keyboard alone: from peak to peak, a place at each, one heard alone', () => visit(async (page) => {
    let place = await threePlay(page)
    await page.keyboard.press('f')
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Stereo field')
    for (let i = 0; i < 3; i++) {
      for (const key of ['p', 'Enter', 'Escape']) await page.keyboard.press(key)
      await page.getByRole('button', { name: `Source ${i + 1}: rename` }).waitFor()
    }
    const texts = await page.getByRole('list', { name: 'Places and suggested peaks' }).getByRole('listitem').allInnerTexts()
    const wanted = texts.findIndex((text) => /^Source \d, place 1: \+6\.\d dB/.test(text)) // the right one
    expect(wanted).toBeGreaterThanOrEqual(0)
    await page.keyboard.press(String(wanted + 1))
    await page.keyboard.press('s')
    place += (await record(page, 900))[0].length
    expect(siSdr(await record(page, 1500), parts[2]!, place)).toBeGreaterThan(8)
  }))

  test('two places are learned from marked passages in which each plays alone, and tell them apart where both play', () => visit(async (page) => {
    const [first, second] = [parts[0]!, parts[2]!].map((part, k) => part.map((channel) => {
      const whole = new Float32Array(14 * RATE)
      whole.set(channel.subarray(0, 2 * RATE), k * 2 * RATE) // alone
      for (const from of [4, 9]) whole.set(channel, from * RATE) // together
      return whole
    })) as [Float32Array[], Float32Array[]]
    const sound = allOf([first, second])
    await openSound(page, 'two.wav', waveFile(sound))
    await page.getByRole('button', { name: 'Pause' }).waitFor()
    await page.getByRole('combobox', { name: 'Preset' }).selectOption('field.preset')
    await page.getByText('0 + rest').waitFor() // it is there when it is heard, not before
    const box = (await page.locator('.painting').boundingBox())!
    const onRuler = (seconds: number): Pixel => [box.x + 48 + seconds / 14 * (box.width - 48), box.y + 12]
    for (const [i, from] of [0.2, 2.2].entries()) {
      await page.getByRole('button', { name: 'Add a source' }).click()
      await page.getByRole('button', { name: `Source ${i + 1}: rename` }).waitFor()
      await page.mouse.move(...onRuler(from))
      await page.mouse.down()
      await page.mouse.move(...onRuler(from + 1.6), { steps: 8 })
      await page.mouse.up()
      await page.getByRole('button', { name: `Learn where Source ${i + 1} stands…` }).click()
      const panel = page.getByRole('dialog', { name: 'Learn this sound' })
      await panel.getByRole('button', { name: 'Learn', exact: true }).click()
      await panel.getByText('The place is learned, and heard from now on.').waitFor()
      await panel.getByRole('button', { name: 'Close' }).click()
      await page.getByText(`Source ${i + 1}, place 1: learned from`).waitFor({ state: 'attached' })
      await page.getByRole('button', { name: 'Unmark' }).click()
    }
    await page.keyboard.press('a') // the original, to know where it is
    await page.mouse.click(...onRuler(4.1))
    await page.waitForTimeout(400)
    await heard(page)
    const original = await record(page, 400)
    const place = placeOf(original[0], sound[0]) + original[0].length
    await page.keyboard.press('a')
    await page.getByRole('button', { name: 'Solo Source 2' }).click()
    const fading = await record(page, 500)
    const alone = await record(page, 1200)
    expect(place + fading[0].length + alone[0].length).toBeLessThan(14 * RATE) // still where both play
    expect(siSdr(alone, [second[0]!, second[1]!], place + fading[0].length)).toBeGreaterThan(8)
  }))

  test('sources come and go, are undone and renamed, and nothing clicks: they claim nothing yet', () => visit(async (page) => {
    await playing(page)
    const first = await record(page, 400)
    const place = placeOf(first[0], mix[0], 4096) + first[0].length
    const add = page.getByRole('button', { name: 'Add a source' })
    for (let i = 0; i < 4; i++) await add.click()
    await page.getByRole('button', { name: 'More about Source 5' }).click()
    await page.getByRole('menuitem', { name: 'Remove Source 5' }).click()
    await page.keyboard.press('Control+z')
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.getByRole('button', { name: 'Source 4: rename' }).dblclick()
    await page.getByRole('textbox', { name: 'Name of Source 4' }).fill('choir')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Choir: rename' }).waitFor()
    await page.waitForTimeout(900)
    expect(largestError(await heard(page), mix, place)).toBeLessThan(1e-5)
    expect(await page.locator('.source').count()).toBe(3 + 3 + 1)
  }))

  test('one channel has no field, and the panel says so; the same sound twice and a silent channel are remarked on', () => visit(async (page) => {
    await openSound(page, 'mono.wav', waveFile([parts[0]![0]]))
    await page.getByRole('button', { name: 'Stereo field', exact: true }).click()
    await page.getByText('The field needs two channels.').waitFor()
    await dropFile(page, 'same.wav', waveFile([parts[1]![0], parts[1]![0]]))
    await page.getByText('Both channels are the same').waitFor()
    await dropFile(page, 'left.wav', waveFile([parts[1]![0], new Float32Array(SECONDS * RATE)]))
    await page.getByText('The right channel is silent').waitFor()
  }))
})
