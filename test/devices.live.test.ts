// What goes wrong with devices, in real Chromium: said in one sentence, survived, mended by itself, and nothing unprocessed ever
// leaks.

import { describe, expect, test } from 'vitest'
import { because, noChromium } from './browser.ts'
import { announce, furnish, open, pressed, sendTo, turned } from './live-stories.ts'
import { heard } from './page-app.ts'
import { peak, record, stories } from './page-stories.ts'

describe.skipIf(noChromium)(because('devices', noChromium), () => {
  const { visit } = stories(furnish)

  test('a microphone that is silent or too loud says so, and says nothing when it has mended', () => visit(async (page) => {
    await open(page)
    const notices = page.locator('.banner[role=status]')
    const level = (value: number): Promise<void> => page.evaluate((to) => { window.bench.level = to }, value)
    await expect.poll(() => page.locator('.live-side .amber').innerText()).toMatch(/keeps its echo cancellation on/)
    expect(await notices.count()).toBe(0)
    await level(0)
    await expect.poll(() => notices.allInnerTexts(), { timeout: 15_000 }).toEqual([expect.stringMatching(/delivers nothing but digital silence/)])
    await level(0.1)
    await expect.poll(() => notices.count()).toBe(0)
    await level(3)
    await expect.poll(() => notices.allInnerTexts()).toEqual([expect.stringMatching(/is too loud: its peaks are cut off/)])
    await level(0.1)
    await expect.poll(() => notices.count(), { timeout: 15_000 }).toBe(0)
    await page.evaluate(() => window.bench.tracks.at(-1)!.dispatchEvent(new Event('mute')))
    await expect.poll(() => notices.allInnerTexts()).toEqual([expect.stringMatching(/held back by a switch or by the system/)])
    await page.evaluate(() => window.bench.tracks.at(-1)!.dispatchEvent(new Event('unmute')))
    await expect.poll(() => notices.count()).toBe(0)
  }, { before: turned }))

  test('a microphone that is lost sends silence; back again it is sent on as before, and nothing of it unprocessed', () => visit(async (page) => {
    await open(page)
    await sendTo(page, 'System’s output')
    // Turned down all of it, a leak is all that could be heard.
    await page.getByRole('button', { name: 'Full view' }).click()
    await page.getByRole('button', { name: 'Mute Voice' }).click()
    await page.getByRole('button', { name: 'Mute Rest' }).click()
    await page.getByRole('button', { name: 'Calm view' }).click()
    await expect.poll(async () => peak(await record(page, 100))).toBeLessThan(1e-4)
    await page.evaluate(() => {
      window.bench.present = false
      window.bench.tracks.at(-1)!.stop()
      window.bench.tracks.at(-1)!.dispatchEvent(new Event('ended'))
    })
    await expect.poll(() => page.getByRole('alert').innerText()).toMatch(/was unplugged.*picks up again by itself/s)
    await page.getByText(/^No signal for/).waitFor()
    expect(await page.locator('.dial-measured').textContent()).toBe('paused')
    await announce(page)
    expect(await page.getByRole('combobox', { name: 'Microphone' }).locator('option:checked').textContent()).toBe('Desk microphone (missing)')
    await page.evaluate(() => { window.bench.present = true })
    await announce(page)
    await page.getByRole('button', { name: 'Stop the microphone' }).waitFor()
    expect(await page.getByRole('alert').count()).toBe(0)
    await expect.poll(() => page.locator('.dial-measured').textContent()).toMatch(/^now/)
    expect(peak(await heard(page))).toBeLessThan(1e-4) // everything since it was muted
    expect(await page.evaluate(() => window.bench.opened)).toBe(2)
  }, { before: turned }))

  test('the output is chosen, refused, lost without a leak to the loudspeakers, and found again', () => visit(async (page) => {
    await page.evaluate(() => { window.bench.outputs = ['Cable', 'Phones'] })
    await open(page)
    await page.keyboard.press('a') // a steady tone is noise to a preset for speech: the original
    const sinks = (): Promise<string[]> => page.evaluate(() => window.bench.sinks)
    const output = page.getByRole('combobox', { name: 'Output' })
    expect(await output.locator('option:checked').textContent()).toBe('Nowhere yet')
    await sendTo(page, 'Cable')
    await expect.poll(sinks).toEqual(['cable'])
    await expect.poll(async () => peak(await record(page, 100))).toBeGreaterThan(0.005)
    expect(await page.locator('.live-label.below').innerText()).toBe('Sent on')

    await page.evaluate(() => { window.bench.refuse = 'phones' })
    await sendTo(page, 'Phones')
    await expect.poll(() => page.getByRole('alert').innerText()).toMatch(/“Phones” could not be opened: it is in use\./)
    expect(await output.locator('option:checked').textContent()).toBe('Cable')
    await page.getByRole('button', { name: 'Close this message' }).click()

    await page.evaluate(() => { window.bench.outputs = ['Phones'] })
    await announce(page)
    await expect.poll(() => page.getByRole('alert').innerText()).toMatch(/The output “Cable” is gone.*Nothing is sent on now/s)
    expect(await output.locator('option:checked').textContent()).toBe('Cable (missing)')
    await expect.poll(async () => (await sinks()).at(-1)).toBe('')
    await expect.poll(async () => peak(await record(page, 150))).toBe(0)
    await page.evaluate(() => { window.bench.outputs = ['Cable', 'Phones'] })
    await announce(page)
    await expect.poll(async () => (await sinks()).at(-1)).toBe('cable')
    await expect.poll(async () => peak(await record(page, 100))).toBeGreaterThan(0.005)
    expect(await page.getByRole('alert').count()).toBe(0)
    await sendTo(page, 'Nowhere yet')
    await expect.poll(async () => peak(await record(page, 150))).toBe(0)
  }, { before: turned }))

  test('where the system changes its rate, the session follows, says so, and keeps what was turned', () => visit(async (page) => {
    await open(page)
    await page.keyboard.press('a')
    await sendTo(page, 'System’s output')
    await page.keyboard.press('ArrowDown')
    const reduction = await page.getByRole('slider', { name: 'Reduction' }).getAttribute('aria-valuenow')
    await page.getByRole('contentinfo').getByText('44.1 kHz').waitFor()
    await page.evaluate(() => { window.bench.rate = 48_000 })
    await announce(page)
    await page.getByRole('contentinfo').getByText('48 kHz').waitFor()
    await expect.poll(() => page.getByRole('alert').innerText()).toMatch(/The system now works at 48 kHz\. Winnow follows it/)
    expect(await page.getByRole('slider', { name: 'Reduction' }).getAttribute('aria-valuenow')).toBe(reduction)
    await expect.poll(() => page.locator('.dial-measured').textContent()).toMatch(/^now/)
    await heard(page)
    await expect.poll(async () => peak(await record(page, 100))).toBeGreaterThan(0.005) // and is sent on as before
  }, { before: async (page) => {
    await turned(page)
    await page.addInitScript(() => {
      const Context = AudioContext
      window.AudioContext = class extends Context {
        constructor(options: AudioContextOptions = {}) { super({ ...options, sampleRate: options.sampleRate ?? (window.bench.rate || 44_100) }) }
      }
    })
  } }))

  test('what the machine plays comes in with no picture kept, and refusals are one sentence', () => visit(async (page) => {
    await open(page)
    await page.evaluate(() => {
      let tries = 0
      navigator.mediaDevices.getDisplayMedia = async () => {
        if (tries++ === 0) throw new DOMException('no', 'NotAllowedError')
        const picture = document.createElement('canvas')
        picture.getContext('2d')
        const video = picture.captureStream(1).getVideoTracks()[0]!
        window.bench.tracks.push(video)
        if (tries === 2) return new MediaStream([video])
        const sound = await navigator.mediaDevices.getUserMedia({ audio: true })
        return new MediaStream([video, ...sound.getAudioTracks()])
      }
    })
    const system = page.getByRole('button', { name: 'System', exact: true })
    await system.click()
    await expect.poll(() => page.getByRole('alert').innerText()).toMatch(/was not shared\. Choose a screen or a tab, and tick its sound\. The sound goes on/)
    await page.getByRole('button', { name: 'Try again' }).click()
    await expect.poll(() => page.getByRole('alert').innerText()).toMatch(/What was shared has no sound\. Choose a tab or a screen, and tick its sound/)
    await page.getByRole('button', { name: 'Try again' }).click()
    await expect.poll(() => pressed(page, 'System')).toBe('true')
    await page.getByText(/Choose an output that is not what is listened to/).waitFor()
    expect(await page.evaluate(() => window.bench.tracks.filter(({ kind }) => kind === 'video').map(({ readyState }) => readyState))).toEqual(['ended', 'ended'])
  }, { before: turned }))
})
