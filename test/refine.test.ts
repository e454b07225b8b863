import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { alone } from '../presets/learn/crew.ts'
import type { Stereo } from '../presets/refine/frames.ts'
import { Refinement } from '../presets/refine/refine.ts'
import { divergences } from '../worklet/dictionary.ts'
import { FIELD_SHAPE } from '../worklet/survey.ts'
import { waveFile } from './band.ts'
import { readSound } from '../renderer/audio/reader.ts'
import { openAudio } from '../main/audio/file.ts'
import { filesIn, scratch, winnow, writeSmallPreset } from './cli-fixtures.ts'
import { rig } from './engine.ts'
import { plainKernel } from './kernels.ts'
import { errorDb } from './reference.ts'
import { melody, noise, placed, random, together } from './signals.ts'

const RATE = 8000 // frames as long as at any rate, and a fifth of the bins
const seconds = (n: number): number => Math.round(n * RATE)

/** Three tunes of a few notes, each at its place; where they meet in a bin, no mask can tell. */
const PLACES = [[-5, 0], [0, 0], [5, 0]] as const
const tunes = (length: number): Stereo[] => PLACES.map(([level, delay], i) => {
  const air = noise(length, 60 + i, 0.002)
  return placed(melody(length, RATE, [140, 180, 230][i]!, 5 + i).map((x, n) => x + air[n]!), level, delay)
})

/** As the engine finds them, the rest last, latency taken out. */
function engine(mix: Stereo): Stereo[] {
  const { separator, run } = rig({
    dictionary: { ...FIELD_SHAPE, atoms: [], spectra: new Float32Array(0), divergence: divergences['kl']! }, sampleRate: RATE, channels: 2,
    selection: { mask: 'wiener', sources: PLACES.map(([level, delay], i) => ({ name: `tune ${i}`, places: [{ level, delay }] })) },
  })
  const latency = separator.latencySamples
  const longer = mix.map((x) => { const out = new Float32Array(x.length + latency); out.set(x); return out })
  return run(longer).map(([l, r]): Stereo => [l!.subarray(latency), r!.subarray(latency)])
}

async function refine(stems: readonly Stereo[], chop: () => number = () => Infinity, onShare: (share: number) => void = () => {}): Promise<Stereo[]> {
  const length = stems[0]![0].length
  const refinement = new Refinement({ module: plainKernel, sampleRate: RATE, stems: stems.length, crew: alone })
  const out = stems.map((): Stereo => [new Float32Array(length), new Float32Array(length)])
  let done = 0
  for (let taken = 0; done < length; ) {
    taken += refinement.take(stems, taken, Math.min(length, taken + chop()))
    if (!refinement.full && taken < length) continue
    const steps = refinement.work(taken === length)
    let step = await steps.next()
    for (; !step.done; step = await steps.next()) onShare(step.value)
    const { stems: found, length: ready } = step.value
    found.forEach((stem, k) => stem.forEach((x, c) => out[k]![c]!.set(x.subarray(0, ready), done)))
    done += ready
  }
  expect(done).toBe(length)
  return out
}

const chained = (sounds: readonly Stereo[]): Float32Array => Float32Array.from(sounds.flatMap((sound) => sound.flatMap((x) => [...x])))
const sumOf = (stems: readonly Stereo[]): Float32Array => chained([together(...stems)])
/** dB below the truth, of all sources. */
const errors = (truths: readonly Stereo[], stems: readonly Stereo[], from = 0, to = Infinity): number[] =>
  truths.map((truth, i) => errorDb(chained([stems[i]!.map((x) => x.subarray(from, to)) as unknown as Stereo]), chained([truth.map((x) => x.subarray(from, to)) as unknown as Stereo])))

describe('refinement', () => {
  test('every source is at least 2 dB nearer its truth, over several stretches and their seams; and all of it still adds up', async () => {
    const length = seconds(8.6) + 123
    const truths = tunes(length)
    const stems = engine(together(...truths))
    const next = random(3)
    const shares: number[] = []
    const refined = await refine(stems, () => 1 + Math.floor(next() * 5000), (share) => shares.push(share))
    const [before, after] = [errors(truths, stems), errors(truths, refined)]
    after.forEach((dB, i) => expect(dB, `source ${i}: ${before[i]!.toFixed(1)} → ${dB.toFixed(1)} dB`).toBeLessThan(before[i]! - 2))
    // Around the seam between 7 s and 8 s nothing is worse than what came.
    errors(truths, refined, seconds(6.9), seconds(8.1)).forEach((dB, i) => expect(dB).toBeLessThan(errors(truths, stems, seconds(6.9), seconds(8.1))[i]!))
    expect(errorDb(sumOf(refined), sumOf(stems))).toBeLessThan(-120)
    expect(shares.every((share, i) => share >= 0 && share <= 1 && (share >= shares[i - 1]! || i === 0 || share < 0.1))).toBe(true) // it starts again with each stretch
    expect(Math.max(...shares)).toBeGreaterThan(0.95)
  })

  test('stems that are silent, now or throughout, and sound that is shorter than a window', async () => {
    const [a, b] = tunes(seconds(3)) as [Stereo, Stereo, Stereo]
    const silence: Stereo = [new Float32Array(seconds(3)), new Float32Array(seconds(3))]
    const gap = (x: Float32Array): Float32Array => x.map((value, i) => (i > seconds(1) && i < seconds(2) ? 0 : value))
    const both = [a, b].map((stem) => stem.map(gap) as unknown as Stereo) // digital silence in the mixture
    const found = await refine(both)
    expect(errorDb(sumOf(found), sumOf(both))).toBeLessThan(-120)
    const pausing = a.map(gap) as unknown as Stereo
    const stems = [pausing, silence, b, silence]
    const refined = await refine(stems)
    expect(errorDb(sumOf(refined), sumOf(stems))).toBeLessThan(-120)
    expect(refined[1]!.every((x) => x.every((value) => value === 0))).toBe(true)
    expect(refined.every((stem) => stem.every((x) => x.every(Number.isFinite)))).toBe(true)

    const alone = [silence, a, silence]
    expect(await refine(alone)).toEqual(alone)
    expect(await refine([silence, silence])).toEqual([silence, silence])
    for (const length of [1, 300]) {
      const short = [a, b].map((stem) => stem.map((x) => x.slice(4000, 4000 + length)) as unknown as Stereo)
      expect(errorDb(sumOf(await refine(short)), sumOf(short))).toBeLessThan(-100)
    }
  })

  test('the same stems give the same bytes', async () => {
    const stems = tunes(seconds(1.5))
    expect(await refine(stems)).toEqual(await refine(stems, () => 777))
  })
})

describe('winnow separate --refine', () => {
  const folder = scratch()
  const at = (name: string): string => join(folder, name)
  const preset = writeSmallPreset(folder)
  const truths = tunes(seconds(3))
  writeFileSync(at('mix.wav'), waveFile(together(...truths), RATE))
  writeFileSync(at('mono.wav'), waveFile([truths[0]![0]], RATE))
  const sources = PLACES.map(([level, delay], i) => ({ name: `tune ${i}`, places: [{ level, delay }] }))
  writeFileSync(at('three.json'), JSON.stringify({ mask: 'wiener', sources }))
  writeFileSync(at('whole.json'), JSON.stringify({ mask: 'soft', sources: [{ name: 'all' }] }))
  const separate = (input: string, out: string, selection: string, ...more: string[]): string[] =>
    ['separate', at(input), '--out', at(out), '--preset', preset, '--selection', at(selection), ...more]

  async function heard(path: string): Promise<Stereo> {
    const reader = await openAudio(path)
    const sound: Stereo = [new Float32Array(seconds(3)), new Float32Array(seconds(3))]
    expect(await readSound(reader, sound, 0)).toBe(seconds(3))
    await reader.close()
    return sound
  }

  test('files of the input\'s length that add up to it, and nearer to the truth than without', async () => {
    const plain = await winnow(separate('mix.wav', 'plain', 'three.json', '--json'))
    const { code, out, err } = await winnow(separate('mix.wav', 'refined', 'three.json', '--refine', '--mix', at('heard.wav'), '--json'))
    expect([plain.code, code, err]).toEqual([0, 0, ''])
    const { nullDb, outputs, samples } = JSON.parse(out) as { nullDb: number; outputs: string[]; samples: number }
    expect(nullDb).toBeLessThan(-120)
    expect(samples).toBe(seconds(3))
    expect(outputs).toHaveLength(5)
    const files = async (folder: string): Promise<Stereo[]> => Promise.all([0, 1, 2].map((i) => heard(at(`${folder}/tune ${i}.wav`))))
    const [before, after] = [errors(truths, await files('plain')), errors(truths, await files('refined'))]
    expect(after[0]! + after[1]! + after[2]!, `${before} → ${after}`).toBeLessThan(before[0]! + before[1]! + before[2]! - 3)
    expect(errorDb(chained([await heard(at('heard.wav'))]), chained([together(...truths)]))).toBeLessThan(-120) // all faders at 0 dB
  })

  test('one channel is refused in a sentence', async () => {
    const before = filesIn(folder)
    const { code, out, err } = await winnow(separate('mono.wav', 'none', 'whole.json', '--refine'))
    expect([code, out]).toEqual([2, ''])
    expect(err).toMatch(/^winnow: .*mono\.wav: --refine: expected two channels, of which places are made, got one\n$/)
    expect(filesIn(folder)).toEqual(before)
  })

  test('stopped while it refines: nothing is left', async () => {
    const before = filesIn(folder)
    const stop = new AbortController()
    const running = winnow(separate('mix.wav', 'stopped', 'three.json', '--refine'), { signal: stop.signal })
    setTimeout(() => stop.abort(), 400)
    expect((await running).code).toBe(130)
    expect(filesIn(folder)).toEqual(before)
  })
})
