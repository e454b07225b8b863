// Reads a Recording, on the page and in workers alike: any range of samples, in any order. Segments are read whole and the
// last few are kept, since whoever reads goes on from where it was.

import type { Recording, Segment } from './recording.ts'

/** Segments in memory, some 8 MB each: the one that is read, and the one before, for ranges that lie across an edge. */
const KEPT = 2

export class RecordingReader {
  private readonly kept = new Map<Segment, Promise<Float32Array[]>>()
  private waiting: (() => void)[] = []

  constructor(private now: Recording) {}

  get recording(): Recording { return this.now }

  /** There is more of the same recording. */
  grow(recording: Recording): void {
    this.now = recording
    const waiting = this.waiting
    this.waiting = []
    for (const go of waiting) go()
  }

  /**
   * Fills one array per channel with the samples from `from` on. Before the beginning and behind the end there is silence;
   * what may still come is waited for. Says how many are the recording's, up to the last of them.
   */
  async read(from: number, into: readonly Float32Array[]): Promise<number> {
    const end = from + into[0]!.length
    while (!this.now.whole && this.now.length < end) await new Promise<void>((resolve) => this.waiting.push(resolve))
    const { length, segments } = this.now
    for (const channel of into) channel.fill(0)
    for (let i = segmentAt(segments, Math.max(0, from)); i < segments.length && segments[i]!.from < end; i++) {
      const segment = segments[i]!
      const samples = await this.segment(segment)
      const [first, last] = [Math.max(from, segment.from), Math.min(end, segment.from + segment.length)]
      if (last > first) into.forEach((channel, c) => channel.set(samples[c]!.subarray(first - segment.from, last - segment.from), first - from))
    }
    return Math.max(0, Math.min(end, length) - from)
  }

  /** The same in new arrays. */
  async block(from: number, count: number): Promise<Float32Array<ArrayBuffer>[]> {
    const into = Array.from({ length: this.now.channels }, () => new Float32Array(count))
    await this.read(from, into)
    return into
  }

  private segment(segment: Segment): Promise<Float32Array[]> {
    const known = this.kept.get(segment) ?? this.unpack(segment)
    this.kept.delete(segment)
    this.kept.set(segment, known) // the newest last
    for (const oldest of this.kept.keys()) if (this.kept.size > KEPT) this.kept.delete(oldest)
    return known
  }

  private async unpack(segment: Segment): Promise<Float32Array[]> {
    const { name, channels } = this.now
    try {
      const samples = new Float32Array(await segment.samples.arrayBuffer())
      return Array.from({ length: channels }, (_, c) => samples.subarray(c * segment.length, (c + 1) * segment.length))
    } catch (error) {
      this.kept.delete(segment) // the next one may have more luck
      throw new Error(`${name}: its samples from ${(segment.from / this.now.sampleRate).toFixed(1)} s on cannot be read from the disk`, { cause: error })
    }
  }
}

/** The segment that holds a sample, or the place behind the last. */
function segmentAt(segments: readonly Segment[], sample: number): number {
  let low = 0, high = segments.length
  while (low < high) {
    const middle = (low + high) >> 1
    const { from, length } = segments[middle]!
    if (from + length <= sample) low = middle + 1
    else high = middle
  }
  return low
}

/** Seconds `from` to `to` of a recording, in memory: for passages, which are short. */
export const passageOf = (recording: Recording, from: number, to: number): Promise<Float32Array<ArrayBuffer>[]> => {
  const first = Math.round(from * recording.sampleRate)
  return new RecordingReader(recording).block(first, Math.round(to * recording.sampleRate) - first)
}
