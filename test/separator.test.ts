import { describe, expect, test } from 'vitest'
import { divergences } from '../worklet/dictionary.ts'
import type { Covariance } from '../worklet/covariance.ts'
import { constantAutomation, initialSettings, parameters } from '../worklet/parameters.ts'
import { delayed, dictionary, difference, maskHead, nullDb, rig } from './engine.ts'
import { lawsOf } from './laws.ts'
import { errorDb } from './reference.ts'
import { melody, noise, random, tone } from './signals.ts'

const mixture = (length: number, rate = 44100): Float32Array => {
  const air = noise(length, 5, 0.05)
  return melody(length, rate, 220).map((v, i) => v + air[i]!)
}

/** As a room may have it: another direction at every frequency, and some of everywhere. */
function roomCovariance(): Covariance {
  const next = random(8)
  const values = new Float32Array(4 * 513)
  for (let bin = 0; bin < 513; bin++) {
    const [left, right, angle] = [0.2 + next(), 0.2 + next(), 6.28 * next()]
    const cross = 0.8 * Math.sqrt(left * right)
    values.set([left, right, cross * Math.cos(angle), cross * Math.sin(angle)], 4 * bin)
  }
  return { sampleRate: 44100, fftSize: 1024, values }
}

describe('laws', () => {
  lawsOf('tones and air', (o) => rig(o))
  lawsOf('asymmetric, with free atoms', (o) =>
    rig({ dictionary: dictionary({ hopSize: 128, tailSize: 256 }), settings: { freeAtoms: 4, sparsity: 0.1 }, ...o }))
  lawsOf('Euclidean, sharp, with a floor and a residue', (o) =>
    rig({ dictionary: dictionary({ divergence: divergences['euc']!, hopSize: 512 }), settings: { sharpness: 2, floor: -20, residue: 1 }, ...o }))
  lawsOf('proximal, with every penalty and free atoms', (o) =>
    rig({ settings: { solver: 1, variation: 0.3, block: 0.05, sparsity: 0.02, freeAtoms: 2 }, ...o }))
  lawsOf('proximal, dual Itakura-Saito', (o) => rig({ dictionary: dictionary({ divergence: divergences['dual-is']! }), settings: { solver: 1, block: 0.05 }, ...o }))
  lawsOf('least squares, with free atoms', (o) =>
    rig({ dictionary: dictionary({ divergence: divergences['euc']! }), settings: { solver: 2, freeAtoms: 3, sparsity: 0.02 }, ...o }))
  lawsOf('binary', (o) => rig({ selection: { mask: 'binary', sources: [{ name: 'a', atoms: ['tones'], band: [100, 5000] }, { name: 'b' }] }, ...o }))
  for (const mask of ['soft', 'binary', 'wiener'] as const)
    lawsOf(`points, an area, something learned and something painted, ${mask}`, (o) => rig({
      selection: {
        mask,
        sources: [
          { name: 'a', places: [{ level: 4, delay: 0, width: 3, spread: 1 }, { level: 7, delay: 100 }], painted: [{ polygon: [[0.1, 300], [0.4, 300], [0.3, 6000]], soft: 0.3 }] },
          { name: 'b', places: [{ polygon: [[-9, -300], [-2, -300], [-2, 300], [-9, 300]], soft: 0.5 }], atoms: ['tones'] },
          { name: 'c', places: [{ learned: { from: 0, to: 1 } }], band: [200, 9000], painted: [{ polygon: [[0, 0], [0.2, 0], [0.2, 2000], [0, 2000]], gain: 0 }] },
        ],
      },
      covariances: { '0-1': roomCovariance() },
      ...o,
    }))
})

describe('separation', () => {
  const length = 3 * 44100
  const voice = melody(length, 44100, 220)
  const air = noise(length, 5, 0.05)
  const x = voice.map((v, i) => v + air[i]!)
  const quality = (options: Parameters<typeof rig>[0] = {}): number => {
    const r = rig(options)
    return -errorDb(r.run([x])[0]![0]!, delayed(voice, r.separator.latencySamples))
  }
  const input = -errorDb(x, voice)

  test('a dictionary that fits lifts the tones at least 6 dB out of the air', () => expect(quality()).toBeGreaterThan(input + 6))
  test('more passes are better than one', () => expect(quality({ settings: { passes: 20 } })).toBeGreaterThan(quality({ settings: { passes: 1, relaxation: 1 } })))
  test('half rate, double rate: fitted dictionaries separate as well as their own, to 1.5 dB', () => {
    for (const sampleRate of [48000, 88200, 96000]) {
      const n = 3 * sampleRate
      const clean = melody(n, sampleRate, 220)
      const noisy = noise(n, 5, 0.05 * Math.sqrt(sampleRate / 44100)).map((v, i) => v + clean[i]!)
      const r = rig({ sampleRate })
      expect(-errorDb(r.run([noisy])[0]![0]!, delayed(clean, r.separator.latencySamples)), String(sampleRate)).toBeGreaterThan(quality() - 1.5)
    }
  })

  test('above the dictionary\'s reach a source holds what it holds of the octave below', () => {
    const low = dictionary({ sampleRate: 22050, fftSize: 512, hopSize: 128, tailSize: 512 })
    const r = rig({ dictionary: low, sampleRate: 44100 })
    r.run([x.subarray(0, 30000)])
    const { masks, magnitude, layout: { bins } } = r.separator.frame
    const known = 257 // of 513
    for (const source of [0, 1]) {
      const row = masks.subarray(source * bins, (source + 1) * bins)
      let [held, all] = [0, 0]
      for (let bin = known >> 1; bin < known; bin++) {
        held += row[bin]! * magnitude[bin]!
        all += magnitude[bin]!
      }
      for (let bin = known; bin < bins; bin++) expect(row[bin]).toBeCloseTo(held / all, 4)
      expect(held / all).toBeGreaterThan(0.001)
    }
  })

  test('free atoms learn what the dictionary lacks, keep it on hold, and forget it at reset', () => {
    const tones = dictionary({ air: 0 })
    const selection = { mask: 'soft' as const, sources: [{ name: 'tones', atoms: ['tones'] }] }
    const free = quality({ dictionary: tones, selection, settings: { freeAtoms: 2 } })
    expect(free).toBeGreaterThan(quality({ dictionary: tones, selection }) + 4)
    // listened to beforehand, the air is known from the start
    const r = rig({ dictionary: tones, selection, settings: { freeAtoms: 2, listen: 1 } })
    const alone = r.run([air])
    expect(errorDb(alone[1]![0]!, delayed(air, r.separator.latencySamples))).toBeLessThan(-30) // all of it is rest
  })

  test('an activation row reads out at the input\'s level', () => {
    const r = rig({ dictionary: dictionary({ tones: 1, air: 1 }) })
    const sums: number[] = []
    r.separator.onFrame = (frame) => sums.push(frame.activations.reduce((a, b) => a + b, 0) / frame.magnitude.reduce((a, b) => a + b, 1e-9))
    r.run([mixture(20000)])
    // steps by quarters leave the sum of one frame a little off; its size is what matters
    for (const sum of sums.slice(5)) expect(Math.abs(Math.log(sum))).toBeLessThan(0.3)
  })
})

describe('the frame', () => {
  test('of two channels says where a sound stands: 6 dB to the right and 3 samples late; of one it says nothing', () => {
    const [gain, delay] = [2, 3]
    const left = noise(20000, 3)
    const right = delayed(left, delay).map((v) => gain * v)
    const r = rig({ channels: 2 })
    r.run([left, right])
    const frame = r.separator.frame
    let [l, r2, lag, weight] = [0, 0, 0, 0]
    for (let bin = 4; bin < 100; bin++) {
      const omega = (2 * Math.PI * bin) / 1024 // per sample
      const size = omega * Math.hypot(frame.crossRe[bin]!, frame.crossIm[bin]!)
      lag -= Math.atan2(frame.crossIm[bin]!, frame.crossRe[bin]!) * size
      weight += omega * size
      l += frame.left[bin]!
      r2 += frame.right[bin]!
    }
    expect(lag / weight).toBeCloseTo(delay, 0)
    expect(10 * Math.log10(r2 / l)).toBeCloseTo(20 * Math.log10(gain), 0)
    const mono = rig().separator.frame
    expect([mono.left, mono.right, mono.crossRe, mono.crossIm].map((x) => x.length)).toEqual([0, 0, 0, 0])
  })
})

describe('selection', () => {
  test('a band keeps a source to its frequencies', () => {
    const low = tone(30000, 300, 44100)
    const high = tone(30000, 6000, 44100)
    const r = rig({ selection: { mask: 'soft', sources: [{ name: 'low', band: [0, 1000] }] } })
    const [inside, rest] = r.run([low.map((v, i) => v + high[i]!)])
    const at = r.separator.latencySamples
    expect(errorDb(inside![0]!.slice(4096), delayed(low, at).slice(4096))).toBeLessThan(-40)
    expect(errorDb(rest![0]!.slice(4096), delayed(high, at).slice(4096))).toBeLessThan(-40)
  })

  test('can change while it runs, and everything still adds up', () => {
    const r = rig({ selection: { mask: 'soft', sources: [{ name: 'a', atoms: ['tones'] }] } })
    const x = mixture(40000)
    let calls = 0
    const stems = r.run([x], () => {
      if (++calls === 100) r.separator.select({ mask: 'binary', sources: [{ name: 'a', atoms: ['air'], band: [0, 4000] }] })
      return 128
    })
    expect(nullDb(stems, [x], r.separator.latencySamples)).toBeLessThan(-120)
  })
})

describe('rough treatment', () => {
  const n = 44100
  const hard: Record<string, Float32Array> = {
    'NaN': noise(n).map((v, i) => (i % 1000 === 0 ? NaN : v)),
    'infinite': noise(n).map((v, i) => (i % 777 === 0 ? (i % 2 ? Infinity : -Infinity) : v)),
    'enormous': noise(n).map((v, i) => (i % 555 === 0 ? 3e38 : v)),
    'loud': noise(n, 1, 9e5),
    'denormal': noise(n, 1, 1e-40),
    'DC': new Float32Array(n).fill(1),
    'a full-scale square wave': Float32Array.from({ length: n }, (_, i) => (i % 100 < 50 ? 1 : -1)),
    'one sample': new Float32Array(n).fill(1, 5000, 5001),
  }
  const kinds = Object.entries(divergences)
  test.each(Object.keys(hard))('%s: the output stays finite and recovers within one window', (name) => {
    for (const [divergenceName, divergence] of kinds) {
      const used = dictionary({ divergence })
      const settings = { freeAtoms: 2, passes: 4 }
      const after = mixture(n)
      const r = rig({ dictionary: used, settings })
      const x = Float32Array.from([...hard[name]!, ...after])
      const stems = r.run([x])
      for (const [channel] of stems) expect(channel!.every(Number.isFinite), divergenceName).toBe(true)
      const from = n + used.fftSize + r.separator.latencySamples
      const clean = x.map((v) => (Math.abs(v) < 1e6 ? v : 0))
      const tail = (signal: Float32Array): Float32Array => signal.slice(from)
      expect(nullDb(stems.map((stem) => [tail(stem[0]!)]), [tail(delayed(clean, r.separator.latencySamples))], 0), divergenceName).toBeLessThan(-110)
    }
  })
  test('bad samples are counted', () => {
    const r = rig()
    r.run([hard['NaN']!])
    expect(r.separator.badSamples).toBe(Math.ceil(n / 1000))
  })
})

describe('the parameter table', () => {
  const changed: Record<string, number> = { passes: 9, steps: 1, relaxation: 1, sparsity: 0.5, sparser: 0.5, sharpness: 2, floor: -12, residue: 1, freeAtoms: 3, memory: 0.1, hold: 1, listen: 1,
    solver: 1, variation: 1, block: 0.5, gamma: 0.3, tracker: 1, sensitivity: 6, smoothing: 0.5, learned: 0.5 }
  // a selection in which the balance of fixed and free atoms, and the residue, matter
  const base = { dictionary: dictionary({ divergence: divergences['euc']! }), selection: { mask: 'soft' as const, sources: [{ name: 'tones', atoms: ['tones'] }] } }
  const x = mixture(30000)
  const mixRows = ['reduction', 'wet', 'level', 'bypass', 'matched'] // turned in mixer.test.ts

  test.each(parameters.map((p) => p.name).filter((name) => !mixRows.includes(name)))('turning %s changes the sound', (name) => {
    const start = { freeAtoms: name === 'freeAtoms' ? 0 : 2, solver: ['variation', 'block', 'gamma'].includes(name) ? 1 : 0, tracker: name === 'sparser' ? 1 : 0 }
    const used = name === 'gamma' ? { ...base, dictionary: dictionary() } : name === 'learned' ? { ...base, head: maskHead() } : base // the Euclidean loss has no envelope
    const before = rig({ ...used, settings: start }).run([x])[0]![0]!
    const after = rig({ ...used, settings: { ...start, [name]: changed[name]! } }).run([x])[0]![0]!
    expect(errorDb(after, before)).toBeGreaterThan(-90)
  })

  test('rows that count are rounded while an AudioParam ramps through them', () => {
    const run = (passes: number, freeAtoms: number): Float32Array[][] => rig({ ...base, settings: { passes, freeAtoms } }).run([x])
    expect(difference(run(3.4, 1.6), run(3, 2))).toBeNull()
  })

  test('the solver may change at any hop: no click, everything adds up, and without a dictionary nothing happens', () => {
    const run = (at: (hop: number) => number, used: Parameters<typeof rig>[0] = base): { stems: Float32Array[][]; latency: number } => {
      const r = rig(used)
      const stems = [[new Float32Array(x.length)], [new Float32Array(x.length)]]
      const automation = constantAutomation({ ...initialSettings(), freeAtoms: 2, block: 0.05, variation: 0.2 })
      for (let from = 0; from < x.length; from += 256) {
        automation.solver[0] = at(from / 256)
        const to = Math.min(from + 256, x.length)
        r.separator.process([x.subarray(from, to)], stems.map(([stem]) => [stem!.subarray(from, to)]), to - from, automation)
      }
      return { stems, latency: r.separator.latencySamples }
    }
    const bend = ([[stem]]: Float32Array[][]): number => stem!.reduce((most, y, i) => (i < 2 ? most : Math.max(most, Math.abs(y - 2 * stem![i - 1]! + stem![i - 2]!))), 0)
    const steady = Math.max(...[0, 1, 2].map((solver) => bend(run(() => solver).stems)))
    for (const at of [(hop: number) => hop % 3, (hop: number) => Math.floor(hop / 7) % 3]) {
      const { stems, latency } = run(at)
      expect(bend(stems)).toBeLessThan(1.1 * steady)
      expect(nullDb(stems, [x], latency)).toBeLessThan(-120)
    }
    const none = { dictionary: dictionary({ tones: 0, air: 0, divergence: divergences['euc']! }), selection: { mask: 'soft' as const, sources: [{ name: 'all', band: [0, 3000] as [number, number] }] } }
    expect(difference(run((hop) => hop % 3, none).stems, run(() => 0, none).stems)).toBeNull()
  })

  test('automation is read at the sample that completes a hop, whatever the quantum', () => {
    const next = random(3)
    const curve = Float32Array.from({ length: x.length }, (_, i) => 1 + 3 * (0.5 + 0.5 * Math.sin(i / 3000)))
    const run = (chop: () => number): Float32Array => {
      const r = rig(base)
      const stems = [[new Float32Array(x.length)], [new Float32Array(x.length)]]
      const fixed = Object.fromEntries(parameters.map((p) => [p.name, Float32Array.of(p.initial)])) as Parameters<typeof r.separator.process>[3]
      for (let at = 0; at < x.length; ) {
        const size = Math.min(chop(), x.length - at)
        r.separator.process([x.subarray(at, at + size)], stems.map(([s]) => [s!.subarray(at, at + size)]), size, { ...fixed, sharpness: curve.subarray(at, at + size) })
        at += size
      }
      return stems[0]![0]!
    }
    expect(difference([[run(() => 128)]], [[run(() => 2 + Math.floor(next() * 3000))]])).toBeNull()
  })
})
