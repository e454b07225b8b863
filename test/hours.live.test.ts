// Sound files as a person opens them: they play while they are read, jumps and loops are the file sample for sample, what ends
// too early says so and can be played as far as it goes, and what cannot be read says why.

import { describe, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { waveFile } from './band.ts'
import { because, noChromium } from './browser.ts'
import { dropFile, heard, openSound } from './page-app.ts'
import { largestError, placeOf, stories } from './page-stories.ts'
import type { Stereo } from './page-stories.ts'
import { noise } from './signals.ts'
import { chunk, flac, mp3, riff, sound, wav, wavFormat } from './sound-files.ts'
import { vorbis } from './vorbis-bytes.ts'

const RATE = 44_100
/** The original, so that what is heard is the file. */
async function original(page: Page, name: string, bytes: Buffer): Promise<void> {
  await openSound(page, name, bytes)
  await page.getByRole('button', { name: 'Pause' }).waitFor()
  await page.getByRole('button', { name: 'A Original' }).click()
}
const isOpen = (page: Page, name: string): Promise<void> => page.getByTitle(`${name}: open another file`).waitFor()
/** Waits until so many samples are heard, whatever the machine is busy with. */
async function hear(page: Page, samples: number): Promise<Stereo> {
  await expect.poll(() => page.evaluate(() => window.heard.length * 128), { timeout: 30_000 }).toBeGreaterThan(samples)
  return heard(page)
}
/** Lets what a click or a key began come and pass: what was heard until now does not count. */
async function settle(page: Page, seconds = 1): Promise<void> {
  await heard(page)
  await hear(page, seconds * RATE)
}
/** The largest difference from the file, wherever in it the recording begins. */
const difference = (recording: Stereo, file: Stereo): number => largestError(recording, file, placeOf(recording[0], file[0], 2048))

describe.skipIf(noChromium)(because('sound files', noChromium), () => {
  const { visit } = stories()
  const hiss: Stereo = [noise(6 * RATE, 3, 0.3), noise(6 * RATE, 4, 0.3)]

  test('many buffers and the seam of the loop: the file, sample for sample; so it is after a jump', () => visit(async (page) => {
    await original(page, 'hiss.wav', waveFile(hiss, RATE))
    await settle(page)
    expect(difference(await hear(page, 8 * RATE), hiss)).toBeLessThan(1e-6)
    const slider = page.getByRole('slider', { name: 'Position in the file' })
    await slider.focus()
    await slider.press('Home')
    await expect.poll(async () => Number(await slider.getAttribute('aria-valuenow'))).toBeLessThan(3)
    await settle(page) // the fade of the jump
    expect(difference(await hear(page, 2 * RATE), hiss)).toBeLessThan(1e-6)
  }))

  test('FLAC, MP3 and Ogg are decoded by the readers of the command line, under the page’s policy', () => visit(async (page) => {
    const two = sound(2, 2 * RATE)
    for (const [name, bytes] of [['a.flac', flac(two)], ['a.mp3', mp3(100)], ['a.ogg', vorbis(2, 200)]] as const) {
      await dropFile(page, name, Buffer.from(bytes))
      await isOpen(page, name)
      expect(await page.getByRole('alert').count()).toBe(0)
    }
  }))

  test('damaged in the middle: what was read plays, and a banner says what happened', () => visit(async (page) => {
    const damaged = Buffer.from(flac(sound(2, 6 * RATE)))
    damaged[Math.floor(0.7 * damaged.length)]! ^= 1
    await openSound(page, 'broken.flac', damaged)
    await page.getByRole('button', { name: 'Pause' }).waitFor()
    await page.getByText(/broken\.flac: damaged FLAC, 16-bit before byte \d+/).waitFor()
    await page.getByText(/The first 0:0[34]\.\d of it can be played/).waitFor()
    await expect.poll(async () => Number(await page.getByRole('slider', { name: 'Position in the file' }).getAttribute('aria-valuemax'))).toBeLessThan(4.9)
  }))

  test('what is no sound, has 24 channels, or is empty: one sentence, and what sounds goes on', () => visit(async (page) => {
    await original(page, 'hiss.wav', waveFile(hiss, RATE))
    const many = riff(chunk('fmt ', wavFormat(24, RATE, { kind: 'integer', bits: 16 })), chunk('data', new Uint8Array(48 * 100)))
    for (const [name, bytes, sentence] of [
      ['letter.wav', Buffer.from('Dear Sir or Madam, '.repeat(40)), /letter\.wav: expected audio \(WAV, AIFF, FLAC, MP3 or Ogg Vorbis\), got text/],
      ['many.wav', Buffer.from(many), /many\.wav: expected 1 or 2 channels, got 24/],
      ['none.wav', Buffer.alloc(0), /none\.wav: expected a sound file, got an empty one/],
    ] as const) {
      await dropFile(page, name, bytes)
      await page.getByText(sentence).waitFor()
      await page.getByText('The sound goes on as before.').waitFor()
      await isOpen(page, 'hiss.wav')
    }
    await heard(page)
    expect(difference(await hear(page, RATE), hiss)).toBeLessThan(1e-6)
  }))

  test('a loop and markers, by mouse and by keys: what plays over and over is the passage; each is a step that goes back', () => visit(async (page) => {
    await original(page, 'hiss.wav', waveFile(hiss, RATE))
    const box = (await page.locator('.overview-track').boundingBox())!
    const at = (seconds: number): number => box.x + seconds / 6 * box.width
    await page.keyboard.down('Alt')
    await page.mouse.move(at(2), box.y + 20)
    await page.mouse.down()
    await page.mouse.move(at(2.5), box.y + 20)
    await page.mouse.move(at(3), box.y + 20)
    await page.mouse.up()
    await page.keyboard.up('Alt')
    const [from, to] = await Promise.all((['Start of the loop', 'End of the loop'] as const).map(async (name) =>
      Number(await page.getByRole('slider', { name }).getAttribute('aria-valuenow'))))
    expect([Math.abs(from! - 2), Math.abs(to! - 3)].every((miss) => miss < 0.05)).toBe(true)
    const passage = hiss.map((x) => x.subarray(Math.round(from! * RATE), Math.round(to! * RATE))) as unknown as Stereo
    await settle(page, 3) // from wherever it was, into the passage
    expect(difference(await hear(page, 3 * RATE), passage)).toBeLessThan(1e-6)
    await page.keyboard.press('Shift+L')
    await expect.poll(() => page.getByRole('slider', { name: 'End of the loop' }).count()).toBe(0)
    await page.keyboard.press('Control+z')
    await page.getByRole('slider', { name: 'End of the loop' }).waitFor()

    await page.getByRole('button', { name: 'Pause' }).click()
    await page.keyboard.press('k')
    const marker = page.getByRole('list', { name: 'Markers' }).getByRole('button')
    await marker.press('F2')
    await page.getByRole('textbox', { name: 'Name of Marker 1' }).fill('chorus')
    await page.keyboard.press('Enter')
    const text = (): Promise<string | null> => marker.getAttribute('aria-label')
    const first = await text()
    expect(first).toMatch(/^chorus, 0:0[23]\.\d$/)
    await marker.press('Shift+ArrowRight')
    expect(await text()).not.toBe(first)
    await marker.press('Delete')
    await expect.poll(() => marker.count()).toBe(0)
    for (const left of [1, 1, 1, 0]) {
      await page.keyboard.press('Control+z')
      await expect.poll(() => marker.count()).toBe(left)
    }
  }))

  test('8 kHz is brought to 48, and said so', () => visit(async (page) => {
    const tone = Float32Array.from({ length: 16_000 }, (_, i) => 0.5 * Math.sin(2 * Math.PI * 440 * i / 8000))
    await original(page, 'phone.wav', Buffer.from(wav([tone], 8000)))
    await page.getByText('made at 8 kHz, resampled').waitFor()
    await page.getByText('48 kHz', { exact: true }).waitFor()
    await hear(page, 24_000)
    const [left] = await hear(page, 12_000)
    const turns = left.reduce((n, x, i) => n + (i > 0 && x >= 0 !== left[i - 1]! >= 0 ? 1 : 0), 0)
    expect(turns / 2 / (left.length / 48_000)).toBeCloseTo(440, -1)
  }))
})
