// The page in real Chromium: what a person does, and what is heard. The sound is taken at the very end of the graph,
// so a null here is a null at the loudspeaker.

import { describe, expect, test } from 'vitest'
import { type Parameter, parameters } from '../worklet/parameters.ts'
import { readSelection } from '../worklet/selection.ts'
import { RATE, band, bandPreset, waveFile } from './band.ts'
import { because, noChromium } from './browser.ts'
import { dropFile, heard, openSound } from './page-app.ts'
import { SECONDS, distortion, figure, largestError, mix, music, peak, placeOf, playing, record, settings, stories } from './page-stories.ts'
import { noise } from './signals.ts'

describe.skipIf(noChromium)(because('the page', noChromium), () => {
  const { visit } = stories()

  test('a file is heard as it is while nothing is changed; solo, level and bypass do what they say', () => visit(async (page) => {
    await playing(page)
    const first = await record(page, 700)
    let place = placeOf(first[0], mix[0], 4096)
    expect(largestError(first, mix, place)).toBeLessThan(1e-5)
    place += first[0].length

    const trumpet = band(SECONDS, 'trumpet')
    const before = distortion(first, trumpet, place - first[0].length)
    await page.getByRole('button', { name: 'Solo Trumpet' }).click()
    place += (await record(page, 300))[0].length
    const alone = await record(page, 1200)
    expect(distortion(alone, trumpet, place)).toBeGreaterThan(before + 10)
    place += alone[0].length

    await page.keyboard.press('a') // the original, at the same delay
    place += (await record(page, 300))[0].length
    const original = await record(page, 400)
    expect(largestError(original, mix, place)).toBeLessThan(1e-5)
    place += original[0].length

    await page.keyboard.press('a')
    await page.getByRole('button', { name: 'Solo Trumpet' }).click()
    await settings(page)
    const level = page.getByRole('textbox', { name: 'Level, exact value', exact: true })
    await level.fill('−6.0206 dB')
    await level.press('Enter')
    place += (await record(page, 400))[0].length
    expect(largestError(await record(page, 400), mix, place, 0.5)).toBeLessThan(1e-5)

    expect(await figure(page, 'latency')).toBe('92.9 ms')
    expect(await figure(page, 'dropouts')).toMatch(/^\d+$/)
    await expect.poll(() => page.getByRole('meter', { name: 'Output level' }).getAttribute('aria-valuetext')).toMatch(/dB$/)
  }))

  test('another preset takes over without a click or a gap', () => visit(async (page) => {
    await playing(page)
    await settings(page)
    const first = await record(page, 400)
    let place = placeOf(first[0], mix[0], 4096)
    await page.getByRole('combobox', { name: 'Preset' }).selectOption('sharp-band.preset')
    await expect.poll(() => page.getByRole('textbox', { name: 'Sharpness, exact value' }).inputValue()).toBe('2')
    await page.getByRole('combobox', { name: 'Preset' }).selectOption('band.preset')
    await expect.poll(() => page.getByRole('textbox', { name: 'Sharpness, exact value' }).inputValue()).toBe('1')
    const through = await record(page, 400)
    place += first[0].length
    expect(largestError(through, mix, place)).toBeLessThan(1e-5)
    place += through[0].length

    // Many wishes at once: the last one holds, and the sound has not noticed.
    const preset = page.getByRole('combobox', { name: 'Preset' })
    for (const name of ['sharp-band', 'band', 'sharp-band', 'band', 'sharp-band']) await preset.selectOption(name + '.preset')
    await expect.poll(() => page.getByRole('textbox', { name: 'Sharpness, exact value' }).inputValue()).toBe('2')
    await page.waitForTimeout(500)
    expect(await preset.inputValue()).toBe('sharp-band.preset')
    expect(largestError(await heard(page), mix, place)).toBeLessThan(1e-5)
    expect(await page.evaluate(() => window.nodes.at(-1)!.parameters.get('sharpness')!.value)).toBe(2)
  }))

  test('a broken preset and files that are no sound say so, and the sound goes on', () => visit(async (page) => {
    await playing(page)
    const alert = page.getByRole('alert')
    await page.getByRole('combobox', { name: 'Preset' }).selectOption('broken.preset')
    await expect.poll(() => alert.innerText()).toContain('broken.preset')
    expect(await alert.innerText()).toContain('The sound goes on as before.')
    const files: [string, Buffer, RegExp][] = [
      ['letter.wav', Buffer.from('Dear Sir or Madam, '.repeat(40)), /letter\.wav: expected audio/],
      ['nothing.wav', Buffer.alloc(0), /nothing\.wav: expected a sound file, got an empty one/],
      ['three.wav', waveFile([0, 1, 2].map(() => new Float32Array(RATE))), /three\.wav: expected 1 or 2 channels, got 3/],
    ]
    for (const [name, bytes, sentence] of files) {
      await openSound(page, name, bytes)
      await expect.poll(() => alert.innerText()).toMatch(sentence)
      await page.getByRole('button', { name: 'Close this message' }).click()
    }
    await heard(page)
    const after = await record(page, 400)
    expect(largestError(after, mix, placeOf(after[0], mix[0]))).toBeLessThan(1e-5)
  }))

  test('a file plays at its own rate, and one dropped on the window is opened like a chosen one', () => visit(async (page) => {
    await playing(page)
    const mono = noise(48_000, 3, 0.3)
    await dropFile(page, 'hiss.wav', waveFile([mono], 48_000))
    await page.getByText('48 kHz').waitFor()
    await expect.poll(async () => peak(await record(page, 100))).toBeGreaterThan(0.29)
    await heard(page)
    const recording = await record(page, 400)
    expect(largestError(recording, [mono, mono], placeOf(recording[0], mono))).toBeLessThan(1e-5)
    await settings(page)
    await dropFile(page, 'mine.preset', Buffer.from(bandPreset({ sharpness: 3 })))
    await expect.poll(() => page.getByRole('textbox', { name: 'Sharpness, exact value' }).inputValue()).toBe('3')
  }))

  test('pause is silence, play goes on where it was, the overview goes elsewhere', () => visit(async (page) => {
    await playing(page)
    await page.getByRole('button', { name: 'Pause' }).click()
    await page.waitForTimeout(300)
    const end = await heard(page)
    expect(peak(end)).toBeGreaterThan(0.05)
    expect(peak([end[0].subarray(-128), end[1].subarray(-128)])).toBe(0) // faded, not cut
    expect((await record(page, 300))[0].length).toBe(0)
    const slider = page.getByRole('slider', { name: 'Position in the file' })
    await slider.focus()
    await slider.press('Home')
    await page.getByRole('button', { name: 'Play' }).click()
    const start = await record(page, 600)
    const place = placeOf(start[0], mix[0], 16_384)
    expect(largestError([start[0].subarray(12_000), start[1].subarray(12_000)], mix, place + 12_000)).toBeLessThan(1e-5)
    expect((place + 16_384) % mix[0].length).toBeLessThan(RATE)
  }))

  test('every row of the table is a control that reaches the processor; typing is exact, a double click resets', () => visit(async (page) => {
    await playing(page)
    await settings(page)
    const valueOf = (name: string): Promise<number> => page.evaluate((row) => window.nodes.at(-1)!.parameters.get(row)!.value, name)
    for (const { name, label, min, max, step, initial, words } of parameters as readonly Parameter[]) {
      if (words) {
        const choice = page.getByRole('combobox', { name: label, exact: true })
        for (const word of [words[1]!, words[0]!]) {
          await choice.selectOption(word)
          await expect.poll(() => valueOf(name)).toBe(words.indexOf(word))
        }
        expect(await choice.locator('option[disabled]').getAttribute('title')).toMatch(/^solver: expected .* for least-squares, got one of kl$/)
        continue
      }
      if (step === 1 && min === 0 && max === 1) {
        const button = page.getByRole('switch', { name: label })
        await button.click()
        await expect.poll(() => valueOf(name)).toBe(1)
        await button.click()
        await expect.poll(() => valueOf(name)).toBe(initial)
        continue
      }
      const well = page.getByRole('textbox', { name: `${label}, exact value`, exact: true })
      const exact = step ? max : initial === max ? min : max - (max - min) / 7
      await well.fill(String(exact))
      await well.press('Enter')
      await expect.poll(() => valueOf(name)).toBeCloseTo(exact, 4)
      await page.getByRole('slider', { name: label, exact: true }).dblclick()
      await expect.poll(() => valueOf(name)).toBeCloseTo(initial, 5)
    }
    const well = page.getByRole('textbox', { name: 'Passes, exact value' })
    await well.fill('21')
    await well.press('Enter')
    expect(await page.getByText('expected a number from 1 to 20').count()).toBe(1)
    await well.press('Escape')
    expect(await well.inputValue()).toBe('3')
    expect(await valueOf('passes')).toBe(3)
  }))

  test('by keyboard alone: every control is reachable, named and shows its focus', () => visit(async (page) => {
    const focused = () => page.evaluate(() => {
      const element = document.activeElement as HTMLElement
      const labels = (element as HTMLInputElement).labels
      const by = element.getAttribute('aria-labelledby')
      const name = element.getAttribute('aria-label') || (by && document.getElementById(by)?.textContent)
        || labels?.[0]?.textContent || element.textContent
      const ring = [element, element.parentElement!].some((target) => getComputedStyle(target).boxShadow.includes('234, 216, 168'))
        || getComputedStyle(element, '::after').backgroundColor === 'rgb(234, 216, 168)' // a splitter lights its line
      return { tag: element.tagName, name: name?.trim() ?? '', ring, isSlider: element.matches('[role=slider]') }
    })
    /** The ring around a thumb is no style that a script can read: it is looked for in the picture. */
    const showsRing = async (): Promise<boolean> => {
      const png = await page.locator(':focus').screenshot()
      return page.evaluate(async (base64) => {
        const bitmap = await createImageBitmap(new Blob([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))]))
        const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')!
        context.drawImage(bitmap, 0, 0)
        const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height)
        let wheat = 0
        for (let i = 0; i < data.length; i += 4)
          if (Math.abs(data[i]! - 234) + Math.abs(data[i + 1]! - 216) + Math.abs(data[i + 2]! - 168) < 12) wheat++
        return wheat > 20
      }, png.toString('base64'))
    }
    const onCard = async (): Promise<boolean> => (await focused()).tag === 'BUTTON' && (await focused()).name.startsWith('Un-mix a file')
    for (let i = 0; i < 12 && !await onCard(); i++) await page.keyboard.press('Tab')
    expect(await onCard()).toBe(true)
    const chooser = page.waitForEvent('filechooser')
    await page.keyboard.press('Enter')
    await (await chooser).setFiles({ name: 'band.wav', mimeType: 'audio/wav', buffer: music })
    await page.getByRole('button', { name: 'Pause' }).waitFor()
    await settings(page)
    await page.mouse.click(20, 20) // Tab goes on from there

    const names = new Set<string>()
    for (let i = 0; i < 200; i++) {
      await page.keyboard.press('Tab')
      const { tag, name, ring, isSlider } = await focused()
      if (tag === 'BODY') break
      expect(name, `a name for the control after ${[...names].at(-1)}`).not.toBe('')
      expect(isSlider ? await showsRing() : ring, `visible focus on ${name}`).toBe(true)
      names.add(name)
    }
    const reachable = await page.evaluate(() => document.querySelectorAll('button, input, select, [tabindex="0"]').length)
    expect(names.size).toBeGreaterThan(reachable - 5) // File stands there twice, once as its name
    for (const { label } of parameters) expect([...names]).toContain(label)

    await page.keyboard.press('2')
    expect((await focused()).name).toBe('Level of Trumpet')
    await page.keyboard.press('s')
    expect(await page.getByRole('button', { name: 'Solo Trumpet' }).getAttribute('aria-pressed')).toBe('true')
    await page.keyboard.press('ArrowLeft')
    expect(await page.getByRole('textbox', { name: 'Level of Trumpet, exact value' }).inputValue()).toMatch(/^−\d/)
    await page.keyboard.press('i')
    expect(await page.getByRole('button', { name: 'Solo Rest' }).getAttribute('aria-pressed')).toBe('true')
    await page.keyboard.press(' ')
    await page.getByRole('button', { name: 'Play' }).waitFor()
  }))

  test('the selection is saved as the command line reads it', () => visit(async (page) => {
    await playing(page)
    await page.getByRole('button', { name: 'Mute Bass' }).click()
    const download = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Save the selection' }).click()
    const chunks: Buffer[] = []
    for await (const chunk of await (await download).createReadStream()) chunks.push(chunk as Buffer)
    const selection = readSelection(JSON.parse(Buffer.concat(chunks).toString()), ['piano', 'trumpet', 'bass'])
    expect(selection.sources.map(({ name, mute = false }) => [name, mute]))
      .toEqual([['piano', false], ['trumpet', false], ['bass', true]])
  }))
})
