// Samples on their way out: every channel of every source, and of the rest, which is the delayed input minus what the
// sources take of it.

import { type Analysis, type Shape, type Spectrum, Synthesis, type Transform } from './stft.ts'

export class Outputs {
  /** Channels of all sources together, without the rest. */
  readonly count: number
  /** [source][channel] */
  private readonly syntheses: readonly (readonly Synthesis[])[]

  static floats(shape: Shape, channels: number, sources: number): number { return channels * sources * Synthesis.floats(shape) }

  constructor(transform: Transform, shape: Shape, sources: number, private readonly analyses: readonly Analysis[]) {
    this.syntheses = Array.from({ length: sources }, () => analyses.map(() => new Synthesis(transform, shape)))
    this.count = sources * analyses.length
  }

  reset(): void { for (const channels of this.syntheses) for (const synthesis of channels) synthesis.reset() }

  /** A frame's part, times a gain per bin. */
  add(source: number, channel: number, frame: Spectrum, gains: Float32Array): void { this.syntheses[source]![channel]!.add(frame, gains) }

  /** The finished frame's samples go out during the hop that begins now. */
  publish(): void {
    for (let source = 0; source < this.syntheses.length; source++)
      for (let channel = 0; channel < this.analyses.length; channel++) this.syntheses[source]![channel]!.publish()
  }

  leaveRest(): void {
    for (let source = 0; source < this.syntheses.length; source++)
      for (let channel = 0; channel < this.analyses.length; channel++) this.analyses[channel]!.subtract(this.syntheses[source]![channel]!.ready)
  }

  /** Samples `from` to `to` of `stems[source][channel]`, the rest last, which begin at `at` of the hop. */
  give(stems: readonly (readonly Float32Array[])[], from: number, to: number, at: number): void {
    const { analyses, syntheses } = this
    for (let channel = 0; channel < analyses.length; channel++)
      for (let source = 0; source <= syntheses.length; source++) {
        const out = stems[source]![channel]!
        const ready = source < syntheses.length ? syntheses[source]![channel]!.ready : analyses[channel]!.rest
        for (let i = from, j = at; i < to; i++, j++) out[i] = ready[j]!
      }
  }
}
