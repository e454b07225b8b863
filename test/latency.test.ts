import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { readPreset } from '../presets/preset.ts'
import { latencies, latencyNames, withLatency } from '../worklet/latency.ts'
import { shapeFor } from '../worklet/stft.ts'
import { rig } from './engine.ts'

const { dictionary } = readPreset(new Uint8Array(readFileSync(new URL('../presets/speech.preset', import.meta.url))), 'speech')

describe.each(latencyNames)('%s', (name) => {
  const late = withLatency(dictionary, name)

  test.each([16000, 44100, 48000, 96000])('at %i Hz an impulse comes out after exactly the samples that are declared, in both modes', (sampleRate) => {
    const at = 5000
    for (const mode of ['direct', 'sliced'] as const) {
      const { separator, run } = rig({ dictionary: late, selection: { mask: 'soft', sources: [{ name: 'all' }] }, sampleRate, mode })
      const { latencySamples, shape: { hopSize } } = separator
      const x = new Float32Array(at + 2 * latencySamples + 100)
      x[at] = 1
      const y = run([x])[0]![0]!
      y.forEach((value, i) => expect(Math.abs(value - (i === at + latencySamples ? 1 : 0)), String(i - at)).toBeLessThan(1e-5))
      // as many milliseconds as its name says, but for what rounding to whole hops makes of them
      const sliced = mode === 'sliced' ? hopSize : 0
      expect(Math.abs((1000 * (latencySamples - sliced)) / sampleRate - latencies[name])).toBeLessThan(0.25)
    }
  })

  test('hears frequencies as finely as the preset does', () => {
    for (const rate of [16000, 44100, 48000, 96000]) {
      const [own, changed] = [shapeFor(dictionary, rate), shapeFor(late, rate)]
      expect([changed.fftSize, changed.windowSize]).toEqual([own.fftSize, own.windowSize])
    }
  })
})

test('none is the preset as it is', () => expect(withLatency(dictionary, null)).toBe(dictionary))
