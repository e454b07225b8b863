// What the notes that were heard come to: which pitches they cover, how loud they are among themselves, what is missing.

import type { HeardNote } from './hearing.ts'

/** So many clean notes are enough to learn from. */
export const ENOUGH = 20
/** A semitone that nobody played is made of its neighbours, as far away as this (templates.ts). */
const REACH = 3
const [LOWEST, HIGHEST] = [21, 108]

export type Loudness = 'soft' | 'medium' | 'loud'
/** dB under the loudest of them. */
const LOUD = 7, SOFT = 16
/** Among notes that are closer together than this nobody can tell touch. */
const SPREAD = 6

export const isClean = ({ verdict }: HeardNote): boolean => verdict === 'kept'

const cleanPitches = (heard: readonly HeardNote[]): number[] =>
  [...new Set(heard.filter(isClean).map(({ pitch }) => pitch))].sort((a, b) => a - b)

/** Pitches that nobody played and that would be filled in. */
export function filledIn(heard: readonly HeardNote[]): number[] {
  const played = cleanPitches(heard)
  const filled: number[] = []
  played.slice(1).forEach((above, i) => {
    const below = played[i]!
    for (let pitch = below + 1; pitch < above; pitch++) if (pitch - below <= REACH || above - pitch <= REACH) filled.push(pitch)
  })
  return filled
}

/** What to play next: into the widest gap, then beyond the ends, by turns. Null before the first note. */
export function wanted(heard: readonly HeardNote[]): number | null {
  const played = cleanPitches(heard)
  if (played.length === 0) return null
  let widest = REACH, at: number | null = null
  played.slice(1).forEach((above, i) => {
    const below = played[i]!
    if (above - below > widest) [widest, at] = [above - below, below + REACH]
  })
  if (at !== null) return at
  const [low, high] = [played[0]! - REACH, played.at(-1)! + REACH]
  const upwards = high - 64 <= 64 - low
  if (upwards && high <= HIGHEST) return high
  return low >= LOWEST ? low : high <= HIGHEST ? high : null
}

/** How loud the loudest are played; −∞ before the first. One accident does not count. */
function reference(heard: readonly HeardNote[]): { readonly loudest: number; readonly spread: number } {
  const levels = heard.filter(isClean).map(({ level }) => level).sort((a, b) => a - b)
  if (levels.length === 0) return { loudest: -Infinity, spread: 0 }
  const at = (share: number): number => levels[Math.min(levels.length - 1, Math.floor(share * levels.length))]!
  return { loudest: at(0.95), spread: at(0.95) - at(0.05) }
}

export function loudnessOf(note: HeardNote, heard: readonly HeardNote[]): Loudness {
  const { loudest, spread } = reference(heard)
  if (spread < SPREAD) return 'medium'
  return note.level >= loudest - LOUD ? 'loud' : note.level >= loudest - SOFT ? 'medium' : 'soft'
}

export function loudnessCounts(heard: readonly HeardNote[]): Record<Loudness, number> {
  const counts = { soft: 0, medium: 0, loud: 0 }
  for (const note of heard) if (isClean(note)) counts[loudnessOf(note, heard)]++
  return counts
}

/** One sentence about what would help most; null where nothing is missing. */
export function advice(heard: readonly HeardNote[]): string | null {
  const count = heard.filter(isClean).length
  if (count < 6) return null
  const { soft, medium, loud } = loudnessCounts(heard)
  if (soft + loud === 0) return 'All of them are about as loud. A few soft and a few loud notes would teach Winnow your touch.'
  const fewest = Math.min(soft, medium, loud)
  if (fewest >= 0.12 * count) return null
  return `A few more ${soft === fewest ? 'soft' : loud === fewest ? 'loud' : 'medium'} notes would help Winnow tell touch from distance.`
}

