import { describe, expect, test } from 'vitest'
import { Kernel } from '../worklet/kernel.ts'
import { FIRST_SECONDS, NoiseTracker } from '../worklet/noise.ts'
import { kernels, plainKernel } from './kernels.ts'
import { random } from './signals.ts'

const HOP = 0.008
const FIRST_FRAMES = FIRST_SECONDS / HOP
const BINS = 33

/** The magnitudes of noise as an STFT hears it: of each bin Rayleigh, with the root of `power` in the mean square. */
function rayleigh(seed: number): (power: number) => number {
  const next = random(seed)
  return (power) => Math.sqrt(-power * Math.log(1 - next()))
}

function tracker(module = plainKernel, bins = BINS) {
  const kernel = new Kernel(module, NoiseTracker.floats(bins) + 2 * bins + 64)
  const noise = new NoiseTracker(kernel, bins, HOP)
  const magnitude = kernel.floats(bins + 3)
  return {
    noise,
    hear(value: (bin: number) => number, told = false): void {
      for (let bin = 0; bin < bins; bin++) magnitude[bin] = value(bin)
      noise.track(magnitude, told)
    },
    demand(): number {
      noise.weigh(magnitude)
      return noise.demand[0]!
    },
    mean: () => noise.power.reduce((sum, x) => sum + x, 0) / bins,
  }
}

/** The same, bin by bin, as the paper has it. */
function plainTwin(bins: number) {
  const [power, usual] = [new Float64Array(bins), new Float64Array(bins)]
  const presence = new Float64Array(bins)
  const a = Math.exp(-HOP / (-0.016 / Math.log(0.9))), b = Math.exp(-HOP / (-0.032 / Math.log(0.8)))
  const xi = 10 ** 1.2
  let frames = 0
  return {
    power, presence,
    hear(value: (bin: number) => number): void {
      for (let bin = 0; bin < bins; bin++) {
        const loud = value(bin) ** 2
        if (frames < FIRST_FRAMES) power[bin]! += (2 / (frames + 2)) * (loud - power[bin]!)
        else {
          let p = 1 / (1 + (1 + xi) * Math.exp((-loud / power[bin]!) * (xi / (1 + xi))))
          usual[bin] = a * usual[bin]! + (1 - a) * p
          if (usual[bin]! > 0.97) p = Math.min(p, 0.97)
          presence[bin] = p
          power[bin] = b * power[bin]! + (1 - b) * ((1 - p) * loud + p * power[bin]!)
        }
      }
      frames++
    },
  }
}

describe.each(kernels)('%s kernel', (_, module) => {
  test('tracks as its slow twin does, through noise, speech and a step of 30 dB', () => {
    const got = tracker(module)
    const want = plainTwin(BINS)
    const draw = rayleigh(4)
    for (let frame = 0; frame < 400; frame++) {
      const loud = frame > 250 ? 1000 : 1
      const row = Array.from({ length: BINS }, (_, bin) => draw((frame % 40 < 20 && bin % 3 === 0 ? 300 : 1) * loud))
      for (const each of [got, want]) each.hear((bin) => row[bin]!)
    }
    want.power.forEach((power, bin) => expect(got.noise.power[bin]! / power, String(bin)).toBeCloseTo(1, 3))
    want.presence.forEach((p, bin) => expect(got.noise.presence[bin]!).toBeCloseTo(p, 3))
  })
})

describe('the noise', () => {
  test('is known after the first frames to 1 dB, and then to 1.5 in the mean', () => {
    const { hear, mean, noise } = tracker(plainKernel, 400)
    const draw = rayleigh(1)
    expect(noise.starting).toBe(true)
    for (let frame = 0; frame < FIRST_FRAMES; frame++) hear(() => draw(4))
    expect(noise.starting).toBe(false)
    expect(Math.abs(10 * Math.log10(mean() / 4))).toBeLessThan(1)
    for (let frame = 0; frame < 300; frame++) hear(() => draw(4))
    expect(Math.abs(10 * Math.log10(mean() / 4))).toBeLessThan(1.5)
  })

  test('is found beside speech 20 dB above it, half of the time, to 2 dB', () => {
    const { hear, mean } = tracker(plainKernel, 400)
    const draw = rayleigh(2)
    for (let frame = 0; frame < 500; frame++) hear((bin) => draw(frame % 60 >= 30 && bin % 2 ? 100 : 1))
    expect(Math.abs(10 * Math.log10(mean()))).toBeLessThan(2)
  })

  test('of a fan that is 30 dB louder is found to 3.5 dB within three seconds; after a slam of 0.3 s the old one within a half', () => {
    const { hear, mean } = tracker(plainKernel, 400)
    const draw = rayleigh(3)
    const seconds = (length: number, power: number): void => { for (let t = 0; t < length; t += HOP) hear(() => draw(power)) }
    seconds(2, 1)
    seconds(0.3, 1e4)
    seconds(0.5, 1)
    expect(Math.abs(10 * Math.log10(mean()))).toBeLessThan(1.5)
    seconds(3, 1000)
    expect(Math.abs(10 * Math.log10(mean() / 1000))).toBeLessThan(3.5)
  })

  test('that somebody points out is its mean, whatever was thought before', () => {
    const { hear, noise } = tracker()
    for (let frame = 0; frame < 50; frame++) hear(() => 100)
    for (let frame = 0; frame < 4; frame++) hear(() => 1 + frame, true)
    for (const power of noise.power) expect(power).toBeCloseTo((1 + 4 + 9 + 16) / 4, 4)
    expect([...noise.presence]).toEqual(Array.from({ length: BINS }, () => 0))
  })

  test('is forgotten at reset', () => {
    const one = tracker(), other = tracker()
    const draw = rayleigh(6)
    for (let frame = 0; frame < 50; frame++) one.hear(() => draw(9))
    one.noise.reset()
    for (let frame = 0; frame < 30; frame++) {
      const row = Array.from({ length: BINS }, () => draw(1))
      for (const each of [one, other]) each.hear((bin) => row[bin]!)
    }
    expect([...one.noise.power]).toEqual([...other.noise.power])
  })

  test('says by the running SNR how much sparser the voice should be: not at all where it is clear, wholly where it drowns', () => {
    const draw = rayleigh(7)
    const demandAt = (over: number): number => {
      const { hear, demand } = tracker(plainKernel, 400)
      let asked = 0
      for (let frame = 0; frame < 500; frame++) {
        hear((bin) => draw(frame % 60 >= 30 && bin % 4 === 0 ? 8 * over : 1))
        asked = demand()
      }
      return asked
    }
    const asked = [1000, 16, 4, 1, 0.01].map(demandAt)
    expect(asked[0]).toBe(0)
    expect(asked).toEqual([...asked].sort((a, b) => a - b))
    expect(asked[3]! - asked[1]!).toBeGreaterThan(0.25)
    expect(asked.at(-1)).toBeGreaterThan(0.95)
  })
})
