// A second processor of the same file: hands what it hears to a worker, through shared memory or, where there is none, in
// messages. It makes no sound. Samples are counted from the first quantum, whose time is told, so that the worker's seconds are
// the context's.

import { type FromTap, TAP_NAME, type TapOptions, type ToTap } from './protocol.ts'
import { SampleRing } from './sample-ring.ts'

// AudioWorkletGlobalScope, as far as it is used.
declare const currentTime: number | undefined
declare abstract class AudioWorkletProcessor {
  readonly port: { onmessage: ((event: { data: ToTap }) => void) | null; postMessage(message: FromTap, transfer?: ArrayBuffer[]): void }
}
declare function registerProcessor(name: string, processor: unknown): void

/** Samples in a message: short enough to be soon, long enough to be few. */
const MESSAGE = 512
const NOTHING: readonly Float32Array[] = []

class Tap extends AudioWorkletProcessor {
  private readonly ring: SampleRing | null
  private readonly channels: number
  private collected: Float32Array[]
  private count = 0
  private running = true
  private began = false

  constructor({ processorOptions: { channels, ring } }: { processorOptions: TapOptions }) {
    super()
    this.channels = channels
    this.ring = ring && new SampleRing(channels, ring)
    this.collected = this.empty()
    this.port.onmessage = () => {
      this.ring?.end()
      this.running = false
    }
  }

  private empty(): Float32Array[] { return Array.from({ length: this.channels }, () => new Float32Array(MESSAGE)) }

  process(inputs: readonly (readonly Float32Array[])[], outputs: readonly (readonly Float32Array[])[]): boolean {
    if (!this.running) return false
    if (!this.began) {
      this.began = true
      this.port.postMessage({ type: 'began', time: typeof currentTime === 'number' ? currentTime : 0 })
    }
    const input = inputs[0] ?? NOTHING
    const length = input[0]?.length ?? outputs[0]?.[0]?.length ?? 128
    if (this.ring) this.ring.write(input, length)
    else this.post(input, length)
    return true
  }

  private post(input: readonly Float32Array[], length: number): void {
    for (let i = 0; i < length; i++) {
      for (let c = 0; c < this.channels; c++) this.collected[c]![this.count] = (input[c] ?? input[0])?.[i] ?? 0
      if (++this.count < MESSAGE) continue
      this.port.postMessage({ type: 'samples', channels: this.collected }, this.collected.map(({ buffer }) => buffer as ArrayBuffer))
      this.collected = this.empty()
      this.count = 0
    }
  }
}

registerProcessor(TAP_NAME, Tap)
