// What denoising is judged on: voices in noises that nothing was learned from, from −6 to 9 dB. The same on every machine.
//
//   tested   all of noise_16k; every fourth recording of kathleen, whose other recordings enrol her; and as unknown voices
//            speech_other, libri_other_*, librivox_* and vctk_*
//   learned  everything else

import { existsSync, readdirSync } from 'node:fs'
import { audioFolder, load, mono } from './audio.ts'
import { seededRandom } from '../../presets/learn/random.ts'
import type { Recording } from '../../presets/learn/learn.ts'

export const LEVELS = [-6, -3, 0, 3, 6, 9] as const // dB, voice over noise
export const RATE = 16_000
const SECONDS = 4
/** The usual level of a voice that is being transmitted: −26 dB (ITU-T P.56). */
const LEVEL = 10 ** (-26 / 20)
const BABBLE = 'babble6'
/** Who speaks in it. */
const BABBLERS = /^(kerstin|nathalie|flemishguy)/
/** The babble's places for the figure of its own. */
const BABBLES = 6
const ENROLLED_SECONDS = 240
const KNOWN = 'speech_kathleen_16k'

export interface Mix { readonly voice: Float32Array; readonly noise: Float32Array; readonly kind: string; readonly speaker: string }
export interface Group { readonly name: 'known' | 'unknown'; readonly mixes: readonly Mix[]; readonly babble: readonly Mix[] }
export interface Material {
  readonly groups: readonly Group[]
  /** Four minutes of the known voice, none of which is tested. */
  readonly enrolment: readonly Recording[]
  /** Every recording that nothing may have learned from. */
  readonly tested: ReadonlySet<string>
}

const folder = (name: string): URL => new URL(`speech-and-noise/${name}/`, audioFolder)
const files = (name: string, pattern = /\.flac$/): string[] => readdirSync(folder(name)).filter((file) => pattern.test(file)).sort()
const read = async (name: string, file: string): Promise<Float32Array> => mono(await load(new URL(file, folder(name))))
const rms = (x: Float32Array): number => Math.sqrt(x.reduce((sum, s) => sum + s * s, 0) / x.length)
const leveled = (x: Float32Array): Float32Array => { const scale = LEVEL / rms(x); return x.map((s) => scale * s) }

/** `count` stretches of one speaker: recordings one after the other where they are short. */
async function stretches(name: string, list: readonly string[], count: number): Promise<Float32Array[]> {
  const out: Float32Array[] = []
  let next = 0
  while (out.length < count) {
    const part = new Float32Array(SECONDS * RATE)
    for (let at = 0; at < part.length; next++) {
      const sound = await read(name, list[next % list.length]!)
      part.set(sound.subarray(0, part.length - at), at)
      at += sound.length
    }
    out.push(part)
  }
  return out
}

/** A stretch of a noise in which it sounds: places in which it hardly does are passed over. */
function passage(noise: Float32Array, random: () => number): Float32Array {
  const length = SECONDS * RATE
  const whole = rms(noise)
  let best = noise.subarray(0, length)
  for (let tries = 0; tries < 20; tries++) {
    const at = Math.floor(random() * (noise.length - length))
    const here = noise.subarray(at, at + length)
    if (rms(here) > 0.5 * whole) return here
    if (rms(here) > rms(best)) best = here
  }
  return best
}

/** Null where the audio is not. */
export async function material(): Promise<Material | null> {
  if (!existsSync(folder(KNOWN))) return null
  const random = seededRandom(4)
  const kinds = files('noise_16k').map((file) => file.replace('.flac', ''))
  const noises = new Map(await Promise.all(kinds.map(async (kind) => [kind, await read('noise_16k', kind + '.flac')] as const)))
  const mixed = (speaker: string, voice: Float32Array, kind: string): Mix =>
    ({ speaker, voice: leveled(voice), kind, noise: leveled(passage(noises.get(kind)!, random)) })

  const all = files(KNOWN)
  const own = all.filter((_, i) => i % 4 === 0)
  const known = await stretches(KNOWN, own, kinds.length + BABBLES)

  const readers = files('speech_more_16k', /^(libri_other|librivox|vctk)_/)
  const others = files('speech_other_16k')
  const unknown: { speaker: string; voice: Float32Array }[] = []
  for (const file of readers) unknown.push({ speaker: file.replace('.flac', ''), voice: (await read('speech_more_16k', file)).slice(RATE, (1 + SECONDS) * RATE) })
  const talkers = [...new Set(others.map((file) => file.split('_')[0]!))]
  while (unknown.length < kinds.length)
    for (const speaker of talkers.slice(0, kinds.length - unknown.length)) {
      const used = unknown.filter((one) => one.speaker === speaker).length
      const list = others.filter((file) => file.startsWith(speaker))
      unknown.push({ speaker, voice: (await stretches('speech_other_16k', list.slice(10 * used), 1))[0]! })
    }
  // the babble is no match for those who speak in it: it stands first, and they last
  const order = [BABBLE, ...kinds.filter((kind) => kind !== BABBLE)]
  const strangers = unknown.filter(({ speaker }) => !BABBLERS.test(speaker))
  return {
    groups: [
      { name: 'known', mixes: order.map((kind, i) => mixed('kathleen', known[i]!, kind)), babble: known.slice(order.length).map((voice) => mixed('kathleen', voice, BABBLE)) },
      {
        name: 'unknown', mixes: order.map((kind, i) => mixed(unknown[i]!.speaker, unknown[i]!.voice, kind)),
        babble: Array.from({ length: BABBLES }, (_, i) => { const { speaker, voice } = strangers[1 + 2 * i]!; return mixed(speaker, voice, BABBLE) }),
      },
    ],
    enrolment: await enrolment(all.filter((_, i) => i % 4 !== 0)),
    tested: new Set([...kinds.map((kind) => kind + '.flac'), ...own, ...readers, ...others]),
  }
}

async function enrolment(list: readonly string[]): Promise<Recording[]> {
  const out: Recording[] = []
  for (let at = 0, samples = 0; samples < ENROLLED_SECONDS * RATE; at++) {
    const recording = await load(new URL(list[at]!, folder(KNOWN)))
    out.push({ ...recording, name: list[at]! })
    samples += recording.channels[0]!.length
  }
  return out
}

export const mixAt = ({ voice, noise }: Mix, level: number): Float32Array => {
  const scale = 10 ** (-level / 20)
  return voice.map((x, i) => x + scale * noise[i]!)
}
