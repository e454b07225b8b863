// What the frames said, kept, so that they can be judged again with other settings: the newest ten seconds of a live sound,
// all of a file. Judging is a thousandth of the work of listening.

import { NoteLogic } from '../../worklet/note-logic.ts'
import type { NoteEvent, NoteFrame } from '../../worklet/note-logic.ts'
import type { NoteSettings } from '../../worklet/parameters.ts'

/** Numbers per frame beside those by pitch: seconds, level, cents. */
const FACTS = 3
const CHUNK = 512 // frames

export class KeptFrames {
  /** Frames that have come; those from `first` on are here. */
  count = 0
  private readonly chunks: (Float64Array | undefined)[] = []
  private readonly strengths: (Float32Array | undefined)[] = []
  private readonly attacks: (Float32Array | undefined)[] = []
  private readonly learned: (Float32Array | undefined)[] = []

  /** `most`: how many frames are kept at least; Infinity: all. */
  constructor(private readonly pitches: number, private readonly hasHead: boolean, private readonly most: number) {}

  get first(): number { return this.most === Infinity ? 0 : Math.max(0, (Math.ceil((this.count - this.most) / CHUNK) - 1) * CHUNK) }

  keep({ seconds, level, strengths, attacks, learned, cents }: NoteFrame): void {
    const [chunk, at] = [Math.floor(this.count / CHUNK), this.count % CHUNK]
    const facts = (this.chunks[chunk] ??= new Float64Array(CHUNK * FACTS))
    facts.set([seconds, level, cents], at * FACTS)
    ;(this.strengths[chunk] ??= new Float32Array(CHUNK * this.pitches)).set(strengths, at * this.pitches)
    ;(this.attacks[chunk] ??= new Float32Array(CHUNK * this.pitches)).set(attacks, at * this.pitches)
    if (this.hasHead) (this.learned[chunk] ??= new Float32Array(CHUNK * this.pitches)).set(learned!, at * this.pitches)
    this.count++
    const gone = Math.floor(this.first / CHUNK) - 1
    if (gone >= 0) this.chunks[gone] = this.strengths[gone] = this.attacks[gone] = this.learned[gone] = undefined
  }

  /** The events that frames from `first` on come to with these settings; at the end nothing is ended. */
  judge(pitches: readonly number[], gains: readonly number[], hopSeconds: number, settings: NoteSettings, tell: (event: NoteEvent) => void): void {
    const logic = new NoteLogic(pitches, hopSeconds, gains)
    logic.set(settings)
    logic.onEvent = tell
    const frame = { seconds: 0, level: 0, cents: NaN, strengths: new Float32Array(this.pitches), attacks: new Float32Array(this.pitches), learned: this.hasHead ? new Float32Array(this.pitches) : null }
    for (let i = this.first; i < this.count; i++) {
      const [chunk, at] = [Math.floor(i / CHUNK), i % CHUNK]
      const facts = this.chunks[chunk]!
      frame.seconds = facts[at * FACTS]!
      frame.level = facts[at * FACTS + 1]!
      frame.cents = facts[at * FACTS + 2]!
      frame.strengths.set(this.strengths[chunk]!.subarray(at * this.pitches, (at + 1) * this.pitches))
      frame.attacks.set(this.attacks[chunk]!.subarray(at * this.pitches, (at + 1) * this.pitches))
      frame.learned?.set(this.learned[chunk]!.subarray(at * this.pitches, (at + 1) * this.pitches))
      logic.judge(frame)
    }
  }
}
