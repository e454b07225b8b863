// How much softer or louder the result is than the input, so that a person who compares them compares sound and not level.
// Loudness is mean power behind the K-weighting of ITU-R BS.1770, here over about three seconds in which the result sounds:
// in the pauses of a voice there is nothing to compare.

const BLOCK_SECONDS = 0.1
const MEMORY_BLOCKS = 30
/** What sounds: over −70 LUFS, and no more than 15 dB below the loudest of late, which is forgotten by 0.4 dB a second. */
const ABSOLUTE = 10 ** ((-70 + 0.691) / 10)
const RELATIVE = 10 ** -1.5
const SINK = 0.99
/** The most that levels are brought together, and how much a person may hear them move in a block: dB. */
const MOST = 18
const STEP = 0.2

/** The two filters of the K-weighting at any rate, after the standard's own at 48 kHz (b0 b1 b2 a1 a2 each). */
function weighting(sampleRate: number): Float64Array {
  const shelf = Math.tan((Math.PI * 1681.974450955533) / sampleRate), q = 0.7071752369554196
  const high = 10 ** (3.999843853973347 / 20), half = high ** 0.4996667741545416
  const a = 1 + shelf / q + shelf * shelf
  const pass = Math.tan((Math.PI * 38.13547087602444) / sampleRate), r = 0.5003270373238773
  const c = 1 + pass / r + pass * pass
  return Float64Array.of(
    (high + (half * shelf) / q + shelf * shelf) / a, (2 * (shelf * shelf - high)) / a, (high - (half * shelf) / q + shelf * shelf) / a,
    (2 * (shelf * shelf - 1)) / a, (1 - shelf / q + shelf * shelf) / a,
    1, -2, 1, (2 * (pass * pass - 1)) / c, (1 - pass / r + pass * pass) / c)
}

/** Mean power of a sound of one or two channels, weighted, since it was last asked. */
class Weighted {
  private readonly filters: Float64Array
  /** Two numbers per filter and channel. */
  private readonly state: Float64Array
  private power = 0
  private count = 0

  constructor(sampleRate: number, channels: number) {
    this.filters = weighting(sampleRate)
    this.state = new Float64Array(4 * channels)
  }

  reset(): void {
    this.state.fill(0)
    this.power = this.count = 0
  }

  take(x: number, channel: number): void {
    const { filters: f, state: z } = this
    const at = 4 * channel
    const y = f[0]! * x + z[at]!
    z[at] = f[1]! * x - f[3]! * y + z[at + 1]!
    z[at + 1] = f[2]! * x - f[4]! * y
    const w = y + z[at + 2]!
    z[at + 2] = f[6]! * y - f[8]! * w + z[at + 3]!
    z[at + 3] = f[7]! * y - f[9]! * w
    this.power += w * w
    if (channel === 0) this.count++
  }

  mean(): number {
    const mean = this.count > 0 ? this.power / this.count : 0
    this.power = this.count = 0
    for (let i = 0; i < this.state.length; i++) if (Math.abs(this.state[i]!) < 1e-30) this.state[i] = 0 // silence must not end in denormals
    return mean
  }
}

export class Match {
  /** dB by which the input is brought to the result's loudness. */
  readonly dB = new Float64Array(1)
  private readonly input: Weighted
  private readonly result: Weighted
  private readonly block: number
  private at = 0
  /** Of the blocks that count: how many, up to the memory, and the mean powers; and from which power on they do. */
  private blocks = 0
  private inputMean = 0
  private resultMean = 0
  private gate = 0
  // the gain on its way through the block
  private gain = 1
  private step = 0

  constructor(sampleRate: number, channels: number) {
    this.input = new Weighted(sampleRate, channels)
    this.result = new Weighted(sampleRate, channels)
    this.block = Math.round(BLOCK_SECONDS * sampleRate)
  }

  reset(): void {
    this.input.reset()
    this.result.reset()
    this.at = this.blocks = this.inputMean = this.resultMean = this.gate = this.step = 0
    this.dB[0] = 0
    this.gain = 1
  }

  take(input: number, result: number, channel: number): void {
    this.input.take(input, channel)
    this.result.take(result, channel)
  }

  /** The input's gain for the next sample. `heard`: it must not jump. */
  next(heard: boolean): number {
    this.gain += this.step
    if (++this.at >= this.block) {
      this.at = 0
      this.follow(heard)
    }
    return this.gain
  }

  private follow(heard: boolean): void {
    const input = this.input.mean(), result = this.result.mean()
    this.gate = Math.max(SINK * this.gate, RELATIVE * result)
    if (result > ABSOLUTE && input > ABSOLUTE && result >= this.gate) {
      this.blocks = Math.min(MEMORY_BLOCKS, this.blocks + 1)
      this.inputMean += (input - this.inputMean) / this.blocks
      this.resultMean += (result - this.resultMean) / this.blocks
    }
    const wanted = this.blocks > 0 ? Math.min(MOST, Math.max(-MOST, 10 * Math.log10(this.resultMean / this.inputMean))) : 0
    const now = this.dB[0]!
    this.dB[0] = heard ? now + Math.min(STEP, Math.max(-STEP, wanted - now)) : wanted
    const gain = 10 ** (this.dB[0]! / 20)
    if (!heard) this.gain = gain
    this.step = (gain - this.gain) / this.block
  }
}
