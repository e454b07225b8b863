// `winnow separate`: one file per source, and the rest; one folder per input where there are several.

import { availableParallelism } from 'node:os'
import { basename, extname, join } from 'node:path'
import { safeNames } from '../../renderer/file-names.ts'
import { oneOf, wholeNumber, type Arguments, type Flag } from '../arguments.ts'
import { outputs } from '../output.ts'
import { separateFiles } from '../pool.ts'
import { progress } from '../progress.ts'
import { loadPreset, loadSelection, usualPreset } from '../preset-files.ts'
import type { SeparationRequest, SeparationResult } from '../separation.ts'
import { Cancelled, UserError, systemSentence } from '../user-error.ts'
import type { Command } from './command.ts'

export const bitsFlag: Flag = {
  name: 'bits', value: '16|24|32|float',
  help: 'How samples are written; integers with dither. Float unless said otherwise.',
}
export const modeFlag: Flag = {
  name: 'mode', value: 'direct|sliced',
  help: 'direct solves a frame when it is complete; sliced spreads it over a hop, as a live session may. The latency is taken out of both.',
}

export function bitsOf(args: Arguments, command: string): SeparationRequest['bits'] {
  const word = oneOf(args, command, 'bits', ['16', '24', '32', 'float'], 'float')
  return word === 'float' ? word : Number(word) as 16 | 24 | 32
}

/** WAV is all that is written; a name that promises another format is not kept. */
export function wavName(command: string, path: string): string {
  if (/^\.(flac|mp3|ogg|oga|opus|aiff?|aifc|m4a|mid)$/i.test(extname(path)))
    throw new UserError(`${command}: expected an output ending in .wav, got ${path}`)
  return path
}

/** Less of giving way is not heard. */
const WORTH_SAYING = 0.1

/** What a person may want to know about a finished file; programs have --json. */
export function summary({ nullDb, realTimeFactor, latencySamples, sampleRate, clipped, softened }: SeparationResult): string {
  return `sources + rest − input: ${nullDb.toFixed(0)} dB`
    + ` · latency ${(1000 * latencySamples / sampleRate).toFixed(1)} ms, taken out`
    + ` · ${realTimeFactor.toFixed(1)} × real time`
    + (softened > WORTH_SAYING ? ` · Wiener gave way to soft masks by ${(100 * softened).toFixed(0)} %: the places stand in a room, learned ones do better` : '')
    + (clipped > 0 ? ` · ${clipped} samples clipped: choose --bits float` : '')
}

export const separate: Command = {
  name: 'separate',
  usage: 'winnow separate IN.wav… --out DIR [--preset NAME|FILE] [--selection FILE.json] [--mode direct|sliced] [--refine] [--mix FILE]',
  summary: 'pull a file apart: one file per source, and the rest',
  about: 'Writes one WAV per source and rest.wav into DIR: the sources as they are found, before gain and pan, which add up to the input. '
    + 'With several inputs each has a folder of its own in DIR. Reads WAV, AIFF, FLAC, MP3 and Ogg Vorbis of one or two channels.',
  positionals: ['IN.wav…'],
  flags: [
    { name: 'out', value: 'DIR', help: 'The folder to write to; made where it is not there.' },
    { name: 'preset', value: 'NAME|FILE', help: 'A preset by name (winnow presets lists them) or file. Unless said otherwise field, for places and painting, where no source of the selection names atoms, else band.' },
    { name: 'selection', value: 'FILE.json', help: 'What belongs to each source, instead of the preset\'s own choice.' },
    modeFlag,
    { name: 'refine', value: null, help: 'Estimate everything once more from the finished stems, all of them and both channels at once: a decibel or three better, and takes about as long as the sound. Two channels only.' },
    { name: 'mix', value: 'FILE', help: 'Also write what is heard: the sources with gain, pan, mute and solo. One input only.' },
    { name: 'placed', value: null, help: 'Give the sources the selection\'s gain and pan; they then no longer add up to the input.' },
    bitsFlag,
    { name: 'jobs', value: 'N', help: 'Files at once; as many as there are cores unless said otherwise.' },
  ],
  parameters: 'separator',
  async run(args, { stderr, signal }) {
    const out = args.text('out')
    if (out === undefined) throw new UserError('separate: expected --out DIR, the folder to write to, got none')
    const mix = args.text('mix') ?? null
    const inputs = args.positionals
    if (mix !== null && inputs.length > 1) throw new UserError(`separate: --mix: expected one input, got ${inputs.length}`)
    const jobs = wholeNumber(args, 'separate', 'jobs', 1, 256, availableParallelism())
    const folders = inputs.length === 1 ? [out] : safeNames(inputs.map((path) => basename(path, extname(path)))).map((name) => join(out, name))
    const selection = args.text('selection') ?? null
    const preset = args.text('preset') ?? await usualPreset(selection)
    const requests = inputs.map((input, i): SeparationRequest => ({
      input, untouchable: inputs, folder: folders[i]!, placed: args.has('placed'),
      mix: mix === null ? null : wavName('separate', mix), rest: null, refine: args.has('refine'), offline: false,
      preset, selection,
      settings: args.settings, fallback: {}, latency: null, noise: null,
      mode: oneOf(args, 'separate', 'mode', ['direct', 'sliced'], 'direct'), bits: bitsOf(args, 'separate'),
    }))
    // What is wrong for all of them is said once.
    await loadSelection(requests[0]!.selection, await loadPreset(requests[0]!.preset))

    const bar = progress(stderr, inputs.length === 1 ? basename(inputs[0]!) : `${inputs.length} files`)
    const shared = outputs([])
    const results: SeparationResult[] = []
    const failures: string[] = []
    try {
      if (inputs.length > 1) await shared.folder(out)
      const finished = await separateFiles(requests, jobs, bar.report, signal)
      bar.clear()
      for (const one of finished) {
        if ('result' in one) { results.push(one.result); continue }
        const sentence = systemSentence(one.error)
        if (one.error instanceof Cancelled || !(one.error instanceof UserError) && sentence === null) throw one.error
        failures.push(sentence ?? one.error.message)
      }
      if (results.length > 0) await shared.commit()
    } finally {
      bar.clear()
      await shared.discard()
    }
    if (inputs.length === 1 && failures.length > 0) throw new UserError(failures[0])
    if (stderr.isTTY) for (const result of results) stderr.write(`${inputs.length > 1 ? result.input + ': ' : ''}${summary(result)}\n`)
    return {
      json: inputs.length === 1 ? results[0] : { files: results },
      text: results.flatMap((result) => result.outputs).map((path) => path + '\n').join(''),
      failures,
    }
  },
}
