// The calm screen in real Chromium, with the shipped preset for speech: a voice made by code in a noise made by code is cleaned
// in the sound and on the screen; the keys; the room and the voice are learned.

import { describe, expect, test } from 'vitest'
import { readPreset } from '../presets/preset.ts'
import { because, noChromium } from './browser.ts'
import { RATE, announce, furnish, mix, open, pcmOf, pressed, sendTo, turned, voice } from './live-stories.ts'
import { figure, peak, record, siSdr, stories } from './page-stories.ts'

const loop = mix.length
const PIECE = RATE / 2
/** Where in the looped sound a recording begins, from `first` on: there it is most like it, however loud. */
function placeOf(recording: Float32Array, sound: Float32Array, first = 0, count = loop): number {
  const window = Math.min(PIECE, recording.length)
  const stride = Math.max(3, Math.round(window * count / 2e8)) // enough to tell, and soon told
  let [best, place] = [-Infinity, -1]
  for (let at = first; at < first + count; at++) {
    let both = 0, own = 1e-9
    for (let i = 0; i < window; i += stride) {
      const y = sound[(at + i + loop) % loop]!
      both += recording[i]! * y
      own += y * y
    }
    if (both / Math.sqrt(own) > best) { best = both / Math.sqrt(own); place = at }
  }
  return (place + loop) % loop
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!
/** dB by which a recording is nearer to the voice than the mix is, piece by piece: a busy machine drops a moment now and then. */
function gains(recording: Float32Array, expected: number): number[] {
  const found: number[] = []
  for (let at = 0; at + PIECE <= recording.length; at += PIECE) {
    const piece = recording.subarray(at, at + PIECE)
    const place = placeOf(piece, voice, expected + at - 3000, 6000)
    const original = Float32Array.from(piece, (_, i) => mix[(place + i) % loop]!)
    found.push(siSdr([piece, piece], [voice, voice], place) - siSdr([original, original], [voice, voice], place))
  }
  return found
}

describe.skipIf(noChromium)(because('the calm screen', noChromium), () => {
  const { visit } = stories(furnish)

  test('a voice is cleaned: in the sound, by more than 3 dB, and on the screen, where below only it is left', () => visit(async (page) => {
    await open(page)
    await page.getByTitle('The browser’s own echo cancellation, noise suppression and gain control are off.').waitFor()
    expect(peak(await record(page, 300))).toBe(0) // nothing goes anywhere yet
    await page.keyboard.press('a') // the original
    await sendTo(page, 'System’s output')
    await expect.poll(async () => peak(await record(page, 100))).toBeGreaterThan(0.05)
    const original = await record(page, 300)
    let place = placeOf(original[0], mix) + original[0].length
    await page.keyboard.press(' ')
    await expect.poll(() => pressed(page, 'B Cleaned')).toBe('true')
    for (let settled = 0; settled < RATE;) {
      const { length } = (await record(page, 200))[0]
      settled += length
      place += length
    }
    expect(median(gains((await record(page, 3000))[0], place % loop))).toBeGreaterThan(3)

    await expect.poll(() => page.locator('.dial-measured').textContent()).toMatch(/^now −\d+\.\d dB$/)
    const [above, below] = await page.locator('.live-well canvas').evaluate((element) => {
      const { width, height } = element as HTMLCanvasElement
      const { data } = (element as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, width, height)
      const light = (from: number, to: number): number => {
        let sum = 0
        for (let y = Math.round(from * height); y < Math.round(to * height); y++)
          for (let x = Math.round(0.6 * width); x < Math.round(0.98 * width); x++) sum += data[4 * (y * width + x) + 1]!
        return sum
      }
      return [light(0.06, 0.5), light(0.54, 0.98)]
    })
    expect(below!).toBeLessThan(0.6 * above!)
  }))

  test('the keys: compare, hear what goes, the dial, the whole studio and back with the same session', () => visit(async (page) => {
    await open(page)
    const dial = page.getByRole('slider', { name: 'Reduction' })
    const first = Number(await dial.getAttribute('aria-valuenow'))
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Shift+ArrowUp')
    const turnedTo = (): Promise<number> => dial.getAttribute('aria-valuenow').then(Number)
    await expect.poll(turnedTo).toBeCloseTo(first - 1.9, 6)
    await dial.focus()
    await page.keyboard.press('Home')
    await expect.poll(turnedTo).toBe(0)
    await page.keyboard.press('PageUp')
    await expect.poll(() => dial.getAttribute('aria-valuetext')).toBe('8 dB')
    await expect.poll(() => page.evaluate(() => window.nodes.at(-1)!.parameters.get('reduction')!.value)).toBeCloseTo(8, 3)
    await page.keyboard.press('Control+z')
    await expect.poll(turnedTo).toBe(first) // keys that follow each other are one step
    await page.keyboard.press('i')
    await expect.poll(() => page.getByRole('switch', { name: 'Hear what goes' }).getAttribute('aria-checked')).toBe('true')
    await page.keyboard.press('i')
    await page.keyboard.press(' ')
    await expect.poll(() => pressed(page, 'A Original')).toBe('true')

    const nodes = await page.evaluate(() => window.nodes.length)
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Solo Voice' }).waitFor()
    expect(await page.getByRole('button', { name: 'Stop the microphone' }).isVisible()).toBe(true)
    await page.getByRole('button', { name: 'Calm view' }).click()
    await dial.waitFor()
    expect(await page.evaluate(() => window.nodes.length)).toBe(nodes)

    await page.getByRole('button', { name: 'low, 8 ms' }).click()
    await expect.poll(() => figure(page, 'latency')).toBe('8.0 ms')
    await page.getByRole('button', { name: 'high, 32 ms' }).click()
    await expect.poll(() => figure(page, 'latency')).toBe('32.0 ms')
    await page.getByRole('button', { name: 'Into a call' }).click()
    await expect.poll(() => page.getByRole('dialog', { name: 'Into a call' }).innerText()).toMatch(/VB-CABLE[^]*BlackHole/)
    await page.keyboard.press('Escape')
    await page.getByRole('dialog', { name: 'Into a call' }).waitFor({ state: 'detached' })
    expect(await dial.isVisible()).toBe(true)
  }))

  test('the room is learned in three seconds of its own sound, and held when asked', () => visit(async (page) => {
    await open(page)
    const listen = (): Promise<number> => page.evaluate(() => window.nodes.at(-1)!.parameters.get('listen')!.value)
    await page.getByRole('button', { name: 'Start learning the noise' }).click()
    await page.getByText(/^Stay quiet, \d\.\d s to go$/).waitFor()
    await expect.poll(listen).toBe(1)
    await page.getByText('Heard 3 s of this room').waitFor()
    await expect.poll(listen).toBe(0)
    await page.getByRole('switch', { name: 'Hold the noise' }).click()
    await expect.poll(() => page.evaluate(() => window.nodes.at(-1)!.parameters.get('hold')!.value)).toBe(1)
    await page.getByRole('button', { name: 'Learn the noise again' }).click()
    await page.getByRole('button', { name: 'Stop learning the noise' }).click()
    await page.getByText('Stay quiet for 3 seconds').waitFor()
    await expect.poll(listen).toBe(0)
  }))

  test('a voice is learned from reading, kept over a reload, renamed, saved, forgotten', () => visit(async (page) => {
    const reading = pcmOf(voice.map((x, i) => x + 0.02 * mix[i]!))
    await page.evaluate((sound) => Object.assign(window.bench, { sound, level: 1 }), reading)
    await open(page)
    await page.getByRole('button', { name: 'Start learning my voice' }).click()
    const panel = page.getByRole('dialog', { name: 'Learn my voice' })
    const progress = panel.getByRole('progressbar', { name: 'Voice heard' })
    await expect.poll(async () => Number(await progress.getAttribute('aria-valuenow')), { timeout: 15_000 }).toBeGreaterThan(0)
    expect(await panel.getByRole('button', { name: 'Learn from this' }).isDisabled()).toBe(true)
    const before = Number(await progress.getAttribute('aria-valuenow'))
    await page.evaluate(() => window.bench.tracks.at(-1)!.dispatchEvent(new Event('ended'))) // a contact that shakes
    await expect.poll(() => panel.innerText()).toMatch(/s are kept; it goes on by itself when the microphone is back/)
    await announce(page)
    await expect.poll(async () => Number(await progress.getAttribute('aria-valuenow')), { timeout: 15_000 }).toBeGreaterThan(before)
    // More of the voice than a test has time for comes the way all of it comes, only faster.
    await page.evaluate(([seconds, rate, base64]) => {
      const pcm = new Int16Array(Uint8Array.from(atob(base64 as string), (c) => c.charCodeAt(0)).buffer)
      const tap = window.nodes.at(-1)!
      for (let at = 0; at < (seconds as number) * (rate as number); at += 512)
        tap.port.onmessage!(new MessageEvent('message', { data: { type: 'samples', channels: [Float32Array.from({ length: 512 }, (_, i) => pcm[(at + i) % pcm.length]! / 32_768)] } }))
    }, [30, RATE, reading] as const)
    await panel.getByRole('button', { name: 'Learn from this' }).click()
    await page.getByText('“My voice” is learned and in use').waitFor({ timeout: 40_000 })
    const chosen = page.getByRole('combobox', { name: 'Voice' })
    expect(await chosen.locator('option:checked').textContent()).toBe('My voice')
    await page.keyboard.press('Control+z')
    await expect.poll(() => chosen.locator('option:checked').textContent()).toBe('Anyone')
    await page.keyboard.press('Control+Shift+z')
    await expect.poll(() => chosen.locator('option:checked').textContent()).toBe('My voice')

    await page.reload()
    await open(page)
    await expect.poll(() => chosen.locator('option:checked').textContent()).toBe('My voice') // as it was left
    await page.getByRole('button', { name: 'Rename' }).click()
    await page.getByRole('textbox', { name: 'Name of My voice' }).fill('Ada')
    await page.keyboard.press('Enter')
    await expect.poll(() => chosen.locator('option:checked').textContent()).toBe('Ada')
    const download = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    const file = await download
    expect(file.suggestedFilename()).toBe('Ada.preset')
    const chunks: Buffer[] = []
    for await (const chunk of await file.createReadStream()) chunks.push(chunk as Buffer)
    const saved = readPreset(Buffer.concat(chunks), 'saved')
    expect([saved.name, saved.dictionary.atoms.length, saved.dictionary.atoms[0]!.source, saved.learned.method]).toEqual(['Ada', 24, 'voice', 'enrolment'])
    await page.getByRole('button', { name: 'Forget' }).click()
    await page.getByRole('group', { name: 'Forget Ada?' }).getByRole('button', { name: 'Forget' }).click()
    await chosen.waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Full view' }).click()
    await expect.poll(() => page.getByRole('combobox', { name: 'Preset' }).inputValue()).toBe('speech.preset')
  }, { before: turned }))

  test('by keyboard alone: every control of it is reached once, named, and shows its focus', () => visit(async (page) => {
    await open(page)
    const names: string[] = []
    for (let i = 0; i < 60; i++) {
      await page.keyboard.press('Tab')
      const focused = await page.evaluate(() => {
        const element = document.activeElement!
        if (element === document.body) return null
        const by = element.getAttribute('aria-labelledby')
        const name = element.getAttribute('aria-label') ?? (by ? document.getElementById(by)?.textContent : null) ?? (element as HTMLInputElement).labels?.[0]?.querySelector('span')?.textContent ?? element.textContent
        const marked = [element, element.parentElement!].some((target) => getComputedStyle(target).boxShadow.includes('234, 216, 168'))
          || element.matches('[role=slider]') // their thumb has the ring, which is looked for in pictures
        return { name: name?.trim() ?? '', marked }
      })
      if (!focused) break
      expect(focused.name, `a name for the control after ${names.at(-1)}`).not.toBe('')
      expect(focused.marked, `visible focus on ${focused.name}`).toBe(true)
      names.push(focused.name)
    }
    expect(names).toEqual(['Stop the microphone', 'File', 'Microphone', 'System', 'Microphone', 'Output', 'Into a call', 'A Original', 'B Cleaned', 'Full view',
      'Reduction', 'Keep speech', 'Keep speech, exact value', 'Hear what goes', 'low, 8 ms', 'normal, 16 ms', 'high, 32 ms', 'Start learning my voice', 'Start learning the noise', 'Hold the noise'])
  }))

  test('reading may be left: nothing is kept, and the sound goes on', () => visit(async (page) => {
    await open(page)
    await page.getByRole('button', { name: 'Start learning my voice' }).click()
    await page.getByRole('dialog', { name: 'Learn my voice' }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog', { name: 'Learn my voice' }).waitFor({ state: 'detached' })
    expect(await page.getByRole('button', { name: 'Stop the microphone' }).isVisible()).toBe(true)
    expect(await page.getByRole('combobox', { name: 'Voice' }).count()).toBe(0)
  }))
})
