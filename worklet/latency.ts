// How long a live session may lag: three levels, for any dictionary, at its full resolution in frequency. A shorter tail
// leaves less to overlap, and costs a few tenths of a decibel from level to level.

import type { Dictionary } from './dictionary.ts'

/** Milliseconds of tail. */
export const latencies = { low: 8, normal: 16, high: 32 } as const
export type Latency = keyof typeof latencies
export const latencyNames = Object.keys(latencies) as readonly Latency[]

/** The dictionary heard at this latency; null: at its own. A tail is a whole number of hops: the hop gives way a little. */
export function withLatency(dictionary: Dictionary, latency: Latency | null): Dictionary {
  if (latency === null) return dictionary
  const wanted = Math.min(dictionary.fftSize, (latencies[latency] / 1000) * dictionary.sampleRate)
  const hops = Math.max(2, Math.round(wanted / dictionary.hopSize))
  const hopSize = Math.max(1, Math.round(wanted / hops))
  return { ...dictionary, hopSize, tailSize: hops * hopSize }
}
