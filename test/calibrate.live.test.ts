// Tuning to an instrument in real Chromium, from its first note to the preset that plays its notes.

import { beforeAll, describe, expect, test } from 'vitest'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { readPreset } from '../presets/preset.ts'
import { RATE, waveFile } from './band.ts'
import { because, noChromium } from './browser.ts'
import { piece, struck } from './note-sounds.ts'
import { openSound } from './page-app.ts'
import { stories } from './page-stories.ts'
import { noise } from './signals.ts'

const EVERY = 1.1 // seconds
/** Ten seconds of work, on a machine that may have other things to do. */
const LEARNS = 90_000 // ms
/** Every second or third key from A2 to G♯5, softly and loudly. */
const pitches = Array.from({ length: 21 }, (_, i) => 45 + Math.round(((i * 8) % 21) * 1.7))
const recording = ((): Buffer => {
  const sound = noise(Math.round((1 + pitches.length * EVERY) * RATE), 9, 2e-4)
  pitches.forEach((pitch, n) => struck(pitch, 1, 66 + (n * 17) % 50, { held: 0.85 }).forEach((x, i) => { sound[Math.round((0.8 + n * EVERY) * RATE) + i]! += x }))
  return Buffer.from(waveFile([sound]))
})()
const music = piece([57, 60, 64, 69, 67, 62].map((pitch, i) => ({ onset: 0.4 + 0.8 * i, offset: 1 + 0.8 * i, pitch, velocity: 85 })), 5.5)

describe.skipIf(noChromium)(because('tuning to an instrument', noChromium), () => {
  const told = stories()
  const { visit } = told
  beforeAll(() => writeFile(join(told.app.folder, 'microphone.wav'), waveFile([music])))

  async function openTuning(page: Page): Promise<void> {
    await openSound(page, 'music.wav', Buffer.from(waveFile([music])))
    await page.getByRole('button', { name: 'Pause' }).waitFor()
    await page.keyboard.press('n')
    await page.getByRole('combobox', { name: 'Instrument' }).selectOption({ label: 'Tune to your instrument…' })
  }
  async function giveRecording(page: Page): Promise<void> {
    const chooser = page.waitForEvent('filechooser')
    await page.getByRole('button', { name: 'Open a recording…' }).click()
    await (await chooser).setFiles({ name: 'notes.wav', mimeType: 'audio/wav', buffer: recording })
  }
  const count = (page: Page): Promise<number> => page.locator('.tune-count b').innerText().then(Number)

  test('from a recording: learned, tried, kept, saved; what was collected stays', () => visit(async (page) => {
    await openTuning(page)
    await giveRecording(page)
    const use = page.getByRole('button', { name: 'Use what it has' })
    await use.waitFor({ timeout: 30_000 })
    await page.getByRole('heading', { name: /^Now play / }).waitFor()
    await expect.poll(() => count(page)).toBe(pitches.length)
    await page.getByRole('button', { name: 'Forget last note' }).click()
    expect(await count(page)).toBe(pitches.length - 1)
    expect(await page.locator('.tune-keyboard').getAttribute('aria-label')).toContain('Filled in from neighbours')

    await use.click()
    await page.getByRole('heading', { name: 'Learning your instrument' }).waitFor()
    const keep = page.getByRole('button', { name: 'Keep and use it' })
    await expect.poll(() => keep.isEnabled(), { timeout: LEARNS }).toBe(true)
    const microphone = await page.getByRole('combobox', { name: 'Listen to' }).locator('option').evaluateAll((all) => all.map((each) => (each as HTMLOptionElement).value))
    await page.getByRole('combobox', { name: 'Listen to' }).selectOption(microphone.find((value) => value !== 'recording' && value !== 'none') ?? 'default')
    await page.getByText(/^[1-9]\d* notes? heard so far/).waitFor({ timeout: 20_000 })
    expect(await count(page)).toBe(pitches.length - 1) // trying collects nothing

    await page.getByRole('textbox', { name: 'Name of the instrument' }).fill('Test harp')
    const download = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Save as a file…' }).click()
    const chunks: Buffer[] = []
    for await (const chunk of await (await download).createReadStream()) chunks.push(chunk as Buffer)
    expect((await download).suggestedFilename()).toBe('test-harp.preset')
    const preset = readPreset(new Uint8Array(Buffer.concat(chunks)), 'saved')
    expect(preset.name).toBe('Test harp')
    expect(preset.head?.kind).toBe('notes')
    const known = new Set(preset.dictionary.atoms.map(({ pitch }) => pitch))
    for (let pitch = 47; pitch <= 77; pitch++) expect(known.has(pitch), `${pitch}`).toBe(true)

    await keep.click()
    await page.getByText('“Test harp” is kept on this machine').waitFor()
    await page.getByRole('button', { name: 'Leave' }).click()
    await page.locator('.roll-box[aria-busy=false]').waitFor()
    expect(await page.getByRole('combobox', { name: 'Instrument' }).locator('option:checked').innerText()).toBe('Test harp')
    await page.getByRole('button', { name: 'Notes as a list' }).click()
    await expect.poll(() => page.locator('.roll-list tbody th').allInnerTexts()).toEqual(expect.arrayContaining(['A3', 'C4', 'E4', 'A4', 'G4', 'D4']))
    await page.getByRole('combobox', { name: 'Instrument' }).selectOption({ label: 'Tune to your instrument…' })
    expect(await count(page)).toBe(pitches.length - 1)
  }), 2 * LEARNS)

  test('by the microphone: keys are heard as they are played; without one it says so and the recording is still there', () => visit(async (page) => {
    await openTuning(page)
    await page.getByRole('button', { name: 'Open the microphone' }).click()
    await expect.poll(async () => (await page.locator('.tune-last li').count()) > 0, { timeout: 20_000 }).toBe(true)
    await page.getByRole('button', { name: 'Leave' }).click()
    await page.evaluate(() => { navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError')) })
    await page.getByRole('combobox', { name: 'Instrument' }).selectOption({ label: 'Tune to your instrument…' })
    await page.getByRole('button', { name: 'Start afresh' }).click()
    await page.getByRole('button', { name: 'Open the microphone' }).click()
    await page.getByRole('alert').getByText('Winnow was not allowed to use the microphone.').waitFor()
    await giveRecording(page)
    await page.getByRole('heading', { name: /^(Listening to the recording|Now play)/ }).waitFor()
    expect(await page.getByRole('alert').count()).toBe(0)
  }))
})
