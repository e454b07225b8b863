// A file of a rate that the separator does not work at is brought to one, in blocks of any size, where every sound stays in its place.

import { describe, expect, test } from 'vitest'
import { openAudioBytes } from '../renderer/audio/reader.ts'
import { factors, resampled } from '../renderer/audio/resampled.ts'
import { Outliner } from '../renderer/recording/outline.ts'
import { random } from './signals.ts'
import { wav } from './sound-files.ts'

/** A tone below the top of the band, and its twin at another rate. */
const tone = (rate: number, seconds: number): Float32Array =>
  Float32Array.from({ length: Math.round(rate * seconds) }, (_, i) => 0.5 * Math.sin(2 * Math.PI * 1000 * i / rate) + 0.2 * Math.cos(2 * Math.PI * 2500 * i / rate))

async function all(rate: number, block: () => number): Promise<{ readonly samples: Float32Array; readonly sampleRate: number; readonly length: number | null }> {
  const reader = resampled(await openAudioBytes(wav([tone(rate, 0.5)], rate), 'a.wav'))
  const parts: number[] = []
  for (;;) {
    const into = [new Float32Array(block())]
    const count = await reader.read(into)
    if (count === 0) break
    parts.push(...into[0]!.subarray(0, count))
  }
  return { samples: Float32Array.from(parts), sampleRate: reader.sampleRate, length: reader.length }
}

describe('another rate', () => {
  test('by whole numbers only, into what the separator works at; what is there already is not touched', async () => {
    expect([8000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000, 88_200, 96_000, 176_400, 192_000].map((rate) => rate * factors(rate)!.up / factors(rate)!.down))
      .toEqual([48_000, 44_100, 48_000, 44_100, 64_000, 44_100, 48_000, 88_200, 96_000, 88_200, 96_000])
    expect([3000, 100_001].map(factors)).toEqual([null, null])
    const reader = await openAudioBytes(wav([tone(44_100, 0.1)]), 'a.wav')
    expect(resampled(reader)).toBe(reader)
    await expect(openAudioBytes(wav([tone(3000, 0.1)], 3000), 'low.wav').then(resampled)).rejects.toThrow('low.wav: expected a rate of 4 to 96 kHz or a whole multiple of that, got 3000 Hz')
  })

  test.each([8000, 22_050, 192_000])('%i Hz: the same sound at the same moments, however it is cut', async (rate) => {
    const dice = random(5)
    const { samples, sampleRate, length } = await all(rate, () => 1 + Math.floor(dice() * 5000))
    expect([...samples]).toEqual([...(await all(rate, () => 100_000)).samples])
    expect(samples.length).toBe(length)
    const wanted = tone(sampleRate, 0.5)
    expect(Math.abs(samples.length - wanted.length)).toBeLessThanOrEqual(1)
    const edge = sampleRate / 50 // where the sound begins and ends, the filter rings
    let error = 0
    for (let i = edge; i < samples.length - edge; i++) error = Math.max(error, Math.abs(samples[i]! - wanted[i]!))
    expect(error).toBeLessThan(1e-4)
  })
})

test('the outline holds the extremes of every stretch, however it is cut', () => {
  const dice = random(7)
  const samples = Float32Array.from({ length: 1000 }, () => dice() * 2 - 1)
  const outliner = new Outliner(640)
  const peaks: number[] = []
  for (let at = 0; at < samples.length; ) {
    const count = Math.min(samples.length - at, 1 + Math.floor(dice() * 150))
    peaks.push(...outliner.take([samples.subarray(at, at + count)], count))
    at += count
  }
  peaks.push(...outliner.finish())
  const wanted = Array.from({ length: Math.ceil(1000 / outliner.samplesPerPeak) }, (_, i) => samples.subarray(i * outliner.samplesPerPeak, (i + 1) * outliner.samplesPerPeak))
  expect(peaks).toEqual(wanted.flatMap((stretch) => [Math.min(...stretch), Math.max(...stretch)]))
})
