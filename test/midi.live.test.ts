// Notes on their way out of the page in real Chromium, to ports that write down what they are told: when, to whom, and
// what is said when a port refuses, goes, or is not allowed.

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Browser, Page } from 'playwright-core'
import type { Served } from '../main/serve.ts'
import { band, waveFile } from './band.ts'
import { because, launch, noChromium, serveApp } from './browser.ts'
import { fakeMidi, midiApp } from './midi-app.ts'
import type { FakePort, Told } from './midi-app.ts'
import { heard, instrument, openSound } from './page-app.ts'
import type { PageApp } from './page-app.ts'
import { microphoneInStudio } from './page-stories.ts'

const silence = waveFile(band(4).map((channel) => channel.map(() => 0)) as ReturnType<typeof band>)
const synth: FakePort = { id: 'a', name: 'Synth' }

const button = (page: Page, name: RegExp | string) => page.locator('#corner').getByRole('button', { name })
const panel = (page: Page) => page.locator('#corner').getByRole('dialog', { name: 'MIDI out' })
const openPanel = async (page: Page): Promise<void> => { if (await panel(page).count() === 0) await button(page, /^MIDI out/).click() }
async function find(page: Page): Promise<void> {
  await openPanel(page)
  await panel(page).getByRole('button', { name: /^Look/ }).click()
}
const choose = (page: Page, name: string) => panel(page).getByRole('checkbox', { name }).check()
const told = (page: Page): Promise<Told[]> => page.evaluate(() => window.fakeMidi.told.splice(0))
/** Channel and pitch of what rings, by port. */
function ringing(messages: readonly Told[]): string[] {
  const rings = new Set<string>()
  for (const { port, bytes: [status, pitch] } of messages) {
    if (status! >> 4 === 9) rings.add(`${port} ${status! & 15} ${pitch}`)
    else if (status! >> 4 === 8) rings.delete(`${port} ${status! & 15} ${pitch}`)
  }
  return [...rings]
}
/** Played now, as whoever listens for notes would tell it. */
const play = (page: Page, ...events: { type: 'on' | 'off'; pitch: number }[]) => page.evaluate((events) => {
  const seconds = window.winnowMidi.context()!.currentTime
  window.winnowMidi.out.play(events.map((event) => (event.type === 'on' ? { ...event, type: 'on', velocity: 90, seconds } : { ...event, type: 'off', seconds })), { context: 0, lag: 0 })
}, events)

describe.skipIf(noChromium)(because('MIDI out', noChromium), () => {
  let app: PageApp
  let served: Served
  let browser: Browser
  beforeAll(async () => {
    [app, browser] = await Promise.all([midiApp(), launch()])
    served = await serveApp({ folder: app.folder })
  })
  afterAll(async () => {
    await browser?.close()
    await served?.close()
    await app?.remove()
  })

  async function visit(does: (page: Page) => Promise<void>, { ports = [synth], denied = null as string | null, sound = waveFile(band(4)) } = {}): Promise<void> {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
    const page = await context.newPage()
    const complaints: string[] = []
    page.on('pageerror', (error) => complaints.push(error.message))
    await fakeMidi(page, ports, denied)
    await instrument(page)
    await page.goto(served.url)
    await openSound(page, 'band.wav', sound)
    await page.getByRole('button', { name: 'Pause' }).waitFor()
    try {
      await does(page)
      expect(complaints).toEqual([])
      expect(await page.evaluate(() => window.violations)).toEqual([])
    } finally {
      await context.close()
    }
  }

  test('the times of messages tremble by less than a millisecond while the page is busy', { retry: 1 }, () => visit(async (page) => {
    await find(page)
    await choose(page, 'Synth')
    await page.waitForTimeout(2500) // the clock is held by now
    await told(page)
    const notes = await page.evaluate(async () => {
      const { out, context } = window.winnowMidi
      const hop = 256 / 44_100
      const played: { seconds: number }[] = []
      const busy = setInterval(() => { for (const end = performance.now() + 30; performance.now() < end;); }, 45)
      let frame = Math.ceil(context()!.currentTime / hop)
      const end = performance.now() + 6000
      while (performance.now() < end) {
        await new Promise((resolve) => setTimeout(resolve, 1))
        for (; frame * hop < context()!.currentTime; frame++) {
          const [seconds, pitch] = [frame * hop, 40 + frame % 40]
          if (frame % 4 === 0) out.play([{ type: 'on', pitch, velocity: 80, seconds }], { context: 0, lag: 0 })
          if (frame % 4 === 0) played.push({ seconds })
          if (frame % 4 === 2) out.play([{ type: 'off', pitch: pitch - 2, seconds }], { context: 0, lag: 0 })
        }
      }
      clearInterval(busy)
      return played
    })
    const ons = (await told(page)).filter(({ bytes }) => bytes[0] === 0x90)
    expect(ons.length).toBe(notes.length)
    expect(ons.length).toBeGreaterThan(150)
    const off = ons.map(({ at }, i) => at - 1000 * notes[i]!.seconds)
    const mean = off.reduce((sum, x) => sum + x, 0) / off.length
    const deviation = Math.sqrt(off.reduce((sum, x) => sum + (x - mean) ** 2, 0) / off.length)
    expect(deviation).toBeLessThan(1)
  }))

  test('a port that goes in the middle of a note ends it when it is back, and plays on', () => visit(async (page) => {
    await find(page)
    await choose(page, 'Synth')
    await expect.poll(() => page.evaluate(() => window.fakeMidi.told.length)).toBe(6) // the range of bends
    await play(page, { type: 'on', pitch: 60 }, { type: 'on', pitch: 64 })
    expect(ringing(await told(page))).toEqual(['a 0 60', 'a 0 64'])
    await page.evaluate(() => window.fakeMidi.unplug('a'))
    await panel(page).getByText('unplugged').waitFor()
    await button(page, 'MIDI out: Synth, not connected').waitFor()
    await play(page, { type: 'off', pitch: 60 }, { type: 'on', pitch: 67 })
    expect(await told(page)).toEqual([])
    await page.evaluate(() => window.fakeMidi.plug({ id: 'a', name: 'Synth' }))
    await expect.poll(() => page.evaluate(() => window.fakeMidi.told.length)).toBeGreaterThan(8)
    const messages = await told(page)
    expect(messages.slice(0, 2).map(({ bytes }) => [...bytes].slice(0, 2)).sort()).toEqual([[0x80, 60], [0x80, 64]])
    expect(messages.some(({ bytes }) => bytes[0] === 0xb0 && bytes[1] === 123)).toBe(true)
    await play(page, { type: 'on', pitch: 72 })
    expect(ringing(await told(page))).toEqual(['a 0 72'])
    await button(page, 'MIDI out: Synth').waitFor()
  }))

  test('whatever ends the sound ends the notes: pause, another preset, the page that goes, a port no longer chosen; panic ends all', () => visit(async (page) => {
    await find(page)
    await choose(page, 'Synth')
    await expect.poll(() => page.evaluate(() => window.fakeMidi.told.length)).toBeGreaterThan(0)
    const ends = async (what: string, does: () => Promise<unknown>): Promise<void> => {
      await page.waitForTimeout(60)
      await told(page)
      await play(page, { type: 'on', pitch: 60 }, { type: 'on', pitch: 64 })
      const before = await told(page)
      expect(ringing(before), what).toEqual(['a 0 60', 'a 0 64'])
      await does()
      await expect.poll(async () => { before.push(...await told(page)); return ringing(before) }, { message: what }).toEqual([])
      const times = before.map(({ at }) => at)
      expect(times, `${what}: nothing overtakes`).toEqual([...times].sort((a, b) => a - b))
      expect(await page.evaluate(() => window.winnowMidi.midi.sounding.value), what).toBe(0)
    }
    await ends('panic', () => panel(page).getByRole('button', { name: 'Panic' }).click())
    await ends('the page that goes', () => page.evaluate(() => { dispatchEvent(new PageTransitionEvent('pagehide')) }))
    await ends('a port no longer chosen', () => panel(page).getByRole('checkbox', { name: 'Synth' }).uncheck())
    await choose(page, 'Synth')
    await ends('another channel', () => panel(page).getByRole('combobox', { name: 'MIDI channel' }).selectOption('4'))
    await page.keyboard.press('Control+z')
    await expect.poll(() => panel(page).getByRole('combobox', { name: 'MIDI channel' }).inputValue()).toBe('0')
    await ends('another preset', async () => {
      await page.getByRole('combobox', { name: 'Preset' }).selectOption('sharp-band.preset')
      await expect.poll(() => page.evaluate(() => window.winnowMidi.state.preset.value!.name)).toMatch(/sharp/)
    })
    await ends('pause', () => page.getByRole('button', { name: 'Pause' }).click())

    // What a worker says late of what was heard before the pause begins nothing.
    await play(page, { type: 'on', pitch: 70 })
    await page.getByRole('button', { name: 'Play', exact: true }).click()
    await page.evaluate(() => window.winnowMidi.out.play([{ type: 'on', pitch: 71, velocity: 80, seconds: window.winnowMidi.context()!.currentTime - 0.5 }], { context: 0, lag: 0 }))
    expect(ringing(await told(page))).toEqual([])
  }))

  test('what was played last is there as notes, with the time since the sound was started', () => visit(async (page) => {
    const take = await page.evaluate(async () => {
      const { out, context } = window.winnowMidi
      const start = context()!.currentTime
      out.play([{ type: 'on', pitch: 60, velocity: 77, seconds: start + 0.5 }, { type: 'bend', pitch: 60, cents: 20, seconds: start + 0.7 }, { type: 'off', pitch: 60, seconds: start + 1 }, { type: 'on', pitch: 62, velocity: 5, seconds: start + 1 }], { context: 0, lag: 0.06 })
      out.silence()
      return { notes: out.lastTake()!.notes(), start: start - out.lastTake()!.start }
    })
    const [first, second] = take.notes
    expect(first!.onset).toBeCloseTo(take.start + 0.44, 6)
    expect(first!.offset - first!.onset).toBeCloseTo(0.5, 6)
    expect([first!.velocity, first!.bends!.map(({ cents }) => cents), second!.pitch]).toEqual([77, [20], 62])
  }))

  test('not allowed: one sentence, and another try', () => visit(async (page) => {
    await find(page)
    await panel(page).getByRole('alert').getByText('Winnow was not allowed to use MIDI. Allow it in the browser’s address bar').waitFor()
    await page.evaluate(() => { window.fakeMidi.denied = 'NotSupportedError' })
    await find(page)
    await panel(page).getByRole('alert').getByText('This system gives out no MIDI ports').waitFor()
    await page.evaluate(() => { window.fakeMidi.denied = null })
    await find(page)
    await panel(page).getByRole('checkbox', { name: 'Synth' }).waitFor()
    expect(await panel(page).getByRole('alert').count()).toBe(0)
    expect(await page.evaluate(() => window.fakeMidi.asked)).toEqual(Array(3).fill({ sysex: false }))
  }, { denied: 'SecurityError' }))

  test('no ports, ports of one name, a port that another program has, one that takes no notes, one that comes later', () => visit(async (page) => {
    await find(page)
    const names = () => panel(page).getByRole('list', { name: 'MIDI ports' }).locator('.midi-port').allInnerTexts()
    expect(await names()).toEqual(['Twin (1)', 'Twin (2)', 'Twin, Maker', 'MIDI port', 'Control', 'Busy'])
    await choose(page, 'Busy')
    await panel(page).getByText('It could not be opened: another program has it.').waitFor()
    await choose(page, 'Control')
    await panel(page).getByText('It took no notes: only system exclusive messages are taken.').waitFor()
    await choose(page, 'Twin (2)')
    await expect.poll(() => page.evaluate(() => window.fakeMidi.told.length)).toBeGreaterThan(0)
    await play(page, { type: 'on', pitch: 60 })
    expect(ringing(await told(page))).toEqual(['t2 0 60'])
    await page.evaluate(() => window.fakeMidi.plug({ id: 'new', name: 'New' }))
    await panel(page).getByRole('checkbox', { name: 'New' }).waitFor()
    expect(await button(page, /^MIDI out/).getAttribute('aria-label')).toBe('MIDI out: 3 ports, not connected')
  }, { ports: [
    { id: 't1', name: 'Twin' }, { id: 't2', name: 'Twin' }, { id: 't3', name: 'Twin', manufacturer: 'Maker' }, { id: 'n', name: '' }, { id: 'x', name: 'Control', refuses: true }, { id: 'b', name: 'Busy', taken: true },
  ] }))

  test('the virtual port: bytes and times go to the machine in one piece; what it answers is said', () => visit(async (page) => {
    await page.evaluate(() => {
      const calls: unknown[] = []
      Object.assign(window, { calls, winnowHost: { platform: 'linux', midi: {
        open: async () => { calls.push('open') }, close: async () => { calls.push('close') },
        send: async (messages: readonly { bytes: readonly number[]; at: number }[], now: number) => {
          calls.push(messages.map(({ bytes, at }) => [...bytes.slice(0, 2), at >= now - 1]))
          if (messages.some(({ bytes }) => bytes[1] === 99)) throw new Error('the virtual port failed')
        },
      } } })
    })
    const calls = () => page.evaluate(() => (window as unknown as { calls: unknown[] }).calls.splice(0))
    await openPanel(page) // nobody has to be asked here
    await choose(page, 'Winnow (virtual port)')
    await expect.poll(calls).toEqual(['open', [101, 100, 6, 38, 101, 100].map((controller) => [0xb0, controller, true])])
    await play(page, { type: 'on', pitch: 60 }, { type: 'on', pitch: 64 })
    expect(await calls()).toEqual([[[0x90, 60, true], [0x90, 64, true]]])
    await play(page, { type: 'on', pitch: 99 })
    await panel(page).getByText('It took no notes: the virtual port failed.').waitFor()
    await calls()
    await panel(page).getByRole('checkbox', { name: 'Winnow (virtual port)' }).uncheck()
    await expect.poll(async () => JSON.stringify(await calls())).toMatch(/close/)
  }))

  test('the synthesiser plays them under the page’s policy, at its own level, and falls silent', () => visit(async (page) => {
    const peak = async (milliseconds: number): Promise<number> => {
      await heard(page)
      await page.waitForTimeout(milliseconds)
      return Math.max(...(await heard(page)).flatMap((channel) => [channel.reduce((most, x) => Math.max(most, Math.abs(x)), 0)]))
    }
    await openPanel(page)
    await panel(page).getByRole('switch', { name: 'Hear the notes' }).click()
    await panel(page).getByRole('slider', { name: 'Level of the notes' }).waitFor()
    let loud = 0
    await expect.poll(async () => { await play(page, { type: 'on', pitch: 60 }, { type: 'on', pitch: 64 }); return (loud = await peak(250)) }, { timeout: 15_000 }).toBeGreaterThan(0.02)
    await page.evaluate(() => { window.winnowMidi.midi.level.value = -40 })
    await page.waitForTimeout(150)
    await play(page, { type: 'on', pitch: 60 }, { type: 'on', pitch: 64 })
    expect(await peak(250)).toBeLessThan(loud / 8)
    await page.evaluate(() => { window.winnowMidi.midi.level.value = -12 })
    await play(page, { type: 'off', pitch: 60 }, { type: 'off', pitch: 64 })
    await page.waitForTimeout(900)
    expect(await peak(200)).toBeLessThan(loud / 20)
    await panel(page).getByRole('switch', { name: 'Hear the notes' }).click()
    expect(await page.evaluate(() => window.winnowMidi.context()!.state)).toBe('running')
    await panel(page).getByRole('switch', { name: 'Hear the notes' }).click()
    await expect.poll(async () => { await play(page, { type: 'on', pitch: 60 }); return peak(250) }, { timeout: 15_000 }).toBeGreaterThan(0.02)
    await page.getByRole('button', { name: 'Pause' }).click()
    expect(await panel(page).getByRole('alert').count()).toBe(0)
  }, { sound: silence }))

  test('from the microphone to the port: a tune comes out as its notes, and ends with the microphone', async () => {
    const BEAT = 0.42
    const tune = [74, 77, 76, 72, 74, 69, 71, null, 74, 76, 77, 81, 79, 76, 74, null] // band.ts: every eighth beat rests
    const seconds = tune.length * BEAT
    const file = join(app.folder, 'tune.wav')
    await writeFile(file, waveFile(band(seconds, 'trumpet')))
    const listening = await launch({ fakeMicrophone: file })
    try {
      const page = await listening.newPage({ viewport: { width: 1440, height: 900 } })
      await fakeMidi(page, [synth])
      await page.goto(served.url)
      await microphoneInStudio(page)
      await page.getByRole('combobox', { name: 'Preset' }).selectOption('band.preset')
      await page.getByRole('button', { name: 'Notes', exact: true }).click()
      await find(page)
      await choose(page, 'Synth')
      await page.waitForTimeout(3000)
      await told(page)
      await page.waitForTimeout(1000 * seconds)
      const messages = await told(page)
      const ons = messages.filter(({ bytes }) => bytes[0] === 0x90)
      const notes = tune.flatMap((pitch, beat) => (pitch === null ? [] : [{ pitch, onset: beat * BEAT }]))
      // The microphone begins anywhere in the file, which it plays over and over.
      const hits = (start: number): number => notes.filter(({ pitch, onset }) =>
        ons.some(({ at, bytes }) => bytes[1] === pitch && Math.abs((at / 1000 + start - onset + seconds / 2 + 100 * seconds) % seconds - seconds / 2) < 0.05)).length
      const right = Math.max(...Array.from({ length: Math.floor(seconds / 0.01) }, (_, i) => hits(i * 0.01)))
      const f = 2 * right / (notes.length + ons.length)
      expect(f, `${right} of ${notes.length} notes, ${ons.length} told`).toBeGreaterThan(0.7)
      await page.getByRole('button', { name: 'Stop the microphone' }).click()
      await expect.poll(async () => { messages.push(...await told(page)); return ringing(messages) }).toEqual([])
    } finally {
      await listening.close()
    }
  })
})
