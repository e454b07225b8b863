// When a note that has just been called was struck, as far as its strength tells: from where it began to rise until the call is
// how late the call was. The rise is looked up in the frames that led to it.

import type { Notes } from '../worklet/notes.ts'

const KEPT = 16 // frames
/** A rise is seen when this share of it has been made. */
const SEEN = 0.1
/** Frames end this much after the stroke when its rise is first seen, by timing; measured on pieces whose strokes are known. */
const VISIBLE = [0.031, 0.028] as const

export class StrokeFinder {
  private readonly past: readonly Float32Array[]
  private newest = KEPT - 1
  private frames = 0

  constructor(private readonly engine: Notes) {
    this.past = Array.from({ length: KEPT }, () => new Float32Array(engine.pitches.length))
  }

  /** To be called with every frame. */
  see(): void {
    this.newest = (this.newest + 1) % KEPT
    this.past[this.newest]!.set(this.engine.frame.strengths)
    this.frames = Math.min(KEPT, this.frames + 1)
  }

  /** Seconds from the stroke of `pitch` to the last frame. */
  since(pitch: number): number {
    const { engine: { pitches, hopSeconds, timing }, past, newest, frames } = this
    const row = pitches.indexOf(pitch)
    const at = (back: number): number => (back < frames ? past[(newest - back + KEPT) % KEPT]![row]! : 0)
    let low = at(0)
    for (let back = 1; back < KEPT; back++) low = Math.min(low, at(back))
    const enough = low + SEEN * (at(0) - low)
    let back = 0
    while (back + 1 < KEPT && at(back + 1) > enough) back++
    return back * hopSeconds + VISIBLE[timing]
  }
}
