// Samples on their way from the audio thread to a worker: the ring, and the built tap that writes it.

import { Worker } from 'node:worker_threads'
import { describe, expect, test } from 'vitest'
import { workletFile } from '../main/built.ts'
import { hostTap, parameterArrays } from '../main/hosted.ts'
import { SampleRing, sampleRingBytes } from '../worklet/sample-ring.ts'
import { noise, random } from './signals.ts'

const ringOf = (channels: 1 | 2, samples: number): SharedArrayBuffer => new SharedArrayBuffer(sampleRingBytes(channels, samples))
/** Everything that is there, gaps as their lengths in between. */
function drained(ring: SampleRing, channels: number, size = 300): { samples: number[][]; gaps: [at: number, length: number][] } {
  const samples: number[][] = Array.from({ length: channels }, () => [])
  const gaps: [number, number][] = []
  const block = samples.map(() => new Float32Array(size))
  for (;;) {
    const gap = ring.gap()
    if (gap > 0) gaps.push([samples[0]!.length, gap])
    const count = ring.read(block)
    if (count === 0) return { samples, gaps }
    block.forEach((x, c) => samples[c]!.push(...x.subarray(0, count)))
  }
}

describe('the ring', () => {
  test('gives back what was written, whatever the sizes, over its end again and again', () => {
    const next = random(8)
    const buffer = ringOf(2, 1024)
    const [writer, reader] = [new SampleRing(2, buffer), new SampleRing(2, buffer)]
    const sound = [noise(50_000, 1), noise(50_000, 2)]
    const got: number[][] = [[], []]
    for (let at = 0; at < 50_000; ) {
      const size = Math.min(1 + Math.floor(500 * next()), 50_000 - at)
      writer.write(sound.map((x) => x.subarray(at, at + size)), size)
      at += size
      const { samples, gaps } = drained(reader, 2, 1 + Math.floor(700 * next()))
      expect(gaps).toEqual([])
      samples.forEach((x, c) => got[c]!.push(...x))
    }
    expect(got).toEqual(sound.map((x) => [...x]))
  })

  test('counters may wrap', () => {
    const buffer = ringOf(1, 256)
    new Int32Array(buffer, 0, 2).fill(0x7fffff80)
    const [writer, reader] = [new SampleRing(1, buffer), new SampleRing(1, buffer)]
    for (let round = 0; round < 5; round++) {
      const x = noise(100, round)
      writer.write([x], 100)
      expect(drained(reader, 1)).toEqual({ samples: [[...x]], gaps: [] })
    }
  })

  test('what finds it full is dropped, and told at its place with its length', () => {
    const buffer = ringOf(1, 256)
    const [writer, reader] = [new SampleRing(1, buffer), new SampleRing(1, buffer)]
    const x = Float32Array.from({ length: 128 }, (_, i) => i)
    for (let i = 0; i < 5; i++) writer.write([x], 128)
    const first = drained(reader, 1)
    expect(first.samples[0]).toEqual([...x, ...x])
    expect(first.gaps).toEqual([[256, 3 * 128]])
    writer.write([x], 128)
    expect(drained(reader, 1)).toEqual({ samples: [[...x]], gaps: [] })
  })

  test('a missing channel is the first one, no input is silence', () => {
    const buffer = ringOf(2, 512)
    const [writer, reader] = [new SampleRing(2, buffer), new SampleRing(2, buffer)]
    writer.write([Float32Array.of(1, 2)], 2)
    writer.write([], 2)
    expect(drained(reader, 2).samples).toEqual([[1, 2, 0, 0], [1, 2, 0, 0]])
  })

  test('a worker that sleeps wakes when something is written, and learns that nothing comes any more', async () => {
    const buffer = ringOf(1, 1024)
    const writer = new SampleRing(1, buffer)
    const worker = new Worker(`
      const { parentPort, workerData } = require('node:worker_threads')
      const counters = new Int32Array(workerData, 0, 8)
      parentPort.postMessage('asleep')
      parentPort.postMessage([Atomics.wait(counters, 0, 0, 20_000), Atomics.load(counters, 0)])`, { eval: true, workerData: buffer })
    const said: unknown[] = []
    const done = new Promise<void>((resolve) => worker.on('message', (word) => { said.push(word); if (said.length === 2) resolve() }))
    await new Promise((resolve) => worker.once('message', resolve))
    await new Promise((resolve) => setTimeout(resolve, 50))
    writer.write([new Float32Array(128)], 128)
    await done
    expect(said[1]).toEqual(expect.arrayContaining([128]))
    await worker.terminate()
    const reader = new SampleRing(1, buffer)
    expect(reader.wait(0)).toBe(true)
    drained(reader, 1)
    expect(reader.wait(0)).toBe(false)
    expect(reader.ended).toBe(false)
    writer.end()
    expect([reader.ended, reader.wait(10_000)]).toEqual([true, false])
  })
})

describe('the tap, as it is built', () => {
  const quanta = (sound: readonly Float32Array[], size: number): Float32Array[][] =>
    Array.from({ length: Math.floor(sound[0]!.length / size) }, (_, i) => sound.map((x) => x.slice(i * size, (i + 1) * size)))
  const sound = [noise(5120, 3), noise(5120, 4)]

  test('writes what it hears into the ring and says once when it began; then it ends', () => {
    const buffer = ringOf(2, 8192)
    const { processor, received, send } = hostTap(workletFile, { channels: 2, ring: buffer }, 44_100)
    for (const quantum of quanta(sound, 128)) expect(processor.process([quantum], [], parameterArrays())).toBe(true)
    expect(received).toEqual([{ type: 'began', time: 0 }])
    const reader = new SampleRing(2, buffer)
    expect(drained(reader, 2).samples).toEqual(sound.map((x) => [...x]))
    send({ type: 'stop' })
    expect(processor.process([[new Float32Array(128)]], [], parameterArrays())).toBe(false)
    expect(reader.ended).toBe(true)
  })

  test('without shared memory the same samples come in messages; an input that is gone is silence', () => {
    const { processor, received } = hostTap(workletFile, { channels: 2, ring: null }, 48_000)
    for (const quantum of quanta(sound, 64)) processor.process([quantum], [], parameterArrays())
    for (let i = 0; i < 4; i++) processor.process([[]], [], parameterArrays())
    const blocks = received.flatMap((message) => (message.type === 'samples' ? [message.channels] : []))
    sound.forEach((x, c) => expect(blocks.flatMap((channels) => [...channels[c]!])).toEqual([...x, ...new Float32Array(512)]))
  })
})
