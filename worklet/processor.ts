// The AudioWorkletProcessor: a Separator and a Mixer in the browser's clothes. Everything is allocated in the
// constructor and the message handler; `process` computes.

import { fact, type Frame, FrameRing } from './frame.ts'
import { Mixer } from './mixer.ts'
import { type Automation, isSwitch, parameters } from './parameters.ts'
import { type FromProcessor, PROCESSOR_NAME, type ProcessorOptions, type ToProcessor } from './protocol.ts'
import { checkLearned, type Covariances } from './covariance.ts'
import type { Selection } from './selection.ts'
import { Separator } from './separator.ts'
import './group-member.ts'
import './tap.ts'

// AudioWorkletGlobalScope, as far as it is used.
declare const sampleRate: number
/** Seconds of the context at the quantum's first sample; what stands in for AudioWorklet has none. */
declare const currentTime: number | undefined
/** The same in samples. */
declare const currentFrame: number | undefined
declare abstract class AudioWorkletProcessor {
  readonly port: { onmessage: ((event: { data: ToProcessor }) => void) | null; postMessage(message: FromProcessor, transfer?: ArrayBuffer[]): void }
}
declare function registerProcessor(name: string, processor: unknown): void

/** Samples in the working buffers; a longer quantum is computed in parts. */
const BLOCK = 4096
/** Load is measured over this long; above the one limit a pass is dropped, below the other one comes back. */
const LOAD_SECONDS = 0.5
const TOO_MUCH = 0.85
const ENOUGH = 0.5
/** As many calls as this, in that time, that surely took longer than their own sound lasts are too much as well. */
const LATE = 4
/** Without shared memory a frame is a message: at most so many a second, because each is garbage on this thread. */
const MESSAGES_PER_SECOND = 40

class Winnow extends AudioWorkletProcessor {
  static get parameterDescriptors(): object[] {
    return parameters.map((p) => ({
      name: p.name, defaultValue: p.initial, minValue: p.min, maxValue: p.max,
      automationRate: isSwitch(p) || p.step ? 'k-rate' : 'a-rate',
    }))
  }

  private readonly separator: Separator
  private readonly mixer: Mixer
  private readonly channels: number
  private readonly live: boolean
  private readonly withStems: boolean
  private readonly input: Float32Array[]
  private readonly stems: Float32Array[][]
  private readonly mix: Float32Array[]
  private readonly ring: FrameRing | null
  private running = true
  private begun = false
  /** Of the file, where one plays over and over. */
  private duration: number | null = null
  private from = 0
  // load: wall-clock milliseconds spent in `process`, over a window of samples
  private spent = 0
  private counted = 0
  private late = 0
  private load = 0
  private outputPeak = 0
  private outputEnergy = 0
  private outputCount = 0
  private sinceMessage = 0

  constructor({ processorOptions }: { processorOptions: ProcessorOptions }) {
    super()
    const { module, dictionary, selection, covariances = {}, head = null, channels, mode, live, stems, frames } = processorOptions
    this.separator = new Separator({ module, dictionary, selection, covariances, head, sampleRate, channels, mode })
    this.mixer = new Mixer({ sampleRate, channels, selection })
    this.channels = channels
    this.live = live
    this.withStems = stems
    const buffers = (): Float32Array[] => Array.from({ length: channels }, () => new Float32Array(BLOCK))
    this.input = buffers()
    this.mix = buffers()
    this.stems = Array.from({ length: selection.sources.length + 1 }, buffers)
    this.ring = frames && new FrameRing(this.separator.layout, frames)
    this.separator.onFrame = (frame) => this.reveal(frame)
    this.port.onmessage = ({ data }) => this.receive(data)
    this.port.postMessage({ type: 'ready', latencySamples: this.separator.latencySamples, layout: this.separator.layout })
  }

  private receive(message: ToProcessor): void {
    if (message.type === 'selection') {
      const wrong = this.objection(message.selection, message.covariances ?? this.separator.learned)
      if (wrong) return this.port.postMessage({ type: 'error', message: wrong })
      this.separator.select(message.selection, message.covariances)
      this.mixer.select(message.selection)
    } else if (message.type === 'origin') {
      const { at, seconds, duration, from = 0 } = message
      const ahead = (typeof currentTime === 'number' ? (at - currentTime) * sampleRate : 0) + (this.begun ? 0 : this.lead)
      this.duration = duration
      this.from = from
      this.separator.setOrigin({ sample: this.separator.consumed + ahead, seconds, duration, from })
    } else if (message.type === 'reset') {
      const seconds = this.separator.fileSeconds
      this.separator.reset()
      this.separator.setOrigin({ sample: 0, seconds, duration: this.duration, from: this.from })
      this.mixer.reset()
    } else this.running = false
  }

  /**
   * Samples of silence before the first one, so that hops end where the context's time is a multiple of them: every separation
   * then cuts the sound into the same frames, and a file that starts on such a moment into those of an export.
   */
  private get lead(): number { return typeof currentFrame === 'number' ? currentFrame % this.separator.shape.hopSize : 0 }

  private begin(automation: Automation): void {
    this.begun = true
    for (let left = this.lead; left > 0; left -= BLOCK) this.separator.process(this.input, this.stems, Math.min(left, BLOCK), automation)
  }

  /** Why a selection cannot be taken while this node runs, or null. */
  private objection(selection: Selection, covariances: Covariances): string | null {
    const expected = this.separator.sourceNames.length
    if (selection.sources.length !== expected) return `selection: expected ${expected} sources, got ${selection.sources.length}`
    try {
      checkLearned(selection, covariances)
      return null
    } catch (error) {
      return (error as Error).message
    }
  }

  process(inputs: readonly (readonly Float32Array[])[], outputs: readonly (readonly Float32Array[])[], automation: Automation): boolean {
    const started = this.live ? Date.now() : 0
    const length = outputs[0]![0]!.length
    if (!this.begun) this.begin(automation)
    for (let from = 0; from < length; from += BLOCK) this.block(inputs[0]!, outputs, automation, from, Math.min(BLOCK, length - from))
    if (this.live) this.measure(Date.now() - started, length)
    return this.running
  }

  private block(input: readonly Float32Array[], outputs: readonly (readonly Float32Array[])[], automation: Automation, from: number, length: number): void {
    // as it nearly always is, what the browser hands over serves as it is
    const whole = from === 0 && outputs[0]!.length === this.channels && length === outputs[0]![0]!.length
    const mix = whole ? outputs[0]! : this.mix
    this.separator.process(whole && input.length === this.channels ? input : this.taken(input, from, length), this.stems, length, automation, from)
    this.mixer.process(this.stems, mix, length, automation, from)
    this.meter(mix, length)
    if (!whole) this.copy(this.mix, outputs[0]!, from, length)
    if (this.withStems) for (let s = 0; s < this.stems.length; s++) this.copy(this.stems[s]!, outputs[s + 1]!, from, length)
  }

  /** A missing channel is the first one again; no input at all is silence. */
  private taken(input: readonly Float32Array[], from: number, length: number): Float32Array[] {
    for (let channel = 0; channel < this.channels; channel++) {
      const samples = input[channel] ?? input[0]
      const buffer = this.input[channel]!
      if (samples) for (let i = 0; i < length; i++) buffer[i] = samples[from + i]!
      else buffer.fill(0)
    }
    return this.input
  }

  private copy(samples: readonly Float32Array[], output: readonly Float32Array[], from: number, length: number): void {
    for (let channel = 0; channel < output.length; channel++) {
      const source = samples[channel] ?? samples[0]!
      const out = output[channel]!
      for (let i = 0; i < length; i++) out[from + i] = source[i]!
    }
  }

  private meter(mix: readonly Float32Array[], length: number): void {
    let peak = this.outputPeak, energy = this.outputEnergy
    for (let channel = 0; channel < this.channels; channel++) {
      const samples = mix[channel]!
      for (let i = 0; i < length; i++) {
        const x = Math.abs(samples[i]!)
        if (x > peak) peak = x
        energy += x * x
      }
    }
    this.outputPeak = peak
    this.outputEnergy = energy
    this.outputCount += length * this.channels
  }

  /**
   * There is no fine clock here; Date.now() steps in milliseconds, but a call that takes 0.1 ms crosses a step one time in
   * ten, so that the sum over many calls is right. When it nears real time, passes drop before sound does.
   */
  private measure(milliseconds: number, length: number): void {
    this.spent += milliseconds
    this.counted += length
    if (milliseconds > (1000 * length) / sampleRate + 1) this.late++ // the clock's step is 1
    if (this.counted < LOAD_SECONDS * sampleRate) return
    this.load = (this.spent / 1000) * (sampleRate / this.counted)
    const { separator, late } = this
    this.spent = this.counted = this.late = 0
    const made = separator.frame.facts[fact.passes]! || separator.mostPasses // none in silence
    if (this.load > TOO_MUCH || late >= LATE) separator.mostPasses = Math.max(1, Math.min(separator.mostPasses, made) - 1)
    else if (this.load < ENOUGH && late === 0) separator.mostPasses++
  }

  private reveal(frame: Frame): void {
    const { facts } = frame
    facts[fact.outputPeak] = this.outputPeak
    facts[fact.outputRms] = Math.sqrt(this.outputEnergy / Math.max(1, this.outputCount))
    facts[fact.load] = this.load
    facts[fact.match] = this.mixer.match.dB[0]!
    facts[fact.lostFrames] = this.ring ? this.ring.lost : 0
    this.outputPeak = this.outputEnergy = this.outputCount = 0
    if (this.ring) this.ring.write(frame)
    else this.post(frame)
  }

  private post(frame: Frame): void {
    this.sinceMessage += this.separator.shape.hopSize
    if (this.sinceMessage < sampleRate / MESSAGES_PER_SECOND) return
    this.sinceMessage = 0
    this.port.postMessage({ type: 'frame', bytes: frame.facts.buffer as ArrayBuffer }) // the message is a copy
  }
}

registerProcessor(PROCESSOR_NAME, Winnow)
