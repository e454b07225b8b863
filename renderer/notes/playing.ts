// The notes of a file as it plays, in time with what is heard: those that the roll shows, edits and all. They are sent just
// before their time, so that a stop has nothing to take back.

import { effect } from '@preact/signals'
import type { NoteEvent } from '../../worklet/notes.ts'
import { currentContext, currentFeed } from '../engine.ts'
import type { FileFeed } from '../feeds.ts'
import { heardAt } from '../frames.ts'
import { play, silence } from '../midi/out.ts'
import { due } from './due.ts'
import { notes, shownNotes } from './state.ts'
import type { RollNote } from './roll-sheet.ts'
import { state } from '../state.ts'

const TICK = 10 // ms
const AHEAD = 0.015 // seconds
/** Between two ticks: more is a jump, or a page that slept. */
const FARTHEST = 0.25

const sounding = new Map<number, RollNote>()
/** Up to where everything was sent. */
let sent: number | null = null
let origin: unknown = null
let timer: number | undefined

function tick(): void {
  const [position, context] = [heardAt(), currentContext()]
  const feed = currentFeed() as FileFeed | null
  if (position === null || !context || !feed || context.state !== 'running') return
  const tell = (events: readonly NoteEvent[], at: (i: number) => number): void =>
    play(events.map((event, i) => ({ ...event, seconds: context.currentTime + at(i) - position })), { context: 0, lag: 0, withSound: true })
  if (feed.origin !== origin || sent === null || position > sent + FARTHEST) {
    stop()
    origin = feed.origin
    sent = position
  } else if (position + AHEAD < sent - FARTHEST) { // from the end to the beginning: no moment of the file is passed over
    tell([...sounding.keys()].map((pitch) => ({ type: 'off', pitch, seconds: 0 })), () => 0)
    sounding.clear()
    sent = 0
  }
  const to = position + AHEAD
  if (to <= sent) return
  const found = due(shownNotes.peek(), sounding, sent, to)
  sent = to
  if (found.length) tell(found.map(({ event }) => event), (i) => found[i]!.at)
}

function stop(): void {
  if (sounding.size) silence()
  sounding.clear()
  sent = null
}

effect(() => {
  const wanted = notes.on.value && state.playing.value && state.input.value.kind === 'file'
  clearInterval(timer)
  timer = undefined
  stop()
  if (wanted) timer = window.setInterval(tick, TICK)
})
