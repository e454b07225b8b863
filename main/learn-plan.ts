// What was asked of `winnow learn`, read: which files for what, in which analysis, learned how.

import { readFile } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { readDivergence, type Divergence } from '../worklet/dictionary.ts'
import type { Preset } from '../presets/preset.ts'
import { calibrationDefaults, noteSizes, type Calibration } from '../presets/learn/calibrate.ts'
import type { Sizes } from '../presets/learn/frames.ts'
import { methods, starts, type Method, type Part, type Plan, type Recording } from '../presets/learn/learn.ts'
import type { MaskPlan } from '../presets/learn/mask-head.ts'
import { everyNote, notesApart, transposed, type Note } from '../presets/learn/notes.ts'
import type { Pair } from '../presets/learn/pairs.ts'
import { together } from '../presets/learn/together.ts'
import { amount, oneOf, wholeNumber, type Arguments } from './arguments.ts'
import { kernelFile } from './built.ts'
import { filesOf, noteOf, readSources, type NamedFile, type SourceFiles } from './recordings.ts'
import { UserError, asked } from './user-error.ts'

export const divergenceOf = (args: Arguments, flag: string, initial: string): Divergence =>
  asked(() => readDivergence(args.text(flag) ?? initial, `learn: --${flag}`))

export const moduleOf = async (): Promise<WebAssembly.Module> => new WebAssembly.Module(await readFile(kernelFile))

/** What belongs to one way of working and would be ignored in another is said to be out of place. */
export function checkFlags(args: Arguments): void {
  const refuse = (flags: readonly string[], why: string): void => {
    const flag = flags.find((name) => args.has(name))
    if (flag !== undefined) throw new UserError(`learn: --${flag}: expected none ${why}, got one`)
  }
  const [, ...words] = args.positionals
  if (args.has('notes')) {
    refuse(['atoms', 'method', 'against', 'pairs', 'tune', 'tau-a', 'tau-s', 'batch', 'divergence', 'iterations', 'start', 'frames', 'l1', 'l1-spectra', 'volume', 'transpose', 'by-note', 'every-note', 'keep'], 'with --notes, which averages instead of fitting')
    if (args.has('plain')) refuse(['music', 'seed'], 'with --plain, which leaves nothing to chance')
    if (words.length > 0) throw new UserError(`learn: expected no sources beside --notes, got "${words[0]}"`)
  } else if (args.has('empty')) {
    refuse(['append', 'atoms', 'method', 'against', 'pairs', 'tune', 'tau-a', 'tau-s', 'batch', 'divergence', 'activations', 'iterations', 'start', 'seed', 'frames', 'l1', 'l1-spectra', 'volume', 'by-note', 'every-note', 'instrument', 'plain', 'music', 'keep', 'jobs'],
      'with --empty, which learns nothing')
    if (words.length > 0) throw new UserError(`learn: expected no sources beside --empty, got "${words[0]}"`)
  } else {
    refuse(['instrument', 'plain', 'music'], 'without --notes')
    if (words.length === 0) throw new UserError('learn: expected OUT.preset SOURCE=FILES… or OUT.preset --notes FOLDER, got no sources')
  }
  if (args.text('divergence') === 'auto' && args.has('tune')) throw new UserError('learn: --divergence: expected one beside --tune, which tries several, got auto')
  if (args.has('tune') && !args.has('pairs')) throw new UserError('learn: --pairs: expected recordings to judge by with --tune, got none')
  if (args.has('by-note') || args.has('every-note')) refuse(['transpose'], 'where every file is one note')
  if (['notes', 'empty', 'append', 'by-note', 'every-note'].some((flag) => args.has(flag))) refuse(['head'], 'but where a voice is learned from recordings of it')
  if (!args.has('head')) refuse(['head-mixes', 'head-epochs'], 'without --head')
  if (args.has('append')) refuse(['rate', 'fft', 'hop', 'tail'], 'with --append, which keeps the analysis of the preset')
}

export const isByNote = (args: Arguments): boolean => ['notes', 'by-note', 'every-note'].some((flag) => args.has(flag))

/** What a run reads, in the order in which it is read. */
export interface Given {
  readonly sources: readonly SourceFiles[]
  readonly against: readonly NamedFile[]
  /** Aligned: the first files of all sources make one mixture, the second another. */
  readonly pairs: readonly SourceFiles[]
  /** Noises for a head. */
  readonly noises: readonly NamedFile[]
}

export async function givenOf(args: Arguments, words: readonly string[]): Promise<Given> {
  const pairs = args.has('pairs') ? await readSources(args.words('pairs')) : []
  for (const { source, files } of pairs)
    if (files.length !== pairs[0]!.files.length)
      throw new UserError(`learn: --pairs: expected as many recordings of ${source} as of ${pairs[0]!.source}, ${pairs[0]!.files.length}, got ${files.length}`)
  return { sources: args.has('notes') ? await notesIn(args) : args.has('empty') ? [] : await readSources(words), against: await filesOf(args.words('against')), pairs, noises: await filesOf(args.words('head')) }
}

export const filesGiven = ({ sources, against, pairs, noises }: Given): NamedFile[] => [...sources.flatMap(({ files }) => files), ...against, ...pairs.flatMap(({ files }) => files), ...noises]

/** The same with recordings in place of files. */
export interface Heard {
  readonly sources: readonly { readonly source: string; readonly atoms: number | null; readonly notes: readonly Note[]; readonly recordings: readonly Recording[] }[]
  readonly against: readonly Recording[]
  readonly pairs: readonly Pair[]
  readonly noises: readonly Recording[]
}

export function heard({ sources, against, pairs, noises }: Given, recordings: readonly Recording[], byNote: boolean): Heard {
  let at = 0
  const next = (files: readonly NamedFile[]): Recording[] => recordings.slice(at, (at += files.length))
  const all = sources.map(({ source, atoms, files }) => {
    const own = next(files)
    return { source, atoms, recordings: own, notes: byNote ? files.map(({ path }, i) => ({ pitch: noteOf(path), recording: own[i]! })) : [] }
  })
  const mixtures = next(against)
  const aligned = pairs.map(({ source, files }) => ({ source, recordings: next(files) }))
  return {
    sources: all, against: mixtures,
    pairs: (aligned[0]?.recordings ?? []).map((_, i) => Object.fromEntries(aligned.map((one) => [one.source, one.recordings[i]!]))),
    noises: next(noises),
  }
}

/** One per folder: an instrument, whose recordings are averaged before those of others join. */
async function notesIn(args: Arguments): Promise<SourceFiles[]> {
  const folders = args.words('notes')
  const source = args.text('instrument') ?? basename(resolve(folders[0]!))
  return Promise.all(folders.map(async (folder) => ({ source, atoms: null, files: await filesOf([folder]) })))
}

export function sizesOf(args: Arguments, recorded: number, base: Preset | null): Sizes {
  if (base) return base.dictionary
  const whole = (flag: string, min: number, max: number, initial: number): number => wholeNumber(args, 'learn', flag, min, max, initial)
  const rates = [1, 2, 4].map((part) => String(recorded / part))
  const notes = args.has('notes')
  const sampleRate = Number(oneOf(args, 'learn', 'rate', rates, notes ? String(noteSizes(recorded).sampleRate) : rates[0]!))
  const fftSize = whole('fft', 256, 16_384, notes ? noteSizes(sampleRate, sampleRate).fftSize : sampleRate >= 32_000 ? 2048 : 1024)
  return {
    sampleRate, fftSize, hopSize: whole('hop', 32, 8192, notes ? fftSize / 8 : fftSize / 4), tailSize: whole('tail', 64, 16_384, notes ? fftSize / 4 : fftSize),
  }
}

export async function calibrationOf(args: Arguments, { sources }: Heard, sizes: Sizes, divergence: Divergence): Promise<Calibration> {
  const whole = (flag: string, min: number, max: number, initial: number): number => wholeNumber(args, 'learn', flag, min, max, initial)
  return {
    source: sources[0]!.source, instruments: sources.map(({ notes }) => notes), sizes, divergence, module: await moduleOf(),
    head: !args.has('plain'), seconds: whole('music', 60, 100_000, calibrationDefaults.seconds), seed: whole('seed', 0, 999_999, calibrationDefaults.seed),
  }
}

/** One rate for all, so that no source is known less high than another; what joins a preset may have any rate that reaches as high. */
export function checkRates(recordings: readonly Recording[], base: Preset | null): void {
  const [first] = recordings as [Recording]
  for (const { name, sampleRate } of recordings) {
    if (sampleRate !== first.sampleRate && !base) throw new UserError(`learn: ${name}: expected ${first.sampleRate} Hz like the other recordings, got ${sampleRate} Hz`)
    if (base && sampleRate < base.dictionary.sampleRate)
      throw new UserError(`learn: ${name}: expected at least ${base.dictionary.sampleRate} Hz, as high as the preset reaches, got ${sampleRate} Hz`)
  }
}

export async function planOf(args: Arguments, { sources, against, pairs }: Heard, sizes: Sizes): Promise<Plan> {
  const whole = (flag: string, min: number, max: number, initial: number): number => wholeNumber(args, 'learn', flag, min, max, initial)
  const byNote = isByNote(args)
  const atoms = whole('atoms', 1, 512, byNote ? 1 : 24)
  const moves = transpositions(args)
  const parts = sources.flatMap(({ source, atoms: own, recordings: given, notes }): Part[] => {
    const recordings = [...given, ...moves.flatMap((semitones) => given.map((recording) => transposed(recording, semitones)))]
    return (byNote ? (args.has('every-note') ? everyNote : notesApart)(source, notes, own ?? atoms) : [{ source, pitch: null, atoms: own ?? atoms, recordings }])
  })
  const { sampleRate, fftSize, hopSize, tailSize } = sizes
  const method = oneOf(args, 'learn', 'method', methods, 'nmf')
  const given = <T>(name: string, value: T | undefined): Record<string, T> => (value === undefined ? {} : { [name]: value })
  const penalties = { ...given('activations', amount(args, 'learn', 'l1')), ...given('spectra', amount(args, 'learn', 'l1-spectra')), ...given('volume', amount(args, 'learn', 'volume')) }
  const inCompany = (together as readonly string[]).includes(method)
  if (Object.keys(penalties).length > 0 && method !== 'nmf') throw new UserError(`learn: --l1, --l1-spectra, --volume: expected only with nmf, got one with ${method}`)
  const divergence = args.text('divergence') ?? (inCompany ? 'euc' : 'kl')
  return {
    parts, sizes: { sampleRate, fftSize, hopSize, tailSize }, method, penalties, against,
    pairs: args.has('tune') ? pairs.filter((_, i) => !isHeldOut(method, i)) : pairs,
    ...given('tauA', amount(args, 'learn', 'tau-a')), ...given('tauS', amount(args, 'learn', 'tau-s')),
    ...(args.has('batch') && { batch: whole('batch', 1, 999_999, 1) }),
    divergence: asked(() => readDivergence(divergence === 'auto' ? 'kl' : divergence, 'learn: --divergence')), // auto: until it is chosen
    iterations: whole('iterations', 1, 10_000, 100),
    start: oneOf(args, 'learn', 'start', starts, 'kmeans'),
    seed: whole('seed', 0, 999_999, 1),
    frames: whole('frames', 1, 999_999, 20_000),
    module: await moduleOf(),
  }
}

/** What a mask head is learned from: every recording one person. */
export async function headPlanOf(args: Arguments, { sources, noises }: Heard): Promise<Pick<MaskPlan, 'voices' | 'noises' | 'mixes' | 'epochs' | 'seed' | 'module'>> {
  if (sources.length !== 1) throw new UserError(`learn: --head: expected one source, which it judges, got ${sources.length}`)
  const whole = (flag: string, min: number, max: number, initial: number): number => wholeNumber(args, 'learn', flag, min, max, initial)
  return {
    voices: sources[0]!.recordings, noises, seed: whole('seed', 0, 999_999, 1), module: await moduleOf(),
    mixes: whole('head-mixes', 16, 20_000, 800), epochs: whole('head-epochs', 1, 1000, 8),
  }
}

/** "-3,3,5" */
function transpositions(args: Arguments): number[] {
  const text = args.text('transpose')
  const numbers = text === undefined ? [] : text.split(',').map((word) => (word.trim() === '' ? NaN : Number(word)))
  if (!numbers.every((x) => x !== 0 && Math.abs(x) <= 12))
    throw new UserError(`learn: --transpose: expected semitones from -12 to 12 other than 0, as in -3,3, got "${text}"`)
  return numbers
}

/** Tuning judges by all pairs, or by every other one where the way of learning wants pairs itself. */
export const isHeldOut = (method: Method, pair: number): boolean => (method === 'dnmf' || method === 'danmf' ? pair % 2 === 1 : true)
