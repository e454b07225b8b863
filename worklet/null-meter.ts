// Whether everything adds up, while it plays: the sum of all sources and the rest against the input, as much later as they are.

import { fact } from './frame.ts'

/** The figure is of the block that is being counted and of the one before. */
const BLOCK_SECONDS = 1
/** Mean energy of a sample below which there is nothing to compare: −120 dB. */
const SILENCE = 1e-12
/** What the separator takes for silence, as in intake.ts. */
const LARGEST = 1e6
/** Samples that are added up at once. */
const STRETCH = 512

export class NullMeter {
  private readonly channels: number
  private readonly block: number
  /** The input of each channel on its way, as long as the latency. */
  private readonly waiting: readonly Float32Array[]
  /** What the stems of one channel add up to, a stretch at a time. */
  private readonly sum = new Float64Array(STRETCH)
  private at = 0
  private counted = 0
  private countedBefore = 0
  /** Energy of the input and of what is missing, in the block and in the one before; in memory, for a number that is returned is garbage. */
  private readonly sums = new Float64Array(4)

  constructor({ sampleRate, channels, latencySamples }: { sampleRate: number; channels: number; latencySamples: number }) {
    this.channels = channels
    this.block = BLOCK_SECONDS * sampleRate
    this.waiting = Array.from({ length: channels }, () => new Float32Array(latencySamples))
  }

  reset(): void {
    for (const samples of this.waiting) samples.fill(0)
    this.sums.fill(0)
    this.at = this.counted = this.countedBefore = 0
  }

  process(input: readonly Float32Array[], stems: readonly (readonly Float32Array[])[], length: number): void {
    for (let from = 0; from < length; from += STRETCH) this.stretch(input, stems, from, Math.min(length, from + STRETCH))
    if ((this.counted += length) < this.block) return
    const { sums } = this
    sums[2] = sums[0]!
    sums[3] = sums[1]!
    sums[0] = sums[1] = 0
    this.countedBefore = this.counted
    this.counted = 0
  }

  private stretch(input: readonly Float32Array[], stems: readonly (readonly Float32Array[])[], from: number, to: number): void {
    const { sum, waiting } = this
    for (let channel = 0; channel < this.channels; channel++) {
      for (let stem = 0; stem < stems.length; stem++) {
        const part = stems[stem]![channel]!
        if (stem === 0) for (let i = from, j = 0; i < to; i++, j++) sum[j] = part[i]!
        else for (let i = from, j = 0; i < to; i++, j++) sum[j]! += part[i]!
      }
      this.compare(input[channel]!, waiting[channel]!, from, to)
    }
    const size = waiting[0]!.length
    if (size > 0) this.at = (this.at + to - from) % size
  }

  /** The sums begin as they stand in memory: from a plain 0 the engine that runs this would keep them as objects for a while. */
  private compare(samples: Float32Array, waiting: Float32Array, from: number, to: number): void {
    const { sum, sums } = this
    const size = waiting.length
    let at = this.at
    let wanted = sums[0]!, missing = sums[1]!
    for (let i = from, j = 0; i < to; i++, j++) {
      const x = samples[i]!
      const sound = x > -LARGEST && x < LARGEST ? x : 0
      let late = sound
      if (size > 0) {
        late = waiting[at]!
        waiting[at] = sound
        if (++at === size) at = 0
      }
      const error = sum[j]! - late
      wanted += late * late
      missing += error * error
    }
    sums[0] = wanted
    sums[1] = missing
  }

  /** In dB; NaN where there was no sound. A sum without any error at all is as good as numbers go. */
  tell(facts: Float64Array): void {
    const { sums } = this
    const wanted = sums[0]! + sums[2]!
    facts[fact.null] = wanted <= SILENCE * this.channels * (this.counted + this.countedBefore) ? NaN
      : Math.max(-200, 10 * Math.log10((sums[1]! + sums[3]!) / wanted))
  }
}
