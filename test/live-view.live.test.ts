// The calm screen in real Chromium, with the shipped preset for speech: a voice made by code in a noise made by code is cleaned
// in the sound and on the screen, and what goes wrong with devices is said, survived and mended.

import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { readPreset } from '../presets/preset.ts'
import { waveFile } from './band.ts'
import { appFolder, because, noChromium } from './browser.ts'
import { heard } from './page-app.ts'
import type { PageApp } from './page-app.ts'
import { figure, peak, record, siSdr, stories } from './page-stories.ts'
import { madeRoom, madeVoice } from './voice.ts'

const RATE = 44_100
const SECONDS = 6
const voice = madeVoice(SECONDS * RATE, RATE)
const mix = madeRoom(SECONDS * RATE, 9, 0.12).map((x, i) => x + voice[i]!)

/** The shipped preset in place of the band's, and the mix at the microphone. */
async function furnish({ folder }: PageApp): Promise<void> {
  await writeFile(join(folder, 'presets/speech.preset'), await readFile(join(appFolder, 'presets/speech.preset')))
  await writeFile(join(folder, 'presets/index.json'), JSON.stringify(['field.preset', 'speech.preset']))
  await writeFile(join(folder, 'microphone.wav'), waveFile([mix], RATE))
}

const open = async (page: Page): Promise<void> => {
  await page.getByRole('button', { name: /^Clean a microphone/ }).click()
  await page.getByRole('button', { name: 'Stop the microphone' }).waitFor()
}
const sendTo = (page: Page, label: string): Promise<string[]> => page.getByRole('combobox', { name: 'Output' }).selectOption({ label })
const pressed = (page: Page, name: string | RegExp): Promise<string | null> => page.getByRole('button', { name }).getAttribute('aria-pressed')

/** Where in the looped mix a recording begins: there it is most like it, however loud. */
function placeOf(recording: Float32Array): number {
  const window = 1500
  let [best, place] = [-Infinity, -1]
  for (let at = 0; at < mix.length; at++) {
    let both = 0, own = 0
    for (let i = 0; i < window; i += 3) {
      const y = mix[(at + i) % mix.length]!
      both += recording[i]! * y
      own += y * y
    }
    if (both / Math.sqrt(own) > best) { best = both / Math.sqrt(own); place = at }
  }
  return place
}

/** A microphone that the test turns: a tone, or a sound of 16 bits, at a level; outputs that it names; what the page made of them. */
const turned = (page: Page): Promise<unknown> => page.addInitScript(() => {
  const state: Window['bench'] = (window.bench = { level: 0.1, opened: 0, tracks: [], present: true, sinks: [], refuse: '', outputs: [], rate: 0, sound: null })
  const list = (): MediaDeviceInfo[] => [
    ...(state.present ? [{ kind: 'audioinput', deviceId: 'desk', label: 'Desk microphone', groupId: '' }] : []),
    ...state.outputs.map((label) => ({ kind: 'audiooutput', deviceId: label.toLowerCase(), label, groupId: '' })),
  ] as unknown as MediaDeviceInfo[]
  navigator.mediaDevices.enumerateDevices = async () => list()
  navigator.mediaDevices.getUserMedia = async () => {
    if (!state.present) throw new DOMException('none', 'NotFoundError')
    state.opened++
    const context = new AudioContext()
    const [gain, target] = [new GainNode(context, { gain: state.level }), new MediaStreamAudioDestinationNode(context, { channelCount: 1 })]
    let source: AudioScheduledSourceNode = new OscillatorNode(context, { type: 'sawtooth', frequency: 180 })
    if (state.sound) {
      const pcm = new Int16Array(Uint8Array.from(atob(state.sound), (c) => c.charCodeAt(0)).buffer)
      const buffer = new AudioBuffer({ length: pcm.length, sampleRate: 44_100 })
      buffer.copyToChannel(Float32Array.from(pcm, (x) => x / 32_768), 0)
      source = new AudioBufferSourceNode(context, { buffer, loop: true })
    }
    source.connect(gain).connect(target)
    source.start()
    const turn = (): void => {
      if (Math.abs(gain.gain.value - state.level) > 1e-9) gain.gain.value = state.level
      requestAnimationFrame(turn)
    }
    turn()
    const track = target.stream.getAudioTracks()[0]!
    Object.defineProperty(track, 'label', { value: 'Desk microphone' })
    const settings = track.getSettings.bind(track)
    track.getSettings = () => ({ ...settings(), deviceId: 'desk', echoCancellation: true, noiseSuppression: false, autoGainControl: false })
    state.tracks.push(track)
    return target.stream
  }
  Object.assign(AudioContext.prototype, { async setSinkId(id: string) {
    if (id === state.refuse) throw new DOMException('it is in use', 'NotAllowedError')
    state.sinks.push(id)
  } })
})
const pcmOf = (samples: Float32Array): string => Buffer.from(Int16Array.from(samples, (x) => 32_767 * x).buffer).toString('base64')
const announce = (page: Page): Promise<boolean> => page.evaluate(() => navigator.mediaDevices.dispatchEvent(new Event('devicechange')))

declare global {
  interface Window {
    bench: { level: number; opened: number; tracks: MediaStreamTrack[]; present: boolean; sinks: string[]; refuse: string; outputs: string[]; rate: number; sound: string | null }
  }
}

describe.skipIf(noChromium)(because('the calm screen', noChromium), () => {
  const { visit } = stories(furnish)

  test('a voice is cleaned: in the sound, by more than 3 dB, and on the screen, where below only it is left', () => visit(async (page) => {
    await open(page)
    await expect.poll(() => page.locator('.live-side').innerText()).toContain('echo cancellation, noise suppression and gain control are off.')
    expect(peak(await record(page, 300))).toBe(0) // nothing goes anywhere yet
    await page.keyboard.press('a') // the original
    await sendTo(page, 'System’s output')
    await expect.poll(async () => peak(await record(page, 100))).toBeGreaterThan(0.05)
    const original = await record(page, 300)
    let place = (placeOf(original[0]) + original[0].length) % mix.length
    await page.keyboard.press(' ')
    await expect.poll(() => pressed(page, 'B, cleaned')).toBe('true')
    for (let settled = 0; settled < RATE;) {
      const { length } = (await record(page, 200))[0]
      settled += length
      place += length
    }
    const cleaned = await record(page, 3000)
    const before = siSdr([mix, mix], [voice, voice], 0)
    expect(siSdr(cleaned, [voice, voice], place % mix.length)).toBeGreaterThan(before + 3)

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
    await expect.poll(() => dial.getAttribute('aria-valuetext')).toBe('6 dB')
    await expect.poll(() => page.evaluate(() => window.nodes.at(-1)!.parameters.get('reduction')!.value)).toBeCloseTo(6, 3)
    await page.keyboard.press('Control+z')
    await expect.poll(turnedTo).toBe(first) // keys that follow each other are one step
    await page.keyboard.press('i')
    await expect.poll(() => page.getByRole('switch', { name: 'Hear what goes' }).getAttribute('aria-checked')).toBe('true')
    await page.keyboard.press('i')
    await page.keyboard.press(' ')
    await expect.poll(() => pressed(page, 'A, original')).toBe('true')

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
    await page.getByRole('button', { name: 'Learn noise' }).click()
    await page.getByText(/^Stay quiet, \d\.\d s to go$/).waitFor()
    await expect.poll(listen).toBe(1)
    await page.getByText('Heard 3 s of this room').waitFor()
    await expect.poll(listen).toBe(0)
    await page.getByRole('switch', { name: 'Hold the noise' }).click()
    await expect.poll(() => page.evaluate(() => window.nodes.at(-1)!.parameters.get('hold')!.value)).toBe(1)
    await page.getByRole('button', { name: 'Learn noise' }).click()
    await page.getByRole('button', { name: 'Stop learning the noise' }).click()
    await page.getByText('Stay quiet for 3 seconds').waitFor()
    await expect.poll(listen).toBe(0)
  }))

  test('a voice is learned from reading, kept over a reload, renamed, saved, forgotten', () => visit(async (page) => {
    const reading = pcmOf(voice.map((x, i) => x + 0.02 * mix[i]!))
    await page.evaluate((sound) => Object.assign(window.bench, { sound, level: 1 }), reading)
    await open(page)
    await page.getByRole('button', { name: 'Learn my voice', exact: true }).click()
    const panel = page.getByRole('dialog', { name: 'Learn my voice' })
    const progress = panel.getByRole('progressbar', { name: 'Voice heard' })
    await expect.poll(async () => Number(await progress.getAttribute('aria-valuenow')), { timeout: 15_000 }).toBeGreaterThan(0)
    expect(await panel.getByRole('button', { name: 'Learn from this' }).isDisabled()).toBe(true)
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

    await page.reload()
    await open(page)
    await chosen.selectOption({ label: 'My voice' })
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

  test('reading may be left: nothing is kept, and the sound goes on', () => visit(async (page) => {
    await open(page)
    await page.getByRole('button', { name: 'Learn my voice', exact: true }).click()
    await page.getByRole('dialog', { name: 'Learn my voice' }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog', { name: 'Learn my voice' }).waitFor({ state: 'detached' })
    expect(await page.getByRole('button', { name: 'Stop the microphone' }).isVisible()).toBe(true)
    expect(await page.getByRole('combobox', { name: 'Voice' }).count()).toBe(0)
  }))

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
    await page.keyboard.press('ArrowDown')
    const reduction = await page.getByRole('slider', { name: 'Reduction' }).getAttribute('aria-valuenow')
    await page.getByRole('contentinfo').getByText('44.1 kHz').waitFor()
    await page.evaluate(() => { window.bench.rate = 48_000 })
    await announce(page)
    await page.getByRole('contentinfo').getByText('48 kHz').waitFor()
    await expect.poll(() => page.getByRole('alert').innerText()).toMatch(/The system now works at 48 kHz\. Winnow follows it/)
    expect(await page.getByRole('slider', { name: 'Reduction' }).getAttribute('aria-valuenow')).toBe(reduction)
    await expect.poll(() => page.locator('.dial-measured').textContent()).toMatch(/^now/)
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
    await expect.poll(() => page.getByRole('alert').innerText()).toMatch(/What was shared has no sound\. Tick/)
    await page.getByRole('button', { name: 'Try again' }).click()
    await expect.poll(() => pressed(page, 'System')).toBe('true')
    await page.getByText(/Choose an output that is not what is listened to/).waitFor()
    expect(await page.evaluate(() => window.bench.tracks.filter(({ kind }) => kind === 'video').map(({ readyState }) => readyState))).toEqual(['ended', 'ended'])
  }, { before: turned }))
})
