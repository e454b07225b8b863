// The views in real Chromium, which draws in software here, at 1600 × 900 with the small band of the tests in stereo: frames
// per second, what one costs the page's thread, and how long a painting hand waits until the processor is told.

import { writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { CDPSession, Page } from 'playwright-core'
import { band, waveFile } from '../band.ts'
import { launch, noChromium, serveApp } from '../browser.ts'
import { openSound, pageApp } from '../page-app.ts'

export interface ViewFigures {
  readonly framesPerSecond: number
  /** Of the page's thread, its own time: what others on the machine take is not in it. */
  readonly frameMillis: number
}
export interface ViewsFigures {
  readonly microphone: ViewFigures
  /** The same with the piano roll below it. */
  readonly microphoneNotes: ViewFigures
  readonly file: ViewFigures
  readonly fileNotes: ViewFigures
  readonly painting: ViewFigures & { readonly gestureMillis: { readonly median: number; readonly worst: number } }
}

declare global {
  interface Window { moved: number; waits: number[] }
}

const MILLISECONDS = 5000

async function watched(page: Page, session: CDPSession, meanwhile: () => Promise<void> = async () => {}): Promise<ViewFigures> {
  const busy = async (): Promise<number> => (await session.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'TaskDuration')!.value
  const before = await busy()
  const counting = page.evaluate((milliseconds) => new Promise<number>((done) => {
    const start = performance.now()
    let frames = 0
    const tick = (now: number): void => {
      if (now - start >= milliseconds) return done(frames / (now - start) * 1000)
      frames++
      requestAnimationFrame(tick)
    }
    requestAnimationFrame(tick)
  }), MILLISECONDS)
  await meanwhile()
  const framesPerSecond = await counting
  return { framesPerSecond, frameMillis: (await busy() - before) / (framesPerSecond * MILLISECONDS / 1000) * 1000 }
}

/** When the hand moved, and when the processor was sent a selection for it. */
const timeGestures = (page: Page): Promise<unknown> => page.addInitScript(() => {
  window.moved = 0
  window.waits = []
  addEventListener('pointermove', ({ timeStamp }) => { window.moved ||= timeStamp }, { capture: true })
  const post = MessagePort.prototype.postMessage as (this: MessagePort, message: unknown, options?: unknown) => void
  MessagePort.prototype.postMessage = function (this: MessagePort, message: { type?: string }, options?: unknown) {
    if (message?.type === 'selection' && window.moved) {
      window.waits.push(performance.now() - window.moved)
      window.moved = 0
    }
    post.call(this, message, options)
  } as typeof MessagePort.prototype.postMessage
})

/** The notes of whatever plays, with the one instrument that is at hand. */
async function withNotes(page: Page, session: CDPSession): Promise<ViewFigures> {
  await page.keyboard.press('n')
  await page.locator('.roll-box[aria-busy=false]').waitFor()
  await page.waitForTimeout(1500)
  return watched(page, session)
}

async function paint(page: Page): Promise<void> {
  const box = (await page.locator('.painting').boundingBox())!
  await page.keyboard.press('b')
  await page.mouse.move(box.x + 300, box.y + 300)
  await page.mouse.down()
  await page.evaluate(() => { window.waits = [] })
  const end = Date.now() + MILLISECONDS - 500
  for (let i = 0; Date.now() < end; i++) {
    await page.mouse.move(box.x + 300 + i % 400, box.y + 300 + 90 * Math.sin(i / 9))
    await page.waitForTimeout(16)
  }
  await page.mouse.up()
}

const shown = (what: string, { framesPerSecond, frameMillis }: ViewFigures): string =>
  `${what}: ${framesPerSecond.toFixed(1)} frames per second, ${frameMillis.toFixed(1)} ms of the page's thread each`

export async function views(say: (line: string) => void): Promise<ViewsFigures | null> {
  if (noChromium) return null
  const app = await pageApp(resolve('dist/app'))
  await writeFile(join(app.folder, 'microphone.wav'), waveFile(band(20)))
  const served = await serveApp({ folder: app.folder })
  const browser = await launch({ fakeMicrophone: join(app.folder, 'microphone.wav') })
  const opened = async (): Promise<[Page, CDPSession]> => {
    const page = await (await browser.newContext({ viewport: { width: 1600, height: 900 } })).newPage()
    await timeGestures(page)
    await page.goto(served.url)
    const session = await page.context().newCDPSession(page)
    await session.send('Performance.enable', { timeDomain: 'threadTicks' })
    return [page, session]
  }
  try {
    const [live, liveSession] = await opened()
    await live.getByRole('button', { name: /^Clean a microphone/ }).click()
    await live.getByRole('button', { name: 'Stop the microphone' }).waitFor()
    await live.waitForTimeout(3000)
    say(shown('a live microphone, calm screen', await watched(live, liveSession)))
    await live.getByRole('button', { name: 'Full view' }).click()
    await live.waitForTimeout(1000)
    const microphone = await watched(live, liveSession)
    say(shown('a live microphone', microphone))
    const microphoneNotes = await withNotes(live, liveSession)
    say(shown('with its notes on the roll', microphoneNotes))
    await live.context().close()

    const [page, session] = await opened()
    await openSound(page, 'band.wav', waveFile(band(24)))
    await page.getByRole('button', { name: 'Pause' }).waitFor()
    await page.waitForTimeout(1000)
    await page.locator('.picture-progress').waitFor({ state: 'detached' })
    const file = await watched(page, session)
    say(shown('a file', file))
    const fileNotes = await withNotes(page, session)
    say(shown('with its notes on the roll', fileNotes))
    await page.keyboard.press('Escape')
    const drawing = await watched(page, session, () => paint(page))
    const waits = (await page.evaluate(() => window.waits)).sort((a, b) => a - b)
    const painting = { ...drawing, gestureMillis: { median: waits[waits.length >> 1]!, worst: waits.at(-1)! } }
    say(`${shown('painting into it', painting)}; the processor is told after ${painting.gestureMillis.median.toFixed(0)} ms, ${painting.gestureMillis.worst.toFixed(0)} at the worst of ${waits.length}`)
    return { microphone, microphoneNotes, file, fileNotes, painting }
  } finally {
    await browser.close()
    await served.close()
    await app.remove()
  }
}
