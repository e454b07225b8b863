// `winnow bench`: what the engine costs on this machine.

import { type Bench, bench as measure, countCollections } from '../bench.ts'
import type { Command } from './command.ts'

const micros = (value: number): string => value.toFixed(1).padStart(8) + ' µs'
const percent = (part: number, whole: number): string => ((100 * part) / whole).toFixed(2) + ' %'

export const report = (b: Bench): string => [
  b.machine,
  `KL pass, 1025 bins × 128 atoms      ${micros(b.passMicros)}   ${(b.plainPassMicros / b.passMicros).toFixed(1)} × the plain loop's ${b.plainPassMicros.toFixed(0)} µs`,
  `hop 2048/512, 3 passes, 4 sources   ${micros(b.hopMicros)}   ${(b.hopMicros / b.passMicros).toFixed(2)} passes, ${percent(b.hopMicros, (1e6 * 512) / 44100)} of a core`,
  `worst quantum of a minute, direct   ${micros(b.worstQuantumMicros)}   ${percent(b.worstQuantumMicros, b.quantumBudgetMicros)} of its budget (as the clock saw it: ${b.worstQuantumRawMicros.toFixed(0)} µs)`,
  `worst quantum of a minute, sliced   ${micros(b.worstQuantumSlicedMicros)}   ${percent(b.worstQuantumSlicedMicros, b.quantumBudgetMicros)} of its budget`,
  `collections in 300 000 calls        ${String(b.collections).padStart(8)}      ${b.collectionsLittering} in 100 000 with one small object each`,
].join('\n')

export const bench: Command = {
  name: 'bench',
  usage: 'winnow bench [--json]',
  summary: 'measure the engine on this machine',
  about: 'Medians of short batches: one pass of the solver beside a plain JavaScript loop in the same run, a whole hop, the slowest quantum '
    + 'of a minute, and the garbage collections of 300 000 calls. Takes about half a minute; other work on the machine shows in it.',
  positionals: [],
  flags: [{ name: 'collections', value: null, help: 'Only count collections in this very process; start it with node --max-semi-space-size=1.' }],
  async run(args) {
    if (args.has('collections')) {
      const counted = countCollections()
      return { json: counted, text: `${counted.collections} collections in 300 000 calls; ${counted.collectionsLittering} in 100 000 with one small object each\n` }
    }
    const figures = measure()
    return { json: figures, text: report(figures) + '\n' }
  },
}
