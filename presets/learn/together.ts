// Sources learned together: each against the others and against mixtures, or from aligned pairs (danmf.ts), from a plan of
// recordings. Mixtures are taken to be plain sums of the sources, and so count β = E[(a_i / Σ a_j²)²] = 1 / S² where S sources
// sound in them: those that are learned, and one more where that is only one.

import { divergenceText, divergences } from '../../worklet/dictionary.ts'
import { danmf } from './danmf.ts'
import type { DanmfOptions, Learner } from './danmf.ts'
import { soundingFrames } from './frames.ts'
import type { Recording } from './frames.ts'
import type { Lesson, Plan, Round } from './learn.ts'
import type { Means } from './nmf.ts'
import { alignedFrames } from './pairs.ts'
import type { Pair } from './pairs.ts'
import { seededRandom } from './random.ts'

/** What a plan may add for these ways of learning. */
export interface Company {
  /** Recordings of mixtures, for anmf and danmf. */
  readonly against?: readonly Recording[]
  /** For dnmf and danmf. */
  readonly pairs?: readonly Pair[]
  /** How much it counts to fit other sound badly; 0.1 unless said otherwise. More than 0.5 leaves little of most sources. */
  readonly tauA?: number
  /** What part of the loss is that of the pairs, for danmf; 0.5 unless said otherwise. */
  readonly tauS?: number
  /** Frames in a step; without it, all frames make one step. */
  readonly batch?: number
}

export const together = ['anmf', 'dnmf', 'danmf'] as const
type Way = (typeof together)[number]
const isTogether = (method: string): method is Way => (together as readonly string[]).includes(method)

/** What is given and not used, and what is wanted and not there, is said before anything is learned. */
export function checkCompany({ method, divergence, parts, against = [], pairs = [], tauA, tauS, batch }: Plan): void {
  const given: readonly (readonly [string, boolean, readonly string[]])[] = [
    ['against', against.length > 0, ['anmf', 'danmf']], ['tauA', tauA !== undefined, ['anmf', 'danmf']],
    ['pairs', pairs.length > 0, ['dnmf', 'danmf']], ['tauS', tauS !== undefined, ['danmf']], ['batch', batch !== undefined, together],
  ]
  for (const [name, is, methods] of given)
    if (is && !methods.includes(method)) throw new RangeError(`${name}: expected only with ${methods.join(', ')}, got it with ${method}`)
  if (!isTogether(method)) return
  const { alpha, beta } = divergences['euc']!
  if (divergence.alpha !== alpha || divergence.beta !== beta)
    throw new RangeError(`divergence: expected euc, which is what ${method} minimises, got ${divergenceText(divergence)}`)
  const sources = new Set(parts.map(({ source }) => source))
  if (method !== 'dnmf' && against.length === 0 && sources.size < 2)
    throw new RangeError(`against: expected mixtures, or a second source to learn against with ${method}, got none`)
  if (method === 'anmf') return
  if (pairs.length === 0) throw new RangeError(`pairs: expected aligned recordings of all sources to learn from with ${method}, got none`)
  if (sources.size < parts.length) throw new RangeError(`pairs: expected sources of one part each, got ${parts.length} parts of ${sources.size}`)
}

export async function* learnTogether(lessons: readonly Lesson[], plan: Plan, means: Means): AsyncGenerator<Round> {
  const { method, sizes, iterations, seed, frames, against = [], pairs = [], batch, tauA = 0.1, tauS = 0.5 } = plan
  const sources = [...new Set(lessons.map(({ part }) => part.source))]
  // Chance of their own, after that of the parts.
  const mixtures = against.length > 0 ? soundingFrames(against, sizes, plan.module, frames, seededRandom(seed + lessons.length)) : null
  const gain = 1 / Math.max(2, sources.length)
  const learners = lessons.map((lesson): Learner => ({
    name: lesson.part.source, frames: lesson.frames, start: lesson.start(),
    against: method === 'dnmf' ? [] : [
      ...lessons.filter(({ part }) => part.source !== lesson.part.source).map((other) => ({ frames: other.frames, gain: 1 })),
      ...(mixtures ? [{ frames: mixtures, gain }] : []),
    ],
  }))
  const options: DanmfOptions = {
    iterations, tauA: method === 'dnmf' ? 0 : tauA, tauS: method === 'dnmf' ? 1 : method === 'anmf' ? 0 : tauS,
    pairs: method === 'anmf' ? null : alignedFrames(pairs, sources, sizes, plan.module, frames, seededRandom(seed + lessons.length + 1)),
    batches: batch === undefined ? null : { size: batch, full: method === 'dnmf' ? 'pairs' : 'own', random: seededRandom(seed + lessons.length + 2) },
  }
  yield* danmf(learners, options, means)
}
