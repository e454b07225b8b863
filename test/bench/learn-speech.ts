// Learning a voice against the mixtures that it will be heard in, after the experiment of Ludvigsen & Grasmair (2023): a voice
// known from some of its recordings, noise of which nothing is known but the mixtures. Both bases of 64 atoms, 512-point
// windows, 100 epochs of the Euclidean loss, τ_A = ½, mixing weights known. Four ways, of which the first two learn a basis of
// the noise from the mixtures, and the last two (P-) have none:
//
//   NMF, ANMF   the voice's share of the mixture, W_u h_u / W h, with all activations found together
//   P-          the mixture projected on the voice: W_u h_u
//
// One basis of the voice, wary of the noisy recordings of all levels, serves every level. (A basis for each level, wary of its
// own mixtures alone, gains as much up to 6 dB; at 9 dB, where they are nearly the voice, it is 0.3 dB below NMF.) Their voice
// is of LibriSpeech, their noises of WHAM!, so the absolute figures differ; the order is theirs.

import { existsSync, readdirSync } from 'node:fs'
import type { Crew } from '../../presets/learn/crew.ts'
import { danmf, mixtureGain } from '../../presets/learn/danmf.ts'
import type { Frames } from '../../presets/learn/frames.ts'
import { seededRandom, someOf } from '../../presets/learn/random.ts'
import { projected, semiSupervised } from '../../presets/learn/semi.ts'
import { exemplars } from '../../presets/learn/start.ts'
import { divergences } from '../../worklet/dictionary.ts'
import { Kernel } from '../../worklet/kernel.ts'
import { Analysis, Synthesis, Transform } from '../../worklet/stft.ts'
import { finish } from '../steps.ts'
import { audioFolder, load, mono, siSdr } from './audio.ts'

const LEVELS = [-6, -3, 0, 3, 6, 9]
const PAPER = {
  'NMF': [0.84, 3.52, 6.04, 8.43, 10.48, 12.16], 'ANMF': [1.39, 4.23, 6.98, 9.18, 11.35, 13.09],
  'P-NMF': [-1.85, 1.10, 4.02, 6.89, 9.64, 12.19], 'P-ANMF': [0.07, 2.96, 5.79, 8.38, 10.72, 12.77],
} as const
type Way = keyof typeof PAPER
const ways = Object.keys(PAPER) as Way[]

const shape = { fftSize: 512, windowSize: 512, hopSize: 128, tailSize: 512 }
const BINS = 257, ATOMS = 64, EPOCHS = 100, TAU = 0.5, TINY = 1e-10
/** Clips that are mixed, each with another noise. Every other clip is for learning, of which a quarter, one minute, is taken, for time. */
const CLIPS = 20, FRAMES = 8_000

export interface SpeechFigures { readonly levels: readonly number[]; readonly paper: Readonly<Record<Way, readonly number[]>>; readonly ours: Record<Way, number[]> }

interface Mixed { readonly weights: readonly [number, number]; readonly spectrograms: readonly Spectrogram[]; readonly frames: Frames }
interface Spectrogram { readonly re: Float32Array; readonly im: Float32Array; readonly frames: Frames }

/** Every frame that a sound touches, through the engine's transform, and back. */
function transformOf(module: WebAssembly.Module) {
  const { fftSize, hopSize, tailSize } = shape
  const kernel = new Kernel(module, Transform.floats(fftSize) + Analysis.floats(shape, tailSize) + Synthesis.floats(shape) + fftSize)
  const transform = new Transform(kernel, fftSize)
  const analysis = new Analysis(transform, shape, tailSize), synthesis = new Synthesis(transform, shape)
  const mask = kernel.floats(BINS + 16)
  return {
    forward(samples: Float32Array): Spectrogram {
      const count = Math.ceil((samples.length + tailSize) / hopSize)
      const [re, im] = [new Float32Array(count * BINS), new Float32Array(count * BINS)]
      analysis.reset()
      for (let hop = 0; hop < count; hop++) {
        for (let i = 0; i < hopSize; i++) analysis.write(samples[hop * hopSize + i] ?? 0, i)
        analysis.frame()
        re.set(analysis.re.subarray(0, BINS), hop * BINS)
        im.set(analysis.im.subarray(0, BINS), hop * BINS)
      }
      return { re, im, frames: { bins: BINS, count, data: re.map((x, i) => Math.hypot(x, im[i]!)) } }
    },
    backward({ re, im, frames: { count } }: Spectrogram, gains: Float32Array, length: number): Float32Array {
      const out = new Float32Array(count * hopSize)
      synthesis.reset()
      for (let hop = 0; hop < count; hop++) {
        analysis.re.set(re.subarray(hop * BINS, (hop + 1) * BINS))
        analysis.im.set(im.subarray(hop * BINS, (hop + 1) * BINS))
        mask.set(gains.subarray(hop * BINS, (hop + 1) * BINS))
        synthesis.add(analysis, mask)
        synthesis.publish()
        out.set(synthesis.ready, hop * hopSize)
      }
      return out.subarray(tailSize - hopSize, tailSize - hopSize + length)
    },
  }
}

const joined = (all: readonly Frames[]): Frames => {
  const data = new Float32Array(all.reduce((sum, frames) => sum + frames.data.length, 0))
  all.reduce((at, frames) => { data.set(frames.data, at); return at + frames.data.length }, 0)
  return { bins: BINS, count: data.length / BINS, data }
}

const last = async <Y, R>(steps: Generator<Y, R> | AsyncGenerator<Y, R>): Promise<R> => (await finish(steps)).result

/** The voice's gain for every entry of the mixtures. */
function gainsOf(frames: Frames, spectra: ArrayLike<number>, activations: ArrayLike<number>, all: number): Float32Array {
  return frames.data.map((v, at) => {
    const row = Math.floor(at / BINS) * all, bin = at % BINS
    let voice = 0, both = 0
    for (let atom = 0; atom < all; atom++) {
      const part = activations[row + atom]! * spectra[atom * BINS + bin]!
      both += part
      if (atom < ATOMS) voice += part
    }
    return all === ATOMS ? voice / Math.max(v, 1e-9) : voice / Math.max(both, 1e-9)
  })
}

export async function learnSpeech(module: WebAssembly.Module, crew: Crew, say: (line: string) => void): Promise<SpeechFigures | null> {
  if (!existsSync(audioFolder)) return null
  const folder = new URL('speech-and-noise/', audioFolder)
  const sounds = async (name: string): Promise<Float32Array[]> =>
    Promise.all(readdirSync(new URL(name + '/', folder)).sort().map(async (file) => mono(await load(new URL(`${name}/${file}`, folder)))))
  const leveled = (x: Float32Array): Float32Array => { const rms = Math.sqrt(x.reduce((sum, s) => sum + s * s, 0) / x.length); return x.map((s) => (0.1 * s) / rms) }
  const speech = (await sounds('speech_kathleen_16k')).map(leveled), noises = await sounds('noise_16k')
  const { forward, backward } = transformOf(module)
  const random = seededRandom(1)
  const training = joined(speech.filter((_, i) => i % 2 === 0).map((x) => forward(x).frames))
  const rows = someOf(training.count, FRAMES, random)
  const voice: Frames = joined(rows.map((row) => ({ bins: BINS, count: 1, data: training.data.subarray(row * BINS, (row + 1) * BINS) })))
  const clips = speech.filter((_, i) => i % 2 === 1).slice(0, CLIPS)
  const means = { crew, module }
  const euclidean = divergences['euc']!
  const penalties = { spectra: TINY, activations: TINY }
  const learned = async (against: readonly Mixed[], tauA: number): Promise<Float64Array> => {
    const learner = {
      name: 'voice', frames: voice, start: exemplars(voice, ATOMS, seededRandom(2)),
      against: against.map(({ frames, weights }) => ({ frames, gain: mixtureGain([weights], 0) })),
    }
    return (await last(danmf([learner], { iterations: EPOCHS, tauA, tauS: 0, l1Spectra: TINY, l1Activations: TINY }, means))).spectra()[0]!
  }
  const mixedAt = (level: number): Mixed => {
    const ratio = 10 ** (level / 20)
    const weights = [ratio / (1 + ratio), 1 / (1 + ratio)] as const
    const spectrograms = clips.map((clip, i) => {
      const noise = leveled(noises[i % noises.length]!.subarray(0, clip.length))
      return forward(clip.map((x, at) => weights[0] * x + weights[1] * noise[at]!))
    })
    return { weights, spectrograms, frames: joined(spectrograms.map(({ frames }) => frames)) }
  }
  const levels = LEVELS.map(mixedAt)
  const plain = await learned([], 0)
  const wary = await learned(levels, TAU)
  say(`the voice, mean SI-SDR of ${CLIPS} clips in as many noises, in dB; ${ATOMS} + ${ATOMS} atoms, ${EPOCHS} epochs, τ_A = ${TAU}; ${voice.count} frames learned from; in brackets the paper's, of its own recordings`)
  const ours: Record<Way, number[]> = { 'NMF': [], 'ANMF': [], 'P-NMF': [], 'P-ANMF': [] }
  for (const [index, { spectrograms, frames: mixed }] of levels.entries()) {
    for (const [name, basis] of [['NMF', plain], ['ANMF', wary]] as const) {
      const next = seededRandom(3)
      const free = Float64Array.from({ length: ATOMS * BINS }, next)
      const semi = await last(semiSupervised(mixed, basis, free, { divergence: euclidean, iterations: EPOCHS, penalties }, means))
      const both = new Float64Array(2 * ATOMS * BINS)
      both.set(basis)
      both.set(semi.spectra, basis.length)
      const alone = await last(projected(mixed, basis, { divergence: euclidean, iterations: EPOCHS, penalties }, means))
      for (const [way, gains] of [[name, gainsOf(mixed, both, semi.activations, 2 * ATOMS)], [`P-${name}`, gainsOf(mixed, basis, alone.activations, ATOMS)]] as const) {
        let at = 0
        const scores = spectrograms.map((spectrogram, i) => {
          const part = gains.subarray(at, at += spectrogram.frames.data.length)
          return siSdr(clips[i]!, backward(spectrogram, part, clips[i]!.length))
        })
        ours[way].push(scores.reduce((sum, x) => sum + x, 0) / scores.length)
      }
    }
    say(`  ${`${LEVELS[index]} dB`.padEnd(8)}${ways.map((way) => `${way} ${ours[way][index]!.toFixed(2)} (${PAPER[way][index]!.toFixed(2)})`.padEnd(22)).join('')}`)
  }
  return { levels: LEVELS, paper: PAPER, ours }
}
