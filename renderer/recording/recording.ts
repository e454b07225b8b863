// A sound as the page holds it: not in memory but in segments, each a Blob. Where the browser has a disk for the page they
// are files there, of which a Blob is only a handle; so an hour weighs next to nothing, and posting a Recording to a worker
// copies no samples. A Recording is plain and never changes: while a file is still being decoded, longer ones follow.
// read.ts reads it.

export interface Segment {
  /** Its first sample in the recording, and how many there are per channel. */
  readonly from: number
  readonly length: number
  /** float32, lowest byte first: all of the first channel, then all of the second. */
  readonly samples: Blob
}

export interface Recording {
  readonly name: string
  /** Of the samples; what the file was made at may differ (audio/resampled.ts). */
  readonly sampleRate: number
  readonly channels: 1 | 2
  /** Samples per channel that can be read now. */
  readonly length: number
  /** One after the other, without a gap. */
  readonly segments: readonly Segment[]
  /** Nothing more will come. */
  readonly whole: boolean
}

/** Seconds of what can be read. */
export const secondsOf = ({ length, sampleRate }: Recording): number => length / sampleRate

export const emptyRecording = (name: string, sampleRate: number, channels: 1 | 2): Recording =>
  ({ name, sampleRate, channels, length: 0, segments: [], whole: false })

export const longer = (recording: Recording, segment: Segment): Recording =>
  ({ ...recording, segments: [...recording.segments, segment], length: segment.from + segment.length })

/** The bytes of a segment. */
export function packed(channels: readonly Float32Array[], length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(4 * length * channels.length)
  const samples = new Float32Array(bytes.buffer)
  channels.forEach((channel, c) => samples.set(channel.subarray(0, length), c * length))
  return bytes
}

/** Sound that is in memory, as a whole recording: for what is short. */
export function recordingOf(name: string, sampleRate: number, channels: readonly Float32Array[]): Recording {
  const length = channels[0]!.length
  const samples = new Blob([packed(channels, length)])
  return { name, sampleRate, channels: channels.length as 1 | 2, length, segments: [{ from: 0, length, samples }], whole: true }
}
