// `winnow score`: sound against sound, or notes against notes.

import { bytesAt, fourLetters } from '../../renderer/audio/bytes.ts'
import { fileSource } from '../audio/file.ts'
import { readMidi, type Note } from '../midi-file.ts'
import { LIMIT_DB, scoreNotes, siSdr } from '../score.ts'
import { UserError } from '../user-error.ts'
import type { Command } from './command.ts'

const MOST_MIDI_BYTES = 64 << 20

async function isMidi(path: string): Promise<boolean> {
  const source = await fileSource(path)
  try {
    return fourLetters(await bytesAt(source, 0, 4)) === 'MThd' || /\.midi?$/i.test(path)
  } finally {
    await source.close()
  }
}

async function notesOf(path: string): Promise<Note[]> {
  const source = await fileSource(path)
  try {
    if (source.size > MOST_MIDI_BYTES)
      throw new UserError(`${path}: expected a MIDI file of at most ${MOST_MIDI_BYTES >> 20} MB, got ${Math.ceil(source.size / 2 ** 20)} MB`)
    return readMidi(await bytesAt(source, 0, source.size), path)
  } finally {
    await source.close()
  }
}

const percent = (share: number): string => (100 * share).toFixed(1) + ' %'

export const score: Command = {
  name: 'score',
  usage: 'winnow score REFERENCE ESTIMATE [--mix FILE] [--json]',
  summary: 'how near an estimate comes to a reference: SI-SDR for sound, F for MIDI',
  about: 'Sound: the scale-invariant signal-to-distortion ratio in dB, each channel\'s mean removed, all channels under one projection; '
    + `held within ±${LIMIT_DB} dB, which stand for a perfect copy and for silence. Notes (.mid): precision, recall and F for equal pitch and `
    + 'onsets within 50 ms, matched one to one, and F when the offset must also be within 50 ms or 20 % of the duration.',
  positionals: ['REFERENCE', 'ESTIMATE'],
  flags: [{ name: 'mix', value: 'FILE', help: 'The unprocessed mix: says also how much better the estimate is than that.' }],
  async run(args, { signal }) {
    const [reference, estimate] = args.positionals as [string, string]
    const mix = args.text('mix')
    const kinds = [await isMidi(reference), await isMidi(estimate)]
    if (kinds[0] !== kinds[1])
      throw new UserError(`score: expected two sounds or two MIDI files, got one of each: ${reference} and ${estimate}`)
    if (kinds[0]) {
      if (mix !== undefined) throw new UserError('score: --mix: expected sound files to compare, got MIDI files')
      const notes = await notesOf(reference)
      const found = await notesOf(estimate)
      const result = scoreNotes(notes, found)
      return {
        json: { ...result, notes: notes.length, found: found.length },
        text: `F ${percent(result.f)}  precision ${percent(result.precision)}  `
          + `recall ${percent(result.recall)}  with offsets ${percent(result.fWithOffsets)}\n`,
      }
    }
    const ratio = await siSdr(reference, estimate, signal)
    if (mix === undefined) return { json: { siSdr: ratio }, text: `SI-SDR ${ratio.toFixed(2)} dB\n` }
    const before = await siSdr(reference, mix, signal)
    return {
      json: { siSdr: ratio, siSdrMix: before, siSdrImprovement: ratio - before },
      text: `SI-SDR ${ratio.toFixed(2)} dB, ${(ratio - before).toFixed(2)} dB better than the mix (${before.toFixed(2)} dB)\n`,
    }
  },
}
