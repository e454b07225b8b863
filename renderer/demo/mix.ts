// The demo's mix: each instrument where it stands, and a little of the room around all of them.

import { playDrums } from './drums.ts'
import { playKeys } from './keys.ts'
import { LOOP_SAMPLES, line } from './loop.ts'
import type { Line } from './loop.ts'
import { spots } from './places.ts'
import type { PartName, Spot } from './places.ts'
import { room } from './room.ts'
import { playBass, playGuitar } from './strings.ts'
import { sing } from './voice.ts'

/** `room`: the share that goes into it. */
interface Part { play(): Line; readonly gain: number; readonly room: number }

const parts: Readonly<Record<PartName, Part>> = {
  voice: { play: sing, gain: 0.079, room: 1 },
  guitar: { play: playGuitar, gain: 0.63, room: 0.9 },
  'electric piano': { play: playKeys, gain: 0.099, room: 0.8 },
  bass: { play: playBass, gain: 0.65, room: 0.15 },
  brushes: { play: playDrums, gain: 0.345, room: 0.7 },
}
const ROOM = 0.1

export type Stereo = readonly [Line, Line]

function place(mix: Stereo, dry: Line, gain: number, { level, lag }: Spot): void {
  const ratio = 10 ** (level / 20)
  const left = gain / Math.sqrt((1 + ratio * ratio) / 2)
  mix.forEach((out, channel) => {
    const g = channel === 0 ? left : left * ratio
    let j = (LOOP_SAMPLES - Math.max(0, channel === 0 ? -lag : lag)) % LOOP_SAMPLES
    for (let i = 0; i < LOOP_SAMPLES; i++) {
      out[i]! += g * dry[j]!
      if (++j === LOOP_SAMPLES) j = 0
    }
  })
}

/** The whole, or one of its parts where it stands, without the room. */
export function demo(only?: PartName): Stereo {
  const mix: Stereo = [line(), line()]
  const sent = line()
  for (const spot of spots) {
    if (only !== undefined && spot.name !== only) continue
    const { play, gain, room: share } = parts[spot.name]
    const dry = play()
    place(mix, dry, gain, spot)
    for (let i = 0; i < LOOP_SAMPLES; i++) sent[i]! += ROOM * share * gain * dry[i]!
  }
  if (only === undefined) room(sent).forEach((around, channel) => { for (let i = 0; i < LOOP_SAMPLES; i++) mix[channel]![i]! += around[i]! })
  return mix
}
