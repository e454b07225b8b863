// What sounds at one receiver, and the messages that keep it right: every note that was begun is ended, whatever comes
// in between. Pure: time comes in as a number, and messages go out through a function.
//
//   closed ──open──► open ──lose──► lost ──find──► open
//
// What is lost in the middle of a note is told to end it when it is back, before anything else.

import { bendRange, CHANNELS, noteOff, noteOn, pitchBend, program, silenceChannel, touched, zone } from './messages.ts'
import type { Bytes } from './messages.ts'

/** What comes from whoever hears the notes. */
export type Played =
  | { readonly type: 'on'; readonly pitch: number; readonly velocity: number }
  | { readonly type: 'off'; readonly pitch: number }
  | { readonly type: 'bend'; readonly pitch: number; readonly cents: number }

export interface Setup {
  /** From 0; the first of all where each note has its own. */
  readonly channel: number
  /** Each note on a channel of its own (MPE, lower zone), so that each bends alone. */
  readonly mpe: boolean
  /** Semitones. */
  readonly bendRange: number
  /** General MIDI; null leaves the receiver's own. */
  readonly program: number | null
  /** Softer or harder than it was played: −1 … 1. */
  readonly touch: number
}

/** In milliseconds of the page's clock. */
export type Send = (bytes: Bytes, at: number) => void

const MEMBERS = Array.from({ length: CHANNELS - 1 }, (_, i) => i + 1)
/** After the last message that is on its way, so that nothing overtakes. */
const BEHIND = 1 // ms

export class Voices {
  #setup: Setup
  readonly #send: Send
  #state: 'closed' | 'open' | 'lost' = 'closed'
  /** The channel of each pitch that sounds. */
  readonly #sounding = new Map<number, number>()
  /** Cents, of those that are not at rest. */
  readonly #bent = new Map<number, number>()
  /** Members of the zone, the one that has been silent for longest first. */
  #order = [...MEMBERS]
  #last = -Infinity

  constructor(setup: Setup, send: Send) {
    this.#setup = setup
    this.#send = send
  }

  get sounding(): number { return this.#sounding.size }
  get state(): 'closed' | 'open' | 'lost' { return this.#state }

  open(now: number): void {
    if (this.#state !== 'closed') return
    this.#state = 'open'
    this.#introduce(now)
  }

  /** `at` when it is to sound; never before what was sent already. False: nobody is there to hear it. */
  play(event: Played, at: number): boolean {
    if (this.#state !== 'open') return false
    if (event.type === 'on') this.#begin(event.pitch, touched(event.velocity, this.#setup.touch), at)
    else if (event.type === 'off') this.#end(event.pitch, at)
    else this.#bend(event.pitch, event.cents, at)
    return true
  }

  /** Ends what sounds, also what is still on its way. */
  stop(now: number): void {
    if (this.#state !== 'open' || !this.#sounding.size && !this.#bent.size) return
    const at = this.#behind(now)
    for (const pitch of [...this.#sounding.keys()]) this.#end(pitch, at)
    for (const channel of [...this.#bent.keys()]) this.#rest(channel, at)
  }

  /** Ends everything at the receiver, whoever began it. */
  panic(now: number): void {
    if (this.#state !== 'open') return
    this.stop(now)
    const at = this.#behind(now)
    for (let channel = 0; channel < CHANNELS; channel++) for (const bytes of silenceChannel(channel)) this.#put(bytes, at)
  }

  change(setup: Setup, now: number): void {
    this.stop(now)
    const was = this.#setup
    this.#setup = setup
    if (this.#state !== 'open') return
    if (was.mpe && !setup.mpe) for (const bytes of zone(0)) this.#put(bytes, this.#behind(now))
    this.#introduce(this.#behind(now))
  }

  /** The receiver is gone, and what it played with it. */
  lose(): void {
    if (this.#state === 'open') this.#state = 'lost'
  }

  /** It is back. What it was playing when it went may be ringing still. */
  find(now: number): void {
    if (this.#state !== 'lost') return
    this.#state = 'open'
    const used = new Set(this.#sounding.values())
    this.stop(now)
    for (const channel of used) for (const bytes of silenceChannel(channel)) this.#put(bytes, this.#behind(now))
    this.#introduce(this.#behind(now))
  }

  /** For good. One that is lost has nobody to tell: find it first. */
  close(now: number): void {
    this.stop(now)
    this.#state = 'closed'
    this.#sounding.clear()
    this.#bent.clear()
  }

  #behind(now: number): number { return Math.max(now, this.#last + BEHIND) }

  #put(bytes: Bytes, at: number): void {
    if (this.#state !== 'open') return // lost while it was being told
    this.#last = Math.max(this.#last, at)
    this.#send(bytes, this.#last)
  }

  #introduce(at: number): void {
    const { channel, mpe, bendRange: range, program: instrument } = this.#setup
    if (mpe) for (const bytes of zone(MEMBERS.length)) this.#put(bytes, at)
    for (const each of mpe ? MEMBERS : [channel]) for (const bytes of bendRange(each, range)) this.#put(bytes, at)
    if (instrument !== null) this.#put(program(mpe ? 0 : channel, instrument), at)
  }

  #begin(pitch: number, velocity: number, at: number): void {
    this.#end(pitch, at) // struck again
    const channel = this.#free()
    this.#rest(channel, at)
    // Put down first: if the receiver goes while it is being told, the note is among those that end when it is back.
    this.#sounding.set(pitch, channel)
    this.#put(noteOn(channel, pitch, velocity), at)
  }

  #end(pitch: number, at: number): void {
    const channel = this.#sounding.get(pitch)
    if (channel === undefined) return
    this.#put(noteOff(channel, pitch), at)
    if (this.#state === 'open') this.#sounding.delete(pitch)
    this.#order = [...this.#order.filter((each) => each !== channel), channel]
  }

  /** A bend moves its whole channel: one that has several notes does not bend. */
  #bend(pitch: number, cents: number, at: number): void {
    const channel = this.#sounding.get(pitch)
    if (channel === undefined || this.#on(channel) > 1 || this.#bent.get(channel) === cents) return
    this.#bent.set(channel, cents)
    this.#put(pitchBend(channel, cents, this.#setup.bendRange), at)
  }

  #rest(channel: number, at: number): void {
    if (!this.#bent.has(channel)) return
    this.#put(pitchBend(channel, 0, this.#setup.bendRange), at)
    if (this.#state === 'open') this.#bent.delete(channel)
  }

  #on(channel: number): number {
    let count = 0
    for (const each of this.#sounding.values()) if (each === channel) count++
    return count
  }

  /** In a zone the member with the fewest notes, of these the one that has been silent for longest: more notes than members share. */
  #free(): number {
    if (!this.#setup.mpe) return this.#setup.channel
    return this.#order.reduce((best, each) => (this.#on(each) < this.#on(best) ? each : best))
  }
}
