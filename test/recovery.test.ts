// What happens to the noise model of `speech` when the room changes: a fan, a slam, a microphone that is off for a while, nobody
// speaking for a minute. Statements in decibels about sounds made by code; the preset plays as it is shipped, but for its head,
// which judges what the noise model found and has learned from people: one of its own test at the end.

import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { readPreset } from '../presets/preset.ts'
import { constantAutomation, initialSettings, type Settings } from '../worklet/parameters.ts'
import { wholeDictionary } from '../worklet/selection.ts'
import { Separator } from '../worklet/separator.ts'
import { plainKernel } from './kernels.ts'
import { noise, rumble, voice } from './signals.ts'

const RATE = 16000
const preset = readPreset(new Uint8Array(readFileSync(new URL('../presets/speech.preset', import.meta.url))), 'speech')
const energy = (x: Float32Array): number => x.reduce((sum, v) => sum + v * v, 0)
const dB = (x: Float32Array, than: Float32Array): number => 10 * Math.log10(energy(x) / energy(than))
const seconds = (x: Float32Array, from: number, to: number): Float32Array => x.subarray(Math.round(from * RATE), Math.round(to * RATE))
const plus = (...sounds: Float32Array[]): Float32Array => sounds[0]!.map((_, i) => sounds.reduce((sum, x) => sum + x[i]!, 0))
const times = (x: Float32Array, gain: number): Float32Array => x.map((v) => gain * v)
const from = (x: Float32Array, second: number, to = Infinity): Float32Array => x.map((v, i) => (i >= second * RATE && i < to * RATE ? v : 0))

/** The voice that is found in a sound, beside it; settings may change at a second. */
function cleaned(x: Float32Array, turns: readonly (readonly [number, Partial<Settings>])[] = [], learned = 0): Float32Array {
  const { dictionary, selection, settings, head = null } = preset
  const separator = new Separator({
    module: plainKernel, dictionary, selection: selection ?? wholeDictionary(['voice']), head, sampleRate: RATE, channels: 1, mode: 'direct',
  })
  const late = separator.latencySamples
  const input = new Float32Array(x.length + late)
  input.set(x)
  const stems = [[new Float32Array(input.length)], [new Float32Array(input.length)]]
  const values = { ...initialSettings(), ...settings, learned }
  for (let at = 0; at < input.length; at += 128) {
    for (const [second, change] of turns) if (at >= second * RATE) Object.assign(values, change)
    const to = Math.min(input.length, at + 128)
    separator.process([input.subarray(at, to)], stems.map(([stem]) => [stem!.subarray(at, to)]), to - at, constantAutomation(values))
  }
  return stems[0]![0]!.subarray(late)
}

describe('the noise model', () => {
  test('knows the noise within the first half second', () => {
    const x = rumble(2 * RATE, 1)
    const y = cleaned(x)
    expect(dB(seconds(y, 0.1, 0.5), seconds(x, 0.1, 0.5))).toBeLessThan(-9)
  })

  test('two seconds after a fan has started, nine tenths of it and more are rest, and the voice is not', () => {
    const fan = from(rumble(8 * RATE, 2), 3)
    const hum = noise(8 * RATE, 3, 0.005)
    const alone = cleaned(plus(fan, hum))
    expect(dB(seconds(alone, 5, 8), seconds(fan, 5, 8))).toBeLessThan(-11)
    const spoken = voice(8 * RATE, RATE)
    const both = plus(spoken, fan, hum)
    const y = cleaned(both)
    const error = (x: Float32Array): number => dB(seconds(plus(x, times(spoken, -1)), 5, 8), seconds(spoken, 5, 8))
    expect(error(y)).toBeLessThan(error(both) - 4)
  })

  test('a slam of 30 dB is over for it within half a second', () => {
    const room = rumble(8 * RATE, 4, 0.02)
    const slam = from(noise(8 * RATE, 5, 1), 4, 4.3)
    const y = cleaned(plus(room, slam))
    const leak = (a: number, b: number): number => dB(seconds(y, a, b), seconds(room, a, b))
    expect(leak(4.8, 6)).toBeLessThan(Math.max(-12, leak(2, 4) + 2))
    const spoken = from(voice(8 * RATE, RATE), 4.8)
    const heard = cleaned(plus(room, slam, spoken))
    expect(Math.abs(dB(seconds(heard, 4.8, 8), seconds(spoken, 4.8, 8)))).toBeLessThan(1.5)
  })

  test('a microphone that is off for three seconds teaches it nothing', () => {
    const length = 12 * RATE
    const room = rumble(length, 6, 0.03)
    const off = plus(room, times(from(room, 5, 8), -1))
    const y = cleaned(off)
    expect(energy(seconds(y, 5.2, 7.9))).toBe(0)
    expect(dB(seconds(y, 8.1, 9), seconds(room, 8.1, 9))).toBeLessThan(Math.max(-12, dB(seconds(y, 3, 5), seconds(room, 3, 5)) + 3))
    // and where it gives its own hiss 70 dB below the room, the room is known again after two seconds, to 4 dB
    const hissing = cleaned(plus(off, from(noise(length, 7, 1e-5), 5, 8)))
    const leak = (a: number, b: number): number => dB(seconds(hissing, a, b), seconds(room, a, b))
    expect(leak(10, 12)).toBeLessThan(Math.max(-12, leak(3, 5) + 4))
  })

  test('after a minute without a voice the next word is as clear as after two seconds, to 2 dB', () => {
    const heardAfter = (wait: number): number => {
      const length = (wait + 4) * RATE
      const spoken = new Float32Array(length)
      spoken.set(voice(4 * RATE, RATE, 5), wait * RATE)
      const room = rumble(length, 7, 0.03)
      const y = cleaned(plus(spoken, room))
      return dB(seconds(plus(y, times(spoken, -1)), wait, wait + 4), seconds(spoken, wait, wait + 4))
    }
    expect(heardAfter(60)).toBeLessThan(heardAfter(2) + 2)
  })

  test('does not take after a voice that goes on and on', () => {
    const length = 60 * RATE, late = 48
    const spoken = voice(length, RATE, 5), both = plus(spoken, rumble(length, 7, 0.05))
    const said = seconds(spoken, late, 60)
    const wrong = (since: number): number => dB(plus(seconds(cleaned(seconds(both, since, 60)), late - since, 60 - since), times(said, -1)), said)
    expect(wrong(0)).toBeLessThan(wrong(late - 2) + 0.5)
  })

  test('learns what it is told to listen to, voices and all, and keeps it on hold while another noise sounds', () => {
    const length = 8 * RATE
    const hiss = noise(length, 8, 0.1)
    const babble = voice(length, RATE, 3)
    const leak = (x: Float32Array, turns: Parameters<typeof cleaned>[1], a: number, b: number): number => dB(seconds(cleaned(x, turns), a, b), seconds(x, a, b))
    expect(leak(babble, [[0, { listen: 1 }]], 1, 8)).toBeLessThan(-40) // everything is rest
    // a second noise, with the first on hold: when the first comes back it is known at once
    const turned = plus(from(hiss, 0, 3), from(rumble(length, 9, 0.2), 3, 6), from(hiss, 6))
    const held = leak(turned, [[3, { hold: 1 }]], 6.1, 6.4)
    expect(held).toBeLessThan(leak(turned, [], 2, 3) + 1)
    expect(leak(turned, [[3, { hold: 1 }]], 4, 6)).toBeGreaterThan(leak(turned, [], 4, 6) + 3)
  })
})

describe('the head', () => {
  test('still hears a voice after a minute without one, and leaves the rest of the room out meanwhile', () => {
    const heardAfter = (wait: number): number => {
      const length = (wait + 4) * RATE
      const spoken = new Float32Array(length)
      spoken.set(voice(4 * RATE, RATE, 5), wait * RATE)
      const room = rumble(length, 7, 0.03)
      const y = cleaned(plus(spoken, room), [], 1)
      expect(dB(seconds(y, wait / 2, wait), seconds(room, wait / 2, wait))).toBeLessThan(-12)
      return dB(seconds(plus(y, times(spoken, -1)), wait, wait + 4), seconds(spoken, wait, wait + 4))
    }
    expect(heardAfter(60)).toBeLessThan(heardAfter(2) + 3)
  })

  test('lets little of a room through half a second after a fan, a slam or a microphone that was off, and after one that hissed', () => {
    const length = 12 * RATE
    const room = rumble(length, 6, 0.03)
    const leak = (changed: Float32Array, of: Float32Array, a: number, b: number): number => dB(seconds(cleaned(changed, [], 1), a, b), seconds(of, a, b))
    const fan = from(rumble(length, 2), 3)
    expect(leak(plus(fan, noise(length, 3, 0.005)), fan, 3.5, 8)).toBeLessThan(-15)
    expect(leak(plus(room, from(noise(length, 5, 1), 4, 4.3)), room, 4.8, 6)).toBeLessThan(-15)
    const off = plus(room, times(from(room, 5, 8), -1))
    expect(leak(off, room, 8.1, 12)).toBeLessThan(-15)
    expect(leak(plus(off, from(noise(length, 7, 1e-5), 5, 8)), room, 8.5, 12)).toBeLessThan(-11)
  })
})
