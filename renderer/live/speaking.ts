// Whether somebody speaks: louder than the room has lately been, and of what the voice's spectra explain. Only such sound is
// kept when a voice is learned; a pause as short as between two words belongs to it.

/** Seconds in one judgement. */
export const STEP = 0.02
const ABOVE = 10 ** (8 / 10)
/** −60 dB below full scale: whoever speaks is louder. */
const LEAST = 1e-6
/** dB per second at which the room is thought to have grown louder. */
const RISE = 3
/** −45 dB. */
const NOISY = 3e-5
const HANGS_ON = 0.3 // seconds
/** Of a frame's energy, what the voice must claim at least. */
const SHARE = 0.1
/** Steps before a word that are kept with it. */
const BEFORE = 4

export class Speaking {
  /** Seconds that were kept. */
  seconds = 0
  /** Seconds since somebody spoke last. */
  quiet = 0
  /** The room is so loud that a voice can hardly be told from it. */
  get noisy(): boolean { return this.floor < Infinity && this.floor > NOISY }
  private floor = Infinity
  private hangs = 0
  private readonly kept: Float32Array[][] = []
  private readonly before: Float32Array[][] = []
  private readonly step: Float32Array[]
  private readonly length: number
  private filled = 0

  constructor(readonly sampleRate: number, channels: number) {
    this.length = Math.round(STEP * sampleRate)
    this.step = Array.from({ length: channels }, () => new Float32Array(this.length))
  }

  /** Any number of samples; `share` of the energy that is the voice's now, null where nothing is known of it. Stops keeping at `most` seconds. */
  hear(channels: readonly Float32Array[], share: number | null, most: number): void {
    const count = channels[0]!.length
    for (let from = 0; from < count;) {
      const take = Math.min(count - from, this.length - this.filled)
      this.step.forEach((into, c) => into.set((channels[c] ?? channels[0]!).subarray(from, from + take), this.filled))
      this.filled += take
      from += take
      if (this.filled < this.length) continue
      this.filled = 0
      this.judge(share === null || share >= SHARE, most)
    }
  }

  private judge(isVoice: boolean, most: number): void {
    let power = 0
    for (const samples of this.step) for (let i = 0; i < samples.length; i++) power += samples[i]! * samples[i]!
    power /= this.length * this.step.length
    if (power > 0) this.floor = Math.min(power, this.floor * 10 ** (RISE * STEP / 10)) // digital silence is no room
    const speaks = isVoice && power > LEAST && power > this.floor * ABOVE
    this.hangs = speaks ? HANGS_ON : Math.max(0, this.hangs - STEP)
    this.quiet = this.hangs > 0 ? 0 : this.quiet + STEP
    const copy = this.step.map((samples) => samples.slice())
    if (this.hangs > 0 && this.seconds < most) {
      this.kept.push(...this.before.splice(0), copy)
      this.seconds = Math.min(most, this.kept.length * STEP)
    } else if (this.before.push(copy) > BEFORE) this.before.shift()
  }

  /** All that was kept, one channel after the other. */
  recording(): Float32Array[] {
    return this.step.map((_, c) => {
      const all = new Float32Array(this.kept.length * this.length)
      this.kept.forEach((channels, i) => all.set(channels[c]!, i * this.length))
      return all
    })
  }
}
