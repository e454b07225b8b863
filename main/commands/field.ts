// `winnow field`: where the sounds of a file stand between left and right.

import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { suggest } from '../../worklet/peaks.ts'
import { Survey } from '../../worklet/survey.ts'
import { readSound } from '../../renderer/audio/reader.ts'
import { openAudio } from '../audio/file.ts'
import { fieldPicture } from '../field-picture.ts'
import { outputs } from '../output.ts'
import { kernelFile } from '../built.ts'
import { progress } from '../progress.ts'
import { Cancelled, UserError } from '../user-error.ts'
import type { Command } from './command.ts'

const BLOCK = 16384
/** From this share on, what no range shows is worth a word. */
const MUCH = 0.1

interface FoundPeak {
  readonly level: number
  /** Microseconds. */
  readonly delay: number
  readonly weight: number
}

function table(peaks: readonly FoundPeak[], sampleRate: number, beyond: number): string {
  const signed = (x: number, digits: number): string => x.toFixed(digits).replace(/^-(0\.?0*)$/, '$1').replace(/^-/, '−')
  const rows = peaks.map(({ level, delay, weight }, i) => `${String(i + 1).padStart(3)}  ${signed(level, 1).padStart(6)} dB  `
    + `${signed(delay, 1).padStart(8)} µs  ${signed((delay * sampleRate) / 1e6, 2).padStart(7)} samples  ${String(Math.round(100 * weight)).padStart(4)} %\n`)
  return (rows.length > 0 ? '      level        delay                   weight\n' + rows.join('') : 'no place stands out\n')
    + (beyond > MUCH ? `${Math.round(100 * beyond)} % of the weight lies at delays beyond 30 samples: inverted polarity, or wide effects\n` : '')
}

export const field: Command = {
  name: 'field',
  usage: 'winnow field IN.wav [--out FIELD.png] [--json]',
  summary: 'where the sounds of a file stand: the stereo histogram and its peaks',
  about: 'Lists where sounds seem to stand: the level of the right channel over the left in dB, how far the right lags in microseconds, '
    + 'and how strong each peak is beside the strongest. --out draws the histogram of level and delay with the peaks marked, and level against frequency.',
  positionals: ['IN.wav'],
  flags: [{ name: 'out', value: 'FIELD.png', help: 'The picture to write.' }],
  async run(args, { stderr, signal }) {
    const [input] = args.positionals as [string]
    const out = args.text('out')
    if (out !== undefined && !/\.png$/i.test(out)) throw new UserError(`field: --out: expected a name ending in .png, got ${out}`)
    const reader = await openAudio(input)
    const bar = progress(stderr, basename(input))
    const files = outputs([input])
    try {
      const { sampleRate } = reader
      if (reader.channels !== 2)
        throw new UserError(`${input}: expected two channels, whose differences make the field, got one; dictionaries and painting work without a field`)
      const picture = out === undefined ? null : await files.file(out)
      const survey = new Survey(new WebAssembly.Module(await readFile(kernelFile)), sampleRate)
      const block = [new Float32Array(BLOCK), new Float32Array(BLOCK)] as const
      let samples = 0
      for (let count; (count = await readSound(reader, block, samples)) > 0; samples += count) {
        if (signal.aborted) throw new Cancelled()
        survey.write(...block, count)
        bar.report(reader.progress)
      }
      survey.finish()
      const suggestion = suggest(survey.histogram.whole)
      if (picture) {
        await picture.write(fieldPicture(`${basename(input)}  ${(samples / sampleRate).toFixed(1)} s`, survey.histogram.whole, suggestion, sampleRate))
        await files.commit()
      }
      const { beyond } = survey.histogram
      const peaks = suggestion.peaks.map(({ level, delay, weight }): FoundPeak => ({ level, delay: (delay / sampleRate) * 1e6, weight }))
      return {
        json: { input, sampleRate, seconds: samples / sampleRate, rangeSamples: suggestion.range, beyond, peaks, outputs: out === undefined ? [] : [out] },
        text: table(peaks, sampleRate, beyond),
      }
    } finally {
      bar.clear()
      await reader.close()
      await files.discard()
    }
  },
}
