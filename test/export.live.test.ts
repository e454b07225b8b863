// Export from the page in real Chromium: the downloads are read back. They give back the input, each source is in the
// file that has its name, and they are what the command line makes.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Download, Page } from 'playwright-core'
import { writePreset } from '../presets/preset.ts'
import type { Selection } from '../worklet/selection.ts'
import { RATE } from './band.ts'
import { because, noChromium } from './browser.ts'
import { scratch, smallPreset, winnow } from './cli-fixtures.ts'
import { dropFile, openSound } from './page-app.ts'
import { siSdr, stories } from './page-stories.ts'
import type { Stereo } from './page-stories.ts'
import { errorDb } from './reference.ts'
import { melody, noise, placed, together } from './signals.ts'
import { bytesOf, readAll, u16, u32, wav } from './sound-files.ts'

const folder = scratch()
const tunes = (seconds: number): [Stereo, Stereo] => [
  placed(melody(seconds * RATE, RATE, 180, 5), -5), placed(melody(seconds * RATE, RATE, 270, 6), 5)]
/** Both, and a little that nobody claims. */
const mixOf = (parts: readonly Stereo[]): Stereo => {
  const length = parts[0]![0].length
  return together(...parts, [noise(length, 7, 0.003), noise(length, 8, 0.003)])
}
const selection: Selection = {
  mask: 'wiener', sources: [{ name: 'left', places: [{ level: -5, delay: 0 }] }, { name: 'right', places: [{ level: 5, delay: 0 }] }],
}
const places = Buffer.from(writePreset(smallPreset({ selection })))
const noises: Selection = { mask: 'soft', sources: [{ name: 'low', atoms: ['low'] }, { name: 'other', atoms: ['free'] }] }
const learning = Buffer.from(writePreset(smallPreset({ selection: noises, settings: { freeAtoms: 4, memory: 2 } })))

/** Silence in one channel of 8 bits: long, and small to hand over. */
function minutes(count: number): Buffer {
  const length = count * 60 * RATE
  return Buffer.concat([bytesOf('RIFF', u32(36 + length), 'WAVEfmt ', u32(16), u16(1), u16(1), u32(RATE), u32(RATE), u16(1), u16(8), 'data', u32(length)), Buffer.alloc(length, 128)])
}

interface Files { readonly names: string[]; readonly samples: Float32Array[][] }

async function downloaded(download: Download): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer)
  return new Uint8Array(Buffer.concat(chunks))
}

/** Everything that is downloaded while `work` goes on, in its order. */
async function downloads(page: Page, count: number, work: () => Promise<unknown>): Promise<Files> {
  const seen: Download[] = []
  const keep = (download: Download): void => { seen.push(download) }
  page.on('download', keep)
  await work()
  await expect.poll(() => seen.length, { timeout: 30_000 }).toBe(count)
  page.off('download', keep)
  const samples = await Promise.all(seen.map(async (download) => (await readAll(await downloaded(download), 16384)).samples))
  return { names: seen.map((download) => download.suggestedFilename()), samples }
}

const sumDb = ({ samples }: Files, mix: readonly Float32Array[]): number =>
  Math.max(...mix.map((x, c) => errorDb(x.map((_, i) => samples.reduce((sum, file) => sum + file[c]![i]!, 0)), x)))

async function open(page: Page, mix: readonly Float32Array[], preset: Buffer): Promise<void> {
  await openSound(page, 'two.wav', Buffer.from(wav(mix, RATE)))
  await page.getByRole('button', { name: 'Pause' }).waitFor()
  await dropFile(page, 'two.preset', preset)
  await expect.poll(() => page.locator('.source').count()).toBe(3)
}
const panelOf = (page: Page) => page.getByRole('dialog', { name: 'Export' })
const exportAll = (page: Page) => panelOf(page).getByRole('button', { name: 'Export', exact: true }).click()

/** What `winnow separate` makes of the same. */
async function commandLine(mix: readonly Float32Array[], preset: Buffer): Promise<Float32Array[][]> {
  writeFileSync(join(folder, 'in.wav'), wav(mix, RATE))
  writeFileSync(join(folder, 'in.preset'), preset)
  const { code, out, err } = await winnow(['separate', join(folder, 'in.wav'), '--out', join(folder, 'out'), '--preset', join(folder, 'in.preset'), '--json'])
  expect([code, err]).toEqual([0, ''])
  return Promise.all((JSON.parse(out) as { outputs: string[] }).outputs.map(async (path) => (await readAll(new Uint8Array(readFileSync(path)), 16384)).samples))
}
const difference = (a: Float32Array[][], b: Float32Array[][]): number => Math.max(...a.flatMap((file, k) => file.map((x, c) => errorDb(x, b[k]![c]!))))

describe.skipIf(noChromium)(because('export from the page', noChromium), () => {
  const { visit } = stories()

  test('two places: each in its file, together the input, as the command line makes them; mute and level change nothing', () => visit(async (page) => {
    const parts = tunes(2)
    const mix = mixOf(parts)
    await open(page, mix, places)
    await page.getByRole('button', { name: 'Mute Left' }).click()
    const panel = panelOf(page)
    await page.keyboard.press('x')
    await panel.waitFor()
    await page.keyboard.press('t') // both stand on the picture: one takes the other's place
    await expect.poll(() => panel.count()).toBe(0)
    await page.getByRole('banner').getByRole('button', { name: 'Export' }).click()
    expect(await page.getByRole('dialog').count()).toBe(1)
    const files = await downloads(page, 3, () => exportAll(page))
    expect(files.names).toEqual(['two sources - left.wav', 'two sources - right.wav', 'two sources - rest.wav'])
    expect(files.samples.every((channels) => channels.length === 2 && channels.every((x) => x.length === mix[0].length))).toBe(true)
    expect(sumDb(files, mix)).toBeLessThan(-120)
    parts.forEach((part, k) => {
      const found = files.samples[k] as unknown as Stereo
      expect(siSdr(found, part, 0)).toBeGreaterThan(siSdr(mix, part, 0) + 8)
      expect(siSdr(found, part, 0)).toBeGreaterThan(siSdr(found, parts[1 - k]!, 0) + 15)
    })
    await panel.getByText(/3 files, .* MB, in the browser’s downloads\./).waitFor()
    expect(Number((await panel.locator('.export-null b').innerText()).replace('−', '-'))).toBeCloseTo(Math.max(sumDb(files, mix)), -1)
    expect(difference(files.samples, await commandLine(mix, places))).toBeLessThan(-140)

    await panel.getByRole('button', { name: 'Export again' }).click()
    await panel.getByRole('checkbox', { name: /Left/ }).uncheck()
    const fewer = await downloads(page, 2, () => exportAll(page))
    expect(fewer.names).toEqual(['two sources - right.wav', 'two sources - rest.wav'])
    expect(sumDb(fewer, mix)).toBeLessThan(-120)
  }))

  test('atoms that learn while it plays: as the command line makes them, from the beginning of the file', () => visit(async (page) => {
    const mix = mixOf(tunes(2))
    await open(page, mix, learning)
    await page.keyboard.press('x')
    const files = await downloads(page, 3, () => exportAll(page))
    expect(sumDb(files, mix)).toBeLessThan(-120)
    expect(difference(files.samples, await commandLine(mix, learning))).toBeLessThan(-140)
  }))

  test('refined: cleaner, and still the input; the panel may be closed meanwhile', () => visit(async (page) => {
    const parts = tunes(2)
    const mix = mixOf(parts)
    await open(page, mix, places)
    await page.keyboard.press('x')
    const panel = panelOf(page)
    const plain = await downloads(page, 3, () => exportAll(page))
    await panel.getByRole('button', { name: 'Export again' }).click()
    await panel.getByRole('switch', { name: 'Refine' }).click()
    const refined = await downloads(page, 3, async () => {
      await exportAll(page)
      await panel.getByText('Separating and refining').waitFor()
      await page.keyboard.press('Escape')
      await expect.poll(() => panel.count()).toBe(0)
    })
    expect(sumDb(refined, mix)).toBeLessThan(-120)
    const gain = (files: Files): number => parts.reduce((sum, part, k) => sum + siSdr(files.samples[k] as unknown as Stereo, part, 0), 0) / 2
    expect(gain(refined)).toBeGreaterThan(gain(plain) + 1)
    await page.getByRole('banner').getByRole('button', { name: 'Export' }).click()
    await panel.getByText(/in the browser’s downloads/).waitFor()
  }))

  test('cancel leaves nothing, and everything as it was', () => visit(async (page) => {
    await open(page, mixOf(tunes(3)), places)
    let downloaded = 0
    page.on('download', () => { downloaded++ })
    await page.keyboard.press('x')
    const panel = panelOf(page)
    await panel.getByRole('switch', { name: 'Refine' }).click()
    await exportAll(page)
    await expect.poll(() => panel.getByRole('progressbar').getAttribute('value').then(Number)).toBeGreaterThan(0)
    await panel.getByRole('button', { name: 'Cancel' }).click()
    await panel.getByRole('button', { name: 'Export', exact: true }).waitFor()
    expect(await panel.getByRole('progressbar').count()).toBe(0)
    await page.waitForTimeout(600)
    expect(downloaded).toBe(0)
    expect(await page.getByRole('button', { name: 'Pause' }).isVisible()).toBe(true)
  }))

  test('what cannot be: one channel is not refined, a microphone not exported', () => visit(async (page) => {
    await openSound(page, 'one.wav', Buffer.from(wav([tunes(1)[0][0]], RATE)))
    await page.getByRole('button', { name: 'Pause' }).waitFor()
    await page.keyboard.press('x')
    const panel = panelOf(page)
    expect(await panel.getByRole('switch', { name: 'Refine' }).isDisabled()).toBe(true)
    expect(await panel.innerText()).toContain('Needs two channels; this file has one.')
    await page.getByRole('button', { name: 'Microphone', exact: true }).click()
    await page.getByRole('button', { name: 'Stop the microphone' }).waitFor()
    await page.getByRole('button', { name: 'Full view' }).click()
    expect(await page.getByRole('banner').getByRole('button', { name: 'Export' }).isDisabled()).toBe(true)
    await expect.poll(() => panel.getByRole('alert').innerText()).toBe('Only a file can be exported: open one.')
  }))

  test('more than fits is refused with what would fit and the command; fewer files may fit', () => visit(async (page) => {
    const sources = Array.from({ length: 16 }, (_, k) => ({ name: `s${k}`, atoms: k ? [] : ['low'] }))
    await openSound(page, 'long.wav', minutes(6))
    await page.getByRole('button', { name: 'Pause' }).waitFor()
    await dropFile(page, 'many.preset', Buffer.from(writePreset(smallPreset({ selection: { mask: 'soft', sources } }))))
    await expect.poll(() => page.locator('.source').count()).toBe(17)
    await page.keyboard.press('x')
    const panel = panelOf(page)
    expect(await panel.getByRole('alert').innerText()).toBe('6:00 in 17 files is more than fits here, which is 5:58. Export fewer sources, or use the command line, where any length fits: winnow separate.')
    expect(await panel.getByRole('button', { name: 'Export', exact: true }).isDisabled()).toBe(true)
    await panel.getByRole('checkbox', { name: /S15/ }).uncheck()
    expect(await panel.getByRole('alert').count()).toBe(0)
    expect(await panel.getByRole('button', { name: 'Export', exact: true }).isEnabled()).toBe(true)
  }))

  test('where the person chooses no folder, the files wait; where it fails, it says so', () => visit(async (page) => {
    await open(page, mixOf(tunes(1)), places)
    await page.keyboard.press('x')
    const panel = panelOf(page)
    await exportAll(page)
    await panel.getByText('No folder was chosen, so nothing is written yet.').waitFor()
    await panel.getByRole('button', { name: 'Save 3 files…' }).click()
    await panel.getByText('Nothing was written: the disk is full.').waitFor()
    await panel.getByRole('button', { name: 'Save 3 files…' }).click()
    await panel.getByText('in Music/two sources.').waitFor()
    expect(await page.evaluate(() => Reflect.get(window, 'saved'))).toEqual(['two sources', 'left.wav', 'right.wav', 'rest.wav'])
  }, { before: (page) => page.addInitScript(() => {
    let asked = 0
    Object.assign(window, { winnowHost: {
      platform: 'test', openSound: () => new Promise((resolve) => {
        const chooser = Object.assign(document.createElement('input'), { type: 'file' })
        chooser.onchange = () => resolve({ name: chooser.files![0]!.name, source: chooser.files![0]! })
        chooser.click()
      }),
      saveFiles: async (name: string, files: { name: string }[]) => {
        asked++
        if (asked === 1) return null
        if (asked === 2) throw new Error('the disk is full')
        Object.assign(window, { saved: [name, ...files.map((file) => file.name)] })
        return `Music/${name}`
      },
    } })
  }) }))
})
