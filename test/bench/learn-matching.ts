// Choosing the divergence from the data: the α + β found on noise of known kinds, through a fit of the right rank that does
// not know it; and what it finds in the frames of a voice and of noises.

import { existsSync } from 'node:fs'
import type { Crew } from '../../presets/learn/crew.ts'
import { soundingFrames } from '../../presets/learn/frames.ts'
import type { Frames } from '../../presets/learn/frames.ts'
import { chooseDivergence } from '../../presets/learn/matching.ts'
import type { Match } from '../../presets/learn/matching.ts'
import { seededRandom } from '../../presets/learn/random.ts'
import { ATOMS, BINS, COUNT, clean, noises } from '../chance.ts'
import { random } from '../signals.ts'
import { finish } from '../steps.ts'
import { audioFolder, load } from './audio.ts'

const SEEDS = [11, 12, 13, 14, 15, 16] // others than those of the tests
const RECORDINGS = ['speech_more_16k/librivox_en', 'noise_16k/babble6', 'noise_16k/rain_roof', 'noise_16k/train_inside']
const sizes = { sampleRate: 16_000, fftSize: 512, hopSize: 128, tailSize: 512 }

export interface NoiseRow { readonly noise: string; readonly true: number; readonly found: readonly number[] }
export interface RecordingRow { readonly name: string; readonly alpha: number; readonly beta: number; readonly sum: number; readonly nearest: string }
export interface MatchingFigures { readonly noises: readonly NoiseRow[]; readonly recordings: readonly RecordingRow[] | null }

export async function matching(module: WebAssembly.Module, crew: Crew, say: (line: string) => void): Promise<MatchingFigures> {
  const match = async (frames: Frames, atoms: number, seed: number): Promise<Match> =>
    (await finish(chooseDivergence(frames, atoms, { iterations: 120, seed, means: { crew, module } }))).result
  say(`α + β of ${BINS} × ${COUNT} entries of rank ${ATOMS}, by a fit of rank ${ATOMS}; ${SEEDS.length} draws`)
  const rows: NoiseRow[] = []
  for (const [noise, sum, , level, make] of noises) {
    const found: number[] = []
    for (const seed of SEEDS) {
      const next = random(seed + 100)
      found.push((await match({ bins: BINS, count: COUNT, data: Float32Array.from(clean(seed, level), (x) => make(x, next)) }, ATOMS, seed)).sum)
    }
    rows.push({ noise, true: sum, found })
    const mean = found.reduce((a, b) => a + b) / found.length
    say(`  ${noise.padEnd(24)} true ${sum}, found ${mean.toFixed(2)} (${Math.min(...found).toFixed(2)} to ${Math.max(...found).toFixed(2)})`)
  }
  if (!existsSync(audioFolder)) return { noises: rows, recordings: null }
  const recordings: RecordingRow[] = []
  for (const name of RECORDINGS) {
    const frames = soundingFrames([await load(new URL(`speech-and-noise/${name}.flac`, audioFolder))], sizes, module, 3000, seededRandom(1))
    const { alpha, beta, sum, nearest } = await match(frames, 32, 1)
    recordings.push({ name, alpha, beta, sum, nearest })
    say(`  ${name.padEnd(28)} (${alpha}, ${beta}), sum ${sum}, nearest ${nearest}`)
  }
  return { noises: rows, recordings }
}
