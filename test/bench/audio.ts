// The audio that figures are made from. It is not part of the repository: a benchmark that needs it says so where it is
// missing.

import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { readRecording } from '../../main/recordings.ts'
import type { Recording } from '../../presets/learn/learn.ts'
import { siSdr as ratioOf } from '../../presets/learn/tune.ts'

/** Beside the checkout, from whose top the benchmarks are run. */
export const audioFolder = pathToFileURL(resolve('..', 'shared', 'audio') + '/')

/** All of a file. */
export const load = (file: URL): Promise<Recording> => readRecording({ path: fileURLToPath(file), passage: null }, Infinity)

export const mono = ({ channels }: Pick<Recording, 'channels'>): Float32Array => channels[0]!.map((_, i) => channels.reduce((sum, c) => sum + c[i]!, 0) / channels.length)

export interface Mixture { readonly name: string; readonly labels: readonly string[]; readonly sampleRate: number; readonly mix: Float32Array; readonly images: readonly Float32Array[] }

/** The stereo mixtures, brought to one channel, with the true sources. Empty where the audio is not. */
export async function mixtures(): Promise<Mixture[]> {
  const folder = new URL('stereo/', audioFolder)
  if (!existsSync(folder)) return []
  return Promise.all(readdirSync(folder).sort().map(async (name) => {
    const at = new URL(name + '/', folder)
    const { labels } = JSON.parse(readFileSync(new URL('meta.json', at), 'utf8')) as { labels: string[] }
    const { sampleRate, channels } = await load(new URL('mix.flac', at))
    const images = await Promise.all(labels.map(async (_, i) => mono(await load(new URL(`src${i + 1}.flac`, at)))))
    return { name, labels, sampleRate, mix: mono({ channels }), images }
  }))
}

/** Scale-invariant SDR of one channel, dB. */
export const siSdr = (reference: Float32Array, estimate: Float32Array): number => ratioOf([reference], [estimate])
