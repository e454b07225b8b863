// Tuning: settings drawn by chance from declared distributions (Bergstra & Bengio 2012), what is learned with them played
// by the engine on held-out pairs, and the best kept: by mean SI-SDR (Le Roux et al. 2019) over pairs and sources. The
// first trial is what was asked for, so that tuning never does worse on those pairs.

import { wholeDictionary } from '../../worklet/selection.ts'
import { constantAutomation, initialSettings } from '../../worklet/parameters.ts'
import type { Settings } from '../../worklet/parameters.ts'
import { Separator } from '../../worklet/separator.ts'
import { dictionarySources } from '../../worklet/dictionary.ts'
import type { Dictionary } from '../../worklet/dictionary.ts'
import { mixtureOf } from './pairs.ts'
import type { Pair } from './pairs.ts'
import { seededRandom } from './random.ts'

export type Value = number | string
/** Even from `from` to `to`, in ratios if so said, whole numbers if so said; or one of some. */
export type Distribution = { readonly from: number; readonly to: number; readonly ratios?: boolean; readonly whole?: boolean } | { readonly of: readonly Value[] }
export type Space = Readonly<Record<string, Distribution>>
export type Choice = Readonly<Record<string, Value>>

export interface Trial {
  readonly choice: Choice
  /** dB; null where what was drawn cannot be learned or played, and `reason` says why. */
  readonly score: number | null
  readonly reason: string | null
}

export interface Tuned<T> { readonly trials: readonly Trial[]; readonly best: Trial; readonly result: T }

/** Each name in its order takes one number of chance, whatever it is. */
export function drawn(space: Space, random: () => number): Choice {
  return Object.fromEntries(Object.entries(space).map(([name, distribution]): [string, Value] => {
    const chance = random()
    if ('of' in distribution) return [name, distribution.of[Math.floor(chance * distribution.of.length)]!]
    const { from, to, ratios = false, whole = false } = distribution
    const upper = whole ? to + 1 : to
    const value = ratios ? from * (upper / from) ** chance : from + (upper - from) * chance
    return [name, whole ? Math.min(to, Math.floor(value)) : value]
  }))
}

function checkSpace(space: Space): void {
  for (const [name, distribution] of Object.entries(space)) {
    const valid = 'of' in distribution ? distribution.of.length > 0
      : distribution.from < distribution.to && Number.isFinite(distribution.to) && Number.isFinite(distribution.from) && (!distribution.ratios || distribution.from > 0)
    if (!valid) throw new RangeError(`${name}: expected a range or some values to draw from, got ${JSON.stringify(distribution)}`)
  }
}

/**
 * `learn` is given a choice (none, the first time) and yields its own progress, which is passed on with the trial's number;
 * it returns what is worth keeping, and `score` judges that. A choice that is refused (a RangeError) is a trial without a score,
 * unless it is the first.
 */
export async function* tune<P, T>(space: Space, { trials, seed }: { readonly trials: number; readonly seed: number },
  learn: (choice: Choice) => Generator<P, T> | AsyncGenerator<P, T>, score: (result: T, choice: Choice) => number): AsyncGenerator<{ trial: number; progress: P; best: number | null }, Tuned<T>> {
  checkSpace(space)
  if (!(trials >= 1)) throw new RangeError(`trials: expected at least 1, got ${trials}`)
  const random = seededRandom(seed)
  const done: Trial[] = []
  let best: { trial: Trial & { readonly score: number }; result: T } | null = null
  for (let trial = 0; trial < trials; trial++) {
    const choice = trial === 0 ? {} : drawn(space, random)
    try {
      const steps = learn(choice)
      let step = await steps.next()
      for (; !step.done; step = await steps.next()) yield { trial, progress: step.value, best: best?.trial.score ?? null }
      const reached = { choice, score: score(step.value, choice), reason: null }
      done.push(reached)
      if (best === null || reached.score > best.trial.score) best = { trial: reached, result: step.value }
    } catch (error) {
      if (trial === 0 || !(error instanceof RangeError)) throw error
      done.push({ choice, score: null, reason: error.message })
    }
  }
  return { trials: done, best: best!.trial, result: best!.result }
}

/** Mean SI-SDR of what the engine makes of the mixtures of pairs, in dB. Sources of the dictionary that a pair lacks have no say. */
export function heldOutScore(dictionary: Dictionary, settings: Partial<Settings>, pairs: readonly Pair[], module: WebAssembly.Module): number {
  const known = dictionarySources(dictionary.atoms)
  const automation = constantAutomation({ ...initialSettings(), ...settings })
  const scores = pairs.flatMap((pair) => {
    const { name, sampleRate, channels } = mixtureOf(pair)
    const judged = Object.keys(pair).filter((source) => known.includes(source))
    if (judged.length === 0) throw new RangeError(`${name}: expected a recording of ${known.join(', ')}, got none`)
    if (channels.length > 2) throw new RangeError(`${name}: expected one or two channels, got ${channels.length}`)
    const separator = new Separator({
      module, dictionary, selection: wholeDictionary(known), sampleRate, channels: channels.length === 2 ? 2 : 1, mode: 'direct',
    })
    const { latencySamples, sourceNames, shape: { hopSize } } = separator
    const length = channels[0]!.length
    const padded = channels.map((samples) => { const out = new Float32Array(length + latencySamples); out.set(samples); return out })
    const stems = [...sourceNames, 'rest'].map(() => padded.map(({ length }) => new Float32Array(length)))
    for (let at = 0; at < length + latencySamples; at += hopSize) {
      const to = Math.min(at + hopSize, length + latencySamples)
      separator.process(padded.map((x) => x.subarray(at, to)), stems.map((stem) => stem.map((x) => x.subarray(at, to))), to - at, automation)
    }
    return judged.map((source) =>
      siSdr(pair[source]!.channels, stems[sourceNames.indexOf(source)]!.map((x) => x.subarray(latencySamples)), pair[source]!.name))
  })
  return scores.reduce((sum, x) => sum + x, 0) / scores.length
}

/** A copy scores this, silence its negative: a mean over both still says something. */
const LIMIT_DB = 100

/** Scale-invariant signal-to-distortion ratio in dB: each channel's mean removed, all channels under one projection. */
export function siSdr(reference: readonly Float32Array[], estimate: readonly Float32Array[], name = 'reference'): number {
  let [ss, es, ee] = [0, 0, 0]
  reference.forEach((s, channel) => {
    const e = estimate[channel]!
    const [ms, me] = [s, e].map((x) => x.reduce((sum, y) => sum + y, 0) / x.length) as [number, number]
    for (let i = 0; i < s.length; i++) {
      const a = s[i]! - ms, b = e[i]! - me
      ss += a * a
      es += a * b
      ee += b * b
    }
  })
  if (!(ss > 0)) throw new RangeError(`${name}: expected a reference that sounds, got silence`)
  const target = (es * es) / ss
  const distortion = Math.max(0, ee - target)
  if (target === 0) return -LIMIT_DB
  return distortion === 0 ? LIMIT_DB : Math.max(-LIMIT_DB, Math.min(LIMIT_DB, 10 * Math.log10(target / distortion)))
}
