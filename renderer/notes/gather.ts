// Events become notes: from the stroke to its end, at the times at which they were played rather than told.

import type { NoteEvent } from '../../worklet/notes.ts'
import type { RollNote } from './roll-sheet.ts'

/** A note that ends as it begins is still one. */
const SHORTEST = 0.01 // seconds

interface Sounding { readonly id: number; readonly onset: number; readonly pitch: number; readonly velocity: number; bends: { seconds: number; cents: number }[] }

export class Gathering {
  /** Ended ones, in the order in which they ended. */
  readonly ended: RollNote[] = []
  private readonly sounding = new Map<number, Sounding>()
  private next: number

  /** `lag`: how much later than the stroke an event is told. `first`: the id of the first note. */
  constructor(private readonly lag: number, first = 1) { this.next = first }

  take(event: NoteEvent): void {
    const seconds = Math.max(0, event.seconds - this.lag)
    const note = this.sounding.get(event.pitch)
    if (event.type === 'bend') note?.bends.push({ seconds: Math.max(note.onset, seconds), cents: event.cents })
    else {
      if (note) this.end(note, seconds)
      if (event.type === 'on')
        this.sounding.set(event.pitch, { id: this.next++, onset: seconds, pitch: event.pitch, velocity: event.velocity, bends: [] })
    }
  }

  private end({ bends, ...note }: Sounding, seconds: number): void {
    this.sounding.delete(note.pitch)
    this.ended.push({ ...note, offset: Math.max(note.onset + SHORTEST, seconds), ...(bends.length > 0 && { bends }) })
  }

  /** What sounds, without an end. */
  open(): RollNote[] {
    return [...this.sounding.values()].map(({ bends, ...note }) => ({ ...note, offset: null, ...(bends.length > 0 && { bends: [...bends] }) }))
  }

  /** Everything, by onset; what sounds ends at `seconds`. */
  whole(seconds: number): RollNote[] {
    for (const note of [...this.sounding.values()]) this.end(note, seconds)
    return [...this.ended].sort((a, b) => a.onset - b.onset || a.pitch - b.pitch)
  }
}
