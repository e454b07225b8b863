// Samples from the audio thread to a worker: one writer, one reader, shared memory, no garbage, and nobody waits on the audio
// thread. The reader sleeps in Atomics.wait until something was written.

const HEAD = 32 // bytes: samples written, read, missing; where they are missing; whether it has ended
const WRITTEN = 0, READ = 1, MISSING = 2, WHERE = 3, ENDED = 4

export const sampleRingBytes = (channels: number, samples: number): number => HEAD + channels * samples * 4

export class SampleRing {
  private readonly counters: Int32Array
  private readonly channels: readonly Float32Array[]
  private readonly size: number

  /** Counters wrap at 2³². */
  constructor(channels: number, buffer: ArrayBufferLike) {
    this.counters = new Int32Array(buffer, 0, HEAD / 4)
    // a power of two, so that a place in the ring survives the wrap
    this.size = 2 ** Math.floor(Math.log2((buffer.byteLength - HEAD) / (4 * channels)))
    this.channels = Array.from({ length: channels }, (_, c) => new Float32Array(buffer, HEAD + c * this.size * 4, this.size))
  }

  /** Audio thread. A missing channel is the first one again, no input at all silence. Where there is no room, all of it is missing. */
  write(input: readonly Float32Array[], length: number): void {
    const { counters, channels, size } = this
    const written = Atomics.load(counters, WRITTEN)
    if (size - ((written - Atomics.load(counters, READ)) | 0) < length) {
      // several gaps before the reader comes by are told as one, at the last of them
      Atomics.store(counters, WHERE, written)
      Atomics.add(counters, MISSING, length)
      return
    }
    for (let c = 0; c < channels.length; c++) {
      const samples = input[c] ?? input[0]
      const ring = channels[c]!
      for (let i = 0; i < length; i++) ring[((written >>> 0) + i) % size] = samples ? samples[i]! : 0
    }
    Atomics.store(counters, WRITTEN, (written + length) | 0)
    Atomics.notify(counters, WRITTEN)
  }

  /** Audio thread: nothing comes after this. */
  end(): void {
    Atomics.store(this.counters, ENDED, 1)
    Atomics.notify(this.counters, WRITTEN)
  }

  /** Reader: fills what it can, and says how many samples that were. */
  read(into: readonly Float32Array[]): number {
    const { counters, channels, size } = this
    const read = Atomics.load(counters, READ)
    let count = Math.min(into[0]!.length, (Atomics.load(counters, WRITTEN) - read) | 0)
    const until = (Atomics.load(counters, WHERE) - read) | 0
    if (Atomics.load(counters, MISSING) > 0 && until > 0) count = Math.min(count, until) // up to the gap, and then over it
    for (let c = 0; c < into.length; c++) {
      const ring = channels[c] ?? channels[0]!
      for (let i = 0; i < count; i++) into[c]![i] = ring[((read >>> 0) + i) % size]!
    }
    Atomics.store(counters, READ, (read + count) | 0)
    return count
  }

  /** Reader, before each `read`: how many samples are missing here; they count as taken. */
  gap(): number {
    const { counters } = this
    if (((Atomics.load(counters, WHERE) - Atomics.load(counters, READ)) | 0) > 0) return 0
    return Atomics.exchange(counters, MISSING, 0)
  }

  /** Reader in a worker: sleeps until there is something to read. False where nothing comes any more, or nothing came in time. */
  wait(milliseconds: number): boolean {
    const { counters } = this
    const read = Atomics.load(counters, READ)
    if (Atomics.load(counters, WRITTEN) === read && !this.ended) Atomics.wait(counters, WRITTEN, read, milliseconds)
    return Atomics.load(counters, WRITTEN) !== read
  }

  get ended(): boolean { return Atomics.load(this.counters, ENDED) === 1 }
}
