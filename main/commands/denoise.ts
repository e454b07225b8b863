// `winnow denoise`: what is heard when the rest is turned down.

import { basename } from 'node:path'
import { oneOf, passage } from '../arguments.ts'
import { progress } from '../progress.ts'
import { latencies, latencyNames } from '../../worklet/latency.ts'
import { separateFile } from '../separation.ts'
import { UserError } from '../user-error.ts'
import type { Command } from './command.ts'
import { bitsFlag, bitsOf, modeFlag, summary, wavName } from './separate.ts'

/** dB by which the rest is turned down where neither the preset nor the person says it. */
const REDUCTION = 24

export const denoise: Command = {
  name: 'denoise',
  usage: 'winnow denoise IN.wav OUT.wav [--preset speech] [--noise 0..0.5] [--rest FILE] [--reduction dB] [--latency low|normal|high] [--offline]',
  summary: 'keep the sources of a preset, turn the rest down',
  about: `Writes what is heard: the sources of the preset, and the rest turned down by --reduction, `
    + `${REDUCTION} dB where the preset has no wish of its own. `
    + 'With --noise, the passage in which only noise sounds is heard first, and the free atoms learn it.',
  positionals: ['IN.wav', 'OUT.wav'],
  flags: [
    { name: 'preset', value: 'NAME|FILE', help: 'A preset by name (winnow presets lists them) or file. speech unless said otherwise.' },
    { name: 'noise', value: 'FROM..TO', help: 'Seconds of the input in which only noise sounds, as 0..0.5.' },
    { name: 'rest', value: 'FILE', help: 'Also write what is taken away.' },
    {
      name: 'latency', value: latencyNames.join('|'),
      help: `How long a live session would lag: ${Object.values(latencies).join(', ')} ms. More is cleaner. `
        + 'The preset\'s own unless said otherwise.',
    },
    { name: 'offline', value: null, help: 'For files: heard from both ends before anything is decided, without a latency. Better, and takes a few times as long.' },
    modeFlag,
    bitsFlag,
  ],
  parameters: 'separator',
  async run(args, { stderr, signal }) {
    const [input, out] = args.positionals as [string, string]
    const rest = args.text('rest') ?? null
    const offline = args.has('offline')
    for (const flag of ['latency', 'mode'])
      if (offline && args.has(flag)) throw new UserError(`denoise: --${flag}: expected none with --offline, which decides when all is heard, got ${args.text(flag)}`)
    const bar = progress(stderr, basename(input))
    try {
      const result = await separateFile({
        input, untouchable: [], folder: null, placed: false, refine: false, offline,
        mix: wavName('denoise', out), rest: rest === null ? null : wavName('denoise', rest),
        preset: args.text('preset') ?? 'speech', selection: null,
        settings: args.settings, fallback: { reduction: REDUCTION },
        latency: args.has('latency') ? oneOf(args, 'denoise', 'latency', latencyNames, 'normal') : null,
        noise: passage(args, 'denoise', 'noise'),
        mode: oneOf(args, 'denoise', 'mode', ['direct', 'sliced'], 'direct'), bits: bitsOf(args, 'denoise'),
      }, bar.report, signal)
      bar.clear()
      if (stderr.isTTY) stderr.write(summary(result) + '\n')
      return { json: result, text: result.outputs.map((path) => path + '\n').join('') }
    } finally {
      bar.clear()
    }
  },
}
