// Who plays in the demo, and where: differences of level and a few samples of delay, as two microphones hear them.

import type { Selection } from '../../worklet/selection.ts'
import { RATE } from './loop.ts'

/** What its file is called: what has this name is made anew. */
export const DEMO_NAME = 'Winnow demo.wav'

export interface Spot {
  readonly name: string
  /** dB, right over left; samples, positive when the right channel lags. */
  readonly level: number
  readonly lag: number
}

export const spots = [
  { name: 'voice', level: 0, lag: 0 },
  { name: 'guitar', level: 9, lag: -4 },
  { name: 'electric piano', level: -9, lag: 4 },
  { name: 'bass', level: -5, lag: -3 },
  { name: 'brushes', level: 4, lag: 3 },
] as const satisfies readonly Spot[]
export type PartName = (typeof spots)[number]['name']

const microseconds = (samples: number): number => Math.round(samples / RATE * 1e8) / 100

export const demoSelection: Selection = {
  mask: 'wiener',
  sources: spots.map(({ name, level, lag }) => ({ name, places: [{ level, delay: microseconds(lag) }] })),
}
