// What is heard: sources and rest at their levels, placed, muted, soloed; dry against wet; bypass, as loud as the result where
// that is asked for. All of it happens to samples, after the separation, so that a fader answers at once; every change ramps
// over 10 ms.

import { Match } from './loudness.ts'
import { type Automation, valueAt } from './parameters.ts'
import type { SelectedSource, Selection } from './selection.ts'

const RAMP_SECONDS = 0.01
const gainOf = (dB: number): number => (dB <= -120 ? 0 : 10 ** (dB / 20))

/** A source's gain for [left, right]: its level, and a balance that is 1 in the middle and silences one side at the end. */
function gains({ gain = 0, pan = null }: SelectedSource, channels: number): readonly number[] {
  const level = gainOf(gain)
  if (channels === 1 || pan === null) return Array.from({ length: channels }, () => level)
  return [level * Math.min(1, 1 - pan), level * Math.min(1, 1 + pan)]
}

/** The last gain asked for: the power is taken when the decibels change, not for every sample. */
class Decibels {
  private dB = 0
  private gain = 1
  of(dB: number): number {
    if (dB !== this.dB) this.gain = gainOf((this.dB = dB))
    return this.gain
  }
}

/** A gain on its way: wherever it is when the goal changes, it arrives 10 ms later. */
class Ramp {
  private now = NaN
  goal = NaN
  private step = 0
  constructor(private readonly samples: number) {}

  /** The next sample. The first one jumps: there is nothing to ramp from. */
  to(goal: number): number {
    if (goal !== this.goal) {
      this.goal = goal
      if (this.now !== this.now) this.now = goal
      this.step = (goal - this.now) / this.samples
    }
    if (this.now !== goal) {
      this.now += this.step
      if (this.step > 0 ? this.now > goal : this.now < goal) this.now = goal
    }
    return this.now
  }

  /** Whether it is there and stays. */
  isAt(goal: number): boolean { return this.goal === goal && this.now === goal }

  reset(): void { this.now = this.goal = NaN }
}

export class Mixer {
  private readonly channels: number
  private readonly sources: number
  /** [(source × channels) + channel], the rest last: where each gain is, and where it is going. */
  private readonly ramps: readonly Ramp[]
  private readonly goals: Float64Array
  /** For `carryOn`: what remains of each once wet has its say. */
  private readonly factors: Float64Array
  /** The same without mutes and solos, for exported stems. */
  private readonly placed: Float64Array
  private readonly wet: Ramp
  private readonly reduction: Ramp
  private readonly out: Ramp
  private readonly bypass: Ramp
  private readonly matched: Ramp
  readonly match: Match
  private readonly restGain = new Decibels()
  private readonly levelGain = new Decibels()

  constructor({ sampleRate, channels, selection }: { sampleRate: number; channels: 1 | 2; selection: Selection }) {
    this.channels = channels
    this.sources = selection.sources.length
    const cells = (this.sources + 1) * channels
    const ramp = (): Ramp => new Ramp(RAMP_SECONDS * sampleRate)
    this.ramps = Array.from({ length: cells }, ramp)
    this.goals = new Float64Array(cells)
    this.factors = new Float64Array(cells)
    this.placed = new Float64Array(cells).fill(1)
    this.wet = ramp()
    this.reduction = ramp()
    this.out = ramp()
    this.bypass = ramp()
    this.matched = ramp()
    this.match = new Match(sampleRate, channels)
    this.select(selection)
  }

  select({ sources }: Selection): void {
    const solo = sources.some((source) => source.solo)
    sources.forEach((source, s) => {
      const audible = !source.mute && (!solo || source.solo)
      gains(source, this.channels).forEach((gain, channel) => {
        this.placed[s * this.channels + channel] = gain
        this.goals[s * this.channels + channel] = audible ? gain : 0
      })
    })
    this.goals.fill(solo ? 0 : 1, this.sources * this.channels)
  }

  /** Everything jumps to where the next sample wants it. */
  reset(): void {
    for (const ramp of this.ramps) ramp.reset()
    this.wet.reset()
    this.reduction.reset()
    this.out.reset()
    this.bypass.reset()
    this.matched.reset()
    this.match.reset()
  }

  /** The mix as heard. `stems` as the separator fills them; `offset` is where the automation of their first sample stands. */
  process(stems: readonly (readonly Float32Array[])[], mix: readonly Float32Array[], length: number, automation: Automation, offset = 0): void {
    if (this.isSteady(automation)) return this.carryOn(stems, mix, length)
    const { channels, sources, ramps, goals, match } = this
    for (let i = 0; i < length; i++) {
      const bypass = this.bypass.to(valueAt(automation.bypass, offset + i) ? 1 : 0)
      const wet = this.wet.to(valueAt(automation.wet, offset + i))
      const out = this.out.to(this.levelGain.of(valueAt(automation.level, offset + i)))
      const matched = this.matched.to(valueAt(automation.matched, offset + i) >= 0.5 ? 1 : 0)
      const original = matched > 0 ? 1 + matched * (match.next(bypass > 0) - 1) : 1
      const reduction = this.reduction.to(this.restGain.of(-valueAt(automation.reduction, offset + i)))
      for (let channel = 0; channel < channels; channel++) {
        let input = 0
        let sum = 0
        for (let source = 0; source <= sources; source++) {
          const cell = source * channels + channel
          const gain = ramps[cell]!.to(goals[cell]!) * (source === sources ? reduction : 1)
          const sample = stems[source]![channel]![i]!
          input += sample
          sum += sample * (1 + wet * (gain - 1))
        }
        const result = sum * out
        if (matched > 0) match.take(input, result, channel)
        mix[channel]![i] = result + bypass * (input * original - result)
      }
    }
  }

  /** Whether nothing moves and nothing is about to: most of the time. */
  private isSteady({ bypass, wet, level, matched, reduction }: Automation): boolean {
    const { ramps, goals } = this
    if (bypass.length + wet.length + level.length + matched.length + reduction.length > 5) return false
    for (let cell = 0; cell < goals.length; cell++) if (!ramps[cell]!.isAt(goals[cell]!)) return false
    return this.bypass.isAt(bypass[0]! ? 1 : 0) && this.wet.isAt(wet[0]!) && this.out.isAt(this.levelGain.of(level[0]!))
      && this.matched.isAt(matched[0]! >= 0.5 ? 1 : 0) && this.reduction.isAt(this.restGain.of(-reduction[0]!))
  }

  /** The same sums as in `process`, of gains that stay. */
  private carryOn(stems: readonly (readonly Float32Array[])[], mix: readonly Float32Array[], length: number): void {
    const { channels, sources, goals, factors, match } = this
    const bypass = this.bypass.goal, wet = this.wet.goal, out = this.out.goal, matched = this.matched.goal, reduction = this.reduction.goal
    for (let cell = 0; cell < goals.length; cell++)
      factors[cell] = 1 + wet * (goals[cell]! * (cell >= sources * channels ? reduction : 1) - 1)
    for (let i = 0; i < length; i++) {
      const original = matched > 0 ? 1 + matched * (match.next(bypass > 0) - 1) : 1
      for (let channel = 0; channel < channels; channel++) {
        let input = 0
        let sum = 0
        for (let source = 0; source <= sources; source++) {
          const sample = stems[source]![channel]![i]!
          input += sample
          sum += sample * factors[source * channels + channel]!
        }
        const result = sum * out
        if (matched > 0) match.take(input, result, channel)
        mix[channel]![i] = result + bypass * (input * original - result)
      }
    }
  }

  /** Brings stems to the selection's levels and places, in place: what an exported file holds. Mutes and solos are for the ear. */
  place(stems: readonly (readonly Float32Array[])[], length: number): void {
    for (let source = 0; source < this.sources; source++)
      for (let channel = 0; channel < this.channels; channel++) {
        const gain = this.placed[source * this.channels + channel]!
        if (gain === 1) continue
        const samples = stems[source]![channel]!
        for (let i = 0; i < length; i++) samples[i]! *= gain
      }
  }
}
