// The spectrogram of a file in real Chromium, with a real mouse: areas are painted, moved and taken back, a passage is
// marked, and what is painted is what is heard.

import { describe, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { readSelection } from '../worklet/selection.ts'
import type { Selection } from '../worklet/selection.ts'
import { RATE, waveFile } from './band.ts'
import { because, noChromium } from './browser.ts'
import { noise, tone } from './signals.ts'
import { dropFile, heard, openSound } from './page-app.ts'
import { SECONDS, distortion, largestError, mix, placeOf, playing, record, stories } from './page-stories.ts'
import type { Stereo } from './page-stories.ts'

const GUTTER = 48
const RULER = 24

/** The selection as it would be saved. */
async function selectionOf(page: Page): Promise<Selection> {
  const download = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Save the selection' }).click()
  const chunks: Buffer[] = []
  for await (const chunk of await (await download).createReadStream()) chunks.push(chunk as Buffer)
  return readSelection(JSON.parse(Buffer.concat(chunks).toString()), ['piano', 'trumpet', 'bass'])
}

interface Spot { readonly x: number; readonly y: number }

/** Where seconds and hertz are on the screen, with the whole of a file of so many seconds in view. */
async function spots(page: Page, length: number): Promise<(seconds: number, hertz: number) => Spot> {
  const box = (await page.locator('.painting').boundingBox())!
  const row = (hertz: number): number => Math.log2(hertz / 50) / Math.log2(16_000 / 50)
  return (seconds, hertz) => ({
    x: box.x + GUTTER + seconds / length * (box.width - GUTTER), y: box.y + RULER + (1 - row(hertz)) * (box.height - RULER),
  })
}

async function drag(page: Page, from: Spot, to: Spot, steps = 12): Promise<void> {
  await page.mouse.move(from.x, from.y)
  await page.mouse.down()
  await page.mouse.move(to.x, to.y, { steps })
  await page.waitForTimeout(50)
  await page.mouse.up()
}

const WHISTLE = { from: 0.6, to: 3.4, hertz: 3150, vibrato: 25, level: 0.12 }

/** What somebody whistles, and the same a quarter of a turn later. */
const [whistle, quadrature] = [Math.sin, Math.cos].map((wave) => Float32Array.from({ length: SECONDS * RATE }, (_, i) => {
  const t = i / RATE
  const fade = Math.max(0, Math.min(1, (t - WHISTLE.from) / 0.08, (WHISTLE.to - t) / 0.08))
  return WHISTLE.level * fade * wave(2 * Math.PI * (WHISTLE.hertz * t - WHISTLE.vibrato / 5 / 2 / Math.PI * Math.cos(2 * Math.PI * 5 * t)))
})) as [Float32Array, Float32Array]
const whistled: Stereo = [mix[0].map((x, i) => x + whistle[i]!), mix[1].map((x, i) => x + whistle[i]!)]

/** dB of the whistle in a recording that begins at a place of the file, whatever its phase. */
function whistleIn(recording: Stereo, place: number): number {
  let [real, imaginary] = [0, 0]
  recording.forEach((channel) => channel.forEach((x, i) => {
    const at = (place + i) % whistle.length
    real += x * whistle[at]!
    imaginary += x * quadrature[at]!
  }))
  return 10 * Math.log10(real ** 2 + imaginary ** 2)
}

describe.skipIf(noChromium)(because('painting on the page', noChromium), () => {
  const { visit } = stories()

  test('the picture shows where a sound is and whose, lights up what is pointed at, and comes closer', () => visit(async (page) => {
    const beep = tone(SECONDS * RATE, 1000, RATE, 0.3).map((x, i) => (i > RATE && i < 2 * RATE ? x : 0))
    await openSound(page, 'beep.wav', waveFile([beep, beep]))
    await page.getByRole('button', { name: 'Pause' }).click()
    await expect.poll(() => page.locator('.picture-progress').count()).toBe(0)
    /** Red, green and blue of a spot. */
    const colour = async (seconds: number, hertz: number, from = 0, length = SECONDS): Promise<number[]> => {
      const box = (await page.locator('.picture').boundingBox())!
      const { x, y } = (await spots(page, length))(seconds - from, hertz)
      return page.locator('canvas.picture').evaluate((canvas, [left, top]) =>
        [...(canvas as HTMLCanvasElement).getContext('2d')!.getImageData(left!, top!, 1, 1).data.subarray(0, 3)], [Math.round(x - box.x), Math.round(y - box.y)])
    }
    const light = async (...spot: Parameters<typeof colour>): Promise<number> => (await colour(...spot)).reduce((sum, c) => sum + c, 0)
    await expect.poll(() => light(1.5, 1000)).toBeGreaterThan(350)
    expect(await light(3, 1000)).toBeLessThan(80)
    expect(await light(1.5, 5000)).toBeLessThan(80)

    // The source that owns the tone is in its colour; without owners there is none; another one pointed at leaves it dark.
    const tint = async (): Promise<number> => { const rgb = await colour(1.5, 1000); return Math.max(...rgb) - Math.min(...rgb) }
    await expect.poll(tint, { timeout: 10_000 }).toBeGreaterThan(30)
    await page.getByRole('button', { name: 'Energy' }).click()
    await expect.poll(tint).toBeLessThan(16)
    await page.getByRole('button', { name: 'Owner' }).click()
    await expect.poll(tint).toBeGreaterThan(30)
    const before = await light(1.5, 1000)
    await page.locator('[data-source="3"]').hover() // the bass
    await expect.poll(() => light(1.5, 1000)).toBeLessThan(0.7 * before)
    await page.mouse.move(640, 10)
    await expect.poll(() => light(1.5, 1000)).toBe(before)

    const at = await spots(page, SECONDS)
    await page.mouse.move(at(1, 1000).x, at(1, 1000).y)
    await page.keyboard.down('Control')
    await page.mouse.wheel(0, -1200)
    await page.keyboard.up('Control')
    // Now a second stays where it was, and all is six times as long.
    const seconds = SECONDS * 1.0015 ** -1200
    const from = 1 - seconds / SECONDS
    await expect.poll(() => light(1.15, 1000, from, seconds)).toBeGreaterThan(350)
    expect(await light(0.85, 1000, from, seconds)).toBeLessThan(80)
    await page.getByRole('button', { name: 'Show all of the file' }).click()
    await expect.poll(() => light(1.5, 1000)).toBe(before)
  }))

  test('each tool is a gesture and each gesture one step; areas are selected, moved, erased, removed', () => visit(async (page) => {
    await playing(page)
    await page.getByRole('button', { name: 'Pause' }).click()
    const at = await spots(page, 4)
    const painted = async (source: number): Promise<number> => (await selectionOf(page)).sources[source]!.painted?.length ?? 0
    await page.getByRole('combobox', { name: 'Paint into' }).selectOption({ label: 'Trumpet' })

    await page.keyboard.press('r')
    await drag(page, at(0.5, 2000), at(1.5, 1000))
    const [area] = (await selectionOf(page)).sources[1]!.painted!
    const [seconds, hertz] = [0, 1].map((axis) => area!.polygon.map((point) => point[axis]!))
    expect(Math.min(...seconds!)).toBeCloseTo(0.5, 1)
    expect(Math.max(...seconds!)).toBeCloseTo(1.5, 1)
    expect(Math.min(...hertz!) / 1000).toBeCloseTo(1, 1)
    expect(Math.max(...hertz!) / 2000).toBeCloseTo(1, 1)

    await page.keyboard.press('b')
    await drag(page, at(2, 500), at(3, 500))
    expect(await painted(1)).toBe(2)
    await page.keyboard.press('e')
    await drag(page, at(2.5, 200), at(2.5, 1500)) // through the stroke: two pieces
    expect(await painted(1)).toBe(3)
    await page.keyboard.press('h')
    await drag(page, at(3.2, 300), at(3.6, 300))
    expect(await painted(1)).toBe(15)
    await page.keyboard.press('Delete') // what a gesture made is selected
    expect(await painted(1)).toBe(15) // but the key belongs to the picture, which has not the focus
    await page.getByTitle('Undo: Paint into Trumpet').click()
    expect(await painted(1)).toBe(3)

    await page.keyboard.press('v')
    await drag(page, at(1, 1400), at(2, 1400))
    const moved = (await selectionOf(page)).sources[1]!.painted![0]!
    expect(Math.min(...moved.polygon.map(([t]) => t))).toBeCloseTo(1.5, 1)
    await page.getByText('A painted area of Trumpet').waitFor()
    await page.getByRole('button', { name: 'Remove', exact: true }).click()
    expect(await painted(1)).toBe(2)

    for (const left of [3, 3, 2, 1, 0]) {
      await page.keyboard.press('Control+z')
      expect(await painted(1)).toBe(left)
    }
    for (let i = 0; i < 5; i++) await page.keyboard.press('Control+Shift+z')
    expect(await painted(1)).toBe(2)
  }))

  test('a whistle is painted out of a mix: it is gone, the rest stays; undo brings it back, redo takes it again', () => visit(async (page) => {
    await openSound(page, 'whistled.wav', waveFile(whistled))
    await page.getByRole('button', { name: 'Pause' }).waitFor()
    await page.waitForTimeout(400)
    await heard(page)
    const first = await record(page, 600)
    let place = placeOf(first[0], whistled[0], 4096)
    expect(largestError(first, whistled, place)).toBeLessThan(1e-5)
    place += first[0].length
    let start = place
    /** What is heard, after a moment in which a change is on its way; `start` is where in the file it begins. */
    const listen = async (milliseconds: number): Promise<Stereo> => {
      start = place + (await record(page, 600))[0].length
      const recording = await record(page, milliseconds)
      place = start + recording[0].length
      return recording
    }
    /** dB by which the whistle is down. */
    const down = (recording: Stereo): number => {
      const same = whistled.map((channel) => recording[0].map((_, i) => channel[(start + i) % channel.length]!)) as unknown as Stereo
      return whistleIn(same, start) - whistleIn(recording, start)
    }

    const at = await spots(page, SECONDS)
    await page.keyboard.press('b')
    for (let i = 0; i < 8; i++) await page.keyboard.press('[') // a twelfth of an octave
    await drag(page, at(WHISTLE.from - 0.12, WHISTLE.hertz), at(WHISTLE.to + 0.12, WHISTLE.hertz), 30)
    await page.getByRole('button', { name: 'Mute Source 4' }).click()
    const without = await listen(1000 * SECONDS) // all of it
    expect(down(without)).toBeGreaterThan(20)
    expect(distortion(without, mix, start)).toBeGreaterThan(20)
    expect(distortion(whistled, mix, 0)).toBeLessThan(12)

    await page.keyboard.press('Control+z')
    await page.keyboard.press('Control+z')
    expect(largestError(await listen(300), whistled, start)).toBeLessThan(1e-5)
    await page.keyboard.press('Control+Shift+z')
    await page.keyboard.press('Control+Shift+z')
    expect(down(await listen(1600))).toBeGreaterThan(20) // more than the pause between two whistles
  }))

  test('paint sounds where it is drawn: after a start, over the loop, and after a jump', () => visit(async (page) => {
    const hiss = noise(SECONDS * RATE, 11, 0.2)
    await openSound(page, 'hiss.wav', waveFile([hiss]))
    await page.getByRole('button', { name: 'Pause' }).waitFor()
    const at = await spots(page, SECONDS)
    await page.keyboard.press('r')
    await drag(page, at(1, 15_000), at(1.5, 200))
    await page.getByRole('button', { name: 'Solo Source 4' }).click()
    /** Seconds of the file at which the painted stretch begins and ends to be heard. */
    const heardFrom = async (): Promise<[number, number]> => {
      await page.keyboard.press('a') // the original tells where the file is
      await record(page, 300)
      const original = await record(page, 300)
      await page.keyboard.press('a')
      const place = placeOf(original[0], hiss) + original[0].length
      const [sound] = await record(page, 1000 * SECONDS + 400)
      const power = new Float32Array(SECONDS * 200) // of five milliseconds each
      for (let i = Math.round(0.3 * RATE); i < Math.min(sound.length, (SECONDS + 0.3) * RATE); i++) {
        const slot = Math.floor((place + i) % hiss.length / RATE * 200)
        power[slot]! += sound[i]! ** 2
      }
      const half = power.reduce((most, x) => Math.max(most, x), 0) / 4
      return [power.findIndex((x) => x > half) / 200, (power.findLastIndex((x) => x > half) + 1) / 200]
    }
    const near = ([from, to]: [number, number]): void => {
      expect(Math.abs(from - 1)).toBeLessThan(0.025) // a hop
      expect(Math.abs(to - 1.5)).toBeLessThan(0.025)
    }
    near(await heardFrom())
    await page.mouse.click(at(2.6, 1000).x, at(0, 16_000).y - RULER / 2)
    near(await heardFrom())
  }))

  test('a push paints into one source and takes from all others; Alt takes away; Escape gives a gesture up', () => visit(async (page) => {
    await playing(page)
    await page.getByRole('button', { name: 'Pause' }).click()
    const at = await spots(page, 4)
    await page.getByRole('combobox', { name: 'Paint into' }).selectOption({ label: 'Bass' })
    await page.keyboard.press('r')
    await page.getByRole('button', { name: 'Push' }).click()
    await drag(page, at(0.5, 400), at(1, 200))
    expect((await selectionOf(page)).sources.map(({ painted }) => painted?.[0]?.gain)).toEqual([0, 0, 1])
    await page.getByRole('button', { name: 'Into', exact: true }).click()
    await page.keyboard.down('Alt')
    await drag(page, at(2, 400), at(3, 200))
    await page.keyboard.up('Alt')
    expect((await selectionOf(page)).sources[2]!.painted![1]!.gain).toBe(0)
    const before = await selectionOf(page)
    await page.mouse.move(at(1, 3000).x, at(1, 3000).y)
    await page.mouse.down()
    await page.mouse.move(at(2, 6000).x, at(2, 6000).y, { steps: 4 })
    await page.keyboard.press('Escape')
    await page.mouse.up()
    expect(await selectionOf(page)).toEqual(before)

    // Paint belongs to a file: another one has none of it, and undo brings it back.
    await dropFile(page, 'another.wav', waveFile([mix[0]]))
    await page.getByTitle('Undo: Leave the paint of band.wav').waitFor()
    expect((await selectionOf(page)).sources.map(({ painted }) => painted)).toEqual([undefined, undefined, undefined])
    await page.keyboard.press('Control+z')
    expect(await selectionOf(page)).toEqual(before)
  }))

  test('the ruler marks a passage, moves its edges and plays from where it is clicked', () => visit(async (page) => {
    await playing(page)
    await page.getByRole('button', { name: 'Pause' }).click()
    const at = await spots(page, 4)
    const onRuler = (seconds: number): Spot => ({ x: at(seconds, 1000).x, y: at(0, 16_000).y - RULER / 2 })
    await drag(page, onRuler(1), onRuler(2))
    const text = (): Promise<string> => page.locator('.tool-options').innerText()
    expect(await text()).toMatch(/Passage 0:0(0\.9\d|1\.0\d) – 0:0(1\.9\d|2\.0\d)/)
    await drag(page, onRuler(2), onRuler(3))
    expect(await text()).toMatch(/Passage 0:0(0\.9\d|1\.0\d) – 0:0(2\.9\d|3\.0\d)/)
    await page.mouse.click(onRuler(2.5).x, onRuler(2.5).y)
    await expect.poll(() => page.locator('.position b').innerText()).toMatch(/0:02\.[3-5]/)
    await page.getByRole('button', { name: 'Unmark' }).click()
    expect(await text()).not.toContain('Passage')
  }))

  test('by keyboard: the cross tells what is there, paints, selects and removes', () => visit(async (page) => {
    await playing(page)
    await page.getByRole('button', { name: 'Pause' }).click()
    await page.getByRole('combobox', { name: 'Paint into' }).selectOption({ label: 'Piano' })
    await page.keyboard.press('Tab')
    await page.keyboard.press('b')
    await page.keyboard.press('g')
    const told = page.locator('[aria-live=polite]')
    await expect.poll(() => told.innerText()).toMatch(/^0:02\.0, \w.* Hz, −?\d+ dB\. (Piano|Trumpet|Bass|Rest) \d+ %/)
    await page.keyboard.press('Enter')
    for (let i = 0; i < 5; i++) await page.keyboard.press('Shift+ArrowRight')
    await page.keyboard.press('Enter')
    const [area, ...more] = (await selectionOf(page)).sources[0]!.painted!
    expect(more).toEqual([])
    expect(Math.max(...area!.polygon.map(([t]) => t)) - Math.min(...area!.polygon.map(([t]) => t))).toBeGreaterThan(0.5)
    await page.keyboard.press('g')
    await page.keyboard.press('Alt+Shift+ArrowLeft')
    const moved = (await selectionOf(page)).sources[0]!.painted![0]!
    expect(moved.polygon[0]![0]).toBeLessThan(area!.polygon[0]![0])
    await page.keyboard.press('g')
    await page.keyboard.press('Delete')
    expect((await selectionOf(page)).sources[0]!.painted).toBeUndefined()
  }))
})
