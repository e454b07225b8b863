// The last take: what was played since the sound was started, in memory of a fixed measure, for whoever wants it as a
// file afterwards. When a take grows too long, its oldest notes go.

import type { NoteEvent } from '../../worklet/notes.ts'
import type { Bend, Note } from './file-writing.ts'

interface Sounding { readonly onset: number; readonly pitch: number; readonly velocity: number; readonly bends: Bend[] }

/** A note that ends as it begins is still one. */
const SHORTEST = 0.01 // seconds

export class Take {
  /** Notes that were too many. */
  dropped = 0
  #ended: Note[] = []
  #bends = 0
  readonly #sounding = new Map<number, Sounding>()
  #last = 0

  /** `start`: its first second. So many notes and bends, at least. */
  constructor(readonly start: number, readonly mostNotes = 20_000, readonly mostBends = 200_000) {}

  get length(): number { return this.#ended.length + this.#sounding.size }

  /** `lag`: how much later than the stroke it is told. */
  add(event: NoteEvent, lag: number): void {
    const seconds = Math.max(0, event.seconds - lag - this.start)
    this.#last = Math.max(this.#last, seconds)
    const note = this.#sounding.get(event.pitch)
    if (event.type === 'bend') {
      if (!note || note.bends.at(-1)?.cents === event.cents) return
      note.bends.push({ seconds: Math.max(note.onset, seconds), cents: event.cents })
      this.#bends++
      return this.#forget()
    }
    if (note) this.#end(note, seconds)
    if (event.type === 'on') this.#sounding.set(event.pitch, { onset: seconds, pitch: event.pitch, velocity: event.velocity, bends: [] })
  }

  /** Nobody will say when they end: everything that sounds does now, in the events' seconds. */
  release(seconds: number, lag: number): void {
    for (const pitch of [...this.#sounding.keys()]) this.add({ type: 'off', pitch, seconds }, lag)
  }

  /** By onset; what sounds still ends with the last thing that happened. */
  notes(): Note[] {
    const open = [...this.#sounding.values()].map((note): Note => ended(note, this.#last))
    return [...this.#ended, ...open].sort((a, b) => a.onset - b.onset || a.pitch - b.pitch)
  }

  #end(note: Sounding, seconds: number): void {
    this.#sounding.delete(note.pitch)
    this.#ended.push(ended(note, seconds))
    this.#forget()
  }

  /** A tenth at a time, so that it costs nothing. */
  #forget(): void {
    if (this.#ended.length <= this.mostNotes && this.#bends <= this.mostBends) return
    const gone = this.#ended.splice(0, Math.max(1, Math.ceil(this.#ended.length / 10)))
    for (const { bends = [] } of gone) this.#bends -= bends.length
    this.dropped += gone.length
    // A single note that is bent for hours.
    for (const note of this.#sounding.values()) if (gone.length === 0 && this.#bends > this.mostBends) this.#bends -= note.bends.splice(0, note.bends.length >> 1).length
  }
}

const ended = ({ onset, pitch, velocity, bends }: Sounding, seconds: number): Note =>
  ({ onset, offset: Math.max(onset + SHORTEST, seconds), pitch, velocity, ...(bends.length && { bends: [...bends] }) })
