// What a change of the selection changes in the picture: nothing where only levels moved, a stretch of time where only
// paint did, else all of it.

import type { Painted, SelectedSource, Selection } from '../../worklet/selection.ts'

/** All that decides whose a bin is, but the paint. */
const claims = ({ mask, sources }: Selection): string =>
  JSON.stringify([mask, ...sources.map(({ atoms, places, band }: SelectedSource) => [atoms, places, band])])

/** `all`, seconds, or null for nothing. */
export function changedBetween(before: Selection, after: Selection): 'all' | { readonly from: number; readonly to: number } | null {
  if (claims(before) !== claims(after)) return 'all'
  let from = Infinity, to = -Infinity
  after.sources.forEach(({ painted = [] }, i) => {
    const old = before.sources[i]!.painted ?? []
    const keys = [new Set(old.map(key)), new Set(painted.map(key))] as const
    for (const area of [...old.filter((a) => !keys[1].has(key(a))), ...painted.filter((a) => !keys[0].has(key(a)))])
      for (const [seconds] of area.polygon) {
        from = Math.min(from, seconds)
        to = Math.max(to, seconds)
      }
  })
  return to >= from ? { from, to } : null
}

const key = ({ polygon, gain = 1, soft = 0 }: Painted): string => `${gain} ${soft} ${polygon.join(' ')}`
