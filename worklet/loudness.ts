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

/** Mean power of two sounds of one or two channels, weighted, since it was last asked: side by side, for neither waits for the other. */
class Weighted {
  readonly mean = new Float64Array(2)
  private readonly filters: Float64Array
  /** Two numbers per filter, sound and channel. */
  private readonly state: Float64Array
  private power = 0
  private other = 0
  private count = 0

  constructor(sampleRate: number, channels: number) {
    this.filters = weighting(sampleRate)
    this.state = new Float64Array(8 * channels)
  }

  reset(): void {
    this.state.fill(0)
    this.power = this.other = this.count = 0
  }

  /** `count` samples of one channel of both. */
  take(input: Float64Array, result: Float64Array, count: number, channel: number): void {
    const { filters: f, state: z } = this
    const f0 = f[0]!, f1 = f[1]!, f2 = f[2]!, f3 = f[3]!, f4 = f[4]!, f8 = f[8]!, f9 = f[9]!
    const at = 8 * channel
    let a = z[at]!, b = z[at + 1]!, c = z[at + 2]!, d = z[at + 3]!, p = z[at + 4]!, q = z[at + 5]!, r = z[at + 6]!, s = z[at + 7]!
    let { power, other } = this
    for (let i = 0; i < count; i++) {
      const x = input[i]!, u = result[i]!
      const y = f0 * x + a, v = f0 * u + p
      a = f1 * x - f3 * y + b
      p = f1 * u - f3 * v + q
      b = f2 * x - f4 * y
      q = f2 * u - f4 * v
      const w = y + c, k = v + r // the second filter's own numbers are 1, −2, 1
      c = -2 * y - f8 * w + d
      r = -2 * v - f8 * k + s
      d = y - f9 * w
      s = v - f9 * k
      power += w * w
      other += k * k
    }
    z[at] = a
    z[at + 1] = b
    z[at + 2] = c
    z[at + 3] = d
    z[at + 4] = p
    z[at + 5] = q
    z[at + 6] = r
    z[at + 7] = s
    this.power = power
    this.other = other
    if (channel === 0) this.count += count
  }

  /** Leaves both in `mean`. */
  measure(): void {
    const { mean, state, count } = this
    mean[0] = count > 0 ? this.power / count : 0
    mean[1] = count > 0 ? this.other / count : 0
    this.power = this.other = this.count = 0
    for (let i = 0; i < state.length; i++) if (Math.abs(state[i]!) < 1e-30) state[i] = 0 // silence must not end in denormals
  }
}

export class Match {
  /** dB by which the input is brought to the result's loudness. */
  readonly dB = new Float64Array(1)
  private readonly weighted: Weighted
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
    this.weighted = new Weighted(sampleRate, channels)
    this.block = Math.round(BLOCK_SECONDS * sampleRate)
  }

  reset(): void {
    this.weighted.reset()
    this.at = this.blocks = this.inputMean = this.resultMean = this.gate = this.step = 0
    this.dB[0] = 0
    this.gain = 1
  }

  /** Of at most `count` samples, how many may be taken together: up to the end of a block, where levels are looked at. At least one. */
  together(count: number): number { return Math.min(count, Math.max(1, this.block - this.at - 1)) }

  /** So many samples of a channel, which `together` allowed, after `next` for all of them. */
  take(input: Float64Array, result: Float64Array, count: number, channel: number): void { this.weighted.take(input, result, count, channel) }

  /**
   * Goes on by so many samples, which `together` allowed, and puts the input's gain for each of them into `gains`. `heard`: it must
   * not jump.
   */
  next(gains: Float64Array, count: number, heard: boolean): void {
    for (let i = 0; i < count; i++) {
      this.gain += this.step
      if (++this.at >= this.block) {
        this.at = 0
        this.follow(heard)
      }
      gains[i] = this.gain
    }
  }

  private follow(heard: boolean): void {
    this.weighted.measure()
    const input = this.weighted.mean[0]!, result = this.weighted.mean[1]!
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
