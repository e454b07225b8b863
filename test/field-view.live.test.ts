// The stereo field in real Chromium: a person points, and what they pointed at is what is heard. The mixture is made by
// code, its sources are known, and the sound is taken at the very end of the graph.

import { describe, expect, test } from 'vitest'
import { because, noChromium } from './browser.ts'
import { heard } from './page-app.ts'
import { largestError, mix, placeOf, playing, record, stories } from './page-stories.ts'

describe.skipIf(noChromium)(because('the stereo field', noChromium), () => {
  const { visit } = stories()

  test('sources come and go, are undone and renamed, and nothing clicks: they claim nothing yet', () => visit(async (page) => {
    await playing(page)
    const first = await record(page, 400)
    let place = placeOf(first[0], mix[0], 4096) + first[0].length
    const add = page.getByRole('button', { name: 'Add a source' })
    for (let i = 0; i < 4; i++) await add.click()
    await page.getByRole('button', { name: 'Remove Source 5' }).click()
    await page.keyboard.press('Control+z')
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.getByRole('button', { name: 'Source 4: rename' }).dblclick()
    await page.getByRole('textbox', { name: 'Name of Source 4' }).fill('choir')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Choir: rename' }).waitFor()
    await page.waitForTimeout(900)
    const through = await heard(page)
    expect(largestError(through, mix, place)).toBeLessThan(1e-5)
    place += through[0].length
    expect(await page.locator('.source').count()).toBe(3 + 3 + 1)
  }))
})
