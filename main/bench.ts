// `winnow bench`: what the engine costs on this machine, in the units that matter. The plain twin of the pass runs in the
// same process and alternates with it, so that a busy machine slows both.

import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { GCProfiler } from 'node:v8'
import { type Dictionary, divergences } from '../worklet/dictionary.ts'
import { type Automation, type Settings, solvers } from '../worklet/parameters.ts'
import type { Mode } from '../worklet/protocol.ts'
import { ringBytes } from '../worklet/frame.ts'
import { type Selection, wholeDictionary } from '../worklet/selection.ts'
import { layoutFor } from '../worklet/separator.ts'
import { alternate, ATOMS, everyFactor, hopTask, passTasks, randomDictionary, RATE, sequence } from './bench-tasks.ts'
import { hostProcessor, parameterArrays } from './hosted.ts'
import { cliFile, kernelFile, workletFile } from './built.ts'

const QUANTUM = 128

export interface Bench {
  readonly machine: string
  /** One KL pass, 1025 bins × 128 atoms: the kernel, and a plain JavaScript loop in the same run. */
  readonly passMicros: number
  readonly plainPassMicros: number
  /** STFT, three passes, masks and four sources out; 2048/512, 128 atoms, one channel. */
  readonly hopMicros: number
  /** The slowest quantum of 128 samples in a minute, direct and sliced, each quantum the best of three times; the raw slowest; the budget. */
  readonly worstQuantumMicros: number
  readonly worstQuantumSlicedMicros: number
  readonly worstQuantumRawMicros: number
  readonly quantumBudgetMicros: number
  /**
   * Garbage collections that 300 000 calls of `process` caused, 150 000 that change the solver now and then, and 60 000 of a
   * stereo session with places, paint and the Wiener filter; and those that 100 000 with one small object each did.
   */
  readonly collections: number
  readonly collectionsLittering: number
}

export const kernelModule = (): WebAssembly.Module => new WebAssembly.Module(new Uint8Array(readFileSync(kernelFile)))

interface Session {
  readonly dictionary?: Dictionary
  readonly selection?: Selection
  readonly channels?: 1 | 2
  readonly values?: Partial<Settings>
  /** Before every call. */
  readonly turn?: (automation: Automation) => void
}

/** The hosted processor on noise, and one call of its `process`. */
function quantumTask(mode: Mode, { dictionary = randomDictionary(ATOMS, 4),
  selection = wholeDictionary([...new Set(dictionary.atoms.map((atom) => atom.source))]), channels = 1, values = {}, turn = () => {} }: Session = {}): () => void {
  const frames = new SharedArrayBuffer(ringBytes(layoutFor(dictionary, selection, RATE, channels), 4))
  const { processor } = hostProcessor(workletFile, { module: kernelModule(), dictionary, selection, channels, mode, stems: false, live: false, frames }, RATE)
  const next = sequence(4)
  const inputs = [Array.from({ length: channels }, () => Float32Array.from({ length: QUANTUM }, () => next() - 0.5))]
  const outputs = [Array.from({ length: channels }, () => new Float32Array(QUANTUM))]
  const automation = parameterArrays(values)
  return () => {
    turn(automation)
    processor.process(inputs, outputs, automation)
  }
}

/**
 * The slowest quantum of a minute that is played three times, each quantum at its best: what a machine with other work
 * puts between two looks at the clock is not ours, and seldom falls on the same quantum three times. `raw` is the slowest
 * of all as the clock saw it.
 */
function worstQuanta(mode: Mode): { worst: number; raw: number } {
  const count = Math.floor((60 * RATE) / QUANTUM)
  const best = new Float64Array(count).fill(Infinity)
  let raw = 0
  for (let round = 0; round < 3; round++) {
    const call = quantumTask(mode)
    for (let i = 0; i < 4000; i++) call() // a whole number of hops, so that every round meets the same quanta
    for (let i = 0; i < count; i++) {
      const start = performance.now()
      call()
      const micros = 1000 * (performance.now() - start)
      best[i] = Math.min(best[i]!, micros)
      raw = Math.max(raw, micros)
    }
  }
  return { worst: best.reduce((a, b) => Math.max(a, b), 0), raw }
}

/**
 * Run in a process of its own with --max-semi-space-size=1: the nursery is so small that one small object per call makes
 * several collections. The second count is that very object, to show that the first could fail.
 */
export function countCollections(): Pick<Bench, 'collections' | 'collectionsLittering'> {
  // small, because the number of calls matters, not their size; with free atoms, so that every stage runs
  const small = randomDictionary(12, 2, 256)
  const call = quantumTask('direct', { dictionary: small, values: { freeAtoms: 2, tracker: 1, sensitivity: 3, smoothing: 0.2, matched: 1 } })
  let calls = 0
  const solving = quantumTask('direct', { dictionary: { ...small, divergence: divergences['euc']! }, values: { freeAtoms: 2, block: 0.1, variation: 0.1 },
    turn: ({ solver }) => { solver[0] = (calls++ >> 5) % solvers.length } })
  const stereo = quantumTask('sliced', { dictionary: small, selection: everyFactor(small), channels: 2, values: { freeAtoms: 2 } })
  const count = (calls: number, task: () => void): number => {
    for (let i = 0; i < 20000; i++) task()
    const profiler = new GCProfiler()
    profiler.start()
    for (let i = 0; i < calls; i++) task()
    return profiler.stop()!.statistics.length
  }
  const litter: object[] = []
  return {
    collections: count(300_000, call) + count(150_000, solving) + count(60_000, stereo),
    collectionsLittering: count(100_000, () => {
      call()
      litter[0] = { x: 1, y: 2, z: 3 }
    }),
  }
}

/** `countCollections` in the process that it wants: the command line itself. */
export function collectionsInAChild(): Pick<Bench, 'collections' | 'collectionsLittering'> {
  const child = spawnSync(process.execPath, ['--max-semi-space-size=1', cliFile, 'bench', '--collections', '--json'], { encoding: 'utf8' })
  if (child.status !== 0) throw new Error(`counting collections: ${child.stderr}`)
  return JSON.parse(child.stdout) as Pick<Bench, 'collections' | 'collectionsLittering'>
}

export function bench(): Bench {
  const module = kernelModule()
  const [passMicros, plainPassMicros, hopMicros] = alternate([...passTasks(module), hopTask(module)], 31, [400, 20, 100])
  const direct = worstQuanta('direct')
  const sliced = worstQuanta('sliced')
  return {
    machine: `${cpus()[0]?.model ?? 'unknown'} × ${cpus().length}, Node ${process.versions.node}`,
    passMicros: passMicros!, plainPassMicros: plainPassMicros!, hopMicros: hopMicros!,
    worstQuantumMicros: direct.worst, worstQuantumSlicedMicros: sliced.worst, worstQuantumRawMicros: direct.raw,
    quantumBudgetMicros: (1e6 * QUANTUM) / RATE,
    ...collectionsInAChild(),
  }
}
