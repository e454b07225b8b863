// Which part of a file the picture shows: seconds along, frequency rows up. One view for the picture, its ruler and the
// painting; the overview shows where it lies.

import { signal } from '@preact/signals'
import { clamp } from '../numbers.ts'

export interface View {
  /** Seconds of the file at the left edge, and how many are shown. */
  readonly from: number
  readonly seconds: number
  /** The part of the frequency axis that is shown: 0 its bottom, 1 its top. */
  readonly low: number
  readonly high: number
}

const SHORTEST = 0.25 // seconds
const NARROWEST = 0.08 // of the axis, a little more than half an octave

export const view = signal<View>({ from: 0, seconds: 1, low: 0, high: 1 })


/** Inside of the file and of the axis. */
export function within(wanted: View, length: number): View {
  const seconds = clamp(wanted.seconds, Math.min(SHORTEST, length), length)
  const span = clamp(wanted.high - wanted.low, NARROWEST, 1)
  const low = clamp(wanted.low, 0, 1 - span)
  return { seconds, from: clamp(wanted.from, 0, length - seconds), low, high: low + span }
}

export const whole = (length: number): View => ({ from: 0, seconds: length, low: 0, high: 1 })

export const isWhole = ({ seconds, low, high }: View, length: number): boolean => seconds >= length && low <= 0 && high >= 1

/** `factor` below one comes closer; what is at `at` stays where it is. */
export function zoomTime(now: View, factor: number, at: number, length: number): View {
  const seconds = clamp(now.seconds * factor, Math.min(SHORTEST, length), length)
  return within({ ...now, seconds, from: at - (at - now.from) * seconds / now.seconds }, length)
}

export function zoomHertz(now: View, factor: number, at: number, length: number): View {
  const span = clamp((now.high - now.low) * factor, NARROWEST, 1)
  const low = at - (at - now.low) * span / (now.high - now.low)
  return within({ ...now, low, high: low + span }, length)
}

export const pan = (now: View, seconds: number, rows: number, length: number): View =>
  within({ ...now, from: now.from + seconds, low: now.low + rows, high: now.high + rows }, length)

/** Turns the page when the playhead leaves it; a view that never held it is left alone. */
export function follow(now: View, before: number, position: number, length: number): View {
  const end = now.from + now.seconds
  const wasIn = before >= now.from && before <= end
  const isIn = position >= now.from && position <= end
  return wasIn && !isIn ? within({ ...now, from: position }, length) : now
}

/** Distances that a ruler may have between its numbers, in seconds. */
const DISTANCES = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200, 3600]

/** The times that are written, at least `room` pixels apart, and how many decimals they need. */
export function marks({ from, seconds }: View, width: number, room: number): { readonly times: readonly number[]; readonly digits: number } {
  const distance = DISTANCES.find((d) => d / seconds * width >= room) ?? DISTANCES.at(-1)!
  const times: number[] = []
  for (let n = Math.ceil(from / distance - 1e-9); n * distance <= from + seconds + 1e-9; n++) times.push(n * distance + 0) // −0 is 0
  return { times, digits: distance < 0.1 ? 2 : distance < 1 ? 1 : 0 }
}
