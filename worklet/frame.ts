// What one hop reveals to whoever looks, and the ring that carries it from the audio thread: one writer, one reader,
// shared memory, no garbage. Raw values only; a picture, a histogram and notes are folds that the reader makes.

export interface FrameLayout {
  readonly channels: 1 | 2
  readonly bins: number
  /** Selected sources; the rest is what their masks leave of one. */
  readonly sources: number
  readonly atoms: number
}

/** The fixed numbers at the head of a frame, in this order. */
export const facts = ['position', 'inputPeak', 'inputRms', 'outputPeak', 'outputRms', 'passes', 'load', 'lostFrames', 'badSamples', 'seconds', 'diffuse', 'fallback', 'match'] as const
export type Fact = (typeof facts)[number]
/** Where each fact stands in `Frame.facts`. */
export const fact = Object.fromEntries(facts.map((name, i) => [name, i])) as Readonly<Record<Fact, number>>
//   position      samples of input consumed when the frame was taken
//   *Peak, *Rms   linear, since the frame before, over all channels; output is the mix
//   passes        made in this frame: fewer than asked when the machine is too slow
//   load          share of real time that `process` takes, 0 when it is not measured
//   lostFrames    frames that the reader was too slow to take, since the start
//   badSamples    non-finite input samples replaced by silence, since the start
//   seconds       of the file, at the middle of what the frame writes; of the input, where there is no file
//   diffuse       share of the sound near pointed places that does not arrive straight from them: rooms and effects
//   fallback      how far the Wiener filter has given way to soft masks because of it, 0 to 1
//   match         dB by which a matched bypass brings the input to the loudness of the result

export class Frame {
  readonly facts: Float64Array
  /** Magnitude per bin, the channels' root mean square. */
  readonly magnitude: Float32Array
  /** Source by source, a gain per bin. */
  readonly masks: Float32Array
  readonly activations: Float32Array
  // Of two channels, per bin; of one, empty. Level is 10·log₁₀(right ÷ left), delay −∠cross ÷ ω, positive where right lags.
  /** |X_L|² */
  readonly left: Float32Array
  /** |X_R|² */
  readonly right: Float32Array
  /** X_R · X̄_L */
  readonly crossRe: Float32Array
  readonly crossIm: Float32Array

  constructor(readonly layout: FrameLayout, buffer: ArrayBufferLike = new ArrayBuffer(frameBytes(layout)), offset = 0) {
    const { channels, bins, sources, atoms } = layout
    this.facts = new Float64Array(buffer, offset, facts.length)
    offset += this.facts.byteLength
    this.magnitude = new Float32Array(buffer, offset, bins)
    offset += this.magnitude.byteLength
    this.masks = new Float32Array(buffer, offset, bins * sources)
    offset += this.masks.byteLength
    this.activations = new Float32Array(buffer, offset, atoms)
    offset += this.activations.byteLength
    const pairs = channels === 2 ? bins : 0
    this.left = new Float32Array(buffer, offset, pairs)
    this.right = new Float32Array(buffer, offset + 4 * pairs, pairs)
    this.crossRe = new Float32Array(buffer, offset + 8 * pairs, pairs)
    this.crossIm = new Float32Array(buffer, offset + 12 * pairs, pairs)
  }

  fact(name: Fact): number { return this.facts[fact[name]]! }

  copyFrom(other: Frame): void {
    this.facts.set(other.facts)
    this.magnitude.set(other.magnitude)
    this.masks.set(other.masks)
    this.activations.set(other.activations)
    if (this.left.length === 0) return
    this.left.set(other.left)
    this.right.set(other.right)
    this.crossRe.set(other.crossRe)
    this.crossIm.set(other.crossIm)
  }
}

/** Bytes of one frame, rounded up so that the next one starts aligned. */
export const frameBytes = ({ channels, bins, sources, atoms }: FrameLayout): number =>
  Math.ceil((facts.length * 8 + (bins * (1 + sources + (channels === 2 ? 4 : 0)) + atoms) * 4) / 8) * 8

const HEAD = 16 // bytes: two counters, written and read, wrapping at 2³²

export const ringBytes = (layout: FrameLayout, slots: number): number => HEAD + slots * frameBytes(layout)

export class FrameRing {
  private readonly counters: Int32Array
  private readonly slots: Frame[] = []
  /** Frames that found the ring full. */
  lost = 0

  constructor(layout: FrameLayout, buffer: ArrayBufferLike) {
    this.counters = new Int32Array(buffer, 0, 2)
    for (let offset = HEAD; offset + frameBytes(layout) <= buffer.byteLength; offset += frameBytes(layout))
      this.slots.push(new Frame(layout, buffer, offset))
  }

  /** Audio thread: false when the reader has not kept up, and the frame is dropped. */
  write(frame: Frame): boolean {
    const written = Atomics.load(this.counters, 0)
    if (((written - Atomics.load(this.counters, 1)) | 0) >= this.slots.length) {
      this.lost++
      return false
    }
    this.slots[(written >>> 0) % this.slots.length]!.copyFrom(frame)
    Atomics.store(this.counters, 0, (written + 1) | 0)
    return true
  }

  /** Reader: false when nothing new is there. */
  read(into: Frame): boolean {
    const read = Atomics.load(this.counters, 1)
    if (read === Atomics.load(this.counters, 0)) return false
    into.copyFrom(this.slots[(read >>> 0) % this.slots.length]!)
    Atomics.store(this.counters, 1, (read + 1) | 0)
    return true
  }

  /** Frames waiting to be read. */
  get pending(): number { return (Atomics.load(this.counters, 0) - Atomics.load(this.counters, 1)) | 0 }
}
