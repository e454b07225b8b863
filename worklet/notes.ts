// Notes, live: samples in, notes that begin and end out. Runs in a worker or on the command line, never on the audio thread.
//
//   in ─► NoteStrengths ─┬─► NoteFeatures ─► head ─┐
//                        ├─────────────────────────┼─► NoteLogic ─► onEvent
//                        └─► (one note) ─► Bends ──┘
//
// Everything is causal. An event is decided `lag` after the stroke on the average: `seconds − lag` is when the note began.

import { Bends } from './bends.ts'
import type { Dictionary } from './dictionary.ts'
import { type Head, Network } from './network.ts'
import { FEATURES, FEATURE_SET, NoteFeatures } from './note-features.ts'
import { type NoteEvent, type NoteFrame, NoteLogic } from './note-logic.ts'
import { NoteStrengths, pitchesOf } from './note-strengths.ts'
import { initialNoteSettings, type NoteSettings } from './parameters.ts'

export type { NoteEvent, NoteFrame }
export { FEATURES, FEATURE_SET, pitchesOf }

/** What a head of the kind 'notes' says besides its weights (`head.facts`). */
export interface NoteFacts {
  /** FEATURE_SET: the network has FEATURES inputs, and one output that is sigmoid. */
  readonly features: string
  /** What of the output the parameter table's threshold of a half stands for, accurate and fast. */
  readonly thresholds: readonly [number, number]
  /** dB by which each pitch is louder than it seems, by MIDI number. */
  readonly gains?: Readonly<Record<string, number>>
  /** Seconds from a stroke to its call, accurate and fast. */
  readonly lags?: readonly [number, number]
}

export interface NotesOptions {
  readonly module: WebAssembly.Module
  readonly dictionary: Dictionary
  /** A preset's head, whatever its kind. */
  readonly head: Head | null
  readonly sampleRate: number
  readonly channels: 1 | 2
  readonly settings?: Partial<NoteSettings>
  /** The source of the dictionary whose notes are played; null: all that have pitches. */
  readonly source?: string | null
}

/** Input beyond ±120 dB over full scale, or that is no number, is taken as silence. */
const LARGEST = 1e6

/** Seconds from a stroke to the plain judge's call, accurate and fast: the fall of the window passes, and a hop or two more. */
const LAGS = [0.056, 0.05] as const

export class Notes {
  /** Called for every event, in time's order. */
  onEvent: (event: NoteEvent) => void = () => {}
  /** Called when `frame` and `features` hold another frame, before its events. */
  onFrame: () => void = () => {}
  /** From the lowest to the highest; the rows of everything that stands by pitch. */
  readonly pitches: readonly number[]
  /** dB by which each is louder than it seems. */
  readonly gains: readonly number[]
  readonly hopSeconds: number
  /** As in the parameter table. */
  readonly timing: 0 | 1
  /** What the last frame said. Its arrays are filled anew with each: keep copies. */
  readonly frame: NoteFrame
  /** pitches × FEATURES. */
  readonly features: Float32Array
  private readonly strengths: NoteStrengths
  private readonly teller: NoteFeatures
  private readonly network: Network | null
  private readonly logic: NoteLogic
  private readonly bends: Bends
  private readonly sampleRate: number
  private readonly learnedLag: number
  private settings: NoteSettings
  /** Odds that multiply the head's. */
  private odds = 1
  private collected = 0
  private position = 0

  /** Throws one sentence where the dictionary has no pitches or the head does not fit. A change of timing is a new `Notes`. */
  constructor({ module, dictionary, head, sampleRate, channels, settings = {}, source = null }: NotesOptions) {
    this.settings = { ...initialNoteSettings(), ...settings }
    this.sampleRate = sampleRate
    const pitches = (this.pitches = pitchesOf(dictionary, source))
    if (pitches.length === 0)
      throw new RangeError(`atoms: expected notes with pitches${source === null ? '' : ` of ${source}`}, got none: `
        + '`winnow learn --notes` makes a preset that has them')
    const facts = head?.kind === 'notes' ? checkFacts(head) : null
    const timing = (this.timing = this.settings.timing === 1 ? 1 : 0)
    this.strengths = new NoteStrengths({
      module, dictionary, source, sampleRate, channels, timing, spare: facts ? Network.floats(head!.layers, pitches.length) : 0,
    })
    this.hopSeconds = this.strengths.shape.hopSize / sampleRate
    this.learnedLag = facts?.lags?.[timing] ?? LAGS[timing]
    this.teller = new NoteFeatures(pitches, this.hopSeconds, timing)
    this.network = facts && new Network(this.strengths.kernel, head!.layers, pitches.length)
    this.features = this.network?.input ?? new Float32Array(pitches.length * FEATURES)
    if (facts) this.odds = 1 / facts.thresholds[timing] - 1
    this.gains = pitches.map((pitch) => facts?.gains?.[pitch] ?? 0)
    const { shape, analyses } = this.strengths
    this.bends = new Bends(analyses[0]!, sampleRate / shape.fftSize, shape.hopSize, shape.fftSize)
    this.logic = new NoteLogic(pitches, this.hopSeconds, this.gains)
    this.logic.set(this.settings)
    this.logic.onEvent = (event) => this.onEvent(event)
    this.frame = {
      seconds: NaN, level: NaN, strengths: this.strengths.strengths, attacks: this.strengths.attacks,
      learned: this.network && new Float32Array(pitches.length), cents: NaN,
    }
  }

  /** From the next frame on. The timing stays what it was: another one is another window, and a new `Notes`. */
  set(settings: Partial<NoteSettings>): void {
    const { timing } = this.settings
    this.settings = { ...this.settings, ...settings, timing }
    this.logic.set(this.settings)
  }

  /** Seconds by which events come after the strokes they tell of, on the average. */
  get lag(): number { return this.network && this.settings.judge === 0 ? this.learnedLag : LAGS[this.timing] }

  /** Seconds of input consumed. */
  get seconds(): number { return this.position / this.sampleRate }

  /** How much of the last frame the dictionary does not explain, as a share of it. Not for every frame. */
  get misfit(): number { return this.strengths.misfit() }

  /** How much of it lies below the lowest note. */
  get below(): number { return this.strengths.below() }

  /** Any number of samples per channel. */
  process(input: readonly Float32Array[], length = input[0]!.length): void {
    const { strengths } = this
    const { hopSize } = strengths.shape
    const channels = strengths.analyses.length
    for (let from = 0; from < length; ) {
      const to = Math.min(length, from + hopSize - this.collected)
      for (let channel = 0; channel < channels; channel++) {
        const samples = input[channel] ?? input[0]!
        for (let i = from; i < to; i++) {
          const x = samples[i]!
          strengths.write(channel, x > -LARGEST && x < LARGEST ? x : 0, this.collected + i - from)
        }
      }
      this.collected += to - from
      this.position += to - from
      from = to
      if (this.collected === hopSize) this.hop()
    }
  }

  /** Samples that were lost on the way: what sounds ends, time goes on. */
  skip(samples: number): void {
    this.flush()
    this.forget()
    this.position += samples
  }

  /** Ends what sounds. */
  flush(): void { this.logic.release(this.seconds) }

  /** As new. What sounds ends first, so that no note is left on. */
  reset(): void {
    this.flush()
    this.forget()
    this.position = 0
  }

  private forget(): void {
    this.strengths.reset()
    this.teller.reset()
    this.bends.reset()
    this.network?.reset()
    this.logic.reset()
    this.collected = 0
  }

  private hop(): void {
    const { strengths, frame, network } = this
    this.collected = 0
    strengths.frame()
    frame.seconds = this.position / this.sampleRate
    frame.level = strengths.level
    this.teller.tell(frame, this.features)
    if (network) {
      network.run()
      for (let row = 0; row < this.pitches.length; row++) {
        const p = network.output[row]!
        frame.learned![row] = (p * this.odds) / (p * this.odds + 1 - p)
      }
    }
    if (this.settings.bends) {
      const row = this.logic.only()
      frame.cents = this.bends.follow(row, this.pitches[row]!)
    } else frame.cents = NaN
    this.onFrame()
    this.logic.judge(frame)
  }
}

function checkFacts({ layers, facts }: Head): NoteFacts {
  const { features, thresholds, gains = {}, lags } = facts
  if (features !== FEATURE_SET) throw new RangeError(`head.facts.features: expected "${FEATURE_SET}", got ${JSON.stringify(features)}`)
  if (layers[0]!.inputs !== FEATURES || layers.at(-1)!.outputs !== 1)
    throw new RangeError(`head.layers: expected ${FEATURES} inputs and one output, got ${layers[0]!.inputs} and ${layers.at(-1)!.outputs}`)
  const isPair = (pair: unknown, most: number): pair is readonly [number, number] =>
    Array.isArray(pair) && pair.length === 2 && pair.every((x) => typeof x === 'number' && x > 0 && x < most)
  if (!isPair(thresholds, 1)) throw new RangeError(`head.facts.thresholds: expected two numbers between 0 and 1, got ${JSON.stringify(thresholds)}`)
  if (typeof gains !== 'object' || gains === null || !Object.values(gains).every((gain) => typeof gain === 'number' && Math.abs(gain) <= 60))
    throw new RangeError('head.facts.gains: expected decibels from -60 to 60 by MIDI number, got others')
  if (lags !== undefined && !isPair(lags, 0.5)) throw new RangeError(`head.facts.lags: expected two numbers of seconds between 0 and 0.5, got ${JSON.stringify(lags)}`)
  return { features, thresholds, ...(lags && { lags }), gains: gains as Readonly<Record<string, number>> }
}
