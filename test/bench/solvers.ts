// The live solvers side by side: what a hop costs with each (the engine's own hop: 2048/512, 128 atoms, four sources), and
// what they are worth on the mixtures of `warm`, whose dictionaries are learned from other mixtures.

import { alternate, hopTask } from '../../main/bench-tasks.ts'
import { divergences } from '../../worklet/dictionary.ts'
import { type Settings, solvers as names } from '../../worklet/parameters.ts'
import { lessonsOf, quality } from './warm.ts'

export interface SolverRow {
  readonly divergence: string
  readonly solver: string
  readonly passes: number
  readonly hopMicros: number
  /** null where the audio is not. */
  readonly siSdr: number | null
}

const rows: readonly (readonly [divergence: string, solver: number, passes: number])[] = [
  ['kl', 0, 3], ['kl', 1, 3], ['kl', 1, 10], ['dual-is', 0, 3], ['dual-is', 1, 3], ['dual-is', 1, 10],
  ['euc', 0, 3], ['euc', 1, 3], ['euc', 1, 10], ['euc', 2, 1], ['euc', 2, 3], ['euc', 2, 10],
]

export async function solvers(module: WebAssembly.Module, say: (line: string) => void): Promise<SolverRow[]> {
  const asked = rows.map(([name, solver, passes]) =>
    ({ divergence: divergences[name]!, settings: { solver, passes } satisfies Partial<Settings> }))
  const micros = alternate(asked.map((options) => hopTask(module, options)), 15, asked.map(() => 60))
  const lessons = await lessonsOf(module)
  if (lessons.length === 0) say('the audio is not here: costs only')
  return rows.map(([divergence, solver, passes], i) => {
    const { settings, divergence: point } = asked[i]!
    const scores = lessons.map(({ lesson }) =>
      quality({ ...lesson, dictionary: { ...lesson.dictionary, divergence: point } }, module, settings))
    const row = {
      divergence, solver: names[solver]!, passes, hopMicros: micros[i]!,
      siSdr: scores.length > 0 ? scores.reduce((a, b) => a + b, 0) / scores.length : null,
    }
    say(`${divergence.padEnd(8)} ${row.solver.padEnd(15)} ${String(passes).padStart(2)} passes   `
      + `${row.hopMicros.toFixed(1).padStart(7)} µs a hop`
      + (row.siSdr === null ? '' : `   ${row.siSdr.toFixed(2).padStart(6)} dB`))
    return row
  })
}
