// What cannot be learned from, said in one sentence before anything is.

import type { Frames } from './frames.ts'

/** Numbers from 0 on, not all of them 0. */
export function checkNumbers(name: string, { bins, count, data }: Frames): void {
  if (data.length !== bins * count || bins < 1 || count < 1)
    throw new RangeError(`${name}: expected frames of equal length, got ${data.length} numbers for ${count} of ${bins} bins`)
  let largest = 0
  for (let i = 0; i < data.length; i++) {
    const x = data[i]!
    if (!(x >= 0 && x < Infinity)) throw new RangeError(`${name}: expected numbers from 0 on, got ${x} in frame ${Math.floor(i / bins)}, bin ${i % bins}`)
    if (x > largest) largest = x
  }
  if (largest === 0) throw new RangeError(`${name}: expected some above 0, got zeros only`)
}

/** Besides, something to learn so many atoms from: frames enough, and not all of them one number. */
export function checkFrames(name: string, frames: Frames, atoms: number): void {
  checkNumbers(name, frames)
  const { count, data } = frames
  if (count < 2) throw new RangeError(`${name}: expected at least two frames, got one`)
  if (!(atoms >= 1)) throw new RangeError(`${name}: expected at least one atom, got ${atoms}`)
  if (count < atoms) throw new RangeError(`${name}: expected at least one frame per atom, ${atoms}, got ${count}`)
  if (data.every((x) => x === data[0])) throw new RangeError(`${name}: expected frames that differ, got ${data[0]} everywhere`)
}
