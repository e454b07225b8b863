// What penalties on activations are worth where the truth is known (the experiment of Yukawa & Kagami 2018): uniform spectra,
// activations half of which are zero and a fifth of whose atoms never sound, noise. Each method's penalty is chosen on
// other draws than those it is measured on; the multiplicative one is run until it hardly moves, and also stopped where that is best.

import { type Problem, solve, type SolveOptions } from '../../presets/solve/solve.ts'
import { divergences } from '../../worklet/dictionary.ts'
import { random } from '../signals.ts'

export interface Sizes { readonly bins: number; readonly atoms: number; readonly frames: number; readonly sigma: number }
export interface Draw extends Problem { readonly truth: Float64Array }

export function draw(seed: number, { bins, atoms, frames, sigma }: Sizes): Draw {
  const next = random(seed)
  const gauss = (): number => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())
  const spectra = Float64Array.from({ length: atoms * bins }, next)
  const silent = new Set<number>()
  while (silent.size < Math.round(atoms / 5)) silent.add(Math.floor(next() * atoms))
  const truth = Float64Array.from({ length: frames * atoms }, (_, i) => (next() < 0.5 || silent.has(i % atoms) ? 0 : next()))
  const values = Float64Array.from({ length: frames * bins }, (_, i) => {
    const t = Math.floor(i / bins)
    let clean = 0
    for (let k = 0; k < atoms; k++) clean += truth[t * atoms + k]! * spectra[k * bins + (i % bins)]!
    return Math.max(0, clean + sigma * gauss())
  })
  return { values, spectra, bins, truth }
}

/** ‖H − H*‖², mean over the draws. */
function errorOf(draws: readonly Draw[], options: SolveOptions): number {
  const errors = draws.map((one) => solve(one, options).activations.reduce((sum, x, i) => sum + (x - one.truth[i]!) ** 2, 0))
  return errors.reduce((a, b) => a + b, 0) / errors.length
}

/** The candidate that does best on the draws to choose by. */
function best(draws: readonly Draw[], candidates: readonly SolveOptions[]): SolveOptions {
  const errors = candidates.map((options) => errorOf(draws, options))
  return candidates[errors.indexOf(Math.min(...errors))]!
}

export interface SyntheticRow {
  readonly divergence: string
  readonly multiplicative: number
  /** Stopped after as many passes as served best. */
  readonly stopped: number
  readonly proximal: number
  readonly chosen: { readonly l1: number; readonly passes: number; readonly block: number }
}

/** Block norms to try: in the unit of the slope of each divergence. */
const BLOCKS: Readonly<Record<string, readonly number[]>> = {
  'euc': [4, 8, 12, 16, 24], 'kl': [0.3, 0.6, 0.9, 1.3, 2], 'dual-is': [0.03, 0.06, 0.1, 0.15, 0.25],
}
const PASSES = [50, 100, 200, 400]

/** Passes until the multiplicative method hardly moves; seeds to choose penalties by, and to measure with. */
export interface Effort {
  readonly sizes: Sizes
  readonly converged: number
  readonly tuning: readonly number[]
  readonly measured: readonly number[]
}
const FULL: Effort = { sizes: { bins: 100, atoms: 80, frames: 64, sigma: 1 }, converged: 3000, tuning: [101], measured: [1, 2] }

export function synthetic(say: (line: string) => void, { sizes, converged, tuning, measured }: Effort = FULL): SyntheticRow[] {
  const toChooseBy = tuning.map((seed) => draw(seed, sizes)), toMeasure = measured.map((seed) => draw(seed, sizes))
  return Object.entries(BLOCKS).map(([name, blocks]) => {
    const divergence = divergences[name]!
    const shares = [0, 0.05, 0.5]
    const mu = best(toChooseBy, shares.map((share) => ({ method: 'mu', divergence, iterations: converged, l1: share * blocks[0]! })))
    const stopped = best(toChooseBy, PASSES.map((iterations) => ({ method: 'mu', divergence, iterations })))
    const pfbs = best(toChooseBy, blocks.map((block) => ({ method: 'pfbs', divergence, iterations: 300, block })))
    const row = {
      divergence: name, multiplicative: errorOf(toMeasure, mu), stopped: errorOf(toMeasure, stopped),
      proximal: errorOf(toMeasure, pfbs),
      chosen: { l1: mu.l1!, passes: stopped.iterations, block: pfbs.block! },
    }
    const less = (from: number): string => `${(100 * (1 - row.proximal / from)).toFixed(0)} %`
    say(`${name.padEnd(8)} multiplicative ${row.multiplicative.toFixed(1)} (stopped at ${stopped.iterations}: ${row.stopped.toFixed(1)})   `
      + `proximal ${row.proximal.toFixed(1)}   less by ${less(row.multiplicative)} (${less(row.stopped)})`)
    return row
  })
}
