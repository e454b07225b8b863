// Learning: what each part is worth and what it costs. `npm run bench learn` runs all of them, each name one.

import { threads } from '../../main/crew.ts'
import type { Crew } from '../../presets/learn/crew.ts'
import { matching } from './learn-matching.ts'
import { learnPage } from './learn-page.ts'
import { learnSpeech } from './learn-speech.ts'
import { learnSpeed } from './learn-speed.ts'
import { synthetic } from './learn-synthetic.ts'

type Say = (line: string) => void
type Section = (say: Say) => unknown

/** As many as the fits here keep busy. */
const THREADS = 2

async function withThreads<T>(work: (crew: Crew) => Promise<T>): Promise<T> {
  const { crew, end } = threads(THREADS)
  try {
    return await work(crew)
  } finally {
    await end()
  }
}

/** The parts by name, from the slow to the quick. */
export const learnSections = (moduleOf: () => WebAssembly.Module): Readonly<Record<string, Section>> => ({
  'learn-speed': (say) => learnSpeed(moduleOf(), say),
  'learn-page': learnPage,
  'learn-speech': (say) => withThreads((crew) => learnSpeech(moduleOf(), crew, say)),
  'learn-synthetic': (say) => synthetic(say),
  'learn-matching': (say) => withThreads((crew) => matching(moduleOf(), crew, say)),
})

export async function learn(sections: Readonly<Record<string, Section>>, say: Say): Promise<Record<string, unknown>> {
  const figures: Record<string, unknown> = {}
  for (const [name, section] of Object.entries(sections)) {
    say(`\n${name}`)
    const began = performance.now()
    figures[name] = await section(say)
    say(figures[name] === null ? 'skipped: what it needs is not here' : `took ${((performance.now() - began) / 1000).toFixed(0)} s`)
  }
  return figures
}
