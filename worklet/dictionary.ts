// The shape of trained spectra, kept in hertz, and how they are fitted to a session of another rate.

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
  /** The divergence that finds the activations: a point (α, β) of the AB family (METHODS §1). */
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
