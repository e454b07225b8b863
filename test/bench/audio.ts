// The audio that figures are made from. It is not part of the repository: a benchmark that needs it says so where it is
// missing.

import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { openAudio } from '../../main/audio/reader.ts'

/** Beside the checkout, from whose top the benchmarks are run. */
export const audioFolder = pathToFileURL(resolve('..', 'shared', 'audio') + '/')

export interface Sound { readonly sampleRate: number; readonly channels: readonly Float32Array[] }

export async function load(file: URL): Promise<Sound> {
  const reader = await openAudio(fileURLToPath(file))
  const parts: Float32Array[][] = []
  const block = (): Float32Array[] => Array.from({ length: reader.channels }, () => new Float32Array(65536))
  let length = 0
  for (;;) {
    const into = block()
    const count = await reader.read(into)
    if (count === 0) break
    parts.push(into.map((c) => c.subarray(0, count)))
    length += count
  }
  await reader.close()
  return {
    sampleRate: reader.sampleRate,
    channels: Array.from({ length: reader.channels }, (_, c) => {
      const whole = new Float32Array(length)
      let at = 0
      for (const part of parts) {
        whole.set(part[c]!, at)
        at += part[c]!.length
      }
      return whole
    }),
  }
}

export const mono = ({ channels }: Sound): Float32Array => channels[0]!.map((_, i) => channels.reduce((sum, c) => sum + c[i]!, 0) / channels.length)

export interface Mixture { readonly name: string; readonly labels: readonly string[]; readonly sampleRate: number; readonly mix: Float32Array; readonly images: readonly Float32Array[] }

/** The stereo mixtures, brought to one channel, with the true sources. Empty where the audio is not. */
export async function mixtures(): Promise<Mixture[]> {
  const folder = new URL('stereo/', audioFolder)
  if (!existsSync(folder)) return []
  return Promise.all(readdirSync(folder).sort().map(async (name) => {
    const at = new URL(name + '/', folder)
    const { labels } = JSON.parse(readFileSync(new URL('meta.json', at), 'utf8')) as { labels: string[] }
    const { sampleRate, ...mix } = await load(new URL('mix.flac', at))
    const images = await Promise.all(labels.map(async (_, i) => mono(await load(new URL(`src${i + 1}.flac`, at)))))
    return { name, labels, sampleRate, mix: mono({ sampleRate, ...mix }), images }
  }))
}

/** Scale-invariant SDR of whole signals in memory, dB (METHODS §7). */
export function siSdr(reference: Float32Array, estimate: Float32Array): number {
  const mean = (x: Float32Array): number => x.reduce((a, b) => a + b, 0) / x.length
  const [r, e] = [mean(reference), mean(estimate)]
  let [rr, re, ee] = [0, 0, 0]
  for (let i = 0; i < reference.length; i++) {
    const a = reference[i]! - r
    const b = estimate[i]! - e
    rr += a * a
    re += a * b
    ee += b * b
  }
  const target = (re * re) / rr
  return 10 * Math.log10(target / (ee - target))
}
