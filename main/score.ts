// How near an estimate comes to a reference: SI-SDR for sound (Le Roux et al. 2019), precision, recall and F for
// notes. Sound is read in blocks and three times over, so an hour costs no more memory than a second.

import { readSound, type AudioReader } from '../renderer/audio/reader.ts'
import { openAudio } from './audio/file.ts'
import type { Note } from './midi-file.ts'
import { Cancelled, UserError } from './user-error.ts'

/** JSON has no infinity: a perfect copy scores this, silence its negative. */
export const LIMIT_DB = 400

export const decibels = (power: number, over: number): number =>
  power === 0 ? -LIMIT_DB : over === 0 ? LIMIT_DB : Math.max(-LIMIT_DB, Math.min(LIMIT_DB, 10 * Math.log10(power / over)))

const BLOCK = 16384

/** Reads two files side by side and hands over their blocks. */
async function together(reference: string, estimate: string, signal: AbortSignal | undefined,
  each: (a: readonly Float32Array[], b: readonly Float32Array[], count: number) => void): Promise<number> {
  const a = await openAudio(reference)
  let b: AudioReader | null = null
  try {
    b = await openAudio(estimate)
    for (const what of ['sampleRate', 'channels'] as const)
      if (a[what] !== b[what])
        throw new UserError(`${estimate}: expected ${what === 'sampleRate' ? 'the sample rate' : 'the number of channels'} `
          + `of ${reference}, ${a[what]}, got ${b[what]}`)
    const lengths = (x: number | string, y: number | string): never => {
      throw new UserError(`${estimate}: expected the length of ${reference}, ${x} samples, got ${y}`)
    }
    if (a.length !== null && b.length !== null && a.length !== b.length) lengths(a.length, b.length)
    const blocks = [a, b].map((reader) => Array.from({ length: reader.channels }, () => new Float32Array(BLOCK)))
    let position = 0
    for (;;) {
      if (signal?.aborted) throw new Cancelled()
      const count = await readSound(a, blocks[0]!, position)
      const other = await readSound(b, blocks[1]!, position)
      if (count !== other) count < other ? lengths(position + count, 'more') : lengths('more', position + other)
      if (count === 0) return position
      each(blocks[0]!, blocks[1]!, count)
      position += count
    }
  } finally {
    await a.close()
    await b?.close()
  }
}

/** Scale-invariant signal-to-distortion ratio in dB: each channel's mean removed, all channels under one projection. */
export async function siSdr(reference: string, estimate: string, signal?: AbortSignal): Promise<number> {
  const sums = [new Float64Array(2), new Float64Array(2)] as const
  const length = await together(reference, estimate, signal, (a, b, count) => {
    for (let c = 0; c < a.length; c++)
      for (let i = 0; i < count; i++) {
        sums[0][c]! += a[c]![i]!
        sums[1][c]! += b[c]![i]!
      }
  })
  const means = sums.map((sum) => sum.map((x) => x / length))
  let ss = 0
  let es = 0
  let ee = 0
  await together(reference, estimate, signal, (a, b, count) => {
    for (let c = 0; c < a.length; c++)
      for (let i = 0; i < count; i++) {
        const s = a[c]![i]! - means[0]![c]!
        const e = b[c]![i]! - means[1]![c]!
        ss += s * s
        es += e * s
        ee += e * e
      }
  })
  // A constant leaves only the rounding of its own mean.
  const silent = (energy: number, mean: Float64Array): boolean => energy <= 1e-24 * (energy + length * mean.reduce((sum, x) => sum + x * x, 0))
  if (silent(ss, means[0]!))
    throw new UserError(`${reference}: expected a reference that sounds, got silence: SI-SDR is not defined for it`)
  if (silent(ee, means[1]!)) return -LIMIT_DB
  const scale = es / ss
  // The distortion is summed as it is: taken as a difference of large sums it would drown where the estimate is good.
  let distortion = 0
  await together(reference, estimate, signal, (a, b, count) => {
    for (let c = 0; c < a.length; c++)
      for (let i = 0; i < count; i++) {
        const d = b[c]![i]! - means[1]![c]! - scale * (a[c]![i]! - means[0]![c]!)
        distortion += d * d
      }
  })
  return decibels(scale * scale * ss, distortion)
}

const ONSET = 0.05 // seconds
const ROUNDING = 1e-6 // a tempo map does not come out even

export interface NoteScore { readonly precision: number; readonly recall: number; readonly f: number; readonly fWithOffsets: number }

const MOST_PAIRS = 1 << 23

/**
 * The largest number of pairs in which each note stands once: Hopcroft and Karp's phases of shortest augmenting
 * paths. Taking the nearest partner instead would at times leave a note alone that a swap could pair.
 */
export function largestMatching(pairs: readonly (readonly number[])[], others: number): number {
  const partner = new Int32Array(pairs.length).fill(-1)
  const taken = new Int32Array(others).fill(-1)
  const depth = new Int32Array(pairs.length)
  const next = new Int32Array(pairs.length)
  const queue = new Int32Array(pairs.length)
  let matched = 0
  for (;;) {
    let head = 0, tail = 0, found = false
    for (let i = 0; i < pairs.length; i++) {
      depth[i] = partner[i] === -1 ? 0 : -1
      if (depth[i] === 0) queue[tail++] = i
    }
    while (head < tail) {
      const i = queue[head++]!
      for (const j of pairs[i]!) {
        const k = taken[j]!
        if (k === -1) found = true
        else if (depth[k] === -1) { depth[k] = depth[i]! + 1; queue[tail++] = k }
      }
    }
    if (!found) return matched
    next.fill(0)
    for (let root = 0; root < pairs.length; root++) {
      if (partner[root] !== -1) continue
      const path = [root] // no recursion: a path may be as long as the file
      while (path.length > 0) {
        const i = path[path.length - 1]!
        const j = pairs[i]![next[i]!++]
        if (j === undefined) { path.pop(); continue }
        const k = taken[j]!
        if (k !== -1) { if (depth[k] === depth[i]! + 1) path.push(k); continue }
        for (let p = path.length - 1, free = j; p >= 0; p--) {
          const before = partner[path[p]!]!
          partner[path[p]!] = free
          taken[free] = path[p]!
          free = before
        }
        matched++
        break
      }
    }
  }
}

function matches(reference: readonly Note[], estimate: readonly Note[], withOffsets: boolean): number {
  let total = 0
  let candidates = 0
  for (let pitch = 0; pitch < 128; pitch++) {
    const wanted = reference.filter((note) => note.pitch === pitch)
    const played = estimate.filter((note) => note.pitch === pitch)
    let first = 0
    const pairs = wanted.map((note) => {
      while (first < played.length && played[first]!.onset < note.onset - ONSET - ROUNDING) first++
      const near: number[] = []
      const slack = Math.max(ONSET, 0.2 * (note.offset - note.onset)) + ROUNDING
      for (let j = first; j < played.length && played[j]!.onset <= note.onset + ONSET + ROUNDING; j++)
        if (!withOffsets || Math.abs(played[j]!.offset - note.offset) <= slack) near.push(j)
      candidates += near.length
      if (candidates > MOST_PAIRS)
        throw new UserError(`expected music, got more than ${MOST_PAIRS} pairs of equal notes within ${ONSET * 1000} ms`)
      return near
    })
    total += largestMatching(pairs, played.length)
  }
  return total
}

/** Notes sorted by onset, as `readMidi` gives them. Nothing found, or nothing to find, is 0. */
export function scoreNotes(reference: readonly Note[], estimate: readonly Note[]): NoteScore {
  const share = (part: number, whole: number): number => whole === 0 ? 0 : part / whole
  const f = (right: number): number => share(2 * right, reference.length + estimate.length)
  const right = matches(reference, estimate, false)
  return {
    precision: share(right, estimate.length), recall: share(right, reference.length),
    f: f(right), fWithOffsets: f(matches(reference, estimate, true)),
  }
}
