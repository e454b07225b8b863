// `winnow notes`: audio in, MIDI out.

import { basename, extname } from 'node:path'
import { writeMidiTracks, type NoteTrack } from '../../renderer/midi/file-writing.ts'
import { pitchName } from '../../renderer/notes/names.ts'
import { notesCsv, notesJson } from '../../renderer/notes/writing.ts'
import { oneOf, wholeNumber, type Arguments } from '../arguments.ts'
import { takeNotes, type Taken } from '../note-taking.ts'
import { outputs } from '../output.ts'
import { loadPreset, presetPath } from '../preset-files.ts'
import { progress } from '../progress.ts'
import { UserError, asked } from '../user-error.ts'
import type { Command } from './command.ts'

/** Note values, in beats. */
const grids = { '1/4': 1, '1/8': 0.5, '1/8t': 1 / 3, '1/16': 0.25, '1/16t': 1 / 6, '1/32': 0.125 } as const

/** A dictionary that leaves more than this of the sound unexplained is another instrument's; its own leaves about 0.4. */
const STRANGE = 0.65
/** Rumble takes less than this of what sounds, a lower instrument more. */
const MUCH_BELOW = 0.15

function named(path: string, endings: RegExp, expected: string): string {
  if (!endings.test(extname(path))) throw new UserError(`notes: expected an output ending in ${expected}, got ${path}`)
  return path
}

const round = (seconds: number): number => Math.round(seconds * 1e6) / 1e6

/** What a person should know who wonders at the result. */
function remarks(input: string, presetName: string, { tracks, misfit, below, lowest }: Taken): string[] {
  const none = tracks.every(({ notes }) => notes.length === 0)
  return [
    ...(none ? [misfit === null ? `${input}: nothing sounds, so there are no notes` : `${input}: no note was found: try a lower --threshold or --quietest`] : []),
    ...(misfit !== null && misfit > STRANGE ? [`${input}: ${Math.round(100 * Math.min(1, misfit))} % of the sound is unlike anything that ${presetName} knows: `
      + 'another instrument, or notes beyond its range; a preset of its own notes (winnow learn --notes) does better'] : []),
    ...(below > MUCH_BELOW ? [`${input}: ${Math.round(100 * below)} % of the sound lies below the lowest note of ${presetName}, ${pitchName(lowest)} (${lowest}): `
      + 'what is played there is missing, or an octave too high'] : []),
  ]
}

const at = (sorted: readonly number[], share: number): number | null =>
  sorted.length === 0 ? null : Math.round(1e4 * sorted[Math.round(share * (sorted.length - 1))]!) / 10

function musical(args: Arguments): { tempo: number; grid: number } {
  const grid = args.text('quantise') === undefined ? 0 : grids[oneOf(args, 'notes', 'quantise', Object.keys(grids) as (keyof typeof grids)[], '1/16')]
  return { tempo: wholeNumber(args, 'notes', 'tempo', 4, 1000, 120), grid }
}

export const notes: Command = {
  name: 'notes',
  usage: 'winnow notes IN.wav OUT.mid [--preset piano] [--source NAME] [--list FILE.json|FILE.csv] [--quantise 1/16 --tempo BPM] [--json]',
  summary: 'notes that are played in a file, as MIDI',
  about: 'Hears a file as a live session would, each moment without knowledge of the next, and writes the notes that a preset with pitches finds. '
    + 'They stand where they were struck: the constant time that it takes to hear them is taken out. Nothing is moved to a grid unless asked. '
    + 'Best with a preset of the very instrument (winnow learn --notes).',
  positionals: ['IN.wav', 'OUT.mid'],
  flags: [
    { name: 'preset', value: 'NAME|FILE', help: 'A preset by name (winnow presets lists them) or file, whose atoms have pitches. piano unless said otherwise.' },
    { name: 'source', value: 'NAME', help: 'The source of the preset whose notes are written; unless said otherwise all that have pitches, a track for each.' },
    { name: 'list', value: 'FILE', help: 'Also the notes as a list: a name ending in .json or .csv.' },
    { name: 'tempo', value: 'BPM', help: 'Where bars are drawn, 4 to 1000, else 120. Times do not depend on it.' },
    { name: 'quantise', value: Object.keys(grids).join('|'), help: 'Move onsets and ends to this grid of the tempo.' },
    { name: 'program', value: 'N', help: 'General MIDI instrument of the tracks, 0 to 127.' },
  ],
  parameters: 'notes',
  async run(args, { stderr, signal }) {
    const [input, out] = args.positionals as [string, string]
    const midi = named(out, /^\.midi?$/i, '.mid')
    const list = args.text('list') === undefined ? null : named(args.text('list')!, /^\.(json|csv)$/i, '.json or .csv')
    const { tempo, grid } = musical(args)
    const program = args.has('program') ? wholeNumber(args, 'notes', 'program', 0, 127, 0) : null
    const presetName = args.text('preset') ?? 'piano'
    const preset = await loadPreset(presetName)
    const files = outputs([input, await presetPath(presetName)])
    const bar = progress(stderr, basename(input))
    try {
      const midiFile = await files.file(midi)
      const listFile = list === null ? null : await files.file(list)
      const taken = await takeNotes(input, preset, presetName, args.text('source') ?? null, args.settings, bar.report, signal)
      const tracks: NoteTrack[] = taken.tracks.map(({ source, notes }) => ({ name: source, notes, ...(program !== null && { program }) }))
      await midiFile.write(asked(() => writeMidiTracks(tracks, { tempo, grid }), midi))
      if (listFile) await listFile.write(new TextEncoder().encode(/csv$/i.test(list!) ? notesCsv(tracks) : notesJson(tracks)))
      await files.commit()
      bar.clear()
      for (const remark of remarks(input, presetName, taken)) stderr.write(remark + '\n')
      const lagMs = { p50: at(taken.lags, 0.5), p90: at(taken.lags, 0.9) }
      const all = taken.tracks.flatMap(({ source, notes }) => notes.map(({ onset, offset, pitch, velocity, bends }) => ({
        onset: round(onset), offset: round(offset), pitch, velocity, ...(bends && { bends }), ...(taken.tracks.length > 1 && { source }),
      }))).sort((a, b) => a.onset - b.onset || a.pitch - b.pitch)
      const paths = list === null ? [midi] : [midi, list]
      return {
        json: { input, preset: presetName, seconds: taken.seconds, notes: all, lagMs, misfit: taken.misfit, outputs: paths },
        text: paths.map((path) => path + '\n').join(''),
      }
    } finally {
      bar.clear()
      await files.discard()
    }
  },
}
