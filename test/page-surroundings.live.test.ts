// The page where something is missing or breaks: microphones, processors, isolation, AudioWorklet itself.

import { describe, expect, test } from 'vitest'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serveAssets } from '../main/assets.ts'
import { because, noChromium, serveApp } from './browser.ts'
import { dropFile, heard, openSound, pageApp } from './page-app.ts'
import { figure, largestError, microphoneInStudio, mix, music, peak, placeOf, playing, record, settings, stories } from './page-stories.ts'

describe.skipIf(noChromium)(because('the page and its surroundings', noChromium), () => {
  const its = stories()
  const { visit } = its

  test('a microphone is opened as it is, is silent until asked for, and comes back after it was lost', () => visit(async (page) => {
    await microphoneInStudio(page)
    const { audio } = await page.evaluate(() => window.wishes.at(-1)!) as { audio: MediaTrackConstraints }
    expect(audio).toMatchObject({ echoCancellation: false, noiseSuppression: false, autoGainControl: false })
    expect(peak(await record(page, 600))).toBe(0)
    await expect.poll(() => page.getByRole('meter', { name: 'Input level' }).getAttribute('aria-valuetext')).toMatch(/^−\d.* dB$/)
    await page.getByRole('button', { name: 'Listen' }).click()
    await page.waitForTimeout(200)
    expect(peak(await record(page, 400))).toBeGreaterThan(0.05)

    await page.evaluate(() => window.tracks.at(-1)!.dispatchEvent(new Event('ended')))
    await expect.poll(() => page.getByRole('alert').innerText()).toMatch(/was unplugged.*picks up again by itself/s)
    await expect.poll(() => figure(page, 'load')).toBe('–')
    await page.evaluate(() => navigator.mediaDevices.dispatchEvent(new Event('devicechange')))
    await page.getByRole('button', { name: 'Stop the microphone' }).waitFor()
    await page.waitForTimeout(300)
    await heard(page)
    expect(peak(await record(page, 400))).toBeGreaterThan(0.05) // and as it was: listened to

    // a contact that shakes: gone and back before the last sound has faded
    await page.evaluate(() => {
      window.tracks.at(-1)!.dispatchEvent(new Event('ended'))
      navigator.mediaDevices.dispatchEvent(new Event('devicechange'))
    })
    await page.getByRole('button', { name: 'Stop the microphone' }).waitFor()
    await page.waitForTimeout(300)
    await heard(page)
    expect(peak(await record(page, 400))).toBeGreaterThan(0.05)
    expect(await page.getByRole('alert').count()).toBe(0)
  }, {
    before: (page) => page.addInitScript(() => {
      window.wishes = []
      window.tracks = []
      const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices)
      navigator.mediaDevices.getUserMedia = async (wish) => {
        window.wishes.push(wish!)
        const stream = await open(wish)
        window.tracks.push(...stream.getAudioTracks())
        return stream
      }
    }),
  }))

  test.each([
    ['NotAllowedError', /was not allowed to use the microphone.*Allow it/s],
    ['NotFoundError', /No microphone was found.*Connect one/s],
    ['NotReadableError', /another program may be using it/],
  ])('%s of the microphone is one sentence with an action', (name, sentence) => visit(async (page) => {
    await page.getByRole('button', { name: /^Clean a microphone/ }).click()
    await expect.poll(() => page.getByRole('alert').innerText()).toMatch(sentence)
    await page.getByRole('button', { name: 'Try again' }).waitFor()
  }, {
    before: (page) => page.addInitScript((error) => {
      navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', error))
    }, name),
  }))

  test('an address without microphones says why', () => visit(async (page) => {
    await page.getByRole('button', { name: /^Clean a microphone/ }).click()
    await expect.poll(() => page.getByRole('alert').innerText()).toMatch(/only on https or localhost/)
  }, { before: (page) => page.addInitScript(() => { Object.defineProperty(navigator, 'mediaDevices', { value: undefined }) }) }))

  test('a processor that throws is reported, and starts again', async () => {
    const failing = await pageApp(undefined, (code) => `{
      const register = registerProcessor
      let left = 500
      globalThis.registerProcessor = (name, Processor) => register(name, name !== 'winnow' ? Processor : class extends Processor {
        process(...quantum) {
          if (left-- === 0) throw new Error('made to fail')
          return super.process(...quantum)
        }
      })
    }\n${code}`)
    const server = await serveApp({ folder: failing.folder })
    try {
      await visit(async (page) => {
        await openSound(page, 'band.wav', music)
        await expect.poll(() => page.getByRole('alert').innerText(), { timeout: 10_000 })
          .toMatch(/The separator stopped.*settings and your sound are kept/s)
        await page.getByRole('button', { name: 'Start it again' }).click()
        await page.getByRole('button', { name: 'Pause' }).waitFor()
        await page.waitForTimeout(500)
        await heard(page)
        const again = await record(page, 400)
        expect(largestError(again, mix, placeOf(again[0], mix[0]))).toBeLessThan(1e-5)
      }, { url: server.url })
    } finally {
      await server.close()
      await failing.remove()
    }
  })

  // The driver's own calls count as a person's, so the browser's refusal is played here.
  test('sound that the browser holds back is announced, and plays when asked for', () => visit(async (page) => {
    await dropFile(page, 'band.wav', music)
    await expect.poll(() => page.getByRole('alert').innerText(), { timeout: 10_000 }).toMatch(/holds the sound back/)
    await page.getByRole('alert').getByRole('button', { name: 'Play' }).click()
    await page.getByRole('button', { name: 'Pause' }).waitFor()
    await page.waitForTimeout(400)
    await heard(page)
    const recording = await record(page, 400)
    expect(largestError(recording, mix, placeOf(recording[0], mix[0]))).toBeLessThan(1e-5)
  }, {
    before: (page) => page.addInitScript(() => {
      const resume = AudioContext.prototype.resume
      AudioContext.prototype.resume = function () {
        AudioContext.prototype.resume = resume
        void this.suspend()
        return new Promise(() => {})
      }
    }),
  }))

  test('a host without the isolation headers has no shared memory, and the same page', async () => {
    const plain = await serveApp({ folder: its.app.folder, isolated: false })
    try {
      await visit(async (page) => {
        expect(await page.evaluate(() => crossOriginIsolated)).toBe(false)
        await playing(page)
        const recording = await record(page, 500)
        expect(largestError(recording, mix, placeOf(recording[0], mix[0], 4096))).toBeLessThan(1e-5)
        await expect.poll(() => page.getByText(/^\d+ % claimed$/).count()).toBe(1)
        await expect.poll(() => page.getByRole('meter', { name: 'Input level' }).getAttribute('aria-valuetext')).toMatch(/dB$/)
      }, { url: plain.url })
    } finally {
      await plain.close()
    }
  })

  test('a browser without AudioWorklet is told so where the host forbids the stand-in', () => visit(async (page) => {
    await openSound(page, 'band.wav', music)
    await expect.poll(() => page.getByRole('alert').innerText()).toMatch(/has no AudioWorklet, and this address forbids/)
    // The question whether it may evaluate is a violation itself.
    await page.evaluate(() => { window.violations = window.violations.filter((violation) => !violation.endsWith(' eval')) })
  }, { worklet: false }))

  test('where the host allows it, a browser without AudioWorklet plays through the polyfill and says what that costs', async () => {
    const assets = serveAssets(its.app.folder)
    const server = createServer((incoming, outgoing) => void (async () => {
      const response = await assets(new Request(`http://127.0.0.1${incoming.url}`))
      const headers = Object.fromEntries(response.headers)
      delete headers['content-security-policy']
      outgoing.writeHead(response.status, headers).end(new Uint8Array(await response.arrayBuffer()))
    })())
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    try {
      await visit(async (page) => {
        await openSound(page, 'band.wav', music)
        await page.getByText('This browser has no AudioWorklet.').waitFor()
        await page.getByRole('button', { name: 'Pause' }).waitFor()
        const output = page.getByRole('meter', { name: 'Output level' })
        await expect.poll(() => output.getAttribute('aria-valuetext'), { timeout: 10_000 }).toMatch(/^−?\d+\.\d dB$/)
        await settings(page)
        await page.getByRole('textbox', { name: 'Level, exact value' }).fill('-24')
        await page.keyboard.press('Enter')
        await expect.poll(async () => Number(await output.getAttribute('aria-valuenow')), { timeout: 10_000 }).toBeLessThan(-24)
        expect(Number(await output.getAttribute('aria-valuenow'))).toBeGreaterThan(-50)
      }, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, worklet: false })
    } finally {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    }
  })
})

declare global {
  interface Window { wishes: MediaStreamConstraints[]; tracks: MediaStreamTrack[] }
}
