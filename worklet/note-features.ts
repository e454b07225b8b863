// What a small network is told about every note of a frame, so that it can say whether it begins: how strong the note is now
// and was, what of the frame it has, what its relatives do whose overtones it shares, and what the sound as a whole does.
// Amounts are logarithms relative to what was loud lately, so that a quiet recording is judged as a loud one is.

import type { NoteFrame } from './note-logic.ts'

export const FEATURES = 36
/** Which list of features a head was trained on: another one would be nonsense to it. */
export const FEATURE_SET = 'notes/2'

/** Frames that are remembered. */
const KEPT = 16
/** Frames back that are told one by one. */
const TOLD = 6
/** Log amplitude of silence, and how far below what was loud lately differences stop counting. */
const SILENT = Math.log(1e-7)
const DEPTH = -7
/** What was loud lately is forgotten so fast, but never below this amplitude. */
const FORGET_SECONDS = 2
const LEAST = 1e-3
/** Semitones to the notes that share overtones; the first two are its neighbours. */
const RELATIVES = [-1, 1, -12, 12, -19, 19, -24, 24, -28] as const
/** Of those, the ones that are told one by one; and the ones whose overtones the note may be, and how strong those are. */
const ONE_BY_ONE = 8
const UNDER = [[2, 1], [4, 0.7], [6, 0.6], [8, 0.4]] as const
/** Frames back to which a rise is measured. */
const RISE = 4

export class NoteFeatures {
  /** Log amplitudes, frame by frame in a ring; the same of the level. */
  private readonly past: Float32Array
  private readonly levels = new Float32Array(KEPT)
  private frames = 0
  private loud = LEAST
  /** The strongest pitch of the last frame, and lately. */
  private strongest = 0
  private recent = LEAST
  /** Of each pitch, by how much it is above its least lately. */
  private readonly rises: Float32Array
  private readonly kept: number
  /** For each pitch's row, the rows of its relatives; −1 where there is none. */
  private readonly relatives: Int16Array

  /** `pitches` from the lowest to the highest; `fast` as in the parameter table's timing. */
  constructor(private readonly pitches: readonly number[], hopSeconds: number, private readonly fast: number) {
    this.past = new Float32Array(KEPT * pitches.length)
    this.rises = new Float32Array(pitches.length)
    this.kept = Math.exp(-hopSeconds / FORGET_SECONDS)
    this.relatives = Int16Array.from(pitches.flatMap((pitch) => RELATIVES.map((semitones) => pitches.indexOf(pitch + semitones))))
    this.reset()
  }

  reset(): void {
    this.past.fill(SILENT)
    this.levels.fill(SILENT)
    this.frames = 0
    this.loud = this.recent = LEAST
    this.strongest = 0
  }

  /** Writes pitches × FEATURES. */
  tell({ strengths, attacks, level }: Pick<NoteFrame, 'strengths' | 'attacks' | 'level'>, out: Float32Array): void {
    const { pitches, past, levels, relatives, rises } = this
    const count = pitches.length
    const now = this.frames % KEPT
    this.frames++
    this.loud = Math.max(level, LEAST, this.kept * this.loud)
    const reference = Math.log(this.loud)
    levels[now] = Math.log(Math.max(level, 1e-7))
    let most = 1e-7, risen2 = 1e-9, risen4 = 1e-9, rising = 1e-9
    const at2 = this.back(2) * count, at3 = this.back(3) * count, at4 = this.back(4) * count
    for (let row = 0; row < count; row++) {
      const x = strengths[row]!
      past[now * count + row] = Math.log(Math.max(x, 1e-7))
      if (x > most) most = x
      risen2 += Math.max(0, x - Math.exp(past[at2 + row]!))
      risen4 += Math.max(0, x - Math.exp(past[at4 + row]!))
      let least = past[this.back(1) * count + row]!
      for (let k = 2; k <= RISE; k++) least = Math.min(least, past[this.back(k) * count + row]!)
      rises[row] = Math.max(0, x - Math.exp(least))
      if (rises[row]! > rising) rising = rises[row]!
    }
    const growth = this.near(Math.log(most / Math.max(this.strongest, 1e-7)))
    this.strongest = most
    this.recent = Math.max(most, LEAST, this.kept * this.recent)
    let lowest = Infinity
    for (let k = 1; k <= 8; k++) lowest = Math.min(lowest, levels[this.back(k)]!)
    const rise = this.near(levels[now]! - levels[this.back(3)]!)
    const rise8 = this.near(levels[now]! - lowest)
    const top = Math.log(most)
    for (let row = 0; row < count; row++) {
      const x = strengths[row]!
      const own = past[now * count + row]!
      let to = row * FEATURES
      for (let k = 0; k < TOLD; k++) out[to++] = this.scaled(past[this.back(k) * count + row]! - reference)
      let peak = SILENT, dip = Infinity
      for (let k = 2; k < KEPT - 1; k++) peak = Math.max(peak, past[this.back(k) * count + row]!)
      for (let k = 1; k <= 5; k++) dip = Math.min(dip, past[this.back(k) * count + row]!)
      out[to++] = this.scaled(peak - reference)
      out[to++] = this.scaled(dip - reference)
      out[to++] = x > 1e-7 ? attacks[row]! / x : 0
      out[to++] = this.scaled(own - levels[now]!)
      out[to++] = this.scaled(own - top)
      out[to++] = Math.max(0, x - Math.exp(past[at2 + row]!)) / risen2
      out[to++] = Math.max(0, x - Math.exp(past[at4 + row]!)) / risen4
      for (let i = 0; i < ONE_BY_ONE; i++) {
        const other = relatives[row * RELATIVES.length + i]!
        out[to++] = other < 0 ? this.scaled(DEPTH) : this.scaled(past[now * count + other]! - reference)
      }
      for (let i = 2; i < 4; i++) {
        const other = relatives[row * RELATIVES.length + i]!
        out[to++] = other < 0 ? 0 : this.near(past[now * count + other]! - past[at3 + other]!)
      }
      const kin = row * RELATIVES.length
      const own4 = rises[row]! + 1e-9
      let besideRise = 1e-9, beside = 1e-7, under = 1e-9
      for (let i = 0; i < 2; i++) {
        const other = relatives[kin + i]!
        if (other < 0) continue
        besideRise = Math.max(besideRise, rises[other]!)
        beside = Math.max(beside, strengths[other]!)
      }
      for (let i = 0; i < UNDER.length; i++) {
        const other = relatives[kin + UNDER[i]![0]]!
        if (other >= 0) under = Math.max(under, UNDER[i]![1] * rises[other]!)
      }
      out[to++] = this.near(Math.log(own4 / besideRise))
      out[to++] = this.near(own - Math.log(beside))
      out[to++] = this.near(Math.log(own4 / under))
      out[to++] = this.scaled(Math.log(own4 / rising))
      out[to++] = this.scaled(Math.log(own4 / this.recent))
      out[to++] = this.scaled(own - Math.log(this.recent))
      out[to++] = this.near(own - dip)
      out[to++] = growth
      out[to++] = rise
      out[to++] = rise8
      out[to++] = this.scaled(own)
      out[to++] = (pitches[row]! - 60) / 24
      out[to++] = this.fast
    }
  }

  /** The frame `k` before this one, in the ring. */
  private back(k: number): number { return (this.frames - 1 - k + 2 * KEPT) % KEPT }
  private scaled(log: number): number { return Math.max(DEPTH, log) / 3.5 + 1 }
  private near(log: number): number { return Math.max(-1, Math.min(1, log / 4)) }
}
