// Whether everything adds up, while it plays: the sum of all sources and the rest against the input, as much later as they are.

import { fact } from './frame.ts'

/** The figure is of the block that is being counted and of the one before. */
const BLOCK_SECONDS = 1
/** Mean energy of a sample below which there is nothing to compare: −120 dB. */
const SILENCE = 1e-12
/** What the separator takes for silence, as in intake.ts. */
const LARGEST = 1e6

export class NullMeter {
  private readonly channels: number
  private readonly block: number
  /** The input on its way: [sample × channels + channel], as long as the latency. */
  private readonly waiting: Float32Array
  private at = 0
  private counted = 0
  private countedBefore = 0
  /** Energy of the input and of what is missing, in the block and in the one before; in memory, for a number that is returned is garbage. */
  private readonly sums = new Float64Array(4)

  constructor({ sampleRate, channels, latencySamples }: { sampleRate: number; channels: number; latencySamples: number }) {
    this.channels = channels
    this.block = BLOCK_SECONDS * sampleRate
    this.waiting = new Float32Array(latencySamples * channels)
  }

  reset(): void {
    this.waiting.fill(0)
    this.sums.fill(0)
    this.at = this.counted = this.countedBefore = 0
  }

  process(input: readonly Float32Array[], stems: readonly (readonly Float32Array[])[], length: number): void {
    const { channels, waiting, sums } = this
    const size = waiting.length
    let at = this.at
    let wanted = 0
    let missing = 0
    for (let i = 0; i < length; i++) {
      for (let channel = 0; channel < channels; channel++) {
        let sum = 0
        for (let stem = 0; stem < stems.length; stem++) sum += stems[stem]![channel]![i]!
        const x = input[channel]![i]!
        const sound = x > -LARGEST && x < LARGEST ? x : 0
        const late = size > 0 ? waiting[at]! : sound
        if (size > 0) {
          waiting[at] = sound
          if (++at === size) at = 0
        }
        wanted += late * late
        missing += (sum - late) * (sum - late)
      }
    }
    this.at = at
    sums[0]! += wanted
    sums[1]! += missing
    if ((this.counted += length) < this.block) return
    sums[2] = sums[0]!
    sums[3] = sums[1]!
    sums[0] = sums[1] = 0
    this.countedBefore = this.counted
    this.counted = 0
  }

  /** In dB; NaN where there was no sound. A sum without any error at all is as good as numbers go. */
  tell(facts: Float64Array): void {
    const { sums } = this
    const wanted = sums[0]! + sums[2]!
    facts[fact.null] = wanted <= SILENCE * this.channels * (this.counted + this.countedBefore) ? NaN
      : Math.max(-200, 10 * Math.log10((sums[1]! + sums[3]!) / wanted))
  }
}
