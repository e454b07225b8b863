// The demo's piece: the same in every run, without a seam, at the loudness of music, and each instrument where its place says.

import { describe, expect, test } from 'vitest'
import { LOOP_SAMPLES, RATE } from '../renderer/demo/loop.ts'
import { demo } from '../renderer/demo/mix.ts'
import type { Stereo } from '../renderer/demo/mix.ts'
import { demoSelection, spots } from '../renderer/demo/places.ts'
import { keys, voice } from '../renderer/demo/score.ts'
import { readSelection } from '../worklet/selection.ts'
import { loudnessOf } from './lufs.ts'

const mix = demo()
const stems = spots.map((spot) => ({ spot, stem: demo(spot.name) }))
const peak = (sound: Stereo): number => Math.max(...sound.map((channel) => channel.reduce((most, x) => Math.max(most, Math.abs(x)), 0)))
const energy = (channel: Float32Array): number => channel.reduce((sum, x) => sum + x * x, 0)

describe('the demo', () => {
  test('is a loop of about half a minute', () => {
    expect(LOOP_SAMPLES / RATE).toBeGreaterThanOrEqual(20)
    expect(LOOP_SAMPLES / RATE).toBeLessThanOrEqual(30)
    expect(mix.map(({ length }) => length)).toEqual([LOOP_SAMPLES, LOOP_SAMPLES])
  })

  test('is as loud as music on the air, and clips nowhere', () => {
    expect(Math.abs(loudnessOf(mix) + 16)).toBeLessThan(1)
    expect(peak(mix)).toBeLessThan(10 ** (-1 / 20))
  })

  test('sounds within the first moment, and goes on without a seam', () => {
    expect(peak([mix[0].subarray(0, RATE / 50), mix[1].subarray(0, RATE / 50)] as unknown as Stereo)).toBeGreaterThan(0.01)
    for (const channel of mix) {
      const steps = channel.map((x, i) => Math.abs(x - channel[(i + LOOP_SAMPLES - 1) % LOOP_SAMPLES]!))
      // From the last sample to the first it is no farther than somewhere within the first strokes.
      expect(steps[0]).toBeLessThan(Math.max(...steps.subarray(1, RATE)))
    }
  })

  test('is the same in every run', () => {
    for (const { spot, stem } of stems.filter(({ spot }) => spot.name === 'guitar' || spot.name === 'brushes')) // those with noise
      expect(demo(spot.name)[0].findIndex((x, i) => x !== stem[0][i])).toBe(-1)
  })

  test('adds up: what is no instrument is a room far below them', () => {
    const room = mix.map((channel, c) => channel.map((x, i) => stems.reduce((rest, { stem }) => rest - stem[c]![i]!, x)))
    const ratio = 10 * Math.log10(energy(room[0]!) / energy(mix[0]))
    expect(ratio).toBeLessThan(-12)
    expect(ratio).toBeGreaterThan(-30)
  })

  test.each(stems)('$spot.name stands where its place says', ({ spot, stem: [left, right] }) => {
    expect(10 * Math.log10(energy(right) / energy(left))).toBeCloseTo(spot.level, 3)
    const [ahead, behind] = spot.lag >= 0 ? [left, right] : [right, left]
    const lag = Math.abs(spot.lag)
    const ratio = 10 ** ((spot.lag >= 0 ? spot.level : -spot.level) / 20)
    for (let i = lag; i < RATE; i += 97) expect(behind[i]!).toBeCloseTo(ratio * ahead[i - lag]!, 5)
  })

  test('no two instruments stand in one place, and the voice is in the middle', () => {
    for (const a of spots) for (const b of spots)
      if (a !== b) expect(Math.hypot((a.level - b.level) / 3, a.lag - b.lag), `${a.name}, ${b.name}`).toBeGreaterThan(1.5)
    expect(spots[0]).toEqual({ name: 'voice', level: 0, lag: 0 })
    expect(readSelection(JSON.parse(JSON.stringify(demoSelection)), [])).toEqual(demoSelection)
  })

  test('is sung within the range of a voice, on notes that the chords have or lead to', () => {
    for (const { pitch } of voice) {
      expect(pitch).toBeGreaterThanOrEqual(60)
      expect(pitch).toBeLessThanOrEqual(77)
    }
    // What is held for a beat or more is a tone of F major's scale, as the chords are.
    const scale = new Set(keys.map(({ pitch }) => pitch % 12))
    for (const { pitch, beats } of voice) if (beats >= 1) expect(scale.has(pitch % 12), `pitch ${pitch}`).toBe(true)
  })
})
