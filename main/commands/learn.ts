// `winnow learn`: recordings of what should be found, made into a preset.

import { readFile } from 'node:fs/promises'
import { readDivergence, type Divergence } from '../../worklet/dictionary.ts'
import { isSwitch, parameters, toText } from '../../worklet/parameters.ts'
import { readPreset, writePreset, type Preset } from '../../presets/preset.ts'
import { learn as learning, methods, starts, type Outcome as Learnt, type Part, type Plan, type Progress, type Recording } from '../../presets/learn/learn.ts'
import { everyNote, notesApart } from '../../presets/learn/notes.ts'
import { oneOf, parameterFlags, wholeNumber, type Arguments, type Flag } from '../arguments.ts'
import { outputs } from '../output.ts'
import { kernelFile } from '../places.ts'
import { progress } from '../progress.ts'
import { nameOf, noteOf, readRecordings, readSources, type SourceFiles } from '../recordings.ts'
import { Cancelled, UserError, asked } from '../user-error.ts'
import type { Command, Terminal } from './command.ts'

const flags: readonly Flag[] = [
  { name: 'atoms', value: 'N', help: 'Atoms per source where SOURCE:N does not say; 24 unless said otherwise. With --by-note: per note, 1.' },
  { name: 'method', value: methods.join('|'), help: 'nmf fits the recordings; exemplar takes frames of them as they are.' },
  { name: 'divergence', value: 'NAME|A,B', help: 'What the fit minimises: euc, kl, is, dual-is, hellinger, beta-half, beta-1.5 or a point of the AB family. kl unless said otherwise.' },
  { name: 'activations', value: 'NAME|A,B', help: 'The divergence that finds activations when the preset is played; kl unless said otherwise.' },
  { name: 'iterations', value: 'N', help: 'Passes over the recordings; 100 unless said otherwise.' },
  { name: 'start', value: starts.join('|'), help: 'Where the fit starts: centres of groups of like frames, or frames taken by chance. kmeans unless said otherwise.' },
  { name: 'seed', value: 'N', help: 'Of all chance; the same seed gives the same preset. 1 unless said otherwise.' },
  { name: 'frames', value: 'N', help: 'At most so many frames of each source, or note, chosen by chance; 20000 unless said otherwise.' },
  { name: 'rate', value: 'HERTZ', help: 'What the preset keeps: the rate of the recordings, or a half or a quarter of it, for smaller presets that reach less high.' },
  { name: 'fft', value: 'N', help: 'Samples of a window, a power of two; 2048 from 32 kHz on, else 1024.' },
  { name: 'hop', value: 'N', help: 'Samples between frames: a half, a quarter or an eighth of the window. A quarter unless said otherwise.' },
  { name: 'tail', value: 'N', help: 'Samples of the synthesis window, and so the latency; the whole window unless said otherwise.' },
  { name: 'by-note', value: null, help: 'Each file is one note, named by MIDI number or note name (60.wav, mf_060.flac, C4.wav); every note has atoms of its own.' },
  { name: 'every-note', value: null, help: 'As --by-note, and semitones that were not recorded are made of the nearest note, at most two semitones away.' },
  { name: 'name', value: 'TEXT', help: 'What the preset is called.' },
  { name: 'description', value: 'TEXT', help: 'A paragraph for whoever chooses among presets.' },
  { name: 'licence', value: 'TEXT', help: 'Licences of the recordings and the attribution they ask for; with ; between several.' },
]

export const learn: Command = {
  name: 'learn',
  usage: 'winnow learn OUT.preset SOURCE[:ATOMS]=FILES… [--atoms N] [--divergence NAME] [--iterations N] [--fft N] [--hop N] [--tail N] …',
  summary: 'make a preset of recordings',
  about: 'Learns how each source sounds from recordings of it alone, and writes a preset. FILES are files, folders, patterns with * and ?, or '
    + 'passages in seconds (voice=talk.wav@12.5-19); all recordings have one sample rate, which the preset keeps. Parameters go into the preset as its settings.',
  positionals: ['OUT.preset', 'SOURCE=FILES…'],
  flags,
  parameters: true,
  async run(args, { stderr, signal }) {
    const [out, ...words] = args.positionals as [string, ...string[]]
    if (!out.endsWith('.preset')) throw new UserError(`learn: expected an output ending in .preset, got ${out}`)
    const activations = divergenceOf(args, 'activations')
    for (const [flag, most] of [['name', 80], ['description', 2000]] as const) {
      const text = args.text(flag)
      if (text !== undefined && !(text.length >= 1 && text.length <= most))
        throw new UserError(`learn: --${flag}: expected 1 to ${most} characters, got ${text.length}`)
    }
    const sources = await readSources(words)
    const files = sources.flatMap((source) => source.files)
    const began = performance.now()
    const output = outputs(files.map(({ path }) => path))
    const bar = progress(stderr, 'learning')
    const proceed = (): void => { if (signal.aborted) throw new Cancelled() }
    try {
      const file = await output.file(out)
      const recordings = await readRecordings(files, (share) => bar.report(READING * share), proceed)
      const plan = await planOf(args, sources, recordings)
      const learnt = await finish(plan, (share) => bar.report(READING + (1 - READING) * share), { stderr, signal })
      const bytes = asked(() => writeChecked(presetOf(args, plan, learnt, sources, activations), out), 'learn')
      await file.write(bytes)
      await output.commit()
      bar.clear()
      return report(out, plan, learnt, (performance.now() - began) / 1000, bytes.length, files.length)
    } finally {
      bar.clear()
      await output.discard()
    }
  },
}

/** Reading's share of the progress bar. */
const READING = 0.1

const divergenceOf = (args: Arguments, flag: string): Divergence => asked(() => readDivergence(args.text(flag) ?? 'kl', `learn: --${flag}`))

async function planOf(args: Arguments, sources: readonly SourceFiles[], recordings: readonly Recording[]): Promise<Plan> {
  const whole = (flag: string, min: number, max: number, initial: number): number => wholeNumber(args, 'learn', flag, min, max, initial)
  const byNote = args.has('by-note') || args.has('every-note')
  const atoms = whole('atoms', 1, 512, byNote ? 1 : 24)
  const rates = [1, 2, 4].map((part) => String(recordings[0]!.sampleRate / part))
  const sampleRate = Number(oneOf(args, 'learn', 'rate', rates, rates[0]!))
  const fftSize = whole('fft', 256, 16_384, sampleRate >= 32_000 ? 2048 : 1024)
  let next = 0
  const parts = sources.flatMap(({ source, atoms: own, files }): Part[] => {
    const given = recordings.slice(next, (next += files.length))
    if (!byNote) return [{ source, pitch: null, atoms: own ?? atoms, recordings: given }]
    const notes = files.map(({ path }, i) => ({ pitch: noteOf(path), recording: given[i]! }))
    return (args.has('every-note') ? everyNote : notesApart)(source, notes, own ?? atoms)
  })
  return {
    parts,
    sizes: { sampleRate, fftSize, hopSize: whole('hop', 32, 8192, fftSize / 4), tailSize: whole('tail', 64, 16_384, fftSize) },
    method: oneOf(args, 'learn', 'method', methods, 'nmf'),
    divergence: divergenceOf(args, 'divergence'),
    iterations: whole('iterations', 1, 10_000, 100),
    start: oneOf(args, 'learn', 'start', starts, 'kmeans'),
    seed: whole('seed', 0, 999_999, 1),
    frames: whole('frames', 1, 999_999, 20_000),
    module: new WebAssembly.Module(await readFile(kernelFile)),
  }
}

/** Runs the learning, between whose passes the rest of the program has its turn. */
async function finish(plan: Plan, report: (share: number) => void, { signal }: Terminal): Promise<Learnt> {
  const steps = learning(plan)
  const next = (): Promise<IteratorResult<Progress, Learnt>> => steps.next().catch((error: unknown) => asked(() => { throw error }, 'learn'))
  let step = await next()
  for (; !step.done; step = await next()) {
    report(step.value.done / step.value.of)
    await new Promise((resolve) => setImmediate(resolve))
    if (signal.aborted) throw new Cancelled()
  }
  return step.value
}

function presetOf(args: Arguments, plan: Plan, learnt: Learnt, sources: readonly SourceFiles[], divergence: Divergence): Preset {
  const name = args.text('name'), description = args.text('description')
  return {
    ...(name !== undefined && { name }),
    ...(description !== undefined && { description }),
    dictionary: { ...plan.sizes, atoms: learnt.atoms, spectra: learnt.spectra, divergence },
    settings: args.settings,
    selection: null,
    learned: {
      method: plan.method,
      files: sources.flatMap(({ files }) => files.map(nameOf)),
      licences: (args.text('licence') ?? '').split(';').map((text) => text.trim()).filter((text) => text !== ''),
      command: commandOf(args),
      seed: plan.seed,
    },
    tensors: new Map(),
  }
}

/** What is written can be read. */
function writeChecked(preset: Preset, where: string): Uint8Array {
  const bytes = writePreset(preset)
  readPreset(bytes, where)
  return bytes
}

/** The command as it can be typed again in a POSIX shell, flags in the order of the table. */
function commandOf(args: Arguments): string {
  const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replace(/'/g, `'\\''`)}'`)
  const given = flags.filter(({ name }) => args.has(name))
  return ['winnow', 'learn', ...args.positionals,
    ...given.flatMap(({ name, value }) => (value === null ? ['--' + name] : ['--' + name, args.text(name)!])),
    ...parameters.flatMap((p, i) => {
      const value = args.settings[p.name]
      return value === undefined ? [] : ['--' + parameterFlags[i]!.name, isSwitch(p) ? toText(p, value) : String(value)]
    }),
  ].map(quoted).join(' ')
}

function report(path: string, { iterations }: Plan, { atoms, loss, frames }: Learnt, seconds: number, bytes: number, recordings: number) {
  const sources = Object.entries(loss).map(([name, losses]) =>
    ({ name, atoms: atoms.filter(({ source }) => source === name).length, frames: frames[name]!, loss: losses }))
  const all = sources.reduce((sum, source) => sum + source.frames, 0)
  const mean = sources.every((source) => source.loss.length === iterations)
    ? Array.from({ length: iterations }, (_, pass) => sources.reduce((sum, source) => sum + source.loss[pass]! * source.frames, 0) / all) : []
  return {
    json: { output: path, loss: mean, seconds, bytes, recordings, sources },
    text: `${path}: ${sources.map((source) => `${source.name} ${source.atoms} atoms of ${source.frames} frames`).join(', ')}`
      + `${mean.length > 0 ? ` · loss ${mean[0]!.toPrecision(4)} → ${mean.at(-1)!.toPrecision(4)}` : ''} · ${seconds.toFixed(1)} s\n`,
  }
}
