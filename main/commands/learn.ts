// `winnow learn`: recordings of what should be found, made into a preset.

import { availableParallelism } from 'node:os'
import { basename } from 'node:path'
import { dictionarySources, divergences } from '../../worklet/dictionary.ts'
import { checkSolver, isSwitch, parameters, toText } from '../../worklet/parameters.ts'
import { calibrationDefaults } from '../../presets/learn/calibrate.ts'
import type { Sizes } from '../../presets/learn/frames.ts'
import { methods, starts } from '../../presets/learn/learn.ts'
import type { Match } from '../../presets/learn/matching.ts'
import { readPreset, writePreset, type Preset } from '../../presets/preset.ts'
import { grown } from '../../presets/growing.ts'
import { parameterFlags, wholeNumber, type Arguments, type Flag } from '../arguments.ts'
import { divergencePicture } from '../divergence-picture.ts'
import { calibrationOf, checkFlags, checkRates, divergenceOf, filesGiven, givenOf, headPlanOf, heard, isByNote, isHeldOut, planOf, sizesOf, type Heard } from '../learn-plan.ts'
import { choiceText, finish, headed, matched, notesLearned, tuned, type Learnt, type Played, type Tuned } from '../learning.ts'
import { outputs } from '../output.ts'
import { loadPreset } from '../preset-files.ts'
import { progress } from '../progress.ts'
import { nameOf, readRecordings, type NamedFile } from '../recordings.ts'
import { Cancelled, UserError, asked as asSaid } from '../user-error.ts'
import type { Command } from './command.ts'

const flags: readonly Flag[] = [
  { name: 'atoms', value: 'N', help: 'Atoms per source where SOURCE:N does not say; 24 unless said otherwise. With --by-note: per note, 1.' },
  { name: 'method', value: methods.join('|'), help: 'nmf fits the recordings; exemplar takes frames of them as they are; anmf also fits badly what is not the source; dnmf judges by what comes out of mixtures; danmf is both. nmf unless said otherwise.' },
  { name: 'against', value: 'FILES…', help: 'For anmf and danmf: mixtures, which every source should fit badly, beside the other sources.' },
  { name: 'pairs', value: 'SOURCE=FILES…', help: 'For dnmf, danmf and --tune: recordings of all sources that belong together; the first files of all are one mixture, the second another.' },
  { name: 'tau-a', value: 'X', help: 'For anmf and danmf: how much it counts to fit other sound badly; 0.1 unless said otherwise.' },
  { name: 'tau-s', value: 'X', help: 'For danmf: the share of the pairs in the loss, 0 to 1; 0.5 unless said otherwise.' },
  { name: 'batch', value: 'N', help: 'For anmf, dnmf and danmf: steps of so many frames, in random order, instead of one step per pass.' },
  { name: 'tune', value: 'N', help: 'Learn N times, first as asked, then with settings drawn by chance, and keep what separates the mixtures of --pairs best.' },
  { name: 'l1', value: 'X', help: 'For nmf: prefers few and small activations.' },
  { name: 'l1-spectra', value: 'X', help: 'For nmf: prefers spectra of few bins.' },
  { name: 'volume', value: 'X', help: 'For nmf: prefers spectra that span little.' },
  { name: 'divergence', value: 'NAME|A,B|auto', help: 'What the fit minimises: euc, kl, is, dual-is, hellinger, beta-half, beta-1.5 a point of the AB family, or auto: the one that describes the recordings best, drawn in OUT.divergence.png. kl unless said otherwise; euc for anmf, dnmf and danmf.' },
  { name: 'activations', value: 'NAME|A,B', help: 'The divergence that finds activations when the preset is played; kl unless said otherwise.' },
  { name: 'iterations', value: 'N', help: 'Passes over the recordings; 100 unless said otherwise.' },
  { name: 'start', value: starts.join('|'), help: 'Where the fit starts: centres of groups of like frames, or frames taken by chance. kmeans unless said otherwise.' },
  { name: 'seed', value: 'N', help: 'Of all chance; the same seed gives the same preset. 1 unless said otherwise.' },
  { name: 'frames', value: 'N', help: 'At most so many frames of each source, or note, chosen by chance; 20000 unless said otherwise.' },
  { name: 'transpose', value: 'SEMITONES', help: 'Learn also from every recording moved up or down, as -3,3,5: a melody rarely has all the pitches of its instrument.' },
  { name: 'head', value: 'FILES…', help: 'Recordings of noise: the preset gets a head, a small network that judges the masks of its only source while it plays. It learns from mixes of the recordings, each taken for one person, with these noises.' },
  { name: 'head-mixes', value: 'N', help: 'Of four seconds, that the head learns from; 800 unless said otherwise. Each takes 2.3 MB while it learns.' },
  { name: 'head-epochs', value: 'N', help: 'How often the head passes over them; 8 unless said otherwise.' },
  { name: 'rate', value: 'HERTZ', help: 'What the preset keeps: the rate of the recordings, or a half or a quarter of it, for smaller presets that reach less high.' },
  { name: 'fft', value: 'N', help: 'Samples of a window, a power of two; 2048 from 32 kHz on, else 1024.' },
  { name: 'hop', value: 'N', help: 'Samples between frames: a half, a quarter or an eighth of the window. A quarter unless said otherwise.' },
  { name: 'tail', value: 'N', help: 'Samples of the synthesis window, and so the latency; the whole window unless said otherwise.' },
  { name: 'notes', value: 'FOLDER…', help: 'Instead of sources: single notes of one instrument, each file named by its note (60.wav, mf_060.flac, C4.wav). Every semitone gets three spectra: how it begins, a moment later, and how it goes on. Layers of a folder and several folders are averaged.' },
  { name: 'plain', value: null, help: 'With --notes: spectra only. Otherwise a small network learns, from music made by chance of these notes, to hear when a key is struck.' },
  { name: 'music', value: 'SECONDS', help: `With --notes: how much music it learns from; ${calibrationDefaults.seconds} unless said otherwise.` },
  { name: 'instrument', value: 'NAME', help: 'With --notes: what the source is called; the name of the first folder unless said otherwise.' },
  { name: 'empty', value: null, help: 'Instead of sources: none. A preset of windows and settings at 44.1 kHz, for places and painting.' },
  { name: 'append', value: null, help: 'OUT.preset exists and grows, in its own analysis; a source of the same name is replaced.' },
  { name: 'keep', value: null, help: 'Stopped with Ctrl-C, write what the last whole pass has found. Otherwise nothing is written then.' },
  { name: 'jobs', value: 'N', help: 'Cores to learn with; all of them unless said otherwise. The result is the same.' },
  { name: 'by-note', value: null, help: 'Each file is one note, named by MIDI number or note name (60.wav, mf_060.flac, C4.wav); every note has atoms of its own.' },
  { name: 'every-note', value: null, help: 'As --by-note, and semitones that were not recorded are made of the nearest note, at most two semitones away.' },
  { name: 'name', value: 'TEXT', help: 'What the preset is called.' },
  { name: 'description', value: 'TEXT', help: 'A paragraph for whoever chooses among presets.' },
  { name: 'licence', value: 'TEXT', help: 'Licences of the recordings and the attribution they ask for; with ; between several.' },
]

export const learn: Command = {
  name: 'learn',
  usage: 'winnow learn OUT.preset SOURCE[:ATOMS]=FILES… | --notes FOLDER… [--append] [--atoms N] [--divergence NAME] [--iterations N] [--fft N] [--hop N] [--tail N] …',
  summary: 'make a preset of recordings',
  about: 'Learns how each source sounds from recordings of it alone, and writes a preset. FILES are files, folders, patterns with * and ?, or '
    + 'passages in seconds (voice=talk.wav@12.5-19); all recordings have one sample rate, which the preset keeps. Parameters go into the preset as its settings.',
  positionals: ['OUT.preset', '[SOURCE=FILES…]'],
  flags,
  parameters: 'separator',
  async run(args, { stderr, signal }) {
    const [out, ...words] = args.positionals as [string, ...string[]]
    if (!out.endsWith('.preset')) throw new UserError(`learn: expected an output ending in .preset, got ${out}`)
    checkFlags(args)
    const base = args.has('append') ? await loadPreset(out) : null
    const asked = { activations: base && !args.has('activations') ? base.dictionary.divergence : divergenceOf(args, 'activations', args.has('notes') ? 'beta-half' : 'kl'), settings: args.settings }
    asSaid(() => checkSolver(asked.activations, asked.settings), 'learn')
    for (const [flag, most] of [['name', 80], ['description', 2000]] as const) {
      const text = args.text(flag)
      if (text !== undefined && !(text.length >= 1 && text.length <= most))
        throw new UserError(`learn: --${flag}: expected 1 to ${most} characters, got ${text.length}`)
    }
    const given = await givenOf(args, words)
    const files = filesGiven(given)
    const began = performance.now()
    const output = outputs(files.map(({ path }) => path))
    const bar = progress(stderr, 'learning')
    const proceed = (): void => { if (signal.aborted) throw new Cancelled() }
    try {
      const file = await output.file(out)
      const recordings = await readRecordings(files, (share) => bar.report(READING * share), proceed)
      checkRates(recordings, base)
      const sizes = sizesOf(args, recordings[0]?.sampleRate ?? EMPTY_RATE, base)
      const sounds = heard(given, recordings, isByNote(args))
      const learning = args.has('head') ? BEFORE_HEAD : 1
      const made = await learned(args, sounds, sizes, asked, (share, detail) => bar.report(READING + (learning - READING) * share, detail), signal)
      const plain = presetOf(args, sizes, made, files)
      const one = args.has('head') ? await headed(plain, await headPlanOf(args, sounds), (share, detail) => bar.report(learning + (1 - learning) * share, detail), signal) : plain
      const { preset, replaced, beheaded } = base ? asSaid(() => grown(base, one), 'learn') : { preset: one, replaced: [], beheaded: false }
      const bytes = asSaid(() => writeChecked(preset, out), 'learn')
      await file.write(bytes)
      if (made.match) await (await output.file(pictureOf(out))).write(divergencePicture(basename(out), made.match))
      await output.commit()
      bar.clear()
      return report(out, made, replaced, beheaded, (performance.now() - began) / 1000, bytes.length, files.length)
    } finally {
      bar.clear()
      await output.discard()
    }
  },
}

interface Made extends Played {
  readonly learnt: Learnt
  /** Where the divergence was chosen from the recordings. */
  readonly match: Match | null
  readonly tuned: Tuned | null
}

/** Hertz. */
const EMPTY_RATE = 44_100
const nothing: Learnt = { atoms: [], spectra: new Float32Array(), method: 'none', seed: 1, loss: {}, frames: {} }

async function learned(args: Arguments, given: Heard, sizes: Sizes, asked: Played, report: (share: number, detail?: string) => void, signal: AbortSignal): Promise<Made> {
  if (args.has('empty')) return { ...asked, learnt: nothing, match: null, tuned: null }
  if (args.has('notes')) return { ...asked, learnt: await notesLearned(await calibrationOf(args, given, sizes, asked.activations), report, signal), match: null, tuned: null }
  const plan = await planOf(args, given, sizes)
  const jobs = wholeNumber(args, 'learn', 'jobs', 1, 256, availableParallelism())
  if (args.has('tune')) {
    const pairs = given.pairs.filter((_, i) => isHeldOut(plan.method, i))
    if (pairs.length === 0) throw new UserError(`learn: --pairs: expected a second pair to judge by with ${plan.method}, which learns from every other one, got one`)
    const found = await tuned(plan, asked, pairs, wholeNumber(args, 'learn', 'tune', 1, 1000, 1), jobs, report, signal)
    return { activations: found.activations, settings: found.settings, learnt: found.learnt, match: null, tuned: found }
  }
  const match = args.text('divergence') === 'auto' ? await matched(plan, signal) : null
  const learnt = await finish(match ? { ...plan, divergence: divergences[match.nearest]! } : plan, jobs, args.has('keep'), report, signal)
  return { ...asked, learnt, match, tuned: null }
}

const pictureOf = (out: string): string => out.replace(/preset$/, 'divergence.png')

/** Reading's share of the progress bar, and what is done where a head is still to be learned. */
const READING = 0.1, BEFORE_HEAD = 0.15

function presetOf(args: Arguments, { sampleRate, fftSize, hopSize, tailSize }: Sizes, { activations, settings, learnt: { atoms, spectra, method, seed, head = null } }: Made,
  files: readonly NamedFile[]): Preset {
  const name = args.text('name'), description = args.text('description')
  return {
    ...(name !== undefined && { name }),
    ...(description !== undefined && { description }),
    dictionary: { sampleRate, fftSize, hopSize, tailSize, atoms, spectra, divergence: activations },
    settings,
    selection: null,
    learned: {
      method,
      files: [...new Set(files.map(nameOf))],
      licences: (args.text('licence') ?? '').split(';').map((text) => text.trim()).filter((text) => text !== ''),
      command: commandOf(args),
      seed,
    },
    head,
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
  const behind = ({ name, value }: Flag): readonly string[] => (value === null ? [] : value.endsWith('…') ? args.words(name) : [args.text(name)!])
  return ['winnow', 'learn', ...args.positionals,
    ...given.flatMap((flag) => ['--' + flag.name, ...behind(flag)]),
    ...parameters.flatMap((p, i) => {
      const value = args.settings[p.name]
      return value === undefined ? [] : ['--' + parameterFlags('separator')[i]!.name, isSwitch(p) || 'words' in p ? toText(p, value) : String(value)]
    }),
  ].map(quoted).join(' ')
}

function report(path: string, { learnt: { atoms, loss, frames }, match, tuned }: Made, replaced: readonly string[], beheaded: boolean, seconds: number, bytes: number, recordings: number) {
  const sources = dictionarySources(atoms).map((name) =>
    ({ name, atoms: atoms.filter(({ source }) => source === name).length, frames: frames[name] ?? null, loss: loss[name] ?? [] }))
  const all = sources.reduce((sum, source) => sum + (source.frames ?? 0), 0)
  const passes = sources[0]?.loss.length ?? 0
  const mean = sources.every((source) => source.loss.length === passes)
    ? Array.from({ length: passes }, (_, pass) => sources.reduce((sum, source) => sum + source.loss[pass]! * source.frames!, 0) / all) : []
  const said = sources.map((source) =>
    `${source.name}${replaced.includes(source.name) ? ' (replaced)' : ''} ${source.atoms} atoms${source.frames === null ? '' : ` of ${source.frames} frames`}`)
  return {
    json: {
      output: path, loss: mean, seconds, bytes, recordings, sources, replaced, beheaded,
      ...(match && { chosen: { alpha: match.alpha, beta: match.beta, sum: match.sum, nearest: match.nearest }, picture: pictureOf(path) }),
      ...(tuned && { tuned: { ...tuned.best, trials: tuned.trials } }),
    },
    text: `${path}: ${said.length > 0 ? said.join(', ') : 'no atoms'}${mean.length > 0 ? ` · loss ${mean[0]!.toPrecision(4)} → ${mean.at(-1)!.toPrecision(4)}` : ''} · ${seconds.toFixed(1)} s\n`
      + (match ? `divergence: alpha ${match.alpha}, beta ${match.beta}, sum ${match.sum}, nearest ${match.nearest}; ${pictureOf(path)}\n` : '')
      + (beheaded ? 'its head is gone: it was taught without what joined\n' : '')
      + (tuned ? `tuned: ${tuned.best.score!.toFixed(2)} dB, ${choiceText(tuned.best.choice)}; as asked ${tuned.trials[0]!.score!.toFixed(2)} dB\n` : ''),
  }
}
