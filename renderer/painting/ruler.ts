// The ruler: a click plays from there, a drag marks a passage (what is learned from, what is listened to), a passage's
// edges can be moved. A passage is looked at, not heard: it is no step of the history. With Alt the drag marks the loop, which is.

import type { Plane } from './plane.ts'
import type { Drag } from './press.ts'
import type { Point } from '../shapes.ts'
import { begin, cancel, end } from '../history.ts'
import { setLoop } from '../recording/looping.ts'
import { state } from '../state.ts'
import { clamp } from '../numbers.ts'

const REACH = 5 // pixels around an edge
const SHORTEST = 0.05 // seconds

export function startPassage(plane: Plane, at: Point, length: number, seek: (seconds: number) => void): Omit<Drag, 'shown' | 'band'> {
  const before = state.passage.peek()
  const time = (x: number): number => clamp(Number(plane.seconds(x).toFixed(3)), 0, length)
  const edge = before && ([before.to, before.from] as const).find((t) => Math.abs(plane.x(t) - at[0]) <= REACH)
  const fixed = before && edge !== null && edge !== undefined ? (edge === before.to ? before.from : before.to) : time(at[0])
  let moved = false
  return {
    to([x]) {
      if (!moved && Math.abs(x - at[0]) < 3) return
      moved = true
      const other = time(x)
      state.passage.value = { from: Math.min(fixed, other), to: Math.max(fixed, other) }
    },
    apply() {},
    finish() {
      const now = state.passage.peek()
      if (!moved) seek(Math.min(length - 0.001, time(at[0])))
      else if (now && now.to - now.from < SHORTEST) state.passage.value = null
    },
    abandon() { state.passage.value = before },
  }
}

export function startLoop(plane: Plane, at: Point, length: number): Omit<Drag, 'shown' | 'band'> {
  const time = (x: number): number => clamp(plane.seconds(x), 0, length)
  const from = time(at[0])
  let moved = false
  begin('Loop')
  return {
    to([x]) {
      if (!moved && Math.abs(x - at[0]) < 3) return
      moved = true
      setLoop({ from, to: time(x) })
    },
    apply() {},
    finish: () => end(),
    abandon: cancel,
  }
}
