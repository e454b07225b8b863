// The shape of trained spectra, kept in hertz, and how they are fitted to a session of another rate.

import { QUARTERS } from './basis.ts'
import { PANEL_BINS } from './kernel.ts'

export interface Atom {
  /** What a listener would name: "voice", "piano". */
  readonly source: string
  /** MIDI note number, or null where the atom has none. */
  readonly pitch: number | null
}

export interface Dictionary {
  readonly sampleRate: number
  readonly fftSize: number
  readonly hopSize: number
  /** Samples of the synthesis window, and so the latency; equal to fftSize for a symmetric window. At the dictionary's rate. */
  readonly tailSize: number
  readonly atoms: readonly Atom[]
  /** Row by row, atoms × (fftSize / 2 + 1); each row sums to one. Atoms of one source stand together. */
  readonly spectra: Float32Array
  /** The divergence that finds the activations: a point (α, β) of the AB family (Cichocki, Cruces & Amari 2011). */
  readonly divergence: Divergence
}

export interface Divergence { readonly alpha: number; readonly beta: number }

/** The named points of the AB family. `beta-half` and `beta-1.5` are the β-divergences ½ and 1.5. */
export const divergences: Readonly<Record<string, Divergence>> = {
  'euc': { alpha: 1, beta: 1 },
  'kl': { alpha: 1, beta: 0 },
  'is': { alpha: 1, beta: -1 },
  'dual-is': { alpha: -1, beta: 1 },
  'hellinger': { alpha: 0.5, beta: 0.5 },
  'beta-half': { alpha: 1, beta: -0.5 },
  'beta-1.5': { alpha: 1, beta: 0.5 },
}

/** "kl", or any point as "A,B". */
export function readDivergence(text: unknown, where = 'divergence'): Divergence {
  const named = typeof text === 'string' && Object.hasOwn(divergences, text) ? divergences[text] : undefined
  if (named) return named
  const numbers = typeof text === 'string' ? text.split(',').map((part) => (part.trim() === '' ? NaN : Number(part))) : []
  if (numbers.length !== 2 || !numbers.every((x) => Math.abs(x) <= 4) || numbers[0] === 0)
    throw new RangeError(`${where}: expected ${Object.keys(divergences).join(', ')} or two numbers from -4 to 4 as "A,B", A not 0, got ${JSON.stringify(text)}`)
  return { alpha: numbers[0]!, beta: numbers[1]! }
}

export const divergenceText = ({ alpha, beta }: Divergence): string =>
  Object.keys(divergences).find((name) => divergences[name]!.alpha === alpha && divergences[name]!.beta === beta) ?? `${alpha},${beta}`

export const binCount = (fftSize: number): number => fftSize / 2 + 1

/** The sources of a dictionary, in the order of their atoms. */
export const dictionarySources = (atoms: readonly Atom[]): string[] => [...new Set(atoms.map((atom) => atom.source))]

/** The exponent ω that makes the multiplicative update monotone (Cichocki, Cruces & Amari 2011). */
export function omegaOf({ alpha, beta }: Divergence): number {
  if (beta / alpha < 1 / alpha - 1) return 1 / (1 - beta)
  if (beta / alpha > 1 / alpha) return 1 / (alpha + beta - 1)
  return 1 / alpha
}

export interface FittedSpectra {
  /** atoms × bins of the session, rows summing to one. */
  readonly spectra: Float32Array
  readonly bins: number
  /** Bins that the dictionary reaches; above it, it knows nothing. */
  readonly known: number
}

/** The spectra on a session's bins, interpolated in hertz. At the dictionary's own rate and size they stay as they are. */
export function fitSpectra({ spectra, atoms, fftSize, sampleRate }: Dictionary, sessionFftSize: number, sessionRate: number): FittedSpectra {
  const from = binCount(fftSize)
  const bins = binCount(sessionFftSize)
  const step = (sessionRate / sessionFftSize) / (sampleRate / fftSize) // session bins in units of dictionary bins
  let known = Math.min(bins, Math.floor((from - 1) / step + 1e-9) + 1)
  if (known < bins && known % (QUARTERS * PANEL_BINS) === 1) known-- // alone it would open a panel: it goes with those above
  const fitted = new Float32Array(atoms.length * bins)
  for (let atom = 0; atom < atoms.length; atom++) {
    let sum = 0
    for (let bin = 0; bin < known; bin++) {
      const at = bin * step
      const below = Math.min(Math.floor(at), from - 2)
      const value = spectra[atom * from + below]! * (below + 1 - at) + spectra[atom * from + below + 1]! * (at - below)
      fitted[atom * bins + bin] = value
      sum += value
    }
    if (sum > 1e-6) for (let bin = 0; bin < known; bin++) fitted[atom * bins + bin]! /= sum
    else fitted.fill(0, atom * bins, atom * bins + bins) // all of it lies above the session's rate
  }
  return { spectra: fitted, bins, known }
}
