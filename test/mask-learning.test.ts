// Learning a mask head: the loss and its slopes, and that what is learned is what is played.

import { describe, expect, test } from 'vitest'
import { COEFFICIENTS, lieOf, MaskHead } from '../worklet/mask-head.ts'
import { constantAutomation, initialSettings } from '../worklet/parameters.ts'
import { wholeDictionary } from '../worklet/selection.ts'
import { Separator } from '../worklet/separator.ts'
import { leaning, shapeFor } from '../worklet/stft.ts'
import { Kernel } from '../worklet/kernel.ts'
import { listener, rowsOf, silentHead, type Passage } from '../presets/learn/mask-examples.ts'
import { Judge, loudness } from '../presets/learn/mask-loss.ts'
import { mixOf } from '../presets/learn/mask-mixes.ts'
import { MaskSound } from '../presets/learn/mask-sound.ts'
import { dictionary } from './engine.ts'
import { plainKernel } from './kernels.ts'
import { melody, noise, random } from './signals.ts'

const facts = { source: 'tones', bands: 8, reach: 8000, clock: 0.008, own: false, latency: true }
const STEP = 15.625
const FRAMES = 112
const lie = lieOf(513, STEP, facts)
const rows = rowsOf(lie, STEP, facts.bands)
/** 8 ms: the network is asked in every second frame. */
const shape = leaning(shapeFor({ fftSize: 1024, hopSize: 64, tailSize: 128, sampleRate: 16000 }, 16000))

function passage(seed: number): Passage {
  const next = random(seed)
  const count = FRAMES * rows.bins.length
  const bytes = (): Int8Array => Int8Array.from({ length: count }, () => Math.round(254 * next()) - 127)
  const heard = Float32Array.from({ length: count }, () => 2 * next() ** 3)
  const spoken = heard.map((x) => x * Math.abs(1.4 * next() - 0.2) * (1 + 0.3 * next()))
  const envelopes = new Float32Array(FRAMES * rows.thirds.count)
  for (let at = 0; at < count; at++) {
    const third = rows.thirds.of[at % rows.bins.length]!, frame = Math.floor(at / rows.bins.length)
    if (third >= 0) envelopes[frame * rows.thirds.count + third]! += rows.weights[at % rows.bins.length]! * spoken[at]! ** 2
  }
  const voice = melody(16000, 16000, 150, seed), air = noise(16000, seed, 0.1)
  return {
    frames: FRAMES, inputs: new Float32Array(), odds: bytes(), over: bytes(), contrast: bytes(), comb: bytes(), heard, loud: spoken.map(loudness), envelopes: envelopes.map((x) => Math.sqrt(x + 1e-6)),
    voice, mix: voice.map((x, i) => x + air[i]!), shape, places: Int32Array.from({ length: FRAMES }, (_, i) => 8 + 2 * i),
  }
}

describe('the loss', () => {
  const width = COEFFICIENTS * facts.bands
  const first = (frame: number): number => frame * width

  test('has the slopes that it says', () => {
    const one = passage(5), judge = new Judge(rows, FRAMES, plainKernel)
    const next = random(8)
    const numbers = Float64Array.from({ length: FRAMES * width }, () => 0.6 * (2 * next() - 1))
    const slopes = new Float64Array(numbers.length)
    judge.judge(one, FRAMES, numbers, first, slopes, 1)
    const loss = (): number => judge.judge(one, FRAMES, numbers, first, null, 1).loss
    for (let n = 0; n < 40; n++) {
      // along a direction of its own: all five coefficients of some frames
      const direction = numbers.map(() => (next() < 0.02 ? 2 * next() - 1 : 0))
      const step = 5e-4 // gains are numbers of 24 bits
      const move = (size: number): void => direction.forEach((x, i) => { numbers[i]! += size * x })
      move(step)
      const above = loss()
      move(-2 * step)
      const below = loss()
      move(step)
      const measured = (above - below) / (2 * step), said = direction.reduce((sum, x, i) => sum + x * slopes[i]!, 0)
      expect(Math.abs(measured - said)).toBeLessThan(5e-3 * (Math.abs(said) + 1e-3))
    }
  })

  test('is least, and its parts best, where the mask is right', () => {
    const one = passage(6), judge = new Judge({ ...rows, silent: 0 }, FRAMES, plainKernel)
    const clear = { ...one, mix: one.voice, places: Int32Array.from({ length: FRAMES }, (_, i) => i), loud: one.heard.map(loudness), envelopes: one.envelopes.map(() => 0) }
    for (let at = 0; at < one.heard.length; at++) {
      const i = at % rows.bins.length, third = rows.thirds.of[i]!, frame = Math.floor(at / rows.bins.length)
      if (third >= 0) clear.envelopes[frame * rows.thirds.count + third]! += rows.weights[i]! * one.heard[at]! ** 2
    }
    for (let i = 0; i < clear.envelopes.length; i++) clear.envelopes[i] = Math.sqrt(clear.envelopes[i]! + 1e-6)
    const open = new Float64Array(FRAMES * width).map((_, i) => (i % COEFFICIENTS === 0 ? 20 : i % COEFFICIENTS === 1 ? -1 : 0))
    const found = judge.judge(clear, FRAMES, open, first, null, 1)
    expect(found.decibels).toBeGreaterThan(100)
    expect(found.loudness).toBeLessThan(1e-9)
    expect(found.envelopes).toBeGreaterThan(0.9999)
    const half = judge.judge(clear, FRAMES, open.map((x) => (x === 20 ? 0 : x)), first, null, 1) // |mX| = |X| ÷ 2
    expect(half.decibels).toBeCloseTo(20 * Math.log10(2), 3)
    expect(half.envelopes).toBeGreaterThan(0.9999) // they do not mind a level
  })
})

describe('the sound of a mask', () => {
  const one = passage(3), length = 200
  const sound = new MaskSound(plainKernel, shape)
  const energy = (x: Float32Array): number => x.reduce((sum, v) => sum + v * v, 0)
  const complete = (x: Float32Array): Float32Array => x.subarray(0, (length + 1) * shape.hopSize - shape.tailSize)

  test('that lets everything through is the mix, in its place', () => {
    const air = one.mix.map((x, i) => x - one.voice[i]!)
    expect(sound.play(one, length, (_, mask) => void mask.fill(1))).toBeCloseTo(Math.log10(energy(complete(air)) / energy(complete(one.voice))), 4)
    expect(sound.play({ ...one, mix: one.voice }, length, (_, mask) => void mask.fill(1))).toBeLessThan(-10)
    expect(sound.play(one, length, (_, mask) => void mask.fill(0))).toBeCloseTo(0, 9)
  })

  test('asks of every gain what it would change', () => {
    const next = random(2)
    const masks = Array.from({ length }, () => Float32Array.from({ length: 513 }, () => next()))
    const play = (): number => sound.play(one, length, (frame, mask) => mask.set(masks[frame]!))
    play()
    const said: Float32Array[] = []
    sound.ask(length, (_, slopes) => said.push(slopes.slice()))
    for (const [frame, bin] of [[20, 9], [60, 13], [61, 40], [140, 100], [199, 12]] as const) {
      const gain = masks[frame]![bin]!
      masks[frame]![bin] = gain + 0.3
      const above = play()
      masks[frame]![bin] = gain - 0.3
      const below = play()
      masks[frame]![bin] = gain
      expect(Math.abs((above - below) / 0.6 - said[frame]![bin]!)).toBeLessThan(2e-3 * Math.abs(said[frame]![bin]!) + 1e-7)
    }
  })
})

describe('what a head is shown', () => {
  const sampleRate = 16000
  const sound = dictionary({ sampleRate, fftSize: 1024, hopSize: 128, tailSize: 512 })
  const settings = { freeAtoms: 1, tracker: 1, passes: 3 }
  const materials = { sampleRate, voices: [melody(40000, sampleRate, 180, 1), melody(30000, sampleRate, 130, 2), melody(20000, sampleRate, 210, 3)], noises: [noise(30000, 4), noise(50000, 5)] }

  test('is what the engine looks at when it plays, and what it says is decoded as the engine does', () => {
    const { voice, mix } = mixOf(materials, 1.5, 7)
    const { rows: about, hear } = listener(plainKernel, sound, settings, facts)
    const seen = hear({ who: 0, voice, mix }, 150)
    const separator = new Separator({ module: plainKernel, dictionary: sound, selection: wholeDictionary(['tones']), head: silentHead(facts), sampleRate, channels: 1, mode: 'direct' })
    const head = separator.head!, automation = constantAutomation({ ...initialSettings(), ...settings })
    const stems = [[new Float32Array(128)], [new Float32Array(128)]]
    let frame = 0, heard = 0, answers = 0, worst = 0
    separator.onFrame = ({ masks }) => {
      heard++
      if (head.answers === answers || frame >= seen.frames) return
      answers = head.answers
      expect(seen.places[frame]).toBe(heard - 1)
      expect([...head.input]).toEqual([...seen.inputs.subarray(frame * head.input.length, (frame + 1) * head.input.length)])
      about.bins.forEach((bin, i) => {
        const at = frame * about.bins.length + i
        // the head says nothing: the logit is one and a half of the odds
        if (bin >= head.lie.silent) worst = Math.max(worst, Math.abs(masks[bin]! - 1 / (1 + Math.exp(-1.5 * seen.odds[at]! * about.scales.odds))))
      })
      frame++
    }
    for (let at = 0; at + 128 <= mix.length; at += 128) separator.process([mix.subarray(at, at + 128)], stems, 128, automation)
    expect(frame).toBe(150)
    expect(worst).toBeLessThan(0.02) // a byte of the odds
  })

  test('the kernel decodes as learning does', () => {
    const next = random(3)
    const head = silentHead(facts)
    const bias = Float32Array.from(head.layers[0]!.bias, () => 1.2 * (2 * next() - 1))
    const chance = { ...head, layers: [{ ...head.layers[0]!, bias }] }
    const count = 513
    const kernel = new Kernel(plainKernel, MaskHead.floats(chance, count) + 6 * 600)
    const one = new MaskHead(kernel, chance, count, STEP, 0.008, 0.032)
    const [mask, gate, magnitude, power] = Array.from({ length: 4 }, () => kernel.floats(528)) as [Float32Array, Float32Array, Float32Array, Float32Array]
    for (let bin = 0; bin < count; bin++) {
      gate[bin] = 1
      mask[bin] = 0.02 + 0.96 * next()
      magnitude[bin] = 0.01 + next()
      power[bin] = 0.05 + next()
    }
    one.look(mask, gate, magnitude, power, { ...initialSettings(), learned: 1 })
    one.judge()
    one.apply(mask, gate, 528 * 4, 1, 0, 0, 1)
    expect([...mask.subarray(0, one.lie.silent)].every((m) => m < 1e-6)).toBe(true)
    for (let bin = one.lie.silent; bin < count; bin++) {
      const t = one.lie.part[bin]!, c = (k: number): number => (1 - t) * bias[one.lie.band[bin]! * 5 + k]! + t * bias[(one.lie.band[bin]! + 1) * 5 + k]!
      const x = 2 * c(0) + 1.5 * one.odds[bin]! * (1 + c(1)) + one.over[bin]! * c(2) + one.contrast[bin]! * c(3) + 4 * one.comb[bin]! * c(4)
      expect(Math.abs(mask[bin]! - 1 / (1 + Math.exp(-x)))).toBeLessThan(1e-4)
    }
  })

  test('a mix is a function of its seed, and holds the voice at some level between its ends', () => {
    const [a, b, c] = [mixOf(materials, 1, 4), mixOf(materials, 1, 4), mixOf(materials, 1, 5)]
    expect([...a.mix]).toEqual([...b.mix])
    expect([...a.mix]).not.toEqual([...c.mix])
    for (let seed = 0; seed < 60; seed++) {
      const { voice, mix } = mixOf(materials, 1, seed)
      const energy = (x: Float32Array): number => x.reduce((sum, v) => sum + v * v, 0)
      const level = 10 * Math.log10(energy(voice) / energy(mix.map((v, i) => v - voice[i]!)))
      expect(level).toBeGreaterThan(-8.01)
      expect(level).toBeLessThan(30.01)
      expect(mix.every(Number.isFinite)).toBe(true)
    }
  })
})
