// Which second of a file a sample of input belongs to. A person paints on a file's picture, and the engine counts
// samples: whoever plays the file says where it starts, and again whenever it jumps.

export interface Origin {
  /** Of input, since the start or `reset`: here the file is at `seconds`. */
  readonly sample: number
  readonly seconds: number
  /** Of what plays over and over, from the second `from` on (0 unless said otherwise); else null. */
  readonly duration: number | null
  readonly from?: number
}

const START: Origin = { sample: 0, seconds: 0, duration: null }

export class FileClock {
  private origin = START
  /** The one that holds from a sample to come, and then takes over. */
  private next = START

  /** What `read` found: a number that is returned may be garbage to collect. */
  readonly seconds = new Float64Array(1)

  constructor(private readonly sampleRate: number) {}

  reset(): void { this.origin = this.next = START }

  /** Until `origin.sample` is reached the one before stays. */
  set(origin: Origin, now: number): void {
    if (this.next.sample <= now) this.origin = this.next
    this.next = origin
  }

  /** Looks up the second of the file that a sample belongs to. */
  read(sample: number): void {
    const { sample: start, seconds, duration, from = 0 } = sample >= this.next.sample ? this.next : this.origin
    const time = seconds + (sample - start) / this.sampleRate
    this.seconds[0] = duration === null || time < from + duration ? time : time - duration * Math.floor((time - from) / duration)
  }
}
