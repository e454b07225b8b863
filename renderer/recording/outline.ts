// What the overview draws: the lowest and highest sample of equally long stretches, over all channels, in the order in
// which they are decoded.

/** About as many as a wide screen has pixels, twice. */
const STRETCHES = 4096
const SHORTEST = 64

export interface Outline {
  readonly samplesPerPeak: number
  /** Lowest and highest, stretch by stretch, as far as the sound is known. */
  readonly peaks: Float32Array
}

export const noOutline: Outline = { samplesPerPeak: 1, peaks: new Float32Array(0) }

export class Outliner {
  readonly samplesPerPeak: number
  private low = Infinity
  private high = -Infinity
  private filled = 0

  constructor(expected: number) { this.samplesPerPeak = Math.max(SHORTEST, Math.ceil(expected / STRETCHES)) }

  /** The stretches that end within these samples. */
  take(channels: readonly Float32Array[], count: number): Float32Array {
    const peaks: number[] = []
    for (let i = 0; i < count; i++) {
      for (const samples of channels) {
        const x = samples[i]!
        if (x < this.low) this.low = x
        if (x > this.high) this.high = x
      }
      if (++this.filled === this.samplesPerPeak) this.end(peaks)
    }
    return Float32Array.from(peaks)
  }

  /** The last one, which is shorter. */
  finish(): Float32Array {
    const peaks: number[] = []
    if (this.filled > 0) this.end(peaks)
    return Float32Array.from(peaks)
  }

  private end(peaks: number[]): void {
    const known = this.low <= this.high // a stretch of what is no number has neither
    peaks.push(known ? this.low : 0, known ? this.high : 0)
    this.low = Infinity
    this.high = -Infinity
    this.filled = 0
  }
}

export function extended({ samplesPerPeak, peaks }: Outline, more: Float32Array): Outline {
  const all = new Float32Array(peaks.length + more.length)
  all.set(peaks)
  all.set(more, peaks.length)
  return { samplesPerPeak, peaks: all }
}
