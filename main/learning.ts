// From what was asked of `winnow learn` to what is learned: the analysis, the parts, and the work itself, between whose
// steps the rest of the program has its turn.

import { readFile } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { readDivergence, type Divergence } from '../worklet/dictionary.ts'
import type { Preset } from '../presets/preset.ts'
import type { Sizes } from '../presets/learn/frames.ts'
import { learn as learning, methods, starts, type Outcome, type Part, type Plan, type Progress, type Recording } from '../presets/learn/learn.ts'
import { everyNote, notesApart } from '../presets/learn/notes.ts'
import { together } from '../presets/learn/together.ts'
import { noteTemplates, type Templates } from '../presets/learn/templates.ts'
import { oneOf, wholeNumber, type Arguments } from './arguments.ts'
import { threads } from './crew.ts'
import { kernelFile } from './places.ts'
import { sparkline } from './progress.ts'
import { filesOf, noteOf, type SourceFiles } from './recordings.ts'
import { Cancelled, UserError, asked, askedFor } from './user-error.ts'

/** What ways of learning have in common. `loss` per source and pass; empty where there is none. */
export type Learnt = Pick<Outcome, 'atoms' | 'spectra' | 'loss' | 'frames'> & { readonly method: string; readonly seed: number }

type Report = (share: number, detail?: string) => void

export const divergenceOf = (args: Arguments, flag: string, initial: string): Divergence =>
  asked(() => readDivergence(args.text(flag) ?? initial, `learn: --${flag}`))

const moduleOf = async (): Promise<WebAssembly.Module> => new WebAssembly.Module(await readFile(kernelFile))

/** What belongs to one way of working and would be ignored in another is said to be out of place. */
export function checkFlags(args: Arguments): void {
  const refuse = (flags: readonly string[], why: string): void => {
    const flag = flags.find((name) => args.has(name))
    if (flag !== undefined) throw new UserError(`learn: --${flag}: expected none ${why}, got one`)
  }
  const [, ...words] = args.positionals
  if (args.has('notes')) {
    refuse(['atoms', 'method', 'divergence', 'iterations', 'start', 'seed', 'frames', 'by-note', 'every-note'], 'with --notes, which averages instead of fitting')
    if (words.length > 0) throw new UserError(`learn: expected no sources beside --notes, got "${words[0]}"`)
  } else {
    refuse(['instrument'], 'without --notes')
    if (words.length === 0) throw new UserError('learn: expected OUT.preset SOURCE=FILES… or OUT.preset --notes FOLDER, got no sources')
  }
  if (args.has('append')) refuse(['rate', 'fft', 'hop', 'tail'], 'with --append, which keeps the analysis of the preset')
}

/** One per folder: an instrument, whose recordings are averaged before those of others join. */
export async function notesIn(args: Arguments): Promise<SourceFiles[]> {
  const folders = args.words('notes')
  const source = args.text('instrument') ?? basename(resolve(folders[0]!))
  return Promise.all(folders.map(async (folder) => ({ source, atoms: null, files: await filesOf([folder]) })))
}

/** A window that tells semitones apart, of which a synthesis as short as a fingering keeps the latency low. */
const NOTE_WINDOW = 0.093 // seconds

export function sizesOf(args: Arguments, recorded: number, base: Preset | null): Sizes {
  if (base) return base.dictionary
  const whole = (flag: string, min: number, max: number, initial: number): number => wholeNumber(args, 'learn', flag, min, max, initial)
  const rates = [1, 2, 4].map((part) => String(recorded / part))
  const notes = args.has('notes')
  const sampleRate = Number(oneOf(args, 'learn', 'rate', rates, rates[notes && recorded >= 32_000 ? 2 : 0]!))
  const fftSize = whole('fft', 256, 16_384, notes ? 2 ** Math.round(Math.log2(NOTE_WINDOW * sampleRate)) : sampleRate >= 32_000 ? 2048 : 1024)
  return {
    sampleRate, fftSize, hopSize: whole('hop', 32, 8192, notes ? fftSize / 8 : fftSize / 4), tailSize: whole('tail', 64, 16_384, notes ? fftSize / 4 : fftSize),
  }
}

export async function planOf(args: Arguments, sources: readonly SourceFiles[], recordings: readonly Recording[], sizes: Sizes): Promise<Plan> {
  const whole = (flag: string, min: number, max: number, initial: number): number => wholeNumber(args, 'learn', flag, min, max, initial)
  const byNote = args.has('by-note') || args.has('every-note')
  const atoms = whole('atoms', 1, 512, byNote ? 1 : 24)
  let next = 0
  const parts = sources.flatMap(({ source, atoms: own, files }): Part[] => {
    const given = recordings.slice(next, (next += files.length))
    if (!byNote) return [{ source, pitch: null, atoms: own ?? atoms, recordings: given }]
    const notes = files.map(({ path }, i) => ({ pitch: noteOf(path), recording: given[i]! }))
    return (args.has('every-note') ? everyNote : notesApart)(source, notes, own ?? atoms)
  })
  const { sampleRate, fftSize, hopSize, tailSize } = sizes
  return {
    parts, sizes: { sampleRate, fftSize, hopSize, tailSize },
    method: oneOf(args, 'learn', 'method', methods, 'nmf'),
    divergence: divergenceOf(args, 'divergence', (together as readonly string[]).includes(args.text('method') ?? '') ? 'euc' : 'kl'),
    iterations: whole('iterations', 1, 10_000, 100),
    start: oneOf(args, 'learn', 'start', starts, 'kmeans'),
    seed: whole('seed', 0, 999_999, 1),
    frames: whole('frames', 1, 999_999, 20_000),
    module: await moduleOf(),
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** From so many products on, threads are worth their start. */
const MANY = 2e9

/** `keep`: who is stopped keeps what the last whole pass has found. */
export async function finish(plan: Plan, jobs: number, keep: boolean, report: Report, signal: AbortSignal): Promise<Learnt> {
  const { parts, sizes, iterations, method } = plan
  const products = parts.reduce((sum, { recordings, atoms }) => sum
    + atoms * Math.min(plan.frames, recordings.reduce((frames, { channels }) => frames + channels[0]!.length / sizes.hopSize, 0)), 0) * sizes.fftSize * iterations
  const { crew, end } = threads(products > MANY ? jobs : 1)
  const steps = learning(plan, { crew, ...(keep && { stop: signal }) })
  const next = (): Promise<IteratorResult<Progress, Outcome>> => askedFor(() => steps.next(), 'learn')
  const losses: number[] = []
  try {
    let step = await next()
    for (; !step.done; step = await next()) {
      const known = Object.values(step.value.loss).filter((loss) => loss !== null)
      if (known.length > 0) losses.push(known.reduce((sum, loss) => sum + loss, 0) / known.length)
      report(step.value.done / step.value.of, sparkline(losses))
      await turn()
      if (signal.aborted && !keep) throw new Cancelled()
    }
    return { ...step.value, method, seed: plan.seed }
  } finally {
    await steps.return(null as never)
    await end()
  }
}

export async function templatesOf(folders: readonly SourceFiles[], recordings: readonly Recording[], sizes: Sizes, report: Report, signal: AbortSignal): Promise<Learnt> {
  let at = 0
  const instruments = folders.map(({ files }) => files.map(({ path }) => ({ pitch: noteOf(path), recording: recordings[at++]! })))
  const { source } = folders[0]!
  const steps = noteTemplates(source, instruments, sizes, await moduleOf())
  const next = (): IteratorResult<number, Templates> => asked(() => steps.next(), 'learn')
  let step = next()
  for (; !step.done; step = next()) {
    report(step.value)
    await turn()
    if (signal.aborted) throw new Cancelled()
  }
  return { ...step.value, loss: {}, frames: {}, method: 'templates', seed: 0 }
}
