// What becomes of each frame on its way out: the gain of every bin as the mixer makes it, what it leaves of the picture, and
// by how much all of it is turned down.

import type { Frame } from '../../worklet/frame.ts'
import type { Settings } from '../../worklet/parameters.ts'
import type { Selection } from '../../worklet/selection.ts'

export interface Levels { readonly sources: readonly number[]; readonly rest: number }

const gainOf = (dB: number): number => (dB <= -120 ? 0 : 10 ** (dB / 20))

/** Linear gains as the mixer has them once its ramps are over; the level of the whole mix left out. */
export function levelsOf({ sources }: Selection, { reduction, wet, bypass }: Pick<Settings, 'reduction' | 'wet' | 'bypass'>): Levels {
  const anySolo = sources.some(({ solo }) => solo)
  const blended = (gain: number): number => 1 + (bypass ? 0 : wet) * (gain - 1)
  return {
    sources: sources.map(({ gain = 0, mute, solo }) => blended(mute || (anySolo && !solo) ? 0 : gainOf(gain))),
    rest: blended(anySolo ? 0 : gainOf(-reduction)),
  }
}

export interface Power { heard: number; sent: number }

/** Fills `sent` with what is left of `frame`, and whose; adds what there was and what is left to `power`. */
export function sendOn(frame: Frame, { sources, rest }: Levels, sent: Frame, power: Power): void {
  const { layout: { bins, sources: count }, magnitude, masks } = frame
  sent.facts.set(frame.facts)
  for (let i = 0; i < bins; i++) {
    let claimed = 0
    let gain = 0
    for (let k = 0; k < count; k++) {
      const share = masks[k * bins + i]!
      claimed += share
      gain += share * (sources[k] ?? 1)
    }
    gain += (1 - claimed) * rest
    for (let k = 0; k < count; k++) sent.masks[k * bins + i] = gain > 0 ? masks[k * bins + i]! * (sources[k] ?? 1) / gain : 0
    const x = magnitude[i]!
    sent.magnitude[i] = x * gain
    power.heard += x * x
    power.sent += x * x * gain * gain
  }
}
