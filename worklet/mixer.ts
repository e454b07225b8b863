// What is heard: sources and rest at their levels, placed, muted, soloed; dry against wet; bypass. All of it happens to
// samples, after the separation, so that a fader answers at once; every change ramps over 10 ms.

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

export class Mixer {
  private readonly channels: number
  private readonly sources: number
  /** [(source × channels) + channel], the rest last: where each gain is, and where it is going. */
  private readonly now: Float64Array
  private readonly goal: Float64Array
  /** The same without mutes and solos, for exported stems. */
  private readonly placed: Float64Array
  private readonly stepPerSample: number
  private settled = false
  private wet = 1
  private reduction = 1
  private out = 1
  private readonly restGain = new Decibels()
  private readonly levelGain = new Decibels()

  constructor({ sampleRate, channels, selection }: { sampleRate: number; channels: 1 | 2; selection: Selection }) {
    this.channels = channels
    this.sources = selection.sources.length
    const cells = (this.sources + 1) * channels
    this.now = new Float64Array(cells)
    this.goal = new Float64Array(cells)
    this.placed = new Float64Array(cells).fill(1)
    this.stepPerSample = 1 / (RAMP_SECONDS * sampleRate)
    this.select(selection)
  }

  select({ sources }: Selection): void {
    const solo = sources.some((source) => source.solo)
    sources.forEach((source, s) => {
      const audible = !source.mute && (!solo || source.solo)
      gains(source, this.channels).forEach((gain, channel) => {
        this.placed[s * this.channels + channel] = gain
        this.goal[s * this.channels + channel] = audible ? gain : 0
      })
    })
    this.goal.fill(solo ? 0 : 1, this.sources * this.channels)
  }

  /** Jumps to where the next sample wants to be: the start of a file, where there is nothing to ramp from. */
  reset(): void { this.settled = false }

  /** The mix as heard. `stems` as the separator fills them; `offset` is where the automation of their first sample stands. */
  process(stems: readonly (readonly Float32Array[])[], mix: readonly Float32Array[], length: number, automation: Automation, offset = 0): void {
    const { channels, sources, now, goal, stepPerSample } = this
    for (let i = 0; i < length; i++) {
      const rest = this.restGain.of(-valueAt(automation.reduction, offset + i))
      const bypass = valueAt(automation.bypass, offset + i)
      const wet = bypass ? 0 : valueAt(automation.wet, offset + i)
      const out = bypass ? 1 : this.levelGain.of(valueAt(automation.level, offset + i))
      if (!this.settled) this.settle(wet, rest, out)
      this.wet = approach(this.wet, wet, stepPerSample)
      this.out = approach(this.out, out, stepPerSample)
      this.reduction = approach(this.reduction, rest, stepPerSample)
      for (let channel = 0; channel < channels; channel++) {
        let sum = 0
        for (let source = 0; source <= sources; source++) {
          const cell = source * channels + channel
          const gain = (now[cell] = approach(now[cell]!, goal[cell]!, stepPerSample))
          const placed = source === sources ? gain * this.reduction : gain
          sum += stems[source]![channel]![i]! * (1 + this.wet * (placed - 1))
        }
        mix[channel]![i] = sum * this.out
      }
    }
  }

  private settle(wet: number, rest: number, out: number): void {
    this.now.set(this.goal)
    this.wet = wet
    this.reduction = rest
    this.out = out
    this.settled = true
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

const approach = (from: number, to: number, step: number): number =>
  from < to ? Math.min(to, from + step) : Math.max(to, from - step)
