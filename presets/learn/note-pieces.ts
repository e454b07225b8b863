// Music made by chance for teaching what a stroke looks like: not beautiful, but with everything that happens to keys. Runs and
// leaps, chords and octaves, keys struck again and again, keys held long over others, pedal, loud and soft, and silence.

/** A key pressed, for a while, so hard. */
export interface Stroke {
  readonly onset: number
  readonly offset: number
  readonly pitch: number
  /** 0 to 1. */
  readonly force: number
}

const MAJOR = [0, 2, 4, 5, 7, 9, 11]
/** Semitones over the lowest note of a chord. */
const CHORDS = [[12], [12], [4, 7], [3, 7], [3, 7, 12], [4, 7, 12], [4, 7, 10], [7, 12, 16], [3, 6, 9], [5, 9], [5, 12], [7], [4], [3], [9], [8]] as const

/** Two hands, each with a pace of its own, over so many seconds. `pitches` from the lowest to the highest. */
export function randomPiece(pitches: readonly number[], seconds: number, random: () => number): Stroke[] {
  const between = (low: number, high: number): number => low + (high - low) * random()
  const chance = (share: number): boolean => random() < share
  const lowest = pitches[0]!, highest = pitches.at(-1)!
  const middle = between(lowest + 0.3 * (highest - lowest), lowest + 0.6 * (highest - lowest))
  const inScale = chance(0.75)
  const tonic = Math.floor(between(0, 12))
  const fits = (pitch: number): boolean => !inScale || MAJOR.includes((((pitch - tonic) % 12) + 12) % 12)
  const pedals = chance(0.45) ? pedalling(seconds, between) : null
  const loudness = between(0.2, 0.8)
  const strokes: Stroke[] = []
  const hands = chance(0.8) ? 2 : 1
  for (let hand = 0; hand < hands; hand++) {
    const low = hands === 1 || hand === 0 ? lowest : Math.round(middle) - 3
    const high = hands === 1 || hand === 1 ? highest : Math.round(middle) + 3
    const own = pitches.filter((pitch) => pitch >= low && pitch <= high)
    const gap = Math.exp(between(Math.log(0.09), Math.log(0.7)))
    const chords = chance(0.3) ? 0.7 : 0.15
    const held = between(0.3, 1.4)
    const steady = chance(0.6)
    const again = chance(0.2) ? 0.5 : 0.08
    let at = Math.floor(random() * own.length)
    for (let time = between(0.05, 0.6); time < seconds - 0.3;) {
      if (chance(0.04)) time += between(0.3, 1.5) // silence
      if (!chance(again)) at = Math.max(0, Math.min(own.length - 1, at + Math.round(between(-1, 1) * (chance(0.2) ? 14 : 5))))
      for (let tries = 0; tries < 4 && !fits(own[at]!); tries++) at = Math.min(own.length - 1, at + 1)
      const shape = chance(chords) ? CHORDS[Math.floor(random() * CHORDS.length)]! : []
      const force = Math.max(0.02, Math.min(1, loudness + between(-0.14, 0.14) + (hand === 1 ? 0.08 : 0)))
      const spread = chance(0.15) ? between(0.03, 0.08) : between(0, 0.015)
      const length = Math.max(0.06, gap * held * between(0.7, 1.3) * (chance(0.12) ? 5 : 1))
      ;[0, ...shape].forEach((over, i) => {
        const pitch = own[at]! + over
        if (!pitches.includes(pitch)) return
        const onset = time + i * spread * random()
        strokes.push({ onset, pitch, offset: pedals ? pedals(onset + length) : onset + length, force: Math.max(0.02, Math.min(1, force + between(-0.08, 0.05))) })
      })
      time += steady ? gap * (chance(0.25) ? 2 : 1) * between(0.97, 1.03) : gap * Math.exp(between(-0.7, 0.7))
    }
  }
  return playable(strokes.filter(({ onset }) => onset < seconds - 0.3))
}

/** When a key let go at this moment falls silent: at once, or when the pedal rises. */
function pedalling(seconds: number, between: (low: number, high: number) => number): (seconds: number) => number {
  const times: number[] = []
  for (let time = between(0, 1); time < seconds; time += between(0.5, 2.5)) times.push(time)
  return (let_go) => times.find((time) => time > let_go) ?? seconds
}

/** One finger per key: a key that is struck again was let go before, and not struck twice within a moment. */
function playable(strokes: readonly Stroke[]): Stroke[] {
  const done: Stroke[] = []
  for (const pitch of new Set(strokes.map((stroke) => stroke.pitch))) {
    const own: Stroke[] = []
    for (const stroke of strokes.filter((one) => one.pitch === pitch).sort((a, b) => a.onset - b.onset)) {
      const before = own.at(-1)
      if (before && stroke.onset - before.onset < 0.09) continue
      if (before && before.offset > stroke.onset - 0.005) own[own.length - 1] = { ...before, offset: stroke.onset - 0.005 }
      own.push(stroke)
    }
    done.push(...own)
  }
  return done.sort((a, b) => a.onset - b.onset || a.pitch - b.pitch)
}
