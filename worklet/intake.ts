// Samples on their way in: what is no sound is taken as silence and counted, the rest is measured.

import { fact } from './frame.ts'
import type { Analysis } from './stft.ts'

/** Input beyond ±120 dB over full scale is no sound. */
const LARGEST = 1e6

export class Intake {
  /** Samples that were not numbers of reasonable size. */
  badSamples = 0
  private peak = 0
  private energy = 0

  constructor(private readonly analyses: readonly Analysis[], private readonly hopSize: number) {}

  reset(): void { this.badSamples = this.peak = this.energy = 0 }

  /** Samples `from` to `to` of every channel, which begin at `at` of the hop. */
  take(input: readonly Float32Array[], from: number, to: number, at: number): void {
    let { peak, energy } = this
    for (let channel = 0; channel < this.analyses.length; channel++) {
      const samples = input[channel]!, { incoming } = this.analyses[channel]!
      for (let i = from, j = at; i < to; i++, j++) {
        let x = samples[i]!
        if (!(x > -LARGEST && x < LARGEST)) {
          x = 0
          this.badSamples++
        }
        incoming[j] = x
        if (x > peak) peak = x
        else if (-x > peak) peak = -x
        energy += x * x
      }
    }
    this.peak = peak
    this.energy = energy
  }

  /** What the hop was like; the next one is measured anew. */
  tell(facts: Float64Array): void {
    facts[fact.inputPeak] = this.peak
    facts[fact.inputRms] = Math.sqrt(this.energy / (this.hopSize * this.analyses.length))
    facts[fact.badSamples] = this.badSamples
    this.peak = this.energy = 0
  }
}
