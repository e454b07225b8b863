// Where times and pitches lie on a piano roll, and what lies under a point of it.

import { clamp } from '../numbers.ts'
import type { RollNote } from './roll-sheet.ts'
import { GUTTER } from '../spectrogram/axes.ts'

/** Pitches from `low` to below `high`; fractions while someone scrolls. */
export interface Pitches { readonly low: number; readonly high: number }

const FEWEST = 10
const LOWEST = 0, HIGHEST = 128
/** What is shown of a range of notes, at least, and beyond its ends. */
const USUAL = 30
const MARGIN = 2

export function withinPitches({ low, high }: Pitches): Pitches {
  const span = clamp(high - low, FEWEST, HIGHEST - LOWEST)
  const from = clamp(low, LOWEST, HIGHEST - span)
  return { low: from, high: from + span }
}

export const panPitches = ({ low, high }: Pitches, by: number): Pitches => withinPitches({ low: low + by, high: high + by })

/** `factor` below one comes closer; the pitch at `at` stays where it is. */
export function zoomPitches(now: Pitches, factor: number, at: number): Pitches {
  const span = clamp((now.high - now.low) * factor, FEWEST, HIGHEST - LOWEST)
  const low = at - (at - now.low) * span / (now.high - now.low)
  return withinPitches({ low, high: low + span })
}

/** Every note, with something round them. */
export function fitted(notes: readonly RollNote[], otherwise: Pitches): Pitches {
  if (notes.length === 0) return otherwise
  const pitches = notes.map(({ pitch }) => pitch)
  const [low, high] = [Math.min(...pitches) - MARGIN, Math.max(...pitches) + MARGIN + 1]
  const more = Math.max(0, USUAL - (high - low)) / 2
  return withinPitches({ low: Math.floor(low - more), high: Math.ceil(high + more) })
}

export interface RollPlane {
  readonly width: number
  readonly height: number
  readonly from: number
  readonly seconds: number
  readonly pitches: Pitches
  /** Height of a semitone. */
  readonly row: number
  x(seconds: number): number
  /** The upper edge of a pitch. */
  y(pitch: number): number
  secondsAt(x: number): number
  pitchAt(y: number): number
}

export function rollPlane(from: number, seconds: number, pitches: Pitches, width: number, height: number): RollPlane {
  const plot = Math.max(1, width - GUTTER)
  const row = height / (pitches.high - pitches.low)
  return {
    width, height, from, seconds, pitches, row,
    x: (time) => GUTTER + (time - from) / seconds * plot,
    y: (pitch) => (pitches.high - pitch - 1) * row,
    secondsAt: (x) => from + (x - GUTTER) / plot * seconds,
    pitchAt: (y) => clamp(Math.floor(pitches.high - y / row), LOWEST, HIGHEST - 1),
  }
}

const EDGE = 5 // px that belong to a note's end
const REACH = 3 // px round a note that are its own

export type Part = 'body' | 'start' | 'end'
export interface RollHit { readonly note: RollNote; readonly part: Part }

/** The note under a point; of several the one that was drawn last. `now` ends what still sounds. */
export function noteAt(plane: RollPlane, notes: readonly RollNote[], x: number, y: number, now: number): RollHit | null {
  const slack = Math.max(0, REACH - plane.row / 2)
  for (let i = notes.length - 1; i >= 0; i--) {
    const note = notes[i]!
    const top = plane.y(note.pitch)
    if (y < top - slack || y > top + plane.row + slack) continue
    const [left, right] = [plane.x(note.onset), Math.max(plane.x(note.onset) + 3, plane.x(note.offset ?? now))]
    if (x < left - REACH || x > right + REACH) continue
    const edge = Math.min(EDGE, (right - left) / 3)
    return { note, part: x > right - edge ? 'end' : x < left + edge ? 'start' : 'body' }
  }
  return null
}

/** Those that a frame with these corners meets. */
export function notesIn(plane: RollPlane, notes: readonly RollNote[], [x1, y1]: readonly [number, number], [x2, y2]: readonly [number, number]): RollNote[] {
  const [from, to] = [plane.secondsAt(Math.min(x1, x2)), plane.secondsAt(Math.max(x1, x2))]
  const [high, low] = [plane.pitchAt(Math.min(y1, y2)), plane.pitchAt(Math.max(y1, y2))]
  return notes.filter(({ onset, offset, pitch }) => pitch >= low && pitch <= high && onset <= to && (offset ?? Infinity) >= from)
}
