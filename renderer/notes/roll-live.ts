// The newest seconds of a live sound, as notes: what began, what has ended, what sounds.

import type { NoteEvent } from '../../worklet/notes.ts'
import { Heat } from './roll-sheet.ts'
import type { RollNote } from './roll-sheet.ts'

/** Notes that ended longer ago than this are forgotten. */
const KEPT = 60 // seconds

export class LiveNotes {
  /** By onset, nearly. Replaced, never changed. */
  notes: readonly RollNote[] = []
  /** Seconds of the stream that were heard. */
  now = 0
  /** Grows with every change of what would be drawn. */
  version = 0
  private next = 1
  private readonly open = new Map<number, RollNote>()

  /** `lag`: how much later than its stroke an event is told. */
  constructor(readonly lag: number) {}

  get sounding(): ReadonlySet<number> { return new Set(this.open.keys()) }

  take(events: readonly NoteEvent[]): void {
    for (const event of events) {
      const seconds = Math.max(0, event.seconds - this.lag)
      const before = this.open.get(event.pitch)
      if (event.type === 'bend') {
        if (before) this.replace({ ...before, bends: [...before.bends ?? [], { seconds: Math.max(before.onset, seconds), cents: event.cents }] })
      } else {
        if (before) this.end(before, seconds)
        if (event.type === 'on') {
          const note: RollNote = { id: this.next++, onset: seconds, offset: null, pitch: event.pitch, velocity: event.velocity }
          this.notes = [...this.notes.filter(({ offset }) => offset === null || offset > seconds - KEPT), note]
          this.open.set(event.pitch, note)
        }
      }
    }
    this.version++
  }

  private replace(note: RollNote): void {
    this.notes = this.notes.map((each) => (each.id === note.id ? note : each))
    this.open.set(note.pitch, note)
  }

  private end(note: RollNote, seconds: number): void {
    this.notes = this.notes.map((each) => (each.id === note.id ? { ...each, offset: Math.max(each.onset + 0.01, seconds) } : each))
    this.open.delete(note.pitch)
  }

  /** Judged again: what began from `from` on is this instead. What sounds and what does not is as it was told. */
  judge(from: number, list: readonly RollNote[]): void {
    const later = list.filter(({ onset }) => onset >= from).map((note) => ({ ...note, id: this.next++ }))
    const kept = this.notes.filter((note) => note.onset < from || note.offset === null)
    const sounds = (note: RollNote): boolean => note.offset === null && this.open.has(note.pitch)
    this.notes = [...kept, ...later.filter((note) => !sounds(note)).map((note) => ({ ...note, offset: note.offset ?? this.now }))]
      .sort((a, b) => a.onset - b.onset)
    this.version++
  }

  /** Nobody listens any more. */
  silence(): void {
    for (const note of [...this.open.values()]) this.end(note, this.now)
    this.version++
  }
}

/** With how much of each pitch was heard. */
export class LiveSheet extends LiveNotes {
  readonly heat: Heat

  constructor(hopSeconds: number, lag: number, seconds: number) {
    super(lag)
    this.heat = new Heat(Math.ceil((seconds + lag) / hopSeconds) + 2, hopSeconds, true)
  }

  add(codes: Uint8Array, first: number, seconds: number): void {
    this.heat.add(codes, first)
    this.now = Math.max(this.now, seconds)
    this.version++
  }
}
