// Three melodies that stand in three places, for the tests and pictures of the stereo field.

import { RATE } from './band.ts'
import { melody, placed, together } from './signals.ts'

/** dB, right over left, and samples that the right channel lags. */
export const spots = [[-6, -2], [0, 0], [6, 2]] as const
export const microseconds = (samples: number): number => samples / RATE * 1e6

/** Each alone. */
export const melodies = (seconds: number): [Float32Array, Float32Array][] =>
  spots.map(([level, delay], i) => placed(melody(seconds * RATE, RATE, [196, 277, 415][i]!, [3, 8, 21][i]), level, delay))

export const allOf = (parts: readonly (readonly Float32Array[])[]): [Float32Array, Float32Array] => together(...parts)
