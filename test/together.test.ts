// Sources learned together, from recordings to atoms: what each way takes, what it gives, and what it says of a plan that is not whole.

import { describe, expect, test } from 'vitest'
import { divergences } from '../worklet/dictionary.ts'
import { learn } from '../presets/learn/learn.ts'
import type { Outcome, Part, Plan, Progress, Recording } from '../presets/learn/learn.ts'
import type { Pair } from '../presets/learn/pairs.ts'
import { plainKernel } from './kernels.ts'
import { melody, noise, tone } from './signals.ts'
import { finish } from './steps.ts'

const RATE = 16_000, BINS = 257
const recording = (name: string, samples: Float32Array): Recording => ({ name, sampleRate: RATE, channels: [samples] })
const part = (source: string, atoms: number, ...recordings: Recording[]): Part => ({ source, pitch: null, atoms, recordings })
const voice = melody(RATE, RATE, 300), hiss = noise(RATE, 3, 0.1)
const mixes = [recording('mix.wav', voice.map((x, i) => x + hiss[RATE - 1 - i]!))]
const pairs: Pair[] = [{ voice: recording('voice 2', melody(RATE, RATE, 300, 8)), hiss: recording('hiss 2', noise(RATE, 4, 0.1)) }]
const plan = (over: Partial<Plan>): Plan => ({
  parts: [part('voice', 4, recording('voice.wav', voice)), part('hiss', 2, recording('hiss.wav', hiss))],
  sizes: { sampleRate: RATE, fftSize: 512, hopSize: 128, tailSize: 256 }, method: 'anmf', divergence: divergences['euc']!,
  iterations: 20, start: 'exemplar', seed: 1, frames: 1000, module: plainKernel, ...over,
})
const learned = (over: Partial<Plan>): Promise<{ yields: Progress[]; result: Outcome }> => finish(learn(plan(over)))
const rowsOf = ({ spectra, atoms }: Outcome): Float32Array[] => atoms.map((_, row) => spectra.subarray(row * BINS, (row + 1) * BINS))

describe.each([
  ['against mixtures', 'anmf', { against: mixes }], ['against each other', 'anmf', {}], ['from pairs', 'dnmf', { pairs }],
  ['from pairs and against mixtures', 'danmf', { pairs, against: mixes }], ['from pairs, in batches', 'danmf', { pairs, batch: 50 }],
] as const)('%s: %s', (_name, method, over) => {
  test('gives every source its atoms, pass by pass, the same for the same seed', async () => {
    const { yields, result } = await learned({ method, ...over })
    expect(result.atoms.map(({ source }) => source)).toEqual(['voice', 'voice', 'voice', 'voice', 'hiss', 'hiss'])
    for (const row of rowsOf(result)) expect(row.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5)
    expect(yields.map(({ done, of }) => `${done}/${of}`)).toEqual(Array.from({ length: 20 }, (_, i) => `${i + 1}/20`))
    expect(result.loss['voice']).toEqual(yields.map(({ loss }) => loss['voice']))
    expect(result.loss['hiss']!.at(-1)!).toBeLessThan(result.loss['hiss']![0]!)
    expect((await learned({ method, ...over })).result).toEqual(result)
    expect((await learned({ method, ...over, seed: 2 })).result.spectra).not.toEqual(result.spectra)
  })
})

test('no weight is plain Euclidean NMF, bit by bit', async () => {
  const { result: wary } = await learned({ against: mixes, tauA: 0 }), { result: plain } = await learned({ method: 'nmf' })
  expect(wary.spectra).toEqual(plain.spectra)
  expect((await learned({ method: 'danmf', pairs, tauA: 0, tauS: 0 })).result.spectra).toEqual(plain.spectra)
})

test('against the hiss, the voice keeps to where it is', async () => {
  const quiet = ({ spectra, atoms }: Outcome): number => { // of the voice, above its highest partial
    const rows = rowsOf({ spectra, atoms } as Outcome).slice(0, 4)
    return rows.reduce((sum, row) => sum + row.subarray(150).reduce((a, b) => a + b, 0), 0)
  }
  const parts = [part('voice', 4, recording('voice.wav', voice.map((x, i) => x + 0.3 * hiss[i]!)))]
  const plain = (await learned({ parts, method: 'nmf', iterations: 60 })).result
  const wary = (await learned({ parts, against: [recording('hiss.wav', hiss)], tauA: 0.5, iterations: 60 })).result
  expect(quiet(wary)).toBeLessThan(0.85 * quiet(plain))
})

test('stopped, it keeps the last whole pass', async () => {
  const stop = { aborted: false }
  const steps = learn(plan({ against: mixes }), { stop })
  for (let i = 0; i < 7; i++) await steps.next()
  stop.aborted = true
  const { value, done } = await steps.next()
  expect(done).toBe(true)
  expect((value as Outcome).spectra).toEqual((await learned({ against: mixes, iterations: 7 })).result.spectra)
})

const one = { parts: [part('voice', 4, recording('voice.wav', voice))] }
test.each<[string, Partial<Plan>, string]>([
  ['nothing to learn against', one, 'against: expected mixtures, or a second source to learn against with anmf, got none'],
  ['no pairs', { method: 'dnmf' }, 'pairs: expected aligned recordings of all sources to learn from with dnmf, got none'],
  ['pairs that are not used', { pairs }, 'pairs: expected only with dnmf, danmf, got it with anmf'],
  ['mixtures that are not used', { method: 'dnmf', pairs, against: mixes }, 'against: expected only with anmf, danmf, got it with dnmf'],
  ['a weight that is not used', { method: 'nmf', tauA: 0.5 }, 'tauA: expected only with anmf, danmf, got it with nmf'],
  ['a part that is not used', { tauS: 0.5 }, 'tauS: expected only with danmf, got it with anmf'],
  ['steps that are not used', { method: 'nmf', batch: 9 }, 'batch: expected only with anmf, dnmf, danmf, got it with nmf'],
  ['another divergence', { divergence: divergences['kl']! }, 'divergence: expected euc, which is what anmf minimises, got kl'],
  ['pairs for notes', { method: 'dnmf', pairs, parts: [60, 62].map((pitch) => ({ ...part('voice', 1, recording('a', voice)), pitch })) }, 'pairs: expected sources of one part each, got 2 parts of 1'],
  ['unequal pairs', { method: 'dnmf', pairs: [{ ...pairs[0]!, hiss: recording('short.wav', hiss.subarray(1)) }] }, 'short.wav: expected as many samples as voice 2, 16000, got 15999'],
  ['a silent mixture', { against: [recording('mix.wav', new Float32Array(RATE))] }, 'mix.wav: expected sound, got silence'],
])('refuses %s in one sentence', async (_name, over, says) => {
  await expect(learned(over)).rejects.toThrow(new RangeError(says))
})

test('too large a weight: the sentence names one that works', async () => {
  const said = await learned({ ...one, against: [recording('tone', tone(RATE, 300, RATE)), ...mixes], tauA: 1e4 }).catch((error: Error) => error.message)
  expect(said).toMatch(/^tauA: expected at most \d+(\.\d+)?, the largest found that does not empty a basis, got 10000$/)
})
