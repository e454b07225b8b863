// The loop and the markers of the file that is open: steps of the history like everything else that a person chooses. The feed
// follows the loop.

import { effect, untracked } from '@preact/signals'
import { seek } from '../actions.ts'
import { currentFeed } from '../engine.ts'
import type { FileFeed } from '../feeds.ts'
import { clock } from '../format.ts'
import { heardAt } from '../frames.ts'
import { step } from '../history.ts'
import { clamp } from '../numbers.ts'
import { state } from '../state.ts'
import type { Marker, Passage } from '../state.ts'
import { recorded } from './state.ts'

const SHORTEST = 0.05 // seconds
/** Without a passage to go by, a loop begins here and lasts so long. */
const USUAL = 4
/** Nearer to a marker than this, the way back leads to the one before: else nobody would get past it while it plays. */
const JUST = 0.5
const MOST = 1000

const length = (): number => {
  const input = state.input.peek()
  return input.kind === 'file' ? input.seconds : 0
}
const tidy = (seconds: number): number => Number(clamp(seconds, 0, length()).toFixed(3))

/** Null, or shorter than can be heard: all of the file. */
export function setLoop(passage: Passage | null, name = passage ? 'Loop' : 'No loop', joins = false): void {
  const next = passage && { from: tidy(Math.min(passage.from, passage.to)), to: tidy(Math.max(passage.from, passage.to)) }
  step(name, () => { state.loop.value = next && next.to - next.from >= SHORTEST ? next : null }, joins)
}

/** On: the marked passage, else a little from here on. */
export function toggleLoop(): void {
  if (state.loop.peek()) return setLoop(null)
  const from = Math.min(heardAt() ?? 0, Math.max(0, length() - USUAL))
  setLoop(state.passage.peek() ?? { from, to: from + USUAL })
}

const sorted = (markers: readonly Marker[]): Marker[] => [...markers].sort((a, b) => a.at - b.at)

/** Where it plays now. */
export function addMarker(at = heardAt()): void {
  const markers = state.markers.peek()
  if (at === null || markers.length >= MOST || markers.some((marker) => marker.at === tidy(at))) return
  let number = markers.length + 1
  while (markers.some(({ name }) => name === `Marker ${number}`)) number++
  step('Add marker', () => { state.markers.value = sorted([...markers, { at: tidy(at), name: `Marker ${number}` }]) })
}

/** Says where it stands afterwards. */
export function moveMarker(marker: Marker, at: number, joins = false): Marker {
  const moved = { ...marker, at: tidy(at) }
  step(`Move ${marker.name}`, () => { state.markers.value = sorted(state.markers.peek().map((each) => (each === marker ? moved : each))) }, joins)
  return moved
}
export const renameMarker = (marker: Marker, name: string): void =>
  step('Rename marker', () => { state.markers.value = state.markers.peek().map((each) => (each === marker ? { ...marker, name: name.trim() || marker.name } : each)) })
export const removeMarker = (marker: Marker): void =>
  step(`Remove ${marker.name}`, () => { state.markers.value = state.markers.peek().filter((each) => each !== marker) })

/** The next one, or the one before, as seen from where it plays. */
export function jumpToMarker(by: 1 | -1): void {
  const now = heardAt() ?? 0
  const { value: markers } = state.markers
  const found = by > 0 ? markers.find(({ at }) => at > now + 0.001) : markers.findLast(({ at }) => at < now - (state.playing.peek() ? JUST : 0.001))
  if (found) seek(found.at)
  else if (by < 0) seek(0)
}

export const markerText = ({ name, at }: Marker): string => `${name}, ${clock(at, 1)}`

/** From now on the feed loops as the state says. */
export function startLooping(): void {
  effect(() => {
    const [sound, loop] = [recorded.value, state.loop.value]
    untracked(() => {
      const feed = currentFeed() as FileFeed | null
      if (sound && feed && 'sound' in feed && feed.sound === sound) feed.loop(loop)
    })
  })
}
