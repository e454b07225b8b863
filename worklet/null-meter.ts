// Whether everything adds up, while it plays: the sum of all sources and the rest against the input, as much later as they are.

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
  // over the block, and over the one before
  private wanted = 0
  private missing = 0
  private wantedBefore = 0
  private missingBefore = 0
  private countedBefore = 0

  constructor({ sampleRate, channels, latencySamples }: { sampleRate: number; channels: number; latencySamples: number }) {
    this.channels = channels
    this.block = BLOCK_SECONDS * sampleRate
    this.waiting = new Float32Array(latencySamples * channels)
  }

  reset(): void {
    this.waiting.fill(0)
    this.at = this.counted = this.countedBefore = this.wanted = this.missing = this.wantedBefore = this.missingBefore = 0
  }

  process(input: readonly Float32Array[], stems: readonly (readonly Float32Array[])[], length: number): void {
    const { channels, waiting } = this
    for (let i = 0; i < length; i++) {
      for (let channel = 0; channel < channels; channel++) {
        let sum = 0
        for (let stem = 0; stem < stems.length; stem++) sum += stems[stem]![channel]![i]!
        const x = input[channel]![i]!
        const sound = x > -LARGEST && x < LARGEST ? x : 0
        let late = sound
        if (waiting.length > 0) {
          late = waiting[this.at]!
          waiting[this.at] = sound
          if (++this.at === waiting.length) this.at = 0
        }
        this.wanted += late * late
        this.missing += (sum - late) * (sum - late)
      }
    }
    if ((this.counted += length) < this.block) return
    this.wantedBefore = this.wanted
    this.missingBefore = this.missing
    this.countedBefore = this.counted
    this.wanted = this.missing = this.counted = 0
  }

  /** NaN where there was no sound. A sum without any error at all is as good as numbers go. */
  get dB(): number {
    const wanted = this.wanted + this.wantedBefore
    if (wanted <= SILENCE * this.channels * (this.counted + this.countedBefore)) return NaN
    return Math.max(-200, 10 * Math.log10((this.missing + this.missingBefore) / wanted))
  }
}
