// Sessions in real Chromium: what was saved is opened again as it was, a browser that is killed loses five seconds at most,
// two windows keep out of each other's way, and a sound that is gone is asked for.

import { execFileSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chromium } from 'playwright-core'
import type { BrowserContext, Page } from 'playwright-core'
import type { Served } from '../main/serve.ts'
import { waveFile } from './band.ts'
import { because, chromiumPath, noChromium, serveApp } from './browser.ts'
import { dropFile, heard, instrument, pageApp } from './page-app.ts'
import type { PageApp } from './page-app.ts'
import { mix, music, placeOf, playing, record, siSdr, stories } from './page-stories.ts'

async function saved(page: Page): Promise<{ readonly name: string; readonly text: string }> {
  const download = page.waitForEvent('download')
  await page.keyboard.press('Control+s')
  const file = await download
  const chunks: Buffer[] = []
  for await (const chunk of await file.createReadStream()) chunks.push(chunk as Buffer)
  return { name: file.suggestedFilename(), text: Buffer.concat(chunks).toString() }
}

/** Does what opens a chooser, and chooses. */
async function choosing(page: Page, act: () => Promise<unknown>, name: string, bytes: Buffer | string): Promise<void> {
  const chooser = page.waitForEvent('filechooser')
  await act()
  await (await chooser).setFiles({ name, mimeType: 'application/octet-stream', buffer: Buffer.from(bytes) })
}
const openSession = (page: Page, text: string, name = 'band.winnow'): Promise<void> => choosing(page, () => page.keyboard.press('Control+Shift+O'), name, text)

const banner = (page: Page, text: string | RegExp) => page.locator('.banner', { hasText: text })
const isOn = async (page: Page, name: string): Promise<boolean> => await page.getByRole('button', { name }).getAttribute('aria-pressed') === 'true'
const title = (page: Page): Promise<string> => page.title()

/** Something of everything: a mute, a level, a setting, an area that is painted. */
async function work(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Mute Bass' }).click()
  await page.getByRole('button', { name: 'Solo Trumpet' }).click()
  await page.locator('[data-source="2"] .fader').focus()
  await page.keyboard.press('g')
  await page.keyboard.press('r')
  const box = (await page.locator('.painting').boundingBox())!
  await page.mouse.move(box.x + box.width * 0.5, box.y + box.height * 0.5)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width * 0.6, box.y + box.height * 0.6, { steps: 5 })
  await page.mouse.up()
  await page.getByTitle(/^Undo: Paint into Trumpet/).waitFor()
}

describe.skipIf(noChromium)(because('a session in a file', noChromium), () => {
  const { visit } = stories()

  test('saved, closed and opened again it is the same, and sounds the same', () => visit(async (page) => {
    await playing(page)
    expect(await title(page)).toBe('band.wav – Winnow')
    await work(page)
    expect(await title(page)).toBe('● band.wav – Winnow')
    const before = await saved(page)
    expect(before.name).toBe('band.winnow')
    await expect.poll(() => title(page)).toBe('band.winnow – Winnow')
    await page.waitForTimeout(500)
    await heard(page)
    const first = await record(page, 6000)

    await page.reload()
    await page.getByRole('button', { name: /^Un-mix a file/ }).waitFor()
    await openSession(page, before.text)
    await banner(page, 'The sound of this session, “band.wav”, is not at hand.').waitFor()
    expect(await isOn(page, 'Mute Bass')).toBe(true)
    await choosing(page, () => page.getByRole('button', { name: 'Locate band.wav…' }).click(), 'band.wav', music)
    await page.getByRole('button', { name: 'Pause' }).waitFor()
    await page.waitForTimeout(1000)
    // In pieces, until one is heard without a moment that a busy machine has dropped, here or in the first recording.
    const loop = first.map((channel) => channel.subarray(0, mix[0].length)) as unknown as typeof first
    let best = -Infinity
    for (let i = 0; i < 12 && best <= 30; i++) {
      await heard(page)
      const piece = await record(page, 500)
      best = Math.max(best, siSdr(piece, loop, placeOf(piece[0], loop[0], 4096)))
    }
    expect(best).toBeGreaterThan(30)
    expect(await title(page)).toBe('band.winnow – Winnow')
    expect(await page.getByRole('button', { name: /^Undo/ }).first().isDisabled()).toBe(true)
    expect((await saved(page)).text).toBe(before.text)
  }), 120_000)

  test('a file that is no session, damaged, or from another time is one sentence, and the sound goes on', () => visit(async (page) => {
    await playing(page)
    const { text } = await saved(page)
    for (const [damaged, sentence] of [
      [text.replace('winnow-session/1', 'winnow-session/2'), 'band.winnow: format: expected "winnow-session/1", got "winnow-session/2", which a newer Winnow has written.'],
      [text.slice(0, 300), /band\.winnow: line \d+, column \d+: expected JSON, got the end of the file\./],
      [text.replace('"mask": "soft"', '"mask": "hard"'), 'band.winnow: selection.mask: expected "soft", "binary" or "wiener", got "hard".'],
      [text.replace('"band.preset"', '"gone.preset"'), /band\.winnow: preset\.shipped: expected one of .*, got "gone\.preset"\./],
      [text.replace('"atoms": ["bass"]', '"atoms": ["tuba"]'), /band\.winnow: selection\.sources\[2\]\.atoms\[0\]: expected a source of the dictionary .*, got "tuba"\./],
    ] as const) {
      await openSession(page, damaged)
      await banner(page, sentence).waitFor()
      await banner(page, 'The sound goes on as before.').waitFor()
      await page.getByRole('button', { name: 'Close this message' }).click()
    }
    await page.getByRole('button', { name: 'Pause' }).waitFor()
  }))

  test('what is not saved is asked for before another session takes its place; another sound is never taken for the one that is missing', () => visit(async (page) => {
    await playing(page)
    const { text } = await saved(page)
    await page.getByRole('button', { name: 'Mute Bass' }).click()
    await dropFile(page, 'band.winnow', Buffer.from(text))
    await banner(page, 'Save your session?').waitFor()
    await page.getByRole('button', { name: 'Cancel', exact: true }).click()
    expect(await isOn(page, 'Mute Bass')).toBe(true)
    await dropFile(page, 'band.winnow', Buffer.from(text))
    await banner(page, 'Save your session?').getByRole('button', { name: 'Discard' }).click()
    await banner(page, 'is not at hand').waitFor()
    expect(await isOn(page, 'Mute Bass')).toBe(false)

    const other = waveFile([mix[1], mix[0]])
    await choosing(page, () => page.getByRole('button', { name: 'Locate band.wav…' }).click(), 'band.wav', other)
    await banner(page, 'This “band.wav” is not the one that the session was made with.').waitFor()
    await page.getByRole('button', { name: 'Use it anyway' }).click()
    await page.getByRole('button', { name: 'Pause' }).waitFor()
    expect(await title(page)).toBe('● band.winnow – Winnow')
  }))
})

describe.skipIf(noChromium)(because('what is kept by itself', noChromium), () => {
  let app: PageApp
  let served: Served
  let profile: string
  beforeAll(async () => {
    app = await pageApp()
    served = await serveApp({ folder: app.folder })
    profile = await mkdtemp(join(tmpdir(), 'winnow-profile-'))
  })
  afterAll(async () => {
    await served?.close()
    await app?.remove()
    await rm(profile, { recursive: true, force: true })
  })

  const start = (): Promise<BrowserContext> => chromium.launchPersistentContext(profile, {
    executablePath: chromiumPath()!, viewport: { width: 1280, height: 800 },
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-sync', '--autoplay-policy=no-user-gesture-required'],
  })

  /** What a person would pick: a file of the page's own, whose handle outlives the browser like any other. */
  async function visit(context: BrowserContext): Promise<Page> {
    const page = await context.newPage()
    await instrument(page)
    await page.addInitScript(() => {
      Object.assign(window, { showOpenFilePicker: async () => [await (await navigator.storage.getDirectory()).getFileHandle('band.wav')] })
    })
    await page.goto(served.url)
    await page.getByRole('button', { name: /^Un-mix a file/ }).waitFor()
    return page
  }

  const processes = (): number[] => execFileSync('ps', ['-eo', 'pid=,args=']).toString().split('\n')
    .filter((line) => line.includes(`--user-data-dir=${profile}`) && !line.includes('--type=')).map((line) => Number.parseInt(line))

  test('a browser that is killed in the middle of work comes back with it, the sound too; a second window never takes it for a crash', async () => {
    let context = await start()
    const page = await visit(context)
    await page.evaluate(async (coded) => {
      const file = await (await navigator.storage.getDirectory()).getFileHandle('band.wav', { create: true })
      const writable = await file.createWritable()
      await writable.write(Uint8Array.from(atob(coded), (c) => c.charCodeAt(0)))
      await writable.close()
    }, music.toString('base64'))
    await page.getByRole('button', { name: /^Un-mix a file/ }).click()
    await page.getByRole('button', { name: 'Pause' }).waitFor()
    await work(page)
    await page.getByRole('textbox', { name: 'Level of Piano, exact value' }).or(page.locator('[data-source="1"] input[type=text]')).first().fill('-7')
    await page.keyboard.press('Enter')
    await page.waitForTimeout(5000) // what is older than this must be there

    const second = await visit(context)
    expect(await banner(second, 'Go on where you stopped').count()).toBe(0)
    await second.close()
    for (const pid of processes()) process.kill(pid, 'SIGKILL')
    await context.close().catch(() => {})

    context = await start()
    try {
      const again = await visit(context)
      await banner(again, /Go on where you stopped\. “band\.wav”, 3 sources, today/).waitFor()
      const third = await visit(context)
      await banner(third, 'Go on where you stopped').waitFor()
      await again.bringToFront()
      await again.getByRole('button', { name: 'Go on', exact: true }).click()
      await again.getByRole('button', { name: 'Pause' }).waitFor()
      expect(await isOn(again, 'Mute Bass')).toBe(true)
      expect(await isOn(again, 'Solo Trumpet')).toBe(true)
      expect(await again.title()).toBe('● band.wav – Winnow')
      await expect.poll(() => again.locator('[data-source="2"]').innerText()).toMatch(/painted/)
      await expect.poll(() => again.locator('[data-source="1"] input[type=text]').first().inputValue()).toMatch(/^[-−]7/)

      // What the first has taken, the third cannot.
      await third.bringToFront()
      await third.getByRole('button', { name: 'Go on', exact: true }).click()
      await banner(third, 'Another window goes on with this.').waitFor()
      expect(await banner(third, 'Go on where you stopped').count()).toBe(0)
    } finally {
      await context.close()
    }
  }, 120_000)
})
