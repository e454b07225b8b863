// The work that `winnow bench` times, free of Node and of the DOM, so that a browser times the very same.

import { type Atom, binCount, type Dictionary, divergences } from '../worklet/dictionary.ts'
import { Kernel, PANEL_BINS } from '../worklet/kernel.ts'
import { constantAutomation, initialSettings, type Settings } from '../worklet/parameters.ts'
import { type Selection, wholeDictionary } from '../worklet/selection.ts'
import { Separator } from '../worklet/separator.ts'

export const RATE = 44100
const BINS = 1025
export const ATOMS = 128

/** Any number in [0, 1), the same every time. */
export function sequence(seed: number): () => number {
  let state = seed
  return () => (state = (state * 16807) % 2147483647) / 2147483647
}

export function randomDictionary(atoms: number, sources: number, fftSize = 2048): Dictionary {
  const next = sequence(1)
  const bins = binCount(fftSize)
  const spectra = new Float32Array(atoms * bins)
  for (let atom = 0; atom < atoms; atom++) {
    let sum = 0
    for (let bin = 0; bin < bins; bin++) sum += spectra[atom * bins + bin] = next() ** 6 + 1e-4
    for (let bin = 0; bin < bins; bin++) spectra[atom * bins + bin]! /= sum
  }
  const names: Atom[] = Array.from({ length: atoms }, (_, i) => ({ source: `source ${1 + Math.floor((i * sources) / atoms)}`, pitch: null }))
  return { sampleRate: RATE, fftSize, hopSize: fftSize / 4, tailSize: fftSize, atoms: names, spectra, divergence: divergences['kl']! }
}

/**
 * A stereo session in which every factor has work: two points, of which one has a spectrum as well, a drawn area, paint and
 * an eraser with soft edges that last for ten minutes, and the Wiener filter.
 */
export const everyFactor = ({ atoms }: Dictionary): Selection => ({
  mask: 'wiener',
  sources: [
    { name: 'left', places: [{ level: -6, delay: 0 }], atoms: [atoms[0]!.source], painted: [{ polygon: [[0, 200], [600, 4000], [0, 6000]], soft: 0.5 }] },
    { name: 'right', places: [{ level: 5, delay: 120 }], painted: [{ polygon: [[0, 3000], [600, 3000], [600, 9000], [0, 9000]], gain: 0, soft: 0.3 }] },
    { name: 'drawn', places: [{ polygon: [[-3, -300], [3, -300], [3, 300], [-3, 300]], soft: 0.4 }], band: [100, 12_000] },
  ],
})

export const median = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!

/** Microseconds per call of each, medians over short batches taken in turn. */
export function alternate(tasks: readonly (() => void)[], rounds: number, calls: readonly number[]): number[] {
  const times = tasks.map(() => [] as number[])
  for (let round = -2; round < rounds; round++)
    tasks.forEach((task, i) => {
      const start = performance.now()
      for (let call = 0; call < calls[i]!; call++) task()
      if (round >= 0) times[i]!.push((1000 * (performance.now() - start)) / calls[i]!)
    })
  return times.map(median)
}

/** One KL pass on both sides: the packed kernel, and the loops that anyone would write. */
export function passTasks(module: WebAssembly.Module): [() => void, () => void] {
  const next = sequence(2)
  const padded = Math.ceil(BINS / PANEL_BINS) * PANEL_BINS
  const kernel = new Kernel(module, padded * (ATOMS + 2) + 12 * ATOMS + 256)
  const w = kernel.floats(padded * ATOMS)
  for (let i = 0; i < w.length; i++) w[i] = 1 / BINS
  const v = kernel.floats(padded)
  const h = kernel.floats(ATOMS).fill(1), g = kernel.floats(4 * ATOMS), sums = kernel.floats(ATOMS).fill(1), none = kernel.floats(ATOMS)
  const numbers = kernel.floats(3)
  numbers.set([1, 0, 1e-9])
  const power = kernel.floats(2)
  power.set([1, 1e-9])
  for (let bin = 0; bin < BINS; bin++) v[bin] = next() + 0.1
  const fast = (): void => {
    kernel.run.passKl(w.byteOffset, v.byteOffset, 0, h.byteOffset, g.byteOffset, 0, 0, ATOMS, ATOMS, 0, padded / PANEL_BINS, numbers.byteOffset)
    kernel.run.step(h.byteOffset, g.byteOffset, 0, sums.byteOffset, none.byteOffset, ATOMS, power.byteOffset)
  }
  const W = new Float32Array(BINS * ATOMS).fill(1 / BINS)
  const V = v.slice(0, BINS), H = new Float32Array(ATOMS).fill(1), Q = new Float32Array(BINS), G = new Float32Array(ATOMS)
  const plain = (): void => {
    for (let bin = 0; bin < BINS; bin++) {
      let q = 1e-9
      for (let atom = 0; atom < ATOMS; atom++) q += W[bin * ATOMS + atom]! * H[atom]!
      Q[bin] = V[bin]! / q
    }
    G.fill(0)
    for (let bin = 0; bin < BINS; bin++) for (let atom = 0; atom < ATOMS; atom++) G[atom]! += W[bin * ATOMS + atom]! * Q[bin]!
    for (let atom = 0; atom < ATOMS; atom++) H[atom] = Math.max(1e-9, H[atom]! * G[atom]!)
  }
  return [fast, plain]
}

/** What one hop costs, in microseconds. */
export function hopTask(module: WebAssembly.Module, { atoms = ATOMS, sources = 4, divergence = divergences['kl']!, settings = {} as Partial<Settings> } = {}): () => void {
  const dictionary = { ...randomDictionary(atoms, sources), divergence }
  const selection = wholeDictionary([...new Set(dictionary.atoms.map((atom) => atom.source))])
  const separator = new Separator({ module, dictionary, selection, sampleRate: RATE, channels: 1, mode: 'direct' })
  const next = sequence(3)
  const input = [Float32Array.from({ length: dictionary.hopSize }, () => next() - 0.5)]
  const stems = Array.from({ length: sources + 1 }, () => [new Float32Array(dictionary.hopSize)])
  const automation = constantAutomation({ ...initialSettings(), ...settings })
  return () => separator.process(input, stems, dictionary.hopSize, automation)
}
