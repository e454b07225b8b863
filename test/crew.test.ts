// Several threads for one fit: over real message ports the result is that of one, to the last bit.

import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { afterEach, describe, expect, test } from 'vitest'
import { divergences } from '../worklet/dictionary.ts'
import { alone, crewOf, serve } from '../presets/learn/crew.ts'
import type { Crew, End } from '../presets/learn/crew.ts'
import { danmf } from '../presets/learn/danmf.ts'
import { learn } from '../presets/learn/learn.ts'
import type { Plan } from '../presets/learn/learn.ts'
import { nmf } from '../presets/learn/nmf.ts'
import { seededRandom } from '../presets/learn/random.ts'
import { exemplars } from '../presets/learn/start.ts'
import { costOfFit, neverRises, planted } from './family.ts'
import { plainKernel } from './kernels.ts'
import { noise, tone } from './signals.ts'
import { finish } from './steps.ts'

const open: MessagePort[] = []
afterEach(() => { for (const port of open.splice(0)) port.close() })

const endOf = (port: MessagePort): End => ({ post: (message) => port.postMessage(message), hear: (listener) => port.on('message', (message: unknown) => listener(message as never)) })

/** As many message channels, with `serve` at their other ends; `fail` breaks one of them; `heard` is what they were told. */
function channels(count: number): { crew: Crew; fail(index: number): void; heard: string[] } {
  const failures: ((reason: unknown) => void)[] = []
  const heard: string[] = []
  const crew = crewOf(Array.from({ length: count }, (_, i) => {
    const { port1, port2 } = new MessageChannel()
    open.push(port1, port2)
    port2.on('message', ({ type }: { type: string }) => heard.push(type + i))
    serve(endOf(port2))
    return { ...endOf(port1), fail: (listener: (reason: unknown) => void) => failures.push(listener) }
  }))
  return { crew, heard, fail: (index) => failures[index]!(new Error('out of memory')) }
}

// Five shards, not all of one size.
const frames = planted(3001, 13, 3, 4)
const start = exemplars(frames, 3, seededRandom(1))
const options = { divergence: divergences['kl']!, iterations: 6, penalties: { activations: 0.1, volume: 0.5 } }

describe('a fit', () => {
  test.each([1, 2, 3, 7])('on %d threads is that on one, to the last bit', async (count) => {
    for (const module of [plainKernel, null]) {
      const want = await finish(nmf(frames, start, options, { crew: alone, module }))
      const got = await finish(nmf(frames, start, options, { crew: channels(count).crew, module }))
      expect(got.result).toEqual(want.result)
      expect(got.yields.map((pass) => pass.spectra())).toEqual(want.yields.map((pass) => pass.spectra()))
    }
  })

  test.each([1, 2, 5])('of sources together, on %d threads, is that on one, and lets go', async (count) => {
    const other = planted(1700, 13, 2, 5)
    const learners = [{ name: 'a', frames, against: [{ frames: other, gain: 0.5 }], start }, { name: 'b', frames: other, against: [{ frames, gain: 1 }], start }]
    const pairs = { sources: [frames, { ...frames, data: frames.data.map((x, i) => x / (1 + (i % 3))) }], mixture: { ...frames, data: frames.data.map((x, i) => x + x / (1 + (i % 3))) } }
    const fit = (crew: Crew): Promise<Float64Array[]> =>
      finish(danmf(learners, { iterations: 4, tauA: 0.2, tauS: 0.3, pairs, batches: { size: 700, full: 'own', random: seededRandom(1) } }, { crew, module: plainKernel })).then(({ result }) => result.spectra())
    const { crew, heard } = channels(count)
    expect(await fit(crew)).toEqual(await fit(alone))
    const times = (type: string): number => heard.filter((x) => x.startsWith(type)).length
    await expect.poll(() => times('drop')).toBe(times('place'))
    expect(new Set(heard.filter((x) => x.startsWith('ask'))).size).toBe(count)
  })

  test('in shards is a fit of all frames', async () => {
    const { result } = await finish(nmf(frames, start, { divergence: divergences['kl']!, iterations: 30 }))
    neverRises(result.loss)
    expect(costOfFit(frames, result, divergences['kl']!) / (result.loss.at(-1)! * frames.data.length)).toBeCloseTo(1, 3)
    expect(result.loss.at(-1)!).toBeLessThan(0.2 * result.loss[0]!)
  })

  test('uses every thread, and lets go of what it placed, at its end and when it is left', async () => {
    const { crew, heard } = channels(2)
    await finish(nmf(frames, start, options, { crew, module: null }))
    for await (const _ of nmf(frames, start, options, { crew, module: null })) break
    await expect.poll(() => ['place0', 'place1', 'drop0', 'drop1'].map((type) => heard.filter((x) => x === type).length)).toEqual([5, 5, 5, 5])
  })

  test('whose thread breaks ends with one sentence, and so does the next', async () => {
    const { crew, fail } = channels(2)
    const steps = nmf(frames, start, options, { crew, module: null })
    await steps.next()
    const next = steps.next()
    fail(1)
    await expect(next).rejects.toThrow('a thread of the fit broke: out of memory')
    await expect(finish(nmf(frames, start, options, { crew, module: null }))).rejects.toThrow('a thread of the fit broke: out of memory')
  })

  test('whose thread cannot do what it is asked says why', async () => {
    const hand = channels(1).crew.place({
      kind: 'shard', bins: 4, atoms: 2, divergence: divergences['kl']!, data: new Float32Array(8), weights: null, activations: new Float64Array(400), least: 1e-6, module: null })
    await expect(hand.ask({ method: 'activations', args: [] })).rejects.toThrow('offset is out of bounds')
  })
})

describe('learning', () => {
  const recording = (name: string, samples: Float32Array) => ({ name, sampleRate: 16_000, channels: [samples] })
  const plan: Plan = {
    parts: [
      { source: 'hiss', pitch: null, atoms: 3, recordings: [recording('a', noise(200_000, 3))] },
      { source: 'tone', pitch: 60, atoms: 1, recordings: [recording('b', tone(16_000, 500, 16_000))] },
      { source: 'tone', pitch: 72, atoms: 2, recordings: [recording('c', tone(16_000, 1000, 16_000))] },
    ],
    sizes: { sampleRate: 16_000, fftSize: 512, hopSize: 128, tailSize: 512 },
    method: 'nmf', divergence: divergences['kl']!, iterations: 5, start: 'kmeans', seed: 1, frames: 2000, module: plainKernel,
  }

  test('gives the same preset on any number of threads', async () => {
    const said = async (crew?: Crew) => {
      const { yields, result } = await finish(learn(plan, crew && { crew }))
      return { result, yields: yields.map(({ outcome, ...rest }) => ({ ...rest, outcome: outcome() })) }
    }
    const want = await said()
    for (const count of [1, 3]) expect(await said(channels(count).crew)).toEqual(want)
    expect(want.yields.at(-1)!.outcome).toEqual(want.result)
    expect(want.yields.map(({ outcome }) => outcome.loss['tone']!.length)).toEqual([1, 2, 3, 4, 5])
    expect(want.result.atoms.map(({ source, pitch }) => source + pitch)).toEqual(['hissnull', 'hissnull', 'hissnull', 'tone60', 'tone72', 'tone72'])
  })

  test('that is stopped keeps all sources, as the pass under way leaves them', async () => {
    const stop = new AbortController()
    const steps = learn(plan, { stop: stop.signal })
    expect((await steps.next()).value).toMatchObject({ done: 1, of: 5 })
    stop.abort()
    const step = await steps.next()
    expect(step.done).toBe(true)
    const { result } = await finish(learn({ ...plan, iterations: 1 }))
    expect(step.value).toEqual(result)
    expect(result.loss['tone']!.length).toBe(1)
  })

  test('that is left keeps nothing, and its threads are free', async () => {
    const { crew, heard } = channels(2)
    for await (const _ of learn(plan, { crew })) break
    await expect.poll(() => heard.filter((x) => x.startsWith('drop')).length).toBe(heard.filter((x) => x.startsWith('place')).length)
    expect(heard.some((x) => x.startsWith('place'))).toBe(true)
  })
})
