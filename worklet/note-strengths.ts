// How strongly each note sounds: samples ─► Analysis ─► bands ─► activations ─► one sum per pitch.
//
// The window is that of notes, whatever the dictionary was learned with: 93 ms to tell low notes apart, with a short fall, so
// that a stroke is seen before half of the window has passed it. All times are kept in seconds at any rate.

import { Activations } from './activations.ts'
import { Bands } from './bands.ts'
import { Basis } from './basis.ts'
import { type Dictionary, fitSpectra } from './dictionary.ts'
import { Kernel } from './kernel.ts'
import { initialSettings, type Settings } from './parameters.ts'
import { Analysis, type Shape, shapeFor, Transform } from './stft.ts'

/** Samples at `rate`: the window, the hop, and twice the fall of an accurate and of a fast window. */
const CLOCK = { rate: 44100, window: 4096, hop: 512, tails: [2048, 1024] } as const

/** Ordered subsets do the work of several plain passes in one: see Multiplicative. */
const PASSES = 4
const SOLVING: Partial<Settings> = { steps: 4, relaxation: 1 }
/** How much of a frame's start is the last frame's answer: less than where nothing has to be told at once. */
const RECALL = 0.85

/**
 * Atoms without pitch beside those of the dictionary: noise in overlapping regions of the ear's scale. They take the thump of a
 * key, a drum and the hiss of a room, and what a half-seen stroke smears over all bands; without them notes would have to.
 */
const NOISES = 6
const THIN = 1e-4

function noises(bands: number): Float32Array {
  const spectra = new Float32Array(NOISES * bands)
  for (let i = 0; i < NOISES; i++)
    for (let band = 0; band < bands; band++) {
      const away = Math.min(1, Math.abs((band / Math.max(1, bands - 1)) * (NOISES - 1) - i))
      spectra[i * bands + band] = Math.cos((Math.PI / 2) * away) ** 2 + THIN
    }
  return spectra
}

/** `timing` as in the parameter table. */
export const noteShape = (sampleRate: number, timing: number): Shape =>
  shapeFor({ fftSize: CLOCK.window, hopSize: CLOCK.hop, tailSize: CLOCK.tails[timing]!, sampleRate: CLOCK.rate }, sampleRate)

/** The pitches of a dictionary's atoms, of one source or of all that have any, from the lowest to the highest. */
export const pitchesOf = ({ atoms }: Dictionary, source: string | null = null): number[] =>
  [...new Set(atoms.flatMap((atom) => (atom.pitch !== null && (source === null || atom.source === source) ? [atom.pitch] : [])))].sort((a, b) => a - b)

export interface StrengthOptions {
  readonly module: WebAssembly.Module
  readonly dictionary: Dictionary
  /** Whose notes; what other sources have stays in the dictionary and explains what is theirs. */
  readonly source: string | null
  readonly sampleRate: number
  readonly channels: 1 | 2
  readonly timing: number
  /** For a network that shares the kernel's memory. */
  readonly spare: number
}

export class NoteStrengths {
  readonly shape: Shape
  readonly kernel: Kernel
  readonly pitches: readonly number[]
  /** Per pitch: the amplitude that its atoms explain; a sine at full scale is about 1. */
  readonly strengths: Float32Array
  /** The same for each pitch's first atom: how it sounds as it begins. */
  readonly attacks: Float32Array
  /** Of all bands, in the same measure. */
  level = 0
  readonly bands: Bands
  readonly analyses: readonly Analysis[]
  private readonly transform: Transform
  private readonly basis: Basis
  private readonly activations: Activations
  /** The row of `pitches` of each atom, or −1; and whether it is the first of its pitch. */
  private readonly rows: Int16Array
  private readonly begins: Uint8Array
  private readonly magnitude: Float32Array
  private readonly heard: Float32Array
  private readonly dealt: Float32Array
  private readonly settings: Settings = { ...initialSettings(), ...SOLVING }
  /** What turns sums over bands into amplitudes. */
  private readonly scale: number

  constructor({ module, dictionary, source, sampleRate, channels, timing, spare }: StrengthOptions) {
    const shape = (this.shape = noteShape(sampleRate, timing))
    const fitted = fitSpectra(dictionary, shape.fftSize, sampleRate)
    const step = sampleRate / shape.fftSize
    const bands = (this.bands = new Bands(step, (fitted.known - 1) * step))
    const known = dictionary.atoms.length
    const atoms = known + NOISES
    const room = Basis.room(atoms, 0)
    const paddedBins = Basis.paddedBins(bands.count)
    const kernel = (this.kernel = new Kernel(module, Transform.floats(shape.fftSize) + channels * Analysis.floats(shape, shape.tailSize) +
      Basis.floats(atoms, 0, bands.count) + Activations.floats(room, paddedBins, dictionary.divergence) + 2 * paddedBins + fitted.bins + 128 + spare))
    this.transform = new Transform(kernel, shape.fftSize)
    this.analyses = Array.from({ length: channels }, () => new Analysis(this.transform, shape, shape.tailSize))
    const spectra = new Float32Array(atoms * bands.count)
    spectra.set(noises(bands.count), known * bands.count)
    for (let atom = 0; atom < atoms; atom++) {
      if (atom < known) bands.gather(fitted.spectra, spectra, atom * fitted.bins, atom * bands.count)
      const row = spectra.subarray(atom * bands.count, (atom + 1) * bands.count)
      const sum = row.reduce((all, x) => all + x, 0)
      if (sum > 0) row.forEach((x, band) => { row[band] = x / sum })
    }
    this.basis = new Basis(kernel, { spectra, bins: bands.count, known: bands.count }, atoms, 0)
    this.activations = new Activations(kernel, this.basis, dictionary.divergence, this.basis.panels, shape.hopSize / sampleRate, RECALL)
    this.magnitude = kernel.floats(fitted.bins + 3)
    this.heard = kernel.floats(bands.count)
    this.dealt = kernel.floats(paddedBins)
    this.pitches = pitchesOf(dictionary, source)
    this.strengths = new Float32Array(this.pitches.length)
    this.attacks = new Float32Array(this.pitches.length)
    const rowOf = new Map(this.pitches.map((pitch, row) => [pitch, row]))
    const seen = new Set<string>()
    this.begins = new Uint8Array(atoms)
    this.rows = new Int16Array(atoms).fill(-1)
    dictionary.atoms.forEach((atom, i) => {
      if (atom.pitch === null || (source !== null && atom.source !== source)) return
      const name = `${atom.pitch} ${atom.source}`
      if (!seen.has(name)) this.begins[i] = 1
      seen.add(name)
      this.rows[i] = rowOf.get(atom.pitch)!
    })
    this.scale = 1
    this.scale = 1 / this.sumOfSine(sampleRate)
  }

  /** What the bands of a sine at full scale sum to. */
  private sumOfSine(sampleRate: number): number {
    const { shape: { windowSize, hopSize }, analyses: [analysis], heard } = this
    for (let i = 0; i < windowSize; i += hopSize) {
      for (let at = 0; at < hopSize; at++) analysis!.write(Math.sin((2 * Math.PI * 440 * (i + at)) / sampleRate), at)
      analysis!.frame()
    }
    this.measure()
    analysis!.reset()
    return heard.reduce((sum, x) => sum + x, 0)
  }

  reset(): void {
    for (const analysis of this.analyses) analysis.reset()
    this.activations.reset()
    this.strengths.fill(0)
    this.attacks.fill(0)
    this.level = 0
  }

  /** Sample `at` of the hop being collected. */
  write(channel: number, sample: number, at: number): void { this.analyses[channel]!.write(sample, at) }

  private measure(): void {
    const { analyses, magnitude, kernel: { run } } = this
    const second = analyses[1]
    run.magnitude(analyses[0]!.re.byteOffset, analyses[0]!.im.byteOffset, second ? second.re.byteOffset : 0, second ? second.im.byteOffset : 0,
      magnitude.byteOffset, Math.ceil((this.shape.fftSize / 2 + 1) / 4) * 4)
    this.bands.gather(magnitude, this.heard)
  }

  /** The frame that ends with the hop just collected. */
  frame(): void {
    const { analyses, heard, basis, activations, strengths, attacks, rows, begins, scale } = this
    for (let channel = 0; channel < analyses.length; channel++) analyses[channel]!.frame()
    this.measure()
    basis.deal(heard, this.dealt)
    for (let left = activations.begin(this.dealt, rows.length, PASSES, this.settings); left > 0; left--) activations.advance()
    strengths.fill(0)
    attacks.fill(0)
    const unit = activations.level * scale
    this.level = unit * basis.fitted.known
    for (let atom = 0; unit > 0 && atom < rows.length; atom++) {
      const row = rows[atom]!
      if (row < 0) continue
      const amount = unit * activations.h[atom]!
      strengths[row]! += amount
      if (begins[atom]) attacks[row]! += amount
    }
  }

  /** How much of the last frame its atoms do not explain, as a share of it; 0 in silence. For whoever wonders now and then. */
  misfit(): number {
    const { heard, basis: { fitted: { spectra, known } }, activations: { h, level }, rows } = this
    let missed = 0, all = 0
    for (let band = 0; level > 0 && band < known; band++) {
      let explained = 0
      for (let atom = 0; atom < rows.length; atom++) explained += h[atom]! * spectra[atom * known + band]!
      missed += Math.abs(heard[band]! - level * explained)
      all += heard[band]!
    }
    return all > 0 ? missed / all : 0
  }

  /** Of the last frame, the share that lies more than a semitone below its lowest note, where nothing of it sounds. */
  below(): number {
    const { heard, bands } = this
    const lowest = 440 * 2 ** ((this.pitches[0]! - 70.5) / 12)
    let under = 0, all = 0
    for (let band = 0; band < bands.count; band++) {
      if (bands.hertz[band]! < lowest) under += heard[band]!
      all += heard[band]!
    }
    return all > 0 ? under / all : 0
  }
}
