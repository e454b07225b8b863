// The parts of the calm screen and of its devices that need no browser: what is sent on, who speaks, what is wrong with an
// input, where the dial stands, what is said of the browser's own cleaning.

import { describe, expect, test } from 'vitest'
import { Frame } from '../worklet/frame.ts'
import { Mixer } from '../worklet/mixer.ts'
import { constantAutomation, initialSettings } from '../worklet/parameters.ts'
import type { Selection } from '../worklet/selection.ts'
import { cleaningText, createWatching, devices, notices } from '../renderer/devices/state.ts'
import { cleaningOf, listDevices, whyNoSystemSound } from '../renderer/feeds-live.ts'
import { fromTurn, toTurn, turnAt } from '../renderer/live/dial.tsx'
import { READING } from '../renderer/live/reading-text.ts'
import { levelsOf, sendOn } from '../renderer/live/sent.ts'
import { STEP, Speaking } from '../renderer/live/speaking.ts'
import { readRemembered } from '../renderer/remembered.ts'
import { lagging } from '../renderer/separation.ts'
import { state } from '../renderer/state.ts'
import { readPreset } from '../presets/preset.ts'
import { bandPreset } from './band.ts'
import { madeRoom, madeVoice } from './voice.ts'

const RATE = 48_000

describe('what is sent on', () => {
  const selections: Selection[] = [
    { mask: 'soft', sources: [{ name: 'a' }, { name: 'b', gain: -6 }] },
    { mask: 'soft', sources: [{ name: 'a', mute: true }, { name: 'b', gain: 4 }] },
    { mask: 'soft', sources: [{ name: 'a', solo: true }, { name: 'b', gain: -120 }] },
  ]
  const turned = [{ reduction: 18 }, { reduction: 80 }, { reduction: 12, wet: 0.4 }, { reduction: 30, bypass: 1 }].map((each) => ({ ...initialSettings(), ...each }))

  test('each source and the rest go on at the level that the mixer gives them', () => {
    for (const selection of selections) for (const settings of turned) {
      const levels = levelsOf(selection, settings)
      for (let stem = 0; stem < 3; stem++) {
        const mixer = new Mixer({ sampleRate: RATE, channels: 1, selection })
        const stems = Array.from({ length: 3 }, (_, k) => [new Float32Array(2048).fill(k === stem ? 1 : 0)])
        const mix = [new Float32Array(2048)]
        mixer.process(stems, mix, 2048, constantAutomation(settings))
        expect(stem < 2 ? levels.sources[stem] : levels.rest).toBeCloseTo(mix[0]![2047]!, 6)
      }
    }
  })

  test('a frame keeps what is left of each bin, and whose it is; the energies add up', () => {
    const layout = { channels: 1, bins: 4, sources: 2, atoms: 1 } as const
    const [frame, sent] = [new Frame(layout), new Frame(layout)]
    frame.magnitude.set([1, 2, 0.5, 1])
    frame.masks.set([1, 0.5, 0, 0.25, 0, 0.5, 0, 0.25])
    const power = { heard: 0, sent: 0 }
    sendOn(frame, { sources: [1, 0.5], rest: 0.1 }, sent, power)
    expect([...sent.magnitude]).toEqual([1, 1.5, 0.05, 0.425].map(Math.fround))
    expect([...sent.masks].map((x) => Math.round(1000 * x))).toEqual([1000, 667, 0, 588, 0, 333, 0, 294])
    expect(power.heard).toBeCloseTo(1 + 4 + 0.25 + 1, 6)
    expect(power.sent).toBeCloseTo(1 + 2.25 + 0.0025 + 0.180625, 6)
    sendOn(frame, { sources: [0, 0], rest: 0 }, sent, power)
    expect([...sent.magnitude, ...sent.masks].every((x) => x === 0)).toBe(true)
  })
})

describe('who speaks', () => {
  const heardOf = (samples: Float32Array, share: number | null = null, chunk = 512): Speaking => {
    const speaking = new Speaking(RATE, 1)
    for (let at = 0; at < samples.length; at += chunk) speaking.hear([samples.subarray(at, at + chunk)], share, 60)
    return speaking
  }
  const seconds = 8
  const quiet = madeRoom(seconds * RATE, 9, 0.004)
  const voice = madeVoice(seconds * RATE, RATE)
  const both = voice.map((x, i) => x + quiet[i]!)

  test('a voice in a quiet room is most of its time, and the room alone none of it', () => {
    const speaking = heardOf(both)
    expect(speaking.seconds).toBeGreaterThan(0.75 * seconds)
    expect(heardOf(quiet).seconds).toBeLessThan(0.5)
    expect(heardOf(new Float32Array(RATE)).seconds).toBe(0)
  })
  test('what sounds and is not explained by the voice’s spectra does not count', () => {
    expect(heardOf(both, 0.02).seconds).toBe(0)
    expect([heardOf(both).noisy, heardOf(madeRoom(3 * RATE, 9, 0.2)).noisy]).toEqual([false, true])
    expect(heardOf(both, 0.6).seconds).toBe(heardOf(both).seconds)
  })
  test('what is kept are the very samples, in their order, however they came', () => {
    const [a, b] = [heardOf(both).recording(), heardOf(both, null, 131).recording()]
    expect(a[0]!.length).toBe(Math.round(heardOf(both).seconds / STEP) * Math.round(STEP * RATE))
    expect(b).toEqual(a)
    const step = Math.round(STEP * RATE)
    const first = a[0]!.subarray(0, step)
    const at = Array.from({ length: Math.floor(both.length / step) }, (_, i) => i * step).find((i) => first.every((x, k) => x === both[i + k]))
    expect(at).toBeDefined()
  })
  test('no more than was asked for, and the silence since is told', () => {
    const speaking = new Speaking(RATE, 1)
    speaking.hear([both], null, 2)
    expect(speaking.seconds).toBe(2)
    const after = heardOf(Float32Array.from([...both.subarray(0, 3 * RATE), ...quiet.subarray(0, 3 * RATE)]))
    expect(after.quiet).toBeGreaterThan(2)
    expect(heardOf(both).quiet).toBeLessThan(1)
  })
  test('a fan that is switched on counts for a moment only', () => {
    const fan = Float32Array.from([...quiet.subarray(0, 2 * RATE), ...madeRoom(20 * RATE, 4, 0.03)])
    expect(heardOf(fan).seconds).toBeLessThan(8)
  })
  test('the text lasts about a minute', () => {
    const words = READING.join(' ').split(/\s+/).length
    expect(words).toBeGreaterThan(140)
    expect(words).toBeLessThan(190)
  })
})

describe('what is wrong with an input', () => {
  const FRAME = 0.008
  const play = (peaks: readonly (readonly [peak: number, seconds: number])[]): { silent: boolean; clipping: boolean }[] => {
    const watching = createWatching()
    let now = 0
    return peaks.map(([peak, seconds]) => {
      let last = { silent: false, clipping: false }
      for (const end = now + seconds; now < end; now += FRAME) last = { ...watching.hear(peak, now) }
      return last
    })
  }
  test('digital silence of three seconds, until anything is heard', () => {
    expect(play([[0, 2.9], [0, 0.3], [0.001, 0.05], [0, 2.9]]).map(({ silent }) => silent)).toEqual([false, true, false, false])
    expect(play([[2e-4, 30]])[0]!.silent).toBe(false)
  })
  test('peaks that are cut off, not a single one, and no longer than they last', () => {
    expect(play([[1, FRAME / 2], [0.5, 3]]).map(({ clipping }) => clipping)).toEqual([false, false])
    expect(play([[1, 0.1], [0.5, 3], [0.5, 2]]).map(({ clipping }) => clipping)).toEqual([true, true, false])
    expect(play([[0.99, 10]])[0]!.clipping).toBe(false)
  })
  test('it is said of a microphone that runs, each in one sentence with what to do', () => {
    const input = { kind: 'microphone', from: 'microphone', name: 'Studio', deviceId: 'x', channels: 1, lost: false, cleaning: cleaningOf({}) } as const
    const said = (): string[] => notices.value.map(({ what }) => what)
    state.input.value = input
    state.playing.value = true
    devices.silent.value = devices.clipping.value = true
    expect(said()).toEqual(['“Studio” delivers nothing but digital silence.', '“Studio” is too loud: its peaks are cut off.'])
    devices.muted.value = true
    expect(said()[0]).toBe('“Studio” is held back by a switch or by the system.')
    devices.muted.value = false
    state.input.value = { ...input, from: 'system' }
    expect(said()).toEqual(['“Studio” is too loud: its peaks are cut off.']) // a machine may play nothing
    state.input.value = { ...input, lost: true }
    expect(said()).toEqual([])
    state.input.value = { kind: 'none' }
    state.playing.value = devices.silent.value = devices.clipping.value = false
  })
})

test('what the browser does to an input is told as it reports it', () => {
  expect(cleaningText(cleaningOf({ echoCancellation: false, noiseSuppression: false, autoGainControl: false }))).toEqual({
    off: true, text: 'The browser’s own echo cancellation, noise suppression and gain control are off.' })
  const kept = cleaningText(cleaningOf({ echoCancellation: true, noiseSuppression: false, autoGainControl: true }))
  expect(kept.off).toBe(false)
  expect(kept.text).toMatch(/^The browser keeps its echo cancellation and gain control on/)
  expect(cleaningText(cleaningOf({ echoCancellation: false })).text).toMatch(/switch off its noise suppression, gain control; it does not say/)
  expect(cleaningOf({ echoCancellation: 'remote-only' } as unknown as MediaTrackSettings).echoCancellation).toBe(true)
})

test('what the machine plays: where it cannot be had, the reason and what to do instead', () => {
  const able = { getDisplayMedia() {} } as unknown as MediaDevices
  expect(whyNoSystemSound('linux', able)).toMatch(/pactl load-module module-remap-source.*choose it among the microphones/)
  for (const platform of ['browser', 'win32', 'darwin']) expect(whyNoSystemSound(platform, able)).toBe(null)
  expect(whyNoSystemSound('browser', {} as MediaDevices)).toMatch(/Chrome or Edge/)
})

test('devices are listed by name, and nameless ones by number; the system’s choice stands for itself', async () => {
  const device = (kind: string, deviceId: string, label: string): object => ({ kind, deviceId, label })
  const before = Object.getOwnPropertyDescriptor(globalThis, 'navigator')
  Object.defineProperty(globalThis, 'navigator', { configurable: true, value: { mediaDevices: { enumerateDevices: async () => [
    device('audioinput', 'default', 'Default - Desk'), device('audioinput', 'communications', 'Communications - Desk'), device('audioinput', 'd', ''),
    device('videoinput', 'v', 'Camera'), device('audiooutput', 'default', 'Default - Phones'), device('audiooutput', 'c', 'Cable'), device('audiooutput', '', ''),
  ] } } })
  try {
    expect(await listDevices()).toEqual({
      inputs: [{ deviceId: 'default', label: 'Default - Desk' }, { deviceId: 'd', label: 'Microphone 2' }], outputs: [{ deviceId: 'c', label: 'Cable' }] })
  } finally {
    if (before) Object.defineProperty(globalThis, 'navigator', before)
  }
})

describe('the dial', () => {
  test('goes from nothing to all and back, and every decibel has its place', () => {
    expect([toTurn(0), toTurn(80), fromTurn(0), fromTurn(1)]).toEqual([0, 1, 0, 80])
    for (let dB = 0; dB < 80; dB += 0.7) {
      expect(fromTurn(toTurn(dB))).toBeCloseTo(dB, 9)
      expect(toTurn(dB + 0.7)).toBeGreaterThan(toTurn(dB))
    }
  })
  test('stands under the pointer, and at the nearer end in its opening', () => {
    expect(turnAt(124, 10)).toBeCloseTo(0.5, 6) // straight up
    expect(turnAt(110, 220)).toBe(0)
    expect(turnAt(138, 220)).toBe(1)
    expect(turnAt(20, 116)).toBeLessThan(turnAt(60, 40))
  })
})

test('what is remembered is read as it was written, and anything else is nothing', () => {
  const nothing = { microphone: null, latency: null, voice: null }
  for (const text of [null, '', '{', 'null', '[]', '7', '{"latency":"soon","microphone":3,"voice":"x"}', '{"voice":1.5,"microphone":""}']) expect(readRemembered(text), String(text)).toEqual(nothing)
  const all = { microphone: 'desk', latency: 'low', voice: 3 } as const
  expect(readRemembered(JSON.stringify(all))).toEqual(all)
})

test('a preset lags as asked, the same object for the same question', () => {
  const preset = readPreset(bandPreset(), 'band')
  expect(lagging(preset, null)).toBe(preset)
  const low = lagging(preset, 'low')
  expect(lagging(preset, 'low')).toBe(low)
  expect(low.dictionary.tailSize / low.dictionary.sampleRate).toBeCloseTo(0.008, 3)
  expect(low.dictionary.spectra).toBe(preset.dictionary.spectra)
})
