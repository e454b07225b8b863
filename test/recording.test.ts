// A sound in segments reads as the same sound in one piece: wherever it is cut, whatever range is asked for, in any order,
// and while it still grows.

import { describe, expect, test } from 'vitest'
import { RecordingReader, passageOf } from '../renderer/recording/read.ts'
import { emptyRecording, longer, packed, recordingOf, secondsOf } from '../renderer/recording/recording.ts'
import type { Recording } from '../renderer/recording/recording.ts'
import { random as seeded } from './signals.ts'
import { sound } from './sound-files.ts'

const RATE = 44_100
const LENGTH = 5000
const whole = sound(2, LENGTH)

/** The same sound, ending one segment at each of `ends`. */
function cut(channels: readonly Float32Array[], ends: readonly number[]): Recording {
  let recording = emptyRecording('a.wav', RATE, channels.length as 1 | 2)
  for (const end of ends) recording = longer(recording, segment(channels, recording.length, end))
  return recording
}
const segment = (channels: readonly Float32Array[], from: number, to: number) =>
  ({ from, length: to - from, samples: new Blob([packed(channels.map((x) => x.subarray(from, to)), to - from)]) })

/** With the silence around it. */
const expected = (channel: Float32Array, from: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => channel[from + i] ?? 0)

describe('a recording', () => {
  test('any cut, any range, any order: the same samples', async () => {
    const random = seeded(3)
    for (let round = 0; round < 40; round++) {
      const ends = [...new Set(Array.from({ length: Math.floor(random() * 9) }, () => 1 + Math.floor(random() * (LENGTH - 1))))].sort((a, b) => a - b)
      const channels = whole.slice(0, 1 + round % 2)
      const reader = new RecordingReader({ ...cut(channels, [...ends, LENGTH]), whole: true })
      for (let ask = 0; ask < 12; ask++) {
        const [from, count] = [Math.floor(random() * (LENGTH + 800)) - 400, 1 + Math.floor(random() * 3000)]
        const into = channels.map(() => new Float32Array(count).fill(9))
        const told = await reader.read(from, into)
        into.forEach((samples, c) => expect([...samples]).toEqual(expected(channels[c]!, from, count)))
        expect(told).toBe(Math.max(0, Math.min(from + count, LENGTH) - from))
      }
    }
  })

  test('ranges asked for at the same time do not mix', async () => {
    const reader = new RecordingReader({ ...cut(whole, [700, 1400, 2800, LENGTH]), whole: true })
    const blocks = await Promise.all(Array.from({ length: 20 }, (_, i) => reader.block(i * 237, 400)))
    blocks.forEach((block, i) => block.forEach((samples, c) => expect([...samples]).toEqual(expected(whole[c]!, i * 237, 400))))
  })

  test('what is still to come is waited for; when nothing more comes, it is silence', async () => {
    let recording = cut(whole, [1000])
    const reader = new RecordingReader(recording)
    expect([...(await reader.block(0, 1000))[0]!]).toEqual(expected(whole[0]!, 0, 1000))
    let came = 0
    const late = reader.block(900, 1500).then((block) => { came = recording.length; return block })
    for (const end of [1200, 2000, 2600]) {
      await new Promise((resolve) => setTimeout(resolve))
      expect(came).toBe(0)
      recording = longer(recording, segment(whole, recording.length, end))
      reader.grow(recording)
    }
    expect([...(await late)[1]!]).toEqual(expected(whole[1]!, 900, 1500))
    expect(came).toBe(2600)
    const last = reader.block(2500, 400)
    reader.grow({ ...recording, whole: true })
    expect([...(await last)[0]!]).toEqual(expected(whole[0]!.subarray(0, 2600), 2500, 400))
  })

  test('in memory, and a passage of it by seconds', async () => {
    const recording = recordingOf('b.wav', RATE, whole)
    expect([recording.channels, recording.length, secondsOf(recording), recording.whole]).toEqual([2, LENGTH, LENGTH / RATE, true])
    const [left] = await passageOf(recording, 1000 / RATE, 1300 / RATE)
    expect([...left!]).toEqual(expected(whole[0]!, 1000, 300))
  })

  test('a segment that can no longer be read is a sentence, and the next try may succeed', async () => {
    const good = cut(whole, [LENGTH])
    let failing = true
    const samples = new Proxy(good.segments[0]!.samples, { get: (blob, key) => (key === 'arrayBuffer'
      ? () => (failing ? Promise.reject(new Error('NotReadableError')) : blob.arrayBuffer()) : Reflect.get(blob, key) as unknown) })
    const reader = new RecordingReader({ ...good, whole: true, segments: [{ ...good.segments[0]!, samples }] })
    await expect(reader.block(0, 10)).rejects.toThrow('a.wav: its samples from 0.0 s on cannot be read from the disk')
    failing = false
    expect([...(await reader.block(0, 10))[0]!]).toEqual(expected(whole[0]!, 0, 10))
  })
})
