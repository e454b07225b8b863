// From what was asked of `winnow learn` to what is learned: the analysis, the parts, and the work itself, between whose
// steps the rest of the program has its turn.

import { divergences, readDivergence, type Divergence } from '../worklet/dictionary.ts'
import type { Head } from '../worklet/network.ts'
import type { Settings } from '../worklet/parameters.ts'
import { alone } from '../presets/learn/crew.ts'
import { calibrate, type Calibrated, type Calibration } from '../presets/learn/calibrate.ts'
import { soundingFrames } from '../presets/learn/frames.ts'
import { learn as learning, type Method, type Outcome, type Plan, type Progress } from '../presets/learn/learn.ts'
import { chooseDivergence, type Match } from '../presets/learn/matching.ts'
import type { Pair } from '../presets/learn/pairs.ts'
import { seededRandom } from '../presets/learn/random.ts'
import { learnMaskHead, type MaskPlan, type MaskProgress } from '../presets/learn/mask-head.ts'
import type { Preset } from '../presets/preset.ts'
import { heldOutScore, tune, type Choice, type Space, type Trial } from '../presets/learn/tune.ts'
import { threads } from './crew.ts'
import { sparkline } from './progress.ts'
import { Cancelled, asked, askedFor } from './user-error.ts'

/** What ways of learning have in common. `loss` per source and pass; empty where there is none. */
export type Learnt = Pick<Outcome, 'atoms' | 'spectra' | 'loss' | 'frames'> & { readonly method: string; readonly seed: number; readonly head?: Head | null }

type Report = (share: number, detail?: string) => void

/** Frames are enough to tell what kind of noise a fit leaves. */
const TELLING = 2000

/** The divergence that describes all recordings together best, beside one fit of them. */
export async function matched({ parts, sizes, module, seed, frames: most }: Plan, signal: AbortSignal): Promise<Match> {
  const frames = asked(() => soundingFrames(parts.flatMap(({ recordings }) => recordings), sizes, module, Math.min(most, TELLING), seededRandom(seed)), 'learn')
  const steps = chooseDivergence(frames, Math.min(parts.reduce((sum, { atoms }) => sum + atoms, 0), frames.count), { seed, means: { crew: alone, module } })
  const next = (): Promise<IteratorResult<unknown, Match>> => askedFor(() => steps.next(), 'learn')
  let step = await next()
  for (; !step.done; step = await next()) {
    await turn()
    if (signal.aborted) throw new Cancelled()
  }
  return step.value
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** From so many products on, threads are worth their start. */
const MANY = 2e9

/** `keep`: who is stopped keeps what the last whole pass has found. */
export async function finish(plan: Plan, jobs: number, keep: boolean, report: Report, signal: AbortSignal): Promise<Learnt> {
  const { parts, sizes, iterations, method } = plan
  const products = parts.reduce((sum, { recordings, atoms }) => sum
    + atoms * Math.min(plan.frames, recordings.reduce((frames, { channels }) => frames + channels[0]!.length / sizes.hopSize, 0)), 0) * sizes.fftSize * iterations
  const { crew, end } = threads(products > MANY ? jobs : 1)
  const steps = learning(plan, { crew, ...(keep && { stop: signal }) })
  const next = (): Promise<IteratorResult<Progress, Outcome>> => askedFor(() => steps.next(), 'learn')
  const losses: number[] = []
  try {
    let step = await next()
    for (; !step.done; step = await next()) {
      const known = Object.values(step.value.loss).filter((loss) => loss !== null)
      if (known.length > 0) losses.push(known.reduce((sum, loss) => sum + loss, 0) / known.length)
      report(step.value.done / step.value.of, sparkline(losses))
      await turn()
      if (signal.aborted && !keep) throw new Cancelled()
    }
    return { ...step.value, method, seed: plan.seed }
  } finally {
    await steps.return(null as never)
    await end()
  }
}

export async function notesLearned(calibration: Calibration, report: Report, signal: AbortSignal): Promise<Learnt> {
  const steps = calibrate(calibration)
  const next = (): IteratorResult<number, Calibrated> => asked(() => steps.next(), 'learn')
  let step = next()
  for (; !step.done; step = next()) {
    report(step.value)
    await turn()
    if (signal.aborted) throw new Cancelled()
  }
  const { dictionary: { atoms, spectra }, head } = step.value
  return { atoms, spectra, head, loss: {}, frames: {}, method: head ? 'templates, note head' : 'templates', seed: calibration.seed }
}

/** The preset with a head that judges its masks. */
export async function headed(preset: Preset, plan: Omit<MaskPlan, 'dictionary' | 'settings'>, report: Report, signal: AbortSignal): Promise<Preset> {
  const { dictionary, settings, learned } = preset
  const steps = learnMaskHead({ ...plan, dictionary, settings })
  const next = (): Promise<IteratorResult<MaskProgress, Head>> => askedFor(() => steps.next(), 'learn')
  let step = await next()
  for (; !step.done; step = await next()) {
    report(step.value.share, step.value.stage)
    await turn()
    if (signal.aborted) throw new Cancelled()
  }
  return { ...preset, head: step.value, learned: { ...learned, method: `${learned.method}, mask head` } }
}

/** What tuning tries, beside what was asked for. Nothing that changes the latency or the cost of a pass. */
const spaceOf = (method: Method): Space => ({
  atoms: { from: 0.5, to: 2, ratios: true },
  activations: { of: ['kl', 'beta-half', 'beta-1.5', 'euc'] },
  sparsity: { from: 0, to: 0.3 },
  sharpness: { from: 1, to: 2 },
  ...(method === 'nmf' && { divergence: { of: ['euc', 'kl', 'beta-half', 'is'] } }),
  ...((method === 'anmf' || method === 'danmf') && { tauA: { from: 0.01, to: 0.5, ratios: true } }),
  ...(method === 'danmf' && { tauS: { from: 0.1, to: 0.9 } }),
})

export interface Played { readonly activations: Divergence; readonly settings: Partial<Settings> }
export interface Tuned extends Played { readonly learnt: Learnt; readonly best: Trial; readonly trials: readonly Trial[] }

/** Learns so often with settings drawn by chance, the first time as asked, and keeps what separates the pairs best. */
export async function tuned(plan: Plan, asIs: Played, pairs: readonly Pair[], trials: number, jobs: number, report: Report, signal: AbortSignal): Promise<Tuned> {
  const { crew, end } = threads(jobs)
  const playedWith = ({ activations, sparsity, sharpness }: Choice): Played => ({
    activations: activations === undefined ? asIs.activations : divergences[activations]!,
    settings: { ...asIs.settings, ...(typeof sparsity === 'number' && { sparsity }), ...(typeof sharpness === 'number' && { sharpness }) },
  })
  const planWith = ({ atoms, divergence, tauA, tauS }: Choice): Plan => ({
    ...plan,
    ...(typeof atoms === 'number' && { parts: plan.parts.map((part) => ({ ...part, atoms: Math.max(1, Math.round(part.atoms * atoms)) })) }),
    ...(divergence !== undefined && { divergence: readDivergence(divergence) }),
    ...(typeof tauA === 'number' && { tauA }), ...(typeof tauS === 'number' && { tauS }),
  })
  const steps = tune(spaceOf(plan.method), { trials, seed: plan.seed }, (choice) => learning(planWith(choice), { crew }), (outcome: Outcome, choice) => {
    const { activations, settings } = playedWith(choice)
    return heldOutScore({ ...plan.sizes, atoms: outcome.atoms, spectra: outcome.spectra, divergence: activations }, settings, pairs, plan.module)
  })
  const next = () => askedFor(() => steps.next(), 'learn')
  try {
    let step = await next()
    for (; !step.done; step = await next()) {
      const { trial, progress: { done, of }, best } = step.value
      report((trial + done / of) / trials, best === null ? '' : `best ${best.toFixed(2)} dB`)
      await turn()
      if (signal.aborted) throw new Cancelled()
    }
    const { best, trials: all, result } = step.value
    return { ...playedWith(best.choice), learnt: { ...result, method: plan.method, seed: plan.seed }, best, trials: all }
  } finally {
    await steps.return(null as never)
    await end()
  }
}

export const choiceText = (choice: Choice): string =>
  Object.entries(choice).map(([name, value]) => `${name} ${typeof value === 'number' ? Number(value.toPrecision(3)) : value}`).join(', ') || 'as asked'
