// What a mask head learns from: voices in noises, each mix another one. Few recordings have to stand for all voices, rooms and
// microphones, so everything that may vary does: who speaks, how fast, through which equaliser, how loud, in what, at which
// level, and at which latency it will be heard. A mix is a function of the seed and its number alone.

import { noiseOf } from './mask-noises.ts'
import { between, choose, energy, equalised, inRoom, level, stretchOf } from './mask-sounds.ts'
import { seededRandom } from './random.ts'

export interface Materials {
  readonly sampleRate: number
  /** One recording for each person. */
  readonly voices: readonly Float32Array[]
  readonly noises: readonly Float32Array[]
}

export interface Mix {
  /** Which of the voices it is. */
  readonly who: number
  /** What is to come out, and what goes in. */
  readonly voice: Float32Array
  readonly mix: Float32Array
}

/** dB of voice over noise; and of a few mixes, so that who is alone is left alone. */
const LOWEST = -8, HIGHEST = 13, CLEAR = 30
const CLEAR_SHARE = 0.06
/** The share of mixes in which the voice stands in a room. */
const ROOM = 0.15
/** Seconds of noise alone before the voice, at most, for every other mix. */
const WAIT = 1
const LOUDNESS = 0.06

export function mixOf({ sampleRate, voices, noises }: Materials, seconds: number, seed: number): Mix {
  const random = seededRandom(Math.imul(seed, 0x9e3779b1) ^ 0x5bd1e995)
  const length = Math.round(seconds * sampleRate)
  const who = choose(random, voices.length)
  const wait = random() < 0.5 ? Math.round(random() * WAIT * sampleRate) : 0
  const voice = new Float32Array(length)
  voice.set(equalised(stretchOf(random, voices[who]!, between(random, 0.88, 1.14), length - wait), sampleRate, random, 5), wait)
  if (random() < ROOM) inRoom(voice, sampleRate, random)
  level(voice, LOUDNESS * 10 ** (between(random, -15, 6) / 20))
  const noise = noiseOf(length, { sampleRate, voices, noises }, random, who)
  const over = random() < CLEAR_SHARE ? between(random, HIGHEST, CLEAR) : between(random, LOWEST, HIGHEST)
  const scale = Math.sqrt(energy(voice) / Math.max(1e-20, energy(noise))) * 10 ** (-over / 20)
  return { who, voice, mix: voice.map((x, i) => x + scale * noise[i]!) }
}
