// How fast learning is, beside scikit-learn's multiplicative solver: the same frames, the same start, the same number of
// passes, in the same run. Both are timed from frames in memory to both factors.

import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { threads } from '../../main/crew.ts'
import { soundingFrames } from '../../presets/learn/frames.ts'
import type { Frames, Recording } from '../../presets/learn/frames.ts'
import { learn } from '../../presets/learn/learn.ts'
import { nmf } from '../../presets/learn/nmf.ts'
import { seededRandom } from '../../presets/learn/random.ts'
import { exemplars } from '../../presets/learn/start.ts'
import { divergences } from '../../worklet/dictionary.ts'
import { finish } from '../steps.ts'
import { audioFolder, load } from './audio.ts'

const ATOMS = 64, PASSES = 100, MINUTES = 8
const sizes = { sampleRate: 16_000, fftSize: 512, hopSize: 256, tailSize: 512 }
const kl = divergences['kl']!

interface Theirs { readonly version: string; readonly type: string; readonly threads: number; readonly seconds: number; readonly loss: number }
export interface SpeedFigures {
  readonly machine: string
  readonly frames: number
  readonly bins: number
  readonly ours: { threads: number; seconds: number; loss: number; megabytes: number }[]
  readonly theirs: Theirs[] | null
  /** Our wall time over that of the faster of theirs. */
  readonly ratio: number | null
  /** 24 atoms of a voice from a minute at 48 kHz: from samples to spectra. */
  readonly voice: { threads: number; seconds: number }[]
}

/** scikit-learn on the frames in a file, from our start: each W and H of ours is the other of theirs. */
const SCRIPT = `
import json, sys, time, warnings
import numpy as np, sklearn
from sklearn.decomposition import NMF
from threadpoolctl import threadpool_info
warnings.filterwarnings('ignore')
folder, bins, atoms, passes = sys.argv[1], *map(int, sys.argv[2:])
V = np.fromfile(folder + '/frames', np.float32).reshape(-1, bins)
H = np.fromfile(folder + '/spectra', np.float64).reshape(atoms, bins)
for kind in (np.float32, np.float64):
    v = V.astype(kind)
    w = np.repeat(v.mean(1, keepdims=True) * bins / atoms, atoms, 1)
    w[w == 0] = 1e-9
    model = NMF(atoms, init='custom', solver='mu', beta_loss='kullback-leibler', max_iter=passes, tol=0)
    began = time.perf_counter()
    model.fit_transform(v, W=np.ascontiguousarray(w), H=H.astype(kind))
    seconds = time.perf_counter() - began
    print(json.dumps(dict(version=sklearn.__version__, type=kind.__name__, seconds=seconds, threads=max([x['num_threads'] for x in threadpool_info()] + [1]),
        loss=float(model.reconstruction_err_ ** 2 / 2 / v.size / V.mean(dtype=np.float64)))), flush=True)
`

function theirTimes({ data, bins }: Frames, start: Float64Array): Theirs[] | null {
  const python = ['python3', '/usr/bin/python3', 'python'].find((name) => spawnSync(name, ['-c', 'import sklearn']).status === 0)
  if (python === undefined) return null
  const folder = mkdtempSync(join(tmpdir(), 'winnow-bench-'))
  try {
    writeFileSync(join(folder, 'frames'), data)
    writeFileSync(join(folder, 'spectra'), start)
    const { status, stdout, stderr } = spawnSync(python, ['-c', SCRIPT, folder, String(bins), String(ATOMS), String(PASSES)], { encoding: 'utf8' })
    if (status !== 0) throw new Error(`scikit-learn: ${stderr.trim().split('\n').at(-1)}`)
    return stdout.trim().split('\n').map((line) => JSON.parse(line) as Theirs)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** From the files of a folder, as many as it takes. */
async function recordings(folder: URL, seconds: number): Promise<Recording[]> {
  const found: Recording[] = []
  let left = seconds
  for (const name of readdirSync(folder).sort()) {
    if (left <= 0) break
    const whole = await load(new URL(name, folder))
    const samples = Math.min(whole.channels[0]!.length, Math.ceil(left * whole.sampleRate))
    found.push({ ...whole, channels: whole.channels.map((x) => x.subarray(0, samples)) })
    left -= samples / whole.sampleRate
  }
  return found
}

const megabytes = (): number => process.memoryUsage().rss / 2 ** 20

export async function learnSpeed(module: WebAssembly.Module, say: (line: string) => void): Promise<SpeedFigures | null> {
  const folder = new URL('speech-and-noise/', audioFolder)
  if (!existsSync(folder)) return null
  const random = seededRandom(1)
  const frames = soundingFrames(await recordings(new URL('speech_kathleen_16k/', folder), MINUTES * 60), sizes, module, Infinity, random)
  const start = exemplars(frames, ATOMS, random)
  const machine = `${cpus().length} × ${cpus()[0]!.model.trim()}`
  const counts = [...new Set([1, availableParallelism()])]
  say(`${machine}: ${ATOMS} atoms, ${frames.count} × ${frames.bins} frames of ${MINUTES} minutes, ${PASSES} passes of KL`)

  const ours: SpeedFigures['ours'] = []
  for (const count of counts) {
    const { crew, end } = threads(count)
    const began = performance.now()
    let most = 0
    const steps = nmf(frames, start, { divergence: kl, iterations: PASSES }, { crew, module })
    let step = await steps.next()
    for (; !step.done; step = await steps.next()) most = Math.max(most, megabytes())
    const seconds = (performance.now() - began) / 1000
    await end()
    ours.push({ threads: count, seconds, loss: step.value.loss.at(-1)!, megabytes: most })
    say(`winnow, ${count} ${count === 1 ? 'thread ' : 'threads'}                ${seconds.toFixed(1).padStart(6)} s   loss ${step.value.loss.at(-1)!.toFixed(6)}   the whole process ${most.toFixed(0)} MB`)
  }
  const theirs = theirTimes(frames, start)
  for (const { version, type, threads, seconds, loss } of theirs ?? [])
    say(`scikit-learn ${version}, ${type}, ${threads} threads ${seconds.toFixed(1).padStart(6)} s   loss ${loss.toFixed(6)}`)
  const ratio = theirs && ours.at(-1)!.seconds / Math.min(...theirs.map(({ seconds }) => seconds))
  say(ratio === null ? 'scikit-learn is not here: no comparison' : `ratio ${ratio.toFixed(2)}`)

  const minute = await recordings(new URL('speech_kathleen_48k/', folder), 60)
  const times: SpeedFigures['voice'] = []
  for (const count of counts) {
    const { crew, end } = threads(count)
    const began = performance.now()
    await finish(learn({
      parts: [{ source: 'voice', pitch: null, atoms: 24, recordings: minute }], sizes: { sampleRate: minute[0]!.sampleRate, fftSize: 2048, hopSize: 512, tailSize: 2048 },
      method: 'nmf', divergence: kl, iterations: PASSES, start: 'kmeans', seed: 1, frames: 20_000, module,
    }, { crew }))
    times.push({ threads: count, seconds: (performance.now() - began) / 1000 })
    await end()
    say(`24 atoms of a minute of voice at 48 kHz, ${count} ${count === 1 ? 'thread' : 'threads'}: ${times.at(-1)!.seconds.toFixed(1)} s`)
  }
  return { machine, frames: frames.count, bins: frames.bins, ours, theirs, ratio, voice: times }
}
