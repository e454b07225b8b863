// "Hear it": the notes through a small synthesiser, beside the sound or instead of it. Loaded when it is wanted.
//
// Tone.js makes the voices. It shares our context, its clock must be a timeout (our policy refuses the worker that it
// would make from a blob, and the clock would stand still without a word), and every voice is told its time in the
// context's seconds, so that nothing waits for that clock. Its parts are imported one by one: the package as a whole makes
// a context of its own, and another output with it, as soon as it is loaded.

import { Context } from 'tone/build/esm/core/context/Context.js'
import { Gain } from 'tone/build/esm/core/context/Gain.js'
import { setContext } from 'tone/build/esm/core/Global.js'
import { MonoSynth } from 'tone/build/esm/instrument/MonoSynth.js'
import { hertzOf } from '../notes/names.ts'
import type { Played } from './voices.ts'

const VOICES = 16
/** At 0 dB three loud ones at once fill the scale. */
const EACH = 0.4
const RELEASE = 0.25 // seconds
const RAMP = 0.03

interface Voice { readonly synth: MonoSynth; pitch: number | null; since: number }

const makeVoice = (): MonoSynth => new MonoSynth({
  oscillator: { type: 'fatsawtooth', count: 2, spread: 8 },
  envelope: { attack: 0.005, decay: 0.6, sustain: 0.25, release: RELEASE },
  filter: { type: 'lowpass', Q: 0.7, rolloff: -12 },
  filterEnvelope: { attack: 0.003, decay: 0.4, sustain: 0.2, release: RELEASE, baseFrequency: 300, octaves: 3.2 },
})

export class Listening {
  readonly #context: AudioContext
  readonly #tone: Context
  readonly #gain: Gain
  readonly #voices: Voice[]

  constructor(context: AudioContext, level: number) {
    this.#context = context
    this.#tone = new Context({ context, clockSource: 'timeout', lookAhead: 0, updateInterval: 0.05 })
    setContext(this.#tone)
    this.#gain = new Gain(0)
    this.#gain.connect(context.destination)
    this.#voices = Array.from({ length: VOICES }, () => ({ synth: makeVoice().connect(this.#gain), pitch: null, since: -Infinity }))
    this.level = level
  }

  /** dB. */
  set level(decibels: number) { this.#gain.gain.rampTo(EACH * 10 ** (decibels / 20), RAMP) }
  get context(): AudioContext { return this.#context }
  get sounding(): number { return this.#voices.filter(({ pitch }) => pitch !== null).length }

  /** At the context's time `at`, or now if that is past. */
  play(event: Played, at: number): void {
    const time = Math.max(at, this.#context.currentTime)
    const voice = this.#voices.find(({ pitch }) => pitch === event.pitch)
    if (event.type === 'on') {
      const free = voice ?? this.#free()
      free.pitch = event.pitch
      free.since = time
      free.synth.detune.setValueAtTime(0, time)
      free.synth.triggerAttack(hertzOf(event.pitch), time, event.velocity / 127)
    } else if (voice && event.type === 'off') {
      voice.pitch = null
      voice.since = time
      voice.synth.triggerRelease(time)
    } else if (voice && event.type === 'bend') voice.synth.detune.setTargetAtTime(event.cents, time, 0.01)
  }

  stop(): void {
    const time = this.#context.currentTime
    for (const voice of this.#voices) if (voice.pitch !== null) {
      voice.synth.triggerRelease(Math.max(time, voice.since))
      voice.pitch = null
    }
  }

  /** Lets go of everything but the context, which is not its own. */
  dispose(): void {
    for (const { synth } of this.#voices) synth.dispose()
    this.#gain.dispose()
    this.#tone.clockSource = 'offline' // its own `dispose` would close our context
  }

  /** One that is silent, the longest first; else the oldest note gives its voice. */
  #free(): Voice {
    const silent = this.#voices.filter(({ pitch }) => pitch === null)
    return (silent.length ? silent : this.#voices).reduce((first, each) => (each.since < first.since ? each : first))
  }
}
