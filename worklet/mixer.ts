// What is heard: sources and rest at their levels, placed, muted, soloed, inverted; dry against wet; bypass, as loud as the result where
// that is asked for. All of it happens to samples, after the separation, so that a fader answers at once; every change ramps
// over 10 ms.

import { Match } from './loudness.ts'
import { type Automation, valueAt } from './parameters.ts'
import type { SelectedSource, Selection } from './selection.ts'

const RAMP_SECONDS = 0.01
/** Samples that are mixed at once where nothing moves. */
const TOGETHER = 256
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
  /** Whether the rest is heard whole, as it is where a source is inverted, however far it is turned down. */
  private wholeRest = false
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
  /** Of the samples being mixed, one channel: what went in, what comes out, and the gains of a matched bypass. */
  private readonly input = new Float64Array(TOGETHER)
  private readonly result = new Float64Array(TOGETHER)
  private readonly original = new Float64Array(TOGETHER)
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
    const inverted = sources.some((source) => source.invert)
    this.wholeRest = inverted && !solo
    sources.forEach((source, s) => {
      const audible = !source.invert && (inverted && !solo || !source.mute) && (!solo || source.solo)
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
    const { channels, sources, ramps, goals, match, original } = this
    for (let i = 0; i < length; i++) {
      const bypass = this.bypass.to(valueAt(automation.bypass, offset + i) ? 1 : 0)
      const wet = this.wet.to(valueAt(automation.wet, offset + i))
      const out = this.out.to(this.levelGain.of(valueAt(automation.level, offset + i)))
      const matched = this.matched.to(valueAt(automation.matched, offset + i) >= 0.5 ? 1 : 0)
      if (matched > 0) match.next(original, 1, bypass > 0)
      const level = matched > 0 ? 1 + matched * (original[0]! - 1) : 1
      const reduction = this.reduction.to(this.restGoal(valueAt(automation.reduction, offset + i)))
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
        if (matched > 0) {
          this.input[0] = input
          this.result[0] = result
          match.take(this.input, this.result, 1, channel)
        }
        mix[channel]![i] = result + bypass * (input * level - result)
      }
    }
  }

  private restGoal(reduction: number): number { return this.wholeRest ? 1 : this.restGain.of(-reduction) }

  /** Whether nothing moves and nothing is about to: most of the time. */
  private isSteady({ bypass, wet, level, matched, reduction }: Automation): boolean {
    const { ramps, goals } = this
    if (bypass.length + wet.length + level.length + matched.length + reduction.length > 5) return false
    for (let cell = 0; cell < goals.length; cell++) if (!ramps[cell]!.isAt(goals[cell]!)) return false
    return this.bypass.isAt(bypass[0]! ? 1 : 0) && this.wet.isAt(wet[0]!) && this.out.isAt(this.levelGain.of(level[0]!))
      && this.matched.isAt(matched[0]! >= 0.5 ? 1 : 0) && this.reduction.isAt(this.restGoal(reduction[0]!))
  }

  /** The same sums as in `process`, of gains that stay. */
  private carryOn(stems: readonly (readonly Float32Array[])[], mix: readonly Float32Array[], length: number): void {
    const { channels, sources, goals, factors, match, input, result, original } = this
    const bypass = this.bypass.goal, wet = this.wet.goal, out = this.out.goal, matched = this.matched.goal, reduction = this.reduction.goal
    for (let cell = 0; cell < goals.length; cell++)
      factors[cell] = 1 + wet * (goals[cell]! * (cell >= sources * channels ? reduction : 1) - 1)
    for (let from = 0; from < length; ) {
      const most = Math.min(TOGETHER, length - from), count = matched > 0 ? match.together(most) : most
      if (matched > 0) match.next(original, count, bypass > 0)
      for (let channel = 0; channel < channels; channel++) {
        this.sum(stems, channel, from, count, out)
        if (matched > 0) match.take(input, result, count, channel)
        const samples = mix[channel]!
        if (bypass === 0) for (let i = 0; i < count; i++) samples[from + i] = result[i]!
        else for (let i = 0; i < count; i++) samples[from + i] = result[i]! + bypass * (input[i]! * (matched > 0 ? 1 + matched * (original[i]! - 1) : 1) - result[i]!)
      }
      from += count
    }
  }

  /** `count` samples of a channel, by the factors: what went in, and what comes out. */
  private sum(stems: readonly (readonly Float32Array[])[], channel: number, from: number, count: number, out: number): void {
    const { channels, sources, factors, input, result } = this
    for (let source = 0; source <= sources; source++) {
      const samples = stems[source]![channel]!, factor = factors[source * channels + channel]!
      if (source === 0)
        for (let i = 0; i < count; i++) {
          const sample = samples[from + i]!
          input[i] = sample
          result[i] = factor * sample
        }
      else
        for (let i = 0; i < count; i++) {
          const sample = samples[from + i]!
          input[i]! += sample
          result[i]! += factor * sample
        }
    }
    if (out !== 1) for (let i = 0; i < count; i++) result[i]! *= out
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
