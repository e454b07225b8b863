// What the tests of a live session share: the shipped preset for speech, a voice and a room made by code at the microphone, and
// a microphone and outputs that a test turns as it likes.

import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { waveFile } from './band.ts'
import { appFolder } from './browser.ts'
import type { PageApp } from './page-app.ts'
import { madeRoom, madeVoice } from './voice.ts'

export const RATE = 44_100
const SECONDS = 6
export const voice = madeVoice(SECONDS * RATE, RATE)
export const mix = madeRoom(SECONDS * RATE, 9, 0.12).map((x, i) => x + voice[i]!)

/** The shipped preset in place of the band's, and the mix at the microphone. */
export async function furnish({ folder }: PageApp): Promise<void> {
  await writeFile(join(folder, 'presets/speech.preset'), await readFile(join(appFolder, 'presets/speech.preset')))
  await writeFile(join(folder, 'presets/index.json'), JSON.stringify(['field.preset', 'speech.preset']))
  await writeFile(join(folder, 'microphone.wav'), waveFile([mix], RATE))
}

export const open = async (page: Page): Promise<void> => {
  await page.getByRole('button', { name: /^Clean a microphone/ }).click()
  await page.getByRole('button', { name: 'Stop the microphone' }).waitFor()
}
export const sendTo = (page: Page, label: string): Promise<string[]> => page.getByRole('combobox', { name: 'Output' }).selectOption({ label })
export const pressed = (page: Page, name: string | RegExp): Promise<string | null> => page.getByRole('button', { name }).getAttribute('aria-pressed')

/** A microphone that the test turns: a tone, or a sound of 16 bits, at a level; outputs that it names; what the page made of them. */
export const turned = (page: Page): Promise<unknown> => page.addInitScript(() => {
  const state: Window['bench'] = (window.bench = { level: 0.1, opened: 0, tracks: [], present: true, sinks: [], refuse: 'none', outputs: [], rate: 0, sound: null })
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
export const pcmOf = (samples: Float32Array): string => Buffer.from(Int16Array.from(samples, (x) => 32_767 * x).buffer).toString('base64')
export const announce = (page: Page): Promise<boolean> => page.evaluate(() => navigator.mediaDevices.dispatchEvent(new Event('devicechange')))

declare global {
  interface Window {
    bench: { level: number; opened: number; tracks: MediaStreamTrack[]; present: boolean; sinks: string[]; refuse: string; outputs: string[]; rate: number; sound: string | null }
  }
}
