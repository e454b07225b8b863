// From how strongly every note sounds to notes that begin and end. Pure arithmetic over frames, without samples: who keeps the
// frames can judge them again with other settings.

import { initialNoteSettings, type NoteSettings, scales } from './parameters.ts'

export type NoteEvent =
  | { readonly type: 'on'; readonly pitch: number; readonly velocity: number; readonly seconds: number }
  | { readonly type: 'off'; readonly pitch: number; readonly seconds: number }
  | { readonly type: 'bend'; readonly pitch: number; readonly cents: number; readonly seconds: number }

/** What one frame says of every pitch. */
export interface NoteFrame {
  /** Of the stream, where the frame ends: when its events are decided. */
  seconds: number
  /** Amplitude of everything that sounds, and of each pitch; a sine at full scale is about 1. */
  level: number
  readonly strengths: Float32Array
  /** How sure the learned head is that a note begins, 0 to 1; null without one. */
  readonly learned: Float32Array | null
  /** Cents that the one note that sounds is away from its pitch; NaN where it is not known. */
  cents: number
}

/** Cents that are not worth an event. */
const STILL = 2
const RECENT_SECONDS = 1
/** A plain note is as strong as this share of what was loud lately, at a threshold of a half. */
const SHARE = 0.06
/** And has grown so many times within three frames. */
const GROWN = 1.6

const amplitude = (decibels: number): number => 10 ** (decibels / 20)

export class NoteLogic {
  /** Called for every event. */
  onEvent: (event: NoteEvent) => void = () => {}
  /** Of each pitch, whether it sounds. */
  readonly sounding: Uint8Array
  private settings: NoteSettings = initialNoteSettings()
  private readonly allowed: Uint8Array
  // per pitch, of what sounds: its loudest moment, the least since then, seconds it began and was last strong
  private readonly peaks: Float32Array
  private readonly dips: Float32Array
  private readonly begun: Float64Array
  private readonly strong: Float64Array
  /** Strengths of the last three frames, the newest first. */
  private readonly last: readonly Float32Array[]
  private readonly order = [0, 1, 2]
  private recent = 0
  private bent = 0
  private seconds = 0

  /** `gains`: dB by which each pitch is louder than it seems; none unless known. */
  constructor(private readonly pitches: readonly number[], private readonly hopSeconds: number, private readonly gains: readonly number[] = []) {
    const count = pitches.length
    this.sounding = new Uint8Array(count)
    this.allowed = new Uint8Array(count).fill(1)
    this.peaks = new Float32Array(count)
    this.dips = new Float32Array(count)
    this.begun = new Float64Array(count)
    this.strong = new Float64Array(count)
    this.last = [0, 1, 2].map(() => new Float32Array(count))
    this.reset()
  }

  set(settings: NoteSettings): void {
    this.settings = { ...settings }
    const steps: readonly number[] = Object.values(scales)[settings.scale]!
    this.pitches.forEach((pitch, row) => {
      this.allowed[row] = pitch >= settings.lowest && pitch <= settings.highest && steps.includes((pitch - settings.key + 120) % 12) ? 1 : 0
    })
  }

  /** Forgets everything, without a word: `release` first, where somebody listens. */
  reset(): void {
    this.sounding.fill(0)
    this.begun.fill(-Infinity)
    for (const frame of this.last) frame.fill(0)
    this.recent = this.seconds = 0
  }

  /** Ends what sounds. */
  release(seconds = this.seconds): void {
    for (let row = 0; row < this.sounding.length; row++) if (this.sounding[row]) this.end(row, seconds)
  }

  judge(frame: NoteFrame): void {
    const { settings, pitches, sounding, allowed, peaks, dips, begun, strong } = this
    const { strengths, learned, seconds } = frame
    this.seconds = seconds
    const learnedCounts = learned !== null && settings.judge === 0
    const quietest = amplitude(settings.quietest)
    const again = amplitude(settings.restrike)
    let most = 0
    for (let row = 0; row < pitches.length; row++) most = Math.max(most, strengths[row]!)
    this.recent = Math.max(most, this.recent * Math.exp(-this.hopSeconds / RECENT_SECONDS))
    const share = SHARE * (settings.threshold / (1 - settings.threshold)) * this.recent
    for (let row = 0; row < pitches.length; row++) {
      const now = strengths[row]!
      if (sounding[row]) {
        if (now > peaks[row]!) peaks[row] = now
        else if (now < dips[row]!) dips[row] = now
        if (now > settings.release * peaks[row]! && now > 0.25 * quietest) strong[row] = seconds
        const ended = !allowed[row] || (seconds - strong[row]! > settings.sustain && seconds - begun[row]! >= settings.shortest)
        if (ended) this.end(row, seconds)
      }
      if (!allowed[row] || now < quietest || seconds - begun[row]! < settings.refractory) continue
      const risen = sounding[row] ? now > again * dips[row]! : true
      const begins = learnedCounts ? learned[row]! >= settings.threshold
        : now > share && now > GROWN * this.last[this.order[2]!]![row]! && now >= this.last[this.order[0]!]![row]!
      if (risen && begins) this.begin(row, now, seconds)
    }
    this.bend(frame.cents, seconds)
    const oldest = this.order.pop()!
    this.order.unshift(oldest)
    this.last[oldest]!.set(strengths)
  }

  private begin(row: number, strength: number, seconds: number): void {
    if (this.sounding[row]) this.end(row, seconds)
    const { loudest, touch } = this.settings
    const level = 20 * Math.log10(strength) + (this.gains[row] ?? 0)
    const velocity = Math.max(1, Math.min(127, Math.round(127 + (126 * (level - loudest)) / touch)))
    this.sounding[row] = 1
    this.peaks[row] = this.dips[row] = strength
    this.begun[row] = this.strong[row] = seconds
    this.bent = 0
    this.onEvent({ type: 'on', pitch: this.pitches[row]!, velocity, seconds })
  }

  private end(row: number, seconds: number): void {
    this.sounding[row] = 0
    this.onEvent({ type: 'off', pitch: this.pitches[row]!, seconds })
  }

  private bend(cents: number, seconds: number): void {
    if (!this.settings.bends || !(Math.abs(cents - this.bent) > STILL)) return
    const row = this.sounding.indexOf(1)
    if (row < 0 || this.sounding.indexOf(1, row + 1) >= 0) return
    this.bent = cents
    this.onEvent({ type: 'bend', pitch: this.pitches[row]!, cents, seconds })
  }
}
