// Export from the page in real Chromium: the files are read back. They give back the input, each source is in the file that
// has its name, they are what the command line makes, and the mix is what the page played.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Download, Page } from 'playwright-core'
import { writePreset } from '../presets/preset.ts'
import type { Selection } from '../worklet/selection.ts'
import { RATE } from './band.ts'
import { because, noChromium } from './browser.ts'
import { scratch, smallPreset, winnow } from './cli-fixtures.ts'
import { dropFile, heard, openSound } from './page-app.ts'
import { siSdr, stories } from './page-stories.ts'
import type { Stereo } from './page-stories.ts'
import { errorDb } from './reference.ts'
import { melody, noise, placed, together } from './signals.ts'
import { readAll, wav } from './sound-files.ts'

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
const turned = Buffer.from(writePreset(smallPreset({
  selection: { mask: 'soft', sources: [{ name: 'low', atoms: ['low'], places: [{ level: -5, delay: 0 }], gain: 4, pan: -0.4 }, { name: 'high', atoms: ['high'], places: [{ level: 5, delay: 0 }], gain: -2 }] },
  settings: { reduction: 5, level: -3 },
})))
const noises: Selection = { mask: 'soft', sources: [{ name: 'low', atoms: ['low'] }, { name: 'other', atoms: ['free'] }] }
const learning = Buffer.from(writePreset(smallPreset({ selection: noises, settings: { freeAtoms: 4, memory: 2 } })))

interface Files { readonly names: readonly string[]; readonly samples: readonly (readonly Float32Array[])[] }

/** Where a person would choose a folder: one of the browser's own store, called Music. */
const music = (page: Page): Promise<unknown> => page.addInitScript(() => {
  Object.assign(window, { showDirectoryPicker: async () => (await navigator.storage.getDirectory()).getDirectoryHandle('Music', { create: true }) })
})
/** Of every folder in Music, what is in it. */
const inMusic = (page: Page): Promise<Record<string, string[]>> => page.evaluate(async () => {
  const all: Record<string, string[]> = {}
  const home = await (await navigator.storage.getDirectory()).getDirectoryHandle('Music', { create: true })
  for await (const [name, folder] of home.entries()) {
    all[name] = []
    for await (const file of (folder as FileSystemDirectoryHandle).keys()) all[name].push(file)
    all[name].sort()
  }
  return all
})
async function bytesIn(page: Page, folder: string, name: string): Promise<Uint8Array> {
  const base64 = await page.evaluate(async ([folder, name]) => {
    const home = await (await navigator.storage.getDirectory()).getDirectoryHandle('Music')
    const file = await (await (await home.getDirectoryHandle(folder)).getFileHandle(name)).getFile()
    return new Promise<string>((resolve) => {
      const reader = new FileReader()
      reader.onload = () => resolve((reader.result as string).replace(/^.*,/, ''))
      reader.readAsDataURL(file)
    })
  }, [folder, name] as const)
  return Uint8Array.from(Buffer.from(base64, 'base64'))
}
async function filesIn(page: Page, folder: string, names: readonly string[]): Promise<Files> {
  return { names, samples: await Promise.all(names.map(async (name) => (await readAll(await bytesIn(page, folder, name), 16384)).samples)) }
}

/** dB by which a recording differs from a stretch of a sound, where it fits best. */
function nearest(recording: readonly Float32Array[], sound: readonly Float32Array[], from: number, to: number): number {
  const [x, y] = [recording[0]!, sound[0]!]
  let [least, place] = [Infinity, 0]
  for (let at = 0; at + to - from <= x.length; at++) {
    let error = 0
    for (let i = 0; i < 400 && error < least; i += 3) error += (x[at + i]! - y[from + i]!) ** 2
    if (error < least) [least, place] = [error, at]
  }
  return Math.max(...recording.map((channel, c) => errorDb(channel.subarray(place, place + to - from), sound[c]!.subarray(from, to))))
}

const sumDb = ({ samples }: Pick<Files, 'samples'>, mix: readonly Float32Array[]): number =>
  Math.max(...mix.map((x, c) => errorDb(x.map((_, i) => samples.reduce((sum, file) => sum + file[c]![i]!, 0)), x)))

async function open(page: Page, mix: readonly Float32Array[], preset: Buffer): Promise<void> {
  await openSound(page, 'two.wav', Buffer.from(wav(mix, RATE)))
  await page.getByRole('button', { name: 'Pause' }).waitFor()
  await dropFile(page, 'two.preset', preset)
  await expect.poll(() => page.locator('.source').count(), { timeout: 20_000 }).toBe(3)
}
const panelOf = (page: Page) => page.getByRole('dialog', { name: 'Export' })
const quanta = (page: Page): Promise<number> => page.evaluate(() => window.heard.length)
const exportAll = (page: Page) => panelOf(page).getByRole('button', { name: /^Export \d+ files?$/ }).click()
const box = (page: Page, name: RegExp) => panelOf(page).getByRole('checkbox', { name })
const saved = (page: Page, where: string) => panelOf(page).getByText(`in ${where}.`).waitFor({ timeout: 60_000 })
/** All of it, as it is, into Music. */
async function exported(page: Page, folder: string, names: readonly string[]): Promise<Files> {
  await exportAll(page)
  await saved(page, `Music/${folder}`)
  expect((await inMusic(page))[folder]).toEqual([...names].sort())
  return filesIn(page, folder, names)
}
const sentences = (page: Page) => panelOf(page).locator('.export-card').innerText()

/** What `winnow separate` makes of the same. */
async function commandLine(mix: readonly Float32Array[], preset: Buffer): Promise<Float32Array[][]> {
  writeFileSync(join(folder, 'in.wav'), wav(mix, RATE))
  writeFileSync(join(folder, 'in.preset'), preset)
  const { code, out, err } = await winnow(['separate', join(folder, 'in.wav'), '--out', join(folder, 'out'), '--preset', join(folder, 'in.preset'), '--json'])
  expect([code, err]).toEqual([0, ''])
  return Promise.all((JSON.parse(out) as { outputs: string[] }).outputs.map(async (path) => (await readAll(new Uint8Array(readFileSync(path)), 16384)).samples))
}
const difference = (a: Files['samples'], b: Files['samples']): number => Math.max(...a.flatMap((file, k) => file.map((x, c) => errorDb(x, b[k]![c]!))))


describe.skipIf(noChromium)(because('export from the page', noChromium), () => {
  const { visit } = stories()

  test('two places: each in its file, together the input, as the command line makes them; mute and level change nothing but the mix', () => visit(async (page) => {
    const parts = tunes(2)
    const mix = mixOf(parts)
    await open(page, mix, places)
    await page.getByRole('button', { name: 'Mute Left' }).click()
    const panel = panelOf(page)
    await page.keyboard.press('x')
    await panel.waitFor()
    await page.keyboard.press('t') // one window at a time
    await expect.poll(() => panel.count()).toBe(0)
    await page.getByRole('banner').getByRole('button', { name: 'Export' }).click()
    expect(await page.getByRole('dialog').count()).toBe(1)
    const all = await exported(page, 'two sources', ['left.wav', 'right.wav', 'rest.wav', 'mix.wav'])
    const files = { samples: all.samples.slice(0, 3) }
    expect(all.samples.every((channels) => channels.length === 2 && channels.every((x) => x.length === mix[0].length))).toBe(true)
    expect(sumDb(files, mix)).toBeLessThan(-120)
    parts.forEach((part, k) => {
      const found = files.samples[k] as unknown as Stereo
      expect(siSdr(found, part, 0)).toBeGreaterThan(siSdr(mix, part, 0) + 8)
      expect(siSdr(found, part, 0)).toBeGreaterThan(siSdr(found, parts[1 - k]!, 0) + 15)
    })
    expect(sumDb({ samples: [all.samples[3]!] }, mix.map((x, c) => x.map((y, i) => y - files.samples[0]![c]![i]!)))).toBeLessThan(-120)
    expect(Number((await panel.locator('.export-figure b').innerText()).replace('−', '-'))).toBeCloseTo(sumDb(files, mix), -1)
    expect(await sentences(page)).toContain('Added together, these three files give back the input.')
    expect(difference(files.samples, await commandLine(mix, places))).toBeLessThan(-140)

    await panel.getByRole('button', { name: 'Export again' }).click()
    await box(page, /Left/).uncheck()
    await box(page, /The mix/).uncheck()
    const fewer = await exported(page, 'two sources 2', ['right.wav', 'rest.wav'])
    expect(sumDb(fewer, mix)).toBeLessThan(-120)
  }, { before: music }))

  test('what is exported is what was heard, sample for sample: faders, a pan, a mute, the reduction and the level turned', () => visit(async (page) => {
    const parts = tunes(4)
    const mix = mixOf(parts)
    await open(page, mix, turned)
    await page.getByRole('button', { name: 'Mute High' }).click()
    await page.keyboard.press('x')
    await box(page, /High/).uncheck()
    const { samples: [, , mixed] } = await exported(page, 'two sources', ['low.wav', 'rest.wav', 'mix.wav'])
    await page.keyboard.press('Escape')
    const [from, to] = [0.1 * RATE, 2.5 * RATE]
    /** dB by which a playing from the start differs. */
    const difference = async (): Promise<number> => {
      await heard(page)
      await openSound(page, 'two.wav', Buffer.from(wav(mix, RATE)))
      await expect.poll(async () => quanta(page), { timeout: 30_000 }).toBeGreaterThan(5.5 * RATE / 128)
      return nearest(await heard(page), mixed!, from, to)
    }
    // On a busy machine a start may be late by a quantum or two, and its frames are cut elsewhere then.
    let least = Infinity
    for (let i = 0; i < 4 && least > -100; i++) least = Math.min(least, await difference())
    expect(least).toBeLessThan(-100)
  }, { before: async (page) => {
    await music(page)
    await page.addInitScript(() => {
      const Node = window.AudioWorkletNode
      window.AudioWorkletNode = class extends Node { // as where there is always time enough: no pass is ever left out
        constructor(context: BaseAudioContext, name: string, options?: AudioWorkletNodeOptions) {
          super(context, name, { ...options, processorOptions: { ...options?.processorOptions, live: false } })
        }
      }
    })
  } }))

  test('atoms that learn while it plays: as the command line makes them, from the beginning of the file', () => visit(async (page) => {
    const mix = mixOf(tunes(2))
    await open(page, mix, learning)
    await page.keyboard.press('x')
    await box(page, /The mix/).uncheck()
    const files = await exported(page, 'two sources', ['low.wav', 'other.wav', 'rest.wav'])
    expect(sumDb(files, mix)).toBeLessThan(-120)
    expect(difference(files.samples, await commandLine(mix, learning))).toBeLessThan(-140)
  }, { before: music }))

  test('a marked passage, and the same as a loop, in 16 bits: the same samples as there in the whole, and the null of their dither', () => visit(async (page) => {
    const mix = mixOf(tunes(3))
    await open(page, mix, places)
    const { x, y, width, height } = (await page.locator('.painting').boundingBox())!
    await page.mouse.move(x + width * 0.4, y + height * 0.01)
    await page.mouse.down()
    await page.mouse.move(x + width * 0.7, y + height * 0.01, { steps: 4 })
    await page.mouse.up()
    await page.keyboard.press('Shift+L') // it plays over and over
    await page.keyboard.press('x')
    const panel = panelOf(page)
    const whole = await exported(page, 'two sources', ['left.wav', 'right.wav', 'rest.wav', 'mix.wav'])
    await panel.getByRole('button', { name: 'Export again' }).click()
    await panel.getByRole('button', { name: '16 bit' }).click()
    await panel.getByRole('group', { name: 'Length' }).getByRole('button', { name: /^\d.* to / }).click()
    const part = await exported(page, 'two sources 2', ['left.wav', 'right.wav', 'rest.wav', 'mix.wav'])
    const { length } = part.samples[0]![0]!
    expect(length).toBeGreaterThan(0.5 * RATE)
    expect(length).toBeLessThan(1.5 * RATE)
    const rounding = 2 / 2 ** 15 // at most one and a half steps
    const from = mix[0].findIndex((_, i) => part.samples[0]![0]!.every((x, d) => Math.abs(whole.samples[0]![0]![i + d]! - x) < rounding))
    expect(from).toBeGreaterThan(RATE)
    part.samples.forEach((file, k) => file.forEach((x, c) => expect(Math.max(...x.map((y, i) => Math.abs(whole.samples[k]![c]![from + i]! - y)))).toBeLessThan(rounding)))
    expect(await sentences(page)).toContain('a hiss in the last of 16 bits')
    expect(await panel.locator('.export-figure.ok').count()).toBe(1)
    await panel.getByRole('button', { name: 'Export again' }).click()
    await panel.getByRole('group', { name: 'Length' }).getByRole('button', { name: /^Loop, / }).click()
    const again = await exported(page, 'two sources 3', ['left.wav', 'right.wav', 'rest.wav', 'mix.wav'])
    expect(again).toEqual(part)
  }, { before: music }))

  test('refined: cleaner, and still the input; the panel may be closed meanwhile', () => visit(async (page) => {
    const parts = tunes(2)
    const mix = mixOf(parts)
    await open(page, mix, places)
    await page.keyboard.press('x')
    const panel = panelOf(page)
    const names = ['left.wav', 'right.wav', 'rest.wav']
    await box(page, /The mix/).uncheck()
    const plain = await exported(page, 'two sources', names)
    await panel.getByRole('button', { name: 'Export again' }).click()
    await panel.getByRole('switch', { name: 'Refine' }).click()
    await exportAll(page)
    await panel.getByText('Separating and refining').waitFor()
    await page.keyboard.press('Escape')
    await expect.poll(() => panel.count()).toBe(0)
    await expect.poll(async () => (await inMusic(page))['two sources 2']?.length ?? 0, { timeout: 60_000 }).toBe(3)
    await page.getByRole('banner').getByRole('button', { name: 'Export' }).click()
    await saved(page, 'Music/two sources 2')
    const refined = await filesIn(page, 'two sources 2', names)
    expect(sumDb(refined, mix)).toBeLessThan(-120)
    const gain = (files: Files): number => parts.reduce((sum, part, k) => sum + siSdr(files.samples[k] as unknown as Stereo, part, 0), 0) / 2
    expect(gain(refined)).toBeGreaterThan(gain(plain) + 1)
  }, { before: music }))

  test('cancel leaves nothing, and everything as it was', () => visit(async (page) => {
    await open(page, mixOf(tunes(3)), places)
    await page.keyboard.press('x')
    const panel = panelOf(page)
    await panel.getByRole('switch', { name: 'Refine' }).click()
    await exportAll(page)
    await expect.poll(() => panel.getByRole('progressbar').getAttribute('value').then(Number), { timeout: 30_000 }).toBeGreaterThan(0)
    await panel.getByRole('button', { name: 'Cancel' }).click()
    await panel.getByRole('button', { name: 'Export 4 files' }).waitFor()
    expect(await panel.getByRole('progressbar').count()).toBe(0)
    await expect.poll(() => inMusic(page)).toEqual({})
    await page.keyboard.press('Escape')
    expect(await page.getByRole('button', { name: 'Pause' }).isVisible()).toBe(true)
  }, { before: music }))

  test('by keys alone: open, leave a source out, export, read, close; the focus goes back', () => visit(async (page) => {
    await open(page, mixOf(tunes(1)), places)
    await page.getByRole('button', { name: 'Mute Left' }).focus()
    await page.keyboard.press('x')
    await panelOf(page).waitFor()
    const until = async (pressed: string, name: RegExp): Promise<void> => {
      for (let i = 0; i < 40; i++) {
        await page.keyboard.press(pressed)
        const focused = await page.evaluate(() => {
          const at = document.activeElement!
          return [at.closest('dialog') !== null, at.getAttribute('aria-label') ?? at.closest('label')?.textContent ?? at.textContent ?? ''] as const
        })
        expect(focused[0] || focused[1] === '').toBe(true) // nowhere behind the window
        if (name.test(focused[1])) return
      }
      throw new Error(`no ${name} by ${pressed}`)
    }
    await until('Tab', /Right/)
    await page.keyboard.press('Space')
    await expect.poll(() => box(page, /Right/).isChecked()).toBe(false)
    await until('Tab', /^Export 3 files$/)
    await page.keyboard.press('Enter')
    await saved(page, 'Music/two sources')
    await page.keyboard.press('Escape')
    await expect.poll(() => panelOf(page).count()).toBe(0)
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Mute Left')
  }, { before: music }))

  test('what cannot be: one channel is not refined, nothing is no file, a microphone not exported', () => visit(async (page) => {
    await openSound(page, 'one.wav', Buffer.from(wav([tunes(1)[0][0]], RATE)))
    await page.getByRole('button', { name: 'Pause' }).waitFor()
    await page.keyboard.press('x')
    const panel = panelOf(page)
    expect(await panel.getByRole('switch', { name: 'Refine' }).isDisabled()).toBe(true)
    expect(await panel.innerText()).toContain('Needs two channels; this file has one.')
    for (const one of await panel.getByRole('checkbox').all()) if (await one.isEnabled()) await one.uncheck()
    expect(await panel.getByRole('alert').innerText()).toBe('Nothing is chosen: tick a file to write.')
    expect(await panel.getByRole('button', { name: 'Export 0 files' }).isDisabled()).toBe(true)
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Microphone', exact: true }).click()
    await page.getByRole('button', { name: 'Stop the microphone' }).waitFor()
    await page.getByRole('button', { name: 'Full view' }).click()
    expect(await page.getByRole('banner').getByRole('button', { name: 'Export' }).isDisabled()).toBe(true)
  }))

  test('a browser that lets no page write into a folder: downloads, whole and named', () => visit(async (page) => {
    const mix = mixOf(tunes(1))
    await open(page, mix, places)
    await page.keyboard.press('x')
    const seen: Download[] = []
    page.on('download', (download) => { seen.push(download) })
    await exportAll(page)
    await saved(page, 'the browser’s downloads')
    await expect.poll(() => seen.length).toBe(4)
    const samples = await Promise.all(seen.map(async (download) => {
      const chunks: Buffer[] = []
      for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer)
      return (await readAll(new Uint8Array(Buffer.concat(chunks)), 16384)).samples
    }))
    const names = seen.map((download) => download.suggestedFilename())
    expect([...names].sort()).toEqual(['left', 'mix', 'rest', 'right'].map((name) => `two sources - ${name}.wav`))
    expect(sumDb({ samples: samples.filter((_, i) => !names[i]!.includes('mix')) }, mix)).toBeLessThan(-120)
  }, { before: (page) => page.addInitScript(() => { Reflect.deleteProperty(window, 'showDirectoryPicker') }) }))

  test('no folder chosen, no right to write, a disk that fills up: one sentence, nothing left, and the next try may go well', () => visit(async (page) => {
    await open(page, mixOf(tunes(2)), places)
    await page.keyboard.press('x')
    const panel = panelOf(page)
    const meanwhile = await page.evaluate(() => window.heard.length)
    await exportAll(page) // the person closes the browser's window
    await expect.poll(() => page.evaluate(() => Reflect.get(window, 'asked'))).toBe(1)
    await panel.getByRole('button', { name: 'Export 4 files' }).click()
    expect(await panel.getByRole('alert').innerText()).toContain('two sources: the browser does not let this page write there.')
    await panel.getByRole('button', { name: 'Try again' }).click()
    await panel.getByText('Music/two sources: the disk is full, or the browser lets this page have no more of it.').waitFor()
    expect(await inMusic(page)).toEqual({})
    await panel.getByRole('button', { name: 'Try again' }).click()
    await saved(page, 'Music/two sources')
    expect(Object.keys(await inMusic(page))).toEqual(['two sources'])
    expect(await page.evaluate(() => window.heard.length)).toBeGreaterThan(meanwhile) // it sounded on
  }, { before: async (page) => {
    await music(page)
    await page.addInitScript(() => {
      const choose = Reflect.get(window, 'showDirectoryPicker') as () => Promise<FileSystemDirectoryHandle>
      let asked = 0
      Object.assign(window, { asked, showDirectoryPicker: async () => {
        Object.assign(window, { asked: ++asked })
        if (asked === 1) throw new DOMException('The user aborted a request.', 'AbortError')
        if (asked === 2) throw new DOMException('no', 'SecurityError')
        return choose()
      } })
      const write = FileSystemWritableFileStream.prototype.write
      let written = 0
      FileSystemWritableFileStream.prototype.write = function (chunk) {
        written += ((chunk as { data?: ArrayBuffer }).data?.byteLength ?? 0)
        if (asked === 3 && written > 700_000) return Promise.reject(new DOMException('full', 'QuotaExceededError'))
        return write.call(this, chunk)
      }
    })
  } }))
})
