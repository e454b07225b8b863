// One instrument of the demo over the whole loop. What rings beyond its end goes on at its beginning, so that the loop has
// no seam.

import { BEAT_SECONDS, LOOP_SECONDS } from './score.ts'

export const RATE = 48_000
export const LOOP_SAMPLES = Math.round(LOOP_SECONDS * RATE)

export const samplesOf = (beats: number): number => Math.round(beats * BEAT_SECONDS * RATE)
export const hertzOf = (pitch: number): number => 440 * 2 ** ((pitch - 69) / 12)

export type Line = Float32Array<ArrayBuffer>
export const line = (): Line => new Float32Array(LOOP_SAMPLES)

/** Adds a sound that begins at a sample of the loop, which may lie a little before its beginning. */
export function add(into: Line, sound: Float32Array, at: number, gain = 1): void {
  let j = ((at % LOOP_SAMPLES) + LOOP_SAMPLES) % LOOP_SAMPLES
  for (let i = 0; i < sound.length; i++) {
    into[j]! += gain * sound[i]!
    if (++j === LOOP_SAMPLES) j = 0
  }
}
