// Listens for single notes, one after the other: where each begins and ends, which one it is, and whether it rang alone. Knows
// nothing of the instrument. Pure: samples in, notes out.

import { Spectra, hearPitch, peaksOf } from './pitch.ts'
import type { HeardPitch, Partial } from './pitch.ts'

/** Kept for learning, or why not. */
export type Verdict = 'kept' | 'rang' | 'short' | 'clipped' | 'unclear'

export interface HeardNote extends HeardPitch {
  readonly id: number
  readonly verdict: Verdict
  /** dB below full scale, of its loudest 30 ms. */
  readonly level: number
  /** Seconds it was heard for, as far as it was listened to. */
  readonly held: number
  /** For the picture: dB under its strongest partial, evenly from 0 to `reach` hertz. */
  readonly spectrum: Float32Array
  readonly reach: number
  /** From a moment before the stroke. */
  readonly samples: Float32Array
}

/** What is heard at the moment. */
export interface Hearing {
  readonly level: number
  /** Of the room. */
  readonly floor: number
  readonly note: { readonly pitch: number; readonly cents: number; readonly held: number; readonly spectrum: Float32Array; readonly reach: number; readonly partials: readonly Partial[]; readonly hertz: number; readonly stretch: number } | null
}

const HOP = 0.01 // seconds
const SMOOTH = 4 // hops
const WINDOW = 0.37 // seconds of sound that a pitch is told from
/** So long a note is listened to, and so long it must last at least. */
export const HOLD = 1
const RECORDED = 2
const SHORTEST = 0.42
const LEAD = 0.03
const FADE = 0.04
/** Of the stroke: not yet the note. */
const ATTACK = 0.035
const QUIETEST = -62 // dB of full scale
const OVER_FLOOR = 12, RISE = 8, STRUCK_AGAIN = 6, FALLEN = 40 // dB
const RINGING = 20 // dB: what sounded before is this far below
/** What no partial explains may be a knock, unless it is itself a note of this much power. */
const OTHER = 0.03, STRANGE = 0.35
const BINS = 480

const decibels = (power: number): number => 10 * Math.log10(power + 1e-12)

interface Sounding { readonly start: number; readonly before: number; peak: number; clipped: number; readonly levels: number[] }

export class NoteListener {
  onNote: (note: HeardNote) => void = () => {}
  hearing: Hearing = { level: -120, floor: -90, note: null }
  private readonly hop: number
  private readonly spectra: Spectra
  /** The newest seconds. */
  private readonly kept: Float32Array
  private position = 0
  /** Of the last hops, the newest first: a low note's own swing is not its loudness. */
  private readonly powers: number[] = Array<number>(SMOOTH).fill(0)
  private readonly levels: number[] = []
  private floor = -90
  private current: Sounding | null = null
  /** A note that was heard out rings on: its end is waited for, or the next stroke. */
  private ringing: number | null = null
  private next = 1
  private sum = 0
  private overs = 0

  constructor(module: WebAssembly.Module, private readonly sampleRate: number) {
    this.hop = Math.round(HOP * sampleRate)
    this.spectra = new Spectra(module, 2 ** Math.round(Math.log2(WINDOW * sampleRate)))
    this.kept = new Float32Array(2 ** Math.ceil(Math.log2((RECORDED + 1) * sampleRate)))
  }

  process(samples: Float32Array, length = samples.length): void {
    const { kept } = this
    for (let i = 0; i < length; i++) {
      const x = Number.isFinite(samples[i]!) ? samples[i]! : 0
      kept[this.position % kept.length] = x
      this.sum += x * x
      if (Math.abs(x) >= 0.999) this.overs++
      if (++this.position % this.hop === 0) this.frame()
    }
  }

  /** Nothing follows: what sounds has ended. */
  end(): void { if (this.current) this.finish(this.position) }

  private frame(): void {
    this.powers.unshift(this.sum / this.hop)
    this.powers.length = SMOOTH
    this.sum = 0
    const level = decibels(this.powers.reduce((sum, power) => sum + power, 0) / SMOOTH)
    this.levels.push(level)
    if (this.levels.length > 400) this.levels.splice(0, 100)
    // The room is what it sinks to; it is forgotten slowly.
    this.floor = level < this.floor ? level : Math.min(this.floor + 1.5 * HOP, level)
    const past = (hops: number): number => this.levels.at(-1 - hops) ?? -120
    const { current } = this
    if (current) {
      current.levels.push(level)
      current.clipped += this.overs
      if (current.levels.length <= 15) current.peak = Math.max(current.peak, level)
      const t = current.levels.length * HOP
      const dip = Math.min(...current.levels.slice(-12, -3))
      if (t > 0.2 && level > dip + STRUCK_AGAIN && level > current.peak - FALLEN + 6) {
        this.finish(this.position - (SMOOTH + 1) * this.hop)
        this.begin(past(SMOOTH + 2))
      } else if (level < current.peak - FALLEN || level < this.floor + 5 || t >= RECORDED) this.finish(this.position)
    } else {
      if (this.ringing !== null && level < this.ringing - FALLEN) this.ringing = null
      const least = Math.min(past(3), past(4), past(5), past(6))
      if (level > Math.max(QUIETEST, this.floor + OVER_FLOOR) && level > least + (this.ringing === null ? RISE : STRUCK_AGAIN)) this.begin(least)
    }
    this.overs = 0
    if (this.levels.length % 5 === 0 || !this.current) this.look(level)
  }

  private begin(before: number): void {
    this.current = { start: this.position - (SMOOTH + 1) * this.hop, before, peak: this.levels.at(-1)!, clipped: this.overs, levels: [] }
  }

  /** Samples from one position to another, as far as they are still here. */
  private cut(from: number, to: number): Float32Array {
    const first = Math.max(0, from, this.position - this.kept.length)
    return Float32Array.from({ length: Math.max(0, to - first) }, (_, i) => this.kept[(first + i) % this.kept.length]!)
  }

  private look(level: number): void {
    const { current } = this
    let note: Hearing['note'] = null
    if (current && current.levels.length * HOP > ATTACK + 0.06) {
      const from = Math.max(current.start + ATTACK * this.sampleRate, this.position - WINDOW * this.sampleRate)
      const heard = this.told(this.cut(Math.round(from), this.position))
      if (heard) note = { ...heard, held: Math.min(HOLD, current.levels.length * HOP) }
    }
    this.hearing = { level, floor: this.floor, note }
  }

  private told(samples: Float32Array): (HeardPitch & { spectrum: Float32Array; reach: number }) | null {
    const magnitudes = this.spectra.of(samples)
    const binHertz = this.sampleRate / this.spectra.size
    const heard = hearPitch(magnitudes, binHertz)
    if (!heard) return null
    const reach = Math.max(1500, Math.min(12_000, 12.5 * heard.hertz))
    let most = 1e-9
    for (let i = 2; i < magnitudes.length; i++) most = Math.max(most, magnitudes[i]!)
    const spectrum = Float32Array.from({ length: BINS }, (_, i) => {
      const [from, to] = [Math.floor(i / BINS * reach / binHertz), Math.max(Math.floor(i / BINS * reach / binHertz) + 1, Math.floor((i + 1) / BINS * reach / binHertz))]
      let x = 0
      for (let bin = Math.max(1, from); bin < to && bin < magnitudes.length; bin++) x = Math.max(x, magnitudes[bin]!)
      return 20 * Math.log10(x / most + 1e-6)
    })
    return { ...heard, spectrum, reach }
  }

  private finish(end: number): void {
    const { start, before, peak, clipped } = this.current!
    this.current = null
    this.ringing = peak
    const rate = this.sampleRate
    const held = (end - start) / rate - 2 * HOP
    const body = this.cut(start + Math.round(ATTACK * rate), Math.min(end, start + Math.round((ATTACK + WINDOW) * rate)))
    const heard = body.length > 0.05 * rate ? this.told(body) : null
    if (!heard || (held < SHORTEST && heard.strange > STRANGE)) return // a knock, not a note
    const verdict: Verdict = clipped > 2 ? 'clipped' : held < SHORTEST ? 'short' : before > peak - RINGING || this.another(heard) ? 'rang'
      : Math.abs(heard.cents) > 48 || heard.strange > 0.9 ? 'unclear' : 'kept'
    const samples = this.cut(start - Math.round(LEAD * rate), Math.min(end, start + Math.round(RECORDED * rate)))
    const fade = Math.min(samples.length, Math.round(FADE * rate))
    for (let i = 0; i < fade; i++) samples[samples.length - 1 - i]! *= i / fade
    this.onNote({ ...heard, id: this.next++, verdict, level: peak, held: Math.min(RECORDED, held), samples })
  }

  /** Whether what this note's partials leave is another note. Called right after the spectrum was told. */
  private another(heard: HeardPitch): boolean {
    const peaks = peaksOf(this.spectra.magnitudes, this.sampleRate / this.spectra.size)
    const own = (hertz: number): boolean => {
      const n = Math.max(1, Math.round(hertz / heard.hertz))
      return [n - 1, n, n + 1].some((m) => m > 0 && Math.abs(m * heard.hertz * Math.sqrt((1 + heard.stretch * m * m) / (1 + heard.stretch)) - hertz) < 0.03 * hertz)
    }
    const left = peaks.filter(({ hertz }) => hertz > 0.45 * heard.hertz && hertz > 60 && !own(hertz))
    const power = (list: readonly { readonly amplitude: number }[]): number => list.reduce((sum, { amplitude }) => sum + amplitude ** 2, 0)
    const all = power(peaks)
    if (power(left) > STRANGE * all) return true
    // A second series: peaks at whole multiples of the strongest that is left.
    const [strongest] = left
    if (!strongest || left.length < 3) return false
    const series = left.filter(({ hertz }) => [1, 2, 3, 4, 5].some((n) => Math.abs(hertz / strongest.hertz - n) < 0.02 * n || Math.abs(strongest.hertz / hertz - n) < 0.02 * n))
    return series.length >= 3 && power(series) > OTHER * all
  }
}
